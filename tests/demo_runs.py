"""One undisturbed `hypograph demo --small`, which the tests of its results share."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser_pages import COMMAND, environment


@dataclass(frozen=True)
class DemoRun:
    """A finished run: its data folder, which nobody changes, and its document."""

    home: Path
    document: dict[str, Any]

    def copy(self, home: Path) -> Path:
        """Copy the data folder to where it may be changed."""
        return Path(shutil.copytree(self.home, home))


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Run the demo in an empty home; whichever process of the suite needs it first does."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home, told = base / "small-demo", base / "small-demo.json"
    with open(base / "small-demo.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            done = subprocess.run(
                [*COMMAND, "demo", "--small", "--json"],
                capture_output=True,
                text=True,
                env=environment(home) | {"HOME": str(home)},
                timeout=300,
                cwd=home,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            told.write_text(done.stdout, "utf-8")
    return DemoRun(home, json.loads(told.read_text("utf-8")))


@pytest.fixture(scope="session")
def shipped_predictor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learn from all alloys that ship, once for all processes of the suite; returns the folder that keeps it."""
    from hypograph.flows.evidence.inputs import EvidenceInputs, open_predictor
    from hypograph.models.core.locks import file_lock

    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = base / "learned"
    with file_lock(base / "learned.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYPOGRAPH_HOME", str(home))
        open_predictor(EvidenceInputs())
    return home / "units" / "predictors"

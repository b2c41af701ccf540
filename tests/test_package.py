"""The wheel that is built from the sdist holds everything, and runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_every_tracked_file_of_the_rooms(wheel: Path) -> None:
    rooms = ["models", "agents", "graph", "flows", "ui", "infra"]
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--", *rooms], capture_output=True, text=True, check=False
    )
    if tracked.returncode != 0:
        pytest.skip("not a git checkout: nothing to compare with")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert [f for f in tracked.stdout.split("\n") if f and f"hypograph/{f}" not in held] == []


def test_the_installed_wheel_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
        capture_output=True,
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    environment |= {"PYTHONPATH": str(target), "HYPOGRAPH_HOME": str(tmp_path / "home"), "DO_NOT_TRACK": "1"}
    where = subprocess.run(
        [sys.executable, "-c", "import hypograph; print(hypograph.__file__)"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=True,
    )
    assert where.stdout.startswith(str(target))
    done = subprocess.run(
        [sys.executable, "-m", "hypograph.flows.cli.main", "demo", "--small", "--json"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["hypotheses"]["count"] > 0

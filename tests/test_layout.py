"""The links under src/, the contract of lazy imports, and what the package promises about itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("models", "agents", "graph", "flows", "ui", "infra")
HEAVY = (
    "torch",
    "botorch",
    "pyro",
    "prefect",
    "langchain",
    "langchain_openai",
    "pymatgen",
    "pandas",
    "sklearn",
    "neo4j",
    "fastapi",
)


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_a_relative_link(room: str) -> None:
    link = ROOT / "src" / "hypograph" / room
    assert link.is_symlink()
    assert not link.readlink().is_absolute()
    assert link.resolve() == ROOT / room


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom hypograph.flows.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as e:\n    assert e.code == 0\n"
        f"loaded = [m for m in {HEAVY!r} if m in sys.modules]\nassert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "campaign" in done.stdout


def test_every_module_is_typed_and_has_a_docstring() -> None:
    import ast

    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert [str(m) for m in modules if not ast.get_docstring(ast.parse(m.read_text("utf-8")))] == []

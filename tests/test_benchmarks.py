"""Every benchmark begins: what it imports is there, it says what it takes, and the quickest run in their small form."""

from __future__ import annotations

import argparse
import ast
import importlib
import runpy
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
BENCHMARKS = sorted(p for p in FOLDER.glob("*_*.py") if "from harness" in p.read_text("utf-8"))


@pytest.mark.filterwarnings("ignore")  # what they import may warn of itself; each is a process of its own as a rule
@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda p: p.stem)
def test_a_benchmark_says_what_it_takes(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(path), run_name="__main__")
    assert left.value.code in (0, None)
    assert "--quick" in capsys.readouterr().out
    # In its smallest form it asks for nothing more: `make bench` gives nothing more.
    parse = argparse.ArgumentParser.parse_args

    def parsed(parser: argparse.ArgumentParser, *given: object) -> NoReturn:
        parse(parser)
        raise KeyboardInterrupt

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    monkeypatch.setattr(sys, "argv", [str(path), "--quick"])
    with pytest.raises(KeyboardInterrupt):
        runpy.run_path(str(path), run_name="__main__")


@pytest.mark.parametrize("name", ["evidence_claims", "hypotheses_overhead", "literature_extraction"])
def test_the_quickest_run_in_their_small_form(name: str) -> None:
    command = [sys.executable, FOLDER / f"{name}.py", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.stem)
def test_what_a_benchmark_takes_from_the_package_is_there(path: Path) -> None:
    """Where it is imported in a function too, which the help does not reach."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "hypograph":
            module = importlib.import_module(str(node.module))
            for name in (alias.name for alias in node.names):
                assert hasattr(module, name) or importlib.import_module(f"{node.module}.{name}"), name


def test_the_list_is_that_of_make_bench() -> None:
    makefile = (FOLDER.parent / "Makefile").read_text("utf-8")
    assert "grep -l 'from harness' benchmarks/*_*.py" in makefile
    assert len(BENCHMARKS) > 25

"""The tree of folders, the contract of lazy imports, and what the package promises about itself."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("models", "agents", "graph", "flows", "ui", "infra")
MODULES_A_FOLDER = 17
IMPORT = re.compile(r"\s*(from|import)\b")
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


def test_nothing_tracked_is_a_link() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--stage"], capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing is tracked")
    assert [line for line in listed.stdout.splitlines() if line.startswith("120000")] == []


def test_no_text_holds_both_sides_of_a_conflict() -> None:
    texts = [p for suffix in ("*.md", "*.py", "*.toml", "*.html") for p in ROOT.glob(suffix)]
    for folder in (*ROOMS, "docs", "tests", "benchmarks"):
        texts += [p for p in (ROOT / folder).rglob("*") if p.suffix in {".md", ".py", ".toml", ".html", ".jinja"}]
    assert [str(p) for p in texts if "\n<<<<<<" + "< " in p.read_text("utf-8")] == []


def test_a_folder_of_modules_can_be_taken_in_at_a_glance() -> None:
    counts = Counter(
        path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py"
    )
    assert {str(folder): n for folder, n in counts.items() if n > MODULES_A_FOLDER} == {}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert [str(f) for f in folders if not (f / "__init__.py").exists()] == []


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


# Lines that say `Any`, of a thousand: they may become fewer.
ANY_OF_THOUSAND = {"all": 8.0, "ui": 2.1}


def test_types_that_say_anything_are_few() -> None:
    lines: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for room in ("models", "agents", "graph", "flows", "ui"):
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text("utf-8").splitlines()
            found = [line for line in text if re.search(r"\bAny\b", line) and not IMPORT.match(line)]
            for of in (room, "all"):
                lines[of] += len(text)
                said[of] += len(found)
    shares = {of: 1000 * said[of] / lines[of] for of in lines}
    assert {of: round(shares[of], 1) for of, most in ANY_OF_THOUSAND.items() if shares[of] > most} == {}

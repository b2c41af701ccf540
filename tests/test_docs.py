"""The documentation's command blocks run, and everything a user can set or call is described."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from hypograph.flows.cli.main import ROOMS
from hypograph.flows.runtime.settings import FOREIGN, Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def blocks(page: Path) -> str:
    """Join the `sh` blocks of a page into one script."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S))


@pytest.mark.slow
def test_the_tutorial_runs_as_written(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["DO_NOT_TRACK"] = "1"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", blocks(ROOT / "docs" / "tutorial.md")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # what BoTorch imports
@pytest.mark.parametrize(
    "page", [p for p in PAGES if "```python" in p.read_text("utf-8")], ids=lambda p: str(p.relative_to(ROOT / "docs"))
)
def test_python_on_a_page_runs_from_top_to_bottom(
    page: Path, shipped_predictor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made_by(page, shipped_predictor, tmp_path, monkeypatch)


def made_by(page: Path, predictor: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Run a page's Python in a folder of its own, and return what it made; a block that fails raises."""
    shutil.copytree(predictor, folder / "home" / "units" / "predictors")
    monkeypatch.setenv("HYPOGRAPH_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    script = "\n".join(re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S))
    names: dict[str, object] = {"__name__": "page"}
    exec(compile(script, page.name, "exec"), names)  # noqa: S102
    return {name: value for name, value in names.items() if name not in {"__name__", "__builtins__"}}


@pytest.mark.slow
def test_the_book_is_built_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "book")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "campaign suggest" in (tmp_path / "book" / "reference" / "commands" / "index.html").read_text("utf-8")


def test_python_in_the_readme_runs(shipped_predictor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = "TY  - JOUR\nTI  - Annealing of {0}\nAB  - Annealing hardens {0}, a solid solution.\nPY  - 2020\nER  - \n"
    records = [record.format(name) for name in ("CoCrFeNi", "CoCrFeMnNi", "MoNbTaW")]
    (tmp_path / "export.ris").write_text("".join(records), "utf-8")
    made = made_by(ROOT / "README.md", shipped_predictor, tmp_path, monkeypatch)
    assert made["campaign"].experiments[0].values == {"yield": 63.5}  # type: ignore[attr-defined]
    assert made["model"].predict(["CoCrFeMnNi"])[0]["belief"] > 0.9  # type: ignore[attr-defined]


def test_the_gallery_holds_what_its_commands_print() -> None:
    """Each command of each study stands on its page with something below it; `make gallery` writes them anew."""
    sys.path.insert(0, str(ROOT / "infra" / "book"))
    from gallery import STUDIES

    for study in STUDIES:
        text = (ROOT / "docs" / "gallery" / f"{study.name}.md").read_text("utf-8")
        for step in study.steps:
            assert re.search(rf"\$ {re.escape(step.command)}\n(?!```).+", text)


def sentences(page: Path) -> list[int]:
    """Return the words of each sentence of a page's prose; tables, code and headings are left out."""
    text = page.read_text("utf-8")
    if page.suffix == ".py":
        text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("# ") and "%%" not in line)
    text = re.sub(r"```.*?```|^[|#>].*?$", "", text, flags=re.S | re.M)
    text = re.sub(r"`[^`]*`", "x", re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text))
    parts = [" ".join(p.split()) for p in re.split(r"\n\s*\n|\n\s*(?:[-*]|\d+\.) ", text)]
    found = [s for p in parts for s in re.split(r"(?<=[.!?:;])\s+(?=[A-Zx])", p)]
    return sorted(n for n in (len(s.split()) for s in found) if n > 2)


BEGINNERS = [ROOT / "README.md", ROOT / "docs/index.md", ROOT / "docs/tutorial.md"]
BEGINNERS += [ROOT / "docs" / f"{room}.md" for room in ("campaigns", "hypotheses", "literature")]
BEGINNERS += sorted((ROOT / "docs/tutorials").glob("*.md")) + sorted((ROOT / "docs/notebooks").glob("*.py"))


@pytest.mark.parametrize("page", BEGINNERS, ids=lambda p: p.name)
def test_a_newcomer_reads_each_sentence_once(page: Path) -> None:
    words = sentences(page)
    assert words[len(words) // 2] <= 18
    assert words[int(0.9 * len(words))] <= 30


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_command_is_described(room: str) -> None:
    text = "\n".join(p.read_text("utf-8") for p in [ROOT / "README.md", *PAGES])
    assert f"hypograph {room}" in text


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described(name: str) -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert f"`{FOREIGN.get(name, 'HYPOGRAPH_' + name.upper())}`" in text


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            generated = target.split("#")[0].startswith(("reference/", "../reference/", "concepts/prompts.md"))
            assert generated or (page.parent / target.split("#")[0]).exists(), f"{page.name}: {target}"


FENCED = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.M | re.S)
RUN = {"python", "sh"}  # run from top to bottom by the tests above


def commands_of(text: str) -> list[list[str]]:
    """Return the words of every `hypograph` command of a block; prompts, remarks and pipes are left out."""
    lines = [line.strip().removeprefix("$ ") for line in text.replace("\\\n", " ").splitlines()]
    found = []
    for line in (line for line in lines if re.match(r"hypograph [a-z]", line)):
        words = shlex.split(re.split(r"\s#|\s[|>&]", line)[0].translate(str.maketrans("[]", "  ")))
        found.append(words[1:])
    return found


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_block_of_a_page_runs_or_can_be_read(page: Path) -> None:
    """Python and sh run above; TOML and JSON are read; of every other command each word and option is known."""
    faults: list[str] = []
    for kind, text in FENCED.findall(page.read_text("utf-8")):
        if kind == "toml":
            tomllib.loads(text)
        elif kind == "json":
            json.loads(text)
        elif kind not in RUN or page.name != "tutorial.md":
            faults += [fault for words in commands_of(text) if (fault := unknown(words))]
    assert faults == []


def test_an_unknown_command_or_option_is_found() -> None:
    text = "$ hypograph campaign suggest lab -n 4  # next\nhypograph campaign invent lab\nhypograph ui --colour red\n"
    assert [bool(unknown(words)) for words in commands_of(text)] == [False, True, True]


def unknown(words: list[str]) -> str:
    """Say which word of a command, or which of its options, there is not; empty where all are known."""
    import click

    command = get_command(importlib.import_module(ROOMS[words[0]][0]).app)
    command = getattr(command, "commands", {}).get(words[0], command)
    rest = words[1:]
    while isinstance(command, click.Group) or hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return f"no command: {' '.join(words)}"
        command, rest = command.commands[rest[0]], rest[1:]
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
    used = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    return "" if used <= options else f"{' '.join(words)}: {sorted(used - options)}"

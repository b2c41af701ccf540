"""A project folder: settings, data and a page of next commands that fit what the user has."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hypograph.models.core.errors import DiskError, InputError, MissingFileError

SPACE: Final = """# What can be varied, and what is wanted. Edit it, then: hypograph campaign new lab --space space.toml
[[objectives]]
name = "yield"
direction = "max"

[[parameters]]
name = "solvent"
options = ["DMF", "MeCN", "toluene"]

[[parameters]]
name = "temperature"
low = 40
high = 120
unit = "°C"
"""
MODEL: Final = """
# The key is read from the environment: export HYPOGRAPH_LLM_API_KEY=…
llm_base_url = "{address}"
llm_model = "{model}"
"""


@dataclass(frozen=True)
class Belongings:
    """What a user begins with; None or empty where there is nothing."""

    papers: Path | None = None
    alloys: Path | None = None
    table: Path | None = None
    model_address: str = ""
    model_name: str = ""

    @property
    def files(self) -> dict[str, Path]:
        """The files, by what they hold."""
        named = {"papers": self.papers, "alloys": self.alloys, "table": self.table}
        return {name: path for name, path in named.items() if path is not None}


def make_project(folder: Path, has: Belongings) -> list[str]:
    """Write a project folder, and return the commands to try next.

    Parameters
    ----------
    folder
        A new or an empty folder.
    has
        Files are copied into its ``data`` folder.

    Raises
    ------
    MissingFileError
        If a named file is not there; then nothing is written.
    InputError
        If the folder holds something already, or a model has no name.
    DiskError
        If the folder cannot be written.
    """
    for name, path in has.files.items():
        if not path.exists():
            raise MissingFileError("no such file", where=str(path), hint=f"It was given as {name}.")
    if bool(has.model_address) != bool(has.model_name):
        raise InputError("a model is an address and a name", where="--model-address, --model-name", expected="both")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("the folder is not empty", where=str(folder), expected="a new or an empty folder")
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        kept = {name: _copied(path, folder / "data") for name, path in has.files.items()}
        settings = '# Settings of this project; `hypograph doctor` says what is in force.\nhome = "store"\n'
        if has.model_address:
            settings += MODEL.format(address=_plain(has.model_address), model=_plain(has.model_name))
        (folder / "hypograph.toml").write_text(settings, "utf-8")
        if "table" not in kept:
            (folder / "space.toml").write_text(SPACE, "utf-8")
        commands = next_commands(kept, model=bool(has.model_address))
        (folder / "README.md").write_text(_readme(folder.name, commands), "utf-8")
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(folder)) from error
    return [command for command, _ in commands]


def next_commands(kept: dict[str, str], *, model: bool) -> list[tuple[str, str]]:
    """Commands that fit what is there, with what each is for, the most useful first."""
    found = []
    if "papers" in kept:
        found.append((f"hypograph literature add {kept['papers']}", "read your papers, and say what was understood"))
        found.append(("hypograph literature inspire --n 10", "keyword sets that are promising and unexplored"))
    if "alloys" in kept:
        found.append((f"hypograph evidence read {kept['alloys']}", "see how each row of your alloys was read"))
        explain = f"hypograph evidence explain CoCrFeNi --laboratory {kept['alloys']}"
        found.append((explain, "is an alloy one phase, by what ships and by your table?"))
    if "table" in kept:
        begin = f"hypograph campaign new lab --space {kept['table']} --results"
        found.append((begin, "begin a campaign on your parameters, with the results you have"))
        found.append(("hypograph campaign suggest lab -n 4", "the next four experiments"))
    else:
        found.append(("hypograph campaign new lab --space space.toml", "begin a campaign; edit space.toml first"))
    if model:
        found.append(("hypograph doctor", "what your language model can do"))
        found.append(("hypograph model assess", "how good it is, at what"))
    return [*found, ("hypograph ui", "the same in the browser")]


def _copied(path: Path, folder: Path) -> str:
    target = folder / path.name
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        shutil.copyfile(path, target)
    name = f"data/{path.name}"
    return f"'{name}'" if " " in name else name


def _plain(text: str) -> str:
    """Keep a text inside the quotes of a TOML string."""
    return text.strip().replace("\\", "").replace('"', "").replace("\n", " ")


def _readme(name: str, commands: list[tuple[str, str]]) -> str:
    rows = "\n".join(f"| `{command}` | {purpose} |" for command, purpose in commands)
    return (
        f"# {name}\n\nA hypograph project. Run the commands in this folder: its `hypograph.toml` counts here.\n\n"
        f"| command | what for |\n|---|---|\n{rows}\n\n"
        "`data/` holds your files, `store/` what hypograph makes of them. Keep both out of version control.\n"
    )

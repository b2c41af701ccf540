"""Prompt templates as files; what a source may say is set off from what it is told to do.

``NAME.txt`` are the compact prompts, one shape each. ``NAME.jinja`` are the full ones: a part that is not known leaves
no heading behind.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from hypograph.models.core.keys import digest

if TYPE_CHECKING:
    import jinja2

LONGEST, LONGEST_FULL = 6_000, 24_000  # characters of one value, in compact and in full prompts
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_KINDS = (".txt", ".toml", ".jinja")


@cache
def template(name: str) -> Template:
    """Read the template `name` (a file ``name.txt`` beside this module)."""
    return Template((resources.files(__package__) / f"{name}.txt").read_text("utf-8"))


@cache
def version() -> str:
    """Return the hash of all templates and worked examples: answers to other prompts are other answers."""
    files = [f for f in resources.files(__package__).iterdir() if f.name.endswith(_KINDS)]
    return digest({f.name: f.read_text("utf-8") for f in files}, length=8)


def render(name: str, limit: int = LONGEST, /, **values: str) -> str:
    """Fill a template; every value is data: cleaned, capped, and fenced in the template itself."""
    return template(name).substitute({k: data(v, limit) for k, v in values.items()})


def write(name: str, **values: object) -> str:
    """Fill the full template `name` (a file ``name.jinja``); values may be texts, numbers, lists and tables of them.

    Texts are cleaned and capped as by `render`, and fenced in the template itself.
    """
    text = _environment().get_template(f"{name}.jinja").render(**{k: _cleaned(v) for k, v in values.items()})
    return text.strip()


def one_line(text: str) -> str:
    """Return a text on one line: an option stands on a line of its own."""
    return " ".join(text.split())


def data(text: str, limit: int = LONGEST) -> str:
    """Make text from papers or models harmless as data.

    Control and format characters go, the fence marks that templates put around data are defused, and what is
    longer than `limit` characters is cut.
    """
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    while "<<<" in kept or ">>>" in kept:
        kept = kept.replace("<<<", "< < <").replace(">>>", "> > >")
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return data(value, LONGEST_FULL)
    if isinstance(value, Mapping):
        return {data(str(k)): _cleaned(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_cleaned(v) for v in value]
    return value


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("hypograph.agents", "prompts"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text for a model, fenced and cleaned by `data`
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""Prompt templates as files; what a source may say is set off from what it is told to do."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources
from string import Template

from hypograph.models.core.keys import digest

LONGEST = 6_000
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})


@cache
def template(name: str) -> Template:
    """Read the template `name` (a file ``name.txt`` beside this module)."""
    return Template((resources.files(__package__) / f"{name}.txt").read_text("utf-8"))


@cache
def version() -> str:
    """Return the hash of all templates and worked examples: answers to other prompts are other answers."""
    files = [f for f in resources.files(__package__).iterdir() if f.name.endswith((".txt", ".toml"))]
    return digest({f.name: f.read_text("utf-8") for f in files}, length=8)


def render(name: str, **values: str) -> str:
    """Fill a template; every value is data: cleaned, capped, and fenced in the template itself."""
    return template(name).substitute({k: data(v) for k, v in values.items()})


def data(text: str, limit: int = LONGEST) -> str:
    """Make text from papers or models harmless as data.

    Control and format characters go, the fence marks that templates put around data are defused, and what is
    longer than `limit` characters is cut.
    """
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    while "<<<" in kept or ">>>" in kept:
        kept = kept.replace("<<<", "< < <").replace(">>>", "> > >")
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"

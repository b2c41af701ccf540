"""Noun phrases of a text by boundaries: closed-class words, verbs and marks part them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hypograph.models.keywords.text import tokens

_CLOSED: Final = """a an the this that these those each every all both some any no such same other another
its their his her our your my it they
    we he she i you them us who whom whose which what when where why how of in on at by for from to with
    without within into onto upon over under between among through during before after above below against
    about across along around near per via than as if then else because while although though whereas unless
    until since and or but nor so yet not only also very too more most less least much many few several
    various different both either neither is are was were be been being am has have had having do does did
    done can could may might must shall should will would it's there here thus hence therefore however
    moreover furthermore etc e.g i.e et al using used use uses based shows show shown showed present
    presents presented propose proposes proposed specified stated mentioned explicitly applicable provided
    unknown none n/a respectively order one two three four five six seven eight nine ten first second third
    new novel well"""
BOUNDARY: Final = frozenset(_CLOSED.split())
_WORD: Final = re.compile(r"^[^\W\d_]")


def noun_phrases(text: str, shortest: int = 2, longest: int = 4) -> list[str]:
    """Return the phrases between boundaries, in order, as they stand."""
    found: list[str] = []
    run: list[str] = []
    for token in [*tokens(text), "."]:
        if _WORD.match(token) and token.lower() not in BOUNDARY and not token.lower().endswith("ly"):
            run.append(token)
        else:
            _take(run, found, shortest, longest)
            run = []
    return found


def _take(run: Sequence[str], found: list[str], shortest: int, longest: int) -> None:
    if shortest <= len(run) <= longest:
        found.append(" ".join(run))

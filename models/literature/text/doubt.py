"""Words of doubt: what turns a passage against a claim."""

from __future__ import annotations

import re

# Words that turn a passage on the same subject against a claim. A lexical rule: it finds doubt, not its
# reason.
AGAINST = (
    "no effect",
    "did not",
    "does not",
    "not observed",
    "failed",
    "fails to",
    "contrary",
    "decomposes",
    "unstable",
    "degrad",
    "multi-phase",
    "multiphase",
    "intermetallic",
    "brittle",
)

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_WORD = re.compile(r"[a-z0-9]{2,}")


def sentences(text: str) -> list[str]:
    """Split a text at the ends of sentences and clauses."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def nearest_sentence(statement: str, text: str) -> str:
    """Return the sentence of a text that shares most words with a statement."""
    wanted = set(_WORD.findall(statement.lower()))
    return max(sentences(text) or [text], key=lambda s: len(wanted & set(_WORD.findall(s.lower()))))


def doubts(statement: str, text: str) -> bool:
    """Tell whether a text speaks against a statement: by the words of doubt in its sentence nearest to it.

    Doubt about something else in the same passage does not count.
    """
    return any(word in nearest_sentence(statement, text).lower() for word in AGAINST)

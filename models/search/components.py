"""Recall of the components of a known hypothesis, by grades from 0 to 3."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypograph.models.search.corpus import words

_MARK = re.compile(r"[#*_`$|]+")
LEAST = 3  # words that make a component


def lexical_components(text: str, most: int = 12) -> list[str]:
    """Split a published hypothesis into its statements, longest first, without a model.

    Parameters
    ----------
    text
        Markdown or plain text.
    most
        Statements kept.
    """
    parts = [_MARK.sub(" ", p).strip(" -:.") for p in re.split(r"\n+|(?<=[.;])\s+", text)]
    kept = [p for p in dict.fromkeys(parts) if len(set(words(p))) >= LEAST]
    return sorted(kept, key=lambda p: -len(set(words(p))))[:most]


def lexical_grades(components: Sequence[str], text: str) -> list[int]:
    """Grade each component by the share of its words that a text holds: 3 from .75, 2 from .5, 1 from .25."""
    held = set(words(text))
    grades = []
    for component in components:
        wanted = set(words(component))
        share = len(wanted & held) / max(len(wanted), 1)
        grades.append(int(share >= 0.75) + int(share >= 0.5) + int(share >= 0.25))
    return grades


def recall(grades: Sequence[int]) -> tuple[float, float]:
    """Return soft (share above 0) and hard recall (sum / 3 n), as arXiv 2505.19209; 0 without components."""
    n = len(grades)
    return (sum(g > 0 for g in grades) / n, sum(grades) / (3 * n)) if n else (0.0, 0.0)


def shorten(text: str, length: int) -> str:
    """Keep the first `length` words, so that a longer hypothesis has no more chances."""
    return " ".join(text.split()[:length])

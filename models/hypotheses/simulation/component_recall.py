"""Recall of the components of a known hypothesis, by grades from 0 to 3."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypograph.models.hypotheses.tasks.corpus import words

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


def lexical_grades(components: Sequence[str], text: str) -> list[list[float]]:
    """Grade each component by the share of its words that a text holds: 3 from .75, 2 from .5, 1 from .25.

    As `recall` takes it: of each component the probabilities of the grades 0 to 3, here 0 or 1.
    """
    held = set(words(text))
    grades = []
    for component in components:
        wanted = set(words(component))
        share = len(wanted & held) / max(len(wanted), 1)
        grade = int(share >= 0.75) + int(share >= 0.5) + int(share >= 0.25)
        grades.append([float(g == grade) for g in range(4)])
    return grades


def recall(grades: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return soft and hard recall, as arXiv 2505.19209, in expectation over uncertain grades.

    Parameters
    ----------
    grades
        Of each component the probabilities of the grades 0 to 3.

    Returns
    -------
    soft, hard
        Share of components with a grade above 0, and sum of the grades over 3 n; 0 without components.
    """
    n = len(grades)
    if not n:
        return 0.0, 0.0
    return sum(1.0 - p[0] for p in grades) / n, sum(g * q for p in grades for g, q in enumerate(p)) / (3 * n)


def least_alike(text: str, others: Sequence[str]) -> str | None:
    """Return the text that shares the smallest part of its words with another; None where there is no other."""
    held = set(words(text))

    def shared(other: str) -> float:
        found = set(words(other))
        return len(held & found) / max(len(held | found), 1)

    return min((o for o in others if o != text), key=shared, default=None)


def shorten(text: str, length: int) -> str:
    """Keep the first `length` words, so that a longer hypothesis has no more chances."""
    return " ".join(text.split()[:length])

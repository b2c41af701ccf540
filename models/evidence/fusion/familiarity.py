"""Familiarity: how near an alloy's elements are to those that the learners have seen, and the discount it asks for."""

from __future__ import annotations

from typing import Final

import numpy as np

from hypograph.models.evidence.alloys.elements import ElementTable
from hypograph.models.evidence.masses.mass import FloatArray
from hypograph.models.statistics.arrays import BoolArray

# A policy and not a fit: what was never seen is owned up to. On the tables of the benchmark evidence_fusion each
# held-out element has a likeness near enough: AUC and MCC stay; noble gases beside metals have none.
REACH: Final = 0.3
FEW: Final = 5.0
HALF: Final = 0.015


def familiarity(elements: ElementTable, trained: BoolArray, asked: BoolArray) -> FloatArray:
    """How well alloys are known by their least known element, in [0, 1), shape ``(asked,)``.

    Parameters
    ----------
    elements
        Elements, in the order of the columns.
    trained, asked
        Which elements the training alloys and the alloys in question hold, shapes ``(…, elements)``.

    Notes
    -----
    Element e is known as well as max over e' of exp(−d²/2h²)·n/(n + 5), with n training alloys of e' at distance d.
    """
    count = trained.sum(0).astype(float)
    likeness = np.exp(-(elements.apart**2) / (2 * REACH**2))
    known = (likeness * (count / (count + FEW))[None, :]).max(1)
    return np.asarray(np.where(asked, known[None, :], 1.0).min(1), float)


def reliability(known: FloatArray) -> FloatArray:
    """Share of a learner's mass that is kept, k² / (k² + .015²)."""
    return np.asarray(known**2 / (known**2 + HALF**2), float)

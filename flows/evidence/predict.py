"""`hypograph evidence predict` and `explain`."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from hypograph.flows.evidence.describe import documents, name_of, taught_nothing
from hypograph.flows.evidence.inputs import SHIPPED, EvidenceInputs, Tell, open_predictor, silent
from hypograph.flows.evidence.predictor import Fitted, weights_of
from hypograph.flows.evidence.questions import Asked, exchange, read_list, scan
from hypograph.models.core.documents.evidence import Exchanged
from hypograph.models.core.errors import InputError, UnknownElementError
from hypograph.models.evidence.alloys.candidates import combinations, fit_pair_score, members_to_weights
from hypograph.models.evidence.alloys.formula_tree import KNOWN
from hypograph.models.evidence.alloys.state import AskedState, asked_state
from hypograph.models.evidence.alloys.substitution import count_exchanges
from hypograph.models.evidence.alloys.table import element_sets
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import logit

FULL_BELOW: Final = 6000
SAMPLE: Final = 6000
SHORTLIST: Final = 4
# Elements that stand in for another one where the question names none: those of this many records.
COMMON: Final = 20


def predict_alloys(
    elements: Sequence[str],
    size: int,
    top: int,
    inputs: EvidenceInputs = SHIPPED,
    tell: Tell = silent,
    *,
    state: str = "",
) -> dict[str, Any]:
    """Predict the equimolar alloys of some elements.

    Parameters
    ----------
    elements
        Symbols to choose from.
    size
        Elements in an alloy.
    top
        Alloys to return, best first.
    inputs, tell
        As for `open_predictor`.
    state
        Condition on the alloys' records (`asked_state`), such as ``as-cast``.

    Returns
    -------
    dict
        The document of COMMANDS, with `scored` (all alloys), `seconds_scoring` and `fidelity`: with more
        than six thousand alloys all are scored by element and pair terms fitted to the full prediction of
        a sample, and the best are predicted in full; `fidelity` is the correlation of the two on alloys
        that were not fitted.

    Raises
    ------
    UnknownElementError, InputError
        If an element is unknown, or there are fewer elements than `size`.
    """
    symbols = sorted(set(elements))
    for s in symbols:
        if s not in KNOWN:
            raise UnknownElementError(f"{s!r} is no chemical element", where="--elements")
    if len(symbols) < size:
        raise InputError(
            f"{len(symbols)} elements cannot make an alloy of {size}",
            where="--elements",
            expected=f"{size} or more",
        )
    wish = asked_state(state)
    fitted = open_predictor(inputs, tell)
    places = fitted.predictor.table.elements.index(symbols)
    total = math.comb(len(symbols), size)
    began = time.perf_counter()
    if total <= FULL_BELOW:
        members = places[np.concatenate(list(combinations(len(symbols), size)))]
        fidelity, seconds = 1.0, 0.0
    else:
        members, fidelity, seconds = _screen(fitted, places, size, top, total, inputs.seed, tell)
    weights = members_to_weights(members, len(fitted.predictor.table.elements.symbols))
    joint = fitted.predictor.predict(weights, wish)
    if not seconds:
        seconds = time.perf_counter() - began
    best = np.lexsort((np.arange(len(members)), -joint.probability))[:top]
    shown = weights[best]
    rows = [
        {"alloy": name_of(fitted, w), **row}
        for w, row in zip(shown, documents(fitted, shown, fitted.predictor.predict(shown, wish), wish), strict=True)
    ]
    learned = len(fitted.knowledge.main)
    return {
        "alloys": rows,
        "scored": total,
        "seconds_scoring": round(seconds, 4),
        "alloys_per_second": round(total / max(seconds, 1e-9)),
        "fidelity": round(fidelity, 6),
        "learned_from": learned,
        **taught_nothing(fitted),
        "sources": list(fitted.knowledge.sources),
        "note": f"{total:,} alloys of {size} elements, learned from {learned:,} compositions",
    }


def predict_list(
    path: Path | None = None,
    inputs: EvidenceInputs = SHIPPED,
    *,
    scan_of: str = "",
    exchange_of: str = "",
    tell: Tell = silent,
    state: str = "",
) -> dict[str, Any]:
    """Predict the alloys of a list, of a scan of amounts, or with an element exchanged.

    Parameters
    ----------
    path
        A table of alloys, or a file with one formula a line.
    scan_of, exchange_of
        Such as ``Al 0:2:0.1 in CoCrFeNi`` and ``Co=Ni,Fe in CoCrFeNi``.
    inputs, tell
        As for `open_predictor`.
    state
        Condition on the alloys' records (`asked_state`), such as ``as-cast``.

    Returns
    -------
    dict
        `alloys` in the order of the file or scan, `alloy` as written; refused ones in `skipped`.

    Raises
    ------
    InputError
        If nothing can be read.
    """
    wish = asked_state(state)
    if path is None and not scan_of:
        return exchanged(open_predictor(inputs, tell), exchange_of, wish)
    asked, skipped = asked_of(path) if path is not None else (scan(scan_of), [])
    return listed(open_predictor(inputs, tell), asked, skipped, wish)


def asked_of(path: Path) -> tuple[list[Asked], list[dict[str, str]]]:
    """Read the alloys of a file, as `read_list` does.

    Raises
    ------
    InputError
        If none can be read.
    """
    asked, skipped = read_list(path)
    if not asked:
        first = f"{skipped[0]['alloy']}: {skipped[0]['reason']}" if skipped else ""
        raise InputError("no alloy can be read", where=str(path), expected="a formula a line, or a table", hint=first)
    return asked, skipped


def listed(
    fitted: Fitted, asked: Sequence[Asked], skipped: list[dict[str, str]], state: AskedState | None = None
) -> dict[str, Any]:
    """Answer a list or a scan, in its order."""
    return _document(fitted, answers(fitted, asked, state), skipped)


def exchanged(fitted: Fitted, question: str, state: AskedState | None = None) -> dict[str, Any]:
    """Answer a question such as ``Co in CoCrFeNi``: the alloy itself, then its variants, the likeliest first.

    Raises
    ------
    InputError
        If it is no such question, or the element is not in the alloy.
    """
    first, *others = answers(fitted, exchange(question, _common(fitted)), state)
    return _document(fitted, [first, *sorted(others, key=lambda row: -row["pignistic"])], [])


def _document(fitted: Fitted, rows: list[dict[str, Any]], skipped: list[dict[str, str]]) -> dict[str, Any]:
    learned = len(fitted.knowledge.main)
    return {
        "alloys": rows,
        "skipped": skipped,
        "learned_from": learned,
        **taught_nothing(fitted),
        "sources": list(fitted.knowledge.sources),
        "note": f"{len(rows)} alloys, learned from {learned:,} compositions",
    }


def answers(fitted: Fitted, asked: Sequence[Asked], state: AskedState | None = None) -> list[dict[str, Any]]:
    """Rows of the document for alloys in question, in their order."""
    weights = weights_of(fitted, [a.fractions for a in asked])
    found = documents(fitted, weights, fitted.predictor.predict(weights, state), state)
    rows = [{"alloy": a.text, **row} for a, row in zip(asked, found, strict=True)]
    for a, row in zip(asked, rows, strict=True):
        if a.exchange is not None:
            leaves, comes = a.exchange
            row["exchange"] = f"{leaves}→{comes}"
            row["substitutability"] = substitutability(fitted, leaves, comes)
    return rows


def substitutability(fitted: Fitted, leaves: str, comes: str) -> Exchanged:
    """How far exchanges of two elements left the outcome as it was, counted in the tables."""
    table = fitted.predictor.table
    counts = count_exchanges(*element_sets(table))
    i, j = table.elements.index([leaves, comes])
    mass = counts.masses()[0][i, j]
    return {
        "same": int(counts.same[i, j]),
        "changed": int(counts.other[i, j]),
        "belief": round(float(mass[1]), 6),
        "plausibility": round(float(mass[1] + mass[3]), 6),
    }


def _common(fitted: Fitted) -> list[str]:
    table = fitted.predictor.table
    return [s for s, n in zip(table.elements.symbols, table.present.sum(0), strict=True) if n >= COMMON]


def _screen(
    fitted: Fitted, columns: IntArray, size: int, top: int, total: int, seed: int, tell: Tell
) -> tuple[IntArray, float, float]:
    """Score all alloys by element and pair terms; returns (the best, fidelity, seconds of scoring)."""
    rng = np.random.default_rng(seed)
    sample = np.sort(np.argsort(rng.random((SAMPLE, len(columns))), axis=1)[:, :size], axis=1)
    sample = np.unique(sample, axis=0)
    sample = sample[rng.permutation(len(sample))]
    probability = _equimolar(fitted, columns[sample])
    quick = fit_pair_score(sample, logit(probability, 1e-6), len(columns))
    tell(f"element and pair terms follow the full prediction with r = {quick.fidelity:.3f}")
    keep = max(SHORTLIST * top, 200)
    best, scores = np.empty((0, size), np.int64), np.empty(0)
    began = time.perf_counter()
    for chunk in combinations(len(columns), size):
        value = quick.score(chunk)
        joined, all_scores = np.concatenate([best, chunk]), np.concatenate([scores, value])
        order = np.argpartition(-all_scores, min(keep, len(joined)) - 1)[:keep]
        best, scores = joined[order], all_scores[order]
    seconds = time.perf_counter() - began
    tell(f"{total:,} alloys in {seconds:.2f} s ({total / seconds:,.0f} a second)")
    order = np.lexsort((*best.T[::-1], -scores))
    return columns[best[order]], quick.fidelity, seconds


def _equimolar(fitted: Fitted, members: IntArray) -> FloatArray:
    """Pignistic probability of equimolar alloys, given as columns of elements."""
    weights = members_to_weights(members, len(fitted.predictor.table.elements.symbols))
    return fitted.predictor.predict(weights).probability


__all__ = ["answers", "predict_alloys", "predict_list"]

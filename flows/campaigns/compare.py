"""Compare campaigns: pairwise posterior, rank tests, survival to the target."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.campaigns.runs import Runs
from hypograph.models.campaigns.analysis.paired_posterior import Difference, compare_paired
from hypograph.models.campaigns.analysis.rank_tests import cliffs_delta, mann_whitney
from hypograph.models.campaigns.analysis.survival import restricted_mean_time, survival
from hypograph.models.core.documents.campaigns import ComparedMethods, MethodSurvival, PairedMethods
from hypograph.models.core.errors import InputError


def compare(runs: Runs, *, region: float = 1.0) -> ComparedMethods:
    """Return the document of ``hypograph campaign compare --json``.

    Raises
    ------
    InputError
        If there are fewer than two methods, or two methods share no table and seed.
    """
    methods = list(runs)
    if len(methods) < 2:
        raise InputError("nothing to compare", where=", ".join(methods), expected="trajectories of two methods or more")
    lengths = {m: sorted({len(best) for table in runs[m].values() for best in table.values()}) for m in methods}
    budget = min(n for found in lengths.values() for n in found)
    runs = {
        m: {t: {s: best[:budget] for s, best in r.items()} for t, r in tables.items()} for m, tables in runs.items()
    }
    named = list(combinations(methods, 2))
    pairs = [_differences(runs, a, b) for a, b in named]
    posteriors = [compare_paired([x - y for x, y in tables], region=region) for tables in pairs]
    return {
        "methods": methods,
        "region": region,
        "budget": budget,
        "budgets": {m: {"least": found[0], "most": found[-1]} for m, found in lengths.items()},
        "pairs": [_pair(a, b, s, p) for (a, b), s, p in zip(named, pairs, posteriors, strict=True)],
        "survival": {method: _survival(runs[method]) for method in methods},
    }


def _differences(runs: Runs, a: str, b: str) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Final best of both methods by table, in the order of their common seeds."""
    found = []
    for name in sorted(set(runs[a]) & set(runs[b])):
        common = sorted(set(runs[a][name]) & set(runs[b][name]))
        if common:
            x, y = (np.array([runs[m][name][s][-1] for s in common]) for m in (a, b))
            found.append((x, y))
    if not found:
        raise InputError(
            "no table and seed in common", where=f"{a} and {b}", expected="trajectories from the same starts"
        )
    return found


def _pair(
    a: str, b: str, tables: list[tuple[NDArray[np.float64], NDArray[np.float64]]], found: Difference
) -> PairedMethods:
    x, y = (np.concatenate(side) for side in zip(*tables, strict=True))
    return {
        "a": a,
        "b": b,
        "probability_a_better": found.probability_positive,
        "difference": {"mean": found.mean, "low": found.low, "high": found.high},
        "equivalent": found.probability_equivalent,
        "cliffs_delta": cliffs_delta(x, y),
        "p_mann_whitney": mann_whitney(x, y),
        "tables": len(tables),
        "pairs_of_runs": len(x),
    }


def _survival(tables: Mapping[str, Mapping[int, NDArray[np.float64]]]) -> MethodSurvival:
    runs = [best for table in tables.values() for best in table.values()]
    horizon = max(len(r) for r in runs)
    reached = np.array([bool((r >= 95.0).any()) for r in runs])
    times = np.array([int((r >= 95.0).argmax()) + 1 if hit else len(r) for r, hit in zip(runs, reached, strict=True)])
    return {
        "target": 95.0,
        "not_reached": [float(v) for v in survival(times, reached, horizon)],
        "restricted_mean_time": restricted_mean_time(times, reached, horizon),
    }

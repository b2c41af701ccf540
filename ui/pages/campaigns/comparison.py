"""Groups of campaigns side by side: every figure and table that follows from what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.graph import GraphStore
from hypograph.models.campaigns.analysis.rank_tests import superiority
from hypograph.models.campaigns.analysis.survival import restricted_mean_time, survival
from hypograph.models.core.errors import InputError
from hypograph.models.statistics.intervals import bootstrap_mean
from hypograph.ui.drawing.documents import Compared, Difference, Group, Series, Survival
from hypograph.ui.pages.campaigns import views
from hypograph.ui.pages.campaigns.choice import Choice

Floats = NDArray[np.float64]
REACHED = 95.0  # percent of the maximum: the threshold where nobody names one


@dataclass(frozen=True, slots=True)
class Line:
    """Replicates that are shown as one line.

    Attributes
    ----------
    members
        The groups they come from, as `campaigns.groups` returns them.
    ids, seeds, tables
        One a replicate.
    index
        Numbers of the experiments, shape ``(n,)``.
    last
        Number of the last experiment of each replicate, shape ``(r,)``.
    best, entropy
        On the chosen scale; NaN where there is none, shape ``(r, n)``.
    """

    key: str
    label: str
    members: tuple[Group, ...]
    ids: tuple[str, ...]
    seeds: tuple[int | None, ...]
    tables: tuple[str, ...]
    index: NDArray[np.int64]
    last: NDArray[np.int64]
    best: Floats
    entropy: Floats

    @property
    def final(self) -> Floats:
        """Best of each replicate at its end, shape ``(r,)``."""
        return self.best[:, -1] if len(self.index) else np.full(len(self.ids), np.nan)


def compare(store: GraphStore, choice: Choice, groups: Sequence[Group] | None = None) -> tuple[Compared, list[Line]]:
    """Return what the comparison page shows, as plain values, and the lines.

    Parameters
    ----------
    groups
        All groups, where they were read already.
    """
    known = {g["group"]: g for g in (views.groups(store) if groups is None else groups)}
    members = [known[g] for g in choice.group if g in known]
    percent = choice.scale == "percent" and all(g["best_percent"] is not None for g in members)
    goals = {"max"} if percent else {g["goal"] or "max" for g in members}
    if len(goals) > 1:
        raise InputError("one of the groups is maximised and another is not", where="scale", expected="percent")
    goal = next(iter(goals), "max")
    read = views.trajectories(store, members)
    lines = [line for line in _lines(members, read, choice, percent) if len(line.index)]
    threshold = _threshold(choice, lines, percent, goal)
    against = next((line for line in lines if line.key == choice.against), lines[0] if lines else None)
    top = _top(lines, percent, goal)
    found: Compared = {
        "unit": "% of maximum" if percent else _objective(members),
        "axis": choice.axis,
        "outcome": _objective(members),
        "percent": percent,
        "goal": goal,
        "threshold": threshold,
        "against": against.key if against else "",
        "missing": [g for g in choice.group if g not in known],
        "series": [_series(i, line, lines, against, threshold, top, goal) for i, line in enumerate(lines)],
    }
    return found, lines


def _lines(
    members: Sequence[Group], read: Mapping[str, views.Trajectories], choice: Choice, percent: bool
) -> list[Line]:
    joined: dict[str, list[Group]] = {}
    for group in members:
        joined.setdefault(str(group[choice.by] or group["group"]), []).append(group)
    return [_line(key, groups, read, set(choice.without), percent) for key, groups in joined.items()]


def _line(
    key: str,
    groups: Sequence[Group],
    read: Mapping[str, views.Trajectories],
    without: set[str],
    percent: bool,
) -> Line:
    index = np.array(sorted({i for g in groups for i in read[g["group"]].index}), dtype=np.int64)
    parts: list[tuple[Floats, Floats]] = []
    ids, seeds, tables, last = list[str](), list[int | None](), list[str](), list[int]()
    for g in groups:
        found = read[g["group"]]
        kept = [i for i, id in enumerate(found.ids) if id not in without]
        place = np.searchsorted(index, np.array(found.index, dtype=np.int64))
        best, entropy = (np.full((len(kept), len(index)), np.nan) for _ in range(2))
        best[:, place], entropy[:, place] = found.best[kept] * _ratio(g, percent), found.entropy[kept]
        parts.append((views.carried(best), entropy))
        ids += [found.ids[i] for i in kept]
        seeds += [found.seeds[i] for i in kept]
        last += [found.last[i] for i in kept]
        tables += [str(g["table"])] * len(kept)
    label = key
    if key == groups[0]["group"]:
        mark = f" ({groups[0]['mark']})" if groups[0].get("mark") else ""
        label = f"{groups[0]['table']}, {groups[0]['method']}{mark}"
    best, entropy = (np.concatenate(p) for p in zip(*parts, strict=True))
    size = (index, np.array(last, dtype=np.int64)) if ids else (index[:0], np.zeros(0, dtype=np.int64))
    return Line(key, label, tuple(groups), tuple(ids), tuple(seeds), tuple(tables), *size, best, entropy)


def _ratio(group: Group, percent: bool) -> float:
    """Return what turns an outcome into percent of the table's maximum: the same for each of a group's campaigns."""
    return group["best_percent"] / group["best"] if percent and group["best"] and group["best_percent"] else 1.0


def _objective(members: Sequence[Group]) -> str:
    names = {str(g["objectives"] or "outcome") for g in members}
    return names.pop() if len(names) == 1 else "outcome"


def _threshold(choice: Choice, lines: Sequence[Line], percent: bool, goal: str) -> float | None:
    if choice.threshold is not None or percent or not lines:
        return choice.threshold if choice.threshold is not None else REACHED
    finals = np.concatenate([line.final for line in lines])
    finals = finals[np.isfinite(finals)]
    # Half of all replicates get there: neither trivial nor out of reach.
    return float(f"{np.median(finals):.3g}") if len(finals) else None


def _top(lines: Sequence[Line], percent: bool, goal: str) -> dict[str, float]:
    """Return by table what regret is measured from: the maximum, or the best that any chosen replicate found."""
    tops: dict[str, float] = {}
    for line in lines:
        for table, value in zip(line.tables, line.final, strict=True):
            if np.isfinite(value):
                better = max if goal == "max" else min
                tops[table] = 100.0 if percent else better(tops.get(table, float(value)), float(value))
    return tops


def _series(
    kind: int,
    line: Line,
    lines: Sequence[Line],
    against: Line | None,
    threshold: float | None,
    top: Mapping[str, float],
    goal: str,
) -> Series:
    # Before a replicate's first valid result it has no best; an experiment at which none has one is left out.
    shown = np.flatnonzero(np.isfinite(line.best).any(axis=0))
    low, median, high = _quantiles(line.best[:, shown], (0.25, 0.5, 0.75))
    aim = np.array([[top.get(t, np.nan)] for t in line.tables])
    (regret,) = _quantiles(np.abs(aim - line.best[:, shown]), (0.5,))
    final = line.final[np.isfinite(line.final)]
    found: Series = {
        "kind": kind,
        "key": line.key,
        "label": line.label,
        "groups": [g["group"] for g in line.members],
        "replicates": len(line.ids),
        "left_out": sum(g["replicates"] for g in line.members) - len(line.ids),
        "experiments": int(line.last.sum()),
        "seconds": sum(float(g["seconds"] or 0.0) for g in line.members) or None,
        "index": [int(line.index[i]) for i in shown],
        "median": median.tolist(),
        "q25": low.tolist(),
        "q75": high.tolist(),
        "entropy": _means(line.entropy[:, shown]),
        "regret": regret.tolist(),
        "final": {"mean": float(final.mean()), "sd": float(final.std(ddof=1)) if len(final) > 1 else None},
        "entropy_forms": {
            "corrected": _mean([g["entropy_corrected"] for g in line.members]),
            "relative": _mean([g["entropy_relative"] for g in line.members]),
        },
        "survival": None,
        "difference": None,
    }
    if threshold is not None:
        found["survival"] = _survival(line, threshold, goal)
    if against is not None and against is not line:
        found["difference"] = _difference(line, against, goal)
    return found


def _quantiles(table: Floats, shares: tuple[float, ...]) -> Floats:
    """Return quantiles of each column, leaving NaN out (which is slow, so only where there is one)."""
    find = np.nanquantile if np.isnan(table).any() else np.quantile
    return np.asarray(find(table, shares, axis=0))


def _means(table: Floats) -> list[float | None]:
    known = np.isfinite(table).sum(axis=0)
    mean = np.divide(np.nansum(table, axis=0), known, out=np.full(known.shape, np.nan), where=known > 0)
    return [None if np.isnan(v) else float(v) for v in mean]


def _mean(values: Sequence[float | None]) -> float | None:
    found = [v for v in values if v is not None]
    return float(np.mean(found)) if found else None


def _survival(line: Line, threshold: float, goal: str) -> Survival:
    hit = line.best >= threshold if goal == "max" else line.best <= threshold
    reached: NDArray[np.bool_] = np.asarray(hit.any(axis=1))
    times = np.where(reached, line.index[hit.argmax(axis=1)], line.last).astype(np.int64)
    horizon = int(line.index[-1])
    return {
        "threshold": threshold,
        "reached": float(reached.mean()),
        "not_reached": survival(times, reached, horizon).tolist(),
        "restricted_mean_time": restricted_mean_time(times, reached, horizon),
    }


def _difference(line: Line, other: Line, goal: str) -> Difference | None:
    """Compare final bests: paired where table and seed are common, else replicate by replicate."""
    sign = 1.0 if goal == "max" else -1.0
    x, y = (sign * side.final[np.isfinite(side.final)] for side in (line, other))
    if not len(x) or not len(y):
        return None
    a, b = _by_start(line), _by_start(other)
    gaps = sign * np.array([a[k] - b[k] for k in a if k in b])
    low, high = bootstrap_mean(gaps) if len(gaps) > 1 else (None, None)
    mean = float(gaps.mean()) if len(gaps) > 1 else None
    return {"superiority": superiority(x, y), "pairs": len(gaps), "mean": mean, "low": low, "high": high}


def _by_start(line: Line) -> dict[tuple[str, int], float]:
    """Return final bests by table and seed, which say where a replicate began; none if two share them."""
    rows = zip(line.tables, line.seeds, line.final, strict=True)
    found = [((t, s), float(v)) for t, s, v in rows if s is not None and np.isfinite(v)]
    return dict(found) if len(dict(found)) == len(found) else {}

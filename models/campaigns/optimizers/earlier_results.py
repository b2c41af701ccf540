"""What earlier campaigns of a laboratory say of options: a source like any other, and as little trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHRUNK = 2.0  # results that say nothing, added to each option: what was tried once moves little


@dataclass(frozen=True, slots=True)
class Task:
    """Results of one earlier campaign: points, and their outcomes turned so that larger is better."""

    name: str
    points: tuple[Mapping[str, object], ...]
    utilities: tuple[float, ...]


@dataclass(slots=True)
class EarlierResults:
    """Worth of options by the results of earlier campaigns (`hypograph.models.core.protocols.OptionScorer`).

    Each campaign's outcomes are standardised by themselves: another substrate may give less of everything.
    """

    worths: Mapping[tuple[str, str], float]
    name: str

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> EarlierResults:
        """Learn the options' worths from campaigns."""
        count = sum(len(t.points) for t in tasks)
        return cls(option_worths(tasks), f"{count} results of {', '.join(t.name for t in tasks)}")

    def utilities(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str] = ()) -> Floats:
        """Return the effect of each option on a standardised outcome; 0 for one that was never tried."""
        return np.array([self.worths.get((parameter, o), 0.0) for o in options])

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> Floats:
        """Say nothing of options being alike."""
        return np.eye(len(options))


def option_worths(tasks: Sequence[Task]) -> dict[tuple[str, str], float]:
    """Return the additive effects of options on standardised outcomes, by ridge regression over all tasks."""
    keys: dict[tuple[str, str], int] = {}
    rows, targets = list[list[int]](), list[float]()
    for task in tasks:
        y = np.array(task.utilities, dtype=float)
        if len(y) < 2 or y.std() < 1e-12:
            continue
        for point in task.points:
            own = [(name, level) for name, level in point.items() if isinstance(level, str)]
            rows.append([keys.setdefault(key, len(keys)) for key in own])
        targets += ((y - y.mean()) / y.std()).tolist()
    if not keys:
        return {}
    x = np.zeros((len(rows), len(keys)))
    for i, row in enumerate(rows):
        x[i, row] = 1.0
    found = np.linalg.solve(x.T @ x + SHRUNK * np.eye(len(keys)), x.T @ np.array(targets))
    return dict(zip(keys, found.tolist(), strict=True))

"""Time to a target when some runs never get there (Kaplan & Meier 1958)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def survival(times: NDArray[np.int64], reached: NDArray[np.bool_], horizon: int) -> NDArray[np.float64]:
    """Share of runs that have not reached the target after each experiment.

    Parameters
    ----------
    times
        Experiment at which a run reached the target, or at which it was last seen, shape ``(s,)``.
    reached
        Whether it did; False is censored, shape ``(s,)``.
    horizon
        Last experiment.

    Returns
    -------
    ndarray
        Shape ``(horizon + 1,)``, starting with 1 before the first experiment.
    """
    steps = np.arange(1, horizon + 1)
    at_risk = (times[None] >= steps[:, None]).sum(1)
    events = ((times[None] == steps[:, None]) & reached[None]).sum(1)
    share = np.where(at_risk > 0, 1.0 - events / np.maximum(at_risk, 1), 1.0)
    return np.concatenate([[1.0], np.cumprod(share)])


def restricted_mean_time(times: NDArray[np.int64], reached: NDArray[np.bool_], horizon: int) -> float:
    """Mean experiments spent without the target, up to the horizon: the area under the survival curve."""
    return float(survival(times, reached, horizon)[:-1].sum())

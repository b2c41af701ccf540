"""Two objectives: the area that outcomes dominate, and what one more experiment is expected to add to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.posterior import expected_improvement

Floats = NDArray[np.float64]


def hypervolume(y: Floats, reference: Floats) -> float:
    """Area that outcomes dominate above a reference point, larger is better.

    Parameters
    ----------
    y
        Shape ``(n, 2)``.
    reference
        Shape ``(2,)``.
    """
    front = _front(y, reference)
    if not len(front):
        return 0.0
    width = np.diff(front[:, 0], prepend=reference[0])
    return float((width * (front[:, 1] - reference[1])).sum())


def expected_gain(mean: Floats, sd: Floats, y: Floats, reference: Floats) -> Floats:
    """Expected gain of hypervolume by one outcome with independent normal objectives, exactly.

    The area that is not dominated falls into strips between the points of the front. What an outcome adds in a strip
    has the expectation of a product of two expected improvements (the sum over boxes of Emmerich et al. 2011,
    with each side's integral in closed form).

    Parameters
    ----------
    mean, sd
        Of each candidate, shape ``(2, m)``.
    y
        Outcomes so far, shape ``(n, 2)``.
    reference
        Shape ``(2,)``; outcomes below it in either objective add nothing.

    Returns
    -------
    ndarray
        Shape ``(m,)``, not negative.
    """
    front = _front(y, reference)
    edges = np.append(reference[0], front[:, 0])
    heights = np.append(front[:, 1], reference[1])
    beyond = expected_improvement(mean[0], sd[0], edges[:, None])
    within = beyond - np.append(beyond[1:], np.zeros((1, mean.shape[1])), axis=0)
    return np.asarray((within * expected_improvement(mean[1], sd[1], heights[:, None])).sum(0))


def _front(y: Floats, reference: Floats) -> Floats:
    """Return the outcomes above the reference that no other dominates, by the first objective, ascending."""
    above = y[(y > reference).all(1)]
    above = above[np.lexsort((above[:, 1], above[:, 0]))]
    best_of_the_rest = np.append(np.maximum.accumulate(above[::-1, 1])[::-1][1:], -np.inf)
    return np.asarray(above[above[:, 1] > best_of_the_rest])

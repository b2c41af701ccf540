"""Phases: how the mass of a single phase, and of none, is shared over FCC, BCC, HCP, ordered, amorphous and several."""

from __future__ import annotations

import numpy as np

from hypograph.models.evidence.fusion.known_records import FRAME, PRIOR_REPORTS
from hypograph.models.evidence.masses.mass import FloatArray

SINGLE = slice(0, 3)
OTHER = slice(3, len(FRAME))


def phase_bounds(mass: FloatArray, reports: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Belief and plausibility of each phase of the frame.

    Parameters
    ----------
    mass
        On {single, not}, shape ``(alloys, 4)``: ∅, single, not, unknown.
    reports
        Reports by phase, shape ``(alloys, len(FRAME) or more)``; what stands behind names no phase.

    Returns
    -------
    tuple
        Two arrays of shape ``(alloys, len(FRAME))``.

    Notes
    -----
    Within a side the reports make an imprecise Dirichlet model (Walley 1996): phase c gets n_c/(n + s) of the side's
    mass, the side as a whole s/(n + s), with s = 2. Belief counts the first, plausibility the second and m(Ω) too.
    """
    belief = np.zeros((len(mass), len(FRAME)))
    plausibility = np.zeros_like(belief)
    for side, column in ((SINGLE, 1), (OTHER, 2)):
        counts = reports[:, side]
        total = counts.sum(1, keepdims=True) + PRIOR_REPORTS
        own = mass[:, column : column + 1]
        belief[:, side] = own * counts / total
        plausibility[:, side] = belief[:, side] + own * PRIOR_REPORTS / total + mass[:, 3:4]
    return belief, plausibility

"""One campaign to be compared with others, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Run:
    """One campaign.

    Attributes
    ----------
    values
        Outcomes in order, larger is better.
    scale
        Outcomes that count as 0 and 100 percent; None where nobody knows what the best is.
    """

    source: str
    method: str
    table: str
    seed: int
    values: NDArray[np.float64]
    scale: tuple[float, float] | None

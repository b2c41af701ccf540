"""Keep the entropy of a stream of proposals at a target by turning the temperature."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable

import numpy as np


class EntropyTarget:
    """An integrating controller on the logarithm of the temperature.

    After each proposal ``log T ← log T + gain · (target − H)``, where H is the entropy of the last `window`
    proposals over ``log min(window, options)``, with Miller and Madow's correction for small samples. The
    idea of steering surprise by feedback is mirostat's (Basu et al. 2021, arXiv 2007.14966); here what is
    steered is the entropy of whole proposals, not of tokens.

    Parameters
    ----------
    target
        Normalised entropy to keep, in (0, 1).
    options
        Number of things that can be proposed.
    window
        Proposals looked back on.
    start, low, high
        First temperature, and its bounds.
    gain
        Step of the logarithm for an error of 1.
    """

    def __init__(
        self,
        target: float,
        options: int,
        *,
        window: int = 20,
        start: float = 0.7,
        low: float = 0.05,
        high: float = 2.0,
        gain: float = 0.3,
    ) -> None:
        if not 0.0 < target < 1.0 or options < 2 or window < 2 or not low <= start <= high:
            raise ValueError("target must be in (0, 1), options and window at least 2, low <= start <= high")
        self._target, self._gain, self._bounds = target, gain, (np.log(low), np.log(high))
        self._seen: deque[Hashable] = deque(maxlen=window)
        self._log, self._most = float(np.log(start)), float(np.log(min(window, options)))

    @property
    def temperature(self) -> float:
        """Temperature for the next proposal."""
        return float(np.exp(self._log))

    @property
    def entropy(self) -> float:
        """Normalised entropy of the proposals in the window, in [0, 1]; 0 before there are two."""
        n = len(self._seen)
        if n < 2:
            return 0.0
        counts = np.array(list(Counter(self._seen).values()), dtype=float)
        share = counts / n
        plain = -float((share * np.log(share)).sum())
        return float(min(1.0, (plain + (len(counts) - 1) / (2 * n)) / self._most))

    def update(self, proposal: Hashable) -> float:
        """Take a proposal into account and return the next temperature."""
        self._seen.append(proposal)
        if len(self._seen) >= 2:
            step = self._gain * (self._target - self.entropy)
            self._log = float(np.clip(self._log + step, *self._bounds))
        return self.temperature

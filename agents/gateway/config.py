"""A model at an endpoint, and what may be spent on it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from pydantic import SecretStr

from hypograph.models.errors import BudgetSpentError
from hypograph.models.keys import digest


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One named model at an OpenAI-compatible endpoint.

    Attributes
    ----------
    price_in, price_out
        Price of 1,000 tokens, in any one currency.
    timeout
        Seconds to wait for one answer.
    max_asks
        Times that an invalid answer is asked for again, the first included.
    """

    name: str
    base_url: str
    model: str
    api_key: SecretStr | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    max_concurrency: int = 4
    timeout: float = 120.0
    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 512
    max_asks: int = 2

    @property
    def fingerprint(self) -> str:
        """What tells this source of answers from another; the key is not part of it."""
        return digest(self.base_url, self.model, self.temperature, self.seed, self.max_tokens, length=16)


@dataclass(slots=True)
class Budget:
    """Calls, tokens and money that may be spent; None is no limit. Answers from the cache cost nothing."""

    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    spent_calls: int = 0
    spent_tokens: int = 0
    spent_cost: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reserve(self) -> None:
        """Count one call, before it is made.

        Raises
        ------
        BudgetSpentError
            If a limit is reached; what was answered so far is kept.
        """
        with self._lock:
            for limit, spent, what in (
                (self.calls, self.spent_calls, "calls"),
                (self.tokens, self.spent_tokens, "tokens"),
                (self.cost, self.spent_cost, "cost"),
            ):
                if limit is not None and spent >= limit:
                    raise BudgetSpentError(
                        f"the budget of {limit} {what} is spent",
                        where="language model",
                        hint="Raise it and run again: answers so far are kept and not paid for twice.",
                    )
            self.spent_calls += 1

    def add(self, tokens: int, cost: float) -> None:
        """Add what a call has used."""
        with self._lock:
            self.spent_tokens += tokens
            self.spent_cost += cost

"""A model at an endpoint, how it decodes, and what may be spent on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from hypograph.models.core.errors import BudgetSpentError
from hypograph.models.core.keys import digest

_STANDARD = ("top_p",)
FULL_CONTEXT = 16_000  # tokens; below it the full prompts with passages would leave no room for an answer


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a server draws tokens; what is None is left to the server.

    All but `top_p` are extensions (llama.cpp, vLLM, Ollama): a server that does not know them refuses, and
    that refusal is passed on.

    Attributes
    ----------
    top_p
        Nucleus sampling (Holtzman et al. 2020), in (0, 1].
    min_p
        Least probability relative to the likeliest token (arXiv 2407.01082), in [0, 1].
    typical_p
        Locally typical sampling (arXiv 2202.00666), in (0, 1].
    top_n_sigma
        Keep logits within n standard deviations of the maximum (arXiv 2411.07641).
    mirostat, mirostat_tau, mirostat_eta
        Feedback on surprise (arXiv 2007.14966): version 1 or 2, target surprise in bits, learning rate.
    """

    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    top_n_sigma: float | None = None
    mirostat: int | None = None
    mirostat_tau: float | None = None
    mirostat_eta: float | None = None

    def standard(self) -> dict[str, float]:
        """Return what every OpenAI-compatible server takes."""
        return {k: v for k in _STANDARD if (v := getattr(self, k)) is not None}

    def extensions(self) -> dict[str, float]:
        """Return what goes beyond the standard, under the names that llama.cpp uses."""
        names = [f.name for f in fields(self) if f.name not in _STANDARD]
        return {k: v for k in names if (v := getattr(self, k)) is not None}


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One named model at an OpenAI-compatible endpoint.

    Attributes
    ----------
    weights
        SHA-256 of the model's file where it is known (a local model): then the address, whose port may change
        from start to start, is no part of the fingerprint.
    price_in, price_out
        Price of 1,000 tokens, in any one currency.
    max_concurrency
        Requests at once to the endpoint, shared by all gateways of the process to that address.
    per_minute
        Requests a minute at most; None is no limit.
    timeout
        Seconds to wait for one answer.
    max_asks
        Times that a question is asked until the answer fits, the first included.
    max_tries
        Times that one request is sent where the fault may pass (no connection, 408, 409, 429, 5xx).
    headers, query
        Headers and parameters of the address that go with every request; what stands in `base_url` behind ``?`` joins
        the latter.
    extra_body
        Further keys of every request's body.
    reasoning_effort
        What is asked of a reasoning model, such as ``low``; empty leaves it to the server.
    omit
        Parameters that are never sent.
    verify
        Whether certificates are checked, or the file of the authority that signed them.
    stream
        Whether answers are streamed; None streams where the server wants it.
    context
        Tokens that prompt and answer may take together, where it is known; below `FULL_CONTEXT` prompts are short.
    prompts
        ``compact``, ``full``, or ``auto``: by context and kind of model.
    ways
        How closed questions are asked: ``letters``, ``reasoned``, or ``auto``: as measured, else as the model allows.
    share_prefix
        Let a llama.cpp server reuse the start that prompts have in common: faster, but log-probabilities then
        differ in the third digit with the order of the questions.
    """

    name: str
    base_url: str
    model: str
    api_key: SecretStr | None = field(default=None, repr=False)
    weights: str = ""
    embedding_model: str = ""
    price_in: float = 0.0
    price_out: float = 0.0
    max_concurrency: int = 4
    per_minute: float | None = None
    timeout: float = 300.0
    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 512
    max_asks: int = 2
    max_tries: int = 4
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    extra_body: Mapping[str, object] = field(default_factory=dict)
    reasoning_effort: str = ""
    omit: tuple[str, ...] = ()
    verify: bool | str = True
    stream: bool | None = None
    context: int | None = None
    prompts: str = "auto"
    ways: str = "auto"
    share_prefix: bool = False
    decoding: Decoding = Decoding()

    @property
    def local(self) -> bool:
        """Whether this is a local llama.cpp server with a known file."""
        return bool(self.weights)

    @property
    def address(self) -> str:
        """The address without what stands behind ``?``."""
        return self.base_url.strip().split("?", 1)[0].rstrip("/")

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters of the address that go with every request."""
        return {**dict(parse_qsl(urlsplit(self.base_url.strip()).query)), **self.query}

    @property
    def key(self) -> str:
        """The key without the blanks and line ends that copying adds; empty where there is none."""
        return "".join(self.api_key.get_secret_value().split()) if self.api_key else ""

    @property
    def size(self) -> str:
        """Which prompts this model is shown: ``compact`` or ``full``."""
        if self.prompts != "auto":
            return self.prompts
        short = self.context is not None and self.context < FULL_CONTEXT
        return "compact" if self.local or short else "full"

    @property
    def fingerprint(self) -> str:
        """What tells this model from another: endpoint and name, or the file's hash; never the key."""
        return digest(self.weights or self.base_url.rstrip("/"), "" if self.weights else self.model, length=16)

    @property
    def settings_key(self) -> str:
        """Fingerprint together with everything that changes what the model answers."""
        asked = (self.temperature, self.seed, self.max_tokens, self.max_asks, self.decoding)
        more = (self.reasoning_effort, sorted(self.omit), dict(self.extra_body), dict(self.query))
        return digest(self.fingerprint, asked, *([] if not any(more) else [more]), length=16)


@dataclass(slots=True)
class Budget:
    """Calls, tokens, money and minutes that may be spent; None is no limit. Answers from the cache cost nothing.

    A call is counted before it is made, so that calls never exceed their limit; tokens and money are known
    only afterwards and may exceed theirs by the calls then under way. Limits may be raised at any time.
    `interrupted` are calls that an earlier run had sent when it was killed: they count as calls.
    """

    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    minutes: float | None = None
    spent_calls: int = 0
    spent_tokens: int = 0
    spent_thought: int = 0
    spent_cost: float = 0.0
    interrupted: int = 0
    _began: float = field(default_factory=time.monotonic, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def out_of_time(self) -> bool:
        """Whether the minutes are spent."""
        return self.minutes is not None and (time.monotonic() - self._began) / 60 >= self.minutes

    def reserve(self) -> None:
        """Count one call, before it is made.

        Raises
        ------
        BudgetSpentError
            If a limit is reached; what was answered so far is kept.
        """
        with self._lock:
            for limit, spent, what in (
                (self.calls, self.spent_calls + self.interrupted, "calls"),
                (self.tokens, self.spent_tokens, "tokens"),
                (self.cost, self.spent_cost, "cost"),
                (self.minutes, (time.monotonic() - self._began) / 60, "minutes"),
            ):
                if limit is not None and spent >= limit:
                    raise BudgetSpentError(
                        f"the budget of {limit:g} {what} is spent",
                        where="language model",
                        hint="Raise it and run again: answers so far are kept and not paid for twice.",
                    )
            self.spent_calls += 1

    def release(self) -> None:
        """Take back a call that never got an answer."""
        with self._lock:
            self.spent_calls -= 1

    def carry(self, calls: int, tokens: int, cost: float) -> None:
        """Count calls that an earlier run may have paid for, though it was killed before it could keep an answer."""
        with self._lock:
            self.interrupted += calls
        self.add(tokens, cost)

    def add(self, tokens: int, cost: float, thought: int = 0) -> None:
        """Add what a call has used; `thought` are those of the tokens that went into reasoning."""
        with self._lock:
            self.spent_tokens += tokens
            self.spent_thought += thought
            self.spent_cost += cost

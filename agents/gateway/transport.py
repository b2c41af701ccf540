"""HTTP requests to one endpoint: paced, gated, and sent again where that may help."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from hypograph.agents.gateway import explanations
from hypograph.agents.gateway.config import ModelConfig
from hypograph.agents.gateway.refusals import Kind, Refusal, cleaned, read_refusal, refusal_within
from hypograph.agents.gateway.reply import body_of

T = TypeVar("T")
_LONGEST_WAIT = 60.0
_TOO_LONG = 300.0  # seconds: a server that asks for more is not waited for
_gates: dict[str, threading.BoundedSemaphore] = {}
_gates_lock = threading.Lock()


class RefusedError(Exception):
    """A refused request, for whoever negotiates."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.reason)


def _gate(config: ModelConfig) -> threading.BoundedSemaphore:
    with _gates_lock:
        key = f"{config.base_url} {config.max_concurrency}"
        return _gates.setdefault(key, threading.BoundedSemaphore(config.max_concurrency))


class Pace:
    """At most so many requests a minute, evenly spaced; threads share one.

    Parameters
    ----------
    per_minute
        Requests a minute; None never waits.
    clock, sleep
        Time in seconds, and waiting.
    """

    def __init__(
        self,
        per_minute: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._clock, self._sleep = clock, sleep
        self._next, self._lock = float("-inf"), threading.Lock()

    def wait(self) -> None:
        """Wait for the next free place."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            self._sleep(start - now)


class Transport:
    """The openai client for one model, below its parsing: bodies go out and come back as they are.

    Parameters
    ----------
    config
        The model.
    http_client
        An `httpx2.Client` with another transport (tests); None for the network.
    sleep
        Waits between attempts.
    """

    def __init__(
        self, config: ModelConfig, http_client: Any = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._config, self._http, self._sleep = config, http_client, sleep
        self._pace, self._random = Pace(config.per_minute, sleep=sleep), random.Random(config.seed)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown in a message."""
        given = [self._config.key, *self._config.headers.values()]
        return tuple(s for s in given if s)

    def complete(self, body: Mapping[str, Any], *, key_header: bool) -> tuple[str, str]:
        """Send a chat request; return the body of the response and its content type.

        Raises
        ------
        RefusedError
            If the server refuses, also in a successful response.
        NoCompletionError
            If the response is neither JSON nor a stream.
        NetworkError, ModelError
            If nothing comes back.
        """
        extra = {k: v for k, v in body.items() if k not in ("model", "messages")}

        def call() -> tuple[str, str]:
            raw = self._client.chat.completions.with_raw_response.create(
                model=body["model"],
                messages=body["messages"],
                extra_body=extra,
                extra_headers=self._headers(key_header),
                extra_query=self._config.parameters or None,
            )
            text, kind = raw.http_response.text, raw.headers.get("content-type", "")
            if (refusal := refusal_within(body_of(text, kind), self.secrets)) is not None:
                raise RefusedError(refusal)
            return text, kind

        return self._send(call)

    def embed(self, texts: Sequence[str], model: str) -> list[list[float]]:
        """Return one embedding a text.

        Raises
        ------
        RefusedError, NetworkError, ModelError
            As `complete`.
        """

        def call() -> list[list[float]]:
            found = self._client.embeddings.create(
                model=model,
                input=list(texts),
                extra_headers=self._headers(False),
                extra_query=self._config.parameters or None,
            )
            return [list(row.embedding) for row in found.data]

        return self._send(call)

    def _headers(self, key_header: bool) -> dict[str, str]:
        """Headers beyond Authorization; Azure and gateways before it look for the key elsewhere."""
        own = {str(k).lower() for k in self._config.headers}
        found = dict(self._config.headers)
        if key_header or "api-version" in self._config.parameters or ".azure" in self._config.address:
            names = ("api-key", "x-api-key", "ocp-apim-subscription-key") if key_header else ("api-key",)
            found |= {name: self._config.key for name in names if name not in own and self._config.key}
        return found

    def _send(self, call: Callable[[], T]) -> T:
        import openai
        from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            named = error.refusal.retry_after if isinstance(error, RefusedError) else None
            # Full jitter (Brooker 2015): clients that failed together do not come back together.
            drawn = self._random.uniform(0, min(_LONGEST_WAIT, 0.5 * 2**state.attempt_number))
            return drawn if named is None else min(named, _LONGEST_WAIT) + drawn / 4

        def attempt() -> T:
            self._pace.wait()
            with _gate(self._config):
                try:
                    return call()
                except openai.APIStatusError as error:
                    response = error.response
                    raise RefusedError(
                        read_refusal(error.status_code, response.text, response.headers, self.secrets)
                    ) from error

        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._config.max_tries),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except openai.APIConnectionError as error:
            slow = isinstance(error, openai.APITimeoutError)
            reason = cleaned(str(error.__cause__ or ""), self.secrets)
            raise explanations.of_connection(self._config, slow=slow, reason=reason) from error
        except (openai.OpenAIError, TypeError, KeyError, AttributeError) as error:
            raise explanations.of_no_completion(f"something else ({type(error).__name__})", self._config) from error

    @cached_property
    def _client(self) -> Any:
        """The client; openai is imported here, not before."""
        import openai

        c = self._config
        client = self._http
        if client is None and c.verify is not True:
            client = openai.DefaultHttpxClient(verify=_verify(c.verify))
        return openai.OpenAI(
            base_url=c.address, api_key=c.key or "none", timeout=c.timeout, max_retries=0, http_client=client
        )


def _verify(given: bool | str) -> Any:
    import ssl

    return ssl.create_default_context(cafile=given) if isinstance(given, str) else given


def _may_pass(error: BaseException) -> bool:
    """Tell whether sending the request again may help."""
    import openai

    if isinstance(error, RefusedError):
        return error.refusal.kind is Kind.BUSY and (error.refusal.retry_after or 0.0) <= _TOO_LONG
    return isinstance(error, openai.APIConnectionError)

"""Requests to one endpoint: paced, sent again where that can help, faults turned into clear errors."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from hypograph.agents.gateway.config import ModelConfig
from hypograph.models.core.errors import CapabilityError, ModelError, NetworkError

T = TypeVar("T")
Messages = Sequence[tuple[str, str]]
_LONGEST_WAIT = 60.0
_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
_gates: dict[str, threading.BoundedSemaphore] = {}
_gates_lock = threading.Lock()


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


class Wire:
    """LangChain's OpenAI client for one model.

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
        self,
        config: ModelConfig,
        http_client: Any = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._config, self._http, self._sleep = config, http_client, sleep
        self._pace, self._random = Pace(config.per_minute, sleep=sleep), random.Random(config.seed)
        self._once = threading.Lock()

    def structured(self, schema: Any, messages: Messages, **options: Any) -> dict[str, Any]:
        """Ask for an answer that fits a Pydantic schema; keys `raw`, `parsed` and `parsing_error`."""
        bound = self.chat.with_structured_output(schema, include_raw=True, **self._extra(options))

        def call() -> dict[str, Any]:
            import openai
            from pydantic import ValidationError

            unusable = (
                ValidationError,
                openai.LengthFinishReasonError,
                openai.ContentFilterFinishReasonError,
            )
            try:
                reply: dict[str, Any] = bound.invoke(list(messages))
            except unusable as error:  # the client parses before it can hand over the raw text
                return {"raw": None, "parsed": None, "parsing_error": error}
            return reply

        return self._send(call)

    def plain(self, messages: Messages, **options: Any) -> Any:
        """Ask for a message; `options` are those of the chat endpoint."""
        bound = self.chat.bind(**self._extra(options))
        return self._send(lambda: bound.invoke(list(messages)))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one embedding a text."""
        return self._send(lambda: self._embeddings.embed_documents(list(texts)))

    def _extra(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Add the parameters that only some servers know."""
        body = {**self._config.decoding.extensions(), **options.get("extra_body", {})}
        if self._config.local:
            body["cache_prompt"] = self._config.share_prefix
        return {**options, **({"extra_body": body} if body else {})}

    def _send(self, call: Callable[[], T]) -> T:
        import openai
        from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            named = _retry_after(error)
            # Full jitter (Brooker 2015): clients that failed together do not come back together.
            drawn = self._random.uniform(0, min(_LONGEST_WAIT, 0.5 * 2**state.attempt_number))
            return drawn if named is None else min(named, _LONGEST_WAIT) + drawn / 4

        def attempt() -> T:
            self._pace.wait()
            with _gate(self._config):
                return call()

        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._config.max_tries),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except openai.OpenAIError as error:
            raise self._explained(error) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(
                f"the endpoint's answer is not one of a chat endpoint ({type(error).__name__})",
                where=self._config.base_url,
                expected="an OpenAI-compatible address, which usually ends in /v1",
            ) from error

    def _explained(self, error: Exception) -> ModelError | NetworkError:
        import openai

        where = f"{self._config.model} at {self._config.base_url}"
        if isinstance(error, openai.APITimeoutError):
            return NetworkError(
                f"no answer within {self._config.timeout:g} s",
                where=where,
                hint="Raise HYPOGRAPH_LLM_TIMEOUT, or try again.",
            )
        if isinstance(error, openai.APIConnectionError):
            return NetworkError("the language model does not answer", where=where, hint="Is the endpoint running?")
        if isinstance(error, openai.APIStatusError):
            return _refusal(error.status_code, where)
        return ModelError(f"the endpoint's answer cannot be used ({type(error).__name__})", where=where)

    @cached_property
    def chat(self) -> Any:
        """The chat client; LangChain is imported here, not before."""
        from langchain_openai import ChatOpenAI

        c = self._config
        return ChatOpenAI(
            base_url=c.base_url,
            model=c.model,
            api_key=self._key,  # type: ignore[arg-type]
            temperature=c.temperature,
            seed=c.seed,
            max_tokens=c.max_tokens,  # type: ignore[call-arg]
            timeout=c.timeout,
            max_retries=0,
            http_client=self._http,
            cache=False,
            **c.decoding.standard(),  # type: ignore[arg-type]
        )

    @cached_property
    def _embeddings(self) -> Any:
        from langchain_openai import OpenAIEmbeddings

        c = self._config
        return OpenAIEmbeddings(
            base_url=c.base_url,
            model=c.embedding_model or c.model,
            api_key=self._key,  # type: ignore[arg-type]
            timeout=c.timeout,
            max_retries=0,
            check_embedding_ctx_length=False,
            http_client=self._http,
        )

    @property
    def _key(self) -> str:
        return self._config.api_key.get_secret_value() if self._config.api_key else "none"


def _refusal(status: int, where: str) -> ModelError:
    if status in {400, 404, 422, 501}:
        return CapabilityError(
            f"the endpoint refused the request with status {status}",
            where=where,
            hint="The model's name may be wrong, or the endpoint cannot do what was asked of it.",
        )
    if status in {401, 403}:
        return ModelError(
            f"the endpoint refused the key with status {status}",
            where=where,
            hint="Check HYPOGRAPH_LLM_API_KEY.",
        )
    return ModelError(f"the endpoint failed with status {status}", where=where, hint="Try again later.")


def _may_pass(error: BaseException) -> bool:
    """Tell whether sending the request again may help."""
    import json

    import openai

    if isinstance(error, openai.APIStatusError):
        return error.status_code in _PASSING
    return isinstance(error, openai.APIConnectionError | openai.APIResponseValidationError | json.JSONDecodeError)


def _retry_after(error: BaseException | None) -> float | None:
    """Read the header Retry-After, in seconds; a date is left to the jitter."""
    response = getattr(error, "response", None)
    try:
        return max(0.0, float(response.headers["retry-after"])) if response is not None else None
    except (KeyError, ValueError):
        return None

"""One door to a language model: structured answers, cached, counted, within a budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hypograph.agents.gateway.cache import AnswerCache
from hypograph.agents.gateway.config import Budget, ModelConfig
from hypograph.models.errors import ModelError, NetworkError
from hypograph.models.keys import digest
from hypograph.models.protocols import CallSink
from hypograph.models.records import ModelCall

S = TypeVar("S", bound=BaseModel)
INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Answer:
    """A validated answer, or None where the model gave nothing that could be used ("no knowledge")."""

    value: Any
    text: str
    prompt_hash: str
    cached: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: instructions, text, the schema of the answer, and what for."""

    purpose: str
    system: str
    user: str
    schema: type[BaseModel]
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What a gateway has used since it was made."""

    calls: int
    tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the endpoint can do."""

    structured_output: bool

    def as_dict(self) -> dict[str, bool]:
        """Return the capabilities by name."""
        return {"structured_output": self.structured_output}


class Gateway:
    """A connection to one model; make one with `connect`.

    Parameters
    ----------
    config
        The model.
    cache_folder
        Where answers are kept.
    sink
        Takes the ledger's rows; None keeps none.
    budget
        What may be spent.
    http_client
        Transport for tests; None for the network.
    """

    def __init__(
        self,
        config: ModelConfig,
        cache_folder: Path,
        sink: CallSink | None = None,
        budget: Budget | None = None,
        http_client: Any = None,
    ) -> None:
        self.config, self.budget = config, budget or Budget()
        self._cache, self._sink, self._http = AnswerCache(cache_folder), sink, http_client
        self._gate = threading.Semaphore(config.max_concurrency)

    def spent(self) -> Spent:
        """Return calls, tokens and cost so far; cached answers are free."""
        return Spent(self.budget.spent_calls, self.budget.spent_tokens, self.budget.spent_cost)

    def ask(self, question: Question) -> Answer:
        """Ask one question.

        Raises
        ------
        NetworkError, ModelError
            If the endpoint does not answer, or refuses.
        BudgetSpentError
            If a limit is reached.
        """
        prompt_hash = digest(question.system, question.user, question.schema.model_json_schema())
        key = digest(self.config.fingerprint, prompt_hash, question.sample, length=40)
        began = time.monotonic()
        if (text := self._cache.get(key)) is not None:
            self._log(key, question, prompt_hash, (0, 0), began, cached=True, ok=text != INVALID)
            return Answer(_parse(question.schema, text), text, prompt_hash, cached=True)
        text, value = self._ask_until_valid(question, key, prompt_hash)
        self._cache.put(key, text if value is not None else INVALID)
        return Answer(value, text, prompt_hash, cached=False)

    def ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask questions side by side, as many at once as the endpoint may take; answers keep the order."""
        with ThreadPoolExecutor(self.config.max_concurrency) as pool:
            return list(pool.map(self.ask, questions))

    def capabilities(self) -> Capabilities:
        """Ask one small question to see what the endpoint can do.

        Raises
        ------
        NetworkError, ModelError
            If it does not answer.
        """
        probe = Question("probe", "Answer in JSON.", "Is water wet?", _Probe)
        return Capabilities(structured_output=self.ask(probe).value is not None)

    def _ask_until_valid(
        self, question: Question, key: str, prompt_hash: str
    ) -> tuple[str, BaseModel | None]:
        text, user = "", question.user
        for attempt in range(self.config.max_asks):
            began = time.monotonic()
            self.budget.reserve()
            with self._gate:
                reply = self._call(question, user)
            text = str(reply["raw"].content)
            value = (
                reply["parsed"]
                if isinstance(reply["parsed"], question.schema)
                else _parse(question.schema, text)
            )
            usage = reply["raw"].usage_metadata or {}
            tokens = (int(usage.get("input_tokens", 0)), int(usage.get("output_tokens", 0)))
            self._log(
                f"{key}-{attempt}", question, prompt_hash, tokens, began, cached=False, ok=value is not None
            )
            if value is not None:
                return value.model_dump_json(), value
            fault = f"{reply['parsing_error']!s:.300}"
            user = f"{question.user}\n\nYour last answer did not fit the schema: {fault}. Answer again."
        return text, None

    def _call(self, question: Question, user: str) -> dict[str, Any]:
        import openai
        from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

        passing = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)

        @retry(
            retry=retry_if_exception_type(passing),
            stop=stop_after_attempt(3),
            wait=wait_random_exponential(multiplier=0.5, max=20),
            reraise=True,
        )
        def attempt() -> dict[str, Any]:
            bound = self._chat.with_structured_output(question.schema, include_raw=True)
            reply: dict[str, Any] = bound.invoke([("system", question.system), ("user", user)])
            return reply

        try:
            return attempt()
        except openai.APIConnectionError as error:
            raise NetworkError(
                "the language model does not answer",
                where=self.config.base_url,
                hint="Is the endpoint running?",
            ) from error
        except openai.APIStatusError as error:
            raise ModelError(
                f"the endpoint refused with status {error.status_code}",
                where=f"{self.config.model} at {self.config.base_url}",
                hint="Check HYPOGRAPH_LLM_MODEL and HYPOGRAPH_LLM_API_KEY.",
            ) from error
        except (openai.OpenAIError, ValidationError, ValueError) as error:
            return _broken(error)

    @cached_property
    def _chat(self) -> Any:
        from langchain_openai import ChatOpenAI

        key = self.config.api_key.get_secret_value() if self.config.api_key else "none"
        return ChatOpenAI(
            base_url=self.config.base_url,
            model=self.config.model,
            api_key=key,  # type: ignore[arg-type]
            temperature=self.config.temperature,
            seed=self.config.seed,
            max_tokens=self.config.max_tokens,  # type: ignore[call-arg]
            timeout=self.config.timeout,
            max_retries=0,
            http_client=self._http,
        )

    def _log(
        self,
        key: str,
        question: Question,
        prompt_hash: str,
        tokens: tuple[int, int],
        began: float,
        *,
        cached: bool,
        ok: bool,
    ) -> None:
        cost = (tokens[0] * self.config.price_in + tokens[1] * self.config.price_out) / 1000
        self.budget.add(sum(tokens), cost)
        if self._sink is not None and not cached:
            seconds = round(time.monotonic() - began, 4)
            call = ModelCall(
                digest(key),
                self.config.model,
                question.purpose,
                prompt_hash,
                *tokens,
                cost,
                seconds,
                cached=cached,
                ok=ok,
            )
            self._sink.record([call])


class _Probe(BaseModel):
    yes: bool


class _Raw:
    """Stands for a reply that could not be read at all."""

    content = ""
    usage_metadata: dict[str, int] | None = None


def _broken(error: Exception) -> dict[str, Any]:
    return {"raw": _Raw(), "parsed": None, "parsing_error": type(error).__name__}


def _parse(schema: type[S], text: str) -> S | None:
    try:
        return schema.model_validate_json(text)
    except ValidationError:
        return None


def connect(
    config: ModelConfig,
    *,
    cache_folder: Path,
    sink: CallSink | None = None,
    budget: Budget | None = None,
    http_client: Any = None,
) -> Gateway:
    """Make a gateway; nothing is sent before the first question."""
    return Gateway(config, cache_folder, sink, budget, http_client)

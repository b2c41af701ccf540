"""One door to a language model: structured answers, cached, counted, within a budget."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from hypograph.agents.gateway.cache import AnswerCache
from hypograph.agents.gateway.config import Budget, ModelConfig
from hypograph.agents.gateway.questions import (
    Answer,
    Capabilities,
    Choice,
    Closed,
    Letter,
    Question,
    Reading,
    Spent,
    choice,
    parse,
)
from hypograph.agents.gateway.uncertainty import letters, shares
from hypograph.agents.gateway.wire import Wire
from hypograph.models.core.errors import CapabilityError, HypographError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import CallSink
from hypograph.models.core.records import ModelCall

INVALID = "invalid"
SAMPLES = 5
SAMPLE_TEMPERATURE = 0.8
_IN_JSON = "Answer only with JSON that fits this schema, without any other text: "
A = TypeVar("A")
B = TypeVar("B")


class Gateway:
    """A connection to one model; make one with `connect`.

    Parameters
    ----------
    config
        The model.
    cache_folder
        Where answers and measured skills are kept.
    sink
        Takes the ledger's rows; None keeps none.
    budget
        What may be spent.
    http_client
        Transport for tests; None for the network.
    sleep
        Waits between attempts and for the pace.
    """

    def __init__(
        self,
        config: ModelConfig,
        cache_folder: Path,
        sink: CallSink | None = None,
        budget: Budget | None = None,
        http_client: Any = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.config, self.budget = config, budget or Budget()
        self._cache, self._sink = AnswerCache(cache_folder), sink
        self._wire = Wire(config, http_client, sleep)
        self._hits, self._cost, self._lock = 0, 0.0, threading.Lock()

    def spent(self) -> Spent:
        """Return calls, tokens and cost so far; cached answers are free."""
        b = self.budget
        return Spent(b.spent_calls, b.spent_tokens, b.spent_cost, self._hits)

    @property
    def cost(self) -> float:
        """What this gateway's own calls have cost; `spent` is that of its budget, which others may share."""
        return self._cost

    def skill(self, kind: str, of: str | None = None) -> float | None:
        """Return the measured skill of this model (or of the fingerprint `of`) at `kind` of question, if any."""
        return self._cache.skill(of or self.config.fingerprint, kind)

    def keep_skill(self, kind: str, low: float, document: dict[str, Any], of: str | None = None) -> None:
        """Keep a measured skill (lower end of its interval) under the model's fingerprint, or under `of`."""
        self._cache.keep_skill(of or self.config.fingerprint, kind, low, document)

    def assessment(self, kind: str, of: str | None = None) -> dict[str, Any] | None:
        """Return the document that was kept with a measured skill, None where none was measured."""
        return self._cache.assessment(of or self.config.fingerprint, kind)

    def ask(self, question: Question) -> Answer:
        """Ask one question; an answer that never fits is kept as "no knowledge".

        Raises
        ------
        NetworkError, ModelError
            If the endpoint does not answer, or refuses.
        BudgetSpentError
            If a limit is reached.
        """
        prompt_hash = question.prompt_hash
        key = self._key("structured", prompt_hash, question.sample)
        if (text := self._recall(key)) is not None:
            return Answer(parse(question.schema, text)[0], text, prompt_hash, cached=True)
        text, value = self._until_valid(question, key)
        self._cache.put(key, value.model_dump_json() if value is not None else INVALID)
        return Answer(value, text, prompt_hash, cached=False)

    def ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask questions side by side, as many at once as the endpoint may take; answers keep the order."""
        return self._side_by_side(self.ask, questions)

    def choose(self, closed: Closed) -> Choice:
        """Ask a closed question in all its readings.

        Probabilities come from log-probabilities where the endpoint offers them, else from `SAMPLES` answers
        drawn at temperature `SAMPLE_TEMPERATURE` with different seeds; then the readings are averaged, which
        takes out the preference for a letter (arXiv 2309.03882).

        Raises
        ------
        NetworkError, ModelError, BudgetSpentError
            As `ask`.
        """
        prompt_hash = digest(closed.system, closed.readings)
        rows: list[np.ndarray | None] = []
        method = "samples" if self._lacks("logprobs") else "log-probabilities"
        for reading in closed.readings:
            if method == "log-probabilities":
                top = self._top(closed, reading)
                if top is not None:
                    rows.append(letters(top, closed.size))
                    continue
                method = "samples"
            rows.append(self._sampled(closed, reading))
        return choice(rows, closed, method, prompt_hash)

    def choose_all(self, questions: Sequence[Closed]) -> list[Choice]:
        """Ask closed questions side by side; answers keep the order.

        Readings that begin alike (same instructions, same worked examples) are sent one after the other, so
        that a server that keeps the start of a prompt works it out once.
        """
        if not self._lacks("logprobs"):
            # What is sent counts: A against B turned round is B against A.
            readings = {self._reading_key(q, r): (q, r) for q in questions for r in q.readings}
            alike = sorted(readings.values(), key=lambda qr: digest(qr[0].system, qr[1].shots))
            if alike and self._top(*alike[0]) is not None:
                self._side_by_side(lambda qr: self._top(*qr), alike[1:])
        return self._side_by_side(self.choose, questions)

    def samples(self, question: Question, n: int) -> list[Answer]:
        """Draw n answers to one question with different seeds, at `SAMPLE_TEMPERATURE` or above."""
        from dataclasses import replace

        return self.ask_all([replace(question, sample=question.sample * 1000 + i + 1) for i in range(n)])

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return embeddings, shape ``(len(texts), d)``; each text is embedded once.

        Raises
        ------
        CapabilityError
            If the endpoint has no embeddings.
        """
        keys = [self._key("embedding", digest(t), 0) for t in texts]
        found = {k: v for k in keys if (v := self._recall(k)) is not None}
        left = {k: t for k, t in zip(keys, texts, strict=True) if k not in found}
        if left:
            vectors = self._counted("embedding", "embedding", lambda: self._wire.embed(list(left.values())))
            for k, vector in zip(left, vectors, strict=True):
                found[k] = json.dumps([round(float(x), 7) for x in vector])
                self._cache.put(k, found[k])
        return np.array([json.loads(found[k]) for k in keys])

    def capabilities(self) -> Capabilities:
        """Ask a few small questions to see what the endpoint can do.

        Raises
        ------
        NetworkError, ModelError
            If it does not answer at all.
        """
        from hypograph.agents.gateway.probe import probe

        return probe(self._wire)

    def _until_valid(self, question: Question, key: str) -> tuple[str, BaseModel | None]:
        text, user = "", question.user
        for attempt in range(self.config.max_asks):
            text, value, fault = self._once(question, user, f"{key}-{attempt}")
            if value is not None:
                return text, value
            user = f"{question.user}\n\nYour last answer did not fit the schema ({fault[:200]}). Answer again."
        return text, None

    def _once(self, question: Question, user: str, key: str) -> tuple[str, BaseModel | None, str]:
        """Ask once, with the schema enforced by the server where it can."""
        options = self._drawing(question.sample, question.temperature)
        began = time.monotonic()
        self.budget.reserve()
        try:
            reply = self._reply(question, user, options)
        except HypographError:
            self.budget.release()
            raise
        raw, value, fault = reply["raw"], reply["parsed"], str(reply["parsing_error"] or "")
        text = str(raw.content) if raw is not None else ""
        if not isinstance(value, question.schema):
            value, told = parse(question.schema, text)
            fault = told or fault
        self._log(key, question, _usage(raw, reply["parsing_error"]), began, ok=value is not None)
        return text, value, fault

    def _reply(self, question: Question, user: str, options: dict[str, Any]) -> dict[str, Any]:
        if not self._lacks("schema"):
            try:
                return self._wire.structured(question.schema, [("system", question.system), ("user", user)], **options)
            except CapabilityError:
                pass
        told = f"{question.system}\n{_IN_JSON}{json.dumps(question.schema.model_json_schema())}"
        raw = self._wire.plain([("system", told), ("user", user)], **options)
        self._cache.put(self._flag("schema"), "1")  # only now: the request itself was not at fault
        return {"raw": raw, "parsed": None, "parsing_error": None}

    def _top(self, closed: Closed, reading: Reading) -> dict[str, float] | None:
        """Return the first token's likeliest spellings; None where the endpoint does not offer them."""
        key = self._reading_key(closed, reading)
        if (text := self._recall(key)) is not None:
            found: dict[str, float] = json.loads(text)
            return found
        messages = _turns(closed.system, reading)
        try:
            raw = self._counted(
                closed.purpose,
                key,
                lambda: self._wire.plain(messages, logprobs=True, top_logprobs=20, max_tokens=1, temperature=0.0),
            )
        except CapabilityError:
            self._cache.put(self._flag("logprobs"), "1")
            return None
        content = (raw.response_metadata.get("logprobs") or {}).get("content") or []
        if not content:
            self._cache.put(self._flag("logprobs"), "1")
            return None
        top: dict[str, float] = {}
        for t in content[0].get("top_logprobs") or [content[0]]:
            top[t["token"]] = float(t["logprob"])
        self._cache.put(key, json.dumps(top))
        return top

    def _sampled(self, closed: Closed, reading: Reading) -> np.ndarray | None:
        shots = "".join(f"{q}\nAnswer: {a}\n\n" for q, a in reading.shots)
        answers = [
            self.ask(Question(closed.purpose, closed.system, shots + reading.user, Letter, i + 1)).value
            for i in range(SAMPLES)
        ]
        spelt = [a.answer.strip().upper() for a in answers if a is not None]
        known = [ord(s) - ord("A") for s in spelt if len(s) == 1 and 0 <= ord(s) - ord("A") < closed.size]
        return shares(known, closed.size) if known else None

    def _drawing(self, sample: int, temperature: float | None) -> dict[str, Any]:
        if not sample:
            return {}
        warm = max(self.config.temperature, SAMPLE_TEMPERATURE) if temperature is None else temperature
        return {"seed": (self.config.seed + sample) % (1 << 31), "temperature": warm}

    def _counted(self, purpose: str, key: str, call: Callable[[], A]) -> A:
        began = time.monotonic()
        self.budget.reserve()
        try:
            raw = call()
        except HypographError:
            self.budget.release()
            raise
        question = Question(purpose, "", "", Letter)
        self._log(key, question, _usage(raw, None), began, ok=True)
        return raw

    def _recall(self, key: str) -> str | None:
        text = self._cache.get(key)
        if text is not None:
            with self._lock:
                self._hits += 1
        return text

    def _lacks(self, what: str) -> bool:
        return self._cache.get(self._flag(what)) is not None

    def _flag(self, what: str) -> str:
        return f"lacks-{what}-{self.config.fingerprint}"

    def _reading_key(self, closed: Closed, reading: Reading) -> str:
        return self._key("closed", digest(closed.system, reading.user, reading.shots), 0)

    def _key(self, kind: str, prompt_hash: str, sample: int) -> str:
        return digest(kind, self.config.settings_key, prompt_hash, sample, length=40)

    def _side_by_side(self, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        with ThreadPoolExecutor(self.config.max_concurrency) as pool:
            waiting = [pool.submit(work, item) for item in items]
            try:
                return [w.result() for w in waiting]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # what has not begun would fail alike
                raise

    def _log(self, key: str, question: Question, tokens: tuple[int, int], began: float, *, ok: bool) -> None:
        cost = (tokens[0] * self.config.price_in + tokens[1] * self.config.price_out) / 1000
        self.budget.add(sum(tokens), cost)
        with self._lock:
            self._cost += cost
        if self._sink is None:
            return
        row = ModelCall(
            id=digest(key, self.config.settings_key),
            model=self.config.model,
            purpose=question.purpose,
            prompt_hash=question.prompt_hash,
            tokens_in=tokens[0],
            tokens_out=tokens[1],
            cost=cost,
            seconds=round(time.monotonic() - began, 4),
            cached=False,
            ok=ok,
        )
        self._sink.record([row])


def _turns(system: str, reading: Reading) -> list[tuple[str, str]]:
    shots = [turn for q, a in reading.shots for turn in (("user", q), ("assistant", a))]
    return [("system", system), *shots, ("user", reading.user)]


def _usage(raw: Any, error: Any) -> tuple[int, int]:
    usage = getattr(raw, "usage_metadata", None) or {}
    if not usage and (completion := getattr(error, "completion", None)) is not None and completion.usage:
        return completion.usage.prompt_tokens, completion.usage.completion_tokens
    return int(usage.get("input_tokens", 0)), int(usage.get("output_tokens", 0))


def connect(
    config: ModelConfig,
    *,
    cache_folder: Path,
    sink: CallSink | None = None,
    budget: Budget | None = None,
    http_client: Any = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Gateway:
    """Make a gateway; nothing is sent before the first question."""
    return Gateway(config, cache_folder, sink, budget, http_client, sleep)

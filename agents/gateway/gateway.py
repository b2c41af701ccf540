"""One door to a language model: structured answers, cached, counted, within a budget."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hypograph.agents.answers.cache import AnswerCache
from hypograph.agents.answers.journal import Journal
from hypograph.agents.gateway import explanations
from hypograph.agents.gateway.config import Budget, ModelConfig
from hypograph.agents.gateway.habits import Habits
from hypograph.agents.gateway.meter import CallMeter
from hypograph.agents.gateway.negotiation import Request
from hypograph.agents.gateway.questions import Answer, Capabilities, Choice, Closed, Question, Spent, parse
from hypograph.agents.gateway.reply import Reply
from hypograph.agents.gateway.wire import Wire
from hypograph.models.core.errors import BudgetSpentError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import CallSink
from hypograph.models.core.records import ModelCall

INVALID = "invalid"
SAMPLE_TEMPERATURE = 0.8
MOST_IGNORED = 2  # answers without the schema that was asked for, until it stands in every prompt
USELESS = 2  # answers that cannot be used, with none that can, until the model is given up
A = TypeVar("A")
B = TypeVar("B")


class Gateway:
    """A connection to one model; make one with `connect`.

    Parameters
    ----------
    config
        The model.
    cache_folder
        Where answers, measured skills and findings about the endpoint are kept.
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
        patience = config.timeout * config.max_tries
        self._journal = Journal(self._cache, cache_folder, config.fingerprint, config.model, patience)
        habits = Habits.from_dict(self._cache.habits(config.fingerprint))
        self.wire = Wire(config, http_client, sleep, habits, self.keep_habits)
        self._hits, self._cost, self._lock = 0, 0.0, threading.Lock()
        self._pace: dict[str, float] = {}
        self._ignored = self._useful = self._useless = self._bare = 0

    def spent(self) -> Spent:
        """Return calls, tokens and cost so far; cached answers are free."""
        b = self.budget
        return Spent(b.spent_calls, b.spent_tokens, b.spent_cost, self._hits, b.spent_thought, b.interrupted)

    @property
    def cost(self) -> float:
        """What this gateway's own calls have cost; `spent` is that of its budget, which others may share."""
        return self._cost

    @property
    def notes(self) -> list[str]:
        """What the endpoint was found to refuse, and what is done instead; one sentence each."""
        return self.wire.habits.notes()

    def skill(self, kind: str, of: str | None = None) -> float | None:
        """Return the measured skill of this model (or of the fingerprint `of`) at `kind` of question, if any."""
        return self._cache.skill(of or self.config.fingerprint, kind)

    def keep_skill(self, kind: str, low: float, document: dict[str, Any], of: str | None = None) -> None:
        """Keep a measured skill (what an answer counts for) under the model's fingerprint, or under `of`."""
        self._cache.keep_skill(of or self.config.fingerprint, kind, low, document)

    def assessment(self, kind: str, of: str | None = None) -> dict[str, Any] | None:
        """Return the document that was kept with a measured skill, None where none was measured."""
        return self._cache.assessment(of or self.config.fingerprint, kind)

    def ask(self, question: Question) -> Answer:
        """Ask one question; an answer that never fits is kept as "no knowledge".

        An answer that is empty, declined or cut short is no knowledge either, but is not kept.

        Raises
        ------
        NetworkError, ModelError
            If the endpoint does not answer, or refuses.
        BudgetSpentError
            If a limit is reached.
        """
        prompt_hash = question.prompt_hash
        key = self.structured_key(question)
        if (text := self.recall(key)) is None:
            with self.asking(question.purpose, key, prompt_hash) as meter:
                if (text := self.recall(key)) is None:  # nobody has asked it meanwhile
                    return self._asked(question, meter)
        return Answer(parse(question.schema, text)[0], text, prompt_hash, cached=True)

    def _asked(self, question: Question, meter: CallMeter) -> Answer:
        key, prompt_hash = meter.key, meter.prompt_hash
        user, fault, reply = question.user, "", Reply("")
        room = question.max_tokens or self.config.max_tokens
        for attempt in range(self.config.max_asks):
            reply = self._structured(question, user, room, told=attempt > 0, meter=meter)
            value, unfit = parse(question.schema, reply.text)
            if value is not None and not reply.cut:
                self._kept_schema(ignored=attempt > 0 and fault == "no JSON")
                self.keep(key, value.model_dump_json())
                self.count_use(useful=True)
                return Answer(value, reply.text, prompt_hash, cached=False)
            fault = reply.fault or unfit
            if not reply.usable and not (reply.cut and reply.text):
                break  # it was asked again already
            room = 2 * room if reply.cut else room
            user = f"{question.user}\n\nYour last answer did not fit the schema ({fault[:200]}). Answer again."
        if reply.usable:
            self.keep(key, INVALID)
        self.count_use(useful=reply.usable, fault=fault)
        return Answer(None, reply.text, prompt_hash, cached=False, fault=fault)

    def ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask questions side by side, as many at once as the endpoint may take; answers keep the order."""
        return self.side_by_side(self.ask, questions)

    def choose(self, closed: Closed, way: str | None = None) -> Choice:
        """Ask a closed question, in the way that suits this model or in the given one; see `closed_questions`.

        Raises
        ------
        NetworkError, ModelError, BudgetSpentError
            As `ask`.
        """
        from hypograph.agents.gateway import closed_answers

        return closed_answers.choose(self, closed, way)

    def choose_all(self, questions: Sequence[Closed], way: str | None = None) -> list[Choice]:
        """Ask closed questions side by side; answers keep the order.

        Readings that begin alike (same instructions, same worked examples) are sent one after the other, so
        that a server that keeps the start of a prompt works it out once.
        """
        from hypograph.agents.gateway import closed_answers

        closed_answers.prepare(self, questions, way)
        return self.side_by_side(lambda q: self.choose(q, way), questions)

    def choose_within(self, questions: Sequence[Closed]) -> list[Choice | None]:
        """Ask closed questions; where a budget of minutes is spent, what was not answered by then is None.

        Raises
        ------
        NetworkError, ModelError, BudgetSpentError
            As `ask`; a budget of calls, tokens or money that is spent is an error.
        """
        try:
            return list(self.choose_all(questions))
        except BudgetSpentError:
            if not self.budget.out_of_time:
                raise
        found: list[Choice | None] = []
        for question in questions:
            try:
                found.append(self.choose(question))  # what was answered is kept: nothing is sent any more
            except BudgetSpentError:
                found.append(None)
        return found

    def samples(self, question: Question, n: int) -> list[Answer]:
        """Draw n answers to one question with different seeds, at `SAMPLE_TEMPERATURE` or above."""
        return self.ask_all([replace(question, sample=question.sample * 1000 + i + 1) for i in range(n)])

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return embeddings, shape ``(len(texts), d)``; each text is embedded once.

        Raises
        ------
        CapabilityError
            If the endpoint has no embeddings.
        """
        keys = [self._key("embedding", digest(t), 0) for t in texts]
        found = {k: v for k in keys if (v := self.recall(k)) is not None}
        left = {k: t for k, t in zip(keys, texts, strict=True) if k not in found}
        if left:
            with self.asking("embedding", self.key("embeddings", sorted(left))) as meter:
                found |= {k: v for k in left if (v := self.recall(k)) is not None}  # another has asked meanwhile
                found |= self._embedded({k: t for k, t in left.items() if k not in found}, meter)
        return np.array([json.loads(found[k]) for k in keys])

    def _embedded(self, texts: Mapping[str, str], meter: CallMeter) -> dict[str, str]:
        """Embed texts and keep their vectors, as JSON, under their keys."""
        if not texts:
            return {}
        length = sum(map(len, texts.values()))
        meter.before(length)
        try:
            vectors = self.wire.embed(list(texts.values()))
        except BaseException:
            meter.undo()
            raise
        meter.after(Reply("vectors", tokens_in=length // 4, estimated=True), 0.0)
        found = {}
        for k, vector in zip(texts, vectors, strict=True):
            found[k] = json.dumps([round(float(x), 7) for x in vector])
            self.keep(k, found[k])
        return found

    def capabilities(self, *, anew: bool = True) -> Capabilities:
        """Ask a few small questions to see what the endpoint can do; what was remembered of it is found anew.

        Parameters
        ----------
        anew
            False takes what was found within the last `FRESH` days, where there is such a finding.

        Raises
        ------
        NetworkError, ModelError
            If it does not answer at all, or gives no answer that can be used.
        """
        from hypograph.agents.gateway.probe import kept, probe

        return (None if anew else kept(self)) or probe(self)

    def keep_habits(self, habits: Habits) -> None:
        """Keep what was found of the endpoint, in place of what was kept before."""
        self._cache.keep_habits(self.config.fingerprint, habits.as_dict())

    def keep_finding(self, document: dict[str, Any]) -> None:
        """Keep what the endpoint can do."""
        self._cache.keep_habits(f"can {self.config.fingerprint}", document)

    def finding(self) -> dict[str, Any] | None:
        """Return what the endpoint was found to be able to do, None where it was not asked."""
        return self._cache.habits(f"can {self.config.fingerprint}") or None

    def side_by_side(self, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """Do work on each item, as many at once as the endpoint may take; results keep the order."""
        with ThreadPoolExecutor(self.config.max_concurrency) as pool:
            waiting = [pool.submit(work, item) for item in items]
            try:
                return [w.result() for w in waiting]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # what has not begun would fail alike
                raise

    @contextlib.contextmanager
    def asking(self, purpose: str, key: str, prompt_hash: str = "") -> Iterator[CallMeter]:
        """Ask for one answer; whoever asks for the same, in any thread or process, waits meanwhile.

        What a killed run left under way is counted in the budget before the first question.

        Raises
        ------
        DiskError
            If the folder of answers cannot be written, or its file system has no locks.
        """
        left = self._journal.reconcile()
        if left.calls:
            self.budget.carry(left.calls, left.tokens, left.cost)
        with self._journal.asking(key) as entry:
            yield CallMeter(self, purpose, key, prompt_hash, entry)

    def recall(self, key: str) -> str | None:
        """Return a kept answer and count it as one that was not paid for."""
        text = self._cache.get(key)
        if text is not None:
            with self._lock:
                self._hits += 1
        return text

    def holds(self, key: str) -> bool:
        """Tell whether an answer is kept, without counting it as used."""
        return self._cache.get(key) is not None

    def structured_key(self, question: Question) -> str:
        """Return the key of the answer to a question with a schema."""
        return self._key("structured", question.prompt_hash, question.sample)

    def keep(self, key: str, text: str) -> None:
        """Keep an answer under its key."""
        self._cache.put(key, text, self.config.fingerprint, self.config.model)

    def key(self, kind: str, *parts: Any) -> str:
        """Return the key of an answer: kind of question, model and settings, and what was asked."""
        return self._key(kind, digest(*parts), 0)

    def count_use(self, *, useful: bool, fault: str = "") -> None:
        """Count an answer as one that could be used or not.

        Raises
        ------
        ModelError
            If the first answers can none of them be used: the next would be paid for in vain.
        """
        with self._lock:
            self._useful += useful
            self._useless += not useful
            hopeless = not self._useful and self._useless >= USELESS
        if hopeless:
            raise explanations.of_useless(fault, self.config)

    def count_without(self) -> int:
        """Count an answer that came without the log-probabilities asked for; return how many did."""
        with self._lock:
            self._bare += 1
            return self._bare

    def count_call(self, reply: Reply, seconds: float, cost: float) -> None:
        """Add a call to what this gateway's own calls have cost and how long they took."""
        with self._lock:
            self._cost += cost
            for name, value in {
                "calls": 1,
                "seconds": seconds,
                "tokens_in": reply.tokens_in,
                "tokens_out": reply.tokens_out,
                "thought": reply.tokens_thought or len(reply.thoughts) // 4,
            }.items():
                self._pace[name] = self._pace.get(name, 0.0) + value

    def keep_pace(self) -> None:
        """Keep how long calls took and how many tokens they used, for estimates."""
        with self._lock:
            new, self._pace = self._pace, {}
        if new:
            before = self.pace()
            kept = {k: v + before.get(k, 0.0) for k, v in new.items()}
            self._cache.keep_habits(f"pace {self.config.fingerprint}", kept)

    def pace(self) -> dict[str, float]:
        """Return sums over the calls so far: calls, seconds, tokens_in, tokens_out, thought; empty before the first."""
        return self._cache.habits(f"pace {self.config.fingerprint}")

    def notice_thoughts(self, reply: Reply) -> None:
        """Remember that the model reasons before it answers."""
        before = self.wire.habits
        if reply.thinks and "thinks" not in before:
            self.wire.remember(before.put("thinks", 1, ""), before)

    def log(self, row: ModelCall) -> None:
        """Write a row of the ledger."""
        if self._sink is not None:
            self._sink.record([row])

    def _structured(self, question: Question, user: str, room: int, *, told: bool, meter: CallMeter) -> Reply:
        warm = self.config.temperature
        if question.sample:
            warm = max(warm, SAMPLE_TEMPERATURE) if question.temperature is None else question.temperature
        request = Request(
            messages=(("system", question.system), ("user", user)),
            max_tokens=room,
            temperature=warm,
            seed=(self.config.seed + question.sample) % (1 << 31),
            schema=question.schema.model_json_schema(),
            schema_name=question.schema.__name__,
            told=told,
        )
        return self.wire.ask(request, meter)

    def _kept_schema(self, *, ignored: bool) -> None:
        """Notice that the server does nothing with a schema; after a few times it stands in every prompt."""
        if not ignored:
            return
        with self._lock:
            self._ignored += 1
            often = self._ignored >= MOST_IGNORED
        if often:
            before = self.wire.habits
            reason = "answers did not keep to response_format"
            self.wire.remember(before.put("told", 1, reason), before)

    def _key(self, kind: str, prompt_hash: str, sample: int) -> str:
        return digest(kind, self.config.settings_key, prompt_hash, sample, length=40)


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

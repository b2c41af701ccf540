"""One endpoint as it really is: refusals are read, worked around and remembered; thoughts get the room they need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from hypograph.agents.gateway import explanations
from hypograph.agents.gateway.config import ModelConfig
from hypograph.agents.gateway.habits import Habits
from hypograph.agents.gateway.negotiation import Request, adapt, compose, experiments
from hypograph.agents.gateway.refusals import Kind, Refusal
from hypograph.agents.gateway.reply import NoCompletionError, Reply, read_reply
from hypograph.agents.gateway.transport import RefusedError, Transport
from hypograph.models.core.errors import ModelError

MOST_ROUNDS = 40
MOST_BLANKS = 5  # empty answers to one question before it is given up
MOST_DECLINED = 4
FIRST_ROOM, MOST_ROOM = 2_048, 65_536  # tokens for thoughts, beside those of the answer
_OPENING = 4  # what room is multiplied with where it does not do


class Meter(Protocol):
    """Counts what is sent and what comes back."""

    def before(self, length: int) -> None:
        """Count a request, of so many characters, before it is sent; raises where a budget is spent."""

    def undo(self) -> None:
        """Take back a request that got no answer."""

    def after(self, reply: Reply, seconds: float) -> None:
        """Count what an answer has used."""


class Wire:
    """Asks one model, in the way that its endpoint takes.

    Parameters
    ----------
    config
        The model.
    http_client
        An `httpx2.Client` with another transport (tests); None for the network.
    sleep
        Waits between attempts.
    habits
        What was found of the endpoint before.
    keep
        Takes what is found now.
    """

    def __init__(
        self,
        config: ModelConfig,
        http_client: Any = None,
        sleep: Callable[[float], None] = time.sleep,
        habits: Habits | None = None,
        keep: Callable[[Habits], None] = lambda _: None,
    ) -> None:
        self._config, self._keep, self._lock = config, keep, threading.Lock()
        self._transport = Transport(config, http_client, sleep)
        self.habits = habits or Habits()

    def ask(self, request: Request, meter: Meter) -> Reply:
        """Send a request until it is answered, changing what the server's own words call for.

        A change is made only where the same request is refused twice, and is remembered only where it helps: a filter
        of contents, or one odd refusal, changes nothing. An answer that is empty, declined or cut short by thoughts
        is asked for again; the last one is returned if none is better.

        Raises
        ------
        NetworkError, ModelError
            If the endpoint does not answer, or refuses for a reason that no change mends.
        BudgetSpentError
            If a limit is reached.
        """
        return _Conversation(self, request, meter).run()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one embedding a text.

        Raises
        ------
        NetworkError, ModelError
            As `ask`.
        """
        try:
            return self._transport.embed(texts, self._config.embedding_model or self._config.model)
        except RefusedError as error:
            raise explanations.of_refusal(error.refusal, self._config) from error

    def post(self, request: Request, habits: Habits, meter: Meter) -> Reply | Refusal:
        """Send a request once (and again where a fault passes)."""
        body = compose(request, self._config, habits)
        meter.before(request.length)
        began = time.monotonic()
        try:
            text, kind = self._transport.complete(body, key_header="key header" in habits)
            reply = read_reply(text, kind, request.length)
        except RefusedError as error:
            meter.undo()
            return error.refusal
        except BaseException:
            meter.undo()
            raise
        meter.after(reply, time.monotonic() - began)
        return reply

    def remember(self, habits: Habits, before: Habits) -> None:
        """Keep what was found since `before`, beside what others found meanwhile."""
        with self._lock:
            new = {k: h for k, h in habits.found.items() if before.found.get(k) != h}
            if "room" in new and habits.number("room", 0) <= self.habits.number("room", 0):
                del new["room"]
            if not new:
                return
            self.habits = Habits({**self.habits.found, **new})
            self._keep(self.habits)

    def body(self, request: Request, habits: Habits) -> dict[str, Any]:
        """Return the body of a request."""
        return compose(request, self._config, habits)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown in a message."""
        return self._transport.secrets

    def explained(self, refusal: Refusal) -> ModelError:
        """Put a refusal into one sentence."""
        return explanations.of_refusal(refusal, self._config)

    def no_completion(self, what: str) -> ModelError:
        """Put what came instead of a completion into one sentence."""
        return explanations.of_no_completion(what, self._config)


class _Conversation:
    """One request and all that is sent for it."""

    def __init__(self, wire: Wire, request: Request, meter: Meter) -> None:
        self._wire, self._request, self._meter = wire, request, meter
        self._start = self._habits = wire.habits
        self._trials: Iterator[Habits] | None = None
        self._seen: Refusal | None = None
        self._blanks = self._declined = 0

    def run(self) -> Reply:
        for _ in range(MOST_ROUNDS):
            try:
                found = self._wire.post(self._request, self._habits, self._meter)
            except NoCompletionError as error:
                self._blanks += 1
                if "list of choices" in str(error) and self._blanks < MOST_DECLINED:
                    continue
                raise self._wire.no_completion(str(error)) from error
            if isinstance(found, Refusal):
                if (declined := self._refused(found)) is not None:
                    return declined
            elif not self._again(found):
                self._wire.remember(self._habits, self._start)
                return found
        raise self._wire.explained(self._seen or Refusal(400, "no way was found to ask this server"))

    def _refused(self, refusal: Refusal) -> Reply | None:
        """Change the request after a refusal; what a filter before the model says is returned as an answer."""
        new = self._seen is None or not refusal.like(self._seen)
        self._seen = refusal
        if new and refusal.kind in (Kind.REQUEST, Kind.FILTER, Kind.ACCESS):
            return None  # one odd refusal changes nothing: the same is sent again
        if refusal.kind is Kind.FILTER:
            return Reply("", refusal=refusal.reason or "filtered")
        body = self._wire.body(self._request, self._habits)
        changed = adapt(self._habits, self._request, body, refusal)
        if changed is not None:
            self._habits = changed
            return None
        if self._trials is None:
            if refusal.kind is not Kind.REQUEST:
                raise self._wire.explained(refusal)
            self._trials = experiments(self._habits, self._request, body, refusal)
        following = next(self._trials, None)
        if following is None:
            raise self._wire.explained(refusal)
        self._habits = following
        return None

    def _again(self, reply: Reply) -> bool:
        """Tell whether to ask again for an answer that is not usable, after making the change that may help."""
        if reply.cut and (reply.thinks or not (reply.text.strip() or reply.tokens)):
            return self._more_room()
        if reply.refusal:
            self._declined += 1
            return self._redrawn(self._declined < MOST_DECLINED)
        if not reply.cut and not reply.text.strip():
            self._blanks += 1
            return self._redrawn(self._blanks < MOST_BLANKS)
        return False

    def _redrawn(self, again: bool) -> bool:
        if again:  # the same seed would give the same answer
            self._request = replace(self._request, seed=(self._request.seed + 7919) % (1 << 31))
        return again

    def _more_room(self) -> bool:
        room = self._wire.habits.number("room", 0)
        mine = self._habits.number("room", 0)
        wider = max(room, FIRST_ROOM if not mine else mine * _OPENING)
        limit = self._habits.number("limit max_tokens", 1 << 30)
        if mine >= MOST_ROOM or self._request.max_tokens + mine >= limit:
            return False
        reason = "an answer was cut short within its reasoning"
        self._habits = self._habits.put("room", min(wider, MOST_ROOM), reason)
        return True

"""How a closed question is asked: by the probability of a letter, or with reasons and stated probabilities.

*Letters* reads the log-probabilities at the token of the answer, in all orders and wordings, and averages them, which
takes out the preference for a letter (arXiv 2309.03882). *Reasoned* asks for a few sentences of reasons, the letter,
and a probability for every option, once in each order; stated probabilities are averaged in log-odds and joined with
how often the answers agree. Reasoning models and servers without log-probabilities can be asked in the second way
only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hypograph.agents.gateway.negotiation import Request
from hypograph.agents.gateway.questions import (
    LETTER_ONLY,
    LETTERS,
    REASONED,
    Choice,
    Closed,
    Question,
    Reading,
    choice,
    reasoned_schema,
    stated,
)
from hypograph.agents.gateway.uncertainty import joined, letter_index, letter_said, letters
from hypograph.agents.prompts import template
from hypograph.models.core.keys import digest

if TYPE_CHECKING:
    from hypograph.agents.gateway.gateway import Gateway
    from hypograph.agents.gateway.meter import CallMeter
    from hypograph.agents.gateway.reply import Reply

METHODS = {LETTERS: "letters (log-probabilities)", REASONED: "reasoned (stated probabilities)"}
LETTER_ROOM = 12  # tokens for a letter with what some models write around it
REASONED_ROOM = 700  # tokens for a few sentences and the probabilities
_TOP = 20
_MOST_WITHOUT = 3  # answers without the log-probabilities that were asked for, until they are no longer asked for


def way_of(gateway: Gateway, purpose: str) -> str:
    """Return how questions of a purpose are asked: as set, as was measured to be better, or as the model allows."""
    if gateway.config.ways != "auto":
        return gateway.config.ways
    measured = gateway.assessment(purpose)
    if measured is not None and measured.get("way") in METHODS:
        return str(measured["way"])
    habits = gateway.wire.habits
    return REASONED if _without(gateway) or "thinks" in habits or "room" in habits else LETTERS


def can_read_letters(gateway: Gateway) -> bool:
    """Tell whether log-probabilities were not found to be missing."""
    return not _without(gateway)


def prepare(gateway: Gateway, questions: Sequence[Closed], way: str | None) -> None:
    """Read the letters of many questions, those first that begin alike."""
    asked = [q for q in questions if (way or way_of(gateway, q.purpose)) == LETTERS]
    if not asked or _without(gateway):
        return
    # What is sent counts: A against B turned round is B against A.
    readings = {_reading_key(gateway, q, r): (q, r) for q in asked for r in q.readings}
    alike = sorted(readings.values(), key=lambda qr: digest(qr[0].system, qr[1].shots))
    if _letters(gateway, *alike[0])[0]:
        gateway.side_by_side(lambda qr: _letters(gateway, *qr), alike[1:])


def choose(gateway: Gateway, closed: Closed, way: str | None = None) -> Choice:
    """Ask one closed question; where the server gives no log-probabilities it is asked with reasons instead."""
    prompt_hash = digest(closed.system, closed.readings)
    if (way or way_of(gateway, closed.purpose)) == LETTERS and not _without(gateway):
        found = [_letters(gateway, closed, r) for r in closed.readings]
        if all(offered for offered, *_ in found):
            fault = next((f for _, row, f in found if row is None), "")
            rows = [row for _, row, _ in found]
            return choice(rows, closed, closed.readings, METHODS[LETTERS], prompt_hash, fault=fault)
    return _reasoned(gateway, closed, prompt_hash)


def outstanding(gateway: Gateway, questions: Sequence[Closed], way: str) -> tuple[int, int]:
    """Count the calls that closed questions still cost, and those whose answers are kept."""
    if way == LETTERS and not _without(gateway):
        keys = {_reading_key(gateway, q, r) for q in questions for r in q.readings}
    else:
        keys = {gateway.structured_key(asked) for q in questions for asked in _with_reasons(gateway, q)}
    kept = sum(gateway.holds(key) for key in keys)
    return len(keys) - kept, kept


def _without(gateway: Gateway) -> bool:
    return "omit logprobs" in gateway.wire.habits or "no logprobs" in gateway.wire.habits


def _text(gateway: Gateway, reading: Reading) -> str:
    """Return what the question says, in the size that suits the model, without how to answer."""
    if gateway.config.size == "full" and reading.full:
        return reading.full
    return reading.user.replace(f" {LETTER_ONLY}", "").replace(f"{LETTER_ONLY}\n", "").replace(LETTER_ONLY, "").strip()


def _letters(gateway: Gateway, closed: Closed, reading: Reading) -> tuple[bool, np.ndarray | None, str]:
    """Return whether log-probabilities are offered, the letters' probabilities, and what came back instead."""
    key = _reading_key(gateway, closed, reading)
    if (kept := gateway.recall(key)) is None:
        with gateway.asking(closed.purpose, key) as meter:
            if (kept := gateway.recall(key)) is None:  # nobody has asked it meanwhile
                return _letters_asked(gateway, closed, reading, meter)
    row = json.loads(kept)
    return True, None if row is None else np.array(row), ""


def _letters_asked(
    gateway: Gateway, closed: Closed, reading: Reading, meter: CallMeter
) -> tuple[bool, np.ndarray | None, str]:
    shots = [turn for q, a in reading.shots for turn in (("user", q), ("assistant", a))]
    request = Request(
        messages=(("system", closed.system), *shots, ("user", _letter_text(gateway, reading))),
        max_tokens=1 if gateway.config.local else LETTER_ROOM,
        temperature=0.0,
        seed=gateway.config.seed,
        top=_TOP,
    )
    meter.prompt_hash = digest(request.messages)
    reply = gateway.wire.ask(request, meter)
    if not reply.text.strip() and not reply.tokens:
        gateway.count_use(useful=False, fault=reply.fault)
        return True, None, reply.fault
    gateway.count_use(useful=True)
    if not reply.tokens:
        _noticed(gateway)
        return False, None, "no log-probabilities"
    row = _read(reply, closed.size)
    gateway.keep(meter.key, json.dumps(None if row is None else [round(float(x), 9) for x in row]))
    return True, row, "" if row is not None else f"no letter: “{reply.text[:80]}”"


def _letter_text(gateway: Gateway, reading: Reading) -> str:
    text = _text(gateway, reading)
    return f"{text}\n\n{LETTER_ONLY}" if text == reading.full else reading.user


def _reading_key(gateway: Gateway, closed: Closed, reading: Reading) -> str:
    return gateway.key("letters", closed.system, _letter_text(gateway, reading), reading.shots)


def _read(reply: Reply, n: int) -> np.ndarray | None:
    """Read the letters where the answer stands: not among the thoughts, and not before the words around it."""
    tokens = reply.tokens
    said = letter_said(reply.text, n)
    start = _answer_start([t.text for t in tokens], reply.text)
    places = [i for i in range(start, len(tokens)) if said is not None and letter_index(tokens[i].text, n) == said]
    if not places and said is not None:
        places = [i for i in reversed(range(len(tokens))) if letter_index(tokens[i].text, n) == said]
    place = places[0] if places else start
    return letters(tokens[place].top, n) if place < len(tokens) else None


def _answer_start(tokens: Sequence[str], text: str) -> int:
    """Return the first token from which on all tokens together are the answer; 0 where none fits."""
    wanted, tail = "".join(text.split()), ""
    for i in reversed(range(len(tokens))):
        tail = "".join(tokens[i].split()) + tail
        if tail.endswith(wanted) or (len(tail) >= len(wanted) and wanted and wanted in tail):
            return i
    return 0


def _noticed(gateway: Gateway) -> None:
    """Notice an answer without log-probabilities; after a few they are no longer asked for."""
    if gateway.count_without() >= _MOST_WITHOUT:
        before = gateway.wire.habits
        gateway.wire.remember(before.put("no logprobs", 1, "answers came without them"), before)


def _with_reasons(gateway: Gateway, closed: Closed) -> list[Question]:
    """Return a closed question as it is asked with reasons, once in each order."""
    schema, system = reasoned_schema(closed.size), template("reasoned_system").template.strip()
    texts = [_text(gateway, r) for r in closed.orders]
    return [Question(closed.purpose, system, text, schema, max_tokens=REASONED_ROOM) for text in texts]


def _reasoned(gateway: Gateway, closed: Closed, prompt_hash: str) -> Choice:
    readings = closed.orders
    answers = [gateway.ask(question) for question in _with_reasons(gateway, closed)]
    rows: list[np.ndarray | None] = []
    labels: list[int] = []
    table: list[np.ndarray] = []
    for answer, reading in zip(answers, readings, strict=True):
        if answer.value is None:
            rows.append(None)
            continue
        p, letter = stated(answer.value, closed.size)
        rows.append(p)
        turned = np.empty(closed.size)
        turned[list(reading.order)] = p
        table.append(turned)
        labels.append(reading.order[letter])
    reasons = tuple(a.value.reasons if a.value is not None else "" for a in answers)
    fault = next((a.fault or "an answer that does not fit the schema" for a in answers if a.value is None), "")
    found = choice(rows, closed, readings, METHODS[REASONED], prompt_hash, reasons, fault)
    if not table:
        return found
    named = iter(labels)
    said = tuple(-1 if row is None else next(named) for row in rows)
    return replace(found, p=joined(np.array(table), labels), labels=said)

"""What an endpoint can do, found by asking it; what is missing is worked around or refused."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from hypograph.agents.gateway import explanations
from hypograph.agents.gateway.habits import NO_JSON, Habits
from hypograph.agents.gateway.negotiation import Request
from hypograph.agents.gateway.questions import Capabilities, parse
from hypograph.agents.gateway.refusals import cleaned
from hypograph.agents.gateway.reply import Reply
from hypograph.models.core.errors import CapabilityError, ModelError

if TYPE_CHECKING:
    from hypograph.agents.gateway.gateway import Gateway

FRESH = 7  # days for which findings hold without asking again
INSTEAD = {
    "structured_output": "the schema is put into the prompt and the answer validated",
    "logprobs": "closed questions are asked with reasons and stated probabilities",
    "seed": "answers are repeatable only through the cache",
    "embeddings": "semantic entropy and volume are refused",
}
_HELLO = (("user", "Say yes."),)
_KEPT = ("room", "thinks")  # what need not be found again


class _Probe(BaseModel):
    """Uses every keyword that the schemas of the roles use, so that one that is refused is found here."""

    yes: bool
    kind: Literal["liquid", "solid"] = "liquid"
    words: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=3)
    share: float = Field(1.0, ge=0.0, le=100.0, description="How sure this is.")


def probe(gateway: Gateway) -> Capabilities:
    """Send a few small requests, and find the endpoint's habits anew.

    Raises
    ------
    NetworkError, ModelError
        If the endpoint does not answer at all, refuses, or gives no answer that can be used.
    """
    wire, before = gateway.wire, gateway.wire.habits
    wire.habits = Habits({k: before.found[k] for k in _KEPT if k in before})
    try:
        hello = _hello(gateway)  # whatever is wrong with the address is told here
        if not hello.text.strip():
            raise explanations.of_useless(hello.fault, gateway.config)
        found = {
            "structured_output": _structured(gateway),
            "logprobs": _logprobs(gateway),
            "seed": _seed(gateway),
            "embeddings": _embeddings(gateway),
        }
        if NO_JSON in wire.habits and not found["logprobs"]:
            wrote = wire.habits.found[NO_JSON].reason
            raise explanations.of_useless(f"it gives no JSON and no log-probabilities: “{wrote}”", gateway.config)
    except BaseException:
        wire.habits = before
        raise
    gateway.keep_habits(wire.habits)
    instead = {k: v for k, v in INSTEAD.items() if not found[k]}
    able = Capabilities(**found, instead=instead, thinks="thinks" in wire.habits)
    gateway.keep_finding({"date": _today().isoformat(), "able": found, "thinks": able.thinks})
    return able


def kept(gateway: Gateway) -> Capabilities | None:
    """Return what was found within the last `FRESH` days, None where nothing was."""
    finding = gateway.finding()
    # A day to come was noted by a clock that went wrong.
    if finding is None or not 0 <= (_today() - datetime.date.fromisoformat(finding["date"])).days <= FRESH:
        return None
    able = finding["able"]
    return Capabilities(**able, instead={k: v for k, v in INSTEAD.items() if not able[k]}, thinks=finding["thinks"])


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _asked(gateway: Gateway, request: Request) -> Reply:
    with gateway.asking("probe", gateway.key("probe", request.messages)) as meter:
        return gateway.wire.ask(request, meter)


def _hello(gateway: Gateway) -> Reply:
    """Say hello, twice where the first answer cannot be used: a model may decline or say nothing now and then."""
    hello = _asked(gateway, Request(_HELLO, 16, 0.0, 0))
    return hello if hello.text.strip() else _asked(gateway, Request((("user", "Is water wet?"),), 16, 0.0, 1))


def _structured(gateway: Gateway) -> bool:
    """Tell whether the server keeps to a schema; where it takes one and does not, the schema goes into every prompt."""
    messages = (("system", "You answer in JSON."), ("user", "Is water wet? Answer in JSON."))

    wrote = fault = ""

    def fits(*, told: bool) -> bool:
        nonlocal wrote, fault
        schema: dict[str, Any] = _Probe.model_json_schema()
        reply = _asked(gateway, Request(messages, 128, 0.0, 0, schema=schema, schema_name="Probe", told=told))
        wrote = cleaned(reply.text or reply.fault, gateway.wire.secrets)[:120]
        value, fault = parse(_Probe, reply.text)
        return value is not None

    try:
        enforced = fits(told=False) or fits(told=False)  # one odd answer proves nothing
        if not enforced:
            named = ("told", "an answer did not keep to response_format")
            name, why = named if fits(told=True) or fits(told=True) or fault != "no JSON" else (NO_JSON, wrote)
            before = gateway.wire.habits
            gateway.wire.remember(before.put(name, 1, why), before)
    except CapabilityError:
        return False
    return enforced and gateway.wire.habits.schema_way in ("json_schema", "tool")


def _logprobs(gateway: Gateway) -> bool:
    try:
        for _ in range(2):
            reply = _asked(gateway, Request(_HELLO, 16, 0.0, 0, top=20))
            if "omit logprobs" in gateway.wire.habits:
                return False
            if reply.tokens:
                return True
    except CapabilityError:
        return False
    before = gateway.wire.habits
    gateway.wire.remember(before.put("no logprobs", 1, "answers came without them"), before)
    return False


def _seed(gateway: Gateway) -> bool:
    """Tell whether one seed gives one answer; a model that always says the same passes, as it should.

    A model that reasons is not asked: its thoughts would be paid for, and a seed that is taken is all that is needed.
    """
    asked = Request((("user", "Write six random words."),), 12, 1.0, 11)
    try:
        if "thinks" not in gateway.wire.habits:
            first, second = (_asked(gateway, asked).text for _ in range(2))
            return first == second and "omit seed" not in gateway.wire.habits
        return "omit seed" not in gateway.wire.habits
    except CapabilityError:
        return False


def _embeddings(gateway: Gateway) -> bool:
    try:
        return len(gateway.wire.embed(["water"])[0]) > 1
    except (ModelError, IndexError, TypeError):
        return False

"""What an endpoint can do, found by asking it; what is missing is worked around or refused."""

from __future__ import annotations

from pydantic import BaseModel

from hypograph.agents.gateway.questions import Capabilities
from hypograph.agents.gateway.wire import Wire
from hypograph.models.core.errors import CapabilityError, ModelError

INSTEAD = {
    "structured_output": "the schema is put into the prompt and the answer validated",
    "logprobs": "probabilities come from repeated sampling",
    "seed": "answers are repeatable only through the cache",
    "embeddings": "semantic entropy and volume are refused",
}


class _Probe(BaseModel):
    yes: bool


def probe(wire: Wire) -> Capabilities:
    """Send five small requests.

    Raises
    ------
    NetworkError, ModelError
        If the endpoint does not answer at all, or refuses the key.
    """
    wire.plain([("user", "Say yes.")], max_tokens=1)  # whatever is wrong with the address is told here
    found = {
        "structured_output": _structured(wire),
        "logprobs": _logprobs(wire),
        "seed": _seed(wire),
        "embeddings": _embeddings(wire),
    }
    return Capabilities(**found, instead={k: v for k, v in INSTEAD.items() if not found[k]})


def _structured(wire: Wire) -> bool:
    try:
        reply = wire.structured(_Probe, [("user", "Is water wet? Answer in JSON.")], max_tokens=40)
    except CapabilityError:
        return False
    return isinstance(reply["parsed"], _Probe)


def _logprobs(wire: Wire) -> bool:
    try:
        raw = wire.plain([("user", "Say yes.")], max_tokens=1, logprobs=True, top_logprobs=5)
    except CapabilityError:
        return False
    content = (raw.response_metadata.get("logprobs") or {}).get("content") or []
    return bool(content and content[0].get("top_logprobs"))


def _seed(wire: Wire) -> bool:
    """Tell whether one seed gives one answer; a model that always says the same passes, as it should."""
    asked = [("user", "Write six random words.")]
    try:
        said = [wire.plain(asked, max_tokens=12, temperature=1.5, seed=11).content for _ in range(2)]
    except CapabilityError:
        return False
    return bool(said[0] == said[1])


def _embeddings(wire: Wire) -> bool:
    try:
        return len(wire.embed(["water"])[0]) > 1
    except (ModelError, IndexError, TypeError):
        return False

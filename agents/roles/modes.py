"""How each role of a model is asked, and why: by letters, with reasons, or not at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.questions import LETTERS, REASONED, SILENT

if TYPE_CHECKING:
    from hypograph.agents.gateway.gateway import Gateway

# Role, and the kind of question whose skill it is discounted by.
MEASURED_AS = {
    "expert": "expert",
    "judge": "judge",
    "proposer": "proposer",
    "planner": "proposer",
    "option scorer": "proposer",
    "passage reader": "passage reader",
}
CLOSED = ("expert", "judge", "passage reader")


@dataclass(frozen=True, slots=True)
class Mode:
    """How a role is asked.

    Attributes
    ----------
    mode
        ``letters``, ``reasoned`` or ``silent``.
    skill
        What the role's answers count for, None where it was not measured.
    """

    role: str
    model: str
    mode: str
    skill: float | None
    why: str

    def as_dict(self) -> dict[str, object]:
        """Return it for a document."""
        return asdict(self)


def mode_of(gateway: Gateway | Cascade, role: str) -> Mode:
    """Return how one role of a model is asked."""
    kind, model = MEASURED_AS[role], gateway.config.model
    skill = gateway.skill(kind)
    if skill == 0.0:
        why = f"measured no better than a coin at what the {kind} is asked: it is not asked"
        return Mode(role, model, SILENT, 0.0, why)
    large = gateway.large if isinstance(gateway, Cascade) else gateway
    mode, why = _way(large, kind) if role in CLOSED else (REASONED, "answers with a schema and its reasons")
    if skill is None:
        why += "; not measured (`hypograph model assess`): it speaks with a small weight"
    return Mode(role, model, mode, skill, why)


def modes(gateway: Gateway | Cascade) -> list[Mode]:
    """Return how each role of a model is asked."""
    return [mode_of(gateway, role) for role in MEASURED_AS]


def _way(gateway: Gateway, kind: str) -> tuple[str, str]:
    from hypograph.agents.gateway.closed_answers import can_read_letters, way_of

    way = way_of(gateway, kind)
    measured = gateway.assessment(kind)
    if gateway.config.ways != "auto":
        return way, "as set by `ways`"
    if measured is not None and measured.get("way") == way:
        return way, str(measured.get("says") or "as measured")
    if way == LETTERS:
        return way, "the server gives log-probabilities"
    return way, "the model reasons before it answers" if can_read_letters(
        gateway
    ) else "the server gives no log-probabilities"

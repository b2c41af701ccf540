"""What a command's language models have cost: one line at its end, and the block `llm` of its document."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING

from hypograph.models.core.documents.figures import Spending

if TYPE_CHECKING:
    from hypograph.agents import Cascade, Gateway

# The block of the command that runs; whoever prints the command's document takes it.
_NOTED: ContextVar[Spending | None] = ContextVar("noted", default=None)


def block(gateway: Gateway, roles: Mapping[str, Sequence[Gateway | Cascade]] | None = None) -> Spending:
    """Return the block `llm`: what was asked and spent, and how each role is asked.

    Parameters
    ----------
    gateway
        The model that serves where nothing else is said.
    roles
        Models that serve in a role of their own.
    """
    from hypograph.agents.roles.modes import MEASURED_AS, mode_of

    spent = gateway.spent()
    own = {"option scorer": "scorer", "passage reader": "reader", "planner": "proposer"}
    modes = [mode_of(next(iter((roles or {}).get(own.get(r, r), ())), gateway), r) for r in MEASURED_AS]
    return {
        "model": gateway.config.model,
        "calls": spent.calls,
        "cached": spent.cached,
        "interrupted": spent.interrupted,
        "tokens": spent.tokens,
        "reasoning_tokens": spent.thought,
        "cost": spent.cost,
        "mode": {m.role: m.mode for m in modes},
        "why": "; ".join(f"{m.role}: {m.why}" for m in modes),
    }


def line(document: Spending) -> str:
    """Say in one line what was spent."""
    cached = f" ({document['cached']:,} more answers from the cache)" if document["cached"] else ""
    thought = f", {document['reasoning_tokens']:,} of them in reasoning" if document["reasoning_tokens"] else ""
    cost = f", cost {document['cost']:.4g}" if document["cost"] else ""
    calls = "1 call" if document["calls"] == 1 else f"{document['calls']:,} calls"
    told = f"language model {document['model']}: {calls}{cached}, {document['tokens']:,} tokens{thought}{cost}"
    return told + (f"\n{_interrupted(document['interrupted'])}" if document["interrupted"] else "")


def _interrupted(n: int) -> str:
    one = n == 1
    return (
        f"{n:,} {'answer was' if one else 'answers were'} under way when an earlier run was killed: "
        f"{'it' if one else 'they'} may have been paid, {'counts' if one else 'count'} in the budget and "
        f"{'is' if one else 'are'} asked again"
    )


@contextlib.contextmanager
def noted_spending(gateway: Gateway, roles: Mapping[str, Sequence[Gateway | Cascade]] | None = None) -> Iterator[None]:
    """Afterwards say what was spent, and remember how long calls take; leave the block for the command's document."""
    _NOTED.set(None)
    try:
        yield
        _NOTED.set(block(gateway, roles))
    finally:
        gateway.keep_pace()
        tell(block(gateway, roles))


def tell(document: Spending) -> None:
    """Write the line to standard error, where anything was asked."""
    if document["calls"] or document["cached"] or document["interrupted"]:
        sys.stderr.write(line(document) + "\n")


def take_noted() -> Spending | None:
    """Return the block of the command that runs, once; None where it asked no model."""
    found = _NOTED.get()
    _NOTED.set(None)
    return found

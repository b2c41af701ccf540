"""Verdicts and proposals as units of work: what was answered once is never asked or paid for again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_PROPOSAL, HYPOTHESIS_VERDICT
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.protocols import Candidate, Judge, Proposer, Verdict
from hypograph.models.core.records import Outcome


def plain_verdict(told: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON keeps it."""
    return {
        "probability": told.probability,
        "valid": told.valid,
        "answer": told.answer,
        "provenance": told.provenance,
        "reasons": told.reasons,
        "orders": told.orders,
    }


def remembered(runner: UnitRunner, judge: Judge, question: str) -> Callable[[Candidate, Candidate], Verdict]:
    """Make each verdict of a judge that costs something a unit of its own."""

    def ask(first: Candidate, second: Candidate) -> Verdict:
        inputs = {"judge": judge.name, "question": question, "first": first, "second": second}
        told = runner.run(
            HYPOTHESIS_VERDICT,
            inputs,
            lambda: Outcome(plain_verdict(judge.prefer(question, [(first, second)])[0])),
        )
        return Verdict(**told)

    return ask


class RememberedProposer:
    """A proposer whose answers are units; the generator's seed is part of what it was asked."""

    def __init__(self, runner: UnitRunner, proposer: Proposer) -> None:
        self._runner, self._proposer, self.name = runner, proposer, proposer.name

    def propose(
        self,
        question: str,
        context: Mapping[str, Any],
        options: Sequence[str],
        n: int,
        rng: np.random.Generator,
    ) -> Sequence[str]:
        """Return what was proposed, the first time or now."""
        inputs = {
            "proposer": self.name,
            "question": question,
            "context": context,
            "options": options,
            "n": n,
            "draw": rng.bit_generator.state,
        }
        told = self._runner.run(
            HYPOTHESIS_PROPOSAL,
            inputs,
            lambda: Outcome({"proposals": list(self._proposer.propose(question, context, options, n, rng))}),
        )
        proposals: list[str] = told["proposals"]
        return proposals

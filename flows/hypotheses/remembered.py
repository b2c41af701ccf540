"""Verdicts and documents as units of work: what was answered once is never asked or paid for again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_PROPOSAL
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.protocols import Verdict
from hypograph.models.core.records import Outcome
from hypograph.models.hypotheses.search.operators import A, Block, DocumentProposer, Operator


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


class RememberedProposer:
    """A proposer whose answers are units; the number of the sample is part of what it was asked."""

    def __init__(self, runner: UnitRunner, proposer: DocumentProposer) -> None:
        self._runner, self._proposer, self.name = runner, proposer, proposer.name

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> A | None:
        """Return what was answered, the first time or now."""
        inputs = {
            "proposer": self.name,
            "operator": operator,
            "block": block,
            "parts": parts,
            "schema": schema.model_json_schema(),
            "sample": sample,
        }

        def work() -> Outcome:
            found = self._proposer.ask(operator, block, parts, schema, sample)
            return Outcome({"answer": None if found is None else found.model_dump(mode="json")})

        told = self._runner.run(HYPOTHESIS_PROPOSAL, inputs, work)["answer"]
        return None if told is None else schema.model_validate(told)

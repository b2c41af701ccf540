"""Components of a published hypothesis and how far a text holds them, as a model grades it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from hypograph.flows.runtime.unit_kinds import BENCHMARK_COMPONENTS
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.records import Outcome
from hypograph.models.hypotheses.simulation.component_recall import lexical_components

if TYPE_CHECKING:
    from hypograph.agents import Gateway

MOST = 10  # components of a paper
SHOWN = 4000  # characters of the published hypothesis: a small model reads no more in reasonable time


class _Components(BaseModel):
    components: list[str] = Field(max_length=MOST)


def listed_components(gateway: Gateway, hypothesis: str, runner: UnitRunner) -> list[str]:
    """List the components of a published hypothesis; asked once, then read from the file.

    Where the model lists none, its statements count as components.
    """
    from hypograph.agents.gateway.questions import Question
    from hypograph.agents.prompts import data

    def work() -> Outcome:
        user = (
            f"Hypothesis: <<<{data(hypothesis, SHOWN)}>>>\n\n"
            "List the distinct components of this hypothesis that an experimenter needs (mechanism, "
            f"substances, structures, amounts, conditions), each in at most eight words, at most {MOST}."
        )
        answer = gateway.ask(Question("components", "You read chemistry papers.", user, _Components))
        listed = [c.strip()[:200] for c in answer.value.components if c.strip()] if answer.value is not None else []
        return Outcome({"components": list(dict.fromkeys(listed)) or lexical_components(hypothesis, MOST)})

    inputs = {"model": gateway.config.settings_key, "hypothesis": hypothesis}
    found: list[str] = runner.run(BENCHMARK_COMPONENTS, inputs, work)["components"]
    return found


def component_grades(gateway: Gateway, components: Sequence[str], text: str) -> list[list[float]]:
    """Grade how far a text holds each component.

    How a model wavers between the grades counts, not only the one that it would name (docs/hypotheses.md: the local
    model named the same one for everything).

    Returns
    -------
    list of list of float
        Of each component the probabilities of the grades 0 (not at all) to 3 (exactly), sum 1. What cannot be read
        counts as 0.
    """
    from hypograph.agents.roles.closed_questions import grade

    found = gateway.choose_all([grade(text, part) for part in components])
    return [[float(p) for p in c.p] if c.valid else [1.0, 0.0, 0.0, 0.0] for c in found]

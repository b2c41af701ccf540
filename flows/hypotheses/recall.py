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
GRADE_ROOM = 600  # tokens for the grades of all components
# Characters of the published hypothesis: a small model reads no more in reasonable time.
SHOWN = {"compact": 4_000, "full": 24_000}


class _Components(BaseModel):
    components: list[str] = Field(max_length=MOST)


class _Grade(BaseModel):
    component: int
    grade: int = Field(ge=0, le=3)


class _Grades(BaseModel):
    grades: list[_Grade]


def listed_components(gateway: Gateway, hypothesis: str, runner: UnitRunner) -> list[str]:
    """List the components of a published hypothesis; asked once, then read from the file.

    Where the model lists none, its statements count as components.
    """
    from hypograph.agents.gateway.questions import Question
    from hypograph.agents.prompts import data

    def work() -> Outcome:
        user = (
            f"Hypothesis: <<<{data(hypothesis, SHOWN[gateway.config.size])}>>>\n\n"
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

    A model with room grades all components in one answer. Of a small one, which names the same grade for everything
    (docs/hypotheses.md), each component is asked by itself, and how it wavers between the grades counts.

    Returns
    -------
    list of list of float
        Of each component the probabilities of the grades 0 (not at all) to 3 (exactly), sum 1. What cannot be read
        counts as 0.
    """
    from hypograph.agents.roles.closed_questions import grade

    if gateway.config.size == "full":
        return _sheet(gateway, components, text)
    found = gateway.choose_all([grade(text, part) for part in components])
    return [[float(p) for p in c.p] if c.valid else [1.0, 0.0, 0.0, 0.0] for c in found]


def _sheet(gateway: Gateway, components: Sequence[str], text: str) -> list[list[float]]:
    from hypograph.agents.gateway.questions import Question
    from hypograph.agents.prompts import template
    from hypograph.agents.roles.closed_questions import grade_sheet

    system = template("system").template.strip()
    answer = gateway.ask(Question("grade", system, grade_sheet(text, components), _Grades, max_tokens=GRADE_ROOM))
    told = {g.component: g.grade for g in answer.value.grades} if answer.value is not None else {}
    return [[float(told.get(i, 0) == g) for g in range(4)] for i in range(1, len(components) + 1)]

"""Components of a published hypothesis and how far a text holds them, as a model grades it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from hypograph.flows.units import UnitRunner
from hypograph.models.records import Outcome
from hypograph.models.search.components import lexical_components

if TYPE_CHECKING:
    from hypograph.agents import Gateway

MOST = 10  # components of a paper
SHOWN = 4000  # characters of the published hypothesis: a small model reads no more in reasonable time


class _Components(BaseModel):
    components: list[str] = Field(max_length=MOST)


class _Grade(BaseModel):
    grade: int = Field(ge=0, le=3)


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
    found: list[str] = runner.run("benchmark-components", inputs, work)["components"]
    return found


def component_grades(gateway: Gateway, components: Sequence[str], text: str) -> list[int]:
    """Grade how far a text holds each component: 0 not, 1 loosely, 2 mostly, 3 exactly; unusable is 0.

    The text comes first, so that a server that keeps the start of a prompt reads it once for all components.
    """
    from hypograph.agents.gateway.questions import Question
    from hypograph.agents.prompts import data

    questions = [
        Question(
            "grade",
            "You compare scientific hypotheses, strictly.",
            f"Hypothesis: <<<{data(text)}>>>\n\nComponent: <<<{data(part, 200)}>>>\n\n"
            "How far does the hypothesis contain the component? "
            "0 not at all, 1 loosely related, 2 mostly, 3 exactly.",
            _Grade,
        )
        for part in components
    ]
    return [a.value.grade if a.value is not None else 0 for a in gateway.ask_all(questions)]

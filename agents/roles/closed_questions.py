"""The closed questions that experts, judges and proposers are asked, in all orders and wordings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from hypograph.agents.gateway.questions import Closed, Reading
from hypograph.agents.prompts import data, one_line, render, template, write
from hypograph.models.core.protocols import NO_CONTEXT, Candidate, JudgingContext

SAME, CHANGED = "yes, the phase stays the same", "no, the phase changes"
DOMAIN = "materials science"
WORDINGS = ("expert_closed_1", "expert_closed_2")
JUDGE_SHOTS = 3
GRADES = ("not at all", "loosely related", "mostly", "exactly")


def substitution(
    first: str,
    second: str,
    domain: str = DOMAIN,
    *,
    shots: int = 6,
    both_orders: bool = True,
    wordings: Sequence[str] = WORDINGS,
    host: str = "",
    facts: Sequence[str] = (),
) -> Closed:
    """Ask whether two elements can stand for each other; option 0 is yes.

    Parameters
    ----------
    first, second
        Symbols of the elements.
    domain
        Field whose expert is asked.
    shots
        Worked examples shown before, 0 to 6.
    both_orders
        Whether each wording is asked with the options in both orders.
    wordings
        Names of the templates.
    host
        The alloy in which one takes the other's place; empty for alloys in general.
    facts
        What is known of the elements, one text each: shown to a model with room.
    """
    readings = []
    for wording in wordings:
        for order in ((0, 1), (1, 0)) if both_orders else ((0, 1),):
            shown = tuple(
                (
                    _substitution_text(wording, s["pair"][0], s["pair"][1], DOMAIN, order),
                    _letter(order, 0 if s["same"] else 1),
                )
                for s in expert_shots()[:shots]
            )
            text = _substitution_text(wording, first, second, domain, order, host)
            options = [(SAME, CHANGED)[i] for i in order]
            full = write(
                "expert_full", first=first, second=second, domain=domain, host=host, facts=list(facts), records=[],
                option_a=options[0], option_b=options[1],
            )  # fmt: skip
            readings.append(Reading(text, order, shown, full))
    return Closed("expert", template("closed_system").template.strip(), tuple(readings))


def preference(
    question: str,
    first: str | Candidate,
    second: str | Candidate,
    context: JudgingContext = NO_CONTEXT,
    *,
    shots: int = 0,
    both_orders: bool = True,
) -> Closed:
    """Ask which of two hypotheses is better; option 0 is the first.

    Parameters
    ----------
    question
        What the hypotheses answer.
    first, second
        Their texts, or candidates with what is known for and against them.
    context
        Criterion, coarse idea, survey and passages: shown to a model with room.
    shots
        Worked examples shown before, 0 to 6.
    both_orders
        Whether the pair is also asked the other way round.
    """
    pair = [c if isinstance(c, Candidate) else Candidate("", c) for c in (first, second)]
    readings = []
    for order in ((0, 1), (1, 0)) if both_orders else ((0, 1),):
        a, b = (pair[i] for i in order)
        text = _judge_text(question, a.text, b.text)
        readings.append(Reading(text, order, _judge_shots()[:shots], _judge_full(question, a, b, context)))
    return Closed("judge", template("closed_system").template.strip(), tuple(readings))


def _judge_full(question: str, first: Candidate, second: Candidate, context: JudgingContext) -> str:
    return write(
        "judge_full",
        question=question,
        criterion=context.criterion,
        idea=context.idea,
        survey=context.survey,
        passages=[(source, one_line(text)) for source, text in context.passages],
        known=[("first", [one_line(e) for e in first.evidence]), ("second", [one_line(e) for e in second.evidence])],
        first=one_line(first.text),
        second=one_line(second.text),
    )


def outcome(
    goal: str, known: str, first: str, second: str, *, about: str = "", names: Mapping[str, str] | None = None
) -> Closed:
    """Ask which of two experiments gives more; option 0 is the first.

    Parameters
    ----------
    goal
        What is measured.
    known
        Experiments done so far, one a line.
    first, second
        The two experiments.
    about
        What is done, and what each parameter is there for: shown to a model with room.
    names
        What short names stand for.
    """
    texts, system = (first, second), template("closed_system").template.strip()
    readings = []
    for a, b in ((0, 1), (1, 0)):
        values = {"goal": goal, "known": known, "first": texts[a], "second": texts[b]}
        full = write("outcome_full", about=about, names=dict(names or {}), **values)
        readings.append(Reading(render("outcome_closed", **values).strip(), (a, b), (), full))
    return Closed("proposer", system, tuple(readings))


def grade(text: str, component: str) -> Closed:
    """Ask how far a hypothesis contains a component; option i is the grade `GRADES[i]`, in both orders.

    The text comes first, so that a server that keeps the start of a prompt reads it once for all components.
    """
    asked = f"Hypothesis: <<<{data(text)}>>>\nHow far does it contain the component? Answer with the letter only.\n"
    readings = []
    for order in ((0, 1, 2, 3), (3, 2, 1, 0)):
        options = "\n".join(f"{_letter(order, g)} {GRADES[g]}" for g in order)
        readings.append(Reading(f"{asked}{options}\nComponent: <<<{data(component, 200)}>>>", order))
    return Closed("grade", template("closed_system").template.strip(), tuple(readings))


def grade_sheet(text: str, components: Sequence[str]) -> str:
    """Ask for the grades of all components in one answer, 0 to 3 as `GRADES`: for a model with room."""
    return write("grade_full", components=[one_line(c) for c in components], text=text)


@cache
def expert_shots() -> tuple[dict[str, Any], ...]:
    """Read the worked examples of element pairs."""
    text = (resources.files("hypograph.agents.prompts") / "expert_shots.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["shot"])


@cache
def hypothesis_entries() -> tuple[dict[str, str], ...]:
    """Read the hypotheses with planted defects; the first `JUDGE_SHOTS` are worked examples."""
    text = (resources.files("hypograph.agents.batteries") / "hypotheses.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["entry"])


def planted_pairs(entries: Sequence[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    """Return (question, sound, defective, kind of defect) of every planted defect."""
    return [
        (e["question"], e["sound"], text, kind)
        for e in entries
        for kind, text in e.items()
        if kind not in {"question", "sound"}
    ]


@cache
def _judge_shots() -> tuple[tuple[str, str], ...]:
    """Worked examples with the sound hypothesis first and second by turns."""
    shots = []
    for i, (question, sound, broken, _) in enumerate(planted_pairs(hypothesis_entries()[:JUDGE_SHOTS])):
        first, second = (sound, broken) if i % 2 == 0 else (broken, sound)
        shots.append((_judge_text(question, first, second), "AB"[i % 2]))
    return tuple(shots)


def _judge_text(question: str, first: str, second: str) -> str:
    return render("judge_closed", question=question, first=first, second=second).strip()


def _substitution_text(
    wording: str, first: str, second: str, domain: str, order: tuple[int, int], host: str = ""
) -> str:
    options = [(SAME, CHANGED)[i] for i in order]
    where = f"{domain}, alloys of {host}" if host else domain
    values = {"first": first, "second": second, "domain": where}
    return render(wording, option_a=options[0], option_b=options[1], **values).strip()


def _letter(order: tuple[int, ...], option: int) -> str:
    return "ABCD"[order.index(option)]

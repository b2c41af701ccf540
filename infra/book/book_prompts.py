"""The page of prompts: every request of one search, and one of each other role, as a model with room is sent them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hypograph.agents.gateway.questions import Closed
from hypograph.agents.prompts import template, write
from hypograph.agents.roles.closed_questions import preference, substitution
from hypograph.agents.roles.document_proposer import beginning, instructions
from hypograph.models.core.protocols import Candidate, JudgingContext, Verdict
from hypograph.models.evidence.alloys.element_facts import element_facts
from hypograph.models.hypotheses.document import HypothesisDocument, text_of
from hypograph.models.hypotheses.search.documents import DocumentSearch
from hypograph.models.hypotheses.search.lines import Line
from hypograph.models.hypotheses.search.operators import A, Block, Operator
from hypograph.models.hypotheses.search.plan import schedule

CALLS = 16
SURVEY = "Cold rolling and annealing refine grains. Fine grains raise the yield strength by the Hall–Petch relation."
BLOCK = Block(
    "How can CoCrNi be made stronger without losing ductility?",
    SURVEY,
    "Short anneals after cold rolling.",
    (("10.1000/example", "Annealing at 700 °C for 10 min left grains of 1 µm."),),
    (),
    "the claim, its cause, the components, amounts and conditions",
)
INTRODUCTION = """# What a model is asked

The requests of one search of 16 calls, as a model with room is sent them, and one request of each other role. The page
is written by running the search when the book is built; the answers in it are stand-ins of few words. Every request of
a search begins with the same block, which is shown once. Text between `<<<` and `>>>` is data."""


def document(number: int) -> HypothesisDocument:
    """Return a short document; each number has another cause and another route."""
    cause = ("fine grains", "annealing twins", "short-range order", "a bimodal grain size")[number % 4]
    return HypothesisDocument.model_validate(
        {
            "statement": f"CoCrNi rolled by {60 + 5 * number}% gains strength through {cause}.",
            "mechanisms": [f"Rolling and annealing give {cause}, which hinders dislocations."],
            "intervention": "Cold roll, then anneal.",
            "components": [{"name": "CoCrNi", "amount": "equimolar", "role": "alloy"}],
            "conditions": [f"anneal at {650 + 25 * number} °C for 10 min"],
            "procedure": "Cast, roll, anneal, quench.",
            "measurement": "Tensile test; grain size by EBSD.",
            "prediction": {"quantity": "yield strength", "relation": ">", "value": 800, "unit": "MPa"},
            "controls": ["as rolled", "annealed for 1 h"],
            "rivals": [],
            "refuted_by": "The yield strength stays below 700 MPa.",
            "assumptions": [],
            "nearest": "Long anneals of CoCrNi.",
            "alternatives": [],
        }
    )


class _Player:
    """Answers by rule, and keeps what it was asked."""

    name = "stand-in"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.written = 0

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> A | None:
        """Answer one request."""
        self.asked.append((operator, instructions(operator, parts)))
        return schema.model_validate(self._answer(operator))

    def _answer(self, operator: Operator) -> Any:
        if operator == "readings":
            return {"readings": [{"reading": "ductility: uniform elongation", "change": "the strain of rolling"}]}
        if operator == "critique":
            fault = {"severity": "major", "claim": "hinders dislocations", "reason": "Order may do the same.",
                     "passage": "", "observation": "diffraction", "repair": "measure order"}  # fmt: skip
            return {"keep": ["CoCrNi"], "faults": [fault], "missing": ["a series of anneals"]}
        if operator in ("revise", "combine"):
            return {"changes": [], "document": document(0).model_copy(update={"assumptions": (f"{self.written}",)})}
        self.written += 1
        return document(self.written - 1).model_dump()


def prompts_page() -> str:
    """Write the page."""
    player, judged = _Player(), list[str]()

    def ask(first: Line, second: Line) -> Verdict:
        pair = [Candidate("", text_of(x.document)) for x in (first, second)]
        context = JudgingContext(BLOCK.criterion, BLOCK.idea, BLOCK.survey, BLOCK.passages)
        asked = preference(BLOCK.question, pair[0], pair[1], context, both_orders=False)
        judged.append(asked.readings[0].full)
        return Verdict(0.6, reasons="The cause of A is named.")

    DocumentSearch(BLOCK, player, ask, CALLS, np.random.default_rng(0)).run(schedule(CALLS))
    parts = [INTRODUCTION, "## To all who write", _shown(template("system").template), _shown(beginning(BLOCK))]
    told: set[str] = set()
    for operator, text in player.asked:
        if operator not in told:
            told.add(operator)
            parts += [f"## {operator}", _shown(text)]
    parts += ["## The judge", _shown(template("reasoned_system").template), _shown(judged[0])]
    facts = [element_facts(e) for e in ("Co", "Ni")]
    parts += ["## The expert", _shown(_full(substitution("Co", "Ni", facts=facts, host="CrFe")))]
    parts += ["## The planner", _shown(_plan())]
    return "\n\n".join(parts) + "\n"


def _plan() -> str:
    return write(
        "plan_full", goal="maximise yield", about="Suzuki coupling in a plate", left=9, best="base=KOH -> yield 61",
        parameters=[("base", "KOH | K3PO4"), ("solvent", "THF | methanol")], units={},
        history="base=KOH, solvent=THF -> yield 61", predicted=[("base=K3PO4, solvent=THF", "58", "12")],
        passages=[], n=1,
    )  # fmt: skip


def _full(closed: Closed) -> str:
    return closed.readings[0].full


def _shown(text: str) -> str:
    return f"```text\n{text.strip()}\n```"

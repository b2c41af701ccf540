"""`hypotheses evaluate`: how much of a published fine-grained hypothesis a search finds again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

from hypograph.flows.hypotheses_search import STRATEGIES, Request, run_search
from hypograph.flows.readers.hypotheses import load_discipline
from hypograph.flows.readers.hypotheses_papers import Paper, read_papers
from hypograph.flows.units import UnitRunner
from hypograph.models.errors import CapabilityError, InputError
from hypograph.models.protocols import Judge
from hypograph.models.records import Outcome, Unit
from hypograph.models.search.components import lexical_components, lexical_grades, recall, shorten
from hypograph.models.search.corpus import passages_of
from hypograph.models.search.judges import TEXT_WEIGHTS, EvidenceJudge
from hypograph.models.search.simulate import interval
from hypograph.models.search.texts import TextTask, sentences

if TYPE_CHECKING:
    from hypograph.agents import Gateway
    from hypograph.flows.knowledge import Knowledge

METHODS = ("coarse", *STRATEGIES)


class _Components(BaseModel):
    components: list[str] = Field(max_length=12)


class _Grade(BaseModel):
    grade: int = Field(ge=0, le=3)


@dataclass
class _Files:
    """A store of units that keeps nothing but their result files: an evaluation writes no graph."""

    def commit(self, unit: Unit) -> bool:
        return True

    def has_unit(self, key: str) -> bool:
        return True


def evaluate_command(
    benchmark: Path,
    papers: int | None,
    budget: int,
    strategies: Sequence[str],
    lexical: bool,
    seed: int,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Evaluate strategies on the benchmark's papers.

    Raises
    ------
    InputError
        If the workbook or a strategy is wrong.
    CapabilityError
        If no language model is configured and the lexical recall was not asked for.
    """
    from hypograph.flows.knowledge import open_knowledge
    from hypograph.flows.settings import load_settings

    for strategy in strategies:
        if strategy not in STRATEGIES:
            raise InputError(f"no such strategy: {strategy!r}", where="--strategies", expected=" or ".join(STRATEGIES))
    chosen = read_papers(benchmark)[:papers]
    settings = load_settings()
    with open_knowledge(settings, _NoSink()) as knowledge:
        if knowledge.gateway is None and not lexical:
            raise CapabilityError(
                "the recall of components needs a judge model, and none is configured",
                where="hypotheses evaluate",
                hint="Set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL, or use --lexical for recall by shared words.",
            )
        tell(f"language model: {knowledge.sentence}")
        runner = UnitRunner(_Files(), settings.home / "evaluations")
        rows = []
        for number, paper in enumerate(chosen, start=1):
            rows.append(_paper(paper, strategies, budget, lexical, seed, knowledge, runner))
            tell(f"paper {number} of {len(chosen)}: {paper.title[:60]}")
    return _document(rows, ("coarse", *strategies), lexical, budget, seed)


class _NoSink:
    """Calls of an evaluation are not kept."""

    def record(self, calls: object) -> None:
        """Take them and keep nothing."""


def _paper(
    paper: Paper,
    strategies: Sequence[str],
    budget: int,
    lexical: bool,
    seed: int,
    knowledge: Knowledge,
    runner: UnitRunner,
) -> dict[str, Any]:
    """Search with each strategy, cut all texts to the length of the shortest, and grade them."""
    arguments = knowledge.hypotheses()
    texts, runs = (
        {"coarse": paper.coarse},
        {"coarse": {"calls": 0, "proposals": 0, "cost": 0.0, "seconds": 0.0}},
    )
    for strategy in strategies:
        request = Request(paper.question, paper.coarse, paper.survey, calls=budget, strategy=strategy, seed=seed)
        task = TextTask(
            load_discipline(request.discipline),
            paper.question,
            paper.survey,
            passages_of([("survey", sentences(paper.survey))]),
            arguments.get("proposer"),
            seed,
        )
        judge: Judge = arguments.get("judge") or EvidenceJudge(TEXT_WEIGHTS)
        began, before = time.monotonic(), _spent(knowledge)
        found = run_search(request, task, judge, runner, (), partial(_spent, knowledge))
        texts[strategy] = found["statement"]
        runs[strategy] = {
            "calls": found["calls"],
            "proposals": found["proposals"],
            "cost": _spent(knowledge)["cost"] - before["cost"],
            "seconds": round(time.monotonic() - began, 3),
        }
    length = min(len(texts[s].split()) for s in strategies)
    cut = {name: shorten(text, length) for name, text in texts.items()}
    if lexical or knowledge.gateway is None:
        parts = lexical_components(paper.hypothesis)
        grades = {name: lexical_grades(parts, text) for name, text in cut.items()}
    else:
        parts = _components(knowledge.gateway, paper, runner)
        grades = {name: _grades(knowledge.gateway, parts, text) for name, text in cut.items()}
    return {"title": paper.title, "components": len(parts), "words": length, "grades": grades, "runs": runs}


def _spent(knowledge: Knowledge) -> dict[str, Any]:
    return knowledge.document() or {"calls": 0, "tokens": 0, "cost": 0.0}


def _components(gateway: Gateway, paper: Paper, runner: UnitRunner) -> list[str]:
    """List the components of a published hypothesis; asked once, then read from the file."""
    from hypograph.agents.gateway.questions import Question

    def work() -> Outcome:
        user = (
            "List the distinct components of this hypothesis that an experimenter needs (mechanism, "
            "substances, structures, amounts, conditions), one short phrase each, at most 12.\n\n"
            + paper.hypothesis[:6000]
        )
        answer = gateway.ask_all([Question("components", "You read chemistry papers.", user, _Components)])[0]
        listed = answer.value.components if answer.value is not None else []
        return Outcome({"components": [c for c in listed if c.strip()] or lexical_components(paper.hypothesis)})

    inputs = {"model": gateway.config.fingerprint, "hypothesis": paper.hypothesis}
    found: list[str] = runner.run("benchmark-components", inputs, work)["components"]
    return found


def _grades(gateway: Gateway, parts: Sequence[str], text: str) -> list[int]:
    """Grade how far a text holds each component: 0 not, 1 loosely, 2 mostly, 3 exactly."""
    from hypograph.agents.gateway.questions import Question

    questions = [
        Question(
            "grade",
            "You compare scientific hypotheses, strictly.",
            f"Component: {part}\n\nHypothesis: {text}\n\nHow far does the hypothesis contain the component? "
            "0 not at all, 1 loosely related, 2 mostly, 3 exactly.",
            _Grade,
        )
        for part in parts
    ]
    return [a.value.grade if a.value is not None else 0 for a in gateway.ask_all(questions)]


def _document(
    rows: Sequence[dict[str, Any]], methods: Sequence[str], lexical: bool, budget: int, seed: int
) -> dict[str, Any]:
    documents = []
    for name in sorted(methods, key=lambda m: (m == "coarse", METHODS.index(m))):
        scores = np.array([recall(row["grades"][name]) for row in rows])
        runs = [row["runs"][name] for row in rows]
        documents.append(
            {
                "method": name,
                "recall": "lexical" if lexical else "judge model",
                "soft": interval(scores[:, 0]),
                "hard": interval(scores[:, 1]),
                **{key: float(np.mean([r[key] for r in runs])) for key in ("calls", "proposals", "cost", "seconds")},
            }
        )
    return {
        "papers": len(rows),
        "budget": budget,
        "seed": seed,
        "note": (
            "Lexical recall: share of a component's words found in the hypothesis; not the published metric."
            if lexical
            else "Components listed and graded 0 to 3 by the configured model; texts cut to equal length."
        ),
        "methods": documents,
        "by_paper": [
            {
                "title": row["title"],
                "components": row["components"],
                "words": row["words"],
                "recall": {k: dict(zip(("soft", "hard"), recall(g), strict=True)) for k, g in row["grades"].items()},
            }
            for row in rows
        ],
    }

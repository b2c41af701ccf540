"""`hypotheses evaluate`: how much of a published fine-grained hypothesis a search finds again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hypograph.flows.hypotheses_recall import component_grades, listed_components
from hypograph.flows.hypotheses_search import STRATEGIES, Request, judge_of, run_search
from hypograph.flows.readers.hypotheses import load_discipline
from hypograph.flows.readers.hypotheses_papers import Paper, read_papers
from hypograph.flows.units import UnitRunner
from hypograph.models.errors import BudgetSpentError, CapabilityError, InputError
from hypograph.models.records import Outcome, Unit
from hypograph.models.search.components import lexical_components, lexical_grades, recall, shorten
from hypograph.models.search.corpus import passages_of
from hypograph.models.search.simulate import interval
from hypograph.models.search.texts import TextTask, sentences

if TYPE_CHECKING:
    from hypograph.flows.knowledge import Knowledge

METHODS = ("coarse", *STRATEGIES)
# Characters of the survey and of a value, and values a slot: a call costs a small local model what it has to
# read and write.
SURVEY_SHOWN, VALUE_SHOWN, VALUES = 800, 96, 4
SPENT = ("calls", "proposals", "tokens", "cost", "seconds")


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
    with open_knowledge(settings, _NoSink(), share_prefix=True) as knowledge:
        if knowledge.gateway is None and not lexical:
            raise CapabilityError(
                "the recall of components needs a judge model, and none is configured",
                where="hypotheses evaluate",
                hint="Set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL, or use --lexical for recall by shared words.",
            )
        tell(f"language model: {knowledge.sentence}")
        evaluation = Evaluation(
            strategies, budget, lexical, seed, knowledge, UnitRunner(_Files(), settings.home / "evaluations")
        )
        rows, stopped = evaluation.all(chosen, tell)
    return _document(rows, ("coarse", *strategies), lexical, budget, seed, stopped)


class _NoSink:
    """Calls of an evaluation are not kept."""

    def record(self, calls: object) -> None:
        """Take them and keep nothing."""


@dataclass
class Evaluation:
    """Papers evaluated one after the other; a finished one is a unit, read from its file the next time."""

    strategies: Sequence[str]
    budget: int
    lexical: bool
    seed: int
    knowledge: Knowledge
    runner: UnitRunner

    def all(self, papers: Sequence[Paper], tell: Callable[[str], None]) -> tuple[list[dict[str, Any]], str | None]:
        """Evaluate papers; when the budget of tokens or money is spent, return those that are done and why."""
        rows: list[dict[str, Any]] = []
        taken: list[float] = []
        for number, paper in enumerate(papers, start=1):
            began, done = time.monotonic(), self.runner.done
            try:
                rows.append(self.paper(paper, tell))
            except BudgetSpentError as error:
                if not rows:
                    raise
                tell(f"stopped: {error}")
                return rows, str(error)
            if self.runner.done > done:
                taken.append(time.monotonic() - began)
            left = (len(papers) - number) * float(np.mean(taken)) if taken else 0.0
            hard = ", ".join(f"{name} {recall(grades)[1]:.2f}" for name, grades in rows[-1]["grades"].items())
            tell(f"paper {number} of {len(papers)} done: hard recall {hard}; about {left / 60:.1f} minutes left")
        return rows, None

    def paper(self, paper: Paper, tell: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
        """Search with each strategy, cut all texts to the length of the shortest, and grade them."""
        inputs = {
            "paper": paper,
            "strategies": self.strategies,
            "budget": self.budget,
            "lexical": self.lexical,
            "seed": self.seed,
            "knowledge": [getattr(source, "name", "") for source in self.knowledge.hypotheses().values()],
            "grader": self.knowledge.gateway.config.settings_key if self.knowledge.gateway else "",
        }
        return self.runner.run("benchmark-paper", inputs, lambda: Outcome(self._measured(paper, tell)))

    def _measured(self, paper: Paper, tell: Callable[[str], None]) -> dict[str, Any]:
        texts = {"coarse": paper.coarse}
        runs = {"coarse": {"calls": 0, "proposals": 0, "tokens": 0, "cost": 0.0, "seconds": 0.0}}
        for strategy in self.strategies:
            began, before = time.monotonic(), _spent(self.knowledge)
            found = self._searched(paper, strategy)
            if found["stopped"]:
                raise BudgetSpentError(found["stopped"], where=paper.title)
            after = _spent(self.knowledge)
            texts[strategy] = found["statement"]
            runs[strategy] = {
                "calls": found["calls"],
                "proposals": found["proposals"],
                "tokens": after["tokens"] - before["tokens"],
                "cost": after["cost"] - before["cost"],
                "seconds": round(time.monotonic() - began, 3),
            }
            tell(f"{paper.title[:40]}: {strategy}, {found['calls']} judge calls in {runs[strategy]['seconds']:.0f} s")
        length = min(len(texts[s].split()) for s in self.strategies)
        cut = {name: shorten(text, length) for name, text in texts.items()}
        gateway = self.knowledge.gateway
        if self.lexical or gateway is None:
            parts = lexical_components(paper.hypothesis)
            grades = {name: lexical_grades(parts, text) for name, text in cut.items()}
        else:
            parts = listed_components(gateway, paper.hypothesis, self.runner)
            grades = {name: component_grades(gateway, parts, text) for name, text in cut.items()}
        return {"title": paper.title, "components": len(parts), "words": length, "grades": grades, "runs": runs}

    def _searched(self, paper: Paper, strategy: str) -> dict[str, Any]:
        request = Request(
            paper.question, paper.coarse, paper.survey, calls=self.budget, strategy=strategy, seed=self.seed
        )
        arguments = self.knowledge.hypotheses()
        task = TextTask(
            load_discipline(request.discipline),
            paper.question,
            paper.survey,
            passages_of([("survey", sentences(paper.survey))]),
            arguments.get("proposer"),
            self.seed,
            told=SURVEY_SHOWN,
            longest=VALUE_SHOWN,
            most=VALUES,
        )
        judge = judge_of(arguments, paper.coarse)
        return run_search(request, task, judge, self.runner, (), partial(_spent, self.knowledge))


def _spent(knowledge: Knowledge) -> dict[str, Any]:
    return knowledge.document() or {"calls": 0, "tokens": 0, "cost": 0.0}


def _document(
    rows: Sequence[dict[str, Any]], methods: Sequence[str], lexical: bool, budget: int, seed: int, stopped: str | None
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
                **{
                    key: float(np.mean([r[key] for r in runs]))
                    for key in ("calls", "proposals", "tokens", "cost", "seconds")
                },
            }
        )
    return {
        "papers": len(rows),
        "stopped": stopped,
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

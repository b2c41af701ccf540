"""`hypotheses evaluate`: how much of a published fine-grained hypothesis a search finds again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hypograph.flows.hypotheses.recall import component_grades, listed_components
from hypograph.flows.hypotheses.search import STRATEGIES, Request, judge_of, run_search
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.readers.published_hypotheses import Paper, read_papers
from hypograph.flows.runtime.unit_kinds import BENCHMARK_GRADES, BENCHMARK_SEARCH
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.errors import BudgetSpentError, CapabilityError, InputError
from hypograph.models.core.records import Outcome, Unit
from hypograph.models.hypotheses.simulation.component_recall import (
    least_alike,
    lexical_components,
    lexical_grades,
    recall,
    shorten,
)
from hypograph.models.hypotheses.tasks.corpus import passages_of
from hypograph.models.hypotheses.tasks.text_task import TextTask, sentences
from hypograph.models.statistics.intervals import mean_interval

if TYPE_CHECKING:
    from hypograph.flows.runtime.sources import Knowledge

METHODS = ("coarse", *STRATEGIES)
# What the grader is measured on: the published hypothesis itself, and that of the least similar paper.
CONTROLS = ("published", "unrelated")
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
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import open_knowledge

    for strategy in strategies:
        if strategy not in STRATEGIES:
            raise InputError(f"no such strategy: {strategy!r}", where="--strategies", expected=" or ".join(STRATEGIES))
    listed = read_papers(benchmark)
    chosen = listed[:papers]
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
            strategies,
            budget,
            lexical,
            seed,
            knowledge,
            UnitRunner(_Files(), settings.home / "evaluations"),
            [p.hypothesis for p in listed],
        )
        rows, stopped = evaluation.all(chosen, tell)
    return _document(rows, ("coarse", *strategies), lexical, budget, seed, stopped)


class _NoSink:
    """Calls of an evaluation are not kept."""

    def record(self, calls: object) -> None:
        """Take them and keep nothing."""


@dataclass
class Evaluation:
    """Papers evaluated one after the other; each search and each grading is a unit, read from its file the next time.

    `hypotheses` are those of all papers of the benchmark: the least similar one is what a grader must not find.
    """

    strategies: Sequence[str]
    budget: int
    lexical: bool
    seed: int
    knowledge: Knowledge
    runner: UnitRunner
    hypotheses: Sequence[str] = ()

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
        runs = {strategy: self._run(paper, strategy, tell) for strategy in self.strategies}
        texts = {"coarse": paper.coarse} | {strategy: run["statement"] for strategy, run in runs.items()}
        length = min(len(texts[s].split()) for s in self.strategies)
        other = least_alike(paper.hypothesis, self.hypotheses)
        if other is not None:
            texts |= dict(zip(CONTROLS, (paper.hypothesis, other), strict=True))
        cut = {name: shorten(text, length) for name, text in texts.items()}
        inputs = {
            "hypothesis": paper.hypothesis,
            "texts": cut,
            "lexical": self.lexical,
            "grader": self.knowledge.gateway.config.settings_key if self.knowledge.gateway else "",
        }
        graded = self.runner.run(BENCHMARK_GRADES, inputs, lambda: Outcome(self._graded(paper, cut)))
        return {"title": paper.title, "words": length, "runs": {"coarse": dict.fromkeys(SPENT, 0)} | runs, **graded}

    def _run(self, paper: Paper, strategy: str, tell: Callable[[str], None]) -> dict[str, Any]:
        """Search with a strategy and keep what it found and what it cost."""

        def work() -> Outcome:
            began, before = time.monotonic(), _spent(self.knowledge)
            found = self._searched(paper, strategy)
            if found["stopped"]:
                raise BudgetSpentError(found["stopped"], where=paper.title)
            after, seconds = _spent(self.knowledge), round(time.monotonic() - began, 3)
            tell(f"{paper.title[:40]}: {strategy}, {found['calls']} judge calls in {seconds:.0f} s")
            spent = {key: after[key] - before[key] for key in ("tokens", "cost")}
            kept = {key: found[key] for key in ("statement", "calls", "proposals")}
            return Outcome({**kept, **spent, "seconds": seconds})

        inputs = {
            "paper": paper,
            "strategy": strategy,
            "budget": self.budget,
            "seed": self.seed,
            "knowledge": [getattr(source, "name", "") for source in self.knowledge.hypotheses().values()],
        }
        return self.runner.run(BENCHMARK_SEARCH, inputs, work)

    def _graded(self, paper: Paper, texts: dict[str, str]) -> dict[str, Any]:
        gateway = self.knowledge.gateway
        if self.lexical or gateway is None:
            parts = lexical_components(paper.hypothesis)
            grades = {name: lexical_grades(parts, text) for name, text in texts.items()}
        else:
            parts = listed_components(gateway, paper.hypothesis, self.runner)
            grades = {name: component_grades(gateway, parts, text) for name, text in texts.items()}
        return {"components": len(parts), "grades": grades}

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


def _grader(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Say what the grader finds in the published hypothesis and in that of another paper; None without another."""
    both = [[recall(row["grades"][name])[1] for name in CONTROLS] for row in rows if CONTROLS[0] in row["grades"]]
    if not both:
        return None
    published, unrelated = np.array(both).T
    apart = mean_interval(published - unrelated)
    return {
        "published": mean_interval(published),
        "unrelated": mean_interval(unrelated),
        "difference": apart,
        "tells_them_apart": apart["low"] > 0 if len(both) > 1 else None,
    }


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
                "soft": mean_interval(scores[:, 0]),
                "hard": mean_interval(scores[:, 1]),
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
        "grader": _grader(rows),
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

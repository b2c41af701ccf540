"""`hypotheses evaluate`: how much of a published fine-grained hypothesis a search finds again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hypograph.flows.hypotheses.leads import without_model
from hypograph.flows.hypotheses.recall import component_grades, listed_components
from hypograph.flows.hypotheses.search import (
    STRATEGIES,
    Request,
    check_strategy,
    corpus_of,
    run_search,
    spent,
)
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.readers.published_hypotheses import Paper, read_papers
from hypograph.flows.runtime.unit_kinds import BENCHMARK_GRADES, BENCHMARK_SEARCH
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.documents.figures import Mean
from hypograph.models.core.documents.hypotheses import Searched
from hypograph.models.core.errors import BudgetSpentError, CapabilityError
from hypograph.models.core.knowledge_free import informed
from hypograph.models.core.records import Outcome, Unit
from hypograph.models.hypotheses.document import HypothesisDocument, named_text, text_of
from hypograph.models.hypotheses.simulation.component_recall import (
    least_alike,
    lexical_components,
    lexical_grades,
    recall,
    shorten,
)
from hypograph.models.statistics.intervals import mean_interval

if TYPE_CHECKING:
    from hypograph.flows.runtime.sources import Knowledge

METHODS = ("coarse", *STRATEGIES)
# What the grader is measured on: the published hypothesis itself, and that of the least similar paper.
CONTROLS = ("published", "unrelated")
NAMED = "named"  # after a strategy's name: everything its document names, alternatives too
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
        check_strategy(strategy, "--strategies")
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
        texts = {"coarse": paper.coarse} | {strategy: run["committed"] for strategy, run in runs.items()}
        length = min(len(texts[s].split()) for s in self.strategies)
        other = least_alike(paper.hypothesis, self.hypotheses)
        if other is not None:
            texts |= dict(zip(CONTROLS, (paper.hypothesis, other), strict=True))
        cut = {name: shorten(text, length) for name, text in texts.items()}
        # What is merely named is graded apart, uncut: to name everything is no answer.
        cut |= {f"{name} {NAMED}": run["named"] for name, run in runs.items() if run["named"] != run["committed"]}
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
            began, before = time.monotonic(), spent(self.knowledge)
            found = self._searched(paper, strategy)
            if found["stopped"].startswith("a budget is spent"):
                raise BudgetSpentError(found["stopped"], where=paper.title)
            after, seconds = spent(self.knowledge), round(time.monotonic() - began, 3)
            tell(f"{paper.title[:40]}: {strategy}, {found['calls']} judge calls in {seconds:.0f} s")
            used = {key: after[key] - before[key] for key in ("tokens", "cost")}
            written = HypothesisDocument.model_validate(found["document"])
            kept = {key: found[key] for key in ("statement", "calls", "proposals")}
            texts = {"committed": text_of(written), "named": named_text(written)}
            return Outcome({**kept, **texts, **used, "seconds": seconds})

        sources = self.knowledge.sources
        inputs = {
            "paper": paper,
            "strategy": strategy,
            "budget": self.budget,
            "seed": self.seed,
            "knowledge": [s.name for s in (sources.judge, sources.proposer) if informed(s)],
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

    def _searched(self, paper: Paper, strategy: str) -> Searched:
        request = Request(
            paper.question, paper.coarse, paper.survey, calls=self.budget, strategy=strategy, seed=self.seed
        )
        discipline, corpus = load_discipline(request.discipline), corpus_of((), paper.survey)
        sources = self.knowledge.sources
        proposer, judge = sources.proposer, sources.judge
        if not informed(proposer):
            return without_model(self.runner, paper.question, paper.coarse, corpus, discipline)
        costs = partial(spent, self.knowledge)
        return run_search(request, discipline, corpus, proposer, judge, self.runner, costs)


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


def _named(rows: Sequence[dict[str, Any]], name: str) -> Mean:
    """Hard recall where everything that a document names counts, not only what it commits to."""
    found = [row["grades"].get(f"{name} {NAMED}", row["grades"][name]) for row in rows]
    return mean_interval(np.array([recall(grades)[1] for grades in found]))


def _against_direct(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hard recall of each strategy less that of the direct answer, paper by paper."""
    if not rows or "direct" not in rows[0]["grades"]:
        return []
    base = np.array([recall(row["grades"]["direct"])[1] for row in rows])
    found = []
    for name in (s for s in STRATEGIES if s != "direct" and s in rows[0]["grades"]):
        own = np.array([recall(row["grades"][name])[1] for row in rows])
        wins, losses = int((own > base).sum()), int((own < base).sum())
        found.append({"method": name, "hard": mean_interval(own - base), "papers_better": wins, "papers_worse": losses})
    return found


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
                "hard_named": _named(rows, name),
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
            else "Components listed and graded 0 to 3 by the configured model: committed choices, cut to equal length."
        ),
        "grader": _grader(rows),
        "against_direct": _against_direct(rows),
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

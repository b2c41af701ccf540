"""`hypotheses search`, `show` and `answer`: a search that keeps every verdict as it happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hypograph.flows.hypotheses.person_judge import PersonJudge
from hypograph.flows.hypotheses.remembered import RememberedProposer, plain_verdict
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_SEARCH, HYPOTHESIS_SKILL, HYPOTHESIS_VERDICT
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.hypotheses import comparison_node, hypothesis_node, judged_records, passage_records
from hypograph.models.core.errors import BudgetSpentError, InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import Candidate, Judge, Verdict
from hypograph.models.core.records import Edge, Outcome, Publication
from hypograph.models.hypotheses.campaign_space import space_toml
from hypograph.models.hypotheses.entropy import level_entropy
from hypograph.models.hypotheses.hypothesis import Hypothesis
from hypograph.models.hypotheses.search.details_only import DetailsOnly
from hypograph.models.hypotheses.search.judge_skill import Skill, measure, planted
from hypograph.models.hypotheses.search.judges import TEXT_WEIGHTS, EvidenceJudge
from hypograph.models.hypotheses.search.slot_engine import Search, summary
from hypograph.models.hypotheses.search.task import Comparison, Settings
from hypograph.models.hypotheses.tasks.corpus import Passages, passages_of
from hypograph.models.hypotheses.tasks.grounding import Ground, deciding_experiment, ground, space_of
from hypograph.models.hypotheses.tasks.text_task import TextTask, sentences

if TYPE_CHECKING:
    from hypograph.flows.runtime.sources import Knowledge

LINES = 3
STRATEGIES = ("ours", "greedy")


@dataclass(frozen=True)
class Request:
    """What a user asked for; budgets that are None have no limit."""

    question: str
    coarse: str
    survey: str = ""
    papers: Path | None = None
    discipline: str = "chemistry"
    calls: int = 60
    proposals: int | None = None
    tokens: int | None = None
    cost: float | None = None
    strategy: str = "ours"
    person: bool = False
    posterior: bool = False
    seed: int = 0


def search_command(request: Request, tell: Callable[[str], None]) -> dict[str, Any]:
    """Run a search against the configured store and language model; return its document.

    Raises
    ------
    InputError
        If a file or name cannot be used.
    UnavailableError
        If store or language model fail.
    """
    from hypograph.flows.readers.publications.registry import read_publications
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import open_knowledge
    from hypograph.graph import open_store

    if request.strategy not in STRATEGIES:
        raise InputError(
            f"no such strategy: {request.strategy!r}", where="--strategy", expected=" or ".join(STRATEGIES)
        )
    publications: Sequence[Publication] = ()
    if request.papers is not None:
        publications = read_publications(request.papers).publications
    discipline = load_discipline(request.discipline)
    settings = load_settings(llm_max_cost=request.cost)
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        with open_knowledge(settings, store) as knowledge:
            tell(f"language model: {knowledge.sentence}")
            if request.tokens is not None and knowledge.gateway is not None:
                knowledge.gateway.budget.tokens = request.tokens
            arguments = knowledge.hypotheses()
            judge = judge_of(arguments, request.coarse)
            if request.person:
                judge = PersonJudge(store)
            corpus = passages_of([(p.key, (p.title, p.abstract, *p.passages)) for p in publications])
            task = TextTask(
                discipline,
                request.question,
                request.survey,
                corpus if corpus.texts else _survey_passages(request.survey),
                arguments.get("proposer"),
                request.seed,
                request.proposals,
            )
            runner = UnitRunner(store, settings.home / "units")
            return run_search(request, task, judge, runner, publications, _Cost(knowledge), tell)


def judge_of(arguments: dict[str, Any], coarse: str) -> Judge:
    """Return the model's judge, shown the coarse idea once, or the evidence judge without one."""
    told = arguments.get("judge")
    return DetailsOnly(told, coarse) if told is not None else EvidenceJudge(TEXT_WEIGHTS)


class _Cost:
    """What the language model has cost so far; nothing without one."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def __call__(self) -> dict[str, Any]:
        return self._knowledge.document() or {"calls": 0, "tokens": 0, "cost": 0.0}


def _survey_passages(survey: str) -> Passages:
    return passages_of([("survey", sentences(survey))])


def run_search(
    request: Request,
    task: TextTask,
    judge: Judge,
    runner: UnitRunner,
    publications: Sequence[Publication],
    spent: Callable[[], dict[str, Any]],
    tell: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Search, writing every verdict as it comes; run again, it takes up where it stopped.

    Returns
    -------
    dict
        The document of `hypotheses search --json`.
    """
    if task.proposer is not None:
        task.proposer = RememberedProposer(runner, task.proposer)
    keeper = _Keeper(request, task, judge, runner)
    skill = keeper.skill()
    # A person's and the evidence judge's answers do not vary; a model may be asked in both orders.
    calls = request.calls - (2 * skill.n if skill else 0)
    settings = Settings(
        max(calls, 1),
        temper=0.5 if request.strategy == "ours" else 0.0,
        slope=skill.slope if skill else 1.0,
    )
    search = Search(task, keeper.ask, settings, np.random.default_rng(request.seed))
    keeper.search = search
    lines = min(LINES, max(1, request.calls // 10)) if request.strategy == "ours" else 1
    stopped = ""
    try:
        search.run([Hypothesis(request.coarse)] * lines)
    except BudgetSpentError as error:
        stopped = str(error)
        tell(f"stopped: {error}")
    return _report(request, task, keeper, search, skill, publications, spent, stopped)


class _Keeper:
    """Puts pairs to the judge and keeps each verdict, with what was compared, as a unit of its own."""

    def __init__(self, request: Request, task: TextTask, judge: Judge, runner: UnitRunner) -> None:
        self.request, self.task, self.judge, self.runner = request, task, judge, runner
        self.search: Search | None = None

    def ask(self, first: Candidate, second: Candidate) -> Verdict:
        """Return the verdict on a pair, from the store if it was asked before."""
        search = self.search
        assert search is not None  # noqa: S101
        if isinstance(self.judge, PersonJudge):
            return self.judge.prefer(self.request.question, [(first, second)])[0]
        sequence = search.calls

        def work() -> Outcome:
            told = self.judge.prefer(self.request.question, [(first, second)])[0]
            comparison = Comparison(sequence, first.id, second.id, told, search.known[first.id].level)
            node = comparison_node(comparison, self.judge.name, self.request.question)
            nodes = [hypothesis_node(search, search.known[k], "refined") for k in (first.id, second.id)]
            edges = [
                Edge("COMPARES", ("Comparison", node.key), ("Hypothesis", key), {"side": side})
                for side, key in (("first", first.id), ("second", second.id))
            ]
            return Outcome(plain_verdict(told), [*nodes, node], edges)

        inputs = {
            "judge": [self.judge.name, repr(self.judge) if isinstance(self.judge, EvidenceJudge) else ""],
            "question": self.request.question,
            "first": first,
            "second": second,
            "sequence": sequence,
        }
        return Verdict(**self.runner.run(HYPOTHESIS_VERDICT, inputs, work))

    def skill(self) -> Skill | None:
        """Measure a judge that is no code on planted defects, within a fifth of the budget."""
        if isinstance(self.judge, EvidenceJudge | PersonJudge):
            return None
        number = min(6, self.request.calls // 10)
        if number < 1:
            return None
        rng = np.random.default_rng([self.request.seed, 2])
        sound = self._sound(number, rng)
        pairs = []
        for hypothesis in sound:
            spoilt = planted(hypothesis, self.task.discipline, rng)
            if spoilt is not None:
                pairs.append((self._bare(hypothesis), self._bare(spoilt)))
        if not pairs:
            return None
        inputs = {"judge": self.judge.name, "question": self.request.question, "pairs": pairs}
        told = self.runner.run(
            HYPOTHESIS_SKILL,
            inputs,
            lambda: Outcome(_fields(measure(self.judge, self.request.question, pairs))),
        )
        return Skill(**told)

    def _sound(self, number: int, rng: np.random.Generator) -> list[Hypothesis]:
        """Fill the slots at random from the options, as many times as wanted."""
        found = []
        for _ in range(number):
            hypothesis = Hypothesis(self.request.coarse)
            for slot in (s for level in self.task.discipline.levels for s in level.slots):
                options = self.task.options(hypothesis, slot)
                if options:
                    hypothesis = hypothesis.put(options[int(rng.integers(len(options)))])
            found.append(hypothesis)
        return found

    def _bare(self, hypothesis: Hypothesis) -> Candidate:
        return Candidate(hypothesis.id, self.task.discipline.statement(hypothesis), self.task.features(hypothesis))


def _report(
    request: Request,
    task: TextTask,
    keeper: _Keeper,
    search: Search,
    skill: Skill | None,
    publications: Sequence[Publication],
    spent: Callable[[], dict[str, Any]],
    stopped: str,
) -> dict[str, Any]:
    standing = search.standing()
    best, _, chance = standing[0]
    rival = standing[1][0] if len(standing) > 1 else search.runner_up()
    statement = task.discipline.statement(best)
    found = ground(statement, task.passages)
    deciding = deciding_experiment(best, rival, task.discipline)
    options = {s.name: search.options(best, s) for level in task.discipline.levels for s in level.slots}
    space = space_toml(statement, task.discipline, space_of(best, task.discipline, options))
    keys = {p.key for p in publications}
    outcome = _final_records(request, search, best, found, deciding, space, chance, keys, keeper.judge.name)
    keeper.runner.run(
        HYPOTHESIS_SEARCH,
        {
            # The publications count by what stands in them, not by the path of their file.
            "request": replace(request, papers=None),
            "literature": digest(sorted(keys), task.passages.texts),
            "judge": keeper.judge.name,
            "best": best.id,
            "calls": search.calls,
            "chance": chance,
        },
        lambda: outcome,
    )
    costs = spent()
    return {
        "id": best.id,
        "statement": statement,
        "levels": _levels(task, best),
        "probability_best": chance,
        "lines": len(standing),
        "comparisons": sum(c.verdict.valid for c in search.comparisons),
        "calls": search.calls + (2 * skill.n if skill else 0),
        "proposals": search.proposals,
        "hypotheses": summary(search)["hypotheses"],
        "cost": costs["cost"],
        "tokens": costs["tokens"],
        "cost_per_hypothesis": costs["cost"] / max(summary(search)["hypotheses"], 1),
        "judge": keeper.judge.name,
        "judge_skill": _fields(skill) if skill else None,
        "stopped": stopped or None,
        "support": [_passage(p) for p in found.support],
        "contradict": [_passage(p) for p in found.contradict],
        "novelty": found.novelty,
        "nearest": [{"publication": k, "similarity": s} for k, s in found.nearest],
        "problems": list(task.problems(best)),
        "deciding_experiment": deciding,
        "space": space,
        "entropy": level_entropy(search),
        "hierarchical": _hierarchical(search, [h.id for h, _, _ in standing]) if request.posterior else None,
        "finalists": [
            {"id": h.id, "statement": task.discipline.statement(h), "utility": u, "probability_best": p}
            for h, u, p in standing
        ],
    }


def _hierarchical(search: Search, finalists: list[str]) -> dict[str, Any] | None:
    """Probabilities of being best by the hierarchical posterior, in the order of the finalists."""
    if not search.model.comparisons:
        return None
    from hypograph.models.hypotheses.search.posterior import of_search

    found = of_search(search.model, finalists)
    return {
        "probability_best": found.probability_best.round(6).tolist(),
        "utility": found.mean.round(6).tolist(),
        "sd": found.sd.round(6).tolist(),
        "judge_slope": float(found.slopes[0]),
    }


def _levels(task: TextTask, best: Hypothesis) -> list[dict[str, Any]]:
    return [
        {
            "name": level.name,
            "details": [
                {"slot": d.slot, "value": d.value, "provenance": d.provenance}
                for d in best.details
                if d.level == number
            ],
        }
        for number, level in enumerate(task.discipline.levels, start=1)
    ]


def _final_records(
    request: Request,
    search: Search,
    best: Hypothesis,
    found: Ground,
    deciding: str,
    space: str | None,
    chance: float,
    keys: set[str],
    judge: str,
) -> Outcome:
    root = Hypothesis(request.coarse)
    node = hypothesis_node(
        search,
        best,
        "refined",
        score=round(search.utility(best), 6),
        probability_best=chance,
        novelty=round(found.novelty, 6),
        status="final",
        deciding_experiment=deciding,
        space=space,
    )
    nodes = [hypothesis_node(search, root, "question"), node]
    edges = [] if best.id == root.id else [Edge("REFINES", ("Hypothesis", best.id), ("Hypothesis", root.id))]
    known = Ground(
        tuple(p for p in found.support if p[0] in keys),
        tuple(p for p in found.contradict if p[0] in keys),
        (),
    )
    more_nodes, more_edges = passage_records(known, best.id)
    nodes, edges = [*nodes, *more_nodes], [*edges, *more_edges]
    if judge != "person":
        more_nodes, more_edges = judged_records(search, judge, request.question)
        judged = {k for c in search.comparisons for k in (c.first, c.second)} - {best.id, root.id}
        nodes += [hypothesis_node(search, search.known[k], "refined") for k in sorted(judged)] + more_nodes
        edges += more_edges
    return Outcome({"best": best.id}, nodes, edges)


def _fields(skill: Skill) -> dict[str, Any]:
    return {
        "n": skill.n,
        "accuracy": skill.accuracy,
        "swap_consistency": skill.swap_consistency,
        "invalid_rate": skill.invalid_rate,
        "slope": skill.slope,
    }


def _passage(row: tuple[str, str, float]) -> dict[str, Any]:
    return {"publication": row[0], "passage": row[1], "similarity": row[2]}

"""From keyword sets and promising alloys to refined hypotheses, as units of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np

from hypograph.flows.hypotheses.remembered import RememberedProposer, remembered
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_FINAL, HYPOTHESIS_LINE
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.hypotheses import comparison_records, line_records, passage_records, seed_records
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import Candidate, Judge, Proposer, Verdict
from hypograph.models.core.records import AlloyPrediction, KeywordSet, Outcome, Publication
from hypograph.models.hypotheses.campaign_space import space_toml
from hypograph.models.hypotheses.checks import composition_problems
from hypograph.models.hypotheses.hypothesis import Hypothesis
from hypograph.models.hypotheses.search.judges import EvidenceJudge
from hypograph.models.hypotheses.search.slot_engine import Search
from hypograph.models.hypotheses.search.task import Settings
from hypograph.models.hypotheses.tasks.alloy_records import parse_formula, read_passages
from hypograph.models.hypotheses.tasks.alloy_task import AlloyTask, Idea
from hypograph.models.hypotheses.tasks.corpus import Passages, passages_of
from hypograph.models.hypotheses.tasks.grounding import deciding_experiment, space_of

FAMILY: Final = 3  # elements from which a formula counts as an alloy family


@dataclass(frozen=True)
class HypothesisOutcome:
    """What the hypothesis step found.

    Attributes
    ----------
    count
        Hypotheses written, roots included.
    best
        `id`, `statement`, `probability_best` of the best refined hypothesis; empty where there is none.
    hypotheses
        The best of every line, best first, each with `id`, `statement`, `level`, `score`,
        `probability_best`, `belief`, `plausibility`, `space`.
    comparisons, calls
        Usable verdicts, and judge calls made.
    """

    count: int
    best: dict[str, Any]
    hypotheses: tuple[dict[str, Any], ...]
    comparisons: int
    calls: int


@dataclass(frozen=True)
class _Step:
    """What every line of the step shares."""

    task: AlloyTask
    corpus: Passages
    judge: Judge
    ask: Callable[[Candidate, Candidate], Verdict]
    predictions: Mapping[str, AlloyPrediction] = field(default_factory=dict)


def hypothesis_units(
    runner: UnitRunner,
    keyword_sets: Sequence[KeywordSet],
    alloys: Sequence[AlloyPrediction],
    *,
    publications: Sequence[Publication] = (),
    judge: Judge | None = None,
    proposer: Proposer | None = None,
    budget: int = 60,
    seed: int = 0,
    small: bool = False,
) -> HypothesisOutcome:
    """Turn keyword sets and promising alloys into hypotheses and refine them over two levels.

    Parameters
    ----------
    runner
        Runs and keeps the units: one a refined line, one for the decision between the lines.
    keyword_sets, alloys
        Roots: the sets by potential, the alloys by pignistic probability.
    publications
        The literature that options, support and passages come from.
    judge
        Compares hypotheses; None judges by evidence, without a language model.
    proposer
        Adds options to those of the literature; None adds none.
    budget
        Judge calls in all.
    seed
        Seed of every random choice.
    small
        Fewer lines.

    Returns
    -------
    HypothesisOutcome
        Empty (`count` 0) where neither sets nor alloys are given.
    """
    ideas = make_ideas(keyword_sets, alloys, 1 if small else 3, 2 if small else 4)
    if not ideas:
        return HypothesisOutcome(0, {}, (), 0, 0)
    step = _prepare(runner, ideas, alloys, publications, judge or EvidenceJudge(), proposer)
    share = max(4, int(0.8 * budget) // len(ideas))
    common = {
        "judge": [step.judge.name, repr(step.judge) if judge is None else ""],
        "proposer": proposer.name if proposer else None,
        "literature": digest(step.corpus),
        "belief": sorted(step.task.belief.items()),
        "seed": seed,
    }
    lines = [
        runner.run(
            HYPOTHESIS_LINE,
            {**common, "idea": idea, "number": number, "calls": share},
            partial(_line, step, idea, share, seed + number),
        )
        for number, idea in enumerate(ideas)
    ]
    calls = max(0, budget - sum(line["calls"] for line in lines))
    final = runner.run(
        HYPOTHESIS_FINAL,
        {**common, "lines": lines, "calls": calls},
        partial(_final, step, lines, calls, seed),
    )
    rows = tuple(final["hypotheses"])
    best = {k: rows[0][k] for k in ("id", "statement", "probability_best")} if rows else {}
    return HypothesisOutcome(
        len({key for line in lines for key in line["written"]}),
        best,
        rows,
        sum(line["comparisons"] for line in lines) + final["comparisons"],
        sum(line["calls"] for line in lines) + final["calls"],
    )


def make_ideas(
    keyword_sets: Sequence[KeywordSet], alloys: Sequence[AlloyPrediction], sets: int, families: int
) -> list[Idea]:
    """Choose the roots: the best alloys and the best keyword sets, in that order.

    A keyword set without an alloy in it is tried on the most promising families.
    """
    ranked = sorted(alloys, key=lambda a: (-a.pignistic, a.ignorance, a.key))
    top = [a.elements for a in ranked[:3]]
    ideas = [
        Idea(
            f"An alloy of {', '.join(a.elements)} forms a single solid-solution phase",
            "alloy",
            (a.elements,),
            numbers={"novelty": 1.0},
        )
        for a in ranked[:families]
    ]
    for chosen in sorted(keyword_sets, key=lambda s: (-s.potential, s.keywords))[:sets]:
        own = [tuple(sorted(m)) for k in chosen.keywords if (m := _family(k))]
        text = f"Combining {_listing(chosen.keywords)} gives a single-phase alloy that is worth an experiment"
        numbers = {"potential": chosen.potential, "novelty": chosen.novelty}
        ideas.append(Idea(text, "keywords", tuple(own or top), chosen.keywords, numbers))
    return ideas


def _family(keyword: str) -> dict[str, float] | None:
    amounts = parse_formula(keyword)
    usable = amounts is not None and len(amounts) >= FAMILY and not composition_problems(keyword)
    return amounts if usable else None


def _listing(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _prepare(
    runner: UnitRunner,
    ideas: Sequence[Idea],
    alloys: Sequence[AlloyPrediction],
    publications: Sequence[Publication],
    judge: Judge,
    proposer: Proposer | None,
) -> _Step:
    ordered = sorted({p.key: p for p in publications}.values(), key=lambda p: p.key)
    corpus = passages_of([(p.key, (p.title, p.abstract, *p.passages)) for p in ordered])
    discipline = load_discipline("alloys")
    predictions = {a.key: a for a in alloys}
    task = AlloyTask(
        discipline,
        {idea.root: idea for idea in ideas},
        read_passages(corpus.publications, corpus.texts),
        {key: a.pignistic for key, a in predictions.items()},
        proposer=RememberedProposer(runner, proposer) if proposer is not None else None,
    )

    def ask(first: Candidate, second: Candidate) -> Verdict:
        return judge.prefer(discipline.question, [(first, second)])[0]

    if isinstance(judge, EvidenceJudge):
        return _Step(task, corpus, judge, ask, predictions)
    return _Step(task, corpus, judge, remembered(runner, judge, discipline.question), predictions)


def _line(step: _Step, idea: Idea, calls: int, seed: int) -> Outcome:
    """Refine one idea; the nodes on the way to its best are kept, the others only if they were judged."""
    root = Hypothesis(idea.root)
    search = Search(step.task, step.ask, Settings(calls, final=0.0), np.random.default_rng(seed))
    best = search.run([root])
    predicted = _predicted(step, best, idea)
    discipline = step.task.discipline
    slots = [s for level in discipline.levels for s in level.slots]
    options = {s.name: search.options(best, s) for s in slots}
    space = space_toml(discipline.statement(best), discipline, space_of(best, discipline, options))
    deciding = deciding_experiment(best, search.runner_up(), discipline)
    records = [
        line_records(search, idea, predicted, step.judge.name, space=space, deciding_experiment=deciding),
        seed_records(search, best, idea, step.corpus),
        passage_records(step.task.ground(best), best.id),
    ]
    nodes = [n for made, _ in records for n in made]
    edges = [e for _, made in records for e in made]
    result = {
        "best": _plain(best),
        "idea": idea.kind,
        "score": search.standing()[0][1],
        "belief": predicted.belief if predicted else None,
        "plausibility": predicted.plausibility if predicted else None,
        "space": space,
        "calls": search.calls,
        "comparisons": sum(c.verdict.valid for c in search.comparisons),
        "proposals": search.proposals,
        "written": sorted(n.key for n in nodes if n.label == "Hypothesis"),
    }
    return Outcome(result, nodes, edges)


def _predicted(step: _Step, best: Hypothesis, idea: Idea) -> AlloyPrediction | None:
    detail = next((d for d in best.details if d.kind == "composition"), None)
    amounts = parse_formula(detail.value) if detail else None
    family = tuple(sorted(amounts)) if amounts else (idea.families[0] if idea.families else ())
    return step.predictions.get("-".join(family))


def _final(step: _Step, lines: Sequence[Mapping[str, Any]], calls: int, seed: int) -> Outcome:
    """Compare the lines' best where that most changes the decision."""
    finals = {h.id: (h, line) for line in lines for h in [_restore(line["best"], step)]}
    search = Search(step.task, step.ask, Settings(calls), np.random.default_rng([seed, 1]))
    search.decide([h for h, _ in finals.values()])
    rows = []
    for hypothesis, mean, chance in search.standing():
        line = finals[hypothesis.id][1]
        rows.append(
            {
                "id": hypothesis.id,
                "statement": step.task.discipline.statement(hypothesis),
                "level": hypothesis.level,
                "kind": line["idea"],
                "score": round(mean, 6),
                "probability_best": chance,
                "belief": line["belief"],
                "plausibility": line["plausibility"],
                "space": line["space"],
            }
        )
    nodes, edges = comparison_records(search, step.judge.name, rows)
    result = {
        "hypotheses": rows,
        "calls": search.calls,
        "comparisons": sum(c.verdict.valid for c in search.comparisons),
    }
    return Outcome(result, nodes, edges)


def _plain(hypothesis: Hypothesis) -> dict[str, Any]:
    return {
        "root": hypothesis.root,
        "details": [[d.slot, d.value, d.provenance] for d in hypothesis.details],
    }


def _restore(plain: Mapping[str, Any], step: _Step) -> Hypothesis:
    found = Hypothesis(plain["root"])
    for name, value, provenance in plain["details"]:
        slot = step.task.discipline.slot(name)
        if slot is not None:
            found = found.put(step.task.discipline.detail(slot, value, provenance))
    return found

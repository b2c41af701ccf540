"""The document of a search, and what it leaves in the graph."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypograph.flows.hypotheses.keeper import SURVEY_KEY, Keeper
from hypograph.graph.records.hypotheses import (
    comparison_records,
    hypothesis_node,
    line_records,
    passage_records,
    preferred,
    question_id,
    question_node,
)
from hypograph.models.core.documents.hypotheses import (
    CitedPassage,
    Costs,
    DetailLevel,
    Direct,
    Finalist,
    Hierarchical,
    Operator,
    Searched,
)
from hypograph.models.core.records import Edge, Node, Outcome, Value
from hypograph.models.hypotheses.campaign_space import deciding_experiment, space_toml
from hypograph.models.hypotheses.checks import document_problems
from hypograph.models.hypotheses.details import details_of
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.document import HypothesisDocument, from_statement
from hypograph.models.hypotheses.search.documents import DocumentSearch, Found
from hypograph.models.hypotheses.search.lines import Line, operator_entropy
from hypograph.models.hypotheses.tasks.corpus import Passages
from hypograph.models.hypotheses.tasks.grounding import Ground, ground


@dataclass(frozen=True)
class Result:
    """A finished search and all that its document is made of."""

    question: str
    strategy: str
    posterior: bool
    discipline: Discipline
    passages: Passages
    keeper: Keeper
    search: DocumentSearch
    found: Found


def search_document(result: Result, costs: Costs) -> tuple[Searched, Outcome]:
    """Return the document of `hypotheses search --json`, and the nodes and relationships to keep.

    Returns
    -------
    tuple of dict and Outcome
    """
    found, search = result.found, result.search
    idea = result.keeper.block.idea
    answer = found.answer.document if found.answer else from_statement(idea or result.question)
    support = ground(answer.statement, result.passages)
    rival = next((line.document for line in found.order if line is not found.answer), None)
    space = space_toml(answer)
    lean = search.leaning()
    document: Searched = {
        "id": answer.id,
        "question_id": question_id(result.question),
        "question": result.question,
        "statement": answer.statement,
        "document": answer.model_dump(mode="json"),
        "levels": levels(answer, result.discipline, result.keeper.provenance),
        "probability_best": chance_of(found, found.answer),
        "direct": direct_entry(found),
        "lines": len(found.order),
        "comparisons": sum(a.verdict.valid for a in search.log.asked),
        "calls": search.calls,
        "calls_by_operator": calls_by_operator(search),
        "proposals": len(search.log.lines) + search.log.duplicates,
        "hypotheses": len(search.log.lines),
        "missing": search.log.missing,
        "refused": list(search.log.refused),
        "cost": costs["cost"],
        "tokens": costs["tokens"],
        "cost_per_hypothesis": costs["cost"] / max(len(search.log.lines), 1),
        "strategy": result.strategy,
        "judge": result.keeper.judge.name,
        "judge_skill": {
            "n": 0,
            "slope": lean["slope"],
            "leaning_to_first": {"mean": lean["mean"], "sd": lean["sd"]},
        },
        "stopped": found.stopped,
        "support": [passage(p) for p in support.support],
        "contradict": [passage(p) for p in support.contradict],
        "novelty": support.novelty,
        "nearest": [{"publication": k, "similarity": s} for k, s in support.nearest],
        "problems": document_problems(answer, result.discipline),
        "deciding_experiment": deciding_experiment(answer, rival),
        "space": space,
        "entropy": operator_entropy(search.log.moves),
        "operators": operators(search),
        "exchanged": search.log.exchanged,
        "readings": [r.model_dump(mode="json") for r in search.log.readings],
        "lessons": [x.question for x in search.log.lessons],
        "hierarchical": hierarchical(search, found) if result.posterior else None,
        "finalists": [finalist(found, line) for line in found.order],
    }
    return document, _records(result, document, answer, support)


def chance_of(found: Found, line: Line | None) -> float | None:
    """Return a line's probability of being best; a line alone has none."""
    if line is None or found.chance is None:
        return None
    return found.chance[found.order.index(line)]


def direct_entry(found: Found) -> Direct | None:
    """Return the direct answer and its place: it is reported first unless it was clearly beaten."""
    if found.direct is None:
        return None
    return {
        "id": found.direct.document.id,
        "statement": found.direct.document.statement,
        "document": found.direct.document.model_dump(mode="json"),
        "place": found.order.index(found.direct) + 1,
        "reported_first": found.answer is found.direct,
        "probability_beaten": found.better_than_direct,
    }


def finalist(found: Found, line: Line) -> Finalist:
    """Return a line as the report lists it."""
    return {
        "id": line.document.id,
        "statement": line.document.statement,
        "operator": line.operator,
        "beside_parent": line.beside,
        "probability_best": chance_of(found, line),
        "document": line.document.model_dump(mode="json"),
    }


def levels(document: HypothesisDocument, discipline: Discipline, provenance: str) -> list[DetailLevel]:
    """Return the typed details of a document by level."""
    details = details_of(document, discipline, provenance)
    return [
        {
            "name": level.name,
            "details": [
                {"slot": d.slot, "value": d.value, "provenance": d.provenance} for d in details if d.level == number
            ],
        }
        for number, level in enumerate(discipline.levels, start=1)
    ]


def calls_by_operator(search: DocumentSearch) -> dict[str, int]:
    """Return the calls of each kind, the judge's last."""
    return {**search.writing.calls_of, "judge": search.verdict_calls}


def operators(search: DocumentSearch) -> list[Operator]:
    """Say of each operator its calls, their share, and how many of its children are thought better than their parents.

    A child without parents is compared with the direct answer.
    """
    calls = search.writing.calls_of
    rows: list[Operator] = []
    for one in search.standings():
        used = calls.get(one.operator, 0) + (calls.get("critique", 0) if one.operator == "revise" else 0)
        share = used / max(search.calls, 1)
        rows.append(
            {
                "operator": one.operator,
                "children": one.children,
                "judged": one.judged,
                "ahead": one.ahead,
                "calls": used,
                "share": round(share, 6),
                "worth": one.worth,
            }
        )
    return rows


def hierarchical(search: DocumentSearch, found: Found) -> Hierarchical | None:
    """Probabilities of being best by the hierarchical posterior, in the order of the finalists."""
    if not search.beliefs.verdicts:
        return None
    from hypograph.models.hypotheses.search.posterior import of_beliefs

    told, places = of_beliefs(search.beliefs), [line.place for line in found.order]
    return {
        "probability_best": told.probability_best[places].round(6).tolist(),
        "utility": told.mean[places].round(6).tolist(),
        "sd": told.sd[places].round(6).tolist(),
        "judge_slope": float(told.slopes[0]),
    }


def passage(row: tuple[str, str, float]) -> CitedPassage:
    """Return a passage as the document lists it."""
    return {"publication": row[0], "passage": row[1], "similarity": row[2]}


def _records(result: Result, document: Searched, answer: HypothesisDocument, found: Ground) -> Outcome:
    search, keeper = result.search, result.keeper
    lines, question = search.log.lines, result.question
    kept = {
        "levels": document["levels"],
        "calls_by_operator": document["calls_by_operator"],
        "operators": document["operators"],
        "exchanged": document["exchanged"],
        "readings": document["readings"],
        "lessons": document["lessons"],
        "refused": document["refused"],
        "missing": document["missing"],
        "finalists": document["finalists"],
    }
    direct = document["direct"]
    asked = question_node(
        question,
        idea=keeper.block.idea,
        survey=keeper.block.survey,
        discipline=result.discipline.name,
        judge=keeper.judge.name,
        strategy=result.strategy,
        budget=search.budget,
        calls=search.calls,
        tokens=document["tokens"],
        cost=float(document["cost"]),
        stopped=document["stopped"],
        direct=direct["id"] if direct else None,
        best=answer.id,
        better_than_direct=direct["probability_beaten"] if direct else None,
        search=json.dumps(kept, ensure_ascii=False),
    )
    nodes: list[Node] = [asked]
    edges: list[Edge] = []
    for line in lines:
        part = line_records(line, lines, question, result.discipline, keeper.provenance)
        nodes, edges = [*nodes, *part.nodes], [*edges, *part.edges]
        nodes.append(_standing(result, line, document))
    for line in lines:
        told = found if line.document is answer else ground(line.document.statement, result.passages)
        more_nodes, more_edges = passage_records(published(told), line.document.id)
        nodes, edges = [*nodes, *more_nodes], [*edges, *more_edges]
    if keeper.judge.name != "person":
        for a in search.log.asked:
            part = comparison_records(a, lines, keeper.judge.name, question)
            nodes, edges = [*nodes, *part.nodes], [*edges, *part.edges]
        edges += preferred(search.log.asked, lines)
    return Outcome({}, nodes, edges)


def published(found: Ground) -> Ground:
    """Return what publications say; sentences of the user's own survey are no evidence for the graph."""
    return Ground(
        tuple(p for p in found.support if p[0] != SURVEY_KEY),
        tuple(p for p in found.contradict if p[0] != SURVEY_KEY),
        (),
    )


def _standing(result: Result, line: Line, document: Searched) -> Node:
    """Make the node of a line with where it ended."""
    chance = chance_of(result.found, line)
    final = line is result.found.answer
    props: dict[str, Value] = {
        "score": round(float(result.search.beliefs.utility[0, line.place]), 6),
        "probability_best": chance,
        "status": "final" if final else "judged",
        "deciding_experiment": document["deciding_experiment"] if final else deciding_experiment(line.document, None),
        "space": space_toml(line.document),
    }
    if final:
        props["novelty"] = round(document["novelty"], 6)
    provenance = result.keeper.provenance
    return hypothesis_node(line.document, result.question, result.discipline, line.operator, provenance, **props)

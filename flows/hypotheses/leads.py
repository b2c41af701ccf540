"""Leads: what data support without a language model, listed with their passages and not claimed as hypotheses."""

from __future__ import annotations

from collections.abc import Sequence

from hypograph.flows.hypotheses.result import published
from hypograph.flows.literature.ask import told
from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_SEARCH
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.hypotheses import bearing_records, passage_records, question_id, question_node
from hypograph.models.core.documents.hypotheses import CitedPassage, Searched
from hypograph.models.core.keys import digest
from hypograph.models.core.records import AlloyPrediction, Edge, KeywordSet, Node, Outcome, Publication, Value
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.document import from_statement
from hypograph.models.hypotheses.tasks.alloy_records import AlloyPassages, reported
from hypograph.models.hypotheses.tasks.corpus import Passages
from hypograph.models.hypotheses.tasks.grounding import Ground, ground
from hypograph.models.literature.inspiration.answers import Corpus

PASSAGES = 10  # passages that are listed for a question
NO_MODEL = (
    "no language model is configured: nothing was proposed or judged. With one, documents that answer the question are "
    "written from these passages, criticised, revised and compared (set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL)"
)


def alloy_lead(alloy: AlloyPrediction, passages: AlloyPassages) -> dict[str, object]:
    """Return an alloy with evidence as a lead."""
    found = reported(alloy.elements, passages)
    statement = (
        f"{alloy.key}: single solid-solution phase, belief {alloy.belief:.2f}, plausibility {alloy.plausibility:.2f}"
        f"{_counts(found)}"
    )
    return {
        "id": digest("lead", alloy.key),
        "kind": "alloy",
        "statement": statement,
        "alloys": [alloy.key],
        "keywords": [],
        "belief": alloy.belief,
        "plausibility": alloy.plausibility,
        "ignorance": alloy.ignorance,
        "conflict": alloy.conflict,
        "evidence": [dict(row) for row in alloy.because],
        **_sides(found),
    }


def keyword_lead(chosen: KeywordSet, corpus: Passages) -> dict[str, object]:
    """Return a gap between keywords as a lead: passages that hold some of them."""
    names = ", ".join(chosen.keywords)
    found = ground(names, corpus, 3) if corpus.texts else Ground((), (), ())
    return {
        "id": digest("lead", chosen.keywords),
        "kind": "keywords",
        "statement": f"{names}: {chosen.novelty:.0%} of the pairs stand together in no publication; "
        f"potential {chosen.potential:.2f}",
        "alloys": [],
        "keywords": list(chosen.keywords),
        "potential": chosen.potential,
        "novelty": chosen.novelty,
        "evidence": list(chosen.because),
        **_sides(found),
    }


def lead_line(lead: dict[str, object]) -> str:
    """Write a lead as one line for a proposer."""
    return str(lead["statement"])


def without_model(
    runner: UnitRunner,
    question: str,
    idea: str,
    corpus: Passages,
    discipline: Discipline,
    publications: Sequence[Publication] = (),
) -> Searched:
    """Answer a question as far as data do: its passages, and the idea as it was given.

    Parameters
    ----------
    runner
        Keeps what is found.
    question, idea
        As they were asked; the idea may be empty.
    corpus
        Passages that stand for and against the idea.
    discipline
        Of the question.
    publications
        What the corpus was cut from; those that bear on the question are quoted in `from_papers`.

    Returns
    -------
    dict
        The document of `hypotheses search --json`; it claims nothing and has no probability.
    """
    document = from_statement(idea or question)
    found = ground(f"{question} {idea}", corpus, PASSAGES)
    key = question_id(question)
    node = question_node(question, idea=idea, discipline=discipline.name, stopped=NO_MODEL, budget=0, calls=0)
    props: dict[str, Value] = {
        "statement": document.statement,
        "kind": "lead",
        "level": 0,
        "level_name": "idea",
        "root": key,
    }
    nodes = [node, Node("Hypothesis", document.id, props | {"details": "[]", "question": key, "status": "lead"})]
    more, edges = passage_records(published(found), document.id)
    edges.append(Edge("ANSWERS", ("Hypothesis", document.id), ("Question", key)))
    said = Corpus(publications).ask(" ".join(question.split())) if publications else None
    if said is not None:
        papers, bearing = bearing_records(said, publications)
        more, edges = [*more, *papers], [*edges, *bearing]
    from_papers = told(said) if said else None
    inputs = {"question": question, "idea": idea, "corpus": digest(corpus), "model": None, "papers": from_papers}
    runner.run(HYPOTHESIS_SEARCH, inputs, lambda: Outcome({"id": document.id}, [*nodes, *more], edges))
    sides = _sides(found)
    return {
        "id": document.id,
        "question_id": key,
        "question": question,
        "statement": document.statement,
        "document": document.model_dump(mode="json"),
        "levels": [{"name": level.name, "details": []} for level in discipline.levels],
        "probability_best": None,
        "direct": None,
        "lines": 0,
        "comparisons": 0,
        "calls": 0,
        "proposals": 0,
        "cost": 0.0,
        "tokens": 0,
        "judge": None,
        "judge_skill": None,
        "stopped": NO_MODEL,
        "support": sides["support"],
        "contradict": sides["contradict"],
        "leads": [{"statement": p["passage"], **p} for p in (*sides["support"], *sides["contradict"])],
        "novelty": found.novelty,
        "nearest": [{"publication": k, "similarity": s} for k, s in found.nearest],
        "from_papers": from_papers,
        "problems": [],
        "deciding_experiment": None,
        "space": None,
        "finalists": [],
        "llm": None,
    }


def _counts(found: Ground) -> str:
    if not found.support and not found.contradict:
        return "; no passage of the corpus is on these elements"
    return f"; passages for {len(found.support)}, against {len(found.contradict)}"


def _sides(found: Ground) -> dict[str, list[CitedPassage]]:
    return {
        side: [{"publication": key, "passage": text, "similarity": s} for key, text, s in rows]
        for side, rows in (("support", found.support), ("contradict", found.contradict))
    }


def ranked_leads(
    sets: Sequence[KeywordSet], alloys: Sequence[AlloyPrediction], most_sets: int, most_alloys: int
) -> tuple[list[AlloyPrediction], list[KeywordSet]]:
    """Return the alloys by belief, the surest first, and the keyword sets by potential."""
    surest = sorted(alloys, key=lambda a: (-a.pignistic, a.ignorance, a.key))[:most_alloys]
    return surest, sorted(sets, key=lambda s: (-s.potential, s.keywords))[:most_sets]

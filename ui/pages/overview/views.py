"""What each page shows, as plain dictionaries: shared by the pages and the HTTP interface."""

from __future__ import annotations

import gc
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from weakref import WeakKeyDictionary

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.maps.atlas import counts as count
from hypograph.graph.maps.kept import world
from hypograph.graph.queries import pages
from hypograph.graph.queries.hypothesis_rows import (
    BearingRow,
    ComparisonProps,
    HypothesisRow,
    InspirationRow,
    KnownHypothesis,
    QuestionProps,
    TestingRow,
)
from hypograph.graph.queries.rows import AlloyProps, EvidenceRow, PassageRow, whole
from hypograph.models.hypotheses.document import HypothesisDocument, sections
from hypograph.ui.drawing.documents import Coursed
from hypograph.ui.drawing.sparks import spark
from hypograph.ui.pages.campaigns import comparison, views
from hypograph.ui.pages.campaigns.choice import Choice
from hypograph.ui.pages.elements import views as elements
from hypograph.ui.pages.hypotheses.refinement import RefinementLevel, TreeNode, levels
from hypograph.ui.pages.overview import attention, runs

LONGEST_QUERY = 200
# The digest of the overview is read again no sooner than this, nor than this many times what reading it took.
FRESH_SECONDS = 5.0
PATIENCE = 40.0
WARMED_GROUPS = 100


class Titled(TypedDict):
    """The document of a hypothesis as titled sections, and its rivals."""

    sections: list[tuple[str, list[str]]]
    alternatives: list[dict[str, object]]


class Detailed(KnownHypothesis):
    """A hypothesis, whole, its details as rows."""

    details: list[object]


class OneHypothesis(TypedDict):
    """One hypothesis with its tree, comparisons, inspirations and evidence."""

    hypothesis: Detailed
    question: QuestionProps | None
    document: Titled | None
    history: list[dict[str, object]]
    tree: list[TreeNode]
    levels: list[RefinementLevel]
    campaigns: list[TestingRow]
    comparisons: list[ComparisonProps]
    inspirations: list[InspirationRow]
    evidence: list[EvidenceRow]
    passages: list[PassageRow]
    bearing: list[BearingRow]


class OneAlloy(TypedDict):
    """One alloy with the evidence about it."""

    alloy: AlloyProps
    evidence: list[EvidenceRow]


def overview(store: GraphStore) -> dict[str, object]:
    """Counts, the latest runs, what changed, what was spent, the sources and their measured skill."""
    latest = runs.latest(store)
    counts = count(store)
    return {
        "needs": attention.needs(store, latest),
        "runs": latest[: runs.SHOWN],
        "changes": runs.changes(latest),
        "counts": {label: counts[label] for label in pages.SHOWN},
        **_digest(store, counts),
    }


_behind = ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest")
# What takes a walk through every hypothesis and campaign, with the counts it was read at and when it is due again.
_digests: WeakKeyDictionary[GraphStore, tuple[dict[str, int], float, dict[str, object]]] = WeakKeyDictionary()


def _digest(store: GraphStore, counts: dict[str, int]) -> dict[str, object]:
    """Read what changes only when work is done: at once when a unit, call or experiment came, else behind the scenes.

    What changes without changing a count (a measured skill, an excluded replicate) is shown some seconds later, in a
    large store within forty times what the walk takes: nobody waits for a walk that finds nothing new, and walks
    take little of the server's time.
    """
    seen, due, found = _digests.get(store, ({}, 0.0, {}))
    if seen != counts:
        return _read_digest(store, counts)
    if time.monotonic() > due:
        _digests[store] = (counts, time.monotonic() + FRESH_SECONDS, found)
        _behind.submit(_read_digest, store, counts)
    return found


def _read_digest(store: GraphStore, counts: dict[str, int]) -> dict[str, object]:
    began = time.monotonic()
    found = {
        "spent": store.read(pages.SPENT),
        "sources": [whole("Source", row["s"]) for row in store.read(pages.SOURCES)],
        "hypotheses": hypotheses(store, limit=6),
        "questions": attention.questions(store)[: attention.SHOWN],
        "leads": attention.leads(hypotheses(store, limit=400)),
        "campaigns": _campaigns(store),
    }
    ended = time.monotonic()
    _digests[store] = (counts, ended + max(FRESH_SECONDS, PATIENCE * (ended - began)), found)
    return found


def warm(store: GraphStore, ending: Event) -> None:
    """Read behind the scenes what the first visitors would wait for: the digest, then campaigns, the latest first."""

    def work() -> None:
        world(store)
        _read_digest(store, count(store))
        elements.warm(store)
        known = sorted(views.groups(store), key=lambda g: g["updated_at"] or "", reverse=True)[:WARMED_GROUPS]
        for group in known:
            if ending.is_set():
                return
            views.trajectories(store, [group])
            views.picks(store, [group])
        # What stays need not be looked through for garbage while somebody waits for a page.
        gc.collect()
        gc.freeze()

    _behind.submit(work)


def settle() -> None:
    """Wait until nothing is being read behind the scenes: before the store is closed."""
    _behind.submit(lambda: None).result()


def _campaigns(store: GraphStore, most: int = 8) -> list[Coursed]:
    """Return the campaigns that changed last, each with the course of its best value and of its entropy."""
    known = views.groups(store)
    groups = sorted(known, key=lambda g: g["updated_at"] or "", reverse=True)[:most]
    choice = Choice(group=[g["group"] for g in groups], scale="percent")
    compared, _ = comparison.compare(store, choice, known)
    series = {s["key"]: s for s in compared["series"]}
    drawn: list[Coursed] = []
    for group in groups:
        course = series.get(group["group"])
        best, entropy = (course["median"], course["entropy"]) if course else ([], [])
        drawn.append({**group, "best_course": spark(best), "entropy_course": spark(entropy, 0.0, 1.0)})
    return drawn


def hypotheses(
    store: GraphStore, text: str = "", low: int = 0, high: int = 99, limit: int = 100
) -> list[HypothesisRow]:
    """Hypotheses whose statement holds the text, the most probable best first."""
    return store.read(pages.HYPOTHESES, text=text.lower()[:LONGEST_QUERY], low=low, high=high, limit=limit)


def hypothesis(store: GraphStore, key: str) -> OneHypothesis | None:
    """One hypothesis with its tree, comparisons, inspirations and evidence; None if there is none."""
    found = store.read(pages.HYPOTHESIS, id=key)
    if not found:
        return None
    this = whole("Hypothesis", found[0]["h"])
    root = this["root"] or key
    inspired = store.read(pages.INSPIRATIONS, ids=sorted({key, root}))
    alloys = sorted({str(row["n"]["key"]) for row in inspired if "Alloy" in row["labels"]})
    ids = sorted({key, root})
    tree: list[TreeNode] = [
        {**whole("Hypothesis", row["h"]), "parent": row["parent"], "edit": row["edit"]}
        for row in store.read(pages.TREE, root=root)
    ]
    return {
        "hypothesis": {**this, "details": json.loads(this["details"] or "[]")},
        "question": attention.question(store, this["question"] or ""),
        "document": _document(this["document"]),
        "history": _rows(this["history"]),
        "tree": tree,
        "levels": levels(store, root, tree),
        "campaigns": store.read(pages.TESTING, id=key),
        "comparisons": [row["c"] for row in store.read(pages.COMPARISONS, id=key)],
        "inspirations": inspired,
        "evidence": _once(
            _evidence(store.read(pages.HYPOTHESIS_EVIDENCE, ids=ids))
            + (_evidence(store.read(pages.ALLOY_EVIDENCE, keys=alloys)) if alloys else [])
        ),
        "passages": store.read(pages.HYPOTHESIS_PASSAGES, ids=ids),
        "bearing": _bearing(store, this.get("question") or ""),
    }


def _bearing(store: GraphStore, question: str) -> list[BearingRow]:
    """Return the passages of papers that bear on a question: those that answer it, then by rank."""
    rows = store.read(pages.QUESTION_PASSAGES, id=question) if question else []
    return sorted(rows, key=lambda row: (not row["quoted"], int(row["place"] or 0)))


def _document(text: str | None) -> Titled | None:
    """Read the document of a hypothesis as titled sections; None where it has none or it cannot be read."""
    try:
        found = HypothesisDocument.model_validate_json(text or "null")
    except ValueError:
        return None
    rivals = [row.model_dump(mode="json") for row in found.alternatives]
    return {"sections": sections(found), "alternatives": rivals}


def _rows(text: str | None) -> list[dict[str, object]]:
    """Read what experiments did to a hypothesis, one event a row."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _once(rows: list[EvidenceRow]) -> list[EvidenceRow]:
    """Leave out evidence that is listed already: the same piece speaks for a hypothesis and for its root."""
    found: dict[tuple[str, str], EvidenceRow] = {}
    for row in rows:
        found.setdefault((str(row["e"]["id"]), row["kind"]), row)
    return list(found.values())


def keyword(store: GraphStore, name: str) -> dict[str, object] | None:
    """One keyword with its neighbours, papers and hypotheses; None if there is none."""
    found = store.read(pages.KEYWORDS, names=[name])
    if not found:
        return None
    return {
        "keyword": whole("Keyword", found[0]["k"]),
        "neighbours": store.read(pages.NEIGHBOURS, names=[name], limit=30),
        "papers": store.read(pages.KEYWORD_PAPERS, name=name),
        "hypotheses": store.read(pages.KEYWORD_HYPOTHESES, name=name),
    }


def alloy(store: GraphStore, key: str) -> OneAlloy | None:
    """One alloy with the evidence about it; None if there is none."""
    found = store.read(pages.ALLOY, key=key)
    if not found:
        return None
    return {
        "alloy": whole("Alloy", found[0]["a"]),
        "evidence": _evidence(store.read(pages.ALLOY_EVIDENCE, keys=[key])),
    }


def _evidence(rows: list[EvidenceRow]) -> list[EvidenceRow]:
    return [{**row, "e": whole("Evidence", row["e"])} for row in rows]

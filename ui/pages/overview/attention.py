"""What needs a person, and what was asked with the best answers so far: the first things on the first page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.queries import attention as queries
from hypograph.graph.queries.hypothesis_rows import AnswerRow, HypothesisRow, KnownQuestion, QuestionProps
from hypograph.graph.queries.rows import whole
from hypograph.ui.pages.overview.runs import Latest

BEST = 3
SHOWN = 6
BAD = frozenset({"failed", "crashed", "interrupted"})


class Need(TypedDict):
    """Something that waits for a person; `bad` where something went wrong."""

    title: str
    href: str
    text: str
    bad: bool


class Answered(KnownQuestion):
    """A question with the number of its answers, and the best of them."""

    count: int
    best: list[AnswerRow]


def needs(store: GraphStore, latest: Sequence[Latest]) -> list[Need]:
    """Say what waits for a person.

    Parameters
    ----------
    latest
        Runs, newest first.

    Returns
    -------
    list of dict
        Each `title`, `href`, `text` and `bad`; what went wrong first.
    """
    awaited, comparisons, merges = store.read_all([queries.AWAITED, queries.COMPARISONS_WAITING, queries.MERGES_OPEN])
    found = [*_failed(latest)]
    for row in awaited[:SHOWN]:
        n = row["n"]
        text = f"{n} suggested {'experiment awaits its' if n == 1 else 'experiments await their'} result"
        found.append(_need(row["name"] or row["id"], f"/campaigns/{row['id']}", text))
    if n := comparisons[0]["n"]:
        text = "a search asks which of two hypotheses is better"
        found.append(_need(f"{n} {'comparison' if n == 1 else 'comparisons'} to judge", "/reviews", text))
    if n := merges[0]["n"]:
        text = "do they mean the same? The next build joins those you accept"
        found.append(_need(f"{n} {'pair' if n == 1 else 'pairs'} of keywords", "/reviews#merges", text))
    return found


def _failed(latest: Sequence[Latest]) -> list[Need]:
    """Return the flows whose last run went wrong: one that was completed since needs nobody."""
    last: dict[str, Latest] = {}
    for run in latest:
        last.setdefault(str(run["flow"]), run)
    return [
        _need(f"{flow} {run['state']}", "/flows", str(run["error"] or "it ended without a message")[:300], bad=True)
        for flow, run in last.items()
        if run["state"] in BAD
    ]


def _need(title: str, href: str, text: str, bad: bool = False) -> Need:
    return {"title": title, "href": href, "text": text, "bad": bad}


def questions(store: GraphStore) -> list[Answered]:
    """Return the questions that were asked, the latest first, each with its best answers: ranked within it only."""
    rows = [whole("Question", row["q"]) for row in store.read(queries.QUESTIONS)]
    ids = [row["id"] for row in rows]
    answers: dict[str, list[AnswerRow]] = defaultdict(list)
    for answer in store.read(queries.ANSWERS, questions=ids) if ids else ():
        answers[answer["question"]].append(answer)
    return [{**row, "count": len(answers[row["id"]]), "best": answers[row["id"]][:BEST]} for row in rows]


def leads(rows: Sequence[HypothesisRow]) -> list[HypothesisRow]:
    """Return the best hypothesis of each search that answers no question, the latest first.

    Probabilities of being best hold within one search; hypotheses of different ones are not ranked with each other.
    """
    best: dict[str, HypothesisRow] = {}
    for row in rows:
        if not row["question"]:
            best.setdefault(row["root"] or row["id"], row)
    return sorted(best.values(), key=lambda row: str(row["created_at"] or ""), reverse=True)[:SHOWN]


def question(store: GraphStore, id: str) -> QuestionProps | None:
    """Return one question; None where there is none."""
    rows = store.read(queries.QUESTION, id=id) if id else []
    return whole("Question", rows[0]["q"]) if rows else None

"""What a person decides: which of two hypotheses is better, and whether two keywords mean the same."""

from __future__ import annotations

from typing import Any, Final

from hypograph.graph.queries.literature import DECIDE_MERGE, MERGE_QUEUE
from hypograph.graph.queries.reviews import ANSWER_COMPARISON, WAITING_COMPARISONS
from hypograph.graph.store.store import GraphStore, now
from hypograph.models.core.errors import InputError

# What a person may answer → probability that the first is better.
ANSWERS: Final = {"first": 1.0, "second": 0.0, "equal": 0.5}
STATUSES: Final = ("open", "accepted", "rejected")


def waiting_comparisons(store: GraphStore) -> list[dict[str, Any]]:
    """List the comparisons that wait for a person.

    Returns
    -------
    list of dict
        `id`, `question`, `first`, `second` (statements), `first_id`, `second_id`.
    """
    rows = store.read(WAITING_COMPARISONS)
    return [{**row, "first": row["first"] or "", "second": row["second"] or ""} for row in rows]


def answer_comparison(store: GraphStore, comparison: str, better: str) -> None:
    """Write down which of the two is better; the search that asked uses it when it runs again.

    Parameters
    ----------
    store
        The graph.
    comparison
        Id from `waiting_comparisons`.
    better
        ``first``, ``second``, or ``equal``.

    Raises
    ------
    InputError
        If no such comparison waits, or the answer is none of the three; then nothing is written.
    """
    if better not in ANSWERS:
        raise InputError(f"the answer is {better!r}", where="--better", expected=", ".join(ANSWERS))
    given = {"probability": ANSWERS[better], "answer": better, "at": now()}
    if not store.run_command(ANSWER_COMPARISON, id=comparison, **given):
        raise InputError(
            "no such comparison waits for an answer",
            where=comparison,
            expected="an id from `hypotheses answer`",
        )


def merge_candidates(store: GraphStore) -> list[dict[str, Any]]:
    """List pairs of keywords that may mean the same, undecided ones first, the most similar first among them."""
    return sorted(store.read(MERGE_QUEUE), key=lambda row: row["status"] != "open")


def decide_merge(store: GraphStore, candidate: str, status: str) -> None:
    """Write down a decision on a pair of keywords; it takes effect with the next build of the keyword graph.

    Parameters
    ----------
    store
        The graph.
    candidate
        Id from `merge_candidates`.
    status
        ``accepted``, ``rejected``, or ``open`` to take a decision back.

    Raises
    ------
    InputError
        If there is no such pair or status; then nothing is written.
    """
    if status not in STATUSES:
        raise InputError(f"no such decision: {status!r}", where=candidate, expected=", ".join(STATUSES))
    if not store.run_command(DECIDE_MERGE, id=candidate, status=status, at=now()):
        raise InputError("no pair of keywords has this id", where=candidate, expected="an id from the review page")

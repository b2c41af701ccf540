"""What waits for a person's judgement: the page, and the commands that it sends."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hypograph.graph import GraphStore
from hypograph.graph.people.reviews import answer_comparison, decide_merge, merge_candidates, waiting_comparisons
from hypograph.ui.pages.campaigns.laboratory_routes import REFUSALS
from hypograph.ui.rendering import show

router = APIRouter()
Word = Annotated[str, Form(max_length=200)]


def queue(store: GraphStore) -> dict[str, object]:
    """Return the comparisons that wait and the pairs of keywords, undecided ones first."""
    return {"comparisons": waiting_comparisons(store), "merges": merge_candidates(store)}


@router.get("/reviews", response_class=HTMLResponse, include_in_schema=False)
def reviews(request: Request, done: str = "") -> HTMLResponse:
    """Show what waits; `done` says in a word what was just decided."""
    values = {**queue(request.app.state.store), "done": done}
    return show(request, "reviews.html", **values)


@router.post("/reviews/comparisons", include_in_schema=False)
def answered(request: Request, comparison: Word, better: Word) -> Response:
    """Write an answer down and show what waits next."""
    answer_comparison(request.app.state.store, comparison, better)
    return RedirectResponse("/reviews?done=answered", 303)


@router.post("/reviews/merges", include_in_schema=False)
def decided(request: Request, candidate: Word, status: Word) -> Response:
    """Write a decision down and show what waits next."""
    decide_merge(request.app.state.store, candidate, status)
    return RedirectResponse("/reviews?done=" + ("reopened" if status == "open" else status) + "#merges", 303)


@router.get("/api/v1/reviews", summary="What waits for a person: comparisons and merge candidates", tags=["reviews"])
def waiting(request: Request) -> dict[str, object]:
    """Return what the review page shows."""
    return queue(request.app.state.store)


@router.post(
    "/api/v1/reviews/comparisons", summary="Say which of two hypotheses is better", tags=["changes"], responses=REFUSALS
)
def answer(request: Request, comparison: Word, better: Word) -> dict[str, object]:
    """Write an answer down (`better`: first, second or equal), and return what still waits."""
    answer_comparison(request.app.state.store, comparison, better)
    return queue(request.app.state.store)


@router.post(
    "/api/v1/reviews/merges", summary="Decide whether two keywords mean the same", tags=["changes"], responses=REFUSALS
)
def decide(request: Request, candidate: Word, status: Word) -> dict[str, object]:
    """Write a decision down (`status`: accepted, rejected or open), and return the pairs as they stand."""
    decide_merge(request.app.state.store, candidate, status)
    return queue(request.app.state.store)

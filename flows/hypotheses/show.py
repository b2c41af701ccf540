"""`hypotheses show` and `hypotheses answer`: what the store knows, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.graph import GraphStore


def show_command(hypothesis: str) -> dict[str, Any]:
    """Return a hypothesis of the configured store; raises as `shown`."""
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    with open_store(load_settings().store_config()) as store:
        return shown(store, hypothesis)


def shown(store: GraphStore, hypothesis: str) -> dict[str, Any]:
    """Return a hypothesis with everything that hangs on it.

    Raises
    ------
    InputError
        If none, or more than one, has that id.
    """
    from hypograph.graph.queries import pages

    found = [n["key"] for n in store.nodes("Hypothesis") if str(n["key"]).startswith(hypothesis)]
    if len(found) != 1:
        what = "no hypothesis has this id" if not found else f"{len(found)} hypotheses begin with this id"
        raise InputError(what, where=hypothesis, expected="an id from the page or from `hypotheses search`")
    key = str(found[0])
    props = dict(store.read(pages.HYPOTHESIS, id=key)[0]["h"])
    tree = store.read(pages.TREE, root=props.get("root", "none"))
    passages = store.read(pages.HYPOTHESIS_PASSAGES, ids=[key])
    return {
        **props,
        "refines": [r["parent"] for r in tree if r["h"]["id"] == key and r["parent"]],
        "inspired_by": [{"label": r["labels"][0], **r["n"]} for r in store.read(pages.INSPIRATIONS, ids=[key])],
        "support": [dict(r) for r in passages if r["kind"] == "SUPPORTS"],
        "contradict": [dict(r) for r in passages if r["kind"] == "REFUTES"],
        "evidence": [dict(r) for r in store.read(pages.HYPOTHESIS_EVIDENCE, ids=[key])],
        "comparisons": [dict(r["c"]) for r in store.read(pages.COMPARISONS, id=key)],
    }


def answer_command(comparison: str | None, better: str | None) -> dict[str, Any]:
    """Record a person's answer, or list what waits for one.

    Raises
    ------
    InputError
        If no such comparison waits, or the answer is neither side nor equal.
    """
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store
    from hypograph.graph.people.reviews import answer_comparison, waiting_comparisons

    with open_store(load_settings().store_config()) as store:
        if comparison is not None:
            answer_comparison(store, comparison, better or "")
        rows = [{k: row[k] for k in ("id", "question", "first", "second")} for row in waiting_comparisons(store)]
        return {"answered": comparison, "waiting": rows}

"""`hypotheses show` and `hypotheses answer`: what the store knows, and what waits for a person."""

from __future__ import annotations

from typing import Any

from hypograph.models.errors import InputError
from hypograph.models.keys import digest
from hypograph.models.records import Node, Outcome


def show_command(hypothesis: str) -> dict[str, Any]:
    """Return a hypothesis with everything that hangs on it.

    Raises
    ------
    InputError
        If none, or more than one, has that id.
    """
    from hypograph.flows.settings import load_settings
    from hypograph.graph import open_store
    from hypograph.graph.queries import pages

    with open_store(load_settings().store_config()) as store:
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
        If no such comparison waits, or the answer is neither side.
    """
    from hypograph.flows.settings import load_settings
    from hypograph.graph import open_store
    from hypograph.models.records import Unit

    with open_store(load_settings().store_config()) as store:
        nodes = {str(n["key"]): n["props"] for n in store.nodes("Comparison")}
        waiting = {k: n for k, n in nodes.items() if n.get("judge") == "person" and not n.get("valid")}
        text = {str(n["key"]): n["props"].get("statement", "") for n in store.nodes("Hypothesis")}
        if comparison is not None:
            if comparison not in waiting:
                raise InputError(
                    "no such comparison waits for an answer",
                    where=comparison,
                    expected="an id from `hypotheses answer`",
                )
            if better not in ("first", "second"):
                raise InputError(f"the answer is {better!r}", where="--better", expected="first or second")
            node = Node(
                "Comparison",
                comparison,
                {"valid": True, "probability_first": 1.0 if better == "first" else 0.0, "answer": better},
            )
            store.commit(Unit(digest("answer", comparison, better), "hypothesis-answer", Outcome({}, [node])))
            waiting.pop(comparison)
        rows = [
            {
                "id": k,
                "question": n["question"],
                "first": text.get(n["first"], ""),
                "second": text.get(n["second"], ""),
            }
            for k, n in sorted(waiting.items())
        ]
        return {"answered": comparison, "waiting": rows}

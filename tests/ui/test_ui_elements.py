"""What the elements page computes: substitutes by source, the alloys to measure next, and small lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.graph import GraphStore
from hypograph.models.core.records import Edge, Node, Outcome, Unit
from hypograph.models.evidence.fusion.next_measurement import expected_cuts
from hypograph.ui.drawing.sparks import spark
from hypograph.ui.pages.elements.views import alloys, measure_next, substitutability
from hypograph.ui.pages.overview.runs import changes

SYMBOLS = ("Al", "Co", "Cr", "Fe", "Ni")


def filled(store: GraphStore) -> None:
    nodes = [Node("Element", s, {"symbol": s}) for s in SYMBOLS]
    for key, ignorance in (("Al-Co", 0.5), ("Al-Cr", 0.4), ("Fe-Ni", 0.6)):
        props = {"key": key, "elements": key.split("-"), "predicted": True, "ignorance": ignorance, "pignistic": 0.5}
        nodes.append(Node("Alloy", key, props))
    nodes += [Node("Evidence", f"e{i}", {"source": "table", "substitution": f"{i}"}) for i in range(3)]
    edges = [
        Edge(
            "SUBSTITUTES_FOR", ("Element", "Co"), ("Element", "Cr"), {"belief": b, "plausibility": 0.9, "source": s}, k
        )
        for b, s, k in ((0.5, "data", ""), (0.2, "borg", "borg"), (0.1, "expert", "expert"))
    ]
    edges += [Edge("SUPPORTS", ("Evidence", f"e{i}"), ("Alloy", "Al-Co"), {"share": 0.1 * i}) for i in range(3)]
    store.commit(Unit("filled", "test", Outcome({}, nodes, edges)))


def test_substitutes_are_told_together_and_by_source(graph_store: GraphStore) -> None:
    filled(graph_store)
    found = substitutability(graph_store, "Co")
    assert found["elements"] == {"Co": 1, "Cr": 1}
    (one,) = found["substitutes"]
    assert (one["symbol"], one["belief"], one["source"]) == ("Cr", 0.5, "data")
    assert {row["source"]: row["belief"] for row in one["sources"]} == {"borg": 0.2, "expert": 0.1}


def test_reasons_are_the_weightiest_two(graph_store: GraphStore) -> None:
    filled(graph_store)
    because = {a["key"]: [b["substitution"] for b in a["because"]] for a in alloys(graph_store)}
    assert because == {"Al-Co": ["2", "1"], "Al-Cr": [], "Fe-Ni": []}


def test_what_to_measure_next_counts_what_it_teaches_elsewhere(graph_store: GraphStore) -> None:
    filled(graph_store)
    told = {row["key"]: (row["own"], pytest.approx(row["others"]), row["reached"]) for row in measure_next(graph_store)}
    assert told == {"Al-Co": (0.5, 0.5 * 0.4, 1), "Al-Cr": (0.4, 0.5 * 0.5, 1), "Fe-Ni": (0.6, 0.0, 0)}
    assert [row["key"] for row in measure_next(graph_store)] == ["Al-Co", "Al-Cr", "Fe-Ni"]
    assert [row["key"] for row in measure_next(graph_store, "Fe")] == ["Fe-Ni"]


sets = st.lists(st.frozensets(st.sampled_from(SYMBOLS), min_size=1, max_size=4), max_size=8, unique=True)


@given(sets, st.data())
def test_a_cut_agrees_with_going_through_all_pairs(found: list[frozenset[str]], data: st.DataObject) -> None:
    shares = st.floats(0, 1)
    ignorance = [data.draw(shares) for _ in found]
    belief = {(a, b): data.draw(shares) for i, a in enumerate(SYMBOLS) for b in SYMBOLS[i + 1 :]}
    cuts = expected_cuts(found, ignorance, belief)
    assert [c.total for c in cuts] == sorted((c.total for c in cuts), reverse=True)
    for cut in cuts:
        mine, expected = found[cut.alloy], 0.0
        for other, unknown in zip(found, ignorance, strict=True):
            out, into = mine - other, other - mine
            if len(out) == len(into) == 1:
                x, y = sorted([*out, *into])
                expected += unknown * belief[x, y]
        assert cut.others == pytest.approx(expected)
        assert cut.own == ignorance[cut.alloy]
        assert cut.total <= sum(ignorance) + 1e-9


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=30))
def test_a_small_line_stays_in_its_box_and_leaves_gaps(values: list[float | None]) -> None:
    drawn = spark(values)
    known = [v for v in values if v is not None]
    if len(known) < 2:
        assert drawn == ""
        return
    points = [tuple(map(float, p.split())) for p in drawn.replace("L", "M").split("M")[1:]]
    assert len(points) == len(known)
    assert all(0 <= x <= 120 and 0 <= y <= 26 for x, y in points)


def run(at: str, seal: str, hypotheses: int, flow: str = "discovery", state: str = "completed") -> dict[str, object]:
    best = {"id": seal, "statement": f"statement {seal}"}
    summary = {"graph_hash": seal, "hypotheses": {"count": hypotheses, "best": best}}
    return {"flow": flow, "state": state, "started_at": at, "summary": summary}


def test_a_run_is_compared_with_the_one_of_its_flow_before_it() -> None:
    now, other, failed, old = (
        run("4", "b", 9),
        run("3", "x", 1, "campaign"),
        run("2", "y", 2, state="failed"),
        run("1", "a", 5),
    )
    found = changes([now, other, failed, old])
    assert found is not None
    assert (found["run"], found["before"], found["same"]) == ("4", "1", False)
    rows = {row["what"]: row for row in found["rows"]}
    assert rows["hypotheses"]["difference"] == 4
    assert rows["the most promising hypothesis"]["difference"] == "new"
    assert changes([failed]) is None
    first = changes([old])
    assert first is not None
    assert first["before"] is None
    same = changes([now, run("1", "b", 9)])
    assert same is not None
    assert same["same"]

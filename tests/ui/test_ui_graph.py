"""Views of the hypothesis graph: filters, neighbourhoods, paths, and the forms they are given away in."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.graph.maps.atlas import Atlas
from hypograph.models.literature.bibliography import bibtex
from hypograph.ui.pages.graph.views import Choice, chosen, drawing, near, path, view


def made(n: int, joins: list[tuple[int, int]]) -> Atlas:
    """Make a graph of n hypotheses, the even ones with a belief, and keywords in three communities."""
    nodes = {}
    for i in range(n):
        nodes[f"h:{i}"] = {
            "key": f"h:{i}",
            "id": str(i),
            "kind": "hypothesis",
            "theme": "idea",
            "label": f"Statement {i}",
            "level": i % 3,
            "sources": ["table"] if i % 2 else [],
            **({"belief": i / n} if i % 2 == 0 else {}),
        }
        key = f"k:{i}"
        nodes[key] = {"key": key, "id": str(i), "kind": "keyword", "theme": "phrase", "label": key, "community": i % 3}
    edges = [{"start": f"h:{i}", "end": f"k:{i}", "kind": "inspired by", "weight": 1.0} for i in range(n)]
    edges += [{"start": f"h:{a}", "end": f"h:{b}", "kind": "refines", "weight": 1.0} for a, b in joins]
    return Atlas(nodes, edges)


CHAIN = made(6, [(i + 1, i) for i in range(5)])


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), "012345"),
        (Choice(text="STATEMENT 3"), "3"),
        (Choice(low=2), "25"),
        (Choice(source="table"), "135"),
        (Choice(belief=0.5), "4"),
        (Choice(community=1), "14"),
        (Choice(since="2026-01-01"), ""),
    ],
)
def test_each_filter_keeps_what_fits(choice: Choice, expected: str) -> None:
    assert "".join(node["id"] for node in chosen(CHAIN, choice)) == expected


@given(st.integers(1, 12), st.integers(0, 4), st.data())
def test_near_and_path_agree_with_networkx(n: int, hops: int, data: st.DataObject) -> None:
    import networkx as nx

    ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    joins = [(a, b) for a, b in data.draw(st.lists(ends, max_size=20)) if a != b]
    atlas = made(n, joins)
    oracle = nx.Graph((e["start"], e["end"]) for e in atlas.edges)
    assert near(atlas, ["h:0"], hops) == nx.single_source_shortest_path_length(oracle, "h:0", cutoff=hops)
    steps = path(atlas, "h:0", f"k:{n - 1}")
    if nx.has_path(oracle, "h:0", f"k:{n - 1}"):
        assert len(steps) == nx.shortest_path_length(oracle, "h:0", f"k:{n - 1}") + 1
        assert all(oracle.has_edge(a["key"], b["key"]) for a, b in pairwise(steps))
    else:
        assert steps == []


def test_a_node_that_is_nowhere_is_an_error() -> None:
    for ask in (
        lambda: near(CHAIN, ["h:9"], 1),
        lambda: path(CHAIN, "h:0", "h:9"),
        lambda: view(CHAIN, Choice(focus="x")),
    ):
        with pytest.raises(KeyError):
            ask()


def test_a_view_is_closed_and_the_same_each_time() -> None:
    shown = view(CHAIN, Choice(hypotheses=3))
    keys = {node["key"] for node in shown["nodes"]}
    assert {f"h:{i}" for i in range(3)} <= keys
    assert "h:3" not in keys
    assert all(e["start"] in keys and e["end"] in keys for e in shown["edges"])
    assert np.abs([(n["x"], n["y"]) for n in shown["nodes"]]).max() <= 1
    assert view(CHAIN, Choice(hypotheses=3)) == shown


def test_a_drawing_says_what_the_view_says() -> None:
    import gzip

    shown = view(CHAIN, Choice())
    packed = json.loads(gzip.decompress(drawing(shown)))
    columns, edges = packed["nodes"], packed["edges"]
    assert columns["key"] == [node["key"] for node in shown["nodes"]]
    assert columns["belief"] == [
        pytest.approx(n["belief"], abs=5e-4) if "belief" in n else None for n in shown["nodes"]
    ]
    joined = [(columns["key"][a], columns["key"][b]) for a, b in zip(edges["start"], edges["end"], strict=True)]
    assert joined == [(e["start"], e["end"]) for e in shown["edges"]]


def test_bibtex_can_be_read_back() -> None:
    import bibtexparser

    rows = [
        {"key": "10.1/x", "title": "On {sets} & 50% of $x_1$", "venue": "J", "year": 2020, "doi": "10.1/x"},
        {"key": "10.1/x", "title": None, "venue": None, "year": None, "doi": None},
        {"key": "}, @comment{", "title": "}\n@evil{", "venue": "", "year": 1, "doi": ""},
    ]
    read = bibtexparser.loads(bibtex(rows)).entries
    assert len({entry["ID"] for entry in read}) == 3
    assert read[0]["year"] == "2020"
    assert read[0]["title"] == r"On \textbraceleft{}sets\textbraceright{} \& 50\% of \$x\_1\$"
    assert {entry["ENTRYTYPE"] for entry in read} == {"article"}

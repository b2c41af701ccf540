from __future__ import annotations

from collections import Counter
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.bibliographic import by_year, citation_links, network_of, vosviewer

PAPERS = [
    Publication(
        "10.5555/a",
        title="A",
        doi="10.5555/a",
        year=2001,
        authors=("Doe, Jane", "Roe, A."),
        references=("10.5555/b", "Poe, 1999", "10.5555/c"),
    ),
    Publication(
        "10.5555/b",
        title="B",
        doi="10.5555/b",
        year=1999,
        authors=("Doe, J.", "Roe, Alex"),
        references=("Poe, 1999", "10.5555/c"),
    ),
    Publication("10.5555/c", title="C", doi="10.5555/c", authors=("Poe, B.",), references=("10.5555/c",)),
    Publication("h", title="D", year=2001, ids=("openalex:W1",)),
    Publication("e", title="E", year=2003, references=("openalex:W1",)),
]


def test_citations_are_found_by_doi_and_other_identifiers() -> None:
    assert citation_links(PAPERS) == [
        ("10.5555/a", "10.5555/b"),
        ("10.5555/a", "10.5555/c"),
        ("10.5555/b", "10.5555/c"),
        ("e", "h"),
    ]
    found = network_of("citation", PAPERS)
    assert {n.label: n.weight for n in found.nodes} == {
        "Doe (2001)": 0,
        "Doe (1999)": 1,
        "Poe": 2,
        "D (2001)": 1,
        "E (2003)": 0,
    }


def test_authors_are_one_by_family_and_initial() -> None:
    found = network_of("co-author", PAPERS)
    assert [(n.label, n.weight, n.year) for n in found.nodes] == [("Doe, J", 2, 2000.0), ("Roe, A", 2, 2000.0)]
    assert [(x.first, x.second, x.weight) for x in found.links] == [("doe j", "roe a", 2)]
    assert {n.label for n in network_of("co-author", PAPERS, 1).nodes} == {"Doe, J", "Roe, A", "Poe, B"}
    with pytest.raises(InputError, match="no such network"):
        network_of("friends", PAPERS)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=5), max_size=8))
def test_co_citations_are_what_pairs_of_references_say(cited: list[list[str]]) -> None:
    papers = [Publication(f"p{i}", title=f"P{i}", references=tuple(refs)) for i, refs in enumerate(cited)]
    found = network_of("co-citation", papers, 1)
    pairs = Counter(pair for refs in cited for pair in combinations(sorted(set(refs)), 2))
    assert {(x.first, x.second): x.weight for x in found.links} == dict(pairs)
    assert {n.key: n.weight for n in found.nodes} == dict(Counter(r for refs in cited for r in set(refs)))


def test_vosviewer_reads_two_tables() -> None:
    network_map, links = vosviewer(network_of("co-citation", PAPERS))
    rows = [line.split("\t") for line in network_map.splitlines()]
    assert rows[0] == ["id", "label", "weight<Documents>", "score<Avg. pub. year>"]
    graph = nx.parse_edgelist(links.splitlines(), data=[("weight", int)], delimiter="\t")
    assert set(graph) <= {row[0] for row in rows[1:]}
    labels = {row[0]: row[1] for row in rows}
    assert {frozenset((labels[a], labels[b])): d["weight"] for a, b, d in graph.edges(data=True)} == {
        frozenset(("Poe", "Poe, 1999")): 2
    }


def test_years_without_publications_are_counted_as_none() -> None:
    assert by_year(PAPERS) == [(1999, 1, 1), (2000, 0, 1), (2001, 2, 3), (2002, 0, 3), (2003, 1, 4)]
    assert by_year([PAPERS[2]]) == []

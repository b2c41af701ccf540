from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from hypograph.models.literature.graph.backbone import association, communities, disparity
from hypograph.models.literature.graph.keyword_graph import backbone, build_corpus, count_rows
from hypograph.models.literature.graph.pair_counts import count_pairs, merge_counts, weigh_pairs
from hypograph.models.literature.keywords.synonyms import propose_merges

SETS = [["a", "b", "c"], ["a", "b"], ["b", "c", "d"], ["d"], []]


def corpus(years: list[int | None] | None = None):
    return build_corpus(SETS, years or [2000, 2001, 2002, 2003, 2004], np.array([1.0, 2.0, np.nan, 1.0, 1.0]), least=1)


def test_pairs_are_counted_as_by_hand() -> None:
    c = corpus()
    counts = count_pairs(c.indptr, c.indices)
    named = {(c.names[a], c.names[b]): n for a, b, n in zip(counts.first, counts.second, counts.counts, strict=True)}
    assert named == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 2, ("b", "d"): 1, ("c", "d"): 1}


def test_counts_of_years_add_up_and_can_be_taken_away() -> None:
    c = corpus()
    parts = [count_rows(c, np.array([i])) for i in range(5)]
    whole = count_pairs(c.indptr, c.indices)
    summed = merge_counts(parts)
    assert np.array_equal(summed.keys, whole.keys)
    assert np.array_equal(summed.counts, whole.counts)
    less = merge_counts([whole, parts[0]], [1, -1])
    fresh = count_rows(c, np.array([1, 2, 3, 4]))
    assert np.array_equal(less.keys, fresh.keys)
    assert np.array_equal(less.counts, fresh.counts)


def test_published_weight_is_impact_over_size_less_one() -> None:
    c = corpus()
    keys, weight = weigh_pairs(c.indptr, c.indices, np.array([1.0, 2.0, 3.0, 1.0, 1.0]))
    named = {(c.names[k >> 32], c.names[k & 0xFFFFFFFF]): w for k, w in zip(keys, weight, strict=True)}
    assert named["a", "b"] == pytest.approx(1.0 / 2 + 2.0 / 1)
    assert named["c", "d"] == pytest.approx(3.0 / 2)
    _, newman = weigh_pairs(c.indptr, c.indices, rule="newman")
    assert newman[0] == pytest.approx(1.5)


def test_disparity_follows_the_formula_of_the_paper() -> None:
    # A star of three edges 8, 1, 1: the hub has degree 3 and strength 10, the leaves degree 1.
    first, second = np.array([0, 0, 0]), np.array([1, 2, 3])
    alpha = disparity(first, second, np.array([8.0, 1.0, 1.0]), 4)
    assert alpha == pytest.approx([(1 - 0.8) ** 2, 0.9**2, 0.9**2])


def test_association_is_one_for_inseparable_and_zero_for_independent_pairs() -> None:
    count = np.array([5, 25])
    found = association(count, np.array([5, 50]), np.array([5, 50]), 100)
    assert found == pytest.approx([1.0, 0.0])


def test_communities_are_those_of_two_cliques_and_repeat() -> None:
    graph = nx.barbell_graph(5, 0)
    ends = np.array(sorted(graph.edges))
    found = communities(ends[:, 0], ends[:, 1], np.ones(len(ends)), 11, seed=3)
    assert found[:5].tolist() == [0] * 5
    assert found[5:10].tolist() == [1] * 5
    assert found[10] == -1
    assert np.array_equal(found, communities(ends[:, 0], ends[:, 1], np.ones(len(ends)), 11, seed=3))


def test_the_backbone_knows_when_pairs_met() -> None:
    c = corpus([2000, 2005, None, 2003, 2004])
    found = backbone(c, count_pairs(c.indptr, c.indices), level=1.01)
    named = {
        (c.names[a], c.names[b]): (f, last)
        for a, b, f, last in zip(found.first, found.second, found.first_year, found.last_year, strict=True)
    }
    assert named["a", "b"] == (2000, 2005)
    assert named["c", "d"] == (0, 0)
    assert c.first_year[list(c.names).index("d")] == 2003


def test_an_empty_corpus_has_an_empty_backbone() -> None:
    empty = build_corpus([[], []], [None, 2000], np.array([np.nan, 1.0]))
    assert len(backbone(empty, count_pairs(empty.indptr, empty.indices))) == 0


def test_synonyms_are_proposed_with_a_reason() -> None:
    names = [
        "data base",
        "database",
        "neural network",
        "neural networks model",
        "svm",
        "support vector machine",
        "zinc oxide",
    ]
    embedding = np.zeros((len(names), 2))
    embedding[:, 0] = 1.0
    embedding[6] = [0.0, 1.0]
    found = {(m.first, m.second): m for m in propose_merges(names, embedding, {"svm": "support vector machine"})}
    assert found["support vector machine", "svm"].similarity == 1.0
    assert "spaces" in found["data base", "database"].reason
    assert ("neural network", "neural networks model") in found
    assert not any("zinc oxide" in pair for pair in found)

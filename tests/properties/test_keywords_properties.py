from __future__ import annotations

import tempfile
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.literature.merges import apply_merges
from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.backbone import disparity
from hypograph.models.literature.graph.pair_counts import count_pairs, merge_counts
from hypograph.models.literature.text.spelling import normalise

sets = st.lists(st.sets(st.integers(0, 12), max_size=6), max_size=12)
titles = st.sampled_from(
    ["A rather long common title", "Another quite long title here", "Short", "Ünïcode títle of things"]
)
records = st.builds(
    lambda title, doi, year, cited: Publication(
        doi or f"hash-{title}-{year}", title=title, doi=doi, year=year, citations=cited
    ),
    titles,
    st.sampled_from(["", "10.1000/a", "10.1000/b", "10.1000/c"]),
    st.sampled_from([None, 2000, 2001, 2010]),
    st.sampled_from([None, 0.0, 5.0]),
)


def packed(rows: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    indptr = np.concatenate(([0], np.cumsum([len(r) for r in rows]))).astype(np.int64)
    return indptr, np.array([i for r in rows for i in sorted(r)], np.int64)


@given(sets, st.integers(1, 5))
def test_counts_are_those_of_a_plain_loop_whatever_the_block(rows: list[set[int]], block: int) -> None:
    found = count_pairs(*packed(rows), block=block)
    plain = Counter(pair for row in rows for pair in combinations(sorted(row), 2))
    assert (
        dict(zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.counts.tolist(), strict=True))
        == plain
    )


@given(sets, sets)
def test_taking_away_what_was_added_gives_what_was_there(rows: list[set[int]], more: list[set[int]]) -> None:
    before, extra = count_pairs(*packed(rows)), count_pairs(*packed(more))
    after = merge_counts([merge_counts([before, extra]), extra], [1, -1])
    assert np.array_equal(after.keys, before.keys)
    assert np.array_equal(after.counts, before.counts)


@settings(max_examples=20, deadline=None)
@example("0)_")
@given(st.text(max_size=40) | st.text("0asex '’)(_-.", max_size=12))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(7, 12), st.floats(0.1, 10)), min_size=1, max_size=15))
def test_significance_is_a_probability_and_does_not_depend_on_the_unit(edges: list[tuple[int, int, float]]) -> None:
    first, second = np.array([e[0] for e in edges]), np.array([e[1] for e in edges])
    weight = np.array([e[2] for e in edges])
    alpha = disparity(first, second, weight, 13)
    assert ((alpha >= 0) & (alpha <= 1)).all()
    assert np.allclose(alpha, disparity(first, second, 7.0 * weight, 13))


@settings(max_examples=30, deadline=None)
@given(st.lists(records, max_size=6), st.randoms(use_true_random=False))
def test_a_corpus_does_not_depend_on_the_order_of_its_files(found: list[Publication], random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        Corpus(Path(one)).add(found)
        Corpus(Path(two)).add(shuffled)
        assert Corpus(Path(one)).publications() == Corpus(Path(two)).publications()
        Corpus(Path(one)).add([])
        assert Corpus(Path(one)).publications() == Corpus(Path(two)).publications()


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=6))
def test_merging_is_final_and_rejected_pairs_stay_apart(keywords: list[list[str]]) -> None:
    decided = [("a", "b", "accepted"), ("b", "c", "accepted"), ("d", "e", "rejected")]
    merged = apply_merges(keywords, decided)
    assert apply_merges(merged, decided) == merged
    assert len({k for names in merged for k in names} & {"a", "b", "c"}) <= 1
    assert sum("d" in names for names in merged) == sum("d" in names for names in keywords)

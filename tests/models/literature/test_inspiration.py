"""Which keywords may inspire together, and what a topic names."""

from __future__ import annotations

import numpy as np

from hypograph.models.literature.graph.keyword_graph import build_corpus
from hypograph.models.literature.inspiration.eligible import Apart, eligible
from hypograph.models.literature.inspiration.topics import read_topic

NAMES = ("Al", "AlNi3", "FCC", "L12 phase", "annealing", "grain boundary", "grain growth", "neural network", "svm")


def test_no_set_holds_parts_variants_or_rivals() -> None:
    score = Apart.of(lambda sets: np.ones(len(sets)), NAMES, {"svm": "support vector machine"})
    sets = np.array([[0, 1], [2, 3], [5, 6], [5, 7], [2, 4], [0, 5], [7, 8]])
    assert score(sets).tolist() == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    abbreviated = ("svm", "support vector machine")
    same = Apart.of(lambda sets: np.ones(len(sets)), abbreviated, {"svm": "support vector machine"})
    assert same(np.array([[0, 1]])).tolist() == [0.0]


def test_what_everyone_uses_and_words_of_prose_are_not_eligible() -> None:
    rows = [["object detection", "x ray diffraction", "unified framework"] for _ in range(30)]
    rows += [["other thing"]] * 400
    titles = ["Object detection"] * 30 + ["Another study"] * 400
    corpus = build_corpus(rows, [2000] * len(rows), np.full(len(rows), np.nan))
    found = {corpus.names[i] for i in eligible(corpus, titles, {})}
    assert found == {"object detection"}


def test_a_topic_is_found_by_case_number_spelling_element_phase_and_abbreviation() -> None:
    synonyms = {"svm": "support vector machine"}
    names = (*NAMES, "support vector machine", "colored noise")
    asked = (
        "Grain Boundaries, aluminium, fcc, face-centred cubic, SVM, Nickel, coloured noise, boundary, neural netwrok"
    )
    found = {t.asked: t for t in read_topic(names, asked, synonyms)}
    assert found["Grain Boundaries"].keywords == ("grain boundary",)
    assert found["aluminium"].keywords == ("Al",)
    assert found["fcc"].keywords == found["face-centred cubic"].keywords == ("FCC",)
    assert set(found["SVM"].keywords) == {"svm", "support vector machine"}
    assert found["Nickel"].keywords == ("AlNi3",)
    assert found["coloured noise"].keywords == ("colored noise",)
    assert found["boundary"].keywords == ("grain boundary",)
    assert found["neural netwrok"].keywords == ()
    assert found["neural netwrok"].nearest == ("neural network",)

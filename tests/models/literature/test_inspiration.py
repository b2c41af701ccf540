"""Which keywords may inspire together, and what a topic names."""

from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.literature.graph.keyword_graph import build_corpus
from hypograph.models.literature.graph.pair_counts import count_pairs
from hypograph.models.literature.inspiration.eligible import Apart, eligible
from hypograph.models.literature.inspiration.roles import role
from hypograph.models.literature.inspiration.sampling import varied
from hypograph.models.literature.inspiration.sense import Sensible
from hypograph.models.literature.inspiration.topics import read_topic

NAMES = ("Al", "AlNi3", "FCC", "L12 phase", "annealing", "grain boundary", "grain growth", "neural network", "svm")


def test_no_set_holds_parts_or_variants() -> None:
    score = Apart.of(lambda sets: np.ones(len(sets)), NAMES, {"svm": "support vector machine"})
    sets = np.array([[0, 1], [5, 6], [5, 7], [2, 4], [0, 5], [7, 8]])
    assert score(sets).tolist() == [1.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    abbreviated = ("svm", "support vector machine")
    same = Apart.of(lambda sets: np.ones(len(sets)), abbreviated, {"svm": "support vector machine"})
    assert same(np.array([[0, 1]])).tolist() == [0.0]


def test_roles_are_told_by_kind_and_last_noun() -> None:
    wanted = {
        "material": ("TiO2",),
        "element": ("Mn",),
        "phase": ("spinel",),
        "process": ("annealing", "ion implantation", "water quenching", "epitaxial growth", "reactive etching process"),
        "property": ("ionic conductivity", "band gap", "grain size", "wear resistance", "curie temperature"),
        "method": ("raman spectroscopy", "x ray diffraction", "molecular dynamics", "CALPHAD"),
        "setting": ("cooling rate", "sintering temperature", "argon atmosphere", "molar ratio"),
        "topic": ("carbon nanotube", "neural network"),
    }
    assert {name: role(name) for names in wanted.values() for name in names} == {
        name: part for part, names in wanted.items() for name in names
    }


def test_a_set_without_sense_is_refused() -> None:
    together = [
        ["Fe", "FCC", "annealing", "aging"],  # a phase seen in it, two steps taken one after the other
        ["NbC", "carbide", "aging", "cooling rate"],
        ["Fe", "aging", "hardness", "neural network"],
        ["spinel", "annealing", "hardness", "forging"],
        *[["neural network", "deep learning"]] * 3,
    ]
    corpus = build_corpus(together, [2000] * len(together), np.full(len(together), np.nan), least=1)
    pairs = count_pairs(corpus.indptr, corpus.indices)
    score = Sensible.of(lambda sets: np.ones(len(sets)), corpus, pairs)

    def value(*names: str) -> float:
        return float(score(np.sort([[corpus.names.index(name) for name in names]], axis=1))[0])

    assert value("FCC", "annealing", "aging", "hardness") == 0.9  # a phase, steps, a property
    assert value("Fe", "FCC", "annealing", "hardness") == 0.0  # an element of nothing
    assert value("Fe", "annealing", "neural network", "hardness") == 1.0
    assert value("annealing", "aging") == 0.5  # a list of one kind
    assert value("Fe", "spinel", "annealing", "hardness") == 0.0  # a phase that it was never seen to have
    assert value("neural network", "annealing", "aging", "hardness") == 0.9
    assert value("Fe", "forging", "annealing", "spinel") == 0.0
    assert value("hardness", "forging", "aging") == 0.0  # steps that nobody took together
    assert value("NbC", "carbide", "aging") == 0.0  # a compound beside the name of its class
    assert value("Fe", "hardness", "deep learning") == 0.0  # a stranger
    assert value("neural network", "deep learning", "hardness") == 0.0  # always together
    assert value("NbC", "aging", "cooling rate") == 0.0  # what any experiment sets
    asked = Sensible.of(lambda sets: np.ones(len(sets)), corpus, pairs, ["cooling rate"])
    numbers = [corpus.names.index(name) for name in ("NbC", "aging", "cooling rate")]
    assert asked(np.sort([numbers], axis=1))[0] > 0


@pytest.mark.parametrize(("others", "once"), [(20, 0.9), (600, 0.0)])
def test_what_one_publication_of_many_holds_together_is_no_evidence(others: int, once: float) -> None:
    """And two steps that meet less often than chance has it are rivals."""
    alone = [["Mn"], ["Nb"], ["TiO2"], ["annealing"], ["forging"], *[["casting"]] * 40, *[["cold rolling"]] * 40]
    met = [["TiO2", "Mn"]] * 2 + [["TiO2", "Nb"], *[["annealing", "forging"]] * 2, *[["casting", "cold rolling"]] * 2]
    found = [[name, "hardness"] for name in ("Mn", "Nb", "TiO2", "annealing", "forging", "casting", "cold rolling")]
    publications = [*alone, *alone, *met, *found, *[["hardness"]] * others]
    corpus = build_corpus(publications, [2000] * len(publications), np.full(len(publications), np.nan), least=1)
    score = Sensible.of(lambda sets: np.ones(len(sets)), corpus, count_pairs(corpus.indptr, corpus.indices))

    def value(*names: str) -> float:
        return float(score(np.sort([[corpus.names.index(name) for name in names]], axis=1))[0])

    assert value("TiO2", "Mn", "hardness") == 0.9
    assert value("TiO2", "Nb", "hardness") == once
    assert value("annealing", "forging", "hardness") == 0.75
    assert value("casting", "cold rolling", "hardness") == 0.0


def test_no_keyword_stands_in_many_of_the_sets() -> None:
    members = [["a", "b"], ["a", "c"], ["a", "d"], ["e", "f"], ["a", "g"]]
    assert varied(members, 3, 2) == [0, 1, 3]
    assert varied(members, 4, 2) == [0, 1, 2, 3]  # where too few are left, those passed over fill the places
    assert varied(members, 3, 2, exempt=["a"]) == [0, 1, 2]


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

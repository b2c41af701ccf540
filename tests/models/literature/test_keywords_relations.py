from __future__ import annotations

import pytest

from hypograph.models.core.protocols import Related
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.relations import keyword_name, relations, sentence_relations, stands_there


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Er3+-doped Y2O3 films", {("Y2O3", "doped with", "Er3+")}),
        ("Yb3+/Er3+ co-doped NaYF4", {("NaYF4", "doped with", "Yb3+"), ("NaYF4", "doped with", "Er3+")}),
        ("a SrLaMgTaO6 crystal doped with trivalent erbium", {("SrLaMgTaO6", "doped with", "erbium")}),
        ("emission of SrLaMgTaO6:Er3+", {("SrLaMgTaO6", "doped with", "Er3+")}),
        ("N-doped graphene", {("graphene", "doped with", "N")}),
        ("at high Sr doping concentrations", set()),
        ("Al0.5CoCrFeNi was prepared by vacuum arc melting", {("Al0.5CoCrFeNi", "made by", "arc melting")}),
        ("The model was trained by gradient descent", set()),
    ],
)
def test_relations_of_plain_sentences(sentence: str, wanted: set[tuple[str, str, str]]) -> None:
    found = sentence_relations(sentence)
    assert {(r.first, r.relation, r.second) for r in found} == wanted
    assert all(r.passage in sentence and r.first in r.passage and r.second in r.passage for r in found)


def test_what_does_not_stand_there_is_told() -> None:
    paper = Publication("k", title="Er3+-doped Y2O3", abstract="It glows.")
    assert [r.second for r in relations(paper)] == ["Er3+"]
    assert not stands_there(Related("Y2O3", "doped with", "Yb", "Er3+-doped Y2O3"), paper)
    assert not stands_there(Related("Y2O3", "loves", "Er3+", "Er3+-doped Y2O3"), paper)
    assert not stands_there(Related("Y2O3", "doped with", "Er3+", "Y2O3 with Er3+"), paper)


def test_an_ion_goes_by_its_element() -> None:
    named = {
        "Er3+": "Er",
        "O2-": "O",
        "Fe(III)": "Fe",
        "erbium": "Er",
        "Y2O3": "Y2O3",
        "Neural Networks": "neural network",
    }
    assert {text: keyword_name(text) for text in named} == named

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from hypograph.models.core.protocols import Extractor
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.extraction import PhraseExtractor, is_verbatim, passage_of
from hypograph.models.literature.keywords.gold_standard import ByMeaning, ours
from hypograph.models.literature.text.abbreviations import abbreviations
from hypograph.models.literature.text.chunks import keyphrases, noun_phrases
from hypograph.models.literature.text.formulas import SYMBOLS, formula_name, looks_like_formula, parse_formula
from hypograph.models.literature.text.materials import material_mentions
from hypograph.models.literature.text.spelling import normalise


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        (("Neural-Networks", "neural network", " Neural  networks."), "neural network"),
        (("aluminium", "Al", "Aluminum"), "Al"),
        (("CrCoFeNi", "CoCrFeNi", "Co25Cr25Fe25Ni25"), "CoCrFeNi"),
        (("500 nanometers", "500 nm"), "500 nm"),
        (("colour analyses", "color analysis"), "color analysis"),
        (("optimisation", "optimization"), "optimization"),
    ],
)
def test_spellings_of_one_thing_get_one_name(spellings: tuple[str, ...], name: str) -> None:
    assert {normalise(s) for s in spellings} == {name}


def test_element_symbols_are_those_of_pymatgen() -> None:
    from pymatgen.core import Element

    assert set(SYMBOLS) == {e.symbol for e in Element if e.symbol not in {"D", "T"}}


@pytest.mark.parametrize("formula", ["Al0.5CoCrFeNi", "Al2O3", "(FeCoNi)2Ti", "Ni3Al", "Ti65Zr18Nb16Mo1", "NaCl"])
def test_formulas_agree_with_pymatgen(formula: str) -> None:
    from pymatgen.core import Composition

    parts = parse_formula(formula)
    assert parts is not None
    expected = Composition(formula).fractional_composition
    total = sum(amount for _, amount in parts)
    for symbol, amount in parts:
        assert amount / total == pytest.approx(expected[symbol])
    assert Composition(formula_name(parts)).fractional_composition.almost_equals(expected, rtol=0.01)


def test_a_percentage_of_a_group_is_shared_by_its_members() -> None:
    parts = dict(parse_formula("(FeCoNi)86Al7Ti7") or ())
    assert parts["Fe"] == pytest.approx(86 / 3)
    assert parts["Al"] == 7


@pytest.mark.parametrize(
    "word", ["NO", "PCB", "HPC", "In", "IEEE", "CNNs", "BoW", "Iron", "", "SVM", "SPEs", "UCF101", "VOCUS2"]
)
def test_acronyms_and_words_are_no_formulas(word: str) -> None:
    assert not looks_like_formula(word)


def test_a_record_names_elements_phases_and_processing() -> None:
    text = "AlCoCrFeNi; phases: BCC B2 + FCC L12; processing: vacuum arc melting, then cold-rolled and annealed"
    found = {(m.kind, m.keyword) for m in material_mentions(text)}
    assert {("phase", "FCC"), ("phase", "BCC"), ("phase", "B2 phase"), ("phase", "L12 phase")} <= found
    assert {("process", "arc melting"), ("process", "cold rolling"), ("process", "annealing")} <= found
    assert {("element", s) for s in ("Al", "Co", "Cr", "Fe", "Ni")} <= found
    assert ("material", "AlCoCrFeNi") in found


def test_a_lens_is_no_deposition_and_casting_needs_a_metal() -> None:
    paper = Publication("k", title="Ray casting through a lens", abstract="We cast rays. The hip of the aging user.")
    assert not [m for m in PhraseExtractor().extract(paper) if m.kind == "process"]


def test_noun_phrases_end_at_verbs_and_drop_what_says_nothing() -> None:
    text = "We propose a novel deep neural network for solving the optical flow problem in new image sequences."
    assert [c.text for c in noun_phrases(text)] == [
        "deep neural network",
        "optical flow problem",
        "image sequences",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the results show that distributed systems fail", ["distributed systems"]),
        ("by constructing control charts", ["control charts"]),
        ("image processing uses a graph", ["image processing", "graph"]),
        ("the user's software requirements", ["user", "software requirements"]),
        ("", []),
        ("...", []),
    ],
)
def test_neighbours_decide_what_a_word_is(text: str, expected: list[str]) -> None:
    assert [c.text for c in noun_phrases(text)] == expected


def test_keyphrases_prefer_title_repetition_and_length() -> None:
    found = keyphrases("Robust visual tracking", "Robust visual tracking needs an appearance model. The camera moves.")
    assert found[0] == "Robust visual tracking"
    assert len(found) == len({normalise(f) for f in found})


def test_abbreviations_are_found_where_they_are_introduced() -> None:
    text = "A support vector machine (SVM), partially observable Markov decision processes (POMDPs), 3 (three)."
    assert abbreviations(text) == {
        "SVM": "support vector machine",
        "POMDP": "partially observable Markov decision processes",
    }


def test_the_extractor_honours_the_protocol_and_quotes_verbatim() -> None:
    extractor = PhraseExtractor()
    assert isinstance(extractor, Extractor)
    paper = Publication(
        "k",
        title="Deep networks for steel",
        abstract="Convolutional neural networks predict Fe-C phases. Arc melting of CoCrFeNi was used.",
        keywords=("Machine Learning",),
    )
    mentions = extractor.extract(paper)
    assert mentions[0].keyword == "machine learning"
    assert {"convolutional neural network", "arc melting", "CoCrFeNi"} <= {m.keyword for m in mentions}
    assert all(is_verbatim(m, paper) for m in mentions)


def test_passages_are_found_across_plural_and_hyphen() -> None:
    paper = Publication("k", title="On graphs", abstract="First. We study Key-Frames of films.")
    assert passage_of(paper, "key frame") == "We study Key-Frames of films."
    assert passage_of(paper, "quantum") == ""


def test_meaning_ranks_the_best_phrases_anew_and_keeps_the_rest() -> None:
    body = "The camera moves. Deep neural networks see. A red car drives. The blue sky is wide."
    plain = ours("Robust visual tracking", body)

    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if i == 0 or t == "blue sky" else [0.0, 1.0] for i, t in enumerate(texts)])

    found = ByMeaning(embed, depth=len(plain))("Robust visual tracking", body)
    assert found[0] == "blue sky"
    assert sorted(found) == sorted(plain)
    assert ByMeaning(embed, depth=1)("Robust visual tracking", body) == plain
    assert ByMeaning(embed)("", "") == []

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_hypotheses import document

from hypograph.models.hypotheses.ledger import near_duplicate, silent_losses
from hypograph.models.hypotheses.simulation.component_recall import (
    least_alike,
    lexical_components,
    lexical_grades,
    recall,
    shorten,
)
from hypograph.models.hypotheses.tasks.alloy_records import parse_formula, write_formula
from hypograph.models.hypotheses.tasks.corpus import passages_of

SALTS = st.sampled_from(["sulfate", "citrate", "phosphate"])
NUMBERS = st.integers(1, 900)


@given(SALTS, NUMBERS, NUMBERS)
def test_a_document_holds_its_own_facts_in_any_unit(salt: str, hours: int, kelvin: int) -> None:
    one = document(salt, conditions=[f"heat at {kelvin} K for {hours} h"])
    other = document(salt, conditions=[f"heat at {kelvin - 273.15:.2f} °C for {60 * hours} min"])
    assert silent_losses(one, one, [], []) == []
    assert silent_losses(one, other, [], []) == []
    assert near_duplicate(one, one)


@given(SALTS, SALTS, NUMBERS, NUMBERS)
def test_what_is_lost_is_named(salt: str, other: str, hours: int, late: int) -> None:
    before, after = (document(s, conditions=[f"heat for {t} h"]) for s, t in ((salt, hours), (other, late)))
    lost = silent_losses(before, after, [], [])
    assert bool(lost) == (salt != other or abs(hours - late) > 0.01 * max(hours, late))


@given(
    st.dictionaries(
        st.sampled_from(["Al", "Co", "Cr", "Fe", "Ni", "Ti"]), st.integers(1, 400).map(lambda n: n / 100), min_size=2
    )
)
def test_formulas_survive_a_round_trip(amounts: dict[str, float]) -> None:
    assert parse_formula(write_formula(amounts)) == amounts


@given(st.text(max_size=40))
def test_any_text_is_a_formula_or_none(text: str) -> None:
    found = parse_formula(text)
    assert found is None or min(found.values()) > 0


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda p: sum(p) > 0.1), max_size=12))
def test_hard_recall_never_exceeds_soft(weights: list[list[float]]) -> None:
    grades = [[w / sum(p) for w in p] for p in weights]
    soft, hard = recall(grades)
    assert -1e-9 <= hard <= soft + 1e-9 <= 1 + 2e-9


def test_recall_by_hand() -> None:
    # Grades 3, 0, and 1 or 2 at even odds: two of three above 0, and (3 + 0 + 1.5) / 9.
    assert recall([[0, 0, 0, 1], [1, 0, 0, 0], [0, 0.5, 0.5, 0]]) == pytest.approx((2 / 3, 0.5))


def test_the_least_alike_text_is_another_one() -> None:
    texts = ["salt in hydrogels", "hydrogels with salt and heat", "steel at high load"]
    assert least_alike(texts[0], texts) == texts[2]
    assert least_alike(texts[0], texts[:1]) is None


@given(st.text(max_size=200), st.integers(1, 20))
def test_a_text_holds_its_own_components(text: str, length: int) -> None:
    assert all(g == [0, 0, 0, 1] for g in lexical_grades(lexical_components(text), text))
    assert len(shorten(text, length).split()) <= length


@given(
    st.lists(st.text(alphabet="abc xyz", min_size=1, max_size=30), min_size=1, max_size=8),
    st.text("abc xyz", max_size=20),
)
def test_a_passage_is_nearest_to_itself(texts: list[str], query: str) -> None:
    corpus = passages_of([(str(i), [t]) for i, t in enumerate(texts)])
    assert all(0 < s <= 1 + 1e-9 for _, s in corpus.nearest_publications(query, 5))
    for text in corpus.texts:
        best = corpus.nearest_publications(text, 1)
        assert not best or best[0][1] > 1 - 1e-9

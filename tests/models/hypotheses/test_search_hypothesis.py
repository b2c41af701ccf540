from __future__ import annotations

import pytest
from scripted_hypotheses import document

from hypograph.flows.readers.disciplines import load_discipline, shipped_disciplines
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.hypotheses.checks import charge_problems, composition_problems, document_problems, melting_point
from hypograph.models.hypotheses.details import details_of
from hypograph.models.hypotheses.document import HypothesisDocument

ALLOYS = load_discipline("alloys")


def alloy(composition: str, *conditions: str) -> HypothesisDocument:
    parts = [{"name": composition, "amount": "", "role": "alloy"}]
    return document(components=parts, conditions=conditions, procedure="Arc melting, then an anneal.")


@pytest.mark.parametrize(
    ("formula", "word"),
    [("CoCrXx", "no chemical element"), ("CoTcNi", "could be bought"), ("HeNe", "noble gas"), ("steel", "no formula")],
)
def test_a_composition_that_cannot_be_made_is_named(formula: str, word: str) -> None:
    assert any(word in p for p in composition_problems(formula))


def test_sound_documents_pass() -> None:
    assert document_problems(alloy("Al0.5CoCrFeNi", "anneal at 1000 °C for 24 h"), ALLOYS) == []


def test_an_anneal_that_melts_the_alloy_is_named() -> None:
    found = document_problems(alloy("AlMgZn", "anneal at 900 °C"), ALLOYS)
    assert any("melt" in p for p in found)
    assert melting_point({"Al": 1.0}) == pytest.approx(660.3, abs=0.5)
    assert any("absolute zero" in p for p in document_problems(alloy("CoCrNi", "anneal at -300 °C"), ALLOYS))


def test_a_number_outside_its_slot_is_named() -> None:
    assert any("lies outside" in p for p in document_problems(alloy("CoCrNi", "anneal at 5000 °C for 2 h"), ALLOYS))


def test_details_are_read_from_the_document_by_level() -> None:
    found = {(d.slot, d.value) for d in details_of(alloy("CoCrFeNi", "anneal at 1652 °F for 2 days"), ALLOYS, "x")}
    assert {("composition", "CoCrFeNi"), ("anneal temperature", "900"), ("anneal time", "48")} <= found
    assert ("synthesis route", "arc melting") in found


def test_charges_must_balance_where_anions_are() -> None:
    assert charge_problems("Fe2O3") == []
    assert charge_problems("NaCl2")
    assert charge_problems("FeNi") == []


def test_shipped_disciplines_load() -> None:
    assert set(shipped_disciplines()) >= {"alloys", "chemistry"}
    assert load_discipline("chemistry").levels[0].name == "mechanism"
    assert len(load_discipline("chemistry").levels) == 5


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name = 'x'", "levels"),
        ("name = 'x'\nquestion = 'q'\n[[levels]]\nname = 'a'", "slots"),
        ("x = [", "TOML"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\nparent='t'", "no slot"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\nkind='odd'", "kind"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\nwording='x'", "value"),
        ("name='x'\nquestion='q'\ngaol='max'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'", "no such key: gaol"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\nask='b'\n[[levels.slots]]\nname='s'", "no such key: ask"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\noption=['a']", "no such key"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\noptions='a'", "list of texts"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\nlow=3\nhigh=2", "empty"),
        ("name='x'\nquestion='q'\n[[levels]]\nname='a'\n[[levels.slots]]\nname='s'\nkind='time'\nunit='°C'", "no unit"),
    ],
)
def test_a_wrong_discipline_file_is_explained(tmp_path, text: str, word: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "d.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=word):
        load_discipline(str(path))


def test_a_discipline_that_is_not_there() -> None:
    with pytest.raises(MissingFileError, match="alloys"):
        load_discipline("nowhere")

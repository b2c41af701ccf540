from __future__ import annotations

import pytest

from hypograph.flows.readers.disciplines import load_discipline, shipped_disciplines
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.hypotheses.checks import charge_problems, composition_problems, hypothesis_problems, melting_point
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis

ALLOYS = load_discipline("alloys")


def alloy(**values: str) -> Hypothesis:
    found = Hypothesis("An alloy")
    for name, value in values.items():
        slot = ALLOYS.slot(name.replace("_", " "))
        assert slot is not None
        found = found.put(ALLOYS.detail(slot, value, "test"))
    return found


def test_deleting_a_detail_takes_what_hangs_under_it() -> None:
    found = alloy(composition="CoCrFeNi", synthesis_route="arc melting", anneal_time="24")
    assert [d.slot for d in found.children("composition")] == ["synthesis route"]
    assert found.delete("synthesis route").details == found.upto(1).details
    assert found.delete("composition").details == ()


def test_provenance_is_no_part_of_identity() -> None:
    one = Hypothesis("x", (Detail(1, "a", "1", provenance="here"),))
    other = Hypothesis("x", (Detail(1, "a", "1", provenance="there"),))
    assert one.id == other.id
    assert one.id != Hypothesis("x", (Detail(1, "a", "2"),)).id


def test_a_slot_holds_one_value() -> None:
    with pytest.raises(ValueError, match="two values"):
        Hypothesis("x", (Detail(1, "a", "1"), Detail(1, "a", "2")))


def test_the_statement_goes_from_coarse_to_fine_and_takes_braces_as_they_are() -> None:
    found = alloy(composition="CoCrFeNi", synthesis_route="{arc}", anneal_temperature="900")
    assert ALLOYS.statement(found) == "An alloy; in the composition CoCrFeNi; made by {arc}; annealed at 900 °C."


@pytest.mark.parametrize(
    ("formula", "word"),
    [("CoCrXx", "no chemical element"), ("CoTcNi", "could be bought"), ("HeNe", "noble gas"), ("steel", "no formula")],
)
def test_a_composition_that_cannot_be_made_is_named(formula: str, word: str) -> None:
    assert any(word in p for p in composition_problems(formula))


def test_sound_details_pass() -> None:
    found = alloy(composition="Al0.5CoCrFeNi", anneal_temperature="1000", anneal_time="24")
    assert hypothesis_problems(found, ALLOYS) == []


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        ("anneal_temperature", "-300"),
        ("anneal_temperature", "hot"),
        ("anneal_time", "0"),
        ("anneal_time", "nan"),
        ("anneal_temperature", "2500"),
    ],
)
def test_a_number_out_of_range_is_named(slot: str, value: str) -> None:
    assert hypothesis_problems(alloy(**{slot: value}), ALLOYS)


def test_an_anneal_that_melts_the_alloy_is_named() -> None:
    found = alloy(composition="AlMgZn", anneal_temperature="900")
    assert any("melt" in p for p in hypothesis_problems(found, ALLOYS))
    assert melting_point({"Al": 1.0}) == pytest.approx(660.3, abs=0.5)


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

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.core.errors import InputError, MalformedRowError, UnknownElementError
from hypograph.models.evidence.alloys.composition import read_composition

SYMBOLS = ("Al", "Co", "Cr", "Cu", "Fe", "Mn", "Mo", "Nb", "Ni", "Ta", "Ti", "Zr")
READ = {
    "Al0,5CoCrFeNi": {"Al": 11.11, "Co": 22.22, "Cr": 22.22, "Fe": 22.22, "Ni": 22.22},
    "Co,Cr,Ni": {"Co": 33.33, "Cr": 33.33, "Ni": 33.33},
    "Fe40,Mn40,Cr20": {"Fe": 40.0, "Mn": 40.0, "Cr": 20.0},
    "Ti-5Al-2,5Sn": {"Ti": 90.35, "Al": 8.66, "Sn": 0.98},
    "Ti - 6Al - 4V": {"Ti": 86.2, "Al": 10.2, "V": 3.6},
    "Fe–20 wt.% Cr–10 wt.% Ni": {"Fe": 69.31, "Cr": 21.27, "Ni": 9.42},
    "Fe-0.8C": {"Fe": 96.39, "C": 3.61},
    "Al-10Mg (at. %)": {"Al": 90.0, "Mg": 10.0},
    "80Ni-20Cr (mass%)": {"Ni": 77.99, "Cr": 22.01},
    "Ni80Cr20, Gew.-%": {"Ni": 77.99, "Cr": 22.01},
    "CoCrFeNi-5Al (at.%)": {"Co": 23.75, "Cr": 23.75, "Fe": 23.75, "Ni": 23.75, "Al": 5.0},
    "{[(Fe0.6Co0.4)0.75B0.25]0.96Nb0.04}98Cu2": {"Fe": 42.34, "Co": 28.22, "B": 23.52, "Nb": 3.92, "Cu": 2.0},
    "(TiZr)2(NiCu)3": {"Ti": 20.0, "Zr": 20.0, "Ni": 30.0, "Cu": 30.0},
    "(CoCrNi)0.9Mo0.1": {"Co": 30.0, "Cr": 30.0, "Ni": 30.0, "Mo": 10.0},
    r"$\mathrm{Al_{0.3}CoCrFeNi}$": {"Al": 6.98, "Co": 23.26, "Cr": 23.26, "Fe": 23.26, "Ni": 23.26},
    "Al&#8320;.&#8325;CoNi": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "Al<SUB>0·5</SUB>CoNi": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "Co\u200bCr\u00adNi": {"Co": 33.33, "Cr": 33.33, "Ni": 33.33},
    "Al 0.5 Co 1 Ni 1": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "Co-Cr-Ni (1:1:2)": {"Co": 25.0, "Cr": 25.0, "Ni": 50.0},
    "AlxCoNi (x = 0.5)": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "(CoNi)100-xAlx, x=20": {"Co": 40.0, "Ni": 40.0, "Al": 20.0},
    "Fe1/4Ni3/4": {"Fe": 25.0, "Ni": 75.0},
    "Co 30.1 ± 0.2 Ni 69.9 ± 0.3": {"Co": 30.1, "Ni": 69.9},
    "equimolar CoCrNi alloy": {"Co": 33.33, "Cr": 33.33, "Ni": 33.33},
    "Al~0,5~CoNi": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "Al₍₀.₅₎CoNi": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "Al½CoNi": {"Al": 20.0, "Co": 40.0, "Ni": 40.0},
    "Al1½CoNi½": {"Al": 50.0, "Co": 33.33, "Ni": 16.67},
    "CoNi*": {"Co": 50.0, "Ni": 50.0},
    "CoNi [3, 12]": {"Co": 50.0, "Ni": 50.0},
    "\u0421\u043eNi": {"Co": 50.0, "Ni": 50.0},  # Cyrillic letters that look like Co
    "Fe50/Ni50": {"Fe": 50.0, "Ni": 50.0},
    "Mo-Nb-Ta-W": {"Mo": 25.0, "Nb": 25.0, "Ta": 25.0, "W": 25.0},
}
REFUSED = {
    "CoCrFeNi-1100": "behind the hyphen",
    "CoCrFeNi-900C": "tag of a sample",
    "CoCrFeNi (HIP)": "tag of a sample",
    "CoCrFeNi-HIP": "tag of a sample",
    "CoCrFeNi-W": "tag of a sample",
    "S1-CoCrFeNi": "tag of a sample",
    "CoCrFeNi/Al2O3": "two materials",
    "CoCrFeNi-TiC": "two materials",
    "CoCrFeNi²": "footnote",
    "CoCrFeNi<sup>12</sup>": "footnote",
    "CoCrFeNi(2)": "before",
    "CoCrFeNi 2": "number of a sample",
    "CoCrFeNi_2": "number of a sample",
    "CoCrFeNi.2": "number of a sample",
    "Ti-25C": "temperature",
    "Cu-77K": "temperature",
    "CoCrFeNi as-cast": "as-cast",
    "CoCrFeNi#3": "#3",
    "AlyCoCrFeNi": "y has no value",
    "Al$_x$CoCrFeNi": "x has no value",
    "(CoCrFeNi)1-zTiz": "z has no value",
    "nan": "no composition",
    "#N/A": "no composition",
    "—": "no composition",
    "FECRCO": "capitals",
    "NI-CO": "capitals",
    "CoCrFeNI": "capitals",
    "Ti6Al4V": "before or behind",
    "Fe50Ni50 %": "not said",
    "80Ni-20Cr": "not said",
    "Fe50Ni40 (at.%)": "sum to 90",
    "Fe50Ni40 wt%": "sum to 90",
    "(CoCrFeNi)95Al4": "nearly 100",
    "(CoNi)50Cr50 wt.%": "brackets in weight percent",
    "Fe50Ni50 at.% (wt.%)": "atomic and weight",
    "Ti-60Al-50V": "leave -10 percent",
    "Al0.5-1CoNi": "no element before it",
    "CoNiCo": "stands twice",
    "(CoNi": "not closed",
    "Co": "one element",
    "Inconel 718": "cannot be read",
    "Ni-based superalloy": "'based' cannot be read",
}


@pytest.mark.parametrize("text", READ)
def test_what_has_one_reading_is_read(text: str) -> None:
    assert read_composition(text).atomic_percent == pytest.approx(READ[text], abs=0.02)


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_more_than_one_reading_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(MalformedRowError, match="(?i)" + REFUSED[text].replace("(", r"\(")) as caught:
        read_composition(text, "table.csv: row 7")
    assert "table.csv: row 7" in str(caught.value)


def test_what_is_no_element_is_named() -> None:
    with pytest.raises(UnknownElementError, match="'Xx'"):
        read_composition("CoCrXx")


def test_the_header_says_of_what_the_percent_are() -> None:
    assert read_composition("Cu70Ni30", basis="weight").atomic_percent["Cu"] == pytest.approx(68.31, abs=0.01)
    assert read_composition("Fe-30Mn", basis="atomic").atomic_percent == {"Fe": 70.0, "Mn": 30.0}
    assert read_composition("Cu70Ni30 (at.%)", basis="weight").atomic_percent == {"Cu": 70.0, "Ni": 30.0}


alloys = st.dictionaries(st.sampled_from(SYMBOLS), st.integers(1, 40), min_size=2, max_size=6)
SCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@given(alloys)
def test_every_notation_of_an_alloy_reads_alike(amounts: dict[str, int]) -> None:
    total = sum(amounts.values())
    percent = {s: 100 * a / total for s, a in amounts.items()}
    ways = [
        "".join(f"{s}{a}" for s, a in amounts.items()),
        "".join(f"{s}{str(a).translate(SCRIPT)}" for s, a in amounts.items()),
        " ".join(f"{s} {a}" for s, a in amounts.items()),
        "-".join(f"{s}{a}" for s, a in amounts.items()),
        ", ".join(f"{s}{a},0" for s, a in amounts.items()),
        "".join(f"{s}<sub>{a}</sub>" for s, a in amounts.items()),
        "".join(f"{s}$_{{{a}}}$" for s, a in amounts.items()),
        "-".join(amounts) + " (" + ":".join(map(str, amounts.values())) + ")",
    ]
    for text in ways:
        assert read_composition(text).atomic_percent == pytest.approx(percent, abs=0.01), text


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_composition(text)
    except InputError:
        return
    assert sum(found.fractions) == pytest.approx(1.0)
    assert list(found.elements) == sorted(set(found.elements))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pd-Ag 77/23", {"Pd": 77.0, "Ag": 23.0}),
        ("Ag/Pd (23/77)", {"Pd": 77.0, "Ag": 23.0}),
        ("Ni/Co/Cr 2/1/1", {"Ni": 50.0, "Co": 25.0, "Cr": 25.0}),
        ("Ni:Ti 55:45", {"Ni": 55.0, "Ti": 45.0}),
        ("CoFe1/2", {"Co": 66.67, "Fe": 33.33}),
    ],
)
def test_amounts_behind_the_names_go_in_their_order(text: str, expected: dict[str, float]) -> None:
    """77/23 was read as the share of the last element, so that the amounts were exchanged."""
    assert read_composition(text).atomic_percent == expected


@pytest.mark.parametrize("text", ["Pd-Ag 77/50", "Pd-Ag 77,23", "CoNi 1/2"])
def test_a_fraction_or_a_list_at_the_end_is_refused(text: str) -> None:
    with pytest.raises(MalformedRowError, match="at the end may be"):
        read_composition(text)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.evidence.alloys.phases import PhaseError, read_phases

READ = {
    "FCC": (["FCC"], "single"),
    "b.c.c.": (["BCC"], "single"),
    "body-centred cubic": (["BCC"], "single"),
    "Im-3m": (["BCC"], "single"),
    r"Fm$\bar{3}$m (No. 225)": (["FCC"], "single"),
    "Im\u03053m".replace("m\u03053", "m3\u0305"): (["BCC"], "single"),
    "P63/mmc": (["HCP"], "single"),
    "BCC_SS": (["BCC"], "single"),
    "FCC_A1": (["FCC"], "single"),
    "single-phase fcc": (["FCC"], "single"),
    "kfz": (["FCC"], "single"),
    "single-phase": ([], "single"),
    "multi-phase": ([], "multi"),
    "BCC+BCC": (["BCC", "BCC"], "multi"),
    "FCC1 + FCC2": (["FCC", "FCC"], "multi"),
    "BCC_A2#1+BCC_B2#2": (["BCC", "B2"], "multi"),
    "two BCC phases": (["BCC", "BCC"], "multi"),
    "A1/A2": (["FCC", "BCC"], "multi"),
    "FCC & HCP": (["FCC", "HCP"], "multi"),
    "FCC–L1₂": (["FCC", "L12"], "multi"),
    "BCC B2 + FCC": (["B2", "FCC"], "multi"),
    "HCP C14 Laves": (["Laves"], "multi"),
    "ordered BCC": (["B2"], "multi"),
    "FCC (sigma)": (["FCC", "sigma"], "multi"),
    "γ + γ′": (["gamma", "L12"], "multi"),
    "FCC+IM": (["FCC", "intermetallic"], "multi"),
    "SS+AM": (["solid solution", "amorphous"], "multi"),
    "metallic glass": (["amorphous"], "multi"),
    "FCC + Cr2Nb": (["FCC", "Cr2Nb"], "multi"),
    "FCC + M23C6": (["FCC", "carbide"], "multi"),
    "FCC (no sigma)": (["FCC"], "single"),
    "FCC without IM": (["FCC"], "single"),
    "BCC; Laves not observed": (["BCC"], "single"),
    "σ-free FCC": (["FCC"], "single"),
    "FCC, neither Laves nor sigma": (["FCC"], "single"),
    "FCC, no sigma, mu or Laves": (["FCC"], "single"),
    "not FCC, BCC": (["BCC"], "single"),
    "Laves: no; FCC: yes": (["FCC"], "single"),
    "FCC – σ not seen": (["FCC"], "single"),
    "without Laves: BCC": (["BCC"], "single"),
    "FCC-SS": (["FCC"], "single"),
    "γ-Fe (FCC)": (["FCC"], "single"),
    "ε-martensite (HCP)": (["HCP"], "single"),
    "FCC 100%, BCC 0%": (["FCC"], "single"),
    "FCC 85%, BCC 15%": (["FCC", "BCC"], "multi"),
    "not single-phase": ([], "multi"),
    "mainly FCC": (["FCC"], None),
    "cubic": (["cubic"], None),
    "not specified": ([], None),
    "W-type": (["BCC"], "single"),
    "cF4, Cu type": (["FCC"], "single"),
    "F m -3 m": (["FCC"], "single"),
    "B19'": (["B19'"], "multi"),
    "A15 + BCC": (["A15", "BCC"], "multi"),
    "γ-TiAl": (["TiAl"], "multi"),
    "SP": ([], "single"),
    "MP": ([], "multi"),
    "": ([], None),
}


@pytest.mark.parametrize("text", READ)
def test_phases(text: str) -> None:
    reading = read_phases(text)
    assert (list(reading.phases), reading.label) == READ[text]


@pytest.mark.parametrize(
    "text", ["FCC or BCC", "FCC?", "likely FCC", "single-phase FCC+BCC", "FCC blue", "0", "green", "CN"]
)
def test_what_is_open_or_strange_is_said(text: str) -> None:
    with pytest.raises(PhaseError):
        read_phases(text)


@given(st.lists(st.sampled_from(["FCC", "BCC", "HCP", "B2", "Laves", "sigma"]), min_size=1, max_size=4),
       st.sampled_from(["+", " + ", ", ", " and ", "/", "; ", " & "]))  # fmt: skip
def test_every_separator_parts_phases(names: list[str], separator: str) -> None:
    reading = read_phases(separator.join(names))
    assert list(reading.phases) == names
    assert (reading.label == "single") == (len(names) == 1 and names[0] in {"FCC", "BCC", "HCP"})

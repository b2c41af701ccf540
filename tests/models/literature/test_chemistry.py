"""Chemistry in running text, kind by kind."""

from __future__ import annotations

import pytest

from hypograph.models.core.records import Publication
from hypograph.models.literature.chemistry.composition import read_formula
from hypograph.models.literature.chemistry.reading import chemistry, not_chemistry
from hypograph.models.literature.chemistry.split_formulas import join_split
from hypograph.models.literature.keywords.extraction import PhraseExtractor, is_verbatim
from hypograph.models.literature.text.abbreviations import abbreviations
from hypograph.models.literature.text.names import names_in


def compounds(text: str) -> list[str]:
    found = chemistry(text, not_chemistry(abbreviations(text)))
    return [f.formula.name() for f in found if f.formula is not None]


def elements(text: str) -> set[str]:
    return {f.name for f in chemistry(text) if f.formula is None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H2O2 and N2O4 over C2H4", ["H2O2", "N2O4", "C2H4"]),
        ("K2S2O8 initiates", ["K2S2O8"]),
        ("Fe50Ni50 and NiFe", ["FeNi", "FeNi"]),
        ("Al0.3CoCrFeNi", ["Al3Co10Cr10Fe10Ni10"]),
        ("SrFe12O19 and Na3V2(PO4)3/C", ["SrFe12O19", "Na3V2P3O12"]),
        ("CuSO4·5H2O dissolves", ["CuH10SO9"]),
        ("12CaO·7Al2O3 electride", ["Ca12Al14O33"]),
        ("Fe(III)2O3", ["Fe2O3"]),
        ("2H2O per cell", ["H2O"]),
        ("0.94Na0.5Bi0.5TiO3–0.06BaTiO3", ["Na0.5Bi0.5TiO3", "BaTiO3"]),
        ("(1-x)BaTiO3-xBiFeO3 ceramics", ["BaTiO3", "BiFeO3"]),
        ("h-BN on WC-Co", ["BN", "WC"]),
        ("GaAs(111)A on SiO2(110)", ["GaAs", "SiO2"]),
        ("(MgCoNiCuZn)O rock salt", ["Cu0.2Mg0.2Ni0.2Zn0.2Co0.2O"]),
        ("LiNi1/3Co1/3Mn1/3O2 cathodes", ["LiNi0.333Co0.333Mn0.333O2"]),
        ("Ti-50 at.% Al and 60Fe-40Co (at.%)", ["AlTi", "Co2Fe3"]),
        ("CH3NH3PbI3, MAPbI3 and MAPb(I1-xBrx)3", ["PbH6CNI3", "PbH6CNI3", "PbH6CNI3-3xBr3x"]),
        ("Ti3C2Tx MXene", ["Ti3C2"]),
    ],
)
def test_compounds_are_read_with_their_amounts(text: str, expected: list[str]) -> None:
    assert compounds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La2−xSrxCuO4", "La2-xSrxCuO4"),
        ("YBa2Cu3O7−δ", "YBa2Cu3O7-δ"),
        ("SrLa(1-x)MgTaO6:Erx", "La1-xSrMgTaO6"),
        ("(Ba,Sr)TiO3", "Ba1-xSrxTiO3"),
        ("Cu(In,Ga)Se2", "CuGaxIn1-xSe2"),
        ("CoCrFeNiMnx", "CoCrFeMnxNi"),
        ("(CoCrFeNi)100-xAlx", "AlxCo25-0.25xCr25-0.25xFe25-0.25xNi25-0.25x"),
    ],
)
def test_unknown_amounts_stay(text: str, expected: str) -> None:
    assert compounds(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Removal of Cr(VI), As(V) and Fe(0); FeIII and Mn IV sites",
        "Fe3+, Cu2+ and SO42− ions in water; NH4+ too",
        "Perovskite solar cells (PSCs), fuel cells (SOFCs) and printed boards (PCBs)",
        "a CsCl-type and a K2NiF4-type structure, isostructural with NaCl, of the NaCl structure",
        "TiO6 octahedra and SiO4 tetrahedra",
        "IC50 of CYP2C9, W2V, I2C, H1N1, UCF101 and VOCUS2",
        "As-cast, in situ, No. 5 at 900 K; In As; HeLa cells; a He-Ne laser, a KrF excimer laser, HeNe",
        "I–V curves and P–E loops; Nd(La)–Ba(Sr)–Cu–O",
        "Co-Cr-Mo and Fe–C alloys",
        "the cost of solving (CoS) grows",
        "NO PCB, CN or CO here",
        "a 9Cr-1Mo steel, BA2Pb(I1-xBrx)3 and (PEA)2PbI4 layers, the [Fe(CN)6]4- probe",
    ],
)
def test_what_only_looks_like_a_compound_is_none(text: str) -> None:
    assert compounds(text) == []


def test_dopants_are_elements_beside_their_host() -> None:
    text = "Mn-doped ZnO, TiO2:Eu3+,Tb3+, Er:LiNbO3, InSb〈Ge〉 and Mg,Fe codoped SrTiO3"
    assert compounds(text) == ["ZnO", "TiO2", "LiNbO3", "InSb", "SrTiO3"]
    assert elements(text) == {"Mn", "Eu", "Tb", "Er", "Ge", "Mg", "Fe"}


def test_elements_of_a_system_and_by_charge_are_elements() -> None:
    assert elements("Co-Cr-Mo alloys hold Ni(II) and Cu2+") == {"Co", "Cr", "Mo", "Ni", "Cu"}


def test_a_gas_around_the_sample_is_no_element_of_it() -> None:
    assert elements("annealed in argon, then under flowing nitrogen gas") == set()
    assert elements("Helium irradiation of tungsten") == {"He", "W"}


def test_weight_percent_becomes_atomic_and_marked_atomic_stays() -> None:
    marked = read_formula("Ti-6Al-4V")
    assert marked is not None
    amounts = {s: a.constant for s, a in marked.parts}
    assert amounts == pytest.approx({"Ti": 86.2, "Al": 10.2, "V": 3.6}, abs=0.1)
    assert compounds("Ti6Al4V parts") == [marked.name()]
    assert compounds("Ti-48Al-2Cr-2Nb (at.%) blades") == ["Al24CrNbTi24"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("films of TiO 2 were grown", "films of TiO2 were grown"),
        ("g-C 3 N 4 sheets", "g-C3N4 sheets"),
        ("La2-x Ba xCuO4", "La2-xBaxCuO4"),
        ("Nd2-x Cex CuO4", "Nd2-xCexCuO4"),
        ("Co 3 O 4/graphene", "Co3O4/graphene"),
        ("MgO:LiNbO 3.", "MgO:LiNbO3."),
        ("ZnO 5 nm thick", "ZnO 5 nm thick"),
        ("ZnO 1 and ZnO 2", "ZnO 1 and ZnO 2"),
        ("Al2O3 TiO2 ceramics", "Al2O3 TiO2 ceramics"),
        ("Six Sb-doped crystals", "Six Sb-doped crystals"),
        ("K 2 layers In 2008", "K 2 layers In 2008"),
    ],
)
def test_formulas_that_fell_apart_are_joined(text: str, whole: str) -> None:
    joined, places = join_split(text)
    assert joined == whole
    assert "".join(text[p] for p in places[:-1]) == joined


def test_an_abbreviation_of_chemistry_stays_chemistry() -> None:
    found = abbreviations("zinc oxide (ZnO), cosine similarity (CoS) and silicon carbide (SiC)")
    assert "CoS" in not_chemistry(found)
    assert not {"ZnO", "SiC"} & not_chemistry(found)


def test_names_of_people_are_no_plurals() -> None:
    text = "The Vickers hardness and the Navier–Stokes equation. Of Roberts indices. Deep Neural Networks learn."
    assert {"vickers", "stokes", "roberts"} <= names_in(text)
    assert "networks" not in names_in(text)


def test_names_and_passages_are_as_the_text_has_them() -> None:
    paper = Publication(
        "k", title="Hardness of AlxCoCrFeNi", abstract="We cast AlxCoCrFeNi and Ti-6Al-4V. The Laves phase is hard."
    )
    found = PhraseExtractor().extract(paper)
    shown = {m.keyword: m.name for m in found if m.kind == "material"}
    assert shown == {"AlxCoCrFeNi": "AlxCoCrFeNi", "Al2.83Ti23.94V": "Ti-6Al-4V"}
    assert all(is_verbatim(m, paper) for m in found)


def test_weight_percent_within_an_alloy_is_as_behind_its_numbers() -> None:
    assert compounds("Mg–3 wt.% Al–1 wt.% Zn") == compounds("Mg-3Al-1Zn") != compounds("Mg-3 at.% Al-1 at.% Zn")


def test_noble_ions_are_what_a_beam_is_made_of() -> None:
    assert elements("He+ ions, Ar+ sputtering and Cu2+ uptake") == {"Cu"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("UiO-66-NH2 and MIL-101-SO3H", []),
        ("NH2-MIL-125(Ti) on SiO2-COOH", ["SiO2"]),
        ("LiFSI and NaBOB beside NaSCN", ["NaSCN"]),
        ("CH4-H2 mixtures over NO2-sensitive SnO2", ["CH4", "NO2", "SnO2"]),
    ],
)
def test_groups_and_names_of_salts_are_no_compounds(text: str, names: list[str]) -> None:
    """A group that hangs on a framework has an odd number of electrons; FSI is no fluorine and iodine."""
    assert [f.name for f in chemistry(text)] == names

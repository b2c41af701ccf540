"""What formulas need to know of elements: which make alloys, their order in a formula, their usual charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final

from hypograph.models.core.elements import SYMBOLS

# Usual oxidation states, after Greenwood & Earnshaw, Chemistry of the Elements (2nd edition), as pymatgen has them
# too; the first of a metal is that of most of its oxides with a second metal.
_STATES: Final = """H 1 -1|Li 1|Be 2|B 3 -3|C 4 2 -4|N -3 5 3 4 2 1|O -2|F -1|Na 1|Mg 2|Al 3|Si 4 -4|P 5 3 -3|S -2 6 4
Cl -1 7 5 3 1|K 1|Ca 2|Sc 3|Ti 4 3 2|V 5 4 3 2|Cr 3 6 2 4|Mn 3 2 4 7|Fe 3 2|Co 3 2|Ni 2 3|Cu 2 1|Zn 2|Ga 3
Ge 4 2 -4|As 5 3 -3|Se -2 6 4|Br -1 5 1|Rb 1|Sr 2|Y 3|Zr 4|Nb 5 4|Mo 6 4 5|Tc 7 4|Ru 4 3|Rh 3|Pd 2 4|Ag 1|Cd 2
In 3 1|Sn 4 2|Sb 5 3 -3|Te -2 6 4|I -1 7 5|Cs 1|Ba 2|La 3|Ce 4 3|Pr 3 4|Nd 3|Pm 3|Sm 3 2|Eu 3 2|Gd 3|Tb 3 4|Dy 3
Ho 3|Er 3|Tm 3|Yb 3 2|Lu 3|Hf 4|Ta 5|W 6 4 5|Re 7 4 6|Os 4 8|Ir 4 3|Pt 2 4|Au 3 1|Hg 2 1|Tl 1 3|Pb 2 4|Bi 3 5|Th 4
U 6 4 5|Pu 4|Np 5|Am 3|Cm 3|Pa 5|Ac 3|Ra 2"""
STATES: Final = {
    words[0]: tuple(map(int, words[1:])) for words in (row.split() for row in _STATES.replace("\n", "|").split("|"))
}
NOBLE: Final = frozenset({"He", "Ne", "Ar", "Kr", "Xe", "Rn", "Og"})
NONMETALS: Final = frozenset({"H", "C", "N", "O", "F", "P", "S", "Cl", "Se", "Br", "I", "At", "Ts"}) | NOBLE
# Metals, and the half-metals that alloys hold.
ALLOYING: Final = frozenset(SYMBOLS) - NONMETALS
_ALKALI: Final = frozenset({"Li", "Na", "K", "Rb", "Cs", "Fr"})
_RARE_EARTHS: Final = "Y La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu"
_SITE_A: Final = frozenset([*_RARE_EARTHS.split(), "Bi"])
_SITE_B: Final = frozenset({"Ca", "Sr", "Ba", "Ra", "Pb"})
_SEMICONDUCTING: Final = frozenset({"As", "Sb", "Te"})
_LAST: Final = "Ge B Si C P As Sb N Te Se S At I Br Cl O F"
_ENDS: Final = _LAST.split()


def in_order(amounts: Iterable[str]) -> list[str]:
    """Return symbols in the order in which a chemist writes them.

    Alloys are alphabetical, boron last; organic molecules have C, H, then the rest (Hill); of other compounds the
    metals come first (alkali metals, rare earths, alkaline earths, then by usual charge), oxygen and fluorine last.
    """
    symbols = sorted(set(amounts))
    held = set(symbols)
    binary = len(held) == 2 and held & {"B", "Si"}
    if held <= ALLOYING and not (held & _SEMICONDUCTING and len(held) > 1) and not binary:
        return [s for s in symbols if s != "B"] + [s for s in symbols if s == "B"]
    if {"C", "H"} <= held and held <= NONMETALS:
        return ["C", "H", *(s for s in symbols if s not in {"C", "H"})]
    metals = held - NONMETALS - {"B", "Si"}
    hydroxide = bool(metals) and held - metals == {"O", "H"}
    oxyhalide = bool(metals - _ALKALI) and {"O"} < held - metals <= {"O", "F", "Cl", "Br", "I"}
    if hydroxide or oxyhalide:
        ends = ("O", "H") if hydroxide else ("O", "I", "Br", "Cl", "F")
        return [*in_order(metals | {"O"})[:-1], *(s for s in ends if s in held)]
    hydride = "H" in held and "O" not in held and held <= {"H", "N", "P", "As", "B", "Si", "Ge"}
    return sorted(symbols, key=lambda s: _place(s, held, hydride))


def _place(symbol: str, held: set[str], hydride: bool) -> tuple[float, float, str]:
    if symbol == "H":
        return (9.0 if hydride else 4.5, 0.0, symbol)
    central = symbol in {"B", "Si", "Ge"} or (symbol in _SEMICONDUCTING)
    if symbol in NOBLE:
        return (3.0, 0.0, symbol)
    if symbol in NONMETALS or central:
        return (5.0, float(_ENDS.index(symbol)) if symbol in _ENDS else 99.0, symbol)
    if symbol in _ALKALI:
        return (0.0, 0.0, symbol)
    if symbol in _SITE_A:
        return (1.0, 0.0, symbol)
    if symbol in _SITE_B:
        return (2.0, 0.0, symbol)
    return (3.0, float(STATES.get(symbol, (9,))[0]), symbol)


def balanced(amounts: Mapping[str, float]) -> bool:
    """Whether usual oxidation states can sum to nothing; peroxides, hydrazine and hydrocarbons count too."""
    held = set(amounts)
    if held == {"C", "H"}:
        return amounts["H"] <= 2 * amounts["C"] + 2
    if {"C", "H"} <= held and held <= NONMETALS:
        return amounts["H"] <= 2 * amounts["C"] + 3 + amounts.get("N", 0)
    if held in ({"H", "O"}, {"H", "N"}, {"H", "B"}):
        return amounts["H"] in (1, 2, 3, 4, 6, 10, 14) and max(amounts.values()) > 1
    choices = [[state * amount for state in STATES.get(symbol, (0,))] for symbol, amount in amounts.items()]
    if len(choices) > 7:
        return True
    # Iron in Fe3O4 bears two charges: a metal may bear any share of what lies between.
    if any(abs(sum(charges)) < 1e-6 for charges in product(*choices)):
        return True
    if "O" in amounts and len(amounts) > 2:
        # In peroxides some oxygen bears one charge only.
        rest = [[state * a for state in STATES.get(s, (0,))] for s, a in amounts.items() if s != "O"]
        if any(amounts["O"] < sum(charges) < 2 * amounts["O"] for charges in product(*rest)):
            return True
    mixed = [s for s in amounts if s in ALLOYING and len(STATES.get(s, ())) > 1]
    rest = [[state * a for state in STATES.get(s, (0,))] for s, a in amounts.items() if s not in mixed[:1]]
    if not mixed:
        return False
    low, high = min(x for x in STATES[mixed[0]] if x > 0), max(STATES[mixed[0]])
    return any(low * amounts[mixed[0]] <= -sum(charges) <= high * amounts[mixed[0]] for charges in product(*rest))

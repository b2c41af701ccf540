"""Chemical elements and formulas as they stand in text: one spelling for each."""

from __future__ import annotations

import functools
import re
from typing import Final

_TABLE: Final = """H hydrogen He helium Li lithium Be beryllium B boron C carbon N nitrogen O oxygen F
fluorine Ne neon Na sodium  Mg magnesium Al aluminum Si silicon P phosphorus S sulfur Cl chlorine Ar argon K
potassium Ca calcium Sc scandium  Ti titanium V vanadium Cr chromium Mn manganese Fe iron Co cobalt
Ni nickel Cu copper Zn zinc Ga gallium  Ge germanium As arsenic Se selenium Br bromine Kr krypton Rb
rubidium Sr strontium Y yttrium Zr zirconium  Nb niobium Mo molybdenum Tc technetium Ru ruthenium Rh
rhodium Pd palladium Ag silver Cd cadmium In indium Sn tin  Sb antimony Te tellurium I iodine Xe
xenon Cs cesium Ba barium La lanthanum Ce cerium Pr praseodymium Nd neodymium  Pm promethium Sm
samarium Eu europium Gd gadolinium Tb terbium Dy dysprosium Ho holmium Er erbium Tm thulium  Yb
ytterbium Lu lutetium Hf hafnium Ta tantalum W tungsten Re rhenium Os osmium Ir iridium Pt platinum
Au gold  Hg mercury Tl thallium Pb lead Bi bismuth Po polonium At astatine Rn radon Fr francium Ra
radium Ac actinium  Th thorium Pa protactinium U uranium Np neptunium Pu plutonium Am americium Cm
curium Bk berkelium Cf californium  Es einsteinium Fm fermium Md mendelevium No nobelium Lr
lawrencium Rf rutherfordium Db dubnium Sg seaborgium  Bh bohrium Hs hassium Mt meitnerium Ds
darmstadtium Rg roentgenium Cn copernicium Nh nihonium Fl flerovium  Mc moscovium Lv livermorium Ts
tennessine Og oganesson"""
_WORDS: Final = _TABLE.split()
SYMBOLS: Final = tuple(_WORDS[::2])
SYMBOL_SET: Final = frozenset(SYMBOLS)
# "lead" is a verb and "tin" a vessel far more often than a metal: a bare name counts only where it cannot
# mislead.
NAME_TO_SYMBOL: Final = {
    name: symbol for symbol, name in zip(SYMBOLS, _WORDS[1::2], strict=True) if name not in {"lead", "gold", "mercury"}
} | {"aluminium": "Al", "sulphur": "S", "caesium": "Cs", "wolfram": "W"}

_SUBSCRIPTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_PIECE: Final = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?|[xyzδ])?")
_GROUP: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]](\d+(?:\.\d+)?|[xyzδ])?")
FORMULA: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[(\[]?(?:[A-Z][a-z]?[0-9.₀-₉xyzδ]*)+[)\]]?[0-9.₀-₉]*){1,8}(?![a-zA-Z])"
)


_ACRONYMS: Final = re.compile(r"[A-Z]{2,}s|[A-Z]{5,}\d+|[A-Z]{2,}(?:2[6-9]|[3-9]\d|\d{3,})")


@functools.lru_cache(maxsize=65536)
def parse_formula(text: str) -> tuple[tuple[str, float], ...] | None:
    """Read a chemical formula.

    Parameters
    ----------
    text
        Such as ``Al0.5CoCrFeNi``, ``(FeCoNi)86Al7Ti7``, ``Co-Cr-Mo-Ni``; subscript digits are read as digits,
        an unknown amount (x, y, δ) as 1.

    Returns
    -------
    tuple or None
        (symbol, amount) in alphabetical order of symbols, or None where the text is no formula.
    """
    body = text.translate(_SUBSCRIPTS).replace("-", "").replace(" ", "").strip(".,;")
    amounts: dict[str, float] = {}
    scale, flat = 1.0, body
    for _ in range(4):
        match = _GROUP.search(flat)
        if match is None:
            break
        inner = _amounts(match.group(1))
        if inner is None:
            return None
        scale = _number(match.group(2))
        total = sum(inner.values()) if scale > 5 else 1.0  # (FeCoNi)86: a percentage of the whole group
        for symbol, amount in inner.items():
            amounts[symbol] = amounts.get(symbol, 0.0) + amount * scale / total
        flat = flat[: match.start()] + flat[match.end() :]
    rest = _amounts(flat)
    if rest is None:
        return None
    for symbol, amount in rest.items():
        amounts[symbol] = amounts.get(symbol, 0.0) + amount
    return tuple(sorted((s, a) for s, a in amounts.items() if a > 0)) or None


def _amounts(flat: str) -> dict[str, float] | None:
    """Amounts in a formula without brackets; None where a letter is left over or no element is meant."""
    amounts: dict[str, float] = {}
    position = 0
    while position < len(flat):
        match = _PIECE.match(flat, position)
        if match is None:
            return None
        symbol, amount = match.groups()
        end = match.end()
        if symbol not in SYMBOL_SET:
            if symbol[0] not in SYMBOL_SET or amount:
                return None
            symbol, end = symbol[0], position + 1
            amount = None
        amounts[symbol] = amounts.get(symbol, 0.0) + _number(amount)
        position = end
    return amounts


def _number(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 1.0


def formula_name(parts: tuple[tuple[str, float], ...]) -> str:
    """Spell a composition: symbols in alphabetical order, smallest whole amounts, else decimals.

    ``CrCoFeNi``, ``CoCrFeNi`` and ``Co25Cr25Fe25Ni25`` get one name.
    """
    smallest = min(amount for _, amount in parts)
    ratios = [amount / smallest for _, amount in parts]
    for factor in range(1, 11):
        if all(abs(r * factor - round(r * factor)) < 0.01 * factor for r in ratios):
            ratios = [float(round(r * factor)) for r in ratios]
            break
    return "".join(symbol + _amount_text(ratio) for (symbol, _), ratio in zip(parts, ratios, strict=True))


def _amount_text(amount: float) -> str:
    rounded = round(amount, 2)
    return "" if rounded == 1 else f"{rounded:g}"


def looks_like_formula(token: str) -> bool:
    """Whether a token is a formula rather than an acronym or a word.

    A formula needs two elements and either an amount or a two-letter symbol; so ``TiN``, ``Al2O3`` and
    ``CoCrFeNi`` are formulas, ``NO``, ``HPC``, ``PCB`` and ``In`` are not. Nor are acronyms in the plural
    (``SPEs``), and capitals with a number that counts something else (``UCF101``, ``VOCUS2``).
    """
    if _ACRONYMS.fullmatch(token):
        return False
    if not token or not (token[0].isupper() or token[0] in "(["):
        return False
    parts = parse_formula(token)
    if parts is None or len(parts) < 2 or (token.isalpha() and token[1:].islower()):
        return False
    return any(c.isdigit() or c in "₀₁₂₃₄₅₆₇₈₉" for c in token) or any(c.islower() for c in token)

"""Formulas as single words: which words are one, and the one spelling for each composition."""

from __future__ import annotations

import functools
import re
from typing import Final

from hypograph.models.core.elements import NAME_TO_SYMBOL, SYMBOL_SET, SYMBOLS
from hypograph.models.literature.chemistry.amounts import Amount
from hypograph.models.literature.chemistry.composition import Formula, plain_digits, read_formula
from hypograph.models.literature.chemistry.reading import compound

__all__ = ["FORMULA", "NAME_TO_SYMBOL", "SYMBOLS", "SYMBOL_SET", "formula_name", "looks_like_formula", "parse_formula"]

_AMOUNT: Final = r"(?:[0-9.₀-₉xyzδ]|[-–−+](?=\d*[xyzδ]))*"
# What may be a formula, to begin with; `looks_like_formula` decides.
FORMULA: Final = re.compile(rf"(?<![A-Za-z0-9])(?:[(\[]?(?:[A-Z][a-z]?{_AMOUNT})+[)\]]?[0-9.₀-₉]*){{1,8}}(?![a-zA-Z])")


@functools.lru_cache(maxsize=65536)
def parse_formula(text: str) -> tuple[tuple[str, float], ...] | None:
    """Read a chemical formula as numbers.

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
    found = read_formula(text)
    if found is None:
        found = read_formula(re.sub(r"[-–‐‑\s]", "", plain_digits(text)))
    if found is None:
        return None
    parts = {s: a.constant if a.known else 1.0 for s, a in found.parts}
    return tuple(sorted((s, a) for s, a in parts.items() if a > 0)) or None


def formula_name(parts: tuple[tuple[str, float], ...]) -> str:
    """Spell a composition; see `Formula.name`.

    ``CrCoFeNi``, ``CoCrFeNi`` and ``Co25Cr25Fe25Ni25`` get one name.
    """
    return Formula(tuple((symbol, Amount(amount)) for symbol, amount in parts)).name()


def looks_like_formula(token: str) -> bool:
    """Whether a word is a formula rather than an acronym or a word.

    A formula needs two elements and either an amount or a two-letter symbol; so ``TiN``, ``Al2O3`` and
    ``CoCrFeNi`` are formulas, ``NO``, ``HPC``, ``PCB`` and ``In`` are not. Nor are acronyms in the plural
    (``SPEs``), and capitals with a number that counts something else (``UCF101``, ``IC50``).
    """
    return compound(token) is not None

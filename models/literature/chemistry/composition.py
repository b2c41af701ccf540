"""Chemical formulas: a grammar that reads them, and one spelling for each composition."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.elements import SYMBOL_SET
from hypograph.models.literature.chemistry.amounts import ONE, Amount, read_amount
from hypograph.models.literature.chemistry.element_order import ALLOYING, in_order

_PLAIN: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₓ∙•‧⋅＋", "0123456789+-x····+")
_SYMBOL: Final = re.compile(r"[A-Z][a-z]?")
# "Fe(III)", "Cr(VI)", "Fe(0)": an oxidation state, never iodine, vanadium or an amount.
_STATE: Final = re.compile(r"\(\s*(?:0|[IV]{1,4}|[IV]{1,3}[,/][IV]{1,3})\s*\)")
_OPEN, _CLOSE = "([{", ")]}"
_COEFFICIENT: Final = re.compile(r"\d+(?:\.\d+)?")
_HYDRATE: Final = re.compile(r"\s?·\s?(?:([nx])|(\d+(?:\.\d+)?))?\s?(?=[A-Z])")
_DOT_DECIMAL: Final = re.compile(r"(?<=\d)·(?=\d+(?!\d*H2O)(?:[A-Z()\[\]]|\s|$))")
_PERCENT: Final = r"\s?(?:wt|at|mol|mass|weight)\.?\s?%\s?"
_BY_WEIGHT: Final = re.compile(
    rf"(?<!\d)(?P<base>[A-Z][a-z]?)(?P<rest>(?:[-–‐‑](?:\d+(?:\.\d+)?|\s?\d+(?:\.\d+)?{_PERCENT})[A-Z][a-z]?){{1,8}}"
    r"(?:[-–‐‑][A-Z][a-z]?)?)(?![A-Za-z0-9])"
)
# "60Sn-40Pb": every share is said, and they make up the whole.
_WHOLE: Final = re.compile(r"(?<![\d.])\d+(?:\.\d+)?[A-Z][a-z]?(?:[-–‐‑/]\d+(?:\.\d+)?[A-Z][a-z]?){1,8}(?![A-Za-z0-9])")
# Cations of hybrid perovskites, by the short names that stand in their formulas: CH3NH3 and CH(NH2)2.
_CATION: Final = re.compile(r"(?:MA|FA)(?=[\d.xyz+\-–−]*\)?(?:MA|FA|Cs|Rb|Pb|Sn|Ge|[(,]))")
_CATIONS: Final = {"MA": (("C", 1.0), ("N", 1.0), ("H", 6.0)), "FA": (("C", 1.0), ("N", 2.0), ("H", 5.0))}
_GRADE: Final = re.compile(r"(?P<base>Ti|Zr)(?P<rest>(?:\d+(?:\.\d+)?(?!O)[A-Z][a-z]?){2,5})(?![A-Za-z0-9])")
GRADED: Final = 8.0  # additions, in weight percent, from which `Ti6Al4V` is taken for a grade
# High-entropy compounds such as (MgCoNiCuZn)O hold their metals in equal parts.
_EQUIMOLAR: Final = 4
_SHARE: Final = re.compile(rf"(\d+(?:\.\d+)?)(?:{_PERCENT})?([A-Z][a-z]?)")


@dataclass(frozen=True, slots=True)
class Formula:
    """A composition.

    Attributes
    ----------
    parts
        (symbol, amount), each symbol once, in the order in which they stand.
    """

    parts: tuple[tuple[str, Amount], ...]

    @property
    def symbols(self) -> frozenset[str]:
        """The elements."""
        return frozenset(symbol for symbol, _ in self.parts)

    @property
    def known(self) -> bool:
        """Whether every amount is known."""
        return all(amount.known for _, amount in self.parts)

    @property
    def metallic(self) -> bool:
        """Whether it is an alloy: metals, perhaps with B, Si, Ge, As, Sb or Te, and nothing else."""
        return self.symbols <= ALLOYING and bool(self.symbols)

    def name(self) -> str:
        """Return the one spelling of this composition.

        Alloys count by ratio (``Co25Cr25Fe25Ni25`` is ``CoCrFeNi``), and so do compounds in percent; other compounds
        keep the numbers they are written with, since ``H2O2`` is not ``HO``. Unknown amounts stay.

        Notes
        -----
        ``read_formula(f.name())`` is `f` again, up to ratio and order.
        """
        parts = dict(self.parts)
        if self.known and (self.metallic or self._percent):
            parts = {s: Amount(a) for s, a in _ratios({s: a.constant for s, a in parts.items()}).items()}
        return "".join(symbol + parts[symbol].text() for symbol in in_order(parts))

    @property
    def _percent(self) -> bool:
        total = sum(amount.constant for _, amount in self.parts)
        return abs(total - 100.0) < 0.6 and bool(self.symbols & ALLOYING)


def _ratios(amounts: dict[str, float]) -> dict[str, float]:
    smallest = min(amounts.values())
    # Rounded first, so that a name read back gives the same name.
    ratios = {s: round(a / smallest, 2) for s, a in amounts.items()}
    for factor in range(1, 11):
        if all(abs(r * factor - round(r * factor)) < 0.01 * factor for r in ratios.values()):
            whole = {s: round(r * factor) for s, r in ratios.items()}
            common = math.gcd(*whole.values())
            return {s: float(n // common) for s, n in whole.items()}
    return ratios


def plain_digits(text: str) -> str:
    """Write subscript digits and the several middle dots in one way; the length stays."""
    return _DOT_DECIMAL.sub(".", text.translate(_PLAIN))


@functools.lru_cache(maxsize=65536)
def read_formula(text: str) -> Formula | None:
    """Read a text that is a formula as a whole.

    Parameters
    ----------
    text
        Such as ``Al0.5CoCrFeNi``, ``(FeCoNi)86Al7Ti7``, ``La2-xSrxCuO4``, ``Ti-6Al-4V``; subscript digits count as
        digits.

    Returns
    -------
    Formula or None
        None where a letter is left over or no element is meant.
    """
    body = plain_digits(text.strip().strip(".,;"))
    found = formula_at(body, 0)
    return found[0] if found is not None and found[1] == len(body) else None


def formula_at(text: str, start: int) -> tuple[Formula, int] | None:
    """Read the longest formula that begins at a place of a text (see `plain_digits`).

    Returns
    -------
    tuple or None
        The formula and where it ends.
    """
    by_weight = weight_percent_at(text, start)
    if by_weight is not None:
        return by_weight
    leading = _COEFFICIENT.match(text, start)
    read = _units(text, leading.end() if leading is not None else start)
    if read is None:
        return None
    parts, end = read
    if leading is not None:
        # "12CaO·7Al2O3" is one compound; the 2 of "2H2O" counts molecules and is no part of the formula.
        if _HYDRATE.match(text, end) is None:
            return None
        parts = _times(parts, Amount(float(leading.group()))) or parts
    # CuSO4·5H2O, 12CaO·7Al2O3: what hangs on by a dot is counted in.
    while (dot := _HYDRATE.match(text, end)) is not None:
        following = _units(text, dot.end())
        if following is None:
            break
        times = Amount(0.0, ((dot.group(1), 1.0),)) if dot.group(1) else Amount(float(dot.group(2) or 1))
        more = _times(following[0], times)
        if more is None:
            break
        parts, end = _joined(parts, more), following[1]
    there = tuple((s, a) for s, a in parts if not (a.known and a.constant <= 5e-4))
    return (Formula(there), end) if there else None


Parts = tuple[tuple[str, Amount], ...]


def _units(text: str, start: int) -> tuple[Parts, int] | None:
    """Read symbols and brackets with their amounts; brackets that share 100 or 1 with the rest are shares."""
    units: list[tuple[Parts, Amount, bool]] = []
    at = start
    while at < len(text):
        if text[at] in _OPEN:
            group = _group(text, at)
            if group is None:
                break
            inner, end = group
            amount, at = read_amount(text, end)
            units.append((inner, amount, True))
            continue
        if (cation := _CATION.match(text, at)) is not None:
            amount, at = read_amount(text, cation.end())
            units.append((tuple((s, Amount(n)) for s, n in _CATIONS[cation.group()]), amount, True))
            continue
        symbol = _symbol_at(text, at)
        if symbol is None:
            break
        at += len(symbol)
        state = _STATE.match(text, at)
        at = state.end() if state is not None else at
        amount, at = read_amount(text, at)
        units.append((((symbol, ONE),), amount, False))
    if not units:
        return None
    if any(symbol not in ALLOYING for parts, _, _ in units for symbol, _ in parts):
        units = [(_on_one_site(parts) if bracket else parts, amount, bracket) for parts, amount, bracket in units]
    return _flattened(units), at


def _symbol_at(text: str, at: int) -> str | None:
    match = _SYMBOL.match(text, at)
    if match is None:
        return None
    symbol = match.group()
    if symbol in SYMBOL_SET:
        return symbol
    return symbol[0] if symbol[0] in SYMBOL_SET else None


def _group(text: str, start: int) -> tuple[Parts, int] | None:
    close = _CLOSE[_OPEN.index(text[start])]
    members: list[Parts] = []
    at = start + 1
    while True:
        while at < len(text) and text[at] == " ":
            at += 1
        read = _units(text, at)
        if read is None:
            return None
        members.append(read[0])
        at = read[1]
        while at < len(text) and text[at] == " ":
            at += 1
        if at < len(text) and text[at] == close:
            return _alternatives(members), at + 1
        if at >= len(text) or text[at] not in ",/" or text[start] not in "([":
            return None
        at += 1


def _on_one_site(inner: Parts) -> Parts:
    """Metals in a bracket of a compound share one site: (SrCa)14Cu24O41 in unknown parts, five in equal ones."""
    if len(inner) < 2 or any(symbol not in ALLOYING or amount != ONE for symbol, amount in inner):
        return inner
    if len(inner) >= _EQUIMOLAR:
        return tuple((symbol, Amount(1.0 / len(inner))) for symbol, _ in inner)
    return _alternatives([(part,) for part in inner])


def _alternatives(members: list[Parts]) -> Parts:
    """(Ba,Sr) shares one site in unknown parts, Ba1-xSrx; (Al0.2,Ga0.8) says its parts."""
    flat = [part for member in members for part in member]
    if len(members) == 1 or any(amount != ONE for _, amount in flat) or len({s for s, _ in flat}) < len(members):
        return _joined((), tuple(flat))
    unknown = "xyzuvwnm"[: len(members) - 1]
    first = Amount(1.0, tuple((name, -1.0) for name in sorted(unknown)))
    shares = [first, *(Amount(0.0, ((name, 1.0),)) for name in unknown)]
    found: Parts = ()
    for member, share in zip(members, shares, strict=True):
        found = _joined(found, _times(member, share) or member)
    return found


def _flattened(units: list[tuple[Parts, Amount, bool]]) -> Parts:
    shares = any(bracket for _, _, bracket in units) and _shares(units)
    found: Parts = ()
    for inner, amount, bracket in units:
        times = amount
        if shares and bracket:
            times = amount.scaled(1.0 / sum(a.constant for _, a in inner))
        more = _times(inner, times)
        found = _joined(found, more if more is not None else inner)
    return found


def _shares(units: list[tuple[Parts, Amount, bool]]) -> bool:
    total = ONE.scaled(0.0)
    for _, amount, _ in units:
        total = total + amount
    inner = [a for parts, _, _ in units for _, a in parts]
    metals = all(s in ALLOYING for parts, _, _ in units for s, _ in parts)
    hundred = any(abs(total.constant - whole) < 0.006 * whole for whole in (1.0, 100.0))
    return metals and total.known and hundred and len(units) > 1 and all(a.known and a.constant > 0 for a in inner)


def _times(parts: Parts, times: Amount) -> Parts | None:
    """Multiply; None where two unknowns would be multiplied."""
    if times.known:
        return tuple((s, a.scaled(times.constant)) for s, a in parts)
    if all(a.known for _, a in parts):
        return tuple((s, times.scaled(a.constant)) for s, a in parts)
    return None


def _joined(first: Parts, second: Parts) -> Parts:
    total = dict(first)
    for symbol, amount in second:
        total[symbol] = total[symbol] + amount if symbol in total else amount
    return tuple(total.items())


def weight_percent_at(text: str, start: int) -> tuple[Formula, int] | None:
    """Read an alloy by weight percent, such as ``Ti-6Al-4V`` (also ``Ti6Al4V``), as its atomic composition.

    The first element is the balance, if not every share is said (``60Sn-40Pb``). Numbers marked at.%, in the alloy or
    after it, are taken as they are.
    """
    if (whole := _WHOLE.match(text, start)) is not None:
        said = {symbol: float(number) for number, symbol in _SHARE.findall(whole.group())}
        if said.keys() <= SYMBOL_SET & ALLOYING and abs(sum(said.values()) - 100.0) < 0.6:
            return _by_share(said, text, whole.start(), whole.end())
    match = _BY_WEIGHT.match(text, start) or _GRADE.match(text, start)
    if match is None:
        return None
    shares = {symbol: float(number) for number, symbol in _SHARE.findall(match.group("rest"))}
    base, symbols = match.group("base"), set(_SHARE.findall(match.group("rest")))
    total = sum(shares.values())
    if match.re is _GRADE and total < GRADED and "." not in match.group("rest"):
        return None  # Ti2Cr2V is a formula
    if match.re is _GRADE and not shares.keys() <= ALLOYING:
        return None  # nobody adds six percent of hydrogen to a grade: Zr2H6He is a formula
    if base not in ALLOYING or base in shares or len(shares) < len(symbols) or not 0 < total < 100:
        return None
    if any(s not in SYMBOL_SET for s in shares) or re.search(r"[-–‐‑][A-Z][a-z]?$", match.group("rest")):
        return None
    shares = {base: 100.0 - total} | {s: share for s, share in shares.items() if share > 0}
    return _by_share(shares, text, match.start(), match.end())


def _by_share(shares: dict[str, float], text: str, start: int, end: int) -> tuple[Formula, int]:
    """Return the composition by shares of a hundred: of weight, but where the text says atomic percent."""
    atomic = re.match(r"[\s,]*\(?\s*(?:in\s+)?(?:at(?:\.|omic)?|mol)\s?(?:%|percent)", text[end:])
    if atomic is None and re.search(r"\d\s?(?:at|mol)\.?\s?%", text[start:end]) is None:
        moles = {s: share / _mass(s) for s, share in shares.items()}
        shares = {s: round(100.0 * m / sum(moles.values()), 2) for s, m in moles.items()}
    return Formula(tuple((s, Amount(share)) for s, share in shares.items())), end


@functools.cache
def _mass(symbol: str) -> float:
    from pymatgen.core.periodic_table import Element

    return float(Element(symbol).atomic_mass)

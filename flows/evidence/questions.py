"""Questions people ask of many alloys: a list, a scan of amounts, what can stand for an element."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypograph.models.core.errors import InputError
from hypograph.models.evidence.alloys.composition import Composition, read_composition
from hypograph.models.evidence.alloys.formula_tree import KNOWN

if TYPE_CHECKING:
    from hypograph.flows.readers.alloy_tables import AlloyReading, AlloyRow

MOST: Final = 20_000
_IN: Final = re.compile(r"\s*(?P<what>.+?)\s+in\s+(?P<alloy>\S.*?)\s*", re.DOTALL)
_RANGE: Final = re.compile(r"([A-Z][a-z]?)\s+([\d.]+)\s*:\s*([\d.]+)\s*:\s*([\d.]+)")
_EXCHANGE: Final = re.compile(r"([A-Z][a-z]?)\s*(?:=\s*([A-Z][a-z]?(?:\s*,\s*[A-Z][a-z]?)*))?")


@dataclass(frozen=True)
class Asked:
    """An alloy in question.

    Attributes
    ----------
    text
        As it was written, or as a formula.
    fractions
        Element → atomic fraction.
    exchange
        (element that leaves, element that comes), for a question of that kind.
    """

    text: str
    fractions: dict[str, float]
    exchange: tuple[str, str] | None = None


def read_list(path: Path) -> tuple[list[Asked], list[dict[str, str]]]:
    """Read the alloys of a table, or formulas, one a line; refused ones with their reason.

    Raises
    ------
    InputError
        If the file cannot be read or has no line.
    """
    reading = as_table(path)
    if reading is not None:
        left_out = [{"alloy": s.text or f"row {s.row}", "reason": f"row {s.row}: {s.reason}"} for s in reading.skipped]
        return [Asked(r.text or _formula(r), _fractions(r.composition)) for r in reading.rows], left_out
    from hypograph.models.core.tabular.decoding import decoded

    try:
        text, _ = decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), expected="one formula a line") from None
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError("the list is empty", where=str(path), expected="one formula a line")
    found: list[Asked] = []
    skipped: list[dict[str, str]] = []
    for line in lines:
        try:
            composition = read_composition(line, str(path))
        except InputError as error:
            reason = f"{error.what}. {error.hint}" if error.hint else error.what
            skipped.append({"alloy": line, "reason": reason})
            continue
        found.append(Asked(line, _fractions(composition)))
    return found, skipped


def as_table(path: Path) -> AlloyReading | None:
    """Read a file as `evidence read` does; None where it is a plain list of formulas.

    Raises
    ------
    InputError
        If it is a workbook or a table whose columns say nothing of a composition.
    """
    from hypograph.flows.readers.alloy_tables import read_alloy_table

    kind = path.suffix.lower()
    if kind in {"", ".txt", ".list"} or (kind in {".csv", ".tsv"} and _is_list(path)):
        return None
    return read_alloy_table(path)


def _is_list(path: Path) -> bool:
    """Whether a text file is a list that is called a table: its first line is a formula and no header."""
    from hypograph.models.core.tabular.decoding import decoded

    lines = [line.strip() for line in decoded(path.read_bytes(), str(path))[0].splitlines() if line.strip()]
    if not lines or any(mark in lines[0] for mark in ",;\t"):
        return False
    try:
        read_composition(lines[0], str(path))
    except InputError:
        return False
    return True


def _fractions(composition: Composition) -> dict[str, float]:
    return dict(zip(composition.elements, composition.fractions, strict=True))


def _formula(row: AlloyRow) -> str:
    percent = row.composition.atomic_percent
    return "-".join(f"{e}{p:.4g}" for e, p in percent.items())


def scan(text: str) -> list[Asked]:
    """Alloys of a scan such as ``Al 0:2:0.1 in CoCrFeNi``; several ranges, parted by commas, make a grid.

    Raises
    ------
    InputError
        If it is no scan, or one of too many alloys.
    """
    expected = "Al 0:2:0.1 in CoCrFeNi"
    match = _IN.fullmatch(text)
    ranges = [_RANGE.fullmatch(part.strip()) for part in match.group("what").split(",")] if match else []
    if match is None or not all(ranges):
        raise InputError(f"{text!r} is no scan", where="--scan", expected=expected)
    base = _amounts(match.group("alloy"), "--scan")
    axes: list[list[tuple[str, float]]] = []
    for found in ranges:
        if found is None:
            continue
        symbol, (low, high, step) = found.group(1), map(float, found.group(2, 3, 4))
        if symbol not in KNOWN:
            raise InputError(f"{symbol!r} is no chemical element", where="--scan")
        if step <= 0 or high < low:
            raise InputError(f"{found.group(0)!r} has no steps", where="--scan", expected="low:high:step, step above 0")
        count = int(round((high - low) / step, 9)) + 1
        axes.append([(symbol, round(low + i * step, 10)) for i in range(count)])
    total = 1
    for axis in axes:
        total *= len(axis)
    if total > MOST:
        raise InputError(f"{total:,} alloys", where="--scan", expected=f"at most {MOST:,}")
    alloys = []
    for point in itertools.product(*axes):
        amounts = {**base, **dict(point)}
        kept = {s: a for s, a in amounts.items() if a > 0}
        if len(kept) >= 2:
            alloys.append(_asked(kept))
    return alloys


def exchange(text: str, candidates: Sequence[str]) -> list[Asked]:
    """Alloys of a question such as ``Co=Ni,Fe in CoCrFeNi``: the alloy itself, then with each stand-in.

    Parameters
    ----------
    candidates
        Elements that may stand in where the question names none (``Co in CoCrFeNi``).

    Raises
    ------
    InputError
        If it is no such question, or the element is not in the alloy.
    """
    match = _IN.fullmatch(text)
    found = _EXCHANGE.fullmatch(match.group("what")) if match else None
    if match is None or found is None:
        raise InputError(f"{text!r} is no exchange", where="--exchange", expected="Co=Ni,Fe in CoCrFeNi")
    amounts = _amounts(match.group("alloy"), "--exchange")
    leaves = found.group(1)
    if leaves not in amounts:
        raise InputError(f"{leaves} is not in {match.group('alloy')}", where="--exchange")
    named = [s.strip() for s in (found.group(2) or "").split(",") if s.strip()]
    for symbol in named:
        if symbol not in KNOWN:
            raise InputError(f"{symbol!r} is no chemical element", where="--exchange")
    alloys = [_asked(amounts)]
    for symbol in named or [c for c in candidates if c not in amounts]:
        changed = {s: a for s, a in amounts.items() if s != leaves}
        changed[symbol] = changed.get(symbol, 0.0) + amounts[leaves]
        if len(changed) >= 2:
            asked = _asked(changed)
            alloys.append(Asked(asked.text, asked.fractions, (leaves, symbol)))
    return alloys


def _amounts(text: str, where: str) -> dict[str, float]:
    """Amounts on the scale that the formula has: the least is one where it names none."""
    composition = read_composition(text, where)
    written = (
        re.findall(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)?", text) if re.fullmatch(r"(?:[A-Z][a-z]?[\d.]*)+", text) else []
    )
    if written:
        return {s: float(a) if a else 1.0 for s, a in written}
    least = min(composition.fractions)
    return {s: f / least for s, f in zip(composition.elements, composition.fractions, strict=True)}


def _asked(amounts: dict[str, float]) -> Asked:
    total = sum(amounts.values())
    formula = "".join(s if a == 1 else f"{s}{a:.4g}" for s, a in sorted(amounts.items()))
    return Asked(formula, {s: a / total for s, a in amounts.items()})

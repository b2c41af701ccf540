"""Formulas as trees of brackets: symbols, amounts and the levels they stand on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.elements import SYMBOLS

NUMBER: Final = r"(?:\d+(?:\.\d+)?|\.\d+)(?:/\d+)?"
# An amount that stands apart, as in "CoCrFeNiAl 0,3", is a ratio; "Pd-Ag 77,23" lists two.
LARGEST_LOOSE: Final = 20
# Beyond plutonium nothing is alloyed; "No", "Cn" and the like in a table are other things.
KNOWN: Final = frozenset(SYMBOLS[:94])
_TOKEN: Final = re.compile(rf"(?P<symbol>[A-Z][a-z]?)|(?P<number>{NUMBER})|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
                           r"|(?P<part>[\s\-,;|/:=]+)|(?P<under>_)|(?P<other>.)")  # fmt: skip
_VARIABLES: Final = "xyzδn"
_VARIABLE: Final = re.compile(
    rf"(?P<symbol>[A-Z][a-z]?)|_?(?P<lead>{NUMBER})?\s*(?P<sign>[-+])?\s*(?P<times>{NUMBER})?(?P<name>[{_VARIABLES}])(?![a-z])"
)
_SHUT: Final = {")": "(", "]": "[", "}": "{"}


class FormulaError(ValueError):
    """A text is no formula, or has more than one reading; `hint` says what to write instead."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


class UnknownSymbolError(FormulaError):
    """A symbol is no element."""


@dataclass(frozen=True, slots=True)
class Item:
    """A symbol, or a bracket as a tuple of items, with its amount; `written` where the text gives one."""

    what: str | tuple[Item, ...]
    amount: float = 1.0
    written: bool = False


def number(text: str) -> float:
    """Value of an amount; ``1/3`` is a fraction."""
    above, _, below = text.partition("/")
    if below and float(below) == 0:
        raise FormulaError("an amount divides by 0")
    return float(above) / (float(below) if below else 1.0)


def check_symbol(symbol: str) -> None:
    """Raise `UnknownSymbolError` where a symbol is no element."""
    if symbol not in KNOWN:
        raise UnknownSymbolError(symbol)


def substitute(text: str, values: Mapping[str, float]) -> str:
    """Put values for variable amounts: ``(CoCrFeNi)100-xAlx`` with x = 5 is ``(CoCrFeNi)95Al5``.

    Raises
    ------
    FormulaError
        If a variable has no value.
    """

    def value(match: re.Match[str]) -> str:
        symbol = match.group("symbol")
        if symbol and (len(symbol) == 1 or symbol in KNOWN or symbol[0] not in KNOWN or symbol[1] not in _VARIABLES):
            return symbol
        if symbol:
            return symbol[0] + _written(1.0 * known(symbol[1]))
        times = known(match.group("name")) * number(match.group("times") or "1")
        lead, sign = match.group("lead"), match.group("sign")
        if lead is None:
            return (sign or "") + _written(times)
        return _written(number(lead) * times if sign is None else number(lead) + (times if sign == "+" else -times))

    def known(name: str) -> float:
        if name not in values:
            raise FormulaError(f"the amount {name} has no value", f"Write the number for {name}.")
        return values[name]

    return _VARIABLE.sub(value, text)


def _written(amount: float) -> str:
    if amount < 0:
        raise FormulaError(f"an amount with a variable is {amount:g}, below 0", "Check the value.")
    return f"{amount:.10g}"


def parse(text: str) -> tuple[Item, ...]:
    """Read a formula of symbols, amounts and nested brackets.

    Raises
    ------
    FormulaError
        If a part cannot be read or has more than one reading.
    """
    _check_capitals(text)
    return _Parser(text).run()


def level_amounts(level: Sequence[Item]) -> dict[str, float]:
    """Amounts of all elements of a level.

    Where the amounts of a level with brackets sum to 1 or to 100, each is the share of its whole bracket; else a
    bracket's amount multiplies what is in it.
    """
    nested = any(isinstance(item.what, tuple) for item in level)
    total = sum(item.amount for item in level)
    shares = nested and (abs(total - 1) <= 0.011 or abs(total - 100) <= 0.5)
    if nested and not shares and 95 <= total <= 105:
        raise FormulaError(f"the amounts around the brackets sum to {total:g}, nearly 100", "Check the amounts.")
    found: dict[str, float] = {}
    for item in level:
        inner = {item.what: 1.0} if isinstance(item.what, str) else level_amounts(item.what)
        scale = item.amount / (sum(inner.values()) if shares else 1.0)
        for symbol, amount in inner.items():
            found[symbol] = found.get(symbol, 0.0) + scale * amount
    return found


def _check_capitals(text: str) -> None:
    """Refuse capitals that can be read as one element or as two: NICOCU, CoCrFeNI."""
    runs = re.findall(r"[A-Z]+(?![a-z])", text)
    only = not re.search(r"[a-z]", text)
    for run in runs:
        readings = _segmentations(run)
        if readings > 1 or (only and len(run) > 1 and readings == 1 and not all(c in KNOWN for c in run)):
            raise FormulaError(
                f"the capitals {run} have more than one reading", "Write the second letter of a symbol small."
            )


def _segmentations(run: str) -> int:
    """Number of ways to cut capitals into symbols of one or two letters."""
    ways = [1] + [0] * len(run)
    for end in range(1, len(run) + 1):
        for size in (1, 2):
            if end >= size and run[end - size : end].title() in KNOWN:
                ways[end] += ways[end - size]
    return ways[-1]


class _Parser:
    """One pass over the tokens of a formula, with a stack of open brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[tuple[str, list[Item]]] = [("", [])]
        self.chunks: list[list[str]] = [[]]  # what stands between separators outside brackets
        self.joints: list[str] = []  # the separators between the chunks
        self.joint = ""
        self.apart = False  # a separator stands before the token
        self.hyphen = False
        self.loose: list[int] = []  # items whose amount stands behind a blank or an underscore
        self.under = False

    def run(self) -> tuple[Item, ...]:
        for match in _TOKEN.finditer(self.text):
            kind, token = str(match.lastgroup), match.group()
            if kind == "other":
                raise self._strange(match.start())
            getattr(self, f"_{kind}")(token, match.start())
            if kind not in ("part", "under"):
                self.apart = self.hyphen = self.under = False
        if len(self.stack) > 1:
            raise FormulaError(f"a bracket {self.stack[-1][0]} is not closed", "Close it.")
        level = self.stack[0][1]
        if not level:
            raise FormulaError("it names no element", "Write a formula such as CoCrFeNi.")
        self._check_tags(level)
        return tuple(level)

    def _symbol(self, token: str, start: int) -> None:
        if token not in KNOWN:
            if len(token) == 2 and token[0] in KNOWN:
                raise self._strange(start + 1)
            raise UnknownSymbolError(token)
        level = self.stack[-1][1]
        if any(item.what == token for item in level):
            raise FormulaError(f"{token} stands twice", "Write each element once.")
        level.append(Item(token))
        if len(self.stack) == 1:
            self._begin_chunk()
            self.chunks[-1].append(token)

    def _begin_chunk(self) -> None:
        if self.apart and self.chunks[-1]:
            self.chunks.append([])
            self.joints.append(self.joint)

    def _number(self, token: str, start: int) -> None:
        level = self.stack[-1][1]
        if not level or level[-1].written:
            raise FormulaError(f"the number {token} has no element before it", "Write the amount behind its element.")
        if self.hyphen:
            raise FormulaError(f"the number {token} behind the hyphen may be a sample's", "Write the formula alone.")
        if self.apart or self.under or token.startswith("."):
            self.loose.append(len(level) - 1 if len(self.stack) == 1 else -1)
        level[-1] = Item(level[-1].what, number(token), True)
        if len(self.stack) == 1:
            self.chunks[-1].append(token)

    def _open(self, token: str, start: int) -> None:
        self.stack.append((token, []))
        if len(self.stack) == 2:
            self._begin_chunk()

    def _close(self, token: str, start: int) -> None:
        opened, inner = self.stack[-1]
        if opened != _SHUT[token]:
            raise FormulaError(f"the bracket {token} was not opened", "Open it.")
        if not inner:
            raise FormulaError("a bracket is empty", "Take it out.")
        self.stack.pop()
        self.stack[-1][1].append(Item(tuple(inner)))
        if len(self.stack) == 1:
            self.chunks[-1].append("()")

    def _part(self, token: str, start: int) -> None:
        self.apart = True
        self.hyphen = "-" in token
        self.joint = token.strip()

    def _under(self, token: str, start: int) -> None:
        following = self.text[start + 1 : start + 2]
        self.under = following.isdigit() or following == "."
        self.apart = self.apart or not self.under

    def _strange(self, start: int) -> FormulaError:
        """Name the part of the text that is no formula."""
        begin = start
        while begin and self.text[begin - 1].isalpha() and self.stack[-1][1] and not self.text[begin].isspace():
            begin -= 1
        rest = self.text[begin:].strip()
        return FormulaError(f"{rest[:40]!r} cannot be read as elements and amounts", "Write the formula alone.")

    def _check_tags(self, level: list[Item]) -> None:
        """Refuse what may be the tag of a sample: CoCrFeNi (SPS), CoCrFeNi-W, CoCrFeNi 2, CoCrFeNi_2."""
        last = level[-1]
        if isinstance(last.what, tuple) and not last.written and len(level) > 1 and _capitals([last]):
            raise FormulaError("the bracket at the end may be the tag of a sample", "Write the formula alone.")
        counts = [sum(t[0].isalpha() or t == "()" for t in chunk) for chunk in self.chunks]
        many = any(n > 1 for n in counts)
        full = all(item.written for item in level)
        tags = [c for c in self.chunks if all((len(t) == 1 and t.isupper()) or (t.isdigit() and not full) for t in c)]
        if len(self.chunks) > 1 and tags and (many or any(sum(t.isupper() for t in c) > 1 for c in tags)):
            raise FormulaError(f"{''.join(tags[-1])!r} may be an element or the tag of a sample",
                               "Write the formula without separators.")  # fmt: skip
        lone = self.loose == [len(level) - 1] and len(level) > 1
        odd = last.amount == round(last.amount) or last.amount > LARGEST_LOOSE or re.search(r"(?<!\d)\.\d+$", self.text)
        if lone and odd and not isinstance(last.what, tuple):
            raise FormulaError(f"{last.amount:g} at the end may be an amount or the number of a sample",
                               "Write the amount directly behind its element.")  # fmt: skip
        self._check_composite(level, counts)

    def _check_composite(self, level: Sequence[Item], counts: Sequence[int]) -> None:
        """Refuse two materials: CoCrFeNi/Al2O3, CoCrFeNi-TiC. Amounts that sum to 100 belong to one."""
        whole = all(i.written for i in level) and abs(sum(i.amount for i in level) - 100) <= 2
        several = sum(n > 1 for n in counts)
        bar = several and any("/" in j for j in self.joints)
        if not whole and (bar or (several > 1 and any("-" in j for j in self.joints))):
            raise FormulaError("it may be two materials side by side, a composite", "Write the alloy alone.")


def _capitals(items: Sequence[Item]) -> bool:
    """Whether all symbols of items are single letters without amounts."""
    return all(
        not item.written and (_capitals(item.what) if isinstance(item.what, tuple) else len(item.what) == 1)
        for item in items
    )

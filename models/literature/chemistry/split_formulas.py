"""Formulas that lost their markup and fell apart: "TiO 2", "g-C 3 N 4", "La2-x Ba xCuO4"."""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.literature.chemistry.composition import Formula, formula_at, plain_digits
from hypograph.models.literature.chemistry.element_order import balanced

_HINT: Final = re.compile(r"[A-Z][a-z]?\)? \d|[xyzδ] \(?[A-Z]| [xyz][A-Z]|[+–−-] δ|\d \([A-Z][^)]*[xyδ]")
_WORD: Final = re.compile(r"[^\s]+")
_SYMBOL: Final = re.compile(r"(?:[A-Z][a-z]?)+\)?")
_QUANTITY: Final = re.compile(
    r"(?:nm|[µμ]m|mm|cm|m|h|hours?|min|s|°|℃|K|%|wt|mol|at|eV|meV|mV|mA|Pa|GPa|MPa|kPa|bar|Hz|kHz|MHz|GHz|"
    r"times|days?|weeks?|cycles)\b|[%°×]"
)
_MOST = 8


def join_split(text: str) -> tuple[str, list[int]]:
    """Take the white space out of formulas that fell apart.

    Parameters
    ----------
    text
        Plain text.

    Returns
    -------
    text, places
        The text, and for each of its characters the place in the given text (with one more for the end).
    """
    places = list(range(len(text) + 1))
    if _HINT.search(text) is None:
        return text, places
    words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    drop: set[int] = set()
    i = 0
    while i < len(words):
        count = _window(text, words, i)
        for a, b in zip(words[i : i + count - 1], words[i + 1 : i + count], strict=True):
            drop.update(range(a[1], b[0]))
        i += count
    kept = [p for p in range(len(text)) if p not in drop]
    return "".join(text[p] for p in kept), [*kept, len(text)]


def _window(text: str, words: list[tuple[int, int]], first: int) -> int:
    """How many words, from the first one on, are one formula; 1 where the first stands alone."""
    merged = text[words[first][0] : words[first][1]]
    # "g-C", "MgO:LiNbO", "1/4AlH": what falls apart is the last part.
    merged = re.split(r"(?<![-–−+(\[])[-–/:](?=[A-Z(\[]|\d*[A-Z][a-z]?[A-Z])", merged)[-1]
    merged = re.sub(r"^(?:[^\w(\[]+|[a-zα-ω]+[-–]|\d+(?=[A-Z]))+", "", merged)
    if not merged or (not merged[0].isupper() and merged[0] not in "(["):
        return 1
    best = 1
    for number in range(first + 1, min(first + _MOST, len(words))):
        start, end = words[number]
        word, before = text[start:end], merged
        apart = text[words[number - 1][0] : words[number - 1][1]].replace(".", "").isdigit()
        if not _may_follow(before, word, apart) or words[number][0] - words[number - 1][1] != 1:
            break
        merged += word
        read = formula_at(plain_digits(merged), 0)
        if read is None or read[1] <= len(before):
            continue
        following = text[words[number + 1][0] :] if number + 1 < len(words) else ""
        number_last = re.fullmatch(r"\d+(?:\.\d+)?", word) is not None
        if word == "1":  # no subscript says 1
            continue
        if _sound(read[0]) and not (number_last and _QUANTITY.match(following)):
            best = number - first + 1
    return best


def _may_follow(before: str, word: str, apart: bool) -> bool:
    """Whether a space here may be what is left of markup; `apart`: the last word was a number by itself."""
    if re.match(r"\d{1,2}(?:\.\d+)?(?:[A-Z(\[)\],.;:/]|[-–+][xyδ]|[-–](?=[a-zA-Z])|$)", word):
        return re.search(r"[A-Za-z)\]]$", before) is not None
    if re.match(r"[xyz][A-Z(\[]", word):
        return _SYMBOL.fullmatch(before[-2:].strip("-0123456789xyzδ–−")) is not None
    if word[0] == "δ":
        return before[-1] in "+-–−±"
    if re.search(r"[xyδ]$", before) and re.match(r"\(?[A-Z]", word):
        return re.search(r"[-–−+\d]", before) is not None
    if re.match(r"[(\[][A-Z][^)]*[xyδ]", word):
        return before[-1].isdigit()
    if (before[-1].isdigit() and apart) or (_SYMBOL.fullmatch(before) is not None and len(before) <= 2):
        return re.match(r"(?:[A-Z][a-z]?)+(?:\d|[,.;)/]|$|[-–])", word) is not None
    return False


def _sound(found: Formula) -> bool:
    if len(found.parts) < 2:
        return False
    return not found.known or balanced({s: a.constant for s, a in found.parts})

"""Abbreviations and what they stand for, found where a text introduces them."""

from __future__ import annotations

import re
from typing import Final

_BRACKET: Final = re.compile(r"\(\s*([A-Za-z][\w/-]{1,9}?)s?\s*\)")


def abbreviations(text: str) -> dict[str, str]:
    """Find pairs such as "support vector machine (SVM)".

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    dict
        Abbreviation to expansion, both as they stand (an s of the plural dropped from the abbreviation);
        the first expansion counts.

    References
    ----------
    Schwartz & Hearst, PSB 2003: the letters of the abbreviation are matched from the right, the first must
    begin a word.
    """
    found: dict[str, str] = {}
    for match in _BRACKET.finditer(text):
        short = match.group(1)
        if not any(c.isupper() for c in short) or short in found:
            continue
        words = text[: match.start()].split()
        window = " ".join(words[-min(len(short) + 5, 2 * len(short)) :])
        long = _expansion(short, window)
        if long:
            found[short] = long
    return found


def _expansion(short: str, window: str) -> str:
    at = len(window) - 1
    for index in range(len(short) - 1, -1, -1):
        letter = short[index].lower()
        if not letter.isalnum():
            continue
        while at >= 0 and (window[at].lower() != letter or (index == 0 and at > 0 and window[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return ""
        at -= 1
    expansion = window[at + 1 :].strip(" -,;:")
    # An expansion is longer than its abbreviation and has no bracket or sentence end within.
    if len(expansion) <= len(short) + 1 or re.search(r"[()]|[.;:]\s", expansion):
        return ""
    return expansion

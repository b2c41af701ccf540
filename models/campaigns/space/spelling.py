"""Options whose names differ in almost nothing: taken for different ones, and said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_BETWEEN = re.compile(r"[\s_‐-―-]+")
_TRUTH = {"y": "yes", "true": "yes", "ja": "yes", "n": "no", "false": "no", "nein": "no"}


def nearly_same(name: str, options: Iterable[str], among: Iterable[str] | None = None) -> list[str]:
    """Say which options differ in nothing but capitals, blanks, hyphens, the form of digits, or the word for yes.

    Parameters
    ----------
    name
        The parameter.
    options
        All of its options.
    among
        If given, only what concerns one of these is said.

    Examples
    --------
    >>> nearly_same("ligand", ["SPhos", "XPhos", "S-Phos"])
    ["ligand: 'SPhos' and 'S-Phos' are taken for 2 options"]
    """
    groups: dict[str, list[str]] = {}
    for option in dict.fromkeys(options):
        bare = _BETWEEN.sub("", unicodedata.normalize("NFKC", option).casefold())
        groups.setdefault(_TRUTH.get(bare, bare), []).append(option)
    asked = None if among is None else set(among)
    return [
        f"{name}: {' and '.join(map(repr, same))} are taken for {len(same)} options"
        for same in groups.values()
        if len(same) > 1 and (asked is None or asked & set(same))
    ]

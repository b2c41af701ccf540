"""Whether a text is English, by its small words and its script."""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.literature.text.english import CLOSED

_WORD: Final = re.compile(r"[^\W\d_]+")
# The most frequent small words of languages that papers are written in; those that English has too are left out.
_SMALL_WORDS: Final = """
der die das und von den dem des ein eine einer eines mit für auf ist im zur zum bei nach über durch werden wurde sich
le la les des du une dans pour par sur avec est sont et au aux cette ces qui que entre chez leur
el los las una del para por con entre sobre como más sus es y en al se
il lo gli delle della dei degli nel nella per che sono un uno alla
os das dos uma com não são pelo pela nos
het een van voor met zijn wordt
na do z oraz przez jest
och av för med som att till
"""
_OTHERS: Final = frozenset(_SMALL_WORDS.split()) - CLOSED
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")


def is_english(text: str) -> bool:
    """Tell whether a text is English, or too short to tell.

    Parameters
    ----------
    text
        Title and abstract.

    Examples
    --------
    >>> is_english("Härte von Legierungen mit hoher Entropie und ihre Verarbeitung")
    False
    >>> is_english("AlCoCrFeNi")
    True
    """
    words = [w.lower() for w in _WORD.findall(text)]
    if len(words) < 4:
        letters = "".join(words)
        return not letters or _latin_share(letters) > 0.5
    if _latin_share("".join(words)) < 0.6:
        return False
    ours = sum(w in CLOSED for w in words)
    theirs = sum(w in _OTHERS for w in words)
    if theirs >= 2 and theirs > ours:
        return False
    return len(words) < 30 or ours >= 0.06 * len(words)


def _latin_share(letters: str) -> float:
    return len(_LATIN.findall(letters)) / max(len(letters), 1)

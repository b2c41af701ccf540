"""Titles that say that a publication was retracted or withdrawn."""

from __future__ import annotations

import re
from typing import Final

_WORK: Final = r"(?:\s+(?:article|paper|chapter|publication|manuscript|preprint|study))?"
_STATE: Final = (
    r"(?:retracted|withdrawn|removed|temporary\s+removal|this\s+\w+\s+(?:has\s+been|was|is)\s+(?:retracted|withdrawn))"
)
_NOTE: Final = r"(?:retraction|withdrawal)(?:\s+(?:note|notice|statement))?(?:\s+(?:of|to|for))?"
_NOTICE: Final = r"(?:(?:notice|statement)\s+of\s+(?:retraction|withdrawal|removal)|article\s+(?:retracted|withdrawn))"
# Before the title: a word of state with a mark after it ("Retracted flaps" has none), or a notice about it.
_BEFORE: Final = re.compile(
    rf"^\W*(?:{_STATE}{_WORK}\s*(?:[:：\])|】]|[-–—]\s)\s*"
    rf"|(?:{_NOTE}|{_NOTICE})\s*[:：]\s*|(?:retraction|withdrawal)\s+(?:note|notice|statement)\b\s*"
    rf"|(?:{_NOTE}|{_NOTICE})\s+[\"“”‘’'«]|{_STATE}\s+(?:article|paper|publication)\s*[.]\s*"
    r"|retraction\s+for\s+[^:]{3,60}?\bet\s+al\.?,\s*)",
    re.IGNORECASE,
)
# Only capitals make a mark of the bare word before a title that is not all in capitals.
_CAPITALS: Final = re.compile(
    r"^\W*(?:RETRACTED|WITHDRAWN|RETRACTION|WITHDRAWAL)(?:\s+(?:ARTICLE|PAPER))?\s+(?=\w*[a-z])"
    r"|^(?:Notice|Statement) of (?:Retraction|Withdrawal)\s+(?=[A-Z])"
)
# After it: in brackets, alone or with where and why; or behind a dash.
_AFTER: Final = re.compile(
    rf"\s*(?:[(\[]\s*(?:this\s+\w+\s+(?:has\s+been|was|is)\s+)?(?:{_STATE}{_WORK}|retraction|withdrawal)"
    r"(?:\s*[)\]]|(?:\s*[.,;:–—-]|\s+(?:of\s+vol|see|by\s+the|in\s+(?:vol\w*\b|\d{4})|on\s+\d|due\b|vol\b|\d{4}))"
    r"[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]])"
    rf"|(?:\s[-–—:|]|[–—])\s*{_STATE}{_WORK})\s*[.*]?\s*$",
    re.IGNORECASE,
)
_TYPE: Final = re.compile(r"\bretract(?:ed|ion)\b|\bwithdrawn\b", re.IGNORECASE)


def is_retracted(title: str) -> bool:
    """Whether a title says that the publication was retracted, or is the notice of it.

    Examples
    --------
    >>> [is_retracted(t) for t in ("[Retracted] Wear", "Wear (Retracted article. See vol. 2)", "Retracted flaps")]
    [True, True, False]
    """
    return bool(_BEFORE.match(title) or _CAPITALS.match(title) or _AFTER.search(title))


def is_retracted_type(kind: str) -> bool:
    """Whether a type of document says so (``Retracted Publication``)."""
    return bool(_TYPE.search(kind))


def bare_title(title: str) -> str:
    """Return the title without what says that it was retracted."""
    stripped = _AFTER.sub("", _CAPITALS.sub("", _BEFORE.sub("", title)))
    return stripped if any(c.isalnum() for c in stripped) else title

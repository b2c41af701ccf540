"""Notation: what type-setters, spreadsheets and keyboards make of a formula or a phase, as plain text."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Basis = Literal["atomic", "weight"]

_SIMPLE: Final = re.compile(r"[A-Za-z0-9.()\[\]+/-]*(?: [A-Za-z0-9.()\[\]+/-]+)*")
_TAGS: Final = re.compile(r"</?(?:sub|sup|inf|i|b|em|strong|small|span|font|var)\b[^<>]*>", re.IGNORECASE)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e"))
_DOTS: Final = "·∙•⋅‧・"
_SCRIPT: Final = re.compile(r"[_^]\s*\{([^{}]*)\}")
# Letters of other alphabets that look like symbols of elements: keyboards and scanned papers mix them.
_LOOKALIKES: Final = str.maketrans("АВЕКМНОРСТУХІЅаеосрхуіѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXISaeocpxyisABEZHIKMNOPTYXo")
# A whole number and a half: 1½.
_VULGAR: Final = re.compile(r"(\d*)([¼-¾⅐-⅞])")
_RAISED: Final = re.compile(r"[A-Za-z0-9)\]](?:[⁰¹²³⁴-⁹]+|<sup>\s*\d+\s*</sup>|\^\s*\{?\d+\}?\$?)\s*\Z")
_MISSING: Final = frozenset(
    {"nan", "n/a", "na", "n.a.", "n.a", "none", "null", "nil", "nd", "n.d.", "n.d", "tbd", "unknown", "unspecified"}
    | {"missing", "-", "--", "---", "?", ".", "/", "x", "*", "#n/a", "#na", "#value!", "#ref!", "#name?", "#div/0!"}
    | {"#null!", "#num!"}
)
_PERCENT: Final = r"(?:%|per\s?cent(?:age)?|pct\.?|fractions?|ratios?|parts?)"
_ATOMIC: Final = (
    rf"(?:atom(?:s|ic|ar)?|at|mol(?:e|ar)?|stoff(?:mengen)?)[\s.\-]*{_PERCENT}"
    r"|%\s*(?:\(\s*)?(?:at|mol)\b\.?(?:\s*\))?|\bby\s+(?:atoms|moles?)\b"
)
_WEIGHT: Final = (
    rf"(?:weight|wt|mass|masse|massen|gew(?:ichts?)?|ma|m|w)[\s.\-]*{_PERCENT}"
    r"|%\s*(?:\(\s*)?(?:wt|weight|mass)\b\.?(?:\s*\))?|\bby\s+(?:weight|mass)\b"
)
_MARK: Final = re.compile(
    rf"[(\[]?\s*(?:\bin\s+)?(?<![A-Za-z])(?:(?P<atomic>{_ATOMIC})|(?P<weight>{_WEIGHT}))\s*[)\]]?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks of atomic or weight percent, and what they said.

    Attributes
    ----------
    text
        The rest of the text.
    bases
        Every basis that a mark named.
    """

    text: str
    bases: frozenset[Basis]


def plain(text: str) -> str:
    """Undo type-setting: sub- and superscripts, markup, dashes, invisible characters, decimal commas.

    Parameters
    ----------
    text
        A formula or a phase as a table, a page or a paper has it.

    Returns
    -------
    str
        Text in which digits are digits, ``-`` is the only dash, and a comma or dot between two digits is ``.``.

    Examples
    --------
    >>> plain("Al$_{0.3}$CoCrFeNi"), plain("Al₀,₅Co–Cr")
    ('Al0.3CoCrFeNi', 'Al0.5Co-Cr')
    """
    if _SIMPLE.fullmatch(text):
        return text.strip()
    text = _TAGS.sub("", html.unescape(text))
    if "\\" in text or "$" in text:
        text = _from_latex(text)
    text = _SCRIPT.sub(r"\1", text)
    text = re.sub(r"~([\d.,]+)~", r"\1", text)
    text = _VULGAR.sub(lambda m: f"{int(m[1] or 0) + unicodedata.numeric(m[2]):.6g}", text)
    text = _without_marks_over_letters(unicodedata.normalize("NFKC", text))
    text = text.translate(_DASHES).translate(_INVISIBLE).translate(_LOOKALIKES)
    text = re.sub(rf"(?<=\d)[,{_DOTS}](?=\d)", ".", text)
    text = re.sub(rf"[{_DOTS}]", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    # Quotes around the whole, or the apostrophe by which spreadsheets mark text; a prime at the end stays.
    return re.sub(r"^[\"'`“”‘](.*?)[\"'`“”’]?$|^(.*)$", lambda m: m[1] if m[1] is not None else m[2], text).strip()


def raised_end(text: str) -> str:
    """The raised number at the end of a text, which may be a footnote; empty where there is none.

    Examples
    --------
    >>> raised_end("CoCrFeNi²"), raised_end("CoCrFeNi₂")
    ('²', '')
    """
    found = _RAISED.search(text)
    return found.group()[1:].strip() if found else ""


def _from_latex(text: str) -> str:
    """Text of LaTeX; a percent sign is a sign and not a comment."""
    from pylatexenc.latex2text import LatexNodes2Text

    text = re.sub(r"(?<!\\)%", r"\\%", text)
    text = re.sub(r"\\(?:ce|text\w*|math\w+|mbox|rm)\s*(?=\{)", "", text)
    return str(LatexNodes2Text(math_mode="text").latex_to_text(text))


def _without_marks_over_letters(text: str) -> str:
    """Drop bars and the like over letters and digits: the 3 of a space group carries one."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def is_missing(text: str) -> bool:
    """Whether a cell holds only a mark for a missing value; ``NaN`` is one, and no sodium nitride."""
    return not text or (text.lower() in _MISSING and text not in ("Na", "Nd"))


def take_marks(text: str) -> Marked:
    """Take the marks of atomic or weight percent out of a text.

    Examples
    --------
    >>> take_marks("Fe-30Mn (at.%)")
    Marked(text='Fe-30Mn', bases=frozenset({'atomic'}))
    """
    found: set[Basis] = set()

    def note(match: re.Match[str]) -> str:
        found.add("atomic" if match.group("atomic") else "weight")
        whole = match.group(0)
        # A bracket that the mark does not close, or close alone, stays.
        opened, closed = whole.lstrip()[:1] in "([", whole.rstrip()[-1:] in ")]"
        inside = match.group("atomic") or match.group("weight")
        closes_itself = inside.rstrip().endswith(")")
        if opened == (closed and not closes_itself):
            return " "
        return f" {whole.lstrip()[:1] if opened else ''} {whole.rstrip()[-1:] if closed else ''} "

    rest = _MARK.sub(note, text)
    return Marked(re.sub(r"\s+", " ", rest).strip(" ,;:"), frozenset(found))

"""Subscripts and superscripts as databases write them without HTML, put as HTML has them."""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.core.elements import SYMBOL_SET
from hypograph.models.literature.chemistry.element_order import balanced

_KIND: Final = r"su(?P<kind>[bp])(?:er)?(?:script)?"
# Inspec writes "TiO/sub 2/", the American Institute of Physics "TiO[sub 2]", the Department of Energy "TiO{sub 2}".
_NAMED: Final = re.compile(
    rf"\s?/{_KIND} (?P<a>[^/\s][^/]{{0,12}}?)/(?:\s(?=/su[bp] ))?"
    rf"|\s?\[{_KIND.replace('kind', 'k2')}[ :](?P<b>[^\[\]]{{1,16}})\]"
    rf"|\s?\{{{_KIND.replace('kind', 'k3')}[ :](?P<c>[^{{}}]{{1,16}})\}}",
    re.IGNORECASE,
)
_HINT: Final = re.compile(r"[/\[{]su[bp]", re.IGNORECASE)
# Markdown of pandoc: TiO~2~ and 10^5^.
_TILDES: Final = re.compile(r"(?<=[A-Za-z)\]])~([\w.+−–-]{1,8})~")
_CARETS: Final = re.compile(r"(?<=[\w)\]])\^([\d.+−–-]{1,6})\^")
# MEDLINE, until 2015: Fe(2)O(3), Ca(10)(PO(4))(6)(OH)(2), 10(-3).
_ROUND: Final = re.compile(r"(?<![\w(\[])\(?[A-Z][A-Za-z()\d.]*\(\d{1,2}(?:\.\d+)?\)[A-Za-z()\d.]*")
_COUNT: Final = re.compile(r"(?<=[A-Za-z)])\((\d{1,2}(?:\.\d+)?)\)")
_ONE: Final = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)?")
_ANIONS: Final = frozenset(("O", "S", "Se", "Te", "F", "Cl", "Br", "I", "H"))
_POWER: Final = re.compile(r"(?<=\b10)\(([-−–]\d{1,2})\)")
# White space that a writer of XML, or Crossref's formatter, put around marks: "Al <sub>2</sub> O <sub>3</sub>".
_PREFIX: Final = r"(?:[A-Za-z][\w.-]*:)?"
_LOW: Final = rf"<{_PREFIX}(?:sub|inf)\b[^<>]*>"
_LOW_END: Final = rf"</{_PREFIX}(?:sub|inf)\s*>"
_APART: Final = re.compile(rf"(?:(?<=[A-Z])|(?<=[A-Z][a-z])|(?<=[)\]])|(?<=\b[a-z])|(?<=</i>))\s+(?=(?i:{_LOW}))")
_SPACED: Final = re.compile(r"\s<[A-Za-z]")
_GAP: Final = "\ue010"
_GOES_ON: Final = re.compile(rf"({_LOW_END})\s+([(\[]?(?:[A-Z][a-z]?){{1,4}}|[)\]])(?={_GAP})")
_ANION: Final = re.compile(
    rf"((?<![\w>])[A-Z][a-z]?{_GAP}{_LOW}\s*[\d.]+\s*{_LOW_END})\s+(O|S|Se|Te|N|P|As|Sb)(?![\w.])", re.IGNORECASE
)
_HIGH: Final = rf"(<{_PREFIX}(?:sup|superscript)>\s*)"
_CHARGE: Final = re.compile(
    rf"(?<=[\w)\]>])\s+{_HIGH}(?=(?:\d*[+−–-]|[+−–-]\d+)\s*<)|(?<=\d)\s+{_HIGH}(?=\d)"
    rf"|(?<=\b[a-zµμK])\s+{_HIGH}(?=\d)|(?<=\b[a-zµμ]m)\s+{_HIGH}(?=\d)",
    re.IGNORECASE,
)
_ISOTOPE: Final = re.compile(rf"(?<=\s)(<{_PREFIX}sup>\s*\d{{1,3}}\s*</{_PREFIX}sup>)\s+(?=[A-Z][a-z]?\b)")


def named_scripts(text: str) -> str:
    """Write scripts that a text marks by words, tildes or round brackets as ``<sub>`` and ``<sup>``.

    Examples
    --------
    >>> named_scripts("TiO[sub 2] at 10/sup 5/ Pa, Fe(2)O(3), Au(111)")
    'TiO<sub>2</sub> at 10<sup>5</sup> Pa, Fe2O3, Au(111)'
    """
    if _HINT.search(text):
        text = _NAMED.sub(_as_html, text)
    if "~" in text:
        text = _TILDES.sub(r"<sub>\1</sub>", text)
    if "^" in text:
        text = _CARETS.sub(r"<sup>\1</sup>", text)
    if "10(" in text:
        text = _POWER.sub(r"<sup>\1</sup>", text)
    if _COUNT.search(text):
        text = _ROUND.sub(_without_brackets, text)
    return text


def _as_html(match: re.Match[str]) -> str:
    kind = next(k for n in ("kind", "k2", "k3") if (k := match.group(n))).lower()
    inner = next(t for n in "abc" if (t := match.group(n)))
    return f"<su{kind}>{inner.strip()}</su{kind}>"


def _without_brackets(match: re.Match[str]) -> str:
    """Take the brackets from counts, at the end only of what is a compound then: "SiC(2)" is cited."""
    written = match.group()
    found = _COUNT.sub(r"\1", written)
    symbols = [m.group(1) for m in _ONE.finditer(found)]
    if len(set(symbols)) < 2 or not set(symbols) <= SYMBOL_SET:
        return written
    if re.search(r"[A-Za-z)]\(\d{1,2}(?:\.\d+)?\)[A-Z(]", written):  # nothing but a count stands within
        return found
    if symbols[-1] not in _ANIONS:
        return written
    amounts: dict[str, float] = {}
    for symbol, count in _ONE.findall(found):
        amounts[symbol] = amounts.get(symbol, 0.0) + float(count or 1)
    return found if "(" in found or balanced(amounts) else written


def joined_scripts(text: str) -> str:
    """Take out white space before ``<sub>`` and ``<sup>``, and within a formula whose every part stands apart.

    Examples
    --------
    >>> joined_scripts("Al <sub>2</sub> O <sub>3</sub> at 10 <sup>-3</sup> Pa")
    'Al<sub>2</sub>O<sub>3</sub> at 10<sup>-3</sup> Pa'
    """
    if _SPACED.search(text) is None:
        return text
    text = _APART.sub(_GAP, text)
    if _GAP in text:
        while (found := _GOES_ON.sub(r"\1\2", text)) != text:
            text = found
        text = _ANION.sub(r"\1\2", text).replace(_GAP, "")
    text = _CHARGE.sub(lambda m: next(g for g in m.groups() if g), text)
    return _ISOTOPE.sub(r"\1", text)

"""Markup of every kind made plain: HTML, JATS, MathML, entities and LaTeX, as titles and abstracts hold them."""

from __future__ import annotations

import functools
import html
import logging
import re
from collections.abc import Callable, Iterator
from typing import Final

from hypograph.models.literature.text.scripts import joined_scripts, named_scripts

# Names of elements in HTML, JATS, MathML and what publishers put into abstracts. Only these are tags: "a<b and c>d"
# and crystal directions such as <hkl> are text.
_INLINE_WORDS: Final = (
    "a abbr b bold big cite code em emph fc font i inf ins it italic kbd label mark monospace named-content o "
    "overline q roman s sans-serif sc scp small span strike strong styled-content sub subscript sup superscript "
    "tt u underline var xref ext-link email uri alternatives inline-formula inline-graphic math mrow mi mn mo "
    "mtext mspace mstyle msub msup msubsup mover munder munderover mfrac msqrt mroot mfenced mpadded mphantom "
    "mtable mtr mtd semantics mmultiscripts mprescripts none "
)
_INLINE: Final = _INLINE_WORDS.split()
_BLOCK_WORDS: Final = (
    "abstract abstracttext address article blockquote body br center dd def-list disp-formula div dl dt h1 h2 h3 "
    "h4 h5 h6 head hr html img li list list-item ol p para pre sec section simplesect st table tbody td th thead "
    "title tr ul "
)
_BLOCK: Final = _BLOCK_WORDS.split()
_PREFIX: Final = r"(?:[A-Za-z][\w.-]*:)"
_ATTRIBUTES: Final = r"(?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*"
# An attribute without a value is rare and looks like words between "<" and ">"; it counts for no inline element.
_VALUED: Final = r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))*"


def _element(names: list[str], attributes: str = _VALUED) -> str:
    return rf"</?{_PREFIX}?(?:{'|'.join(map(re.escape, names))}){attributes}\s*/?>"


_UNSEEN: Final = re.compile(
    rf"<!--.*?-->|<!\[CDATA\[|\]\]>|<\?.*?\?>"
    rf"|<({_PREFIX}?(?:tex-math|annotation|annotation-xml|script|style|graphic)){_ATTRIBUTES}\s*>.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_TEX_MATH: Final = re.compile(rf"</?{_PREFIX}?tex-math{_ATTRIBUTES}\s*>", re.IGNORECASE)
_RAISED: Final = re.compile(
    rf"(.?)<({_PREFIX}?(?:sup|superscript)){_VALUED}\s*>\s*([^<>]*?)\s*</\2\s*>", re.IGNORECASE | re.DOTALL
)
_LOWERED: Final = re.compile(
    rf"(.?)<({_PREFIX}?(?:sub|inf|subscript)){_VALUED}\s*>\s*([^<>]*?)\s*</\2\s*>", re.IGNORECASE | re.DOTALL
)
# A writer of XML breaks lines before and after scripts: "Al\n <sub>2</sub>\n O\n <sub>3</sub>\n films".
_BROKEN: Final = re.compile(rf"\s*\n\s*(<{_PREFIX}?(?:sub|sup|inf)\b[^<>]*>)", re.IGNORECASE)
_GOING_ON: Final = re.compile(rf"(</{_PREFIX}?(?:sub|inf)>)\s*\n\s*([A-Z][A-Za-z]{{0,2}}\s*<{_PREFIX}?(?:sub|inf)\b)")
_MATH: Final = re.compile(rf"<({_PREFIX}?math){_ATTRIBUTES}\s*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_POWER: Final = re.compile(rf"<({_PREFIX}?)msup>(.*?)</\1msup>", re.IGNORECASE | re.DOTALL)
_HEADING: Final = re.compile(rf"<({_PREFIX}?(?:title|label))>\s*abstract\s*[:.]?\s*</\1>", re.IGNORECASE)
_INLINE_TAG: Final = re.compile(
    _element(_INLINE) + rf"|</?{_PREFIX}(?:{'|'.join(map(re.escape, _INLINE))})[^<>]*>", re.IGNORECASE
)
_BLOCK_TAG: Final = re.compile(
    _element(_BLOCK, _ATTRIBUTES) + rf"|</?{_PREFIX}[A-Za-z][\w.-]*{_VALUED}\s*/?>", re.IGNORECASE
)

_TEX: Final = re.compile(
    r"\\[A-Za-z]+|\\[\"'`^~=.,;:%&#_${}( ]|(?<!\\)\$[^$]{1,400}\$|[_^]\{|(?:[A-Z][a-z]?|[)\]])_\d|\d\^"
)
_TEX_HEAD: Final = re.compile(r"\\documentclass.*?\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_MACRO: Final = re.compile(r"\\([A-Za-z]+)\*?(\s*)(\{?)")
# One way for what TeX has several for: scripts outside mathematics, mathematics, signs by themselves, quantities.
_SPELLINGS: Final = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\\text(?:subscript|inferior)\s*(?=\{)", "_"),
        (r"\\text(?:superscript|superior)\s*(?=\{)", "^"),
        (r"\{\\\^\{\}\}|\\\^\{\}", "^"),
        (r"(?<=[A-Za-z)])\\_(?=\d)", "_"),
        (r"\\\(((?:[^\\]|\\[^)])*?)\\\)", r"$\1$"),
        (r'(?<!\S)\\"(\w[^"\\]{0,200})\\"(?=[\s.,;:)]|$)', r'"\1"'),  # quotes that a program has escaped
        (r'\\"(?=[bcdfgjklmnpqrsvz.,;:)\s]|$)', '"'),
        (r"\\(?:SI|qty)(?:\[[^\]]*\])?\{([^{}]*)\}\{", r"\1 {"),
        (r"\\(?:num|si|unit)(?:\[[^\]]*\])?(?=\{)", ""),
        (r"\s*\\cite[pt]?\*?(?:\[[^\]]*\])*\{[^{}]*\}", ""),
    )
)
# Mathematics that holds a script or a macro near its beginning, or a dollar.
_MONEY: Final = re.compile(r"(?<!\\)(\$[A-Za-z0-9.()\[\]{} ]{0,20}[_^\\][^$]*\$)|(?<!\\)\$")
# Springer gives TeX and, behind it, the same in plain letters.
_SAID_TWICE: Final = re.compile(r"\$\$((?:[^$\\]|\\.)+)\$\$\s*([^$\\{}]{0,200})")
_DOLLARS: Final = re.compile(r"(?<!\\)\$\$?((?:[^$\\]|\\.)+)\$\$?")
# A script in braces (one level of braces within), anywhere; a single sign in mathematics; a count after an element.
_BRACED: Final = re.compile(r"\s*([_^])\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_SHORT: Final = re.compile(r"\s*([_^])\s*(\\[A-Za-z]+|[^\s{}\\])")
_COUNT: Final = re.compile(r"(?<=[A-Za-z)\]])(?<![a-z]{2})_(\d+(?:\.\d+)?)|(?<=\d)\^([+-]?\d+)")
# Declarations and marks that leave nothing in the text.
_SILENT_WORDS: Final = (
    "cite citep citet ref label em it bf rm sc tt sf sl itshape bfseries rmfamily normalfont boldmath mathit "
    "displaystyle left right big Big noopsort relax protect selectfont "
)
_SILENT: Final = _SILENT_WORDS.split()
_SIGNS: Final = (
    *(("textbraceleft", "{"), ("textbraceright", "}"), ("textasciicircum", "^"), ("textasciitilde", "∼")),
    *(("textless", "<"), ("textgreater", ">"), ("textbar", "|"), ("textquotedbl", '"'), ("textmu", "µ")),
    *(("textquotesingle", "'"), ("textminus", "−"), ("textdegree", "°"), ("textpm", "±"), ("texttimes", "×")),
)
_UNITS_WORDS: Final = (
    "kelvin K celsius °C degreeCelsius °C degree ° percent % pascal Pa metre m meter m second s minute min hour h "
    "gram g kilogram kg electronvolt eV eV eV volt V ampere A watt W joule J hertz Hz tesla T angstrom Å mole mol "
    "litre L liter L ohm Ω kilo k mega M giga G milli m micro µ nano n pico p centi c per / squared ² cubed ³ "
)
_UNITS: Final = tuple(zip(_UNITS_WORDS.split()[::2], _UNITS_WORDS.split()[1::2], strict=True))
_SCRIPT: Final = re.compile("(.?)([\ue000\ue001])([^\ue000-\ue002]*)\ue002", re.DOTALL)
_OPEN_END: Final = re.compile(r"\\(?:[A-Za-z]+|[\"'`^~=.])\s*$")  # its argument may follow
_SPACED: Final = re.compile(
    r"\\(textless|textgreater|log|ln|exp|sin|cos|tan|max|min|lim|sim|approx|pm|times|leq?|geq?|to|rightarrow|cdot|equiv|ll|gg|neq?|in)\s+"
)
_RAISE: Final = str.maketrans("0123456789+-−–()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾")
_LOWER: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_AS_DIGITS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉–−", "0123456789+-0123456789--")
_SPACES: Final = re.compile(r"[\s\u00a0\u2002-\u200a\u202f\u205f\u3000]+")
_NOTHING: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain_text(text: str) -> str:
    r"""Return a text without markup, its words and numbers kept, white space made single.

    A subscript joins its word (TiO2). So does a superscript, but after a digit, where it would read as another number
    (10⁵, SO4²⁻): there it stays raised, as Unicode has it.

    Parameters
    ----------
    text
        Text with HTML, JATS, MathML, entities (also doubly escaped), LaTeX, or none of them.

    Returns
    -------
    str

    Examples
    --------
    >>> plain_text("CO<sub>2</sub> over $\mathrm{TiO_2}$, 10<sup>5</sup> &lt; x")
    'CO2 over TiO2, 10⁵ < x'
    """
    if "&" in text:
        text = _unescaped(text)
    text = named_scripts(text)
    if "<" in text:
        text = _without_tags(text)
    if _TEX.search(text):
        text = _without_tex(text)
    return _SPACES.sub(" ", _NOTHING.sub("", text)).strip()


def tex_text(text: str) -> str:
    """Return the plain text of LaTeX whatever it looks like: braces group and are dropped."""
    if not set(text) & set("\\\\{}$~"):
        return plain_text(text)
    found = _without_tex(_untied(text))
    return plain_text(re.sub(r"(?<!\\)[{}]", "", found) if "\\" not in text else found)


def _untied(text: str) -> str:
    """Write the ties of LaTeX (``300~K``) as blanks; before a number by itself the sign says "about" (``at ~5 K``)."""
    return re.sub(r"(?<!\S)~(?=\s?\d)", "∼", text).replace("~", "\u00a0") if "~" in text else text


def _unescaped(text: str) -> str:
    for _ in range(3):  # exports of exports escape what is escaped
        found = html.unescape(text)
        if found == text:
            break
        text = found
    return text


def _without_tags(text: str) -> str:
    if "tex-math" in text and _MATH.search(text) is None:
        text = _TEX_MATH.sub("", text)  # the only form there is: its inside is read as LaTeX
    text = _UNSEEN.sub("", text)
    text = _HEADING.sub(" ", text)
    text = _MATH.sub(lambda m: _POWER.sub(r"\2", re.sub(r">\s+|\s+<", lambda s: s.group().strip(), m.group())), text)
    text = joined_scripts(_BROKEN.sub(r"\1", _GOING_ON.sub(r"\1\2", text)))
    text = _LOWERED.sub(lambda m: m.group(1) + _lowered(m.group(1), m.group(3)), text)
    text = _RAISED.sub(lambda m: m.group(1) + raised(m.group(1), m.group(3)), text)
    return _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", text))


def raised(before: str, text: str) -> str:
    """Write a superscript: raised where it follows a digit and can be, else as it stands."""
    follows = before.isdigit() or (before in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉" and before != "")
    if follows and text and all(ord(c) in _RAISE for c in text):
        return text.translate(_RAISE)
    return text


def _lowered(before: str, text: str) -> str:
    return text.translate(_LOWER) if before.isdigit() and text.isdigit() else text


def _without_tex(text: str) -> str:
    text = _TEX_HEAD.sub(r" \1 ", text)
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    if "$$" in text:
        text = _SAID_TWICE.sub(_said_once, text)
    dollars = text.replace("\\$", "").count("$")
    if dollars % 2 or re.search(r"\$\s?\d[\d,.]*\s?(?:[a-z]{3,}|and)[^$\\_^]*\$", text):
        # Money, no mathematics; but what holds a script or a macro is some.
        text = _MONEY.sub(lambda m: m.group(1) or "\\$", text)
    text = _DOLLARS.sub(lambda m: "{" + _marked(_SHORT, _marked(_BRACED, m.group(1))) + "}", text)
    text = _COUNT.sub(lambda m: f"\ue000{m.group(1)}\ue002" if m.group(1) else f"\ue001{m.group(2)}\ue002", text)
    text = _marked(_BRACED, text)
    if "\\" in text or "{" in text:
        text = _decoded(text)
    while (found := _SCRIPT.sub(_script, text)) != text:
        text = found
    return text


def _said_once(match: re.Match[str]) -> str:
    """Leave out the plain letters behind mathematics that say the same."""
    tex, behind = match.groups()
    said = _squashed(_without_tex(f"${tex}$"))
    at = next((i for i in range(len(behind) + 1) if said and _squashed(behind[:i]) == said), 0)
    return f"${tex}${' ' * (not at and bool(behind))}{behind[at:]}"


def _squashed(text: str) -> str:
    return re.sub(r"\s", "", text.translate(_AS_DIGITS))


def _marked(pattern: re.Pattern[str], text: str) -> str:
    signs = {"_": "\ue000", "^": "\ue001"}
    return pattern.sub(lambda m: f"{signs[m.group(1)]}{m.group(2)}\ue002", text)


def _script(match: re.Match[str]) -> str:
    before, kind, inner = match.groups()
    inner = inner.strip()
    return before + (_lowered(before, inner) if kind == "\ue000" else raised(before, inner))


def _decoded(text: str) -> str:
    """Decode LaTeX; signs of percent and the like are text here, not comments."""
    text = _untied(re.sub(r"(?<!\\)([%#&])", r"\\\1", text))
    known, decode = _decoder()
    text = _SPACED.sub(r"\\\1{} ", text)
    text = _MACRO.sub(lambda m: m.group() if m.group(1) in known else _unknown(m), text)
    return "".join(_piece(piece, decode) for piece in _pieces(text)).replace("∘", "°")


def _pieces(text: str) -> Iterator[str]:
    """Part a text at spaces that no braces hold and no macro stands before: few pieces have LaTeX in them."""
    held, depth = "", 0
    for word in re.split(r"(\s+)", text):
        held += word
        depth += word.count("{") - word.count("}") - word.count("\\{") + word.count("\\}")
        if depth <= 0 and not _OPEN_END.search(held):
            yield held
            held, depth = "", 0
    yield held


def _piece(text: str, decode: Callable[[str], str]) -> str:
    if not set(text) & set("\\{}$`'-"):
        return text
    try:
        return decode(text)
    except (ValueError, IndexError, RecursionError):
        return text


def _unknown(match: re.Match[str]) -> str:
    # A macro around something (\ce{H2O}) leaves what it holds; one alone (\real) leaves its name: no word is lost.
    return match.group(3) if match.group(3) else f" {match.group(1)} "


@functools.cache
def _decoder() -> tuple[frozenset[str], Callable[[str], str]]:
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    # What it cannot do is left as it stands; it would say so on standard error for each.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    context = get_default_latex_context_db()
    silent = [MacroTextSpec(name, "") for name in _SILENT]
    silent += [MacroTextSpec(name, sign) for name, sign in (*_SIGNS, *_UNITS)]
    context.add_context_category("unsaid", prepend=True, macros=silent)
    known = frozenset(str(spec.macroname) for spec in context.iter_macro_specs())
    reader = LatexNodes2Text(context, math_mode="text", strict_latex_spaces=False)
    return known, lambda text: str(reader.latex_to_text(text, tolerant_parsing=True))

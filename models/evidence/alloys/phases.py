"""Phases as tables write them: which are named, and whether the alloy is one disordered solid solution.

A text is cut into known phrases: phases, words of absence (*no*, *without*, *not observed*), of doubt (*or*, *?*),
numbers of phases (*single-phase*, *duplex*) and words that say nothing. What is left over is not understood, and a
text that is not understood says nothing.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from hypograph.models.evidence.alloys import formula_tree
from hypograph.models.evidence.alloys.notation import is_missing, plain
from hypograph.models.evidence.alloys.phase_names import (
    DISORDERED,
    FILLER,
    FORMS,
    GREEK,
    GROUP_OF,
    LATTICES,
    ODD,
    ORDERED_FORM,
    PHASE,
    SHAPES,
    STRUCTURE,
    STRUKTURBERICHT,
    VAGUE,
    compiled,
)

Label = Literal["single", "multi"]

_WORD: Final = r"(?![A-Za-z])"
_TOKENS: Final = compiled(
    {
        "many": rf"(?:multi|dual|two|three|four|poly|several|multiple|mixed)[- ]?phases?d?{_WORD}|duplex{_WORD}"
        rf"|mixtures?{_WORD}|eutectic{_WORD}|(?:mehr|zwei)phasig{_WORD}|phase[- ]separat(?:ion|ed){_WORD}"
        rf"|multi(?:ple)?{_WORD}|mixed{_WORD}|(?-i:MP){_WORD}",
        "one": rf"single[- ](?:solid[- ]solution|phased?){_WORD}|single[- ]ss{_WORD}|monophas(?:e|ic){_WORD}"
        rf"|one[- ]phase{_WORD}|einphasig{_WORD}|singlephase{_WORD}|(?-i:SP){_WORD}",
        "absent": r"(?:is |are |was |were |has |have |being )?(?:not|never)(?: been)? "
        rf"(?:observed|detected|found|present|seen|formed|identified|visible){_WORD}|absent{_WORD}|undetected{_WORD}",
        "free": rf"-? ?free{_WORD}(?! (?:of|from))|[:=]\s*(?:no|none|nil|absent|nein|0(?![.\d])){_WORD}"
        r"|\(\s*(?:no|none|nil|absent)\s*\)",
        "no": rf"(?:no|not|none|non|without|w/o|neither|free of|free from|absence of|lack of|kein\w*|ohne){_WORD}-?"
        r"(?! ?(?:explicitly |fully )?(?:specified|stated|determined|given|reported))",
        "doubt": rf"\?|(?:possibl[ey]|probabl[ey]|likely|maybe|perhaps|presumabl[ey]|suspected|unclear){_WORD}",
        "either": rf"(?:n?or|oder){_WORD}",
        "partly": rf"(?:main(?:ly)?|mostly|predominant(?:ly)?|primar(?:y|ily)|major(?:ity)?|dominant|matrix)"
        rf"{_WORD}",
        "number": rf"(?:(?P<count>[2-9]|two|three|double|dual)\s*[x×]?\s*)(?={STRUCTURE})",
        "percent": r"[~≈<>≤≥]?\s*(?P<value>\d+(?:\.\d+)?)\s*(?:(?:vol|wt|at)\.?\s*-?)?\s*%",
        "phase": rf"(?:{PHASE})(?P<index>[-_ ]?#?[1-9](?![0-9.%]|\s*%))?(?![A-Za-z0-9])",
        "compound": r"(?-i:\((?:[A-Z][a-z]?, ?)+[A-Z][a-z]?\)\d*(?:[A-Z][a-z]?\d*)*"
        rf"|(?:[A-Z][a-z]?\d*(?:\.\d+)?){{2,}}|M\d*[CNB]\d*|{STRUKTURBERICHT})(?![A-Za-z0-9])",
        "filler": rf"(?:{FILLER}){_WORD}",
        "part": rf"[+/;|&,.]|(?:and|und|with|plus|but|then){_WORD}| ?- ?|→|->",
        "bracket": r"[()\[\]{}]",
        "blank": r"[\s_:=*']+|\d+(?:\.\d+)?",
        "other": r"[^\W\d_]+|.",
    }
)  # fmt: skip
# A word of these symbols alone (SP, CN, HCP) is an abbreviation and no phase of an alloy.
NONMETALS: Final = frozenset({"H", "C", "N", "O", "F", "P", "S", "I", "Cl", "Br", "Se"})
_COUNTS: Final = {"two": 2, "double": 2, "dual": 2, "three": 3}


class PhaseError(ValueError):
    """A text on phases is not understood, contradicts itself or leaves the answer open."""


@dataclass(frozen=True, slots=True)
class PhaseReading:
    """What a text says of an alloy's phases.

    Attributes
    ----------
    phases
        One name a phase, in the order of the text; empty where none is named.
    label
        `single` for exactly one disordered FCC, BCC or HCP solution, or where the text says single-phase; `multi` for
        anything else that is said; None where it says too little.
    """

    phases: tuple[str, ...]
    label: Label | None


@dataclass
class _Found:
    name: str
    index: str
    clause: int
    absent: bool = False
    count: int = 1


@dataclass
class _Scan:
    """What one pass over the text has found."""

    found: list[_Found] = field(default_factory=list)
    one: bool = False
    many: bool = False
    partly: bool = False
    doubt: str = ""
    strange: list[str] = field(default_factory=list)
    clause: int = 0
    negated: bool = False
    apart: bool = True
    count: int = 1
    percent: float | None = None
    added: bool = False  # whether the clause began with a plus


@functools.lru_cache(maxsize=8192)
def read_phases(text: str) -> PhaseReading:
    """Read a text on the phases of an alloy.

    Raises
    ------
    PhaseError
        If it is not understood, contradicts itself, or leaves open what is there.

    Examples
    --------
    >>> read_phases("FCC + BCC (no sigma)")
    PhaseReading(phases=('FCC', 'BCC'), label='multi')
    """
    cleaned = plain(text).replace("′", "'").replace("″", "''").replace("’", "'").replace("´", "'")
    if is_missing(cleaned):
        return PhaseReading((), None)
    # FCC-SS and γ-Fe are one word each; a hyphen elsewhere parts phases.
    cleaned = re.sub(r"(?i)\b(fcc|bcc|hcp)[-_ ]?ss\b", r"\1", cleaned)
    cleaned = re.sub(r"([σμχ])-(?:[A-Z][a-z]?\d*)+(?![a-z])|([α-ω])-(?:[A-Z][a-z]?\b)?", r"\1\2 ", cleaned)
    cleaned = re.sub(r"[α-ω] (?=(?:[A-Z][a-z]?\d*){2,}(?![A-Za-z0-9]))", "", cleaned)
    scan = _Scan()
    for match in _TOKENS.finditer(cleaned):
        _take(scan, match, cleaned)
    phases = tuple(f.name for f in scan.found if not f.absent for _ in range(f.count))
    label = _label(scan, phases, text)
    return PhaseReading(() if phases == ("unknown",) else phases, label)


def _take(scan: _Scan, match: re.Match[str], text: str) -> None:
    kind, word = _kind(match), match.group().strip()
    if kind == "phase" or (kind == "compound" and _is_compound(word)):
        _phase(scan, match, kind, word)
    elif kind in ("compound", "other"):
        _strange(scan, word)
    elif kind == "one" or kind == "many":
        setattr(scan, "many" if kind == "many" or scan.negated else "one", True)
        scan.negated = False
    elif kind == "partly":
        scan.partly = True
    elif kind == "no":
        scan.negated = True
    elif kind in ("absent", "free"):
        clause = [f for f in scan.found if f.clause == scan.clause]
        for f in clause[-1:] if kind == "free" else clause:
            f.absent = True
        if not clause:
            scan.strange.append(word)
    elif kind == "doubt" or (kind == "either" and not scan.negated):
        scan.doubt = scan.doubt or word
    elif kind == "number":
        scan.count = _COUNTS.get(match.group("count").lower()) or int(match.group("count"))
    elif kind == "percent":
        _percent(scan, float(match.group("value")))
    elif kind == "part":
        apart = match.group().startswith(" ") and "-" in word
        _boundary(scan, ";" if apart else word.lower(), text[match.end() :])
    elif kind == "blank" and ":" in word and scan.negated:
        _boundary(scan, ";", "")
    elif kind == "bracket":
        _bracket(scan, word, text[match.end() :])


def _strange(scan: _Scan, word: str) -> None:
    """Note a word that is not understood; behind a plus it names a further phase, whatever it is."""
    if scan.added and len(word) > 1 and not any(f.clause == scan.clause for f in scan.found):
        scan.found.append(_Found(word, "", scan.clause, scan.negated))
    elif not scan.added:
        scan.strange.append(word)


def _kind(match: re.Match[str]) -> str:
    for kind in _KINDS:
        if match.group(kind) is not None:
            return kind
    raise AssertionError(match)


_KINDS: Final = (
    "many", "one", "absent", "free", "no", "doubt", "either", "partly", "number", "percent", "phase", "compound",
    "filler", "part", "bracket", "blank", "other",
)  # fmt: skip


def _boundary(scan: _Scan, word: str, rest: str) -> None:
    """Begin a clause; a list such as *no sigma, mu or Laves* stays one."""
    scan.apart = True
    ahead = re.split(r"[+;()]", rest, maxsplit=1)[0]
    listed = word in (",", "/", "and", "und", "&") and (word != "," or re.search(r"\b(?:n?or)\b", ahead))
    if scan.negated and listed:
        return
    if word in ("and", "und", "&", "/", "-"):
        scan.percent = None
        return
    scan.clause += 1
    scan.negated, scan.percent, scan.added = False, None, word in ("+", "plus")


def _bracket(scan: _Scan, word: str, rest: str) -> None:
    """What a bracket says to be absent is apart from what stands before it; other brackets only add words."""
    inside = re.split(r"[)\]}]", rest, maxsplit=1)[0]
    closes = word in ")]}"
    if closes or re.search(r"\b(?:no|not|none|without|free|absent|ohne|kein\w*)\b|\b0\s*%", inside, re.IGNORECASE):
        scan.clause += 1
        scan.apart = scan.apart or not closes
    scan.negated = scan.negated and not closes


def _percent(scan: _Scan, value: float) -> None:
    """A share of 0 percent is an absence: of the phase before it, or of the one that follows."""
    clause = [f for f in scan.found if f.clause == scan.clause]
    if clause and not scan.apart:
        clause[-1].absent = clause[-1].absent or value == 0
    else:
        scan.percent = value


def _phase(scan: _Scan, match: re.Match[str], kind: str, word: str) -> None:
    name = word
    if kind == "phase":
        name = next(n for group, n in GROUP_OF.items() if match.group(group) is not None)
    index = re.sub(r"\D", "", match.group("index") or "") if kind == "phase" else ""
    absent = scan.negated or scan.percent == 0
    found = _Found(name, index, scan.clause, absent, scan.count)
    scan.count, scan.percent = 1, None
    last = scan.found[-1] if scan.found else None
    joined = _joined(last, found) if last is not None and not scan.apart and last.absent == absent else None
    scan.apart = False
    if joined and last is not None:
        last.name = joined
        return
    scan.found.append(found)


def _joined(last: _Found, new: _Found) -> str | None:
    """Name of two words for one phase that stand side by side: ``BCC B2``, ``HCP C14 Laves``, ``FCC (Fm-3m)``."""
    if last.index and new.index and last.index != new.index:
        return None
    if last.name == new.name:
        return last.name
    for general, special in ((last.name, new.name), (new.name, last.name)):
        if general in GREEK and special in FORMS:
            return special
        if general not in LATTICES:
            continue
        if special == "ordered" or (special == "intermetallic" and general in ORDERED_FORM):
            return ORDERED_FORM.get(general, "ordered") if special == "ordered" else "intermetallic"
        if special in ("solid solution", "unknown") or (special == "martensite" and general in DISORDERED):
            return general
        if special in FORMS.get(general, ()):
            return special
        if general not in FORMS and (general in SHAPES or special not in LATTICES) and special not in ODD:
            return special
    return None


def _is_compound(word: str) -> bool:
    """Whether a word is the formula of a compound, such as Cr2Nb, or of a family, such as M23C6."""
    if re.fullmatch(rf"M\d*[CNB]\d*|{STRUKTURBERICHT}", word) or "," in word:
        return True
    symbols = re.findall(r"[A-Z][a-z]?", word)
    known = all(s in formula_tree.KNOWN for s in symbols) and len(set(symbols)) > 1
    return known and not NONMETALS.issuperset(symbols)


def _label(scan: _Scan, phases: tuple[str, ...], text: str) -> Label | None:
    if scan.doubt:
        raise PhaseError(f"{text!r} leaves open what is there ({scan.doubt!r})")
    if scan.one and (scan.many or len(phases) > 1):
        raise PhaseError(f"{text!r} says single-phase and names more")
    if len(phases) > 1 or scan.many:
        return "multi"
    if scan.strange:
        raise PhaseError(f"{' '.join(scan.strange[:3])!r} in {text!r} is not understood")
    if not phases:
        if not scan.one and not scan.found:
            raise PhaseError(f"{text!r} names no phase")
        return "single" if scan.one else None
    (name,) = phases
    if name in DISORDERED:
        return None if scan.partly and not scan.one else "single"
    if name == "solid solution":
        return "single"
    return None if name in VAGUE else "multi"

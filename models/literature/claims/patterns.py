"""Claims about alloys by patterns: which alloy a clause speaks of, what it says of phases, in which state.

A clause is read only where one alloy can be its subject: the one it names, one that stands right behind the name of a
structure, or the only alloy of the text where the clause says *the alloy*. A variable amount (AlxCoCrFeNi), a
comparison, a calculation or a plan gives no claim: what is missed is lost, what is misread would count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.records import Publication
from hypograph.models.evidence.alloys.composition import Composition
from hypograph.models.evidence.alloys.notation import plain
from hypograph.models.evidence.alloys.state import states_in, treatment_celsius
from hypograph.models.literature.claims.claim import Claim, composition_of, distinct
from hypograph.models.literature.claims.phrases import ONE, Said, named, said_of_phases
from hypograph.models.literature.keywords.extraction import pieces

_AMOUNT: Final = r"[0-9.xyzδ]*"
_TOKEN: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:[(\[]?[A-Z][a-z]?{_AMOUNT}[)\]]?{_AMOUNT}){{2,}}(?:-?[xδ]\b)?(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9-])(?:(?:\d+(?:\.\d+)?)?[A-Z][a-z]?-){1,}(?:\d+(?:\.\d+)?)?[A-Z][a-z]?(?![A-Za-z0-9-])"
)
# Elements of compounds: an alloy holds few of them.
_NONMETALS: Final = frozenset(
    ("H", "He", "C", "N", "O", "F", "Ne", "P", "S", "Cl", "Ar", "Se", "Br", "Kr", "Te", "I", "Xe", "At", "Rn", "B")
)
MOST_NONMETAL: Final = 0.2
_CUT: Final = re.compile(
    r";|,? (?:while|whereas|but|although|however)\b|,? and (?=(?:further|then|subsequently|finally|is|the (?=[A-Z]))\b)"
    r"|, and (?=the )"
)
_COMPARED: Final = re.compile(
    r"(?i)\b(?:than|compared (?:to|with)|in comparison (?:to|with)|similar to|unlike|relative to|as opposed to|like)\b"
    r"[^,;.]{0,60}$"
)
_REFERS: Final = re.compile(
    r"(?i)\b(?:the|this|these|both|all|such|its?)\b[^,;.]{0,40}\b(?:alloys?|R?HEAs?|R?MEAs?|MPEAs?|materials?"
    r"|coatings?|films?|samples?|specimens?|microstructures?|ingots?|powders?|structures?|phases?)\b"
    r"|^(?:micro)?structure\b|^microstructur|^xrd|diffraction|^it\b|\bthe results\b"
    r"|\b(?:was|were) (?:found|observed|detected|identified|seen)\b"
)
_RESPECTIVELY: Final = re.compile(r"(?i)\brespectively\b")
_STRUCTURE: Final = re.compile(
    r"(?i)\b(?:single[- ]phase )?(?:fcc|bcc|hcp|(?:body|face)[- ]cent(?:ere|re)d[- ]cubic|single[- ]phase)"
    r"(?:\s*\((?:fcc|bcc|hcp)\))?(?:[- ]type)?(?: (?:refractory|single[- ]phase|(?:high|medium)[- ]entropy|equi\w+"
    r"|HEA|RHEA|MEA|alloy))*\s*$"
)


@dataclass(frozen=True, slots=True)
class _Alloy:
    """A formula in a text; `composition` is None where an amount is a variable or the text has no single reading."""

    text: str
    start: int
    composition: Composition | None


def read_claims(publication: Publication) -> list[Claim]:
    """Read the claims of a publication's title, abstract and passages.

    Examples
    --------
    >>> text = "As-cast CoCrFeNi is a single-phase FCC solid solution, while AlCoCrFeNi consists of BCC and B2."
    >>> [(c.alloy, c.label, c.state) for c in read_claims(Publication("10.1/x", abstract=text))]
    [('CoCrFeNi', 'single', 'as cast'), ('AlCoCrFeNi', 'multi', '')]
    """
    parts = [plain_sentence(p) for p in pieces(publication)]
    found: list[Claim] = []
    whole = " ".join(parts)
    only = _only(_alloys(whole))
    states = states_in(whole)
    usual = states[0] if len(states) == 1 else ""
    before: _Alloy | None = None
    for original, sentence in zip(pieces(publication), parts, strict=True):
        for subject, said, clause in _clauses(sentence, only, before):
            state, celsius = condition(clause, sentence, usual)
            if subject.composition is not None:
                found.append(
                    Claim(subject.text, subject.composition, said.phases, said.label, state, celsius, original,
                          publication.doi or publication.key)
                )  # fmt: skip
        named_here = _alloys(sentence)
        before = _only(named_here) if named_here else before
    return distinct(found)


def plain_sentence(text: str) -> str:
    """A sentence with one kind of dash and without type-setting of formulas."""
    return re.sub(r"\s+", " ", text.translate(_DASHES)) if text.isascii() else plain(text)


_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def condition(clause: str, sentence: str, usual: str) -> tuple[str, float | None]:
    """State and temperature that hold for a clause: its own, else its sentence's, else the text's only one."""
    for text in (clause, sentence):
        states = states_in(text)
        if states:
            return (states[0] if len(states) == 1 else ""), treatment_celsius(text)
    return usual, None


def _clauses(sentence: str, only: _Alloy | None, before: _Alloy | None) -> list[tuple[_Alloy, Said, str]]:
    """The clauses of a sentence that say something of one alloy each."""
    found: list[tuple[_Alloy, Said, str]] = []
    last: _Alloy | None = None
    for clause in (c.strip() for c in _CUT.split(sentence)):
        alloys = [a for a in _alloys(clause) if not _COMPARED.search(clause[: a.start])]
        paired = _paired(clause, alloys)
        if paired:
            found += [(a, s, clause) for a, s in paired]
        else:
            said = said_of_phases(_without(clause, alloys))
            subject = _subject(clause, alloys, last, only, before)
            if said is not None and subject is not None:
                found.append((subject, said, clause))
        last = _only(alloys) if alloys else last
    return found


def _paired(clause: str, alloys: Sequence[_Alloy]) -> list[tuple[_Alloy, Said]]:
    """Alloys right behind the name of their structure, and lists that end with *respectively*."""
    beside = [(a, _STRUCTURE.search(clause[: a.start])) for a in alloys]
    if (any(m for _, m in beside) and said_of_phases(f"it is a single phase, {clause}") is not None) or _adjectives(
        beside, clause
    ):
        return [(a, Said("single", named(m.group()))) for a, m in beside if m is not None]
    if _RESPECTIVELY.search(clause) and len(alloys) > 1:
        phases = named(_without(clause, alloys))
        if len(phases) == len(alloys) and ONE.search(clause):
            return [(a, Said("single", (p,))) for a, p in zip(alloys, phases, strict=True)]
    return []


def _adjectives(beside: Sequence[tuple[_Alloy, re.Match[str] | None]], clause: str) -> bool:
    """Whether structures that stand before their alloys are all that the clause says of phases, and are found."""
    spans = [m.span() for _, m in beside if m is not None]
    if not spans:
        return False
    rest = "".join(c for i, c in enumerate(clause) if not any(low <= i < high for low, high in spans))
    made = said_of_phases(f"it is a single phase {re.sub(r'[^a-zA-Z -]', ' ', rest)}")
    return made is not None and made.label == "single"


def _subject(
    clause: str, alloys: Sequence[_Alloy], last: _Alloy | None, only: _Alloy | None, before: _Alloy | None
) -> _Alloy | None:
    if alloys:
        return _only(alloys)
    if last is not None:
        return last
    if not _REFERS.search(clause):
        return None
    return before or only


def _only(alloys: Sequence[_Alloy]) -> _Alloy | None:
    """The one alloy of a text, in one composition; None where there are more, or one with a variable amount."""
    kinds = {(a.composition.elements, a.composition.uneven) if a.composition else None for a in alloys}
    return alloys[0] if len(kinds) == 1 and None not in kinds else None


def _alloys(text: str) -> list[_Alloy]:
    found: list[_Alloy] = []
    for match in _TOKEN.finditer(text):
        token = _balanced(match.group())
        if re.search(r"[a-z]?[xyzδ]", re.sub(r"[A-Z][a-z]", "E", token)):
            found.append(_Alloy(token, match.start(), None))
            continue
        composition = composition_of(token)
        if composition is not None and _is_alloy(composition, token, text[match.end() :]):
            found.append(_Alloy(token, match.start(), composition))
    return found


def _balanced(token: str) -> str:
    while token.count("(") > token.count(")") and token.startswith("("):
        token = token[1:]
    while token.count(")") > token.count("(") and token.endswith(")"):
        token = token[:-1]
    return token


def _is_alloy(composition: Composition, token: str, behind: str) -> bool:
    """Whether a formula is an alloy's, and not a compound's or an abbreviation."""
    shares = dict(zip(composition.elements, composition.fractions, strict=True))
    if sum(f for e, f in shares.items() if e in _NONMETALS) > MOST_NONMETAL:
        return False
    if len(shares) >= 3:
        return True
    return bool(re.match(r"\s*(?:binary )?alloys?\b", behind)) and not re.fullmatch(r"[A-Z]{2}", token)


def _without(clause: str, alloys: Sequence[_Alloy]) -> str:
    """The clause with its alloys' formulas taken out: they name no phase."""
    for a in alloys:
        clause = clause.replace(a.text, " it ")
    return clause

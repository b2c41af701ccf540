r"""BibTeX as people write it: macros, ``#``, accents, cross references; a broken entry leaves the rest.

A reader of our own, since the libraries give up the file, or the entries that follow, at the first unknown macro or
open brace, and say nothing of the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import head_text, open_text
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.models.core.errors import MalformedRowError
from hypograph.models.literature.text.markup import tex_text

_START: Final = re.compile(r"@\s*([A-Za-z]+)\s*([{(])")
# A new entry at the beginning of a line: an entry in which it stands was never closed.
_NEXT: Final = re.compile(r"^[ \t]*@\s*[A-Za-z]+\s*[{(]\s*[^\s,{}()=\"]*\s*[,=]", re.MULTILINE)
_NAME: Final = re.compile(r"(?:[\s,]|%[^\n]*\n)*([^\s=,{}\"#%]+(?:[^\S\n]\d+)?)\s*=\s*")
# A field at the beginning of a line: a value in which it stands was never closed.
_FIELD: Final = re.compile(
    r"(?:[,}\"\s]*\n\s*(?=[A-Za-z][\w-]*\s*=\s*(?:[{\"]|\d+\s*[,}\n]|[A-Za-z][\w-]*\s*[,}\n]))"
    r"|[}\"\s]*,\s*(?=(?:author|title|year|date|month|journal|booktitle|volume|number|pages|doi|url|abstract|publisher)"
    r"\s*=\s*[{\"\d]))"
)
_WORD: Final = re.compile(r"[^\s,{}\"#=)]+")
_CITED: Final = re.compile(r"cited\s+by:?\s*(\d+)", re.IGNORECASE)
_PARENT: Final = ("year", "date", "publisher", "journal", "journaltitle", "booktitle", "doi_")
_MONTHS_WORDS: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS: Final = _MONTHS_WORDS.split()
_AS_IS: Final = frozenset({"doi", "url", "eprint", "archiveprefix", "pmid", "pmcid", "file", "crossref", "unique-id"})
# Journals of physics and chemistry among the macros that NASA ADS writes for names.
_AAS_WORDS: Final = (
    "ao Applied Optics|apl Applied Physics Letters|gca Geochimica et Cosmochimica Acta|nat Nature"
    "|grl Geophysical Research Letters|jcp Journal of Chemical Physics|jgr Journal of Geophysical Research"
    "|jqsrt Journal of Quantitative Spectroscopy and Radiative Transfer|nphysa Nuclear Physics A"
    "|physrep Physics Reports|physscr Physica Scripta|pra Physical Review A|prb Physical Review B"
    "|prc Physical Review C|prd Physical Review D|pre Physical Review E|prl Physical Review Letters"
    "|procspie Proceedings of SPIE|apj The Astrophysical Journal|aap Astronomy and Astrophysics"
    "|mnras Monthly Notices of the Royal Astronomical Society"
)
_AAS: Final = {words.partition(" ")[0]: words.partition(" ")[2] for words in _AAS_WORDS.split("|")}


@dataclass
class Entry:
    """An entry: its type, its citation key, the line it begins at, its fields, and macros nobody defined."""

    kind: str
    key: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    broken: str = ""


def parse_bibtex(text: str) -> Iterator[Entry]:
    """Yield the entries of a BibTeX file; of one that is not closed, the fields before the fault and what it is."""
    macros = {month: month.capitalize() for month in _MONTHS}
    position = 0
    while match := _START.search(text, position):
        kind = match.group(1).lower()
        if kind in {"comment", "preamble"}:
            position = _end_of(text, match.end())
            continue
        line = text.count("\n", 0, match.start()) + 1
        entry = Entry(kind, "", line)
        at = match.end()
        if kind != "string":
            head = re.compile(r"\s*([^,{}\"=\n]*?)\s*(?:,|(?=[})\n]))").match(text, at)
            if head is None:
                position = at
                continue
            entry.key, at = head.group(1), head.end()
        position = _fields(text, at, entry, macros)
        if entry.broken:
            mended = Entry(kind, entry.key, line, broken=entry.broken)
            _fields(text, at, mended, macros, by_line=True)
            entry = mended if mended.fields else entry
        if kind == "string":
            macros |= {name.lower(): value for name, value in entry.fields.items()}
        else:
            yield entry


def _fields(text: str, at: int, entry: Entry, macros: Mapping[str, str], *, by_line: bool = False) -> int:
    """Read the fields of an entry; return where it ends.

    Parameters
    ----------
    by_line
        A value ends where the next line begins a field: for an entry in which a brace is missing.
    """
    following = _NEXT.search(text, at)
    limit = following.start() if following else len(text)
    while match := _NAME.match(text, at, limit):
        start = match.end()
        value, at = _value(text, start, limit, entry, macros)
        if by_line and (inside := _FIELD.search(text, start, limit if value is None else at)):
            entry.broken = f"the field {match.group(1)} is not closed"
            value, at = text[start : inside.start()].strip(' \t\n{}",'), inside.end()
        if value is None:
            entry.broken = f"the field {match.group(1)} is not closed"
            return limit
        entry.fields.setdefault(match.group(1).strip().lower(), value)
    closing = re.compile(r"(?:[\s,]|%[^\n]*\n)*[})]").match(text, at, limit)
    if closing is None:
        entry.broken = entry.broken or f"not understood after {_last(entry)}"
        return limit
    return closing.end()


def _last(entry: Entry) -> str:
    return f"the field {list(entry.fields)[-1]}" if entry.fields else "its key"


def _value(text: str, at: int, limit: int, entry: Entry, macros: Mapping[str, str]) -> tuple[str | None, int]:
    """Read a value, parts joined by ``#``; None where it is not closed."""
    parts: list[str] = []
    while True:
        while at < limit and text[at].isspace():
            at += 1
        if at >= limit:
            return ("".join(parts) if parts else None), at
        if text[at] in '{"':
            end = _close(text, at, limit)
            if end < 0:
                return None, at
            parts.append(text[at + 1 : end])
            at = end + 1
        elif word := _WORD.match(text, at, limit):
            name = word.group()
            if not name.isdigit() and name.lower() not in macros:
                entry.unknown.append(name)
            parts.append(macros.get(name.lower(), name))
            at = word.end()
        else:
            return "".join(parts), at
        joined = re.compile(r"\s*#").match(text, at, limit)
        if joined is None:
            return "".join(parts), at
        at = joined.end()


def _close(text: str, at: int, limit: int) -> int:
    """Return where a value that opens at `at` closes, -1 where it does not."""
    opening, depth, i = text[at], 0, at
    while i < limit:
        sign = text[i]
        if sign == "\\":
            i += 2
            continue
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0 and opening == "{":
                return i
            if depth < 0:
                return -1
        elif sign == '"' and opening == '"' and depth == 0 and i > at:
            return i
        i += 1
    return -1


def _end_of(text: str, at: int) -> int:
    end = _close(text, at - 1, len(text)) if text[at - 1] == "{" else at
    return end + 1 if end >= 0 else at


def read_bibtex(path: Path) -> Found:
    """Read a BibTeX file."""
    with open_text(path) as file:
        entries = list(parse_bibtex(file.read()))
    by_key = {e.key.lower(): e for e in entries}
    for entry in entries:
        where = f"{path}, entry {entry.key or '?'} (line {entry.line})"
        if entry.broken:
            kept = "what could be read is kept" if "title" in entry.fields else "the entry is left out"
            yield MalformedRowError(f"{entry.broken}; {kept}", where=where, expected="closed braces")
            if "title" not in entry.fields:
                continue
        for name in entry.unknown:
            yield MalformedRowError(f"no @string defines {name!r}; its name is kept", where=where)
        named = entry.fields.get("crossref", "").strip().lower()
        parent = by_key.get(named) if named else None
        yield from records_from(_row(entry, parent), where=where, source=path.name)


def _row(entry: Entry, parent: Entry | None) -> dict[str, object]:
    """Return the fields of an entry, with those that it takes from the entry it refers to, without LaTeX."""
    fields = dict(entry.fields)
    if parent is not None and parent is not entry:
        fields = {n: v for n, v in parent.fields.items() if n in _PARENT} | fields
        fields.setdefault("booktitle", parent.fields.get("booktitle") or parent.fields.get("title", ""))
    plain = {n: _bare(v) if n in _AS_IS else tex_text(v) for n, v in fields.items() if n not in {"author", "editor"}}
    cited = _CITED.search(fields.get("note", ""))
    row: dict[str, object] = {
        "title": ": ".join(filter(None, (plain.get("title"), plain.get("subtitle")))),
        "abstract": plain.get("abstract"),
        "year": plain.get("year") or plain.get("date"),
        "venue": _venue(fields, plain),
        "doi": plain.get("doi"),
        "url": plain.get("url"),
        "citations": plain.get("times-cited") or (cited.group(1) if cited else None),
        "keywords": plain.get("keywords") or plain.get("author_keywords") or plain.get("keyword"),
        "authors": _people(fields.get("author", "")),
        "references": [r for line in fields.get("cited-references", "").split("\n") if (r := line.strip(" \t{}"))],
        "pmid": plain.get("pmid"),
        "ut": plain.get("unique-id", "").removeprefix("ISI:"),
        "type": plain.get("type"),
    }
    if "arxiv" in (plain.get("archiveprefix", "") + plain.get("eprinttype", "")).lower():
        row["arxiv"] = plain.get("eprint")
    return row


def _venue(fields: Mapping[str, str], plain: Mapping[str, str]) -> str:
    """Return where an entry appeared; macros of AAS journals, as NASA ADS writes them, by their names."""
    for name in ("journaltitle", "journal", "booktitle"):
        if name in plain:
            return _AAS.get(fields[name].strip(" {}").removeprefix("\\"), "") or plain[name]
    return ""


def _bare(text: str) -> str:
    return re.sub(r"[{}]", "", text.replace("\\textunderscore", "_").replace("\\_", "_").replace("\\%", "%")).strip()


def _people(text: str) -> list[object]:
    """Split authors at "and" outside braces; a name wholly in braces is one of a group."""
    parts, depth, start = list[str](), 0, 0
    for match in re.finditer(r"[{}]|\s+and\s+", text):
        sign = match.group()
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and sign not in "{}":
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    whole = re.compile(r"\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*")
    return [{"family": tex_text(p)} if whole.fullmatch(p) else {"name": tex_text(p)} for p in parts if p.strip()]


def _sniff(head: bytes) -> float:
    text = head_text(head)
    found = re.search(r"^[ \t]*@\s*(\w+)\s*[{(]\s*[^\s,]*\s*[,=]", text, re.MULTILINE)
    return (
        0.9
        if found and re.search(r"^\s*[\w-]+\s*=\s*[{\"\w]|[,{(]\s*[\w-]+\s*=\s*[{\"\w]", text, re.MULTILINE)
        else 0.0
    )


register(Reader("bibtex", "BibTeX", (".bib", ".bibtex"), _sniff, read_bibtex))

"""Labelled text: what databases print of a record, lines that begin with the name of a field in words.

Engineering Village ("Title:On steel"), ProQuest ("Publication year: 2014"), SciFinder ("FIELD Title:On steel"), Ovid
("Title" and the value below, indented), Inspec ("AUTHOR(S)      Doe, J.") and front matter of notes are of this kind.
The names are those of any export (`spellings`); what divides records is a line of its own or the first name met again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import yaml

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import head_text, open_text
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.flows.readers.publications.spellings import NAMES
from hypograph.flows.readers.publications.values import flat_name
from hypograph.models.core.errors import MalformedRowError

# Names in words only: "de: …" and "so: …" are lines of prose, and other readers know tags.
_FIELDS: Final = {
    name: field
    for field in ("title", "abstract", "year", "venue", "doi", "keywords", "authors")
    for name in NAMES[field]
    if len(name) > 2 and name not in {"name", "ids", "pub", "conference", "container", "description"}
} | {
    "subject": "keywords",
    "subjects": "keywords",
    "controlledterms": "keywords",
    "uncontrolledterms": "keywords",
    "mainheading": "keywords",
    **dict.fromkeys(("题名", "篇名", "标题"), "title"),
    **dict.fromkeys(("刊名", "来源", "文献来源"), "venue"),
    **dict.fromkeys(("年", "年份", "出版年", "发表时间"), "year"),
    **dict.fromkeys(("关键词", "主题词"), "keywords"),
    "作者": "authors",
    "摘要": "abstract",
}
_TELLING: Final = frozenset({"title", "abstract", "authors", "doi"})
# Text below the fields, which is of none; it is the abstract where a file holds one record without another.
_BELOW: Final = "below"
_DIVIDES: Final = re.compile(
    r"[_=*~-]{8,}|---|START_RECORD|END_RECORD|<(?:RECORD )?\d+>"
    r"|\[?(?:Record|Document|Article|Item) \d+(?: of \d+)?\]?:?"
)
_LABEL: Final = re.compile(r"(?:FIELD |\{)?([^\W\d_](?:[^\W\d_]|[()/ -]){0,38}[^\W\d_)]\)?)\}? ?[:：](?!//)\s*(.*)")
_SPACED: Final = re.compile(r"([A-Z][A-Z()/ -]{1,28}[A-Z)])(?: {2,}|\t+)(\S.*)")
# 【题名】 of Wanfang and VIP, [Title]: the bracket is the sign, so only names that are known.
_BRACKETED: Final = re.compile(r"[【\[]\s*([^】\]]{1,30}?)\s*[】\]]\s*[:：]?\s*(.*)")
# Headings within an abstract.
_WITHIN: Final = re.compile(
    r"(?:background|introduction|objectives?|aims?|purpose|materials|(?:materials and )?methods?|experimental|results?"
    r"(?: and discussion)?|findings|discussion|conclusions?|significance|limitations|note)",
    re.IGNORECASE,
)
# Compendex writes "Garnets - Ionic conduction": a hyphen between blanks parts terms where no semicolon does.
_BETWEEN: Final = (r"\s+--?\s+", r"\s*;+\s*")
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBERED: Final = re.compile(r"\s*\(\d+(?:, ?\d+)*\)")
FRONT: Final = "---"
_LIKELY, _POSSIBLE = 0.85, 0.3
Line = tuple[str, str]


def _split(line: str) -> Line | None:
    """Return the name and the value of a line that begins a field; None for one that goes on."""
    match = _LABEL.fullmatch(line) or _SPACED.fullmatch(line)
    if match and not (_WITHIN.fullmatch(match[1].strip()) or len(match[1].split()) > 4):
        return match[1].strip(), match[2].strip()
    if (match := _BRACKETED.fullmatch(line)) and _field(match[1]):
        return match[1], match[2].strip()
    return (line, "") if flat_name(line) in _FIELDS and len(line) < 30 else None


def _field(label: str) -> str:
    """Return our name of a field; ``Title-题名`` says it twice."""
    names = (re.sub(r"\s", "", label), flat_name(label), flat_name(label.split("-")[0]))
    return next((_FIELDS[name] for name in names if name in _FIELDS), "")


def labelled_records(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Yield the line at which each record begins, and its values by field; values of unknown names are left out.

    A record without a title takes the first line that stands by itself before its fields. Below a blank line another
    title begins another record, as the first name does; the same name of a title always does. Parts that hold no
    field of `_TELLING` are heads and feet of the export.
    """
    record: dict[str, list[str]] = {}
    alone, labels, last, start, blank = "", list[str](), "", 1, True
    for number, raw in enumerate(lines, start=1):
        line = raw.strip().lstrip("\ufeff")
        divides = bool(_DIVIDES.fullmatch(line))
        split = None if divides or not line else _split(line)
        if divides or (split and record and _begins(split[0], labels, last, record, blank)):
            if not _TELLING.isdisjoint(record):
                yield start, _titled(record, alone)
            record, alone, labels, last, start = {}, "", [], "", number + divides
        if split:
            labels.append(split[0])
            last = _field(split[0])
            if last:
                record.setdefault(last, []).append(split[1])
        elif line and not divides:
            if last and record[last] and (not blank or last == "abstract"):
                record[last][-1] = f"{record[last][-1]} {line}".strip()
            elif not labels and not alone:
                alone = line
            elif labels and (blank or _BELOW in record):
                record.setdefault(_BELOW, []).append(line)
                last = ""
        blank = not line
    if not _TELLING.isdisjoint(record):
        yield start, _titled(record, alone)


def _begins(label: str, labels: list[str], last: str, record: dict[str, list[str]], blank: bool) -> bool:
    """Whether a name that is met begins another record: Author, Affiliation, Author does not."""
    first, title = labels[0], _field(label) == "title"
    if title and label in labels:
        return True
    if label == first != labels[-1]:
        told = not record.keys().isdisjoint({"title", "abstract"}) or last != ""
        return told and (blank or bool(last and last != _field(first)))
    return blank and title and "title" in record and _field(first) != "title"


def _titled(record: dict[str, list[str]], alone: str) -> dict[str, list[str]]:
    return record if "title" in record or not alone else {"title": [alone], **record}


def _row(record: dict[str, list[str]]) -> dict[str, object]:
    """Return the fields of a record under names that `records_from` knows."""
    found = {field: [value for value in values if value] for field, values in record.items()}
    venue = next(iter(found.get("venue", ())), "")
    year = found.get("year") or _YEAR.findall(" ".join(found.get("venue", ())))[-1:]
    split = {
        name: [p for v in found.get(name, ()) for p in re.split(_BETWEEN[";" in v or name == "authors"], v) if p]
        for name in ("authors", "keywords")
    }
    return {
        "title": next(iter(found.get("title", ())), ""),
        "abstract": " ".join(found.get("abstract", ())),
        "year": next(iter(year), ""),
        "venue": re.split(r"\.\s+(?=\d)|; ", venue)[0],
        "doi": next(iter(found.get("doi", ())), ""),
        "authors": [_NUMBERED.sub("", name) for name in split["authors"]],
        "keywords": split["keywords"],
    }


def read_labelled(path: Path) -> Found:
    """Read a file of labelled text; what stands before the first and after the last record is left out."""
    with open_text(path) as file:
        lines = file.read().splitlines()
    if FRONT in lines[1:] and lines[0].strip() == FRONT:
        yield from records_from(_note(lines, str(path)), where=str(path), source=path.name)
        return
    found = list(labelled_records(lines))
    for line, record in found:
        if len(found) == 1 and "abstract" not in record:
            record["abstract"] = record.get(_BELOW, [])
        yield from records_from(_row(record), where=f"{path}, record at line {line}", source=path.name)


def _note(lines: list[str], where: str) -> dict[str, object]:
    """Return the fields of a note with front matter; the text below is its abstract where none is named."""
    end = lines.index(FRONT, 1)
    try:
        told = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.YAMLError as error:
        raise MalformedRowError(f"the front matter cannot be read ({error})", where=where, expected="YAML") from error
    if not isinstance(told, dict):
        raise MalformedRowError("the front matter names no fields", where=where, expected="YAML, such as title: …")
    return {"abstract": " ".join(line.strip() for line in lines[end + 1 :] if line.strip()), **told}


def _sniff(head: bytes) -> float:
    text = head_text(head)
    if not re.match(r"\W{0,3}\w|\W*<(?:RECORD )?\d+>|[_=*~-]{3,}\s", text):
        return 0.0
    lines = [line.strip() for line in text.splitlines()[:400] if line.strip()]
    known = {_field(split[0]) for line in lines if (split := _split(line))} - {""}
    if not known & {"title", "abstract"} or len(known) < 2:
        return 0.0
    return _LIKELY if len(known) > 2 else _POSSIBLE


register(Reader("labelled", "labelled text", (), _sniff, read_labelled))

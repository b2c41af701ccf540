"""PDF: who it is from metadata, first page and arXiv's stamp, never from references; title by layout."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.formats.pdf_layout import (
    Line,
    page_lines,
    said_authors,
    said_title,
    unligatured,
)
from hypograph.flows.readers.publications.grobid import ask_grobid
from hypograph.flows.readers.publications.identifiers import clean_doi
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.flows.runtime.settings import load_settings
from hypograph.models.core.errors import MalformedRowError

if TYPE_CHECKING:
    import pypdf


def _spaced(*words: str) -> str:
    """Return a pattern of words whose letters may stand apart, as in ``A B S T R A C T``."""
    return "(?:" + "|".join(r"\s?".join(word) for word in words) + ")"


_KEYS: Final = rf"\W*{_spaced('keyword')}\s?s?\b|\W*key\s?words?\b|\W*index\sterms\b"
_INTRODUCTION: Final = rf"[\W\dIVX]{{0,6}}\s*{_spaced('introduction')}\b"
_ABSTRACT: Final = re.compile(
    rf"(?:^|\n)\W*{_spaced('abstract', 'summary')}\b[\s.:—–-]*(.{{80,5000}}?)"
    rf"(?=\n\s*\n|\n(?:{_KEYS})|\n{_INTRODUCTION}"
    r"|\n\s*(?:©|\(c\) |doi\b|https?://|PACS\b|Received\b|\d\.\s+[A-Z])|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_KEYWORDS: Final = re.compile(
    rf"(?:^|\n)(?:{_KEYS})\s*[:.—–-]?\s*(.{{3,400}}?)(?=\n\s*\n|\n\W*(?:\d|I+)\.?\s|\n{_INTRODUCTION}|\.\s*\n|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_REFERENCES: Final = re.compile(
    rf"^[\W\dIVX]{{0,6}}(?:{_spaced('references')}|bibliography|literature cited|notes and references)[\s:.]*$",
    re.IGNORECASE | re.MULTILINE,
)
_STAMP: Final = re.compile(
    r"arXiv:\s?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\s*(?:\[[\w.-]+\])\s*(?:\d{1,2}\s+\w+\s+(\d{4}))?"
)
_YEAR: Final = re.compile(
    r"(?:©|\(c\)|copyright|published(?:\s+online)?|accepted|available online|received)\D{0,25}?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s+\w+,?\s+|\w+\s+\d{1,2},?\s+)?((?:19|20)\d\d)",
    re.IGNORECASE,
)
_ISSUE: Final = re.compile(
    r"\bvol\.?\s?\d+[^\n]{0,40}?\b((?:19|20)\d\d)\b|\b((?:19|20)\d\d),\s*\d+,\s*[A-Z]?\d+"
    r"|\b\d+\s?\(((?:19|20)\d\d)\)|\(((?:19|20)\d\d)\)\s*\d+|,\s*\d+,\s*\d+\s*\(((?:19|20)\d\d)\)",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(r"^\W*(?:[A-Z][a-z]+,?\s)?((?:19|20)\d\d)\W*$", re.MULTILINE)  # of a thesis, a report
# A line that has the DOI of the document itself: nothing before it but what names it, or an imprint.
_NAMED: Final = re.compile(
    r"^\W*(?:article\s+|paper\s+|digital\s+object\s+identifier|doi\s+number)?\W*"
    r"(?:doi\b|https?://|dx\.doi|10\.\d{4,9}/)",
    re.IGNORECASE,
)
_IMPRINT: Final = re.compile(
    r"©|copyright|\bissn\b|\bvol(?:ume)?\b|received|accepted|published|available online|cite (?:this|as)|to cite"
    r"|citation:|\(\d{4}\)|\b\d{4}\s*[,;]\s*\d+\s*[,:(]|rights reserved|article (?:info|history|number)",
    re.IGNORECASE,
)
# The American Institute of Physics and others close the abstract with it, behind their name.
_BRACKETED: Final = re.compile(r"[\[(]\s*DOI:?\s*10\.\d{4,9}/\S+?\s*[\])]\s*$|/H20851DOI:\s*10\.\S+$", re.IGNORECASE)
_CITES: Final = re.compile(
    r"^\s*(?:\[\d+\]|\(\d+\)|\d{1,3}[.)]?\s*[A-Z]\.|\d{1,3}[.)]\s+[A-Z]"
    r"|\W?\d{0,3}\s*(?:[A-Z]\.\s?){1,3}-?[A-Z][a-z]+\s*[,&]|[A-Z][\w-]+,\s(?:[A-Z]\.\s?)+)"
)
_RUNNING: Final = re.compile(
    r"\b(?:see|at|in|from|via|under|as|and|of|refs?\.?|on|to|with|by|using|deposited|available|supplement\w*"
    r"|data(?:set)?)\W*$",
    re.IGNORECASE,
)
_META_DOI: Final = re.compile(
    r"(?:prism:doi|pdfx:doi|crossmark:DOI|dc:identifier|prism:url)[^>]*>(?:\s*<[^>]+>)*\s*([^<]+)<", re.IGNORECASE
)
_EDGE: Final = 8  # lines at the head and foot of a page where an imprint stands


def read_pdf(path: Path) -> Found:
    """Read a PDF: title, identifiers, abstract and year of its first page; pages without references as passages.

    Where the address of a GROBID is set, its reading goes before that.
    """
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise MalformedRowError("this PDF is encrypted", where=str(path), hint="Save it without a password.")
        pages = [unligatured(page.extract_text() or "") for page in reader.pages]
        lines = page_lines(reader.pages[0]) if reader.pages else []
        metadata = _metadata(reader)
    except DependencyError as error:
        raise MalformedRowError("this PDF is encrypted", where=str(path), hint="Save it without a password.") from error
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise MalformedRowError(f"this PDF cannot be read ({error})", where=str(path)) from error
    yield from _problems(pages, path)
    row = _row(pages, lines, metadata)
    if address := load_settings().grobid_url:
        told, problem = ask_grobid(address, path)
        row = with_grobid(row, told)
        if problem is not None:
            yield problem
    yield from records_from(row, where=str(path), source=path.name)


def with_grobid(row: dict[str, object], told: dict[str, object]) -> dict[str, object]:
    """Return what GROBID says where it says something, else what was read here.

    An identifier that the document names as its own goes before one that GROBID found in its text.
    """
    first = {name: row[name] for name in ("doi", "arxiv") if row.get(name)}
    return {**row, **{name: value for name, value in told.items() if value}, **first}


def _problems(pages: Sequence[str], path: Path) -> Found:
    empty = sum(not page.strip() for page in pages)
    if empty == len(pages):
        raise MalformedRowError(
            "this PDF holds no text: its pages are pictures, as a scanner makes them",
            where=str(path),
            hint="Run text recognition on it (for example ocrmypdf), then add it again.",
        )
    text = "".join(pages)
    if sum(c.isalpha() for c in text) < 0.4 * len(text.replace(" ", "").replace("\n", "")):
        yield MalformedRowError("the letters of this PDF cannot be told (its fonts do not say them)", where=str(path))
    if empty > 1 and empty > len(pages) // 4:
        yield MalformedRowError(f"{empty} of {len(pages)} pages hold no text; they were not read", where=str(path))


def _metadata(reader: pypdf.PdfReader) -> dict[str, str]:
    """Return what the document says of itself: its information dictionary, and the text of its XMP."""
    found: dict[str, str] = {}
    for name, value in (reader.metadata or {}).items():
        if isinstance(value, str):
            found[name.lstrip("/").lower()] = value
    xmp = reader.root_object.get("/Metadata") if reader.root_object else None
    data = getattr(xmp.get_object(), "get_data", None) if xmp is not None else None
    if data is not None:
        found["xmp"] = data().decode("utf-8", "replace")
    return found


def _row(pages: Sequence[str], lines: Sequence[Line], metadata: dict[str, str]) -> dict[str, object]:
    text = "\n".join(pages)
    front = "\n".join(pages[:2])
    stamp = _STAMP.search(pages[0])
    title = said_title(lines, pages[0], metadata.get("title", ""))
    abstract = _ABSTRACT.search(front)
    keywords = _KEYWORDS.search(front)
    return {
        "title": title,
        "abstract": _flowing(abstract.group(1)) if abstract else "",
        "year": _year(pages[0], stamp),
        "doi": _metadata_doi(metadata) or own_doi(pages[0].splitlines()),
        "arxiv": stamp.group(1) if stamp else "",
        "authors": said_authors(lines, title, metadata.get("author", "")),
        "keywords": _flowing(keywords.group(1)) if keywords else "",
        "passages": [_flowing(page) for page in _without_references(text, pages) if page.strip()],
    }


def _metadata_doi(metadata: dict[str, str]) -> str:
    for name in ("doi", "wps-articledoi", "articledoi", "prism:doi", "identifier", "dc:identifier"):
        if found := clean_doi(metadata.get(name, "")):
            return found
    for match in _META_DOI.finditer(metadata.get("xmp", "")):
        if found := clean_doi(match.group(1)):
            return found
    said = " ".join(metadata.get(name, "") for name in ("subject", "title"))
    return clean_doi(said) if re.search(r"doi|^10\.", said, re.IGNORECASE) else ""


def own_doi(lines: Sequence[str]) -> str:
    """Return the DOI of the document in the lines of its first page; '' where none is clearly its own.

    A cited DOI stands in a sentence or in a reference; the own one alone, with its name, or in the imprint. Of several
    that could be it, one at the head or foot of the page counts; else none does.
    """
    end = next((i for i, line in enumerate(lines) if _REFERENCES.match(line.strip())), len(lines))
    found: dict[str, bool] = {}
    for i, line in enumerate(lines[:end]):
        if not (doi := clean_doi(line.replace("/H20852", ""))) or not _is_own(lines, i):
            continue
        found[doi] = found.get(doi, False) or i < _EDGE or i >= len(lines) - _EDGE
    at_edge = [doi for doi, edge in found.items() if edge]
    if len(found) == 1 or len(at_edge) == 1:
        return (at_edge or list(found))[0]
    return ""


def _is_own(lines: Sequence[str], i: int) -> bool:
    line = lines[i].strip()
    if _CITES.match(line):
        return False
    place = re.search(r"(?:https?://|doi\b|10\.\d{4,9}/)", line, re.IGNORECASE)
    before = line[: place.start()] if place else ""
    after = line[re.search(r"10\.\d{4,9}/\S+", line).end() :] if re.search(r"10\.\d{4,9}/\S+", line) else ""  # type: ignore[union-attr]
    previous = lines[i - 1].strip() if i else ""
    following = lines[i + 1].strip() if i + 1 < len(lines) else ""
    if _RUNNING.search(before) or (not before.strip() and (_RUNNING.search(previous) or _CITES.match(previous))):
        return False
    if _NAMED.match(line):
        # Alone, or with an imprint behind it; words that go on are a sentence.
        return not re.match(r"\s*[a-z]{2,}", after) and not (not after.strip() and re.match(r"[a-z]{2,}\s", following))
    if _BRACKETED.search(line) and re.search(r"©|\bsociety\b|\binstitute\b|copyright", previous + line, re.IGNORECASE):
        return True
    if any(_CITES.match(near.strip()) and re.search(r"\d{4}|,", near) for near in lines[max(0, i - 3) : i]):
        return False
    at_edge = i < _EDGE or i >= len(lines) - _EDGE
    said = re.search(r"©|copyright|received|accepted|published|cite", line, re.IGNORECASE)
    return bool(_IMPRINT.search(before) or _IMPRINT.search(after)) and bool(at_edge or said)


def _year(page: str, stamp: re.Match[str] | None) -> str:
    if stamp and stamp.group(2):
        return stamp.group(2)
    said = [m.group(1) for m in _YEAR.finditer(page)]
    issue = _ISSUE.search("\n".join(page.splitlines()[:_EDGE]))
    if issue:
        return next(g for g in issue.groups() if g)
    alone = _ALONE.search(page)
    return max(said, default=alone.group(1) if alone else "")


def _without_references(text: str, pages: Sequence[str]) -> list[str]:
    """Return the pages up to the list of references, where it stands in the later part."""
    matches = [m for m in _REFERENCES.finditer(text) if m.start() > 0.3 * len(text)]
    left = matches[-1].start() if matches else len(text)
    kept: list[str] = []
    for page in pages:
        kept.append(page[: max(0, left)])
        left -= len(page) + 1
    return kept


def _flowing(text: str) -> str:
    """Join the lines of a text; a word that was parted at the end of a line is whole again."""
    return " ".join(re.sub(r"(?<=[a-zß-ÿ])[-\u00ad]\n\s*(?=[a-zß-ÿ])", "", text).split())


register(Reader("pdf", "PDF", (".pdf",), lambda head: 1.0 if b"%PDF-" in head[:1024] else 0.0, read_pdf))

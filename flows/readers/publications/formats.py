"""Publications from the formats of reference managers, services and publishers."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element

from hypograph.flows.readers.publications.fields import clean_doi, publication_from
from hypograph.models.core.errors import MalformedRowError
from hypograph.models.core.records import Publication

if TYPE_CHECKING:
    from hypograph.flows.readers.publications.registry import Found

_BRACES: Final = re.compile(r"[{}]|\\[a-zA-Z]+\s?|\\[\"'`^~=.]")
_HEAD: Final = 20_000  # letters of a PDF or text in which title, DOI and abstract are looked for
_ABSTRACT: Final = re.compile(
    r"\babstract\b[\s.:—–-]*(.{200,4000}?)(?=\n\s*\n|\bkeywords?\b|\bintroduction\b|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def _one(row: Mapping[str, Any], where: str, path: Path) -> Publication | MalformedRowError:
    try:
        return publication_from(row, where=where, source=path.name)
    except MalformedRowError as error:
        return error


def read_bibtex(path: Path) -> Found:
    """Read a BibTeX file (bibtexparser 1)."""
    import bibtexparser
    from bibtexparser.bparser import BibTexParser

    from hypograph.flows.readers.publications.registry import open_text

    logging.getLogger("bibtexparser").setLevel(logging.ERROR)
    with open_text(path) as file:
        text = file.read()
    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False, interpolate_strings=False)
    entries = bibtexparser.loads(text, parser).entries
    started = len(re.findall(r"^\s*@(?!comment|string|preamble)\w+\s*\{", text, re.IGNORECASE | re.MULTILINE))
    if started > len(entries):
        yield MalformedRowError(
            f"{started - len(entries)} of {started} entries cannot be read",
            where=str(path),
            expected="closed braces",
        )
    for entry in entries:
        plain = {k: _BRACES.sub("", v) for k, v in entry.items() if isinstance(v, str) and k not in {"ID", "ENTRYTYPE"}}
        plain["venue"] = plain.get("journal") or plain.get("booktitle") or ""
        yield _one(plain, f"{path}, entry {entry.get('ID', '?')}", path)


def read_ris(path: Path) -> Found:
    """Read a RIS file (rispy)."""
    import rispy

    from hypograph.flows.readers.publications.registry import open_text

    with open_text(path) as file:
        text = file.read()
    try:
        entries = rispy.loads(text, skip_unknown_tags=True)
    except (OSError, ValueError, KeyError, rispy.parser.ParseError) as error:
        yield MalformedRowError(f"this is no RIS ({error})", where=str(path), expected="lines such as TY  - JOUR")
        return
    for number, entry in enumerate(entries, start=1):
        row = {
            "title": entry.get("title") or entry.get("primary_title"),
            "abstract": entry.get("abstract") or entry.get("notes_abstract"),
            "year": entry.get("year") or entry.get("publication_year"),
            "venue": entry.get("journal_name") or entry.get("secondary_title") or entry.get("alternate_title3"),
            "doi": entry.get("doi"),
            "keywords": entry.get("keywords"),
        }
        yield _one(row, f"{path}, entry {number}", path)


def openalex_row(work: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an OpenAlex work under our names; the abstract is put together from its index."""
    location = work.get("primary_location") or {}
    source = location.get("source") if isinstance(location, Mapping) else None
    host = work.get("host_venue") or {}
    index = work.get("abstract_inverted_index") or {}
    words = sorted((place, word) for word, places in index.items() for place in places)
    keywords = [k.get("display_name") or k.get("keyword") for k in work.get("keywords") or [] if isinstance(k, Mapping)]
    return {
        "title": work.get("title") or work.get("display_name"),
        "abstract": " ".join(word for _, word in words) or work.get("abstract"),
        "year": work.get("publication_year"),
        "venue": (source or {}).get("display_name") or host.get("display_name"),
        "doi": work.get("doi"),
        "citations": work.get("cited_by_count"),
        "keywords": [k for k in keywords if k],
        "retracted": work.get("is_retracted"),
        "key": work.get("id"),
    }


def is_openalex(row: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a work of OpenAlex."""
    return "abstract_inverted_index" in row or str(row.get("id", "")).startswith("https://openalex.org/W")


def read_json(path: Path) -> Found:
    """Read a JSON file: a list of publications, one publication, or an OpenAlex page with ``results``."""
    from hypograph.flows.readers.publications.registry import open_text

    with open_text(path) as file:
        try:
            document = json.load(file)
        except json.JSONDecodeError as error:
            where = f"{path}, row {error.lineno}, column {error.colno}"
            raise MalformedRowError(f"this is no JSON ({error.msg})", where=where) from error
    if isinstance(document, Mapping):
        document = document.get("results", [document])
    if not isinstance(document, list):
        raise MalformedRowError("this is no list of publications", where=str(path), expected="a list, or a key results")
    for number, row in enumerate(document, start=1):
        where = f"{path}, entry {number}"
        if not isinstance(row, Mapping):
            yield MalformedRowError("this is no JSON object", where=where)
            continue
        yield _one(openalex_row(row) if is_openalex(row) else row, where, path)


def read_jats(path: Path) -> Found:
    """Read articles in JATS XML; external entities are refused."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, parse

    from hypograph.flows.readers.publications.registry import open_text

    try:
        with open_text(path) as file:
            root: Element = parse(file).getroot()
    except DefusedXmlException as error:
        raise MalformedRowError(f"the XML is refused ({type(error).__name__})", where=str(path)) from error
    except ParseError as error:
        raise MalformedRowError(f"this is no XML ({error})", where=str(path), expected="JATS") from error
    articles = [root] if root.tag.split("}")[-1] == "article" else list(root.iter("article"))
    if not articles:
        yield MalformedRowError("no article in this XML", where=str(path), expected="JATS with an element article")
    for number, article in enumerate(articles, start=1):
        yield _one(_jats_row(article), f"{path}, article {number}", path)


def _jats_row(article: Element) -> dict[str, Any]:
    def text(node: Element | None) -> str:
        return " ".join(" ".join(node.itertext()).split()) if node is not None else ""

    ids = {n.get("pub-id-type"): text(n) for n in article.iter("article-id")}
    years = [text(n.find("year")) for n in article.iter("pub-date") if n.find("year") is not None]
    abstracts = [n for n in article.iter("abstract") if n.get("abstract-type") is None]
    body = article.find("body")
    return {
        "title": text(article.find(".//article-title")),
        "abstract": " ".join(text(p) for n in abstracts for p in (list(n.iter("p")) or [n])),
        "year": min(years, default=None),
        "venue": text(article.find(".//journal-title")),
        "doi": ids.get("doi"),
        "keywords": [text(n) for n in article.iter("kwd")],
        "passages": [text(p) for p in body.iter("p")] if body is not None else [],
        "retracted": article.get("article-type") in {"retraction", "retracted-article"},
    }


def read_pdf(path: Path) -> Found:
    """Read a PDF (pypdf): title and DOI from its data or head, abstract where marked, pages as passages."""
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(path)
        pages = [page.extract_text() or "" for page in reader.pages]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedRowError(f"this PDF cannot be read ({error})", where=str(path)) from error
    text = "\n".join(pages)
    if not text.strip():
        raise MalformedRowError("this PDF holds no text", where=str(path), hint="Scanned pages need text recognition.")
    yield _one(_text_row(text, title, pages), str(path), path)


def read_plain(path: Path) -> Found:
    """Read a text file: the first line is the title, the rest the abstract."""
    from hypograph.flows.readers.publications.registry import open_text

    with open_text(path) as file:
        lines = file.read().strip().splitlines()
    row = {"title": lines[0].lstrip("# ") if lines else "", "abstract": " ".join(lines[1:])}
    yield _one({**row, "doi": clean_doi(" ".join(lines)[:_HEAD])}, str(path), path)


def _text_row(text: str, title: str, pages: list[str]) -> dict[str, Any]:
    head = text[:_HEAD]
    first = next((line.strip() for line in head.splitlines() if len(line.strip()) > 10), "")
    abstract = _ABSTRACT.search(head)
    return {
        "title": title.strip() or first,
        "abstract": abstract.group(1) if abstract else "",
        "doi": clean_doi(head),
        "passages": [" ".join(page.split()) for page in pages if page.strip()],
    }


def walk_folder(path: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files of a folder that have a known suffix, in order; hidden ones are left out."""
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if found.is_file() and not hidden and found.name.lower().removesuffix(".gz").endswith(suffixes):
            yield found

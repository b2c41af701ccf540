"""TEI, as GROBID writes it of a PDF: who the publication is from its header, its text and references."""

from __future__ import annotations

import re
from functools import partial
from typing import Final
from xml.etree.ElementTree import Element

from hypograph.flows.readers.publications.files import head_text
from hypograph.flows.readers.publications.formats.xml_documents import first, local, read_xml, text_in, within
from hypograph.flows.readers.publications.registry import Reader, register

_SIGN: Final = re.compile(r"<(?:\w+:)?TEI[\s>]")


def tei_row(root: Element) -> dict[str, object]:
    """Return the fields of a TEI document; what it does not say is empty."""
    header = first(root, "teiHeader")
    source = first(header, "biblStruct")
    analytic = first(source, "analytic")
    analytic = analytic if analytic is not None else source
    keywords = first(header, "keywords")
    body = first(first(root, "text"), "body")
    return {
        "title": text_in(first(first(header, "titleStmt"), "title")) or text_in(first(analytic, "title")),
        "abstract": " ".join(text_in(p) for p in _paragraphs(first(header, "abstract"))),
        "year": _year(source) or _year(first(header, "publicationStmt")),
        "venue": text_in(first(first(source, "monogr"), "title")),
        "doi": _identifier(source, "DOI"),
        "arxiv": _identifier(source, "arXiv"),
        "keywords": [text_in(n) for n in within(keywords, "term")],
        "authors": [_person(n) for n in within(analytic, "author")],
        "references": [_reference(n) for n in _listed(root)],
        "passages": [text_in(p) for p in within(body, "p")],
    }


def parsed(text: str) -> dict[str, object]:
    """Read one TEI document; entities are refused.

    Raises
    ------
    ValueError
        If it is no TEI.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError
    from defusedxml.ElementTree import fromstring as safely

    try:
        root: Element = safely(text)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"this is no TEI ({error})") from error
    if local(root) != "TEI":
        raise ValueError(f"this is no TEI but <{local(root)}>")
    return tei_row(root)


def _paragraphs(node: Element | None) -> list[Element]:
    found = list(within(node, "p", "ab"))
    return found or ([node] if node is not None else [])


def _identifier(node: Element | None, kind: str) -> str:
    named = (n for n in within(node, "idno") if str(n.get("type", "")).lower() == kind.lower())
    return next((text_in(n) for n in named), "")


def _year(node: Element | None) -> str:
    for date in within(node, "date"):
        said = date.get("when") or text_in(date)
        if match := re.search(r"\b(?:19|20)\d\d\b", said):
            return match.group()
    return ""


def _person(author: Element) -> dict[str, str]:
    given = " ".join(text_in(n) for n in within(author, "forename"))
    return {"family": text_in(first(author, "surname")) or text_in(first(author, "name", "orgName")), "given": given}


def _listed(root: Element) -> list[Element]:
    return list(within(first(first(root, "text"), "back"), "biblStruct"))


def _reference(entry: Element) -> dict[str, str]:
    note = next((text_in(n) for n in within(entry, "note") if n.get("type") == "raw_reference"), "")
    authors = ", ".join(text_in(first(n, "surname")) for n in within(entry, "author"))
    title = text_in(first(entry, "title"))
    text = note or ". ".join(part for part in (authors, title, _year(entry)) if part)
    found = {"doi": _identifier(entry, "DOI"), "text": text}
    return {name: value for name, value in found.items() if value}


register(
    Reader(
        "tei",
        "TEI XML (GROBID)",
        (".tei.xml", ".tei"),
        lambda head: 0.95 if _SIGN.search(head_text(head)) else 0.0,
        partial(read_xml, names=frozenset({"TEI"}), row=tei_row),
    )
)

"""XML of publishers and services: JATS, PubMed, EndNote, arXiv's feed; each record by itself, entities refused."""

from __future__ import annotations

import copy
import html
import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import head_text, open_bytes, open_text
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.models.core.errors import MalformedRowError
from hypograph.models.literature.text.markup import plain_text

# Below these stand other publications, or what is no text: never a title, an abstract or a DOI of the article.
_OTHERS_WORDS: Final = "sub-article response ref-list related-article related-object product"
_OTHERS: Final = frozenset(_OTHERS_WORDS.split())
_SIDE_WORDS: Final = "xref fn object-id disp-formula-group table-wrap fig supplementary-material"
_SIDE: Final = frozenset(_SIDE_WORDS.split())
_SCRIPTS: Final = {"sub": "sub", "inf": "sub", "subscript": "sub", "sup": "sup", "superscript": "sup"}
_BLOCKS: Final = frozenset(
    ("p", "para", "sec", "title", "list-item", "break", "br", "disp-formula", "label", "simplesect")
)
# What is left of a mark of a reference that stood in brackets.
_HOLLOW: Final = re.compile(r"\s?[\[(][\s,;–—-]*[\])](?=[\s.,;:]|$)")
_PREDEFINED: Final = frozenset(("amp", "lt", "gt", "quot", "apos"))
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")


def local(node: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def within(node: Element | None, *names: str) -> Iterator[Element]:
    """Yield the elements of these names below a node, in order, but none that belongs to another publication."""
    for child in node if node is not None else ():
        if local(child) in _OTHERS:
            continue
        if local(child) in names:
            yield child
        else:
            yield from within(child, *names)


def first(node: Element | None, *names: str) -> Element | None:
    """Return the first of the elements that `within` yields."""
    return next(within(node, *names), None)


def text_in(node: Element | None) -> str:
    """Return the plain text in an element, scripts, MathML and TeX understood; marks of footnotes are left out."""
    return _HOLLOW.sub("", plain_text(_marked(node))) if node is not None else ""


def _marked(node: Element) -> str:
    """Return what is in an element, with the marks that tell how it is read and without all others."""
    math = any(local(child) == "math" for child in node)
    parts = [html.escape(node.text or "", quote=False)]
    for child in node:
        name = local(child)
        if name in _SCRIPTS:
            parts.append(f"<{_SCRIPTS[name]}>{_marked(child)}</{_SCRIPTS[name]}>")
        elif name == "math":
            parts.append(re.sub(r"<(/?)\w+:", r"<\1", tostring(_alone(child), encoding="unicode")))
        elif name and name not in _SIDE and not (name == "tex-math" and math):
            inner = _marked(child)
            parts.append(f" {inner} " if name in _BLOCKS else inner)
        parts.append(html.escape(child.tail or "", quote=False))
    return "".join(parts)


def _alone(node: Element) -> Element:
    """Return an element without the text behind it."""
    found = copy.copy(node)
    found.tail = None
    return found


def read_xml(path: Path, names: frozenset[str], row: Callable[[Element], dict[str, object]]) -> Found:
    """Read the records of an XML file one by one; those before a fault are read, and the fault is told."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    number = 0
    try:
        with open_bytes(path) as file:
            depth = 0
            for event, node in iterparse(file, events=("start", "end"), forbid_dtd=False):
                if local(node) not in names:
                    continue
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 0:
                    number += 1
                    yield from records_from(row(node), where=f"{path}, record {number}", source=path.name)
                    node.clear()
    except DefusedXmlException as error:
        raise MalformedRowError(f"the XML is refused ({type(error).__name__})", where=str(path)) from error
    except (ParseError, ValueError, LookupError) as error:
        if number == 0 and (mended := _mended(path)) is not None:
            yield from _read_text(mended, path, names, row)
            return
        what = f"this is no XML from here on ({error})" if number else f"this is no XML ({error})"
        yield MalformedRowError(what, where=f"{path}, after record {number}" if number else str(path))
        return
    if number == 0:
        yield MalformedRowError(
            "no record in this XML", where=str(path), expected=f"elements {', '.join(sorted(names))}"
        )


def _mended(path: Path) -> str | None:
    """Return the text of a file with HTML's entities, another encoding than it says, or no single root mended."""
    with open_text(path) as file:
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", file.read().lstrip("\ufeff"))
    if "<!ENTITY" in text:
        return None
    found = _ENTITY.sub(lambda m: m.group() if m.group(1) in _PREDEFINED else html.unescape(m.group()), text)
    found = re.sub(r"&(?![A-Za-z#][\w]*;)", "&amp;", found)
    found = re.sub(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?>|<\?xml[^>]*\?>", "", found)
    return f"<everything>{found}</everything>"


def _read_text(text: str, path: Path, names: frozenset[str], row: Callable[[Element], dict[str, object]]) -> Found:
    from defusedxml.ElementTree import ParseError, iterparse

    number, depth = 0, 0
    try:
        for event, node in iterparse(io.StringIO(text), events=("start", "end")):
            if local(node) in names:
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 0:
                    number += 1
                    yield from records_from(row(node), where=f"{path}, record {number}", source=path.name)
                    node.clear()
    except ParseError as error:
        after = f"{path}, after record {number}" if number else str(path)
        yield MalformedRowError(f"this is no XML from here on ({error})", where=after)
    if number == 0:
        yield MalformedRowError(
            "no record in this XML", where=str(path), expected=f"elements {', '.join(sorted(names))}"
        )


def _jats(article: Element) -> dict[str, object]:
    meta = first(article, "article-meta", "front-stub")
    meta = meta if meta is not None else article
    ids = {n.get("pub-id-type"): text_in(n) for n in within(meta, "article-id")}
    dates = list(within(meta, "pub-date"))
    years = [text_in(first(d, "year")) for d in dates] or [text_in(n) for n in within(meta, "copyright-year")]
    abstracts = [n for n in within(meta, "abstract") if n.get("abstract-type") in {None, "section", "short"}]
    people = [g for g in within(meta, "contrib") if g.get("contrib-type") in {None, "author"}]
    return {
        "title": text_in(first(meta, "article-title")),
        "abstract": " ".join(" ".join(text_in(p) for p in (list(within(n, "p")) or [n])) for n in abstracts[:1]),
        "year": min((y for y in years if y), default=None),
        "venue": text_in(first(article, "journal-title")) or text_in(first(article, "abbrev-journal-title")),
        "doi": ids.get("doi"),
        "pmid": ids.get("pmid"),
        "pmcid": ids.get("pmc") or ids.get("pmcid"),
        "arxiv": ids.get("arxiv"),
        "keywords": [text_in(n) for n in within(meta, "kwd")],
        "authors": [_person(p) for p in people],
        "references": _jats_references(article),
        "passages": [text_in(p) for p in within(first(article, "body"), "p")],
        "retracted": article.get("article-type") in {"retraction", "retracted-article"},
    }


def _person(node: Element) -> dict[str, str]:
    group = next((child for child in node if local(child) == "collab"), None)
    if group is not None:  # its members stand within
        own = copy.copy(group)
        for child in [c for c in own if local(c) == "contrib-group"]:
            own.remove(child)
        return {"family": text_in(own)}
    family = text_in(first(node, "surname"))
    if family:
        return {"family": family, "given": text_in(first(node, "given-names"))}
    return {"family": text_in(first(node, "collab", "string-name", "name"))}


def _jats_references(article: Element) -> list[dict[str, str]]:
    found = []
    for refs in article.iter():
        if local(refs) != "ref-list":
            continue
        for ref in (n for n in refs if local(n) == "ref"):
            ids = {n.get("pub-id-type") or "": text_in(n) for n in ref.iter() if local(n) == "pub-id"}
            cited = next((text_in(n) for n in ref.iter() if local(n) in {"article-title", "mixed-citation"}), "")
            found.append({"doi": ids.get("doi", ""), "pmid": ids.get("pmid", ""), "text": cited})
        break  # the article's own list; a reply's comes later
    return [{k: v for k, v in row.items() if v} for row in found]


def _pubmed(article: Element) -> dict[str, object]:
    def typed(node: Element | None, tag: str, attribute: str, value: str) -> str:
        return next((text_in(n) for n in within(node, tag) if n.get(attribute) == value), "")

    data = first(article, "PubmedData", "PubmedBookData")
    # Only the list right below: each reference has one of its own.
    own = next((n for n in data if local(n) == "ArticleIdList"), None) if data is not None else None
    main = first(article, "Article", "BookDocument")
    date = first(main, "PubDate")
    when = (
        text_in(first(date, "Year"))
        or text_in(first(date, "MedlineDate"))
        or text_in(first(first(main, "ArticleDate"), "Year"))
    )
    return {
        "title": text_in(first(main, "ArticleTitle", "VernacularTitle")) or text_in(first(main, "BookTitle")),
        "abstract": " ".join(text_in(n) for n in within(first(main, "Abstract"), "AbstractText")),
        "year": when,
        "venue": text_in(first(first(main, "Journal"), "Title")) or text_in(first(article, "MedlineTA")),
        "doi": typed(main, "ELocationID", "EIdType", "doi") or typed(own, "ArticleId", "IdType", "doi"),
        "pmid": text_in(first(article, "PMID")),
        "pmcid": typed(own, "ArticleId", "IdType", "pmc"),
        "keywords": [text_in(n) for n in within(article, "Keyword")],
        "authors": [
            {
                "family": text_in(first(n, "LastName", "CollectiveName")),
                "given": text_in(first(n, "ForeName", "Initials")),
            }
            for n in within(first(main, "AuthorList"), "Author")
        ],
        "references": [
            {
                "doi": typed(n, "ArticleId", "IdType", "doi"),
                "pmid": typed(n, "ArticleId", "IdType", "pubmed"),
                "text": text_in(first(n, "Citation")),
            }
            for n in within(data, "Reference")
        ],
        "documenttype": [text_in(n) for n in within(main, "PublicationType")],
    }


def _endnote(record: Element) -> dict[str, object]:
    def styled(node: Element | None) -> str:
        """Join runs of one text; a run set low or high is a script."""
        if node is None:
            return ""
        parts = [html.escape(node.text or "", quote=False)]
        for run in node:
            name = {"subscript": "sub", "superscript": "sup"}.get(run.get("face", ""), "")
            inner = html.escape("".join(run.itertext()), quote=False)
            parts.append(f"<{name}>{inner}</{name}>" if name else inner)
            parts.append(html.escape(run.tail or "", quote=False))
        return plain_text("".join(parts))

    titles, dates = first(record, "titles"), first(record, "dates")
    periodical = first(record, "periodical")
    return {
        "title": styled(first(titles, "title")),
        "abstract": styled(first(record, "abstract")),
        "year": styled(first(dates, "year")),
        "venue": styled(first(titles, "secondary-title")) or styled(first(periodical, "full-title")),
        "doi": styled(first(record, "electronic-resource-num")),
        "keywords": [part for n in within(record, "keyword") for part in re.split(r"[;\r\n]", styled(n))],
        "authors": [styled(n) for n in within(first(record, "authors"), "author")],
        "url": next((u for n in within(record, "url") if "doi.org" in (u := styled(n))), ""),
    }


def _atom(entry: Element) -> dict[str, object]:
    number = text_in(first(entry, "id"))
    return {
        "title": text_in(first(entry, "title")),
        "abstract": text_in(first(entry, "summary")),
        "year": text_in(first(entry, "published")),
        "venue": text_in(first(entry, "journal_ref")) or ("arXiv" if "arxiv.org" in number else ""),
        "doi": text_in(first(entry, "doi")),
        "arxiv": number if "arxiv.org" in number else "",
        "authors": [text_in(first(n, "name")) for n in within(entry, "author")],
    }


def _sniff(head: bytes, sign: str) -> float:
    text = re.sub(r"<!--.*?-->", "", head_text(head), flags=re.DOTALL)
    if not re.match(r"\ufeff?\s*<", text):
        return 0.0
    return 0.95 if re.search(sign, text) else 0.0


_FORMATS: Final = (
    (
        "pubmed-xml",
        "PubMed XML",
        r"<Pubmed(?:Book)?Article(?:Set)?[\s>]|<MedlineCitation",
        ("PubmedArticle", "PubmedBookArticle"),
        _pubmed,
    ),
    ("endnote-xml", "EndNote XML", r"<records?>\s*<record>|<ref-type\b", ("record",), _endnote),
    ("arxiv-feed", "a feed (Atom)", r"<feed[^>]*http://www\.w3\.org/2005/Atom", ("entry",), _atom),
    ("jats", "JATS XML", r"(?s)\A(?!.*<dblp\b).*<(?:\w+:)?article[\s>]", ("article",), _jats),
)


def _refused(path: Path) -> Found:
    """Say that an XML is of no kind that is read."""
    raise MalformedRowError(
        "this XML or HTML is of a kind that is not read",
        where=str(path),
        expected=", ".join(label for _, label, *_ in _FORMATS),
        hint="Export as RIS, BibTeX or CSL-JSON.",
    )


register(
    Reader("xml", "XML", (), lambda head: 0.2 if re.match(r"\ufeff?\s*<[?!A-Za-z]", head_text(head)) else 0.0, _refused)
)
for _name, _label, _sign, _tags, _row in _FORMATS:
    register(
        Reader(
            _name,
            _label,
            (".xml", ".nxml"),
            partial(_sniff, sign=_sign),
            partial(read_xml, names=frozenset(_tags), row=_row),
        )
    )

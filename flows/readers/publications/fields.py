"""From the fields of a record, whatever they are called, to a publication."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import ftfy

from hypograph.flows.readers.publications.identifiers import (
    arxiv_id,
    clean_doi,
    is_generic,
    make_key,
    openalex_id,
    reference_of,
    unique,
)
from hypograph.flows.readers.publications.names import authors_of
from hypograph.flows.readers.publications.retraction import is_retracted, is_retracted_type
from hypograph.flows.readers.publications.spellings import IDS, NAMES, OTHERS, WITHIN
from hypograph.flows.readers.publications.values import (
    count_of,
    flat_name,
    is_empty,
    is_true,
    list_of,
    opened,
    shown,
    text_of,
    year_of,
)
from hypograph.models.core.errors import MalformedRowError
from hypograph.models.core.records import Publication

Row = Mapping[str, object]
Found = Iterator[Publication | MalformedRowError]
T = TypeVar("T")

# Databases that stand where a journal is looked for.
_DATABASES: Final = re.compile(
    r"(?:scopus|pubmed|medline|web of science|wos|crossref|openalex|dimensions|embase).*", re.I
)
_CITATION: Final = re.compile(r"(\S.*?) \(((?:19|20)\d\d)\)[ ,:;]*\d.*")
# The heading that was copied with an abstract; "Abstract interpretation" is none.
_LABEL: Final = re.compile(
    r"^(?i:abstract|summary)(?:\s*[:.—–]\s*|\s+(?=(?:The|An?|In|We|This|These|Here\w*|It|To|For|On|With|By|As|At|From|Our"
    r"|Two|Three|Both|Using|Recent\w*|Although|Due|Because|Since|When|While|Despite|Background|Objectives?|Aims?|Purpose"
    r"|Introduction)\b|[A-Z][A-Za-z]*\d))(?=\S)"
)
_GARBLED: Final = re.compile("[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_PLANES: Final = re.compile("[\ud800-\udfff]")


@dataclass
class _Fields:
    """The filled fields of one record under our names, and what of them could not be read."""

    row: Row
    where: str
    problems: list[MalformedRowError] = field(default_factory=list)

    @functools.cached_property
    def flat(self) -> dict[str, object]:
        """The filled fields by their flat names; ``Authors`` goes before ``Authors (Raw Affiliation)``."""
        found: dict[str, object] = {}
        for name, value in sorted(self.row.items(), key=lambda item: "(" in str(item[0])):
            if not is_empty(value):
                found.setdefault(flat_name(name), opened(value))
        return found

    def given(self, name: str) -> Iterator[object]:
        """Yield the filled values of a field, best name first; then those within a part of the record."""
        yield from (self.flat[n] for n in NAMES[name] if n in self.flat)
        for part, value in self.flat.items() if name in WITHIN else ():
            inner = value[0] if isinstance(value, list) and len(value) == 1 else value
            if isinstance(inner, Mapping) and part not in OTHERS:
                found = {flat_name(k): v for k, v in inner.items() if not is_empty(v)}
                yield from (found[n] for n in WITHIN[name] if n in found)

    def read(self, name: str, reader: Callable[[object], T], empty: T) -> T:
        """Return the first value that can be read; where there are values and none can, the first is a problem."""
        first: ValueError | None = None
        for value in self.given(name):
            try:
                found = reader(value)
            except ValueError as error:
                first = first or error
                continue
            if found != empty:
                return found
        if first is not None:
            self.report(name, f"{first}; left empty")
        return empty

    def report(self, name: str, what: str) -> None:
        """Keep a problem of a field."""
        self.problems.append(MalformedRowError(what, where=f"{self.where}, column {name}"))

    def text(self, name: str, reader: Callable[[object], str] = text_of) -> str:
        """Return a text, mended where its encoding was mistaken before it came here."""
        found = self.read(name, reader, "")
        if _PLANES.search(found) or "\ufffd" in found:
            self.report(name, f"characters that cannot be read in {shown(found)}; replaced")
            found = _PLANES.sub("\ufffd", found)
        return ftfy.fix_encoding(found) if _GARBLED.search(found) else found


def records_from(row: Row, *, where: str, source: str) -> Found:
    """Make a publication from named fields.

    A value that cannot be read leaves its field empty and is yielded as a problem; the record stays.

    Parameters
    ----------
    row
        Field names as any of `NAMES` in any case; unknown fields are ignored.
    where
        File and row, for messages.
    source
        Name of what is read.

    Yields
    ------
    Publication or MalformedRowError
        Problems of single fields, then the publication; one problem alone where there is neither title nor abstract.
    """
    fields = _Fields(row, where)
    title = _title(fields.text("title"))
    abstract = _LABEL.sub("", fields.text("abstract"))
    nothing: tuple[str, ...] = ()
    passages = fields.read("passages", _passages, nothing)
    if not title and not abstract and not passages:
        yield from fields.problems
        yield MalformedRowError("neither title nor abstract", where=where, expected="a column title or abstract")
        return
    doi, venue, year = _doi(fields), fields.text("venue", _venue), fields.read("year", year_of, None)
    if cited := _CITATION.match(venue):  # Embase gives the whole citation: "Endoscopy (2014) 3:3 (152-160)."
        venue, year = cited.group(1), year or int(cited.group(2))
    # A title that any journal may have tells publications apart only with where and when.
    name = f"{title} {venue} {year or ''}" if is_generic(title) else title
    given = next((str(v) for v in fields.given("key") if isinstance(v, str | int)), "")
    publication = Publication(
        key=make_key(doi, name if title else "", _PLANES.sub("\ufffd", given) or abstract or where),
        title=title,
        abstract=abstract,
        year=year,
        venue=venue,
        doi=doi,
        citations=fields.read("citations", count_of, None),
        keywords=fields.read("keywords", list_of, ()),
        passages=passages,
        source=source,
        retracted=_retracted(fields, title),
        authors=fields.read("authors", authors_of, ()),
        references=fields.read("references", _references, ()),
        ids=_ids(fields, doi),
        version_of=next((v for v in fields.given("version_of") if isinstance(v, str)), ""),
    )
    yield from fields.problems
    yield _clean(publication)


def _clean(publication: Publication) -> Publication:
    """Replace halves of characters wherever they stand: they cannot be written."""
    import dataclasses

    found: dict[str, str | tuple[str, ...]] = {}
    for name in ("key", "venue", "doi", "version_of"):
        if _PLANES.search(text := getattr(publication, name)):
            found[name] = _PLANES.sub("\ufffd", text)
    for name in ("authors", "keywords"):
        if any(_GARBLED.search(text) for text in getattr(publication, name)):
            found[name] = tuple(map(ftfy.fix_encoding, getattr(publication, name)))
    for name in ("keywords", "passages", "authors", "references", "ids"):
        if any(_PLANES.search(text) for text in getattr(publication, name)):
            found[name] = tuple(_PLANES.sub("\ufffd", text) for text in getattr(publication, name))
    return dataclasses.replace(publication, **found) if found else publication  # type: ignore[arg-type]


def _title(text: str) -> str:
    """Return a title without marks of a search engine, of a translation and of footnotes."""
    text = re.sub(r"^(?:\[(?:HTML|PDF|DOC|BOOK|CITATION|B|C)\]\s*)+", "", text)
    if re.fullmatch(r"\[[^\[\]]+\]\.?", text):
        text = text.strip("[].")
    return re.sub(r"(?<=\w)\s?[*†‡§¶]+$", "", text).strip()


def _passages(value: object) -> tuple[str, ...]:
    """Return passages as they are: no mark in one parts it."""
    return unique(text_of(item) for item in (value if isinstance(value, list | tuple) else [value]))


def _doi(fields: _Fields) -> str:
    for value in [*fields.given("doi"), *fields.given("key")]:
        if found := _doi_in(value):
            return found
    for name in ("url", "link", "ur", "dcidentifier", "eprint", "m3", "extra", "openurllink", "fulltextlink"):
        value = fields.flat.get(name)
        if isinstance(value, str) and (
            said := re.search(r"doi\.org/|^\s*doi:|[?&]id=doi:", value, re.IGNORECASE | re.MULTILINE)
        ):
            return clean_doi(value[said.start() :].strip().splitlines()[0])
    return ""


def _doi_in(value: object) -> str:
    """Return the DOI in a text, in a mapping under ``DOI``, or in a list of typed identifiers."""
    if isinstance(value, Mapping):
        flat = {flat_name(k): v for k, v in value.items()}
        if "doi" in flat:
            return clean_doi(str(flat["doi"]))
        kind = str(next((flat[n] for n in ("type", "idtype", "scheme", "schema") if flat.get(n)), "doi")).lower()
        said = next((str(flat[n]) for n in ("value", "id", "content", "identifier") if flat.get(n)), "")
        return clean_doi(said) if kind == "doi" and said.lower().startswith(("10.", "http", "doi")) else ""
    if isinstance(value, list):
        return next((d for v in value if (d := _doi_in(v))), "")
    return clean_doi(_PLANES.sub("\ufffd", value)) if isinstance(value, str) else ""


def _venue(value: object) -> str:
    if isinstance(value, Mapping):
        flat = {flat_name(k): v for k, v in value.items()}
        source = flat.get("source") or flat.get("journal")
        if isinstance(source, Mapping | str):
            return _venue(source)
        if "displayname" not in flat and not ({"name", "title", "value"} & set(flat)):
            return ""
    if isinstance(value, list | tuple):
        return next((v for item in value if (v := _venue(item))), "")  # the full name comes before abbreviations
    text = text_of(value)
    return "" if _DATABASES.fullmatch(text) else text


def _retracted(fields: _Fields, title: str) -> bool:
    if is_retracted(title) or any(is_true(v) for v in fields.given("retracted")):
        return True
    kinds = [text for value in fields.given("type") for text in list_of(value)]
    updates = [u for name in ("updatedby", "updateto") for u in _listed(fields.flat.get(name))]
    kinds += [str(u.get("type", "")) for u in updates if isinstance(u, Mapping)]
    return any(is_retracted_type(kind) for kind in kinds)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _references(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return unique(map(reference_of, re.split(r"\s*[;\n|]\s*", value))) if not value.strip().isdigit() else ()
    return unique(_reference(v) for v in _listed(value))


def _reference(value: object) -> str:
    if not isinstance(value, Mapping):
        return reference_of(str(value))
    if doi := _doi_in(value) or _doi_in(value.get("externalIds")):
        return doi
    flat = {flat_name(k): v for k, v in value.items()}
    for prefix, names in IDS.items():
        if found := next((str(flat[n]) for n in names if isinstance(flat.get(n), str | int)), ""):
            return f"{prefix}:{found}"
    said = (flat.get(n) for n in ("unstructured", "text", "articletitle", "title", "volumetitle", "id"))
    return next((reference_of(v) for v in said if isinstance(v, str) and v), "")


def _alone(value: object) -> object:
    """Return what a list of one value, or a mapping ``{"value": …}``, holds."""
    if isinstance(value, list) and value:
        value = value[0]
    return value.get("value") if isinstance(value, Mapping) else value


def _ids(fields: _Fields, doi: str) -> tuple[str, ...]:
    """Return identifiers elsewhere; a preprint's DOI of arXiv gives its arXiv number."""
    flat = dict(fields.flat)
    for value in fields.given("doi"):  # mappings and lists of typed identifiers
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                flat |= {flat_name(k): v for k, v in item.items() if not is_empty(v)}
                kind = next((item[n] for n in ("type", "idtype", "scheme") if isinstance(item.get(n), str)), "")
                if kind:
                    flat[flat_name(kind)] = item.get("value") or item.get("id")
            elif isinstance(item, str) and item.lower().startswith("arxiv:"):
                flat.setdefault("arxiv", item)
    kept = [str(v) for v in _listed(fields.row.get("ids")) if isinstance(v, str) and ":" in v and "/" not in v[:8]]
    found = []
    for prefix, names in IDS.items():
        value = next((v for n in names if isinstance(v := _alone(flat.get(n)), str | int) and str(v).strip()), "")
        text = str(value).strip()
        if prefix == "arxiv":
            text = arxiv_id(text) or (arxiv_id("arxiv" + doi.partition("arxiv")[2]) if "48550/arxiv" in doi else "")
        elif prefix in {"pmid", "pmcid"}:
            digits = re.search(r"\d+", text)
            text = digits.group() if digits else ""
        elif prefix in {"wos"}:
            text = text.removeprefix("WOS:")
        found.append(f"{prefix}:{text}" if text else "")
    works = [openalex_id(str(flat[n])) for n in ("id", "openalex", "openalexid") if isinstance(flat.get(n), str)]
    found += [f"openalex:{w}" for w in works if w]
    return unique([*kept, *found])

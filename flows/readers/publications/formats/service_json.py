"""JSON of services and programs: one work, lists, envelopes of any name, lines of JSON, saved data frames."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.fields import Found, Row, records_from
from hypograph.flows.readers.publications.files import head_text, open_text
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.flows.readers.publications.values import flat_name, is_empty
from hypograph.models.core.errors import MalformedRowError

# What a record of a publication has at least one of.
_TITLES: Final = frozenset(
    ("title", "titles", "maintitle", "displayname", "dctitle", "articletitle", "documenttitle", "ti", "papertitle")
)
_TEXTS: Final = frozenset(("abstract", "abstractinvertedindex", "ab", "abstracttext", "paperabstract", "passages"))
# What services wrap a record into.
_WRAPS: Final = (
    "_source",
    "attributes",
    "data",
    "metadata",
    "work",
    "bibjson",
    "message",
    "paper",
    "article",
    "document",
)
_DEPTH: Final = 5
# What Zotero keeps beside its items.
_NO_PUBLICATIONS: Final = frozenset(("attachment", "note", "annotation"))
_BETWEEN: Final = re.compile(r"[\s,]*")


def read_json(path: Path) -> Found:
    """Read JSON: a document whose records stand in any envelope, or a JSON object a line."""
    with open_text(path) as file:
        first = ""
        number = 0
        while not first.strip():
            number += 1
            first = file.readline()
            if not first:
                return
        first = first.lstrip("\ufeff")
        by_line = path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))
        if by_line or _loads(first) is not None or _is_line(first, file):
            yield from _lines(path, number, first, file)
            return
        text = first + file.read()
    try:
        documents = _values(text)
    except json.JSONDecodeError as error:
        where = f"{path}, row {error.lineno + number - 1}, column {error.colno}"
        yield MalformedRowError(f"this is no JSON ({error.msg})", where=where)
    except (ValueError, RecursionError) as error:
        yield MalformedRowError(f"this JSON cannot be read ({_reason(error)})", where=str(path))
    else:
        for place, document in enumerate(documents, start=1):
            yield from _document(document, path, f"{path}, part {place}" if len(documents) > 1 else "")


def _is_line(first: str, file: TextIOWrapper) -> bool:
    """Tell whether a first line that cannot be read is one of many: the next that has text is whole by itself."""
    if not first.rstrip().endswith("}"):
        return False
    place = file.tell()
    second = next((line for line in iter(file.readline, "") if line.strip()), "")
    file.seek(place)
    return isinstance(_loads(second), dict)


def _loads(text: str) -> object | None:
    """Return what a text holds as a whole, None where it is no JSON."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _lines(path: Path, number: int, first: str, file: TextIOWrapper) -> Found:
    line = first
    while line:
        if line.strip(" \t\r\n,"):
            where = f"{path}, row {number}"
            try:
                found = _values(line)
            except json.JSONDecodeError as error:
                yield MalformedRowError(f"this is no JSON ({error.msg})", where=f"{where}, column {error.colno}")
            except (ValueError, RecursionError) as error:
                yield MalformedRowError(f"this JSON cannot be read ({_reason(error)})", where=where)
            else:
                for document in found:
                    yield from _document(document, path, where)
        number += 1
        line = file.readline()


def _values(text: str) -> list[object]:
    """Return the JSON values of a text, one behind the other, with blanks or commas between them."""
    decoder = json.JSONDecoder()
    found: list[object] = []
    at = _BETWEEN.match(text, 0).end()  # type: ignore[union-attr]  # matches anywhere
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
    return found


def _reason(error: BaseException) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error).split(";")[0]


def _document(document: object, path: Path, line: str) -> Found:
    """Yield the publications of a document; `line` says where it stands, '' for a whole file."""
    found = list(records_in(document))
    for number, row in enumerate(found, start=1):
        where = line if line and len(found) == 1 else f"{line or path}, entry {number}"
        if not isinstance(row, Mapping):
            yield MalformedRowError("this is no JSON object", where=where, expected='{"title": …}')
            continue
        if row.get("itemType") in _NO_PUBLICATIONS:
            continue
        yield from records_from(shaped(row), where=where, source=path.name)


def records_in(document: object) -> Iterator[object]:
    """Yield the records of a document: itself where it is one, else the best list or wrapped record below it."""
    if isinstance(document, list):
        yield from (_unwrapped(item) for item in document)
    elif isinstance(document, Mapping):
        if is_record(document):
            yield document
        elif (frame := _frame(document)) is not None:
            yield from frame
        elif (best := _best_list(document)) is not None:
            yield from (_unwrapped(item) for item in best)
        elif (inner := _unwrapped(document)) is not document:
            yield inner
        else:
            yield document  # its problem says what it lacks
    else:
        yield document


def is_record(row: object) -> bool:
    """Whether a JSON object has a title or an abstract of its own."""
    if not isinstance(row, Mapping):
        return False
    filled = {flat_name(k) for k, v in row.items() if not is_empty(v)}
    if not filled & (_TITLES | _TEXTS):
        return False
    # A frame by columns has mappings there, an envelope's title describes its list.
    title = next((v for k, v in row.items() if flat_name(k) in filled & _TITLES), None)
    frame = isinstance(title, Mapping) and all(str(k).isdigit() for k in title)
    return not frame and not (isinstance(row.get("items"), list) and is_record(next(iter(row["items"]), None)))


def _unwrapped(item: object) -> object:
    """Return the record in what a service wraps it into, with the identifiers beside it."""
    for _ in range(_DEPTH):
        if not isinstance(item, Mapping) or is_record(item):
            return item
        inner = next((item[n] for n in _WRAPS if isinstance(item.get(n), Mapping)), None)
        if inner is None:
            whole = [v for v in item.values() if is_record(v)]
            if len(whole) != 1:
                return item
            inner = whole[0]
        item = {**{k: v for k, v in item.items() if k in {"id", "key"} and k not in inner}, **inner}
    return item


def _best_list(document: Mapping[str, object]) -> list[object] | None:
    """Return the list below a document that holds most records."""
    best: list[object] | None = None
    most = 0
    level: list[object] = [document]
    for _ in range(_DEPTH):
        below: list[object] = []
        for node in level:
            if isinstance(node, Mapping) and not is_record(node):
                below.extend(node.values())
        for value in [*level, *below]:
            if isinstance(value, Mapping) and not is_record(value):
                value = _by_key(value)
            if isinstance(value, list):
                count = sum(is_record(_unwrapped(item)) for item in value)
                if count > most:
                    best, most = value, count
        level = below
    return best


def _by_key(document: Mapping[str, object]) -> list[object]:
    """Return the records of a mapping from their number or DOI."""
    named = [(str(k), v) for k, v in document.items() if isinstance(v, Mapping) and is_record(v)]
    return [{"doi": k, **v} if k.startswith("10.") else v for k, v in named]


def _frame(document: Mapping[str, object]) -> list[Row] | None:
    """Return the rows of a data frame saved by columns (``{"title": {"0": …}}``) or split."""
    columns, data = document.get("columns"), document.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(r, list) for r in data):
        return [dict(zip(map(str, columns), row, strict=False)) for row in data]
    if not any(flat_name(k) in _TITLES and isinstance(v, Mapping) for k, v in document.items()):
        return None
    keys = dict.fromkeys(k for v in document.values() if isinstance(v, Mapping) for k in v)
    if not keys or not all(str(k).isdigit() for k in keys):
        return None
    return [{n: v.get(k) for n, v in document.items() if isinstance(v, Mapping)} for k in keys]


def shaped(row: Mapping[str, object]) -> Row:
    """Return a record with what a few services keep in places of their own under names that are known."""
    versions = row.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else None
    if isinstance(first, Mapping) and "created" in first:  # arXiv's snapshot
        created = first["created"]
        people = row.get("authors_parsed")
        named = [{"family": p[0], "given": p[1]} for p in people if len(p) > 1] if isinstance(people, list) else None
        more = {"year": created or row.get("update_date"), "arxiv": row.get("id"), "id": None}
        return {**row, **more, "authors": named or row.get("authors"), "venue": row.get("journal-ref") or "arXiv"}
    if "authorString" in row and "pubYear" in row:  # Europe PMC names the database where others name the journal
        return {**row, "source": None}
    if "descriptions" in row and "titles" in row:  # DataCite
        said = row["descriptions"]
        told = (
            [d for d in said if isinstance(d, Mapping) and d.get("descriptionType") == "Abstract"]
            if isinstance(said, list)
            else []
        )
        names = row["titles"]
        own = [t for t in names if isinstance(t, Mapping) and not t.get("titleType")] if isinstance(names, list) else []
        return {**row, "descriptions": told, "titles": own or names, "venue": row.get("publisher")}
    if "creators" in row and "itemType" in row:  # Zotero
        people = row["creators"]
        authors = (
            [p for p in people if isinstance(p, Mapping) and p.get("creatorType") in {"author", None}]
            if isinstance(people, list)
            else people
        )
        return {**row, "creators": authors, "source": None, "key": None}
    index = row.get("index_terms")
    if isinstance(index, Mapping):  # IEEE
        return {**row, "index_terms": index.get("author_terms")}
    return row


def _sniff(head: bytes) -> float:
    text = head_text(head).lstrip("\ufeff \t\r\n")
    if not re.match(r"\{\s*[\"}]|\[\s*[\[{\]]", text):
        return 0.0
    return 0.9 if re.search(r"\"[^\"]{1,60}\"\s*:", text) else 0.4


register(Reader("json", "JSON", (".jsonl", ".ndjson", ".json"), _sniff, read_json))

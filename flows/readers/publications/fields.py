"""From the fields of a row, whatever they are called, to a publication."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypograph.models.core.errors import MalformedRowError
from hypograph.models.core.keys import digest
from hypograph.models.core.records import Publication

# Names that common exports give to a field, lower case, spaces as underscores; the first found wins.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title", "article_title", "document_title", "ti", "display_name", "name"),
    "abstract": ("abstract", "ab", "summary", "description"),
    "year": ("year", "publication_year", "py", "pubyear", "published", "publication_date", "date"),
    "venue": ("venue", "journal", "source_title", "booktitle", "publication_title", "so", "conference"),
    "doi": ("doi", "di"),
    "citations": (
        "citations",
        "cited_by_count",
        "times_cited",
        "cited_by",
        "citation_count",
        "citationcount",
        "tc",
    ),
    "keywords": ("keywords", "author_keywords", "de", "keyword"),
    "retracted": ("retracted", "is_retracted"),
    "key": ("key", "id"),
    "passages": ("passages",),
}
_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
_YEAR: Final = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|21\d\d)(?!\d)")
_RETRACTED: Final = re.compile(
    r"^\s*(?:\[?retracted\]?(?:\s+article)?\s*[:\]]|retraction\s*(?:note|notice)?\s*:|withdrawn\s*:)",
    re.IGNORECASE,
)


def clean_doi(text: str) -> str:
    """Return the DOI in lower case without resolver or closing marks, or '' where there is none."""
    match = _DOI.search(text.strip().lower())
    if not match:
        return ""
    doi = match.group().rstrip(".,;\"'>")
    while doi.endswith(")") and doi.count("(") < doi.count(")"):
        doi = doi[:-1]
    return doi


def title_key(title: str) -> str:
    """Return the letters and digits of a title, lower case and without accents: equal for the same title."""
    flat = unicodedata.normalize("NFKD", title).casefold()
    return "".join(c for c in flat if c.isalnum())


def make_key(doi: str, title: str, fallback: str) -> str:
    """Return the key of a publication: its DOI, else a hash of its title, else of `fallback`."""
    if doi:
        return doi
    flat = title_key(title)
    return digest("title", flat) if flat else digest("publication", fallback)


def publication_from(row: Mapping[str, Any], *, where: str, source: str) -> Publication:
    """Make a publication from named fields.

    Parameters
    ----------
    row
        Field names as any of `NAMES` in any case; unknown fields are ignored.
    where
        File and row, for messages.
    source
        Name of what is read.

    Returns
    -------
    Publication

    Raises
    ------
    MalformedRowError
        Naming the column: a year or number of citations that is none, or neither title nor abstract.
    """
    fields = _named(row)
    title, abstract = _text(fields, "title", where), _text(fields, "abstract", where)
    doi = clean_doi(_text(fields, "doi", where))
    passages = _list(fields.get("passages"), ())
    if not title and not abstract and not passages:
        raise MalformedRowError("neither title nor abstract", where=where, expected="a column title or abstract")
    given = str(fields.get("key") or "")
    return Publication(
        key=make_key(doi or clean_doi(given), title, given or abstract or where),
        title=title,
        abstract=abstract,
        year=_year(fields.get("year"), where),
        venue=_text(fields, "venue", where),
        doi=doi or clean_doi(given),
        citations=_citations(fields.get("citations"), where),
        keywords=_list(fields.get("keywords"), (";", "|")),
        passages=passages,
        source=source,
        retracted=_flag(fields.get("retracted")) or bool(_RETRACTED.match(title)),
    )


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {re.sub(r"[\s-]+", "_", str(k).strip().lower()): v for k, v in row.items()}
    found: dict[str, Any] = {}
    for field, names in NAMES.items():
        for name in names:
            if flat.get(name) not in (None, "", []):
                found[field] = flat[name]
                break
    return found


def _text(fields: Mapping[str, Any], name: str, where: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return " ".join(str(value).split())
    if isinstance(value, Sequence) and all(isinstance(v, str) for v in value):
        return " ".join(" ".join(value).split())
    raise MalformedRowError("this is no text", where=f"{where}, column {name}", expected="text")


def _year(value: Any, where: str) -> int | None:
    if value is None:
        return None
    match = _YEAR.search(str(value))
    if match is None:
        raise MalformedRowError(f"{value!r} is no year", where=f"{where}, column year", expected="a year such as 2017")
    return int(match.group())


def _citations(value: Any, where: str) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise MalformedRowError(
            f"{value!r} is no number of citations",
            where=f"{where}, column citations",
            expected="a number from 0",
        )
    return number


def _list(value: Any, separators: Sequence[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list | tuple) else [value]
    texts = [str(i.get("display_name", "") if isinstance(i, Mapping) else i) for i in items]
    for separator in separators:
        texts = [part for text in texts for part in text.split(separator)]
    if len(texts) == 1 and separators and "," in texts[0]:
        texts = texts[0].split(",")
    return tuple(dict.fromkeys(" ".join(t.split()) for t in texts if t.strip()))


def _flag(value: Any) -> bool:
    return value is True or str(value).strip().lower() in {"true", "yes", "1", "retracted"}

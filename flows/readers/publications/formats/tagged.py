"""Tagged exports: Web of Science, PubMed (MEDLINE), RIS and EndNote, records of lines that begin with a tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import head_text, open_text
from hypograph.flows.readers.publications.identifiers import clean_doi
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.models.core.errors import MalformedRowError

Record = Mapping[str, list[str]]
_CITED: Final = re.compile(r"(?:cited by|times cited)[^:\d]{0,40}:?\s*(\d+)", re.IGNORECASE)
_DOI_SAID: Final = re.compile(r"doi", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a tagged format is written.

    Attributes
    ----------
    tag
        Matches a line that begins a field: its tag, and its value.
    begins, ends
        Tags that begin a record, and that end one.
    apart
        Tags whose continuation lines are values of their own (authors, references).
    fields
        From a record to fields under names that `records_from` knows.
    """

    tag: re.Pattern[str]
    begins: frozenset[str]
    ends: frozenset[str]
    apart: frozenset[str]
    fields: Callable[[Record], dict[str, object]]


def read_tagged(path: Path, dialect: Dialect) -> Found:
    """Read a file of tagged records; a record that lacks its end ends where the next begins."""
    with open_text(path) as file:
        for number, (line, record) in enumerate(records(file, dialect), start=1):
            where = f"{path}, record {number} (line {line})"
            yield from records_from(dialect.fields(record), where=where, source=path.name)


def records(lines: Iterator[str], dialect: Dialect) -> Iterator[tuple[int, Record]]:
    """Yield the line at which each record begins, and its values by tag."""
    record: dict[str, list[str]] = {}
    start, last, blank = 1, "", False
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n").lstrip("\ufeff")
        match = dialect.tag.match(line)
        tag = match.group(1).strip() if match else ""
        # Where nothing marks the beginning of a record, a blank line does.
        begins = tag in dialect.begins or (blank and bool(tag) and not dialect.begins & record.keys())
        if record and (begins or tag in dialect.ends):
            yield start, record
            record, last = {}, ""
        if match and tag not in dialect.ends:
            start = start if record else number
            record.setdefault(tag, []).append((match.group(2) or "").strip())
            last = tag
        elif not match and line.strip() and last:
            _go_on(record, last, line.strip(), apart=last in dialect.apart)
        blank = not line.strip()
    if record:
        yield start, record


def _go_on(record: dict[str, list[str]], tag: str, text: str, *, apart: bool) -> None:
    values = record[tag]
    if apart:
        values.append(text)
    else:
        values[-1] = f"{values[-1]} {text}".strip()


def _first(record: Record, *tags: str) -> str:
    return next((v for tag in tags for v in record.get(tag, ()) if v), "")


def _all(record: Record, *tags: str) -> list[str]:
    """Return the values of the first of the tags that has any."""
    return next((found for tag in tags if (found := [v for v in record.get(tag, ()) if v])), [])


def _keywords(values: list[str]) -> list[str]:
    return [part for value in values for part in re.split(r"\s*[;\n]\s*", value)]


def _own_doi(record: Record, *tags: str) -> str:
    """Return the DOI of the first of the tags that says it holds one."""
    said = (v for tag in tags for v in record.get(tag, ()) if _DOI_SAID.search(v) or v.startswith("10."))
    return next((d for v in said if (d := clean_doi(v))), "")


def _wos(record: Record) -> dict[str, object]:
    return {
        "title": _first(record, "TI"),
        "abstract": _first(record, "AB"),
        "year": _first(record, "PY", "EA", "PD"),
        "venue": _first(record, "SO", "JI", "J9", "SE"),
        "doi": _first(record, "DI", "D2"),
        "citations": _first(record, "TC", "Z9"),
        "keywords": _keywords(record.get("DE", [])),
        "authors": _all(record, "AF", "AU"),
        "references": record.get("CR", []),
        "ut": _first(record, "UT"),
        "pmid": _first(record, "PM"),
        "documenttype": _keywords(record.get("DT", [])),
    }


def _medline(record: Record) -> dict[str, object]:
    doi = next((clean_doi(v) for tag in ("LID", "AID", "SO") for v in record.get(tag, ()) if "doi" in v.lower()), "")
    return {
        "title": _first(record, "TI", "BTI", "TT"),
        "abstract": " ".join(record.get("AB", [])),
        "year": _first(record, "DP", "DEP", "EDAT"),
        "venue": _first(record, "JT", "TA"),
        "doi": doi,
        "keywords": [v for v in record.get("OT", []) if v.lower() != "notnlm"],
        "authors": [*_all(record, "FAU", "AU"), *record.get("CN", ())],
        "pmid": _first(record, "PMID"),
        "pmcid": _first(record, "PMC"),
        "documenttype": record.get("PT", []),
    }


def _ris(record: Record) -> dict[str, object]:
    notes = " ".join(v for tag in ("N1", "M1", "NO") for v in record.get(tag, ()))
    cited = _CITED.search(notes)
    container = _first(record, "JO", "JF", "T2", "JA", "J2", "BT", "T3")
    title = _first(record, "TI", "T1", "CT") or (_first(record, "BT") or _first(record, "T2"))
    return {
        "title": title,
        "abstract": " ".join(_all(record, "AB", "N2")),
        "year": [v for tag in ("PY", "Y1", "DA", "YR") for v in record.get(tag, ()) if v.strip("/ ")],
        "venue": container if container != title else "",
        "doi": _first(record, "DO", "DI") or _own_doi(record, "M3", "UR", "L3", "LK", "ID", "N1"),
        "citations": cited.group(1) if cited else _first(record, "TC"),
        "keywords": _keywords(record.get("KW", [])),
        "authors": _all(record, "AU", "A1"),
        "pmid": _first(record, "AN") if _first(record, "DB").lower() in {"pubmed", "medline"} else "",
        "documenttype": record.get("M3", []),
    }


def _endnote(record: Record) -> dict[str, object]:
    notes = " ".join(record.get("Z", []))
    cited = _CITED.search(notes)
    return {
        "title": _first(record, "T", "!"),
        "abstract": " ".join(record.get("X", [])),
        "year": [v for tag in ("D", "8") for v in record.get(tag, ())],
        "venue": _first(record, "J", "B", "S"),
        "doi": _first(record, "R") or _own_doi(record, "U", "1", "M", "Z"),
        "citations": cited.group(1) if cited else "",
        "keywords": _keywords(record.get("K", [])),
        "authors": record.get("A", []),
    }


def _ovid(record: Record) -> dict[str, object]:
    venue = re.split(r"\. (?:Conference:|\d)|\.  ", _first(record, "JN", "SO"))[0]
    return {
        "title": _first(record, "TI"),
        "abstract": " ".join(record.get("AB", [])),
        "year": _first(record, "YR", "DP", "PY"),
        "venue": venue.strip(". "),
        "doi": _first(record, "DO", "DI") or _own_doi(record, "UR", "XL"),
        "keywords": record.get("KW", []),
        "authors": _all(record, "FA", "AU"),
        "pmid": _first(record, "PM"),
    }


def _refworks(record: Record) -> dict[str, object]:
    return {
        "title": _first(record, "T1"),
        "abstract": " ".join(record.get("AB", [])),
        "year": _first(record, "YR", "FD"),
        "venue": _first(record, "JF", "JO", "T2", "T3"),
        "doi": _first(record, "DO") or _own_doi(record, "LK", "UL"),
        "keywords": _keywords(record.get("K1", [])),
        "authors": [part for value in record.get("A1", []) for part in re.split(r"\s*[;；]\s*", value)],
    }


_NONE: Final = frozenset[str]()
# Named one by one: "US - China" at the beginning of a line of an abstract is text.
_RIS_TAGS: Final = (
    "TY|ER|A[U1-5BDNV]|BT|C[1-8ANPTY]|D[ABIOP]|E[DPT]|I[DS]|J[12AFO]|KW|L[1-4ABK]|M[1-3]|N[12OV]|OP|P[BPY]|R[INPT]|S[ENPRTV]"
    "|T[1-4ACIT]|U[1-5R]|V[LO]|W[TV]|Y[12R]"
)
WOS: Final = Dialect(
    re.compile(r"([A-Z][A-Z0-9])(?: (.*)|\s*)$"),
    frozenset({"PT"}),
    frozenset({"ER", "EF", "FN", "VR"}),
    apart=frozenset({"AU", "AF", "CR", "BA", "BF", "BE"}),
    fields=_wos,
)
MEDLINE: Final = Dialect(
    re.compile(r"(?=.{4}-)([A-Z]{2,4}) {0,2}- ?(.*)$"),
    frozenset({"PMID"}),
    _NONE,
    apart=_NONE,
    fields=_medline,
)
RIS: Final = Dialect(
    re.compile(
        rf"\s{{0,2}}((?:{_RIS_TAGS})(?= -)|[A-Z][A-Z0-9](?=  -)|TY(?=-[A-Z]{{3,6}}\s*$)) {{0,2}}-"
        r"(?:(?: |(?<=  -)|(?<=TY-))(.*)|\s*)$"
    ),
    frozenset({"TY"}),
    frozenset({"ER"}),
    apart=frozenset({"KW", "AU", "A1"}),
    fields=_ris,
)
OVID: Final = Dialect(
    re.compile(r"([A-Z]{2})  - ?(.*)$"),
    frozenset({"VN"}),
    _NONE,
    apart=frozenset({"AU", "KW"}),
    fields=_ovid,
)
REFWORKS: Final = Dialect(
    re.compile(r"([A-Z][A-Z0-9]|vo)(?: (.*)|\s*)$"),
    frozenset({"RT"}),
    _NONE,
    apart=frozenset({"A1", "K1"}),
    fields=_refworks,
)
ENDNOTE: Final = Dialect(
    re.compile(r"%([0-9A-Z!@#$&*()+^><=~\[\]?])(?: (.*)|\s*)$"),
    frozenset({"0"}),
    _NONE,
    apart=frozenset({"K", "A"}),
    fields=_endnote,
)


def _sniff(head: bytes, signs: tuple[str, ...], dialect: Dialect) -> float:
    """Tell how surely a head is of a dialect: by lines only it has, and by how many lines begin with a tag."""
    lines = [line for line in head_text(head).splitlines()[:300] if line.strip()]
    if not any(re.match(sign, line.lstrip("\ufeff")) for line in lines[:60] for sign in signs):
        return 0.0
    tagged = sum(bool(dialect.tag.match(line)) or line[:1].isspace() for line in lines)
    return 0.5 + 0.45 * tagged / len(lines)


_FORMATS: Final = (
    (
        "web-of-science",
        "Web of Science plain text",
        (".ciw", ".isi"),
        (r"FN .*(?:Clarivate|Thomson|ISI|Web of)", r"PT [JBSPC]\s*$"),
        WOS,
    ),
    ("pubmed", "PubMed (MEDLINE)", (".nbib", ".medline"), (r"PMID ?- ?\d", r"OWN {1,2}- "), MEDLINE),
    ("ris", "RIS", (".ris",), (r"\s{0,2}TY {0,2}-",), RIS),
    ("ovid", "Ovid", (".ovd",), (r"VN {1,2}- Ovid Technologies",), OVID),
    (
        "refworks",
        "RefWorks tagged",
        (),
        (r"RT (?:Journal|Book|Conference|Dissertation|Generic|Report|Web|Thesis)",),
        REFWORKS,
    ),
    ("endnote", "EndNote tagged", (".enw",), (r"%0 \w", r"%T \w"), ENDNOTE),
)
for _name, _label, _suffixes, _signs, _dialect in _FORMATS:
    register(
        Reader(
            _name,
            _label,
            _suffixes,
            partial(_sniff, signs=_signs, dialect=_dialect),
            partial(read_tagged, dialect=_dialect),
        )
    )
__all__ = ["Dialect", "MalformedRowError", "read_tagged", "records"]

"""Publications from files: one function for every format, problems reported and the rest read."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from hypograph.flows.readers.publications_fields import publication_from
from hypograph.flows.readers.publications_formats import (
    is_openalex,
    openalex_row,
    read_bibtex,
    read_jats,
    read_json,
    read_pdf,
    read_plain,
    read_ris,
    walk_folder,
)
from hypograph.flows.readers.publications_hea import hea_literature
from hypograph.flows.readers.publications_merge import deduplicate
from hypograph.models.errors import HypographError, MalformedRowError, MissingFileError
from hypograph.models.records import Publication

__all__ = ["ReadReport", "hea_literature", "read_publications"]

Found = Iterator["Publication | MalformedRowError"]


@dataclass(frozen=True)
class ReadReport:
    """What was read, and what could not be: one sentence a problem, with file, row and column."""

    publications: tuple[Publication, ...]
    problems: tuple[str, ...] = ()


def read_publications(path: Path | str) -> ReadReport:
    """Read publications from a file or a folder.

    Parameters
    ----------
    path
        JSON lines, CSV or TSV, BibTeX, RIS, JSON (OpenAlex works too), JATS XML, PDF, plain text, each but
        PDF also gzipped; or a folder of them.

    Returns
    -------
    ReadReport
        A row or file that cannot be read becomes a problem; the others are read.

    Raises
    ------
    MissingFileError
        If nothing is at `path`.
    MalformedRowError
        If the one file named is of a format that is not read.
    """
    path = Path(path)
    if not path.exists():
        raise MissingFileError("no such file or folder", where=str(path))
    if path.is_dir():
        return _read_folder(path)
    reader = _reader(path)
    publications: list[Publication] = []
    problems: list[str] = []
    try:
        for item in reader(path):
            if isinstance(item, Publication):
                publications.append(item)
            else:
                problems.append(str(item))
    except HypographError as error:
        problems.append(str(error))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        problems.append(str(MalformedRowError(f"the file cannot be read ({error})", where=str(path))))
    return ReadReport(tuple(publications), tuple(problems))


def _read_folder(path: Path) -> ReadReport:
    """Read every file of a known format; duplicates between files are joined."""
    reports = [read_publications(file) for file in walk_folder(path, tuple(READERS))]
    publications = deduplicate(p for report in reports for p in report.publications)
    return ReadReport(tuple(publications), tuple(p for report in reports for p in report.problems))


def _reader(path: Path) -> Callable[[Path], Found]:
    name = path.name.lower().removesuffix(".gz")
    for suffix, reader in READERS.items():
        if name.endswith(suffix):
            return reader
    raise MalformedRowError(
        "the format of this file is not known",
        where=str(path),
        expected="one of " + ", ".join(READERS) + " (also .gz)",
    )


@contextlib.contextmanager
def open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """Open a file as UTF-8 text, through gzip where its name ends in .gz; a byte order mark is dropped."""
    with contextlib.ExitStack() as stack:
        raw: IO[bytes] = stack.enter_context(path.open("rb"))
        if path.name.lower().endswith(".gz"):
            raw = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
        yield stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))


def read_json_lines(path: Path) -> Found:
    """Read one JSON object a line."""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            where = f"{path}, row {number}"
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                yield MalformedRowError(f"this is no JSON ({error.msg})", where=f"{where}, column {error.colno}")
                continue
            if not isinstance(row, Mapping):
                yield MalformedRowError("this is no JSON object", where=where, expected='{"title": …}')
                continue
            yield _or_problem(row, where, path)


def read_csv(path: Path) -> Found:
    """Read a table with a header row; the delimiter (comma, semicolon, tab) is found from that row."""
    with open_text(path) as file:
        head = file.readline()
        delimiter = max(",;\t", key=head.count)
        rows = csv.DictReader(file, fieldnames=next(csv.reader([head], delimiter=delimiter), []), delimiter=delimiter)
        for number, row in enumerate(rows, start=2):
            where = f"{path}, row {number}"
            if None in row:
                yield MalformedRowError(f"{len(row[None])} cells more than the header has", where=where)
                continue
            yield _or_problem(row, where, path)


def _or_problem(row: Mapping[str, Any], where: str, path: Path) -> Publication | MalformedRowError:
    try:
        fields = openalex_row(row) if is_openalex(row) else row
        return publication_from(fields, where=where, source=path.name)
    except MalformedRowError as error:
        return error


READERS: Final[dict[str, Callable[[Path], Found]]] = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".bib": read_bibtex,
    ".ris": read_ris,
    ".json": read_json,
    ".xml": read_jats,
    ".nxml": read_jats,
    ".pdf": read_pdf,
    ".txt": read_plain,
    ".md": read_plain,
}

"""Publications from files: one function for every format, problems reported and the rest read."""

from __future__ import annotations

import codecs
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

from hypograph.flows.readers.publications.duplicates import deduplicate
from hypograph.flows.readers.publications.fields import publication_from
from hypograph.flows.readers.publications.formats import (
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
from hypograph.flows.readers.publications.hea_bench import hea_literature
from hypograph.models.core.errors import HypographError, MalformedRowError, MissingFileError
from hypograph.models.core.records import Publication

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
    if not publications and not problems:
        problems.append(str(MalformedRowError("no publication was found in it", where=str(path))))
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
    """Open a file as text, through gzip where its name ends in .gz; a byte order mark is dropped.

    The encoding is UTF-8, UTF-16 where its mark begins the file, or Windows-1252 (Latin-1) where the bytes are no
    UTF-8 and hold no character of it either; broken UTF-8 stays an error.
    """
    with contextlib.ExitStack() as stack:
        with _open_bytes(path) as first:
            encoding = _encoding(first)
        raw = stack.enter_context(_open_bytes(path))
        errors = "replace" if encoding == "cp1252" else "strict"
        yield stack.enter_context(io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline=""))


def _open_bytes(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def _encoding(file: IO[bytes]) -> str:
    """Tell the encoding of a file from all its bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    known = False
    try:
        while part := file.read(1 << 20):
            if part[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and file.tell() == len(part):
                return "utf-16"
            known = known or not decoder.decode(part).isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        around = bytes(error.object)[: error.start] + bytes(error.object)[error.end :]
        return "utf-8-sig" if known or not around.decode("utf-8", "ignore").isascii() else "cp1252"
    except (OSError, EOFError, zlib.error):
        return "utf-8-sig"  # reading it will say what is broken, after the rows that are not
    return "utf-8-sig"


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

"""Readers of publications, each known by what it reads; the content of a file decides, its name breaks ties."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.duplicates import deduplicate
from hypograph.flows.readers.publications.fields import Found
from hypograph.flows.readers.publications.files import read_head
from hypograph.flows.readers.publications.hea_bench import hea_literature
from hypograph.flows.runtime.datasets import checked
from hypograph.models.core.errors import (
    HypographError,
    InputError,
    MalformedRowError,
    MissingFileError,
    UnavailableError,
)
from hypograph.models.core.records import Publication

__all__ = [
    "ReadReport",
    "Reader",
    "choose_reader",
    "hea_literature",
    "read_publications",
    "read_uploaded",
    "readers",
    "register",
]

ENTRY_POINTS: Final = "hypograph.readers"
_MODULES: Final = ("tagged", "bibtex", "service_json", "xml_documents", "tei", "delimited", "labelled", "pdf", "notes")
# Files beside publications that nobody takes for some: left out of a folder without a word.
_BESIDE: Final = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".tif",
    ".tiff",
    ".mp4",
    ".py",
    ".ini",
    ".lock",
    ".css",
    ".js",
)


@dataclass(frozen=True)
class Reader:
    """A format of publications.

    Attributes
    ----------
    name, label
        Its name for programs, and for people.
    suffixes
        How names of its files end, lower case, with the dot.
    sniff
        From the first bytes of a file, unpacked, how surely it is of this format: 0 not, 1 certainly.
    read
        Yields publications and problems; may raise `HypographError` for the file as a whole.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], float]
    read: Callable[[Path], Found]


@dataclass(frozen=True)
class ReadReport:
    """What was read, what could not be (one sentence a problem, with file, row and column), and notes on how."""

    publications: tuple[Publication, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


_READERS: Final[dict[str, Reader]] = {}
_loaded: Final[list[str]] = []


def register(reader: Reader) -> Reader:
    """Make a reader known; one of the same name is replaced.

    A package of its own registers through the entry point group ``hypograph.readers``: a `Reader`, or a function
    that returns one or several.
    """
    _READERS[reader.name] = reader
    return reader


def readers() -> Mapping[str, Reader]:
    """Return the readers by name: ours, then those of other packages."""
    if not _loaded:
        _loaded.append(ENTRY_POINTS)
        for module in _MODULES:
            importlib.import_module(f"hypograph.flows.readers.publications.formats.{module}")
        for point in importlib.metadata.entry_points(group=ENTRY_POINTS):
            try:
                made = point.load()
                made = made if isinstance(made, Reader) else made()
            except Exception as error:  # whatever the other package does wrong
                _loaded.clear()
                raise UnavailableError(
                    f"a reader of another package cannot be loaded ({error})",
                    where=f"{ENTRY_POINTS}: {point.name}",
                    hint="Mend or uninstall that package.",
                ) from error
            for reader in [made] if isinstance(made, Reader) else made:
                register(reader)
    return _READERS


def choose_reader(name: str, head: bytes) -> Reader | None:
    r"""Return the reader of a file by its first bytes; its name decides between equals, or where nothing else does.

    Examples
    --------
    >>> choose_reader("export.txt", b"TY  - JOUR\nTI  - On alloys\nER  - \n").name
    'ris'
    """
    name = name.lower().removesuffix(".gz")
    best, found = (0.0, False), None
    for reader in readers().values():
        score = (round(reader.sniff(head), 2), name.endswith(reader.suffixes))
        if score > best:
            best, found = score, reader
    return found


def read_publications(path: Path | str) -> ReadReport:
    """Read publications from a file or a folder.

    Parameters
    ----------
    path
        A file of any format of `readers`, packed with gzip or not; or a folder of them.

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
    if not path.is_file():
        raise InputError("this is neither a file nor a folder", where=str(path))
    checked(path)
    try:
        reader = choose_reader(path.name, read_head(path))
    except OSError as error:
        return ReadReport((), (str(MalformedRowError(f"the file cannot be read ({_said(error)})", where=str(path))),))
    if reader is None:
        known = sorted({s for r in readers().values() for s in r.suffixes})
        raise MalformedRowError(
            "the format of this file is not known", where=str(path), expected="one of " + ", ".join(known)
        )
    return _read(path, reader)


def read_uploaded(name: str, data: bytes) -> ReadReport:
    """Read publications from the bytes of a file; `name` is how messages call it, and its suffix may tell its format.

    Raises
    ------
    MalformedRowError
        If the format is not known.
    """
    name = Path(name).name or "upload"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload" / name
        path.parent.mkdir()
        path.write_bytes(data)
        try:
            report = read_publications(path)
        except HypographError as error:
            error.where = error.where.replace(str(path), name)
            raise
    return replace(
        report,
        problems=tuple(p.replace(str(path), name) for p in report.problems),
        notes=tuple(n.replace(str(path), name) for n in report.notes),
    )


def _read(path: Path, reader: Reader) -> ReadReport:
    publications: list[Publication] = []
    problems: list[str] = []
    try:
        for item in reader.read(path):
            if isinstance(item, Publication):
                publications.append(item)
            else:
                problems.append(str(item))
    except HypographError as error:
        problems.append(str(error))
    except (OSError, EOFError, ValueError, RecursionError, MemoryError) as error:
        problems.append(str(MalformedRowError(f"the file cannot be read ({_said(error)})", where=str(path))))
    if not publications and not problems:
        problems.append(str(MalformedRowError("no publication was found in it", where=str(path))))
    note = f"{path.name}: read as {reader.label}, {len(publications)} publication{'s' * (len(publications) != 1)}"
    return ReadReport(tuple(publications), tuple(problems), (note,))


def _said(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _read_folder(path: Path) -> ReadReport:
    """Read every file of a known format; duplicates between files are joined."""
    reports: list[ReadReport] = []
    unknown: list[str] = []
    for file in walk_folder(path):
        try:
            reports.append(read_publications(file))
        except MalformedRowError:
            unknown.append(file.name)
    publications = deduplicate(p for report in reports for p in report.publications)
    notes = [n for report in reports for n in report.notes]
    if unknown:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        notes.append(f"left out, of a format that is not read: {', '.join(unknown[:5])}{more}")
    problems = tuple(p for report in reports for p in report.problems)
    if not publications and not problems:
        problems = (str(MalformedRowError("no publication was found in it", where=str(path))),)
    return ReadReport(tuple(publications), problems, tuple(notes))


def walk_folder(path: Path) -> Iterator[Path]:
    """Yield the files of a folder, at any depth, in order; hidden ones and pictures are left out."""
    # What vanishes or may not be entered while this looks is passed over; `rglob` ends at some of it.
    for found in sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if os.path.isfile(found) and not hidden and found.suffix.lower() not in _BESIDE:
            yield found

"""What the last build of the graph wrote, by short hashes, kept beside the results of units."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from hypograph.models.core.errors import DiskError

FILE: Final = "literature-build.json.gz"


@dataclass(frozen=True)
class BuildNote:
    """The last build.

    Attributes
    ----------
    state
        Hash of all it depended on; empty while a build is under way and where there was none.
    made_by
        Versions of the kinds of units that it used.
    corpus
        Name of the corpus.
    units
        Keys of the units that wrote what stands in the graph.
    counts
        Publications, keywords, edges and merges.
    note
        What the potential of its keyword sets rests on.
    publications, keywords, pairs
        A short hash of what was written of each, by key; a pair is two keywords with a tab between them.
    """

    state: str = ""
    made_by: str = ""
    corpus: str = ""
    units: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    note: str = ""
    publications: dict[str, str] = field(default_factory=dict)
    keywords: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, str] = field(default_factory=dict)


def load_note(folder: Path) -> BuildNote:
    """Return the note of a folder; an empty one where there is none that can be read."""
    try:
        with gzip.open(folder / FILE, "rt", encoding="utf-8") as file:
            found = json.load(file)
        return BuildNote(**{**found, "units": tuple(found["units"])})
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return BuildNote()


def save_note(folder: Path, note: BuildNote) -> None:
    """Keep a note in place of the one before.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, compresslevel=3) as file:
            file.write(json.dumps(asdict(note), ensure_ascii=False).encode())
        os.replace(name, folder / FILE)
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(folder)) from error

"""The user's stop words and thesaurus, kept beside the corpus."""

from __future__ import annotations

from pathlib import Path

from hypograph.models.core.errors import MissingFileError
from hypograph.models.literature.keywords.vocabulary import Vocabulary, read_stop_words, read_thesaurus

STOP_WORDS = "stop_words.txt"
THESAURUS = "thesaurus.csv"


def read_vocabulary(folder: Path) -> Vocabulary:
    """Read what is kept in the folder of a corpus; an empty vocabulary where nothing is."""
    stop, same = folder / STOP_WORDS, folder / THESAURUS
    return Vocabulary(
        read_stop_words(stop.read_text("utf-8-sig")) if stop.exists() else frozenset(),
        read_thesaurus(same.read_text("utf-8-sig"), str(same)) if same.exists() else {},
    )


def keep_vocabulary(folder: Path, stop: Path | None = None, thesaurus: Path | None = None) -> Vocabulary:
    """Check the user's files and keep copies of them; they take effect with the next build.

    Raises
    ------
    MissingFileError
        If a file is not there.
    InputError
        If a file is no thesaurus.
    """
    for given in (stop, thesaurus):
        if given is not None and not given.is_file():
            raise MissingFileError("no such file", where=str(given))
    if thesaurus is not None:
        read_thesaurus(thesaurus.read_text("utf-8-sig"), str(thesaurus))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for given, name in ((stop, STOP_WORDS), (thesaurus, THESAURUS)):
        if given is not None:
            (folder / name).write_text(given.read_text("utf-8-sig"), "utf-8")
    return read_vocabulary(folder)

"""The locked data sets: known by checksum, fetched or supplied, never shipped."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from hypograph.flows.runtime.settings import Settings, load_settings
from hypograph.models.core.errors import DataAbsentError, InputError, NetworkError, OtherFileError


@dataclass(frozen=True, slots=True)
class DataSet:
    """One line of the lock: `url` is empty where no single address exists (supplied data)."""

    name: str
    sha256: str
    size: int
    licence: str
    url: str = ""
    origin: str = ""
    note: str = ""


@cache
def locked() -> dict[str, DataSet]:
    """Read the lock that ships with the package."""
    text = (resources.files("hypograph.flows.runtime") / "data.toml").read_text("utf-8")
    return {
        name: DataSet(
            name,
            row["sha256"],
            row["bytes"],
            row["licence"],
            row.get("url", ""),
            row.get("origin", ""),
            row.get("note", ""),
        )
        for name, row in tomllib.loads(text).items()
    }


def find(name: str) -> DataSet:
    """Return the data set of that name.

    Raises
    ------
    InputError
        If the lock has no such name.
    """
    try:
        return locked()[name]
    except KeyError:
        raise InputError("no such data set", where=name, hint="`hypograph data list` names them all.") from None


def path_of(name: str, settings: Settings) -> Path:
    """Return where a data set lies, checked against its lock.

    Raises
    ------
    InputError
        If the lock has no such name.
    OtherFileError
        If the file there is another one.
    DataAbsentError
        If it was neither supplied nor fetched.
    """
    entry = find(name)
    for path in _places(entry, settings):
        if path.is_file():
            return _verified(path, entry)
    hint = (
        f"Run `hypograph data fetch {name}`." if entry.url else f"Set HYPOGRAPH_DATA_DIR to a folder that holds {name}."
    )
    raise DataAbsentError("the data set is not here", where=name, hint=hint)


def checked(path: Path, data_dir: Path | None = None) -> Path:
    """Return the path of a file that is read; one of the supplied data must be the one that its lock names.

    A file is read for its checksum once per process, and again where its size or its time of change differ.

    Parameters
    ----------
    data_dir
        Folder of the supplied data; that of the settings if None. Other files are the user's own.

    Raises
    ------
    OtherFileError
        If a supplied file is another one than its lock says.
    """
    folder = data_dir if data_dir is not None else load_settings().data_dir
    if folder is None:
        return path
    whole, top = path.absolute(), folder.absolute()
    entry = locked().get(whole.relative_to(top).as_posix()) if whole.is_relative_to(top) else None
    return path if entry is None or not path.is_file() else _verified(path, entry)


def _verified(path: Path, entry: DataSet) -> Path:
    state = path.stat()
    if _checksum_once(str(path.absolute()), state.st_size, state.st_mtime_ns) != entry.sha256:
        raise OtherFileError(
            "the file is not the locked one",
            where=str(path),
            expected=f"SHA-256 {entry.sha256}",
            hint="Supply it anew, or give a file of your own another name.",
        )
    return path


@lru_cache(maxsize=256)
def _checksum_once(path: str, size: int, changed: int) -> str:
    return checksum(Path(path))


def state_of(entry: DataSet, settings: Settings) -> tuple[str, str]:
    """Return (state, path): state is `supplied`, `fetched`, `absent` or `other file`."""
    for path, state in zip(_places(entry, settings), ("fetched", "supplied"), strict=False):
        if path.is_file():
            return (state if checksum(path) == entry.sha256 else "other file"), str(path)
    return "absent", ""


def fetch(name: str, settings: Settings) -> Path:
    """Download a data set into the home folder and verify it; a file already there is only verified.

    Raises
    ------
    InputError
        If the data set has no public address.
    NetworkError
        If the address does not answer, or what came is not the locked file.
    """
    import pooch

    entry = find(name)
    if not entry.url:
        raise InputError(
            "this data set has no address to fetch it from",
            where=name,
            hint=f"Origin: {entry.origin}. Put it below HYPOGRAPH_DATA_DIR.",
        )
    target = _places(entry, settings)[0]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        got = pooch.retrieve(
            entry.url,
            known_hash=f"sha256:{entry.sha256}",
            fname=target.name,
            path=target.parent,
            progressbar=False,
        )
    except ValueError as error:
        raise NetworkError(
            "what came is not the locked file", where=entry.url, expected=f"SHA-256 {entry.sha256}"
        ) from error
    except OSError as error:
        raise NetworkError(
            "the address does not answer",
            where=entry.url,
            hint="Check the network, or supply the file through HYPOGRAPH_DATA_DIR.",
        ) from error
    return Path(got)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _places(entry: DataSet, settings: Settings) -> list[Path]:
    places = [settings.home / "data" / entry.name]
    if settings.data_dir is not None:
        places.append(settings.data_dir / entry.name)
    return places

"""The user's corpus: one file of publications that grows and shrinks."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypograph.flows.readers.publications.duplicates import deduplicate
from hypograph.flows.readers.publications.identifiers import clean_doi
from hypograph.models.core.errors import DiskError, InputError
from hypograph.models.core.locks import file_lock
from hypograph.models.core.records import Publication


@dataclass(frozen=True)
class Corpus:
    """Publications kept in ``publications.jsonl`` of a folder, in order of keys."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "publications.jsonl"

    def publications(self) -> list[Publication]:
        """Read what is kept; empty where nothing is."""
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8") as file:
            try:
                return [_from_json(json.loads(line)) for line in file if line.strip()]
            except (ValueError, TypeError) as error:
                raise InputError(
                    "the corpus cannot be read", where=str(self.path), hint="Move the file away, then add again."
                ) from error

    def add(self, publications: Iterable[Publication]) -> tuple[int, int]:
        """Add publications, joining duplicates by DOI and title.

        Returns
        -------
        added, total
            How many more publications there are now, and how many in all.

        Raises
        ------
        DiskError
            If the file cannot be written; then it is as it was.
        """
        with file_lock(self.folder / "lock"):
            before = self.publications()
            after = deduplicate([*before, *publications])
            self._write(after)
        return len(after) - len(before), len(after)

    def remove(self, keys: Sequence[str]) -> int:
        """Remove publications by key (the DOI, or the hash that stands for one) and return how many are left.

        Raises
        ------
        InputError
            If a key is not there.
        """
        with file_lock(self.folder / "lock"):
            before = {p.key: p for p in self.publications()}
            wanted = {key: next((k for k in (clean_doi(key), key.strip().lower()) if k in before), "") for key in keys}
            missing = [key for key, found in wanted.items() if not found]
            if missing:
                raise InputError(f"no publication has the key {missing[0]!r}", where=str(self.path))
            after = [p for key, p in before.items() if key not in wanted.values()]
            self._write(after)
        return len(after)

    def _write(self, publications: Sequence[Publication]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    for publication in publications:
                        file.write(json.dumps(dataclasses.asdict(publication), ensure_ascii=False) + "\n")
                os.replace(name, self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise DiskError(f"could not write ({error.strerror})", where=str(self.folder)) from error


def _from_json(row: dict[str, object]) -> Publication:
    return Publication(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()})  # type: ignore[arg-type]

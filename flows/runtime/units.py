"""Units of work: done once, written whole, found again by key."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hypograph.flows.runtime.observe import observed_unit
from hypograph.flows.runtime.threads import use_one_thread
from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.models.core.errors import DiskError
from hypograph.models.core.locks import file_lock
from hypograph.models.core.progress import progress
from hypograph.models.core.records import Outcome, Unit


class UnitStore(Protocol):
    """What the runner needs of a store."""

    def commit(self, unit: Unit) -> bool:
        """Write a unit in one transaction; False if it was there already."""
        ...

    def has_unit(self, key: str) -> bool:
        """Tell whether the unit was committed."""
        ...


class SideBySide(Protocol):
    """What the runner needs of workers."""

    def each(
        self, works: Sequence[Callable[[], Outcome]], keep: Callable[[int, Outcome], None], names: Sequence[str] = ()
    ) -> None:
        """Do every piece of work; give `keep` the number and outcome of each, in order, as they come.

        `names` are what a person who watches sees of each piece.
        """
        ...


@dataclass
class UnitRunner:
    """Runs units of work at most once.

    Parameters
    ----------
    store
        Where nodes and relationships go.
    folder
        Where results that later steps read are kept, one gzipped JSON file a unit.
    workers
        Do independent pieces of work side by side (`hypograph.flows.runtime.workers.Workers`); None: in turn.
    run_id
        Id of the run, kept with each unit that it does.
    """

    store: UnitStore
    folder: Path
    workers: SideBySide | None = None
    run_id: str = ""
    done: int = 0
    skipped: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def run(self, kind: UnitKind, inputs: object, work: Callable[[], Outcome]) -> dict[str, Any]:
        """Return the unit's JSON result, doing the work only if no earlier run has.

        Parameters
        ----------
        kind
            The declared kind: its version, files and libraries are part of the key.
        inputs
            Everything the result depends on, in a form `models.core.keys.canonical` accepts: a frozen dataclass, a
            mapping.
        work
            Makes the outcome; deterministic given `inputs`. It is called with numerics on one thread, so that what
            is stored does not depend on the number of threads.

        Returns
        -------
        dict
            `Outcome.result`, as JSON gives it back.

        Raises
        ------
        DiskError
            If the result cannot be written.
        """
        key = kind.key(inputs)
        path = self._path(key)
        with observed_unit(kind.name, key) as note:
            if not self._is_done(key, path):
                # A second worker on the same unit waits here, then finds it done: nothing is paid for twice.
                with file_lock(self.folder / "locks" / key):
                    if not self._is_done(key, path):
                        use_one_thread()
                        outcome = work()
                        # The file goes first: a unit that the store knows always has its result.
                        _save(path, dict(outcome.result))
                        self.store.commit(Unit(key, kind.name, outcome, kind.made_by, self.run_id))
                        note["outcome"] = "done"
            if note["outcome"] != "done":
                note["outcome"] = "skipped"
            with self._lock:
                self.done += note["outcome"] == "done"
                self.skipped += note["outcome"] == "skipped"
            progress().unit(kind.name, self.done, self.skipped)
            return _load(path)

    def run_all(
        self,
        kind: UnitKind,
        jobs: Sequence[tuple[object, Callable[[], Outcome]]],
        about: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Run independent units of one kind; with workers, those that are not done side by side.

        Each unit is kept as soon as it and those before it are made, so a crash loses what is in flight only.

        Parameters
        ----------
        kind
            The declared kind: its version, files and libraries are part of the key.
        jobs
            Inputs and work of each unit, as for `run`; with workers the work must pickle.
        about
            What each unit is about, in a few words, for who watches the workers; none: its number of how many.

        Returns
        -------
        list of dict
            Results in the order of the jobs.
        """
        results: dict[int, dict[str, Any]] = {}
        if self.workers is not None:
            keys = [kind.key(inputs) for inputs, _ in jobs]
            left = [i for i, key in enumerate(keys) if not self._is_done(key, self._path(key))]

            def keep(number: int, outcome: Outcome) -> None:
                results[left[number]] = self.run(kind, jobs[left[number]][0], lambda: outcome)

            told = about or [f"{n} of {len(jobs)}" for n in range(1, len(jobs) + 1)]
            self.workers.each([jobs[i][1] for i in left], keep, [f"{kind.name}: {told[i]}" for i in left])
        return [results[i] if i in results else self.run(kind, *job) for i, job in enumerate(jobs)]

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json.gz"

    def _is_done(self, key: str, path: Path) -> bool:
        return path.exists() and self.store.has_unit(key)


def _load(path: Path) -> dict[str, Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def _save(path: Path, result: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
                file.write(json.dumps(result, ensure_ascii=False, allow_nan=False).encode())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskError(
            f"could not write ({error.strerror})",
            where=str(path.parent),
            hint="Free some space, then run again: what is done is kept.",
        ) from error

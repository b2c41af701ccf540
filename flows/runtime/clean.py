"""What aborted runs leave in the folder of results: found, and taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from hypograph.graph import GraphStore
from hypograph.graph.queries import operations
from hypograph.graph.store.clean import superseded
from hypograph.graph.store.store import stamp
from hypograph.models.core.errors import DiskError
from hypograph.models.core.locks import file_lock, try_exclusive

LOST_AFTER = timedelta(days=1)
PAGE = 5_000


def clean(
    store: GraphStore, folder: Path, *, current: Mapping[str, str] | None = None, dry_run: bool = False
) -> dict[str, Any]:
    """Take away what aborted runs left, and on request what only older program versions made.

    Nothing that a living run uses is touched: while one holds a lock, half-written files stay, which may be its own,
    and a result is looked at only under the lock of its unit.

    Parameters
    ----------
    store
        The graph.
    folder
        Folder of unit results.
    current
        Also remove superseded units (`hypograph.graph.store.clean.superseded`) with their results: of each kind, by
        name, what units of today bear as their code. None leaves them.
    dry_run
        Count only.

    Returns
    -------
    dict
        `dry_run`, `busy` (locks that a living run holds), `locks`, `parts`, `results` removed, `runs` closed, and
        `superseded` with `units`, `unknown`, `nodes`, `edges`, or null.

    Raises
    ------
    DiskError
        If a file cannot be removed.
    InputError
        If `current` is given and this version has done nothing.
    """
    found = superseded(store, current, dry_run=dry_run) if current else None
    gone = found.pop("keys") if found else []
    locks, busy = _locks(folder / "locks", dry_run)
    # A half-written file has no name yet that a lock could be found by.
    parts = [] if busy else sorted(folder.glob("??/*.part"))
    results = list(_not_in(store, folder.glob("??/*.json.gz")))
    runs = 0
    if not dry_run:
        for path in parts:
            _remove(path)
        for path in [*results, *(folder / key[:2] / f"{key}.json.gz" for key in gone)]:
            key = path.name.removesuffix(".json.gz")
            # Whoever works on the unit holds its lock, and may have committed it since.
            with file_lock(folder / "locks" / key):
                if not store.has_unit(key):
                    _remove(path)
        before = stamp(datetime.now(UTC) - LOST_AFTER)
        runs = store.run_command(operations.CLOSE_LOST_RUNS, before=before)[0]["n"]
    counts = {"locks": locks, "parts": len(parts), "results": len(results), "runs": runs}
    return {"dry_run": dry_run, "busy": busy, **counts, "superseded": found}


def _locks(folder: Path, dry_run: bool) -> tuple[int, int]:
    """Remove lock files that nobody holds; returns their number, and that of those that somebody does."""
    free, busy = 0, 0
    for path in sorted(folder.glob("*")):
        with path.open("rb") as file:
            if not try_exclusive(file.fileno()):
                busy += 1
                continue
            free += 1
            if not dry_run:
                _remove(path)
    return free, busy


def _not_in(store: GraphStore, paths: Iterable[Path]) -> Iterator[Path]:
    """Results whose units were never committed."""
    every = iter(sorted(paths))
    while page := {path.name.removesuffix(".json.gz"): path for path in islice(every, PAGE)}:
        done = store.done_units(page)
        yield from (path for key, path in page.items() if key not in done)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise DiskError(f"cannot be removed ({error.strerror})", where=str(path)) from error

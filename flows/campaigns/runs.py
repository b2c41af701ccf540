"""Campaigns to compare, from three places: trajectory files, a laboratory's folders, the store."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.campaigns.foreign_runs import SQLITE, long_table, optuna_studies, other_program
from hypograph.flows.campaigns.run import Run
from hypograph.models.campaigns.analysis.percent import percent, zero_and_top
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError
from hypograph.models.core.progress import progress
from hypograph.models.core.tabular.decoding import decoded, unpacked

if TYPE_CHECKING:
    from hypograph.graph import GraphStore

Runs = Mapping[str, Mapping[str, Mapping[int, NDArray[np.float64]]]]


def read_runs(sources: Sequence[str], store: GraphStore | None) -> Runs:
    """Read what is named into method → table → seed → percent, best so far.

    Parameters
    ----------
    sources
        Trajectory files, long tables, Optuna databases, JSON of Ax or BayBE,
        folders (of one campaign, or holding the folders of several), or else the id, group, name or
        method of campaigns in the store.
    store
        None if there is none: then a name that is no path is an error.

    A campaign that stands there again, outcome for outcome, counts once, and how many did is said.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        With the source that cannot be read, or that holds one method, table and seed twice with other outcomes.
    """
    found: list[Run] = []
    for source in sources:
        path = Path(source)
        if path.is_file():
            here = list(_of_file(path))
        elif path.is_dir():
            here = list(_folders(path))
        else:
            here = list(_stored(source, store))
        if not here:
            raise InputError("no outcomes to compare", where=source)
        found += here
    return _percents(_told_apart(_once(found)))


def _of_file(path: Path) -> Iterator[Run]:
    """Tell by its content what wrote a file."""
    with path.open("rb") as file:
        head = file.read(200)
    if head.startswith(SQLITE):
        return optuna_studies(path)
    if path.suffix.lower() == ".json" and (run := other_program(path)) is not None:
        return iter([run])
    lines = path.suffix.lower() in {".jsonl", ".json", ".gz"} or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return _trajectories(path) if lines else long_table(path)


def _trajectories(path: Path) -> Iterator[Run]:
    text, _ = decoded(unpacked(path.read_bytes(), str(path)), str(path))
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            values, scale = np.asarray(row["values"], dtype=float), (float(row.get("zero", 0.0)), float(row["maximum"]))
            if values.ndim != 1 or not len(values) or not np.isfinite([*values, *scale]).all():
                raise ValueError("values that are no finite numbers")
            yield Run(str(path), str(row["method"]), str(row["table"]), int(row["seed"]), values, scale)
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedRowError(
                f"not a trajectory ({error if str(error) else type(error).__name__})",
                where=f"{path}, line {number}",
                expected="a JSON object with table, method, seed, maximum, values",
            ) from error


def _folders(folder: Path) -> Iterator[Run]:
    from hypograph.graph.campaigns import folder as campaigns
    from hypograph.models.campaigns.laboratory import events

    inside = sorted(p.parent for p in folder.glob("*/campaign.json"))
    places = [folder] if (folder / "campaign.json").is_file() else inside
    if not places:
        raise MissingFileError("no campaign here", where=str(folder), expected="campaign.json, or folders with one")
    for seed, place in enumerate(places):
        campaign = campaigns.load(place)
        first = campaign.definition.objectives[0]
        done = [e for e in events.fold(campaign.definition, campaign.events) if e.status == "done"]
        if done:
            values = np.array([first.utility(e.values[first.name]) for e in done])
            yield Run(str(folder), folder.absolute().name, first.name, seed, values, None)


def _stored(name: str, store: GraphStore | None) -> Iterator[Run]:
    if store is None:
        raise MissingFileError("no such file or folder", where=name)
    from hypograph.graph.queries import campaigns as queries

    rows = store.read(queries.COMPARED, name=name)
    if not rows:
        raise MissingFileError(
            "no such file, folder, or campaign in the store",
            where=name,
            expected="a trajectory file, a campaign's folder, or the id, group, name or method of stored campaigns",
        )
    for order, row in enumerate(rows):
        sign = -1.0 if row["goal"] == "min" else 1.0
        values = sign * np.array([v for _, v in sorted(row["steps"])], dtype=float)
        if row["live"]:
            yield Run(name, str(row["name"]), str(row["objectives"]).split(", ")[0], order, values, None)
        else:
            yield Run(name, str(row["method"]), str(row["table"]), int(row["seed"]), values, _scale(row, sign))


def _scale(row: Mapping[str, Any], sign: float) -> tuple[float, float] | None:
    """Find the table's maximum from the best outcome and its percentage."""
    best, share = row["best"], row["best_percent"]
    return (0.0, 100.0 * sign * float(best) / float(share)) if best and share and sign * float(best) > 0 else None


def _once(runs: Sequence[Run]) -> list[Run]:
    """Leave out what stands there again; one method, table and seed of a source cannot have two outcomes."""
    kept: list[Run] = []
    held: dict[tuple[str, str, int], list[Run]] = defaultdict(list)
    for r in runs:
        same = held[r.method, r.table, r.seed]
        if any(np.array_equal(r.values, other.values) for other in same):
            continue
        if any(r.source == other.source for other in same):
            raise InputError(
                f"{r.method} on {r.table} with seed {r.seed} stands there twice, with other outcomes",
                where=r.source,
                expected="one campaign for each method, table and seed",
                hint="Give the runs different seeds or methods; name campaigns of the store by their ids.",
            )
        same.append(r)
        kept.append(r)
    if len(kept) < len(runs):
        n = len(runs) - len(kept)
        progress().say(
            f"{n} {'campaign stands' if n == 1 else 'campaigns stand'} there again with the same outcomes: counted once"
        )
    return kept


def _told_apart(runs: Sequence[Run]) -> list[Run]:
    """Name the source beside the method where two sources hold the same method, table and seed."""
    holders: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for r in runs:
        holders[r.method, r.table, r.seed].add(r.source)
    twice = {method for (method, _, _), sources in holders.items() if len(sources) > 1}
    return [replace(r, method=f"{r.method} ({Path(r.source).name})") if r.method in twice else r for r in runs]


def _percents(runs: Iterable[Run]) -> Runs:
    """Turn outcomes into percent; where a maximum is unknown, of the best that any of the campaigns found."""
    by_table: dict[str, list[Run]] = defaultdict(list)
    for r in runs:
        by_table[r.table].append(r)
    found: dict[str, dict[str, dict[int, NDArray[np.float64]]]] = defaultdict(lambda: defaultdict(dict))
    for table, here in by_table.items():
        known = [r.scale for r in here if r.scale is not None]
        seen = zero_and_top(np.concatenate([r.values for r in here]))
        for r in here:
            scale = r.scale or (max(known, key=lambda s: s[1]) if known else seen)
            found[r.method][table][r.seed] = percent(np.maximum.accumulate(r.values), *scale)
    return found

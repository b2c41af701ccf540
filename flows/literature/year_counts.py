"""Pair counts by year in Parquet: map by year, add up, on this machine or on Dask workers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hypograph.models.core.errors import DiskError, InputError
from hypograph.models.literature.graph.pair_counts import IntArray, PairCounts, count_pairs, merge_counts


def year_parts(indptr: IntArray, indices: IntArray, years: IntArray) -> dict[int, tuple[IntArray, IntArray]]:
    """Part publications by year: year → (indptr, indices) of its publications."""
    sizes = np.diff(indptr)
    parts = {}
    for year in np.unique(years):
        rows = np.flatnonzero(years == year)
        mine = np.concatenate(([0], np.cumsum(sizes[rows]))).astype(np.int64)
        place = np.repeat(indptr[rows] - mine[:-1], sizes[rows]) + np.arange(mine[-1])
        parts[int(year)] = (mine, indices[place])
    return parts


def count_years(indptr: IntArray, indices: IntArray, years: IntArray, client: Any = None) -> dict[int, PairCounts]:
    """Count the pairs of each year.

    Parameters
    ----------
    indptr, indices
        Keywords of each publication.
    years
        Year of each, shape ``(n,)``.
    client
        A `distributed.Client`: years are counted on its workers; None counts here.

    Returns
    -------
    dict
        Year to counts; the same with and without workers.
    """
    parts = year_parts(indptr, indices, years)
    if client is None:
        return {year: count_pairs(*part) for year, part in parts.items()}
    futures = {year: client.submit(partial(count_pairs, *part), pure=False) for year, part in parts.items()}
    return {year: future.result() for year, future in futures.items()}


def write_counts(folder: Path, counts: Mapping[int, PairCounts]) -> None:
    """Write one Parquet file a year (first, second, count); years that are gone lose their file.

    Raises
    ------
    DiskError
        If the folder cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for year, found in counts.items():
            columns = {"first": found.first, "second": found.second, "count": found.counts}
            part = folder / f"pairs-{year}.parquet.part"
            pq.write_table(pa.table(columns), part, compression="zstd")
            part.replace(folder / f"pairs-{year}.parquet")
        for path in folder.glob("pairs-*.parquet"):
            if int(path.stem.removeprefix("pairs-")) not in counts:
                path.unlink()
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(folder)) from error


def read_counts(folder: Path, until: int | None = None) -> PairCounts:
    """Add up the counts of all years, or of those before `until`.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = []
    for path in sorted(folder.glob("pairs-*.parquet")):
        if until is not None and int(path.stem.removeprefix("pairs-")) >= until:
            continue
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"the counts cannot be read ({error})", where=str(path), hint="Build again.") from error
        first, second, count = (table[name].to_numpy() for name in ("first", "second", "count"))
        parts.append(PairCounts((first << 32) | second, count.copy()))
    return merge_counts(parts)

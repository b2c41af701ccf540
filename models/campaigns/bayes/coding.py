"""Points of a space as codes, in an order that does not depend on how the space is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hypograph.models.campaigns.bayes.correlations import NUMERIC_LEVELS, Geometry
from hypograph.models.campaigns.bayes.hyperparameters import NUMERIC_STRETCH, Floats
from hypograph.models.campaigns.space.descriptors import descriptor_distances
from hypograph.models.campaigns.space.space import Parameter, Point, Space


def coded(space: Space, points: Sequence[Point], similar: Mapping[str, Floats] | None = None) -> Geometry:
    """Return points as codes with the distances of a space; they may lie beside its levels.

    Parameters
    ----------
    similar
        A source's similarities of options, by parameter.
    """
    columns, levels, alike, descriptors = [], [], list[Floats | None](), list[Floats | None]()
    for p in space.parameters:
        codes, places = _column(p, [x[p.name] for x in points])
        columns.append(codes)
        levels.append(places)
        matrix = (similar or {}).get(p.name)
        alike.append(None if matrix is None else _padded(matrix, len(p.former)))
        apart = np.array(p.distances) if p.distances else None
        if p.descriptors:
            apart = descriptor_distances(p.descriptors)
        more = 0 if apart is None else len(p.options) + len(p.former) - len(apart)
        descriptors.append(None if apart is None else _padded(apart, more, other=1.0))
    pool = np.array(columns, dtype=np.int64).T.reshape(len(points), len(columns))
    described = descriptors if any(d is not None for d in descriptors) else ()
    return Geometry(pool, levels, alike if similar else None, described)


def canonical(points: Sequence[Point], space: Space) -> list[Point]:
    """Sort points by their parameters: names by their letters, numbers by their size."""
    return sorted(points, key=lambda x: tuple(x[p.name] for p in space.parameters))


def _column(p: Parameter, values: Sequence[object]) -> tuple[np.ndarray, Floats | None]:
    """Return the codes of one parameter's values, and the place of each code in its range."""
    if p.options:
        index = {o: i for i, o in enumerate((*p.options, *p.former))}
        return np.array([index[str(v)] for v in values], dtype=np.int64), None
    x = np.array(values, dtype=float)
    few = bool(p.values) and len(p.values) < NUMERIC_LEVELS
    found, codes = np.unique(x, return_inverse=True)
    if few and set(found) <= set(p.values):
        return codes, None  # two levels are two options
    places = p.shares(found)
    return codes, places / NUMERIC_STRETCH if few else places


def _padded(matrix: Floats, more: int, other: float = 0.0) -> Floats:
    """Add options that are no longer in the space: nothing is known of their likeness."""
    if not more:
        return np.asarray(matrix, dtype=float)
    n = len(matrix)
    found = np.full((n + more, n + more), other)
    found[:n, :n] = matrix
    np.fill_diagonal(found, 1.0 - other)
    return found

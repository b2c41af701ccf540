"""Entropy of exploration of experiments as people write them down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def exploration_entropy(
    picks: Sequence[Sequence[object]] | pd.DataFrame,
    options: Sequence[Sequence[object]] | Mapping[str, Sequence[object]] | None = None,
    *,
    corrected: bool = False,
) -> float:
    """Tell how evenly the options of each parameter were tried.

    Parameters
    ----------
    picks
        Experiments in order, a row each and a column for each parameter.
    options
        All options of each parameter, tried or not; by default those that were tried.
    corrected
        Add the Miller–Madow correction for few experiments.

    Returns
    -------
    float
        In [0, 1]: 0 where one option was always taken, 1 where all were taken equally often; mean over parameters.

    Raises
    ------
    InputError
        If there is no experiment, or one has an option that is not listed.

    Examples
    --------
    >>> import hypograph as hg
    >>> hg.exploration_entropy([["DMF", "K2CO3"], ["MeCN", "K2CO3"]], options=[["DMF", "MeCN"], ["K2CO3", "K3PO4"]])
    0.5
    """
    import numpy as np

    from hypograph.models.core.errors import InputError
    from hypograph.models.statistics.entropy import exploration_entropy as cumulative

    names = [str(c) for c in getattr(picks, "columns", [])]
    rows = [list(row) for row in (picks.to_numpy() if hasattr(picks, "to_numpy") else picks)]
    if not rows:
        raise InputError("no experiments", where="exploration_entropy", expected="a row for each")
    columns = list(zip(*rows, strict=True))
    listed = [list(dict.fromkeys(c)) for c in columns]
    if isinstance(options, Mapping):
        listed = [list(options[n]) for n in (names or list(options))]
    elif options is not None:
        listed = [list(o) for o in options]
    if len(listed) != len(columns):
        raise InputError(f"options of {len(listed)} parameters", expected=f"of {len(columns)}, one for each column")
    for column, known in zip(columns, listed, strict=True):
        if strange := [v for v in column if v not in known]:
            raise InputError(f"{strange[0]!r} is no option", where="picks", expected=", ".join(map(str, known[:8])))
    indices = np.array([[o.index(v) for o, v in zip(listed, row, strict=True)] for row in rows])
    return float(cumulative(indices, np.array([len(o) for o in listed]), corrected=corrected)[-1])

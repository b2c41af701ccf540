"""Descriptors of options, from structures or a file: computed once and remembered on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.flows.readers.tabular import read_column, read_table
from hypograph.models.campaigns.space import structures
from hypograph.models.campaigns.space.descriptors import FEWEST, descriptor_distances
from hypograph.models.core.elements import SYMBOL_SET
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.tabular import number

Floats = NDArray[np.float64]
Smiles = Mapping[str, Mapping[str, str]]
KINDS: Final = ("auto", "none", "rdkit", "mordred", "fingerprints")
AUTO: Final = "fingerprints"  # what prototypes on four tables and one held back bore out; done in a moment
Tell = Callable[[str], None]


def option_distances(
    names: Sequence[str],
    options: Sequence[Sequence[str]],
    wanted: str,
    smiles: Smiles | None = None,
    tell: Tell = lambda line: None,
) -> list[Floats | None]:
    """Return squared distances of each parameter's options by descriptors; None where there are none.

    Parameters
    ----------
    names, options
        Parameters and their options; numbers have none.
    wanted
        ``auto``, ``none``, ``mordred``, ``fingerprints``, or a file: SMILES by parameter and option in JSON, or a table
        with a column of options and columns of numbers.
    smiles
        Structures of options that are names, by parameter.
    tell
        Hears what was found.

    Raises
    ------
    InputError
        If `wanted` is neither, or a file that cannot be read.
    DataAbsentError
        If structures are asked for and the extra `chem` is not installed.
    """
    if wanted == "none":
        return [None] * len(names)
    vectors: Mapping[str, Sequence[float]] = {}
    kind = AUTO if wanted == "auto" else wanted
    if wanted not in KINDS:
        kind, path = AUTO, Path(wanted)
        if path.suffix.lower() == ".json":
            smiles = read_smiles(path)
        else:
            vectors = read_vectors(path)
    if wanted != "auto" and not vectors:
        structures.require()
    found = []
    for name, here in zip(names, options, strict=True):
        apart, told = _of_parameter(name, here, kind, _map_of(name, here, smiles or {}), vectors)
        # Rounded, so that a definition that is written down and a table give the same numbers.
        found.append(None if apart is None else np.round(apart, 6))
        if told:
            tell(told)
    if wanted != "auto" and all(f is None for f in found):
        raise InputError("no option has descriptors", where=wanted, expected="SMILES, or a file that describes options")
    return found


def described(record: dict[str, Any], wanted: str, tell: Tell = lambda line: None) -> dict[str, Any]:
    """Return a campaign's definition with the distances of its options by their structures.

    Vectors that stand in the definition go first. Structures are the options themselves, ``smiles`` of a parameter, or
    ``smiles`` of the whole definition, by parameter and option or by option.
    """
    record = {**record, "parameters": [dict(p) for p in record.get("parameters", ()) if isinstance(p, Mapping)]}
    everywhere = record.pop("smiles", None) or {}
    wanted = wanted or str(record.pop("descriptors", "") or "auto")
    record.pop("descriptors", None)
    rows = [p for p in record["parameters"] if isinstance(p.get("options"), list) and not p.get("descriptors")]
    maps = {str(p.get("name")): {**_own(everywhere, p), **dict(p.get("smiles") or {})} for p in rows}
    options = [[str(o).strip() for o in p["options"]] for p in rows]
    found = option_distances([str(p.get("name")) for p in rows], options, wanted, maps, tell)
    for row, matrix in zip(rows, found, strict=True):
        row.pop("distances", None)
        structures_of = maps[str(row.get("name"))]
        row |= {"smiles": structures_of} if structures_of else {}
        row |= {"distances": matrix.tolist()} if matrix is not None else {}
    return record


def _own(everywhere: Mapping[str, Any], parameter: Mapping[str, Any]) -> dict[str, str]:
    """Return the structures of one parameter's options out of a map for all."""
    here = everywhere.get(str(parameter.get("name")))
    if isinstance(here, Mapping):
        return {str(o): str(s) for o, s in here.items()}
    return {o: str(everywhere[o]) for o in map(str, parameter["options"]) if isinstance(everywhere.get(o), str)}


def of_table(table: ReactionTable, wanted: str, tell: Tell = lambda line: None) -> list[Floats | None]:
    """Return squared distances of a table's options; structures may stand beside it as ``smiles/NAME.json``."""
    smiles: dict[str, Mapping[str, str]] = dict(table.structures)
    if wanted != "none" and table.smiles is not None:
        smiles = {**read_smiles(table.smiles), **smiles}
    return option_distances(table.parameters, table.options, wanted, smiles, tell)


def exchanged(distances: Sequence[Floats | None], seed: int) -> list[Floats | None]:
    """Return the same distances between other options, drawn at random: what still helps then is no chemistry."""
    rng = np.random.default_rng([seed, 13])
    found: list[Floats | None] = []
    for matrix in distances:
        order = None if matrix is None else rng.permutation(len(matrix))
        found.append(None if matrix is None or order is None else matrix[np.ix_(order, order)])
    return found


def read_smiles(path: Path) -> Smiles:
    """Read structures by parameter and option.

    Raises
    ------
    InputError
        If the file is not there or is something else.
    """
    try:
        found = json.loads(path.read_text("utf-8-sig"))
        return {str(p): {str(o): str(s) for o, s in options.items() if s} for p, options in found.items()}
    except (OSError, ValueError, AttributeError) as error:
        expected = 'JSON: {"ligand": {"XPhos": "CC(C)…"}}'
        raise InputError("no structures can be read", where=str(path), expected=expected) from error


def read_vectors(path: Path) -> dict[str, list[float]]:
    """Read a table whose first column of names are options and whose columns of numbers describe them."""
    table = read_table(path)
    columns = [read_column(table, h) for h in table.header]
    named = next((c for c in columns if c.kind == "text"), None)
    numeric = [c for c in columns if c.kind == "number"]
    if named is None or not numeric:
        raise InputError("no descriptors", where=str(path), expected="a column of options, and columns of numbers")
    rows = zip(*(c.values for c in numeric), strict=True)
    return {
        str(o): [np.nan if v is None else float(v) for v in row]
        for o, row in zip(named.values, rows, strict=True)
        if o is not None
    }


def _map_of(name: str, options: Sequence[str], smiles: Smiles) -> Mapping[str, str] | None:
    """Return the structures of a parameter: those under its name, else those that hold most of its options."""
    if smiles.get(name):
        return smiles[name]
    held = {key: sum(o in known for o in options) for key, known in smiles.items()}
    best = max(held, key=held.__getitem__, default=None)
    return smiles[best] if best is not None and 2 * held[best] >= len(options) else None


def _of_parameter(
    name: str,
    options: Sequence[str],
    kind: str,
    smiles: Mapping[str, str] | None,
    vectors: Mapping[str, Sequence[float]],
) -> tuple[Floats | None, str]:
    if not options or all(number(o) is not None for o in options):
        return None, ""
    if vectors:
        known = [vectors.get(o) for o in options]
        if not any(known):
            return None, ""
        width = max(len(v) for v in known if v)
        rows = [list(v) if v else [np.nan] * width for v in known]
        return descriptor_distances(rows), f"{name}: {sum(map(bool, known))} of {len(options)} options are described"
    if wanted_elements(options):
        return descriptor_distances(element_vectors(options)), f"{name}: elements, compared by their properties"
    found = structures.structures(options, smiles)
    if found is None:
        return None, ""
    count = f"{name}: {sum(f is not None for f in found)} of {len(options)} options have a structure"
    if kind == "fingerprints":
        return structures.fingerprint_distances(found), f"{count}, compared by fingerprints"
    if kind == "mordred":
        return descriptor_distances(_remembered(found)), f"{count}, compared by Mordred's descriptors"
    return descriptor_distances(structures.option_vectors(found)), f"{count}, compared by RDKit's descriptors"


def wanted_elements(options: Sequence[str]) -> bool:
    """Tell options that are all chemical elements, three or more."""
    return len(options) >= FEWEST and all(o in SYMBOL_SET for o in options)


def element_vectors(symbols: Sequence[str]) -> list[list[float]]:
    """Return properties of elements: place in the table, size, electronegativity, melting point, ionisation."""
    from pymatgen.core.periodic_table import Element

    def value(x: object) -> float:
        return float(x) if isinstance(x, int | float) and not isinstance(x, bool) else np.nan

    rows = []
    for e in map(Element, symbols):
        known = (e.row, e.group, e.mendeleev_no, e.atomic_radius, e.X, e.melting_point, e.ionization_energy)
        rows.append([value(x) for x in known])
    return rows


def _remembered(found: Sequence[str | None]) -> list[Sequence[float]]:
    """Describe structures, and keep what was worked out for the next time."""
    from hypograph.flows.runtime.settings import load_settings

    folder = load_settings().home / "descriptors"
    folder.mkdir(parents=True, exist_ok=True)

    def vector(smiles: str) -> Sequence[float]:
        path = folder / f"{digest('mordred', smiles, length=24)}.npy"
        try:
            kept: list[float] = np.load(path).tolist()
            return kept
        except (OSError, ValueError):
            values = structures.mordred_vector(smiles)
            part = path.with_suffix(f".{digest(str(id(values)), length=8)}.part")
            with part.open("wb") as file:
                np.save(file, np.array(values))
            part.replace(path)
            return values

    return structures.option_vectors(found, vector)

"""Chemical structures as SVG, drawn by RDKit from SMILES; nothing is drawn where it is not installed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from rdkit.Chem import Mol

LONGEST = 1000
WIDTH, HEIGHT = 220, 150
# What a name of a solvent or an element hardly has, and a SMILES of more than a few atoms nearly always.
_BONDS = re.compile(r"[=#()\[\]]|[a-z]\d|\d[a-z]")


@lru_cache(maxsize=512)
def drawing(smiles: str) -> str:
    """Draw a structure.

    Raises
    ------
    InputError
        If the text is no SMILES, or too long.
    """
    molecule = _molecule(smiles)
    if molecule is None:
        raise InputError("no structure can be read from this", where=smiles[:60], expected="a SMILES")
    from rdkit.Chem.Draw import rdMolDraw2D

    pen = rdMolDraw2D.MolDraw2DSVG(WIDTH, HEIGHT)
    options: Any = pen.drawOptions()
    options.clearBackground = False
    rdMolDraw2D.PrepareAndDrawMolecule(pen, molecule)
    pen.FinishDrawing()
    return str(pen.GetDrawingText())


def structures_of(parameters: Sequence[Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Return the SMILES of each option of the parameters that hold structures.

    Parameters
    ----------
    parameters
        Each with `name` and `options`; `smiles`, where there is one, maps options to structures. Without it a
        parameter counts as one of structures where every option can be read as one and most look like nothing else.
    """
    found: dict[str, dict[str, str]] = {}
    for parameter in parameters:
        given, known, name = parameter.get("options"), parameter.get("smiles"), str(parameter["name"])
        options = [str(option) for option in given] if isinstance(given, Sequence) else []
        if isinstance(known, Mapping):
            found[name] = {str(k): str(v) for k, v in known.items() if v}
        elif options and _structures(tuple(options[:400])):
            found[name] = {option: option for option in options if option}
    return found


@lru_cache(maxsize=256)
def _structures(options: tuple[str, ...]) -> bool:
    alike = sum(bool(_BONDS.search(option)) for option in options)
    return 2 * alike > len(options) and all(_molecule(option) is not None for option in options if option.strip())


@lru_cache(maxsize=2048)
def _molecule(smiles: str) -> Mol | None:
    if len(smiles) > LONGEST or not smiles.strip():
        return None
    try:
        from rdkit import Chem, rdBase
    except ImportError:
        return None
    rdBase.DisableLog("rdApp.*")  # what cannot be read is said on the page, not on the terminal
    return Chem.MolFromSmiles(smiles)

"""Structures of options: SMILES told from names, fingerprints and vectors of descriptors. Needs the extra `chem`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.descriptors import FEWEST, normalised, without_structure
from hypograph.models.core.errors import DataAbsentError

if TYPE_CHECKING:
    from rdkit.Chem import Mol

Floats = NDArray[np.float64]
NOTHING: Final = frozenset(
    {"", "none", "no", "nothing", "blank", "-", "–", "n/a", "na", "without", "control", "no additive"}
)
RADIUS: Final = 2
# A bond, a ring, a branch or a charge: marks that names do not have. NBS, NCS and NIS read as SMILES too.
_MARKED: Final = re.compile(r"[=#@/\\\[\]()0-9]")


def available() -> bool:
    """Tell whether RDKit is installed."""
    try:
        import rdkit  # noqa: F401
    except ImportError:
        return False
    return True


@lru_cache(maxsize=50_000)
def canonical_smiles(text: str) -> str | None:
    """Return the canonical SMILES of a structure, salts and mixtures included; None where the text is none."""
    mol = _mol(text)
    if mol is None:
        return None
    from rdkit import Chem

    return str(Chem.MolToSmiles(mol))


def structures(options: Sequence[str], smiles: Mapping[str, str] | None = None) -> list[str | None] | None:
    """Return the structure of each option, None for one without; None where the options have no structures.

    Parameters
    ----------
    smiles
        Structures of options that are names. An option that stands for nothing has none, whatever the map says.

    Notes
    -----
    Options are SMILES by themselves when each of them reads as one, apart from those that stand for nothing, and at
    least a third bear marks that names do not have.
    """
    if not available():
        return None
    written = [(smiles or {}).get(o, "" if smiles else o) for o in options]
    blank = [o.strip().lower() in NOTHING for o in options]
    found = [None if b else canonical_smiles(t) for t, b in zip(written, blank, strict=True)]
    if sum(f is not None for f in found) < FEWEST:
        return None
    if smiles:
        return found
    if any(f is None and not b for f, b in zip(found, blank, strict=True)):
        return None
    marked = sum(bool(_MARKED.search(t)) for t, b in zip(written, blank, strict=True) if not b)
    return found if 3 * marked >= sum(not b for b in blank) else None


def fingerprint_distances(found: Sequence[str | None]) -> Floats | None:
    """Return squared distances by Morgan counts (radius 2, unfolded): 1 - Σ min / Σ max (Tanimoto), mean 1.

    Counts of all parts of a salt or mixture are added.
    """
    from rdkit.Chem import rdFingerprintGenerator

    make = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS)
    known = np.array([f is not None for f in found])
    if known.sum() < FEWEST:
        return None
    mols = [_mol(f) for f in found if f is not None]
    counts = [dict(make.GetSparseCountFingerprint(m).GetNonzeroElements()) for m in mols]
    apart = np.zeros((len(counts), len(counts)))
    for i, a in enumerate(counts):
        for j, b in enumerate(counts[:i]):
            low = sum(min(n, b.get(k, 0)) for k, n in a.items())
            high = sum(a.values()) + sum(b.values()) - low
            apart[i, j] = apart[j, i] = 1.0 - low / high if high else 0.0
    return normalised(without_structure(apart, known))


def mordred_vector(smiles: str) -> list[float]:
    """Return Mordred's two-dimensional descriptors (Moriwaki et al. 2018), as `rdkit_vector`."""
    return _averaged(smiles, _mordred)


def rdkit_vector(smiles: str) -> list[float]:
    """Return RDKit's descriptors of a structure; NaN where one has no value.

    Parts of a salt or mixture are described one by one and averaged by their heavy atoms.
    """
    return _averaged(smiles, _rdkit)


def _averaged(smiles: str, describe: Callable[[Mol], list[float]]) -> list[float]:
    from rdkit import Chem

    mol = _mol(smiles)
    parts = [] if mol is None else list(Chem.GetMolFrags(mol, asMols=True))
    rows = np.array([describe(p) for p in parts])
    weight = np.array([max(p.GetNumHeavyAtoms(), 1) for p in parts], dtype=float)[:, None]
    known = np.isfinite(rows)
    total = np.where(known, rows * weight, 0.0).sum(0)
    heavy = np.where(known, weight, 0.0).sum(0)
    return [float(t / h) if h else math.nan for t, h in zip(total, heavy, strict=True)]


def option_vectors(
    found: Sequence[str | None], vector: Callable[[str], Sequence[float]] = rdkit_vector
) -> list[Sequence[float]]:
    """Return the descriptors of each option; all NaN for one without a structure. `vector` may remember."""
    rows = [None if f is None else vector(f) for f in found]
    width = max((len(r) for r in rows if r is not None), default=0)
    return [[math.nan] * width if r is None else r for r in rows]


def require() -> None:
    """Raise where structures are asked for and cannot be read.

    Raises
    ------
    DataAbsentError
        If RDKit or Mordred is not installed.
    """
    try:
        import mordred  # noqa: F401
        import rdkit  # noqa: F401
    except ImportError as error:
        raise DataAbsentError(
            "structures cannot be read: a package is missing",
            where=str(error.name),
            hint="pip install 'hypograph[chem]'",
        ) from error


@lru_cache(maxsize=50_000)
def _mol(text: str) -> Mol | None:
    from rdkit import Chem
    from rdkit.rdBase import BlockLogs

    text = text.strip()
    if not text or " " in text or len(text) > 2000:
        return None
    with BlockLogs():  # a name that is no structure is no fault
        found: Mol | None = Chem.MolFromSmiles(text)
    return found if found is not None and found.GetNumAtoms() else None


def _mordred(mol: Mol) -> list[float]:
    with np.errstate(all="ignore"):
        return [_number(x) for x in _calculator()(mol)]


def _rdkit(mol: Mol) -> list[float]:
    from rdkit.Chem import Descriptors
    from rdkit.rdBase import BlockLogs

    with BlockLogs(), np.errstate(all="ignore"):
        found: dict[str, Any] = Descriptors.CalcMolDescriptors(mol, missingVal=math.nan, silent=True)
        return [_number(x) for x in found.values()]


def _number(x: Any) -> float:
    try:
        return float(x)
    except (TypeError, ValueError):
        return math.nan


@lru_cache(maxsize=1)
def _calculator() -> Callable[[Mol], Any]:
    from mordred import Calculator, descriptors

    made: Callable[[Mol], Any] = Calculator(descriptors, ignore_3D=True)
    return made

"""What a textbook says of an element, in one line: for experts that reason about alloys."""

from __future__ import annotations

import math
import warnings
from functools import cache

# Crystal structure at room temperature and ambient pressure (CRC Handbook of Chemistry and Physics, section 12).
_STRUCTURES = {
    "bcc": "Li Na K Rb Cs Ba V Nb Ta Cr Mo W Fe Eu",
    "fcc": "Al Ca Sr Rh Ir Ni Pd Pt Cu Ag Au Pb Yb Ce Th",
    "hcp": "Be Mg Sc Y Ti Zr Hf Tc Re Ru Os Co Zn Cd Gd Tb Dy Ho Er Tm Lu Tl",
    "double hcp": "La Pr Nd",
    "diamond cubic": "Si Ge",
    "body-centred tetragonal": "Sn In",
    "rhombohedral": "Bi Sb As Sm B",
    "complex cubic": "Mn",
    "orthorhombic": "Ga U",
    "hexagonal layers": "C",
}
_BY_SYMBOL = {symbol: name for name, symbols in _STRUCTURES.items() for symbol in symbols.split()}


@cache
def element_facts(symbol: str) -> str:
    """Return structure, radius, electronegativity, melting point and group, as far as they are known."""
    from pymatgen.core.periodic_table import Element

    element = Element(symbol)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is not in pymatgen's table comes back as None or NaN, with a warning
        radius = element.data.get("Metallic radius")
        negativity, melts = element.X, element.melting_point
    told = [
        _BY_SYMBOL.get(symbol, ""),
        f"metallic radius {radius:.2f} Å" if isinstance(radius, float) else "",
        f"electronegativity {negativity:.2f} (Pauling)" if not math.isnan(negativity) else "",
        f"melts at {float(melts):.0f} K" if melts else "",
        f"group {element.group}, period {element.row}",
    ]
    return f"{symbol} ({element.long_name}): " + ", ".join(filter(None, told))

"""Names of phases: how tables and papers write them, and what each says of an alloy."""

from __future__ import annotations

import re
from typing import Final

DISORDERED: Final = frozenset({"FCC", "BCC", "HCP"})
# A lattice, a family or a Greek letter alone: too little to say whether the alloy is one disordered solution.
GREEK: Final = frozenset(
    {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "kappa", "omega", "zeta", "theta", "martensite"}
)
VAGUE: Final = GREEK | {"cubic", "hexagonal", "unknown", "Pm-3m"}
# Words that tell more of the phase before or behind them when nothing parts the two.
LATTICES: Final = frozenset(
    {"FCC", "BCC", "HCP", "cubic", "hexagonal", "tetragonal", "orthorhombic", "rhombohedral", "monoclinic", "BCT"}
    | {"intermetallic", "martensite", "ordered", "solid solution"}
)
SHAPES: Final = frozenset({"cubic", "hexagonal", "solid solution"})
ODD: Final = frozenset({"secondary", "amorphous", "unknown"})
# Ordered forms of a lattice: ``BCC B2`` is one phase, ``FCC sigma`` are two.
FORMS: Final = {
    "FCC": frozenset({"L12", "L10", "L21", "DO22", "Laves", "carbide", "nitride", "oxide", "Pm-3m"}),
    "BCC": frozenset({"B2", "L21", "DO3", "BCT", "Pm-3m"}),
    "HCP": frozenset({"DO19", "DO24", "Laves"}),
}
ORDERED_FORM: Final = {"FCC": "L12", "BCC": "B2", "HCP": "DO19"}

_CENTRED: Final = r"[- ]?cent(?:ere|re)d[- ]cubic"
_SPELLINGS: Final = {
    "L12": r"l1[_ ]?2|cu3au(?:[- ]type)?|cp4|gamma[- ]?prime|γ'|ni3al",
    "L10": r"l1[_ ]?0|aucu|tp2|tp4",
    "L21": r"l2[_ ]?1|(?:half|full)?[- ]?heusler|cf16",
    "B2": r"b2(?!\d)|cscl(?:[- ](?:type|structure))?|cp2",
    "DO3": r"d[o0][_ ]?3",
    "DO19": r"d[o0][_ ]?19|hp8",
    "DO22": r"d[o0][_ ]?22|γ''|gamma[- ]double[- ]prime",
    "DO24": r"d[o0][_ ]?24",
    "Laves": r"laves|c14|c15|c36|mgzn2|mgcu2|mgni2|fd-?3m|cf24|hp12",
    "sigma": r"sigma|σ|p4_?2/?mnm|d8_?b|tp30",
    "mu": r"mu|μ|d8_?5|hr13",
    "chi": r"chi|χ|a12",
    "omega": r"omega|ω",
    "FCC": rf"fcc|f\.\s?c\.\s?c\.?|a1(?!\d)|face{_CENTRED}|f ?m ?-? ?3 ?m|cf4(?:[-, ]+(?-i:Cu|Ni|Al)[- ]type)?|ccp"
    r"|(?-i:Cu|Ni|Al)[- ](?:proto)?type|cubic close[- ]packed|austenit(?:e|ic)|kfz",
    "BCC": rf"bcc|b\.\s?c\.\s?c\.?|a2(?!\d)|body{_CENTRED}|i ?m ?-? ?3 ?m|ci2(?:[-, ]+(?-i:W)[- ]type)?"
    r"|(?-i:W)[- ](?:proto)?type|ferrit(?:e|ic)|krz",
    "HCP": r"hcp|h\.\s?c\.\s?p\.?|a3(?!\d)|hexagonal[- ]close[- ]?pack(?:ed|ing)|p ?6_?3 ?/? ?m ?m ?c"
    r"|hp2(?:[-, ]+(?-i:Mg)[- ]type)?|(?-i:Mg)[- ](?:proto)?type|hdp",
    "Pm-3m": r"p ?m ?-? ?3 ?m",
    "BCT": r"bct|body[- ]?cent(?:ere|re)d[- ]tetragonal",
    "amorphous": r"amorph(?:ous)?|(?:metallic |bulk metallic )?glass(?:y)?|bmg|am|vitreous|nanoglass",
    "quasicrystal": r"quasi-?crystal(?:s|line)?|icosahedral|qc",
    "intermetallic": r"inter-?metallics?|imc?s?|int\.|ordered compounds?|compounds?",
    "carbide": r"carbides?|m23c6|m7c3|m6c|m3c2|mc",
    "nitride": r"nitrides?",
    "boride": r"borides?",
    "silicide": r"silicides?",
    "oxide": r"oxides?|spinel|perovskite|fluorite|rutile|corundum|rock ?salt",
    "secondary": r"sec\.?|secondary(?: phases?)?|(?:second|minor|other|additional|unknown|unidentified|further) phases?"
    r"|(?:nano-?)?(?:precipitates?|particles|ppts?)|others?|impurit(?:y|ies)",
    "unknown": r"unknown|unidentified|not (?:explicitly |fully )?(?:specified|stated|determined|given|reported)"
    r"|unspecified|undetermined|varies|variable|complex",
    "solid solution": r"(?:random |disordered )?solid[- ]solutions?|s\.?\s?s\.?",
    "martensite": r"martensit(?:e|ic)",
    "ordered": r"ordered|superlattice",
    "cubic": r"cubic",
    "hexagonal": r"hexagonal|hex",
    "tetragonal": r"tetragonal",
    "orthorhombic": r"orthorhombic",
    "rhombohedral": r"rhombohedral|trigonal|r-?3m",
    "monoclinic": r"monoclinic",
    "liquid": r"liquid",
    "alpha": r"alpha|α", "beta": r"beta|β", "gamma": r"gamma|γ", "delta": r"delta|δ", "epsilon": r"epsilon|ε",
    "eta": r"eta|η", "kappa": r"kappa|κ", "zeta": r"zeta|ζ", "theta": r"theta|θ",
}  # fmt: skip
GROUP_OF: Final = {f"p{i}": name for i, name in enumerate(_SPELLINGS)}
PHASE: Final = "|".join(f"(?P<p{i}>{spelling})" for i, spelling in enumerate(_SPELLINGS.values()))
STRUCTURE: Final = rf"(?:{_SPELLINGS['FCC']}|{_SPELLINGS['BCC']}|{_SPELLINGS['HCP']}|{_SPELLINGS['B2']})"
# Types of the Strukturbericht that have no name of their own above, such as A15, B19' and D8m: none is a solution.
STRUKTURBERICHT: Final = r"(?:A(?:[4-9]|1[0-5])|[BC]\d{1,2}|D0|D\d{1,2}|E\d{1,2}|L\d)(?:_?(?:\d|[a-h]))?'{0,2}"
FILLER: Final = (
    r"phases?|struct(?:ures?|ured)?|crystal(?:s|line|lography)?|lattices?|solutions?|solid|disordered|random|types?|like"
    r"|the|an?|of|in|as|is|are|was|were|from|by|to|for|at|its|one|single|only|pure|purely|just|fully|completely|entirely"
    r"|simple|small|fine|coarse|some|few|amounts?|fractions?|volume|vol\.?|weight|wt\.?|traces?|minor|weak|peaks?"
    r"|xrd|pdf|icdd|sem|tem|microstructures?|nano-?crystalline|nano-?sized|grains?|as-?cast|as-?built|annealed|homogeni[sz]ed|cast"
    r"|dendrit(?:e|es|ic)|inter-?dendritic|equiaxed|columnar|lamellar"
    r"|(?:is |was |were )?(?:observed|found|detected|present|identified|formed)|space ?group|no\.|alloy|hea|yes|ja"
    r"|(?-i:[A-Z][a-z]?(?:[,/-][A-Z][a-z]?)*-?)rich"
)


def compiled(parts: dict[str, str]) -> re.Pattern[str]:
    """One pattern of named alternatives, tried in order; words end where a letter does not follow."""
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in parts.items()), re.IGNORECASE)

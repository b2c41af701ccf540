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
# Spellings that name a phase in running text as well as in a cell of a table.
IN_TEXT: Final = {
    "L12": r"l1[_ ]?2|γ['′]",
    "L10": r"l1[_ ]?0",
    "L21": r"l2[_ ]?1|(?:half|full)?[- ]?heusler",
    "B2": r"b2(?!\d)|cscl[- ](?:type|structure)",
    "DO3": r"d[o0][_ ]?3",
    "DO19": r"d[o0][_ ]?19",
    "DO22": r"d[o0][_ ]?22|γ(?:''|″)",
    "DO24": r"d[o0][_ ]?24",
    "Laves": r"laves|c14|c15|c36",
    "sigma": r"sigma|σ",
    "mu": r"(?:mu|μ)[- ]phase",
    "FCC": rf"fcc|f\.\s?c\.\s?c\.?|face{_CENTRED}|f ?m ?-? ?3 ?m",
    "BCC": rf"bcc|b\.\s?c\.\s?c\.?|body{_CENTRED}|i ?m ?-? ?3 ?m",
    "HCP": r"hcp|h\.\s?c\.\s?p\.?|hexagonal[- ]close[- ]?pack(?:ed|ing)|(?-i:Mg)[- ]type hexagonal",
    "amorphous": r"amorphous|(?:bulk )?metallic glass(?:es)?|glassy",
    "intermetallic": r"inter-?metallics?(?: (?:compounds?|phases?))?",
    "carbide": r"carbides?|m_?23c_?6|m_?7c_?3|m_?6c",
    "secondary": r"(?:second(?:ary)?|minority|minor) phases?",
    "alpha": r"α['′]*(?![- ]?(?:particles?))",
    "beta": r"β",
}  # fmt: skip
# What else a cell may hold: there a letter, a space group or a prototype can be nothing but a phase.
_IN_CELLS: Final = {
    "L12": r"cu3au(?:[- ]type)?|cp4|gamma[- ]?prime|ni3al",
    "L10": r"aucu|tp2|tp4",
    "L21": r"cf16",
    "B2": r"cscl|cp2",
    "DO3": "",
    "DO19": r"hp8",
    "DO22": r"gamma[- ]double[- ]prime",
    "DO24": "",
    "Laves": r"mgzn2|mgcu2|mgni2|fd-?3m|cf24|hp12",
    "sigma": r"p4_?2/?mnm|d8_?b|tp30",
    "mu": r"mu|μ|d8_?5|hr13",
    "chi": r"chi|χ|a12",
    "omega": r"omega|ω",
    "FCC": r"a1(?!\d)|cf4(?:[-, ]+(?-i:Cu|Ni|Al)[- ]type)?|ccp"
    r"|(?-i:Cu|Ni|Al)[- ](?:proto)?type|cubic close[- ]packed|austenit(?:e|ic)|kfz",
    "BCC": r"a2(?!\d)|ci2(?:[-, ]+(?-i:W)[- ]type)?|(?-i:W)[- ](?:proto)?type|ferrit(?:e|ic)|krz",
    "HCP": r"a3(?!\d)|p ?6_?3 ?/? ?m ?m ?c|hp2(?:[-, ]+(?-i:Mg)[- ]type)?|(?-i:Mg)[- ](?:proto)?type|hdp",
    "Pm-3m": r"p ?m ?-? ?3 ?m",
    "BCT": r"bct|body[- ]?cent(?:ere|re)d[- ]tetragonal",
    "amorphous": r"amorph|(?:metallic |bulk metallic )?glass(?:y)?|bmg|am|vitreous|nanoglass",
    "quasicrystal": r"quasi-?crystal(?:s|line)?|icosahedral|qc",
    "intermetallic": r"imc?s?|int\.|ordered compounds?|compounds?",
    "carbide": r"m3c2|mc",
    "nitride": r"nitrides?",
    "boride": r"borides?",
    "silicide": r"silicides?",
    "oxide": r"oxides?|spinel|perovskite|fluorite|rutile|corundum|rock ?salt",
    "secondary": r"sec\.?|secondary|(?:other|additional|unknown|unidentified|further) phases?"
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
    "alpha": r"alpha|α", "beta": r"beta", "gamma": r"gamma|γ", "delta": r"delta|δ", "epsilon": r"epsilon|ε",
    "eta": r"eta|η", "kappa": r"kappa|κ", "zeta": r"zeta|ζ", "theta": r"theta|θ",
}  # fmt: skip
_SPELLINGS: Final = {name: "|".join(filter(None, (IN_TEXT.get(name, ""), more))) for name, more in _IN_CELLS.items()}
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

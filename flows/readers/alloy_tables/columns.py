"""Columns of a table of alloys: composition, elements, phases, labels, state, told by their names and contents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hypograph.flows.readers.tabular import Cell, Row, Table, as_text, number
from hypograph.models.core.errors import InputError
from hypograph.models.evidence.alloys.composition import read_composition
from hypograph.models.evidence.alloys.formula_tree import KNOWN
from hypograph.models.evidence.alloys.notation import Basis, is_missing, plain, take_marks
from hypograph.models.literature.text.formulas import NAME_TO_SYMBOL

LOOKED_AT: Final = 60
ROLES: Final = ("composition", "phase", "label", "state")
# No role of a column but the value of the label that means one phase: ``label=class,single=1``.
SINGLE: Final = "single"
_COMPOSITION: Final = (
    r"set[_ ]?name|(?:nominal |chemical |alloy |target |sample )?(?:composition|formula)s?"
    r"|zusammensetzung|chem.*formel",
    r"alloys?|legierung(?:en)?|hea|combination|alloy[_ ]?(?:name|system)|system|material|compound|elements|index",
    r".*(?:composition|formula|alloy|legierung|zusammensetzung).*|.*material.*|names?|samples?|specimens?|probe",
)
_PHASE: Final = (
    r"(?!.*(?:nb|number|no\.|num|#|count|fraction|percent|single|multi|diagram|transf))(?!n[_ ])"
    r".*phasen?(?:\(?s\)?)?\b.*",
    r"(?:crystal[- _]?)?structures?|(?:kristall)?struktur|lattice|bcc/fcc/other|.*bcc.*fcc.*|crystal.*|space ?group",
    r".*microstructure.*|gefuge|.*constituents?.*",
)
COUNT: Final = r"(?:number|no\.?|num\.?|nb\.?|n|#|count)\s*(?:of\s+)?phases?|phases? count"
CLASSES: Final = r"class(?:es)?|category|types?|outcome|result|classification|klasse"
_SHARE: Final = (
    r"\b(?:vol(?:ume)?|phase|frac(?:tion)?|share|content|amount|anteil|f|v|x)[ ._-]*(?:%|\b)|%"
    r"|\b(?:fraction|content|percent|share)s?\b"
)
_LABEL: Final = (
    r"labels?|targets?|y|.*single.*|.*solid[- _]?solution.*|is[- _]?hea|hea\??|stable|is[- _]?stable|ss",
    rf"{CLASSES}|{COUNT}",
    r".*\blabels?\b.*",
)
_STATE: Final = (
    r"(?:material |sample )?(?:state|condition)s?|zustand|.*process(?:ing)?(?: ?(?:method|route))?.*"
    r"|.*(?:heat )?treatment.*|.*(?:synthesis|fabrication|manufactur|preparation).*|(?:synthesis |production )?routes?",
)
_RATIO: Final = re.compile(
    r"(?:(?:molar|mole|atomic|atom|nominal|element(?:al)?)[ _-]*)?"
    r"(?:ratios?|stoichiometr(?:y|ies)|proportions?|fractions?|amounts?|coefficients?|contents?|percent(?:ages?)?|%)"
    r"|"  # the name is nothing but a mark of percent, as in "at.% ratio"
)
_VARIABLE: Final = re.compile(r"[xyzδn]")
_ELEMENT: Final = re.compile(
    r"(?:(?:x|c|w|at|wt)[_ ])?%?\s*(?P<symbol>[A-Z][a-z]?|[A-Z]{2}|[A-Za-z]{4,})\s*%?"
    r"(?:[_ ](?:at|wt|frac|content|conc)\.?)?"
)


@dataclass(frozen=True)
class Columns:
    """Places of the columns.

    Attributes
    ----------
    composition
        Place of the column of formulas, None where there is none.
    basis
        What its header says of percent.
    elements
        Place → symbol of the columns of single elements.
    element_basis
        What their headers (or a title) say of percent.
    phases, labels
        Tiers of columns, those whose name says it most plainly first.
    state
        Columns on processing and treatment.
    variables
        Place → name of columns of variable amounts (x).
    flags
        Place → phase of columns that say for one phase each whether it is there.
    single
        The value of the label that the user says means one phase; empty where nothing was said.
    ratio
        Place of the column of amounts that go with elements named in another one (``Al-Co-Ni``, ``2:1:1``), or None.
    notes
        What a reader should be told.
    """

    composition: int | None
    basis: Basis | None
    elements: Mapping[int, str]
    element_basis: Basis | None
    phases: Sequence[Sequence[int]]
    labels: Sequence[Sequence[int]]
    state: Sequence[int]
    variables: Mapping[int, str]
    flags: Mapping[int, str]
    single: str = ""
    ratio: int | None = None
    notes: Sequence[str] = ()

    def used(self) -> set[int]:
        """Return the places of all columns that are read."""
        alone = {i for i in (self.composition, self.ratio) if i is not None}
        tiers = {i for tier in (*self.phases, *self.labels) for i in tier}
        return alone | tiers | {*self.elements, *self.state, *self.variables, *self.flags}


def with_header(table: Table) -> Table:
    """Take a first row that is no header, since an alloy stands in it, for data."""
    shares = [_share(table, i) if _is_composition(h) else 0.0 for i, h in enumerate(table.header)]
    if max(shares, default=0.0) < 0.5:
        return table
    first = Row(table.header_row, [None if h in table.nameless else h for h in table.header])
    names = [f"column {i + 1}" for i in range(len(table.header))]
    note = f"there is no header: row {table.header_row} is read as an alloy, the columns by what is in them"
    return replace(table, header=names, rows=[first, *table.rows], notes=[*table.notes, note])


def find_columns(table: Table, given: Mapping[str, str] | None = None) -> Columns:
    """Tell the columns of a table of alloys.

    Parameters
    ----------
    given
        Role (`ROLES`) → name of its column, where the user says it; ``single`` → the label's value for one phase.

    Raises
    ------
    InputError
        If a named column is not there, or no column holds compositions; if columns of elements contradict each other.
    """
    given = dict(given or {})
    single = given.pop(SINGLE, "")
    if single and "label" not in given:
        raise InputError("whose value it is was not said", where="--columns", expected=f"label=NAME,single={single}")
    for role, name in given.items():
        if role not in ROLES:
            raise InputError(
                f"{role!r} is no role of a column", where="--columns", expected=", ".join((*ROLES, SINGLE))
            )
        table.index(name)
    names = [plain(take_marks(plain(h)).text).lower().replace("_", " ").strip(" :()[]") for h in table.header]
    elements, bases = _elements(table.header)
    free = [i for i in range(len(names)) if i not in elements]
    composition = _composition(table, names, free, given, bool(elements))
    rest = [i for i in free if i != composition]
    named = {table.index(given[role]) for role in ("label", "state") if role in given}
    unnamed = [i for i in rest if i not in named]
    phases = [[table.index(given["phase"])]] if "phase" in given else _tiers(names, unnamed, _PHASE)
    taken = {i for tier in phases for i in tier}
    labels = (
        [[table.index(given["label"])]]
        if "label" in given
        else _tiers(names, [i for i in rest if i not in taken], _LABEL)
    )
    if not phases and not labels:
        found = _phases_by_content(table, rest)
        phases = [[found]] if found is not None else []
    said = {i for tier in (*phases, *labels) for i in tier}
    states = [i for i in rest if i not in said and _match(names[i], _STATE) is not None]
    if composition is None and not elements:
        sheets = "".join(
            f" ({note[0].upper()}{note[1:]}; take another with --sheet.)"
            for note in table.notes
            if note.startswith("sheet ")
        )
        raise InputError(
            f"no composition column among {', '.join(h for h in table.header[:12] if h) or 'no header'}",
            where=table.path,
            expected="a column named composition, formula, alloy …, or one column for each element",
            hint=f"Name it with --columns composition=NAME.{sheets}",
        )
    element_basis = _one_basis(bases, table)
    some = element_basis is not None and None in bases and len(bases) > 1
    return Columns(
        composition,
        basis_of(table.header[composition]) if composition is not None else None,
        elements,
        element_basis,
        phases,
        labels,
        [table.index(given["state"])] if "state" in given else states,
        {i: names[i] for i in rest if _VARIABLE.fullmatch(table.header[i].strip())},
        {} if said else _flags(table.header, rest),
        single,
        next((i for i in rest if i not in said and _RATIO.fullmatch(names[i]) and _amounts_in(table, i)), None),
        ["only some columns of elements say which percent: taken for all"] if some else [],
    )


def basis_of(text: str) -> Basis | None:
    """Return what a text says of percent: of atoms, of weight, or neither."""
    bases = take_marks(plain(text)).bases
    return next(iter(bases)) if len(bases) == 1 else None


def _elements(header: Sequence[str]) -> tuple[dict[int, str], set[Basis | None]]:
    """Columns of single elements, and what their headers say of percent."""
    found: dict[int, str] = {}
    bases: set[Basis | None] = set()
    bare = [take_marks(plain(h)).text.strip(" ()[],") for h in header]
    capitals = [h for h in bare if h.isupper() and h.title() in KNOWN]
    shouted = len(capitals) >= 3 and not any(re.fullmatch("[A-Z][a-z]", h) for h in bare)
    for i, name in enumerate(header):
        text = plain(name)
        marked = take_marks(text)
        match = _ELEMENT.fullmatch(marked.text.strip(" ()[],"))
        symbol = match.group("symbol") if match else ""
        symbol = NAME_TO_SYMBOL.get(symbol.lower(), symbol) if len(symbol) > 3 else symbol
        if shouted and symbol.isupper():
            symbol = symbol.title()
        if symbol in KNOWN and symbol not in found.values():
            found[i] = symbol
            loose: Basis | None = "weight" if re.match(r"(?:w|wt)[_ ]|.*[_ ]wt\.?$", text) else None
            loose = "atomic" if re.match(r"(?:x|c|at)[_ ]|.*[_ ]at\.?$", text) else loose
            bases |= marked.bases or {loose}
    return (found, bases) if len(found) >= 2 else ({}, set())


def _one_basis(bases: set[Basis | None], table: Table) -> Basis | None:
    """The basis of all columns of elements; a title above the header may say it."""
    if len(bases - {None}) > 1:
        raise InputError("the columns of elements name different percents", where=table.path, hint="Use one for all.")
    said = next(iter(bases - {None}), None)
    if said is not None:
        return said
    titles = {b for note in table.notes if "title" in note for b in take_marks(plain(note)).bases}
    return next(iter(titles)) if len(titles) == 1 else None


def amounts_of(cell: Cell) -> list[float]:
    """Return the numbers of a cell such as ``1:1:0.5``; empty where it holds no list of them."""
    parts = re.split(r"\s*[:;/|,]\s*|\s+", cell.strip(" ()[]")) if isinstance(cell, str) else []
    found = [number(part.rstrip("%")) for part in parts]
    return [v for v in found if v is not None] if len(found) > 1 and None not in found else []


def _amounts_in(table: Table, column: int) -> bool:
    """Whether most cells of a column are lists of amounts."""
    cells = [row.cells[column] for row in table.rows[:LOOKED_AT] if row.cells[column] is not None]
    return 2 * sum(bool(amounts_of(c)) for c in cells) > len(cells)


def _match(name: str, tiers: Sequence[str]) -> int | None:
    return next((k for k, tier in enumerate(tiers) if re.fullmatch(tier, name)), None)


def _tiers(names: Sequence[str], free: Sequence[int], tiers: Sequence[str]) -> list[list[int]]:
    found = [[i for i in free if _match(names[i], tiers) == k] for k in range(len(tiers))]
    return [tier for tier in found if tier]


def _composition(
    table: Table, names: Sequence[str], free: Sequence[int], given: Mapping[str, str], elements: bool
) -> int | None:
    """The column of formulas: the one that is named so and holds most of them; without such a name, by content."""
    if "composition" in given:
        return table.index(given["composition"])
    ranked = [(k, i) for i in free if (k := _match(names[i], _COMPOSITION)) is not None]
    shares = {i: _share(table, i) for i in free}
    if ranked:
        best = max(ranked, key=lambda pair: (round(shares[pair[1]], 1), -pair[0], -pair[1]))
        if shares[best[1]] > 0 or best[0] < 2:
            return best[1]
    unsaid = [i for i in free if _match(names[i], _PHASE) is None and _match(names[i], _LABEL) is None]
    by_content = max(unsaid, key=lambda i: (shares[i], -i), default=None)
    if by_content is not None and shares[by_content] >= 0.5:
        return by_content
    # A column of sample names beside columns of elements still gives the rows their names.
    return min(ranked)[1] if ranked and elements else None


def _flags(header: Sequence[str], free: Sequence[int]) -> dict[int, str]:
    """Columns that are named for a phase, where there are two or more."""
    from hypograph.models.evidence.alloys.phases import PhaseError, read_phases

    found: dict[int, str] = {}
    for i in free:
        try:
            name = re.sub(_SHARE, " ", take_marks(plain(header[i])).text.replace("_", " "), flags=re.IGNORECASE)
            phases = read_phases(name.strip(" ()[].,/")).phases
        except PhaseError:
            continue
        if len(phases) == 1:
            found[i] = phases[0]
    return found if len(found) >= 2 else {}


def _texts(table: Table, column: int) -> list[str]:
    cells: list[Cell] = [row.cells[column] for row in table.rows[:LOOKED_AT]]
    return [t for c in cells if isinstance(c, str) and not is_missing(t := plain(c))]


def _share(table: Table, column: int) -> float:
    """Share of a column's cells that are compositions."""
    texts = _texts(table, column)
    return sum(_is_composition(t) for t in texts) / len(texts) if texts else 0.0


def _is_composition(text: str) -> bool:
    try:
        read_composition(text)
    except InputError:
        return False
    return True


def _phases_by_content(table: Table, free: Sequence[int]) -> int | None:
    from hypograph.models.evidence.alloys.phases import PhaseError, read_phases

    def share(column: int) -> float:
        hits, texts = 0, _texts(table, column)
        for text in texts:
            try:
                hits += bool(read_phases(text).phases or read_phases(text).label)
            except PhaseError:
                continue
        return hits / len(texts) if texts else 0.0

    shares = {i: share(i) for i in free}
    best = max(shares, key=lambda i: (shares[i], -i), default=None)
    return best if best is not None and shares[best] >= 0.5 else None


def cell_text(cell: Cell) -> str:
    """A cell as text."""
    return as_text(cell).strip()

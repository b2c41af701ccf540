"""What the elements page shows: substitutes by source, predicted alloys with reasons, what to measure next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.maps.atlas import counts
from hypograph.graph.queries import pages
from hypograph.graph.queries.rows import AlloyProps, ReasonRow, SubstituteRow, whole
from hypograph.models.evidence.fusion.next_measurement import Cut, expected_cuts

MOST_ALLOYS = 5_000
REASONS = 2

# Rows of the periodic table; "" is an empty place. The two rows of the f block stand below, apart.
PERIODIC = [
    row.split(",")
    for row in (
        "H,,,,,,,,,,,,,,,,,He",
        "Li,Be,,,,,,,,,,,B,C,N,O,F,Ne",
        "Na,Mg,,,,,,,,,,,Al,Si,P,S,Cl,Ar",
        "K,Ca,Sc,Ti,V,Cr,Mn,Fe,Co,Ni,Cu,Zn,Ga,Ge,As,Se,Br,Kr",
        "Rb,Sr,Y,Zr,Nb,Mo,Tc,Ru,Rh,Pd,Ag,Cd,In,Sn,Sb,Te,I,Xe",
        "Cs,Ba,La,Hf,Ta,W,Re,Os,Ir,Pt,Au,Hg,Tl,Pb,Bi,Po,At,Rn",
        "Fr,Ra,Ac,Rf,Db,Sg,Bh,Hs,Mt,Ds,Rg,Cn,Nh,Fl,Mc,Lv,Ts,Og",
        ",,,,,,,,,,,,,,,,,",
        ",,,Ce,Pr,Nd,Pm,Sm,Eu,Gd,Tb,Dy,Ho,Er,Tm,Yb,Lu,",
        ",,,Th,Pa,U,Np,Pu,Am,Cm,Bk,Cf,Es,Fm,Md,No,Lr,",
    )
]


class Belief(TypedDict):
    """How far an element can stand for another, by one source."""

    belief: float | None
    plausibility: float | None
    ignorance: float | None
    conflict: float | None
    count: int | None
    source: str | None


class Substitute(SubstituteRow):
    """An element that can stand for another: all sources of data together, and each by itself."""

    sources: list[Belief]


class Substitutability(TypedDict):
    """Elements with evidence by number of partners, and the substitutes of one of them."""

    elements: dict[str, int]
    symbol: str | None
    substitutes: list[Substitute]


class Reasoned(AlloyProps):
    """A predicted alloy with the evidence that weighs most."""

    because: list[ReasonRow]


class Cutting(TypedDict):
    """An alloy to measure next, and how much of what is unknown that should cut."""

    key: str
    formula: str | None
    own: float
    others: float
    reached: int
    total: float


def substitutability(store: GraphStore, symbol: str | None, token: dict[str, int] | None = None) -> Substitutability:
    """Elements with evidence, and the substitutes of one of them.

    Returns
    -------
    dict
        `elements` (symbol → number of partners), `symbol`, `substitutes` (the most believed first): each `symbol`,
        `belief`, `plausibility`, `ignorance`, `conflict`, `count` of all sources of data together, and `sources`,
        the same for each source by itself.
    """
    rows: dict[str, list[SubstituteRow]] = defaultdict(list)
    for row in store.read(pages.SUBSTITUTES, symbol=symbol) if symbol else ():
        rows[row["symbol"]].append(row)
    found = [_joined(said) for said in rows.values()]
    found.sort(key=lambda s: (-(s["belief"] or 0.0), -(s["plausibility"] or 0.0), s["symbol"]))
    elements = remembered(store, "elements", lambda: _partners(store), token)
    return {"elements": elements, "symbol": symbol, "substitutes": found}


def _partners(store: GraphStore) -> dict[str, int]:
    return {row["symbol"]: row["n"] for row in store.read(pages.ELEMENTS)}


def _joined(said: Sequence[SubstituteRow]) -> Substitute:
    whole = next((row for row in said if row["source"] in {None, "data"}), said[0])
    others = {row["source"]: row for row in said if row["source"] not in {None, "data"} and row is not whole}
    alone = sorted(others.values(), key=lambda row: (-(row["count"] or 0), row["source"] or ""))
    return {
        **whole,
        "sources": [
            {
                "belief": row["belief"],
                "plausibility": row["plausibility"],
                "ignorance": row["ignorance"],
                "conflict": row["conflict"],
                "count": row["count"],
                "source": row["source"],
            }
            for row in alone
        ],
    }


def alloys(store: GraphStore, limit: int = 200, token: dict[str, int] | None = None) -> list[Reasoned]:
    """Predicted alloys, the most probable single-phase first, each with the evidence that weighs most."""
    return remembered(store, f"alloys {limit}", lambda: _alloys(store, limit), token)


def _alloys(store: GraphStore, limit: int) -> list[Reasoned]:
    found = [whole("Alloy", row["a"]) for row in store.read(pages.PREDICTED, limit=limit)]
    reasons: dict[str, list[ReasonRow]] = defaultdict(list)
    for row in store.read(pages.ALLOY_REASONS, keys=[alloy["key"] for alloy in found]):
        if len(reasons[row["key"]]) < REASONS:
            reasons[row["key"]].append(row)
    return [{**alloy, "because": reasons[alloy["key"]]} for alloy in found]


def measure_next(
    store: GraphStore, symbol: str | None = None, limit: int = 10, token: dict[str, int] | None = None
) -> list[Cutting]:
    """Predicted alloys whose measuring should cut most of what is unknown (see `expected_cuts`).

    Parameters
    ----------
    store
        The graph.
    symbol
        Only alloys that hold this element; None for any.
    limit
        How many at most.
    token
        Counts of the store, where they were read just now.
    """
    rows, cuts = remembered(store, "cuts", lambda: _cuts(store), token)
    chosen = [cut for cut in cuts if symbol is None or symbol in (rows[cut.alloy]["elements"] or ())]
    return [
        {
            "key": rows[cut.alloy]["key"],
            "formula": rows[cut.alloy].get("formula"),
            "own": cut.own,
            "others": cut.others,
            "reached": cut.reached,
            "total": cut.total,
        }
        for cut in chosen[:limit]
    ]


def _cuts(store: GraphStore) -> tuple[list[AlloyProps], list[Cut]]:
    rows = [row["a"] for row in store.read(pages.PREDICTED, limit=MOST_ALLOYS)]
    rows = [row for row in rows if row.get("elements") and row.get("ignorance") is not None]
    pairs = {
        (min(row["a"], row["b"]), max(row["a"], row["b"])): float(row["belief"] or 0.0)
        for row in store.read(pages.PAIRS)
    }
    sets, ignorance = [frozenset(row["elements"] or ()) for row in rows], [row["ignorance"] or 0.0 for row in rows]
    return rows, expected_cuts(sets, ignorance, pairs)


# What takes a walk through all alloys or elements, under the counts that the store had when it was read.
_kept: WeakKeyDictionary[GraphStore, tuple[dict[str, int], dict[str, Any]]] = WeakKeyDictionary()
T = TypeVar("T")


def remembered(store: GraphStore, name: str, read: Callable[[], T], token: dict[str, int] | None = None) -> T:
    """Return what was read before, unless something was added to the store or taken from it since.

    Parameters
    ----------
    token
        Counts of the store, where they were read just now: a page that asks for several things reads them once.
    """
    token = token or counts(store)
    kept = _kept.get(store)
    if kept is None or kept[0] != token:
        kept = _kept[store] = (token, {})
    if name not in kept[1]:
        kept[1][name] = read()
    found: T = kept[1][name]
    return found


def warm(store: GraphStore) -> None:
    """Read what the first visitor would wait for."""
    alloys(store)
    measure_next(store)
    substitutability(store, None)

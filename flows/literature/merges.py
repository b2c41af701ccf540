"""What people decided about keywords that may mean the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from hypograph.flows.runtime.units import UnitStore
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.graph import GraphStore

# first, second, status: accepted or rejected.
Decision = tuple[str, str, str]
STATUSES: Final = ("open", "accepted", "rejected")


def decided_merges(store: UnitStore) -> list[Decision]:
    """Read the decisions of the review queue; none from a store that cannot be read."""
    from hypograph.graph import GraphStore
    from hypograph.graph.queries.literature import DECIDED_MERGES

    if not isinstance(store, GraphStore):
        return []
    return [(row["first"], row["second"], row["status"]) for row in store.read(DECIDED_MERGES)]


def apply_merges(keywords: Sequence[Sequence[str]], decided: Sequence[Decision]) -> list[list[str]]:
    """Replace keywords that a person merged by the more frequent one of each group.

    Parameters
    ----------
    keywords
        Keywords of each publication.
    decided
        Only those with the status ``accepted`` count.

    Returns
    -------
    list of list of str
        Sorted, each once.
    """
    chosen = merged_names(keywords, decided)
    return [sorted({chosen.get(name, name) for name in names}) if chosen else list(names) for names in keywords]


def merged_names(keywords: Sequence[Sequence[str]], decided: Sequence[Decision]) -> dict[str, str]:
    """Give each keyword that a person merged the name that stands for its group: the most frequent member."""
    group: dict[str, set[str]] = {}
    for first, second, status in decided:
        if status == "accepted":
            joined = group.get(first, {first}) | group.get(second, {second})
            group.update(dict.fromkeys(joined, joined))
    times = Counter(name for names in keywords for name in names if name in group)
    return {name: min(members, key=lambda n: (-times[n], n)) for name, members in group.items()}


def aliases_of(extracted: Sequence[Sequence[str]], decided: Sequence[Decision]) -> dict[str, list[str]]:
    """Names that occur and were merged into another, by the name that stands for them."""
    found: dict[str, list[str]] = {}
    for name, kept in sorted(merged_names(extracted, decided).items()):
        if name != kept and any(name in names for names in extracted):
            found.setdefault(kept, []).append(name)
    return found


def merge_queue(store: GraphStore, status: str = "open") -> list[dict[str, Any]]:
    """List the review queue, the most similar first.

    Parameters
    ----------
    store
        The graph.
    status
        ``open``, ``accepted``, ``rejected`` or ``all``.

    Returns
    -------
    list of dict
        ``id``, ``first``, ``second``, ``similarity``, ``reason``, ``status``, ``decided_at`` (None while
        open), ``first_df``, ``second_df`` (publications that hold each; None once a keyword is merged away).

    Raises
    ------
    InputError
        For another status.
    """
    from hypograph.graph.queries.literature import MERGE_QUEUE

    if status not in (*STATUSES, "all"):
        raise InputError(f"no such status: {status!r}", where="--status", expected=", ".join((*STATUSES, "all")))
    return [row for row in store.read(MERGE_QUEUE) if status in ("all", row["status"])]


def decide_merges(store: GraphStore, ids: Sequence[str], status: str) -> list[dict[str, Any]]:
    """Write down what a person decided; it takes effect with the next build, and may be decided anew.

    Parameters
    ----------
    store
        The graph.
    ids
        Ids of entries, or beginnings of them that fit one entry only.
    status
        ``accepted``, ``rejected``, or ``open`` to take a decision back.

    Returns
    -------
    list of dict
        The entries, as `merge_queue` lists them.

    Raises
    ------
    InputError
        If an id fits no entry, or several; then nothing is written.
    """
    from hypograph.graph.queries.literature import DECIDE_MERGE
    from hypograph.graph.store.store import now

    queue = merge_queue(store, "all")
    chosen = [_entry(queue, wanted) for wanted in dict.fromkeys(ids)]
    for entry in chosen:
        store.run_command(DECIDE_MERGE, id=entry["id"], status=status, at=now())
    keys = {entry["id"] for entry in chosen}
    return [row for row in merge_queue(store, "all") if row["id"] in keys]


def _entry(queue: Sequence[dict[str, Any]], wanted: str) -> dict[str, Any]:
    found = [row for row in queue if wanted and str(row["id"]).startswith(wanted)]
    if len(found) != 1:
        what = f"{len(found)} entries begin with this id" if found else "no entry has this id"
        raise InputError(what, where=wanted or "(empty)", expected="an id from `hypograph literature merges list`")
    return found[0]

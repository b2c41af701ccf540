"""What people decided about keywords that may mean the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypograph.flows.units import UnitStore

# first, second, status: accepted or rejected.
Decision = tuple[str, str, str]


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
    accepted = [(first, second) for first, second, status in decided if status == "accepted"]
    if not accepted:
        return [list(names) for names in keywords]
    group: dict[str, set[str]] = {}
    for first, second in accepted:
        joined = group.get(first, {first}) | group.get(second, {second})
        group.update(dict.fromkeys(joined, joined))
    times = Counter(name for names in keywords for name in names)
    chosen = {name: min(members, key=lambda n: (-times[n], n)) for name, members in group.items()}
    return [sorted({chosen.get(name, name) for name in names}) for names in keywords]

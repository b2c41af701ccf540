"""Plates: experiments that are made together and share what the apparatus sets once, such as one temperature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hypograph.models.campaigns.core.trials import Optimizer, Trial
from hypograph.models.campaigns.space.space import Space
from hypograph.models.core.documents.campaigns import PlateRecord
from hypograph.models.core.errors import InputError, SpaceError
from hypograph.models.core.protocols import Suggestion


@dataclass(frozen=True, slots=True)
class Plate:
    """Parameters that all experiments of a plate share, and how many wells it has (0: as many as are asked for)."""

    shared: tuple[str, ...]
    wells: int = 0

    def points(self, replicates: int) -> int:
        """Return how many points a plate holds, each as so many experiments; 0 for as many as are asked for."""
        return self.wells and max(1, self.wells // replicates)

    def record(self) -> PlateRecord:
        """Return the mapping that `plate_from` reads back."""
        found: PlateRecord = {"shared": list(self.shared)}
        return {**found, "wells": self.wells} if self.wells else found


def plate_from(record: Mapping[str, object], space: Space) -> Plate | None:
    """Read the plate of a definition; None where there is none.

    Raises
    ------
    InputError, SpaceError
        For an unknown key or parameter, or a number of wells that is none.
    """
    row = record.get("plate")
    if not row:
        return None
    if not isinstance(row, Mapping) or set(row) - {"shared", "wells"}:
        raise InputError("the plate cannot be read", where="plate", expected="shared = [PARAMETER, …], wells = 24")
    shared, wells = row.get("shared", ()), row.get("wells", 0)
    if isinstance(shared, str) or not isinstance(shared, Sequence):
        raise InputError(f"shared is {shared!r}", where="plate", expected="a list of parameters")
    if isinstance(wells, bool) or not isinstance(wells, int) or not 0 <= wells <= 1536:
        raise InputError(f"wells is {wells!r}", where="plate", expected="a whole number up to 1536")
    return Plate(tuple(space[str(name)].name for name in shared), wells)


def ask(
    plate: Plate,
    make: Callable[[Mapping[str, object]], Optimizer],
    history: Sequence[Trial],
    n: int,
    replicates: int = 1,
) -> list[Suggestion]:
    """Return n suggestions, plate by plate: the best next experiment says what its whole plate shares.

    Parameters
    ----------
    make
        Makes the optimizer, with the levels that some parameters are held at.
    replicates
        Wells that each point takes.
    """
    seen, found = list(history), list[Suggestion]()
    while len(found) < n:
        wells = min(plate.points(replicates) or n, n - len(found))
        try:
            made = make({}).ask(seen, 1)
            fixed = {name: made[0].parameters[name] for name in plate.shared} if made else {}
            if made and wells > 1:
                made += _rest(make(fixed), [*seen, _awaited(made[0], len(seen))], wells - 1)
        except SpaceError:
            if found:
                break
            raise
        if not made:
            break
        told = ", ".join(f"{name}={level}" for name, level in fixed.items())
        found += [replace(s, reason=f"{s.reason} (a plate at {told})") for s in made] if fixed else made
        seen += [_awaited(s, len(seen) + i) for i, s in enumerate(made)]
    return found


def _rest(optimizer: Optimizer, seen: Sequence[Trial], n: int) -> list[Suggestion]:
    """Fill the plate; where its level is used up the other wells stay empty."""
    try:
        return optimizer.ask(seen, n)
    except SpaceError:
        return []


def _awaited(found: Suggestion, number: int) -> Trial:
    return Trial(f"z{number}", dict(found.parameters))

"""Inspiration without a store: sets, passages that speak for them, a statement made from a template."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypograph.flows.literature.units import literature_units
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.records import Publication, Unit


class NoStore:
    """A store that keeps nothing: results are found by their file alone."""

    def commit(self, unit: Unit) -> bool:
        """Accept and forget."""
        return True

    def has_unit(self, key: str) -> bool:
        """The file decides."""
        return True


def inspire(
    folder: Path, publications: Sequence[Publication], *, sets: int = 20, topic: str = "", seed: int = 0
) -> dict[str, Any]:
    """Propose keyword sets with their reasons, nearest publications and a statement.

    Parameters
    ----------
    folder
        Where unit results are kept; those of this function have a folder of their own within.
    publications
        The corpus.
    sets
        Sets wanted.
    topic
        Keywords of which each set holds one, parted by commas; empty for none.
    seed
        Seed of the search.

    Returns
    -------
    dict
        The document of `hypograph literature inspire`.

    Raises
    ------
    InputError
        If there is no publication, or the topic names no keyword.
    """
    runner = UnitRunner(NoStore(), folder / "without-store")
    outcome = literature_units(runner, publications, sets=sets, topic=topic, seed=seed)
    return {
        "sets": [dataclasses.asdict(found) for found in outcome.sets],
        "entropy": outcome.entropy,
        "note": outcome.note if outcome.sets else f"{outcome.note} {_no_sets(outcome.keywords)}",
        "topic": list(outcome.topic),
        "publications": outcome.publications,
    }


def _no_sets(keywords: int) -> str:
    """Why no set was found, and what to do."""
    return (
        f"No set was found: {keywords} keywords stand in enough publications, too few of their pairs are new and near. "
        "Add publications of the same subject, or name no topic."
    )

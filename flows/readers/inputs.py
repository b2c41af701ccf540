"""What a run works on: the files the user names, or the data that ships with the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.flows.readers.reaction_tables import ReactionTable
    from hypograph.models.core.records import AlloyRecord, Publication

Inputs = tuple[list["Publication"], list["AlloyRecord"], list["ReactionTable"]]


def read_inputs(
    papers: Path | None,
    alloys: Path | None,
    table: Path | None,
    *,
    small: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Inputs:
    """Read the named files, or where none is named the data that ships with the package.

    Parameters
    ----------
    small
        Take the fixed small subset of the packaged data.
    tell
        Takes what was left out of a file, and why.

    Raises
    ------
    InputError
        With file, row and column, before anything is computed or written.
    """
    from hypograph.flows.readers.alloys import read_alloys
    from hypograph.flows.readers.reaction_tables import read_table

    if papers is None and alloys is None and table is None:
        return _packaged(small)
    return (
        _publications(papers) if papers else [],
        read_alloys(alloys, tell=tell) if alloys else [],
        [read_table(table)] if table else [],
    )


def _packaged(small: bool) -> Inputs:
    from hypograph.flows.readers.alloys import hea_literature_alloys, hea_tables
    from hypograph.flows.readers.publications.registry import hea_literature
    from hypograph.flows.readers.reaction_tables import packaged_table

    # Half of borylation's rows are near its maximum: in a short run chance does as well there as any method.
    names = ("buchwald_hartwig",) if small else ("buchwald_hartwig", "borylation")
    publications = hea_literature(limit=200 if small else None)
    return publications, [*hea_tables(), *hea_literature_alloys()], [packaged_table(name) for name in names]


def _publications(path: Path) -> list[Publication]:
    from hypograph.flows.readers.publications.registry import read_publications

    report = read_publications(path)
    if not report.publications:
        first = f"The first problem: {report.problems[0]}" if report.problems else ""
        raise InputError("no publication could be read", where=str(path), hint=first)
    return list(report.publications)

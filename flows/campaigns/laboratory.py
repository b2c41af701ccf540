"""Steps of a laboratory's campaign: reading what a person brings, suggesting with all knowledge there is."""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.campaigns.descriptors import described, option_distances
from hypograph.flows.campaigns.earlier import earlier_results
from hypograph.flows.campaigns.foreign_definitions import foreign_definition
from hypograph.flows.readers.tabular import Table, read_table
from hypograph.flows.runtime.sources import open_knowledge
from hypograph.graph.campaigns import folder as folders
from hypograph.graph.campaigns.folder import CampaignFolder
from hypograph.graph.queries import campaigns as queries
from hypograph.models.campaigns.laboratory import edits, results
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory.results import Recorded
from hypograph.models.campaigns.laboratory.table_definition import (
    Reading,
    Understood,
    objective_from,
    understand,
)
from hypograph.models.campaigns.laboratory.table_definition import described as parameter_documents
from hypograph.models.campaigns.optimizers.element_knowledge import ElementSimilarity, options_that_could_be_elements
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.campaigns.space.space import Space
from hypograph.models.core.documents.campaigns import SPACE_RULES, SpaceDocument
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.knowledge_free import if_informed
from hypograph.models.core.protocols import NO_PLANNING_CONTEXT, PlanningContext

PASSAGES, LONGEST_WORD = 4, 30  # passages that a planner sees; characters of an option that a paper may spell so

if TYPE_CHECKING:
    from hypograph.flows.runtime.settings import Settings
    from hypograph.graph import GraphStore
    from hypograph.models.core.protocols import OptionScorer, Planner


def suggest(
    campaign: CampaignFolder,
    count: int,
    settings: Settings,
    store: GraphStore | None,
    *,
    method: str = "",
    entropy_target: float | None = None,
    earlier: Sequence[Path] = (),
) -> list[dict[str, Any]]:
    """Suggest experiments and append them to the campaign; call it inside `campaigns.changing`.

    Only methods that need a source (`llm`, `hybrid`) ask for knowledge: the configured language model, and for options
    that are elements the store's evidence on which can stand for which. With `earlier` campaigns or tables it is their
    results that the hybrid asks, and nothing else.

    Raises
    ------
    InputError
        If the method needs knowledge and there is none.
    SpaceError
        If nothing is left to try.
    """
    definition = campaign.definition
    asked = method or definition.method
    if earlier and asked not in {"bo", "hybrid"}:
        raise InputError("this method does not learn from earlier results", where=asked, expected="bo or hybrid")
    sources: contextlib.AbstractContextManager[tuple[OptionScorer | None, Planner | None]]
    if earlier:
        sources, method = contextlib.nullcontext((earlier_results(earlier, definition), None)), "hybrid"
    else:
        sources = _sources(asked, definition.space, settings, store)
    with sources as (scorer, planner):
        events = live.suggest(
            definition,
            campaign.events,
            count,
            method=method,
            scorer=scorer,
            planner=planner,
            entropy_target=entropy_target,
            context=NO_PLANNING_CONTEXT if planner is None else known_from_literature(definition, settings),
        )
    campaign.append(events)
    return events


def known_from_literature(definition: live.Definition, settings: Settings) -> PlanningContext:
    """Return passages of the kept publications on the campaign's objectives and options, for a planner."""
    from hypograph.flows.literature.ask import ask
    from hypograph.flows.literature.library import MAIN, Library

    publications = Library(settings.home / "literature").corpus(MAIN).publications()
    if not publications:
        return NO_PLANNING_CONTEXT
    options = [o for p in definition.space.parameters for o in p.options if len(o) <= LONGEST_WORD]
    words = [*(o.name for o in definition.objectives), *(p.name for p in definition.space.parameters), *options]
    named = [w.casefold() for w in (*(o.name for o in definition.objectives), *options)]
    found = ask(publications, " ".join(words))["passages"]
    found = [p for p in found if any(w in p["text"].casefold() for w in named)][:PASSAGES]
    titles = {p.key: p.title for p in publications}
    told = tuple((titles.get(p["publication"]) or p["publication"], p["text"]) for p in found)
    return PlanningContext(passages=told)


@contextlib.contextmanager
def _sources(
    method: str, space: Space, settings: Settings, store: GraphStore | None
) -> Iterator[tuple[OptionScorer | None, Planner | None]]:
    needs = METHODS.get(method).needs
    if not needs:
        yield None, None
        return
    beliefs = {} if store is None or needs != "scorer" else element_beliefs(store, space)
    with open_knowledge(settings, store) as knowledge:
        scorer = if_informed(knowledge.sources.scorer) if needs == "scorer" else None
        planner = if_informed(knowledge.sources.planner) if needs == "planner" else None
        yield (ElementSimilarity(beliefs, scorer) if beliefs else scorer), planner


def element_beliefs(store: GraphStore, space: Space) -> dict[frozenset[str], tuple[float, float]]:
    """Read belief and plausibility of substitution for the options that are elements."""
    rows = store.read(queries.ELEMENT_BELIEFS, symbols=options_that_could_be_elements(space))
    return {frozenset((r["a"], r["b"])): (r["belief"], r["plausibility"]) for r in rows if r["belief"] is not None}


def read_definition(path: Path) -> dict[str, Any]:
    """Read a definition from TOML or JSON.

    Raises
    ------
    MissingFileError, InputError
        If the file is not there or is neither.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path), expected="a TOML file with [[parameters]]")
    try:
        text = path.read_text("utf-8-sig")
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"cannot be read ({error})", where=str(path), expected="TOML, or JSON in .json") from error
    if not isinstance(found, dict):
        raise InputError("not a definition", where=str(path), expected="a table of settings")
    return found


def begin(
    folder: Path,
    space: Path,
    reading: Reading | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    results: bool = False,
    descriptors: str = "",
    tell: Callable[[str], None] = lambda line: None,
) -> Begun:
    """Begin a campaign in a folder from a definition (TOML or JSON) or from a table.

    Parameters
    ----------
    reading
        How a table is to be read; of a definition its objectives count.
    settings
        Keys of the definition that go before the file's, such as `method`, `initial` and `seed`.
    results
        Take the table's rows as results.
    descriptors
        ``auto``, ``none``, ``mordred``, ``fingerprints`` or a file; empty for what the definition says, else ``auto``.
    tell
        Hears which options have descriptors.

    Raises
    ------
    MissingFileError, InputError, SpaceError
        If the file cannot be read; then nothing is written.
    """
    record, understood, table = definition_of(space, reading, descriptors, tell)
    if results and table is None:
        hint = "Results in another program's file that cannot be read go through its CSV: `campaign record --csv`."
        raise InputError("no results here", where=str(space), expected="a table with --results", hint=hint)
    campaign = folders.create(folder, record | dict(settings or {}))
    recorded, untaken = None, 0
    if results and table is not None:
        recorded = record_table(campaign, table, reading)
    elif table is not None:
        untaken = _outcomes(campaign, table, reading)
    return Begun(campaign, understood, recorded, untaken)


def _outcomes(campaign: CampaignFolder, table: Table, reading: Reading | None) -> int:
    """Return how many rows of a table hold outcomes; 0 where it has none that can be read."""
    names, decimal = (reading.columns, reading.decimal) if reading else ({}, None)
    try:
        return len(results.outcome_events(campaign.definition, (), table, names=names, decimal=decimal).events)
    except InputError:
        return 0


@dataclass(frozen=True, slots=True)
class Begun:
    """A campaign that was begun, how its table was understood, what became of its rows, and how many were not taken."""

    campaign: CampaignFolder
    understood: Understood | None
    recorded: Recorded | None
    untaken: int = 0


def definition_of(
    space: Path,
    reading: Reading | None = None,
    descriptors: str = "",
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[dict[str, Any], Understood | None, Table | None]:
    """Read a campaign's definition, and for one from a table how it was understood; raises as `begin`."""
    if space.suffix.lower() in {".toml", ".json"}:
        record, table = read_definition(space), None
        if (foreign := foreign_definition(record, str(space))) is not None:
            record, table = foreign.record, foreign.table(str(space))
            tell(f"a campaign of {foreign.program}" + (f" with {len(foreign.rows)} results" if foreign.rows else ""))
            for note in foreign.notes:
                tell(note)
        if reading is not None and reading.objectives:
            record["objectives"] = [objective_from(text) for text in reading.objectives]
        return described(record, descriptors, tell), None, table
    table = read_table(space)
    understood = understand(table, reading)
    return described(understood.definition(), descriptors, tell), understood, table


def preview(space: Path, reading: Reading | None = None, descriptors: str = "") -> SpaceDocument:
    """Return what would be understood of a definition or a table, without writing anything; raises as `begin`."""
    notes = list[str]()
    record, understood, _ = definition_of(space, reading, descriptors, notes.append)
    definition = live.definition_from(record)
    if understood is not None:
        document = understood.document()
        document["notes"] += notes
        return document
    document = space_document(definition)
    document["notes"] += notes
    return document


def space_document(definition: live.Definition) -> SpaceDocument:
    """Return parameters and objectives as ``campaign new --dry-run`` and ``campaign edit`` print them."""
    rows = definition.record()
    told: SpaceDocument = {
        "parameters": parameter_documents(rows["parameters"]),
        "objectives": rows["objectives"],
        "left_out": [],
        "rows": {"read": 0, "skipped": []},
        "notes": [],
    }
    for name in SPACE_RULES:
        if name in rows:
            told[name] = rows[name]
    return told


def change_space(
    campaign: CampaignFolder,
    changes: Sequence[Mapping[str, Any]],
    note: str = "",
    *,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> SpaceDocument:
    """Change the space of a campaign and return what it is now; call it inside `campaigns.changing`.

    Structures of options that are added are looked at anew, so that they have descriptors too.

    Raises
    ------
    InputError, SpaceError
        If a change cannot be made; then nothing is.
    """
    base = campaign.base
    after = edits.edited(base, [*campaign.events, edits.edit(base, campaign.events, changes, note)])
    found = [_with_distances(after, change, tell) for change in changes]
    event = edits.edit(base, campaign.events, found, note)
    after = edits.edited(base, [*campaign.events, event])
    if not dry_run:
        campaign.append([event])
    notes = edits.nearly_same_options(after, found)
    return {**space_document(after), "notes": notes, "edit": None if dry_run else event["id"]}


def _with_distances(
    definition: live.Definition, change: Mapping[str, Any], tell: Callable[[str], None]
) -> Mapping[str, Any]:
    if "parameter" in change:
        return {"parameter": described({"parameters": [change["parameter"]]}, "auto", tell)["parameters"][0]}
    name = change.get("add")
    parameter = None if name is None else definition.space[str(name)]
    if parameter is None or not parameter.distances:
        return change
    options = [*parameter.options, *parameter.former]
    smiles = {**dict(parameter.smiles), **change.get("smiles", {})}
    (matrix,) = option_distances(
        [parameter.name], [options], "auto", {parameter.name: smiles} if smiles else None, tell
    )
    return change if matrix is None else {**change, "of": options, "distances": matrix.tolist()}


def record_table(
    campaign: CampaignFolder, table: Table, reading: Reading | None = None, *, again: bool = False
) -> Recorded:
    """Append the outcomes in a table to the campaign; call it inside `campaigns.changing`."""
    names, decimal = (reading.columns, reading.decimal) if reading else ({}, None)
    found = results.outcome_events(
        campaign.definition, campaign.events, table, names=names, decimal=decimal, again=again
    )
    campaign.append(found.events)
    return found

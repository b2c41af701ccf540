"""Steps of a laboratory's campaign: reading what a person brings, suggesting with all knowledge there is."""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.runtime.sources import open_knowledge
from hypograph.graph.campaigns.folder import CampaignFolder
from hypograph.graph.queries import campaigns as queries
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import results
from hypograph.models.campaigns.optimizers.element_knowledge import ElementSimilarity, options_that_could_be_elements
from hypograph.models.campaigns.space.space import Space
from hypograph.models.core.errors import InputError, MissingFileError

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
) -> list[dict[str, Any]]:
    """Suggest experiments and append them to the campaign; call it inside `campaigns.changing`.

    Only the methods `llm` and `hybrid` ask for knowledge: the configured language model, and for options that are
    elements the store's evidence on which can stand for which.

    Raises
    ------
    InputError
        If the method needs knowledge and there is none.
    SpaceError
        If nothing is left to try.
    """
    definition = campaign.definition
    with _sources(method or definition.method, definition.space, settings, store) as (scorer, planner):
        events = live.suggest(
            definition,
            campaign.events,
            count,
            method=method,
            scorer=scorer,
            planner=planner,
            entropy_target=entropy_target,
        )
    campaign.append(events)
    return events


@contextlib.contextmanager
def _sources(
    method: str, space: Space, settings: Settings, store: GraphStore | None
) -> Iterator[tuple[OptionScorer | None, Planner | None]]:
    if method not in {"llm", "hybrid"}:
        yield None, None
        return
    beliefs = {} if store is None or method == "llm" else element_beliefs(store, space)
    with open_knowledge(settings, store) as knowledge:
        scorer: OptionScorer | None = knowledge.scorer() if method == "hybrid" else None
        planner: Planner | None = knowledge.planner() if method == "llm" else None
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
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"cannot be read ({error})", where=str(path), expected="TOML, or JSON in .json") from error
    if not isinstance(found, dict):
        raise InputError("not a definition", where=str(path), expected="a table of settings")
    return found


def infer_definition(path: Path, objectives: Sequence[str] = ()) -> dict[str, Any]:
    """Make a definition from a CSV with a header: numbers become values, everything else options.

    The objective is the last column, or those named, as `objective_from` reads them.
    """
    header, rows = _csv(path)
    goals = [objective_from(text) for text in objectives] or [{"name": header[-1], "direction": "max"}]
    targets = [g["name"] for g in goals]
    if missing := [t for t in targets if t not in header]:
        raise InputError(f"no column {missing[0]!r}", where=str(path), expected=", ".join(header))
    parameters = []
    for name in (h for h in header if h not in targets):
        seen = list(dict.fromkeys(row[name] for _, row in rows))
        if all(_number(v) is not None for v in seen):
            parameters.append({"name": name, "values": sorted({float(v) for v in seen})})
        else:
            parameters.append({"name": name, "options": seen})
    return {"parameters": parameters, "objectives": goals}


def objective_from(text: str) -> dict[str, Any]:
    """Read ``NAME``, ``max:NAME``, ``min:NAME`` or ``target=7.5:NAME``.

    Raises
    ------
    InputError
        If the target is no number.
    """
    way, _, name = text.rpartition(":")
    if not way.startswith("target="):
        return {"name": name, "direction": way or "max"}
    value = _number(way.removeprefix("target="))
    if value is None:
        raise InputError("the target is no number", where=text, expected="target=7.5:NAME")
    return {"name": name, "direction": "target", "target": value}


def events_from_csv(campaign: CampaignFolder, path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Read outcomes from a CSV file, as `results.outcome_events`."""
    return results.outcome_events(campaign.definition, campaign.events, _read(path), path.name)


def _csv(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    header, rows, problems = results.read_rows(_read(path), path.name)
    if problems:
        raise InputError(problems[0], hint=f"{len(problems)} rows do not fit the header." if problems[1:] else "")
    return header, rows


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path))
    return path.read_bytes()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

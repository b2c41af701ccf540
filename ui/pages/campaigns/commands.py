"""The changes that pages and HTTP interface can ask for, each by its name; there are no others.

A laboratory's campaign lives in a folder on this machine, which is the truth; the store follows it (see
`hypograph.graph.campaigns.folder`). All changes append events, as ``hypograph campaign`` does, under the same lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from hypograph.graph import GraphStore
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import edits
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory.results import outcome_events
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.core.errors import InputError, UnavailableError
from hypograph.models.core.services import ModelAdvisor
from hypograph.models.core.tabular import parse_table

PATIENCE = 30.0  # seconds that somebody waits for a suggestion
MOST = 1536  # wells of the largest plate
LONGEST_NOTE = 2000
_makers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="suggest")
_making: dict[str, Future[list[dict[str, object]]]] = {}
_lock = threading.Lock()


def suggest(
    store: GraphStore,
    campaign: str,
    count: int = 1,
    method: str = "",
    patience: float = PATIENCE,
    advisor: ModelAdvisor | None = None,
) -> list[dict[str, object]]:
    """Suggest the next experiments.

    Parameters
    ----------
    method
        Another method than the campaign's, for this once.
    patience
        Seconds to wait. Several objectives take a while, and so does a language model: what is not ready then is
        added when it is.
    advisor
        Asks the language model, for the methods that need one.

    Returns
    -------
    list of dict
        The events, one an experiment.

    Raises
    ------
    InputError
        If there is no such campaign, the method needs a language model and none is set up, or nothing is left to try.
    UnavailableError
        If it takes longer, or is being made already.
    """
    if not 1 <= count <= MOST:
        raise InputError(f"{count} suggestions", expected=f"1 to {MOST}")
    with _lock:
        if campaign in _making and not _making[campaign].done():
            raise UnavailableError("suggestions are being made already", hint="Load the page again in a moment.")
        work = _making[campaign] = _makers.submit(_suggest, store, campaign, count, method, advisor)
    try:
        return work.result(patience)
    except TimeoutError:
        raise UnavailableError(
            f"the suggestions take longer than {patience:.0f} seconds",
            hint="They are added to the campaign when they are ready: load the page again in a moment.",
        ) from None


def _suggest(
    store: GraphStore, campaign: str, count: int, method: str, advisor: ModelAdvisor | None
) -> list[dict[str, object]]:
    with _changing(store, campaign) as found:
        used = method or found.definition.method
        if not METHODS.get(used).needs:
            events = live.suggest(found.definition, found.events, count, method=method)
            found.append(events)
            return events
        folder = found.folder
    if advisor is None or not advisor.model:
        raise InputError(
            f"the method {used} asks a language model, and none is set up",
            hint="Choose another method for this once, or set HYPOGRAPH_LLM_MODEL and start the pages again.",
        )
    events = advisor.suggest(folder, count, method)
    with _changing(store, campaign):
        pass  # brings the graph in step with the folder
    return events


def repeat(store: GraphStore, campaign: str, id: str) -> dict[str, object]:
    """Ask for an experiment once more."""
    return _append(store, campaign, lambda definition, events: live.repeat(definition, events, id)[0])


def record(
    store: GraphStore,
    campaign: str,
    id: str,
    values: Mapping[str, object],
    note: str = "",
    parameters: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Record the outcome of an experiment, by its id, or by its parameters where nobody suggested it."""

    def event(definition: live.Definition, events: list[dict[str, object]]) -> dict[str, object]:
        if parameters is not None:
            return live.record_point(definition, events, parameters, values, _note(note))
        return live.record(definition, events, id, values, _note(note))

    return _append(store, campaign, event)


def fail(store: GraphStore, campaign: str, id: str, note: str = "") -> dict[str, object]:
    """Mark an experiment as failed: it gave no outcome and is not suggested again."""
    return _append(store, campaign, lambda definition, events: live.fail(definition, events, id, _note(note)))


def undo(store: GraphStore, campaign: str, id: str, note: str = "") -> dict[str, object]:
    """Take an outcome, a failure or a change of the space back, or withdraw a suggestion; the history keeps both."""
    if live.EDIT_ID.fullmatch(id):
        with _changing(store, campaign) as found:
            event = edits.undo_edit(found.base, found.events, id, _note(note))
            found.append([event])
        return event
    return _append(store, campaign, lambda definition, events: live.undo(definition, events, id, _note(note)))


def never(store: GraphStore, campaign: str, id: str, note: str = "") -> dict[str, object]:
    """Say that an experiment's point is not to be tried (again), and withdraw it where it is awaited.

    Raises
    ------
    InputError
        If there is no such experiment.
    """
    with _changing(store, campaign) as found:
        known = {e.id: e for e in live.fold(found.definition, found.events)}
        if id not in known:
            raise InputError("no such experiment", where=id[:40])
        awaited = known[id].status == "pending"
        before = [live.undo(found.definition, found.events, id, _note(note))] if awaited else []
        rule = {"never": dict(known[id].parameters)}
        event = edits.edit(found.base, [*found.events, *before], [rule], _note(note))
        found.append([*before, event])
    return event


def change(
    store: GraphStore, campaign: str, parameter: str, drop: str, add: str, note: str = ""
) -> tuple[dict[str, object], list[str]]:
    """Take an option out, for instance because its bottle is empty, or add one; what was done with it stays.

    Returns
    -------
    event, notes
        The change, and which options are now spelled almost alike.

    Raises
    ------
    InputError, SpaceError
        If nothing is to be changed, or it cannot be.
    """
    changes: list[dict[str, object]] = []
    if add.strip():
        changes.append({"add": parameter, "levels": [add.strip()]})
    if drop.strip():
        changes.append({"drop": parameter, "levels": [drop.strip()]})
    if not changes:
        raise InputError("nothing is to be changed", where="add", expected="an option to take out or to add")
    with _changing(store, campaign) as found:
        event = edits.edit(found.base, found.events, changes, _note(note))
        found.append([event])
        return event, edits.nearly_same_options(found.definition, changes)


def upload(store: GraphStore, campaign: str, content: bytes, name: str) -> tuple[list[dict[str, object]], list[str]]:
    """Record the outcomes in a CSV file.

    Returns
    -------
    events
        One a good row.
    problems
        One sentence a bad row.
    """
    with _changing(store, campaign) as found:
        where = name[:100] or "the file"
        recorded = outcome_events(found.definition, found.events, parse_table(content, where))
        found.append(recorded.events)
    return recorded.events, recorded.sentences(where)


def _append(
    store: GraphStore, campaign: str, make: Callable[[live.Definition, list[dict[str, object]]], dict[str, object]]
) -> dict[str, object]:
    with _changing(store, campaign) as found:
        event = make(found.definition, found.events)
        found.append([event])
    return event


@contextmanager
def _changing(store: GraphStore, campaign: str) -> Iterator[folders.CampaignFolder]:
    with folders.changing(folders.folder_of(store, campaign)) as found:
        if found.definition.id != campaign:
            raise InputError("the folder holds another campaign by now", where=str(found.folder))
        yield found
        folders.keep(store, found)


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise InputError(f"a note of {len(text):,} characters", expected=f"at most {LONGEST_NOTE:,}")
    return text.strip()

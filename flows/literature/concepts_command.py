"""Manifesting for the command line and the discovery flow: what to link, with which model, and what to keep."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.literature.concepts import Manifester, Stated, manifest_units
from hypograph.flows.literature.inspire import NoStore
from hypograph.flows.runtime.embeddings import embedder
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.errors import BudgetSpentError, InputError
from hypograph.models.core.records import KeywordSet, Publication
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.literature.inspiration.passages import Embed, PassageIndex, cut
from hypograph.models.literature.keywords.extraction import pieces
from hypograph.models.literature.text.chunks import noun_phrases

if TYPE_CHECKING:
    from hypograph.flows.runtime.settings import Settings
    from hypograph.flows.runtime.sources import Knowledge
    from hypograph.graph import GraphStore

Say = Callable[[str], None]
SUBJECTS = 5  # words of a document that passages about it are looked up by


def manifest_command(
    settings: Settings,
    publications: Sequence[Publication],
    *,
    keywords: Sequence[str] = (),
    hypothesis: str = "",
    per_claim: int = 3,
    skip: Sequence[str] = (),
    assess: int = 0,
    save: bool = True,
    say: Say = lambda text: None,
) -> dict[str, Any]:
    """Manifest keywords, or a hypothesis of the graph: its document as it stands, or the keywords that inspired it.

    Parameters
    ----------
    settings
        Folders, store, language model.
    publications
        The corpus.
    keywords, hypothesis
        One of the two: keywords, or a hypothesis's id.
    per_claim
        Passages read for each step.
    skip
        Steps left to the template.
    assess
        Questions with known answers by which the model is measured at reading passages first; 0 for none.
    save
        Whether the result goes into the graph.
    say
        Called with a line of progress.

    Returns
    -------
    dict
        The document of `hypograph literature manifest`.

    Raises
    ------
    InputError
        If neither or both of keywords and hypothesis are given, or the hypothesis has no keywords.
    BudgetSpentError
        If the model's budget is spent; steps that are done are kept.
    """
    from hypograph.flows.runtime.sources import open_knowledge

    if bool(keywords) == bool(hypothesis):
        raise InputError("give keywords or a hypothesis", where="literature manifest", expected="one of the two")
    if not publications:
        raise InputError("the corpus is empty", hint="Add publications with `hypograph literature add`.")
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(_store(settings)) if save or hypothesis else None
        knowledge = stack.enter_context(open_knowledge(settings, store))
        say(f"language model: {knowledge.sentence}")
        measured = measure(knowledge, publications, assess) if assess else None
        if measured:
            right, skill = measured["accuracy"]["value"], measured["skill"]
            say(f"passages read right: {right:.2f} of {measured['n']}; skill {skill:.3f}")
        stated = stated_hypothesis(store, hypothesis) if store is not None and hypothesis else None
        wanted = keywords or keywords_of(store, hypothesis)
        by = Manifester(knowledge.sources.writer, knowledge.sources.reader, per_claim, tuple(skip))
        runner = UnitRunner(store, settings.home / "units") if store and save else _without(settings.home)
        document = manifest_units(runner, wanted, PassageIndex(publications, embedder(settings)), by, stated=stated)
        return {**document, "assessed": measured, "llm": knowledge.document()}


@contextlib.contextmanager
def _store(settings: Settings) -> Iterator[GraphStore]:
    from hypograph.graph import open_store

    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        yield store


def _without(home: Path) -> UnitRunner:
    return UnitRunner(NoStore(), home / "units" / "without-store")


def keywords_of(store: GraphStore | None, hypothesis: str) -> list[str]:
    """Keywords that inspired a hypothesis, or the root that it refines; of a document without them, its components.

    Raises
    ------
    InputError
        If none, or more than one, has that id, or it has no keywords.
    """
    from hypograph.graph.queries import pages

    if store is None:
        raise InputError("a hypothesis is looked up in the graph", where="--hypothesis")
    found = _hypothesis(store, hypothesis)
    ids = [str(found["key"]), str(found["props"].get("root", ""))]
    rows = [dict(r["n"]) for r in store.read(pages.INSPIRATIONS, ids=ids) if "Keyword" in r["labels"]]
    names = sorted({str(r["name"]) for r in rows})
    document = _document(found)
    if len(names) < 2 and document is not None:
        told = [*names, *(c.name for c in document.components), *(p.text for p in noun_phrases(document.statement))]
        names = list(dict.fromkeys(name for name in told if name))[:SUBJECTS]
    if not names:
        raise InputError("no keyword inspired this hypothesis", where=hypothesis, hint="Give --keywords instead.")
    return names


def stated_hypothesis(store: GraphStore, hypothesis: str) -> Stated | None:
    """Return the document of a hypothesis as what passages are read for; None where it has none.

    Raises
    ------
    InputError
        If none, or more than one, has that id.
    """
    found = _hypothesis(store, hypothesis)
    document = _document(found)
    return None if document is None else Stated(str(found["key"]), document.statement, document.mechanisms)


def _hypothesis(store: GraphStore, hypothesis: str) -> Mapping[str, Any]:
    found = [n for n in store.nodes("Hypothesis") if str(n["key"]).startswith(hypothesis)]
    if len(found) != 1:
        what = f"{len(found)} hypotheses begin with this id" if found else "no hypothesis has this id"
        raise InputError(what, where=hypothesis, expected="an id from the page or from `hypotheses search`")
    return found[0]


def _document(node: Mapping[str, Any]) -> HypothesisDocument | None:
    stored = node["props"].get("document")
    return HypothesisDocument.model_validate_json(str(stored)) if stored else None


def measure(knowledge: Knowledge, publications: Sequence[Publication], questions: int) -> dict[str, Any] | None:
    """Measure how well the model reads passages, on questions made from the corpus; None without a model."""
    if knowledge.gateway is None:
        return None
    from hypograph.agents.roles.passage_reader import measure_reader, passage_battery

    texts = []
    for publication in publications:
        sentences, passages = pieces(publication)[1:], cut(publication)
        if sentences:
            home = next((p.text for p in passages if " ".join(sentences[0].split()) in p.text), "")
            if home:
                texts.append((" ".join(sentences[0].split()), home))
    return measure_reader(knowledge.model("reader"), passage_battery(texts, questions))


def manifest_sets(
    runner: UnitRunner,
    sets: Sequence[KeywordSet],
    publications: Sequence[Publication],
    knowledge: Knowledge,
    most: int,
    embed: Embed | None = None,
    say: Say = lambda text: None,
) -> list[dict[str, Any]]:
    """Manifest the best sets of a run, as many as the budget allows.

    Returns
    -------
    list of dict
        One document a set; fewer than `most` where the budget ends: what is done is kept and found by the next run.
    """
    library = PassageIndex(publications, embed)
    by = Manifester(knowledge.sources.writer, knowledge.sources.reader)
    made: list[dict[str, Any]] = []
    for chosen in sets[:most]:
        numbers = {"potential": chosen.potential, "novelty": chosen.novelty}
        try:
            made.append(manifest_units(runner, chosen.keywords, library, by, numbers))
        except BudgetSpentError as error:
            say(f"{len(made)} of {min(most, len(sets))} sets manifested: {error}")
            break
    return made

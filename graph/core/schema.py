"""What the graph may hold: labels, relationship types and their properties.

The store refuses anything that is not listed here. Names are the only parts of a statement that are not
parameters, so they come from these tables and never from input. Times are UTC, ISO 8601 text ending in Z.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SCHEMA_VERSION: Final = 6


@dataclass(frozen=True, slots=True)
class Label:
    """A node label: its key property, its other properties, and those left out of the content hash.

    `volatile` names properties that differ between two runs of the same work (times, durations).
    A label whose `hashed` is False is bookkeeping and does not enter the content hash at all.
    """

    key: str
    props: frozenset[str]
    volatile: frozenset[str] = field(default_factory=frozenset)
    indexed: tuple[str, ...] = ()
    hashed: bool = True


def _label(key: str, props: str, volatile: str = "", indexed: str = "", hashed: bool = True) -> Label:
    return Label(key, frozenset(props.split()), frozenset(volatile.split()), tuple(indexed.split()), hashed)


LABELS: Final[dict[str, Label]] = {
    "Publication": _label(
        "key", "title year venue doi citations retracted source abstract authors", indexed="year doi"
    ),
    # kind: element, material, process, property, phase, phrase
    "Keyword": _label("name", "kind df impact community degree first_year aliases", indexed="kind community df"),
    "Element": _label("symbol", "number name", indexed="number"),
    # label: single-phase, multi-phase, predicted
    "Alloy": _label(
        "key",
        "formula elements size label predicted belief plausibility pignistic ignorance conflict route "
        "phases phase_belief phase_plausibility records",
        indexed="predicted pignistic label",
    ),
    # kind: table, literature, model, similarity, person
    "Source": _label("name", "kind fingerprint skill_mean skill_low skill_high questions licence origin note"),
    # m_*: mass before discounting; d_*: after. The frame is {for, against}; unknown is the whole frame.
    "Evidence": _label(
        "id",
        "claim source m_for m_against m_unknown d_for d_against d_unknown belief_share conflict_share "
        "substitution from_alloy doi passage row model prompt_hash answer",
        indexed="source",
    ),
    # what is asked; its lines answer it, and rankings hold within it. direct and best are ids of hypotheses
    "Question": _label(
        "id",
        "text idea survey discipline judge strategy budget calls tokens cost stopped direct best "
        "better_than_direct search created_at",
        volatile="created_at tokens cost",
    ),
    # kind: document, lead, manifest; level counts from 0; details, document and history are JSON text.
    # state: supported, refuted, open, as experiments have it; belief to conflict are of its prediction
    "Hypothesis": _label(
        "id",
        "statement kind level level_name details score probability_best belief plausibility ignorance "
        "conflict novelty potential status deciding_experiment space root question document operator state history "
        "created_at",
        volatile="created_at",
        indexed="level score kind root question",
    ),
    # reasons: what the judge said for and against; orders: in how many orders it saw the pair
    "Comparison": _label(
        "id",
        "question first second probability_first judge valid answer reasons orders sequence level at",
        volatile="at",
        indexed="judge",
    ),
    # one node a replicate; `group` joins the replicates of one method on one table
    "Campaign": _label(
        "id",
        "name table method seed budget initial group goal objectives space best best_percent "
        "count entropy_published entropy_corrected entropy_relative auc excluded "
        "live status created_at updated_at seconds definition events folder",
        volatile="created_at updated_at seconds events folder",
        indexed="group table method live",
    ),
    # index counts from 1; parameters is JSON text; entropy_* are cumulative up to this experiment
    "Experiment": _label(
        "id",
        "index parameters value values status best_so_far entropy_published entropy_corrected "
        "entropy_relative source reason predicted_mean predicted_low predicted_high recorded_at note",
        volatile="recorded_at",
        indexed="status index",
    ),
    # one value of one parameter or detail, shared by all that have it; number and unit where it is a quantity
    "Setting": _label("id", "name text number unit", indexed="name number"),
    "MergeCandidate": _label(
        "id", "first second similarity reason status decided_at", volatile="decided_at", indexed="status"
    ),
    "FlowRun": _label(
        "id",
        "flow state started_at finished_at seconds settings summary llm units_done units_skipped error",
        indexed="started_at flow",
        hashed=False,
    ),
    "ModelCall": _label(
        "id",
        "model purpose prompt_hash tokens_in tokens_out cost seconds cached ok at run",
        indexed="model at",
        hashed=False,
    ),
    # code: version of the program; run: id of the run; wrote: hashes of what it wrote (graph/store/footprint.py)
    "Unit": _label("key", "kind at run code wrote", indexed="kind", hashed=False),
    "Migration": _label("version", "name at", hashed=False),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship type: which labels it may join, and its properties (`key` tells parallel ones apart)."""

    joins: tuple[tuple[str, str], ...]
    props: frozenset[str]


def _relation(joins: str, props: str = "") -> Relation:
    pairs = tuple((a, b) for a, b in (j.split(">") for j in joins.split()))
    return Relation(pairs, frozenset(props.split()) | {"key"})


RELATIONS: Final[dict[str, Relation]] = {
    "MENTIONS": _relation("Publication>Keyword Publication>Alloy Alloy>Element", "passage score"),
    "CO_OCCURS": _relation("Keyword>Keyword", "count weight significance association first_year last_year"),
    # relation: made by, contains, doped with, has property, raises, lowers, affects, measured by, used for
    "RELATED_TO": _relation("Keyword>Keyword", "relation passage publication extractor"),
    "SUBSTITUTES_FOR": _relation("Element>Element", "belief plausibility ignorance conflict count source"),
    "SUPPORTS": _relation("Evidence>Hypothesis Evidence>Alloy Publication>Hypothesis", "share passage"),
    "REFUTES": _relation("Evidence>Hypothesis Evidence>Alloy Publication>Hypothesis", "share passage"),
    "ANSWERS": _relation("Hypothesis>Question"),
    # a passage near to a question; quoted: its sentences that answer it, where it carries an answer
    "BEARS_ON": _relation("Publication>Question", "passage quoted"),
    "REFINES": _relation("Hypothesis>Hypothesis", "edit"),
    "INSPIRED_BY": _relation("Hypothesis>Keyword Hypothesis>Alloy Hypothesis>Publication", "similarity"),
    "PREFERRED_TO": _relation("Hypothesis>Hypothesis", "probability comparisons"),
    "COMPARES": _relation("Comparison>Hypothesis", "side"),
    "ASKED_FOR": _relation("Comparison>Question"),
    "TESTS": _relation("Campaign>Hypothesis"),
    "IN_CAMPAIGN": _relation("Experiment>Campaign"),
    "HAS_SETTING": _relation("Experiment>Setting Hypothesis>Setting"),
    "CITES": _relation("Evidence>Publication Publication>Publication"),
    "PRODUCED_BY": _relation(
        "Evidence>Source Publication>Source Alloy>Source Hypothesis>Source Campaign>Source Comparison>Source"
    ),
}

"""The domain records that rooms hand to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Scalar = str | int | float | bool | None
Value = Scalar | Sequence[str] | Sequence[int] | Sequence[float]


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication as read from a file or a service.

    Attributes
    ----------
    key
        The DOI in lower case where there is one, else a hash of the normalised title.
    citations
        Citations counted today, or None where the source has none.
    keywords
        Keywords given by the authors or a curator, as they stand.
    passages
        Named pieces of text beside the abstract (for a table of records: one a record).
    source
        Name of the source it came from.
    authors
        In the order of the publication, each as ``Family, Given``.
    references
        What it cites: a DOI or another identifier where known, else the reference as written.
    ids
        Its identifiers elsewhere, such as ``arxiv:2001.00001``, ``pmid:1234567`` or ``openalex:W1``.
    version_of
        Key of the article that a preprint became, where both are known.
    """

    key: str
    title: str = ""
    abstract: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    citations: float | None = None
    keywords: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    source: str = ""
    retracted: bool = False
    authors: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    version_of: str = ""


@dataclass(frozen=True, slots=True)
class AlloyRecord:
    """One alloy with a known phase outcome.

    Attributes
    ----------
    elements
        Symbols in alphabetical order, each once.
    single_phase
        True where a single solid-solution phase (or, in computed tables, stability) is reported.
    fractions
        Atomic fractions in the order of `elements` (sum 1), empty for equimolar.
    source
        Table or literature collection it came from.
    provenance
        DOI, or `file:row`.
    phases
        Phases that are named, one name each.
    state
        Processing and treatment, as the source words it.
    quote
        The sentence it was read from, word for word; empty for a row of a table.
    """

    elements: tuple[str, ...]
    single_phase: bool
    fractions: tuple[float, ...] = ()
    source: str = ""
    provenance: str = ""
    phases: tuple[str, ...] = ()
    state: str = ""
    quote: str = ""

    @property
    def key(self) -> str:
        """The element set as `A-B-C`."""
        return "-".join(self.elements)


@dataclass(frozen=True, slots=True)
class AlloyPrediction:
    """Belief that an alloy is single-phase; belief + ignorance = plausibility.

    `because` holds the strongest evidence, each with the keys `substitution`, `from_alloy`, `source`,
    `provenance`, `belief_share` and `conflict_share`.
    """

    elements: tuple[str, ...]
    belief: float
    plausibility: float
    pignistic: float
    ignorance: float
    conflict: float
    because: tuple[Mapping[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """The element set as `A-B-C`."""
        return "-".join(self.elements)


@dataclass(frozen=True, slots=True)
class KeywordSet:
    """A set of keywords proposed as inspiration.

    Attributes
    ----------
    potential
        Score in [0, 1]; higher is more promising.
    novelty
        Share of the set's pairs that no publication holds together, in [0, 1].
    because
        Contributions to the potential, in words.
    nearest
        Closest existing publications, each with keys `publication` and `similarity`.
    statement
        What the corpus holds together of the set, and what it does not.
    evidence
        For each tied pair `publication`, `pair`, `passage` (`passages` where none holds both), `publications` (count).
    """

    keywords: tuple[str, ...]
    potential: float
    novelty: float
    because: tuple[str, ...] = ()
    nearest: tuple[Mapping[str, Any], ...] = ()
    statement: str = ""
    evidence: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A node to write: its label, its key and its properties (`graph.core.schema` lists them)."""

    label: str
    key: str
    props: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship to write, between two nodes named by (label, key).

    `key` tells parallel relationships of one type between the same nodes apart.
    """

    type: str
    start: tuple[str, str]
    end: tuple[str, str]
    props: Mapping[str, Value] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a unit of work made: a JSON result for later steps, and what goes into the graph."""

    result: Mapping[str, Any] = field(default_factory=dict)
    nodes: Sequence[Node] = ()
    edges: Sequence[Edge] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """An outcome under its key, to be committed in one transaction.

    `code` is the version of the program that made it, `run` the id of the run; neither is part of the content.
    """

    key: str
    kind: str
    outcome: Outcome
    code: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request to a language model, as the ledger keeps it (never a secret)."""

    id: str
    model: str
    purpose: str
    prompt_hash: str
    tokens_in: int
    tokens_out: int
    cost: float
    seconds: float
    cached: bool
    ok: bool

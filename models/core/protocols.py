"""The seams: what a source of judgement must offer, whether or not a language model stands behind it.

Each protocol has a knowledge-free implementation in `hypograph.models` and one over a language model in
`hypograph.agents`. Flows take the protocol and never ask which they got.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from hypograph.models.core.records import ModelCall, Publication


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an expert says of a pair of elements, as a mass function on {similar, dissimilar}.

    The three masses are in [0, 1] and sum to 1. `answer` is the raw answer, for provenance.
    """

    similar: float
    dissimilar: float
    unknown: float
    answer: str = ""
    provenance: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be compared.

    Attributes
    ----------
    text
        What a judge reads: a whole document, without names of authors or models.
    features
        Named numbers that code may judge by.
    evidence
        What is known for and against it, one line each: passages with their source, records, masses.
    """

    id: str
    text: str
    features: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgingContext:
    """What a judge is shown beside the question and the two candidates; every part may be empty.

    Attributes
    ----------
    criterion
        What the comparison is about: what the level asks, or what makes an answer good.
    idea
        The coarse idea that both candidates refine.
    survey
        An excerpt of the background survey.
    passages
        Retrieved passages as (publication, text).
    """

    criterion: str = ""
    idea: str = ""
    survey: str = ""
    passages: tuple[tuple[str, str], ...] = ()


NO_CONTEXT = JudgingContext()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's reading of one ordered pair: probability in [0, 1] that the first is better.

    `valid` is False where the answer could not be used; then `probability` is 0.5. `reasons` are the judge's own
    words for and against each side, as far as it gave any. `orders` is 2 where the judge looked at the pair in both
    orders, so that its leaning to what is shown first has cancelled, and 1 where it saw the one order it was given.
    """

    probability: float
    valid: bool = True
    answer: str = ""
    provenance: str = ""
    reasons: str = ""
    orders: int = 1


@dataclass(frozen=True, slots=True)
class Mention:
    """A keyword found in a publication, with the passage it stands in (verbatim); `name` as the text writes it."""

    keyword: str
    kind: str
    passage: str
    score: float = 1.0
    name: str = ""


RELATION_KINDS = (
    "made by",
    "contains",
    "doped with",
    "has property",
    "raises",
    "lowers",
    "affects",
    "measured by",
    "used for",
)


@dataclass(frozen=True, slots=True)
class Related:
    """Two keywords that a publication relates, by one of `RELATION_KINDS`, with the passage that says so (verbatim)."""

    first: str
    relation: str
    second: str
    passage: str


@dataclass(frozen=True, slots=True)
class Planned:
    """An experiment that a planner wants: an option by name for each parameter, and why."""

    values: Mapping[str, str]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """What a planner is shown beside goal, options and results; every part may be empty.

    Attributes
    ----------
    about
        What is done in an experiment, and what each parameter is there for.
    units
        Unit of each parameter that has one.
    left
        Experiments that may still be made; None where that is not known.
    best
        The best experiment so far with its outcome, in words.
    predicted
        Candidates with the mean and standard deviation that a statistical model of the results expects.
    passages
        Retrieved passages as (publication, text).
    """

    about: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    left: int | None = None
    best: str = ""
    predicted: tuple[tuple[str, float, float], ...] = ()
    passages: tuple[tuple[str, str], ...] = ()


NO_PLANNING_CONTEXT = PlanningContext()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A point to try next: parameter values, where they came from and why.

    `mean` and `sd` are the predicted outcome in the objective's unit; None where the source predicts none.
    """

    parameters: Mapping[str, object]
    source: str
    reason: str = ""
    mean: float | None = None
    sd: float | None = None


@runtime_checkable
class Expert(Protocol):
    """Judges whether two chemical elements can stand for each other."""

    name: str

    def assess(self, pairs: Sequence[tuple[str, str]], domain: str = "materials science") -> Sequence[Opinion]:
        """Return one opinion a pair, in order."""
        ...


@runtime_checkable
class Judge(Protocol):
    """Says which of two candidates is better for a question."""

    name: str

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        """Return one verdict a pair, in order; the first of a pair is shown first.

        Whoever asks chooses the order and learns the judge's leaning from it; see `Verdict.orders`.
        """
        ...


@runtime_checkable
class Planner(Protocol):
    """Plans whole experiments from the results so far."""

    name: str

    def plan(
        self,
        goal: str,
        options: Mapping[str, Sequence[str]],
        history: Sequence[str],
        n: int,
        rng: np.random.Generator,
        temperature: float | None = None,
        names: Mapping[str, Mapping[str, str]] | None = None,
        context: PlanningContext = NO_PLANNING_CONTEXT,
    ) -> Sequence[Planned]:
        """Return up to `n` plans, best first; `temperature` above the usual asks for more variety.

        `names` says what the options of a parameter stand for where they are numbers in place of long names.
        """
        ...


@runtime_checkable
class Extractor(Protocol):
    """Finds keywords in a publication."""

    name: str

    def extract(self, publication: Publication) -> Sequence[Mention]:
        """Return mentions, best first; every passage stands verbatim in the publication."""
        ...

    def relate(self, publication: Publication) -> Sequence[Related]:
        """Return relations between keywords; both stand in the passage, which stands in the publication."""
        ...


@runtime_checkable
class OptionScorer(Protocol):
    """Knows something of the options of a categorical parameter: how good, and how alike."""

    name: str

    def utilities(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str] = ()) -> np.ndarray:
        """Return one utility an option, shape ``(len(options),)``; only order and spacing matter.

        `results` are experiments so far, a line each; a source that uses them has a true attribute ``reads_results``,
        and those that it was shown then count nothing for or against it.
        """
        ...

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return a symmetric matrix in [0, 1] with unit diagonal, shape ``(len(options), len(options))``."""
        ...


class CallSink(Protocol):
    """Takes what must be recorded of language-model calls; the graph room implements it."""

    def record(self, calls: Sequence[ModelCall]) -> None:
        """Keep the calls; called from any thread."""
        ...

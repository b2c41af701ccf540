"""A search for hypotheses that answer a question, with the configured language model or sources of one's own."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from hypograph.flows.facade.documents import Document, documented
from hypograph.models.core.knowledge_free import informed
from hypograph.models.core.protocols import NO_CONTEXT, Candidate, Judge, JudgingContext, Verdict
from hypograph.models.core.records import Publication

if TYPE_CHECKING:
    from hypograph.flows.runtime.sources import Knowledge
    from hypograph.models.hypotheses.search.operators import Block, DocumentProposer, Operator

A = TypeVar("A", bound=BaseModel)
LOGITS_A_PASSAGE = 0.7  # one more passage for than against: two to one


@dataclass
class EvidenceJudge:
    """Prefers what more passages speak for than against; knows nothing else.

    Examples
    --------
    >>> import hypograph as hg
    >>> from hypograph.models.core.protocols import Candidate
    >>> judge = hg.EvidenceJudge()
    >>> backed = Candidate("a", "…", evidence=("for: Smith 2020: it hardens.",))
    >>> round(judge.prefer("Which?", [(backed, Candidate("b", "…"))])[0].probability, 2)
    0.67
    """

    name: str = "evidence"

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        """Return one verdict a pair: the logistic of the difference in passages for and against."""
        return [self._one(first, second) for first, second in pairs]

    def _one(self, first: Candidate, second: Candidate) -> Verdict:
        balance = _balance(first) - _balance(second)
        probability = 1.0 / (1.0 + math.exp(-LOGITS_A_PASSAGE * balance))
        return Verdict(probability, answer=f"{balance:+d} passages", provenance=self.name, orders=2)


def _balance(candidate: Candidate) -> int:
    return sum(-1 if line.startswith("against") else 1 for line in candidate.evidence)


@dataclass
class _CallableJudge:
    """A function ``(question, first, second) -> probability that the first is better`` as a judge."""

    work: Callable[[str, str, str], float]
    name: str

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        return [Verdict(float(self.work(question, a.text, b.text)), provenance=self.name) for a, b in pairs]


@dataclass
class _CallableProposer:
    """A function ``(operator, block, parts) -> mapping`` as a proposer; None where it has no answer."""

    work: Callable[[str, Block, Mapping[str, str]], Mapping[str, Any] | None]
    name: str

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> A | None:
        found = self.work(operator, block, parts)
        return None if found is None else schema.model_validate(found)


def search_hypothesis(
    question: str,
    idea: str = "",
    *,
    papers: Sequence[Publication] = (),
    survey: str = "",
    discipline: str = "chemistry",
    strategy: str = "ours",
    calls: int = 40,
    judge: Judge | Callable[[str, str, str], float] | None = None,
    proposer: DocumentProposer | Callable[..., Mapping[str, Any] | None] | None = None,
    seed: int = 0,
) -> Document:
    """Search for a hypothesis that answers a question.

    Parameters
    ----------
    question
        The research question, of any discipline.
    idea
        A coarse idea to begin with.
    papers
        Publications whose passages are shown to whoever proposes and judges.
    survey
        What is known around the question, in your words.
    discipline
        A shipped discipline, or the path of a TOML file.
    strategy
        ``ours``, ``direct`` (one prompt), ``best-of-n`` or ``greedy``.
    calls
        Requests of every kind that the search may make.
    judge, proposer
        Your own, in place of the configured language model: objects with the methods of the protocols, or functions
        ``(question, first, second) -> probability`` and ``(operator, block, parts) -> mapping``.
    seed
        Seed of every random choice.

    Returns
    -------
    Document
        That of ``hypograph hypotheses search --json``. Without a language model it holds leads from the
        papers and claims nothing.

    Raises
    ------
    InputError
        If the discipline or the strategy is not known.
    UnavailableError
        If the language model fails.

    Examples
    --------
    >>> import hypograph as hg
    >>> found = hg.search_hypothesis("What makes CoCrFeNi stronger at 77 K?", "twinning")
    >>> found["probability_best"] is None, found["stopped"] != ""
    (True, True)
    """
    from hypograph.flows.hypotheses.leads import without_model
    from hypograph.flows.hypotheses.search import Request, check_strategy, corpus_of, run_search, spent
    from hypograph.flows.literature.inspire import NoStore
    from hypograph.flows.readers.disciplines import load_discipline
    from hypograph.flows.runtime.units import UnitRunner

    check_strategy(strategy, "strategy")
    request = Request(question, idea, survey, discipline=discipline, calls=calls, strategy=strategy, seed=seed)
    levels, corpus = load_discipline(discipline), corpus_of(list(papers), survey)
    with _knowledge() as knowledge, tempfile.TemporaryDirectory() as folder:
        runner = UnitRunner(NoStore(), Path(folder))
        sources = knowledge.sources
        proposes, judges = _proposer(proposer) or sources.proposer, _judge(judge) or sources.judge
        if not informed(proposes):
            found = without_model(runner, question, idea, corpus, levels, list(papers))
        else:
            judging, costs = judges if informed(judges) else EvidenceJudge(), partial(spent, knowledge)
            found = run_search(request, levels, corpus, proposes, judging, runner, costs)
        return Document(documented(found))


@contextlib.contextmanager
def _knowledge() -> Iterator[Knowledge]:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import open_knowledge

    with open_knowledge(load_settings(), None) as knowledge:
        yield knowledge


def _judge(given: Any) -> Judge | None:
    if given is None or isinstance(given, Judge):
        return given
    return _CallableJudge(given, getattr(given, "__name__", "function"))


def _proposer(given: Any) -> DocumentProposer | None:
    if given is None or hasattr(given, "ask"):
        return given  # type: ignore[no-any-return]
    return _CallableProposer(given, getattr(given, "__name__", "function"))

"""Puts pairs of a search to its judge, with all that is known, and keeps each verdict as a unit of its own."""

from __future__ import annotations

from dataclasses import dataclass

from hypograph.flows.hypotheses.person_judge import PersonJudge
from hypograph.flows.hypotheses.remembered import plain_verdict
from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_VERDICT
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.hypotheses import comparison_records, line_records
from hypograph.models.core.protocols import Candidate, Judge, JudgingContext, Verdict
from hypograph.models.core.records import Outcome
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.document import text_of
from hypograph.models.hypotheses.search.documents import DocumentSearch
from hypograph.models.hypotheses.search.lines import Asked, Line
from hypograph.models.hypotheses.search.operators import Block
from hypograph.models.hypotheses.tasks.corpus import Passages
from hypograph.models.hypotheses.tasks.grounding import ground

SURVEY = 3000  # characters of the survey that a judge is shown
SURVEY_KEY = "survey"  # what its sentences are called where they stand for publications
PASSAGES = 3  # passages a side that a judge is shown


@dataclass
class Keeper:
    """What a search needs to ask for verdicts.

    Attributes
    ----------
    judge
        Who compares.
    runner
        Keeps verdicts.
    block
        Question, survey, passages, criterion.
    passages
        The corpus: what speaks for and against each side.
    provenance
        Name of the proposer, for the details of documents.
    """

    judge: Judge
    runner: UnitRunner
    block: Block
    passages: Passages
    discipline: Discipline
    provenance: str
    search: DocumentSearch | None = None

    @property
    def context(self) -> JudgingContext:
        """What the judge sees beside question and candidates."""
        b = self.block
        return JudgingContext(b.criterion, b.idea, b.survey[:SURVEY], b.passages)

    def candidate(self, line: Line) -> Candidate:
        """Return a document as the judge sees it: its text, and what the corpus says for and against it."""
        found = ground(line.document.statement, self.passages, PASSAGES)
        # The survey is shown by itself; its sentences know nothing of the hypothesis, and speak for none.
        lines = [f"for [{key}]: {text}" for key, text, _ in found.support if key != SURVEY_KEY]
        lines += [f"against [{key}]: {text}" for key, text, _ in found.contradict if key != SURVEY_KEY]
        return Candidate(line.document.id, text_of(line.document), evidence=tuple(lines))

    def ask(self, first: Line, second: Line) -> Verdict:
        """Return the verdict on a pair in this order, from the store if it was asked before."""
        pair = (self.candidate(first), self.candidate(second))
        question = self.block.question
        if isinstance(self.judge, PersonJudge):
            return self.judge.prefer(question, [pair], self.context)[0]
        log = self.search.log if self.search is not None else None
        number = len(log.asked) if log is not None else 0
        lines = log.lines if log is not None else []

        def work() -> Outcome:
            told = self.judge.prefer(question, [pair], self.context)[0]
            asked = Asked(number, first.place, second.place, told)
            parts = [line_records(x, lines, question, self.discipline, self.provenance) for x in (first, second)]
            parts.append(comparison_records(asked, lines, self.judge.name, question))
            nodes = [n for part in parts for n in part.nodes]
            return Outcome(plain_verdict(told), nodes, [e for part in parts for e in part.edges])

        inputs = {
            "judge": self.judge.name,
            "question": question,
            "context": self.context,
            "first": pair[0],
            "second": pair[1],
            "number": number,
        }
        return Verdict(**self.runner.run(HYPOTHESIS_VERDICT, inputs, work))

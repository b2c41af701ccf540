"""The operators at work: which texts each request holds, and what code checks of the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel

from hypograph.models.hypotheses.document import HypothesisDocument, Rival, text_of
from hypograph.models.hypotheses.ledger import (
    OVERLAP,
    Change,
    content_words,
    fact_keys,
    ledger,
    silent_losses,
    stands_in,
)
from hypograph.models.hypotheses.search.lines import Asked, Line, Log
from hypograph.models.hypotheses.search.operators import (
    A,
    Block,
    Critique,
    DocumentProposer,
    Lessons,
    Operator,
    Readings,
    Rewriting,
)

Child = tuple[HypothesisDocument, str, tuple[int, ...]]
RIVALS = 6  # rival explanations that a document holds at most
LEARNT = 8  # verdicts, the last ones, that lessons are drawn from


class Writing:
    """Carries out operators on the lines of a search.

    Parameters
    ----------
    block
        What every request begins with.
    proposer
        Answers the requests.
    log
        Lines so far; readings, lessons and refusals are noted in it.
    may_ask
        Whether the budget has another call.
    """

    def __init__(self, block: Block, proposer: DocumentProposer, log: Log, may_ask: Callable[[], bool]) -> None:
        self.block, self.proposer, self.log, self.may_ask = block, proposer, log, may_ask
        self.calls_of: dict[str, int] = {}
        self._used: dict[str, int] = {}
        self._combined: set[tuple[int, ...]] = set()

    @property
    def calls(self) -> int:
        """Calls made."""
        return sum(self.calls_of.values())

    def write(self, kind: str, preferred: Sequence[Line]) -> list[Child]:
        """Carry out one operator; returns the documents that came of it.

        Parameters
        ----------
        kind
            The operator.
        preferred
            Lines, those worth rewriting first.
        """
        work = {
            "direct": self._direct,
            "readings": self._readings,
            "propose": self._propose,
            "critique": self._critique,
            "revise": self._revise,
            "combine": self._combine,
            "simplify": self._simplify,
            "counter": self._counter,
            "lessons": self._lessons,
        }
        return work[kind](preferred)

    def _ask(self, operator: Operator, schema: type[A], **parts: str) -> A | None:
        """Ask, and ask once more where the answer is broken; then it is missing. Both have cost a call."""
        for _ in range(2):
            if not self.may_ask():
                return None
            sample = self._used.get(operator, 0)
            self._used[operator] = sample + 1
            self.calls_of[operator] = self.calls_of.get(operator, 0) + 1
            answer = self.proposer.ask(operator, self.block, parts, schema, sample)
            if answer is not None and _usable(answer):
                return answer
        self.log.missing += 1
        return None

    def _direct(self, preferred: Sequence[Line]) -> list[Child]:
        found = self._ask("direct", HypothesisDocument)
        return [(found, "direct", ())] if found is not None else []

    def _readings(self, preferred: Sequence[Line]) -> list[Child]:
        found = self._ask("readings", Readings, lines=self._listed())
        known = {r.reading for r in self.log.readings}
        self.log.readings += [r for r in (found.readings if found else ()) if r.reading not in known]
        return []

    def _propose(self, preferred: Sequence[Line]) -> list[Child]:
        number = sum(line.operator == "propose" for line in self.log.lines)
        readings = self.log.readings
        reading = f"{readings[number].reading}: {readings[number].change}" if number < len(readings) else ""
        found = self._ask("propose", HypothesisDocument, reading=reading, lines=self._listed(), lessons=self._learnt())
        return [(found, "propose", ())] if found is not None else []

    def _critique(self, preferred: Sequence[Line]) -> list[Child]:
        """Criticise the direct answer first, then what is preferred and not yet criticised."""
        open_lines = [line for line in preferred if line.critique is None]
        open_lines.sort(key=lambda line: line.place != 0)
        for line in open_lines[:1]:
            found = self._ask("critique", Critique, document=text_of(line.document))
            if found is not None:
                line.critique = self._checked(found)
        return []

    def _checked(self, critique: Critique) -> Critique:
        """Take off quotations that stand nowhere: such a fault is an opinion."""
        known = self.block.known
        faults = [f if stands_in(f.passage, known) else f.model_copy(update={"passage": ""}) for f in critique.faults]
        return critique.model_copy(update={"faults": tuple(faults)})

    def _revise(self, preferred: Sequence[Line]) -> list[Child]:
        line = next((x for x in preferred if x.critique is not None and not x.revised), None)
        if line is None or line.critique is None:
            return []
        line.revised = True
        parts = {
            "document": text_of(line.document),
            "critique": critique_text(line.critique),
            "ledger": ledger_text(line.document),
        }
        found = self._kept("revise", (line,), parts)
        return [] if found is None else [(with_rivals(found, line.critique), "revise", (line.place,))]

    def _kept(self, operator: Operator, parents: tuple[Line, ...], parts: dict[str, str]) -> HypothesisDocument | None:
        """Ask for a rewriting; one that loses facts without leave is sent back once, then the parent stands."""
        problems: list[str] = []
        attempt = ""
        for _ in range(2):
            found = self._ask(operator, Rewriting, attempt=attempt, problems="\n".join(problems), **parts)
            if found is None:
                return None
            attempt = text_of(found.document)
            changes = [Change(c.fact, c.status, c.reason, c.evidence) for c in found.changes]
            problems = silent_losses(parents[0].document, found.document, changes, self.block.known)
            if len(parents) > 1:
                # A combination chooses between core claims: only what is lost without a word sends it back.
                problems = [p for p in problems if p.startswith("lost")]
            if not problems:
                return found.document
        self.log.refused.append(f"{operator}: {'; '.join(problems)}")
        return None

    def _combine(self, preferred: Sequence[Line]) -> list[Child]:
        """Combine the preferred line with the one that shares the fewest facts with it."""
        if len(preferred) < 2:
            return []
        base = preferred[0]
        rest = [x for x in preferred[1:] if (base.place, x.place) not in self._combined]
        if not rest:
            return []
        mine = fact_keys(base.document)
        other = min(rest, key=lambda x: len(mine & fact_keys(x.document)))
        self._combined |= {(base.place, other.place), (other.place, base.place)}
        parts = {
            "document": text_of(base.document),
            "other": text_of(other.document),
            "critique": "\n\n".join(critique_text(x.critique) for x in (base, other) if x.critique),
            "ledger": ledger_text(base.document),
            "other_ledger": ledger_text(other.document),
        }
        found = self._kept("combine", (base, other), parts)
        return [] if found is None else [(found, "combine", (base.place, other.place))]

    def _simplify(self, preferred: Sequence[Line]) -> list[Child]:
        return self._from_best("simplify", preferred)

    def _counter(self, preferred: Sequence[Line]) -> list[Child]:
        return self._from_best("counter", preferred)

    def _from_best(self, operator: Operator, preferred: Sequence[Line]) -> list[Child]:
        if not preferred:
            return []
        best = preferred[0]
        found = self._ask(operator, HypothesisDocument, document=text_of(best.document))
        return [] if found is None else [(found, operator, (best.place,))]

    def _lessons(self, preferred: Sequence[Line]) -> list[Child]:
        """Draw lessons from verdicts; one that names no verdict is left out."""
        judged = [a for a in self.log.asked if a.verdict.valid and a.verdict.reasons]
        if not judged:
            return []
        verdicts = "\n".join(verdict_text(a, self.log.lines) for a in judged[-LEARNT:])
        found = self._ask("lessons", Lessons, verdicts=verdicts)
        numbers = {a.number for a in judged}
        if found is not None:
            self.log.lessons = [x for x in found.lessons if set(x.verdicts) & numbers]
        return []

    def _listed(self) -> str:
        told = ((x.document.statement, "; ".join(m.rstrip(".") for m in x.document.mechanisms)) for x in self.log.lines)
        return "\n".join(f"- {statement} Because: {causes}." for statement, causes in told)

    def _learnt(self) -> str:
        return "\n".join(f"- {lesson.question}" for lesson in self.log.lessons)


def _usable(answer: BaseModel) -> bool:
    """Tell whether an answer says anything."""
    document = answer.document if isinstance(answer, Rewriting) else answer
    return not isinstance(document, HypothesisDocument) or len(document.statement.split()) >= 4


def ledger_text(document: HypothesisDocument) -> str:
    """List the facts of a document, core claims marked."""
    return "\n".join(f"- {f.kind}{' (core)' if f.core else ''}: {f.text}" for f in ledger(document))


def verdict_text(asked: Asked, lines: Sequence[Line]) -> str:
    """Write a verdict with what was compared: reasons that speak of A and B say nothing without them."""
    sides = (f"{name}: {lines[i].document.statement}" for name, i in (("A", asked.first), ("B", asked.second)))
    told = f"P(A better) = {asked.verdict.probability:.2f}: {' '.join(asked.verdict.reasons.split())}"
    return "\n".join([f"[{asked.number}]", *sides, told])


def critique_text(critique: Critique) -> str:
    """Write a critique, what must survive first; a fault without a passage is called an opinion."""
    lines = ["Keep:", *(f"- {k}" for k in critique.keep), "Faults:"]
    for fault in critique.faults:
        source = f'passage: "{fault.passage}"' if fault.passage else "opinion"
        lines.append(f"- {fault.severity}, {source}: {fault.claim}: {fault.reason}")
        lines.append(f"  decided by: {fault.observation}; repair: {fault.repair}")
    return "\n".join([*lines, "Missing:", *(f"- {m}" for m in critique.missing)])


def with_rivals(document: HypothesisDocument, critique: Critique) -> HypothesisDocument:
    """Add objections to a core claim that are opinions as rivals, each with the observation that would decide it.

    What hits anything else, or a claim that the document no longer makes, was there to be mended and is no rival.
    """
    core = [set(content_words(f.text)) for f in ledger(document) if f.core]
    known = [set(content_words(r.statement)) for r in document.rivals]
    added = []
    for fault in critique.faults:
        opinion = fault.severity != "minor" and not fault.passage and fault.observation
        hit, reason = set(content_words(fault.claim)), set(content_words(fault.reason))
        stands = hit and any(len(hit & claim) >= OVERLAP * len(hit) for claim in core)
        if opinion and stands and not any(len(reason & r) >= OVERLAP * len(reason) for r in known):
            added.append(Rival(statement=fault.reason, observation=fault.observation))
            known.append(reason)
    return document.model_copy(update={"rivals": (*document.rivals, *added)[:RIVALS]})

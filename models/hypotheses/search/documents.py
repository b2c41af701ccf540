"""The search over documents: the engine, with a language model's operators as its proposer.

A plan shares the budget out; the engine decides which documents are rewritten and which pair is judged next. The
direct answer is line 0: it is never edited, takes part in every ranking, and is replaced at `REPLACE` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.core.errors import BudgetSpentError
from hypograph.models.core.protocols import Verdict
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.ledger import claim_keys, core_changed, near_duplicate, unchanged
from hypograph.models.hypotheses.search.allocation import Standing, standings, take
from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.engine import SETTLED, Engine, chances, draw_utilities
from hypograph.models.hypotheses.search.features import Facts, Float
from hypograph.models.hypotheses.search.lines import Asked, Line, Log
from hypograph.models.hypotheses.search.operators import Block, DocumentProposer
from hypograph.models.hypotheses.search.plan import FINAL
from hypograph.models.hypotheses.search.writing import Writing

# Log-odds of a judge's stated probability: slope .8, settled error on a pair .6, sampling .4, leaning to what is shown
# first 2 (wide on purpose): the values with which the design was simulated (docs/hypotheses.md).
SLOPE, PAIR, NOISE, LEANING = 0.8, 0.6, 0.4, 2.0
SLOPE_SPREAD = 1.0  # sd of the logarithm of the squared slope: an unmeasured judge may be half or twice as clear
OWN, LIKENESS = 1.0, 0.9
CLIP = 0.05  # a stated probability counts as no surer than this
REPLACE = 0.8  # probability of being better from which the direct answer is replaced
SURE, PAIRS = 0.9, 3  # probability of being best, and verdicts a finalist, at which a search stops
TEMPER = 0.5  # share of a posterior deviation that counts when a document is chosen for rewriting

Ask = Callable[[Line, Line], Verdict]


@dataclass(frozen=True)
class Found:
    """Where a search over documents ended.

    Attributes
    ----------
    order
        Lines, the one thought best first.
    chance
        Probability that each is the best of them, in that order; None where there is nothing to compare by.
    answer, direct
        The line to report, and line 0; None where nothing was written.
    better_than_direct
        Probability that the best other line is better than the direct answer; None without verdicts.
    stopped
        Why the search ended.
    """

    order: tuple[Line, ...]
    chance: tuple[float, ...] | None
    answer: Line | None
    direct: Line | None
    better_than_direct: float | None
    stopped: str


class DocumentSearch:
    """A search in progress; everything it knows can be read at any moment.

    Parameters
    ----------
    block
        Question, survey, idea, passages.
    proposer
        Writes and rewrites documents.
    ask
        Puts one ordered pair to the judge.
    calls
        Calls of every kind at most.
    rng
        Source of every random choice.
    """

    def __init__(
        self, block: Block, proposer: DocumentProposer, ask: Ask, calls: int, rng: np.random.Generator
    ) -> None:
        self.ask, self.budget, self.rng = ask, calls, rng
        self.log = Log()
        self.facts = Facts()
        prior = Prior(OWN, LIKENESS, SLOPE**2, SLOPE_SPREAD, LEANING**2, PAIR**2)
        self.beliefs = Beliefs(self.facts, prior, calls + 2, calls + 2)
        self.engine = Engine(self.beliefs, None, None, rng)
        self.writing = Writing(block, proposer, self.log, lambda: self.calls < calls)
        self.verdict_calls = 0
        self.reason = ""
        self._finalists: list[int] = []

    @property
    def calls(self) -> int:
        """Calls made, of the proposer and of the judge."""
        return self.writing.calls + self.verdict_calls

    def run(self, schedule: Sequence[str], *, replace: float = REPLACE, allocate: bool = False) -> Found:
        """Carry out the moves until they, the budget or the need are at an end.

        Parameters
        ----------
        schedule
            Operators and verdicts (`judge`) in order.
        replace
            Probability from which the direct answer is replaced; 0 takes whatever is thought best, without verdicts
            what was written last.
        allocate
            Give later calls to the operators whose children proved better (`allocation`).
        """
        last = len(schedule) - FINAL
        arms = frozenset(schedule) if allocate else frozenset()
        try:
            for number, kind in enumerate(schedule):
                if self.calls >= self.budget or self.reason:
                    break
                move = self._allocated(kind, arms) if allocate else kind
                self.log.moves.append(move)
                self.log.exchanged += move != kind
                if move == "judge":
                    self._judge(final=number >= last and schedule[-1] == "judge")
                else:
                    self._write(move)
        except BudgetSpentError as error:
            self.reason = f"a budget is spent: {error}"
        return self.found(replace)

    def found(self, replace: float = REPLACE) -> Found:
        """Say where the search stands."""
        lines = self.log.lines
        if not lines:
            return Found((), None, None, None, None, self.reason or "the model gave no usable document")
        direct = next((line for line in lines if line.operator == "direct"), None)
        mean, covariance = self._joint()
        order = np.argsort(-mean[0], kind="stable")
        reason = self.reason or ("the calls are spent" if self.calls >= self.budget else "the plan is carried out")
        if not any(a.verdict.valid for a in self.log.asked) or len(lines) < 2:
            shown = (direct or lines[0]) if replace else lines[-1]
            rest = tuple(line for line in lines if line is not shown)
            return Found((shown, *rest), None, shown, direct, None, reason)
        chance = chances(mean, covariance, np.random.default_rng(1), 4000)[0]
        ranked = tuple(lines[i] for i in order)
        answer, better = ranked[0], None
        if direct is not None:
            other = next(line for line in ranked if line is not direct)
            better = self.engine.probability_better(other.place, direct.place)
            if answer is not direct and better < replace:
                answer = direct
        return Found(ranked, tuple(float(chance[i]) for i in order), answer, direct, better, reason)

    def leaning(self) -> dict[str, float]:
        """Return what is known of the judge: leaning to what is shown first, and slope, in log-odds."""
        mean, sd = self.beliefs.leaning()
        slope = float(np.sqrt(self.beliefs.variance[0]))
        return {"mean": float(mean[0]), "sd": float(sd[0]), "slope": slope}

    def standings(self) -> list[Standing]:
        """Return what became of each operator's children so far."""
        return standings(self.log, self.beliefs.utility[0])

    def _allocated(self, kind: str, arms: frozenset[str]) -> str:
        waits = any(line.critique is not None and not line.revised for line in self.log.lines)
        return take(kind, arms, self.standings(), waits, self.rng)

    def _write(self, kind: str) -> None:
        children = self.writing.write(kind, self._preferred())
        for document, operator, parents in children:
            self._admit(document, operator, parents)

    def _admit(self, document: HypothesisDocument, operator: str, parents: tuple[int, ...]) -> None:
        others = (line for line in self.log.lines if line.place not in parents)
        idle = any(unchanged(self.log.lines[p].document, document) for p in parents)
        if idle or any(near_duplicate(document, line.document) for line in others):
            self.log.duplicates += 1
            return
        number = self.facts.add(claim_keys(document))
        place = int(self.beliefs.admit(np.full((1, 1), number))[0])
        beside = any(core_changed(self.log.lines[p].document, document) for p in parents)
        self.log.lines.append(Line(place, document, operator, parents, beside))

    def _preferred(self) -> list[Line]:
        """Return the lines by a tempered draw of their utilities, best first; all alike before the first verdict."""
        if not self.log.lines:
            return []
        mean, covariance = self._joint()
        drawn = draw_utilities(mean, covariance, self.rng, 1)[0, :, 0]
        worth = mean[0] + TEMPER * (drawn - mean[0]) if self.beliefs.verdicts else -np.arange(len(mean[0]))
        return [self.log.lines[i] for i in np.argsort(-worth, kind="stable")]

    def _joint(self) -> tuple[Float, Float]:
        if self.beliefs.verdicts:
            if self.beliefs.verdicts >= SETTLED:
                self.beliefs.choose_scale()
            self.beliefs.fit(3, 1, self.rng)
        mean, covariance = self.beliefs.joint(np.arange(self.beliefs.items)[None])
        return mean.astype(np.float64), covariance.astype(np.float64)

    def _judge(self, *, final: bool) -> None:
        pair = self._final_pair() if final else self._pair()
        if pair is None:
            return
        first, second = pair
        verdict = self.ask(self.log.lines[first], self.log.lines[second])
        self.verdict_calls += max(verdict.orders, 1)
        self.log.asked.append(Asked(len(self.log.asked), first, second, verdict))
        if verdict.valid:
            self._learn(first, second, verdict)
            self._check()

    def _learn(self, first: int, second: int, verdict: Verdict) -> None:
        low, high = min(first, second), max(first, second)
        p = verdict.probability if high == first else 1 - verdict.probability
        p = min(max(p, CLIP), 1 - CLIP)
        shown = 0 if verdict.orders > 1 else (1 if high == first else -1)
        log_odds = np.array([np.log(p / (1 - p))])
        self.beliefs.observe(np.array([low]), np.array([high]), log_odds, shown, NOISE**2)

    def _pair(self) -> tuple[int, int] | None:
        """Return the pair that tells most, each once in random order before any is asked the other way round."""
        n = len(self.log.lines)
        if n < 2:
            return None
        self._joint()
        asked = np.array([[self.log.times(i, j) + self.log.times(j, i) for j in range(n)] for i in range(n)])
        off = ~np.eye(n, dtype=bool)
        # An idea that nobody has looked at may be the best: those come before second looks at what leads.
        fresh = np.array([not x.parents and not self.log.verdicts_on(x.place) for x in self.log.lines])
        fresh_pairs = (asked < 1) & off & (fresh[:, None] | fresh[None, :])
        for allowed in (fresh_pairs, (asked < 1) & off, (asked < 2) & off):
            if allowed.any():
                first, second = (int(k[0]) for k in self.engine.next_pair(allowed))
                turned = self.log.times(first, second) > 0
                turned = turned or (not self.log.times(second, first) and self.rng.random() < 0.5)
                return (second, first) if turned else (first, second)
        return None

    def _final_pair(self) -> tuple[int, int] | None:
        """Return the direct answer and the best other line, in an order that was not asked yet.

        A final of two has too few verdicts to tell a judge's leaning from merit, so both orders are asked.
        """
        if len(self.log.lines) < 2:
            return None
        mean, _ = self._joint()
        ranked = [int(i) for i in np.argsort(-mean[0], kind="stable")]
        direct = next((line.place for line in self.log.lines if line.operator == "direct"), ranked[0])
        # The first verdict of a final may turn the ranking: its pair is still asked the other way round first.
        others = [i for i in (*self._finalists, *ranked) if i != direct]
        for other in others:
            for pair in ((direct, other), (other, direct)):
                if not self.log.times(*pair):
                    self._finalists = [other]
                    return pair
        return None

    def _check(self) -> None:
        """Name the reason where there is nothing left to learn."""
        mean, covariance = self._joint()
        lean, sd = (float(v[0]) for v in self.beliefs.leaning())
        if self.beliefs.verdicts >= 4 and abs(lean) - 2 * sd > float(np.sqrt(self.beliefs.variance[0])):
            side = "first" if lean > 0 else "second"
            self.reason = f"the judge prefers what is shown {side}, whatever it is: its verdicts decide nothing"
            return
        chance = chances(mean, covariance, np.random.default_rng(2), 1000)[0]
        finalists = {i for i, p in enumerate(chance) if p >= 0.05} | {0}
        fresh = [x for x in self.log.lines if not x.parents and not self.log.verdicts_on(x.place)]
        if chance.max() >= SURE and not fresh and all(self.log.verdicts_on(i) >= PAIRS for i in finalists):
            self.reason = f"one document is best with probability {chance.max():.2f}"
        elif self._fruitless(mean[0]):
            self.reason = "the last two children of every operator that rewrites are behind their parents"

    def _fruitless(self, mean: Float) -> bool:
        rewritten = [line for line in self.log.lines if line.parents]
        kinds = {line.operator for line in rewritten}
        if not kinds:
            return False
        for kind in kinds:
            last = [line for line in rewritten if line.operator == kind][-2:]
            if len(last) < 2 or any(not self.log.verdicts_on(line.place) for line in last):
                return False
            if any(mean[line.place] >= max(mean[p] for p in line.parents) for line in last):
                return False
        return True

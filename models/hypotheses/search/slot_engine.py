"""The search: lines raced against each other under one preference model, level by level, anytime.

At each level a line fills the level's slots and then tries edits against its incumbent; challengers come from a
tempered Thompson draw over single edits (of this level and of the ones above: the way back up), values that other
lines hold (recombination) and combinations the model thinks best. Whatever is judged stays in the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hypograph.models.core.protocols import Candidate
from hypograph.models.hypotheses.discipline import Slot
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis
from hypograph.models.hypotheses.search.preference import FloatArray, Preference, draw
from hypograph.models.hypotheses.search.task import Ask, Comparison, Line, Settings, Task


@dataclass
class Search:
    """A search in progress; `run` drives it, everything it knows can be read at any moment.

    Parameters
    ----------
    task
        Subject of the search.
    ask
        Puts one ordered pair to the judge.
    settings
        Budget and habits.
    rng
        Source of every random choice.
    """

    task: Task
    ask: Ask
    settings: Settings
    rng: np.random.Generator
    model: Preference = field(default_factory=Preference)
    lines: list[Line] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    known: dict[str, Hypothesis] = field(default_factory=dict)
    proposals: int = 0
    _asked: dict[tuple[str, str], int] = field(default_factory=dict)
    _features: dict[str, Mapping[str, float]] = field(default_factory=dict)
    _options: dict[tuple[str, str], tuple[Detail, ...]] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """Judge calls made."""
        return len(self.comparisons)

    def run(self, seeds: Sequence[Hypothesis]) -> Hypothesis:
        """Search from the seeds and return the best hypothesis when the budget is spent or all is decided."""
        self.lines = [Line(seed, seed) for seed in seeds]
        levels = range(1, len(self.task.discipline.levels) + 1)
        search_calls = int(self.settings.calls * (1 - self.settings.final)) if len(seeds) > 1 else self.settings.calls
        for level in levels:
            share = (search_calls - self.calls) // (levels[-1] - level + 1)
            self._level(level, self.calls + share)
        self._decide()
        return self.best()

    def decide(self, finals: Sequence[Hypothesis]) -> Hypothesis:
        """Only decide between finished hypotheses."""
        self.lines = [Line(h, h) for h in finals]
        self._decide()
        return self.best()

    def runner_up(self) -> Hypothesis | None:
        """Return the judged hypothesis that comes next to the best, whatever its line."""
        best = self.best().id
        judged = {h.id: h for line in self.lines for h in line.judged.values() if h.id != best}
        return max(judged.values(), key=self.utility, default=None)

    def utility(self, hypothesis: Hypothesis) -> float:
        """Return the posterior mean utility of a hypothesis."""
        return float(self.model.posterior([self._place(hypothesis)])[0][0])

    def best(self) -> Hypothesis:
        """Return the hypothesis most probably best among the lines' incumbents, at any moment."""
        return self.standing()[0][0]

    def standing(self, draws: int = 2000) -> list[tuple[Hypothesis, float, float]]:
        """Return (hypothesis, utility, probability of being best) of the lines' incumbents, best first."""
        incumbents = list({line.incumbent.id: line.incumbent for line in self.lines}.values())
        places = [self._place(h) for h in incumbents]
        mean, _ = self.model.posterior(places)
        chance = self.model.probability_best(places, np.random.default_rng(0), draws)
        rows = [(h, float(m), float(p)) for h, m, p in zip(incumbents, mean, chance, strict=True)]
        return sorted(rows, key=lambda row: (-row[2], -row[1], row[0].id))

    def candidate(self, hypothesis: Hypothesis) -> Candidate:
        """Put a hypothesis into the form a judge sees."""
        text = self.task.discipline.statement(hypothesis)
        return Candidate(hypothesis.id, text, self.features(hypothesis))

    def features(self, hypothesis: Hypothesis) -> Mapping[str, float]:
        """Return the task's numbers for a hypothesis, computed once."""
        if hypothesis.id not in self._features:
            self._features[hypothesis.id] = self.task.features(hypothesis)
        return self._features[hypothesis.id]

    def options(self, hypothesis: Hypothesis, slot: Slot) -> tuple[Detail, ...]:
        """Return the details for a slot that pass the checks, proposed once a parent value."""
        parent = hypothesis.get(slot.parent) if slot.parent else None
        key = (slot.name, digest_of(hypothesis.root, parent))
        if key not in self._options:
            found = tuple(self.task.options(hypothesis, slot))
            self.proposals += len(found)
            self._options[key] = found
        return tuple(d for d in self._options[key] if not self.task.problems(hypothesis.put(d)))

    def _level(self, level: int, until: int) -> None:
        for number, line in enumerate(self.lines):
            line.rejected = 0
            line.judged = {}
            line.incumbent = self._fill(line.incumbent, level, number)
            line.judged[line.incumbent.id] = line.incumbent
        while self.calls < until:
            open_lines = [line for line in self.lines if line.rejected < self.settings.patience]
            if not open_lines:
                return
            line = self._race(open_lines)
            challenger = self._challenger(line, level)
            if challenger is None:
                line.rejected = self.settings.patience
                continue
            self._compare(challenger, line.incumbent, level)
            line.parents.setdefault(challenger.id, line.incumbent.id)
            line.judged[challenger.id] = challenger
            self._settle(line)

    def _fill(self, hypothesis: Hypothesis, level: int, number: int) -> Hypothesis:
        """Settle each slot of a level; what follows puts that to the judge.

        Lines of the same root start from different options, lines of different roots from the most plausible.
        """
        alike = [line for line in self.lines[:number] if line.seed.root == hypothesis.root]
        for slot in self.task.discipline.levels[level - 1].slots:
            found = self.options(hypothesis, slot)
            if found and hypothesis.get(slot.name) is None:
                hypothesis = hypothesis.put(found[len(alike) % len(found)])
        return hypothesis

    def _race(self, lines: Sequence[Line]) -> Line:
        if len(lines) == 1:
            return lines[0]
        drawn = self.model.draw([self._place(line.incumbent) for line in lines], self.rng, 1)[0]
        drawn -= 0.25 * np.array(
            [sum(line.incumbent.id in (c.first, c.second) for c in self.comparisons[-8:]) for line in lines]
        )
        return lines[int(np.argmax(drawn))]

    def _challenger(self, line: Line, level: int) -> Hypothesis | None:
        pool = {h.id: h for h in self._edits(line, level) if self._may_ask(h, line.incumbent)}
        for hypothesis in line.judged.values():
            if hypothesis.id != line.incumbent.id and self._may_ask(hypothesis, line.incumbent):
                pool[hypothesis.id] = hypothesis
        if not pool:
            return None
        keys = sorted(pool)
        if len(keys) > self.settings.pool:
            keys = sorted(self.rng.choice(keys, self.settings.pool, replace=False).tolist())
        mean, covariance = self.model.predict([(k, self._pairs(pool[k]), self.features(pool[k])) for k in keys])
        drawn = mean + self.settings.temper * (draw(mean, covariance, self.rng, 1)[0] - mean)
        return pool[keys[int(np.argmax(drawn))]]

    def _edits(self, line: Line, level: int) -> list[Hypothesis]:
        held = line.incumbent
        found: list[Hypothesis] = []
        for number in range(1, level + 1):
            for slot in self.task.discipline.levels[number - 1].slots:
                present = held.get(slot.name)
                found += [held.put(d) for d in self.options(held, slot) if present is None or d.value != present.value]
                if slot.optional and present is not None:
                    found.append(held.delete(slot.name))
        found.extend(self._combinations(held, level))
        return [h for h in found if not self.task.problems(h)]

    def _combinations(self, held: Hypothesis, level: int) -> list[Hypothesis]:
        """Take over what other lines hold, and random double edits: the ways out of a local optimum."""
        found = []
        for other in self.lines:
            shared = [d for d in other.incumbent.details if d.level == level and held.get(d.slot) not in (None, d)]
            allowed = [d for d in shared if any(o.value == d.value for o in self._slot_options(held, d.slot))]
            if allowed:
                mixed = held
                for detail in allowed:
                    mixed = mixed.put(detail)
                found.append(mixed)
        slots = [s for lvl in self.task.discipline.levels[:level] for s in lvl.slots]
        for _ in range(8 if len(slots) > 1 else 0):
            mixed = held
            for i in self.rng.choice(len(slots), 2, replace=False):
                choices = self.options(held, slots[int(i)])
                if choices:
                    mixed = mixed.put(choices[int(self.rng.integers(len(choices)))])
            if mixed.id != held.id:
                found.append(mixed)
        return found

    def _slot_options(self, held: Hypothesis, name: str) -> tuple[Detail, ...]:
        slot = self.task.discipline.slot(name)
        return self.options(held, slot) if slot else ()

    def _may_ask(self, a: Hypothesis, b: Hypothesis) -> bool:
        orders = ((a.id, b.id), (b.id, a.id))
        return a.id != b.id and any(self._asked.get(o, 0) < self.settings.repeats for o in orders)

    def _compare(self, a: Hypothesis, b: Hypothesis, level: int) -> None:
        """Ask for one pair in random order, or in the order that is still open."""
        first, second = (a, b) if self.rng.random() < 0.5 else (b, a)
        if self._asked.get((first.id, second.id), 0) >= self.settings.repeats:
            first, second = second, first
        places = self._place(first), self._place(second)
        verdict = self.ask(self.candidate(first), self.candidate(second))
        self._asked[(first.id, second.id)] = self._asked.get((first.id, second.id), 0) + 1
        self.comparisons.append(Comparison(self.calls, first.id, second.id, verdict, level))
        if verdict.valid:
            self.model.observe(*places, verdict.probability, self.settings.slope)

    def _settle(self, line: Line) -> None:
        """Make the posterior-best judged hypothesis the incumbent."""
        judged = list(line.judged.values())
        mean, _ = self.model.posterior([self._place(h) for h in judged])
        best = judged[int(np.argmax(mean))]
        line.rejected = 0 if best.id != line.incumbent.id else line.rejected + 1
        line.incumbent = best

    def _decide(self) -> None:
        """Compare the lines' best where that most changes the decision, until it is certain."""
        finals = list({line.incumbent.id: line.incumbent for line in self.lines}.values())
        places = [self._place(h) for h in finals]
        while self.calls < self.settings.calls and len(finals) > 1:
            chance = self.model.probability_best(places, self.rng, 500)
            if chance.max() >= self.settings.certain:
                return
            value = decision_value(*self.model.posterior(places), chance)
            may = [[self._may_ask(a, b) for b in finals] for a in finals]
            value = np.where(np.array(may), value, -1.0)
            i, j = divmod(int(np.argmax(value)), len(finals))
            if value[i, j] < 0:
                return
            self._compare(finals[i], finals[j], finals[i].level)

    def _place(self, hypothesis: Hypothesis) -> int:
        self.known.setdefault(hypothesis.id, hypothesis)
        if hypothesis.id in self.model:
            return self.model.add(hypothesis.id, (), {})
        return self.model.add(hypothesis.id, self._pairs(hypothesis), self.features(hypothesis))

    @staticmethod
    def _pairs(hypothesis: Hypothesis) -> list[tuple[str, str]]:
        return [("root", hypothesis.root), *(d.pair for d in hypothesis.details)]


def digest_of(root: str, parent: Detail | None) -> str:
    """Name the context that options depend on: the root and the parent's value."""
    return f"{root}\u241f{parent.value if parent else ''}"


def decision_value(mean: FloatArray, covariance: FloatArray, chance: FloatArray) -> FloatArray:
    """Say how much comparing each pair would change the decision, shape ``(m, m)``.

    P(i best) P(j best) Var(f_i - f_j) p (1 - p), with p the predicted probability that i is preferred: the rule that
    measured best beside top-two Thompson sampling in the ranking benchmark.
    """
    variance = np.diag(covariance)[:, None] + np.diag(covariance)[None, :] - 2 * covariance
    p = 0.5 * (1 + np.tanh(0.5 * (mean[:, None] - mean[None, :]) / np.sqrt(1 + np.pi * np.maximum(variance, 0) / 8)))
    value = chance[:, None] * chance[None, :] * np.maximum(variance, 0) * p * (1 - p)
    np.fill_diagonal(value, -1.0)
    return np.asarray(value, dtype=np.float64)


def summary(search: Search) -> dict[str, Any]:
    """Return the counts that every report of a search shows."""
    return {
        "calls": search.calls,
        "comparisons": sum(c.verdict.valid for c in search.comparisons),
        "proposals": search.proposals,
        "hypotheses": len({k for c in search.comparisons for k in (c.first, c.second)}),
    }

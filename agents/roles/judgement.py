"""The sources of judgement over a language model, each discounted by what the model was measured to know.

A skill is the lower end of the interval that `hypograph model assess` found (0 a coin, 1 always right). A
role whose model has skill 0 says that it knows nothing, whatever it answers; a role that was never assessed
speaks with the small weight that the published method gives it, and what it is worth is left to whoever
combines it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel

from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.closed_answers import way_of
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import LETTERS, Choice, Closed, Question
from hypograph.agents.gateway.uncertainty import least_committed
from hypograph.agents.prompts import LONGEST, LONGEST_FULL, data, render, template, version
from hypograph.agents.roles.closed_questions import DOMAIN, WORDINGS, preference, substitution
from hypograph.models.core.protocols import NO_CONTEXT, Candidate, JudgingContext, Opinion, Verdict

# Mass of one answer where no skill was measured: a = 1/(3·5), what arXiv 2502.14631 gives each of five
# fields.
WEIGHT = 1 / 15
NOT_ASKED = "not asked: the budget of minutes is spent"
LONGEST_REASONS = 600  # characters of a model's reasons that are kept with an opinion


class Role:
    """A gateway with a role.

    Attributes
    ----------
    name
        Role, model, and a hash of model, settings, prompts and skill: units are keyed by it.
    skill
        Measured skill in [0, 1], or None where the model was not assessed.
    """

    role = ""
    measured_as = ""

    def __init__(self, gateway: Gateway | Cascade) -> None:
        self._gateway = gateway
        self.skill = gateway.skill(self.measured_as or self.role)
        known = "not assessed" if self.skill is None else f"skill {self.skill:.3f}"
        config = gateway.config
        # What is cut off by the clock is no answer for later runs: it stands in the name, and so in the keys of units.
        minutes = getattr(getattr(gateway, "budget", None), "minutes", None)
        within = "" if minutes is None else f" within {minutes:g} minutes"
        self.name = f"{self.role} {config.model} {config.settings_key} prompts {version()} {known}{within}"

    @property
    def gateway(self) -> Gateway | Cascade:
        """The model."""
        return self._gateway

    @property
    def _longest(self) -> int:
        """Characters of a text that this model is shown."""
        return LONGEST_FULL if self._gateway.config.size == "full" else LONGEST

    @property
    def _system(self) -> str:
        return template("system").template.strip()

    def _question(self, schema: type[BaseModel], name: str, sample: int = 0, /, **values: str) -> Question:
        return Question(self.role, self._system, render(name, self._longest, **values), schema, sample)

    def _provenance(self, prompt_hash: str) -> str:
        return f"{self._gateway.config.model}, prompt {prompt_hash}"

    @property
    def _silent(self) -> bool:
        """Whether the model was measured to know nothing: then it is not even asked."""
        return self.skill == 0.0


class ModelExpert(Role):
    """Judges whether two elements can stand for each other, from probabilities and not from labels.

    Parameters
    ----------
    gateway
        The model.
    shots
        Worked examples shown before each question.
    wordings
        Paraphrases to average over, beside both orders of the options; by default one for a local model,
        whose calls take seconds, else all.
    facts
        What a model with room is told of an element: structure, radius, electronegativity.
    """

    role = "expert"

    def __init__(
        self,
        gateway: Gateway | Cascade,
        *,
        shots: int = 6,
        wordings: Sequence[str] = (),
        facts: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(gateway)
        self._shots, self._facts = shots, facts
        self._wordings = wordings or (WORDINGS[:1] if gateway.config.local else WORDINGS)

    def question(self, first: str, second: str, domain: str = DOMAIN, host: str = "") -> Closed:
        """Return the closed question as this expert asks it, in a host alloy if one is given."""
        facts = [self._facts(e) for e in (first, second)] if self._facts is not None else []
        return substitution(first, second, domain, shots=self._shots, wordings=self._wordings, host=host, facts=facts)

    def assess(self, pairs: Sequence[tuple[str, str]], domain: str = DOMAIN) -> list[Opinion]:
        """Return one opinion a pair; an unusable answer, or a model without skill, is no knowledge."""
        if self._silent:
            return [Opinion(0.0, 0.0, 1.0, "not asked: no skill measured", self.name) for _ in pairs]
        found = self._gateway.choose_within([self.question(a, b, domain) for a, b in pairs])
        return [self._opinion(c) for c in found]

    def _opinion(self, c: Choice | None) -> Opinion:
        if c is None:
            return Opinion(0.0, 0.0, 1.0, NOT_ASKED, self.name)
        if not c.valid:
            return Opinion(0.0, 0.0, 1.0, "unusable answer", self._provenance(c.prompt_hash))
        weight = WEIGHT if self.skill is None else self.skill
        yes, no, _ = least_committed(float(c.p[0]))
        return Opinion(
            weight * yes,
            weight * no,
            1.0 - weight * (yes + no),
            _said(f"P(same) = {c.p[0]:.3f} from {c.method}", c.reasons),
            self._provenance(c.prompt_hash),
        )


class ModelJudge(Role):
    """Compares hypotheses, with what is known of them in view where the model has room for it.

    By letters each pair is asked in both orders and the two readings are averaged; with reasons it is asked in the
    order it is given in, and whoever asks finds the judge's leaning from the order of many pairs.

    Parameters
    ----------
    gateway
        The model.
    shots
        Worked examples shown before each question that is answered by a letter.
    """

    role = "judge"

    def __init__(self, gateway: Gateway | Cascade, *, shots: int = 6) -> None:
        super().__init__(gateway)
        self._shots = shots

    def question(
        self,
        question: str,
        first: str | Candidate,
        second: str | Candidate,
        context: JudgingContext = NO_CONTEXT,
        *,
        both_orders: bool = True,
    ) -> Closed:
        """Return the closed question as this judge asks it."""
        pair = tuple(c if isinstance(c, Candidate) else Candidate("", c) for c in (first, second))
        return preference(question, pair[0], pair[1], context, shots=self._shots, both_orders=both_orders)

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> list[Verdict]:
        """Return one verdict a pair; without skill every verdict is invalid, which is no evidence."""
        if self._silent:
            return [Verdict(0.5, False, "not asked: no skill measured", self.name) for _ in pairs]
        gateway = self._gateway.large if isinstance(self._gateway, Cascade) else self._gateway
        both = way_of(gateway, self.role) == LETTERS
        asked = [self.question(question, a, b, context, both_orders=both) for a, b in pairs]
        return [self._verdict(c) for c in self._gateway.choose_within(asked)]

    def _verdict(self, c: Choice | None) -> Verdict:
        if c is None:
            return Verdict(0.5, False, NOT_ASKED, self.name)
        provenance = self._provenance(c.prompt_hash)
        if not c.valid:
            return Verdict(0.5, False, f"unusable answer: {c.fault}" if c.fault else "unusable answer", provenance)
        trust = 1.0 if self.skill is None else self.skill
        p = 0.5 + trust * (float(c.p[0]) - 0.5)
        orders = " and ".join(f"{row[0]:.3f}" for row in c.readings)
        told = f"P(first) = {orders} from {c.method}"
        return Verdict(p, True, told, provenance, reasons=" ".join(filter(None, c.reasons)), orders=len(c.readings))


def _said(told: str, reasons: Sequence[str]) -> str:
    """Join how sure a model is with why it says so."""
    why = " ".join(data(r, LONGEST_REASONS) for r in reasons if r)
    return f"{told}: {why}" if why else told

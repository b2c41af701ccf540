"""The sources of judgement over a language model, each discounted by what the model was measured to know.

A skill is the lower end of the interval that `hypograph model assess` found (0 a coin, 1 always right). A
role whose model has skill 0 says that it knows nothing, whatever it answers; a role that was never assessed
speaks with the small weight that the published method gives it, and what it is worth is left to whoever
combines it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Choice, Closed, Question
from hypograph.agents.gateway.uncertainty import least_committed
from hypograph.agents.prompts import render, template, version
from hypograph.agents.roles.closed_questions import DOMAIN, WORDINGS, preference, substitution
from hypograph.models.core.protocols import (
    NO_CONTEXT,
    RELATION_KINDS,
    Candidate,
    JudgingContext,
    Mention,
    Opinion,
    Related,
    Verdict,
)
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.relations import stands_there

# Mass of one answer where no skill was measured: a = 1/(3·5), what arXiv 2502.14631 gives each of five
# fields.
WEIGHT = 1 / 15


class _Keyword(BaseModel):
    keyword: str
    kind: Literal["material", "process", "property", "phrase"]
    sentence: str


class _Keywords(BaseModel):
    keywords: list[_Keyword] = Field(max_length=10)


class _Relation(BaseModel):
    first: str
    relation: str
    second: str
    sentence: str


class _Relations(BaseModel):
    relations: list[_Relation] = Field(max_length=10)


class _Utility(BaseModel):
    score: float = Field(ge=0, le=10)


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
        self.name = f"{self.role} {config.model} {config.settings_key} prompts {version()} {known}"

    @property
    def gateway(self) -> Gateway | Cascade:
        """The model."""
        return self._gateway

    def _question(self, schema: type[BaseModel], name: str, sample: int = 0, **values: str) -> Question:
        return Question(self.role, template("system").template.strip(), render(name, **values), schema, sample)

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
    """

    role = "expert"

    def __init__(self, gateway: Gateway | Cascade, *, shots: int = 6, wordings: Sequence[str] = ()) -> None:
        super().__init__(gateway)
        self._shots = shots
        self._wordings = wordings or (WORDINGS[:1] if gateway.config.local else WORDINGS)

    def question(self, first: str, second: str, domain: str = DOMAIN) -> Closed:
        """Return the closed question as this expert asks it."""
        return substitution(first, second, domain, shots=self._shots, wordings=self._wordings)

    def assess(self, pairs: Sequence[tuple[str, str]], domain: str = DOMAIN) -> list[Opinion]:
        """Return one opinion a pair; an unusable answer, or a model without skill, is no knowledge."""
        if self._silent:
            return [Opinion(0.0, 0.0, 1.0, "not asked: no skill measured", self.name) for _ in pairs]
        found = self._gateway.choose_all([self.question(a, b, domain) for a, b in pairs])
        return [self._opinion(c) for c in found]

    def _opinion(self, c: Choice) -> Opinion:
        if not c.valid:
            return Opinion(0.0, 0.0, 1.0, "unusable answer", self._provenance(c.prompt_hash))
        weight = WEIGHT if self.skill is None else self.skill
        yes, no, _ = least_committed(float(c.p[0]))
        return Opinion(
            weight * yes,
            weight * no,
            1.0 - weight * (yes + no),
            f"P(same) = {c.p[0]:.3f} from {c.method}",
            self._provenance(c.prompt_hash),
        )


class ModelJudge(Role):
    """Compares hypotheses; each pair is asked in both orders and the two readings are averaged.

    Parameters
    ----------
    gateway
        The model.
    shots
        Worked examples shown before each question.
    """

    role = "judge"

    def __init__(self, gateway: Gateway | Cascade, *, shots: int = 6) -> None:
        super().__init__(gateway)
        self._shots = shots

    def question(self, question: str, first: str, second: str) -> Closed:
        """Return the closed question as this judge asks it."""
        return preference(question, first, second, shots=self._shots)

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> list[Verdict]:
        """Return one verdict a pair; without skill every verdict is invalid, which is no evidence."""
        if self._silent:
            return [Verdict(0.5, False, "not asked: no skill measured", self.name) for _ in pairs]
        found = self._gateway.choose_all([self.question(question, a.text, b.text) for a, b in pairs])
        return [self._verdict(c) for c in found]

    def _verdict(self, c: Choice) -> Verdict:
        provenance = self._provenance(c.prompt_hash)
        if not c.valid:
            return Verdict(0.5, False, "unusable answer", provenance)
        trust = 1.0 if self.skill is None else self.skill
        p = 0.5 + trust * (float(c.p[0]) - 0.5)
        orders = " and ".join(f"{row[0]:.3f}" for row in c.readings)
        return Verdict(p, True, f"P(first) = {orders} from {c.method}", provenance, orders=len(c.readings))


class ModelExtractor(Role):
    """Finds keywords; what does not stand in the text word for word is dropped."""

    role = "extractor"

    def extract(self, publication: Publication) -> list[Mention]:
        """Return mentions in the order of the answer."""
        text = "\n".join([publication.title, publication.abstract, *publication.passages])
        answer = self._gateway.ask(self._question(_Keywords, "extract", text=text))
        if answer.value is None:
            return []
        return [
            Mention(k.keyword, k.kind, k.sentence)
            for k in answer.value.keywords
            if k.keyword and k.sentence and k.sentence in text and k.keyword.lower() in k.sentence.lower()
        ]

    def relate(self, publication: Publication) -> list[Related]:
        """Return relations in the order of the answer, without those that do not stand there."""
        text = "\n".join([publication.title, publication.abstract, *publication.passages])
        kinds = ", ".join(RELATION_KINDS)
        answer = self._gateway.ask(self._question(_Relations, "extract_relations", text=text, kinds=kinds))
        found = answer.value.relations if answer.value else []
        rows = [Related(r.first, r.relation, r.second, r.sentence) for r in found]
        return [row for row in rows if stands_there(row, publication)]


class ModelOptionScorer(Role):
    """Scores the options of a parameter, one question an option; discounted by the skill at proposing."""

    role = "option scorer"
    measured_as = "proposer"

    def utilities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return scores from 0 to 10, shape ``(len(options),)``.

        Unusable answers get the others' mean; scores shrink towards their mean by the skill, and without
        skill are all alike, which is no knowledge.
        """
        if self._silent:
            return np.zeros(len(options))
        answers = self._gateway.ask_all(
            [
                self._question(
                    _Utility, "options", goal=goal, parameter=parameter, option=o, options="\n".join(options)
                )
                for o in options
            ]
        )
        scores = np.array([np.nan if a.value is None else a.value.score for a in answers])
        known = scores[~np.isnan(scores)]
        if not len(known):
            return np.zeros(len(options))
        filled = np.where(np.isnan(scores), known.mean(), scores)
        trust = 1.0 if self.skill is None else self.skill
        return np.asarray(filled.mean() + trust * (filled - filled.mean()))

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return 1 − |difference of scores| / range: options that are expected to do alike are alike."""
        scores = self.utilities(goal, parameter, options)
        spread = float(np.ptp(scores)) if len(scores) else 0.0
        if spread == 0.0:
            return np.eye(len(options))
        return np.asarray(1.0 - np.abs(scores[:, None] - scores[None, :]) / spread)

"""The sources of judgement over a language model: one structured call for each thing asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from hypograph.agents.gateway.gateway import Gateway, Question
from hypograph.agents.prompts import render, template
from hypograph.models.protocols import Candidate, Mention, Opinion, Verdict
from hypograph.models.records import Publication

# Mass of one answer: a = 1/(3·5), the value the authors of arXiv 2502.14631 give each of five domains.
WEIGHT = 1 / 15


class _Substitutability(BaseModel):
    has_knowledge: bool
    substitutability: Literal["high", "medium", "low"]


class _Preference(BaseModel):
    probability_a: float = Field(ge=0, le=1)


class _Proposals(BaseModel):
    proposals: list[str] = Field(max_length=20)


class _Keyword(BaseModel):
    keyword: str
    kind: Literal["material", "process", "property", "phrase"]
    sentence: str


class _Keywords(BaseModel):
    keywords: list[_Keyword] = Field(max_length=10)


class _Utility(BaseModel):
    score: float = Field(ge=0, le=10)


class _Role:
    """A gateway with a role; its name holds the model's fingerprint, so that units are keyed by it."""

    role = ""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.name = f"{self.role} {gateway.config.model} {gateway.config.fingerprint}"

    def _question(self, schema: type[BaseModel], name: str, sample: int = 0, **values: str) -> Question:
        return Question(
            self.role, template("system").template.strip(), render(name, **values), schema, sample
        )

    def _provenance(self, prompt_hash: str) -> str:
        return f"{self._gateway.config.model}, prompt {prompt_hash}"


class ModelExpert(_Role):
    """Judges pairs of elements as in arXiv 2502.14631 (Q1 knowledge, Q2 high/medium/low)."""

    role = "expert"

    def assess(self, pairs: Sequence[tuple[str, str]], domain: str = "materials science") -> list[Opinion]:
        """Return one opinion a pair; an unusable answer is no knowledge."""
        questions = [
            self._question(_Substitutability, "expert", first=a, second=b, domain=domain) for a, b in pairs
        ]
        return [
            _opinion(answer.value, answer.text, self._provenance(answer.prompt_hash))
            for answer in self._gateway.ask_all(questions)
        ]


def _opinion(value: _Substitutability | None, text: str, provenance: str) -> Opinion:
    if value is None or not value.has_knowledge:
        return Opinion(0.0, 0.0, 1.0, text, provenance)
    similar = {"high": WEIGHT, "medium": WEIGHT / 2, "low": 0.0}[value.substitutability]
    dissimilar = {"high": 0.0, "medium": WEIGHT / 2, "low": WEIGHT}[value.substitutability]
    return Opinion(similar, dissimilar, 1.0 - similar - dissimilar, text, provenance)


class ModelJudge(_Role):
    """Compares hypotheses; each pair is asked in both orders and the two readings are averaged."""

    role = "judge"

    def prefer(self, question: str, pairs: Sequence[tuple[Candidate, Candidate]]) -> list[Verdict]:
        """Return one verdict a pair."""
        orders = [pair for a, b in pairs for pair in ((a, b), (b, a))]
        answers = self._gateway.ask_all(
            [
                self._question(_Preference, "judge", question=question, first=a.text, second=b.text)
                for a, b in orders
            ]
        )
        return [self._verdict(answers[i], answers[i + 1]) for i in range(0, len(answers), 2)]

    def _verdict(self, forward: Any, backward: Any) -> Verdict:
        readings = []
        if forward.value is not None:
            readings.append(forward.value.probability_a)
        if backward.value is not None:
            readings.append(1.0 - backward.value.probability_a)
        text, provenance = f"{forward.text} / {backward.text}", self._provenance(forward.prompt_hash)
        if not readings:
            return Verdict(0.5, False, text, provenance)
        return Verdict(float(np.mean(readings)), True, text, provenance)


class ModelProposer(_Role):
    """Proposes values for one open detail."""

    role = "proposer"

    def propose(
        self,
        question: str,
        context: Mapping[str, Any],
        options: Sequence[str],
        n: int,
        rng: np.random.Generator,
    ) -> list[str]:
        """Return up to `n` proposals; with options given, whatever is none of them is dropped."""
        answer = self._gateway.ask(
            self._question(
                _Proposals,
                "propose",
                sample=int(rng.integers(1 << 30)),
                question=question,
                context="\n".join(f"{k}: {v}" for k, v in context.items()),
                options="\n".join(options),
                n=str(n),
            )
        )
        if answer.value is None:
            return []
        found = dict.fromkeys(p.strip() for p in answer.value.proposals if p.strip())
        return [p for p in found if not options or p in set(options)][:n]


class ModelExtractor(_Role):
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
            if k.sentence and k.sentence in text and k.keyword.lower() in k.sentence.lower()
        ]


class ModelOptionScorer(_Role):
    """Scores the options of a parameter, one question an option."""

    role = "option scorer"

    def utilities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return scores from 0 to 10, shape ``(len(options),)``; unusable answers get the others' mean."""
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
        return np.where(np.isnan(scores), known.mean() if len(known) else 0.0, scores)

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return 1 - |difference of scores| / range: options that are expected to do alike are alike."""
        scores = self.utilities(goal, parameter, options)
        spread = float(np.ptp(scores))
        if spread == 0.0:
            return np.eye(len(options))
        return np.asarray(1.0 - np.abs(scores[:, None] - scores[None, :]) / spread)

"""The rater of a parameter's options over a language model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from pydantic import BaseModel, Field, create_model

from hypograph.agents.gateway.questions import Question
from hypograph.agents.prompts import write
from hypograph.agents.roles.judgement import Role

ROOM = 1_500  # tokens for the comparison and one rating an option


class _Utility(BaseModel):
    score: float = Field(ge=0, le=10)


class _Rating(BaseModel):
    number: int
    rating: float = Field(ge=0, le=10)


@lru_cache(maxsize=64)
def _ratings(n: int) -> type[BaseModel]:
    return create_model(
        "Ratings",
        comparison=(str, ...),
        ratings=(list[_Rating], Field(json_schema_extra={"minItems": n, "maxItems": n})),
    )


class ModelOptionScorer(Role):
    """Rates the options of a parameter, discounted by the skill at proposing.

    A model with room compares all options in one answer and sees the results so far; a small one is asked for one
    option at a time.
    """

    role = "option scorer"
    measured_as = "proposer"

    @property
    def reads_results(self) -> bool:
        """Whether results change what it says: a small model is not shown any."""
        return self._gateway.config.size == "full"

    def utilities(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str] = ()) -> np.ndarray:
        """Return scores from 0 to 10, shape ``(len(options),)``.

        Options without a usable score get the others' mean; scores shrink towards their mean by the skill, and without
        skill are all alike, which is no knowledge.
        """
        if self._silent:
            return np.zeros(len(options))
        full = self._gateway.config.size == "full"
        scores = (self._together if full else self._one_by_one)(goal, parameter, options, results)
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

    def _together(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str]) -> np.ndarray:
        text = write("options_full", goal=goal, parameter=parameter, options=list(options), results=list(results))
        answer = self._gateway.ask(
            Question(self.role, self._system, text, _ratings(len(options)), max_tokens=ROOM + 20 * len(options))
        )
        scores = np.full(len(options), np.nan)
        for row in answer.value.ratings if answer.value is not None else []:
            if 1 <= row.number <= len(options):
                scores[row.number - 1] = row.rating
        return scores

    def _one_by_one(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str]) -> np.ndarray:
        values = {"goal": goal, "parameter": parameter, "options": "\n".join(options)}
        answers = self._gateway.ask_all([self._question(_Utility, "options", option=o, **values) for o in options])
        return np.array([np.nan if a.value is None else a.value.score for a in answers])

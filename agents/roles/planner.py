"""A language model that plans experiments: whole points of a space, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from hypograph.agents.gateway.questions import Question
from hypograph.agents.prompts import data, render, template
from hypograph.agents.roles.judgement import Role
from hypograph.models.core.protocols import Planned

MOST_ENUMERATED = 400  # options in all that a schema may name; above it they stand in the prompt only
LONGEST_REASON = 200


class ModelPlanner(Role):
    """Plans experiments in one structured answer; discounted by the skill that was measured at proposing.

    A model that was measured to know nothing is not asked: it plans nothing, and whoever asked draws at random.
    """

    role = "planner"
    measured_as = "proposer"

    def plan(
        self,
        goal: str,
        options: Mapping[str, Sequence[str]],
        history: Sequence[str],
        n: int,
        rng: np.random.Generator,
        temperature: float | None = None,
        names: Mapping[str, Mapping[str, str]] | None = None,
    ) -> list[Planned]:
        """Return up to `n` plans in the order of the answer; values that are no options are left out by the schema."""
        if self._silent:
            return []
        schema = _schema(tuple((data(k, 200), tuple(v)) for k, v in options.items()), n)
        shown = "\n".join(_listed(name, values, (names or {}).get(name)) for name, values in options.items())
        # The part that stays the same comes first, so that a server may keep it.
        user = render("plan", goal=goal, options=shown, history="\n".join(history) or "none yet", n=str(n))
        sample = int(rng.integers(1, 1 << 30))
        question = Question(self.role, template("system").template.strip(), user, schema, sample, temperature)
        answer = self._gateway.ask(question)
        if answer.value is None:
            return []
        return [
            Planned({name: str(getattr(p, f"p{i}")) for i, name in enumerate(options)}, data(p.reason, LONGEST_REASON))
            for p in answer.value.plans
        ][:n]


def _listed(name: str, values: Sequence[str], names: Mapping[str, str] | None) -> str:
    if names is None:
        return f"{name}: {' | '.join(values)}"
    return f"{name} (by number): {' | '.join(f'{v} = {names[v]}' for v in values)}"


@lru_cache(maxsize=64)
def _schema(options: tuple[tuple[str, tuple[str, ...]], ...], n: int) -> type[BaseModel]:
    """Make the answer's schema: each value one of its options where a schema can hold them all."""
    few = sum(len(values) for _, values in options) <= MOST_ENUMERATED
    reason = Annotated[str, WithJsonSchema({"type": "string", "maxLength": LONGEST_REASON})]
    fields: dict[str, Any] = {"reason": (reason, ...)}
    for i, (name, values) in enumerate(options):
        kind = Literal[values] if few else str
        fields[f"p{i}"] = (kind, Field(alias=name))
    plan = create_model("Plan", __config__=ConfigDict(populate_by_name=True), **fields)
    kept = Annotated[list[plan], BeforeValidator(lambda v: v[:n] if isinstance(v, list) else v)]  # type: ignore[valid-type]
    return create_model("Plans", plans=(kept, Field(min_length=1, json_schema_extra={"maxItems": n})))

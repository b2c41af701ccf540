"""A language model that plans experiments: whole points of a space, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from hypograph.agents.gateway.questions import Question
from hypograph.agents.prompts import data, one_line, render, write
from hypograph.agents.roles.judgement import Role
from hypograph.models.core.protocols import NO_PLANNING_CONTEXT, Planned, PlanningContext

MOST_ENUMERATED = 400  # options in all that a schema may name; above it they stand in the prompt only
LONGEST_REASON = 400
ROOM, ROOM_PLAN = 200, 150  # tokens of an answer, and of each plan in it


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
        context: PlanningContext = NO_PLANNING_CONTEXT,
    ) -> list[Planned]:
        """Return up to `n` plans in the order of the answer; values that are no options are left out by the schema."""
        if self._silent:
            return []
        schema = _schema(tuple((data(k, 200), tuple(v)) for k, v in options.items()), n)
        full = self._gateway.config.size == "full"
        user = (_full if full else _compact)(goal, options, names or {}, history, n, context)
        sample = int(rng.integers(1, 1 << 30))
        room = ROOM + n * (ROOM_PLAN + 12 * len(options)) if full else None
        question = Question(self.role, self._system, user, schema, sample, temperature, room)
        answer = self._gateway.ask(question)
        if answer.value is None:
            return []
        return [
            Planned({name: str(getattr(p, f"p{i}")) for i, name in enumerate(options)}, data(p.reason, LONGEST_REASON))
            for p in answer.value.plans
        ][:n]


def _compact(
    goal: str,
    options: Mapping[str, Sequence[str]],
    names: Mapping[str, Mapping[str, str]],
    history: Sequence[str],
    n: int,
    context: PlanningContext,
) -> str:
    """Write the prompt of a small model; the part that stays the same comes first, so that a server may keep it."""
    shown = "\n".join(f"{_label(k, names)}: {_options(v, names.get(k))}" for k, v in options.items())
    return render("plan", goal=goal, options=shown, history="\n".join(history) or "none yet", n=str(n))


def _full(
    goal: str,
    options: Mapping[str, Sequence[str]],
    names: Mapping[str, Mapping[str, str]],
    history: Sequence[str],
    n: int,
    context: PlanningContext,
) -> str:
    """Write the prompt of a model with room: what is done, units, the best, expectations and passages as well."""
    listed = [(_label(k, names), _options(v, names.get(k))) for k, v in options.items()]
    told: dict[str, object] = {f.name: getattr(context, f.name) for f in fields(context)}
    told["left"] = context.left or 0
    told["units"] = {_label(k, names): context.units.get(k, "") for k in options} if any(context.units.values()) else {}
    told["predicted"] = [(point, f"{mean:.4g}", f"{sd:.2g}") for point, mean, sd in context.predicted]
    told["passages"] = [(source, one_line(text)) for source, text in context.passages]
    return write(
        "plan_full", goal=goal, parameters=listed, history="\n".join(history) or "none yet", n=n, **told
    )  # fmt: skip


def _label(name: str, names: Mapping[str, Mapping[str, str]]) -> str:
    return f"{name} (by number)" if name in names else name


def _options(values: Sequence[str], names: Mapping[str, str] | None) -> str:
    return " | ".join(values if names is None else (f"{v} = {names[v]}" for v in values))


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

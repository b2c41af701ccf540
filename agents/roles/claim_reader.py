"""Reads what papers say of the phases of alloys over a language model; code checks every claim against the text."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.roles.judgement import Role
from hypograph.models.core.records import Publication
from hypograph.models.evidence.alloys.phases import Label
from hypograph.models.evidence.alloys.state import STATES, states_in
from hypograph.models.literature.claims.claim import Claim, composition_of, distinct, stands_there
from hypograph.models.literature.claims.patterns import read_claims
from hypograph.models.literature.claims.phrases import named, speaks_of_phases
from hypograph.models.literature.claims.scoring import Marked, Reading, compare
from hypograph.models.literature.inspiration.passages import gives_orders
from hypograph.models.literature.keywords.extraction import pieces

MOST = 12  # claims of one publication
SINGLE, SEVERAL = "single-phase", "several phases"


def _first(value: Any) -> Any:
    return value[:MOST] if isinstance(value, list) else value


class _Claim(BaseModel):
    alloy: str
    outcome: Literal["single-phase", "several phases"]
    phases: list[str] = Field(max_length=8)
    state: str
    sentence: str


class _Claims(BaseModel):
    claims: Annotated[list[_Claim], BeforeValidator(_first)] = Field(max_length=MOST)


class ModelClaimReader(Role):
    """Reads claims; what does not stand in the text, or names no phase, is dropped.

    A text that gives orders is not shown to the model. A model that was measured to read nothing right is not asked.
    """

    role = "claim reader"

    def claims(self, publication: Publication) -> list[Claim]:
        """Return the claims of a publication that pass every check."""
        text = "\n".join(pieces(publication))
        if self._silent or not text or gives_orders(text):
            return []
        asked = self._question(_Claims, "extract_claims", text=text[: self._longest], states=", ".join(STATES))
        answer = self._gateway.ask(asked).value
        return distinct(
            [c for row in (answer.claims if answer else ()) if (c := self._checked(row, publication, text))]
        )

    def _checked(self, row: _Claim, publication: Publication, text: str) -> Claim | None:
        composition = composition_of(row.alloy)
        if composition is None or not speaks_of_phases(row.sentence):
            return None
        label: Label = "single" if row.outcome == SINGLE else "multi"
        alone = read_claims(Publication("", abstract=row.sentence))
        if any(c.composition == composition and c.label != label for c in alone):
            return None  # patterns read the sentence the other way round
        phases = named(row.sentence)
        claim = Claim(
            row.alloy,
            composition,
            tuple(p for p in phases if any(p in named(told) for told in row.phases)),
            label,
            row.state if row.state in states_in(text) else "",
            None,
            row.sentence,
            publication.doi or publication.key,
            self._gateway.config.model,
            1.0 if self.skill is None else self.skill,
        )
        return claim if stands_there(claim, publication) else None


@cache
def claim_battery() -> tuple[tuple[str, tuple[Marked, ...]], ...]:
    """Read the sentences written for this purpose, each with its claims."""
    text = (resources.files("hypograph.agents.batteries") / "claims.toml").read_text("utf-8")
    return tuple((e["text"], tuple(Marked(*c) for c in e["claims"])) for e in tomllib.loads(text)["entry"])


def measure_claim_reader(gateway: Gateway | Cascade, battery: Sequence[tuple[str, tuple[Marked, ...]]]) -> Reading:
    """Let a model read the battery, and keep its skill: the lower end of the share of its claims that are right."""
    reader = ModelClaimReader(gateway)
    reader.skill = None
    total = Reading()
    for i, (text, marked) in enumerate(battery):
        total += compare(reader.claims(Publication(f"battery:{i}", abstract=text)), marked)
    gateway.keep_skill(ModelClaimReader.role, total.skill, {"name": "claims", **total.document()})
    return total

"""From hypothesis to experiment and back, in memory."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from hypograph.graph.campaigns.outcomes import observed, weighed
from hypograph.models.campaigns.laboratory.definition import Definition
from hypograph.models.core.errors import InputError
from hypograph.models.hypotheses.campaign_space import space_toml
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.outcomes import combined


def document_of(given: Mapping[str, object] | HypothesisDocument) -> HypothesisDocument:
    """Return the hypothesis of a search's document, or of its fields.

    Raises
    ------
    InputError
        If the fields are not those of a hypothesis.
    """
    if isinstance(given, HypothesisDocument):
        return given
    try:
        return HypothesisDocument.model_validate(given.get("document") or given)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"this is no hypothesis: {first['msg'].lower()}",
            where=".".join(str(part) for part in first["loc"]),
            expected="the document of `search_hypothesis`, or a HypothesisDocument",
        ) from error


def definition_testing(document: HypothesisDocument, noise: float | None) -> dict[str, object]:
    """Return the definition of a campaign that tests a hypothesis.

    Raises
    ------
    InputError
        If it predicts no quantity, or leaves nothing for an experiment to vary.
    """
    space = space_toml(document)
    if space is None:
        raise InputError(
            "it leaves nothing for an experiment to vary",
            where=document.statement[:80],
            expected="a hypothesis that predicts a quantity and names controls, ranges or alternatives",
        )
    record = {"name": "test", **tomllib.loads(space)}
    if noise is not None:
        record["objectives"] = [{**o, "noise": noise} for o in record["objectives"]]
    return record


def standing(
    document: HypothesisDocument, definition: Definition, events: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """Return what results make of a prediction: what was observed, belief, plausibility and state."""
    found = None
    if document.prediction is not None:
        found = weighed(document.prediction, definition, [dict(e) for e in events])
    told = combined([] if found is None else [found])
    return {
        "prediction": str(document.prediction),
        "observed": None if found is None else observed(found),
        "belief": round(told.belief, 6),
        "plausibility": round(told.plausibility, 6),
        "state": told.state,
    }

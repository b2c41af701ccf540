"""What is chosen on the comparison page, all of it in the address.

Groups, what joins them, replicates that are left out, the scale, the threshold, what the others are compared
with, which replicate is shown step by step.
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import QueryParams

from hypograph.models.core.errors import InputError

MOST_GROUPS = 20


class Choice(BaseModel):
    """What is compared, and how."""

    group: Annotated[list[str], Field(max_length=MOST_GROUPS, description="Groups of replicates, as listed.")] = []
    without: Annotated[list[str], Field(max_length=2000, description="Replicates to leave out, by id.")] = []
    by: Annotated[Literal["group", "method", "table"], Field(description="What joins groups into one line.")] = "group"
    scale: Annotated[Literal["percent", "value"], Field(description="Percent of the table's maximum, or outcomes.")] = (
        "percent"
    )
    axis: Annotated[Literal["linear", "log"], Field(description="Axis of the best so far and of the regret.")] = (
        "linear"
    )
    threshold: Annotated[
        float | None, Field(allow_inf_nan=False, description="What has to be reached, on that scale.")
    ] = None
    against: Annotated[str, Field(max_length=400, description="The line that the others are compared with.")] = ""
    replicate: Annotated[int, Field(ge=1, le=10_000, description="The replicate that is shown step by step.")] = 1

    def query(self, **other: object) -> str:
        """Return the address's query, with some of it changed."""
        found = {k: v for k, v in (self.model_dump() | other).items() if v != type(self).model_fields[k].default}
        return urlencode({k: v for k, v in found.items() if v not in (None, [], "")}, doseq=True)


def chosen(parameters: QueryParams) -> Choice:
    """Read a choice from a page's address; an empty field counts as not given.

    Raises
    ------
    InputError
        In one sentence, naming the field.
    """
    given: dict[str, object] = {k: v for k, v in parameters.items() if v != "" and k not in {"group", "without"}}
    given |= {k: list(dict.fromkeys(parameters.getlist(k))) for k in ("group", "without")}
    try:
        return Choice.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InputError(first["msg"][0].lower() + first["msg"][1:], where=str(first["loc"][0])) from error

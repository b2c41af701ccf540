"""From a hypothesis to a campaign of the laboratory that tests it."""

from __future__ import annotations

import re
from pathlib import Path as Folder
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from hypograph.graph import GraphStore
from hypograph.graph.campaigns import folder as folders
from hypograph.graph.campaigns.outcomes import begin_test, definition_for, hypothesis_of
from hypograph.models.campaigns.optimizers.registry import self_sufficient
from hypograph.models.core.errors import InputError, SettingError
from hypograph.ui.pages.campaigns.laboratory_routes import REFUSALS

router = APIRouter()
Id = Annotated[str, Path(max_length=200, description="The hypothesis.")]
Name = Annotated[str, Form(max_length=80, description="Name of the campaign and of its folder.")]


def _offered(method: str) -> str:
    if method not in (offered := self_sufficient()):
        raise ValueError(f"no such method; one of {', '.join(offered)}")
    return method


Method = Annotated[str, AfterValidator(_offered), Form(max_length=80, description="A method that needs no model.")]


def begin(store: GraphStore, home: Folder | None, hypothesis: str, name: str, method: str) -> str:
    """Begin a campaign over the space of a hypothesis and return its id.

    Parameters
    ----------
    store
        The graph; the campaign is kept there too, as one that tests the hypothesis.
    home
        Folder that holds the laboratory's campaigns.
    hypothesis
        Id of a hypothesis that leaves something to vary.
    name
        Name of the campaign; its folder is named after it.
    method
        Of the methods that need no source of knowledge.

    Raises
    ------
    InputError
        If there is no such hypothesis, it has no space, the name has no letter or digit, or is taken.
    SettingError
        If these pages were not told where campaigns are kept.
    """
    if home is None:
        raise SettingError("no folder for campaigns is set", hint="Start the pages with `hypograph ui`.")
    definition = definition_for(hypothesis_of(store, hypothesis))
    folder = re.sub(r"[^\w-]+", "-", name.strip()).strip("-_")[:60]
    if not folder:
        raise InputError("the campaign has no name", where="name", expected="letters or digits")
    record = definition | {"name": name.strip(), "method": method}
    campaign = folders.create(home / folder, record)
    folders.keep(store, campaign)
    begin_test(store, campaign.definition.id, hypothesis)
    return campaign.definition.id


@router.post("/hypotheses/{key}/campaign", include_in_schema=False)
def by_form(request: Request, key: Id, name: Name, method: Method = "bo") -> Response:
    """Begin the campaign and show it."""
    state = request.app.state
    return RedirectResponse(f"/campaigns/{begin(state.store, state.config.campaigns, key, name, method)}", 303)


@router.post(
    "/api/v1/hypotheses/{key}/campaign", summary="Begin a campaign that tests it", tags=["changes"], responses=REFUSALS
)
def by_request(request: Request, key: Id, name: Name, method: Method = "bo") -> dict[str, object]:
    """Begin a campaign over the space of the hypothesis and return its id."""
    state = request.app.state
    return {"campaign": begin(state.store, state.config.campaigns, key, name, method)}

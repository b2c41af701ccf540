"""What `hypograph doctor` finds of the language models: whether they answer, in which way they are asked, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.documents.system import AskedModelState, ModelState, OtherModel
from hypograph.models.core.errors import HypographError

if TYPE_CHECKING:
    from hypograph.agents import ModelConfig


def model_state(settings: Settings) -> ModelState | None:
    """Return the entry `llm` of the doctor's document; None where no model is configured.

    Returns
    -------
    dict or None
        ``model``, ``base_url``, ``error`` (one sentence with the server's own reason), ``notes`` (sentences: what was
        refused, and what is done instead), ``capabilities``, ``thinks``, and ``roles``: for each role its model, how
        it is asked (letters, reasoned or silent), the measured skill, and why.
    """
    row: ModelState = {
        "model": settings.llm_model,
        "base_url": settings.llm_base_url,
        "error": None,
        "notes": [],
        "capabilities": None,
        "roles": [],
    }
    try:
        from hypograph.flows.runtime.named_models import default_model, named_models

        config = default_model(settings)
        others = {name: m for name, m in named_models(settings).items() if name != "default"}
        if config is None and not others:
            return _local(settings)
        if config is None:
            config = next(iter(others.values()))
        row["model"], row["base_url"] = config.model, config.address
        found = _asked(settings, config)
        row["capabilities"], row["thinks"] = found["capabilities"], found["thinks"]
        row["notes"], row["roles"] = found["notes"], found["roles"]
        row["others"] = [_other(settings, m) for m in others.values() if m is not config]
        row["error"] = next((f"{o['name']}: {o['error']}" for o in row["others"] if o["error"]), None)
    except HypographError as error:
        row["error"] = str(error)
    return row


def _asked(settings: Settings, config: ModelConfig) -> AskedModelState:
    from hypograph.agents import connect
    from hypograph.agents.roles.modes import modes

    gateway = connect(config, cache_folder=settings.home / "llm-cache")
    able = gateway.capabilities()
    return {
        "capabilities": able.as_dict(),
        "thinks": able.thinks,
        "notes": gateway.notes,
        "roles": [m.as_dict() for m in modes(gateway)],
    }


def _other(settings: Settings, config: ModelConfig) -> OtherModel:
    """State of a named model beside the default one."""
    try:
        found = _asked(settings, config)
        return {
            "name": config.name,
            "model": config.model,
            "error": None,
            "notes": found["notes"],
            "roles": found["roles"],
            "capabilities": found["capabilities"],
            "thinks": found["thinks"],
        }
    except HypographError as error:
        return {"name": config.name, "model": config.model, "error": str(error), "notes": [], "roles": []}


def _local(settings: Settings) -> ModelState | None:
    """State of the local model, None where it was neither chosen nor fetched."""
    from hypograph.agents.local.server import fetched_model

    chosen = settings.llm_local or settings.llm_local_path is not None
    path = settings.llm_local_path or fetched_model(settings.home)
    if not chosen:
        return None
    missing = path is None or not path.is_file()
    return {
        "model": str(path or "local"),
        "base_url": None,
        "error": "the local model was chosen but is not there: run `hypograph model fetch`" if missing else None,
        "notes": [],
        "capabilities": None,
        "roles": [],
    }

"""`hypograph doctor`: what is installed, configured and reachable."""

from __future__ import annotations

from typing import Annotated

import typer

from hypograph.flows.cli.common import JsonFlag, emit, table
from hypograph.models.core.documents.system import Doctor, ModelState
from hypograph.models.core.errors import HypographError

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command("doctor", help="Say what is installed, configured and reachable. Exits 1 if something is not in order.")
def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Exercise each dependency end to end.")] = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.doctor import examine

    document = examine(load_settings(), deep=deep)
    emit(document, as_json, _text(document))
    if not document["ok"]:
        raise typer.Exit(HypographError.exit_code)


def _text(document: Doctor) -> str:
    store, llm, prefect = document["store"], document["llm"], document["prefect"]
    rows = [
        ("python", document["python"], ""),
        *[(f"package {n}", v or "missing", "") for n, v in document["packages"].items()],
        (
            "store",
            f"{store['kind']} {store['uri'] or ''}",
            store["error"] or ("reachable" if store["reachable"] else "starts on demand"),
        ),
        ("language model", llm["model"] if llm else "none (runs are knowledge-free)", _llm_state(llm)),
        (
            "prefect",
            prefect["api"] or "temporary server a run",
            prefect["error"] or ("reachable" if prefect["reachable"] else ""),
        ),
        (
            "data",
            str(document["data"]["folder"] or "not supplied"),
            f"{document['data']['present']} of {document['data']['locked']} sets",
        ),
    ]
    settings = [(s["name"], "–" if s["value"] is None else s["value"], s["from"]) for s in document["settings"]]
    parts = [table(("what", "which", "state"), rows), *_llm_parts(llm), table(("setting", "value", "from"), settings)]
    if checks := document.get("deep"):
        parts.append(
            table(
                ("check", "ok", "seconds", "detail"),
                [(c["name"], c["ok"], c["seconds"], c["detail"]) for c in checks],
            )
        )
    parts.append("everything is in order" if document["ok"] else "something is not in order: see the states above")
    return "\n\n".join(parts)


def _llm_state(llm: ModelState | None) -> str:
    if llm is None:
        return ""
    if llm["error"]:
        return str(llm["error"])
    able = llm.get("capabilities") or {}
    return "reachable; " + ", ".join(f"{k}: {'yes' if v else 'no'}" for k, v in able.items())


def _llm_parts(llm: ModelState | None) -> list[str]:
    """Notes on the endpoint, and how each role is asked."""
    if llm is None:
        return []
    rows = [(r["role"], r["model"], r["mode"], r["skill"], r["why"]) for r in llm.get("roles") or []]
    parts = [table(("role", "model", "asked", "skill", "why"), rows)] if rows else []
    return [*parts, *(["\n".join(llm["notes"])] if llm["notes"] else [])]

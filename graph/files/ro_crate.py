"""A run as an RO-Crate: what went in, what did the work, what came out, with its provenance in PROV.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) after the profile Process Run Crate 0.5; `prov.json` says the same, unit by
unit, in the terms of PROV-O (https://www.w3.org/TR/prov-o/).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import hypograph
from hypograph.graph.files.backup import backup, write_whole
from hypograph.graph.queries import operations
from hypograph.graph.store.store import GraphStore, now
from hypograph.models.core.errors import DiskError, InputError

CRATE: Final = "https://w3id.org/ro/crate/1.1"
PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
SOFTWARE: Final = "#hypograph"
SCHEMA_ORG: Final = "http://schema.org/"
STATES: Final = {
    "completed": "CompletedActionStatus",
    "failed": "FailedActionStatus",
    "interrupted": "FailedActionStatus",
    "running": "ActiveActionStatus",
}
FILES: Final = ("papers", "alloys", "table")


def write_crate(store: GraphStore, run: str, folder: Path, *, with_graph: bool = True) -> dict[str, Any]:
    """Write a crate of a run into a new or empty folder.

    Parameters
    ----------
    store
        The graph that the run wrote to.
    run
        Its id, or the first six characters or more of it; ``latest`` for the last one that ended well.
    folder
        Where the crate goes: `ro-crate-metadata.json`, `run.json` (parameters and results), `prov.json`, copies of the
        files that the run read, and the graph as a backup.
    with_graph
        Include the whole graph, as it is now.

    Returns
    -------
    dict
        `path`, `run`, `files` (names) and `units` of the run.

    Raises
    ------
    InputError
        If there is no such run, more than one, or the folder is not empty.
    DiskError
        If the folder cannot be written.
    """
    found = store.read(operations.LATEST_RUN) if run == "latest" else store.read(operations.RUN, id=run)
    if len(found) != 1:
        how = "no such run" if not found else "more than one run begins so"
        raise InputError(how, where=run, expected="the id of a run, as `hypograph demo --json` and the page show it")
    row = found[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError("the folder is not empty", where=str(folder), expected="a new folder")
    except OSError as error:
        raise DiskError(f"cannot be made ({error.strerror})", where=str(folder)) from error
    props, settings = row["props"], json.loads(row["props"].get("settings") or "{}")
    summary = json.loads(props.get("summary") or "null")
    units = store.read(operations.UNITS_OF_RUN, run=row["id"])
    inputs = _copies(folder, settings)
    _json(folder / "run.json", {"run": row["id"], "flow": props.get("flow"), "settings": settings, "results": summary})
    results = {"run.json": "Parameters and results of the run", "prov.json": "Provenance, unit by unit, in PROV-O"}
    if with_graph:
        backup(store, folder / "graph.jsonl.gz")
        results["graph.jsonl.gz"] = "The graph as it was when the crate was made (hypograph graph restore reads it)"
    ended = props.get("finished_at") or now()
    models = store.read(operations.CALLS_BETWEEN, since=props["started_at"], until=ended)
    _json(folder / "prov.json", _prov(row["id"], props, inputs, units, models))
    files = {name: _file(folder, name, text) for name, text in {**inputs, **results}.items()}
    action = _action(row["id"], props, list(inputs), list(results), models)
    _json(folder / "ro-crate-metadata.json", _metadata(row["id"], props, files, action, models))
    return {"path": str(folder), "run": row["id"], "files": sorted(files), "units": len(units)}


def _copies(folder: Path, settings: Mapping[str, Any]) -> dict[str, str]:
    """Copy the files that the run was given and that are still there."""
    copied = {}
    for name in FILES:
        if settings.get(name) and (path := Path(settings[name])).is_file():
            kept = f"inputs/{name}{path.suffix}"
            try:
                (folder / "inputs").mkdir(exist_ok=True)
                shutil.copyfile(path, folder / kept)
            except OSError as error:
                raise DiskError(f"cannot be written ({error.strerror})", where=str(folder / kept)) from error
            copied[kept] = f"Given as {name}: {path.name}, as it was when the crate was made"
    return copied


def _file(folder: Path, name: str, text: str) -> dict[str, Any]:
    path = folder / name
    kinds = {".json": "application/json", ".gz": "application/gzip", ".csv": "text/csv", ".jsonl": "application/jsonl"}
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "description": text,
        "contentSize": str(path.stat().st_size),
        "encodingFormat": kinds.get(path.suffix, "application/octet-stream"),
        "sha256": checksum,
    }


def _action(
    run: str, props: Mapping[str, Any], inputs: list[str], results: list[str], models: list[dict[str, Any]]
) -> dict[str, Any]:
    action = {
        "@id": f"#{run}",
        "@type": "CreateAction",
        "name": f"Run of the flow {props.get('flow', '')}",
        "instrument": _ids([SOFTWARE]) if not models else _ids([SOFTWARE, *(f"#model-{m['model']}" for m in models)]),
        "startTime": props["started_at"],
        "actionStatus": _id(SCHEMA_ORG + STATES.get(props.get("state", ""), "PotentialActionStatus")),
        "object": _ids(inputs),
        "result": _ids(results),
    }
    if props.get("finished_at"):
        action["endTime"] = props["finished_at"]
    if props.get("error"):
        action["error"] = props["error"]
    return action


def _metadata(
    run: str,
    props: Mapping[str, Any],
    files: Mapping[str, dict[str, Any]],
    action: dict[str, Any],
    models: list[dict[str, Any]],
) -> dict[str, Any]:
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"hypograph run {run}",
        "description": f"Inputs, results and provenance of a run of the flow {props.get('flow', '')}.",
        "datePublished": now(),
        "license": "Not stated: the licences of the inputs hold for what was made from them.",
        "conformsTo": _id(PROFILE),
        "hasPart": _ids(list(files)),
        "mentions": _ids([action["@id"]]),
    }
    software = {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "hypograph",
        "softwareVersion": hypograph.__version__,
        "url": "https://pypi.org/project/hypograph/",
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": _id("./"),
        "conformsTo": _id(CRATE),
    }
    profile = {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    asked = [
        {
            "@id": f"#model-{m['model']}",
            "@type": "SoftwareApplication",
            "name": m["model"],
            "softwareVersion": "unknown",
        }
        for m in models
    ]
    # sha256 is no term of RO-Crate 1.1's context.
    context = [f"{CRATE}/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
    return {"@context": context, "@graph": [descriptor, root, profile, software, *asked, action, *files.values()]}


def _prov(
    run: str,
    props: Mapping[str, Any],
    inputs: Mapping[str, str],
    units: list[dict[str, Any]],
    models: list[dict[str, Any]],
) -> dict[str, Any]:
    """The run and its units as activities, files and results of units as entities, programs as agents."""
    agents = [{"@id": SOFTWARE, "@type": "prov:SoftwareAgent", "rdfs:label": f"hypograph {hypograph.__version__}"}]
    agents += [{"@id": f"#model-{m['model']}", "@type": "prov:SoftwareAgent", "rdfs:label": m["model"]} for m in models]
    whole: dict[str, Any] = {
        "@id": f"#{run}",
        "@type": "prov:Activity",
        "rdfs:label": props.get("flow", ""),
        "prov:startedAtTime": _time(props["started_at"]),
        "prov:wasAssociatedWith": _ids([a["@id"] for a in agents]),
        "prov:used": _ids(list(inputs)),
    }
    if props.get("finished_at"):
        whole["prov:endedAtTime"] = _time(props["finished_at"])
    parts: list[dict[str, Any]] = []
    for unit in units:
        name = f"#unit-{unit['key']}"
        parts += [
            {
                "@id": name,
                "@type": "prov:Activity",
                "rdfs:label": unit["kind"],
                "prov:endedAtTime": _time(unit["at"]),
                "prov:wasInformedBy": _id(f"#{run}"),
                "prov:wasAssociatedWith": _id(SOFTWARE),
                "programVersion": unit["code"],
            },
            {"@id": f"#result-{unit['key']}", "@type": "prov:Entity", "prov:wasGeneratedBy": _id(name)},
        ]
    files = [{"@id": name, "@type": "prov:Entity", "rdfs:label": text} for name, text in inputs.items()]
    made = {"@id": "run.json", "@type": "prov:Entity", "prov:wasGeneratedBy": _id(f"#{run}")}
    context = {
        "prov": "http://www.w3.org/ns/prov#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "programVersion": "http://schema.org/softwareVersion",
    }
    return {"@context": context, "@graph": [*agents, whole, *files, made, *parts]}


def _time(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}


def _id(name: str) -> dict[str, str]:
    return {"@id": name}


def _ids(names: list[str]) -> list[dict[str, str]]:
    return [_id(name) for name in names]


def _json(path: Path, document: Any) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    write_whole(path, lambda file: file.writelines([text, "\n"]))

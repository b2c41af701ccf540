"""`hypograph graph`: look after the store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hypograph.flows.cli.common import JsonFlag, emit, table
from hypograph.models.core.errors import InputError, SettingError

SECURE = "bolt+s:// or neo4j+s://"
SCHEMES = frozenset(f"{scheme}{end}" for scheme in ("bolt", "neo4j") for end in ("", "+s", "+ssc"))

if TYPE_CHECKING:
    from hypograph.graph import GraphStore

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def _store() -> AbstractContextManager[GraphStore]:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    return open_store(load_settings().store_config())


@app.command("status", help="Say which server, which schema, and how much it holds.")
def status(as_json: JsonFlag = False) -> None:
    with _store() as store:
        store.ensure_schema()
        counts = store.counts()
        document = {
            "uri": store.uri,
            "server": store.server_version(),
            "schema": store.schema_version(),
            "content_hash": store.content_hash(),
            "counts": counts,
        }
    rows = [(name, count) for name, count in counts.items() if count]
    head = "{server} at {uri}, schema {schema}, content {content_hash:.16}".format(**document)
    emit(document, as_json, table(("what", "count"), rows, head))


@app.command("hash", help="Print the hash of the content: equal graphs have equal hashes, on any server.")
def content_hash(as_json: JsonFlag = False) -> None:
    with _store() as store:
        document = {"content_hash": store.content_hash()}
    emit(document, as_json, document["content_hash"])


@app.command("verify", help="Check the graph against its own rules. Exits 1 if one is broken.")
def verify(as_json: JsonFlag = False) -> None:
    from hypograph.graph.store.integrity import verify as check

    with _store() as store:
        document = check(store)
    text = f"{document['nodes']:,} nodes checked: " + (
        "in order" if document["ok"] else "\n".join(["", *document["problems"]])
    )
    emit(document, as_json, text)
    if not document["ok"]:
        raise typer.Exit(1)


@app.command("backup", help="Write the whole graph to a checksummed file.")
def backup(
    file: Annotated[Path, typer.Argument(help="File to write (gzipped JSON lines).")], as_json: JsonFlag = False
) -> None:
    from hypograph.graph.files.backup import backup as write

    with _store() as store:
        document = write(store, file)
    emit(
        document,
        as_json,
        f"{document['records']:,} records in {document['path']}, content {document['content_hash'][:16]}",
    )


@app.command("restore", help="Read a backup into an empty graph, all of it or nothing.")
def restore(
    file: Annotated[Path, typer.Argument(help="File that `graph backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of what the graph holds, which is kept as a backup.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.files.restore import restore as read

    with _store() as store:
        document = read(store, file, replace=replace)
    text = f"{document['records']:,} records restored, content {document['content_hash'][:16]}"
    if document["before"]:
        text += f"\nthe former graph is in {document['before']}"
    emit(document, as_json, text)


@app.command("clear", help="Take everything out of the graph.")
def clear(
    yes: Annotated[bool, typer.Option("--yes", help="Really: there is no way back but a backup.")] = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.files.restore import clear as empty

    if not yes:
        raise InputError("the graph was not emptied", where="graph clear", hint="Say --yes to empty it.")
    with _store() as store:
        store.ensure_schema()
        document = {"removed": empty(store)}
    emit(document, as_json, f"{document['removed']:,} records removed")


@app.command("export", help="Write the graph for other programs.")
def export(
    path: Annotated[Path, typer.Argument(help="File (graphml, jsonl) or folder (csv) to write.")],
    kind: Annotated[
        Literal["graphml", "csv", "jsonl"],
        typer.Option("--format", help="graphml; csv for `neo4j-admin database import full`; jsonl for `graph import`."),
    ] = "graphml",
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.files import export as exports

    write = {"graphml": exports.export_graphml, "csv": exports.export_csv, "jsonl": exports.export_jsonl}[kind]
    with _store() as store:
        count = write(store, path)
    emit({"path": str(path), "format": kind, "records": count}, as_json, f"{count:,} records in {path}")


@app.command(
    "import", help="Lay the records of a JSON-lines file over the graph; checked whole before anything is written."
)
def import_(
    file: Annotated[Path, typer.Argument(help="What `graph export --format jsonl` or `graph backup` wrote.")],
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.files.import_ import import_jsonl

    with _store() as store:
        document = import_jsonl(store, file)
    emit(document, as_json, f"{document['records']:,} records read, content is now {document['content_hash'][:16]}")


@app.command("crate", help="Write a run as an RO-Crate: inputs, results, provenance.")
def crate(
    run: Annotated[str, typer.Argument(help="Id of the run, or how it begins; `latest` for the last that ended well.")],
    folder: Annotated[Path, typer.Argument(help="New folder for the crate.")],
    graph: Annotated[bool, typer.Option("--graph/--no-graph", help="Include the whole graph as a backup.")] = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.files.ro_crate import write_crate

    with _store() as store:
        document = write_crate(store, run, folder, with_graph=graph)
    emit(document, as_json, f"run {document['run']} in {document['path']}: {', '.join(document['files'])}")


@app.command("clean", help="Take away what aborted runs left, and on request what only older versions wrote.")
def clean(
    superseded: Annotated[
        bool, typer.Option("--superseded", help="Also what older program versions wrote and this one wrote anew.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.runtime.clean import clean as tidy
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.unit_kinds import current_versions

    settings = load_settings()
    with _store() as store:
        store.ensure_schema()
        document = tidy(
            store, settings.home / "units", current=current_versions() if superseded else None, dry_run=dry_run
        )
    rows = [(name, document[name]) for name in ("results", "parts", "locks", "runs")]
    rows += [(f"superseded {name}", count) for name, count in (document["superseded"] or {}).items()]
    head = "would be removed" if dry_run else "removed"
    if document["busy"]:
        head += f"; {document['busy']} units are being worked on, half-written files stay"
    emit(document, as_json, table(("what", "count"), rows, head))


@app.command("migrate", help="Copy the embedded graph to an empty Neo4j server, verified by content hash.")
def migrate(
    to: Annotated[str, typer.Option("--to", help="Bolt address of the server.")],
    username: Annotated[str, typer.Option(help="Its user.")] = "neo4j",
    as_json: JsonFlag = False,
) -> None:
    from urllib.parse import urlsplit

    from hypograph.flows.runtime.settings import load_settings, refuse_plain
    from hypograph.graph import StoreConfig, open_store
    from hypograph.graph.files.backup import copy

    settings = load_settings()
    refuse_plain(to, "--to", secure=SECURE, allowed=settings.plain_network)
    if urlsplit(to).scheme not in SCHEMES or not urlsplit(to).hostname:
        raise InputError("not the address of a Neo4j server", where=f"--to {to}", expected=SECURE)
    if settings.neo4j_password is None:
        raise SettingError(
            "no password for the target", where="NEO4J_PASSWORD", expected="the target server's password"
        )
    secret = settings.neo4j_password.get_secret_value()
    folder = settings.home / "store"
    with (
        open_store(StoreConfig(data_folder=folder)) as source,
        open_store(StoreConfig(data_folder=folder / "migration", uri=to, username=username, password=secret)) as target,
    ):
        document = copy(source, target)
    emit(document, as_json, f"{document['records']:,} records at {to}, content {document['content_hash'][:16]}")

"""`hypograph graph`: look after the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hypograph.flows.cli.common import JsonFlag, emit, table
from hypograph.models.errors import SettingError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def _store() -> Any:
    from hypograph.flows.settings import load_settings
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
    from hypograph.graph.integrity import verify as check

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
    from hypograph.graph.transfer import backup as write

    with _store() as store:
        document = write(store, file)
    emit(
        document,
        as_json,
        f"{document['records']:,} records in {document['path']}, content {document['content_hash'][:16]}",
    )


@app.command("restore", help="Read a backup into an empty graph.")
def restore(
    file: Annotated[Path, typer.Argument(help="File that `graph backup` wrote.")], as_json: JsonFlag = False
) -> None:
    from hypograph.graph.transfer import restore as read

    with _store() as store:
        document = read(store, file)
    emit(document, as_json, f"{document['records']:,} records restored, content {document['content_hash'][:16]}")


@app.command("export", help="Write the graph as GraphML, or as CSV for `neo4j-admin database import full`.")
def export(
    path: Annotated[Path, typer.Argument(help="File (graphml) or folder (csv) to write.")],
    kind: Annotated[Literal["graphml", "csv"], typer.Option("--format", help="graphml or csv.")] = "graphml",
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.transfer import export_csv, export_graphml

    with _store() as store:
        count = export_graphml(store, path) if kind == "graphml" else export_csv(store, path)
    emit({"path": str(path), "format": kind, "records": count}, as_json, f"{count:,} records in {path}")


@app.command("migrate", help="Copy the embedded graph to an empty Neo4j server, verified by content hash.")
def migrate(
    to: Annotated[str, typer.Option("--to", help="Bolt address of the server.")],
    username: Annotated[str, typer.Option(help="Its user.")] = "neo4j",
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.settings import load_settings
    from hypograph.graph import StoreConfig, open_store
    from hypograph.graph.transfer import copy

    settings = load_settings()
    if settings.neo4j_password is None:
        raise SettingError(
            "no password for the target", where="NEO4J_PASSWORD", expected="the target server's password"
        )
    secret = settings.neo4j_password.get_secret_value()
    folder = settings.home / "store"
    with (
        open_store(StoreConfig(data_folder=folder)) as source,
        open_store(StoreConfig(data_folder=folder, uri=to, username=username, password=secret)) as target,
    ):
        document = copy(source, target)
    emit(document, as_json, f"{document['records']:,} records at {to}, content {document['content_hash'][:16]}")

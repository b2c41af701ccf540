"""The graph and its runs as files: the same on every server, checked before they are believed."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.runtime.clean import clean
from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph import FlowRun, GraphStore
from hypograph.graph.files.backup import backup
from hypograph.graph.files.export import export_csv, export_graphml, export_jsonl
from hypograph.graph.files.import_ import import_jsonl
from hypograph.graph.files.ro_crate import write_crate
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError
from hypograph.models.core.records import Edge, ModelCall, Node, Outcome
from tests.conformance.test_graph_store import HOSTILE, clear, sample, unit

START = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def fill(store: GraphStore) -> str:
    """Sample records and hostile ones; returns the content hash."""
    store.commit(sample())
    nodes = [Node("Keyword", t, {"kind": t, "aliases": [t, "second"], "df": n}) for n, t in enumerate(HOSTILE)]
    edges = [Edge("CO_OCCURS", ("Keyword", t), ("Keyword", "Cr"), {"weight": 0.5}, key=t) for t in HOSTILE]
    store.commit(unit("hostile", nodes, edges))
    return store.content_hash()


@pytest.mark.parametrize("name", ["g.jsonl", "g.jsonl.gz", "backup"])
def test_what_was_exported_is_imported_as_it_was(graph_store: GraphStore, tmp_path: Path, name: str) -> None:
    before = fill(graph_store)
    path = tmp_path / (name if name != "backup" else "b.jsonl.gz")
    count = backup(graph_store, path)["records"] if name == "backup" else export_jsonl(graph_store, path)
    clear(graph_store)
    assert import_jsonl(graph_store, path) == {"path": str(path), "records": count, "content_hash": before}
    # Once more, and over a graph that holds something else: nothing is doubled, nothing is lost.
    graph_store.merge([Node("Keyword", "mine", {"df": 1})], [])
    with_mine = graph_store.content_hash()
    assert import_jsonl(graph_store, path)["content_hash"] == with_mine != before


def test_an_import_may_join_what_the_graph_has(graph_store: GraphStore, tmp_path: Path) -> None:
    graph_store.commit(sample())
    path = tmp_path / "more.jsonl"
    rows = [
        {"edge": "CO_OCCURS", "start": ["Keyword", "new"], "end": ["Keyword", "Cr"], "key": "", "props": {"count": 1}},
        {"node": "Keyword", "key": "new", "props": {"df": 1}},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert import_jsonl(graph_store, path)["records"] == 2
    assert graph_store.counts()["CO_OCCURS"] == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2"),
        ("[]", "line 2: a list; expected a JSON object"),
        ('{"node": "Keyword"}', "line 2: key: field required"),
        ('{"node": "Migration", "key": "1", "props": {}}', "line 2.*bookkeeping"),
        ('{"node": "Nonsense", "key": "a", "props": {}}', "line 2.*no such node label"),
        ('{"node": "Keyword", "key": "a", "props": {"colour": 1}}', "line 2.*no such property"),
        (
            '{"edge": "CO_OCCURS", "start": ["Keyword", "a"], "end": ["Keyword", "b"], "key": "", "props": {}}',
            "line 2.*nowhere: Keyword",
        ),
    ],
)
def test_a_file_with_one_bad_line_writes_nothing(graph_store: GraphStore, tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"node": "Keyword", "key": "good", "props": {}}\n' + line + "\n")
    with pytest.raises(MalformedRowError, match=says):
        import_jsonl(graph_store, path)
    assert graph_store.counts()["Keyword"] == 0
    with pytest.raises(MissingFileError):
        import_jsonl(graph_store, tmp_path / "none.jsonl")


def test_exports_hold_every_record(graph_store: GraphStore, tmp_path: Path) -> None:
    import networkx as nx

    graph_store.commit(sample())
    assert export_graphml(graph_store, tmp_path / "g.graphml") == 8
    made = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    assert made.number_of_edges() == 3
    assert {d["name"] for _, d in made.nodes(data=True)} >= {"annealing", "Cr", "h1", "e1"}
    assert json.loads(made.nodes["Keyword:annealing"]["p_aliases"]) == ["anneal", "annealed"]
    export_csv(graph_store, tmp_path / "csv")
    header, first, second = (tmp_path / "csv" / "nodes_Keyword.csv").read_text("utf-8").splitlines()
    assert header == "name:ID(Keyword),aliases:string[],df:long,impact:double,kind:string,:LABEL"
    assert first == '"Cr",,3,,"element",Keyword'
    assert second == '"annealing","anneal\x1fannealed",12,0.5,"process",Keyword'
    arguments = (tmp_path / "csv" / "import.args").read_text("utf-8").splitlines()
    named = {a.split("=")[1] for a in arguments if a.endswith(".csv")}
    assert named == {p.name for p in (tmp_path / "csv").glob("*.csv")}


def test_hostile_text_is_only_text_in_every_export(graph_store: GraphStore, tmp_path: Path) -> None:
    import csv

    import networkx as nx

    fill(graph_store)
    export_graphml(graph_store, tmp_path / "g.graphml")
    made = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    assert set(HOSTILE) <= {d["name"] for _, d in made.nodes(data=True)}
    export_csv(graph_store, tmp_path / "csv")
    with (tmp_path / "csv" / "nodes_Keyword.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["name:ID(Keyword)"] for r in rows} == {*HOSTILE, "annealing", "Cr"}
    assert all(r[":LABEL"] == "Keyword" for r in rows)


def run_of(store: GraphStore, tmp_path: Path, *, state: str = "completed") -> Path:
    """A run that read a file, asked a model and did two units."""
    papers = tmp_path / "papers.jsonl"
    papers.write_text("{}\n")
    store.start_run(FlowRun("run-1", "discovery", START, {"papers": str(papers), "alloys": None, "seed": 0}))
    runner = UnitRunner(store, tmp_path / "units", run_id="run-1")
    runner.run(UnitKind("count"), {"x": 1}, lambda: Outcome({"n": 1}, [Node("Keyword", "a")]))
    runner.run(UnitKind("count"), {"x": 2}, lambda: Outcome({"n": 2}, [Node("Keyword", "b")]))
    store.record([ModelCall("c1", "small model", "judge", "p", 1, 2, 0.0, 0.1, False, True)])
    store.finish_run("run-1", state, seconds=1.0, summary={"best": HOSTILE[2]})
    return papers


def references(value: Any) -> set[str]:
    """Every id that a JSON-LD document points at."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            return {value["@id"]}
        return set().union(*map(references, value.values()), set())
    return set().union(*map(references, value), set()) if isinstance(value, list) else set()


def test_a_run_becomes_a_crate_whose_every_reference_is_there(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = run_of(graph_store, tmp_path)
    folder = tmp_path / "crate"
    document = write_crate(graph_store, "latest", folder)
    assert (document["run"], document["units"]) == ("run-1", 2)
    metadata = json.loads((folder / "ro-crate-metadata.json").read_text("utf-8"))
    by_id = {e["@id"]: e for e in metadata["@graph"]}
    assert len(by_id) == len(metadata["@graph"])
    assert by_id["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert by_id["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert {"name", "description", "datePublished", "license"} <= set(by_id["./"])
    outside = {r for r in references(metadata["@graph"]) - set(by_id) if not r.startswith("http")}
    assert outside == set()
    files = {k: e for k, e in by_id.items() if e["@type"] == "File"}
    assert {k["@id"] for k in by_id["./"]["hasPart"]} == set(files)
    for name, entity in files.items():
        content = (folder / name).read_bytes()
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(entity["contentSize"]) == len(content)
    on_disk = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert on_disk == {*files, "ro-crate-metadata.json"}
    action = by_id["#run-1"]
    assert (action["startTime"], action["object"]) == ("2026-01-02T03:04:05.000Z", [{"@id": "inputs/papers.jsonl"}])
    assert (folder / "inputs" / "papers.jsonl").read_text() == papers.read_text()
    assert {"@id": "#model-small model"} in action["instrument"]
    prov = json.loads((folder / "prov.json").read_text("utf-8"))["@graph"]
    assert sum(e["@type"] == "prov:Activity" and e["rdfs:label"] == "count" for e in prov) == 2
    assert {r for r in references(prov) if not r.startswith("http")} <= {e["@id"] for e in prov}


def test_a_crate_goes_into_a_new_folder_of_a_known_run(graph_store: GraphStore, tmp_path: Path) -> None:
    run_of(graph_store, tmp_path, state="failed")
    with pytest.raises(InputError, match="no such run"):
        write_crate(graph_store, "latest", tmp_path / "crate")
    with pytest.raises(InputError, match="no such run"):
        write_crate(graph_store, "x'}) RETURN 1 //", tmp_path / "crate")
    with pytest.raises(InputError, match="not empty"):
        write_crate(graph_store, "run-1", tmp_path)
    write_crate(graph_store, "run-1", tmp_path / "crate", with_graph=False)
    metadata = json.loads((tmp_path / "crate" / "ro-crate-metadata.json").read_text("utf-8"))
    action = next(e for e in metadata["@graph"] if e["@type"] == "CreateAction")
    assert action["actionStatus"]["@id"].endswith("FailedActionStatus")


def test_what_aborted_runs_left_is_taken_away_and_nothing_else(graph_store: GraphStore, tmp_path: Path) -> None:
    import fcntl

    folder = tmp_path / "units"
    run_of(graph_store, tmp_path)
    kept = set(folder.glob("??/*.json.gz"))
    lost = folder / "ab" / ("ab" + "0" * 30 + ".json.gz")
    for path in (lost, folder / "ab" / "tmpx.part", folder / "locks" / "stale"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    graph_store.start_run(FlowRun("run-2", "discovery", START))
    with (folder / "locks" / "held").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = clean(graph_store, folder)
        assert (found["busy"], found["locks"], found["parts"], found["results"], found["runs"]) == (1, 1, 0, 1, 1)
        assert (folder / "ab" / "tmpx.part").exists()
    seen = clean(graph_store, folder, dry_run=True)
    assert (seen["parts"], (folder / "ab" / "tmpx.part").exists()) == (1, True)
    assert clean(graph_store, folder)["parts"] == 1
    assert set(folder.rglob("*.*")) == kept
    assert list((folder / "locks").iterdir()) == []


def test_a_new_version_of_a_kind_replaces_what_the_old_one_wrote(graph_store: GraphStore, tmp_path: Path) -> None:
    def work(name: str) -> Outcome:
        return Outcome({}, [Node("Keyword", name), Node("Keyword", "both")])

    runner = UnitRunner(graph_store, tmp_path)
    runner.run(UnitKind("count"), {}, lambda: work("new"))
    wanted = graph_store.content_hash()
    runner.run(UnitKind("count", version=0), {}, lambda: work("old"))
    assert graph_store.counts()["Unit"] == 2
    found = clean(graph_store, tmp_path, current={"count": UnitKind("count").made_by})["superseded"]
    assert found == {"units": 1, "unknown": 0, "nodes": 1, "edges": 0}
    assert graph_store.content_hash() == wanted
    assert len(list(tmp_path.glob("??/*.json.gz"))) == 1
    assert [row["props"]["code"] for row in graph_store.nodes("Unit")] == [UnitKind("count").made_by]

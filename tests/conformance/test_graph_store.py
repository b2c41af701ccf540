"""What every graph server must do alike: every statement, writes, reads, hashes, transfer."""

from __future__ import annotations

import dataclasses
import datetime
import threading
from pathlib import Path

import pytest
from graph_servers import CLEAR

from hypograph.graph import FlowRun, GraphStore, StoreConfig, open_store
from hypograph.graph.core.query import REGISTRY, Query
from hypograph.graph.core.schema import LABELS, RELATIONS, SCHEMA_VERSION
from hypograph.graph.files.backup import backup
from hypograph.graph.files.restore import restore
from hypograph.graph.queries import core
from hypograph.graph.store.clean import superseded
from hypograph.graph.store.integrity import verify
from hypograph.graph.store.migrations import MIGRATIONS
from hypograph.graph.store.store import now
from hypograph.models.core.errors import (
    HypographError,
    InputError,
    StoreCredentialsError,
    StoreError,
    StoreUnreachableError,
)
from hypograph.models.core.records import Edge, ModelCall, Node, Outcome, Unit

AS_VERSION_1 = Query(
    "tests_as_version_1",
    "MATCH (m:Migration) DETACH DELETE m WITH count(m) AS n CREATE (:Migration {version: 1}) "
    "CREATE (:Unit {key: 'old', kind: 'test'})",
    writes=True,
)
HOSTILE = [
    "x'}) DETACH DELETE n //",
    '`backtick` "quote" \\ backslash',
    "<script>alert(1)</script>",
    "$param {{ jinja }} %s \u202e rtl",
    "ünïcödé 高熵 🧪",
    "line\nbreak\ttab",
]


def unit(key: str, nodes: list[Node], edges: list[Edge] | None = None) -> Unit:
    return Unit(key, "test", Outcome({}, nodes, edges or []))


def sample() -> Unit:
    nodes = [
        Node("Keyword", "annealing", {"kind": "process", "df": 12, "impact": 0.5, "aliases": ["anneal", "annealed"]}),
        Node("Keyword", "Cr", {"kind": "element", "df": 3}),
        Node("Hypothesis", "h1", {"statement": "s", "level": 0, "score": -0.0, "created_at": now()}),
        Node("Evidence", "e1", {"claim": "c", "m_for": 0.2, "m_against": 0.0, "m_unknown": 0.8}),
    ]
    edges = [
        Edge("CO_OCCURS", ("Keyword", "annealing"), ("Keyword", "Cr"), {"weight": 1.5, "count": 2}),
        Edge("SUPPORTS", ("Evidence", "e1"), ("Hypothesis", "h1"), {"share": 1.0}),
        Edge("INSPIRED_BY", ("Hypothesis", "h1"), ("Keyword", "Cr")),
    ]
    return unit("u1", nodes, edges)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_statement_runs(graph_server: GraphStore, name: str) -> None:
    query = REGISTRY[name]
    run = graph_server.run_command if query.writes else graph_server.read
    assert isinstance(run(query, **query.example), list)


def test_a_unit_is_written_once_and_whole(graph_store: GraphStore) -> None:
    assert graph_store.commit(sample()) is True
    first = (graph_store.counts(), graph_store.content_hash())
    assert graph_store.commit(sample()) is False
    assert (graph_store.counts(), graph_store.content_hash()) == first
    assert graph_store.has_unit("u1")
    assert graph_store.done_units(["u1", "u2"]) == {"u1"}
    assert first[0]["Keyword"] == 2
    assert first[0]["SUPPORTS"] == 1


def test_values_come_back_as_they_went_in(graph_store: GraphStore) -> None:
    graph_store.commit(sample())
    props = {row["key"]: row["props"] for row in graph_store.nodes("Keyword")}
    assert props["annealing"] == {
        "name": "annealing",
        "kind": "process",
        "df": 12,
        "impact": 0.5,
        "aliases": ["anneal", "annealed"],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(graph_store: GraphStore, text: str) -> None:
    nodes = [Node("Keyword", "bystander"), Node("Keyword", text, {"kind": text, "aliases": [text]})]
    edges = [Edge("CO_OCCURS", ("Keyword", text), ("Keyword", "bystander"), {"weight": 1.0}, key=text)]
    graph_store.commit(unit(text, nodes, edges))
    found = {row["key"]: row["props"] for row in graph_store.nodes("Keyword")}
    assert found[text]["kind"] == text
    assert found[text]["aliases"] == [text]
    assert set(found) == {"bystander", text}
    assert graph_store.has_unit(text)


@pytest.mark.parametrize(
    ("nodes", "edges", "says"),
    [
        ([Node("Nonsense", "a")], [], "no such node label"),
        ([Node("Keyword", "a", {"colour": "red"})], [], "no such property"),
        ([Node("Keyword", "")], [], "without a key"),
        ([Node("Keyword", "a", {"df": float("nan")})], [], "not finite"),
        ([Node("Keyword", "a", {"kind": {"a": 1}})], [], "cannot be kept"),  # type: ignore[dict-item]
        ([Node("Keyword", "a")], [Edge("LOVES", ("Keyword", "a"), ("Keyword", "a"))], "no such relationship"),
        ([Node("Keyword", "a")], [Edge("SUPPORTS", ("Keyword", "a"), ("Keyword", "a"))], "does not join"),
        ([Node("Keyword", "a")], [Edge("CO_OCCURS", ("Keyword", "a"), ("Keyword", "none"))], "nowhere"),
    ],
)
def test_what_the_schema_does_not_list_is_refused_whole(
    graph_store: GraphStore, nodes: list[Node], edges: list[Edge], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        graph_store.commit(unit("bad", nodes, edges))
    assert not graph_store.has_unit("bad")
    assert graph_store.counts()["Keyword"] == 0


def test_the_hash_knows_order_and_time_from_content(graph_store: GraphStore) -> None:
    graph_store.commit(sample())
    whole = graph_store.content_hash()
    graph_store.start_run(FlowRun("r1", "discovery", datetime.datetime.now(datetime.UTC)))
    graph_store.record([ModelCall("c1", "m", "judge", "p", 1, 2, 0.0, 0.1, False, True)])
    assert graph_store.content_hash() == whole
    graph_store.commit(unit("u2", [Node("Keyword", "Cr", {"df": 4})]))
    assert graph_store.content_hash() != whole


def test_the_hash_is_the_same_in_any_order(graph_store: GraphStore) -> None:
    parts = sample().outcome
    graph_store.commit(unit("a", list(parts.nodes[:2]), [parts.edges[0]]))
    graph_store.commit(unit("b", list(parts.nodes), list(parts.edges[1:])))
    split = graph_store.content_hash()
    clear(graph_store)
    graph_store.commit(sample())
    assert graph_store.content_hash() == split


def test_two_writers_of_one_unit(graph_store: GraphStore) -> None:
    results: list[bool] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        results.append(graph_store.commit(sample()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    assert graph_store.counts()["Keyword"] == 2


def test_runs_are_noted(graph_store: GraphStore) -> None:
    graph_store.start_run(FlowRun("r1", "discovery", datetime.datetime.now(datetime.UTC), {"small": True}))
    graph_store.finish_run("r1", "completed", seconds=1.5, summary={"a": 1}, units_done=2)
    (row,) = graph_store.nodes("FlowRun")
    assert row["props"]["state"] == "completed"
    assert row["props"]["summary"] == '{"a": 1}'


def test_backup_and_restore_give_the_same_graph(graph_store: GraphStore, tmp_path: Path) -> None:
    graph_store.commit(sample())
    before = graph_store.content_hash()
    made = backup(graph_store, tmp_path / "b.jsonl.gz")
    with pytest.raises(InputError, match="not empty"):
        restore(graph_store, tmp_path / "b.jsonl.gz")
    clear(graph_store)
    assert restore(graph_store, tmp_path / "b.jsonl.gz")["content_hash"] == before == made["content_hash"]
    assert graph_store.has_unit("u1")


def test_a_torn_backup_is_refused(graph_store: GraphStore, tmp_path: Path) -> None:
    graph_store.commit(sample())
    path = tmp_path / "b.jsonl.gz"
    backup(graph_store, path)
    clear(graph_store)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(HypographError, match="backup"):
        restore(graph_store, path)
    assert graph_store.counts()["Keyword"] == 0


def test_verify_finds_broken_arithmetic(graph_store: GraphStore) -> None:
    graph_store.commit(sample())
    assert verify(graph_store)["ok"] is True
    graph_store.commit(unit("u3", [Node("Evidence", "e2", {"m_for": 0.9, "m_against": 0.9, "m_unknown": 0.0})]))
    found = verify(graph_store)
    assert found["ok"] is False
    assert "e2" in found["problems"][0]


def test_reading_constants_do_not_write(graph_server: GraphStore) -> None:
    words = ("CREATE", "MERGE", "SET ", "DELETE", "REMOVE", "LOAD CSV", "CALL {")
    assert [q.name for q in REGISTRY.values() if not q.writes and any(w in q.text for w in words)] == []


def test_several_reads_in_one_transaction_are_the_reads_one_by_one(graph_store: GraphStore) -> None:
    graph_store.commit(sample())
    queries = [core.COUNT_NODES[label] for label in LABELS]
    together = graph_store.read_all(queries)
    assert together == [graph_store.read(query) for query in queries]
    assert sum(rows[0]["n"] for rows in together) >= 4
    assert graph_store.read_all([]) == []


def test_the_schema_is_there(graph_server: GraphStore) -> None:
    assert graph_server.schema_version() == SCHEMA_VERSION
    assert all(label.key not in label.props for label in LABELS.values())
    assert all(a in LABELS and b in LABELS for r in RELATIONS.values() for a, b in r.joins)


def test_an_older_graph_is_brought_up_to_date_once(graph_store: GraphStore) -> None:
    points = ('{"T": 20, "base": "DBU"}', '{"T": 21, "base": "DBU"}')
    graph_store.merge([Node("Experiment", p, {"parameters": p}) for p in points], ())
    graph_store.run_command(AS_VERSION_1)
    assert graph_store.schema_version() == 1
    graph_store.ensure_schema()
    rows = [row["props"] for row in graph_store.nodes("Setting")]
    settings = {(row["name"], row["text"], row.get("number")) for row in rows}
    assert settings == {("T", "20", 20.0), ("T", "21", 21.0), ("base", "DBU", None)}
    assert graph_store.schema_version() == SCHEMA_VERSION == MIGRATIONS[-1].version
    assert [row["props"]["code"] for row in graph_store.nodes("Unit")] == [""]
    graph_store.ensure_schema()
    assert graph_store.counts()["Migration"] == len(MIGRATIONS)


def test_a_newer_graph_is_refused(graph_store: GraphStore) -> None:
    graph_store.run_command(core.MERGE_NODES["Migration"], rows=[{"key": 99, "props": {"name": "future"}}])
    with pytest.raises(StoreError, match="newer hypograph"):
        graph_store.ensure_schema()


def by(code: str, key: str, made: Unit, kind: str = "test") -> Unit:
    return dataclasses.replace(made, key=key, code=code, kind=kind)


@pytest.mark.parametrize("text", ["x", *HOSTILE])
def test_what_only_an_older_program_wrote_is_taken_out(graph_store: GraphStore, text: str) -> None:
    renewed = [Node("Keyword", "annealing", {"df": 1}), Node("Keyword", text, {"df": 2})]
    renewed_edges = [Edge("CO_OCCURS", ("Keyword", "annealing"), ("Keyword", text), {"weight": 1.0}, key=text)]
    graph_store.commit(by("new", "b", unit("", renewed, renewed_edges)))
    wanted = graph_store.content_hash()
    stale = [Node("Keyword", "annealing"), Node("Keyword", "gone " + text), Node("Keyword", text)]
    stale_edges = [
        Edge("CO_OCCURS", ("Keyword", "annealing"), ("Keyword", "gone " + text), key=text),
        Edge("CO_OCCURS", ("Keyword", text), ("Keyword", "annealing"), key=text),
    ]
    graph_store.commit(by("old", "a", unit("", stale, stale_edges)))
    there = graph_store.content_hash()
    seen = superseded(graph_store, {"test": "new"}, dry_run=True)
    assert graph_store.content_hash() == there != wanted
    done = superseded(graph_store, {"test": "new"})
    assert done == seen == {"units": 1, "unknown": 0, "nodes": 1, "edges": 2, "keys": ["a"]}
    assert graph_store.content_hash() == wanted
    assert superseded(graph_store, {"test": "new"})["units"] == 0


def test_what_something_else_needs_stays(graph_store: GraphStore) -> None:
    graph_store.commit(by("new", "b", unit("", [Node("Keyword", "k")])))
    graph_store.commit(by("old", "a", unit("", [Node("Hypothesis", "h"), Node("Keyword", "old")])))
    # A kind that the new version has not done, and a rating that is no unit's.
    graph_store.commit(by("old", "c", unit("", [Node("Keyword", "other")]), kind="other"))
    rating = Node("Comparison", "r", {"judge": "person"})
    graph_store.merge([rating], [Edge("COMPARES", ("Comparison", "r"), ("Hypothesis", "h"))])
    superseded(graph_store, {"test": "new"})
    assert {row["key"] for row in graph_store.nodes("Keyword")} == {"k", "other"}
    assert [row["key"] for row in graph_store.nodes("Hypothesis")] == ["h"]
    assert graph_store.done_units("abc") == {"b", "c"}
    with pytest.raises(InputError, match="supersedes nothing"):
        superseded(graph_store, {"test": "newest"})


def test_a_wrong_password_is_named_as_such(graph_server: GraphStore) -> None:
    config = dataclasses.replace(
        graph_server.config, uri=graph_server.uri, username="root", password="not the password"
    )
    with pytest.raises(StoreCredentialsError) as caught:
        open_store(config)
    assert "not the password" not in str(caught.value)


def test_nobody_there_is_named_as_such(tmp_path: Path) -> None:
    config = StoreConfig(data_folder=tmp_path, uri="bolt://127.0.0.1:9", password="x")
    with pytest.raises(StoreUnreachableError, match=r"127\.0\.0\.1:9"):
        open_store(config)


def clear(store: GraphStore) -> None:
    store.run_command(CLEAR)
    store.ensure_schema()

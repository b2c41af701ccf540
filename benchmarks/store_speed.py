"""The store beside the plain driver: the same statements on the same server, with and without what the store adds.

Bulk writes of 20,000 nodes and 200,000 relationships in batches of 5,000 (what the store adds: checks against the
schema, grouping, the mark of the unit, hashes of what it wrote), the same again where nothing is new, two hops from a
keyword, and what the hypothesis page asks. The store goes first: a server that warms up favours the driver. The
server is the embedded one, or the Neo4j that NEO4J_TEST_URI names.

    python benchmarks/store_speed.py [--quick] [--once]
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import neo4j
from harness import arguments, kept, write

BATCH = 5_000
READS = 60
NODE_ROUNDS = 4
WRITES = ("nodes", "relationships", "nodes again", "relationships again")
NODE = "UNWIND $rows AS r MERGE (n:Keyword {name: r.key}) SET n += r.props RETURN count(n) AS n"
EDGE = (
    "UNWIND $rows AS r MATCH (a:Keyword {name: r.start}) MATCH (b:Keyword {name: r.end}) "
    "MERGE (a)-[e:CO_OCCURS {key: r.key}]->(b) SET e += r.props RETURN count(e) AS n"
)
HOPS = (
    "MATCH (a:Keyword {name: $name})-[:CO_OCCURS]-(b:Keyword)-[:CO_OCCURS]-(c:Keyword) "
    "RETURN count(DISTINCT c.name) AS n"
)


def rows(nodes: int, edges: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rng = random.Random(0)
    names = [f"keyword {i}" for i in range(nodes)]
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < edges:
        # A few keywords have many neighbours, as in literature.
        a, b = int(nodes * rng.random() ** 2), rng.randrange(nodes)
        if a != b:
            pairs.add((min(a, b), max(a, b)))
    return (
        [{"key": n, "props": {"kind": "phrase", "df": i % 97, "impact": i / 7}} for i, n in enumerate(names)],
        [
            {"start": names[a], "end": names[b], "key": "", "props": {"count": a % 9 + 1, "weight": 1 / (b + 1)}}
            for a, b in sorted(pairs)
        ],
    )


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def plain_write(driver: neo4j.Driver, statement: str, found: list[dict[str, Any]]) -> None:
    def work(tx: neo4j.ManagedTransaction) -> None:
        for start in range(0, len(found), BATCH):
            tx.run(statement, rows=found[start : start + BATCH]).consume()

    with driver.session() as session:
        session.execute_write(work)


def latencies(read: Callable[[str], Any], names: list[str]) -> list[float]:
    return [1000 * timed(lambda n=name: read(n)) for name in names]


def bench(
    store: Any, clear: Callable[[], None], auth: tuple[str, str], size: tuple[int, int], once: bool
) -> dict[str, Any]:
    from hypograph.graph.core.query import Query
    from hypograph.graph.queries import pages
    from hypograph.models.core.records import Edge, Node, Outcome, Unit

    nodes, edges = rows(*size)
    as_nodes = [Node("Keyword", r["key"], r["props"]) for r in nodes]
    as_edges = [Edge("CO_OCCURS", ("Keyword", r["start"]), ("Keyword", r["end"]), r["props"]) for r in edges]
    hops = Query("benchmark_two_hops", HOPS, {"name": "keyword 1"})
    names = [f"keyword {random.Random(i).randrange(size[0])}" for i in range(READS)]
    units = iter(range(1000))
    load = round(os.getloadavg()[0], 1)
    document: dict[str, Any] = {
        "load": load,
        "server": store.server_version(),
        "size": list(size),
    }

    def commit(made: list[Any], joined: list[Any]) -> None:
        store.commit(Unit(f"unit {next(units)}", "benchmark", Outcome({}, made, joined)))

    with neo4j.GraphDatabase.driver(store.uri, auth=auth) as driver:

        def ask(text: str, **given: Any) -> Any:
            with driver.session() as session:
                return session.execute_read(lambda tx: tx.run(text, given).data())

        # Compiled code is warm after a part.
        plain_write(driver, NODE, nodes[:BATCH])
        plain_write(driver, EDGE, [e for e in edges if e["start"] < "keyword 2"][:BATCH])
        taken: dict[str, dict[str, list[float]]] = {}
        both = {
            "store": [lambda: commit(as_nodes, []), lambda: commit([], as_edges)],
            "plain": [lambda: plain_write(driver, NODE, nodes), lambda: plain_write(driver, EDGE, edges)],
        }
        # Nodes take little time, so they are written several times, in turn.
        for who, steps in list(both.items()) * NODE_ROUNDS:
            clear()
            store.ensure_schema()
            taken.setdefault("nodes", {}).setdefault(who, []).append(timed(steps[0]))
        for who, steps in both.items():
            clear()
            store.ensure_schema()
            for name, step in zip(WRITES, steps * (1 if once else 2), strict=False):
                taken.setdefault(name, {}).setdefault(who, []).append(timed(step))
                print(f"{name:22} {who} {taken[name][who][-1]:.2f} s, load {os.getloadavg()[0]:.1f}", flush=True)
        ids = hypotheses(store)
        reads = {
            "two hops": (lambda n: ask(HOPS, name=n), lambda n: store.read(hops, name=n), names),
            "hypothesis": (
                lambda key: [ask(q.text, **{**q.example, "id": key}) for q in drawer(pages)],
                lambda key: [store.read(q, **{**q.example, "id": key}) for q in drawer(pages)],
                ids,
            ),
        }
        for name, (plain, ours, arguments) in reads.items():
            latencies(plain, arguments[:10])
            latencies(ours, arguments[:10])
            taken[name] = {"plain": latencies(plain, arguments), "store": latencies(ours, arguments)}
    for name, both in taken.items():
        unit = "ms" if name in {"two hops", "hypothesis"} else "seconds"
        middle = {who: statistics.median(values) for who, values in both.items()}
        document[name] = {
            f"plain_{unit}": round(middle["plain"], 3),
            f"store_{unit}": round(middle["store"], 3),
            "ratio": round(middle["store"] / middle["plain"], 2),
        }
        if unit == "ms":
            document[name]["store_p95"] = round(statistics.quantiles(both["store"], n=20)[-1], 2)
        print(f"{name:22} {document[name]}", flush=True)
    return document


def drawer(pages: Any) -> list[Any]:
    """What the page of one hypothesis asks."""
    from hypograph.graph.core.query import Query

    found = (q for _, q in sorted(vars(pages).items()) if isinstance(q, Query))
    return [q for q in found if "Hypothesis {id: $id}" in q.text]


def hypotheses(store: Any) -> list[str]:
    """Hypotheses with twenty pieces of evidence each, joined to keywords that are there."""
    from hypograph.models.core.records import Edge, Node, Outcome, Unit

    nodes, edges, ids = [], [], []
    for i in range(READS):
        ids.append(f"hypothesis {i}")
        nodes.append(Node("Hypothesis", ids[-1], {"statement": f"statement {i}", "level": 0, "score": i / READS}))
        edges.append(Edge("INSPIRED_BY", ("Hypothesis", ids[-1]), ("Keyword", f"keyword {i}")))
        for j in range(20):
            nodes.append(Node("Evidence", f"evidence {i} {j}", {"claim": "c", "source": "s", "belief_share": 0.05}))
            edges.append(Edge("SUPPORTS", ("Evidence", nodes[-1].key), ("Hypothesis", ids[-1]), {"share": 0.05}))
    store.commit(Unit("hypotheses", "benchmark", Outcome({}, nodes, edges)))
    return ids


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--once", action="store_true", help="leave out writing the same again")
    parser.add_argument("--nodes", type=int, default=20_000)
    parser.add_argument("--relationships", type=int, default=200_000)
    given = parser.parse_args()
    quick = given.quick
    size = (2_000, 10_000) if quick else (given.nodes, given.relationships)
    from hypograph.graph import Query, StoreConfig, open_store

    empty = Query("benchmark_clear", "MATCH (n) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*) AS n", writes=True)
    document = kept("store_speed", quick=quick)
    with tempfile.TemporaryDirectory() as folder:
        configs = {"embedded": StoreConfig(Path(folder))}
        if uri := os.environ.get("NEO4J_TEST_URI"):
            password = os.environ["NEO4J_TEST_PASSWORD"]
            configs = {"neo4j": StoreConfig(Path(folder), uri, os.environ["NEO4J_TEST_USER"], password)}
        for name, config in configs.items():
            with open_store(config) as store:
                store.ensure_schema()
                auth = (config.username, config.password or "")
                if name == "embedded":
                    auth = ("root", (Path(folder) / "root.password").read_text("utf-8").strip())

                def clear(store: Any = store) -> None:
                    while store.run_command(empty)[0]["n"]:
                        pass

                document[name] = bench(store, clear, auth, size, given.once)
    write("store_speed", document, quick=quick)


if __name__ == "__main__":
    main()

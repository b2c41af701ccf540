"""Fill an empty store with made-up content as large as a busy laboratory's, for the speed of the pages.

HYPOGRAPH_HOME=FOLDER python benchmarks/ui_fill.py [--hypotheses 10000] [--groups 100] [--seeds 50] [--quick]
HYPOGRAPH_HOME=FOLDER python benchmarks/ui_fill.py --papers 20000 --keywords 5000 --hypotheses 500 --groups 0

Nothing in it is a finding: hypotheses say "made-up", campaigns are random walks.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from hypograph.flows.runtime.settings import load_settings
from hypograph.graph import GraphStore, open_store
from hypograph.graph.store.store import FlowRun
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Edge, ModelCall, Node

PART = 20_000
BUDGET = 20
KEYWORDS = 2_000
MENTIONS = 8
LEVELS = ("idea", "family", "composition", "processing", "conditions")


def hypothesis_records(n: int, rng: np.random.Generator) -> tuple[list[Node], list[Edge]]:
    """Make n hypotheses in trees of five levels, with twice as many relationships."""
    parents, nodes, edges = np.arange(n), [], []
    level = np.zeros(n, dtype=int)
    for i in range(1, n):
        if i % 50:
            parents[i] = i - int(rng.integers(1, i % 50 + 1))
            level[i] = min(level[parents[i]] + 1, 4)
    roots = np.arange(n)
    for i in range(n):
        roots[i] = i if parents[i] == i else roots[parents[i]]
    belief, ignorance = rng.uniform(0, 0.7, n), rng.uniform(0, 0.3, n)
    for i in range(n):
        props = {
            "statement": f"Made-up hypothesis {i} on keyword {i % KEYWORDS} and keyword {(7 * i) % KEYWORDS}",
            "kind": "refined" if level[i] else "keywords",
            "level": int(level[i]),
            "level_name": LEVELS[level[i]],
            "root": f"h{roots[i]:06d}",
            "score": float(rng.uniform()),
            "probability_best": float(rng.uniform()),
            "belief": float(belief[i]),
            "plausibility": float(belief[i] + ignorance[i]),
            "ignorance": float(ignorance[i]),
            "conflict": float(rng.uniform(0, 0.2)),
            "status": "open",
        }
        nodes.append(Node("Hypothesis", f"h{i:06d}", props))
        if parents[i] != i:
            edges.append(
                Edge("REFINES", ("Hypothesis", f"h{i:06d}"), ("Hypothesis", f"h{parents[i]:06d}"), {"edit": "made up"})
            )
        edges.append(
            Edge(
                "INSPIRED_BY", ("Hypothesis", f"h{i:06d}"), ("Keyword", f"keyword {i % KEYWORDS}"), {"similarity": 1.0}
            )
        )
    return nodes, edges


def keyword_records(rng: np.random.Generator, size: int = KEYWORDS) -> tuple[list[Node], list[Edge]]:
    """Make keywords and their backbone."""
    nodes = [
        Node("Keyword", f"keyword {i}", {"kind": "phrase", "df": int(rng.integers(1, 500)), "community": i % 30})
        for i in range(size)
    ]
    pairs = {tuple(sorted(p)) for p in rng.integers(0, size, (2 * size, 2)).tolist() if p[0] != p[1]}
    return nodes, [
        Edge(
            "CO_OCCURS",
            ("Keyword", f"keyword {a}"),
            ("Keyword", f"keyword {b}"),
            {"count": int(rng.integers(1, 50)), "weight": float(rng.uniform())},
        )
        for a, b in sorted(pairs)
    ]


def paper_records(n: int, keywords: int, rng: np.random.Generator) -> tuple[list[Node], list[Edge]]:
    """Make papers that mention keywords, most of one community."""
    nodes, edges = [], []
    for i in range(n):
        about = {
            "title": f"Made-up paper {i} on subject {i % 97}",
            "year": int(rng.integers(1990, 2026)),
            "venue": "Made-up",
        }
        nodes.append(Node("Publication", f"10.1000/made-up.{i}", {**about, "citations": int(rng.gamma(1.0, 20.0))}))
        home = int(rng.integers(30))
        own = home + 30 * rng.integers(0, keywords // 30, MENTIONS - 2)
        words = sorted({*own.tolist(), *rng.integers(0, keywords, 2).tolist()})
        paper = ("Publication", f"10.1000/made-up.{i}")
        edges += [Edge("MENTIONS", paper, ("Keyword", f"keyword {k}")) for k in words]
    return nodes, edges


def campaign_records(group: int, seeds: int, budget: int, rng: np.random.Generator) -> tuple[list[Node], list[Edge]]:
    """Make the replicates of one method on one table."""
    table, method = f"made-up table {group // 5}", ("bo", "hybrid", "llm", "random", "sobol")[group % 5]
    values = rng.gamma(2.0, 12.0, (seeds, budget)).clip(0, 100)
    best = np.maximum.accumulate(values, axis=1)
    entropy = np.sort(rng.uniform(0.3, 1.0, (seeds, budget)), axis=1)
    nodes, edges = [], []
    for s in range(seeds):
        key = f"c{group:03d}-{s:03d}"
        shared = {"table": table, "method": method, "seed": s, "group": f"g{group:03d}", "budget": budget}
        outcome = {
            "best": float(best[s, -1]),
            "best_percent": float(best[s, -1]),
            "count": budget,
            "auc": float(best[s].mean()),
            "entropy_published": float(entropy[s, -1]),
            "updated_at": "2026-01-01T00:00:00.000Z",
        }
        nodes.append(Node("Campaign", key, {"name": table, **shared, **outcome, "live": False}))
        for i in range(budget):
            props = {
                "index": i + 1,
                "parameters": json.dumps({"base": f"b{rng.integers(5)}", "ligand": f"l{rng.integers(12)}"}),
                "value": float(values[s, i]),
                "best_so_far": float(best[s, i]),
                "entropy_published": float(entropy[s, i]),
                "source": method,
                "status": "done",
            }
            nodes.append(Node("Experiment", f"{key}-{i:03d}", props))
            edges.append(Edge("IN_CAMPAIGN", ("Experiment", f"{key}-{i:03d}"), ("Campaign", key)))
    return nodes, edges


def parts(rows: Sequence[Node]) -> Iterator[Sequence[Node]]:
    """Cut rows into pieces that fit one transaction."""
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


def fill(
    store: GraphStore, hypotheses: int, groups: int, seeds: int, papers: int = 0, keywords: int = KEYWORDS
) -> dict[str, int]:
    """Fill the store.

    Raises
    ------
    InputError
        If the store is not empty: made-up content must not be mixed with findings.
    """
    if any(n for name, n in store.counts().items() if name != "Migration"):
        raise InputError("the store is not empty", hint="Name a new folder in HYPOGRAPH_HOME.")
    rng = np.random.default_rng(7)
    store.ensure_schema()
    literature = paper_records(papers, keywords, rng)
    for nodes, edges in (keyword_records(rng, keywords), hypothesis_records(hypotheses, rng), literature):
        for part in parts(nodes):
            store.merge(part, ())
        for start in range(0, len(edges), PART):
            store.merge((), edges[start : start + PART])
    for group in range(groups):
        store.merge(*campaign_records(group, seeds, BUDGET, rng))
    for i in range(30):
        store.start_run(FlowRun(f"r{i:03d}", "discovery", datetime(2026, 1, 1, i % 24, tzinfo=UTC)))
        store.finish_run(f"r{i:03d}", "completed", seconds=60.0, summary={"made": "up"}, units_done=1, units_skipped=0)
    store.record(
        [ModelCall(f"m{i:05d}", "made-up", "judge", "0", 100, 10, 0.001, 0.5, False, True) for i in range(5000)]
    )
    return store.counts()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hypotheses", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--papers", type=int, default=0)
    parser.add_argument("--keywords", type=int, default=KEYWORDS)
    parser.add_argument("--quick", action="store_true", help="a twentieth of it")
    given = parser.parse_args()
    scale = 20 if given.quick else 1
    began = time.monotonic()
    with open_store(load_settings().store_config()) as store:
        papers = given.papers // scale
        found = fill(store, given.hypotheses // scale, given.groups // scale, given.seeds, papers, given.keywords)
    print(json.dumps({"seconds": round(time.monotonic() - began, 1), "counts": found}, indent=1))


if __name__ == "__main__":
    main()

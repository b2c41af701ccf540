"""Measure the potential score, keyphrases, and real against shuffled keyword sets on your data.

Run: python benchmarks/literature_potential.py --papers FILE --years 2012-2017 [--gold ZIP] [--quick]
The data is the user's; figures on data without a public address are labelled "supplied data".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from harness import arguments, supplied, write

from hypograph.flows.literature.evaluate import evaluate_literature, prepare
from hypograph.flows.literature.keyphrases import evaluate_keyphrases
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.literature.potential.evaluation import Papers
from hypograph.models.literature.potential.features import CITED, padded, snapshots
from hypograph.models.literature.potential.model import fit_head
from hypograph.models.statistics.decisions import auc


def real_against_shuffled(papers: Papers, first: int, last: int, seed: int = 0) -> float | None:
    """AUROC of telling real keyword sets from sets with keywords dealt anew within the year (sizes and use kept)."""
    rng = np.random.default_rng(seed)
    rows = padded(papers.indptr, papers.indices)
    features, real, years = [], [], []
    for year, snapshot in snapshots(papers.indptr, papers.indices, papers.years, papers.outcomes.impact, papers.words):
        here = rows[papers.years == year]
        if year < first - 5 or not len(here):
            continue
        dealt = here.copy()
        dealt[dealt >= 0] = rng.permutation(dealt[dealt >= 0])
        for sets, true in ((here, True), (dealt, False)):
            features.append(snapshot.features(sets)[:, ~CITED])
            real.append(np.full(len(sets), true))
            years.append(np.full(len(sets), year))
    table, positive, year = np.concatenate(features), np.concatenate(real), np.concatenate(years)
    train, test = year < first, (year >= first) & (year <= last)
    return auc(positive[test], fit_head(table[train], positive[train]).logit(table[test]))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--papers", type=Path, help="default: the supplied papers until 2017")
    parser.add_argument("--years", default="2012-2017")
    parser.add_argument("--gold", type=Path)
    options = parser.parse_args()
    papers = options.papers or supplied("papers_until_2017.jsonl.gz")
    first, last = (int(y) for y in options.years.split("-"))
    publications = read_publications(papers).publications[:: 10 if options.quick else 1]
    document = evaluate_literature(publications, (first, last), draws=100 if options.quick else 1000, say=print)
    dated = sorted((p for p in publications if p.year is not None), key=lambda p: (p.year or 0, p.key))
    result = {"data": "supplied data", **document}
    result["real_against_shuffled"] = real_against_shuffled(prepare(dated), first, last)
    if options.gold:
        result["keyphrases"] = evaluate_keyphrases(options.gold, say=print)
    for row in result["labels"]:
        shown = {name: round(figure["value"], 3) for name, figure in row["auroc"].items() if figure}
        print(row["label"], shown, {k: round(v, 3) for k, v in row["ece"].items()})
    print("real against shuffled", result["real_against_shuffled"])
    write("literature_potential", result, quick=options.quick)


if __name__ == "__main__":
    main()

"""Measure the potential score, keyphrases, and real against shuffled keyword sets on your data.

Run: python benchmarks/literature_potential.py --papers FILE --years 2012-2017 [--gold ZIP] [--quick]
The data is the user's; figures on data without a public address are labelled "supplied data".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from hypograph.flows.literature.evaluate import evaluate_literature, prepare
from hypograph.flows.literature.keyphrases import evaluate_keyphrases
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.literature.potential.evaluation import Papers
from hypograph.models.literature.potential.features import CITED, padded, snapshots
from hypograph.models.literature.potential.model import fit_head
from hypograph.models.statistics.decisions import auc

OUT = Path(__file__).parent / "results" / "literature_potential.json"


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
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=Path, required=True)
    parser.add_argument("--years", default="2012-2017")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--quick", action="store_true", help="one paper in ten, no file written")
    options = parser.parse_args()
    first, last = (int(y) for y in options.years.split("-"))
    publications = read_publications(options.papers).publications[:: 10 if options.quick else 1]
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
    if not options.quick:
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

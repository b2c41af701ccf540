"""Ranking 12 items by comparisons: the rule that chooses pairs, beside random pairs and top-two Thompson sampling.

python benchmarks/hypotheses_ranking.py [--quick]
"""

from __future__ import annotations

from harness import arguments, write

from hypograph.flows.hypotheses.simulate import ranking_document
from hypograph.flows.runtime.text import table


def main() -> None:
    parser = arguments(__doc__)
    chosen = parser.parse_args()
    document = ranking_document(12, [24, 66, 264], 100 if chosen.quick else 1000, 0)
    rows = [
        (r["rule"], r["comparisons"], r["top1"]["mean"], r["top1"]["low"], r["top1"]["high"], r["coverage"], r["ece"])
        for r in document["rules"]
    ]
    print(table(("rule", "comparisons", "top-1", "low", "high", "coverage", "ece"), rows))
    write("hypotheses_ranking", document, quick=chosen.quick)


if __name__ == "__main__":
    main()

"""Count in how many titles and documents each word stands: the background of `text/title_share.csv`.

Run: python benchmarks/literature_title_share.py --papers papers.jsonl.gz
Counts of words alone (3,600 most frequent) over 12,000 papers chosen by seed; no text, no keyphrases, no citations.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
from collections import Counter
from pathlib import Path

from hypograph.models.literature.text.chunks import split
from hypograph.models.literature.text.english import CLOSED
from hypograph.models.literature.text.spelling import american, singular

OUT = Path(__file__).parents[1] / "models" / "literature" / "text" / "title_share.csv"


def words(text: str) -> set[str]:
    """Different words of a text, as keywords spell them."""
    low = (w.lower() for w in split(text.replace("-", " ")))
    return {singular(american(w)) for w in low if w[0].isalpha() and w not in CLOSED}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12_000)
    parser.add_argument("--words", type=int, default=3_600)
    arguments = parser.parse_args()
    with gzip.open(arguments.papers, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    titles: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for line in random.Random(0).sample(lines, arguments.count):
        paper = json.loads(line)
        title = words(paper["title"])
        titles.update(title)
        documents.update(title | words(paper["abstract"] or ""))
    frequent = sorted(documents, key=lambda w: (-documents[w], w))[: arguments.words]
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("word", "titles", "documents"))
        writer.writerows((w, titles[w], documents[w]) for w in sorted(frequent))


if __name__ == "__main__":
    main()

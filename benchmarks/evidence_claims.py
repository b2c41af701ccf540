"""Claims that patterns read from abstracts, beside claims that were marked by hand.

    python benchmarks/evidence_claims.py [--quick]

`alloy_passages.jsonl` names passages of published abstracts (address, hash of the text) and the claims that were
marked in them by hand before any pattern was run; the texts are supplied (`extraction/alloy_passages.jsonl`), no part
of the project. The patterns were corrected by the passages of even number (`seen`) and never by those of odd number
(`unseen`); whoever wrote them had read all. `battery`: sentences that measure a model (`agents/batteries/claims.toml`),
written for this.

Needs HYPOGRAPH_DATA_DIR for the passages; without it only the battery is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from harness import arguments, write

from hypograph.agents.roles.claim_reader import claim_battery
from hypograph.models.core.records import Publication
from hypograph.models.literature.claims.patterns import read_claims
from hypograph.models.literature.claims.scoring import Marked, Reading, compare

MARKED = Path(__file__).parent / "alloy_passages.jsonl"


def main() -> None:
    given = arguments(__doc__).parse_args()
    document: dict[str, Any] = {"battery": dict(read([(t, m) for t, m in claim_battery()]).document())}
    pairs = passages()
    if pairs:
        document["passages"] = len(pairs)
        document["claims_marked"] = sum(len(m) for _, m in pairs)
        document["seen"] = dict(read(pairs[::2]).document())
        document["unseen"] = dict(read(pairs[1::2]).document())
    for name, part in document.items():
        print(name, part)
    write("evidence_claims", document, quick=given.quick)


def read(pairs: list[tuple[str, tuple[Marked, ...]]]) -> Reading:
    total = Reading()
    for i, (text, marked) in enumerate(pairs):
        total += compare(read_claims(Publication(str(i), abstract=text)), marked)
    return total


def passages() -> list[tuple[str, tuple[Marked, ...]]]:
    """Texts with their marked claims, in the order of the marks; none where the texts are not supplied."""
    file = Path(os.environ.get("HYPOGRAPH_DATA_DIR", "")) / "extraction" / "alloy_passages.jsonl"
    if not file.is_file():
        print(f"skipped: the passages are not supplied ({file})")
        return []
    texts = {row["id"]: row["text"] for row in map(json.loads, file.read_text("utf-8").splitlines())}
    found = []
    for row in map(json.loads, MARKED.read_text("utf-8").splitlines()):
        text = texts[row["id"]]
        if hashlib.sha256(text.encode()).hexdigest()[:16] != row["sha256"]:
            raise SystemExit(f"{row['id']}: the text is not the one that was marked")
        found.append((text, tuple(Marked(**claim) for claim in row["claims"])))
    return found


if __name__ == "__main__":
    main()

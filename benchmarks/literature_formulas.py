"""Measure how formulas are read in annotated materials abstracts (supplied data), against a list judged by a person.

Run: python benchmarks/literature_formulas.py --gold doping_train.json
Each different reading of the 162 abstracts was judged in its sentence by one reader; `judged/doping_formulas.json`
holds those that are right with their composition, those that are wrong, and formulas that were overlooked.
A reading that is not on the list counts as wrong. Recall is over the right and the overlooked formulas that stand in
an abstract.
`annotated` is the share of the annotators' own hosts and results that pymatgen takes for compounds (abbreviations such
as YAG aside) that were read in their sentence.
Baseline: every word that pymatgen accepts as a composition of two elements or more.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymatgen.core import Composition

from hypograph.models.literature.chemistry.reading import chemistry, not_chemistry
from hypograph.models.literature.chemistry.split_formulas import join_split
from hypograph.models.literature.text.abbreviations import abbreviations
from hypograph.models.literature.text.markup import plain_text

JUDGED = Path(__file__).parent / "judged" / "doping_formulas.json"
OUT = Path(__file__).parent / "results" / "literature_formulas.json"
Readings = set[tuple[str, str]]
Reader = Callable[[str], Readings]
_ABBREVIATION = re.compile(r"[A-Z]{2,}[a-z]?s?")
_WORD = re.compile(r"[A-Z][A-Za-z0-9().]*[A-Za-z0-9)]")


def ours(text: str) -> Readings:
    """(as written, canonical) of each compound."""
    found = chemistry(text, not_chemistry(abbreviations(text)))
    return {(f.name, f.formula.name()) for f in found if f.formula is not None}


def baseline(text: str) -> Readings:
    """Whatever pymatgen takes for a composition."""
    return {(w, w) for w in _WORD.findall(text) if composition(w) is not None}


def composition(text: str) -> Composition | None:
    """A composition of two elements or more, by pymatgen."""
    try:
        found = Composition(text)
    except (ValueError, KeyError):
        return None
    return found if len(found) > 1 and not _ABBREVIATION.fullmatch(text) else None


def measure(texts: list[str], read: Reader, judged: dict[str, Any]) -> dict[str, float]:
    """Precision and recall over (abstract, formula), and precision over different readings."""
    right: dict[str, str] = judged["right"]
    hits = said = wanted = 0
    good: set[str] = set()
    every: set[str] = set()
    for text in texts:
        names = {name for name, _ in read(text)}
        plain = join_split(text)[0].replace("·0", ".0").replace("·9", ".9")
        there = {n for n in [*right, *judged["overlooked"]] if _stands(n, plain)}
        hits, said, wanted = (
            hits + len(names & right.keys()),
            said + len(names),
            wanted + len(there | names & right.keys()),
        )
        good, every = good | names & right.keys(), every | names
    return {
        "precision": round(hits / max(said, 1), 3),
        "precision_different": round(len(good) / max(len(every), 1), 3),
        "recall": round(hits / max(wanted, 1), 3),
        "formulas": wanted,
    }


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9.]){re.escape(name)}(?![A-Za-z0-9:]*[+])(?![A-Za-z0-9])", text) is not None


def hosts_found(documents: list[dict[str, Any]], read: Reader) -> dict[str, float]:
    """Share of the annotators' hosts and results that are compounds and were read in their sentence."""
    hits = wanted = 0
    for document in documents:
        for sentence in document["doping_sentences"]:
            told = {
                c for c in (composition(k) for _, k in read(plain_text(sentence["sentence_text"]))) if c is not None
            }
            gold = [*sentence["basemats"].values(), *sentence["results"].values()]
            for host in {c for c in (composition(plain_text(h)) for h in gold) if c is not None}:
                wanted += 1
                hits += any(host.reduced_composition == t.reduced_composition for t in told)
    return {"recall": round(hits / max(wanted, 1), 3), "hosts": wanted}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", type=Path, required=True)
    documents = json.loads(parser.parse_args().gold.read_text("utf-8"))
    judged = json.loads(JUDGED.read_text("utf-8"))
    texts = [f"{plain_text(d['title'])} . {plain_text(d['text'])}" for d in documents]
    result: dict[str, Any] = {"data": "supplied data, judged by one reader", "abstracts": len(documents)}
    for name, read in (("ours", ours), ("baseline", baseline)):
        result[name] = measure(texts, read, judged) | {"annotated": hosts_found(documents, read)}
        print(name, result[name])
    known = judged["right"].keys() | set(judged["wrong"])
    result["not_judged"] = sorted({n for t in texts for n, _ in ours(t)} - known)
    OUT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()

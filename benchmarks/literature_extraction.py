"""Measure extraction of hosts, dopants and their links on annotated materials abstracts (supplied data).

Run: python benchmarks/literature_extraction.py --gold doping_train.json
The gold holds sentences with ``basemats``, ``dopants`` and ``dopants2basemats``. Rules were written on the even
abstracts; figures of the odd ones are given beside all. Baseline: every formula is a host of every other element.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from harness import arguments, supplied, write

from hypograph.models.literature.keywords.relations import sentence_relations
from hypograph.models.literature.text.formulas import FORMULA, NAME_TO_SYMBOL, SYMBOL_SET, looks_like_formula
from hypograph.models.literature.text.materials import material_mentions
from hypograph.models.literature.text.spelling import normalise

Links = set[tuple[str, str]]


def dopant_name(text: str) -> str:
    """An element by its symbol, whatever its charge or adjective; other dopants as they are."""
    for word in text.replace("-", " ").split():
        if word.lower() in NAME_TO_SYMBOL:
            return NAME_TO_SYMBOL[word.lower()]
        for size in (2, 1):
            if word[:size] in SYMBOL_SET and not word[size : size + 1].isalpha():
                return word[:size]
    return normalise(text)


def gold_links(sentence: dict[str, Any]) -> Links:
    return {
        (normalise(sentence["basemats"][host]), dopant_name(sentence["dopants"][dopant]))
        for dopant, hosts in sentence["dopants2basemats"].items()
        for host in hosts
    }


def ours(text: str) -> Links:
    rows = sentence_relations(text)
    return {(normalise(r.first), dopant_name(r.second)) for r in rows if r.relation == "doped with"}


def baseline(text: str) -> Links:
    hosts = {normalise(m.group()) for m in FORMULA.finditer(text) if looks_like_formula(m.group())}
    elements = {m.keyword for m in material_mentions(text, formulas=False) if m.kind == "element"}
    elements |= {w.rstrip("0123456789+−-") for w in text.split()} & SYMBOL_SET
    return {(h, e) for h in hosts for e in elements if h != e}


def scores(pairs: Iterable[tuple[set[Any], set[Any]]]) -> dict[str, float]:
    hits = found = wanted = 0
    for said, gold in pairs:
        hits, found, wanted = hits + len(said & gold), found + len(said), wanted + len(gold)
    precision, recall = hits / max(found, 1), hits / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3), "gold": wanted}


def measure(documents: list[dict[str, Any]], method: Callable[[str], Links]) -> dict[str, dict[str, float]]:
    sentences = [s for d in documents for s in d["doping_sentences"]]
    said = [(method(s["sentence_text"]), gold_links(s)) for s in sentences]
    return {
        "links": scores(said),
        "dopants": scores(
            ({d for _, d in a}, {dopant_name(x) for x in s["dopants"].values()})
            for (a, _), s in zip(said, sentences, strict=True)
        ),
        "hosts": scores(
            ({h for h, _ in a}, {normalise(x) for x in s["basemats"].values()})
            for (a, _), s in zip(said, sentences, strict=True)
        ),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--gold", type=Path, help="default: the supplied doping abstracts")
    given = parser.parse_args()
    gold = given.gold or supplied("extraction/doping_train.json")
    documents = json.loads(gold.read_text("utf-8"))[: 20 if given.quick else None]
    result = {"data": "supplied data", "abstracts": len(documents)}
    for name, method in (("ours", ours), ("baseline", baseline)):
        result[name] = {"all": measure(documents, method), "odd": measure(documents[1::2], method)}
        print(name, result[name])
    write("literature_extraction", result, quick=given.quick)


if __name__ == "__main__":
    main()

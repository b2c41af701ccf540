"""Players of a search over documents: a proposer that writes by rule, and a judge that knows what is good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypograph.models.core.protocols import NO_CONTEXT, Candidate, JudgingContext, Verdict
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.search.operators import (
    A,
    Block,
    Critique,
    Lessons,
    Operator,
    Readings,
    Rewriting,
)

SALTS = ("sulfate", "citrate", "phosphate", "acetate", "chloride", "nitrate", "iodide", "perchlorate", "tartrate")


def document(salt: str = "sulfate", **changes: Any) -> HypothesisDocument:
    """Return a complete document about one salt."""
    fields = {
        "statement": f"Guanidinium {salt} in an aligned poly(vinyl alcohol) hydrogel raises the thermopower of {salt}.",
        "mechanisms": [
            f"{salt} ions order the water around the redox couple",
            f"aligned channels speed {salt} transport",
        ],
        "intervention": f"add guanidinium {salt}",
        "components": [
            {"name": f"guanidinium {salt}", "amount": "0.5 M", "role": "salt"},
            {"name": "poly(vinyl alcohol)", "amount": "10 wt%", "role": "matrix"},
        ],
        "conditions": ["freeze at -20 °C for 12 h", "temperature difference between 10 and 30 K"],
        "procedure": "Freeze along one direction, then soak.",
        "measurement": "Open-circuit voltage against temperature difference.",
        "prediction": {"quantity": "thermopower", "relation": ">", "value": 2.0, "unit": "mV/K"},
        "controls": ["no salt", "isotropic gel"],
        "rivals": [{"statement": "The salt only changes the pH.", "observation": "pH at equal salt"}],
        "refuted_by": "the thermopower stays below 1.5 mV/K",
        "assumptions": ["the couple is stable"],
        "nearest": "Isotropic gels.",
        "alternatives": [{"field": "salt", "value": "guanidinium chloride", "reason": "cheaper"}],
    }
    return HypothesisDocument.model_validate({**fields, **changes})


class Scripted:
    """A proposer that writes about one salt after the other; rewritings keep every fact unless told otherwise."""

    name = "scripted"

    def __init__(self, fail: Sequence[str] = (), lose: bool = False, statement: str = "") -> None:
        self.statement = statement
        self.asked: list[tuple[str, int]] = []
        self.parts: list[Mapping[str, str]] = []
        self.blocks: list[Block] = []
        self.fail, self.lose = set(fail), lose

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> A | None:
        """Answer one request."""
        self.asked.append((operator, sample))
        self.parts.append(parts)
        self.blocks.append(block)
        if operator in self.fail:
            return None
        return schema.model_validate(self._answer(operator, parts, schema, sample))

    def _written(self, salt: str, **changes: Any) -> HypothesisDocument:
        told = {"statement": self.statement.format(salt=salt)} if self.statement else {}
        return document(salt, **told, **changes)

    def _answer(self, operator: Operator, parts: Mapping[str, str], schema: type[Any], sample: int) -> Any:
        if schema is Readings:
            return {"readings": [{"reading": f"reading {i}", "change": "the salt"} for i in range(3)]}
        if schema is Critique:
            opinion = {
                "severity": "fatal",
                "claim": "order",
                "reason": "The ions pair in water.",
                "passage": "",
                "observation": "conductivity against dilution",
                "repair": "dilute",
            }
            quoted = {**opinion, "severity": "minor", "passage": "words that stand in no passage at all"}
            return {"keep": ["the salt"], "faults": [opinion, quoted], "missing": ["a series"]}
        if schema is Lessons:
            return {"lessons": [{"question": "Which ion orders water?", "verdicts": [0]}]}
        if schema is Rewriting:
            salt = next(s for s in SALTS if s in parts["document"])
            extra = {"assumptions": ["the couple is stable", f"version {sample}"], "nearest": f"Version {sample}."}
            lost = {"components": [{"name": "lithium", "amount": "1 M", "role": "salt"}]} if self.lose else {}
            added = {"mechanisms": [*document(salt).mechanisms, f"version {sample} adds convection of heat"]}
            return {"changes": [], "document": self._written(salt, **extra, **added, **lost).model_dump(mode="json")}
        place = {"direct": 0, "propose": 1 + sample, "counter": 7, "simplify": 8}[operator]
        salt = SALTS[(place + 3 * sample if operator == "direct" else place) % 9]
        return self._written(salt).model_dump(mode="json")


class Knowing:
    """A judge that prefers salts by a list, with a lean to what is shown first."""

    def __init__(self, best: Sequence[str] = ("phosphate", "citrate", "sulfate"), lean: float = 0.0) -> None:
        self.best, self.lean, self.name = tuple(best), lean, f"knowing {' '.join(best)} {lean}"
        self.asked: list[tuple[str, str]] = []
        self.contexts: list[JudgingContext] = []

    def worth(self, text: str) -> float:
        """Return the worth of a text: by its salt, and a little for each version."""
        salt = next((i for i, s in enumerate(self.best) if f"guanidinium {s}" in text.lower()), len(self.best))
        return 2.0 * (len(self.best) - salt) + (0.5 if "version" in text else 0.0)

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> list[Verdict]:
        """Return stated probabilities."""
        import math

        found = []
        for first, second in pairs:
            self.asked.append((first.id, second.id))
            self.contexts.append(context)
            gap = self.lean if self.lean else self.worth(first.text) - self.worth(second.text)
            found.append(Verdict(1 / (1 + math.exp(-gap)), reasons=f"the salt decides: {gap:.1f}"))
        return found


def plant(home: Path) -> dict[str, Any]:
    """Search an answer to a question in a home that has a graph; returns the document of the search."""
    from hypograph.flows.hypotheses.search import Request, corpus_of, run_search
    from hypograph.flows.readers.disciplines import load_discipline
    from hypograph.flows.readers.publications.registry import hea_literature
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.units import UnitRunner
    from hypograph.graph import open_store

    statement = "CrCoNi keeps FCC phases after processing by magnetron sputtering on guanidinium {salt}."
    settings = load_settings(home=home)
    request = Request("Which films keep one phase?", "Sputtered films", calls=24)
    costs = lambda: {"calls": 0, "tokens": 0, "cost": 0.0}  # noqa: E731
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        runner, corpus = UnitRunner(store, home / "units"), corpus_of(hea_literature(limit=200), "")
        discipline, proposer = load_discipline("alloys"), Scripted(statement=statement)
        return run_search(request, discipline, corpus, proposer, Knowing(), runner, costs)

"""Manifesting: from a keyword set to a stated concept with its logic graph, step by step, each step a unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any, Final

from hypograph.flows.runtime.unit_kinds import MANIFEST, MANIFEST_READ, MANIFEST_STEPS
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.concepts import manifest_records
from hypograph.models.core.errors import InputError
from hypograph.models.core.knowledge_free import informed
from hypograph.models.core.records import Outcome
from hypograph.models.literature.inspiration.concept import (
    PassageReader,
    Sentence,
    TemplateWriter,
    WordReader,
    Writer,
    checked,
    holds,
    written_out,
)
from hypograph.models.literature.inspiration.logic_graph import (
    CONCEPT,
    IGNORANCE,
    Belief,
    Claim,
    concept_belief,
    join,
    mass_of,
    sound,
)
from hypograph.models.literature.inspiration.passages import Passage, PassageIndex, gives_orders

STEPS: Final = ("concept", "goal", "thesis", "logic", "critiques", "statement")
SHOWN: Final = 12
DOUBT: Final = "no effect failed limitation degradation contrary"
NOTE_PLAIN: Final = (
    "No language model is configured: the statement is a template, and masses come from shared words, mostly ignorance."
)
NOTE_MODEL: Final = "Written by a language model; {reader}. Citations are checked against the passages retrieved."


@dataclass(frozen=True)
class Manifester:
    """Who writes, who reads, and which steps are left to the template.

    Attributes
    ----------
    writer
        Without knowledge of the field: the template throughout.
    reader
        Reads passages for what they say of claims.
    per_claim
        Passages read for each step of the logic graph.
    skip
        Names of `STEPS` that the writer does not do.
    """

    writer: Writer = field(default_factory=TemplateWriter)
    reader: PassageReader = field(default_factory=WordReader)
    per_claim: int = 3
    skip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [s for s in self.skip if s not in STEPS]
        if unknown:
            raise InputError(f"no such step: {unknown[0]!r}", where="--skip", expected=", ".join(STEPS))


@dataclass(frozen=True, slots=True)
class Stated:
    """A hypothesis that stands already: its statement, and the mechanisms that it rests on."""

    id: str
    statement: str
    mechanisms: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Work:
    """What all steps of one keyword set share."""

    runner: UnitRunner
    keywords: tuple[str, ...]
    passages: tuple[Passage, ...]
    by: Manifester
    stated: Stated | None = None
    steps: list[dict[str, str]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [p.text for p in self.passages]

    def step(self, name: str, inputs: Mapping[str, Any], written: Callable[[Writer], Any]) -> Any:
        """Let the writer do a step, as a unit; where it has nothing, or none is there, the template does."""
        template = TemplateWriter(self.keywords)
        writer = self.by.writer
        if informed(writer) and name not in self.by.skip:
            known = {"keywords": self.keywords, "passages": self.passages, "writer": writer.name, **inputs}
            found = self.runner.run(MANIFEST_STEPS[name], known, lambda: Outcome({"value": _plain(written(writer))}))
            if found["value"]:
                self.steps.append({"step": name, "by": "model"})
                return found["value"]
        self.steps.append({"step": name, "by": "template"})
        return _plain(written(template))


def _plain(value: Any) -> Any:
    """Sequences of records as JSON gives them back."""
    if isinstance(value, str):
        return value
    return [{name: _listed(getattr(one, name)) for name in one.__slots__} for one in value]


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def manifest_units(
    runner: UnitRunner,
    keywords: Sequence[str],
    library: PassageIndex,
    by: Manifester,
    numbers: Mapping[str, float] | None = None,
    stated: Stated | None = None,
) -> dict[str, Any]:
    """Manifest a keyword set.

    Parameters
    ----------
    runner
        Runs and keeps the units: one a written step, one for the passages read, one for what goes into the
        graph. A run that ends early (a spent budget) keeps those that are done.
    keywords
        The set, at least two.
    library
        The corpus.
    by
        Who writes and reads.
    numbers
        Potential and novelty of the set, where they are known.
    stated
        A hypothesis that stands already: its statement and mechanisms are what passages are read for.

    Returns
    -------
    dict
        The document of `hypograph literature manifest`.

    Raises
    ------
    InputError
        If there are fewer than two keywords.
    BudgetSpentError
        If the language model's budget is spent.
    """
    wanted = tuple(dict.fromkeys(k.strip() for k in keywords if k.strip()))
    if len(wanted) < 2:
        raise InputError(
            "a concept links two keywords or more", where="--keywords", expected="keywords parted by commas"
        )
    passages, orders = gather(wanted, library)
    work = _Work(runner, wanted, tuple(passages), by, stated)
    written = _write(work)
    claims = _claims(work, written["thesis"])
    questions = _questions(claims, work.passages, library, by.per_claim, search=stated is not None)
    read = runner.run(
        MANIFEST_READ,
        {"questions": [(q.claim, q.passage.text) for q in questions], "reader": by.reader.name},
        partial(_read, questions, by.reader),
    )["said"]
    beliefs, rows = _weigh(questions, read)
    critiques = work.step(
        "critiques", {"thesis": written["thesis"]}, lambda w: w.critiques(written["thesis"], work.texts)
    )
    sentences = work.step(
        "statement",
        {"thesis": written["thesis"], "claims": claims},
        lambda w: w.statement(written["thesis"], claims, work.texts),
    )
    kept, dropped = checked([Sentence(s["text"], tuple(s["cites"])) for s in sentences], len(work.passages))
    document = {
        "keywords": list(wanted),
        **({"hypothesis": stated.id} if stated is not None else {}),
        "note": _note(by),
        "writer": by.writer.name,
        "reader": by.reader.name,
        "steps": work.steps,
        **written,
        **_logic_document(claims, beliefs, rows, work.passages),
        "counterarguments": _counter(rows),
        "critiques": critiques,
        "statement": written_out(kept, {i: p.publication for i, p in enumerate(work.passages, 1)}),
        "citations": _citations(kept, claims, work.passages, library),
        "dropped_citations": dropped,
        "withheld": [{"publication": p.publication, "passage": p.text} for p in orders],
        **{k: round(float(v), 6) for k, v in (numbers or {}).items()},
    }
    return runner.run(MANIFEST, {"document": document}, lambda: manifest_records(document))


def gather(keywords: Sequence[str], library: PassageIndex) -> tuple[list[Passage], list[Passage]]:
    """Retrieve passages about a set: those that hold pairs of its keywords first.

    Returns
    -------
    tuple
        Up to `SHOWN` passages, and those left out because they read like instructions to a model.
    """
    pairs = list(combinations(keywords, 2))
    found: dict[tuple[str, str], tuple[int, int, Passage]] = {}
    for turn, words in enumerate([*pairs, tuple(keywords), *((k,) for k in keywords)]):
        for place, passage in enumerate(library.find(" ".join(words), 3)):
            ties = sum(holds(passage.text, a) and holds(passage.text, b) for a, b in pairs)
            found.setdefault((passage.publication, passage.text), (-ties, place * 100 + turn, passage))
    ranked = [entry[2] for entry in sorted(found.values(), key=lambda e: (e[0], e[1]))]
    orders = [p for p in ranked if gives_orders(p.text)]
    return [p for p in ranked if p not in orders][:SHOWN], orders


def _write(work: _Work) -> dict[str, str]:
    keys, texts = work.keywords, work.texts
    if work.stated is not None:
        work.steps.extend({"step": name, "by": "hypothesis"} for name in ("concept", "thesis", "logic"))
        return {"concept": work.stated.statement, "goal": "", "thesis": work.stated.statement}
    concept = work.step("concept", {}, lambda w: w.concept(keys, texts))
    goal = work.step("goal", {"concept": concept}, lambda w: w.goal(keys, concept))
    thesis = work.step("thesis", {"concept": concept, "goal": goal}, lambda w: w.thesis(keys, concept, goal))
    return {"concept": concept, "goal": goal, "thesis": thesis}


def _claims(work: _Work, thesis: str) -> list[Claim]:
    """Rationales, intermediates, and the concept drawn from what nothing else is drawn from."""
    if work.stated is not None:
        told = [Claim(f"m{i}", text) for i, text in enumerate(work.stated.mechanisms, 1)]
        return [*told, Claim(CONCEPT, thesis, tuple(c.id for c in told))]
    found = work.step("logic", {"thesis": thesis}, lambda w: w.logic(thesis, work.texts))
    claims = [Claim(c["id"], c["text"], tuple(c["grounds"]), tuple(c["cites"])) for c in found]
    claims = [c for c in sound(claims) if c.id != CONCEPT]
    used = {g for c in claims for g in c.grounds}
    ends = tuple(c.id for c in claims if c.id not in used)
    return [*claims, Claim(CONCEPT, thesis, ends)]


@dataclass(frozen=True)
class _Asked:
    """One passage to read: for a claim itself (`ground` empty), or for the step from a ground to it."""

    ground: str
    target: str
    claim: str
    passage: Passage


def _questions(
    claims: Sequence[Claim], passages: Sequence[Passage], library: PassageIndex, most: int, *, search: bool = False
) -> list[_Asked]:
    """Say which passages are read for what; with `search` they are looked up for every claim, cited or not."""
    text = {c.id: c.text for c in claims}
    asked: list[_Asked] = []
    for claim in claims:
        if claim.id == CONCEPT or search:
            own = [*library.find(claim.text, 2 * most), *library.find(f"{claim.text} {DOUBT}", most)]
        else:
            own = [passages[n - 1] for n in claim.cites if 1 <= n <= len(passages)][:most]
        asked += [_Asked("", claim.id, claim.text, p) for p in dict.fromkeys(own)]
        for ground in claim.grounds:
            step = f"{text[ground].rstrip('.')}; therefore {claim.text}"
            asked += [_Asked(ground, claim.id, step, p) for p in library.find(step, most)]
    return [q for q in asked if not gives_orders(q.passage.text)]


def _read(questions: Sequence[_Asked], reader: PassageReader) -> Outcome:
    return Outcome({"said": _plain(reader.read([(q.claim, q.passage.text) for q in questions]))})


def _weigh(
    questions: Sequence[_Asked], read: Sequence[Mapping[str, Any]]
) -> tuple[dict[tuple[str, str], Belief], list[dict[str, Any]]]:
    masses: dict[tuple[str, str], list[Any]] = {}
    rows = []
    for asked, said in zip(questions, read, strict=True):
        mass = mass_of(said["supports"], said["contradicts"], said["trust"])
        masses.setdefault((asked.ground, asked.target), []).append(mass)
        rows.append(
            {
                "from": asked.ground,
                "to": asked.target,
                "claim": asked.claim,
                "publication": asked.passage.publication,
                "passage": asked.passage.text,
                **said,
                "mass": join([mass]).document(),
            }
        )
    return {key: join(found) for key, found in masses.items()}, rows


def _logic_document(
    claims: Sequence[Claim],
    beliefs: Mapping[tuple[str, str], Belief],
    rows: Sequence[Mapping[str, Any]],
    passages: Sequence[Passage],
) -> dict[str, Any]:
    steps = {key: value for key, value in beliefs.items() if key[0]}
    own = {target: value for (ground, target), value in beliefs.items() if not ground}
    whole = concept_belief(claims, steps, own)
    listed = [
        {
            "id": c.id,
            "text": c.text,
            "from": list(c.grounds),
            "citations": [passages[n - 1].publication for n in c.cites if 1 <= n <= len(passages)],
            "mass": own.get(c.id, IGNORANCE).document(),
        }
        for c in claims
    ]
    edges = [
        {"from": g, "to": c.id, "mass": steps.get((g, c.id), IGNORANCE).document()} for c in claims for g in c.grounds
    ]
    plausibility = {
        "belief": round(whole.supported, 6),
        "plausibility": round(whole.plausibility, 6),
        "ignorance": round(whole.unknown, 6),
        "conflict": round(whole.conflict, 6),
    }
    return {"claims": listed, "edges": edges, "readings": list(rows), "plausibility": plausibility}


def _counter(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Passages that speak against the concept rather than for it, the clearest first."""
    against = [r for r in rows if not r["from"] and r["to"] == CONCEPT and r["contradicts"] > r["supports"]]
    ranked = sorted(against, key=lambda r: (-r["contradicts"], r["publication"], r["passage"]))
    return [{k: r[k] for k in ("publication", "passage", "contradicts", "answer")} for r in ranked]


def _citations(
    sentences: Sequence[Sentence], claims: Sequence[Claim], passages: Sequence[Passage], library: PassageIndex
) -> list[dict[str, Any]]:
    cited = {n for s in sentences for n in s.cites} | {n for c in claims for n in c.cites}
    keys = dict.fromkeys(passages[n - 1].publication for n in sorted(cited) if 1 <= n <= len(passages))
    return [{"publication": k, "title": library.by_key[k].title, "year": library.by_key[k].year} for k in keys]


def _note(by: Manifester) -> str:
    if not informed(by.writer):
        return NOTE_PLAIN
    return NOTE_MODEL.format(reader=f"passages are read by {by.reader.name}")

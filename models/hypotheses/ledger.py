"""The ledger of a document: typed facts that code extracts, and checks after every rewriting.

A revision that loses the right metal, or claims the opposite of what was right, does so without a word. So each fact
of a document is kept unless the revision names it with a reason, and a core claim falls on evidence only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hypograph.models.core.quantities import Quantity, quantities
from hypograph.models.hypotheses.document import HypothesisDocument, sections, text_of
from hypograph.models.hypotheses.tasks.corpus import words

FactKind = Literal["mechanism", "component", "amount", "condition", "prediction"]
BESIDE = ("Intervention", "Procedure", "Measurement", "Controls", "Rival explanations", "Refuted if", "Assumptions",
          "Nearest prior work")  # fmt: skip
CORE: tuple[FactKind, ...] = ("mechanism",)
OVERLAP = 0.6  # share of a claim's content words that its restatement must hold
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a document.

    Attributes
    ----------
    kind, text
        What it is of, and how it stands there.
    core
        Whether the hypothesis falls with it: a mechanism, or the main component.
    quantity
        The quantity in it, if it is one.
    """

    kind: FactKind
    text: str
    core: bool = False
    quantity: Quantity | None = None

    @property
    def key(self) -> str:
        """What makes two facts of two documents the same."""
        if self.quantity is not None:
            low, high = self.quantity.base
            return f"{self.kind}:{self.quantity.dimension}:{low:.4g}:{high:.4g}"
        words = content_words(self.text) if self.kind == "mechanism" else [normal(self.text)]
        return f"{self.kind}:{' '.join(sorted(words))}"


def normal(name: str) -> str:
    """Return the normal form of a name: lower case, letters and digits only."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum())


def content_words(text: str) -> list[str]:
    """Return the words of a text that carry meaning."""
    return [
        w for w in words(text) if w not in ("because", "been", "have", "into", "so", "their", "then", "were", "which")
    ]


def ledger(document: HypothesisDocument) -> list[Fact]:
    """Return the facts of a document: mechanisms, components, amounts, conditions, prediction."""
    facts = [Fact("mechanism", m, True) for m in document.mechanisms]
    for number, component in enumerate(document.components):
        facts.append(Fact("component", component.name, number == 0))
        facts += [Fact("amount", f"{component.name}: {q.text}", False, q) for q in quantities(component.amount)]
    for text in (*document.conditions, document.procedure):
        facts += [Fact("condition", q.text, False, q) for q in quantities(text)]
    if document.prediction is not None:
        facts.append(Fact("prediction", str(document.prediction)))
    return list({f.key: f for f in facts}.values())


def fact_keys(document: HypothesisDocument) -> frozenset[str]:
    """Return the keys of a document's facts."""
    return frozenset(f.key for f in ledger(document))


def claim_keys(document: HypothesisDocument) -> frozenset[str]:
    """Return what the preference model sees of a document: its facts, and every other line that it commits to.

    With the facts alone a revision that adds controls or another measurement would be its parent over again, and no
    verdict could tell the two apart.
    """
    lines = {f"{title}:{normal(line)}" for title, told in sections(document) if title in BESIDE for line in told}
    return fact_keys(document) | lines


def holds(document: HypothesisDocument, fact: Fact) -> bool:
    """Tell whether a document still holds a fact: a quantity by value and unit, a name by its normal form."""
    text = text_of(document)
    if fact.quantity is not None:
        return any(fact.quantity.same(q) for q in quantities(text))
    if fact.kind in ("mechanism", "prediction"):
        wanted = set(content_words(fact.text))
        return len(wanted & set(content_words(text))) >= OVERLAP * max(len(wanted), 1)
    return normal(fact.text) in normal(text)


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision says it did to a fact, why, and on what: a passage word for word, or nothing."""

    fact: str
    status: Literal["keep", "replace", "drop", "add"]
    reason: str
    evidence: str = ""


def silent_losses(
    parent: HypothesisDocument, child: HypothesisDocument, changes: Sequence[Change], known: Sequence[str]
) -> list[str]:
    """Say what a revision lost without leave.

    Parameters
    ----------
    parent, child
        The document before and after.
    changes
        What the revision says it did.
    known
        Survey and passages: a reason counts as evidence if its words stand in one of them.

    Returns
    -------
    list of str
        Facts that are gone without a reason, and core claims that fell on an opinion.
    """
    gone = {_tag(c.fact): c for c in changes if c.status in ("replace", "drop") and c.reason.strip()}
    problems = []
    for fact in ledger(parent):
        if holds(child, fact):
            continue
        change = next(
            (c for tag, c in gone.items() if tag and (tag in _tag(fact.text) or _tag(fact.text) in tag)), None
        )
        if change is None:
            problems.append(f"lost without a reason: {fact.kind}: {fact.text}")
        elif fact.core and not stands_in(change.evidence, known):
            problems.append(f"a core claim was given up on an opinion: {fact.kind}: {fact.text}")
    return problems


def stands_in(quote: str, known: Sequence[str]) -> bool:
    """Tell whether a quotation of at least four words stands in one of some texts, but for case and spacing."""
    words = _WORD.findall(quote.casefold())
    if len(words) < 4:
        return False
    wanted = f" {' '.join(words)} "
    return any(wanted in f" {' '.join(_WORD.findall(text.casefold()))} " for text in known)


def core_changed(parent: HypothesisDocument, child: HypothesisDocument) -> bool:
    """Tell whether a child gave up a core claim of its parent: then it stands beside it as another hypothesis."""
    return any(f.core and not holds(child, f) for f in ledger(parent))


def near_duplicate(one: HypothesisDocument, other: HypothesisDocument, limit: float = 0.85) -> bool:
    """Tell whether two documents say the same: by their facts, and by the words of statement and mechanisms."""
    left, right = ({*content_words(d.statement), *content_words(" ".join(d.mechanisms))} for d in (one, other))
    words = len(left & right) / max(len(left | right), 1)
    a, b = fact_keys(one), fact_keys(other)
    facts = len(a & b) / max(len(a | b), 1) if a | b else 1.0
    return words >= limit and facts >= limit


def unchanged(parent: HypothesisDocument, child: HypothesisDocument, limit: float = 0.97) -> bool:
    """Tell whether a rewriting left its parent as it was, by the words of the whole text.

    A revision keeps statement, mechanisms and facts, and may be better by its controls alone: what makes two hypotheses
    the same does not make a rewriting idle.
    """
    left, right = ({*content_words(text_of(d))} for d in (parent, child))
    return len(left & right) / max(len(left | right), 1) >= limit


def _tag(text: str) -> str:
    return normal(text)

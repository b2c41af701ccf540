"""Reads passages by closed questions, and measures on a corpus how well it does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Choice, Closed, Reading
from hypograph.agents.prompts import render, template
from hypograph.agents.roles.judgement import WEIGHT, Role
from hypograph.models.literature.inspiration.concept import Said
from hypograph.models.literature.inspiration.passages import gives_orders
from hypograph.models.statistics.intervals import wilson

OPTIONS = ("it supports the claim", "it contradicts the claim", "it says nothing about the claim")
# Every option stands once in each place: the preference for a letter averages out.
ORDERS = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
_VERB = re.compile(r"\b(is|are|was|were|can|has been|have been|could|may)\b(?! not)")


class ModelPassageReader(Role):
    """Asks of each passage whether it supports a claim, contradicts it or says nothing.

    A passage that gives orders is not shown to the model and counts as ignorance.
    """

    role = "passage reader"

    def read(self, questions: Sequence[tuple[str, str]]) -> list[Said]:
        """Return one reading a question; without skill nothing is asked."""
        if self._silent:
            return [Said(0.0, 0.0, 0.0, "not asked: no skill measured", self.name) for _ in questions]
        shown = [i for i, (_, passage) in enumerate(questions) if not gives_orders(passage)]
        found = dict(
            zip(shown, self._gateway.choose_all([passage_question(*questions[i]) for i in shown]), strict=True)
        )
        return [self._said(found.get(i)) for i in range(len(questions))]

    def _said(self, choice: Choice | None) -> Said:
        if choice is None:
            return Said(0.0, 0.0, 0.0, "not shown: reads like instructions", self.name)
        provenance = self._provenance(choice.prompt_hash)
        if not choice.valid:
            return Said(0.0, 0.0, 0.0, "unusable answer", provenance)
        trust = WEIGHT if self.skill is None else self.skill
        shares = " ".join(f"{p:.3f}" for p in choice.p)
        return Said(float(choice.p[0]), float(choice.p[1]), trust, f"{shares} from {choice.method}", provenance)


def passage_question(claim: str, passage: str) -> Closed:
    """Return the closed question; options 0, 1, 2 are `OPTIONS`."""
    readings = []
    for order in ORDERS:
        letters = {f"option_{letter}": OPTIONS[i] for letter, i in zip("abc", order, strict=True)}
        readings.append(Reading(render("passage_closed", claim=claim, passage=passage, **letters).strip(), order))
    return Closed("passage reader", template("closed_system").template.strip(), tuple(readings))


def denied(sentence: str) -> str | None:
    """Turn a sentence into its opposite by one word, None where the rule finds no verb."""
    made, count = _VERB.subn(lambda m: f"{m.group(0)} not", sentence, count=1)
    return made if count else None


def passage_battery(texts: Sequence[tuple[str, str]], n: int, seed: int = 0) -> list[tuple[str, str, int]]:
    """Make questions with known answers out of a corpus.

    Parameters
    ----------
    texts
        Sentence and the passage it was taken from, one of each publication.
    n
        Questions wanted; fewer where the corpus is small.
    seed
        Seed of the choice.

    Returns
    -------
    list of (claim, passage, right option)
        By turns: the sentence with its own passage (supports), its denial with that passage (contradicts), and
        the sentence with another publication's passage (says nothing). The rule was fixed before any model
        was asked. Supporting is easy here, since the words are the same: it is an upper bound for paraphrases.
    """
    usable = [(s, p) for s, p in texts if denied(s) is not None and not gives_orders(p)]
    order = np.random.default_rng(seed).permutation(len(usable))
    made: list[tuple[str, str, int]] = []
    for place in range(min(n, len(usable) if len(usable) > 1 else 0)):
        sentence, passage = usable[order[place]]
        other = usable[order[(place + 1) % len(usable)]][1]
        denial = denied(sentence) or sentence
        made.append([(sentence, passage, 0), (denial, passage, 1), (sentence, other, 2)][place % 3])
    return made


def measure_reader(gateway: Gateway | Cascade, battery: Sequence[tuple[str, str, int]]) -> dict[str, object]:
    """Ask a battery and keep the skill of this model at reading passages.

    Returns
    -------
    dict
        ``n``, ``accuracy`` (value, low, high: Wilson, 95%) and ``skill``: (3 · low − 1) / 2 and not below 0,
        which is 0 for one of three answers by chance and 1 for always right. An unusable answer, or a tie,
        counts a third.
    """
    choices = gateway.choose_all([passage_question(claim, passage) for claim, passage, _ in battery])
    hits = [_hit(c, truth) for c, (*_, truth) in zip(choices, battery, strict=True)]
    low, high = wilson(sum(hits), len(hits)) if hits else (0.0, 1.0)
    skill = max(0.0, (3.0 * low - 1.0) / 2.0)
    accuracy = sum(hits) / max(len(hits), 1)
    document = {
        "name": "passages",
        "role": ModelPassageReader.role,
        "n": len(hits),
        "accuracy": {"value": accuracy, "low": low, "high": high},
        "skill": skill,
    }
    gateway.keep_skill(ModelPassageReader.role, skill, document)
    return document


def _hit(choice: Choice, truth: int) -> float:
    if not choice.valid or float(np.ptp(choice.p)) == 0.0:
        return 1.0 / 3.0
    return float(int(choice.p.argmax()) == truth)

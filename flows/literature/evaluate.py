"""Measure the potential score on a user's own papers, year by year."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from hypograph.models.core.documents.literature import LabelFigures, LiteratureEvaluation
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.pair_counts import FloatArray
from hypograph.models.literature.keywords.choice import compact, select, tabulate
from hypograph.models.literature.keywords.extraction import phrase_candidates
from hypograph.models.literature.potential.evaluation import Papers, Walk, evaluate
from hypograph.models.literature.potential.model import outcomes
from hypograph.models.literature.potential.text_ridge import count_words
from hypograph.models.statistics.calibration import calibration_error
from hypograph.models.statistics.decisions import auc_bootstrap

ORDER: Final = (
    *("ours", "ours_text", "node_impact", "published_weight", "citation_free", "lag1", "lag3"),
    *("citation_free_set", "lag1_set", "lag3_set"),
)
BINS: Final = 15  # of the calibration error
SHOWN: Final = ("top10", "ge5_lt1", "ge15_lt1")
Say = Callable[[str], None]


def evaluate_literature(
    publications: Sequence[Publication],
    test_years: tuple[int, int],
    *,
    seed: int = 0,
    draws: int = 1000,
    say: Say = lambda text: None,
) -> LiteratureEvaluation:
    """Score the publications of the test years by models trained on earlier ones.

    Parameters
    ----------
    publications
        With title or abstract, year and citations; those without year are left out.
    test_years
        First and last year.
    seed
        Seed of the bootstrap.
    draws
        Bootstrap resamples.
    say
        Called with a line of progress.

    Returns
    -------
    dict
        The document of `hypograph literature evaluate`.

    Raises
    ------
    InputError
        If no publication with citations lies in the test years, or none before them.
    """
    began = time.monotonic()
    dated = sorted((p for p in publications if p.year is not None), key=lambda p: (p.year or 0, p.key))
    years = sorted({p.year for p in dated if p.year is not None and test_years[0] <= p.year <= test_years[1]})
    _require(dated, years, test_years)
    papers = prepare(dated)
    say(f"keywords of {len(dated):,} papers after {time.monotonic() - began:.0f} s")
    extraction = time.monotonic() - began
    walk = Walk(papers, years)
    say(f"features of earlier years after {time.monotonic() - began:.0f} s")
    scores = evaluate(walk)
    tested = np.isin(papers.years, years)
    labels: list[LabelFigures] = []
    for label in SHOWN:
        about, positive = papers.outcomes.label(label)
        rows = tested & about
        measured = {name: auc_bootstrap(positive[rows], scores[label][name][rows], draws, seed) for name in ORDER}
        labels.append(
            {
                "label": label,
                "positives": int(positive[rows].sum()),
                "n": int(rows.sum()),
                "auroc": measured,
                "ece": {
                    n: calibration_error(scores[label][n][rows], positive[rows], BINS) for n in ("ours", "ours_text")
                },
            }
        )
    return {
        "papers": len(dated),
        "test_years": [years[0], years[-1]],
        "labels": labels,
        "keywords": {
            "distinct": int(papers.words.size),
            "most_per_paper": int(np.diff(papers.indptr).max(initial=0)),
        },
        "seconds": {"keywords": round(extraction, 2), "all": round(time.monotonic() - began, 2)},
    }


def _require(dated: Sequence[Publication], years: Sequence[int], wanted: tuple[int, int]) -> None:
    text = f"{wanted[0]}-{wanted[1]}"
    if not years:
        raise InputError("no paper lies in the test years", where=f"--test-years {text}", expected=_span(dated))
    if not any(p.citations is not None for p in dated if p.year is not None and p.year >= years[0]):
        raise InputError("no paper of the test years has citations", where="--papers", expected="a field citations")
    older = sum(p.citations is not None and p.year is not None and p.year < years[0] for p in dated)
    if older < 20:
        raise InputError(
            f"only {older} papers with citations are older than the test years",
            where=f"--test-years {text}",
            expected="at least 20 to learn from; " + _span(dated),
        )


def _span(dated: Sequence[Publication]) -> str:
    found = [p.year for p in dated if p.year is not None]
    return f"years within {min(found)}-{max(found)}" if found else "papers with a year"


def prepare(dated: Sequence[Publication], most: int = 10) -> Papers:
    """Extract keywords and words of publications that have a year, sorted as given."""
    years = np.array([p.year for p in dated], np.int64)
    found = [phrase_candidates(p) for p in dated]
    table = tabulate(found)
    indptr, indices = select(table, years, most)
    names, indices = compact(table.names, indices)
    words = np.array([name.count(" ") + 1.0 for name in names])
    citations = np.array([np.nan if p.citations is None else p.citations for p in dated])
    venues = np.unique(np.array([p.venue for p in dated]), return_inverse=True)[1]
    texts = [f"{p.title} . {p.abstract}" for p in dated]
    return Papers(indptr, indices, words, years, outcomes(citations, years, venues), count_words(texts), surface(dated))


def surface(publications: Sequence[Publication]) -> FloatArray:
    """Lengths and marks of title and abstract, shape ``(n, 8)``."""
    return np.array([_surface(p.title, p.abstract) for p in publications], float).reshape(-1, 8)


def _surface(title: str, abstract: str) -> list[float]:
    words = abstract.split()
    return [
        len(title.split()),
        np.log1p(len(words)),
        float(":" in title),
        title.count("-"),
        len(re.findall(r"[.!?](?:\s|$)", abstract)),
        sum(c.isupper() for c in title),
        float("http" in abstract or "github" in abstract.lower()),
        sum(len(w) for w in words) / max(len(words), 1),
    ]

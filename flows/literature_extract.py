"""Extraction through the `Extractor` seam: every mention is checked against its publication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypograph.models.keywords.extraction import is_verbatim
from hypograph.models.keywords.text import normalise
from hypograph.models.protocols import Extractor
from hypograph.models.records import Publication


def extract(extractor: Extractor, publications: Sequence[Publication]) -> dict[str, Any]:
    """Let an extractor read publications; keep only what stands there.

    Parameters
    ----------
    extractor
        With or without a language model.
    publications
        What to read.

    Returns
    -------
    dict
        ``extractor``, ``publications`` (each with ``key`` and ``mentions``: keyword, name, kind, passage,
        score), ``kept`` and ``dropped``: mentions whose passage is, or is not, verbatim in the publication.
    """
    rows, kept, dropped = [], 0, 0
    for publication in publications:
        mentions = []
        for mention in extractor.extract(publication):
            if not is_verbatim(mention, publication):
                dropped += 1
                continue
            kept += 1
            mentions.append(
                {
                    "keyword": mention.keyword,
                    "name": normalise(mention.keyword),
                    "kind": mention.kind,
                    "passage": mention.passage,
                    "score": mention.score,
                }
            )
        rows.append({"key": publication.key, "title": publication.title, "mentions": mentions})
    return {"extractor": extractor.name, "publications": rows, "kept": kept, "dropped": dropped}

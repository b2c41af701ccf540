"""Extraction through the `Extractor` seam: every mention and relation is checked against its publication."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypograph.models.core.documents.literature import ExtractedDocument, ExtractedPaper, MentionRow, RelationRow
from hypograph.models.core.errors import DiskError, InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import Extractor, Mention, Related
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.extracted import Extracted
from hypograph.models.literature.keywords.extraction import is_verbatim
from hypograph.models.literature.keywords.relations import keyword_name, stands_there


def extract(extractor: Extractor, publications: Sequence[Publication], *, relate: bool = True) -> ExtractedDocument:
    """Let an extractor read publications; keep only what stands there.

    Parameters
    ----------
    extractor
        With or without a language model.
    publications
        What to read.
    relate
        Whether relations are extracted too.

    Returns
    -------
    dict
        ``extractor``, ``publications`` (each with ``key``, ``mentions``: keyword, name, kind, passage, score, and
        ``relations``: first, relation, second, passage), ``kept`` and ``dropped``: mentions and relations whose
        passage is, or is not, verbatim in the publication.
    """
    rows: list[ExtractedPaper] = []
    kept, dropped = 0, 0
    for publication in publications:
        told = list(extractor.extract(publication))
        mentions = [m for m in told if is_verbatim(m, publication)]
        related = list(extractor.relate(publication)) if relate else []
        relations = [r for r in related if stands_there(r, publication)]
        kept += len(mentions) + len(relations)
        dropped += len(told) + len(related) - len(mentions) - len(relations)
        rows.append(
            {
                "key": publication.key,
                "title": publication.title,
                "mentions": [_mention_row(m) for m in mentions],
                "relations": [_relation_row(r) for r in relations],
            }
        )
    return {"extractor": extractor.name, "publications": rows, "kept": kept, "dropped": dropped}


def _mention_row(m: Mention) -> MentionRow:
    """A mention as a row: `keyword` the graph's name, where it is a material; `name` as a reader writes it."""
    keyword = keyword_name(m.keyword)
    material = m.kind == "material"
    return {
        "keyword": keyword if material else m.keyword,
        "name": m.name or (m.keyword if material else keyword),
        "kind": m.kind,
        "passage": m.passage,
        "score": m.score,
    }


def _relation_row(r: Related) -> RelationRow:
    return {
        "first": r.first,
        "relation": r.relation,
        "second": r.second,
        "passage": r.passage,
        "first_name": keyword_name(r.first),
        "second_name": keyword_name(r.second),
    }


def text_hash(publication: Publication) -> str:
    """Hash of what an extractor reads; after a change the extraction no longer counts."""
    return digest(publication.title, publication.abstract, publication.passages)


@dataclass(frozen=True)
class Extractions:
    """Extractions kept beside the corpus, in ``extracted.jsonl``; they take effect with the next build."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "extracted.jsonl"

    def keep(self, document: ExtractedDocument, publications: Sequence[Publication]) -> int:
        """Keep what `extract` found, in place of what was kept of the same publications; return how many there are.

        Raises
        ------
        DiskError
            If the file cannot be written; then it is as it was.
        """
        texts = {p.key: text_hash(p) for p in publications}
        rows = {row["publication"]: row for row in self._rows()}
        for found in document["publications"]:
            kept = {name: found[name] for name in ("mentions", "relations")}
            rows[found["key"]] = {
                "publication": found["key"],
                "text": texts[found["key"]],
                "extractor": document["extractor"],
                **kept,
            }
        self._write([rows[key] for key in sorted(rows)])
        return len(rows)

    def of(self, publications: Sequence[Publication]) -> dict[str, Extracted]:
        """Return what is kept of publications whose text is still what was read, by key."""
        texts = {p.key: text_hash(p) for p in publications}
        return {
            row["publication"]: Extracted(
                row["publication"], row["text"], row["extractor"], tuple(row["mentions"]), tuple(row["relations"])
            )
            for row in self._rows()
            if texts.get(row["publication"]) == row["text"]
        }

    def _rows(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise InputError(
                        "the line is no JSON", where=f"{self.path}:{number}", hint="Delete it and extract again."
                    ) from error

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            os.replace(name, self.path)
        except OSError as error:
            raise DiskError(f"could not write ({error.strerror})", where=str(self.folder)) from error

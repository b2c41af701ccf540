"""From papers to evidence: claims about alloys are read, kept as a file, and become records of the source `papers`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hypograph.models.core.errors import InputError, MalformedRowError
from hypograph.models.core.records import AlloyRecord, Publication
from hypograph.models.evidence.alloys.composition import read_composition
from hypograph.models.literature.claims.claim import PATTERNS, Claim
from hypograph.models.literature.claims.patterns import read_claims

if TYPE_CHECKING:
    from hypograph.agents import ModelClaimReader

# Share of the patterns' claims that are right: the lower end on the passages that they were not written with
# (benchmarks/evidence_claims.py).
PATTERN_SKILL: Final = 0.62
READERS: Final = (PATTERNS, "model")
SAVED: Final = ".claims.jsonl"
TOLD: Final = 5  # problems of a file that are told one by one


def claims_of(publications: Iterable[Publication], reader: ModelClaimReader | None = None) -> list[Claim]:
    """Read the claims of publications by patterns, or by a model; retracted ones are left out."""
    found: list[Claim] = []
    for publication in publications:
        if not publication.retracted:
            found += reader.claims(publication) if reader is not None else _by_patterns(publication)
    return found


def _by_patterns(publication: Publication) -> list[Claim]:
    return [dataclasses.replace(c, skill=PATTERN_SKILL) for c in read_claims(publication)]


def claims_read(files: Sequence[Path], reader: str, tell: Callable[[str], None]) -> tuple[dict[str, Any], list[Claim]]:
    """Read the claims of files of publications; returns what ``evidence claims`` prints, and the claims.

    Raises
    ------
    InputError
        If the reader is none of those that are there, or nothing can be read.
    """
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import open_knowledge

    if reader not in READERS:
        raise InputError(f"{reader!r} reads no claims", where="--reader", expected=" or ".join(READERS))
    publications = [publication for path in files for publication in _publications(path, tell)]
    if reader == PATTERNS:
        found = claims_of(publications)
        return document(publications, found, PATTERNS, PATTERN_SKILL), found
    with open_knowledge(load_settings(), None) as knowledge:
        model = knowledge.claim_reader()
        if model is None:
            raise InputError(
                "no language model is configured",
                where="--reader model",
                hint="Set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL, or read by patterns.",
            )
        found = claims_of(publications, model)
        return document(publications, found, model.gateway.config.model, model.skill or 0.0), found


def _publications(path: Path, tell: Callable[[str], None]) -> Sequence[Publication]:
    """Read a file of publications and say what could not be read of it."""
    from hypograph.flows.readers.publications.registry import read_publications

    report = read_publications(path)
    for problem in report.problems[:TOLD]:
        tell(problem)
    if (left := len(report.problems) - TOLD) > 0:
        tell(f"{path}: {left} more problems; `literature add` lists them")
    return report.publications


def document(publications: Sequence[Publication], claims: Sequence[Claim], reader: str, skill: float) -> dict[str, Any]:
    """Return what ``evidence claims`` prints."""
    return {
        "publications": len(publications),
        "retracted": sum(p.retracted for p in publications),
        "reader": reader,
        "skill": round(skill, 6),
        "claims": [_row(c) for c in claims],
    }


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "alloy": claim.alloy,
        "atomic_percent": claim.composition.atomic_percent,
        "phases": list(claim.phases),
        "label": claim.label,
        "state": claim.state or None,
        "celsius": claim.celsius,
        "sentence": claim.sentence,
        "publication": claim.publication,
        "reader": claim.reader,
        "skill": round(claim.skill, 6),
    }


def save_claims(claims: Sequence[Claim], path: Path) -> None:
    """Write claims as JSON lines, for ``--papers``; the name ends with ``.claims.jsonl``.

    Raises
    ------
    InputError
        If the name ends otherwise.
    DiskError
        If it cannot be written.
    """
    if not path.name.endswith(SAVED):
        raise InputError(
            f"{path.name!r} is no name for claims", where="--save", expected=f"a name that ends in {SAVED}"
        )
    from hypograph.graph.files.backup import write_whole

    write_whole(path, lambda file: file.writelines(json.dumps(_row(c), ensure_ascii=False) + "\n" for c in claims))


def read_saved(path: Path) -> list[Claim]:
    """Read claims that were saved; a person may have taken lines out.

    Raises
    ------
    MalformedRowError
        With the line that is no claim.
    InputError
        If the file is no text.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"the file is no text ({error})", where=str(path), expected="UTF-8 text") from None
    found: list[Claim] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}: line {number}"
        try:
            row = json.loads(line)
            composition = read_composition(str(row["alloy"]), where)
            label, skill = row["label"], float(row.get("skill", PATTERN_SKILL))
            if label not in ("single", "multi") or not 0 <= skill <= 1:
                raise ValueError(label)
            found.append(
                Claim(str(row["alloy"]), composition, tuple(map(str, row.get("phases") or ())), label,
                      str(row.get("state") or ""), row.get("celsius"), str(row["sentence"]), str(row["publication"]),
                      str(row.get("reader", PATTERNS)), skill)
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise MalformedRowError(
                "this is no claim", where=where, expected="a line of `evidence claims --save`"
            ) from None
    return found


def paper_records(
    paths: Sequence[Path], others: Sequence[AlloyRecord], tell: Callable[[str], None]
) -> tuple[list[AlloyRecord], float]:
    """Read papers, or saved claims, as records of the source `papers`, with the measured skill of who read them.

    Parameters
    ----------
    others
        Records from elsewhere: a claim of a paper that stands there with the same alloy would count twice.
    """
    claims: list[Claim] = []
    for path in paths:
        claims += read_saved(path) if path.name.endswith(SAVED) else claims_of(_publications(path, tell))
    known = {(r.provenance.lower(), r.elements) for r in others}
    fresh = [c for c in claims if (c.publication.lower(), c.composition.elements) not in known]
    skill = sum(c.skill for c in fresh) / len(fresh) if fresh else 0.0
    tell(
        f"papers: {len(claims)} claims about alloys, {len(claims) - len(fresh)} of them stand in the other sources; "
        f"skill of the reader {skill:.2f}"
    )
    return [c.record() for c in fresh], skill

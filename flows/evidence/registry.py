"""Sources of evidence by name: what a prediction of alloys may use beside others.

Another package adds one through the entry point group ``hypograph.sources``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from hypograph.flows.readers.element_similarity import SIMILARITIES
from hypograph.models.core.errors import InputError
from hypograph.models.core.registry import Registry

if TYPE_CHECKING:
    from hypograph.models.evidence.alloys.table import AlloyTable
    from hypograph.models.evidence.fusion.predictor import Extra
    from hypograph.models.evidence.sources.opinions import Opinions

SCALE: Final = ":"


@dataclass(frozen=True, slots=True)
class Material:
    """What a source can be made from.

    Attributes
    ----------
    table
        Alloys; literature records that stand aside have source −2.
    opinions
        An expert's answers on pairs of elements, or None.
    scale
        What follows the colon in the source's name, or "".
    """

    table: AlloyTable
    opinions: Opinions | None = None
    scale: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """A source of evidence on alloys. How far it is trusted is learned with the others.

    Attributes
    ----------
    name
        Its name for programs.
    label
        What it rests on, for people.
    make
        Makes of the material a function (learners, fold, targets, hosts) → log-odds that each target is a single
        phase, shape ``(targets,)``, learned from the fold's training alloys alone. None where `learners` do it all.
    learners
        The learners over composition that it turns on.
    when
        ``always`` used unless others are named, used where there are ``answers`` of an expert, or only when ``named``.
    scales
        What may follow a colon after its name.
    aside
        Whether it reads literature records, which stand aside from the tables.
    version
        Change it where the same inputs give other log-odds: it is part of the key of what is kept.
    """

    name: str
    label: str
    make: Callable[[Material], Extra] | None = None
    learners: tuple[str, ...] = ()
    when: Literal["always", "answers", "named"] = "named"
    scales: tuple[str, ...] = ()
    aside: bool = False
    version: str = ""


def _literature(material: Material) -> Extra:
    from hypograph.flows.evidence.sources import literature_source

    return literature_source


def _expert(material: Material) -> Extra:
    from hypograph.models.evidence.sources.opinions import expert_source

    assert material.opinions is not None  # noqa: S101  (`gather` refuses without answers)
    return expert_source(material.opinions)


def _similarity(material: Material) -> Extra:
    from hypograph.flows.evidence.sources import similarity_of
    from hypograph.models.evidence.sources.opinions import similarity_source

    return similarity_source(similarity_of(material.scale, material.table))


# In the order of their columns of evidence: fits depend on it in the last digits.
SOURCES: Final = Registry(
    "hypograph.sources",
    EvidenceSource,
    "source",
    (
        EvidenceSource("data", "alloys like this one", learners=("kernel", "pairs", "trees"), when="always"),
        EvidenceSource(
            "similarity",
            "distance of element properties",
            _similarity,
            when="always",
            scales=SIMILARITIES,
        ),
        EvidenceSource("context", "alloys that differ by an exchange", learners=("context",), when="always"),
        EvidenceSource("literature", "records read from publications", _literature, aside=True),
        EvidenceSource("expert", "opinions on pairs of elements", _expert, when="answers"),
    ),
)


def source_help() -> str:
    """Return the names of all sources, for a help text; nothing is loaded."""
    return ", ".join("similarity[:SCALE]" if name == "similarity" else name for name in SOURCES.names())


def split_name(name: str) -> tuple[EvidenceSource, str]:
    """Return the source of a name such as ``similarity:pettifor``, and its scale.

    Raises
    ------
    InputError
        If there is no such source, or it has no such scale.
    """
    kind, colon, scale = name.partition(SCALE)
    if kind not in SOURCES:
        raise InputError(f"{name!r} is no source", where="--sources", expected=", ".join(SOURCES.names()))
    source = SOURCES.get(kind)
    if colon and not source.scales:
        raise InputError(f"{name!r} is no source", where="--sources", expected=kind)
    if colon and scale not in source.scales:
        raise InputError(f"{scale!r} is no {kind}", where="--sources", expected=", ".join(source.scales))
    return source, scale


def versions(names: Sequence[str]) -> dict[str, str]:
    """Return for the sources of other packages, or given from Python, what tells one state of them from another."""
    found = {}
    for name in names:
        source, _ = split_name(name)
        version = " ".join(part for part in (SOURCES.origin(source.name), source.version) if part)
        if version:
            found[name] = version
    return found

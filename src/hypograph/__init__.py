"""hypograph: from what is known to the next experiment, with every source measured.

The names below are loaded when they are first used::

    import hypograph as hg

    papers = hg.read_publications("export.ris")
    space = hg.Space.of(solvent=["DMF", "MeCN"], temperature=(40, 100))
    campaign = hg.Campaign(space, hg.maximize("yield"))
    campaign.suggest(3)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from hypograph.flows.facade.alloys import AlloyPredictor, read_alloys
    from hypograph.flows.facade.answers import ask
    from hypograph.flows.facade.campaigns import Campaign
    from hypograph.flows.facade.exploration import exploration_entropy
    from hypograph.flows.facade.hypotheses import EvidenceJudge, search_hypothesis
    from hypograph.flows.facade.literature import KeywordGraph, read_publications
    from hypograph.flows.facade.mass_functions import MassFunction, combine, mass
    from hypograph.flows.facade.objectives import maximize, minimize, target
    from hypograph.flows.facade.own import acquisition_method, classifier_source, expert_source
    from hypograph.flows.facade.runs import open_graph, run
    from hypograph.models.campaigns.space.space import Space
    from hypograph.models.core.errors import HypographError

_HOMES = {
    "AlloyPredictor": "flows.facade.alloys",
    "Campaign": "flows.facade.campaigns",
    "EvidenceJudge": "flows.facade.hypotheses",
    "HypographError": "models.core.errors",
    "KeywordGraph": "flows.facade.literature",
    "MassFunction": "flows.facade.mass_functions",
    "Space": "models.campaigns.space.space",
    "acquisition_method": "flows.facade.own",
    "ask": "flows.facade.answers",
    "classifier_source": "flows.facade.own",
    "combine": "flows.facade.mass_functions",
    "expert_source": "flows.facade.own",
    "exploration_entropy": "flows.facade.exploration",
    "mass": "flows.facade.mass_functions",
    "maximize": "flows.facade.objectives",
    "minimize": "flows.facade.objectives",
    "open_graph": "flows.facade.runs",
    "read_alloys": "flows.facade.alloys",
    "read_publications": "flows.facade.literature",
    "run": "flows.facade.runs",
    "search_hypothesis": "flows.facade.hypotheses",
    "target": "flows.facade.objectives",
}
__all__ = [
    "AlloyPredictor",
    "Campaign",
    "EvidenceJudge",
    "HypographError",
    "KeywordGraph",
    "MassFunction",
    "Space",
    "__version__",
    "acquisition_method",
    "ask",
    "classifier_source",
    "combine",
    "expert_source",
    "exploration_entropy",
    "mass",
    "maximize",
    "minimize",
    "open_graph",
    "read_alloys",
    "read_publications",
    "run",
    "search_hypothesis",
    "target",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Parameters of experiments and details of hypotheses as nodes, so that a query can ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from hypograph.models.core.keys import digest
from hypograph.models.core.records import Edge, Node, Value
from hypograph.models.hypotheses.details import NUMBERS
from hypograph.models.hypotheses.hypothesis import Detail


def parameter_records(
    owner: tuple[str, str], parameters: Mapping[str, str | float], units: Mapping[str, str] | None = None
) -> tuple[list[Node], list[Edge]]:
    """Return a node for each value of an experiment's parameters, and what ties the experiment to them.

    Parameters
    ----------
    owner
        Label and key of the experiment.
    parameters
        Its parameters by name.
    units
        Units by the parameter's name, where they are known.
    """
    nodes = [_setting(name, value, (units or {}).get(name, "")) for name, value in parameters.items()]
    return nodes, [Edge("HAS_SETTING", owner, ("Setting", node.key)) for node in nodes]


def detail_records(
    owner: tuple[str, str], details: Iterable[Detail], units: Mapping[str, str]
) -> tuple[list[Node], list[Edge]]:
    """Return the same for details of a hypothesis; `units` are those of the discipline's slots."""
    nodes = [_setting(d.slot, _number(d), units.get(d.slot, "")) for d in details]
    return nodes, [Edge("HAS_SETTING", owner, ("Setting", node.key)) for node in nodes]


def _number(detail: Detail) -> str | float:
    if detail.kind not in NUMBERS:
        return detail.value
    try:
        return float(detail.value)
    except ValueError:
        return detail.value


@lru_cache(maxsize=65_536)
def _setting(name: str, value: str | float, unit: str) -> Node:
    number = None if isinstance(value, str) else float(value)
    text = value if isinstance(value, str) else f"{value:.12g}"
    props: dict[str, Value] = {"name": name, "text": text}
    if number is not None:
        props["number"] = number
    if unit:
        props["unit"] = unit
    return Node("Setting", digest("setting", name, text, number is not None, unit), props)

"""From hypothesis to experiment: the space of a campaign around it, as TOML."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hypograph.models.hypotheses.discipline import Discipline


def space_toml(statement: str, discipline: Discipline, parameters: Sequence[dict[str, object]]) -> str | None:
    """Write the parameters of a campaign as the TOML that `hypograph campaign new` reads.

    Returns
    -------
    str or None
        None where the hypothesis leaves nothing for an experiment to vary.
    """
    if not parameters:
        return None
    lines = [f"# Generated from the hypothesis: {_one_line(statement)}"]
    for parameter in parameters:
        numeric = "values" in parameter
        lines += ["", "[[parameters]]", f"name = {_text(parameter['name'])}"]
        key = "values" if numeric else "options"
        lines.append(f"{key} = {json.dumps(parameter[key], ensure_ascii=False)}")
        if parameter.get("unit"):
            lines.append(f"unit = {_text(parameter['unit'])}")
    lines += ["", "[[objectives]]", f"name = {_text(discipline.objective)}"]
    lines.append(f"direction = {_text(discipline.goal)}")
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())

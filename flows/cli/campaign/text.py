"""What commands of a laboratory's campaign read from options and say of tables, spaces and results."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.cli.common import emit, say, table
from hypograph.models.core.documents.campaigns import Insight, Interval, SpaceDocument, UnderstoodParameter
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.models.campaigns.laboratory.results import Recorded
    from hypograph.models.campaigns.laboratory.table_definition import Reading, Understood
    from hypograph.models.core.tabular import Decimal

MOST_ALIKE, NAMED = 12, 3  # rows with one reason that are named each; of more, how many are named


def reading_from(objectives: Sequence[str], parameters: str, types: str, columns: str, decimal: str) -> Reading:
    """Return how a table is to be read."""
    from hypograph.models.campaigns.laboratory.table_definition import Reading

    marks: dict[str, Decimal | None] = {"": None, "comma": ",", "point": ".", ",": ",", ".": "."}
    if decimal not in marks:
        raise InputError("no such decimal mark", where=decimal, expected="comma or point")
    named = tuple(p.strip() for p in parameters.split(",") if p.strip())
    return Reading(
        tuple(objectives), named, named_pairs(types, "--types"), named_pairs(columns, "--columns"), marks[decimal]
    )


def named_pairs(text: str, option: str) -> dict[str, str]:
    """Read ``NAME=VALUE`` by commas; a comma inside a name is kept where no equals sign follows it."""
    found, parts = dict[str, str](), list[str]()
    for piece in text.split(",") if text.strip() else ():
        if "=" in piece or not parts:
            parts.append(piece)
        else:
            parts[-1] += f",{piece}"
    for part in parts:
        name, sep, value = part.rpartition("=")
        if not sep or not name.strip() or not value.strip():
            raise InputError(f"{part.strip()!r} cannot be read", where=option, expected="NAME=VALUE, by commas")
        found[name.strip()] = value.strip()
    return found


def say_understood(found: Understood) -> None:
    """Say on standard error how a table was understood."""
    for line in understood_lines(found.document()):
        say(line)


def understood_lines(document: SpaceDocument) -> list[str]:
    """Return what was understood, a line a parameter, objective, column left out, note and row."""
    lines = []
    for p in document["parameters"]:
        levels = [f"{v:.12g}" if isinstance(v, float) else str(v) for v in p.get("options", ())]
        shown = ", ".join(levels[:8]) + (f", … ({len(levels)} in all)" if len(levels) > 8 else "")
        unit = f" in {p['unit']}" if p.get("unit") else ""
        scale = ", on a log scale" if p.get("scale") == "log" else ""
        dear = f", {p['cost']:g} a unit" if p.get("cost") else ""
        dear += "".join(f", {level} costs {c:g}" for level, c in p.get("costs", {}).items())
        lines.append(f"parameter {p['name']} ({p['type']}{unit}): {shown or _span(p)}{scale}{dear}")
    for o in document["objectives"]:
        way = f"brought to {o['target']:g}" if o.get("target") is not None else f"{o.get('direction', 'max')}imised"
        lines.append(f"objective {o['name']}: {way}" + (f", in {o['unit']}" if o.get("unit") else ""))
    lines += [
        f"never: {', '.join(f'{k}={weighable(v)}' for k, v in e.items())}" for e in document.get("exclusions", ())
    ]
    for m in document.get("mixtures", ()):
        lines.append(f"{' + '.join(m['names'])} is {m['total']:.12g}")
    for c in document.get("constraints", ()):
        total = " + ".join(f"{w:.12g}·{n}" for n, w in c["weights"].items())
        lines.append(f"{total} at most {c['at_most']:.12g}")
    lines += [_limit(rule) for rule in document.get("limits", ())]
    for s in document.get("choices", ()):
        least = f"{s['at_least']} to " if s.get("at_least") else "at most "
        lines.append(f"of {', '.join(s['names'])}: {least}{s['at_most']}")
    lines += [f"an experiment itself costs {document['cost']:g}"] if document.get("cost") else []
    if plate := document.get("plate"):
        wells = f" of {plate['wells']} wells" if plate.get("wells") else ""
        lines.append(f"a plate{wells} shares {', '.join(plate['shared']) or 'nothing'}")
    lines += [f"left out: {c['column']} ({c['reason']})" for c in document.get("left_out", ())]
    lines += [f"note: {n}" for n in document.get("notes", ())]
    if named := document.get("at_levels"):
        ranges = ",".join(f"{name}=range" for name in named)
        are = "is tried at its" if len(named) == 1 else "are tried at their"
        lines.append(
            f"note: {', '.join(named)} {are} listed values only, never between; "
            f"--types {shlex.quote(ranges)} takes any number from the lowest to the highest"
        )
    return lines + alike((f"row {r['row']}", str(r["reason"])) for r in document["rows"]["skipped"])


def alike(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return rows with what is wrong, a line each; where many share a reason the first are named and the rest counted.

    Parameters
    ----------
    rows
        Name and reason of each.
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in rows:
        by_reason.setdefault(reason, []).append(name)
    lines = []
    for reason, names in by_reason.items():
        if len(names) <= MOST_ALIKE:
            lines += [f"{name}: {reason}" for name in names]
        else:
            lines.append(f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more rows: {reason}")
    return lines


def _limit(rule: Mapping[str, Any]) -> str:
    when = " and ".join(f"{n} is {' or '.join(weighable(v) for v in levels)}" for n, levels in rule["when"].items())
    ends = [f"{word} {rule[k]:.12g}" for k, word in (("at_least", "at least"), ("at_most", "at most")) if k in rule]
    return f"where {when}: {rule['name']} {' and '.join(ends)}"


def _span(parameter: UnderstoodParameter) -> str:
    return f"{parameter['low']:.12g} to {parameter['high']:.12g}"


def show_understood(document: SpaceDocument, as_json: bool) -> None:
    """Print what would be understood, as a document or as lines; refuse where rows would not be taken."""
    skipped = document["rows"]["skipped"]
    emit(document, as_json, "\n".join([*understood_lines(document), "nothing was written"]))
    if skipped:
        raise InputError(f"{len(skipped)} rows would not be taken", expected="see above")


def say_recorded(found: Recorded, path: Path) -> list[str]:
    """Say what became of a table's rows, and return the faulty ones."""
    problems = found.sentences(path.name)
    shown = alike((f"{path.name}, row {row}", reason) for row, reason in sorted(found.problems))
    for line in [*(f"note: {n}" for n in found.notes), *shown]:
        say(line)
    told = f"{len(found.events)} rows recorded"
    told += f", {found.already} are recorded already" if found.already else ""
    told += f", {found.plans} have no outcome yet" if found.plans else ""
    say(told)
    return problems


def refuse_problems(problems: Sequence[str] | None, path: Path | None) -> None:
    """Raise where rows were not recorded."""
    if problems:
        what = "1 row was not recorded" if len(problems) == 1 else f"{len(problems)} rows were not recorded"
        raise InputError(what, where=str(path), expected="what stands above, row by row")


def awaited_text(ids: Sequence[str]) -> str:
    """Say which suggestions have no result yet; new ones are made beside them."""
    more = f" and {len(ids) - 8} more" if len(ids) > 8 else ""
    what = "1 suggestion was" if len(ids) == 1 else f"{len(ids)} suggestions were"
    return f"{what} awaited already ({', '.join(ids[:8])}{more}): record them, or take them back with `campaign undo`"


def insight_text(document: Insight) -> str:
    """Return what the results show as text."""
    parts = []
    for o in document["objectives"]:
        rows = [(r["parameter"], f"{r['share']:.0%}") for r in o["importance"]]
        parts.append(
            table(("parameter", "variance explained alone"), rows, f"{o['name']}, {document['results']} results")
        )
        for r in o["predictions"]:
            point = ", ".join(f"{k}={weighable(v)}" for k, v in r["parameters"].items())
            parts.append(f"{o['name']} at {point}: {interval_text(r['predicted'])}")
    if (stop := document["stopping"]) is not None and stop["chance"] is not None:
        parts.append(
            f"chance that the next {stop['experiments']} experiments gain more than {stop['gain']:.3g}: "
            f"{stop['chance']:.0%}"
        )
    return "\n".join(parts)


def weighable(value: object) -> str:
    """Return a level with all its digits, as it is to be weighed in."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def interval_text(predicted: Interval | None) -> str | None:
    """Return a prediction with its interval."""
    return None if predicted is None else f"{predicted['mean']:.4g} ({predicted['low']:.4g} to {predicted['high']:.4g})"

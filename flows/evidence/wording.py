"""Predictions and explanations in words, as commands print them."""

from __future__ import annotations

from typing import Any, Final

from hypograph.flows.runtime.text import table

# From this ignorance on an explanation says "not known".
UNKNOWN: Final = 0.9


def percent(row: dict[str, Any]) -> str:
    """Elements and their atomic percent."""
    return " ".join(f"{e} {p:g}" for e, p in row["atomic_percent"].items())


def likeliest_phase(row: dict[str, Any]) -> str:
    """The phase that is believed most."""
    name, bounds = max(row["phases"].items(), key=lambda item: item[1]["belief"] + item[1]["plausibility"])
    return f"{name} {bounds['belief']:.2f}-{bounds['plausibility']:.2f}"


def explanation(document: dict[str, Any]) -> str:
    """Text form of an explanation."""
    records, nearest = document["records"], document["nearest"]
    verdict = "single-phase" if document["pignistic"] > 0.5 else "not single-phase"
    if document["ignorance"] >= UNKNOWN:
        verdict = "not known"
    if records["disagree"]:
        verdict += ", but its records disagree"
    phases = ", ".join(f"{p} {n}" for p, n in records["phases"].items())
    lines = [
        f"{document['alloy']}: {verdict}. Belief {document['belief']:.3f}, plausibility {document['plausibility']:.3f},"
        f" ignorance {document['ignorance']:.3f}, conflict {document['conflict']:.3f}",
        f"at.%: {percent(document)}",
        f"measured {records['single'] + records['multi']} times: {records['single']} single, {records['multi']} not"
        + (f" ({phases})" if phases else ""),
        *_states(document),
        *_own(document),
        f"phase: {likeliest_phase(document)}",
        _rules(document["descriptors"]),
        *_mute(document),
    ]
    if nearest:
        known = (f"{n['alloy']} ({n['single']} single, {n['multi']} not)" for n in nearest)
        lines.append(f"nearest known: {'; '.join(known)}")
    for one in document["further_measurement"]:
        change = ", the verdict changes" if one["changes_verdict"] else ""
        lines.append(f"a careful measurement that finds {one['outcome']}: probability {one['pignistic']:.2f}{change}")
    keys = ("substitution", "from_alloy", "source", "provenance", "supports", "belief_share", "conflict_share")
    rows = [[str(b[k])[:60] if isinstance(b[k], str) else b[k] for k in keys] for b in document["because"]]
    return table(keys, rows, "\n".join([*lines, ""]))


def _states(document: dict[str, Any]) -> list[str]:
    """The states of the records, and what became of the one that was asked for."""
    counts = {name: n for name, n in document["records"]["states"].items() if name != "not said"}
    listed = ", ".join(f"{name} {n['single']} single, {n['multi']} not" for name, n in counts.items())
    found = document.get("condition")
    if found is None:
        return [f"by state: {listed}; pooled, --state asks for one"] if listed else []
    if found["pooled"]:
        return [f"no record of it is {found['asked']}: all states are pooled" + (f" ({listed})" if listed else "")]
    other = "" if found["used"] == found["asked"] else f" (none of its records says {found['asked']})"
    left = f"{found['left_out']} of another state, or that say none, are left out"
    return [f"only its records that are {found['used']} count{other}; {left}"]


def _own(document: dict[str, Any]) -> list[str]:
    """How far own rows moved the verdict."""
    own = document.get("own_records")
    if own is None:
        return []
    before, after = own["pignistic_without"], own["pignistic"]
    turned = ", and turn the verdict" if (before > 0.5) != (after > 0.5) else ""
    return [
        f"own records of it: {own['single']} single, {own['multi']} not; "
        f"they move the probability of a single phase from {before:.2f} to {after:.2f}{turned}"
    ]


def _mute(document: dict[str, Any]) -> list[str]:
    return [
        f"{name} taught the learners nothing: its reports follow no other source, and not what is learned from them"
        for name in document.get("taught_nothing", ())
    ]


def footnotes(document: dict[str, Any]) -> str:
    """What stands under a table of predictions."""
    told = "".join(f"\n{line}" for line in _mute(document))
    return told + _conditions(document)


def _conditions(document: dict[str, Any]) -> str:
    """How many of the alloys have no record in the state that was asked for."""
    asked = [a["condition"] for a in document["alloys"] if "condition" in a]
    if not asked:
        return ""
    without = sum(c["pooled"] for c in asked)
    by_state = f"{len(asked) - without} alloys by their records that are {asked[0]['asked']}"
    return f"\n{by_state}; {without} have none, and all states are pooled"


def _rules(found: dict[str, Any]) -> str:
    names = (
        ("size_mismatch", "δ {:.1f}%"),
        ("mixing_enthalpy", "ΔH_mix {:.1f} kJ/mol"),
        ("omega", "Ω {:.1f}"),
        ("valence_electrons", "VEC {:.2f}"),
    )
    parts = [text.format(found[name]) for name, text in names if found[name] is not None]
    if found["competing_pair"]:
        pair = found["competing_pair"]
        parts.append(f"most attractive pair {pair['pair']} {pair['mixing_enthalpy']:g} kJ/mol")
    return ", ".join(parts)

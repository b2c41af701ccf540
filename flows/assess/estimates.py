"""What a command would ask of a language model: calls, tokens, cost and minutes, before anything is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypograph.flows.runtime.settings import Settings

if TYPE_CHECKING:
    from hypograph.agents.gateway.config import ModelConfig
    from hypograph.agents.gateway.gateway import Gateway

Parameters = Mapping[str, Any]
# Tokens (prompt, answer) of one call, as counted on the rendered prompts of demo runs; a full prompt with passages.
LETTER = {"expert": (700, 1), "judge": (1_100, 1), "proposer": (500, 1)}
REASONED = {"expert": (500, 200), "judge": (1_600, 220), "proposer": (900, 220)}
EXTRACTION, DOCUMENT, PLAN, WRITING, SCORE = (250, 400), (2_500, 900), (1_200, 500), (3_000, 400), (600, 400)
ANSWER = (1_300, 250)  # eight passages and the question
THOUGHTS = 1_500  # tokens that a reasoning model takes for a call, where none was counted yet
# Tokens per second of prompt and answer where no call was timed yet: the local model on two cores, and a hosted one.
LOCAL_SPEED, HOSTED_SPEED, HOSTED_DELAY = (90.0, 25.0), (4_000.0, 60.0), 1.0
TIMED = 5  # calls after which the time of calls is what was measured


@dataclass(frozen=True, slots=True)
class Load:
    """Calls of one kind, with tokens of prompt and answer for each; `kept` counts answers that are there already."""

    what: str
    calls: int
    tokens_in: int
    tokens_out: int
    kept: int = 0


Loads = Callable[[Parameters, Settings, "Gateway"], list[Load]]


def estimate(command: Sequence[str], parameters: Parameters, settings: Settings, config: ModelConfig) -> dict[str, Any]:
    """Estimate what a command would ask of a model.

    Parameters
    ----------
    command
        Its words, as ``("literature", "extract")``.
    parameters
        Its options by name.
    settings
        Settings in force.
    config
        The model.

    Returns
    -------
    dict
        ``command``, ``model``, ``calls``, ``tokens``, ``reasoning_tokens``, ``cost``, ``minutes``, ``parts`` (each with
        what, calls, tokens) and ``says``, one sentence. Answers that are in the cache already are not taken off.

    Raises
    ------
    InputError
        If a file that the command would read cannot be read.
    """
    from hypograph.agents import connect

    gateway = connect(config, cache_folder=settings.home / "llm-cache")
    known = _LOADS.get(" ".join(command))
    loads = known(parameters, settings, gateway) if known else []
    pace = gateway.pace()
    thoughts = _thoughts(gateway, pace)
    calls = sum(load.calls for load in loads)
    into = sum(load.calls * load.tokens_in for load in loads)
    out = sum(load.calls * (load.tokens_out + thoughts) for load in loads)
    minutes = _seconds(config, pace, calls, into, out) / 60
    cost = (into * config.price_in + out * config.price_out) / 1000
    document = {
        "command": " ".join(command),
        "model": config.model,
        "calls": calls,
        "tokens": into + out,
        "reasoning_tokens": calls * thoughts,
        "cost": cost,
        "minutes": round(minutes, 2),
        "kept": sum(load.kept for load in loads),
        "parts": [
            {
                "what": x.what,
                "calls": x.calls,
                "kept": x.kept,
                "tokens": x.calls * (x.tokens_in + x.tokens_out + thoughts),
            }
            for x in loads
        ],
    }
    return {**document, "says": sentence(document, asks=known is not None)}


def sentence(document: Mapping[str, Any], *, asks: bool = True) -> str:
    """Say an estimate in one sentence."""
    if not asks:
        return f"`hypograph {document['command']}` asks no language model"
    cost = f", cost {document['cost']:.3g}" if document["cost"] else ""
    minutes = f"{document['minutes']:.0f} minutes" if document["minutes"] >= 2 else f"{document['minutes']:.1f} minutes"
    return (
        f"about {document['calls']:,} calls of {document['model']}, {document['tokens']:,} tokens{cost}, {minutes}; "
        + (
            f"{document['kept']:,} answers are kept already"
            if document["kept"]
            else "answers in the cache cost nothing"
        )
    )


def _thoughts(gateway: Gateway, pace: Mapping[str, float]) -> int:
    if "thinks" not in gateway.wire.habits:
        return 0
    return round(pace["thought"] / pace["calls"]) if pace.get("calls", 0) >= TIMED else THOUGHTS


def _seconds(config: ModelConfig, pace: Mapping[str, float], calls: int, into: int, out: int) -> float:
    """Return the seconds of all calls: by the speed that was measured, else by that of models of this kind."""
    if pace.get("calls", 0) >= TIMED:
        per_token = pace["seconds"] / max(pace["tokens_out"] + pace["tokens_in"] / 20, 1.0)
        alone = per_token * (out + into / 20)
    elif config.local:
        alone = into / LOCAL_SPEED[0] + out / LOCAL_SPEED[1]
    else:
        alone = calls * HOSTED_DELAY + into / HOSTED_SPEED[0] + out / HOSTED_SPEED[1]
    return alone / (1 if config.local else max(1, config.max_concurrency))


def _closed(gateway: Gateway, role: str, questions: int, what: str, *, letters: int) -> Load:
    """Return the load of closed questions, asked by letters in so many readings or with reasons in both orders."""
    from hypograph.agents.gateway.closed_answers import way_of

    if way_of(gateway, role) == "letters":
        return Load(what, questions * letters, *LETTER[role])
    return Load(what, questions * 2, *REASONED[role])


def _wordings(gateway: Gateway) -> int:
    return 2 if gateway.config.local else 4


def _extract(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    from pathlib import Path

    from hypograph.flows.readers.publications.registry import read_publications

    papers, limit = parameters.get("papers"), int(parameters.get("limit") or 20)
    if papers is not None:
        texts = [f"{p.title} {p.abstract} {' '.join(p.passages)}" for p in read_publications(Path(papers)).publications]
    else:
        from hypograph.flows.literature.library import Library

        kept = Library(settings.home / "literature").corpus(str(parameters.get("corpus") or "main")).publications()
        texts = [f"{p.title} {p.abstract} {' '.join(p.passages)}" for p in kept]
    read = texts[:limit]
    mean = round(sum(len(t) for t in read) / max(len(read), 1) / 4)
    loads = [Load("keywords", len(read), EXTRACTION[0] + mean, EXTRACTION[1])]
    if parameters.get("relations", True):
        loads.append(Load("relations", len(read), EXTRACTION[0] + mean, EXTRACTION[1]))
    return loads


def _assess(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    """Return the calls of the very questions that would be asked, less those whose answers are kept."""
    from hypograph.agents.assess.batteries import HOSTS, PAIRS, PROPOSAL
    from hypograph.agents.gateway.closed_answers import outstanding
    from hypograph.flows.assess.assess import batteries, ways_to_measure

    defaults = {"pairs": 120, "planted": 62, "experiments": 40}
    chosen = any(parameters.get(k) is not None for k in (*defaults, "hosts", "compositions"))
    pairs, planted, experiments = (_given(parameters, k, n) for k, n in defaults.items())
    hosts, compositions = (_given(parameters, k, 0 if chosen else 40) for k in ("hosts", "compositions"))
    asked = batteries(gateway, (pairs, planted, experiments), _given(parameters, "seed", 0), (hosts, compositions))
    loads = [Load("what the endpoint can do", 6, 30, 10)]
    for way in ways_to_measure(gateway, str(parameters.get("ways") or "auto")):
        for battery in asked:
            role = {PAIRS: "expert", HOSTS: "expert", PROPOSAL: "proposer"}.get(battery.name, "judge")
            size = LETTER[role] if way == "letters" else REASONED[role]
            calls, kept = outstanding(gateway, battery.questions, way)
            loads.append(Load(f"{battery.name}, {way}", calls, *size, kept))
    return [load for load in loads if load.calls or load.kept]


def _given(parameters: Parameters, name: str, default: int) -> int:
    return default if parameters.get(name) is None else int(parameters[name])


def _search(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    calls = int(parameters.get("budget") or 40)
    judged = 0 if parameters.get("strategy") in ("direct",) else calls // 3
    written = 1 if parameters.get("strategy") == "direct" else calls - judged
    way = "judge by letters" if _closed(gateway, "judge", 1, "", letters=2).tokens_out == 1 else "judge with reasons"
    size = LETTER["judge"] if way.endswith("letters") else REASONED["judge"]
    return [Load("documents and critiques", written, *DOCUMENT), Load(way, judged, *size)]


def _suggest(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    return [Load("plans", -(-int(parameters.get("count") or 1) // 4) + 1, *PLAN)]


def _run(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    small = bool(parameters.get("small"))
    pairs, judged = (66, 60) if small else (435, 240)
    return [
        _closed(gateway, "expert", pairs, "pairs of elements", letters=_wordings(gateway)),
        _closed(gateway, "judge", judged, "judgements", letters=2),
        Load("documents", 8 if small else 24, *DOCUMENT),
        Load("ratings of options", 8, *SCORE),
    ]


def _benchmark(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    methods = str(parameters.get("methods") or "").split(",")
    seeds, budget = int(parameters.get("seeds") or 20), int(parameters.get("budget") or 20)
    plans = seeds * budget if "llm" in methods else 0
    return [Load("plans", plans, *PLAN), Load("ratings of options", 8 if "hybrid" in methods else 0, *SCORE)]


def _ask(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    return [Load("answer from passages", 1, *ANSWER)]


def _concepts(parameters: Parameters, settings: Settings, gateway: Gateway) -> list[Load]:
    return [Load("concept, goal, thesis, reasons, critiques and statement of a set", 7, *WRITING)]


_LOADS: dict[str, Loads] = {
    "literature extract": _extract,
    "literature manifest": _concepts,
    "literature ask": _ask,
    "hypotheses search": _search,
    "hypotheses evaluate": _search,
    "campaign suggest": _suggest,
    "campaign benchmark": _benchmark,
    "model assess": _assess,
    "model cascade": _assess,
    "demo": _run,
    "run": _run,
}

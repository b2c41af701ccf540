"""The body of a request as one endpoint takes it, and what to change when it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypograph.agents.gateway.config import ModelConfig
from hypograph.agents.gateway.habits import SCHEMA_WAYS, Habits
from hypograph.agents.gateway.refusals import Kind, Refusal
from hypograph.agents.gateway.schemas import keywords_of, strict, without

IN_JSON = "Answer only with JSON that fits this schema, without any other text: "
_TOKENS = ("max_tokens", "max_completion_tokens")
_LIMITED = ("top_logprobs", *_TOKENS)
# Other words for a parameter in the sentences of servers.
_ALSO = {
    "logprobs": ("logprob", "log probabilities", "log probability"),
    "top_logprobs": ("top logprobs",),
    "response_format": (
        "json_schema",
        "json_object",
        "structured output",
        "structured outputs",
        "json mode",
        "json schema",
    ),
    "tools": ("tool", "tool use", "function calling", "functions"),
    "tool_choice": (),
    "seed": ("random seed",),
    "reasoning_effort": ("effort", "reasoning.effort", "thinking"),
}
# Words of plain English among the schema keywords: they count only in quotation marks.
_PLAIN = frozenset(
    {"pattern", "format", "title", "description", "default", "minimum", "maximum", "const", "examples", "enum"}
)
_MUCH = re.compile(
    r"above|exceed|maximum|at most|no more than|less than|up to|<=|≤|<|too (?:large|big|high|many)|range|between|limit|"
    r"greater than|larger than|smaller than|cannot be more",
    re.I,
)
_ROLE = re.compile(r"\b(role|roles|message|messages|prompt|instruction|instructions|support|supported)\b", re.I)
_HEADER = re.compile(r"api[-_ ]?key\b.{0,20}header|header.{0,30}api[-_ ]?key|subscription[-_ ]key|x-api-key", re.I)


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is fitted to a server.

    Attributes
    ----------
    schema
        JSON schema of the answer, None for free text.
    top
        Spellings whose log-probabilities are wanted at each token; 0 for none.
    max_tokens
        What the answer itself may take; thoughts come on top.
    told
        Whether the schema stands in the prompt, even where the server should enforce it.
    """

    messages: tuple[tuple[str, str], ...]
    max_tokens: int
    temperature: float
    seed: int
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    top: int = 0
    told: bool = False

    @property
    def length(self) -> int:
        """Characters of the prompt."""
        return sum(len(text) for _, text in self.messages)


def compose(request: Request, config: ModelConfig, habits: Habits) -> dict[str, Any]:
    """Return the body of a request, fitted to what the endpoint was found to take."""
    tokens = habits.text("rename max_tokens", _TOKENS[0])
    body: dict[str, Any] = {
        "model": config.model,
        "messages": [],
        tokens: min(request.max_tokens + habits.number("room", 0), habits.number("limit max_tokens", 1 << 30)),
        "temperature": request.temperature,
        "seed": request.seed,
        **config.decoding.standard(),
        **config.decoding.extensions(),
    }
    if config.reasoning_effort:
        body["reasoning_effort"] = config.reasoning_effort
    if request.top:
        body |= {"logprobs": True, "top_logprobs": min(request.top, habits.number("limit top_logprobs", 20))}
    told = _with_schema(body, request, habits) if request.schema is not None else ""
    body["messages"] = _messages(request.messages, told, fold="system" in habits)
    if config.local:
        body["cache_prompt"] = config.share_prefix
    if config.stream or (config.stream is None and habits.number("stream", 0)):
        body["stream"] = True
    body |= config.extra_body
    for name in (*habits.named("omit"), *config.omit):
        body.pop(name, None)
        if name == "logprobs":
            body.pop("top_logprobs", None)
        if name == "max_tokens":
            body.pop(tokens, None)
    return body


def _with_schema(body: dict[str, Any], request: Request, habits: Habits) -> str:
    """Put the schema into the body; return what the prompt has to say of it."""
    schema = without(strict(request.schema or {}), habits.named("keyword"))
    shown = json.dumps(without(strict(request.schema or {}), ("title",)), ensure_ascii=False)
    way, told = habits.schema_way, f"{IN_JSON}{shown}"
    if way == "json_schema":
        named = {"name": request.schema_name, "schema": schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
        return told if request.told or "told" in habits or habits.named("keyword") else ""
    if way == "json_object":
        body["response_format"] = {"type": "json_object"}
    if way == "tool":
        function = {"name": request.schema_name, "description": "Give the answer.", "parameters": schema}
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = {"type": "function", "function": {"name": request.schema_name}}
    return told


def _messages(messages: tuple[tuple[str, str], ...], told: str, *, fold: bool) -> list[dict[str, str]]:
    """Return the turns; the system's text goes before the first of the user where that role is not taken."""
    system = "\n".join([*(text for role, text in messages if role == "system"), *([told] if told else [])])
    turns = [{"role": role, "content": text} for role, text in messages if role != "system"]
    if not system:
        return turns
    if not fold:
        return [{"role": "system", "content": system}, *turns]
    return [{**turns[0], "content": f"{system}\n\n{turns[0]['content']}"}, *turns[1:]]


def adapt(habits: Habits, request: Request, body: Mapping[str, Any], refusal: Refusal) -> Habits | None:
    """Return the habits with the one change that the refusal asks for; None where it names nothing that was sent."""
    if refusal.kind is Kind.KEY:
        elsewhere = "key header" not in habits and _HEADER.search(refusal.reason)
        return habits.put("key header", 1, refusal.reason) if elsewhere else None
    if refusal.names("stream", "streaming", "stream mode"):
        wanted = 0 if body.get("stream") else 1
        return None if habits.number("stream", -1) == wanted else habits.put("stream", wanted, refusal.reason)
    if refusal.kind is Kind.CONTEXT:
        return _less_room(habits, body, refusal)
    for change in (_keyword, _schema_way, _system, _parameter):
        if (found := change(habits, request, body, refusal)) is not None:
            return found
    return None


def experiments(habits: Habits, request: Request, body: Mapping[str, Any], refusal: Refusal) -> Iterator[Habits]:
    """Give changes to try one by one where a refusal names nothing: each alone, then all together."""
    changes: list[tuple[str, str | int]] = []
    if request.top and "logprobs" in body:
        changes.append(("omit logprobs", 1))
    if "response_format" in body or "tools" in body:
        changes += [("schema", way) for way in SCHEMA_WAYS[SCHEMA_WAYS.index(habits.schema_way) + 1 :]]
    changes += [(f"omit {name}", 1) for name in ("seed", "temperature", "top_p", "reasoning_effort") if name in body]
    if "max_tokens" in body:
        changes.append(("rename max_tokens", _TOKENS[1]))
    if any(m["role"] == "system" for m in body["messages"]):
        changes.append(("system", "folded"))
    together = habits
    for name, value in changes:
        yield habits.put(name, value, refusal.reason)
    for name, value in changes:
        together = together.put(name, value, refusal.reason)
    if len(changes) > 1:
        yield together


def _less_room(habits: Habits, body: Mapping[str, Any], refusal: Refusal) -> Habits | None:
    """Ask for fewer tokens where those asked for, and not the prompt, take most of the model's context."""
    sent = max((body.get(k) or 0 for k in _TOKENS), default=0)
    whole = next((int(n) for n in re.findall(r"\d{3,}", refusal.reason.replace(",", ""))), 0)
    return habits.put("limit max_tokens", whole // 2, refusal.reason) if whole and sent > whole // 2 else None


def _keyword(habits: Habits, request: Request, body: Mapping[str, Any], refusal: Refusal) -> Habits | None:
    if request.schema is None or habits.schema_way not in ("json_schema", "tool"):
        return None
    sent = keywords_of(strict(request.schema)) - set(habits.named("keyword"))
    for word in sorted(sent, key=len, reverse=True):
        quoted = re.search(rf"['\"`‘“]{re.escape(word)}['\"`’”]", refusal.reason)
        plain = word not in _PLAIN and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", refusal.reason)
        if quoted or plain:
            return habits.put(f"keyword {word}", 1, refusal.reason)
    return None


def _schema_way(habits: Habits, request: Request, body: Mapping[str, Any], refusal: Refusal) -> Habits | None:
    if "tool_choice" in body and refusal.names("tool_choice"):
        return habits.put("omit tool_choice", 1, refusal.reason)
    for sent in ("response_format", "tools"):
        if sent in body and refusal.names(sent, *_ALSO[sent], *(("schema",) if request.schema else ())):
            following = SCHEMA_WAYS[min(SCHEMA_WAYS.index(habits.schema_way) + 1, len(SCHEMA_WAYS) - 1)]
            return habits.put("schema", following, refusal.reason)
    return None


def _system(habits: Habits, request: Request, body: Mapping[str, Any], refusal: Refusal) -> Habits | None:
    shown = any(m["role"] == "system" for m in body["messages"])
    about = refusal.names("system", "developer instruction") and _ROLE.search(refusal.reason)
    alternate = re.search(r"roles must alternate", refusal.reason, re.I)
    return habits.put("system", "folded", refusal.reason) if shown and (about or alternate) else None


def _parameter(habits: Habits, request: Request, body: Mapping[str, Any], refusal: Refusal) -> Habits | None:
    kept = ("model", "messages", "response_format", "tools", "stream")
    named = [k for k in body if k not in kept and refusal.names(k, *_ALSO.get(k, ()))]
    # What the error's own field names comes first, then what its sentence names first.
    named.sort(key=lambda k: (k not in refusal.named, _place(k, refusal.reason)))
    for name in named:
        value = body[name]
        limit = _limit(refusal.reason, value) if name in _LIMITED else None
        if limit is not None:
            return habits.put(f"limit {'max_tokens' if name in _TOKENS else name}", limit, refusal.reason)
        if name in _TOKENS:
            if "rename max_tokens" in habits:
                return habits.put("omit max_tokens", 1, refusal.reason)
            return habits.put("rename max_tokens", _TOKENS[1 - _TOKENS.index(name)], refusal.reason)
        if name == "top_logprobs" and value > 1 and habits.number("limit top_logprobs", 20) > 5:
            return habits.put("limit top_logprobs", 5, refusal.reason)
        return habits.put(f"omit {'logprobs' if name == 'top_logprobs' else name}", 1, refusal.reason)
    return None


def _limit(reason: str, sent: object) -> int | None:
    """Return the limit that a sentence gives, below what was sent; None where it speaks of none."""
    if not isinstance(sent, int) or isinstance(sent, bool) or not _MUCH.search(reason):
        return None
    numbers = [int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w]|\.\d)", reason.replace(",", ""))]
    below = [n for n in numbers if 0 < n < sent]
    return max(below) if below else None


def _place(name: str, reason: str) -> int:
    place = reason.lower().find(name.lower())
    return place if place >= 0 else len(reason)

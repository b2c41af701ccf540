"""What a chat endpoint sent back: the answer without the thoughts before it, and what it cost.

Servers put the reasoning of a model in different places: between tags in the content, in a field of its own, in parts
of a list. An answer may be text, a list of parts or the arguments of a tool call. This module reads them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
_WORDS = "think|thinking|thought|thoughts|reason|reasoning|analysis|reflection|scratchpad"
_OPEN = re.compile(rf"<\|?(?:{_WORDS}|begin_of_thought)\|?>|\[THINK\]", re.I)
_CLOSE = re.compile(rf"<\|?/(?:{_WORDS})\|?>|<\|end_of_thought\|>|\[/THINK\]", re.I)
_FINAL = re.compile(r"<\|channel\|>\s*final\s*<\|message\|>")
_MARK = re.compile(r"<\|[a-z_]+\|>")
_THOUGHT_KEY = re.compile(r"think|thought|reason", re.I)
_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "token_limit", "model_length"})
_FILTERED = frozenset({"content_filter", "safety", "refusal", "prohibited_content", "recitation"})
CHARACTERS = 4  # of a token, where the server does not count them


class NoCompletionError(ValueError):
    """What came back is no completion; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the answer with the likeliest spellings at its place, as (token, log-probability)."""

    text: str
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read.

    Attributes
    ----------
    text
        The answer without thoughts; the thoughts where the model wrote nothing else and ended by itself.
    thoughts
        The reasoning before it, where the server shows it.
    cut
        Whether the limit of tokens ended it.
    refusal
        What the model says where it declines to answer.
    tokens
        Tokens with log-probabilities; empty where the server gives none.
    tokens_in, tokens_out, tokens_thought
        Tokens of the prompt, of the answer with its thoughts, and of the thoughts alone.
    estimated
        Whether the server left the counts out, so that they are estimated from the length of the texts.
    """

    text: str
    thoughts: str = ""
    cut: bool = False
    refusal: str = ""
    tokens: tuple[Token, ...] = field(default=(), repr=False)
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_thought: int = 0
    estimated: bool = False

    @property
    def thinks(self) -> bool:
        """Whether the model reasoned before it answered."""
        return bool(self.thoughts) or self.tokens_thought > 0

    @property
    def usable(self) -> bool:
        """Whether there is a whole answer: not empty, not cut, not refused."""
        return bool(self.text.strip()) and not self.cut and not self.refusal

    @property
    def fault(self) -> str:
        """What is wrong with an answer that is not usable, in words."""
        if self.refusal:
            return f"the model declines to answer: “{self.refusal[:200]}”"
        if self.cut:
            return f"the answer was cut short after {self.tokens_out} tokens"
        return "" if self.text.strip() else "the answer is empty"


def read_reply(text: str, kind: str, prompt_length: int) -> Reply:
    """Read the body of a response.

    Parameters
    ----------
    text
        The body.
    kind
        Its content type.
    prompt_length
        Characters of the prompt, for servers that do not count tokens.

    Raises
    ------
    NoCompletionError
        If it is no completion.
    """
    return _reply(body_of(text, kind), prompt_length)


def body_of(text: str, kind: str) -> dict[str, Any]:
    """Return the body as one JSON object; the pieces of a stream are joined.

    Raises
    ------
    NoCompletionError
        If it is a web page or otherwise no JSON object.
    """
    start = text.lstrip("\ufeff \r\n\t")
    if start.startswith(("data:", "event:", ":")) or "event-stream" in kind:
        return _joined(_events(text))
    if start[:1] == "<" or "html" in kind:
        title = re.search(r"<title[^>]*>(.*?)</title>", start, re.I | re.S)
        named = f" with the title “{' '.join(title[1].split())[:80]}”" if title else ""
        raise NoCompletionError(f"a web page (HTML){named}")
    try:
        value = json.loads(start)
    except ValueError:
        raise NoCompletionError(
            f"text that is not JSON: “{' '.join(start.split())[:120]}”" if start else "nothing"
        ) from None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise NoCompletionError("JSON that is not an object")
    return value


def _events(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if data and data != "[DONE]":
            try:
                value = json.loads(data)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value


def _joined(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """Join the pieces of a stream into one completion."""
    whole: dict[str, Any] = {}
    message: dict[str, Any] = {}
    calls: dict[int, dict[str, Any]] = {}
    tokens: list[Any] = []
    finish, seen = None, False
    for event in events:
        whole |= {k: v for k, v in event.items() if k != "choices" and v is not None}
        for choice in event.get("choices") or []:
            seen = True
            finish = choice.get("finish_reason") or finish
            tokens += (choice.get("logprobs") or {}).get("content") or []
            delta = choice.get("delta") or choice.get("message") or {}
            for key, value in delta.items():
                if key == "tool_calls":
                    _add_calls(calls, value or [])
                elif isinstance(value, str) and key != "role":
                    message[key] = (message.get(key) or "") + value
                elif isinstance(value, list):
                    message[key] = [*(message.get(key) or []), *value]
                elif value is not None:
                    message[key] = value
    if calls:
        message["tool_calls"] = list(calls.values())
    if seen:
        logprobs = {"content": tokens} if tokens else None
        whole["choices"] = [{"message": message, "finish_reason": finish, "logprobs": logprobs}]
    return whole


def _add_calls(calls: dict[int, dict[str, Any]], pieces: Sequence[dict[str, Any]]) -> None:
    for place, piece in enumerate(pieces):
        call = calls.setdefault(piece.get("index", place), {"function": {"name": "", "arguments": ""}})
        for key in ("name", "arguments"):
            if isinstance(more := (piece.get("function") or {}).get(key), str):
                call["function"][key] += more


def _reply(body: Json, prompt_length: int) -> Reply:
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        if isinstance(message := body.get("message"), dict):
            choices = [{"message": message, "finish_reason": body.get("done_reason")}]
        elif "choices" in body:
            raise NoCompletionError("no answer: the list of choices is empty")
        else:
            raise NoCompletionError(f"JSON without choices (its keys: {', '.join(sorted(body))[:120] or 'none'})")
    choice = choices[0]
    message = choice.get("message") or choice.get("delta") or {"content": choice.get("text")}
    text, thoughts, refusal = _parts(message)
    finish = str(choice.get("finish_reason") or "").lower()
    called = _arguments(message)
    if called and not text.lstrip().startswith("{"):
        text = called
    if not text and thoughts and not refusal and finish not in _CUT:
        text = thoughts  # some servers put the answer where the reasoning goes
    if finish in _FILTERED and not text:
        refusal = refusal or f"ended by the server ({finish})"
    usage = _usage(body.get("usage"), prompt_length, len(text) + len(thoughts))
    return Reply(
        text=text,
        thoughts=thoughts,
        cut=finish in _CUT,
        refusal=refusal if not text else "",
        tokens=_tokens(choice.get("logprobs")),
        **usage,
    )


def _parts(message: Json) -> tuple[str, str, str]:
    """Return answer, thoughts and refusal of a message."""
    said, thought, refusal = [], [], _text(message.get("refusal"))
    content = message.get("content")
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, dict):
            kind = str(part.get("type") or "")
            if _THOUGHT_KEY.search(kind):
                thought.append(_text({k: v for k, v in part.items() if k not in ("type", "signature")}))
            elif kind == "refusal":
                refusal = refusal or _text(part.get("refusal") or part.get("text"))
            else:
                said.append(_text(part.get("text") if "text" in part else part.get("content")))
        else:
            said.append(_text(part))
    fields = [_text(v) for k, v in message.items() if _THOUGHT_KEY.search(k)]
    thought += list(dict.fromkeys(f for f in fields if f))  # one text under two names is one
    more, text = split_thoughts("".join(said))
    return text.strip(), "\n".join([*filter(None, thought), *([more] if more else [])]).strip(), refusal.strip()


def _text(value: object) -> str:
    """Return all text within a value, in order."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        kept = (v for k, v in value.items() if k not in ("type", "id", "format", "index", "signature", "data"))
        return "".join(_text(v) for v in kept)
    return "".join(_text(v) for v in value) if isinstance(value, list) else ""


def split_thoughts(text: str) -> tuple[str, str]:
    """Split text into thoughts between tags and the rest; a tag that was never opened or closed counts too."""
    if final := _FINAL.search(text):
        return _MARK.sub(" ", text[: final.start()]).strip(), _MARK.sub("", text[final.end() :]).strip()
    thoughts: list[str] = []
    rest: list[str] = []
    depth = at = 0
    marks = sorted([*_OPEN.finditer(text), *_CLOSE.finditer(text)], key=lambda m: m.start())
    for mark in marks:
        piece, at = text[at : mark.start()], mark.end()
        if _CLOSE.fullmatch(mark[0]):
            if depth == 0:  # the chat template opened it: everything so far was thought
                thoughts += rest
                rest = []
            thoughts.append(piece)
            depth = max(0, depth - 1)
        else:
            (thoughts if depth else rest).append(piece)
            depth += 1
    (thoughts if depth else rest).append(text[at:])
    return "".join(thoughts).strip(), "".join(rest).strip()


def _arguments(message: Json) -> str:
    calls = message.get("tool_calls") or ([{"function": f}] if (f := message.get("function_call")) else [])
    for call in calls if isinstance(calls, list) else []:
        given = (call.get("function") or {}).get("arguments") if isinstance(call, dict) else None
        if given:
            return given if isinstance(given, str) else json.dumps(given)
    return ""


def _tokens(logprobs: object) -> tuple[Token, ...]:
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if isinstance(logprobs, dict) and not content and isinstance(logprobs.get("tokens"), list):
        content = _completions_tokens(logprobs)
    found = []
    for row in content if isinstance(content, list) else []:
        top = row.get("top_logprobs") or [row]
        pairs = tuple((str(t.get("token", "")), float(t["logprob"])) for t in top if t.get("logprob") is not None)
        found.append(Token(str(row.get("token", "")), pairs))
    return tuple(found)


def _completions_tokens(logprobs: Json) -> list[dict[str, Any]]:
    """Log-probabilities in the older form: lists of tokens and of objects that give each spelling its own."""
    tops = logprobs.get("top_logprobs") or []
    return [
        {"token": token, "top_logprobs": [{"token": t, "logprob": x} for t, x in (top or {}).items()]}
        for token, top in zip(logprobs["tokens"], tops, strict=False)
        if isinstance(top, dict)
    ]


def _usage(usage: object, prompt_length: int, answer_length: int) -> dict[str, Any]:
    counts = usage if isinstance(usage, dict) else {}
    into = counts.get("prompt_tokens", counts.get("input_tokens"))
    out = counts.get("completion_tokens", counts.get("output_tokens"))
    details = counts.get("completion_tokens_details") or counts.get("output_tokens_details") or {}
    thought = details.get("reasoning_tokens") or counts.get("reasoning_tokens") or 0
    return {
        "tokens_in": int(prompt_length // CHARACTERS + 1 if into is None else into),
        "tokens_out": int(answer_length // CHARACTERS + 1 if out is None else out),
        "tokens_thought": int(thought),
        "estimated": into is None or out is None,
    }

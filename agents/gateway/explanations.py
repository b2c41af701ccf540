"""One sentence for each way in which an endpoint fails: the server's own reason, and what to do."""

from __future__ import annotations

from hypograph.agents.gateway.config import ModelConfig
from hypograph.agents.gateway.refusals import Kind, Refusal
from hypograph.models.core.errors import CapabilityError, ModelError, NetworkError

_HINTS = {
    Kind.KEY: "Check HYPOGRAPH_LLM_API_KEY, or the variable that api_key_env names.",
    Kind.ACCESS: "The server does not serve this account or place: ask whoever runs it, or use another endpoint.",
    Kind.MONEY: "Add credit or raise the limit at the provider, or use another model: waiting does not mend it.",
    Kind.MODEL: "Check HYPOGRAPH_LLM_MODEL against the server's own list of models, or pull the model there first.",
    Kind.ADDRESS: "Check the address: it usually ends in /v1; some servers want a parameter, as ?api-version=….",
    Kind.CONTEXT: 'Use a model with a longer context, or set `prompts = "compact"` and `context` for this one.',
    Kind.FILTER: "A filter of the provider stands before the model: ask for it to be lifted, or use another model.",
    Kind.BUSY: "Try again later, or lower HYPOGRAPH_LLM_MAX_CONCURRENCY.",
    Kind.REQUEST: "The endpoint cannot do what was asked of it; `omit` in the model's settings leaves a parameter out.",
}
_OWN = "The reason is the server's own: look it up there, or ask whoever runs it."
_WHAT = {
    Kind.KEY: "refused the key",
    Kind.MONEY: "refused for want of quota or credit",
    Kind.CONTEXT: "says that the prompt is too long",
    Kind.BUSY: "failed",
}


def place(config: ModelConfig) -> str:
    """Return which model at which address, without what stands behind ``?``."""
    return f"{config.model} at {config.address}"


def of_refusal(refusal: Refusal, config: ModelConfig) -> ModelError:
    """Explain a refusal."""
    kind = refusal.kind
    what = f"the endpoint {_WHAT.get(kind, 'refused the request')} with status {refusal.status}"
    if refusal.status == 200:
        what = "the endpoint sent an error instead of an answer"
    if refusal.reason:
        what += f": “{refusal.reason}”"
    hint = _HINTS[kind] if refusal.status != 200 or kind is not Kind.REQUEST else _OWN
    error = CapabilityError if kind in (Kind.REQUEST, Kind.MODEL, Kind.ADDRESS) else ModelError
    return error(what, where=place(config), hint=hint)


def of_no_completion(what: str, config: ModelConfig) -> ModelError:
    """Explain a successful response that is no completion."""
    if "web page" in what:
        hint = "The address may be wrong (it usually ends in /v1), or a sign-in stands before it."
    elif "choices is empty" in what:
        hint = "The server took the request and left the answer out: try another model of it, or look into its log."
    else:
        hint = "An OpenAI-compatible address is expected, which usually ends in /v1."
    return ModelError(f"the endpoint sent {what}, where a completion is expected", where=place(config), hint=hint)


def of_connection(config: ModelConfig, *, slow: bool, reason: str = "") -> NetworkError:
    """Explain that nothing came back."""
    if slow:
        hint = "Raise HYPOGRAPH_LLM_TIMEOUT, or try again."
        return NetworkError(f"no answer within {config.timeout:g} s", where=place(config), hint=hint)
    told = f" ({reason})" if reason else ""
    hint = "Is the endpoint running, and is the address right?"
    if "certificate" in reason.lower():
        hint = "Set `verify` in the model's settings to the certificate file of the authority that signed the server's."
    return NetworkError(f"the language model does not answer{told}", where=place(config), hint=hint)


def of_useless(fault: str, config: ModelConfig) -> ModelError:
    """Explain that no answer of the model can be used."""
    hint = "Try another model, or look at what this one is served with."
    if "cut short" in fault:
        hint = "Raise max_tokens, or lower reasoning_effort, in the model's settings."
    return ModelError(f"no answer of the model can be used: {fault}", where=place(config), hint=hint)

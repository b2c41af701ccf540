"""Everything that talks to a language model, behind the protocols of `hypograph.models`."""

from hypograph.agents.gateway.config import Budget, ModelConfig
from hypograph.agents.gateway.gateway import Gateway, connect
from hypograph.agents.roles import ModelExpert, ModelExtractor, ModelJudge, ModelOptionScorer, ModelProposer

__all__ = [
    "Budget",
    "Gateway",
    "ModelConfig",
    "ModelExpert",
    "ModelExtractor",
    "ModelJudge",
    "ModelOptionScorer",
    "ModelProposer",
    "connect",
]

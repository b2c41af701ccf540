"""Everything that talks to a language model, behind the protocols of `hypograph.models`."""

from hypograph.agents.cascade import Cascade
from hypograph.agents.gateway.config import Budget, Decoding, ModelConfig
from hypograph.agents.gateway.gateway import Gateway, connect
from hypograph.agents.passages import ModelPassageReader
from hypograph.agents.planner import ModelPlanner
from hypograph.agents.roles import ModelExpert, ModelExtractor, ModelJudge, ModelOptionScorer, ModelProposer
from hypograph.agents.writer import ModelWriter

__all__ = [
    "Budget",
    "Cascade",
    "Decoding",
    "Gateway",
    "ModelConfig",
    "ModelExpert",
    "ModelExtractor",
    "ModelJudge",
    "ModelOptionScorer",
    "ModelPassageReader",
    "ModelPlanner",
    "ModelProposer",
    "ModelWriter",
    "connect",
]

"""Everything that talks to a language model, behind the protocols of `hypograph.models`."""

from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.config import Budget, Decoding, ModelConfig
from hypograph.agents.gateway.gateway import Gateway, connect
from hypograph.agents.roles.answerer import ModelAnswerer
from hypograph.agents.roles.claim_reader import ModelClaimReader
from hypograph.agents.roles.document_proposer import ModelDocumentProposer
from hypograph.agents.roles.extractor import ModelExtractor
from hypograph.agents.roles.judgement import ModelExpert, ModelJudge
from hypograph.agents.roles.option_scorer import ModelOptionScorer
from hypograph.agents.roles.passage_reader import ModelPassageReader
from hypograph.agents.roles.planner import ModelPlanner
from hypograph.agents.roles.writer import ModelWriter

__all__ = [
    "Budget",
    "Cascade",
    "Decoding",
    "Gateway",
    "ModelAnswerer",
    "ModelClaimReader",
    "ModelConfig",
    "ModelDocumentProposer",
    "ModelExpert",
    "ModelExtractor",
    "ModelJudge",
    "ModelOptionScorer",
    "ModelPassageReader",
    "ModelPlanner",
    "ModelWriter",
    "connect",
]

"""What laboratory campaigns ask of the store beside their nodes and edges."""

from __future__ import annotations

from hypograph.graph.query import Query

LIVE_FOLDER = Query(
    "campaigns_live_folder",
    "MATCH (c:Campaign {id: $campaign}) RETURN c.folder AS folder",
    {"campaign": "none"},
)

# A merge lays properties over those that are there: what an undo takes away has to go first.
FORGET_OUTCOMES = Query(
    "campaigns_forget_outcomes",
    "MATCH (c:Campaign {id: $campaign}) REMOVE c.best, c.entropy_published, c.entropy_corrected, c.entropy_relative "
    "WITH c MATCH (c)<-[:IN_CAMPAIGN]-(x:Experiment) REMOVE x.value, x.best_so_far, x.recorded_at, "
    "x.entropy_published, x.entropy_corrected, x.entropy_relative RETURN count(x) AS n",
    {"campaign": "none"},
    writes=True,
)

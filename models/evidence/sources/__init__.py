"""Sources of evidence: records, learners, experts, similarity."""

"""Known-answer batteries: how far a model's answers deserve belief, measured before they are believed."""

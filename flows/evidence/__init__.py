"""Evidence as flows: units, prediction, evaluation."""

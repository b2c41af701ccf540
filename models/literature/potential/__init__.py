"""Potential of keyword sets: features, models, evaluation."""

"""Probabilities and labels in, metrics out."""

from sentiment_fast.evaluation.metrics import ClassMetrics, Metrics, evaluate, predicted_indices

__all__ = ["ClassMetrics", "Metrics", "evaluate", "predicted_indices"]

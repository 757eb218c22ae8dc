"""Probabilities and labels in, metrics out."""

from sentiment_fast.evaluation.metrics import ClassMetrics, Metrics, evaluate, evaluate_decision
from sentiment_fast.model.decision import predicted_indices

__all__ = ["ClassMetrics", "Metrics", "evaluate", "evaluate_decision", "predicted_indices"]

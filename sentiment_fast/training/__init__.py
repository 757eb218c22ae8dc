"""Labelled texts -> a trained model in its folder; sf.train is in session.py."""

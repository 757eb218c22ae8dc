"""Texts -> cleaned words -> ids. The specification is reference.py; the native core computes it."""

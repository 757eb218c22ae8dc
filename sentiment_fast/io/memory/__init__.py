"""Inputs that are objects of Python: tables in memory, and files that give text."""

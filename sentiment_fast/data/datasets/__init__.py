"""Data sets by name: imdb and demo."""

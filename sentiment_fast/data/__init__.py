"""Labelled texts on top of io/: what the argument `data` means, the split, the overview."""

"""Labelled texts on top of io/: what --data means, the split, the overview."""

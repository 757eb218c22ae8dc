"""The release: making the bundled model and its card."""

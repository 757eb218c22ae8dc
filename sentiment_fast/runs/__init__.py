"""What can be killed and resumed, once: atomic writes, journals, fingerprints, stop requests."""

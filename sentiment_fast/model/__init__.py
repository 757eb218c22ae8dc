"""A classifier: its settings, network, n-gram model and calibration, and the folder that holds it."""

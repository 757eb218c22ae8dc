"""The search for settings: a space, trials in a log, the best as a preset file."""

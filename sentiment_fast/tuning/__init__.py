"""The search for settings: a space, trials in a log, the best settings as a file."""

from sentiment_fast.extras import check_installed

check_installed("train", "A search for settings")  # before modules of this folder import any of them

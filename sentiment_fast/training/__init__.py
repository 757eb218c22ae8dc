"""Labelled texts -> a trained model in its folder; sf.train is in session.py."""

from sentiment_fast.extras import check_installed

check_installed("train", "Training")  # here, so that training fails with what to install before it reads any data

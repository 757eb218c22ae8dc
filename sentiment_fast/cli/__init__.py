"""The command line: `main` runs `sentiment-fast COMMAND ...`. Each command is a module next to this folder."""

from sentiment_fast.cli.main import INTERRUPTED, main

__all__ = ["INTERRUPTED", "main"]

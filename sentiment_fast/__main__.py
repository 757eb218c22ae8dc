"""`python -m sentiment_fast COMMAND ...`: the same as `sentiment-fast COMMAND ...`."""

import sys

from sentiment_fast.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""The user's cache folder: what costs a download or hours to make again, and may be deleted at any time.

In: nothing but the environment. Out: the folder's path; it need not exist. What is kept there, and under which names,
is left to what keeps it: downloaded data sets, and the answers of slow teachers.
"""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "SENTIMENT_FAST_CACHE"


def cache_folder() -> Path:
    """$SENTIMENT_FAST_CACHE, else the folder for this package in that of the system for caches, such as ~/.cache."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    import pooch

    return Path(pooch.os_cache("sentiment_fast"))

"""Lets the comparison's tests import its modules, which lie here next to the script that runs them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

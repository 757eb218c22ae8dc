"""One tree's Python: runs commands and functions that it is told of, one after the other, in this process.

In: a line of JSON on stdin for each. Out: a line of JSON on stdout with its exit code. Which package is imported is
PYTHONPATH's to say; what is run, and whether the results are right, is left to compare_sides.py and its caller.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

STDIN, STDOUT, STDERR = 0, 1, 2


def main() -> None:
    requests = os.fdopen(os.dup(STDIN), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(STDOUT), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), STDIN)
    for line in requests:
        request = json.loads(line)
        os.chdir(request["folder"])
        code = _redirected(_task(request), request["stdout"], request["stderr"])
        answers.write(json.dumps({"code": code}) + "\n")
        answers.flush()


def _task(request: dict[str, object]) -> Callable[[], int | None]:
    arguments = request["arguments"]
    if "module" in request:
        return lambda: getattr(importlib.import_module(str(request["module"])), str(request["function"]))(*arguments)

    def command() -> int:
        from sentiment_fast.cli import main

        return main(arguments)

    return command


def _redirected(task: Callable[[], int | None], stdout: str, stderr: str) -> int | str:
    """Its exit code, or the name of an exception that came out; both streams go to files, as from a shell."""
    kept = [os.dup(STDOUT), os.dup(STDERR)]
    for name, descriptor in ((stdout, STDOUT), (stderr, STDERR)):
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.dup2(file, descriptor)
        os.close(file)
    try:
        return task() or 0
    except SystemExit as error:  # argparse's
        return error.code if isinstance(error.code, int) else 1
    except BaseException as error:
        traceback.print_exc()
        return type(error).__name__
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for saved, descriptor in zip(kept, (STDOUT, STDERR), strict=True):
            os.dup2(saved, descriptor)
            os.close(saved)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()

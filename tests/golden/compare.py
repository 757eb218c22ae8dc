"""Compares a restructured tree with the commit it started from: the same commands, and the same bytes from both.

python tests/golden/compare.py OLD_WORKTREE
python tests/golden/compare.py OLD_WORKTREE --only 'score-killed-*' --keep /tmp/compared

In: two trees. Out: a line for each case, "same" or "DIFFERENT" with the first difference; exit code 0 if all are the
same. What is run is left to compare_cases.py, and what counts as equal to compare_results.py.
"""

from __future__ import annotations

import argparse
import fnmatch
import shutil
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from compare_cases import CASES, MODELS
from compare_results import Allowed, first_difference
from compare_sides import Side, StepError, build
from compare_steps import Case, Command


def main() -> int:
    arguments = _arguments()
    cases = [case for case in CASES if any(fnmatch.fnmatch(case.name, f"*{one}*") for one in arguments.only or "*")]
    if arguments.list:
        print("\n".join(case.name for case in cases))
        return 0
    if arguments.old is None or not cases:
        sys.exit(
            "expected the folder of the old tree" if cases else "expected cases of such names, got none: see --list"
        )
    allowed = Allowed(arguments.score_tolerance, arguments.tokens_may_differ)
    started = time.perf_counter()
    trees = [arguments.old.resolve(), arguments.new.resolve()]
    for tree in trees:
        build(tree, arguments.threads, lambda message: print(message, flush=True))
    scratch = Path(tempfile.mkdtemp(prefix="compare-")) if arguments.keep is None else _empty(arguments.keep)
    sides = [
        Side(tree, scratch / name, arguments.threads, arguments.processes)
        for tree, name in zip(trees, ("old", "new"), strict=True)
    ]
    try:
        different = _run(cases, sides, scratch, allowed)
    finally:
        for side in sides:
            side.close()
        if arguments.keep is None:
            shutil.rmtree(scratch)
    seconds = time.perf_counter() - started
    print(f"{len(cases) - different} of {len(cases)} cases the same, {different} different; {seconds:.0f} s")
    return 1 if different else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", metavar="OLD", type=Path, nargs="?", help="the tree of the commit it started from")
    default = Path(__file__).parents[2]
    parser.add_argument("new", metavar="NEW", type=Path, nargs="?", default=default, help="default: this checkout")
    parser.add_argument("--only", metavar="PATTERN", action="append", help="cases whose names contain this pattern")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--threads", metavar="N", type=int, default=2, help="OMP_NUM_THREADS of both trees (2)")
    parser.add_argument(
        "--score-tolerance", metavar="X", type=float, default=0.0, help="scores may differ by this much, labels may not"
    )
    parser.add_argument("--tokens-may-differ", action="store_true", help="leave out the column sentiment_tokens")
    parser.add_argument("--processes", action="store_true", help="run every command in a process of its own; slow")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="leave all outputs and stderr there (not kept)")
    return parser.parse_args()


def _run(cases: list[Case], sides: list[Side], scratch: Path, allowed: Allowed) -> int:
    """Prints a line for each case; returns how many are different."""
    for name in ("inputs", "models"):
        (scratch / name).mkdir()
    with ThreadPoolExecutor(len(sides)) as pool:
        sides[0].call("compare_inputs", "write_files", str(scratch / "inputs"))
        for name in MODELS:
            if any(name in case.models(list(MODELS)) for case in cases):
                _make_model(name, sides[0], scratch)
        different = 0
        width = max(len(case.name) for case in cases)
        for case in cases:
            started = time.perf_counter()
            found = _compare(case, [pool.submit(side.run, case) for side in sides], allowed)
            seconds = time.perf_counter() - started
            different += found is not None
            print(f"{case.name:{width}}  {f'DIFFERENT  {found}' if found else 'same'}  ({seconds:.1f} s)", flush=True)
    return different


def _compare(case: Case, runs: list[Future[Path]], allowed: Allowed) -> str | None:
    """The first difference between the trees, or within one of them, or why a step could not be run."""
    folders = []
    for run, tree in zip(runs, ("old", "new"), strict=True):
        try:
            folders.append(run.result())
        except StepError as error:
            return f"{tree}: {error}"
    found = first_difference(folders[0], folders[1], allowed)
    if found is not None:
        return found
    for folder, tree in zip(folders, ("old", "new"), strict=True):
        for one, other in case.equal:
            found = first_difference(folder / one, folder / other, Allowed())
            if found is not None:
                return f"{tree}: {other} is not equal to {one}: {found}"
    return None


def _make_model(name: str, side: Side, scratch: Path) -> None:
    folder = side.run(Case(f"model-{name}", (Command(MODELS[name], "messages"),)))
    if not (folder / "made" / "config.json").exists():
        sys.exit(f"{MODELS[name]}: expected it to train a model, got\n{Path(f'{folder}.stderr').read_text()[-2000:]}")
    (folder / "made").rename(scratch / "models" / name)


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"{folder}: expected an empty folder")
    return folder.resolve()


if __name__ == "__main__":
    sys.exit(main())

"""Only runs/ replaces files, syncs them, locks them and catches signals."""

import ast
from pathlib import Path

import pytest

import sentiment_fast

PACKAGE = Path(sentiment_fast.__file__).parent
FILES = sorted(path for path in PACKAGE.glob("**/*.py") if path.relative_to(PACKAGE).parts[0] != "runs")
FORBIDDEN = {
    "os": ("fsync", "fdatasync", "sync", "replace", "rename", "renames"),
    "fcntl": ("flock", "lockf"),
    "signal": ("signal", "sigaction", "set_wakeup_fd"),
    "shutil": ("move",),
}


def calls_for_runs(source):
    """What a module does that is left to runs/, such as "os.fsync" or ".replace(path)"."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN:
            yield from (f"{node.module}.{one.name}" for one in node.names if one.name in FORBIDDEN[node.module])
        elif isinstance(node, ast.Attribute):
            module = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in FORBIDDEN.get(module, ()):
                yield f"{module}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # str.replace and bytes.replace take two arguments, Path.replace and Path.rename take one.
            arguments = len(node.args) + len(node.keywords)
            if node.func.attr in ("replace", "rename") and arguments == 1:
                yield f".{node.func.attr}(path)"


def test_only_runs_replaces_syncs_locks_and_catches_signals():
    found = {str(path.relative_to(PACKAGE)): list(calls_for_runs(path.read_text("utf-8"))) for path in FILES}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("os.fsync(file)", ["os.fsync"]),
        ("from os import fsync", ["os.fsync"]),
        ("Path('a').replace('b')", [".replace(path)"]),
        ("fcntl.flock(file, 2)", ["fcntl.flock"]),
        ("signal.signal(2, stop)", ["signal.signal"]),
        ("'a'.replace('a', 'b'); replace(state, rows=1); signal.SIGINT; os.open('a', 0)", []),
    ],
)
def test_what_is_looked_for_is_found(source, found):
    assert list(calls_for_runs(source)) == found

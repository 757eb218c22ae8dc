"""One tree: builds it, and runs commands and functions with it, each step in a scratch folder with its own results.

In: a tree and steps. Out: in the folder stdout-N.*, exit-N.txt and what the step wrote itself. Comparing is left to
compare_results.py.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compare_steps import Call, Case, Command, Kill

HERE = Path(__file__).parent
PATIENCE = 600  # seconds for one step
_EXIT_CODES = {"SIGTERM": 130, "SIGKILL": -signal.SIGKILL}  # of a command that was ended


class StepError(Exception):
    """A step could not be run as the case wants it."""


def environment(tree: Path, threads: int) -> dict[str, str]:
    """The same for both trees, except for the package that is imported."""
    fixed = {
        "PYTHONPATH": str(tree),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "agg",
    }
    return {**os.environ, **fixed}


def build(tree: Path, threads: int, say: Callable[[str], None]) -> None:
    """Compile a tree's core, unless it has one that was compiled from its sources."""
    check = [sys.executable, "-c", "import sentiment_fast; sentiment_fast.build_vocabulary(['a'])"]
    settings: dict[str, Any] = {"cwd": tree, "env": environment(tree, threads), "capture_output": True, "text": True}
    if subprocess.run(check, **settings).returncode == 0:
        return
    say(f"{tree}: building the core")
    built = subprocess.run([sys.executable, "setup.py", "build_ext", "--inplace"], **settings)
    checked = subprocess.run(check, **settings)
    if built.returncode or checked.returncode:
        sys.exit(f"{tree}: expected it to build, got\n{(built.stderr + checked.stderr)[-2000:]}")


class Side:
    """A tree at work. folder: of its scratch folders, next to `inputs` and `models`. alone: a process per command."""

    def __init__(self, tree: Path, folder: Path, threads: int, alone: bool = False) -> None:
        self.tree, self.folder, self._alone = tree, folder, alone
        self._environment = environment(tree, threads)
        self._worker: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True)

    def run(self, case: Case) -> Path:
        """Its scratch folder, with the results. Raises StepError."""
        folder = self.folder / case.name
        folder.mkdir()
        for name in ("inputs", "models"):
            (folder / name).symlink_to(Path("../..", name), target_is_directory=True)
        for name in case.copies:
            shutil.copy(folder / "inputs" / name, folder)
        for number, step in enumerate(case.steps, 1):
            kind = step.prints if isinstance(step, Command) else "txt"
            stdout = f"messages-{number}.txt" if kind == "messages" else f"stdout-{number}.{kind}"
            (folder / f"exit-{number}.txt").write_text(f"{self._step(step, folder, stdout)}\n")
        return folder

    def call(self, module: str, function: str, *arguments: str) -> None:
        """A function of a module next to this one, for its effect. Raises StepError."""
        request = {"module": module, "function": function, "arguments": arguments, "folder": str(self.folder)}
        code = self._ask({**request, "stdout": os.devnull, "stderr": f"{self.folder}.stderr"})
        if code != 0:
            raise StepError(f"{module}.{function} ended with {code}: see {self.folder}.stderr")

    def close(self) -> None:
        if self._worker is not None and self._worker.stdin is not None:
            self._worker.stdin.close()
            self._worker.wait()

    def _step(self, step: Command | Call, folder: Path, stdout: str) -> int | str:
        stderr = f"{folder}.stderr"
        if isinstance(step, Command) and (step.own_process or self._alone):
            return self._process(step, folder, stdout, stderr)
        request: dict[str, Any] = {"folder": str(folder), "stdout": stdout, "stderr": stderr}
        if isinstance(step, Call):
            return self._ask({**request, "module": "compare_python", "function": step.function, "arguments": []})
        return self._ask({**request, "arguments": shlex.split(step.line)})

    def _ask(self, request: dict[str, Any]) -> int | str:
        if self._worker is None or self._worker.poll() is not None:
            self._worker = subprocess.Popen(
                [sys.executable, str(HERE / "compare_worker.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self._environment,
            )
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        watchdog = threading.Timer(PATIENCE, self._worker.kill)
        watchdog.start()
        try:
            self._worker.stdin.write(json.dumps(request) + "\n")
            self._worker.stdin.flush()
            answer = self._worker.stdout.readline()
        finally:
            watchdog.cancel()
        if not answer:
            raise StepError(f"{self.tree}: the process that runs its commands ended with {self._worker.wait()}")
        code: int | str = json.loads(answer)["code"]
        return code

    def _process(self, command: Command, folder: Path, stdout: str, stderr: str) -> int:
        name, *arguments = shlex.split(command.line)
        source = Path(os.devnull) if command.stdin is None else folder / command.stdin
        with source.open("rb") as file, (folder / stdout).open("ab") as out, Path(stderr).open("ab") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", f"sentiment_fast.{name}", *arguments],
                stdin=file,
                stdout=out,
                stderr=err,
                cwd=folder,
                env=self._environment,
            )
            try:
                if command.kill is not None:
                    _kill(process, command.kill, folder)
                code = process.wait(PATIENCE)
            except BaseException as error:
                process.kill()
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise StepError(f"{command.line}: took more than {PATIENCE} s") from error
                raise
        if command.kill is not None and code != _EXIT_CODES[command.kill.signal]:
            raise StepError(f"{command.line}: expected it to be ended by {command.kill.signal}, got exit code {code}")
        return code


def _kill(process: subprocess.Popen[bytes], kill: Kill, folder: Path) -> None:
    """Send the signal as soon as the command has come as far as it should."""
    begun = folder / kill.begun
    _wait(process, lambda: begun.exists() and begun.stat().st_size > 0)
    if kill.pause:
        process.send_signal(signal.SIGSTOP)
        time.sleep(kill.pause)
        process.send_signal(signal.SIGCONT)
    if kill.watch is not None:
        watched = folder / kill.watch
        _wait(process, lambda: watched.exists() and watched.read_bytes().count(b"\n") >= kill.lines)
    process.send_signal(signal.Signals[kill.signal])


def _wait(process: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline and not reached():
        time.sleep(0.002)

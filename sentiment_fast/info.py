"""Print what this installation runs on: versions, SIMD level, threads, device and precision.

python -m sentiment_fast.info
"""

from __future__ import annotations

import argparse
import sys

from sentiment_fast import __version__
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.options import add_device_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    import numpy

    from sentiment_fast import _core
    from sentiment_fast.model.devices import choose_precision, find_device, pytorch_is_installed
    from sentiment_fast.model.native.scoring import native_level, slow_level
    from sentiment_fast.text.encoding import SIMD_LEVEL, thread_count

    device, pytorch, of_pytorch, gpu = find_device(arguments.device), "not installed", "", ""
    if pytorch_is_installed():
        import torch

        pytorch, of_pytorch = torch.__version__, f", {torch.get_num_threads()} for PyTorch on a CPU"
        gpu = torch.cuda.get_device_name() if device.type == "cuda" else ""
    print(f"sentiment_fast  {__version__}")
    print(f"Python          {sys.version.split()[0]}, torch {pytorch}, numpy {numpy.__version__}")
    levels = ", ".join(_core.LEVELS)
    print(f"SIMD level      {SIMD_LEVEL} (this machine can run: {levels}; SENTIMENT_FAST_SIMD forces one)")
    print(f"threads         {thread_count()} for text and the native network{of_pytorch}")
    precision = choose_precision(device, arguments.precision)
    print(f"device          {gpu or 'the CPU'}, {precision.reason}")
    precisions = {one.name: one for one in (precision, choose_precision(device, "float32"))}
    instead = {name: "PyTorch" if of_pytorch else slow_level(one) for name, one in precisions.items()}
    ways = [f"{name} {native_level(device, one) or instead[name]}" for name, one in precisions.items()]
    print(f"LSTM scoring    {', '.join(ways)} (a level is the native core's; what it can't run, PyTorch does)")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))

"""Print what this installation runs on, or list the presets or settings of training.

sentiment-fast info
sentiment-fast info --presets
sentiment-fast info --settings
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import Any

from sentiment_fast import __version__
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.options import add_device_arguments, add_output_arguments
from sentiment_fast.cli.streams import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--presets", action="store_true", help="list the presets of training, and what they set")
    what.add_argument("--settings", action="store_true", help="list the settings of training, with default and meaning")
    add_device_arguments(parser)
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    if arguments.presets:
        found, text = _presets()
    elif arguments.settings:
        found, text = _settings()
    else:
        found, text = _installation(arguments.device, arguments.precision)
    if arguments.json:
        print_json(found)
    else:
        print(text)


def _presets() -> tuple[dict[str, Any], str]:
    """For each preset its meaning and all settings; as text those that differ from the default's."""
    from sentiment_fast.model.presets import DEFAULT, PARTS, PRESETS, STUDENTS, setting_as_text
    from sentiment_fast.model.setting_meanings import PRESET_MEANINGS

    default = {name: value for part in PARTS for name, value in asdict(getattr(PRESETS[DEFAULT], part)).items()}
    found, lines = {}, []
    for name, preset in PRESETS.items():
        parts = {part: asdict(getattr(preset, part)) for part in PARTS} | {"taught": STUDENTS.get(name, {})}
        found[name] = {"meaning": PRESET_MEANINGS[name], **parts}
        lines.append(f"{name}: {PRESET_MEANINGS[name]}")
        for part, settings in parts.items():
            changes = [f"{key}={setting_as_text(value)}" for key, value in settings.items() if value != default[key]]
            lines += [f"  {part:<11}{' '.join(changes)}"] if changes else []
    return found, "\n".join([*lines, f"All other settings are as in {DEFAULT}; taught: with a teacher."])


def _settings() -> tuple[dict[str, Any], str]:
    """For each setting the part that it belongs to, its default and its meaning."""
    from sentiment_fast.model.presets import DEFAULT, PARTS, PRESETS, setting_as_text
    from sentiment_fast.model.setting_meanings import SETTING_MEANINGS

    found, lines = {}, [f"{'setting':<19}{'default':<9} meaning"]
    for part in PARTS:
        lines.append(f"[{part}]")
        for name, value in asdict(getattr(PRESETS[DEFAULT], part)).items():
            found[name] = {"part": part, "default": value, "meaning": SETTING_MEANINGS[name]}
            lines.append(f"{name:<19}{setting_as_text(value):<9} {SETTING_MEANINGS[name]}")
    return found, "\n".join(lines)


def _installation(device_name: str, precision_name: str) -> tuple[dict[str, Any], str]:
    """Versions, SIMD level, threads, device and precision; as text with what they mean."""
    import numpy

    from sentiment_fast import _core
    from sentiment_fast.model.devices import choose_precision, find_device, pytorch_is_installed
    from sentiment_fast.model.native.scoring import native_level, slow_level
    from sentiment_fast.text.encoding import SIMD_LEVEL, thread_count

    device, torch_version, torch_threads, gpu = find_device(device_name), None, None, None
    if pytorch_is_installed():
        import torch

        torch_version, torch_threads = str(torch.__version__), torch.get_num_threads()
        gpu = torch.cuda.get_device_name() if device.type == "cuda" else None
    precision = choose_precision(device, precision_name)
    precisions = {one.name: one for one in (precision, choose_precision(device, "float32"))}
    instead = {name: "PyTorch" if torch_version else slow_level(one) for name, one in precisions.items()}
    levels = {name: native_level(device, one) or instead[name] for name, one in precisions.items()}
    found = {
        "sentiment_fast": __version__,
        "python": sys.version.split()[0],
        "torch": torch_version,
        "numpy": numpy.__version__,
        "simd_level": SIMD_LEVEL,
        "simd_levels": list(_core.LEVELS),
        "threads": thread_count(),
        "torch_threads": torch_threads,
        "device": device.type,
        "gpu": gpu,
        "precision": precision.name,
        "lstm_scoring": levels,
    }
    ways = ", ".join(f"{name} {level}" for name, level in levels.items())
    lines = {
        "sentiment_fast": __version__,
        "Python": f"{found['python']}, torch {torch_version or 'not installed'}, numpy {numpy.__version__}",
        "SIMD level": f"{SIMD_LEVEL} (of {', '.join(_core.LEVELS)}; SENTIMENT_FAST_SIMD sets it)",
        "threads": f"{found['threads']} for text and the native network, {torch_threads or 'no'} for PyTorch",
        "device": f"{gpu or 'the CPU'}, {precision.reason}",
        "LSTM scoring": f"{ways} (a level is the native core's; what it can't run, PyTorch does)",
    }
    return found, "\n".join(f"{name:<16}{value}" for name, value in lines.items())


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))

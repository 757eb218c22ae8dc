"""Reviews and a device -> rows of tables: shared by the sections of benchmarks/studies/gpu.py.

In: reviews and a device, CPUs included. Out: rows of tables. The timed work is left to gpu_work.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.studies.gpu_report import Table
from benchmarks.studies.gpu_work import OurSteps, TutorialSteps, Variant, kernels, timed
from benchmarks.tutorial_loop import BATCH_SIZE
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.presets import Preset, preset
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import Encoded, encode_part, vocabulary_of

CLASSES = ["negative", "positive"]
USEFUL = ("fast", "accurate")  # the presets made for use
ELSEWHERE = "not on this device"
LATE = "out of time"
# The figures of each side; concurrent kernels can keep a GPU busy for more than the elapsed seconds.
SIDE = ["n", "median", "IQR", "reviews/s", "ratio", "GPU busy", "peak memory"]
PROFILED = 8  # batches; reading a profile takes as long as thousands of kernels
LOSSES_AGREE_TO = {torch.float32: 1e-4, torch.bfloat16: 3e-2, torch.float16: 3e-2}


class Lab:
    """What the sections share: reviews, encoded, the device, and how long the section may go on."""

    def __init__(self, training: LabelledTexts, test: LabelledTexts, device: torch.device, quick: bool) -> None:
        self.texts, self.test_texts, self.device, self.quick = training, test, device, quick
        self.batch = 4 if quick else BATCH_SIZE
        self.settings, self.vocabulary, self.training = self.encoded("tutorial")
        self.until = float("inf")
        self.equal: set[tuple[str, str]] = set()  # presets and variants whose losses are right
        self.best: tuple[float, Variant, int] | None = None  # reviews/s, and at which batch_scale

    def encoded(self, name: str) -> tuple[Preset, Vocabulary, Encoded]:
        """A preset, the training reviews' vocabulary as it wants it, and their ids."""
        small = {"batch_size": self.batch, **({"hidden_size": 16} if name in USEFUL else {})}
        settings = preset(name).with_fields(small if self.quick else {})
        vocabulary = vocabulary_of(self.texts, settings.vocabulary)
        return settings, vocabulary, encode_part(self.texts, vocabulary, CLASSES)

    @property
    def late(self) -> bool:
        return time.perf_counter() > self.until

    @property
    def cuda(self) -> bool:
        return self.device.type == "cuda"

    def variants(self, name: str) -> list[Variant | str]:
        """Ours, of a preset, or the name of one that this device does not have."""
        float32, bfloat16 = Precision("float32", ""), Precision("bfloat16", "")
        found: list[Variant | str] = [Variant("trimmed, float32", float32)]
        if not self.cuda:
            if name not in USEFUL:  # whether it runs, one network tells; compiling takes long
                found.append(Variant("float32 + compile", float32, compiled=True))
            return [*found, "bf16", "fp16", "bf16 + compile", "bf16 + CUDA graphs", "bf16 + compile + CUDA graphs"]
        return [  # the first is what ratios are to; of the others, those without graphs, which take longest, last
            *found,
            Variant("float32 + CUDA graphs", float32, cuda_graphs=True),
            Variant("bf16 + CUDA graphs", bfloat16, cuda_graphs=True),
            Variant("bf16 + compile + CUDA graphs", bfloat16, compiled=True, cuda_graphs=True),
            Variant("bf16", bfloat16),
            Variant("bf16 + compile", bfloat16, compiled=True),
            Variant("fp16", Precision("float16", "")),
        ]

    def reset_memory(self) -> None:
        if self.cuda:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()

    def peak_memory(self) -> str:
        """Reserved, so that the pools of CUDA graphs count."""
        return f"{torch.cuda.max_memory_reserved() / 1e6:,.0f} MB" if self.cuda else ELSEWHERE


def compare_losses(lab: Lab, table: Table, name: str, settings: Preset, vocabulary: Vocabulary, data: Encoded) -> None:
    """Adds a row for each variant."""
    expected: list[float] = []
    for variant in lab.variants(name):
        if isinstance(variant, str) or lab.late:
            shown, why = (variant, ELSEWHERE) if isinstance(variant, str) else (variant.name, LATE)
            table.rows.append([name, shown, "", "", why])
            continue
        ours = OurSteps(data, vocabulary, settings, lab.device, variant)
        batches = ours.batches() * 3
        if name == "tutorial" and not expected:
            expected = TutorialSteps(data, vocabulary, settings, lab.device).losses(batches)
        found = failing(lambda: ours.losses(batches))  # noqa: B023
        if isinstance(found, str):
            table.rows.append([name, variant.name, "", "", found])
            continue
        expected = expected or found
        off = max(abs(one - other) for one, other in zip(found, expected, strict=True))
        allowed = LOSSES_AGREE_TO[variant.precision.dtype]
        if off <= allowed:
            lab.equal.add((name, variant.name))
        differs = "" if off <= allowed else "DIFFERS"
        table.rows.append([name, variant.name, f"{off:.1e}", f"{allowed:.0e}", differs])


def our_rows(
    lab: Lab,
    table: Table,
    place: tuple[str, str],
    variants: list[Variant | str],
    settings: Preset,
    vocabulary: Vocabulary,
    data: Encoded,
    first: float = 0.0,
) -> list[tuple[float, Variant]]:
    """Adds a row for each variant. Returns reviews/s of those that ran. place: preset and batch. first: what ratios
    are to; 0 for the first variant's.
    """
    speeds = []
    for variant in variants:
        name = variant if isinstance(variant, str) else variant.name
        if isinstance(variant, str) or lab.late or (place[0], name) not in lab.equal:
            found: Any = ELSEWHERE if isinstance(variant, str) else LATE if lab.late else "not equal: not timed"
        else:
            found = failing(lambda: _our_side(lab, settings, vocabulary, data, variant, first))  # noqa: B023
        if isinstance(variant, str) or isinstance(found, str):
            table.rows.append([*place, name, *[""] * len(SIDE), found])
            continue
        cells, speed = found
        table.rows.append([*place, name, *cells])
        speeds.append((speed, variant))
        first = first or speed
    return speeds


def _our_side(
    lab: Lab, settings: Preset, vocabulary: Vocabulary, data: Encoded, variant: Variant, first: float
) -> tuple[list[str], float]:
    """Cells from n to captured, and reviews per second."""
    lab.reset_memory()
    ours = OurSteps(data, vocabulary, settings, lab.device, variant)
    batches = ours.batches()
    with ours.step.stream():
        for _ in range(3 if variant.cuda_graphs else 1):  # eagerly, captured, replayed
            ours.run(batches)
        part = batches[:PROFILED]
        cells, speed = timed_side(lab, lambda: ours.run(batches), len(data.ids), first, lambda: ours.run(part))
    captured = [f"{ours.compiler.graphs} compiled"] if ours.compiler else []
    if ours.step.graphs is not None:
        captured.append(f"{len(ours.step.graphs)} CUDA graphs in {ours.step.graphs.seconds:.1f} s")
    return [*cells, "; ".join(captured + ours.said)], speed


def timed_side(
    lab: Lab, function: Callable[[], Any], reviews: int, first: float, part: Callable[[], Any] | None = None
) -> tuple[list[str], float]:
    """Cells from n to peak memory, and reviews per second. part: of it, where the whole is too much to be profiled."""
    function()
    timing = timed(function, lab.device, 0.1 if lab.quick else 2.0)
    memory, busy = lab.peak_memory(), ELSEWHERE
    if lab.cuda:
        whole = timed(part, lab.device, 0.5).median if part else timing.median
        busy = f"{sum(kernels(part or function)[0].values()) / whole:.0%}"
    speed = reviews / timing.median
    ratio = f"{speed / first:.1f} x" if first else "1 x"
    figures = [str(timing.rounds), f"{timing.median:.4f} s", f"{timing.spread:.4f} s", f"{speed:,.0f}", ratio]
    return [*figures, busy, memory], speed


def failing(function: Callable[[], Any]) -> Any:
    """What the function returns, or, if it fails, the reason in one line. No measured function returns text."""
    try:
        return function()
    except Exception as error:  # of any kind: it is written down
        return f"FAILED: {type(error).__name__}: {str(error).strip().partition(chr(10))[0][:200]}"

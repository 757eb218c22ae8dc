"""Where and in which precision a network runs: a device by name, and a dtype with the reason for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from sentiment_fast.errors import UsageError


@dataclass(frozen=True)
class Precision:
    """The dtype that matrix products run in (weights stay float32), and one line that says why."""

    dtype: torch.dtype
    reason: str

    @property
    def name(self) -> str:
        """As `choose_precision` takes it."""
        return str(self.dtype).removeprefix("torch.")

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context to run a network in."""
        return torch.autocast(device.type, dtype=self.dtype, enabled=self.dtype != torch.float32)


def choose_device(name: str = "auto") -> torch.device:
    """A device by name; "auto" is CUDA where there is one. Raises UsageError for a device that is not there."""
    if name not in ("auto", "cpu", "cuda"):
        raise UsageError(f"Expected a device of auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("Expected a CUDA device, found none that PyTorch can use: take `device=cpu` or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


@contextmanager
def deterministic_algorithms() -> Iterator[None]:
    """Within it, PyTorch takes algorithms whose sums have one order, also on a GPU, or raises where it has none.

    To be entered before anything runs on a GPU: its matrix library reads its workspace's size once, from the
    environment variable CUBLAS_WORKSPACE_CONFIG, which stays set.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark
    warned_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=warned_only)
        torch.backends.cudnn.benchmark = before[1]


PRECISIONS = ("auto", "float32", "bfloat16", "float16")


def choose_precision(device: torch.device, name: str = "auto") -> Precision:
    """A precision by name; "auto" is the fastest that the device has in hardware: bf16, else (CUDA) fp16, else float32.

    Raises UsageError for one that the device would only emulate.
    """
    if name not in PRECISIONS:
        raise UsageError(f"Expected a precision of {', '.join(PRECISIONS)}, got {name!r}")
    if name == "float32":
        return Precision(torch.float32, "float32")
    native = _has_bf16(device)
    here = "GPU" if device.type == "cuda" else "CPU"
    if name == "bfloat16" and not native:
        raise UsageError(f"Expected a precision that this {here} has, got bfloat16, which it would emulate, slowly")
    if name == "float16" and device.type != "cuda":
        raise UsageError("Expected a precision that this CPU has, got float16: it is for GPUs")
    if name == "float16":
        return Precision(torch.float16, "float16 autocast with loss scaling")
    if native:
        return Precision(torch.bfloat16, f"bfloat16 autocast: this {here} has it natively")
    if device.type == "cuda":
        return Precision(torch.float16, "float16 autocast with loss scaling: this GPU has no native bfloat16")
    return Precision(torch.float32, "float32: this CPU has no native bfloat16, and emulating it would be slower")


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return cpu_has_bf16()


def cpu_has_bf16() -> bool:
    """Does the CPU multiply bf16 matrices natively (AVX-512 BF16, AMX, ARM BF16), which emulation does not count as?"""
    if hasattr(torch.cpu, "get_capabilities"):
        capabilities = torch.cpu.get_capabilities()
        return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    return bool(torch.cpu._is_avx512_bf16_supported())  # PyTorch before get_capabilities


def cpu_has_amx() -> bool:
    """Does the CPU multiply bf16 matrices in tiles, several times as fast as with AVX-512?"""
    if hasattr(torch.cpu, "get_capabilities"):
        return bool(torch.cpu.get_capabilities().get("amx_bf16", False))
    return bool(torch.cpu._is_amx_tile_supported())

"""Where and in which precision a network runs: a device by name, and a dtype with the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from sentiment_fast.errors import UsageError


@dataclass(frozen=True)
class Precision:
    """The dtype that matrix products run in (weights stay float32), and one line that says why."""

    dtype: torch.dtype
    reason: str

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context to run a network in."""
        return torch.autocast(device.type, dtype=self.dtype, enabled=self.dtype != torch.float32)


def choose_device(name: str = "auto") -> torch.device:
    """A device by name; "auto" is CUDA where there is one. Raises UsageError for a device that is not there."""
    if name not in ("auto", "cpu", "cuda"):
        raise UsageError(f"Expected a device of auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("Expected a CUDA device, found none that PyTorch can use: take --device cpu or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def choose_precision(device: torch.device, reduced: bool = True) -> Precision:
    """The fastest precision that the device has in hardware: bf16, else (CUDA only) fp16, else float32.

    reduced: False for float32 in any case.
    """
    if not reduced:
        return Precision(torch.float32, "float32")
    if device.type == "cuda":
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return Precision(torch.bfloat16, "bfloat16 autocast: this GPU has it natively")
        return Precision(torch.float16, "float16 autocast with loss scaling: this GPU has no native bfloat16")
    if cpu_has_bf16():
        return Precision(torch.bfloat16, "bfloat16 autocast: this CPU has it natively")
    return Precision(torch.float32, "float32: this CPU has no native bfloat16, and emulating it would be slower")


def cpu_has_bf16() -> bool:
    """Does the CPU multiply bf16 matrices natively (AVX-512 BF16, AMX, ARM BF16), which emulation does not count as?"""
    if hasattr(torch.cpu, "get_capabilities"):
        capabilities = torch.cpu.get_capabilities()
        return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    return bool(torch.cpu._is_avx512_bf16_supported())  # PyTorch before get_capabilities

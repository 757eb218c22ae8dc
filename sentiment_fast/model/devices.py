"""Where and in which precision a network runs: a device by name, and a number type with the reason for it.

In: names, as options have them, and the hardware. Out: a `Device` and a `Precision`, chosen without importing PyTorch
unless there is a GPU that it may be able to use.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sentiment_fast import _core
from sentiment_fast.errors import MissingPackageError, UsageError
from sentiment_fast.extras import is_installed

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")
INSTALL_PYTORCH = "install PyTorch: pip install torch"


@dataclass(frozen=True)
class Device:
    """A kind of device, named as torch.device names it."""

    type: Literal["cpu", "cuda"]

    def __str__(self) -> str:
        return self.type


@dataclass(frozen=True)
class Precision:
    """The number type of matrix products (weights stay float32), and one line that says why.

    name: "float32", "bfloat16" or "float16", as `choose_precision` takes it.
    """

    name: str
    reason: str

    @property
    def dtype(self) -> torch.dtype:
        """The same as a PyTorch dtype."""
        import torch

        dtype: torch.dtype = getattr(torch, self.name)
        return dtype

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context to run a network in."""
        import torch

        return torch.autocast(device.type, dtype=self.dtype, enabled=self.name != "float32")


def pytorch_is_installed() -> bool:
    """Can PyTorch be imported? Answered without importing it."""
    return is_installed("torch")


def check_pytorch() -> None:
    """Import PyTorch. Raises MissingPackageError if that fails, such as for a library that the system lacks."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(f"Expected PyTorch, which cannot be imported ({error}): {INSTALL_PYTORCH}") from error


def find_device(name: str = "auto") -> Device:
    """A device by name; "auto" is CUDA if PyTorch can use it.

    Raises UsageError for a device that is not available, MissingPackageError for "cuda" without PyTorch.
    PyTorch is imported only to confirm a GPU: one requested by name, or one that the driver reports.
    """
    if name not in DEVICES:
        raise UsageError(f"Expected a device of auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not pytorch_is_installed():
        raise MissingPackageError(
            f"Expected PyTorch for a CUDA device, found none: {INSTALL_PYTORCH}, or take `device=cpu`"
        )
    if name == "cuda":
        check_pytorch()
    if name == "cuda" and not _pytorch_finds_cuda():
        raise UsageError("Expected a CUDA device, found none that PyTorch can use: take `device=cpu` or auto")
    if name == "cuda" or (name == "auto" and gpu_is_likely() and _pytorch_finds_cuda()):
        return Device("cuda")
    return Device("cpu")


def choose_device(name: str = "auto") -> torch.device:
    """As `find_device`, as a PyTorch device."""
    check_pytorch()
    import torch

    return torch.device(find_device(name).type)


def gpu_is_likely() -> bool:
    """Is it worth importing PyTorch, which takes a second, to ask for a GPU?

    Not if PyTorch is missing, if CUDA_VISIBLE_DEVICES hides all GPUs, or if neither NVIDIA's driver reports a device
    nor AMD's is loaded.
    """
    if not pytorch_is_installed() or os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1"):
        return False
    return _nvidia_devices() > 0 or Path("/dev/kfd").exists()


def _nvidia_devices() -> int:
    """How many GPUs NVIDIA's management library reports; 0 without the library.

    CUDA's own cuInit would count them too, but no forked child could use CUDA after it.
    """
    try:
        library = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return 0
    count = ctypes.c_uint(0)
    try:
        if library.nvmlInit_v2() != 0:
            return 0
        try:
            return count.value if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) == 0 else 0
        finally:
            library.nvmlShutdown()
    except AttributeError:  # a library without these functions
        return 0


def _pytorch_finds_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


@contextmanager
def deterministic_algorithms() -> Iterator[None]:
    """Within it, PyTorch uses algorithms with a fixed order of summation, also on a GPU, or raises if it has none.

    Enter it before anything runs on a GPU: cuBLAS reads its workspace's size once, from the environment variable
    CUBLAS_WORKSPACE_CONFIG, which stays set.
    """
    import torch

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


def choose_precision(device: Device | torch.device, name: str = "auto") -> Precision:
    """A precision by name; "auto" is the fastest that the device has in hardware: bf16, else (CUDA) fp16, else float32.

    Raises UsageError for a precision that the device would only emulate.
    """
    if name not in PRECISIONS:
        raise UsageError(f"Expected a precision of {', '.join(PRECISIONS)}, got {name!r}")
    if name == "float32":
        return Precision("float32", "float32")
    native = _has_bf16(device)
    here = "GPU" if device.type == "cuda" else "CPU"
    if name == "bfloat16" and not native:
        raise UsageError(f"Expected a precision that this {here} has, got bfloat16, which it would emulate, slowly")
    if name == "float16" and device.type != "cuda":
        raise UsageError("Expected a precision that this CPU has, got float16: it is for GPUs")
    if name == "float16":
        return Precision("float16", "float16 autocast with loss scaling")
    if native:
        return Precision("bfloat16", f"bfloat16 autocast: this {here} has it natively")
    if device.type == "cuda":
        return Precision("float16", "float16 autocast with loss scaling: this GPU has no native bfloat16")
    return Precision("float32", "float32: this CPU has no native bfloat16, and emulating it would be slower")


def _has_bf16(device: Device | torch.device) -> bool:
    if device.type == "cuda":
        import torch

        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return cpu_has_bf16()


def cpu_features() -> Mapping[str, bool]:
    """The CPU features that the core checks, and whether this machine has them; "bf16" and "amx" combine several."""
    return _core.cpu_features()


def cpu_has_bf16() -> bool:
    """Does the CPU multiply bf16 matrices natively (AVX-512 BF16, AMX, ARM BF16)?"""
    return cpu_features()["bf16"]


def cpu_has_amx() -> bool:
    """Does the CPU multiply bf16 matrices with AMX tiles, several times as fast as with AVX-512?"""
    return cpu_features()["amx"]

"""Devices by name, and which precision is chosen where; the hardware is played by the tests."""

import argparse
import os
import platform

import pytest
import torch

from sentiment_fast.cli.options import add_device_arguments
from sentiment_fast.errors import MissingPackageError, UsageError
from sentiment_fast.model import devices
from sentiment_fast.model.devices import (
    PRECISIONS,
    Precision,
    choose_device,
    choose_precision,
    cpu_has_amx,
    cpu_has_bf16,
    deterministic_algorithms,
    find_device,
    gpu_is_likely,
)

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def with_cuda(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr(devices, "gpu_is_likely", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)


def with_features(monkeypatch: pytest.MonkeyPatch, **features: bool) -> None:
    monkeypatch.setattr(devices, "cpu_features", lambda: features)


@pytest.mark.parametrize(
    ("name", "cuda_is_there", "chosen"),
    [
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cpu", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_device_is_chosen_by_its_name(monkeypatch, name, cuda_is_there, chosen):
    with_cuda(monkeypatch, cuda_is_there)
    assert choose_device(name).type == chosen


def test_auto_is_the_default(monkeypatch):
    with_cuda(monkeypatch, False)
    assert choose_device() == CPU


def test_cuda_without_a_device_is_refused_with_what_to_do(monkeypatch):
    with_cuda(monkeypatch, False)
    with pytest.raises(UsageError, match=r"found none.*`device=cpu` or auto"):
        choose_device("cuda")


@pytest.mark.parametrize("name", ["gpu", "CPU", "cuda:0", ""])
def test_an_unknown_device_is_refused_with_those_there_are(name):
    with pytest.raises(UsageError, match="Expected a device of auto, cpu or cuda, got"):
        choose_device(name)


@pytest.mark.parametrize("device", [CPU, CUDA])
def test_precision_that_is_not_reduced_is_float32(device):
    precision = choose_precision(device, "float32")
    assert (precision.dtype, precision.reason) == (torch.float32, "float32")


def test_a_cpu_with_native_bf16_computes_in_it(monkeypatch):
    with_features(monkeypatch, bf16=True, amx=False)
    precision = choose_precision(CPU)
    assert precision.dtype == torch.bfloat16
    assert "this CPU has it natively" in precision.reason


def test_a_cpu_without_native_bf16_computes_in_float32_and_says_why(monkeypatch):
    with_features(monkeypatch, bf16=False, amx=False)
    precision = choose_precision(CPU)
    assert precision.dtype == torch.float32
    assert "this CPU has no native bfloat16" in precision.reason


@pytest.mark.parametrize("there", [True, False])
def test_amx_is_a_feature_of_the_cpu(monkeypatch, there):
    with_features(monkeypatch, bf16=True, amx=there)
    assert cpu_has_amx() is there


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="needs an x86 CPU")
def test_the_core_finds_the_features_that_pytorch_finds():
    capabilities = torch.cpu.get_capabilities()
    amx, bf16 = (bool(capabilities.get(name, False)) for name in ("amx_bf16", "avx512_bf16"))
    assert (cpu_has_bf16(), cpu_has_amx()) == (amx or bf16, amx)


def test_this_cpu_is_judged_without_an_error():
    assert cpu_has_bf16() in (True, False)


@pytest.mark.parametrize(
    ("native", "dtype", "reason"),
    [(True, torch.bfloat16, "this GPU has it natively"), (False, torch.float16, "this GPU has no native bfloat16")],
)
def test_a_gpu_computes_in_bf16_where_it_is_native_and_else_in_fp16(monkeypatch, native, dtype, reason):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native or including_emulation)
    precision = choose_precision(CUDA)
    assert precision.dtype == dtype
    assert reason in precision.reason


def test_reduced_is_the_default_and_asks_the_cpu(monkeypatch):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: True)
    assert choose_precision(CPU).dtype == torch.bfloat16


# Whether PyTorch is worth importing to ask for a GPU.


class Library:
    """NVIDIA's management library, as far as it is called; `calls` are those that it got."""

    def __init__(self, devices: int, init: int = 0, count: int = 0) -> None:
        self.devices, self.results, self.calls = devices, (init, count), []

    def nvmlInit_v2(self) -> int:  # noqa: N802
        self.calls.append("init")
        return self.results[0]

    def nvmlDeviceGetCount_v2(self, place) -> int:  # noqa: N802
        self.calls.append("count")
        place._obj.value = self.devices
        return self.results[1]

    def nvmlShutdown(self) -> int:  # noqa: N802
        self.calls.append("shutdown")
        return 0


def with_library(monkeypatch: pytest.MonkeyPatch, library: object | None) -> None:
    def opened(name: str) -> object:
        assert name == "libnvidia-ml.so.1"
        if library is None:
            raise OSError("no such file")
        return library

    monkeypatch.setattr(devices.ctypes, "CDLL", opened)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    exists = devices.Path.exists
    monkeypatch.setattr(devices.Path, "exists", lambda path: str(path) != "/dev/kfd" and exists(path))


@pytest.mark.parametrize(
    ("library", "likely", "calls"),
    [
        (Library(1), True, ["init", "count", "shutdown"]),
        (Library(0), False, ["init", "count", "shutdown"]),
        (Library(1, init=9), False, ["init"]),
        (Library(1, count=9), False, ["init", "count", "shutdown"]),
    ],
    ids=["one", "none", "no driver", "no count"],
)
def test_nvidias_driver_counts_gpus_without_cuda(monkeypatch, library, likely, calls):
    with_library(monkeypatch, library)
    assert gpu_is_likely() is likely
    assert library.calls == calls


@pytest.mark.parametrize("library", [None, object()], ids=["none", "another"])
def test_without_nvidias_library_no_gpu_is_likely(monkeypatch, library):
    with_library(monkeypatch, library)
    assert not gpu_is_likely()


def test_amds_driver_makes_a_gpu_likely(monkeypatch):
    with_library(monkeypatch, None)
    monkeypatch.setattr(devices.Path, "exists", lambda path: str(path) == "/dev/kfd")
    assert gpu_is_likely()


@pytest.mark.parametrize(("visible", "likely"), [("", False), ("-1", False), (" ", False), ("0", True), ("1,2", True)])
def test_gpus_that_are_hidden_are_not_likely(monkeypatch, visible, likely):
    with_library(monkeypatch, Library(4))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpu_is_likely() is likely


def test_without_pytorch_no_gpu_is_likely_and_cuda_is_refused_with_what_to_install(monkeypatch):
    with_library(monkeypatch, Library(1))
    monkeypatch.setattr(devices, "pytorch_is_installed", lambda: False)
    assert not gpu_is_likely()
    assert find_device().type == "cpu"
    with pytest.raises(MissingPackageError, match=r"Expected PyTorch for a CUDA device.*pip install torch"):
        find_device("cuda")


def test_an_unlikely_gpu_is_not_asked_for(monkeypatch):
    monkeypatch.setattr(devices, "gpu_is_likely", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: pytest.fail("PyTorch was asked"))
    assert find_device("auto").type == find_device("cpu").type == "cpu"


# By name.


NATIVE = {
    "auto": (torch.bfloat16, "bfloat16 autocast: this CPU has it natively"),
    "float32": (torch.float32, "float32"),
    "bfloat16": (torch.bfloat16, "bfloat16 autocast: this CPU has it natively"),
}


@pytest.mark.parametrize("name", NATIVE)
def test_a_cpu_with_native_bf16_takes_each_name(monkeypatch, name):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: True)
    precision = choose_precision(CPU, name)
    assert (precision.dtype, precision.reason) == NATIVE[name]


@pytest.mark.parametrize("name", ["auto", "float32"])
def test_a_cpu_without_native_bf16_takes_float32(monkeypatch, name):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: False)
    assert choose_precision(CPU, name).dtype == torch.float32


def test_a_cpu_without_native_bf16_refuses_to_emulate_it(monkeypatch):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: False)
    with pytest.raises(UsageError, match="that this CPU has, got bfloat16, which it would emulate, slowly"):
        choose_precision(CPU, "bfloat16")


@pytest.mark.parametrize("native", [True, False])
def test_no_cpu_takes_float16(monkeypatch, native):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: native)
    with pytest.raises(UsageError, match="that this CPU has, got float16: it is for GPUs"):
        choose_precision(CPU, "float16")


def test_a_gpu_without_native_bf16_refuses_to_emulate_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation)
    with pytest.raises(UsageError, match="that this GPU has, got bfloat16"):
        choose_precision(CUDA, "bfloat16")


@pytest.mark.parametrize("native", [True, False])
def test_every_gpu_takes_float16(monkeypatch, native):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native or including_emulation)
    assert choose_precision(CUDA, "float16").dtype == torch.float16


@pytest.mark.parametrize("name", ["half", "bf16", "Float32", ""])
def test_an_unknown_precision_is_refused_with_those_there_are(name):
    with pytest.raises(UsageError, match=f"Expected a precision of auto, float32, bfloat16, float16, got '{name}'"):
        choose_precision(CPU, name)


@pytest.mark.parametrize("name", ["float32", "bfloat16"])
def test_a_precision_is_chosen_again_by_its_own_name(monkeypatch, name):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: True)
    assert choose_precision(CPU, choose_precision(CPU, name).name).dtype == choose_precision(CPU, name).dtype


def test_the_command_line_offers_the_precisions_that_there_are():
    parser = argparse.ArgumentParser()
    add_device_arguments(parser)
    assert f"--precision {{{','.join(PRECISIONS)}}}" in parser.format_usage()


# In use.


def test_products_run_in_the_precision_chosen():
    with Precision("bfloat16", "").autocast(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16


def test_float32_switches_autocast_off():
    with Precision("float32", "").autocast(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


# One order of sums.


def modes() -> tuple[bool, bool, bool]:
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
    )


@pytest.fixture
def modes_before(monkeypatch):
    """That the tests below begin with, each of them other than within."""
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    before = modes()
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = True
    yield modes()
    torch.use_deterministic_algorithms(before[0], warn_only=before[1])
    torch.backends.cudnn.benchmark = before[2]


@pytest.mark.parametrize("fails", [False, True])
def test_deterministic_algorithms_are_taken_within_and_what_was_before_is_back_afterwards(modes_before, fails):
    def within():
        with deterministic_algorithms():
            assert modes() == (True, False, False)
            if fails:
                raise KeyError

    if fails:
        with pytest.raises(KeyError):
            within()
    else:
        within()
    assert modes() == modes_before


@pytest.mark.usefixtures("modes_before")
def test_deterministic_algorithms_give_the_matrix_library_a_workspace_unless_it_has_one(monkeypatch):
    with deterministic_algorithms():
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    with deterministic_algorithms():
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"

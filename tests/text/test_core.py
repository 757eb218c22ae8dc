"""What the native core says of itself: the sources it was built from, and what the CPU can do."""

import importlib.util
import os
from pathlib import Path

import pytest
import torch

from sentiment_fast import _core
from sentiment_fast.text.core_sources import core_digest, core_sources

CSRC = Path(__file__).resolve().parents[2] / "csrc"


def load_incremental():
    spec = importlib.util.spec_from_file_location("incremental", CSRC / "incremental.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


incremental = load_incremental()


# --- the CPU


@pytest.mark.skipif(not hasattr(torch.cpu, "get_capabilities"), reason="needs a PyTorch that says what the CPU can do")
def test_cpu_features_are_those_that_pytorch_finds():
    features, known = _core.cpu_features(), torch.cpu.get_capabilities()
    assert features["bf16"] == any(known.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    assert features["amx"] == known.get("amx_bf16", False)
    for name in features.keys() & known.keys() - {"bf16"}:
        assert features[name] == known[name], name


def test_levels_need_the_features_of_their_names():
    features = _core.cpu_features()
    for level in {*_core.LEVELS, *(name for names in _core.LSTM_LEVELS.values() for name in names)} - {"scalar"}:
        assert features[{"avx512": "avx512f"}.get(level, level)]


# --- the digest of the sources


def test_the_core_was_built_from_all_files_of_csrc():
    assert core_digest(CSRC) == _core.SOURCES
    assert {file.suffix for file in core_sources(CSRC)} == {".cpp", ".h"}
    assert set(core_sources(CSRC)) == {
        Path(folder) / name for folder, _, names in os.walk(CSRC) for name in names if name.endswith((".cpp", ".h"))
    }


def test_the_digest_changes_with_contents_names_and_places(tmp_path):
    folders = []
    for number, (name, content) in enumerate([("a.h", "1"), ("a.h", "2"), ("b.h", "1"), ("deep/a.h", "1")]):
        folders.append(tmp_path / str(number))
        (folders[-1] / name).parent.mkdir(parents=True)
        (folders[-1] / name).write_text(content)
        (folders[-1] / "notes.txt").write_text(str(number))  # no source
    assert len({core_digest(folder) for folder in folders}) == 4
    assert core_digest(tmp_path / "nothing") is None


# --- incremental builds


@pytest.fixture
def built(tmp_path):
    """An object that was just compiled from two files, all older than it."""
    source, header, obj = tmp_path / "a.cpp", tmp_path / "with blank.h", tmp_path / "build" / "a.o"
    obj.parent.mkdir()
    for age, file in ((3, source), (2, header), (1, obj)):
        file.write_text("")
        os.utime(file, ns=(10**18, 10**18 - age * 10**9))
    escaped = str(header).replace(" ", "\\ ")
    incremental.depfile_of(obj).write_text(f"{obj}: {source} \\\n {escaped}\n")
    incremental.record(obj, ["g++", "-O3"])
    return source, header, obj


def test_an_object_newer_than_its_files_is_up_to_date(built):
    assert incremental.is_up_to_date(built[2], ["g++", "-O3"])


@pytest.mark.parametrize("changed", [0, 1])
def test_a_change_of_a_source_or_an_included_header_makes_an_object_stale(built, changed):
    os.utime(built[changed], ns=(10**18, 10**18))
    assert not incremental.is_up_to_date(built[2], ["g++", "-O3"])


def test_a_file_next_to_them_makes_no_object_stale(built):
    (built[0].parent / "other.h").write_text("")
    assert incremental.is_up_to_date(built[2], ["g++", "-O3"])


@pytest.mark.parametrize("command", [["g++", "-O1"], ["g++"], ["clang++", "-O3"]])
def test_another_command_makes_an_object_stale(built, command):
    assert not incremental.is_up_to_date(built[2], command)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_file_that_is_gone_makes_an_object_stale(built, gone):
    built[gone].unlink()
    assert not incremental.is_up_to_date(built[2], ["g++", "-O3"])


def test_an_object_whose_compilation_was_interrupted_is_stale(built):
    incremental.forget(built[2])
    assert not incremental.is_up_to_date(built[2], ["g++", "-O3"])


def test_depfiles_are_read_as_compilers_write_them():
    text = "build/a.o: csrc/a.cpp csrc/b.h \\\n  csrc/a\\ b.h csrc/c$$d.h\n"
    assert incremental.read_depfile(text) == ["csrc/a.cpp", "csrc/b.h", "csrc/a b.h", "csrc/c$d.h"]
    assert incremental.read_depfile("") == []

"""What needs an extra says the pip command that installs it, and the extras are those of pyproject.toml."""

import importlib
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import sentiment_fast as sf
from sentiment_fast.errors import MissingPackageError
from sentiment_fast.extras import EXTRAS, check_installed, explained, is_installed, needs

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TRAIN = 'pip install "sentiment-fast[train]"'


def distributions(requirements):
    return {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}


def hide(monkeypatch, *modules):
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


def test_the_base_install_is_what_scoring_needs():
    assert distributions(PROJECT["dependencies"]) == {"numpy", "pyarrow", "safetensors", "tqdm"}


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_modules_of_an_extra_are_those_that_it_installs(extra):
    as_modules = {"scikit-learn": "sklearn", "python-calamine": "python_calamine"}
    required = distributions(PROJECT["optional-dependencies"][extra])
    assert {as_modules.get(name, name) for name in required} == set(EXTRAS[extra])


def test_the_tests_can_train():
    assert "sentiment-fast" in distributions(PROJECT["optional-dependencies"]["test"])
    assert "sentiment-fast[train,excel]" in PROJECT["optional-dependencies"]["test"]


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    check_installed("train", "Training")
    hide(monkeypatch, "torch", "sklearn", "pandas")
    with pytest.raises(MissingPackageError) as error:
        check_installed("train", "Training")
    assert str(error.value) == f"Training needs torch, scikit-learn and pandas, which are not installed: {TRAIN}"
    assert isinstance(error.value, sf.UsageError)
    assert isinstance(error.value, ImportError)
    check_installed("train", "Evaluating", ["scipy"])
    with pytest.raises(MissingPackageError, match="Evaluating needs pandas, which is not installed: "):
        check_installed("train", "Evaluating", ["scipy", "pandas"])


def test_an_import_that_fails_is_named_with_the_command_that_installs_it(monkeypatch):
    hide(monkeypatch, "optuna")
    message = r"`search=optuna` needs optuna, which is not installed: pip install .*\[optuna\]"
    with pytest.raises(MissingPackageError, match=message), needs("optuna", "`search=optuna`"):
        importlib.import_module("optuna")


def test_a_broken_package_is_named_with_the_reason(tmp_path, monkeypatch):
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "__init__.py").write_text("raise ImportError('libray.so: cannot open')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    message = r"needs ray, which cannot be imported \(libray.so: cannot open\): pip"
    with pytest.raises(MissingPackageError, match=message), needs("ray", "`engine=ray`"):
        importlib.import_module("ray")


def test_an_import_error_is_explained_only_if_an_extra_would_mend_it(monkeypatch):
    hide(monkeypatch, "scipy", "tomllib")
    monkeypatch.delitem(sys.modules, "scipy.sparse", raising=False)  # another test may have imported it
    with pytest.raises(ImportError) as of_scipy:
        importlib.import_module("scipy.sparse")
    assert str(explained(of_scipy.value)) == f"This needs scipy, which is not installed: {TRAIN}"
    with pytest.raises(ImportError) as of_another:
        importlib.import_module("tomllib")
    assert explained(of_another.value) is None


def test_a_module_that_an_import_hook_refuses_is_not_installed(monkeypatch):
    class Refusing:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "python_calamine":
                raise ModuleNotFoundError(name, name=name)

    monkeypatch.delitem(sys.modules, "python_calamine", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refusing, *sys.meta_path])
    assert not is_installed("python_calamine")
    assert is_installed("numpy")


def test_models_with_their_own_list_of_stop_words_need_no_nltk(monkeypatch, tmp_path):
    hide(monkeypatch, "nltk")
    texts = ["der gute film", "ein boeser film"]
    vocabulary = sf.build_vocabulary(texts, stop_words=["der", "ein"], unknown="id")
    assert sf.encode(["der neue film"], vocabulary).values.size == 2
    vocabulary.save(tmp_path / "vocabulary.txt")
    again = sf.Vocabulary.load(tmp_path / "vocabulary.txt")
    assert np.array_equal(sf.encode(texts, again).values, sf.encode(texts, vocabulary).values)


def test_stop_words_of_another_language_say_what_to_install(monkeypatch):
    hide(monkeypatch, "nltk")
    with pytest.raises(MissingPackageError, match=r"stop words for 'german' needs nltk, .*\[train\]"):
        sf.build_vocabulary(["der film"], stop_words="german")

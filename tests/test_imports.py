"""The order of the stages, the public names, and what importing the package costs."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import sentiment_fast as sf

PACKAGE = Path(sf.__file__).parent

# Each stage may import from those before it; what stands outside a folder (the command lines) may import anything.
STAGES = [
    "errors",
    "extras",
    "runs",
    "text",
    "io",
    "data",
    "model",
    "evaluation",
    "report",
    "scoring",
    "training",
    "tuning",
    "cli",
]


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def stage_of(module):
    return module.split(".")[1] if module.startswith("sentiment_fast.") else None


STAGE_FILES = sorted(path for stage in STAGES for path in (PACKAGE / stage).glob("**/*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", STAGE_FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_stages_import_only_from_those_before_them(path):
    allowed = STAGES[: STAGES.index(path.relative_to(PACKAGE).parts[0]) + 1]
    wrong = [module for module in imported_modules(path) if not is_allowed(stage_of(module), allowed)]
    assert not wrong, f"{path.name} imports {wrong}"


def is_allowed(stage, allowed):
    return stage in (None, "_core", "__version__") or stage in allowed


MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def modules_imported_at_the_top(statements):
    """What importing a module imports, so without functions' own imports and those for type checkers only."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            for block in ("body", "orelse", "finalbody"):
                if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                    yield from modules_imported_at_the_top(getattr(node, block, []))


@pytest.mark.slow
def test_no_module_imports_itself_through_others():
    imported = {
        name: {one for one in modules_imported_at_the_top(ast.parse(path.read_text("utf-8")).body) if one in MODULES}
        for name, path in MODULES.items()
    }
    done = set()

    def follow(name, path):
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            done.add(name)
            for one in sorted(imported[name] - {name, "sentiment_fast"}):
                follow(one, [*path, name])

    for name in MODULES:
        follow(name, [])
    assert any(imported.values())


def test_every_folder_is_a_stage_in_the_order():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(STAGES) - {"errors", "extras"}


@pytest.mark.slow
@pytest.mark.parametrize("path", STAGE_FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_native_core_is_imported_in_few_places_alone(path):
    if "sentiment_fast._core" in imported_modules(path):
        assert str(path.relative_to(PACKAGE)) in (
            "text/encoding.py",
            "io/encoding.py",
            "model/native/scoring.py",
            "model/native/layers.py",
            "model/known_ngrams.py",
            "model/ngrams.py",
            "training/document_vectors.py",
            "model/devices.py",
            "model/inference.py",
            "io/chunks.py",
            "io/rejects.py",
            "io/jsonl/writer.py",
            "io/jsonl/reader.py",
            "io/csv/dialect.py",
            "io/jsonl/records.py",
            "io/jsonl/objects.py",
            "io/csv/sample.py",
            "io/csv/writer.py",
            "io/csv/reader.py",
        )


def test_the_reference_imports_only_lists_of_words_from_the_package():
    used = [name for name in imported_modules(PACKAGE / "text" / "reference.py") if name.startswith("sentiment_fast")]
    assert {module.split(".")[2] for module in used} == {"stop_words", "emojis"}


@pytest.mark.parametrize("name", sf.__all__)
def test_every_public_name_exists_and_is_documented(name):
    assert getattr(sf, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        sf.nonsense  # noqa: B018


def test_public_names_are_listed():
    assert set(sf.__all__) <= set(dir(sf))


def modules_after(code):
    program = f"import sys\n{code}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(run.stdout.split())


def test_importing_the_package_imports_nothing_heavy():
    assert not {"torch", "numpy", "pandas", "sklearn", "pyarrow", "nltk"} & modules_after("import sentiment_fast")


@pytest.mark.slow
def test_encoding_does_not_import_torch():
    code = "import sentiment_fast as sf; sf.encode(['a film'], sf.build_vocabulary(['a film']))"
    assert not {"torch", "pandas", "sklearn", "pyarrow", "nltk"} & modules_after(code)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["train", "pretrain", "tune", "score", "predict", "evaluate", "info", "cli"])
def test_help_does_not_wait_for_large_packages(command):
    code = f"from sentiment_fast import {command}\nimport argparse\n"
    if command != "cli":
        code += f"{command}.add_arguments(argparse.ArgumentParser())"
    assert not {"torch", "numpy", "pyarrow", "tqdm"} & modules_after(code)


def test_a_missing_extension_says_how_to_build_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentiment_fast._core", None)
    monkeypatch.delattr(sf, "_core")
    monkeypatch.delitem(sys.modules, "sentiment_fast.text.encoding")
    with pytest.raises(ImportError, match=r"missing or broken.*pip install.*-e \."):
        importlib.import_module("sentiment_fast.text.encoding")


def test_a_stale_extension_says_how_to_build_it(tmp_path):
    from sentiment_fast.text import encoding

    (tmp_path / "changed.cpp").write_text("// not what was built")
    with pytest.raises(ImportError, match=r"not built from the current csrc.*pip install.*-e \."):
        encoding._check_freshness(tmp_path)


def test_an_installed_package_without_sources_is_fresh(tmp_path):
    from sentiment_fast.text import encoding

    encoding._check_freshness(tmp_path / "csrc")

"""--encoding of every command that reads files: the same results as from the same files in UTF-8."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.data.texts import read_texts
from sentiment_fast.io.options import LayoutOptions
from sentiment_fast.model.folder import load_model

SMALL = [
    "--set=hidden_size=16",
    "--set=embedding_size=8",
    "--set=layers=1",
    "--set=max_words=60",
    "--set=stop_words=none",
]
ENCODINGS = ["cp1252", "utf-16-le", "cp037"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """labelled.csv and unlabelled.csv in UTF-8, and as NAME.ENCODING.csv in each of the others."""
    path, choose = tmp_path_factory.mktemp("data"), random.Random(1)
    good, bad = ["schön", "großartig", "wunderbar"], ["öde", "übel", "langweilig"]
    rows = ["café"] * 2
    for label, words in [("großes Kino", good), ("müde", bad)] * 40:
        rows.append(f"{' '.join(choose.choices([*words, 'film', 'plot'], k=8))},{label}")
    tables = {
        "labelled": "\n".join(["review,sentiment", *rows[2:]]) + "\n",
        "unlabelled": "\n".join(["review", *(row.split(",")[0] for row in rows)]) + "\n",
    }
    for name, text in tables.items():
        (path / f"{name}.csv").write_bytes(text.encode())
        for encoding in ENCODINGS:
            (path / f"{name}.{encoding}.csv").write_bytes(text.encode(encoding))
    return path


@pytest.fixture(scope="module")
def trained(folder):
    return train(folder / "labelled.csv", folder / "model")


def train(data, out, *more):
    assert cli.main(["train", "--data", str(data), *SMALL, "--epochs", "1", "--out", str(out), *more]) == 0
    return out


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_train(folder, trained, tmp_path, encoding):
    found = train(folder / f"labelled.{encoding}.csv", tmp_path / "model", "--encoding", encoding)
    assert sf.load(found).classes == ["großes Kino", "müde"]
    assert load_model(found).vocabulary.words == load_model(trained).vocabulary.words
    texts = ["schön", "öde film"]
    assert np.array_equal(sf.load(found).predict_proba(texts), sf.load(trained).predict_proba(texts))


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_evaluate(folder, trained, capsys, encoding):
    found = []
    for more in (["labelled.csv"], [f"labelled.{encoding}.csv", "--encoding", encoding]):
        assert cli.main(["evaluate", str(folder / more[0]), *more[1:], "--model", str(trained), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]


@pytest.mark.slow
def test_evaluate_without_the_option_names_it(folder, trained, capsys):
    assert cli.main(["evaluate", str(folder / "labelled.cp1252.csv"), "--model", str(trained)]) == 1
    assert "Name the encoding, such as --encoding cp1252, or save the file" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_pretrain(folder, tmp_path, encoding):
    options = ["--data", str(folder / f"unlabelled.{encoding}.csv"), "--out", str(tmp_path / "start")]
    assert cli.main(["pretrain", *options, *SMALL, "--encoding", encoding]) == 0
    assert "großartig" in (tmp_path / "start" / "vocabulary.txt").read_text("utf-8")


def test_tune(folder, tmp_path):
    options = ["--data", str(folder / "labelled.cp1252.csv"), "--out", str(tmp_path / "tune"), "--encoding", "cp1252"]
    assert cli.main(["tune", *options, *SMALL, "--epochs", "1", "--trials", "1"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_score(folder, trained, tmp_path, encoding):
    for name, more in (("labelled", []), (f"labelled.{encoding}", ["--encoding", encoding])):
        output = str(tmp_path / f"{name}.csv")
        assert cli.main(["score", str(folder / f"{name}.csv"), "-o", output, "--model", str(trained), *more]) == 0
    written = encoding if encoding == "cp1252" else "utf-8"
    expected = (tmp_path / "labelled.csv").read_bytes().decode().encode(written)
    assert (tmp_path / f"labelled.{encoding}.csv").read_bytes() == expected


def test_a_name_that_is_not_a_codec_is_bad_usage(folder, trained, capsys):
    for command in (["evaluate"], ["score", "-o", "-"]):
        arguments = [*command, str(folder / "labelled.csv"), "--model", str(trained), "--encoding", "rot13"]
        assert cli.main(arguments) == 2
        assert "Expected --encoding to be a text codec of Python" in capsys.readouterr().err


def test_texts_from_python(folder):
    texts = read_texts(folder / "unlabelled.cp037.csv", layout=LayoutOptions(encoding="cp037"))
    assert texts.texts.to_pylist() == read_texts(folder / "unlabelled.csv").texts.to_pylist()

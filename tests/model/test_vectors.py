"""Word vectors: both text formats, what of them is kept, and every way a file can be bad."""

import os

import numpy as np
import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.model.presets import preset
from sentiment_fast.model.vectors import WordVectors, read_vectors
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import new_network

VOCABULARY = Vocabulary(["film", "good", "straße", "bad"])
LINES = ["the 9 9 9", "good 0.5 -1 2e-1", "film 1 2 3", "straße -0.25 0 7"]
EXPECTED = {1: [1, 2, 3], 2: [0.5, -1, 0.2], 3: [-0.25, 0, 7]}


def file_of(folder, lines, ending="\n"):
    path = folder / "vectors.txt"
    path.write_bytes("".join(line + ending for line in lines).encode())
    return path


def read(folder, lines, ending="\n") -> WordVectors:
    return read_vectors(file_of(folder, lines, ending), VOCABULARY)


@pytest.mark.parametrize("ending", ["\n", " \n", "\r\n"])
@pytest.mark.parametrize("header", [[], ["4 3"]], ids=["GloVe", "word2vec"])
def test_both_text_formats_give_each_word_its_vector(tmp_path, header, ending):
    matrix = read(tmp_path, header + LINES, ending).matrix
    assert matrix.dtype == np.float32
    for id_, vector in EXPECTED.items():
        np.testing.assert_array_equal(matrix[id_], np.array(vector, np.float32))


def test_words_without_a_vector_and_the_pad_are_nan(tmp_path):
    matrix = read(tmp_path, LINES).matrix
    assert matrix.shape == (5, 3)
    assert np.isnan(matrix[[0, 4]]).all()


def test_found_says_which_words_the_file_has(tmp_path):
    assert read(tmp_path, LINES).found.tolist() == [False, True, True, True, False]


def test_size_is_that_of_one_vector(tmp_path):
    assert read(tmp_path, LINES).size == 3


def test_a_path_may_be_a_str(tmp_path):
    assert read_vectors(str(file_of(tmp_path, LINES)), VOCABULARY).size == 3


def test_a_file_need_not_end_with_a_line_break(tmp_path):
    (tmp_path / "vectors.txt").write_text("film 1 2\ngood 3 4")
    assert read_vectors(tmp_path / "vectors.txt", VOCABULARY).matrix[2].tolist() == [3, 4]


def test_of_a_word_that_stands_twice_the_first_line_counts(tmp_path):
    assert read(tmp_path, ["film 1 2 3", "film 4 5 6"]).matrix[1].tolist() == [1, 2, 3]


def test_words_are_compared_as_they_are(tmp_path):
    assert read(tmp_path, ["film 1 2 3", "Good 4 5 6", "STRASSE 1 1 1"]).found.sum() == 1


def test_lines_of_other_words_need_not_be_right(tmp_path):
    assert read(tmp_path, ["film 1 2 3", ". . . 1 2 3", "zzz nan", "", "good 4 5 6"]).found.sum() == 2


def test_bytes_that_are_no_utf8_lose_their_word_alone(tmp_path):
    (tmp_path / "vectors.txt").write_bytes(b"film 1 2\n\xff\xfe 5 6\ngood 3 4\n")
    assert read_vectors(tmp_path / "vectors.txt", VOCABULARY).found.sum() == 2


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("good 1 2", "expected 3 numbers as in the lines before, got 2"),
        ("good 1 2 3 4", "expected 3 numbers as in the lines before, got 4"),
        ("good", "expected 3 numbers as in the lines before, got 0"),
        ("good 1 two 3", "expected numbers after the word.*'two'"),
        ("good 1  3", "expected numbers after the word"),
        ("good nan 2 3", "expected finite numbers, got nan or infinity"),
        ("good 1 -inf 3", "expected finite numbers, got nan or infinity"),
        ("good 1 1e39 3", "expected finite numbers, got nan or infinity"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(tmp_path, line, complaint):
    with pytest.raises(DataError, match=f"vectors.txt, line 3: {complaint}"):
        read(tmp_path, ["the 9 9 9", "film 1 2 3", line])


def test_word2vecs_first_line_is_counted_in_the_line_number(tmp_path):
    with pytest.raises(DataError, match="line 3: expected 3 numbers"):
        read(tmp_path, ["2 3", "film 1 2 3", "good 1 2"])


def test_a_file_without_a_word_of_the_vocabulary_is_refused_with_what_to_check(tmp_path):
    with pytest.raises(
        DataError, match=r"none of the vocabulary's 4 words \(such as film, good, straße\).*lower-cased"
    ):
        read(tmp_path, ["Film 1 2 3", "Gut 4 5 6"])


@pytest.mark.parametrize("lines", [[], ["4 3"], ["film", "good"]], ids=["empty", "header alone", "words alone"])
def test_a_file_without_numbers_is_refused(tmp_path, lines):
    with pytest.raises(DataError, match=r"vectors.txt: expected lines of a word and its numbers"):
        read(tmp_path, lines)


def test_a_missing_file_is_refused_by_its_path(tmp_path):
    with pytest.raises(DataError, match=r"nowhere.txt: cannot be read as word vectors \(No such file"):
        read_vectors(tmp_path / "nowhere.txt", VOCABULARY)


def test_a_folder_is_refused_by_its_path(tmp_path):
    with pytest.raises(DataError, match="cannot be read as word vectors"):
        read_vectors(tmp_path, VOCABULARY)


# The start of an embedding.


def vectors_of(matrix: np.ndarray) -> tuple[Vocabulary, WordVectors]:
    """A vocabulary for the matrix's rows behind that of the pad."""
    return Vocabulary([f"w{'x' * number}" for number in range(1, len(matrix))]), WordVectors(matrix)


def random_vectors(spread: float, words: int = 600, size: int = 32) -> tuple[Vocabulary, WordVectors]:
    """Every other word has a vector."""
    matrix = np.random.default_rng(0).normal(0, spread, (words + 1, size)).astype(np.float32)
    matrix[::2] = np.nan
    return vectors_of(matrix)


def test_an_embedding_keeps_the_vectors_found_to_the_last_bit():
    vocabulary, vectors = random_vectors(0.3)
    network = new_network(preset("tutorial").with_fields({"embedding_size": 32}), vocabulary, [0, 1], vectors)
    weights = network.embedding.weight.detach().numpy()
    np.testing.assert_array_equal(weights[vectors.found], vectors.matrix[vectors.found])


@pytest.mark.parametrize("spread", [0.05, 0.3, 4.0])
def test_words_without_a_vector_and_the_pad_get_random_ones_of_the_files_spread(spread):
    vocabulary, vectors = random_vectors(spread)
    network = new_network(preset("tutorial").with_fields({"embedding_size": 32}), vocabulary, [0, 1], vectors)
    others = network.embedding.weight.detach().numpy()[~vectors.found]
    assert others.std() == pytest.approx(spread, rel=0.05)
    assert len(np.unique(others)) > 0.9 * others.size


def test_a_single_number_of_spread_nought_gives_no_nan():
    vocabulary, vectors = vectors_of(np.array([[np.nan], [0.5], [np.nan]], np.float32))
    network = new_network(preset("tutorial").with_fields({"embedding_size": 1}), vocabulary, [0, 1], vectors)
    assert network.embedding.weight.flatten().tolist() == [0.0, 0.5, 0.0]


def test_the_other_weights_are_those_of_a_start_without_vectors():
    vocabulary, vectors = random_vectors(0.3)
    settings = preset("tutorial").with_fields({"embedding_size": 32, "hidden_size": 8})
    plain, started = (new_network(settings, vocabulary, [0, 1], start) for start in (None, vectors))
    for (name, one), other in zip(plain.named_parameters(), started.parameters(), strict=True):
        assert name == "embedding.weight" or one.equal(other)


def test_an_embedding_learns_from_its_start_on():
    vocabulary, vectors = random_vectors(0.3)
    network = new_network(preset("tutorial").with_fields({"embedding_size": 32}), vocabulary, [0, 1], vectors)
    assert network.embedding.weight.requires_grad


def test_vectors_of_another_size_than_the_embedding_are_refused():
    vocabulary, vectors = random_vectors(0.3)
    with pytest.raises(UsageError, match="embedding_size 64, got 32"):
        new_network(preset("tutorial"), vocabulary, [0, 1], vectors)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"film" + b" 1" * 1_000_000 + b"\n", "line 1: expected a word and its numbers in up to"),
        (b"film" + b" 1" * 9_000 + b"\n", "line 1: expected a word and up to 8,192 numbers, got 9,000"),
        (b"4 3\nfilm" + b" 1" * 1_000_000, "line 2: expected a word and its numbers in up to"),
        (b"film 1 2\ngood 1 " + b"9" * 100_000 + b"\n", "finite|numbers"),
        (b"film 1 2\ngood 1 " + b"x" * 100_000 + b"\n", "line 2: expected numbers after the word"),
    ],
    ids=["a million numbers", "9,000 numbers", "in the second line", "digits", "letters"],
)
def test_a_line_without_end_is_refused_in_a_short_message(tmp_path, content, says):
    (tmp_path / "vectors.txt").write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        read_vectors(tmp_path / "vectors.txt", VOCABULARY)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("kind", ["pipe", "device", "sparse"])
def test_a_file_without_end_is_refused(tmp_path, kind):
    path = tmp_path / "vectors.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 20 << 30)
    with pytest.raises(DataError, match=r"vectors\.txt"):
        read_vectors(path, VOCABULARY)

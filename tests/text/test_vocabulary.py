import pickle

import pytest

import sentiment_fast as sf
from sentiment_fast import Vocabulary
from sentiment_fast.text import vocabulary

SINCE_6 = [', "misspellings": false']
SINCE_5 = [', "emojis": false', ', "ratings": false', ', "contractions": false', *SINCE_6]


@pytest.fixture
def saved(tmp_path):
    vocabulary = Vocabulary(["film", "größe", "映画", "a_b"], 10, "english")
    path = tmp_path / "vocabulary.txt"
    vocabulary.save(path)
    return path


def test_saving_and_loading_keeps_everything(saved):
    assert Vocabulary.load(saved) == Vocabulary(["film", "größe", "映画", "a_b"], 10, "english")


def test_every_option_is_kept(tmp_path):
    options = {"strip_html": True, "keep_digits": True, "split_at_marks": True, "unknown": "id", "normalise": "nfc"}
    options |= {"emojis": True, "ratings": True, "contractions": True, "misspellings": True}
    vocabulary = Vocabulary(["film"], 7, None, min_count=3, **options)
    vocabulary.save(tmp_path / "v.txt")
    assert Vocabulary.load(tmp_path / "v.txt") == vocabulary


@pytest.mark.parametrize(
    "option",
    [
        *(
            "max_words",
            "stop_words",
            "min_count",
            "strip_html",
            "keep_digits",
            "split_at_marks",
            "unknown",
            "normalise",
        ),
        *("emojis", "ratings", "contractions", "misspellings"),
    ],
)
def test_a_file_that_lacks_an_option_is_an_error(saved, option):
    saved.write_text(saved.read_text("utf-8").replace(f'"{option}"', '"another"'), "utf-8")
    with pytest.raises(sf.ModelFolderError, match="line 2: expected the vocabulary's options"):
        Vocabulary.load(saved)


@pytest.mark.parametrize("change", [('"unknown": "drop"', '"unknown": "x"'), ('"max_words": 10', '"max_words": "10"')])
def test_a_file_with_an_impossible_option_is_an_error(saved, change):
    saved.write_text(saved.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(sf.ModelFolderError, match="the file is altered"):
        Vocabulary.load(saved)


@pytest.mark.parametrize("stop_words", [None, "english", "german", ["a", "ü"]])
def test_every_kind_of_stop_words_is_kept(tmp_path, stop_words):
    vocabulary = Vocabulary(["film"], 7, stop_words)
    vocabulary.save(tmp_path / "v.txt")
    assert Vocabulary.load(tmp_path / "v.txt") == vocabulary


@pytest.mark.slow
@pytest.mark.no_cover  # a million calls of the reference
def test_every_word_character_survives_the_file(tmp_path):
    words = [character for character in map(chr, range(0x110000)) if sf.reference.clean_words(character) == [character]]
    Vocabulary(words, len(words), None).save(tmp_path / "v.txt")
    assert Vocabulary.load(tmp_path / "v.txt").words == words


def test_the_file_says_what_it_is(saved):
    assert saved.read_text("utf-8").startswith("sentiment_fast vocabulary, format 6\n")


def test_a_vocabulary_is_its_words_in_order():
    vocabulary = Vocabulary(["b", "a"])
    assert (len(vocabulary), list(vocabulary), vocabulary.words) == (2, ["b", "a"], ["b", "a"])


def test_a_vocabulary_can_be_pickled_for_other_processes():
    vocabulary = Vocabulary(["film"])
    sf.encode(["film"], vocabulary)
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary


@pytest.mark.parametrize("words", [["a", "a"], [""], ["two words"], ["line\nend"]])
def test_impossible_words_are_refused(words):
    with pytest.raises(ValueError, match="Expected"):
        Vocabulary(words)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(sf.ModelFolderError, match="no such vocabulary file"):
        Vocabulary.load(tmp_path / "none.txt")


@pytest.mark.parametrize("kept", range(0, 96, 5))
def test_a_file_cut_short_anywhere_is_an_error(saved, kept):
    content = saved.read_bytes()
    assert kept < len(content)
    saved.write_bytes(content[:kept])
    with pytest.raises(sf.ModelFolderError, match=str(saved)):
        Vocabulary.load(saved)


def test_a_newer_format_asks_for_an_update(saved):
    saved.write_text(saved.read_text("utf-8").replace("format 6", "format 7"), "utf-8")
    with pytest.raises(sf.ModelFolderError, match=r"has format 7.*reads formats 2 to 6: update the package"):
        Vocabulary.load(saved)


def test_an_older_format_asks_for_training_anew(saved):
    saved.write_text(saved.read_text("utf-8").replace("format 6", "format 1"), "utf-8")
    with pytest.raises(sf.ModelFolderError, match=r"has format 1.*reads formats 2 to 6: train the model again"):
        Vocabulary.load(saved)


@pytest.mark.parametrize(
    ("written", "lacking"),
    [
        (2, [', "split_at_marks": false', ', "normalise": "none"', *SINCE_5]),
        (3, [', "normalise": "none"', *SINCE_5]),
        (4, SINCE_5),
        (5, SINCE_6),
    ],
)
def test_a_file_from_before_an_option_is_read(saved, written, lacking):
    older = saved.read_text("utf-8").replace("format 6", f"format {written}")
    for option in lacking:
        assert option in older
        older = older.replace(option, "")
    saved.write_text(older, "utf-8")
    assert Vocabulary.load(saved) == Vocabulary(["film", "größe", "映画", "a_b"], 10, "english")


def test_the_digest_of_a_vocabulary_without_misspellings_is_that_of_before():
    known = "669feb46b9203869cff3a3004313c10a4546aef66148d5fd4a19f6d0e4e8dc77"
    assert Vocabulary(["film"]).digest() == known
    assert Vocabulary(["film"], misspellings=True).digest() != known


def test_an_option_that_is_off_in_all_earlier_files_leaves_the_digest(monkeypatch):
    before, emojis = Vocabulary(["film"]).digest(), Vocabulary(["film"], emojis=True).digest()
    assert before != emojis
    later = {written: {**off, "later": False} for written, off in vocabulary._LATER_OPTIONS.items()}
    monkeypatch.setattr(vocabulary, "_LATER_OPTIONS", later)
    monkeypatch.setattr(vocabulary, "_OPTIONS", ("later", *vocabulary._OPTIONS))
    monkeypatch.setattr(Vocabulary, "later", False, raising=False)
    assert (Vocabulary(["film"]).digest(), Vocabulary(["film"], emojis=True).digest()) == (before, emojis)
    monkeypatch.setattr(Vocabulary, "later", True)
    assert Vocabulary(["film"]).digest() != before


def test_another_kind_of_file_is_an_error(saved):
    saved.write_text("film\nmovie\n", "utf-8")
    with pytest.raises(sf.ModelFolderError, match="expected a sentiment_fast vocabulary, got 'film'"):
        Vocabulary.load(saved)


def test_a_word_too_many_is_an_error(saved):
    saved.write_text(saved.read_text("utf-8") + "more\n", "utf-8")
    with pytest.raises(sf.ModelFolderError, match="expected 4 words, got 5"):
        Vocabulary.load(saved)


def test_bytes_that_are_no_utf8_are_an_error(saved):
    saved.write_bytes(saved.read_bytes() + b"\xff\n")
    with pytest.raises(sf.ModelFolderError, match="cannot be read as a vocabulary"):
        Vocabulary.load(saved)

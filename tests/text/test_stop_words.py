import os
import subprocess
import sys
import zipfile

import pytest

import sentiment_fast as sf
from sentiment_fast.text.stop_words import ENGLISH, stop_word_set

OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def run_offline(code, nltk_data):
    """Run code in a process whose NLTK finds its data in one folder alone, and cannot download."""
    variables = os.environ | OFFLINE | {"NLTK_DATA": str(nltk_data), "HOME": str(nltk_data)}
    program = f"import sentiment_fast as sf\nfrom sentiment_fast.text.stop_words import stop_word_set\n{code}"
    return subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, timeout=120)


def test_none_leaves_no_word_out():
    assert stop_word_set(None) == frozenset()


def test_english_is_nltks_list(imdb_folder):
    with zipfile.ZipFile(imdb_folder / "nltk_data" / "corpora" / "stopwords.zip") as lists:
        assert frozenset(lists.read("stopwords/english").decode().split()) == ENGLISH


@pytest.mark.slow
def test_english_needs_no_nltk(tmp_path):
    code = "import sys; print(sf.build_vocabulary(['the film', 'a film']).words, 'nltk' in sys.modules)"
    assert run_offline(code, tmp_path).stdout == "['film'] False\n"


def test_words_that_only_a_longer_list_has_make_no_difference():
    # NLTK's 198-word list adds these and their like; cleaning removes the apostrophe before any comparison.
    longer = [*ENGLISH, "he'd", "i'm", "we're", "they've", "it'd"]
    texts = ["He'd say i'm sure we're fine; they've it'd dont hed"]
    assert sf.build_vocabulary(texts, stop_words=longer).words == sf.build_vocabulary(texts).words


def test_own_words_are_left_out():
    assert sf.build_vocabulary(["red green blue"], stop_words=["green"]).words == ["red", "blue"]


def test_own_words_must_be_strings():
    with pytest.raises(TypeError, match="Expected stop words of type str, got int: 3"):
        stop_word_set(["a", 3])


@pytest.mark.slow
def test_other_languages_come_from_nltk(imdb_folder):
    code = "print(sf.build_vocabulary(['und der Film und'], stop_words='german').words)"
    run = run_offline(code, imdb_folder / "nltk_data")
    assert run.stdout == "['film']\n", run.stderr


@pytest.mark.slow
def test_an_unknown_language_names_those_that_exist(imdb_folder):
    run = run_offline("stop_word_set('klingon')", imdb_folder / "nltk_data")
    assert "UsageError: Expected stop words in a language that NLTK has, got 'klingon'" in run.stderr
    assert "finnish, french, german" in run.stderr


@pytest.mark.slow
def test_a_language_that_cannot_be_had_says_how_to_get_it(tmp_path):
    run = run_offline("stop_word_set('german')", tmp_path)
    assert "DownloadError: The stop words for 'german'" in run.stderr
    assert "python -m nltk.downloader stopwords" in run.stderr

"""Where downloads and the answers of teachers are kept."""

import pooch

from sentiment_fast.runs.cache_folder import CACHE_VARIABLE, cache_folder


def test_the_cache_folder_is_the_one_that_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.setenv("SENTIMENT_FAST_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_the_cache_folder_is_else_the_users_own(monkeypatch):
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    assert cache_folder() == pooch.os_cache("sentiment_fast")

"""The name of a language, or words -> the set of stop words, which a vocabulary leaves out.

In: None, "english", the name of another of NLTK's languages, or the user's own words. Out: a frozenset of words.
The English list is included, so that the default needs neither NLTK nor a download; other languages come from NLTK.
"""

from __future__ import annotations

from collections.abc import Iterable

from sentiment_fast.errors import DownloadError, UsageError, quoted
from sentiment_fast.extras import is_installed, needs

# NLTK's English list in its 179-word version. The 19 words that the 198-word version adds all contain an apostrophe,
# which cleaning removes before the look-up, so both versions give the same vocabulary. For the same reason, "dont" is
# not a stop word: the tutorial's behaviour.
ENGLISH = frozenset(
    """
    i me my myself we our ours ourselves you you're you've you'll you'd your yours yourself yourselves he him his
    himself she she's her hers herself it it's its itself they them their theirs themselves what which who whom
    this that that'll these those am is are was were be been being have has had having do does did doing a an the
    and but if or because as until while of at by for with about against between into through during before after
    above below to from up down in out on off over under again further then once here there when where why how all
    any both each few more most other some such no nor not only own same so than too very s t can will just don
    don't should should've now d ll m o re ve y ain aren aren't couldn couldn't didn didn't doesn doesn't hadn
    hadn't hasn hasn't haven haven't isn isn't ma mightn mightn't mustn mustn't needn needn't shan shan't shouldn
    shouldn't wasn wasn't weren weren't won won't wouldn wouldn't
    """.split()
)


# Those that NLTK has, so that a name can be checked without its data.
_LANGUAGES = frozenset(
    """
    albanian arabic azerbaijani basque belarusian bengali catalan chinese danish dutch english finnish french german
    greek hebrew hinglish hungarian indonesian italian kazakh nepali norwegian portuguese romanian russian slovene
    spanish swedish tajik tamil turkish uzbek
    """.split()
)


def stop_word_set(stop_words: str | Iterable[str] | None) -> frozenset[str]:
    """The words to leave out of a vocabulary.

    stop_words: None for none, "english" for the bundled list, another of NLTK's languages by name ("german"; read from
    NLTK's data path or downloaded by NLTK), or the words themselves.
    Raises UsageError for a language that NLTK does not have, DownloadError if its lists are not available,
    MissingPackageError without NLTK.
    """
    if stop_words is None:
        return frozenset()
    if stop_words == "english":
        return ENGLISH
    if isinstance(stop_words, str):
        return _from_nltk(stop_words)
    own = frozenset(stop_words)
    for word in own:
        if not isinstance(word, str):
            raise TypeError(f"Expected stop words of type str, got {type(word).__name__}: {word!r}")
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise ValueError(f"Expected stop words of valid characters, got a lone surrogate in {word!r}")
    return own


def is_language(name: str) -> bool:
    """Whether a name is that of a language with stop words: known here, or in NLTK's data on this machine."""
    return name in _LANGUAGES or local_stop_words(name) is not None


def local_stop_words(language: str) -> frozenset[str] | None:
    """A language's stop words, if they are on this machine; None if not. Uses no network."""
    if language == "english":
        return ENGLISH
    if not is_installed("nltk"):
        return None
    from nltk.corpus import stopwords

    try:
        return frozenset(stopwords.words(language)) if language in stopwords.fileids() else None
    except LookupError:
        return None


def _from_nltk(language: str) -> frozenset[str]:
    with needs("train", f"The list of stop words for {quoted(language)}"):
        import nltk
        from nltk.corpus import stopwords

    try:
        languages = stopwords.fileids()
    except LookupError as missing:
        if language not in _LANGUAGES:
            raise _unknown(language, _LANGUAGES) from missing
        if not nltk.download("stopwords", quiet=True):
            raise DownloadError(
                f"The stop words for {language!r} come from NLTK's 'stopwords' data, which is not on this machine and "
                "could not be downloaded. With a connection, run `python -m nltk.downloader stopwords`; without one, "
                "copy that folder to a folder named in the environment variable NLTK_DATA, or pass your own words."
            ) from missing
        stopwords.ensure_loaded()
        languages = stopwords.fileids()
    if language not in languages:
        raise _unknown(language, languages)
    return frozenset(stopwords.words(language))


def _unknown(language: str, languages: Iterable[str]) -> UsageError:
    return UsageError(
        f"Expected stop words in a language that NLTK has, got {quoted(language)}. "
        f"It has: {', '.join(sorted(languages))}. Or pass None, or your own words as a list."
    )

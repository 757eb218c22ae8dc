"""What commands say: commands and options as the user typed them, and how much of it."""

import pytest

from sentiment_fast.cli import messages
from sentiment_fast.cli.messages import INSTALLED, MODULE, PACKAGE, as_options, configure_messages, in_form


@pytest.fixture(autouse=True)
def _as_before():
    yield
    configure_messages(INSTALLED, {})


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (INSTALLED, "`sentiment-fast train` makes one; see `sentiment-fast score --threshold P` and `text_column`"),
        (PACKAGE, "`python -m sentiment_fast train` makes one; see `python -m sentiment_fast score --threshold P` and"),
        (MODULE, "`python -m sentiment_fast.train` makes one; see `python -m sentiment_fast.score --threshold P` and"),
    ],
)
def test_commands_have_the_form_that_was_typed(form, expected):
    assert in_form("`train` makes one; see `score --threshold P` and `text_column`", form).startswith(expected)


def test_words_that_are_not_commands_stay():
    text = "train on `training` texts, `trainer`, `score_files` and `info"
    assert in_form(text, INSTALLED) == text


def test_an_argument_from_a_file_is_named_as_there():
    options = {"text_column": "text_column in run.toml", "amp": "--amp"}
    assert as_options("`text_column`, `text_column=a b`, `amp=False`", options) == (
        "text_column in run.toml, text_column=a b in run.toml, --no-amp"
    )


@pytest.mark.parametrize(
    ("amount", "shown"),
    [({}, "say always error "), ({"quiet": True}, "always error "), ({"verbose": True}, "say more always error ")],
)
def test_how_much_is_said(capsys, amount, shown):
    configure_messages(INSTALLED, {}, **amount)
    messages.say("say")
    messages.say_more("more")
    messages.say_always("always")
    messages.say_error("why")
    assert capsys.readouterr().err.replace(": why", "").replace("\n", " ") == shown


def test_verbose_adds_the_traceback_of_an_error(capsys):
    configure_messages(INSTALLED, {}, verbose=True)
    try:
        raise ValueError("the cause")
    except ValueError:
        messages.say_error("what it means")
    said = capsys.readouterr().err
    assert said.startswith("Traceback")
    assert said.endswith("ValueError: the cause\nerror: what it means\n")

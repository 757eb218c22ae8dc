"""Options as TOML: what is written comes back, and what is wrong in a file is one line with its place."""

import os

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.runs.config_file import as_toml, check_values, fits, in_words, is_config_file, read_config
from sentiment_fast.runs.config_file import write_config as write

VALUES = {
    "text": 'a "quoted" \\ line\n, a tab\t, NUL \0, DEL \x7f, é 😀',
    "number": 3,
    "rate": 1e-3,
    "none_at_all": float("inf"),
    "yes": True,
    "no": False,
    "empty": [],
    "list": ["a", 1, 0.5, True, ["b"]],
    "labels": {"a = b": "c", "": "d.e", '"': "#"},
    "nothing": {},
}
TYPES = {"text": str | None, "number": int, "rate": float | None, "yes": bool, "list": str | tuple[str, ...]}


def test_what_is_written_is_read(tmp_path):
    write(tmp_path / "run.toml", "two\nlines", {"format": 1, "command": "train", **VALUES}, {"table": {"a": 1}})
    assert read_config(tmp_path / "run.toml", "train") == {**VALUES, "table": {"a": 1}}


def test_a_name_that_is_not_utf8_comes_back(tmp_path):
    name = os.fsdecode(b"caf\xe9.csv")
    write(tmp_path / "run.toml", name, {"format": 1, "data": name})
    assert read_config(tmp_path / "run.toml")["data"] == name


def test_half_a_character_does_not_make_the_file_unreadable(tmp_path):
    write(tmp_path / "run.toml", "", {"format": 1, "label": "a\ud800"})
    assert read_config(tmp_path / "run.toml") == {"label": "a?"}


def test_values_that_are_not_given_are_listed_in_a_comment(tmp_path):
    write(tmp_path / "run.toml", "", {"format": 1, "test": None, "vectors": None})
    assert "# Not given: test, vectors\n" in (tmp_path / "run.toml").read_text()
    assert read_config(tmp_path / "run.toml") == {}


def test_a_comment_stays_one(tmp_path):
    write(tmp_path / "run.toml", "runs/a\rb\x0bc\u2028d", {"format": 1})
    assert read_config(tmp_path / "run.toml") == {}


def test_a_value_without_a_form_in_toml_is_an_error():
    with pytest.raises(TypeError, match="has no form in TOML"):
        as_toml(object())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("epochs = ", "is not valid TOML: Invalid value \\(at "),
        ("a = 1\na = 2\n", "is not valid TOML: Cannot overwrite a value \\(at line 2"),
        ("a = " + "[" * 50_000, "is not valid TOML"),
        ("a = " + "1" * 5000, "is not valid TOML"),
        ("epochs = 3", "expected options of a run, with format = 1, got no format"),
        ('format = "1"', "got format = '1'"),
        ("format = 2", "has format 2, this version of sentiment_fast reads format 1"),
        ('format = 1\ncommand = "tune"', "expected command = \"train\", got 'tune'"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, content, said):
    path = tmp_path / "run.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=said) as raised:
        read_config(path, "train")
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read \(No such file"):
        read_config(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"numbr": 3}, "expected the name of an option, got 'numbr'; did you mean number\\?"),
        ({"zzz": 3}, "got 'zzz'; it has text, number, rate, yes, list"),
        ({"text": 3}, "text: expected a text, got 3"),
        ({"number": 3.0}, "number: expected a whole number, got 3.0"),
        ({"number": True}, "number: expected a whole number, got True"),
        ({"rate": "x"}, "rate: expected a number, got 'x'"),
        ({"yes": 1}, "yes: expected true or false, got 1"),
        ({"list": ["a", 1]}, "list: expected a text or a list of texts, got"),
        ({"text": "c"}, "text: expected a, b, got 'c'"),
    ],
)
def test_a_wrong_name_or_value_is_named(tmp_path, values, said):
    with pytest.raises(UsageError, match=said):
        check_values(tmp_path / "run.toml", values, TYPES, {"text": ("a", "b")})


def test_types_have_words():
    kinds = [dict[str, float] | None, tuple[float, float] | str | bool, tuple[str | int, ...] | None]
    assert [in_words(kind) for kind in kinds] == [
        "a table of numbers",
        "a list of numbers or a text or true or false",
        "a list of texts or whole numbers",
    ]


def test_a_whole_number_is_a_number():
    assert fits(3, float)
    assert not fits(True, float)


def test_files_of_options_are_known_by_their_extension():
    assert is_config_file("a/Run.TOML")
    assert not is_config_file("best.json")


def test_a_file_of_another_command_is_recognised_by_its_options():
    with pytest.raises(UsageError, match="got 'inputs', an option of `score`: is it the file of another command"):
        check_values("run.toml", {"number": 1, "inputs": ["a.csv"]}, TYPES | {"init": str}, {})

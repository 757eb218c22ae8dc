"""The pictures: real PNGs of sane size, drawn without matplotlib's global state."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sentiment_fast.report.plots import class_balance, learning_curves, length_histogram


def history(epochs: int) -> list[dict]:
    return [
        {
            "epoch": epoch,
            "train_loss": 0.7 * 0.8**epoch,
            "train_accuracy": 1 - 0.5 * 0.8**epoch,
            "validation_loss": 0.7 * 0.8**epoch + 0.02 * epoch,
            "validation_accuracy": 0.9 - 0.4 * 0.8**epoch,
            "best": epoch < 3,
        }
        for epoch in range(1, epochs + 1)
    ]


def png_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels; fails on anything but a PNG with something drawn on it."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(content) > 5_000
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def run(code: str, folder: Path) -> int:
    return subprocess.run([sys.executable, "-W", "error", "-c", code, str(folder)], check=False).returncode


@pytest.mark.slow
@pytest.mark.parametrize("epochs", [1, 5, 100])
def test_learning_curves_of_any_number_of_epochs(tmp_path, epochs):
    learning_curves(history(epochs), tmp_path / "curves.png")
    assert png_size(tmp_path / "curves.png") == (1200, 540)


@pytest.mark.slow
def test_learning_curves_of_a_training_that_diverged(tmp_path):
    rows = [row | {"train_loss": float("nan"), "validation_loss": float("nan")} for row in history(3)]
    learning_curves(rows, tmp_path / "curves.png")
    assert png_size(tmp_path / "curves.png") == (1200, 540)


@pytest.mark.slow
@pytest.mark.parametrize(("best", "kept"), [([True, True, False, False], 2), ([True] * 4, 4)])
def test_learning_curves_mark_the_epoch_that_is_kept(tmp_path, monkeypatch, best, kept):
    from matplotlib.axes import Axes

    marked = []
    monkeypatch.setattr(Axes, "axvline", lambda _, x, **style: marked.append((x, style["label"])))
    losses = [0.5, 0.25, 0.4, 0.25]
    rows = [row | {"validation_loss": loss} for row, loss in zip(history(4), losses, strict=True)]
    rows = [row | {"best": is_best, "validation_accuracy": 0.875} for row, is_best in zip(rows, best, strict=True)]
    learning_curves(rows, tmp_path / "curves.png")
    assert marked == [(kept, f"kept, epoch {kept}: 0.2500"), (kept, f"kept, epoch {kept}: 87.50%")]


@pytest.mark.slow
def test_learning_curves_show_the_figures_of_the_whole_model(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    shown, plot = [], Axes.plot

    def noted(axes, x, y, **style):
        if style["marker"] == "D":
            shown.append((x, y, style["label"]))
        return plot(axes, x, y, **style)

    monkeypatch.setattr(Axes, "plot", noted)
    learning_curves(history(4), tmp_path / "curves.png", {"loss": 0.125, "accuracy": 0.9375})
    expected = [([2], [0.125], "0.1250"), ([2], [93.75], "93.75%")]
    assert shown == [(x, y, f"the whole model, validation: {text}") for x, y, text in expected]


def test_learning_curves_of_an_empty_history_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Expected a history of one epoch or more"):
        learning_curves([], tmp_path / "curves.png")


@pytest.mark.slow
def test_class_balance_of_two_classes(tmp_path):
    counts = {"training": {"negative": 18750, "positive": 18750}, "validation": {"negative": 6250, "positive": 6250}}
    class_balance(counts, tmp_path / "balance.png")
    assert png_size(tmp_path / "balance.png") == (1200, 420)


@pytest.mark.slow
def test_class_balance_of_integer_labels_that_a_part_lacks(tmp_path):
    class_balance({"training": {1: 5, 2: 7, 3: 1}, "test": {1: 2}}, tmp_path / "balance.png")
    assert png_size(tmp_path / "balance.png")[0] == 1200


@pytest.mark.slow
def test_class_balance_of_many_classes_stays_within_a_readable_height(tmp_path):
    counts = {f"label {number}": number for number in range(1000)}
    class_balance({"training": counts, "validation": counts, "test": counts}, tmp_path / "balance.png")
    width, height = png_size(tmp_path / "balance.png")
    assert width == 1200
    assert 1000 < height < 3000


@pytest.mark.slow
def test_class_balance_of_many_classes_says_that_it_shows_the_largest(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    titles = []
    original = Axes.set
    monkeypatch.setattr(Axes, "set", lambda axes, **what: (titles.append(what["title"]), original(axes, **what)))
    class_balance({"training": {number: number for number in range(1000)}}, tmp_path / "balance.png")
    assert titles == ["Class balance: the 25 largest of 1,000 classes"]


@pytest.mark.slow
def test_class_balance_keeps_room_for_its_bars_beside_long_labels(tmp_path):
    labels = {"a label that goes on and on " * 20: 3, "short": 5}
    class_balance({"training": labels}, tmp_path / "balance.png")
    assert png_size(tmp_path / "balance.png") == (1200, 420)


@pytest.mark.slow
def test_class_balance_takes_dollar_signs_for_what_they_are(tmp_path):
    class_balance({"training": {r"$\frac{": 3, "$5 or $6": 5}}, tmp_path / "balance.png")
    assert png_size(tmp_path / "balance.png") == (1200, 420)


def test_class_balance_without_classes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Expected one class or more"):
        class_balance({"training": {}}, tmp_path / "balance.png")


@pytest.mark.slow
@pytest.mark.parametrize("longest", [0, 3, 700, 100_000])
def test_length_histogram_of_any_range_of_lengths(tmp_path, longest):
    lengths = np.random.default_rng(0).integers(0, longest, size=1000, endpoint=True)
    length_histogram(lengths, 500, tmp_path / "lengths.png")
    assert png_size(tmp_path / "lengths.png") == (1200, 540)


@pytest.mark.slow
def test_length_histogram_bars_hold_every_text(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    bars = []
    original = Axes.hist
    monkeypatch.setattr(Axes, "hist", lambda *given, **style: bars.append(original(*given, **style)))
    length_histogram(np.arange(0, 3001), 500, tmp_path / "lengths.png")
    assert bars[0][0].sum() == 3001


@pytest.mark.slow
def test_length_histogram_title_gives_the_share_beyond_the_padding(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    titles = []
    original = Axes.set
    monkeypatch.setattr(Axes, "set", lambda axes, **what: (titles.append(what["title"]), original(axes, **what)))
    length_histogram(np.array([10, 500, 501, 502]), 500, tmp_path / "lengths.png")
    assert titles == ["2 of 4 texts (50.00%) are longer than 500 ids"]


@pytest.mark.slow
def test_length_histogram_without_lengths_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Expected the length of one text or more"):
        length_histogram(np.empty(0, dtype=np.int64), 500, tmp_path / "lengths.png")


@pytest.mark.slow
def test_importing_does_not_load_matplotlib(tmp_path):
    assert run("import sys, sentiment_fast.report.plots; sys.exit('matplotlib' in sys.modules)", tmp_path) == 0


@pytest.mark.slow
def test_drawing_does_not_load_pyplot(tmp_path):
    code = """
import sys, numpy, pathlib
from sentiment_fast.report.plots import class_balance, learning_curves, length_histogram
folder = pathlib.Path(sys.argv[1])
row = dict(epoch=1, train_loss=1.0, train_accuracy=0.5, validation_loss=1.0, validation_accuracy=0.5)
learning_curves([row], folder / "curves.png")
class_balance({"training": {"a": 1}}, folder / "balance.png")
length_histogram(numpy.array([3]), 5, folder / "lengths.png")
sys.exit("matplotlib.pyplot" in sys.modules)
"""
    assert run(code, tmp_path) == 0
    assert len(list(tmp_path.glob("*.png"))) == 3

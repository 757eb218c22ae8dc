"""The pictures of a run folder: learning curves, class balance, text lengths.

In: numbers from training and from the overview, and a path. Out: one PNG each.
Computing the numbers, and creating the folder, is left to the callers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

# Matplotlib is imported where it draws, so that a command without pictures does not wait for it; and never pyplot,
# which keeps every figure in a global list and looks for a window system.
if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, distinguishable with every kind of colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9")
MAX_CLASSES_DRAWN = 25
MAX_NAME_LENGTH = 32


def learning_curves(
    history: Sequence[Mapping[str, Any]], path: str | Path, whole_model: Mapping[str, float] | None = None
) -> None:
    """Draw loss (nats per text) and accuracy (%) over the epochs, of training and validation.

    history: one row per epoch with the keys epoch, train_loss, train_accuracy, validation_loss, validation_accuracy and
    best, the network's figures; accuracies in [0, 1]. The epoch whose weights are kept is marked: the last that is
    best. whole_model: the "loss" and "accuracy", on the validation part, of the model that they became: with n-grams
    and calibrated. Source: the tutorial, section 7. Raises ValueError for an empty history.
    """
    if not history:
        raise ValueError("Expected a history of one epoch or more, got none")
    figure = _figure(height=4.5)
    left, right = figure.subplots(1, 2)
    _curves(left, history, "loss", 1.0, "{:.4f}", whole_model)
    left.set(title="Loss", ylabel="cross-entropy (nats per text)")
    _curves(right, history, "accuracy", 100.0, "{:.2f}%", whole_model)
    right.set(title="Accuracy", ylabel="texts classified correctly (%)")
    _save(figure, path)


def class_balance(counts_by_part: Mapping[str, Mapping[Any, int]], path: str | Path) -> None:
    """Draw each class's share (%) of each part, with the number of texts at the bar's end.

    counts_by_part: part name -> label -> number of texts. Of more than 25 classes the 25 largest of the first part are
    drawn, and the title says so. Source: the tutorial, section 2. Raises ValueError if no part has a class.
    """
    labels = sorted({label for counts in counts_by_part.values() for label in counts})
    if not labels:
        raise ValueError("Expected one class or more in the parts, got none")
    title = "Class balance"
    if len(labels) > MAX_CLASSES_DRAWN:
        title += f": the {MAX_CLASSES_DRAWN} largest of {len(labels):,} classes"
        first = next(iter(counts_by_part.values()))
        labels = sorted(sorted(labels, key=lambda label: -first.get(label, 0))[:MAX_CLASSES_DRAWN])
    figure = _figure(height=max(3.5, 1.5 + len(labels) * (0.22 * len(counts_by_part) + 0.12)))
    axes = figure.subplots()
    _grouped_bars(axes, labels, counts_by_part)
    axes.set(title=title, xlabel="share of the part's texts (%)", ylabel="label")
    _save(figure, path)


def length_histogram(lengths: np.ndarray, max_length: int, path: str | Path) -> None:
    """Draw how many ids the texts have, with the padding length marked and the share of longer texts in the title.

    lengths: (n,) integers, ids per text before padding. The axis and its bins widen with the length: linear up to about
    20 ids, logarithmic beyond. Source: the tutorial, section 3. Raises ValueError if there is no length.
    """
    from matplotlib.ticker import MaxNLocator

    if len(lengths) == 0:
        raise ValueError("Expected the length of one text or more, got none")
    longer = int((lengths > max_length).sum())
    edges = _growing_edges(max(int(lengths.max()), max_length))
    figure = _figure(height=4.5)
    axes = figure.subplots()
    _set_length_axis(axes, edges[-1])
    axes.hist(lengths, bins=edges, color=COLOURS[0], edgecolor="white", linewidth=0.7)
    axes.axvline(max_length, color=COLOURS[1], linewidth=2, linestyle="--", label=f"padding length: {max_length:,} ids")
    axes.set(
        title=f"{longer:,} of {len(lengths):,} texts ({longer / len(lengths):.2%}) are longer than {max_length:,} ids",
        xlabel="length after encoding (ids per text)",
        ylabel="texts per bar",
    )
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.legend(fontsize=10)
    _save(figure, path)


def _curves(
    axes: Axes,
    history: Sequence[Mapping[str, Any]],
    quantity: str,
    scale: float,
    form: str,
    whole_model: Mapping[str, float] | None,
) -> None:
    from matplotlib.ticker import MaxNLocator

    epochs = [row["epoch"] for row in history]
    size = 6 if len(history) <= 25 else 0  # more markers than that would run together
    for part, name, colour, marker in (("train", "training", 0, "o"), ("validation", "validation", 1, "s")):
        values = [row[f"{part}_{quantity}"] * scale for row in history]
        axes.plot(epochs, values, color=COLOURS[colour], marker=marker, markersize=size, linewidth=2, label=name)
    kept = next((row for row in reversed(history) if row.get("best")), None)
    if kept is not None:
        label = f"kept, epoch {kept['epoch']}: {form.format(kept[f'validation_{quantity}'] * scale)}"
        axes.axvline(kept["epoch"], color="0.35", linestyle="--", linewidth=1.5, zorder=1, label=label)
        if whole_model is not None:
            value = whole_model[quantity] * scale
            label = f"the whole model, validation: {form.format(value)}"
            axes.plot([kept["epoch"]], [value], color=COLOURS[2], marker="D", markersize=7, linestyle="", label=label)
    axes.set_xlim(min(epochs) - 0.3, max(epochs) + 0.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.set_xlabel("epoch")
    axes.legend(fontsize=10)


def _grouped_bars(axes: Axes, labels: Sequence[Any], counts_by_part: Mapping[str, Mapping[Any, int]]) -> None:
    middles = np.arange(len(labels))
    thickness = 0.8 / len(counts_by_part)
    for number, (part, counts) in enumerate(counts_by_part.items()):
        total = sum(counts.values())
        drawn = [counts.get(label, 0) for label in labels]
        shares = [100 * count / max(total, 1) for count in drawn]
        places = middles + thickness * (number - (len(counts_by_part) - 1) / 2)
        colour = COLOURS[number % len(COLOURS)]
        bars = axes.barh(places, shares, height=0.9 * thickness, color=colour, label=f"{part} ({total:,})")
        axes.bar_label(bars, [f"{count:,}" for count in drawn], padding=4, fontsize=10)
    # A label may contain dollar signs, which do not start formulas.
    axes.set_yticks(middles, [_shortened(str(label)) for label in labels], parse_math=False)
    axes.tick_params(axis="y", length=0, grid_linewidth=0)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.margins(x=0.15)
    axes.legend(fontsize=10, loc="upper left", bbox_to_anchor=(1, 1))


def _growing_edges(longest: int) -> list[int]:
    """Bar edges from 0 to beyond the longest length.

    A bar is 5 ids wide at first, later a quarter of the length. As widths are whole numbers, narrower bars would grow
    in jumps, and their heights with them.
    """
    edges = [0]
    while edges[-1] <= longest:
        edges.append(edges[-1] + max(5, edges[-1] // 4))
    return edges


def _set_length_axis(axes: Axes, end: int) -> None:
    """Make the length axis linear up to about 20 ids and logarithmic beyond, with round numbers on it."""
    axes.set_xscale("function", functions=(lambda ids: np.arcsinh(ids / 20), lambda place: 20 * np.sinh(place)))
    round_numbers = [digit * 10**power for power in range(1, 10) for digit in (1, 2, 5)]
    ticks = [0, *(number for number in round_numbers if number <= end)]
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_xlim(0, end)


def _shortened(name: str) -> str:
    return name if len(name) <= MAX_NAME_LENGTH else name[: MAX_NAME_LENGTH - 1] + "…"


def _figure(height: float) -> Figure:
    """An empty figure of a page's width and the given height in inches."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return Figure(figsize=(10, height), dpi=120, layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1))


def _save(figure: Figure, path: str | Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for axes in figure.axes:
        axes.set_axisbelow(True)
        axes.grid(visible=True, color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=10)
        axes.title.set_fontsize(13)
        for axis in (axes.xaxis, axes.yaxis):
            axis.label.set_fontsize(11)
    FigureCanvasAgg(figure).print_figure(path, format="png")

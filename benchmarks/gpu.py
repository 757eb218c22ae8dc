"""What training and scoring gain on a GPU, and by what: one command, one report.

    python -m benchmarks.gpu [--data FOLDER] [--out benchmarks/results]

In: imdb_train.csv.xz and imdb_test.csv.xz in the folder, or a made-up corpus; no network. Out: <GPU>.md and <GPU>.json,
rewritten after each section, so that nothing is lost where a later one fails or the time is up. Losses are compared
before anything is timed. PyTorch's defaults hold for all sides, TF32 in recurrent layers among them, but not while
losses are compared. `--device cpu --quick` runs all of it on a CPU, in tiny sizes, whose figures mean nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import torch

from benchmarks.gpu_lab import (
    CLASSES,
    ELSEWHERE,
    LATE,
    PROFILED,
    SIDE,
    USEFUL,
    Lab,
    compare_losses,
    failing,
    our_rows,
    timed_side,
)
from benchmarks.gpu_report import Table, as_markdown, facts
from benchmarks.gpu_work import LSTMCall, OurSteps, TutorialSteps, Variant, first_rows, kernels, timed, wait
from benchmarks.time_to_accuracy import TUTORIALS_ACCURACY, seconds_to
from benchmarks.tutorial_loop import loader, predict
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.labelled_texts import LabelledTexts, read_labelled, stratified_split
from sentiment_fast.model import inference
from sentiment_fast.model.batches import Budget
from sentiment_fast.model.devices import Precision, choose_device, choose_precision
from sentiment_fast.model.folder import BUNDLED, load_model
from sentiment_fast.model.network import model_of
from sentiment_fast.model.pads import no_tf32
from sentiment_fast.model.presets import preset
from sentiment_fast.scoring.score_files import score_csv
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.training.encode import new_network


def equality(lab: Lab) -> Iterator[Table]:
    """Losses of nine steps without dropout: three batches, thrice, so that graphs are captured and replayed; compared
    with those of the tutorial's loop, and for the presets made for use, with the first variant's.
    """
    table = Table(["preset", "variant", "largest difference", "allowed", ""])
    yield table
    for name in ("tutorial", *USEFUL):
        settings, vocabulary, data = lab.encoded(name)
        settings = settings.with_fields({"dropout": 0.0, "word_dropout": 0.0})
        data = first_rows(data, 3 * settings.training.batch_size)
        with no_tf32(lab.device):
            compare_losses(lab, table, name, settings, vocabulary, data)


def training(lab: Lab) -> Iterator[Table]:
    """Batches of 50, 200 and 800; the tutorial's loop in batches of 50. A round is an epoch of some of the reviews."""
    table = Table(["preset", "batch", "side", *SIDE, "captured"])
    yield table
    first = 0.0
    for scale in (1, 2) if lab.quick else (1, 4, 16):
        settings = lab.settings.with_fields({"batch_scale": scale})
        data = first_rows(lab.training, 12 if lab.quick else 3200 * scale)
        if scale == 1:
            tutorial = TutorialSteps(data, lab.vocabulary, settings, lab.device)
            sample = OurSteps(data, lab.vocabulary, settings, lab.device, Variant("", Precision("float32", "")))
            batches = sample.batches()[: 1 if lab.quick else PROFILED]
            cells, first = timed_side(lab, lambda: tutorial.losses(batches), sum(map(len, batches)), 0.0)  # noqa: B023
            table.rows.append(["", str(lab.batch), "the tutorial's loop, padded, float32", *cells, ""])
        # In large batches, what takes long in small ones is left out.
        variants = [one for one in lab.variants("tutorial") if scale == 1 or isinstance(one, str) or one.cuda_graphs]
        place = "tutorial", str(lab.batch * scale)
        for speed, variant in our_rows(lab, table, place, variants, settings, lab.vocabulary, data, first):
            if lab.best is None or speed > lab.best[0]:
                lab.best = speed, variant, scale


def presets(lab: Lab) -> Iterator[Table]:
    """The networks of the presets made for use, in their own batches. A round is an epoch of some of the reviews."""
    table = Table(["preset", "batch", "side", *SIDE, "captured"])
    yield table
    for name in USEFUL:
        settings, vocabulary, data = lab.encoded(name)
        data = first_rows(data, 12 if lab.quick else 6400)
        place = name, str(settings.training.batch_size)
        our_rows(lab, table, place, lab.variants(name), settings, vocabulary, data)


def scoring(lab: Lab) -> Iterator[Table]:
    """Logits of encoded reviews, by batch budget and precision, beside the padded loop's."""
    table = Table(["rows", "ids", "precision", *SIDE])
    yield table
    data = first_rows(lab.training, 40 if lab.quick else 20_000)
    network = new_network(lab.settings, lab.vocabulary, CLASSES).to(lab.device).eval()
    model = TutorialSteps(first_rows(data, 50), lab.vocabulary, lab.settings, lab.device).model
    few = first_rows(data, 8 if lab.quick else 2_000)
    rows = [(ids.to(lab.device),) for ids, _ in loader(few.ids.pad(500), few.targets, shuffle=False)]
    cells, first = timed_side(lab, lambda: predict(model, rows), len(few.ids), 0.0)  # type: ignore[arg-type]
    table.rows.append(["50", "padded", "float32", *cells])
    whole = data.examples(lab.settings.network, lab.device).source
    for budget in [Budget(most, 1 << ids) for most, ids in ((1024, 16), (4096, 18), (16384, 20))]:
        for name in ("float32", "bfloat16", "float16"):
            place = [f"{budget.rows:,}", f"{budget.ids:,}", name]
            precision = failing(lambda: choose_precision(lab.device, name))  # noqa: B023
            if isinstance(precision, str) or lab.late:
                table.rows.append([*place, *[""] * (len(SIDE) - 1), ELSEWHERE if isinstance(precision, str) else LATE])
                continue
            lab.reset_memory()
            part = first_rows(data, 2 * budget.rows).examples(lab.settings.network, lab.device).source
            with mock.patch.multiple(inference, GPU_BUDGET=budget, CPU_BUDGET=budget):
                logits = partial(inference.all_logits, network, precision=precision)
                cells, _ = timed_side(lab, partial(logits, whole), len(whole), first, partial(logits, part))
            table.rows.append([*place, *cells])


def lstm_kernels(lab: Lab) -> Iterator[Table]:
    """nn.LSTM alone, two layers of 256, forward and backward: which kernels cuDNN takes, and whether they win."""
    table = Table(["dtype", "calls", "embedding", "batch", "n", "median", "ns/id", "kernels (most seconds first)"])
    yield table
    calls = [
        LSTMCall(dtype, calls, embedding, batch, 4 if lab.quick else 96)
        for batch in ((2,) if lab.quick else (50, 64, 128, 800))
        for dtype in (torch.float32, torch.bfloat16, torch.float16)
        for calls, embedding in ((1, 64), (2, 64), (2, 128))
    ]
    for call in calls:
        place = [str(call.dtype).removeprefix("torch."), str(call.calls), str(call.embedding), str(call.batch)]
        row = LATE if lab.late else failing(lambda: _lstm_call(lab, call))  # noqa: B023
        table.rows.append([*place, *(["", "", "", row] if isinstance(row, str) else row)])


def _lstm_call(lab: Lab, call: LSTMCall) -> list[str]:
    run = call.prepared(lab.device, 8 if lab.quick else 256)
    run()
    timing = timed(run, lab.device, 0.01 if lab.quick else 0.2)
    names = [re.split(r"[<(]", name.removeprefix("void "))[0] for name, _ in kernels(run)[0].most_common(3)]
    nanoseconds = timing.median * 1e9 / (call.batch * call.steps)
    return [str(timing.rounds), f"{timing.median * 1e3:.3f} ms", f"{nanoseconds:.1f}", ", ".join(names) or ELSEWHERE]


def accuracy(lab: Lab) -> Iterator[Table]:
    """Seconds from texts in memory to the tutorial's accuracy on the test reviews, evaluation included."""
    table = Table(["preset", "seed", "seconds", "accuracy by epoch"])
    yield table
    goal = 0.0 if lab.quick else TUTORIALS_ACCURACY
    for name in ("tutorial-large-batch", "tutorial"):
        for seed in range(1 if lab.quick else 3):
            small = {"hidden_size": 8, "embedding_size": 4, "epochs": 1} if lab.quick else {}
            settings = preset(name).with_fields({**small, "seed": seed})
            if lab.late:
                table.rows.append([name, str(seed), LATE, ""])
                continue
            seconds, reached = seconds_to(goal, lab.texts, lab.test_texts, settings, lab.device)
            told = "not reached" if seconds is None else f"{seconds:.1f}"
            table.rows.append([name, str(seed), told, ", ".join(f"{one:.2%}" for one in reached)])


def end_to_end(lab: Lab) -> Iterator[Table]:
    """CSV in memory -> CSV in memory, by what `python -m sentiment_fast.score` runs: the bundled model, whose n-grams
    leave the network the unsure texts, and the tutorial's network, of random weights, which has none.
    """
    import pyarrow as pa
    from pyarrow import csv

    rows = 200 if lab.quick else 25_000
    texts = lab.texts.texts.slice(0, rows)
    sink = io.BytesIO()
    csv.write_csv(pa.table({"review": texts}), sink)
    network = new_network(lab.settings, lab.vocabulary, CLASSES)
    models = {
        "bundled": load_model(BUNDLED),
        "tutorial": model_of(network, lab.vocabulary, CLASSES, text_column="review", settings=lab.settings.as_dict()),
    }
    table = Table(["model", "rows", "n", "median", "IQR", "rows/s", "CSV"])
    yield table
    for name, model in models.items():
        scorer = Scorer(model, lab.device.type)

        def run() -> None:
            score_csv(io.BytesIO(sink.getvalue()), io.BytesIO(), scorer)  # noqa: B023

        run()
        timing = timed(run, lab.device, 0.1 if lab.quick else 5.0)
        speeds = [f"{len(texts) / timing.median:,.0f}", f"{sink.tell() / timing.median / 1e6:,.0f} MB/s"]
        spread = [str(timing.rounds), f"{timing.median:.3f} s", f"{timing.spread:.3f} s"]
        table.rows.append([name, f"{len(texts):,}", *spread, *speeds])


def profile(lab: Lab) -> Iterator[Table]:
    """Where the seconds of the fastest training go: some batches of the variant named here."""
    assert lab.best is not None, "no variant was timed"
    _, variant, scale = lab.best
    data = first_rows(lab.training, 12 if lab.quick else 3200 * scale)
    settings = lab.settings.with_fields({"batch_scale": scale})
    ours = OurSteps(data, lab.vocabulary, settings, lab.device, variant)
    batches = ours.batches()
    with ours.step.stream():
        for _ in range(3):
            ours.run(batches)
        wait(lab.device)
        found = kernels(lambda: ours.run(batches[:PROFILED]))[1]
    order = "self_device_time_total" if lab.cuda else "self_cpu_time_total"
    text: str = found.key_averages().table(sort_by=order, row_limit=20, max_name_column_width=60)
    yield Table(["variant", "batch"], [[variant.name, str(lab.batch * scale)]], text)


# Seconds that a section may start new work in; each may run over by its last item.
SECTIONS: list[tuple[Callable[[Lab], Iterator[Table]], float]] = [
    (equality, 70),
    (training, 110),
    (presets, 80),
    (scoring, 40),
    (end_to_end, 20),
    (profile, 15),
    (accuracy, 50),
    (lstm_kernels, 25),
]


def reviews(folder: Path | None, quick: bool) -> tuple[LabelledTexts, LabelledTexts]:
    """Training and test reviews."""
    if folder is not None:
        return read_labelled(folder / "imdb_train.csv.xz"), read_labelled(folder / "imdb_test.csv.xz")
    return stratified_split(demo_corpus(600 if quick else 37_500), 1 / 3, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 where a section failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="with imdb_train.csv.xz and imdb_test.csv.xz")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"), metavar="FOLDER")
    parser.add_argument("--device", default="cuda", choices=("cpu", "cuda"))
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it runs, not how fast")
    parsed = parser.parse_args(arguments)

    device = choose_device(parsed.device)
    lab = Lab(*reviews(parsed.data, parsed.quick), device, parsed.quick)
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "benchmarks.gpu", *given])
    named = f"{lab.texts.name}, {len(lab.texts):,} and {len(lab.test_texts):,}"
    report: dict[str, Any] = {"facts": facts(command, named, lab.cuda), "sections": []}
    report["device"] = report["facts"].get("GPU", "CPU")
    name = re.sub(r"\W+", "-", report["device"]).strip("-").lower()
    parsed.out.mkdir(parents=True, exist_ok=True)
    for section, seconds in SECTIONS:
        began = time.perf_counter()
        lab.until = began + seconds
        tables: list[Table] = []
        failure = failing(lambda: tables.extend(section(lab)))  # noqa: B023
        report["sections"].append(
            {
                "name": section.__name__,
                "about": (section.__doc__ or "").strip(),
                "seconds": time.perf_counter() - began,
                "tables": [dataclasses.asdict(table) for table in tables],
                "failure": failure,
            }
        )
        (parsed.out / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (parsed.out / f"{name}.md").write_text(as_markdown(report), encoding="utf-8")
        print(f"{section.__name__}: {time.perf_counter() - began:.0f} s {failure or ''}", file=sys.stderr, flush=True)
    print(parsed.out / f"{name}.md")
    return 1 if any(section["failure"] for section in report["sections"]) else 0


if __name__ == "__main__":
    sys.exit(main())

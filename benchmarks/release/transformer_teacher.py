"""Short labelled texts -> a fine-tuned transformer, a teacher of the bundled model for such texts.

    python -m benchmarks.release.transformer_teacher --base FOLDER --data MIX --out FOLDER [--most 60000] [--epochs 2]

In: the folder of a Hugging Face encoder (config.json, model.safetensors, its tokenizer), and one that bundled_data.py
made. Out: a folder that `train --teacher` takes. Texts of more than --tokens are left out: long reviews are left to the
package's own teachers. The same command resumes after the last checkpoint, to the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from benchmarks.release.bundled_data import (
    DEVELOPMENT,
    LABELS,
    NEUTRAL,
    NEUTRAL_LABEL,
    OTHERS,
    OWN,
    WEIGHTS,
    read_sources,
)
from sentiment_fast.cli.main import INTERRUPTED, say
from sentiment_fast.data.labelled_texts import class_indices, read_labelled
from sentiment_fast.errors import DataError, ModelFolderError, SentimentFastError, UsageError
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.training.teachers import open_teacher

CHECKPOINT, BASE_WEIGHTS = "checkpoint.safetensors", "model.safetensors"
BATCH, BATCHES_SORTED = 32, 100  # texts in a batch; batches whose texts are sorted by length together
RATE, WARMUP, DECAY, CLIP = 1e-4, 0.06, 0.01, 1.0
CHECKPOINT_SECONDS = 300


def balanced_rows(data: Path, most: int, seed: int) -> pd.DataFrame:
    """At most `most` rows of all sources except IMDb.

    Columns: review, target (P(positive), 0.5 for neutral texts), weight, source. Each source has as many rows as any
    other, as far as it has them. Texts of any length. Raises DataError for files that cannot be read.
    """
    sources = [one for one in read_sources(data) if one["name"] not in ("imdb", "own_sentences")]
    tables = []
    for name, column in ((OTHERS, "training"), (OWN, None), (NEUTRAL, "neutral")):
        rows = _table(data / name)
        counts = [len(rows)] if column is None else [one[column] for one in sources]
        if sum(counts) != len(rows):
            raise DataError(f"{data / name}: expected {sum(counts):,} rows, as sources.json says, got {len(rows):,}")
        rows["source"] = np.repeat([f"{name} {index}" for index in range(len(counts))], counts)
        rows["weight"] = WEIGHTS[name]
        tables.append(rows)
    rows = pd.concat(tables, ignore_index=True)
    rows["target"] = rows["sentiment"].map({LABELS[0]: 0.0, LABELS[1]: 1.0, NEUTRAL_LABEL: 0.5})
    rows = rows.sample(frac=1, random_state=seed, ignore_index=True)
    place = rows.groupby("source").cumcount()
    return rows.assign(place=place).sort_values("place", kind="stable", ignore_index=True)[:most]


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}): make the folder by bundled_data") from error


def batches(lengths: np.ndarray[Any, Any], seed: int) -> Iterator[np.ndarray[Any, Any]]:
    """The rows of each batch of an epoch, at random; a batch's texts have similar lengths, which saves padding."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(lengths))
    whole: list[np.ndarray[Any, Any]] = []
    for start in range(0, len(shuffled), BATCH * BATCHES_SORTED):
        rows = shuffled[start : start + BATCH * BATCHES_SORTED]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        whole.extend(rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
    yield from (whole[index] for index in random.permutation(len(whole)))


class FineTuning:
    """A model being fine-tuned, its optimizer and its step. options: what decides the weights, kept in checkpoints."""

    def __init__(self, base: Path, out: Path, options: Mapping[str, Any]) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self.out, self.options, self.step = out, dict(options), 0
        self.tokens, self.seed, self.epochs = options["tokens"], options["seed"], options["epochs"]
        torch.manual_seed(self.seed)
        self.tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        self.model = AutoModelForSequenceClassification.from_pretrained(
            base,
            local_files_only=True,
            use_safetensors=True,
            num_labels=len(LABELS),
            id2label=dict(enumerate(LABELS)),
            label2id={label: index for index, label in enumerate(LABELS)},
        )
        decayed = [weights for weights in self.model.parameters() if weights.ndim > 1]
        others = [weights for weights in self.model.parameters() if weights.ndim < 2]
        groups = [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=RATE)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, cut to tokens + 1."""
        encoded = self.tokenizer(list(texts), truncation=True, max_length=self.tokens + 1)["input_ids"]
        return [list(ids) for ids in encoded]

    def logits(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """(n, 2) float32."""
        padded = self.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt")
        logits: torch.Tensor = self.model(**padded).logits
        return logits.float()

    def learn(self, ids: Sequence[Sequence[int]], targets: torch.Tensor, weights: torch.Tensor, steps: int) -> float:
        """Take one step. Returns the loss."""
        warm = max(1, round(WARMUP * steps))
        rate = RATE * min((self.step + 1) / warm, (steps - self.step) / max(1, steps - warm))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(self.seed + self.step)  # for dropout, so that a resumed run has the same
        losses = torch.nn.functional.cross_entropy(
            self.logits(ids), torch.stack([1 - targets, targets], 1), reduction="none"
        )
        loss = (losses * weights).sum() / weights.sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.step += 1
        return float(loss.detach())

    def save(self) -> None:
        tensors = {"step": torch.tensor(self.step)}
        for name, weights in self.model.named_parameters():
            tensors[f"weights.{name}"] = weights.detach()
            for key, value in self.optimizer.state.get(weights, {}).items():
                tensors[f"{key}.{name}"] = value
        content = save(tensors, {"options": json.dumps(self.options)})
        write_atomically(self.out / CHECKPOINT, lambda file: file.write(content))

    def resume(self) -> None:
        """Load the checkpoint, if there is one.

        Raises UsageError for that of another run, ModelFolderError for a damaged one.
        """
        path = self.out / CHECKPOINT
        if not path.exists():
            return
        try:
            with safe_open(path, "pt") as file:
                found = json.loads((file.metadata() or {}).get("options", "{}"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, ValueError) as error:
            raise ModelFolderError(f"{path}: cannot be read ({error}): remove it to start over") from error
        if found != self.options:
            raise UsageError(f"{path}: expected a run with {self.options}, got one with {found}: use another --out")
        self.step = int(tensors["step"])
        with torch.no_grad():
            for name, weights in self.model.named_parameters():
                weights.copy_(tensors[f"weights.{name}"])
                keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"{key}.{name}" in tensors]
                self.optimizer.state[weights] = {key: tensors[f"{key}.{name}"].clone() for key in keys}
        say(f"{path}: resumed after step {self.step:,}")


def fine_tune(run: FineTuning, rows: pd.DataFrame) -> int:
    """Train on the rows that are short enough; saves a checkpoint every five minutes and at the end.

    Returns the number of rows.
    """
    ids = run.encode(rows["review"].tolist())
    fits = np.array([len(one) <= run.tokens for one in ids])
    ids = [one for one, kept in zip(ids, fits, strict=True) if kept]
    rows = rows[fits]
    lengths = np.array([len(one) for one in ids])
    targets = torch.tensor(rows["target"].to_numpy(), dtype=torch.float32)
    weights = torch.tensor(rows["weight"].to_numpy(), dtype=torch.float32)
    steps = run.epochs * math.ceil(len(ids) / BATCH)
    say(f"{len(ids):,} texts of {run.tokens} tokens at most, {np.mean(lengths):.1f} on average; {steps:,} steps")
    started = saved = time.perf_counter()
    first, losses = run.step, []
    run.model.train()
    order = (batch for epoch in range(run.epochs) for batch in batches(lengths, run.seed + epoch))
    for number, batch in enumerate(order):
        if number < first:
            continue
        losses.append(run.learn([ids[row] for row in batch], targets[batch], weights[batch], steps))
        if run.step % 50 == 0:
            each = (time.perf_counter() - started) / (run.step - first)
            say(f"step {run.step:,} of {steps:,}: loss {np.mean(losses[-50:]):.4f}, {each:.3f} s a step")
        if time.perf_counter() - saved > CHECKPOINT_SECONDS:
            run.save()
            saved = time.perf_counter()
    run.save()
    run.model.eval()
    return len(ids)


def accuracies(folder: Path, data: Path) -> dict[str, float]:
    """Balanced accuracy on each development file of short texts, by the name of the file. Raises DataError."""
    teacher = open_teacher(folder, LABELS, "cpu", say)
    found = {}
    for path in sorted((data / DEVELOPMENT).glob("*.csv")):
        if path.stem in ("imdb", "dev_book_reviews"):
            continue
        rows = read_labelled(path)
        figures = evaluate(teacher(rows.texts), class_indices(rows, list(LABELS)), list(LABELS), 0.5)
        found[path.stem] = float(np.mean([one.recall for one in figures.per_class]))
        say(f"{path.stem}: {found[path.stem]:.2%}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release.transformer_teacher", description=summary)
    parser.add_argument(
        "--base", type=Path, required=True, metavar="FOLDER", help="fine-tune this Hugging Face encoder"
    )
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="read what bundled_data made")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="write the teacher to this folder")
    parser.add_argument(
        "--most",
        type=int,
        default=60_000,
        metavar="N",
        help="take N texts or fewer, before long ones are left out (default: 60000)",
    )
    parser.add_argument("--epochs", type=int, default=2, metavar="N", help="train for N epochs (default: 2)")
    parser.add_argument(
        "--tokens", type=int, default=128, metavar="N", help="leave out texts of more than N tokens (default: 128)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="choose texts, batches and initial weights by this seed (default: 0)"
    )
    parsed = parser.parse_args(arguments)
    try:
        _make(parsed)
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted: the same command resumes")
        return INTERRUPTED
    return 0


def _make(parsed: argparse.Namespace) -> None:
    for name in ("config.json", BASE_WEIGHTS):
        if not (parsed.base / name).exists():
            raise UsageError(
                f"{parsed.base}: expected a folder with config.json, {BASE_WEIGHTS} and a tokenizer, got no {name}"
            )
    rows = balanced_rows(parsed.data, parsed.most, parsed.seed)
    parsed.out.mkdir(parents=True, exist_ok=True)
    chosen = {"most": parsed.most, "epochs": parsed.epochs, "tokens": parsed.tokens, "seed": parsed.seed}
    texts = hashlib.sha256(pd.util.hash_pandas_object(rows[["review", "target", "weight"]]).to_numpy().tobytes())
    with (parsed.base / BASE_WEIGHTS).open("rb") as file:
        base = hashlib.file_digest(file, "sha256").hexdigest()
    run = FineTuning(parsed.base, parsed.out, {**chosen, "texts": texts.hexdigest(), "base": base})
    run.resume()
    count = fine_tune(run, rows)
    run.model.save_pretrained(parsed.out)
    run.tokenizer.save_pretrained(parsed.out)
    figures = accuracies(parsed.out, parsed.data)
    report = {"rows": count, "mean": float(np.mean(list(figures.values()))), **figures}
    (parsed.out / "development.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    (parsed.out / CHECKPOINT).unlink()


if __name__ == "__main__":
    sys.exit(main())

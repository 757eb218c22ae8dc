"""Short labelled texts -> a fine-tuned transformer, which teaches the bundled model about such texts.

    python -m benchmarks.release.transformer_teacher --base FOLDER --data MIX --out FOLDER [--most 60000] [--epochs 2]

In: a folder with an encoder of Hugging Face (config.json, model.safetensors, its tokenizer), and one of
bundled_data.py. Out: a folder that `train --teacher` takes. Long film reviews are left to the package's own teachers:
the texts here have --tokens tokens at most. The same command resumes after the last checkpoint, to the same weights.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors.torch import load_file, save

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
from sentiment_fast.cli.main import say
from sentiment_fast.errors import SentimentFastError, UsageError
from sentiment_fast.runs.atomic import write_atomically

CHECKPOINT = "checkpoint.safetensors"
BATCH, BATCHES_SORTED = 32, 100  # texts in a batch; batches whose texts are sorted by length together
RATE, WARMUP, DECAY, CLIP = 1e-4, 0.06, 0.01, 1.0
CHECKPOINT_SECONDS = 300


def short_texts(data: Path, most: int, seed: int) -> pd.DataFrame:
    """review, target (P(positive), 0.5 of a neutral text) and weight of at most so many rows.

    Each source gives as many as any other, as far as it has them. Raises DataError.
    """
    sources = [one for one in read_sources(data) if one["name"] not in ("imdb", "own_sentences")]
    tables = []
    for name, column in ((OTHERS, "training"), (OWN, None), (NEUTRAL, "neutral")):
        rows = pd.read_csv(data / name, keep_default_na=False)
        counts = [len(rows)] if column is None else [one[column] for one in sources]
        rows["source"] = np.repeat([f"{name} {index}" for index in range(len(counts))], counts)
        rows["weight"] = WEIGHTS[name]
        tables.append(rows)
    rows = pd.concat(tables, ignore_index=True)
    rows["target"] = rows["sentiment"].map({LABELS[0]: 0.0, LABELS[1]: 1.0, NEUTRAL_LABEL: 0.5})
    rows = rows.sample(frac=1, random_state=seed, ignore_index=True)
    place = rows.groupby("source").cumcount()
    return rows.assign(place=place).sort_values("place", kind="stable", ignore_index=True)[:most]


def batches(lengths: np.ndarray[Any, Any], seed: int) -> Iterator[np.ndarray[Any, Any]]:
    """The rows of each batch of an epoch: at random, but of similar lengths, so that little is padding."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(lengths))
    whole: list[np.ndarray[Any, Any]] = []
    for start in range(0, len(shuffled), BATCH * BATCHES_SORTED):
        rows = shuffled[start : start + BATCH * BATCHES_SORTED]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        whole.extend(rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
    yield from (whole[index] for index in random.permutation(len(whole)))


class Run:
    """A model that is fine-tuned, with what a checkpoint needs."""

    def __init__(self, base: Path, out: Path, tokens: int) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        torch.manual_seed(0)
        self.out, self.tokens, self.step = out, tokens, 0
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
        encoded = self.tokenizer(list(texts), truncation=True, max_length=self.tokens + 1)["input_ids"]
        return [list(ids) for ids in encoded]

    def logits(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        padded = self.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt")
        logits: torch.Tensor = self.model(**padded).logits
        return logits.float()

    def learn(self, ids: Sequence[Sequence[int]], targets: torch.Tensor, weights: torch.Tensor, steps: int) -> float:
        """Take one step. Returns the loss."""
        warm = max(1, round(WARMUP * steps))
        rate = RATE * min((self.step + 1) / warm, (steps - self.step) / max(1, steps - warm))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(self.step)  # dropout, so that a resumed run has the same
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
        write_atomically(self.out / CHECKPOINT, lambda file: file.write(save(tensors)))

    def resume(self) -> None:
        """From the checkpoint in the folder, if there is one."""
        path = self.out / CHECKPOINT
        if not path.exists():
            return
        tensors = load_file(path)
        self.step = int(tensors["step"])
        with torch.no_grad():
            for name, weights in self.model.named_parameters():
                weights.copy_(tensors[f"weights.{name}"])
                keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"{key}.{name}" in tensors]
                self.optimizer.state[weights] = {key: tensors[f"{key}.{name}"].clone() for key in keys}
        say(f"{path}: resumed after step {self.step:,}")


def fine_tune(run: Run, rows: pd.DataFrame, epochs: int) -> None:
    """Train on the rows, with a checkpoint now and then."""
    ids = run.encode(rows["review"].tolist())
    fits = np.array([len(one) <= run.tokens for one in ids])
    ids = [one for one, kept in zip(ids, fits, strict=True) if kept]
    rows = rows[fits]
    lengths = np.array([len(one) for one in ids])
    targets = torch.tensor(rows["target"].to_numpy(), dtype=torch.float32)
    weights = torch.tensor(rows["weight"].to_numpy(), dtype=torch.float32)
    steps = epochs * math.ceil(len(ids) / BATCH)
    say(f"{len(ids):,} texts of {run.tokens} tokens at most, {np.mean(lengths):.1f} in the mean; {steps:,} steps")
    started = saved = time.perf_counter()
    first, losses = run.step, []
    run.model.train()
    order = (batch for epoch in range(epochs) for batch in batches(lengths, epoch))
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


def accuracies(run: Run, data: Path) -> dict[str, float]:
    """Balanced accuracy on each development file of short texts, in its own name."""
    found = {}
    for path in sorted((data / DEVELOPMENT).glob("*.csv")):
        if path.stem in ("imdb", "dev_book_reviews"):
            continue
        rows = pd.read_csv(path, keep_default_na=False)
        ids = run.encode(rows["review"].tolist())
        said = np.empty(len(ids), bool)
        sorted_rows = np.argsort([len(one) for one in ids], kind="stable")
        with torch.inference_mode():
            for start in range(0, len(ids), BATCH):
                batch = sorted_rows[start : start + BATCH]
                logits = run.logits([ids[row] for row in batch]).numpy()
                said[batch] = logits[:, 1] > logits[:, 0]
        positive = (rows["sentiment"] == LABELS[1]).to_numpy()
        found[path.stem] = float((said[positive].mean() + (~said[~positive]).mean()) / 2)
        say(f"{path.stem}: {found[path.stem]:.2%}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release.transformer_teacher", description=summary)
    parser.add_argument("--base", type=Path, required=True, metavar="FOLDER", help="an encoder of Hugging Face")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="made by bundled_data")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--most", type=int, default=60_000, metavar="ROWS", help="texts to learn from")
    parser.add_argument("--epochs", type=int, default=2, metavar="N")
    parser.add_argument("--tokens", type=int, default=128, metavar="N", help="of a text, at most")
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args(arguments)
    try:
        if not (parsed.base / "config.json").exists():
            raise UsageError(f"{parsed.base}: expected a folder with config.json, model.safetensors and a tokenizer")
        rows = short_texts(parsed.data, parsed.most, parsed.seed)
        parsed.out.mkdir(parents=True, exist_ok=True)
        run = Run(parsed.base, parsed.out, parsed.tokens)
        run.resume()
        fine_tune(run, rows, parsed.epochs)
        figures = accuracies(run, parsed.data)
        run.model.save_pretrained(parsed.out)
        run.tokenizer.save_pretrained(parsed.out)
        said = json.dumps({"rows": len(rows), "mean": float(np.mean(list(figures.values()))), **figures}, indent=2)
        (parsed.out / "development.json").write_text(said + "\n", "utf-8")
        (parsed.out / CHECKPOINT).unlink()
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

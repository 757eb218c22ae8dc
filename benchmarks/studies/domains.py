"""Evaluate a model on texts unlike its training data: other domains, other languages, almost empty texts.

    python -m benchmarks.studies.domains --model FOLDER [FILE.csv ...]

In: a model folder of two classes, and labelled texts (columns review and sentiment, with the model's labels). Out:
tables in Markdown: accuracy, balanced accuracy (the mean recall of both classes) and the calibration error of the
predicted label, by file, with the mean of the files, and by length of text; the model's confidence for made-up texts
without a right answer. A model that knows nothing about a text should report little more than 50 %.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment_fast.cli.messages import say
from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices, read_labelled
from sentiment_fast.errors import SentimentFastError, UsageError
from sentiment_fast.evaluation.metrics import evaluate_decision
from sentiment_fast.model.decision import Decision
from sentiment_fast.scoring.scorer import Scorer, load

RANDOM_TEXTS = 200
LENGTHS = (8, 15, 30, 100, 250)  # the most words of a text, for each group except the last
_LETTERS = list("abcdefghijklmnopqrstuvwxyz")

# Praise and blame alternate: a model that reads none of a language gives both the same probability.
LANGUAGES = {
    "German": (
        "Ein wunderbarer Film, spannend von der ersten bis zur letzten Minute.",
        "Ein furchtbarer Film, langweilig von der ersten bis zur letzten Minute.",
        "Die Schauspieler sind großartig und die Geschichte berührt.",
        "Die Schauspieler sind schlecht und die Geschichte ist dumm.",
    ),
    "French": (
        "Un film magnifique, je l'ai adoré du début à la fin.",
        "Un film affreux, je me suis ennuyé du début à la fin.",
        "Les acteurs sont excellents et l'histoire est touchante.",
        "Les acteurs sont mauvais et l'histoire est stupide.",
    ),
    "Spanish": (
        "Una película maravillosa, me encantó de principio a fin.",
        "Una película horrible, me aburrí de principio a fin.",
        "Los actores son excelentes y la historia conmueve.",
        "Los actores son pésimos y la historia es absurda.",
    ),
    "Russian": (
        "Прекрасный фильм, я смотрел его с удовольствием до конца.",
        "Ужасный фильм, я скучал с начала и до конца.",
        "Актёры играют замечательно, и история трогает.",
        "Актёры играют плохо, и история глупая.",
    ),
    "Greek": (
        "Υπέροχη ταινία, μου άρεσε από την αρχή ως το τέλος.",
        "Απαίσια ταινία, βαρέθηκα από την αρχή ως το τέλος.",
    ),
    "Arabic": ("فيلم رائع، استمتعت به من البداية إلى النهاية.", "فيلم سيئ، شعرت بالملل من البداية إلى النهاية."),
    "Hindi": ("बहुत अच्छी फ़िल्म, मुझे शुरू से अंत तक मज़ा आया।", "बहुत बुरी फ़िल्म, मैं शुरू से अंत तक ऊब गया।"),
    "Chinese": ("非常精彩的电影,我从头到尾都很喜欢。", "非常糟糕的电影,我从头到尾都很无聊。"),
    "Japanese": (
        "素晴らしい映画でした。最初から最後まで楽しめました。",
        "ひどい映画でした。最初から最後まで退屈でした。",
    ),
    "Korean": ("정말 훌륭한 영화, 처음부터 끝까지 즐거웠다.", "정말 끔찍한 영화, 처음부터 끝까지 지루했다."),
}
SHORT = {
    "no text": ("", " ", "\n"),
    "only punctuation": ("...", "?!", ":-) :-(", "👍 👎"),
    "a high rating": ("10/10", "9/10", "8 out of 10"),
    "a low rating": ("1/10", "2/10", "3 out of 10"),
    "a word that says nothing": ("the", "film", "it", "today", "Peter"),
    "a word of praise": ("good", "great", "excellent", "wonderful"),
    "a word of blame": ("bad", "awful", "boring", "terrible"),
}


def made_up_texts(words: Sequence[str]) -> dict[str, list[str]]:
    """The texts that have no right answer, by what they are. words: those that the model knows."""
    draw = np.random.default_rng(0)

    def of_letters(count: int) -> str:
        return " ".join("".join(draw.choice(_LETTERS, size)) for size in draw.integers(2, 11, count).tolist())

    texts = {name: list(some) for name, some in (SHORT | LANGUAGES).items()}
    texts |= {
        f"{count} words of random letters": [of_letters(count) for _ in range(RANDOM_TEXTS)] for count in (5, 100)
    }
    known = np.asarray(words, dtype=object)
    for count in (5, 100):
        texts[f"{count} known words at random"] = [" ".join(draw.choice(known, count)) for _ in range(RANDOM_TEXTS)]
    return texts


class FileFigures(NamedTuple):
    """balanced: mean recall of both classes. error: of the predicted label's probability, in 15 bins."""

    n: int
    words: float
    accuracy: float
    balanced: float
    log_loss: float
    error: float
    confidence: float

    def cells(self) -> list[str]:
        """For a table."""
        return [
            f"{self.n:,.0f}",
            f"{self.words:,.0f}",
            f"{self.accuracy:.1%}",
            f"{self.balanced:.1%}",
            f"{self.log_loss:.3f}",
            f"{self.error:.3f}",
            f"{self.confidence:.3f}",
        ]


class Answers(NamedTuple):
    """A model's answers to n texts. probabilities: (n, 2). targets: (n,) class indices. words: (n,) of each text."""

    probabilities: npt.NDArray[np.float32]
    targets: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]

    def figures(self, decision: Decision) -> FileFigures:
        """The figures of these answers; recall is averaged over the classes that have texts."""
        metrics = evaluate_decision(self.probabilities, self.targets, decision)
        recalls = [one.recall for one in metrics.per_class if one.support]
        return FileFigures(
            len(self.targets),
            float(np.median(self.words)),
            metrics.accuracy,
            float(np.mean(recalls)),
            metrics.log_loss,
            metrics.calibration_error,
            float(self.probabilities.max(axis=1).mean()),
        )

    def where(self, chosen: npt.NDArray[np.bool_]) -> Answers:
        """The answers to the texts for which `chosen`, (n,), is true."""
        return Answers(self.probabilities[chosen], self.targets[chosen], self.words[chosen])


def answers_of(scorer: Scorer, data: LabelledTexts) -> Answers:
    """A model's answers to the texts of a file."""
    words = np.array([len(text.split()) for text in data.texts.to_pylist()])
    return Answers(scorer.predict_proba(data.texts), class_indices(data, scorer.classes), words)


def by_length(answered: Sequence[Answers]) -> dict[str, Answers]:
    """The answers to texts of each range of lengths, by its name; ranges without texts are left out."""
    joined = Answers(
        np.concatenate([one.probabilities for one in answered]),
        np.concatenate([one.targets for one in answered]),
        np.concatenate([one.words for one in answered]),
    )
    lowest, groups = 0, {}
    for most in (*LENGTHS, None):
        name = f"{lowest} words and more" if most is None else f"{lowest} to {most} words"
        chosen = (joined.words >= lowest) & (joined.words <= (most or np.inf))
        if chosen.any():
            groups[name] = joined.where(chosen)
        lowest = (most or 0) + 1
    return groups


def made_up_row(scorer: Scorer, texts: list[str]) -> list[str]:
    """n, median of known words, mean P(positive), mean and highest confidence."""
    probabilities = scorer.predict_proba(texts)  # (n, 2)
    confidence = probabilities.max(axis=1)
    return [
        f"{len(texts):,}",
        f"{np.median(scorer.encode(texts).lengths):,.0f}",
        f"{probabilities[:, scorer.decision.positive].mean():.3f}",
        f"{confidence.mean():.3f}",
        f"{confidence.max():.3f}",
    ]


def tables(scorer: Scorer, files: Sequence[Path]) -> list[str]:
    """The lines of all tables; without files, only of the last. Raises UsageError for more than two classes."""
    if len(scorer.classes) != 2:
        raise UsageError(
            f"Expected a model of two classes, got {len(scorer.classes)}: give one that knows praise and blame"
        )
    positive = scorer.positive
    lines = []
    if files:
        header = ["file", "n", "median words", "accuracy", "balanced", "log loss", "calibration error", "confidence"]
        answered = {path.stem: answers_of(scorer, read_labelled(path)) for path in files}
        found = {name: one.figures(scorer.decision) for name, one in answered.items()}
        found["mean"] = FileFigures(*np.mean(list(found.values()), axis=0))
        lines += [*_table(header, {name: figures.cells() for name, figures in found.items()}), ""]
        of_lengths = {name: one.figures(scorer.decision) for name, one in by_length(list(answered.values())).items()}
        header[0] = "all files"
        lines += [*_table(header, {name: figures.cells() for name, figures in of_lengths.items()}), ""]
    words = scorer.model().vocabulary.words
    header = ["texts", "n", "median ids", f"mean P({positive})", "mean confidence", "highest confidence"]
    return lines + _table(header, {name: made_up_row(scorer, texts) for name, texts in made_up_texts(words).items()})


def _table(header: list[str], rows: dict[str, list[str]]) -> list[str]:
    cells = [header, [":--", *["--:"] * (len(header) - 1)], *([name, *row] for name, row in rows.items())]
    return [f"| {' | '.join(row)} |" for row in cells]


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.domains", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="labelled texts of a domain")
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER")
    parsed = parser.parse_args(arguments)
    try:
        print(*tables(load(parsed.model), parsed.files), sep="\n")
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The bundled model and its figures -> its card, README.md.

In: the model and its figures. Out: Markdown. Making the model is left to bundled_model.py.
"""

from __future__ import annotations

import platform
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import sentiment_fast
from sentiment_fast.evaluation.metrics import Metrics
from sentiment_fast.model.model import Model

_PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "pyarrow")


@dataclass(frozen=True)
class Rounding:
    """What float16 changed: `labels` of `texts` labels, and probabilities by `largest` at most."""

    texts: int
    labels: int
    largest: float
    mean: float

    def as_text(self) -> str:
        return (
            f"float16 changes {self.labels:,} of {self.texts:,} labels, and probabilities by {self.mean:.1e} in the "
            f"mean, {self.largest:.1e} at most"
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Facts:
    """The figures of the card. size: bytes of the model's files. training, unlabelled: numbers of texts. figures: on
    the held-out part. empty, unknown: P(positive) of a text without words, and of one with only unknown words. domains:
    lines of tables.
    """

    model: Model
    size: int
    training: int
    unlabelled: int
    figures: Metrics
    rounding: Rounding
    empty: float
    unknown: float
    commands: Sequence[str]
    commit: str
    domains: Sequence[str]


def versions() -> dict[str, str]:
    """Of Python, this package and those that a model's weights depend on."""
    return {
        "Python": platform.python_version(),
        "sentiment_fast": sentiment_fast.__version__,
        **{name: version(name) for name in _PACKAGES},
    }


def card(facts: Facts) -> str:
    """The model card (Mitchell et al. 2019), as Markdown."""
    figures, model = facts.figures, facts.model
    commands = "\n".join(facts.commands)
    used = ", ".join(f"{name} {found}" for name, found in versions().items())
    unlabelled = f" and {facts.unlabelled:,} without labels" if facts.unlabelled else ""
    start = (
        "Made by `python -m benchmarks.release.bundled_model`, which runs these commands, "
        f"at commit {facts.commit}, with {used}:"
    )
    learned = f"It learned from {facts.training:,} labelled reviews{unlabelled}; {figures.n:,} more were held out."
    return f"""# The bundled model: is a film review negative or positive?

`sf.load()` and the commands of sentiment_fast use it by default. It returns the probabilities of `negative` and
`positive` for a text. Its files take {facts.size / 1e6:.1f} MB; the network's weights are float16, the linear
model's int8.

{_filled(_architecture(model))}

## Data

The Large Movie Review Dataset: English reviews of films by users of IMDb, those of 4 stars or fewer labelled negative,
those of 7 or more positive, none in between. This package does not contain the reviews.
{learned} The dataset's authors ask to be cited:

> Andrew L. Maas, Raymond E. Daly, Peter T. Pham, Dan Huang, Andrew Y. Ng, and Christopher Potts. 2011. Learning Word
> Vectors for Sentiment Analysis. In Proceedings of the 49th Annual Meeting of the Association for Computational
> Linguistics: Human Language Technologies, pages 142–150.

## How it was made

{_filled(start)}

```
{commands}
```

The first model learned from the labels, the second from the labels and the first one's probabilities, the last, `fast`,
likewise from the second; of it, the network's weights were then rounded to float16.

## Figures

| held-back reviews | accuracy | log loss | calibration error of P(positive), 15 bins |
|---|---|---|---|
| {figures.n:,} | {figures.accuracy:.2%} | {figures.log_loss:.4f} | {_error(figures):.4f} |

In float32. The held-back reviews {_chosen(model)}calibrated the probabilities, so these figures flatter the model
a little; `metrics.json` has more of them. On these reviews,
{facts.rounding.as_text()}.

## Other texts

{_domains(facts.domains)}

## Limits

- It learned from English reviews of films, mostly of several sentences and all with a clear opinion. It is
  wrong more often on other kinds of texts and on very short ones, and its probabilities, calibrated on such reviews,
  are overconfident there. There is no "neutral".
- It knows only English: in other languages it recognizes names and loanwords at most, and its answer means nothing.
  Only the probability can indicate that, and it need not be near one half.
- An empty text gets P(positive) = {facts.empty:.2f}, one of ten words that it does not know {facts.unknown:.2f}.
- The network reads the first {model.config.max_length} words of a text, the linear model all.
- It classifies texts, not people: do not use it for decisions about people.

## Licence

The weights and the vocabulary are under this package's MIT licence. They were learned from texts of IMDb's users, which
the dataset's authors collected and published for research; the vocabulary contains only single words of them.
"""


def _architecture(model: Model) -> str:
    network, wide = model.config, model.wide
    direction = "two directions" if network.bidirectional else "one direction"
    added = ""
    if wide is not None:
        longest = wide.config.ngrams
        what = "single words" if longest == 1 else f"runs of up to {longest} words"
        added = f"; a linear model of hashed {what} is added to its logit"
    if model.cascade is not None:
        added += f". Texts of which the linear model is {model.cascade:.0%} sure skip the network"
    layers = "one layer" if network.layers == 1 else f"{network.layers} layers"
    return (
        f"A recurrent network ({network.cell.upper()}, {layers}, {direction}, {network.hidden_size} units) reads the "
        f"words, of which {len(model.vocabulary):,} are known{added}."
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _chosen(model: Model) -> str:
    return "" if model.settings.get("training", {}).get("keep") == "last" else "chose the epoch and "


def _error(figures: Metrics) -> float:
    assert figures.positive_calibration_error is not None  # there are two classes
    return figures.positive_calibration_error


def _domains(lines: Sequence[str]) -> str:
    return (
        "Made by `python -m benchmarks.studies.domains`. `benchmarks/results/accuracy.md` lists the labelled texts.\n"
        "Those without a right answer were made up.\n\n" + "\n".join(lines)
    )

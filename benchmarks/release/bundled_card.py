"""The bundled model and its figures -> its card, README.md.

In: the model and its figures. Out: Markdown. Making the model is left to bundled_model.py.
"""

from __future__ import annotations

import platform
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import sentiment_fast
from sentiment_fast.evaluation.metrics import Metrics
from sentiment_fast.model.model import Model

_PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "pyarrow")

_STEPS = (
    "The first model was trained on the labels, `fast` on the labels and, for all texts, on its teachers' "
    "probabilities. `alike` is `fast` with one word vector for all names of people and places, and one for each group"
    " of words such as he and she (benchmarks/release/alike_words.py). Then only its network was trained further, "
    "with four seeds, also on sentences made of frames and words, of which there are more than any data set has about"
    " negation, contrast, names and facts, and on sentences of people as questions. The mean of the weights of "
    '`alike` and these four (Wortsman et al. 2022, "Model soups"), again with one vector for each group, was then '
    "rounded to float16."
)


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
    """The figures of the card.

    size: bytes of the model's files. weights: by the name of each file, what its texts' losses are multiplied by.
    training, unlabelled: numbers of texts. figures: on the held-out part. empty, unknown: P(positive) of a text without
    words, and of one with only unknown words. teachers: what each further teacher is, by name. made_in_calibration: how
    often each made sentence counted. domains, behaviour: lines of tables.
    """

    model: Model
    size: int
    weights: Mapping[str, float]
    training: int
    unlabelled: int
    figures: Metrics
    rounding: Rounding
    empty: float
    unknown: float
    commands: Sequence[str]
    teachers: Mapping[str, str]
    commit: str
    made_in_calibration: float
    domains: Sequence[str]
    behaviour: Sequence[str]
    sources: Sequence[dict[str, Any]]


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
    behaviour = "\n".join(facts.behaviour)
    used = ", ".join(f"{name} {found}" for name, found in versions().items())
    start = (
        "Made by `python -m benchmarks.release.bundled_model`, which runs these commands, "
        f"at commit {facts.commit}, with {used}:"
    )
    learned = (
        f"It was trained on {facts.training:,} labelled texts and {facts.unlabelled:,} without labels; {figures.n:,} "
        f"labelled ones more were held out to calibrate it, where made sentences counted {facts.made_in_calibration:g} "
        "times, and the texts of the column `development` to evaluate it. The "
        f"texts are not part of this package. In training, {_weights(facts.weights)}. Texts that people called neutral "
        "are learned as a probability of one half. After the calibration, the logits of long texts are made up to 15 % "
        "smaller: held-out reviews are of films and things that are in training too, which makes it too sure of others."
    )
    return f"""# The bundled model: is an English text negative or positive?

`sf.load()` and the commands of sentiment_fast use it if no model is named. It gives a text the probabilities of
`negative` and `positive`. Its files take {facts.size / 1e6:.1f} MB; the network's weights are float16, the linear
model's int8.

{_filled(_architecture(model))}

## Data

{_filled(learned)}

{_sources(facts.sources)}

Where the licence is marked "(repository)", it is that of the repository that redistributes the texts, not confirmed by
their authors. The authors of the Large Movie Review Dataset, film reviews by users of IMDb, ask to be cited:

> Andrew L. Maas, Raymond E. Daly, Peter T. Pham, Dan Huang, Andrew Y. Ng, and Christopher Potts. 2011. Learning Word
> Vectors for Sentiment Analysis. In Proceedings of the 49th Annual Meeting of the Association for Computational
> Linguistics: Human Language Technologies, pages 142–150.

## How it was made

{_filled(start)}

{_block(facts.commands)}

{_filled(_STEPS)}
{_teachers(facts.teachers)}
## Figures

| held-out texts of all sources | accuracy | log loss | calibration error of P(positive), 15 bins |
|---|---|---|---|
| {figures.n:,} | {figures.accuracy:.2%} | {figures.log_loss:.4f} | {_error(figures):.4f} |

In float32. The held-out texts {_chosen(model)}calibrated the probabilities, so these figures are
slightly optimistic; `metrics.json` has more of them. On these texts,
{facts.rounding.as_text()}.

## By kind of text

{_domains(facts.domains)}

## Minimal pairs

Short texts that differ in one thing, such as a "not", an emoji, a name or a typo. By
`python -m benchmarks.studies.behaviour`, whose `--failing` prints the cases that fail.

{behaviour}

## Limits

- Tweets, forum posts and conversations are harder than reviews, and single sentences of film critics the hardest, as
  the tables show. In short texts it sometimes misses what "hardly", a comparison or the like does to the rest.
- There is no class "neutral"; see `--neutral`.
- It knows only English: in another language it recognises names and loanwords at most, and its answer is meaningless.
  Only the probability may warn of that, and it is not always near one half.
- An empty text gets P(positive) = {facts.empty:.2f}, a text of ten unknown words {facts.unknown:.2f}.
- The network reads {_read(model)}, the linear model all.
- It classifies texts, not people: do not use it to make decisions about people. Another name, origin or faith may
  change the probability of a short text (`names` and `identities` above), since n-grams know them.

## Licence

The weights and the vocabulary are under this package's MIT licence. They were learned from the texts named above; the
vocabulary contains only single words of these.
"""


def _architecture(model: Model) -> str:
    network, ngrams = model.config, model.wide
    direction = "two directions" if network.bidirectional else "one direction"
    linear = ""
    if ngrams is not None:
        longest = ngrams.config.ngrams
        what = "single words" if longest == 1 else f"n-grams of up to {longest} words"
        linear = f"; the logit of a linear model of hashed {what} is added to its own"
    if model.cascade is not None:
        long = f" of {model.cascade_from} words or more" if model.cascade_from else ""
        linear += (
            f". The network does not run on texts{long} about which that linear model is at least {model.cascade:.0%} "
            "confident"
        )
    layers = "one layer" if network.layers == 1 else f"{network.layers} layers"
    return (
        f"A recurrent network ({network.cell.upper()}, {layers}, {direction}, {network.hidden_size} units) reads the "
        f"text, with a vocabulary of {len(model.vocabulary):,} words{linear}."
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _chosen(model: Model) -> str:
    return "" if model.settings.get("training", {}).get("keep") == "last" else "chose the epoch and "


def _error(figures: Metrics) -> float:
    assert figures.positive_calibration_error is not None  # there are two classes
    return figures.positive_calibration_error


def _sources(sources: Sequence[dict[str, Any]]) -> str:
    rows = [
        "| source | texts | licence | labelled | neutral | unlabelled | development |",
        f"|:--|:--|:--{4 * '|--:'}|",
    ]
    for one in sources:
        cells = [one["name"], one["what"], one["licence"]]
        numbers = (one["training"] + one["held_back"], one["neutral"], one["unlabelled"], one["development"])
        rows.append(f"| {' | '.join([*cells, *(f'{number:,}' for number in numbers)])} |")
    return "\n".join(rows)


def _weights(weights: Mapping[str, float]) -> str:
    named = ", ".join(f"{name} {weight:g}" for name, weight in weights.items())
    return f"the losses of each file's texts are multiplied by a weight: {named}"


def _read(model: Model) -> str:
    most = model.config.max_length
    last = min(model.config.tail_length, most // 2)
    if not last:
        return f"the first {most} words of a text"
    return f"the first {most - last} and the last {last} words of a text"


def _block(commands: Sequence[str]) -> str:
    return "```\n" + "\n".join(commands) + "\n```"


def _teachers(teachers: Mapping[str, str]) -> str:
    if not teachers:
        return ""
    told = ". ".join(f"`{name}`: {what}" for name, what in teachers.items())
    return f"\n{_filled(f'Further teachers, each for the text lengths given in the command: {told}.')}\n"


def _domains(lines: Sequence[str]) -> str:
    return (
        "By `python -m benchmarks.studies.domains`, on texts that this model was neither trained nor calibrated on.\n"
        "Those without a label were made up.\n\n" + "\n".join(lines)
    )

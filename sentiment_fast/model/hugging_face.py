"""Folders of Hugging Face's models (extra: transformers), read with suspicion.

In: a folder with config.json, safetensors weights and a tokenizer. Out: a network and its tokenizer, or one line on
what is wrong. Nothing in a folder is executed: no pickles, no code of its own; nothing is downloaded. What `finetune`
adds to such a folder is left to transformer_folder.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch

from sentiment_fast.errors import MissingPackageError, ModelFolderError, UsageError, listed, quoted
from sentiment_fast.extras import needs
from sentiment_fast.model.serialization import CONFIG, MOST_CONFIG_BYTES, is_hugging_face
from sentiment_fast.model.tensor_files import TensorFile
from sentiment_fast.model.transformer import Transformer
from sentiment_fast.runs.regular_files import open_regular, read_regular

Found = TypeVar("Found")
_KINDS = {"F64", "F32", "F16", "BF16", "I64", "BOOL"}  # the last two: of positions and masks
_OTHER_WEIGHTS = {".bin", ".h5", ".msgpack", ".ot", ".onnx", ".pt"}  # which are not read
_MOST_BYTES = 1 << 30  # of a tokenizer's or settings file
MOST_TOKENS = 1 << 20  # of a text
_LONGEST = 512  # tokens of a text, if a model does not state how many it reads, or is not fine-tuned here
_OF_MODEL = {".json", ".safetensors", ".txt", ".model"}
_MADE_UP = ("pooler",)  # parts of an encoder that only its own training task lacks, and that may start at random


def check_base(folder: Path) -> None:
    """Raises ModelFolderError for what is not a folder of Hugging Face's, and UsageError without transformers."""
    if not folder.is_dir():
        raise ModelFolderError(
            f"{folder}: expected the folder of a Hugging Face model on this machine, got none: nothing is downloaded"
        )
    if not is_hugging_face(folder):
        raise ModelFolderError(
            f"{folder}: expected the folder of a Hugging Face model, got no {CONFIG} with its architecture; a model of "
            "sentiment_fast's own is fine-tuned by `train` with `init`"
        )
    _check_library(folder)


def read_base(folder: Path, classes: Sequence[Any], seed: int) -> tuple[Transformer, Any, int]:
    """A pretrained model with an output for each class, its tokenizer, and how many tokens of a text it reads.

    The layers after the encoder start at random, by the seed, unless the folder has those of a classifier of the same
    classes. Raises ModelFolderError for a folder without such a model, UsageError without transformers.
    """

    def read() -> tuple[Transformer, Any, int]:
        names = [str(label) for label in classes]
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            model, tokenizer, loading = load_folder_of(folder, names)
            inner = f"{model.base_model_prefix}."
            lacking = [*loading["missing_keys"], *(name for name, *_ in loading["mismatched_keys"])]
            unexpected = [
                name for name in lacking if name.startswith(inner) and not any(part in name for part in _MADE_UP)
            ]
            if unexpected:
                raise ModelFolderError(
                    f"{folder}: lacks the weights {listed(sorted(unexpected))}: they are not those of the "
                    f"{model.config.model_type} model that {CONFIG} describes"
                )
            if not lacking and _names_in(folder) != [name.casefold() for name in names]:
                _start_head_over(model, inner)
        network = network_of(folder, model, tokenizer)
        network.freeze_unused()
        return network, tokenizer, longest_of(model, tokenizer, MOST_TOKENS)

    return explained(folder, "a model with safetensors weights that can be a sequence classifier", read)


def digest_of_folder(folder: Path) -> str:
    """SHA-256 of the files that a model consists of. Raises OSError for a folder that cannot be read."""
    digest = hashlib.sha256()
    add_files(digest, folder)
    return digest.hexdigest()


def add_files(digest: Any, folder: Path) -> None:
    """Update a digest with the names and contents of the files that a model consists of; errors as above."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _OF_MODEL:
            with path.open("rb") as file:
                digest.update(path.name.encode("utf-8", "surrogateescape"))
                digest.update(hashlib.file_digest(file, "sha256").digest())


def load_folder_of(folder: Path, names: Sequence[str] | None = None) -> tuple[Any, Any, Mapping[str, Any]]:
    """The model, float32, its tokenizer, and what transformers reports about its weights.

    names: those of the outputs that it is to have; None for its own.
    """
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    _check_files(folder)
    of_its_own = _asks_for_code(folder)
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        if of_its_own:
            raise ModelFolderError(
                f"{folder}: asks to run {of_its_own}, code of its own: expected a model whose code is part of "
                "transformers"
            ) from error
        raise
    if getattr(config, "quantization_config", None) is not None:
        raise ValueError(f"its {CONFIG} asks for quantised weights: expected float ones")
    if not _has_classifier(config):
        raise ModelFolderError(
            f"{folder}: is a {quoted(config.model_type)} model, for which transformers has no sequence classifier"
        )
    if names is not None:
        labels = dict(enumerate(names))
        config.num_labels, config.id2label = len(names), labels
        config.label2id = {name: index for index, name in labels.items()}
        config.problem_type = None
    if hasattr(config, "use_cache"):
        config.use_cache = False  # which only generating text needs
    model, loading = AutoModelForSequenceClassification.from_pretrained(
        folder,
        config=config,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        output_loading_info=True,
        ignore_mismatched_sizes=names is not None,
    )
    return model.float(), tokenizer, loading


def _has_classifier(config: Any) -> bool:
    from transformers import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING

    return type(config) in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING


def _asks_for_code(folder: Path) -> str | None:
    """What of its own code a folder names, if any."""
    for name in (CONFIG, "tokenizer_config.json"):
        try:
            asked = json.loads(read_regular(folder / name, MOST_CONFIG_BYTES)).get("auto_map")
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        if asked:
            return quoted(next(iter(asked.values())) if isinstance(asked, dict) else asked)
    return None


def _names_in(folder: Path) -> list[str]:
    """The names of the outputs that a folder's config has, whatever their case."""
    stored = json.loads(read_regular(folder / CONFIG, MOST_CONFIG_BYTES)).get("id2label")
    return [str(name).casefold() for name in stored.values()] if isinstance(stored, dict) else []


def _start_head_over(model: Any, inner: str) -> None:
    """Replace the layers after the encoder by random ones."""
    fresh = type(model)(model.config).state_dict()
    model.load_state_dict({name: one for name, one in fresh.items() if not name.startswith(inner)}, strict=False)


def network_of(folder: Path, model: Any, tokenizer: Any) -> Transformer:
    """The network of a model that was read, checked. A model that has no pad of its own is padded with its last token.

    GPT-like models read the last token that is not a pad, so that config and tokenizer must agree on it.
    """
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    if tokenizer.pad_token_id is None:
        raise ModelFolderError(f"{folder}: expected a tokenizer with a token to pad with, or for the end of a text")
    tokenizer.padding_side = "right"
    model.config.pad_token_id = tokenizer.pad_token_id
    _check_parts(folder, model, tokenizer)
    return Transformer(model, tokenizer.pad_token_id)


def longest_of(model: Any, tokenizer: Any, most: int = _LONGEST) -> int:
    """How many tokens of a text a model reads, but not more than `most`."""
    reads = getattr(model.config, "max_position_embeddings", _LONGEST)
    for name, part in model.named_modules():
        if name.endswith("position_embeddings") and getattr(part, "padding_idx", None) is not None:
            # RoBERTa counts positions from after its pad.
            reads = min(reads, part.num_embeddings - part.padding_idx - 1)
    return int(min(tokenizer.model_max_length, reads, most))


def explained(folder: Path, what: str, read: Callable[[], Found]) -> Found:
    """What `read` returns; whatever it raises is one line.

    Raises MissingPackageError without transformers, or another package that it needs for this model.
    """
    _check_library(folder)
    try:
        with quiet_transformers():
            return read()
    except (UsageError, ModelFolderError):
        raise
    except ImportError as error:
        reason = " ".join(str(error).split())
        raise MissingPackageError(
            f"{folder}: reading it as {what} needs a package that is missing or broken ({quoted(reason, 400)[1:-1]}): "
            "install the one that is named there with pip"
        ) from error
    except Exception as error:  # whatever this library raises for files that are not what it expects
        reason = " ".join(str(error).split())
        raise ModelFolderError(f"{folder}: cannot be read as {what}: {quoted(reason, 200)}") from error


def _check_library(folder: Path) -> None:
    with needs("transformers", f"{folder}, a Hugging Face model,"):
        import transformers  # noqa: F401


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Within it, transformers prints no reports and no progress bars: what is wrong becomes one error."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _check_files(folder: Path) -> None:
    """Raises OSError or ValueError if a file is no regular one, is cut short, or holds quantised weights."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            continue
        if path.suffix != ".safetensors":
            open_regular(path, None if path.suffix in _OTHER_WEIGHTS else _MOST_BYTES).close()
            continue
        with open_regular(path) as file:
            kinds = {what.partition(" ")[0] for what in TensorFile.of(file, most=1 << 40).tensors.values()}
        if quantised := kinds - _KINDS:
            raise ValueError(f"{path.name} has weights of type {listed(sorted(quantised))}: expected float ones")


def _check_parts(folder: Path, model: Any, tokenizer: Any) -> None:
    """Raises ModelFolderError for a tokenizer that is missing or another model's, and for numbers that are not finite.

    transformers would fill what is missing with random numbers.
    """
    files: Collection[str] = sorted(set(getattr(tokenizer, "vocab_files_names", {}).values()))
    if files and not any((folder / name).exists() for name in files):
        raise ModelFolderError(f"{folder}: lacks its tokenizer: expected {' or '.join(files)}")
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise ModelFolderError(
            f"{folder}: expected the tokenizer of its model, of up to {rows:,} tokens, got one of {len(tokenizer):,}"
        )
    for name, weights in model.named_parameters():
        if not torch.isfinite(weights).all():
            raise ModelFolderError(f"{folder}: expected finite numbers in {name}, got others")

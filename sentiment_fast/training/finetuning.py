"""`sf.finetune`: everything that the command `finetune` does, as one function.

In: a folder of a pretrained Hugging Face model, labelled texts and options. Out: a run folder with that model as a
classifier: trained, calibrated, evaluated and described. The loop, checkpoints and reports are those of `sf.train`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from sentiment_fast.data.overview import TRAINING
from sentiment_fast.errors import StoppedError, UsageError
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.hugging_face import check_base, digest_of_folder, read_base
from sentiment_fast.model.transformer import Transformer, transformer_logits
from sentiment_fast.model.transformer_folder import save_classifier
from sentiment_fast.model.transformer_model import TransformerModel
from sentiment_fast.report.run_folder import append_history, write_overview
from sentiment_fast.report.tensorboard_log import event_log
from sentiment_fast.runs.folder import check_folder, dated_folder
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.calibrate import calibrate_logits
from sentiment_fast.training.checkpoints import CHECKPOINT, Checkpoints
from sentiment_fast.training.encode_tokens import ReadsTokens, encode_tokens_of
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.finish import finish_model, remove_temporary_files, writing
from sentiment_fast.training.loop import Progress
from sentiment_fast.training.loop import train as train_network
from sentiment_fast.training.prepare import VALIDATION, TrainingData, open_labelled, training_data
from sentiment_fast.training.result import FinetuningResult, finished_figures
from sentiment_fast.training.resume import (
    EARLY_FILES,
    begun_or_resumed,
    is_finished,
    open_record,
    resumed_precision,
    run_fingerprint,
)
from sentiment_fast.training.run_config import RUN_CONFIG, save_option_file, with_option_file
from sentiment_fast.training.session import MAKE_ROOM, Say, connected_processes, say_nothing
from sentiment_fast.training.state import Epoch


def finetune(
    base: str | Path | None = None,
    data: Any = None,
    *,
    say: Say = say_nothing,
    progress: Progress = list,
    stop: StopRequest | None = None,
    **options: Any,
) -> FinetuningResult:
    """Fine-tune a pretrained transformer as a classifier (extra: transformers): what the command `finetune` does.

    base: the folder of a Hugging Face model: an encoder such as BERT or MiniLM, a decoder for which transformers has a
    sequence classifier, such as GPT-2 or Llama, or a classifier; with safetensors weights and its tokenizer. It is
    trained in float32, whatever its weights are stored as. Nothing is downloaded, and no code of its folder is run.
    data, say, progress, stop: as for `sf.train`.

    Options, each by keyword:

    - out (path, default runs/<date-time>): the folder of the run and the model, empty or not there yet
    - config (path, None): the run.toml of another run, whose options apply unless others are given
    - epochs (int, 3): as often as each text is seen, at most. patience (int, 1): stop after this many epochs without a
      lower validation loss; 0 for never. The weights of the epoch with the lowest are kept
    - learning_rate (float, 1e-4): after warm-up, from which it falls linearly to 0. 1e-4 suits small models such as
      MiniLM (22 million parameters); take 2e-5 to 5e-5 from 100 million on, 1e-5 from 300 million on
    - batch_size (int, 32), accumulate (int, 1): each step learns from batch_size * accumulate texts, and computes
      batch_size of them at a time: accumulate saves memory
    - max_tokens (int, 128): tokens that are read of a text; the rest is cut off
    - warmup (float, 0.06): share of the steps. weight_decay (float, 0.01): of matrices. clip_norm (float, 1.0)
    - seed (int, 0): of the new output layer, the split, the batches and dropout
    - validation (share or path, 0.1), test (path, None), text_column, label_column, domain_column, sample_weight,
      label_map, normalise_labels, neutral_label, skip_bad_rows, skip_unlabelled, positive, class_weight, ordinal,
      neutral; input_format, encoding, sheet, delimiter, header, skip_lines, comment, quoting, escape, na_values: as for
      `sf.train`
    - device, precision, amp, threads, deterministic, resume, checkpoint_minutes, tensorboard: as for `sf.train`. On a
      CPU, the same seed gives the same weights, and so does a run that was killed and resumed

    Returns a `FinetuningResult`. `sf.train(teacher=folder)` learns from the model. Raises TypeError for an unknown
    option, UsageError for one that makes no sense and without transformers, DataError for data that cannot be used,
    ModelFolderError for a base that cannot be read, and StoppedError, a KeyboardInterrupt, when it was stopped.
    """
    # Long: its docstring lists all options.
    given = {name: one for name, one in {"base": base, "data": data}.items() if one is not None} | options
    given = with_option_file(FinetuningOptions, "finetune", given)
    chosen, recorded = begun_or_resumed(FinetuningOptions, "finetune", given)
    if chosen.resume and chosen.out is not None and is_finished(chosen.out):
        remove_temporary_files(chosen.out)
        say(f"{chosen.out}: this run is finished, there is nothing to resume")
        return FinetuningResult(chosen.out, *finished_figures(chosen.out), chosen, was_finished=True)
    if chosen.base is None:
        raise UsageError("`base`: expected the folder of the model to fine-tune, got none")
    check_base(Path(chosen.base))
    with connected_processes(chosen, recorded) as processes, ExitStack() as kept:
        if processes.size > 1:
            raise UsageError(f"Expected one process to fine-tune in, got {processes.size}")
        checkpointed = recorded is not None and recorded.has_checkpoint
        if chosen.resume and not checkpointed:
            say(f"{chosen.out}: no checkpoint there, so this run starts {'a new one' if recorded is None else 'over'}")
        folder = chosen.out or dated_folder()
        if recorded is None:
            check_folder(folder, "run", EARLY_FILES)
        share = chosen.training_config().validation_share
        chosen = replace(chosen, validation=chosen.validation or str(share), threads=torch.get_num_threads())
        precision = resumed_precision(chosen.precision_name(), recorded, processes.device)
        kept.enter_context(open_record(folder, chosen, chosen, precision, processes, recorded, "finetune"))
        stop = stop or StopRequest()
        return _Run(chosen, folder, processes, precision, say, progress, stop, checkpointed).train()


@dataclass(frozen=True)
class _Run:
    """One fine-tuning, ready to read its data. resumed: whether from a checkpoint."""

    options: FinetuningOptions
    folder: Path
    processes: TrainingProcesses
    precision: Precision
    say: Say
    progress: Progress
    stop: StopRequest
    resumed: bool

    def train(self) -> FinetuningResult:
        options, base = self.options, Path(str(self.options.base))
        try:
            parts, classes = open_labelled(options, options.training_config(), self.say)
            network, tokenizer, most = read_base(base, classes, options.seed)
            if options.max_tokens > most:
                raise UsageError(f"`max_tokens={options.max_tokens}`: {base} reads up to {most} tokens of a text")
            encoded = {
                name: encode_tokens_of(part, tokenizer, classes, options.max_tokens) for name, part in parts.items()
            }
            # The vocabulary is the tokenizer's.
            data = training_data(options, encoded, classes, Vocabulary([]), options.max_tokens, self.say)
            for line in data.overview.as_text().splitlines():
                self.say(line)
            with writing(self.folder, "choose another folder with `out`"):
                write_overview(self.folder, data.overview, encoded[TRAINING].whole)
                if not self.resumed:
                    save_option_file(self.folder / RUN_CONFIG, "finetune", options)
            fingerprint = run_fingerprint(
                data.parts, data.vocabulary, options, self.precision, self.processes, "finetune"
            )
            fingerprint |= {"base": digest_of_folder(base), "labels": data.class_options.recorded()}
            self.say(f"Training on {self.processes.describe()}, {self.precision.reason}")
            history = self._train_network(network.to(self.processes.device), data, fingerprint)
        except KeyboardInterrupt as interrupt:
            raise StoppedError(self.folder, (self.folder / CHECKPOINT).exists()) from interrupt
        with writing(self.folder, MAKE_ROOM):
            metrics = self._finish(network, tokenizer, data, history)
        return FinetuningResult(self.folder, metrics, history, options)

    def _train_network(self, network: Transformer, data: TrainingData, fingerprint: Mapping[str, Any]) -> list[Epoch]:
        options, config = self.options, self.options.training_config()
        checkpoints = Checkpoints(self.folder, fingerprint, options.recorded(), options.checkpoint_minutes)
        reads, weights = ReadsTokens(options.max_tokens), data.class_options.weights
        examples = {
            name: part.examples(reads, self.processes.device).weighted(weights) for name, part in data.parts.items()
        }
        with event_log(self.folder if options.tensorboard else None) as log, self.stop.heeded():

            def after_epoch(epoch: Epoch) -> None:
                with writing(self.folder, MAKE_ROOM):
                    append_history(self.folder, asdict(epoch))
                    log(asdict(epoch))
                self.say(epoch.as_text(config))

            return train_network(
                network,
                examples[TRAINING],
                examples[VALIDATION],
                config,
                self.precision,
                after_epoch,
                self.progress,
                checkpoints=checkpoints,
                stop_requested=lambda: self.stop.requested,
                say=self.say,
                processes=self.processes,
                pieces=options.accumulate,
            )

    def _finish(self, network: Transformer, tokenizer: Any, data: TrainingData, history: list[Epoch]) -> dict[str, Any]:
        """Calibrate, evaluate, save and describe the model; returns the content of metrics.json."""
        options, texts = self.options, data.training.data
        model = TransformerModel(
            classes=data.classes,
            text_column=texts.text_column,
            label_column=texts.label_column,
            settings={"base": Path(str(options.base)).resolve().name, **options.as_dict()},
            architecture=type(network.model).__name__,
            parameters=network.model.num_parameters(),
            max_tokens=options.max_tokens,
        )
        data.class_options.apply_to(model)
        logits = {
            name: transformer_logits(network, part.ids, options.max_tokens, self.precision)
            for name, part in data.parts.items()
            if name != TRAINING
        }
        has_class = data.validation.targets >= 0
        calibration = calibrate_logits(
            model,
            logits[VALIDATION][has_class],
            None,
            data.validation.with_class(),
            self.say,
            data.class_options.weights,
        )
        probabilities = {name: model.calibration.probabilities(one, None) for name, one in logits.items()}

        def save(folder: Path) -> None:
            save_classifier(folder, network, tokenizer, model)

        return finish_model(self.folder, model, data, history, calibration, probabilities, save, self.say)

"""`sf.train`: everything that the command `train` does, as one function.

In: labelled texts and options, by keyword. Out: a model that is trained, calibrated and evaluated, in memory, or in a
run folder that describes it. Each step is left to its module; parsing and printing to the command,
sentiment_fast/train.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from sentiment_fast.data.overview import TRAINING
from sentiment_fast.errors import StoppedError, UsageError
from sentiment_fast.model.compiling import Compiler
from sentiment_fast.model.devices import Precision, choose_device, deterministic_algorithms
from sentiment_fast.model.distributed import TrainingProcesses, processes_of_environment
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, weights_of
from sentiment_fast.model.presets import Preset
from sentiment_fast.model.threads import training_threads
from sentiment_fast.report.run_folder import append_history, write_overview
from sentiment_fast.report.tensorboard_log import event_log
from sentiment_fast.runs.folder import check_folder
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.training.checkpoints import CHECKPOINT, Checkpoints, RecordedRun
from sentiment_fast.training.distillation import SoftTargets
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.finish import finish_run, remove_temporary_files, writing
from sentiment_fast.training.initial_weights import CALIBRATION, initial_weights
from sentiment_fast.training.loop import Progress
from sentiment_fast.training.loop import train as train_network
from sentiment_fast.training.ngrams import fit_ngram_model
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.prepare import VALIDATION, TrainingData, new_model, open_training_data, with_vectors
from sentiment_fast.training.result import TrainingResult, finished_result
from sentiment_fast.training.resume import (
    EARLY_FILES,
    begun_or_resumed,
    is_finished,
    open_record,
    recorded_settings,
    resumed_precision,
    run_fingerprint,
)
from sentiment_fast.training.run_config import save_run_config, with_config_file
from sentiment_fast.training.state import Epoch
from sentiment_fast.training.step import choose_graphs
from sentiment_fast.training.teacher_mix import check_sources, teach

MAKE_ROOM = "make room, then continue with `resume=True`"
Say = Callable[[str], None]


def say_nothing(message: str) -> None:
    """Drops messages: the default, and in all processes except the first."""


def train(
    data: Any = None,
    *,
    say: Say = say_nothing,
    progress: Progress = list,
    stop: StopRequest | None = None,
    **options: Any,
) -> TrainingResult:
    """Train a classifier: what `sentiment-fast train` does, with its options, in memory or in a folder.

    data: labelled texts: a file of any format that `sf.score_files` reads, a pattern or an aclImdb folder (str or
    Path), or a list of these; "imdb"; "demo" or "demo:N"; or (texts, labels) in memory: a tuple of texts as `sf.encode`
    takes them and as many labels, str or numbers. `sf.DataFile(path, weight=W, rows=N)` or "PATH:weight=W:rows=N" is
    how often the texts of a file count and how many of them to draw; label_weight=X sets the option of that name for
    this file. None: "IMDB Dataset.csv" in the working folder, else the IMDb reviews, else the demo corpus.
    say: called with each message (default: none). progress: wraps the batches of an epoch, for a progress bar.
    stop: a `runs.stop.StopRequest`; after `stop.request()`, from any thread, the run saves its state and ends.

    Options, each by keyword; None, where it is the default, leaves the choice to the preset:

    - out (path, None): the run and model folder, empty or not there yet; None to write no files. What was trained is
      then only in the result, and a run that is stopped cannot be resumed
    - preset (str, "tutorial") or config (path): the settings to start from, by name or from a preset file; or the
      run.toml of a run, whose options and settings apply unless others are given
    - set (mapping or list of "NAME=VALUE", empty): single settings to change, such as {"cell": "gru"}
    - epochs, batch_size, seed (int, None), learning_rate (float, None): likewise
    - threads (int, None): how many to use on a CPU; None for all that this process may use, or
      OMP_NUM_THREADS if that is less. How sums are rounded depends on it
    - sample_weight ((n,) numbers of 0 or more, None): how often each of the texts in memory counts
    - validation (share or path, None): the texts that calibrate the probabilities, and that choose the
      epoch unless the preset keeps the last
    - test (path, None): labelled texts to score once, at the end
    - text_column, label_column (str or int, None): names, or numbers from 1; default "sentiment", else "label";
      "review", else "text", else the only other one that holds text
    - input_format, encoding, sheet, delimiter, header, skip_lines, comment, quoting, escape, na_values: how files are
      laid out, see `io.options.LayoutOptions`
    - skip_bad_rows, skip_unlabelled (bool, False): leave out records that cannot be read, and rows without a label,
      and report how many
    - domain_column (str or int, None): a column that names the domain of each row, for figures of each
    - label_map (mapping or "LABEL=NEW,LABEL=NEW", None): new labels by old ones, both as they are spelled, in all
      parts; normalise_labels (bool, False): merge labels that differ only in case or surrounding white space
    - neutral_label (str, None): a label that is not a class, but between the two others: its target is 0.5
    - positive (label, the second of two): the class whose probability is the score; threshold, ROC AUC and the like
      are about it
    - class_weight ("balanced" or mapping, None): factors for the losses of the classes; "balanced": so that each class
      weighs the same. Probabilities are calibrated for texts whose classes are weighted like this
    - ordinal (bool or list of labels, False): the classes are ordered, by their numbers or as listed, counted from 1
    - neutral ((LOW, HIGH), "LOW:HIGH" or "auto", None): label texts "neutral" whose probability of the positive class
      is in this band, kept in the model; "auto": see `evaluation.neutral_band`
    - vectors (path, None): word vectors in GloVe or word2vec text format
    - init (path, None): a pretrained folder, made by `pretrain`, or a model, "bundled" for the one that the package
      has: the vocabulary and initial weights
    - teacher (path, "bundled" or "document-vectors", or a list of them, empty), unlabelled (path or list of paths,
      empty), label_weight (float, 0.5): models whose probabilities are soft targets, more texts for them to label, and
      the weight of a text's own label in its target. "FOLDER:weight=W:words=A-B" weights a teacher, and asks it about
      texts of A to B words only, see `training.teacher_mix`; "document-vectors": see `training.document_vectors`. With
      teachers, a preset has its settings for students, see `model.presets.STUDENTS`
    - device ("auto", "cpu" or "cuda"; "auto"), precision ("auto", "float32", "bfloat16" or "float16"; "float32"),
      amp (bool, False): short for precision="auto"
    - compile, cuda_graphs (bool, None), deterministic (bool, False): see docs/training.md
    - resume (bool, False): continue the run in `out`; its other options are recorded and may be left out
    - checkpoint_minutes (float, 5.0): the time between two checkpoints inside an epoch
    - tensorboard (bool, False): also log to out/tensorboard

    Returns a `TrainingResult`. Raises TypeError for an unknown option, UsageError for one that makes no sense,
    DataError for data that cannot be used, ModelFolderError for a bad folder, and StoppedError, which is a
    KeyboardInterrupt, when it was stopped.
    """
    # Long: its docstring lists all options.
    given = with_config_file(TrainingOptions, "train", options if data is None else {"data": data} | options)
    chosen, recorded = begun_or_resumed(TrainingOptions, "train", given)
    if chosen.resume and chosen.out is not None and is_finished(chosen.out):
        remove_temporary_files(chosen.out)  # of a run that was killed while it did that
        say(f"{chosen.out}: this run is finished, there is nothing to resume")
        return finished_result(chosen.out, chosen)
    checkpointed = recorded if recorded is not None and recorded.has_checkpoint else None
    if checkpointed is None:
        check_sources(chosen)
    settings = chosen.settings() if recorded is None else recorded_settings(recorded)
    with connected_processes(chosen, recorded) as processes:
        tell = say if processes.writes else say_nothing
        if chosen.resume and checkpointed is None:
            tell(f"{chosen.out}: no checkpoint there, so this run starts {'a new one' if recorded is None else 'over'}")
        folder = chosen.out
        if folder is None and processes.size > 1:
            raise UsageError(f"`out`: expected a folder for {processes.size} processes that train together, got none")
        if folder is not None and recorded is None:
            processes.first_does(lambda: check_folder(folder, "run", EARLY_FILES))
        chosen = replace(
            chosen,
            validation=chosen.validation or str(settings.training.validation_share),
            threads=torch.get_num_threads(),
        )
        precision = resumed_precision(chosen.precision_name(), recorded, processes.device)
        graphs = choose_graphs(chosen.cuda_graphs, precision, processes)
        bar = progress if processes.writes else list
        stop = stop or StopRequest()
        with ExitStack() as kept:

            def record() -> None:
                if folder is not None:
                    kept.enter_context(open_record(folder, chosen, settings, precision, processes, recorded))

            processes.first_does(record)
            return _Run(chosen, settings, folder, checkpointed, processes, precision, graphs, tell, bar, stop).train()


@contextmanager
def connected_processes(
    options: TrainingOptions | FinetuningOptions, recorded: RecordedRun | None
) -> Iterator[TrainingProcesses]:
    """The processes of a run, with the device and the threads that its options ask for."""
    device = choose_device(options.device)
    deterministic = deterministic_algorithms() if options.deterministic else nullcontext()
    threads = options.threads if recorded is None else recorded.fingerprint["threads"]
    with training_threads(threads), deterministic, processes_of_environment(device) as processes:
        yield processes


@dataclass(frozen=True)
class _Run:
    """One training, ready to read its data. recorded: the run whose checkpoint it resumes from, if any.

    folder: None to write nothing.
    """

    options: TrainingOptions
    settings: Preset
    folder: Path | None
    recorded: RecordedRun | None
    processes: TrainingProcesses
    precision: Precision
    cuda_graphs: bool
    say: Say
    progress: Progress
    stop: StopRequest

    def train(self) -> TrainingResult:
        initial = initial_weights(self.options.init, self.settings, self.recorded)
        settings = self.settings
        if initial is not None:
            named = {item.partition("=")[0] for item in self.options.set}
            settings = initial.applied_to(settings, named, self.say)

        def keep_what_is_known() -> None:
            if self.folder is None:
                return
            with self._writing("choose another folder with `out`"):
                write_overview(self.folder, data.overview, data.training.ids.lengths)
                if self.recorded is None:
                    save_run_config(self.folder, "train", self.options, self.settings)
                if initial is not None:
                    initial.keep(self.folder, data.classes)

        try:
            data = open_training_data(self.options, settings, initial, self.say)
            for line in data.overview.as_text().splitlines():
                self.say(line)
            self.processes.first_does(keep_what_is_known)
            soft_targets = teach(
                self.options,
                data,
                self.folder,
                self.processes,
                resumed=self.recorded is not None,
                say=self.say,
                seed=settings.training.seed,
            )
            corpus = data.training.ids if soft_targets is None else soft_targets.ids
            vectors = None
            if initial is None and self.recorded is None:  # a checkpoint has the trained ones
                settings, vectors = with_vectors(self.options.vectors, settings, data.vocabulary, corpus, self.say)
            network, model = new_model(settings, data, vectors, initial, self.processes.device, self.say)
            self.processes.take_from_first(network.state_dict().values())
            fingerprint = run_fingerprint(data.parts, data.vocabulary, settings, self.precision, self.processes)
            if soft_targets is not None:
                fingerprint["soft targets"] = soft_targets.digest()
            fingerprint["labels"] = data.class_options.recorded()
            model.wide = None if initial is None else initial.ngrams_for(data.classes)
            # A calibration of the network only would give n-grams that are fitted here a scale of 0.
            has_same_parts = model.wide is not None or settings.wide.ngrams == 0
            if initial is not None and has_same_parts and (calibration := initial.apply_calibration(model)):
                fingerprint[CALIBRATION] = calibration
            if model.wide is not None:
                fingerprint["n-grams"] = "those of the initial model"
            elif self.processes.writes:
                model.wide = fit_ngram_model(data, soft_targets, settings.wide, self.say)
            self.say(f"Training on {self.processes.describe()}, {self.precision.reason}")
            history = self._train_network(settings, data, soft_targets, network, model, fingerprint)
        except KeyboardInterrupt as interrupt:
            has_checkpoint = self.folder is not None and (self.folder / CHECKPOINT).exists()
            raise StoppedError(self.folder, has_checkpoint, self.processes.size, self.processes.rank) from interrupt
        if not self.processes.writes:
            return TrainingResult(self.folder, {}, history, self.options)
        with self._writing(MAKE_ROOM):
            trained, metrics = finish_run(self.folder, model, network, data, history, self.precision, self.say)
        return TrainingResult(self.folder, metrics, history, self.options, trained=trained)

    def _train_network(
        self,
        settings: Preset,
        data: TrainingData,
        soft_targets: SoftTargets | None,
        network: SentimentLSTM,
        model: Model,
        fingerprint: dict[str, Any],
    ) -> list[Epoch]:
        checkpoints = None
        if self.folder is not None:
            how_often = self.options.checkpoint_minutes
            checkpoints = Checkpoints(self.folder, fingerprint, self.options.recorded(), how_often)
        compiler = Compiler(self.say) if self.options.compile else None
        examples = {name: part.examples(settings.network, self.processes.device) for name, part in data.parts.items()}
        if soft_targets is not None:
            examples[TRAINING] = soft_targets.examples(settings.network, self.processes.device)
        examples = {name: part.weighted(data.class_options.weights) for name, part in examples.items()}

        with self._log() as log, self.stop.heeded():

            def write(epoch: Epoch) -> None:
                if self.folder is None:
                    return
                with self._writing(MAKE_ROOM):
                    append_history(self.folder, asdict(epoch))
                    log(asdict(epoch))
                    if epoch.best:
                        save_model(self.folder, replace(model, weights=weights_of(network)))

            def after_epoch(epoch: Epoch) -> None:
                self.processes.first_does(lambda: write(epoch))
                if compiler is not None and epoch.epoch == 1:
                    self.say(f"compiled {compiler.graphs} graphs around the recurrent layers")
                self.say(epoch.as_text(settings.training))

            return train_network(
                network,
                examples[TRAINING],
                examples[VALIDATION],
                settings.training,
                self.precision,
                after_epoch,
                self.progress,
                checkpoints=checkpoints,
                stop_requested=lambda: self.stop.requested,
                say=self.say,
                processes=self.processes,
                compiler=compiler,
                cuda_graphs=self.cuda_graphs,
            )

    @contextmanager
    def _writing(self, advice: str) -> Iterator[None]:
        with writing(self.folder, advice):
            yield

    def _log(self) -> AbstractContextManager[Callable[[dict[str, Any]], None]]:
        return event_log(self.folder if self.options.tensorboard and self.processes.writes else None)

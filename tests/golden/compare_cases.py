"""The cases of the comparison: what is run in both trees, by name.

In: the files of compare_inputs.py. Out: `CASES`, and the models that they score with. The Python ones call
compare_python.py. Commands are listed here as users type them, without the name of the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from compare_steps import Call, Case, Command, Kill

_SIZES = "--set embedding_size=8 --set hidden_size=12 --set max_length=100"
_TINY = f"{_SIZES} --epochs 2"
_TINY_NGRAMS = f"{_TINY} --set ngram_bits=14 --set max_words=2000"

# Trained once, by the old tree; both trees score with them.
MODELS = {
    "fast": f"train --data inputs/labelled.csv --preset fast {_TINY_NGRAMS} --out made",
    "tutorial": f"train --data inputs/labelled.csv --set layers=2 {_TINY} --out made",
    "accurate": f"train --data inputs/labelled.csv --preset accurate {_TINY_NGRAMS} --out made",
    "stars": f"train --data inputs/stars.csv --text-column body --label-column stars --preset fast {_TINY_NGRAMS} "
    "--out made",
}

_INPUTS = ("csv", "tsv", "csv.gz", "csv.bz2", "csv.xz", "csv.zst", "jsonl", "jsonl.gz", "parquet")
_OUTPUTS = ("csv", "jsonl", "parquet", "csv.gz", "jsonl.zst")


def _train(name: str, options: str, *before: Command) -> Case:
    return Case(f"train-{name}", (*before, Command(f"train {options} --out model", prints="messages")))


def _training() -> Iterator[Case]:
    few = f"{_TINY} --set max_words=400"
    yield _train("tutorial", f"--data inputs/labelled.csv --set layers=2 {_TINY} --test inputs/test.csv")
    yield _train("fast", f"--data inputs/labelled.csv --preset fast {_TINY_NGRAMS} --validation inputs/validation.csv")
    yield _train("accurate", f"--data inputs/labelled.csv --preset accurate {_TINY_NGRAMS} --seed 3")
    yield _train("attention-gru", f"--data inputs/test.csv {few} --set cell=gru --set pooling=attention --amp")
    yield _train("classes", f"--data inputs/stars.csv --text-column body --label-column stars --preset fast {_TINY}")
    yield _train("parquet", f"--data inputs/labelled_few.parquet {few}")
    yield _train("tsv", f"--data inputs/labelled_few.tsv {few}")
    yield _train("csv-gz", f"--data inputs/labelled_few.csv.gz {few} --validation 0.4")
    yield _train("demo", f"--data demo:120 {few}")
    sizes = "--set embedding_size=16 --set hidden_size=12 --set unknown=id --set stop_words=none"
    texts = "--data inputs/unlabelled.csv --data inputs/unlabelled.jsonl --data inputs/labelled.csv"
    pretrain = Command(f"pretrain {texts} {sizes} --out start", prints="messages")
    yield _train("init", f"--data inputs/test.csv --init start {sizes} --epochs 2", pretrain)
    unlabelled = "--unlabelled inputs/unlabelled.csv --unlabelled inputs/unlabelled.jsonl"
    yield _train("teacher", f"--data inputs/test.csv {few} --teacher models/tutorial {unlabelled} --label-weight 0.3")
    yield _train("bad-label-column", "--data inputs/labelled.csv --label-column none")
    yield _train("bad-setting", "--data inputs/labelled.csv --set nothing=1")
    yield _train("bad-init", "--data inputs/labelled.csv --init inputs")
    yield _resumed_training()
    options = f"--data inputs/test.csv {_TINY} --set max_length=60 --search grid --try learning_rate=1e-3,1e-2"
    search = Command(f"tune {options} --trials 2 --out search --json", prints="json")
    yield Case(
        "tune-grid",
        (
            search,
            Command("train --data inputs/test.csv --config search/best.json --epochs 1 --out trained", "messages"),
        ),
    )
    yield Case("tune-random", (Command(f"tune --data demo:80 {_TINY} --trials 1 --out search --json", "json"),))


def _resumed_training() -> Case:
    options = f"train --data inputs/test.csv {_SIZES} --epochs 5"
    killed = Kill("SIGTERM", "resumed/checkpoint.safetensors")
    return Case(
        "train-killed-and-resumed",
        (
            Command(f"{options} --out whole", "messages"),
            Command(f"{options} --out resumed", "messages", kill=killed),
            Command("train --resume --out resumed", "messages"),
            Command("train --resume --out resumed", "messages"),  # there is nothing left to do
        ),
        equal=tuple((f"whole/{name}", f"resumed/{name}") for name in ("model.safetensors", "config.json")),
    )


def _showing() -> Iterator[Case]:
    for model in ("bundled", *list(MODELS)[:3]):
        option = "" if model == "bundled" else f" --model models/{model}"
        commands = (
            Command(f"evaluate inputs/test.csv{option} --show 3"),
            Command(f"evaluate inputs/test.csv{option} --json --threshold 0.6", "json"),
            Command(f'predict{option} "a wonderful film" "two hours I will never get back" "" "xyzzy"'),
        )
        yield Case(f"evaluate-{model}", commands)
    stars = "--model models/stars --text-column body --label-column stars"
    yield Case("evaluate-classes", (Command(f"evaluate inputs/stars.csv {stars} --show 2"),))
    yield Case("evaluate-cascade-off", (Command("evaluate inputs/labelled_few.parquet --cascade off"),))
    yield Case("evaluate-missing", (Command("evaluate inputs/nothing.csv"), Command("evaluate inputs/plain.csv")))
    own = 'predict "a wonderful film" "dull" --threshold 0.9'
    yield Case("predict-alone", (Command(own, alone=True), Command("predict --model inputs text"), Command("predict")))


def _scoring() -> Iterator[Case]:
    for source in _INPUTS:
        for output in _OUTPUTS:
            line = f"score inputs/plain.{source} -o out.{output} --model models/fast"
            yield Case(f"score-{source}-to-{output}", (Command(line),))
    for model in ("bundled", *list(MODELS)[1:4]):
        option = "" if model == "bundled" else f" --model models/{model}"
        line = f"score inputs/plain.csv -o out.csv{option} --status --tokens --text-column review"
        yield Case(f"score-by-{model}", (Command(line),))
    options = {
        "default-output": "score plain.csv plain.jsonl.gz plain.parquet",
        "into-one": "score inputs/part-1.csv inputs/part-2.csv inputs/part-3.csv.gz -o all.csv --status",
        "into-one-parquet": "score inputs/part-4.jsonl inputs/part-5.jsonl -o all.parquet",
        "into-folder": "score inputs/part-1.csv inputs/part-3.csv.gz inputs/part-4.jsonl inputs/nulls.parquet -o all/",
        "pattern": "score 'inputs/part-*.csv*' -o all.jsonl",
        "pattern-to-folder": "score 'inputs/part-?.*' -o folder/",
        "pattern-of-none": "score 'inputs/none-*.csv' -o all.jsonl",
        "columns": "score inputs/plain.csv -o out.csv --columns when,1",
        "columns-json": "score inputs/plain.jsonl -o out.jsonl --columns id,review",
        "columns-parquet": "score inputs/plain.parquet -o out.csv --columns 4,id,stars",
        "columns-unknown": "score inputs/plain.csv -o out.csv --columns none",
        "status-tokens-json": "score inputs/plain.jsonl -o out.jsonl --status --tokens",
        "status-tokens-parquet": "score inputs/plain.parquet -o out.parquet --status --tokens --columns id",
        "excel-safe": "score inputs/formulas.csv -o out.csv --excel-safe",
        "excel-safe-from-json": "score inputs/plain.jsonl -o out.csv --excel-safe --columns review",
        "excel-safe-json": "score inputs/formulas.csv -o out.jsonl --excel-safe",
        "delimiter": "score inputs/semicolon.csv -o out.csv --delimiter ';'",
        "delimiter-detected": "score inputs/semicolon.csv inputs/bar.txt -o folder --text-column 2",
        "delimiter-bad": "score inputs/semicolon.csv -o out.csv --delimiter ab",
        "delimiter-tab": "score inputs/plain.parquet -o out.csv --delimiter tab",
        "to-tsv": "score inputs/plain.csv -o out.tsv",
        "text-column-number": "score inputs/two_columns.csv -o out.csv --text-column 2",
        "text-column-missing": "score inputs/plain.csv -o out.csv --text-column none",
        "text-column-unclear": "score inputs/two_columns.csv -o out.csv",
        "text-column-of-numbers": "score inputs/numbers.csv -o out.csv",
        "text-column-only-one": "score inputs/one_column.csv -o out.csv",
        "column-taken": "score inputs/taken.csv -o out.csv",
        "threshold": "score inputs/plain.csv -o out.csv --threshold 0.8",
        "threshold-of-classes": "score inputs/plain.csv -o out.csv --threshold 0.8 --model models/stars",
        "cascade": "score inputs/plain.csv -o out.csv --cascade 0.8",
        "cascade-off": "score inputs/plain.csv -o out.csv --cascade off",
        "precision-float32": "score inputs/plain.csv -o out.csv --precision float32 --device cpu",
        "stdout": "score inputs/plain.csv -o -",
        "nulls": "score inputs/nulls.parquet -o out.parquet --status",
        "nulls-to-csv": "score inputs/nulls.parquet -o out.csv --status",
    }
    for name, line in options.items():
        copies = tuple(word for word in line.split() if word.startswith("plain."))
        command = Command(line, "csv" if name == "stdout" else "txt")
        yield Case(f"score-{name}", (command,), copies)


def _odd_files() -> Iterator[Case]:
    for name in ("quoted_crlf", "bom", "utf16", "no_final_newline", "invalid_utf8", "empty", "header_only"):
        outputs = (Command(f"score inputs/{name}.csv -o out.{output}") for output in ("csv", "jsonl", "parquet"))
        yield Case(f"score-{name}", tuple(outputs))
    for name, extra in (("malformed", ""), ("open_quote", " --max-record 20"), ("long_record", " --max-record 1K")):
        line = f"score inputs/{name}.csv"
        outputs = (Command(f"{line}{extra} -o out.{output}") for output in ("csv", "jsonl", "parquet"))
        more = (Command(f"{line}{extra} -o strict.csv --strict"), Command(f"{line}{extra} -o -", "csv"))
        named = Command(f"{line}{extra} -o - --rejects rejects.csv", "csv")
        yield Case(f"score-{name}", (*outputs, *more, named))
    for name, extra in (("malformed", ""), ("long_record", " --max-record 1K")):
        line = f"score inputs/{name}.jsonl{extra}"
        outputs = (Command(f"{line} -o out.{output}") for output in ("jsonl", "csv", "parquet"))
        yield Case(f"score-{name}-json", (*outputs, Command(f"{line} -o strict.jsonl --strict")))
    files = "inputs/malformed.csv inputs/no_final_newline.csv"
    yield Case(
        "score-malformed-of-several", (Command(f"score {files} -o all.csv"), Command(f"score {files} -o folder"))
    )
    refused = ("not_parquet.parquet -o out.csv", "not_gzip.csv.gz -o out.csv", "nothing.csv -o out.csv")
    refused += ("plain.csv -o out.xlsx", "plain.csv -o none/out.csv", "plain.csv -o out.csv --model inputs")
    yield Case("score-refused", tuple(Command(f"score inputs/{line}") for line in refused))
    twice = Command("score inputs/part-2.csv -o out.csv")
    yield Case("score-existing", (twice, twice, Command(f"{twice.line} --force --status")))


def _processes() -> Iterator[Case]:
    """Each in processes of its own: stdin, kills, and a cluster."""
    piped = Command("score - --status --tokens", "csv", stdin="inputs/plain.csv")
    tabs = Command("score - -o out.jsonl --delimiter tab", stdin="inputs/plain.tsv")
    yield Case("score-stdin", (piped, tabs))
    yield _killed("sigterm", Kill("SIGTERM", "out.csv.part"), "large.csv", "csv")
    # A journal gets a state each two seconds; its first line says what the run is.
    killed = Kill("SIGKILL", "out.csv.gz.part", 2.2, "out.csv.gz.journal", 2)
    yield _killed("sigkill", killed, "large.csv", "csv.gz")
    yield _killed("sigterm-parquet", Kill("SIGTERM", "out.jsonl.zst.part"), "large.parquet", "jsonl.zst")
    if find_spec("ray") is not None:
        names = "plain.csv plain.jsonl.gz plain.parquet malformed.csv"
        files = " ".join(f"inputs/{name}" for name in names.split())
        cluster = Command(f"score {files} -o folder --engine ray --workers 2 --model models/accurate", alone=True)
        local = Command(f"score {files} -o local --model models/accurate")
        yield Case("score-ray", (cluster, local), equal=(("folder", "local"),))


def _killed(name: str, kill: Kill, source: str, output: str) -> Case:
    line = f"score inputs/{source} --model models/tutorial"
    steps = (
        Command(f"{line} -o whole.{output}"),
        Command(f"{line} -o out.{output}", kill=kill),
        Command(f"{line} -o out.{output} --tokens"),  # is not what it began with
        Command(f"{line} -o out.{output}"),
    )
    return Case(f"score-killed-by-{name}", steps, equal=((f"whole.{output}", f"out.{output}"),))


def _python() -> Iterator[Case]:
    yield Case("python-encode", (Call("encode"),))
    yield Case("python-reference", (Call("reference"),))
    yield Case("python-probabilities", (Call("probabilities"),), needs=("fast", "tutorial", "accurate", "stars"))
    yield Case("python-file-objects", (Call("score_file_objects"),), needs=("fast", "stars"))
    yield Case("python-batches", (Call("batches"),), needs=("tutorial",))


CASES = [*_python(), *_scoring(), *_odd_files(), *_showing(), *_training(), *_processes()]

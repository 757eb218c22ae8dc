"""What the native core offers; csrc/bindings/."""

from collections.abc import Sequence, Set
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

_Int32s: TypeAlias = npt.NDArray[np.int32]
_Int64s: TypeAlias = npt.NDArray[np.int64]
_Float32s: TypeAlias = npt.NDArray[np.float32]
_Ids: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.int32]
_Matrix: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.int32] | npt.NDArray[np.int64]
_Bytes: TypeAlias = bytes | bytearray | memoryview

SOURCES: str
"""SHA-256 of the sources the extension was built from."""

LEVELS: tuple[str, ...]
"""The SIMD levels that this machine can run, slowest first; all give the same results."""

LSTM_LEVELS: dict[str, tuple[str, ...]]
"""For each type of numbers, "float32" and "bfloat16", the levels at which this machine can run `Lstm`, the fastest
last; equal within rounding. The first is always "scalar", which runs whatever the others run, on any CPU, slowly."""

def cpu_features() -> dict[str, bool]:
    """The CPU features that are known on this architecture, and whether the machine and its operating system have them.

    x86-64: "popcnt", "bmi", "bmi2", "fma", "avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi",
    "avx512vbmi2", "avx512_bf16" and "amx_bf16". 64-bit ARM: "arm_bf16" and, on Linux, "sve_bf16". Everywhere: "bf16",
    whether it multiplies bf16 matrices in hardware, by any of these, and "amx", whether it does so in tiles (AMX),
    several times as fast as with AVX-512. The answers are those of torch.cpu.get_capabilities().
    """

class CleaningOptions:
    """What of the cleaning can be chosen."""

    def __init__(self, strip_html: bool = False, keep_digits: bool = False, split_at_marks: bool = False) -> None: ...

def count_words(
    texts: Any, left_out: Set[str], max_words: int, min_count: int, options: CleaningOptions, threads: int, level: str
) -> tuple[list[str], _Int64s]:
    """The most frequent words that are not left out, and how often each stands in the texts."""

class Lexicon:
    """Words and their ids, made for looking up; any number of threads may use one.

    The words' ids are their places, from 1. dropped: words that get no id (but for those in `words`).
    unknown_id: the id of all others; 0 for none.
    """

    def __init__(self, words: list[str], dropped: Set[str] = ..., unknown_id: int = 0) -> None: ...
    def encode(self, texts: Any, options: CleaningOptions, threads: int, level: str) -> tuple[_Ids, _Int64s, int, int]:
        """(values (total,), offsets (n + 1,), how many texts were null, how many cleaned words were read)."""

def pad(values: _Ids, offsets: _Int64s, matrix: _Matrix, threads: int) -> None:
    """Fill the (n, length) matrix: zeros on the left, then the first `length` ids of each row."""

class Lstm:
    """The recurrent layers of an LSTM in one direction, for scoring; cells and sums in float32.

    table: (ids, 4 hidden), what each id adds to the gates of the first layer (input, forget, candidate, output), biases
    included. own: for each layer, (4 hidden, hidden), the weights of its own outputs. below, biases: for all layers but
    the first, (4 hidden, hidden), the weights of the layer below's outputs, and (4 hidden,). hidden: a multiple of 16.
    All float32, and copied, weights in the numbers that are asked for: "float32" or "bfloat16", which outputs are
    rounded to as well. level: one of LSTM_LEVELS for these. Raises ValueError for other shapes, numbers and levels.
    """

    def __init__(
        self,
        table: _Float32s,
        own: list[_Float32s],
        below: list[_Float32s],
        biases: list[_Float32s],
        number: str,
        level: str,
    ) -> None: ...
    def last_outputs(
        self,
        values: _Ids,
        starts: _Int64s,
        counts: _Int64s,
        states: _Int64s,
        outputs: _Float32s,
        cells: _Float32s,
        backward: bool,
        threads: int,
    ) -> _Float32s:
        """The top layer's last output of each row, (rows, hidden); bit for bit the same whatever rows stand beside it.

        Row i reads values[starts[i]] and the counts[i] - 1 ids behind it, backward from the last of them to the first,
        and starts from the state states[i], of those given as outputs and cells, (states, layers, hidden) each. Raises
        ValueError for a row that reads beyond the values, the table or the states.
        """

    def max_mean(
        self,
        values: _Ids,
        starts: _Int64s,
        counts: _Int64s,
        states: _Int64s,
        outputs: _Float32s,
        cells: _Float32s,
        backward: bool,
        threads: int,
    ) -> _Float32s:
        """The maximum and the mean of the top layer's outputs over all steps of each row, (rows, 2 hidden).

        All else is as in last_outputs().
        """

class LstmTraining:
    """The recurrent layers of an LSTM in one direction, for training: forward, and back to the loss's gradients.

    Results are the same with any number of threads. Raises ValueError for other sizes, numbers and levels than `Lstm`
    takes. One call at a time.
    """

    def __init__(self, hidden: int, layers: int, number: str, level: str) -> None: ...
    def trace(self, slots: int) -> LstmTrace:
        """What forward() writes to: for so many ids and rows in all."""

    def set_weights(self, own: list[_Float32s], below: list[_Float32s], biases: list[_Float32s], threads: int) -> None:
        """Copies them; as `Lstm` takes them."""

    def forward(
        self,
        trace: LstmTrace,
        table: _Float32s,
        ids: _Int32s,
        counts: _Int64s,
        states: _Int64s,
        outputs: _Float32s,
        cells: _Float32s,
        threads: int,
    ) -> tuple[_Float32s, _Float32s]:
        """The outputs and cells that each row ends in, (rows, layers, hidden) each.

        Row i reads the next counts[i] of `ids`, rows of the table, (words, 4 hidden), and starts from the state
        states[i] of those given as outputs and cells, (states, layers, hidden) each. Raises ValueError for rows beyond
        the ids, the table, the states or the trace.
        """

    def backward(
        self,
        trace: LstmTrace,
        by_outputs: _Float32s,
        by_cells: _Float32s,
        last_step: tuple[_Float32s, _Float32s, _Float32s] | None,
        threads: int,
        by_max_mean: tuple[_Float32s, _Int32s] | None = None,
    ) -> tuple[_Float32s, _Float32s]:
        """The loss's gradients by the outputs and cells that rows started from, (rows, layers, hidden) each.

        by_outputs, by_cells: those by what rows ended in. last_step: more, by the logits of each row's last step,
        (rows, layers, 4 hidden), and by the outputs and cells before it. by_steps: more, by the trace's outputs(),
        (ids, hidden). by_max_mean: more, by the first of what its max_mean() gave, (rows, 2 hidden), and the second.
        Raises ValueError for a second time.
        """

    def add_weight_gradients(
        self, trace: LstmTrace, own: list[_Float32s], below: list[_Float32s], biases: list[_Float32s], threads: int
    ) -> None:
        """Adds, after backward(), the gradients by the weights to these arrays."""

    def add_table_gradients(self, trace: LstmTrace, ids: _Int32s, table: _Float32s, threads: int) -> None:
        """Adds, after backward(), the gradients by the table to this array. ids: those of forward()."""

class LstmTrace:
    """What going back needs of a batch's steps."""

    slots: int
    def last_step(self, row: int, layer: int) -> tuple[_Float32s, _Float32s, _Float32s]:
        """The logits of a row's last step, (4 hidden,), and the outputs and cells before it, (hidden,) each."""

    def max_mean(self, threads: int) -> tuple[_Float32s, _Int32s]:
        """Of the same each row's maxima and, behind them, means, (rows, 2 hidden); the steps, from 0, at which the
        maxima stood, (rows, hidden), the first of equal ones.
        """

def ngram_buckets(values: _Ids, offsets: _Int64s, longest: int, bits: int, threads: int) -> tuple[_Int32s, _Int64s]:
    """The distinct buckets of each row's n-grams: (total,), ascending in a row; where each begins and ends, (n + 1,).

    values, offsets: as in TokenIds. longest: n-grams of 1 to so many ids, up to 5. bits: 10 to 24, for 2**bits buckets.
    What the buckets are is specified in reference.py. Raises ValueError for ids below 0 and for what is out of range.
    """

class NgramModel:
    """A linear model over the distinct buckets B of a row's n-grams; any number of threads may use one.

    For each output, bias + scale * (sum over B of ratio * weight) / sqrt(sum over B of ratio**2); the bias alone where
    no ratio of B is set. ratios, weights: (buckets, outputs); 2**10 to 2**24 buckets. scales, biases: (outputs,).
    longest: n-grams of 1 to so many ids, up to 5. Raises ValueError for shapes that do not fit.
    """

    def __init__(
        self,
        ratios: npt.NDArray[np.int8],
        weights: npt.NDArray[np.int8],
        scales: _Float32s,
        biases: _Float32s,
        longest: int,
    ) -> None:
        """Copies them."""

    def logits(self, values: _Ids, offsets: _Int64s, threads: int) -> _Float32s:
        """(n, outputs): the same bits at any number of threads. Raises ValueError as `ngram_buckets` does."""

UNCLOSED: int
"""In CsvRecords.fields: rejected, because a quote is open behind this line and does not close in time."""

OVERLONG: int
"""In CsvRecords.fields: rejected, the first max_record bytes of a line that is longer than that."""

REST_OF_LINE: int
"""In CsvRecords.fields: the next max_record bytes of an overlong line, or what is left of it; no row of its own."""

class CsvRecords:
    """Records of a CSV stream that lie end to end: each begins where the one before it ends, the first at 0.

    All offsets relate to the buffer that they were found in, which begins at `offset` in the stream.
    """

    offset: int
    content_ends: _Int64s
    """(records,): where each record's content ends and its line end begins."""
    ends: _Int64s
    """(records,): where it ends, behind its line end, which only the last of a stream and overlong pieces may lack."""
    rows: _Int64s
    """(records,): how many records of the stream before it are no blank lines: 0 for a header, 1 for its first data."""
    lines: _Int64s
    """(records,): the physical line on which it begins, from 1."""
    fields: _Int32s
    """(records,): how many fields, as in csv.reader's rows: 0 for a blank line. UNCLOSED, OVERLONG or REST_OF_LINE
    for a record that was rejected."""
    field_begins: _Int64s
    """(records,): where the first wanted field begins; as wanted_field(0) returns it, but empty if none is wanted."""
    field_ends: _Int64s
    """(records,): where it ends, likewise."""
    def wanted_field(self, place: int) -> tuple[_Int64s, _Int64s]:
        """Where a wanted field begins, quotes included, and where it ends, (records,) each; -1 if a record has none.

        place: its place in the finder's wanted_fields, from 0. Raises IndexError for one that is not there.
        """

    def __len__(self) -> int: ...

class RecordFinder:
    """Finds the records of a CSV stream whose bytes come in pieces of any size; the pieces make no difference.

    Records are those of Python's csv.reader (strict=False) over the stream's lines as open(newline="") gives them: a
    quote opens only at the start of a field, a doubled quote inside quotes is a quote, what follows a closing quote
    belongs to the field. LF, CR and CRLF each end a record outside quotes. A blank line has no content at all: a
    space or `""` is a field. A byte-order mark at the start of the stream is part of the first record's bytes and of
    no field; before nothing else, it makes a blank line.

    Not as csv.reader: a quote that does not close within max_record bytes, or before the stream ends, does not take
    all of them for its field. The record is rejected; it is then the line on which it began, without the rest, and
    the next record begins on the next line. A line longer than max_record comes in pieces of that size. (Where a
    single str holds several lines, csv.reader raises; here it is the same stream.)

    delimiter, quote: a character up to U+00FF, which stands for the byte of that value; quote=None for none.
    wanted_fields: the fields, from 0, whose bytes are to be found, all in one pass; in any order, also twice.
    wanted_field: the same for only one; -1 for none. max_record: bytes of a record without its
    line end, 1 to 2**30. offset, row, line: where the stream is taken up, which is
    between two records, or within_line: behind a piece of an overlong one.
    Raises ValueError for a level this machine cannot run and for options that make no sense.
    """

    def __init__(
        self,
        level: str,
        *,
        delimiter: str = ",",
        quote: str | None = '"',
        wanted_field: int = -1,
        wanted_fields: Sequence[int] = (),
        max_record: int = 1 << 26,
        offset: int = 0,
        row: int = 0,
        line: int = 1,
        within_line: bool = False,
    ) -> None: ...
    def find(self, buffer: _Bytes, last: bool) -> CsvRecords:
        """The records that are whole in the buffer, which begins where those found so far end.

        So what is behind the last of them, `buffer[records.ends[-1]:]`, is to be given again with more bytes behind it;
        it is not searched again. It is never more than max_record + 5 bytes, so that memory is bounded. A record whose
        CR is the last byte is not whole, because an LF may follow.
        last: no more bytes come. Raises TypeError for a buffer that is not contiguous bytes, ValueError for one that
        is shorter than what was left over.
        """

    @property
    def offset(self) -> int:
        """Bytes of the stream up to where the records found so far end."""
    @property
    def row(self) -> int:
        """How many of them are no blank lines."""
    @property
    def line(self) -> int:
        """The physical line there. A finder made with these three and within_line finds the rest."""
    @property
    def within_line(self) -> bool:
        """Whether the last record found is a piece of an overlong line, which goes on."""

def field_values(
    data: _Bytes, begins: _Int64s, ends: _Int64s, quote: str | None = '"'
) -> tuple[npt.NDArray[np.uint8], _Int64s]:
    """The values of fields, quotes taken off: their bytes (total,), and where each begins and ends, (fields + 1,).

    begins, ends: (fields,), as RecordFinder gives them for `data`; -1 for a record without the field, whose value is
    empty. The two arrays are the buffers of an Arrow column: pa.LargeBinaryArray.from_buffers(pa.large_binary(),
    len(begins), [None, pa.py_buffer(offsets), pa.py_buffer(values)]).
    Raises TypeError for data that is not contiguous bytes, ValueError for fields that leave it.
    """

def append_suffixes(data: _Bytes, content_ends: _Int64s, suffixes: _Bytes, suffix_offsets: _Int64s) -> bytes:
    """The records' bytes with a suffix before each one's line end; what ends the last record is copied as it is.

    content_ends: (records,), as RecordFinder gives them for `data`. suffix_offsets: (records + 1,); a record's suffix,
    suffixes[suffix_offsets[i]:suffix_offsets[i + 1]], brings its own delimiter, and is empty where nothing is to be
    added.
    Raises TypeError for buffers that are not contiguous bytes, ValueError for offsets that fall or leave their bytes.
    """

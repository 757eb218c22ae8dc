"""Types and documentation of the native core; csrc/bindings/ implements it."""

from collections.abc import Sequence, Set
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

_Int32s: TypeAlias = npt.NDArray[np.int32]
_Uint32s: TypeAlias = npt.NDArray[np.uint32]
_Int64s: TypeAlias = npt.NDArray[np.int64]
_Float32s: TypeAlias = npt.NDArray[np.float32]
_Ids: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.int32]
_Matrix: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.int32] | npt.NDArray[np.int64]
_Bytes: TypeAlias = bytes | bytearray | memoryview

SOURCES: str
"""SHA-256 of the sources that the extension was built from."""

LEVELS: tuple[str, ...]
"""The SIMD levels that this machine can run, slowest first; all give the same results."""

LSTM_LEVELS: dict[str, tuple[str, ...]]
"""For each number type, "float32" and "bfloat16", the levels at which this machine can run `Lstm`, slowest first.

Their results are equal within rounding. The first is always "scalar", which runs on any CPU."""

def cpu_features() -> dict[str, bool]:
    """The CPU features known on this architecture, and whether the CPU and its operating system support them.

    x86-64: "popcnt", "bmi", "bmi2", "fma", "avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi",
    "avx512vbmi2", "avx512_bf16" and "amx_bf16". 64-bit ARM: "arm_bf16" and, on Linux, "sve_bf16". Everywhere: "bf16",
    whether any of these multiplies bf16 matrices in hardware, and "amx", whether AMX tiles do, several times as fast as
    AVX-512. The answers agree with torch.cpu.get_capabilities().
    """

class CleaningOptions:
    """Options of the cleaning, as in `reference.clean_words`.

    quick_check: the table of `text.normal_form`, with which texts are put into Unicode's normal form C first; empty for
    none. It is copied. emojis: pairs of an emoji or emoticon and its words (text.emojis); none leaves them as they are.
    Raises ValueError for a table of another size, and for emojis that the core would not find.
    """

    def __init__(
        self,
        strip_html: bool = False,
        keep_digits: bool = False,
        split_at_marks: bool = False,
        quick_check: bytes = b"",
        emojis: list[tuple[str, str]] = ...,
        ratings: bool = False,
        contractions: bool = False,
    ) -> None: ...

def count_words(
    texts: Any, left_out: Set[str], max_words: int, min_count: int, options: CleaningOptions, threads: int, level: str
) -> tuple[list[str], _Int64s]:
    """The most frequent words that are not in `left_out`, and how often each occurs in the texts."""

class Lexicon:
    """An immutable table of words and their ids; any number of threads may use it.

    A word's id is its position in `words`, from 1. dropped: words that get no id, except those in `words`.
    unknown_id: the id of all other words; 0 for none. misspellings: whether one of these that misspells one of
    `words` gets that word's id instead, as `reference.correction` decides.
    """

    def __init__(
        self, words: list[str], dropped: Set[str] = ..., unknown_id: int = 0, misspellings: bool = False
    ) -> None: ...
    def encode(self, texts: Any, options: CleaningOptions, threads: int, level: str) -> tuple[_Ids, _Int64s, int, int]:
        """Returns values (total,), offsets (n + 1,), the number of null texts, and the number of cleaned words."""

def single_bytes_to_utf8(
    values: npt.NDArray[np.uint8], offsets: _Int64s, characters: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], _Int64s]:
    """Texts in an encoding of one byte per character, in UTF-8: their bytes, (total,), and offsets, (n + 1,).

    values: (size,), the texts' bytes. offsets: (n + 1,), where each begins and ends. characters: (256, 4), for each
    byte the size of its character in UTF-8, 1 to 3, and those bytes; ASCII bytes stand for themselves. Returns the
    arguments if all bytes are ASCII. Raises ValueError for other shapes, sizes and offsets.
    """

def pad(values: _Ids, offsets: _Int64s, matrix: _Matrix, threads: int) -> None:
    """Fills the (n, length) matrix: zeros on the left, then the first `length` ids of each row."""

class Lstm:
    """The recurrent layers of an LSTM in one direction, for scoring; cells and sums are float32.

    table: (ids, 4 hidden), each id's contribution to the gates of the first layer (input, forget, candidate, output),
    biases included. own: for each layer, (4 hidden, hidden), the weights of its own outputs. below: for all layers
    except the first, (4 hidden, hidden), the weights of the outputs of the layer below. biases: likewise, (4 hidden,).
    hidden: a multiple of 16. All arrays are float32 and are copied. number: "float32" or "bfloat16", the type of the
    copied weights and of the outputs. level: one of LSTM_LEVELS[number]. Raises ValueError for other shapes, numbers
    and levels.
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
        """The top layer's last output of each row, (rows, hidden); bit for bit independent of the other rows.

        Row i reads values[starts[i] : starts[i] + counts[i]] and starts from state states[i]. backward: ids are read
        from last to first. outputs, cells: the initial states, (states, layers, hidden) each. Raises ValueError for a
        row that reads beyond the values, the table or the states.
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

        The arguments are those of last_outputs().
        """

class LstmTraining:
    """The recurrent layers of an LSTM in one direction, for training: the forward and the backward pass.

    Results are the same with any number of threads. Not thread-safe. Raises ValueError for sizes, numbers and levels
    that `Lstm` does not accept.
    """

    def __init__(self, hidden: int, layers: int, number: str, level: str) -> None: ...
    def trace(self, slots: int) -> LstmTrace:
        """A buffer for forward(); slots: the most ids plus rows of a batch."""

    def set_weights(self, own: list[_Float32s], below: list[_Float32s], biases: list[_Float32s], threads: int) -> None:
        """Copies the weights, given as for `Lstm`."""

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
        """The final outputs and cells of each row, (rows, layers, hidden) each.

        Row i reads the next counts[i] of `ids` and starts from state states[i]. table: (words, 4 hidden), as in `Lstm`.
        outputs, cells: the initial states, (states, layers, hidden) each. Raises ValueError for rows beyond the ids,
        the table, the states or the trace.
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
        """The gradients of the loss with respect to the initial outputs and cells, (rows, layers, hidden) each.

        by_outputs, by_cells: gradients with respect to the final outputs and cells. last_step: additional gradients,
        with respect to the logits of each row's last step, (rows, layers, 4 hidden), and to the outputs and cells
        before it. by_max_mean: additional gradients with respect to the trace's pooled outputs, (rows, 2 hidden), and
        the steps of the maxima, as max_mean() returned them. Raises ValueError for a second call without forward().
        """

    def add_weight_gradients(
        self, trace: LstmTrace, own: list[_Float32s], below: list[_Float32s], biases: list[_Float32s], threads: int
    ) -> None:
        """Adds the gradients with respect to the weights to these arrays; after backward()."""

    def add_table_gradients(self, trace: LstmTrace, ids: _Int32s, table: _Float32s, threads: int) -> None:
        """Adds the gradients with respect to the table to this array; after backward(). ids: those of forward()."""

class LstmTrace:
    """What the backward pass needs of a batch's steps."""

    @property
    def slots(self) -> int: ...
    def last_step(self, row: int, layer: int) -> tuple[_Float32s, _Float32s, _Float32s]:
        """The logits of a row's last step, (4 hidden,), and the outputs and cells before it, (hidden,) each."""

    def max_mean(self, threads: int) -> tuple[_Float32s, _Int32s]:
        """Each row's maxima and means of the top layer's outputs, (rows, 2 hidden), and the steps of the maxima.

        The steps, (rows, hidden), count from 0; of equal outputs, the first is the maximum.
        """

def ngram_buckets(
    values: _Ids, offsets: _Int64s, longest: int, bits: int, threads: int, long_from: int = 0
) -> tuple[_Int32s, _Int64s]:
    """The distinct buckets of each row's n-grams, (total,), ascending in a row, and the rows' offsets, (n + 1,).

    values, offsets: as in TokenIds. longest: the length of the longest n-grams, 1 to 5. bits: 10 to 24, for 2**bits
    buckets. long_from: rows of this many ids or more are long, and each of their n-grams has a second bucket; 0 for
    none. Specified in reference.py. Raises ValueError for ids below 0 and for arguments out of range.
    """

def ngram_codes(
    values: _Ids, offsets: _Int64s, longest: int, bits: int, threads: int, long_from: int = 0
) -> tuple[_Uint32s, _Int64s]:
    """As ngram_buckets, for codes: bucket * 2**8 + fingerprint, the hash's 8 bits below the bucket's."""

class NgramModel:
    """A linear model over the distinct buckets B of a row's n-grams; any number of threads may use it.

    Each output is bias + scale * (sum over B of ratio * weight) / sqrt(sum over B of ratio**2), or the bias if all
    ratios are 0. ratios, weights: (buckets, outputs); 2**10 to 2**24 buckets. scales, biases: (outputs,). longest: the
    length of the longest n-grams, 1 to 5. fingerprints: (buckets,), those of the buckets' owners; with them, B has only
    the buckets whose owner the row has. long_from: as in `ngram_buckets`. Raises ValueError for other shapes.
    """

    def __init__(
        self,
        ratios: npt.NDArray[np.int8],
        weights: npt.NDArray[np.int8],
        scales: _Float32s,
        biases: _Float32s,
        longest: int,
        fingerprints: npt.NDArray[np.uint8] | None = None,
        long_from: int = 0,
    ) -> None:
        """Copies the arrays."""

    def logits(self, values: _Ids, offsets: _Int64s, threads: int) -> _Float32s:
        """(n, outputs), bit for bit the same with any number of threads. Raises ValueError as `ngram_buckets` does."""

class DocumentVectors:
    """Document vectors, learned from the documents' n-grams; not to be used by two threads at the same time.

    values, offsets: as in TokenIds, the distinct n-grams of each document. draw_probabilities: (ngrams,), with which an
    epoch draws each n-gram. sharpness: above 0. negatives: n-grams that each drawn one is told from. groups: how many
    vectors of 64 numbers a document has, each learned by itself. Bit for bit the same with any number of threads.
    Raises ValueError for arguments out of range.
    """

    def __init__(
        self,
        values: _Int32s,
        offsets: _Int64s,
        draw_probabilities: _Float32s,
        sharpness: float,
        negatives: int,
        groups: int,
        seed: int,
    ) -> None:
        """Copies the arrays."""

    def learn(self, begin: float, end: float, threads: int) -> None:
        """One epoch. The rate, in radians by which a gradient of 1 turns a vector, falls from begin to end.

        Raises ValueError for rates that are negative or not finite.
        """

    def vectors(self) -> _Float32s:
        """(documents, groups, 64), each of length 1."""

UNCLOSED: int
"""In CsvRecords.fields: rejected, because a quote is open after this line and does not close within the limit."""

OVERLONG: int
"""In CsvRecords.fields: rejected, the first max_record bytes of a longer line."""

REST_OF_LINE: int
"""In CsvRecords.fields: the next max_record bytes of an overlong line, or the rest of it; does not count as a row."""

MISQUOTED: int
"""In CsvRecords.fields: rejected, because a quote opens on this line and closes on another one, before text."""

class CsvRecords:
    """Contiguous records of a CSV stream: each begins where the previous one ends, the first at 0.

    All offsets are relative to the buffer in which they were found, which begins at `offset` in the stream.
    """

    @property
    def offset(self) -> int: ...
    @property
    def content_ends(self) -> _Int64s:
        """(records,): where each record's content ends and its line end begins."""
    @property
    def ends(self) -> _Int64s:
        """(records,): where each ends, after its line end, which only the last record and overlong pieces may lack."""
    @property
    def rows(self) -> _Int64s:
        """(records,): how many earlier records of the stream are not blank: 0 for a header, 1 for the first row."""
    @property
    def lines(self) -> _Int64s:
        """(records,): the physical line on which each begins, from 1."""
    @property
    def fields(self) -> _Int32s:
        """(records,): how many fields each has, as in csv.reader's rows: 0 for a blank line; or UNCLOSED, OVERLONG,
        REST_OF_LINE or MISQUOTED for a rejected record."""
    @property
    def field_begins(self) -> _Int64s:
        """(records,): where the first wanted field begins, as wanted_field(0) has it; empty if none is wanted."""
    @property
    def field_ends(self) -> _Int64s:
        """(records,): where it ends."""
    def wanted_field(self, place: int) -> tuple[_Int64s, _Int64s]:
        """Begins and ends of a wanted field, quotes included, (records,) each; -1 if a record has no such field.

        place: its index in the finder's wanted_fields. Raises IndexError if it is out of range.
        """

    def __len__(self) -> int: ...

class RecordFinder:
    """Finds the records of a CSV stream whose bytes come in pieces of any size; the sizes make no difference.

    Records are those of Python's csv.reader (strict=False) over the stream's lines as open(newline="") gives them: a
    quote opens only at the start of a field, a doubled quote inside quotes is a quote, text after a closing quote
    belongs to the field. LF, CR and CRLF each end a record outside quotes. A blank line has no content at all: a
    space or `""` is a field. A byte-order mark at the start of the stream is part of the first record's bytes and of
    no field; before nothing else, it makes a blank line.

    Unlike in csv.reader, a quote that does not close within max_record bytes, or before the stream ends, rejects its
    record: only the record's first line is consumed. So does one that closes on another line if neither the delimiter
    nor a line end follows, after spaces and tabs (MISQUOTED). An overlong line comes in pieces of max_record bytes.

    delimiter, quote, escape: a character up to U+00FF, which stands for the byte of that value; None for none. escape:
    the byte after it has no meaning, as with csv.reader's escapechar; an input that ends with one ends within a record.
    wanted_fields: the fields to locate, from 0, all in one pass; in any order, also repeated. wanted_field: only one
    such field; -1 for none. max_record: the largest record in bytes, without its line end, 1 to 2**30. offset, row,
    line: the position between two records at which the stream resumes. within_line: the position is within an overlong
    line, after one of its pieces.
    Raises ValueError for a level that this machine cannot run and for invalid options.
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
        escape: str | None = None,
    ) -> None: ...
    def find(self, buffer: _Bytes, last: bool, most: int | None = None) -> CsvRecords:
        """The complete records in the buffer, which begins where the records found so far end.

        The caller passes the rest, `buffer[records.ends[-1]:]`, again with more bytes; it is not scanned twice.
        It never exceeds max_record + 5 bytes, so memory is bounded. A record whose CR is the last byte is incomplete,
        because an LF may follow.
        last: no more bytes follow. most: find at most this many records; the others are in the rest. Raises TypeError
        for a buffer that is not contiguous bytes, ValueError for one that is shorter than the rest of the previous one,
        and for `most` below 1.
        """

    @property
    def offset(self) -> int:
        """The offset in the stream at which the records found so far end."""
    @property
    def row(self) -> int:
        """How many of these records are not blank."""
    @property
    def line(self) -> int:
        """The physical line there. A finder made with offset, row, line and within_line finds the rest."""
    @property
    def within_line(self) -> bool:
        """Whether the last record found is a piece of an overlong line that continues."""

JSON_OBJECT: int
JSON_OTHER: int
JSON_OPEN_ARRAY: int
"""In JsonValues.fields: a value that begins with a brace, any other, the end of the stream between two of an array."""

class JsonValues(CsvRecords):
    """The values in a stream of JSON. fields: also UNCLOSED if broken, OVERLONG, REST_OF_LINE; 0 between values."""

    @property
    def begins(self) -> _Int64s: ...

class ValueFinder:
    """As RecordFinder, for values: elements of arrays, or values that follow each other; row: open arrays, 0 or 1."""

    @property
    def offset(self) -> int: ...
    @property
    def row(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def within_line(self) -> bool: ...
    def __init__(self, *, max_record: int = 1 << 26, offset: int = 0, row: int = 0, line: int = 1) -> None: ...
    def find(self, buffer: _Bytes, last: bool, most: int | None = None) -> JsonValues: ...

def deepest_level(data: _Bytes, most: int) -> int:
    """The deepest nesting of brackets outside strings, at most `most` + 1."""

def field_values(
    data: _Bytes, begins: _Int64s, ends: _Int64s, quote: str | None = '"', escape: str | None = None
) -> tuple[npt.NDArray[np.uint8], _Int64s]:
    """The values of fields, without quotes and escapes: their bytes, (total,), and their offsets, (fields + 1,).

    begins, ends: (fields,), as RecordFinder returns them for `data`; -1 for a record without the field, whose value is
    empty. The two arrays are the buffers of an Arrow column: pa.LargeBinaryArray.from_buffers(pa.large_binary(),
    len(begins), [None, pa.py_buffer(offsets), pa.py_buffer(values)]).
    Raises TypeError for data that is not contiguous bytes, ValueError for fields outside it.
    """

def append_suffixes(data: _Bytes, content_ends: _Int64s, suffixes: _Bytes, suffix_offsets: _Int64s) -> bytes:
    """The records' bytes with a suffix before each line end; the last record may lack one.

    content_ends: (records,), as RecordFinder returns them for `data`. suffix_offsets: (records + 1,); suffix i,
    suffixes[suffix_offsets[i]:suffix_offsets[i + 1]], includes its delimiter, and is empty if nothing is to be added.
    Raises TypeError for buffers that are not contiguous bytes, ValueError for offsets that fall or are out of range.
    """

def rejected_rows(
    data: _Bytes,
    offset: int,
    begins: _Int64s,
    content_ends: _Int64s,
    lines: _Int64s,
    reason_numbers: _Int64s,
    reasons: Sequence[bytes],
    first_field: bytes,
    open: bool,  # noqa: A002
    close: bool,
) -> bytes:
    """Rejected records as rows of a CSV file: line, offset in the stream, reason, the record as one quoted field.

    data: their bytes, which begin at `offset`. begins, content_ends, lines: (records,). reasons: as fields, quoted if
    necessary. reason_numbers: (records,), indices in them; -1 for a piece that continues the record before it.
    first_field: what each row begins with. open, close: whether the row before is still open, and whether to close the
    last one. Raises ValueError for places outside the data.
    """

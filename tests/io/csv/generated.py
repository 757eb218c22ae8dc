"""Tables and layouts drawn at random -> the bytes of CSV files, and what must be read from them."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from typing import Any

WORDS = "good bad film wonderful awful slow plot acting café 好 I it was the a of 表 ポスト naïve".split()
# In Shift-JIS, second bytes of characters are those of "|" and the backslash.
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16-le", "utf-16-be", "shift_jis")
KNOWN = [
    ["review"],
    ["text"],
    ["id", "review"],
    ["id", "text", "stars"],
    ["review", "sentiment"],
    ["label", "text"],
    ["Date", "Review", "x"],
]
UNKNOWN = [
    ["kommentar"],
    ["nr", "kommentar"],
    ["nr", "kommentar", "sterne"],
    ["kommentar", "art"],
    ["art", "kommentar"],
]
KINDS = {
    **dict.fromkeys(("id", "nr"), "number"),
    **dict.fromkeys(("stars", "sterne", "x"), "stars"),
    **dict.fromkeys(("sentiment", "label", "art"), "label"),
    "Date": "date",
}
TITLES = ["Report", "Comments of May 2024", "Export: 12 rows", '"All comments"', "Made by hand, 2024-05-01", "A; B; C"]


@dataclass(frozen=True)
class Drawn:
    """data: the file's bytes. copied: the same as they are copied to an output, in `written`. preamble: how many of
    those precede the table. columns: the names; None without a header. rows: the table. delimiter, text: its delimiter,
    and the place of its text column. needs: the options without which nothing tells how to read it. decides: further
    ones, under which it must be read. certain: whether it must be read without them, too.
    """

    data: bytes
    copied: bytes
    written: str
    preamble: int
    columns: list[str] | None
    rows: list[list[str]]
    delimiter: str
    text: int
    needs: dict[str, Any] = field(default_factory=dict)
    decides: dict[str, Any] = field(default_factory=dict)
    certain: bool = True


def draw(choose: random.Random, encoding: str = "utf-8") -> Drawn:
    """A table of up to 12 rows in any layout. encoding: one of ENCODINGS; in UTF-16 there is a byte-order mark."""
    words = [word for word in WORDS if word.encode(encoding, "replace").decode(encoding) == word]
    names = choose.choice(KNOWN) if (known := choose.random() < 0.6) else choose.choice(UNKNOWN)
    delimiter = choose.choice(",;\t|") if len(names) > 1 else ","
    header = choose.random() < 0.75
    kinds = [KINDS.get(name, "text") for name in names]
    rows = [[_value(kind, number, words, choose) for kind in kinds] for number in range(choose.randint(3, 12))]
    if not header and "label" in kinds:  # by which the first line is known to be data
        place = kinds.index("label")
        rows[1][place] = rows[0][place]
    if not header and len(names) == 1:  # and of texts, unless it is a short one
        rows[0] = [" ".join(choose.choices(words, k=12))]
    quoting = choose.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    line_end = choose.choice(["\n", "\r\n", "\r"])
    if line_end == "\r" and quoting != csv.QUOTE_ALL:  # Python 3.11 quotes only the line ends that it writes
        rows = [[value.replace("\n", " ") for value in row] for row in rows]
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    writer.writerows(([names] if header else []) + rows)
    content = table.getvalue()
    if choose.random() < 0.2:
        content = content.removesuffix(line_end)
    # Nothing tells a title above a single column without a known name from a name.
    titled = (known and header) or len(names) > 1
    preamble, decides = _preamble(choose, delimiter, line_end, titled, len(names), header)
    certain = not decides
    if not header:
        decides["header"], certain = False, False
    wide, bytewise = encoding.startswith("utf-16"), encoding in ("cp1252", "latin-1")
    mark = "\ufeff" if wide or (encoding == "utf-8" and choose.random() < 0.2) else ""
    needs = {"encoding": encoding} if encoding == "shift_jis" else {}
    if bytewise:  # without it, the bytes of texts are not valid UTF-8, but copied
        decides["encoding"] = encoding
    written = encoding if bytewise else "utf-8"
    # Columns without known names are found by what they hold; a file that must be read has its text column given.
    text = kinds.index("text")
    decides["delimiter"] = delimiter
    start = ("" if wide else mark) + preamble
    return Drawn(
        (mark + preamble + content).encode(encoding),
        (start + content).encode(written),
        written,
        len(start.encode(written)),
        names if header else None,
        rows,
        delimiter,
        text,
        needs,
        decides,
        certain and known,
    )


def _value(kind: str, number: int, words: list[str], choose: random.Random) -> str:
    if kind == "number":
        return str(number + 1)
    if kind == "stars":
        return choose.choice(["1", "2", "3,5", "4.5", "5", ""])
    if kind == "label":
        return choose.choice(["positive", "negative"])
    if kind == "date":
        return f"2024-{choose.randint(1, 12):02}-{choose.randint(1, 28):02}"
    text = " ".join(choose.choices(words, k=choose.randint(1, 9)))
    for mark in (", ", "; ", " | ", '"', "\n", "\t", ","):
        if choose.random() < 0.1:
            text = text.replace(" ", mark, 1)
    return "" if choose.random() < 0.03 else text


def _preamble(
    choose: random.Random, delimiter: str, line_end: str, titled: bool, columns: int, header: bool
) -> tuple[str, dict[str, Any]]:
    kind = choose.random() if titled else 0
    if kind < 0.6:
        return "", {}
    if kind < 0.7:
        return f"sep={delimiter}{line_end}", {}
    lines = choose.choices(TITLES, k=choose.randint(1, 3)) + [""] * choose.randint(0, 1)
    # A single title with as many fields cannot be told from column names: of words even if a blank line follows it.
    as_wide = not header and not any(lines[1:]) and len(next(csv.reader(lines, delimiter=delimiter))) == columns
    if as_wide and (len(lines) == 1 or not any(map(str.isdigit, lines[0]))):
        lines[0] = "Report"
    if kind < 0.85:
        return "".join(f"{line}{line_end}" for line in lines), {"skip_lines": len(lines)}
    return "".join(f"# {line}{line_end}" for line in lines), {"comment": "#"}


def read_back(data: bytes, delimiter: str, encoding: str = "utf-8") -> list[list[str]]:
    """The records of a CSV file by Python's csv."""
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))

"""A docstring's indented lines -> a list in Markdown, in which each keeps its own line on the site.

In: docstrings as griffe reads them for docs/reference/api.md. Out: the same, with `    name: text` as a list's item.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

ITEM, MORE = re.compile(r"^ {4}(?=\S)"), re.compile(r"^ {6,}(?=\S)")


class IndentedLists(griffe.Extension):
    """Used by mkdocstrings, which mkdocs.yml tells so."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = with_lists(obj.docstring.value)


def with_lists(docstring: str) -> str:
    """Lines indented by 4 become items, those indented by more continue the item before; examples (`>>>`) stay."""
    lines: list[str] = []
    inside = False
    for line in docstring.splitlines():
        if ITEM.match(line) and not line.strip().startswith((">>>", "...")):
            lines += ([] if inside else [""]) + [ITEM.sub("- ", line)]
            inside = True
        elif inside and MORE.match(line):
            lines.append(f"  {line.strip()}")
        else:
            lines += ([""] if inside and line.strip() else []) + [line]
            inside = False
    return "\n".join(lines)

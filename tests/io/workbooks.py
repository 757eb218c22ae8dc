"""Workbooks as Excel and LibreOffice write them, as small as they can be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NUMBER_FORMATS = (0, 14, 22, 21, 164)  # general, date, date and time, time, [h]:mm:ss

Rows = Sequence[Sequence[Any]]


def xlsx_bytes(sheets: Mapping[str, Rows]) -> bytes:
    """Cells are None, str, bool, numbers, or (number, place in the number formats above)."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        file.writestr("_rels/.rels", _relations([("r1", "officeDocument", "xl/workbook.xml")]))
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{place}" r:id="r{place}"/>' for place, name in enumerate(sheets, 1)
        )
        file.writestr(
            "xl/workbook.xml", f'<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'
        )
        parts = [(f"r{place}", "worksheet", f"worksheets/sheet{place}.xml") for place in range(1, len(sheets) + 1)]
        file.writestr("xl/_rels/workbook.xml.rels", _relations([*parts, ("rs", "styles", "styles.xml")]))
        formats = "".join(f'<xf numFmtId="{one}"/>' for one in _NUMBER_FORMATS)
        file.writestr(
            "xl/styles.xml",
            f'<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts>'
            f'<cellXfs count="{len(_NUMBER_FORMATS)}">{formats}</cellXfs></styleSheet>',
        )
        for place, rows in enumerate(sheets.values(), 1):
            written = "".join(_row(number, row) for number, row in enumerate(rows, 1))
            file.writestr(
                f"xl/worksheets/sheet{place}.xml", f"<worksheet {_MAIN}><sheetData>{written}</sheetData></worksheet>"
            )
    return sink.getvalue()


def ods_bytes(sheets: Mapping[str, Rows]) -> bytes:
    """Cells are str."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    tables = ""
    for name, rows in sheets.items():
        tables += f"<table:table table:name={quoteattr(name)}>"
        for row in rows:
            cells = "".join(_ods_cell(value) for value in row)
            tables += f"<table:table-row>{cells}</table:table-row>"
        tables += "</table:table>"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        file.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return sink.getvalue()


def _ods_cell(value: str) -> str:
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return (
        f'<table:table-cell office:value-type="string">{lines}</table:table-cell>' if value else "<table:table-cell/>"
    )


def _row(number: int, row: Sequence[Any]) -> str:
    cells = "".join(_cell(f"{chr(ord('A') + place)}{number}", value) for place, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Any) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case (number, style):
            return f'<c r="{place}" s="{style}"><v>{number!r}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _relations(parts: Sequence[tuple[str, str, str]]) -> str:
    written = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for name, kind, target in parts
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{written}</Relationships>'

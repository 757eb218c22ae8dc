"""The metadata that pandas leaves in a Parquet file -> the same, true of the columns that are written.

In: a schema and its metadata. Out: the metadata, unchanged if it is true of the schema. What pandas makes of it is left
to pandas.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

_PANDAS = b"pandas"
_OF_NAMES = {"name": None, "field_name": None, "pandas_type": "unicode", "numpy_type": "object", "metadata": None}


def true_metadata(schema: pa.Schema) -> pa.Schema:
    """The schema, whose columns are all named by strings: with metadata for pandas that says so.

    Index columns that are not written leave the index. Metadata that cannot be read is dropped.
    """
    metadata = schema.metadata
    if metadata is None or _PANDAS not in metadata:
        return schema
    others = {key: value for key, value in metadata.items() if key != _PANDAS}
    try:
        about = json.loads(metadata[_PANDAS])
        corrected = _corrected(about, set(schema.names))
    except (ValueError, TypeError, KeyError, AttributeError):
        return schema.with_metadata(others or None)
    if corrected == about:
        return schema
    return schema.with_metadata({**others, _PANDAS: json.dumps(corrected).encode()})


def _corrected(about: dict[str, Any], names: set[str]) -> dict[str, Any]:
    index = [one for one in about["index_columns"] if isinstance(one, dict) or one in names]
    columns = [one for one in about["columns"] if one.get("field_name", one["name"]) in names]
    of_names = about.get("column_indexes", [])
    if len(of_names) != 1 or of_names[0].get("pandas_type") not in ("unicode", "string", "empty"):
        of_names = [_OF_NAMES]
        # Names that were numbers or dates are strings here, as in the file.
        columns = [{**one, "name": one["name"] if one["name"] is None else str(one["field_name"])} for one in columns]
    return {**about, "index_columns": index, "columns": columns, "column_indexes": of_names}

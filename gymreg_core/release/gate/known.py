"""The pseudonyms of a store, to look for them in what goes out."""

from __future__ import annotations

import re
from pathlib import Path

_SHAPE = re.compile(r"[0-9a-f]{32}")


def pseudonyms_in(workspace: Path) -> frozenset[str]:
    """Every pseudonym that a table of a workspace holds, in hexadecimal; whatever the column is called."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.compute as pc  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    found: set[str] = set()
    for path in sorted(workspace.rglob("*.parquet")):
        try:
            schema = pq.read_schema(path)
            names = [field.name for field in schema if _words(field.type)]
            table = pq.read_table(path, columns=names) if names else None
        except (pa.ArrowInvalid, OSError):
            continue
        for column in table.columns if table is not None else ():
            values = pc.unique(column.cast(pa.string())).drop_null()
            if len(values) and _SHAPE.fullmatch(values[0].as_py()):
                found.update(value for value in values.to_pylist() if _SHAPE.fullmatch(value))
    return frozenset(found)


def _words(kind: object) -> bool:
    import pyarrow.types as is_  # type: ignore[import-untyped]

    of = kind.value_type if is_.is_dictionary(kind) else kind  # type: ignore[attr-defined]
    return bool(is_.is_string(of) or is_.is_large_string(of) or str(of) == "string_view")

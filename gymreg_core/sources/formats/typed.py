"""Columns that have a type of their own, in Parquet or a database, as the text that an extract in CSV would have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

TIME_ZONE = "Europe/Stockholm"
YES, NO = "Ja", "Nej"
_WHOLE = 1e15  # beyond this a float no longer holds every whole number


def as_text(column: pa.Array) -> pa.Array | None:
    """The cells (n,) as text, missing ones as missing; None where a type has no text, such as a list or a picture.

    A day is ÅÅÅÅ-MM-DD, of a point in time its local day; a number has a decimal comma and no needless decimals; true
    is Ja, false Nej.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        texts = as_text(column.dictionary)
        return None if texts is None else pa.DictionaryArray.from_arrays(column.indices, texts)
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    write = _writer(kind)
    if write is None:
        return None
    encoded = column.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices, write(encoded.dictionary))


def written(number: float) -> str:
    """A number as it stands in text: 3.0 -> 3, 247.5 -> 247,5."""
    if number != number:  # noqa: PLR0124 no number
        return ""
    if float(number).is_integer() and abs(number) < _WHOLE:
        return str(int(number))
    return repr(float(number)).replace(".", ",")


def _writer(kind: pa.DataType) -> Callable[[pa.Array], pa.Array] | None:
    types = pa.types
    of_kind: list[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]]] = [
        (types.is_date, _days),
        (types.is_timestamp, _local_days),
        (types.is_boolean, lambda cells: pc.if_else(cells, YES, NO)),
        (types.is_integer, lambda cells: cells.cast(pa.string())),
        (types.is_floating, lambda cells: _each(cells.cast(pa.float64()), written)),
        (types.is_decimal, lambda cells: _each(cells, lambda number: written(float(number)))),
    ]
    return next((write for is_kind, write in of_kind if is_kind(kind)), None)


def _days(cells: pa.Array) -> pa.Array:
    return pc.strftime(cells.cast(pa.date32()), format="%Y-%m-%d")


def _local_days(cells: pa.Array) -> pa.Array:
    if cells.type.tz is not None:
        cells = pc.local_timestamp(cells.cast(pa.timestamp(cells.type.unit, TIME_ZONE)))
    return _days(pc.floor_temporal(cells, unit="day"))


def _each(cells: pa.Array, write: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if cell is None else write(cell) for cell in cells.to_pylist()], pa.string())

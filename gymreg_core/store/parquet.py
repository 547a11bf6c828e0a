"""Tables as Parquet files whose bytes depend on the table alone, and back with the very same dtypes."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

_NULLABLE: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
DTYPES = (
    *("str", "int8", "int16", "int32", "int64", "Int64", "float64", "Float64", "bool", "boolean"),
    *("datetime64[s]", "category"),
)
"""Categories are texts; they come back in their order, but none of a table without rows."""


def dtypes_of(frame: pd.DataFrame) -> dict[str, str]:
    """The dtype of each column by name, in the order of the columns.

    Errors: TypeError where a column has a dtype that does not survive, or the index is more than a counter.
    """
    dtypes = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    strange = [name for name, dtype in dtypes.items() if dtype not in DTYPES]
    counter = isinstance(frame.index, pd.RangeIndex) and frame.index.equals(pd.RangeIndex(len(frame)))
    if strange or not counter or len(dtypes) != len(frame.columns):
        raise TypeError(f"not a table for the store: columns {strange}, index {type(frame.index).__name__}")
    return dtypes


def to_parquet(frame: pd.DataFrame) -> bytes:
    """The Parquet file of a table; equal tables give equal bytes under the same version of pyarrow."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    buffer = io.BytesIO()
    pq.write_table(
        table,
        buffer,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        row_group_size=1 << 20,
        store_schema=True,
    )
    return buffer.getvalue()


def from_parquet(content: bytes, dtypes: dict[str, str]) -> pd.DataFrame:
    """The table of a Parquet file with these columns and dtypes, in this order; others are not read.

    Errors: pyarrow.ArrowException, KeyError or ValueError where the file is none or holds something else.
    """
    table = pq.read_table(io.BytesIO(content), columns=list(dtypes))
    frame: pd.DataFrame = table.to_pandas(types_mapper=_NULLABLE.get)[list(dtypes)]
    for name in (name for name, dtype in dtypes.items() if dtype == "category"):
        kept = frame[name].astype("category").cat  # without rows it comes back as another dtype
        frame[name] = pd.Categorical.from_codes(kept.codes.to_numpy(), categories=kept.categories.astype("str"))
    return frame.astype(dtypes).reset_index(drop=True)

"""Any table of the store's dtypes comes back as it was, and equal tables have equal bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.findings import Finding
from gymreg_core.store.parquet import dtypes_of, from_parquet, to_parquet
from gymreg_core.store.shelf import Shelf

whole = st.integers(-(2**63), 2**63 - 1)
real = st.floats(allow_nan=False)
text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
CELLS = {
    "str": st.none() | text,
    **{f"int{bits}": st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    "datetime64[s]": st.datetimes().map(lambda at: at.replace(microsecond=0)),
    "Int64": st.none() | whole,
    "float64": st.none() | real,
    "Float64": st.none() | real,
    "bool": st.booleans(),
    "boolean": st.none() | st.booleans(),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 8))
    dtypes = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=6))
    columns = {
        f"c{n} å": pd.Series(draw(st.lists(CELLS[dtype], min_size=rows, max_size=rows)), dtype=dtype)
        for n, dtype in enumerate(dtypes)
    }
    return pd.DataFrame(columns)


@given(frames())
def test_a_table_comes_back_with_the_same_dtypes(frame: pd.DataFrame) -> None:
    content = to_parquet(frame)
    again = from_parquet(content, dtypes_of(frame))
    pd.testing.assert_frame_equal(again, frame, check_exact=True)
    assert to_parquet(again) == content == to_parquet(frame.copy())


@given(st.lists(text, unique=True, min_size=1, max_size=6), st.data())
def test_categories_come_back_in_their_order(categories: list[str], data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.integers(-1, len(categories) - 1), min_size=1, max_size=10))
    kept = pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype="str"))
    frame = pd.DataFrame({"c": pd.Series(kept)})
    content = to_parquet(frame)
    again = from_parquet(content, dtypes_of(frame))
    pd.testing.assert_frame_equal(again, frame, check_exact=True)
    assert to_parquet(again) == content


def test_a_table_without_rows_has_categories_of_texts() -> None:
    frame = pd.DataFrame({"c": pd.Series(pd.Categorical([], categories=pd.Index(["a"], dtype="str")))})
    again = from_parquet(to_parquet(frame), dtypes_of(frame))
    assert again["c"].dtype == pd.CategoricalDtype(pd.Index([], dtype="str"))


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), frames(), min_size=1), st.lists(st.lists(whole)))
def test_a_set_comes_back(tables: dict[str, pd.DataFrame], about: list[list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder) / "shelf")
        assert shelf.current is None
        shelf.put("key", tables, {"about": about})
        assert shelf.current == "key"
        stored = shelf.get()
        assert stored.about == {"about": about}
        assert sorted(stored.tables) == sorted(tables)
        for name, frame in tables.items():
            pd.testing.assert_frame_equal(stored.tables[name], frame, check_exact=True)


blanks = st.dictionaries(text, text | st.integers()).map(lambda d: tuple(d.items()))
findings = st.builds(
    Finding,
    rule=text,
    severity=st.sampled_from(["error", "warning", "info"]),
    message=text,
    advice=text,
    count=st.integers(0, 10**6),
    rows=st.lists(st.integers(1, 10**6), max_size=5).map(tuple),
    file=st.none() | text,
    sheet=st.none() | text,
    column=st.none() | text,
    blanks=blanks,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(findings, max_size=5))
def test_findings_come_back_with_their_blanks_in_order(found: list[Finding]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        shelf.put("key", {}, {"findings": [finding.to_dict() for finding in found]})
        assert [Finding.from_dict(record) for record in shelf.get().about["findings"]] == found

"""Whatever is done to an extract of enrolments: it is read or refused with findings, and what is read fits together."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.enrolments.overlaps import overlapping
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from tests.damage import damage_of, damaged
from tests.enrolments import small_enrolments, write_small
from tests.extracts import lines_of
from tests.formats import FORMATS, as_parquet, as_workbook, canonical

SPAN = st.tuples(st.integers(0, 3), st.integers(0, 30), st.one_of(st.none(), st.integers(0, 12)))


@pytest.fixture(scope="module")
def extract() -> Iterator[tuple[Path, list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder), write_small(Path(folder), small_enrolments(20))


@settings(max_examples=80, deadline=None)
@given(damage=damage_of(enrolment_kind().names))
def test_a_damaged_extract_is_read_or_refused_with_findings(
    extract: tuple[Path, list[str]], damage: list[tuple[object, ...]]
) -> None:
    whole, numbers = extract
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "extract"
        shutil.copytree(whole, there)
        for how, file, *details in damage:
            if (there / str(file)).exists():
                damaged(there / str(file), str(how), *details)
        reading = read_enrolments(there, b"k" * 16, strict=False)
    assert (reading.enrolments is None) == reading.findings.has_errors
    told = json.dumps(reading.findings.to_records(), ensure_ascii=False)
    assert not [number for number in numbers if number in told or number.replace("-", "") in told]
    if reading.enrolments is None:
        return
    tables = reading.enrolments.tables()
    for name in ("homes", "spells", "decisions", "certificates"):
        assert tables[name]["pupil"].between(0, len(tables["persons"]) - 1).all()
        assert not (tables[name]["annulled"] < tables[name]["recorded"]).any()
    spells = tables["spells"]
    assert spells["school"].between(0, len(tables["schools"]) - 1).all()
    assert spells["year_of_study"].between(1, 4).all()
    assert spells["stop"].isna().equals(spells["reason"].eq(""))
    counts = spells[spells["annulled"].isna()]
    assert not slowly_overlapping(counts["pupil"], counts["start"], counts["stop"]).any()
    assert not tables["persons"]["applicant"].duplicated().any()
    assert tables["year9"]["merit"].dropna().between(0, 340).all()
    assert set(tables["homes"].loc[tables["homes"]["annulled"].isna(), "pupil"]) == set(range(len(tables["persons"])))


@settings(max_examples=3, deadline=None)
@given(n=st.integers(1, 40), seed=st.integers(0, 10_000))
def test_an_extract_says_the_same_in_every_format(n: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        write_small(text, small_enrolments(n, seed), seed)
        read = read_enrolments(text)
        assert read.enrolments is not None
        for number, write in enumerate(FORMATS.values()):
            other = read_enrolments(write(text, Path(folder) / str(number)))
            assert other.findings == read.findings
            assert other.enrolments is not None
            assert canonical(other.enrolments) == canonical(read.enrolments)


@settings(max_examples=12, deadline=None)
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["inskrivningar.csv", "hemkommun.csv", "personer.csv", "bevis.csv"]),
            st.integers(1, 8),
            st.integers(0, 10),
            st.sampled_from(["", "x", "19/8 2024", "2024-13-01", "20240819", "7", "-1", "Ja", "0,5"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_text_that_cannot_be_read_is_found_alike_in_every_format(cells: list[tuple[str, int, int, str]]) -> None:
    """Kept as text, faults are the same ones on the same rows, which are counted from 1 where there is no header."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        write_small(text, small_enrolments(16))
        for file, line, column, cell in cells:
            if line < len(lines_of(text / file)):
                damaged(text / file, "cell", line, column, cell)
        expected = found_in(text, 0)
        for name, write, less in (("p", as_parquet(None, plain=True), 1), ("w", as_workbook(one=False, plain=True), 0)):
            assert found_in(Path(write(text, Path(folder) / name)), less) == expected


def found_in(folder: Path, less: int) -> list[tuple[str, str, str | None, tuple[int, ...], int]]:
    """Rules, files without ending, columns, rows as in a text file, counts."""
    return sorted(
        (f.rule, str(f.file).split(".")[0], f.column, tuple(row + less for row in f.rows), f.count)
        for f in check_enrolments(folder)
    )


def slowly_overlapping(whose: pd.Series, start: pd.Series, stop: pd.Series) -> np.ndarray:
    """Each two rows of one person side by side: every day of the one against every day of the other."""
    rows = list(zip(whose, start, stop.fillna(pd.Timestamp("2200-01-01")), strict=True))
    found = np.zeros(len(rows), np.bool_)
    for (i, a), (j, b) in combinations(enumerate(rows), 2):
        if a[0] == b[0] and max(a[1], b[1]) <= min(a[2], b[2]):
            found[[i, j]] = True
    return found


@settings(max_examples=300, deadline=None)
@given(spans=st.lists(SPAN, max_size=14))
@example(spans=[(0, 0, 12), (0, 1, 2), (0, 5, 1), (1, 0, None), (1, 3, 0)])
def test_overlaps_are_those_of_the_slow_way(spans: list[tuple[int, int, int | None]]) -> None:
    day = pd.Timestamp("2023-08-15").as_unit("s")
    whose = pd.Series([one[0] for one in spans], dtype="int32")
    start = pd.Series([day + pd.Timedelta(days=one[1]) for one in spans], dtype="datetime64[s]")
    stops = [pd.NaT if long is None else day + pd.Timedelta(days=at + long) for _, at, long in spans]
    stop = pd.Series(stops, dtype="datetime64[s]")
    found = overlapping(whose.to_numpy(), start.to_numpy(), stop.to_numpy())
    assert found.tolist() == slowly_overlapping(whose, start, stop).tolist()

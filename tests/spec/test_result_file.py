"""A match leaves by the office's own format: what is written is what comes back, and the file says what it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.result_file import APPLICANTS, result_file
from gymreg_core.matching.solve import solve
from gymreg_core.sources.opening import open_source
from gymreg_core.sources.published import read_results
from tests.registers import small_register

PLACE = ["municipality", "school", "study_path_code", "study_path_name"]
OWN = ["source_file", "source_row"]


def matched(register: Register, round_: str) -> pd.DataFrame:
    return outcome(solve(build_market(register, round_)), register)


@pytest.mark.parametrize("round_", ["preliminary", "final"])
@pytest.mark.parametrize("year", [2023, 2025])
@pytest.mark.parametrize("n", [25, 60, 400])
def test_what_is_read_back_is_what_was_matched(tmp_path: Path, n: int, year: int, round_: str) -> None:
    table = matched(small_register(n, seed=year, paths=20, intake_year=year), round_)
    path = result_file(table, made_up=True).write(tmp_path / "out")
    read = read_results(path)
    assert not read.findings.has_errors
    expected = table.sort_values(PLACE, kind="stable", ignore_index=True)
    if (year, round_) != (2025, "preliminary"):
        expected[list(APPLICANTS)] = pd.NA
    # What the points are made of is told by the points where neither code nor name says it: not so in small numbers.
    ignored = [*OWN, "scale"]
    pd.testing.assert_frame_equal(
        read.table.drop(columns=ignored), expected.astype(read.table.dtypes).drop(columns=ignored)
    )


def test_the_header_is_the_office_s_own(tmp_path: Path) -> None:
    path = result_file(matched(small_register(intake_year=2025), "preliminary"), made_up=True).write(tmp_path)
    assert path.name == "preliminarantagningsresultat-2025.xlsx"
    (sheet,) = open_source(path).sheets
    assert sheet.name == "Hela regionen"
    assert [str(word) for word in sheet.rows[0].cells] == [
        *("År", "Kommun", "Skola", "Organistionsform", "StudieVagKod", "Studievag", "Antagningsgrans", "Median"),
        *("AntalPlatser", "AntalAntagna", "AntalReserver", "AntalLedigaPlatser"),
        *("Sökande", "Sökande 1:a Beh", "Sökande 1:a OBeh", "Sökande Ovr Beh"),
    ]
    final = result_file(matched(small_register(intake_year=2025), "final"), made_up=True).write(tmp_path)
    assert final.name == "slutantagningsresultat-2025.xlsx"
    assert len(open_source(final).sheets[0].rows[0].cells) == 12


@pytest.mark.parametrize("made_up", [True, False])
def test_it_says_made_up_exactly_where_the_persons_are(tmp_path: Path, made_up: bool) -> None:
    path = result_file(matched(small_register(), "final"), made_up=made_up).write(tmp_path)
    assert open_source(path).made_up is made_up
    with zipfile.ZipFile(path) as archive:
        assert ("made-up" in archive.read("docProps/core.xml").decode()) is made_up


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    table = matched(small_register(), "final")
    one, other = result_file(table, made_up=True), result_file(table.sample(frac=1, random_state=1), made_up=True)
    assert one == other
    changed = table.assign(reserves=table["reserves"] + 1)
    assert result_file(changed, made_up=True).sha256 != one.sha256


def test_a_round_that_the_office_does_not_publish_is_refused() -> None:
    table = matched(small_register(), "final").assign(round="reserve_1")
    with pytest.raises(BadParameters, match="reserve_1"):
        result_file(table, made_up=True)


def test_what_its_reader_would_refuse_is_not_written() -> None:
    table = matched(small_register(), "final")
    twice = pd.concat([table, table.head(1)], ignore_index=True)
    with pytest.raises(BadInput) as refused:
        result_file(twice, made_up=True)
    assert [found.rule for found in refused.value.findings.errors] == ["row-repeated"]

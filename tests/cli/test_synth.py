"""gymreg synth as a user runs it: extracts that are read back clean, or with just the faults that were planted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gymreg_core.cli import app
from gymreg_core.errors import BadParameters

RUN = CliRunner()


def found(folder: Path) -> set[tuple[str, str, str, int]]:
    told = json.loads(RUN.invoke(app, ["check", str(folder), "--json"]).stdout)
    return {(one["rule"], one["file"], one["column"] or "", one["count"]) for one in told["findings"]}


def test_a_span_of_years_is_a_folder_each_and_clean(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["synth", "--out", str(tmp_path), "--years", "2023:2025", "--scale", "0.02"])
    assert result.exit_code == 0, result.output
    assert [folder.name for folder in sorted(tmp_path.iterdir())] == ["2023", "2024", "2025"]
    assert all(str(tmp_path / year) in result.stdout for year in ("2023", "2024", "2025"))
    assert found(tmp_path) == set()


def test_planted_faults_are_listed_and_found_and_nothing_else(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["synth", "--out", str(tmp_path), "--years", "2024", "--scale", "0.2", "--dirty"])
    assert result.exit_code == 0, result.output
    listed = json.loads((tmp_path / "2024" / "planterat.json").read_text(encoding="utf-8"))["planted"]
    planted = {(one["rule"], one["file"], one["column"], one["count"]) for one in listed}
    wanted = {"choice-late", "row-repeated-exactly", "study-path-code-not-known", "placeholder-number"}
    wanted |= {"identity-protected", "final-grades-missing", "rank-repeated", "choice-of-closed-path"}
    assert wanted <= {rule for rule, *_ in planted}
    assert found(tmp_path) == planted


@pytest.mark.parametrize("wrong", [["--years", "1998"], ["--years", "soon"], ["--scale", "0"], ["--scale", "50"]])
def test_what_cannot_be_made_is_said(tmp_path: Path, wrong: list[str]) -> None:
    result = RUN.invoke(app, ["synth", "--out", str(tmp_path / "region"), *wrong])
    assert isinstance(result.exception, BadParameters)
    assert not (tmp_path / "region").exists()


def test_enrolments_are_clean_link_with_the_registers_and_come_out_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        asked = ["synth", "--out", str(tmp_path / name), "--years", "2022:2023", "--scale", "0.02", "--enrolments"]
        result = RUN.invoke(app, [*asked, "--as-of", "2024-06-30"])
        assert result.exit_code == 0, result.output
    one, two = (
        {p.relative_to(d): p.read_bytes() for p in d.rglob("*.*")} for d in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    folder = tmp_path / "one" / "enrolments"
    assert json.loads((folder / "utdrag.json").read_text(encoding="utf-8"))["as_of"] == "2024-06-30"
    assert {rule for rule, *_ in found(folder)} <= {"placeholder-number", "coordination-number", "identity-protected"}
    numbers = {line.split(";")[0] for line in (folder / "personer.csv").read_text(encoding="utf-8").splitlines()[1:]}
    pupils = (tmp_path / "one" / "2022").glob("elever*.csv")
    of_register = {line.split(";")[0] for file in pupils for line in file.read_text(encoding="utf-8").splitlines()[1:]}
    assert len(numbers & of_register) > 0.9 * len(of_register)


def test_a_day_needs_enrolments(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["synth", "--out", str(tmp_path), "--as-of", "2024-06-30"])
    assert isinstance(result.exception, BadParameters)

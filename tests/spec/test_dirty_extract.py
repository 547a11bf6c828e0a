"""Faults planted into a made-up extract: reading it back finds them all, where they were planted, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.sources.register.identities import classified, normalised
from gymreg_core.sources.register.layout import layout
from gymreg_core.sources.register.reading import check_register, read_register
from gymreg_core.synthetic.dirty import LIST, faults, plant
from gymreg_core.vocabulary.finding_texts import severities
from tests.extracts import lines_of, write_extract
from tests.planted import found_in, told_by
from tests.registers import small_register, varied_register


def spring(register: Register) -> Register:
    """The register in April: no final lists, grades, seats or replies yet."""
    preliminary = register.applications[register.applications["round"].eq("preliminary")].reset_index(drop=True)
    grades = register.grades[register.grades["term"].eq("autumn")].reset_index(drop=True)
    paths = register.study_paths.assign(seats_final=np.int32(0))
    return replace(register, applications=preliminary, grades=grades, study_paths=paths, replies=register.replies[:0])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [(60, 12), (400, 40), (3000, 200)], ids=str)
def test_all_that_was_planted_is_found_and_nothing_else(tmp_path: Path, size: tuple[int, int], seed: int) -> None:
    n, paths = size
    write_extract(tmp_path, small_register(n=n, paths=paths, seed=seed))
    planted = plant(tmp_path, seed)
    assert len(planted) == len(faults())
    assert found_in(check_register(tmp_path)) == told_by(planted)


@pytest.mark.parametrize("seed", range(4))
def test_notes_that_a_clean_extract_has_are_found_besides(tmp_path: Path, seed: int) -> None:
    write_extract(tmp_path, varied_register(seed))
    before = check_register(tmp_path)
    assert len(before) == 4
    assert found_in(check_register(tmp_path)) == told_by([], before)
    planted = plant(tmp_path, seed)
    assert found_in(check_register(tmp_path)) == told_by(planted, before)


@pytest.mark.parametrize(
    "register", [spring(small_register()), small_register(n=4, paths=3), small_register(n=1, paths=2)]
)
def test_what_there_is_nobody_left_for_is_left_out(tmp_path: Path, register: Register) -> None:
    write_extract(tmp_path, register)
    planted = plant(tmp_path, 0)
    assert 0 < len(planted) < len(faults())
    assert found_in(check_register(tmp_path)) == told_by(planted)


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: f"{fault['rule']} in {fault['table']}")
def test_each_fault_alone_is_found_alone(tmp_path: Path, fault: dict[str, str]) -> None:
    write_extract(tmp_path, small_register(n=120, paths=20))
    planted = plant(tmp_path, 1, rules={fault["rule"]})
    assert fault["rule"] in {one.rule for one in planted}
    assert len({one.rule for one in planted}) == 1
    assert found_in(check_register(tmp_path)) == told_by(planted)


def test_every_fault_that_the_issue_names_is_planted() -> None:
    named = {
        "late rows": "choice-late",
        "duplicates": "row-repeated-exactly",
        "wrong codes": "study-path-code-not-known",
        "placeholder identity numbers": "placeholder-number",
        "protected identities": "identity-protected",
        "missing grades": "final-grades-missing",
        "two first choices": "rank-repeated",
        "closed study paths": "choice-of-closed-path",
    }
    assert set(named.values()) <= {fault["rule"] for fault in faults()}
    assert {fault["rule"] for fault in faults()} <= set(severities())
    for fault in faults():
        columns = {column.name for column in layout()[fault["table"]].fields}
        assert {fault["column"], *fault.get("where", {})} <= columns if "column" in fault else True


def test_the_list_lies_beside_the_files(tmp_path: Path) -> None:
    write_extract(tmp_path)
    planted = plant(tmp_path, 5)
    told = json.loads((tmp_path / LIST).read_text(encoding="utf-8"))
    assert told["seed"] == 5
    assert told["planted"] == [{**asdict(one), "rows": list(one.rows), "count": len(one.rows)} for one in planted]
    assert {one.severity for one in planted} == {"error", "warning", "info"}


def test_the_same_extract_and_seed_give_the_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_extract(tmp_path / name, seed=1)
        plant(tmp_path / name, seed)
    a, b, c = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a["elever.csv"] != c["elever.csv"]


def test_the_rest_of_the_extract_is_as_it_was(tmp_path: Path) -> None:
    write_extract(tmp_path, small_register(n=500))
    before = {path.name: lines_of(path) for path in sorted(tmp_path.glob("*.csv"))}
    planted = plant(tmp_path, 0, rules={"identity-protected"})
    after = {path.name: lines_of(path) for path in sorted(tmp_path.glob("*.csv"))}
    changed = {
        (name, line + 1)
        for name in before
        for line, (a, b) in enumerate(zip(before[name], after[name], strict=True))
        if a != b
    }
    assert changed == {("elever.csv", row) for row in planted[0].rows}


def test_no_number_that_is_planted_is_somebodys(tmp_path: Path) -> None:
    write_extract(tmp_path, small_register(n=2000))
    plant(tmp_path, 0)
    numbers = {
        n for path in tmp_path.glob("*.csv") for n in re.findall(r"\d{8}-\d{4}", path.read_text(encoding="utf-8"))
    }
    assert len(numbers) > 1500
    assert not classified(normalised(pa.array(sorted(numbers))), 2023).check_digit_right.any()


def test_faults_that_are_treated_leave_a_register_that_can_be_used(tmp_path: Path) -> None:
    treated = {fault["rule"] for fault in faults() if severities()[fault["rule"]] != "error"}
    assert len(treated) == 8
    write_extract(tmp_path, small_register(n=300))
    plant(tmp_path, 0, rules=treated)
    register = read_register(tmp_path).register
    assert register is not None
    assert len(register.pupils) == 300
    assert register.pupils["protected"].any()
    assert register.pupils["number_kind"].eq("placeholder").any()
    assert register.applications["late"].any()
    closed = register.study_paths["state"].eq("closed").to_numpy()
    assert not closed[register.applications["path"]].any()


def test_an_extract_with_every_fault_is_refused(tmp_path: Path) -> None:
    write_extract(tmp_path)
    plant(tmp_path, 0)
    with pytest.raises(BadInput) as refused:
        read_register(tmp_path)
    assert refused.value.exit_code == 11
    assert len(refused.value.findings) == len(faults())


def test_faults_are_planted_once_and_into_made_up_extracts_alone(tmp_path: Path) -> None:
    write_extract(tmp_path / "real", small_register(made_up=False))
    with pytest.raises(BadParameters, match="real"):
        plant(tmp_path / "real", 0)
    write_extract(tmp_path / "made up")
    plant(tmp_path / "made up", 0)
    with pytest.raises(BadParameters, match="already"):
        plant(tmp_path / "made up", 0)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="description"):
        plant(tmp_path / "empty", 0)

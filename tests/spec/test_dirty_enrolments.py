"""Faults planted into made-up enrolments: reading them finds all, where they were planted, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gymreg_core.cohort.build import histories
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.sources.enrolments.layout import FORMAT, layout
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.register.identities import classified, normalised
from gymreg_core.synthetic.dirty import CLEANED, LIST, Planted, faults, plant
from gymreg_core.synthetic.region import write_region
from gymreg_core.vocabulary.finding_texts import severities
from tests.enrolments import small_enrolments, tiny_enrolments, write_small
from tests.planted import found_in, told_by

FAULTS = faults(FORMAT)
TOGETHER = {
    "placeholder-shared": {"placeholder-number"},
    "protected-linked": {"identity-protected"},
    "diplomas-several": {"second_certificate"},
    **{rule: {"spells-overlap"} for rule in ("same_day_move", "overlap", "double_enrolment")},
}
"""What else is found where a fault is planted."""


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [150, 1500])
def test_all_that_was_planted_is_found_and_nothing_else(tmp_path: Path, n: int, seed: int) -> None:
    write_small(tmp_path, small_enrolments(n, seed))
    assert len(check_enrolments(tmp_path)) == 0
    planted = plant(tmp_path, seed)
    assert {one.rule for one in planted} == {fault["rule"] for fault in FAULTS}
    assert found_in(check_enrolments(tmp_path)) == told_by(planted)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['rule']} in {fault['table']}")
def test_each_fault_alone_is_found_alone(tmp_path: Path, fault: dict[str, Any]) -> None:
    write_small(tmp_path, small_enrolments(120))
    planted = plant(tmp_path, 1, rules={fault["rule"]})
    assert fault["rule"] in {one.rule for one in planted} <= {fault["rule"], *TOGETHER.get(fault["rule"], ())}
    assert found_in(check_enrolments(tmp_path)) == told_by(planted)


def cleaned(folder: Path) -> dict[str, int]:
    """The rows that each rule of the cleaning touched."""
    enrolments = read_enrolments(folder).enrolments
    assert enrolments is not None
    log = histories(enrolments).log
    return dict(zip(log["rule"], log["rows"].astype(int), strict=True))


CLEANING = {fault["rule"] for fault in FAULTS if fault["rule"] not in severities()}


@pytest.mark.parametrize("seed", range(3))
def test_what_no_check_finds_is_in_the_log_of_the_cleaning(tmp_path: Path, seed: int) -> None:
    """Each rule touches the rows that were planted for it besides those that it touched before, and no others."""
    write_small(tmp_path, small_enrolments(400, seed))
    before = cleaned(tmp_path)
    planted = [one for one in plant(tmp_path, seed, rules=CLEANING) if one.severity == CLEANED]
    assert {one.rule for one in planted} == CLEANING
    after = cleaned(tmp_path)
    touched = {one.rule: one.count for one in planted}
    assert {rule: after[rule] - before[rule] for rule in CLEANING} == touched
    others = set(after) - CLEANING - {"summer_gap", "after_certificate"}
    assert {rule: after[rule] for rule in others} == {rule: before[rule] for rule in others}


def test_the_faults_that_the_issue_names_are_errors_and_are_planted() -> None:
    named = {
        "overlapping spells": "spells-overlap",
        "stop before start": "stop-before-start",
        "unknown school": "school-not-known",
        "unknown municipality": "municipality-not-known",
        "merit 999": "merit-outside-scale",
        "duplicate rows": "row-twice",
    }
    assert set(named.values()) <= {fault["rule"] for fault in FAULTS}
    assert {rule for rule in named.values() if severities()[rule] != "error"} == {"spells-overlap"}
    assert len({fault["rule"] for fault in FAULTS}) >= 25
    for fault in FAULTS:
        columns = {column.name for column in layout()[fault["table"]].fields}
        assert {*fault.get("where", {}), *([fault["column"]] if "column" in fault else [])} <= columns


def test_an_extract_with_every_fault_is_refused_and_names_nobody(tmp_path: Path) -> None:
    numbers = write_small(tmp_path, small_enrolments(150))
    plant(tmp_path, 0)
    with pytest.raises(BadInput) as refused:
        read_enrolments(tmp_path)
    assert refused.value.exit_code == 11
    told = str(refused.value) + json.dumps(refused.value.findings.to_records(), ensure_ascii=False)
    assert not [number for number in numbers if number in told or number.replace("-", "") in told]


def test_faults_that_are_treated_leave_enrolments_that_can_be_used(tmp_path: Path) -> None:
    found = {fault["rule"] for fault in FAULTS if severities().get(fault["rule"], CLEANED) != CLEANED}
    treated = {rule for rule in found if severities()[rule] != "error"}
    assert treated == {
        *("identity-protected", "placeholder-number", "placeholder-shared", "home-unknown-at-start"),
        *("spells-overlap", "diplomas-several"),
    }
    write_small(tmp_path, small_enrolments(150))
    plant(tmp_path, 0, rules=treated)
    enrolments = read_enrolments(tmp_path).enrolments
    assert enrolments is not None
    assert len(enrolments.persons) > 150
    assert enrolments.persons["protected"].any()
    assert enrolments.persons["number_kind"].eq("placeholder").any()


def test_the_same_extract_and_seed_give_the_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_small(tmp_path / name, small_enrolments(150))
        plant(tmp_path / name, seed)
    a, b, c = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a["inskrivningar.csv"] != c["inskrivningar.csv"]
    assert LIST in a


def test_no_number_that_is_planted_is_somebodys(tmp_path: Path) -> None:
    write_small(tmp_path, small_enrolments(300))
    plant(tmp_path, 0)
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv")]
    numbers = {number for text in texts for number in re.findall(r"\d{8}-\d{4}", text)}
    assert len(numbers) > 250
    assert not classified(normalised(pa.array(sorted(numbers))), 2026).check_digit_right.any()


def test_what_nobody_is_left_for_is_left_out_and_real_persons_get_no_faults(tmp_path: Path) -> None:
    write_small(tmp_path / "two", tiny_enrolments([{"who": "Ada"}, {"who": "Bo"}]))
    planted = plant(tmp_path / "two", 0)
    assert 0 < len(planted) < len(FAULTS)
    assert found_in(check_enrolments(tmp_path / "two")) == told_by(planted)
    write_small(tmp_path / "real", small_enrolments(made_up=False))
    with pytest.raises(BadParameters, match="real"):
        plant(tmp_path / "real", 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_made_up_region_has_faults_that_are_all_found(tmp_path: Path, seed: int) -> None:
    folders = [
        write_region(
            tmp_path / name, seed=seed, years=(2021, 2022), scale=0.03, enrolments=True, dirty=name == "dirty"
        )[-1]
        for name in ("clean", "dirty")
    ]
    planted = [Planted(**{**one, "rows": tuple(one["rows"])}) for one in planted_in(folders[1])]
    assert len({one.rule for one in planted}) > 40
    assert found_in(check_enrolments(folders[1])) == told_by(planted, check_enrolments(folders[0]))


def planted_in(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((folder / LIST).read_text(encoding="utf-8"))["planted"]
    return [{name: cell for name, cell in one.items() if name != "count"} for one in listed]

"""Faults planted into made-up enrolments: reading them finds all, where they were planted, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.sources.enrolments.layout import FORMAT, layout
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.register.identities import classified, normalised
from gymreg_core.synthetic.dirty import LIST, faults, plant
from gymreg_core.vocabulary.finding_texts import severities
from tests.enrolments import small_enrolments, tiny_enrolments, write_small
from tests.planted import found_in, told_by

FAULTS = faults(FORMAT)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [150, 1500])
def test_all_that_was_planted_is_found_and_nothing_else(tmp_path: Path, n: int, seed: int) -> None:
    write_small(tmp_path, small_enrolments(n, seed))
    assert len(check_enrolments(tmp_path)) == 0
    planted = plant(tmp_path, seed)
    assert len(planted) == len(FAULTS)
    assert found_in(check_enrolments(tmp_path)) == told_by(planted)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['rule']} in {fault['table']}")
def test_each_fault_alone_is_found_alone(tmp_path: Path, fault: dict[str, Any]) -> None:
    write_small(tmp_path, small_enrolments(120))
    planted = plant(tmp_path, 1, rules={fault["rule"]})
    assert {one.rule for one in planted} == {fault["rule"]}
    assert found_in(check_enrolments(tmp_path)) == told_by(planted)


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
    assert {severities()[rule] for rule in named.values()} == {"error"}
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
    treated = {fault["rule"] for fault in FAULTS if severities()[fault["rule"]] != "error"}
    assert treated == {"identity-protected", "placeholder-number", "home-unknown-at-start"}
    write_small(tmp_path, small_enrolments(150))
    plant(tmp_path, 0, rules=treated)
    enrolments = read_enrolments(tmp_path).enrolments
    assert enrolments is not None
    assert len(enrolments.persons) == 150
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

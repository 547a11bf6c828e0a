"""What the report on completion may be asked for, and what each request comes to."""

from __future__ import annotations

from functools import cache
from typing import cast

import pytest

from gymreg_core.errors import BadParameters, DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout_material import DropoutMaterial
from gymreg_core.reporting.dropout_plan import DropoutParams, DropoutPlan
from gymreg_core.reporting.params import make_plan
from gymreg_core.store.tracked import StoredTracked
from tests.tracked_tables import empty, random_tracked

COHORTS = {2021: True, 2022: True, 2023: False, 2024: False}
NAMES = {"municipality": ["Täby"], "provider_form": ["independent", "municipal"], "programme": ["EK", "IMS"]}
DECISION = "Styrelsen 2026-06-11, § 45"


def plan(**values: object) -> DropoutPlan:
    made = make_plan({"report": "dropout", **values}, where="test.yml")
    assert isinstance(made, DropoutPlan)
    return made


def runs(**values: object) -> list[DropoutParams]:
    return plan(**values).expand(COHORTS, lambda _, scope: NAMES[scope])


@pytest.mark.parametrize(
    ("values", "cohorts"),
    [
        ({}, [(2022, 2021)]),
        ({"cohort": "all"}, [(2024, 2023), (2023, 2022), (2022, 2021), (2021, None)]),
        ({"cohort": 2024}, [(2024, 2023)]),
        ({"cohort": 2024, "compare_to": 2021}, [(2024, 2021)]),
        ({"compare_to": None}, [(2022, None)]),
    ],
    ids=["newest whose three years have passed", "all", "a young one", "compared with another", "with none"],
)
def test_cohorts(values: dict[str, object], cohorts: list[tuple[int, int | None]]) -> None:
    assert [(run.cohort, run.compare_to) for run in runs(**values)] == cohorts


def test_the_newest_where_no_cohort_has_had_three_years() -> None:
    (run,) = plan().expand({2024: False, 2025: False}, lambda *_: [])
    assert (run.cohort, run.compare_to) == (2025, 2024)


@pytest.mark.parametrize(
    ("values", "slugs"),
    [
        ({}, ["genomstromning-2022"]),
        ({"scope": "municipality", "scope_name": "Täby"}, ["genomstromning-2022-taby"]),
        (
            {"scope": "provider_form", "scope_name": "all"},
            ["genomstromning-2022-huvudman-fristaende", "genomstromning-2022-huvudman-kommunal"],
        ),
        (
            {"scope": "programme", "scope_name": "all"},
            ["genomstromning-2022-program-ek", "genomstromning-2022-program-ims"],
        ),
    ],
)
def test_addresses(values: dict[str, object], slugs: list[str]) -> None:
    assert [run.slug for run in runs(**values)] == slugs
    assert {run.card for run in runs(**values)} == {"dropout"}


def test_every_party_gets_a_page_with_or_without_a_school() -> None:
    assert len(runs(scope="municipality", scope_name="all")) == 27


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"cohrot": 2022}, "'cohrot' is not a parameter of the dropout report. Did you mean 'cohort'?"),
        ({"year": 2022}, "'year' is not a parameter of the dropout report"),
        ({"cohort": "2022.5"}, "a whole number from 1990 to 2100, 'latest' or 'all'"),
        ({"cohort": 1989}, "a whole number from 1990 to 2100"),
        ({"scope": "school"}, "'region', 'municipality', 'provider_form' or 'programme'"),
        ({"cohort": 2019}, "Cohorts: 2021, 2022, 2023 (not three years yet), 2024 (not three years yet)"),
        ({"compare_to": 2019}, "there is no cohort 2019 to compare 2022 with"),
        ({"compare_to": 2022}, "there is no cohort 2022 to compare 2022 with"),
        ({"scope": "programme", "scope_name": "EKO"}, "Did you mean 'EK'"),
        ({"scope": "municipality", "scope_name": "Tåby"}, "Did you mean 'Täby'"),
        ({"scope": "municipality"}, "no municipality named None"),
        ({"decision": 7}, "'decision' has to be a text or nothing (null)"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(values: dict[str, object], told: str) -> None:
    with pytest.raises(BadParameters) as caught:
        runs(**values)
    assert told in str(caught.value)


made = cache(random_tracked)


def material(*, made_up: bool, pupils: int = 60) -> DropoutMaterial:
    tracked = made(pupils=pupils) if pupils else empty()
    provenance = Provenance((), already_public=False, made_up=made_up)
    stored = StoredTracked("key", tracked, provenance)
    return DropoutMaterial(stored, cast("object", None))  # type: ignore[arg-type]


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_real_pupils_need_a_decision(nothing: str | None) -> None:
    with pytest.raises(DisclosureRefused) as refused:
        material(made_up=False).wanted(plan(decision=nothing))
    assert refused.value.exit_code == 13
    assert "decision:" in str(refused.value)
    (params,) = material(made_up=False).wanted(plan(decision=DECISION))
    assert params.slug == "genomstromning-2022"


def test_names_are_those_that_pupils_of_the_cohort_belong_to() -> None:
    found = material(made_up=True, pupils=600).wanted(plan(scope="programme", scope_name="all"))
    assert {run.scope_name for run in found} == {"EK", "NA", "SA", "BA", "EE", "VO", "IMA", "IMS", "IMV", "IMY"}


def test_without_any_cohort_nothing_can_be_asked_for() -> None:
    with pytest.raises(BadParameters, match="Cohorts: none"):
        material(made_up=True, pupils=0).wanted(plan())

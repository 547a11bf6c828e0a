"""What a report may be asked for, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymreg_core.errors import BadParameters
from gymreg_core.reporting.admission_plan import AdmissionParams
from gymreg_core.reporting.build import HOME, load_plans
from gymreg_core.reporting.params import load_plan, make_plan

AVAILABLE = [(2022, "final"), (2023, "final"), (2023, "preliminary"), (2025, "preliminary")]


def names(year: int, round_: str, scope: str) -> list[str]:
    return {"municipality": ["Täby", "Östhammar"], "school": ["Åsö"], "provider_form": ["municipal", "independent"]}[
        scope
    ]


def plan(**values: object) -> list[AdmissionParams]:
    return make_plan({"report": "admission", **values}, where="test.yml").expand(AVAILABLE, names)


def test_latest_is_the_newest_year_of_the_round() -> None:
    assert [(p.intake_year, p.round, p.compare_to) for p in plan(round="final")] == [(2023, "final", 2022)]
    assert [(p.intake_year, p.compare_to) for p in plan(round="preliminary")] == [(2025, 2023)]


def test_all_years_and_rounds_newest_first() -> None:
    assert [(p.intake_year, p.round) for p in plan(intake_year="all", round="all")] == [
        (2025, "preliminary"), (2023, "preliminary"), (2023, "final"), (2022, "final"),
    ]  # fmt: skip


def test_every_party_to_the_agreement_gets_a_page_and_no_other() -> None:
    pages = plan(scope="municipality", scope_name="all")
    assert len(pages) == 27
    assert {"Täby", "Vaxholm", "Håbo"} <= {p.scope_name for p in pages}
    assert not {"Östhammar", "Gnesta"} & {p.scope_name for p in pages}


@pytest.mark.parametrize(
    ("values", "slug"),
    [
        ({}, "antagning-2023-slut"),
        ({"scope": "municipality", "scope_name": "Täby"}, "antagning-2023-slut-taby"),
        ({"scope": "school", "scope_name": "Åsö"}, "antagning-2023-slut-skola-aso"),
        ({"scope": "provider_form", "scope_name": "independent"}, "antagning-2023-slut-huvudman-fristaende"),
    ],
)
def test_addresses(values: dict[str, object], slug: str) -> None:
    assert plan(**values)[0].slug == slug


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"intake_yaer": 2023}, "Did you mean 'intake_year'?"),
        ({"intake_year": "2023.5"}, "a whole number from 1990 to 2100, 'latest' or 'all'"),
        ({"intake_year": 23}, "a whole number from 1990 to 2100"),
        ({"round": "slut"}, "'preliminary', 'final' or 'all'"),
        ({"languages": []}, "'languages'"),
        ({"languages": ["de"]}, "'sv' or 'en'"),
        ({"scope": "municipality", "scope_name": "Tåby"}, "Did you mean 'Täby'"),
        ({"scope": "municipality"}, "no municipality named None"),
        ({"intake_year": 2019}, "The data hold: 2022 final, 2023 final"),
        ({"report": "admision"}, "Reports: admission"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(values: dict[str, object], told: str) -> None:
    with pytest.raises(BadParameters) as caught:
        plan(**values)
    assert told in str(caught.value)
    assert caught.value.exit_code == 10


def test_every_fault_at_once() -> None:
    with pytest.raises(BadParameters) as caught:
        plan(rond="final", intake_year="x", scope="country")
    assert all(word in str(caught.value) for word in ("'rond'", "'intake_year'", "'scope'"))


@pytest.mark.parametrize("text", ["a: [", "- 1\n- 2\n", "", "\x00", "report: admission\nreport: [1"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadParameters, match=r"x\.yml"):
        load_plan(path)


def test_the_project_s_own_params_are_good() -> None:
    assert {p.scope for p in load_plans(HOME / "params")} == {"region", "municipality"}


def test_a_folder_without_params_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadParameters, match="no params files"):
        load_plans(tmp_path)

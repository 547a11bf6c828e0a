"""What a report may be asked for, and how a mistake is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gymreg_core import cli
from gymreg_core.errors import BadParameters
from gymreg_core.reporting.admission_plan import AdmissionParams
from gymreg_core.reporting.build import HOME, load_plans
from gymreg_core.reporting.funding_plan import FundingParams, FundingPlan
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
    wanted = {(p.report, p.scope) for p in load_plans(HOME / "params")}
    of_funding = {("funding", scope) for scope in ("region", "municipality", "provider_form")}
    of_dropout = {("dropout", scope) for scope in ("region", "municipality", "provider_form", "programme")}
    alone = {("admission", "region"), ("admission", "municipality"), ("cutoffs", "region"), ("effects", "region")}
    alone |= {("supply_demand", "region"), ("supply_demand", "municipality"), ("programme_council", "programme")}
    assert wanted == {*alone, *of_funding, *of_dropout}


SETTLED = {2023: 12, 2024: 12, 2025: 5}


def funding(**values: object) -> list[FundingParams]:
    made = make_plan({"report": "funding", **values}, where="test.yml")
    assert isinstance(made, FundingPlan)
    return made.expand(
        SETTLED, lambda year, scope: ["Täby"] if scope == "municipality" else ["municipal", "independent"]
    )


@pytest.mark.parametrize(
    ("values", "years"),
    [
        ({}, [(2024, 2023)]),
        ({"year": "all"}, [(2025, None), (2024, 2023), (2023, None)]),
        ({"year": 2025}, [(2025, None)]),
        ({"year": 2025, "compare_to": 2024}, [(2025, 2024)]),
        ({"compare_to": None}, [(2024, None)]),
    ],
    ids=["newest whole", "all", "unfinished is compared with none", "unless asked for", "with none"],
)
def test_years_of_funding(values: dict[str, object], years: list[tuple[int, int | None]]) -> None:
    assert [(p.year, p.compare_to) for p in funding(**values)] == years


@pytest.mark.parametrize(
    ("values", "slug"),
    [
        ({}, "ersattning-2024"),
        ({"scope": "municipality", "scope_name": "Täby"}, "ersattning-2024-taby"),
        ({"scope": "provider_form", "scope_name": "independent"}, "ersattning-2024-huvudman-fristaende"),
    ],
)
def test_addresses_of_funding(values: dict[str, object], slug: str) -> None:
    assert funding(**values)[0].slug == slug


def test_every_party_gets_a_page_of_funding_and_every_provider_that_is_paid() -> None:
    assert len(funding(scope="municipality", scope_name="all")) == 27
    assert [p.scope_name for p in funding(scope="provider_form", scope_name="all")] == ["independent", "municipal"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"yaer": 2023}, "'yaer' is not a parameter of the funding report. Did you mean 'year'?"),
        ({"intake_year": 2023}, "'intake_year' is not a parameter of the funding report"),
        ({"year": "2023.5"}, "a whole number from 1990 to 2100, 'latest' or 'all'"),
        ({"scope": "school"}, "'region', 'municipality' or 'provider_form'"),
        ({"year": 2019}, "Settled: 2023 (12 months), 2024 (12 months), 2025 (5 months)"),
        ({"compare_to": 2019}, "nothing is settled of 2019 to compare with"),
        ({"scope": "municipality", "scope_name": "Tåby"}, "Did you mean 'Täby'"),
        ({"scope": "municipality"}, "no municipality named None"),
        ({"decision": 7}, "'decision' has to be a text or nothing (null)"),
    ],
)
def test_a_mistake_about_funding_is_told_with_its_remedy(values: dict[str, object], told: str) -> None:
    with pytest.raises(BadParameters) as caught:
        funding(**values)
    assert told in str(caught.value)


@pytest.mark.parametrize("setting", ["yaer=2023", "year=x", "scope=school"])
def test_the_command_tells_a_mistake_before_anything_runs(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["gymreg", "report", "funding", "--set", setting, "--workspace", str(tmp_path / "ws")]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 10
    assert setting.partition("=")[0] in capsys.readouterr().err
    assert not (tmp_path / "ws").exists()


def test_a_folder_without_params_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadParameters, match="no params files"):
        load_plans(tmp_path)

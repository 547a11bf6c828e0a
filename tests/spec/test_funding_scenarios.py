"""What each kind of funding scenario does to four pupils, reckoned by hand, and what is wrong with a file."""

# ruff: noqa: E501 - cases are written as wide as they are

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from gymreg_core.contracts.price_lists import REGION, PriceList, price_table
from gymreg_core.errors import BadParameters
from gymreg_core.funding.changed_prices import changed_prices
from gymreg_core.funding.price_index import consumer_prices
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.scenarios import PriceChange, load_scenario, make_scenario
from gymreg_core.funding.what_if import FundingWhatIf, what_if
from gymreg_core.funding.what_if_words import phrase, step_names
from tests.funding_decisions import YEAR, decision, four_pupils

EXAMPLES = sorted(
    path
    for path in (Path(__file__).resolve().parents[2] / "params/scenarios").glob("*.yml")
    if "about: funding" in path.read_text("utf-8")
)

# Kronor a year today. Asta 120,000 + 2,400; Bo 96,000 x 1.06; Cia 96,000 + 2,400; Dan four months of 120,000.
TODAY = 122_400 + 101_760 + 98_400 + 40_000

# kind: the change, and what it adds in kronor.
KINDS: dict[str, tuple[str, float]] = {
    "all prices of the region's list": ("prices: {percent: 10}", 12_000 + 9_600 * 1.06 + 9_600 + 4_000),
    "by nothing": ("prices: {percent: 0}", 0),
    "of a programme": ("prices: {percent: 5, programme: EK}", 6_000 + 2_000),
    "of two": ("prices: {percent: -5, programme: [EK, NA]}", -(6_000 + 4_800 * 1.06 + 4_800 + 2_000)),
    "of one entry of the list": ("prices: {percent: 5, code: EK}", 6_000 + 2_000),
    "re-priced": ("prices: {amount: 100000, programme: NA}", 4_000 * 1.06 + 4_000),
    "teaching, half of the price": ("prices: {percent: 10, cost_type: teaching}", 6_000 + 4_800 * 1.06 + 4_800 + 2_000),
    "the national list, which nobody is paid by": ("prices: {percent: 10, lists: national}", 0),
    "a level of the supplement": ("supplement: {percent: 50, levels: [2]}", 1_200),
    "all levels": ("supplement: {percent: 100}", 4_800),
    "a higher limit, with tax for Bo and four months for Dan": ("supplement: {limit: 300}", 1_200 * 1.06 + 400),
    "nothing without a merit value": ("supplement: {missing_level: 0, amounts: [1200, 2400, 3600]}", -2_400),
    "other bands": ("supplement: {bands: [100, 0], amounts: [1200, 2400, 2400]}", -1_200),
    "another total": ("supplement: {total: 9600}", 4_800),
    "more pupils from a municipality": ("pupils: {percent: 50, home_municipality: Täby}", 101_760 / 2),
    "none on a programme": ("pupils: {percent: -100, programme: NA}", -(101_760 + 98_400)),
    "more pupils everywhere": ("pupils: {percent: 10}", TODAY / 10),
    # On the 10th of September Dan was not there; day by day he was for 19 of its 30 days.
    "counted on the 10th": ("count_days: 10", -10_000),
    "counted by day": ("count_days: daily", -10_000 * 11 / 30),
    # 96,000 x 6/94 instead of x 6/100.
    "six per cent of the total": ("vat: of_total", 96_000 * 6 / 94 - 5_760),
    "six per cent on top, as today": ("vat: on_top", 0),
}  # fmt: skip


def tried(*changes: dict[str, Any], **more: Any) -> FundingWhatIf:
    asked = {"about": "funding", "name": "prov", "changes": list(changes), **more}
    return what_if(four_pupils(), asked, YEAR, today=decision())


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_adds_what_it_should(kind: str) -> None:
    text, kronor = KINDS[kind]
    found = tried(yaml.safe_load(text)).summary()
    assert found["amount_previous"] == TODAY * 100
    assert found["amount_change"] == round(kronor * 100)
    assert found["steps"] == [found["amount_change"]]


def test_each_change_stands_on_those_before_it() -> None:
    """Ten per cent on prices that have risen by ten per cent is eleven per cent of today's."""
    twice = tried({"prices": {"percent": 10}}, {"prices": {"percent": 10}}, {"pupils": {"percent": 100}})
    first, second, third = twice.summary()["steps"]
    assert second == pytest.approx(1.1 * first, rel=1e-12)
    assert third == twice.summary()["amount"] / 2


def test_programinriktat_val_moves_with_its_programme_and_a_like_programme_does_not() -> None:
    tariff = (
        decision()
        .changed(make_scenario(asked({"prices": {"amount": 100_000, "programme": "NA"}})).changes[0], lambda _: 0)
        .tariff
    )
    now = {code: tariff.price(code, 2, YEAR).amount for code in ("NANAT", "IMVNA", "TETEK", "EKEKO")}
    before = {code: decision().tariff.price(code, 2, YEAR).amount for code in now}
    assert (now["NANAT"], now["IMVNA"]) == (10_000_000, 10_000_000)
    assert (now["TETEK"], now["EKEKO"]) == (before["TETEK"], before["EKEKO"])


def test_the_national_list_is_changed_with_its_tax_in_it() -> None:
    """The list holds six per cent that a price does not; an amount of a scenario is without them."""
    today = decision()
    price = lambda change: today.changed(make_scenario(asked({"prices": change})).changes[0], lambda _: 0).tariff.price(  # noqa: E731
        "EKEKO", 2, YEAR, provider_form="independent", home="Uppsala", school_municipality="Stockholm"
    )
    before = today.tariff.price(
        "EKEKO", 2, YEAR, provider_form="independent", home="Uppsala", school_municipality="Stockholm"
    )
    assert "national" in before.rule
    assert price({"percent": 0, "lists": "national"}).amount == before.amount
    assert price({"amount": 100_000, "programme": "EK", "lists": "national"}).amount == 10_000_000
    higher = price({"percent": 10, "lists": "national"}).amount
    assert abs(higher - 1.1 * before.amount) <= 50 / 1.06 + 1  # the list is in whole kronor


def asked(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"about": "funding", "name": "prov", "changes": list(changes)}


def test_who_pays_and_who_gets() -> None:
    found = tried({"prices": {"amount": 100_000, "programme": "NA"}})
    changes = {
        by: dict(zip(found.rows(by)["group"], found.rows(by)["amount_change"], strict=True))
        for by in ("payer", "school", "kind")
    }
    assert changes["payer"] == {"Nacka": 400_000, "Stockholm": 0, "Täby": 424_000}
    assert changes["school"] == {"A": 400_000, "B": 424_000}
    assert changes["kind"] == {"independent": 424_000, "inter_municipal": 400_000, "own": 0}
    relative = dict(zip(found.rows("payer")["group"], found.rows("payer")["relative"], strict=True))
    even = 824_000 / TODAY
    assert relative["Stockholm"] == pytest.approx(-even * 162_400, abs=1)
    summary = found.summary()
    assert (summary["payers_more"], summary["payers_less"]) == (2, 1)
    assert (summary["schools_more"], summary["schools_less"]) == (1, 1)


def test_more_pupils_are_about_those_there_are() -> None:
    """Asta and Cia are covered; Bo pays from Täby and is not."""
    for change, moved in (({"percent": 10}, (4, 2)), ({"percent": 10, "home_municipality": "Täby"}, (1, 0))):
        whole = tried({"pupils": change}).rows("region").iloc[0]
        assert (whole["moved"], whole["moved_covered"]) == moved


def test_a_list_of_ones_own_is_changed_and_not_what_it_stands_before() -> None:
    """In 2023 the region's list leaves the price of NBTRA to the national list; the list in hand names one."""
    row = {"code": "NBTRA", "amount": 200_000_00, "year_of_study": 0, "group": "ordinary", "price_year": 2023}
    rows = price_table(pd.DataFrame([{**row, "per_month": False, "with_vat": False, "row": 0}]))
    tariff = Tariff.packaged().with_list(PriceList(REGION, "a list for tests", rows))
    change = PriceChange(percent=10, code=("NBTRA",))
    assert changed_prices(tariff, change, 2023).price("NBTRA", 2, 2023).amount == 220_000_00
    with pytest.raises(BadParameters, match="no price is selected"):
        changed_prices(Tariff.packaged(), change, 2023)


def test_months_are_counted_by_the_day_where_days_count() -> None:
    """Dan: October to December and 19 of the 30 days of September. All but Asta's and Cia's are covered by the limit."""
    whole = tried({"count_days": "daily"}, {"supplement": {"limit": 300}}).rows("region").iloc[0]
    assert (whole["pupil_months_previous"], whole["covered_months_previous"]) == (40, 24)
    assert whole[["pupil_months", "covered_months"]].tolist() == pytest.approx([39 + 19 / 30] * 2)


def test_schools_of_one_name_are_told_apart_and_those_outside_come_last() -> None:
    four = four_pupils()
    same = replace(four, schools=four.schools.assign(school="Almvreta"))
    found = what_if(same, asked(), YEAR, today=decision())
    units = four.schools["school_id"].tolist()
    assert found.rows("school")["group"].tolist() == [f"Almvreta (Stockholm) ({unit})" for unit in sorted(units)]
    places = replace(same, schools=same.schools.assign(municipality=["Stockholm", "Täby"]))
    found = what_if(places, asked(), YEAR, today=decision())
    assert found.rows("school")["group"].tolist() == ["Almvreta (Stockholm)", "Almvreta (Täby)"]
    homes = same.homes.assign(municipality=["Uppsala", "Österåker", "Nacka", "Nacka"])
    found = what_if(replace(same, homes=homes), asked(), YEAR, today=decision())
    assert found.rows("payer")["group"].tolist() == ["Nacka", "Österåker", "outside"]


def test_protected_identities_are_no_school_that_gets_more() -> None:
    four = four_pupils()
    hidden = replace(four, persons=four.persons.assign(protected=[True, False, False, False]))
    found = what_if(hidden, asked({"prices": {"percent": 10, "programme": "EK"}}), YEAR, today=decision())
    assert found.rows("school")["relative"].gt(0).tolist() == [True, False, False]  # '', A, B
    assert (found.summary()["schools_more"], found.summary()["schools_less"]) == (0, 2)


def test_what_is_in_fixed_prices() -> None:
    """Prices and supplement up by 10 per cent while costs rise by 4: 1.10 / 1.04."""
    both = ({"prices": {"percent": 10}}, {"supplement": {"percent": 10}})
    assert tried(*both, expected_rise=4).summary()["per_pupil_real_change"] == pytest.approx(1.10 / 1.04 - 1, abs=1e-6)
    assert tried(*both).expected_rise == pytest.approx(2.0)  # rules/prices/index.yml, consumer_prices_ahead
    found = what_if(four_pupils(), asked(), 2024)
    assert found.expected_rise == pytest.approx(float(consumer_prices(2025) / consumer_prices(2024) - 1) * 100)
    assert found.expected_rise != pytest.approx(float(consumer_prices(2024) / consumer_prices(2023) - 1) * 100)


FAULTS = {
    "no such field": ("changes: [{prices: {percnt: 2}}]", "'changes.1.prices.percnt' is not known. Did you mean 'percent'?"),
    "no such programme": ("changes: [{prices: {percent: 2, programme: NAA}}]", "there is no 'NAA'. Did you mean 'NA'?"),
    "no such municipality": ("changes: [{pupils: {percent: 2, home_municipality: Stokholm}}]", "Did you mean 'Stockholm'"),
    "no such cost type": ("changes: [{prices: {percent: 2, cost_type: meal}}]", "Did you mean 'meals'"),
    "no such list": ("changes: [{prices: {percent: 2, lists: region}}]", "Did you mean 'regional'"),
    "two sizes": ("changes: [{prices: {percent: 2, amount: 5, programme: NA}}]", "give either percent or amount"),
    "an amount for everything": ("changes: [{prices: {amount: 5}}]", "an amount needs a programme or a code"),
    "a cost type of an amount": ("changes: [{prices: {amount: 5, code: NA, cost_type: meals}}]", "a cost_type goes with percent"),
    "levels of nothing": ("changes: [{supplement: {levels: [1]}}]", "levels go with percent"),
    "an empty change": ("changes: [{}]", "give exactly one of prices, supplement, pupils, count_days, vat"),
    "two changes in one": ("changes: [{vat: on_top, count_days: 10}]", "give exactly one of"),
    "a day that not every month has": ("changes: [{count_days: 31}]", "'daily' is wanted, or a day from 1 to 28"),
    "a truth for a number": ("changes: [{pupils: {percent: yes}}]", "a number is wanted"),
    "a truth for a day": ("changes: [{count_days: yes}]", "'daily' is wanted"),
    "no list": ("changes: {vat: on_top}", "a list is wanted"),
    "a line of another scenario": ("seats: []", "'seats' is not known"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_the_nearest_right_name(fault: str) -> None:
    text, told = FAULTS[fault]
    with pytest.raises(BadParameters) as refused:
        make_scenario({"about": "funding", "name": "prov", **yaml.safe_load(text)})
    assert told in str(refused.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadParameters) as refused:
        make_scenario({"about": "funding", "chnges": [], "changes": [{"prices": {"percent": 9999}}, {"vat": "maybe"}]})
    assert all(
        told in str(refused.value) for told in ("chnges", "name: Field required", "changes.1.prices", "changes.2.vat")
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"prices": {"percent": 1, "code": "ESMUX"}}, "There is no 'ESMUX'. Did you mean 'ESMUS'"),
        ({"prices": {"percent": 1, "code": "NBTRA"}}, "need `lists: national`"),
        ({"pupils": {"percent": 1, "programme": "VO"}}, "nobody is paid for who is meant"),
        ({"supplement": {"percent": 1, "levels": [9]}}, "there is no level 9"),
        ({"supplement": {"bands": [100, 0]}}, "amounts for 3 levels"),
        ({"supplement": {"amounts": [0, 0, 0, 0], "total": 9600}}, "no amounts make that total"),
    ],
)
def test_changes_that_cannot_be_are_told_together(change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameters) as refused:
        tried({"prices": {"percent": 2}}, change, {"pupils": {"percent": 1, "programme": "RL"}})
    assert told in str(refused.value)
    assert "changes.2: " in str(refused.value)
    assert "changes.3: pupils" in str(refused.value)
    assert "changes.1" not in str(refused.value)


@pytest.mark.parametrize("year", [2023, 2026])
def test_a_year_that_is_not_told_of_whole_is_refused(year: int) -> None:
    with pytest.raises(BadParameters, match="do not tell of the whole"):
        what_if(four_pupils(), asked(), year)


def test_steps_are_named_in_both_languages_and_never_alike() -> None:
    changes = [yaml.safe_load(text) for text, _ in KINDS.values()][:12]
    scenario = make_scenario(asked(*changes, *[]))
    for language in ("sv", "en"):
        names = step_names(scenario, language)
        assert len(set(names)) == len(names) == len(changes)
    many = make_scenario(asked(*({"prices": {"percent": 1, "programme": codes}} for codes in (["EK"] * 3, ["EK"] * 4))))
    assert [name.partition("+")[0].strip() for name in step_names(many, "sv")] == ["Pris EK, EK, EK", "Pris, 4 program"]
    assert step_names(make_scenario(asked({"name": "Junibeslutet", "vat": "on_top"})), "sv") == ["Junibeslutet"]
    assert step_names(make_scenario(asked({"prices": {"percent": 2.8}}, {"prices": {"percent": 2.8}})), "sv") == [
        "Programpriser +2,8\N{NO-BREAK SPACE}%", "Programpriser +2,8\N{NO-BREAK SPACE}% (2)"
    ]  # fmt: skip


def test_sentences_hold_the_numbers_in_both_languages() -> None:
    found = tried({"prices": {"percent": 10}}, {"count_days": "daily"})
    assert phrase().incomplete() == []
    text = found.describe("sv").replace("\N{NO-BREAK SPACE}", " ")
    # 35,776 for the prices; of Dan's September 11 days of 30 are not paid, at his new price.
    parts = (
        "”prov”",
        "394 303 kronor",
        "31 743 kronor mer",
        "8,76 procent",
        "Betalning per dag (−4 033 kronor)",
        "påhittad region",
    )
    assert [part for part in parts if part not in text] == []
    assert "does not change what the pupils of 2025 cost" in tried().describe("en")
    assert found._repr_html_() == f"<p>{found.describe('sv')}</p>"
    assert "by the same percentage for every" in tried({"pupils": {"percent": 10}}).describe("en")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_scenarios(example: Path) -> None:
    assert load_scenario(example).changes

"""Measures of completion: every card of rules/measures.yml on the same few pupils, as a table with the reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from gymreg_core.cohort.cards import Card, card, cards, make_card
from gymreg_core.cohort.completed import DIPLOMAS
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.introductory import introductory
from gymreg_core.cohort.measures import all_measures, completion
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS
from gymreg_core.contracts.tracked import GROUPINGS, SCOPES
from gymreg_core.errors import BadParameters, RuleMissing
from gymreg_core.rules import entries, rules_read
from gymreg_core.vocabulary.programmes import LANGUAGES
from tests.cohorts import tiny_histories
from tests.tiny import table

SINCE, AS_OF = "2019-07-01", "2026-01-31"
COUNTS = ["starters", "completed", "left_out", "not_followed"]


def years(who: str, first: int, *codes: str, school: str = "A", kept: int = 0) -> list[dict[str, Any]]:
    """School years of a pupil, August to June, one after another; `kept`: year of study of the first one, less one."""
    return [
        {
            "who": who,
            "school": school,
            "code": code,
            "year": kept + place + 1,
            "start": f"{first + place}-08-15",
            "stop": f"{first + place + 1}-06-10",
            "reason": "completed" if place + 1 == len(codes) else "promoted",
        }
        for place, code in enumerate(codes)
    ]


def ends(rows: list[dict[str, Any]], stop: str, reason: str) -> list[dict[str, Any]]:
    """The same, the last row ended otherwise."""
    return [*rows[:-1], {**rows[-1], "stop": stop, "reason": reason}]


EK = "EKEKO"
SPELLS = [
    *years("ann", 2019, EK, EK, EK),  # diploma in the third summer
    *years("bo", 2019, EK, EK, EK, EK),  # diploma after an extended fourth year
    *years("cia", 2019, EK, EK, EK),  # study certificate of 2,500 points
    *years("dan", 2019, EK, EK, EK),  # study certificate of 2,300 points
    *years("eva", 2019, "IMS"),  # introductory first,
    *years("eva", 2020, EK, EK, EK),  # diploma three years after the national start
    *ends(years("fia", 2019, EK), "2019-09-20", "interrupted"),  # gone before 15 October
    *ends(years("gus", 2019, EK, EK), "2020-11-10", "moved_out"),
    *years("hal", 2019, EK),  # a placeholder number
    *years("ida", 2019, EK, EK, EK),  # 21 years old at the start, diploma
    *years("jan", 2019, EK, EK, EK),  # home outside the area, diploma
    *years("kim", 2019, EK, EK, EK),  # diploma in September after the third summer
    *years("lea", 2019, EK),  # another programme at an independent school,
    *years("lea", 2020, "NANAT", "NANAT", school="B", kept=1),  # diploma there
    *years("mia", 2019, EK),  # began anew,
    *years("mia", 2020, "SASAM", "SASAM", "SASAM"),  # diploma four years after the first start
    *years("nils", 2019, EK, EK, EK),  # moved in the third autumn, diploma
    *years("olle", 2025, EK),  # too young a cohort for anything
]
PERSONS = [
    *({"who": who, "born": 2003} for who in ("ann", "bo", "cia", "dan", "eva", "fia", "gus", "kim", "lea", "mia")),
    {"who": "hal", "born": 2003, "kind": "placeholder"},
    {"who": "ida", "born": 1998},
    {"who": "jan", "born": 2003, "home": "Malmö"},
    {"who": "nils", "born": 2003, "sex": "M"},
    {"who": "olle", "born": 2009},
]
HOMES = [{"who": "nils", "home": "Malmö", "start": "2021-11-01"}]
CERTIFICATES = """
| who  | issued     | certificate         | points | school | code  |
| ann  | 2022-06-09 | preparatory_diploma | 2500   | A      | EKEKO |
| bo   | 2023-06-09 | preparatory_diploma | 2500   | A      | EKEKO |
| cia  | 2022-06-09 | study_certificate   | 2500   | A      | EKEKO |
| dan  | 2022-06-09 | study_certificate   | 2300   | A      | EKEKO |
| eva  | 2023-06-09 | preparatory_diploma | 2500   | A      | EKEKO |
| ida  | 2022-06-09 | vocational_diploma  | 2500   | A      | EKEKO |
| jan  | 2022-06-09 | preparatory_diploma | 2500   | A      | EKEKO |
| kim  | 2022-09-10 | preparatory_diploma | 2500   | A      | EKEKO |
| lea  | 2022-06-09 | preparatory_diploma | 2500   | B      | NANAT |
| mia  | 2023-06-09 | preparatory_diploma | 2500   | A      | SASAM |
| nils | 2022-06-09 | preparatory_diploma | 2500   | A      | EKEKO |
"""
SCHOOLS = [{"school": "A"}, {"school": "B", "form": "independent"}]


@pytest.fixture(scope="module")
def h() -> Histories:
    return tiny_histories(SPELLS, PERSONS, HOMES, CERTIFICATES, SCHOOLS, since=SINCE, as_of=AS_OF)


def counted(one: Card, h: Histories, cohort: int, by: str = "region", group: str = "") -> list[int]:
    found = completion(one, h, starts(h), by)
    rows = found[(found["cohort"] == cohort) & (found["group"] == group)]
    return rows[COUNTS].to_numpy().tolist()[0] if len(rows) else [0, 0, 0, 0]


EXPECTED = """
| card                      | cohort | starters | completed | left_out | not_followed | why |
| skolverket_3              | 2019 | 11 | 5 | 0 | 1 | ann ida jan lea nils; not eva (introductory), fia (gone) |
| skolverket_3              | 2020 | 1  | 1 | 0 | 0 | eva, in the autumn of the national start; mia's was in 2019 |
| skolverket_3_introductory | 2019 | 12 | 5 | 0 | 1 | eva is among them, and not ready after three years |
| skolverket_3_introductory | 2020 | 0  | 0 | 0 | 0 | nobody began upper-secondary school in 2020 |
| skolverket_3_last         | 2019 | 11 | 5 | 0 | 1 | as skolverket_3: only the groups differ |
| skolverket_3_october      | 2019 | 11 | 6 | 0 | 1 | kim too, diploma on 10 September |
| skolverket_3_stayed       | 2019 | 10 | 5 | 1 | 1 | gus moved out without a diploma |
| kolada_4_diploma          | 2019 | 11 | 8 | 1 | 1 | bo eva kim mia too; jan lives elsewhere, nils not yet |
| kolada_4_certificate      | 2019 | 11 | 9 | 1 | 1 | and cia; dan has too few points |
| kolada_4_temporary        | 2019 | 13 | 9 | 0 | 1 | hal counts as not completed, jan wherever the home is |
| skr_3                     | 2019 | 13 | 5 | 0 | 1 | fia began, if only for a month |
| skr_4                     | 2019 | 13 | 9 | 0 | 1 | and bo eva kim mia |
| max18_3                   | 2019 | 9  | 3 | 3 | 1 | ann cia lea; ida is too old, jan and nils live elsewhere |
| max18_3                   | 2020 | 2  | 2 | 0 | 0 | eva and mia were in year 1 again |
| scb_4                     | 2019 | 12 | 10 | 0 | 1 | all but dan and gus |
| five_years                | 2019 | 12 | 9 | 0 | 1 | no more than after four years |
"""


@pytest.mark.parametrize("row", table(EXPECTED), ids=lambda row: f"{row['card']}-{row['cohort']}")
def test_each_card(h: Histories, row: dict[str, str]) -> None:
    assert counted(card(row["card"]), h, int(row["cohort"])) == [int(row[name]) for name in COUNTS]


def test_every_card_stands_in_the_table() -> None:
    assert [one.key for one in cards()] == list(dict.fromkeys(row["card"] for row in table(EXPECTED)))


@pytest.mark.parametrize("one", cards(), ids=lambda one: one.key)
def test_nothing_is_told_before_the_horizon_has_passed(h: Histories, one: Card) -> None:
    found = completion(one, h, starts(h))
    passed = {"summer": 2025, "october": 2025}[one.last_day]
    assert (found["cohort"] + one.horizon <= passed).all()
    assert len(found)


@pytest.mark.parametrize(
    ("key", "as_of", "told"),
    [
        ("skolverket_3", "2022-09-29", False),
        ("skolverket_3", "2022-09-30", True),
        ("skolverket_3_october", "2023-01-14", False),
        ("skolverket_3_october", "2023-01-15", True),
    ],
)
def test_a_measure_is_told_once_certificates_have_come_in(key: str, as_of: str, told: bool) -> None:
    h = tiny_histories(years("ann", 2019, EK, EK, EK), since=SINCE, as_of=as_of)
    assert bool(len(completion(card(key), h, starts(h)))) is told


def hand_made(**lines: Any) -> Card:
    """Skolverket's card with other lines."""
    return make_card("mine", {**entries("measures")["skolverket_3"]["value"], **lines})


OPTIONS = """
| line       | value            | starters | completed | left_out | not_followed | why |
| started    | school_year      | 12 | 5 | 0 | 1 | fia |
| population | all              | 12 | 5 | 0 | 1 | eva |
| residence  | at_start         | 10 | 4 | 1 | 1 | jan |
| residence  | at_horizon_start | 10 | 4 | 1 | 1 | jan: whoever moves after 15 October stays |
| residence  | year_end         | 9  | 3 | 2 | 1 | jan and nils, who moved in the third autumn |
| age_limit  | 20               | 10 | 4 | 1 | 1 | ida |
| age_limit  | 21               | 11 | 5 | 0 | 1 | ida turns 21 in the year of the start |
| horizon    | 4                | 11 | 8 | 0 | 1 | bo kim mia |
| last_day   | october          | 11 | 6 | 0 | 1 | kim |
| completed  | diploma_or_certificate | 11 | 6 | 0 | 1 | cia |
| temporary  | not_completed    | 12 | 5 | 0 | 1 | hal |
| moved      | left_out         | 10 | 5 | 1 | 1 | gus |
| starts     | every            | 11 | 5 | 0 | 1 | in 2019 no other than the first starts |
"""


@pytest.mark.parametrize("row", table(OPTIONS), ids=lambda row: f"{row['line']}-{row['value']}")
def test_each_line_of_a_card(h: Histories, row: dict[str, str]) -> None:
    value = int(row["value"]) if row["value"].isdigit() else row["value"]
    assert counted(hand_made(**{row["line"]: value}), h, 2019) == [int(row[name]) for name in COUNTS]


def test_a_pupil_who_begins_anew_counts_again_only_where_every_start_counts(h: Histories) -> None:
    assert counted(hand_made(starts="first"), h, 2020) == [1, 1, 0, 0]
    assert counted(hand_made(starts="every"), h, 2020) == [2, 2, 0, 0]


BY_SCHOOL = """
| card              | by            | group       | starters | completed | why |
| skolverket_3      | provider_form | municipal   | 11 | 5 | lea began at a municipal school |
| skolverket_3      | provider_form | independent | 0  | 0 | nobody began at the independent one |
| skolverket_3_last | provider_form | municipal   | 10 | 4 | lea ended elsewhere |
| skolverket_3_last | provider_form | independent | 1  | 1 | lea |
| skolverket_3      | programme     | EK          | 11 | 5 | all began on it |
| skolverket_3_last | programme     | EK          | 9  | 4 | all but lea and mia |
| skolverket_3_last | programme     | NA          | 1  | 1 | lea |
| skolverket_3_last | programme     | SA          | 1  | 0 | mia, not ready after three years |
| skolverket_3      | home          | Malmö       | 1  | 1 | jan; nils lived in Stockholm at the start |
| skolverket_3      | sex           | M           | 1  | 1 | nils |
| skolverket_3      | school        | 20000000    | 11 | 5 | school A |
| kolada_4_diploma  | entry         | introductory | 1 | 1 | eva |
| kolada_4_diploma  | programme     | IMS         | 1  | 1 | eva belongs to the programme at the start |
"""


@pytest.mark.parametrize("row", table(BY_SCHOOL), ids=lambda row: "-".join([row["card"], row["by"], row["group"]]))
def test_groups(h: Histories, row: dict[str, str]) -> None:
    assert counted(card(row["card"]), h, 2019, row["by"], row["group"])[:2] == [
        int(row["starters"]),
        int(row["completed"]),
    ]


def test_whoever_has_a_temporary_number_has_not_completed_whatever_was_issued(h: Histories) -> None:
    nobody = replace(h, pupils=h.pupils.assign(followed=False))
    assert counted(hand_made(temporary="not_completed"), nobody, 2019) == [12, 0, 0, 12]
    assert counted(hand_made(temporary="excluded"), nobody, 2019) == [0, 0, 0, 12]


def test_a_card_of_national_programmes_belongs_to_the_national_start(h: Histories) -> None:
    assert counted(card("skolverket_3"), h, 2020, "programme", "EK") == [1, 1, 0, 0]  # eva
    assert counted(card("skolverket_3"), h, 2020, "entry", "introductory") == [1, 1, 0, 0]


def test_the_last_school_is_that_of_the_last_day_itself() -> None:
    spells = [
        *years("pia", 2019, EK, EK, EK),
        *years("pia", 2022, EK, school="B", kept=3),
        *years("rut", 2019, EK, EK, EK),
        *years("rut", 2022, EK, school="B", kept=3),
    ]
    spells[3]["start"], spells[7]["start"] = "2022-10-15", "2022-10-16"
    h = tiny_histories(spells, schools=SCHOOLS, since=SINCE, as_of=AS_OF)
    one = hand_made(attribution="last", last_day="october")
    assert counted(one, h, 2019, "provider_form", "independent") == [1, 0, 0, 0]  # pia
    assert counted(one, h, 2019, "provider_form", "municipal") == [1, 0, 0, 0]  # rut, a day too late


def test_a_school_is_the_one_that_it_is_today() -> None:
    predecessors = [{"school": "B", "former": "A", "day": "2021-07-01"}]
    spells = years("ann", 2019, EK, EK, EK)
    h = tiny_histories(spells, schools=SCHOOLS, predecessors=predecessors, since=SINCE, as_of=AS_OF)
    assert counted(card("skolverket_3"), h, 2019, "school", "20000001") == [1, 0, 0, 0]
    assert counted(card("skolverket_3"), h, 2019, "provider_form", "municipal") == [1, 0, 0, 0]  # as it began


def test_the_table_of_all_measures(h: Histories) -> None:
    found = all_measures(h, starts(h))
    for one in cards():
        mine = found[found["card"] == one.key]
        assert set(mine["by"]) == set(GROUPINGS if one.main else SCOPES)
        for by in set(mine["by"]):
            sums = mine[mine["by"] == by].groupby("cohort")[COUNTS].sum()
            region = mine[mine["by"] == "region"].set_index("cohort")[COUNTS]
            pd.testing.assert_frame_equal(sums, region, check_index_type=False)
    assert (found["completed"] <= found["starters"]).all()


def test_cohorts_from_before_the_first_day_are_not_told_of(h: Histories) -> None:
    later = tiny_histories(SPELLS, PERSONS, HOMES, CERTIFICATES, SCHOOLS, since="2019-08-01", as_of=AS_OF)
    assert all_measures(later, starts(later))["cohort"].min() == 2020


def test_without_pupils_the_tables_are_empty() -> None:
    nobody = tiny_histories()
    assert not len(all_measures(nobody, starts(nobody)))
    assert not len(introductory(nobody, starts(nobody)))


def test_assumptions_are_noted(h: Histories) -> None:
    with rules_read() as read:
        all_measures(h, starts(h))
    assert read["measures.skolverket_3"] == "assumption"
    assert {f"measures.{key}" for key in entries("measures")} | {"completion.last_day"} <= set(read)


@pytest.mark.parametrize("one", cards(), ids=lambda one: one.key)
def test_a_card_says_what_it_is(one: Card) -> None:
    assert one.source
    assert all(one.words(language).definition.endswith(".") for language in LANGUAGES)
    assert one.published_by or not one.published  # figures that others print belong to a measure that others have


def test_references_stand_by_cohort() -> None:
    assert card("skolverket_3").reference()[2020] == 0.797  # Skolverket 2023-11-28, spring of 2023
    assert card("kolada_4_diploma").reference("sex", "F") == {2016: 0.75, 2020: 0.77}
    assert card("scb_4").told == "not_completed"
    assert card("scb_4").reference() == {2016: 0.221}
    assert card("skolverket_3").reference("home", "Täby") == {}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"horzon": 3}, "'horzon' is not known. Did you mean 'horizon'?"),
        ({"population": "alla"}, "population: Input should be 'all' or 'national'"),
        ({"horizon": 0}, "horizon: Input should be greater than or equal to 1"),
        ({"horizon": True}, "horizon: a number is wanted"),
        ({"sv": {"name": "x"}}, "sv.definition: Field required"),
        ({"published": [{"by": "region", "values": {2020: 101}, "source": "x"}]}, "published.1.values.2020"),
        ({"published": [{"by": "town", "values": {2020: 1}, "source": "x"}]}, "published.1.by"),
    ],
)
def test_a_wrong_card_is_refused(lines: dict[str, Any], said: str) -> None:
    with pytest.raises(BadParameters) as refused:
        hand_made(**lines)
    assert said in str(refused.value)
    assert refused.value.where == "rules/measures.yml, mine"


def test_a_card_that_is_not_there_is_a_missing_rule() -> None:
    with pytest.raises(RuleMissing):
        card("skolverket_9")


def test_what_is_no_card_is_refused() -> None:
    with pytest.raises(BadParameters):
        make_card("mine", ["population"])


def test_diplomas_are_certificates() -> None:
    assert set(DIPLOMAS) < set(CERTIFICATE_KINDS)


@pytest.mark.parametrize(("begun", "counted_after_a_year"), [("2020-10-15", 1), ("2020-10-16", 0)])
def test_a_national_programme_counts_from_its_first_day(begun: str, counted_after_a_year: int) -> None:
    spells = [*years("eva", 2019, "IMS"), {"who": "eva", "code": EK, "start": begun, "year": 1}]
    h = tiny_histories(spells, since=SINCE, as_of=AS_OF)
    found = introductory(h, starts(h)).query("by == 'region' and programme == '' and within == 1")
    assert found["to_national"].tolist() == [counted_after_a_year]


INTRODUCTORY = """
| programme | within | starters | to_national | diploma | study_certificate | why |
|           | 1      | 3 | 1 | 0 | 0 | eva in the next autumn |
|           | 2      | 3 | 2 | 0 | 0 | and pia in the one after |
|           | 4      | 3 | 2 | 1 | 0 | eva |
|           | 5      | 3 | 2 | 1 | 1 | pia, a study certificate |
| IMS       | 1      | 2 | 1 | 0 | 0 | eva |
| IMS       | 5      | 2 | 1 | 1 | 0 | rut never went on |
| IMV       | 2      | 1 | 1 | 0 | 0 | pia |
"""


@pytest.mark.parametrize("row", table(INTRODUCTORY), ids=lambda row: f"{row['programme']}-{row['within']}")
def test_introductory_programmes(row: dict[str, str]) -> None:
    spells = [
        *years("eva", 2019, "IMS"),
        *years("eva", 2020, EK, EK, EK),
        *years("pia", 2019, "IMV", "IMV"),
        *years("pia", 2021, "BABYG", "BABYG", "BABYG"),
        *years("rut", 2019, "IMS", "IMS"),
        *years("ann", 2019, EK, EK, EK),  # began nationally: not counted
        *years("sam", 2021, "IMS"),  # five years have not passed
        *years("ted", 2019, "IMS"),  # a placeholder number
    ]
    persons = [{"who": who} for who in ("eva", "pia", "rut", "ann", "sam")] + [{"who": "ted", "kind": "placeholder"}]
    certificates = [
        {"who": "eva", "issued": "2023-01-10", "certificate": "study_certificate"},  # and then a diploma
        {"who": "eva", "issued": "2023-06-09"},
        {"who": "pia", "issued": "2024-06-09", "certificate": "study_certificate", "code": "BABYG"},
    ]
    h = tiny_histories(spells, persons, certificates=certificates, since=SINCE, as_of=AS_OF)
    found = introductory(h, starts(h))
    mine = found[(found["by"] == "region") & (found["cohort"] == 2019) & (found["programme"] == row["programme"])]
    told = mine[mine["within"] == int(row["within"])].iloc[0]
    wanted = ["starters", "to_national", "diploma", "study_certificate"]
    assert [int(told[name]) for name in wanted] == [int(row[name]) for name in wanted]
    assert found.loc[found["cohort"] == 2021, "within"].max() == 4  # 15 October 2025 has passed, that of 2026 not

"""The rules of settlement, one small table each: who is paid for, to whom, by whom, how much; and if not, why not.

Usual values: tests/enrolments.py (a pupil of Stockholm, born 2007, at school A of Stockholm on EKEKO from 2023-08-15,
known and present from the first day). In `due`: month, who, school that is paid ('-': none), payer or reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.funding.entitlement import entitlement
from gymreg_core.funding.prices import PriceMissing, Tariff
from gymreg_core.funding.settlement import Closing, accounts, close_month, settle
from gymreg_core.funding.settlement_rules import SettlementRules, months_between
from gymreg_core.funding.supplement import Supplement
from gymreg_core.rules import entries
from tests import settlement_reference as stand_in
from tests.enrolments import pseudonym, tiny_enrolments
from tests.tiny import table

RULES = SettlementRules.packaged()
AS_KNOWN = replace(RULES, provider_of_posted_months="as_known")


@dataclass(frozen=True)
class Case:
    """source: where the rule stands. given: tables of tiny_enrolments. due: what is paid, and what not."""

    source: str
    due: str
    given: dict[str, str]
    rules: SettlementRules
    known_by: str


def case(source: str, due: str, rules: SettlementRules = RULES, known_by: str = "2026-06-30", **given: str) -> Case:
    return Case(source, due, given, rules, known_by)


CASES = {
    "whoever is there on the 10th is paid for the whole month": case(
        "Håbo: the whole month to the school where the pupil is on the 10th",
        """
        | month  | who   | paid | by                        |
        | 202310 | early | -    | not_enrolled_on_count_day |
        | 202310 | ninth | A    | Stockholm                 |
        | 202310 | tenth | A    | Stockholm                 |
        | 202310 | late  | -    | not_enrolled_on_count_day |
        """,
        spells="""
        | who   | start      | stop       |
        | early | 2023-08-15 | 2023-10-09 |
        | ninth | 2023-10-09 |            |
        | tenth | 2023-08-15 | 2023-10-10 |
        | late  | 2023-10-11 |            |
        """,
    ),
    "a single day is enough, if it is the count day": case(
        "Håbo: enrolled and present on the 10th; a leap year has no other rule",
        """
        | month  | who   | paid | by              |
        | 202402 | day   | A    | Stockholm       |
        | 202402 | seen  | A    | Stockholm       |
        | 202402 | after | -    | not_yet_present |
        """,
        spells="""
        | who   | start      | stop       | present    |
        | day   | 2024-02-10 | 2024-02-10 | 2024-02-10 |
        | seen  | 2024-01-08 | 2024-02-29 | 2024-02-10 |
        | after | 2024-01-08 | 2024-02-29 | 2024-02-11 |
        """,
    ),
    "September counts on the 15th": case(
        "Håbo: exception September, 15 September",
        """
        | month  | who  | paid | by                        |
        | 202309 | left | -    | not_enrolled_on_count_day |
        | 202309 | came | A    | Stockholm                 |
        """,
        spells="""
        | who  | start      | stop       |
        | left | 2023-08-15 | 2023-09-14 |
        | came | 2023-09-15 |            |
        """,
    ),
    "counted on the 10th only, September does not differ": case(
        "what-if of the June decision: count day the 10th",
        """
        | month  | who  | paid | by                        |
        | 202309 | left | A    | Stockholm                 |
        | 202309 | came | -    | not_enrolled_on_count_day |
        """,
        RULES.counted_on(10),
        spells="""
        | who  | start      | stop       |
        | left | 2023-08-15 | 2023-09-14 |
        | came | 2023-09-15 |            |
        """,
    ),
    "July and August go to the school of 31 August": case(
        "Håbo: July and August to the school where the pupil is on 31 August",
        """
        | month  | who   | paid | by        |
        | 202406 | moves | A    | Stockholm |
        | 202407 | moves | B    | Stockholm |
        | 202408 | moves | B    | Stockholm |
        | 202409 | moves | B    | Stockholm |
        """,
        spells="""
        | who   | school | start      | stop       | reason  |
        | moves | A      | 2023-08-15 | 2024-08-14 | changed |
        | moves | B      | 2024-08-15 |            |         |
        """,
    ),
    "31 August decides, whatever else changes on that day": case(
        "Håbo: July and August to the school where the pupil is on 31 August; the home of that day is our reading",
        """
        | month  | who   | paid | by    |
        | 202407 | leave | A    | Solna |
        | 202408 | leave | A    | Solna |
        | 202407 | start | A    | Nacka |
        | 202408 | start | A    | Nacka |
        """,
        spells="""
        | who   | start      | stop       |
        | leave | 2023-08-15 | 2024-08-31 |
        | start | 2024-08-31 |            |
        """,
        homes="""
        | who   | home  | start      |
        | leave | Solna | 2024-08-31 |
        | start | Nacka | 2024-08-31 |
        """,
    ),
    "whoever starts in August is paid for from 1 July": case(
        "gymnasieförordningen 13 kap. 1 §: from 1 July for those who start in August",
        """
        | month  | who  | paid | by        |
        | 202407 | new  | A    | Stockholm |
        | 202408 | new  | A    | Stockholm |
        """,
        spells="""
        | who | start      |
        | new | 2024-08-19 |
        """,
    ),
    "whoever has finished in June is not paid for in summer": case(
        "Håbo: the school of 31 August, of which there is none",
        """
        | month  | who  | paid | by        |
        | 202406 | done | A    | Stockholm |
        """,
        spells="""
        | who  | year | start      | stop       | reason    |
        | done | 3    | 2023-08-15 | 2024-06-12 | completed |
        """,
    ),
    "whoever leaves in August is not paid for in summer": case(
        "Håbo: the school of 31 August, of which there is none",
        """
        | month  | who  | paid | by                        |
        | 202407 | left | -    | not_enrolled_on_count_day |
        | 202408 | left | -    | not_enrolled_on_count_day |
        """,
        spells="""
        | who  | start      | stop       |
        | left | 2023-08-15 | 2024-08-30 |
        """,
    ),
    "the home of the count day pays": case(
        "Håbo: if registered in Håbo on that day; the same for movers",
        """
        | month  | who      | paid | by        |
        | 202311 | eighth   | A    | Håbo      |
        | 202311 | ninth    | A    | Håbo      |
        | 202311 | tenth    | A    | Håbo      |
        | 202311 | eleventh | A    | Stockholm |
        | 202312 | eleventh | A    | Håbo      |
        """,
        spells="""
        | who      |
        | eighth   |
        | ninth    |
        | tenth    |
        | eleventh |
        """,
        homes="""
        | who      | home | start      |
        | eighth   | Håbo | 2023-11-08 |
        | ninth    | Håbo | 2023-11-09 |
        | tenth    | Håbo | 2023-11-10 |
        | eleventh | Håbo | 2023-11-11 |
        """,
    ),
    "of two homes from one day the one recorded last pays": case(
        "contracts/enrolments.py: a correction annuls a row, here after the month was closed",
        """
        | month  | who   | paid | by    |
        | 202310 | twice | A    | Håbo  |
        | 202310 | back  | A    | Nacka |
        """,
        known_by="2023-11-20",
        spells="""
        | who   |
        | twice |
        | back  |
        """,
        homes="""
        | who   | home  | start      | recorded   | annulled   |
        | twice | Nacka | 2023-10-02 | 2023-10-02 | 2023-12-01 |
        | twice | Håbo  | 2023-10-02 | 2023-10-05 |            |
        | back  | Håbo  | 2023-10-02 | 2023-10-02 | 2023-12-01 |
        | back  | Nacka | 2023-10-02 | 2023-10-05 |            |
        """,
    ),
    "in summer the home of 31 August pays": case(
        "our reading of Håbo's rule for July and August (rules/settlement.yml, summer)",
        """
        | month  | who   | paid | by   |
        | 202407 | moves | A    | Håbo |
        | 202408 | moves | A    | Håbo |
        """,
        spells="""
        | who   |
        | moves |
        """,
        homes="""
        | who   | home | start      |
        | moves | Håbo | 2024-08-20 |
        """,
    ),
    "a change of school in a month pays the school of the 10th": case(
        "Håbo: the whole month to the school where the pupil is on the 10th",
        """
        | month  | who   | paid | by        |
        | 202402 | ninth | B    | Stockholm |
        | 202402 | tenth | A    | Stockholm |
        """,
        spells="""
        | who   | school | start      | stop       | reason  |
        | ninth | A      | 2023-08-15 | 2024-02-09 | changed |
        | ninth | B      | 2024-02-10 |            |         |
        | tenth | A      | 2023-08-15 | 2024-02-10 | changed |
        | tenth | B      | 2024-02-11 |            |         |
        """,
    ),
    "between two schools on the 10th nobody is paid": case(
        "Håbo: enrolled on the 10th",
        """
        | month  | who | paid | by                        |
        | 202402 | gap | -    | not_enrolled_on_count_day |
        """,
        spells="""
        | who | school | start      | stop       | reason  |
        | gap | A      | 2023-08-15 | 2024-02-08 | changed |
        | gap | B      | 2024-02-12 |            |         |
        """,
    ),
    "whoever has not come is not paid for": case(
        "Håbo: enrolled and present; gymnasieförordningen 12 kap. 3 §",
        """
        | month  | who   | paid | by              |
        | 202309 | never | -    | never_present   |
        | 202309 | later | -    | not_yet_present |
        | 202310 | later | A    | Stockholm       |
        """,
        spells="""
        | who   | stop       | present    | reason        |
        | never | 2023-09-20 | -          | never_present |
        | later |            | 2023-09-18 |               |
        """,
    ),
    "a study break is not paid for, and says so": case(
        "Håbo: enrolled and present on the 10th",
        """
        | month  | who   | paid | by          |
        | 202402 | break | -    | study_break |
        """,
        spells="""
        | who   | stop       | reason      |
        | break | 2024-02-05 | study_break |
        """,
    ),
    "a fourth year is paid by decision alone": case(
        "gymnasieförordningen 9 kap. 7 §; Håbo: payment stops without a decision",
        """
        | month  | who     | paid | by          |
        | 202310 | granted | A    | Stockholm   |
        | 202310 | none    | -    | no_decision |
        | 202310 | third   | A    | Stockholm   |
        | 202402 | granted | -    | no_decision |
        """,
        spells="""
        | who     | year |
        | granted | 4    |
        | none    | 4    |
        | third   | 3    |
        """,
        persons="""
        | who     | born |
        | granted | 2004 |
        | none    | 2004 |
        | third   | 2005 |
        """,
        decisions="""
        | who     | start      | stop       |
        | granted | 2023-08-15 | 2024-01-31 |
        """,
    ),
    "the fourth technical year needs no decision": case(
        "our reading (rules/settlement.yml, beyond_without_decision)",
        """
        | month  | who       | paid | by        |
        | 202310 | technical | A    | Stockholm |
        """,
        spells="""
        | who       | code | year |
        | technical | VI   | 4    |
        """,
        persons="""
        | who       | born |
        | technical | 2004 |
        """,
    ),
    "who starts after the first half of the year of 20 is not paid for": case(
        "skollagen 15 kap. 5 §: starts by the first half of the year one turns 20",
        """
        | month  | who      | paid | by        |
        | 202409 | in_time  | A    | Stockholm |
        | 202409 | too_late | -    | age_limit |
        | 202409 | younger  | A    | Stockholm |
        """,
        spells="""
        | who      | start      |
        | in_time  | 2024-06-30 |
        | too_late | 2024-07-01 |
        | younger  | 2024-08-19 |
        """,
        persons="""
        | who      | born |
        | in_time  | 2004 |
        | too_late | 2004 |
        | younger  | 2005 |
        """,
    ),
    "who has started may finish": case(
        "skollagen 16 kap. 37 §; started two years before year 3",
        """
        | month  | who    | paid | by        |
        | 202409 | third  | A    | Stockholm |
        | 202409 | moved  | B    | Stockholm |
        | 202409 | second | -    | age_limit |
        """,
        spells="""
        | who    | school | year | start      | stop       | reason  |
        | third  | A      | 3    | 2024-08-19 |            |         |
        | moved  | A      | 1    | 2024-01-10 | 2024-08-18 | changed |
        | moved  | B      | 1    | 2024-08-19 |            |         |
        | second | A      | 2    | 2024-08-19 |            |         |
        """,
        persons="""
        | who    | born |
        | third  | 2004 |
        | moved  | 2004 |
        | second | 2002 |
        """,
    ),
    "the municipality of the stay pays for temporary numbers": case(
        "skollagen 29 kap. 6 §",
        """
        | month  | who   | paid | by                   |
        | 202310 | stays | A    | Nacka                |
        | 202310 | lost  | -    | no_home_municipality |
        """,
        spells="""
        | who   |
        | stays |
        | lost  |
        """,
        persons="""
        | who   | kind        | home  |
        | stays | placeholder | Nacka |
        | lost  | placeholder | -     |
        """,
    ),
    "unless the agreement pays for no temporary numbers": case(
        "a switch (rules/settlement.yml, temporary_numbers)",
        """
        | month  | who   | paid | by               |
        | 202310 | stays | -    | temporary_number |
        """,
        replace(RULES, pay_temporary=False),
        spells="""
        | who   |
        | stays |
        """,
        persons="""
        | who   | kind        | home  |
        | stays | placeholder | Nacka |
        """,
    ),
    "who is registered nowhere is paid for by nobody": case(
        "skollagen 29 kap. 6 §: home municipality is where one is registered",
        """
        | month  | who      | paid | by                   |
        | 202310 | abroad   | A    | Stockholm            |
        | 202311 | abroad   | -    | no_home_municipality |
        """,
        spells="""
        | who    |
        | abroad |
        """,
        homes="""
        | who    | home | start      |
        | abroad | -    | 2023-11-10 |
        """,
    ),
    "a protected identity is paid for as anyone": case(
        "skollagen 16 kap. 52 §; rules/settlement.yml, protected",
        """
        | month  | who    | paid | by        |
        | 202310 | hidden | A    | Stockholm |
        """,
        spells="""
        | who    |
        | hidden |
        """,
        persons="""
        | who    | protected |
        | hidden | yes       |
        """,
    ),
    "a spell that should never have been there is no spell": case(
        "contracts/enrolments.py, END_REASONS",
        """
        | month | who | paid | by |
        """,
        spells="""
        | who   | stop       | reason  |
        | wrong | 2023-12-01 | invalid |
        """,
    ),
    "who is enrolled twice is not paid for": case(
        "section 3: every month of a pupil is paid at most once",
        """
        | month  | who   | paid | by               |
        | 202310 | twice | -    | double_enrolment |
        | 202310 | once  | A    | Stockholm        |
        """,
        known_by="2024-04-30",
        spells="""
        | who   | school | start      | annulled   | present    |
        | twice | A      | 2023-08-15 | 2024-05-01 | 2023-08-15 |
        | twice | B      | 2023-10-02 |            | 2023-10-02 |
        | once  | A      | 2023-08-15 | 2024-05-01 | 2023-08-15 |
        | once  | B      | 2023-10-02 |            | -          |
        """,
    ),
    "who is enrolled twice for good is not paid for, and everyone else is": case(
        "decisions/0011",
        """
        | month  | who   | paid | by               |
        | 202310 | twice | -    | double_enrolment |
        | 202311 | twice | B    | Stockholm        |
        | 202310 | once  | A    | Stockholm        |
        | 202311 | once  | A    | Stockholm        |
        """,
        spells="""
        | who   | school | start      | stop       | reason  |
        | twice | A      | 2023-08-15 | 2023-10-20 | changed |
        | twice | B      | 2023-10-02 |            |         |
        | once  | A      | 2023-08-15 |            |         |
        """,
    ),
}


def written(e: Enrolments, month: int, rules: SettlementRules, known_by: str) -> set[tuple[str, ...]]:
    """What is due and what not, in the words of the tables."""
    names = {pseudonym(who): who for who in WHO}
    schools = dict(zip(e.schools["school_id"], e.schools["school"], strict=True))
    due = entitlement(e, [month], Tariff.packaged(), Supplement.packaged(2024), rules, known_by=known_by)
    paid = due.postings()
    rows = {
        (str(month), names[p], schools[s], h)
        for p, s, h in zip(paid["pupil"], paid["school_id"], paid["payer"], strict=True)
    }
    unpaid = due.unpaid()
    return rows | {(str(month), names[p], "-", why) for p, why in zip(unpaid["pupil"], unpaid["reason"], strict=True)}


WHO = {row["who"] for one in CASES.values() for text in one.given.values() for row in table(text) if "who" in row}


@pytest.mark.parametrize("name", CASES)
def test_who_is_paid_for_and_by_whom(name: str) -> None:
    one = CASES[name]
    e = tiny_enrolments(**one.given)  # type: ignore[arg-type]
    expected = {(row["month"], row["who"], row["paid"], row["by"]) for row in table(one.due)}
    told = {(row["month"], row["who"]) for row in table(one.due)}
    months = sorted({int(month) for month, *_ in expected}) or [202310]
    found = {row for month in months for row in written(e, month, one.rules, one.known_by)}
    assert {row for row in found if not told or row[:2] in told} == expected
    assert len([row for row in found if row[:2] in told]) == len(expected)


class Flat:
    """12,000 kronor a year for whoever has less than 200 points: 1,000 a month."""

    def amount(self, merit: Any, programme: Any, year: int, *, year_of_study: Any) -> Any:
        return (merit < 200) * 1_200_000


RELATIONS = """
| home      | place     | form        | kind            | price  | vat   | supplement |
| Stockholm | Stockholm | municipal   | own             | 680766 | 0     | 100000     |
| Stockholm | Nacka     | municipal   | inter_municipal | 680766 | 0     | 100000     |
| Stockholm | Nacka     | independent | independent     | 680766 | 46846 | 100000     |
| Stockholm | Haninge   | region      | region          | 680766 | 0     | 100000     |
| Stockholm | Uppsala   | independent | outside         | 680766 | 40846 | 0          |
| Stockholm | Uppsala   | municipal   | outside         | 733490 | 0     | 0          |
| Uppsala   | Nacka     | municipal   | outside         | 680766 | 0     | 0          |
| Uppsala   | Nacka     | independent | outside         | 733490 | 44009 | 0          |
| Gnesta    | Nacka     | municipal   | outside         | 680766 | 0     | 0          |
"""
"""September 2023, öre. Price: the regional list has 81,692 kronor a year (Nacka 2023), a twelfth 6,807.66; the
national list has 93,300 with 6 per cent tax compensation, 88,018.87 without, a twelfth 7,334.90.
Compensation: 6 per cent of 81,692 is 4,901.52, a twelfth 408.46; with 12,000 more 5,621.52, a twelfth 468.46; of
88,018.87 it is 5,281.13, a twelfth 440.09. Sources: KSL 2016, the cases of residence and school; skollagen 16 kap.
50-53 §§; Sigtuna and Nacka, 6 per cent on top; the supplement is the agreement's own."""


@pytest.mark.parametrize("row", table(RELATIONS), ids=lambda row: f"{row['home']}-{row['place']}-{row['form']}")
def test_what_a_month_costs_by_home_and_school(row: dict[str, str]) -> None:
    e = tiny_enrolments(
        spells="| who |\n| a |",
        persons=[{"who": "a", "home": row["home"], "merit": "150"}],
        schools=[{"school": "A", "place": row["place"], "form": row["form"]}],
    )
    paid = entitlement(e, [202309], Tariff.packaged(), Flat(), RULES).postings().iloc[0]
    assert (paid["payer"], paid["receiver"], paid["kind"]) == (row["home"], e.schools["provider"][0], row["kind"])
    assert [paid[name] for name in AMOUNTS] == [int(row[name]) for name in AMOUNTS]


READINGS = """
| reading  | supplement | percent | price | vat   | extra  |
| on_top   | yes        | 100     | 680766 | 46846 | 100000 |
| on_top   | no         | 100     | 680766 | 40846 | 100000 |
| of_total | yes        | 100     | 680766 | 49836 | 100000 |
| of_total | no         | 100     | 680766 | 43453 | 100000 |
| on_top   | yes        | 50      | 340383 | 23423 | 50000  |
| on_top   | yes        | 33      | 224653 | 15459 | 33000  |
"""
"""As above. of_total: 81,692 x 6/94 is 5,214.38, a twelfth 434.53; with 12,000 more 5,980.34, a twelfth 498.36. Half of
81,692 is 40,846, a twelfth 3,403.83; 33 per cent is 26,958.36, a twelfth 2,246.53, and the compensation on it and on
3,960 is 1,855.10, a twelfth 154.59. Source: gymnasieförordningen 13 kap. 3 § 6, both readings; Håbo, extended time is
normally reduced."""


@pytest.mark.parametrize("row", table(READINGS), ids=lambda row: "-".join(list(row.values())[:3]))
def test_readings_of_the_compensation_and_shares_of_the_price(row: dict[str, str]) -> None:
    rules = replace(RULES, vat_reading=row["reading"], vat_on_supplement=row["supplement"] == "yes")
    fourth = row["percent"] != "100"
    e = tiny_enrolments(
        spells=[{"who": "a", "year": "4" if fourth else "1"}],
        persons=[{"who": "a", "born": "2004" if fourth else "2007", "merit": "150"}],
        decisions=[{"who": "a", "start": "2023-08-15", "stop": "2024-06-30", "percent": row["percent"]}],
        schools=[{"school": "A", "form": "independent"}],
    )
    paid = entitlement(e, [202309], Tariff.packaged(), Flat(), rules).postings().iloc[0]
    assert [paid[name] for name in AMOUNTS] == [int(row[name]) for name in ("price", "vat", "extra")]
    assert paid["percent"] == int(row["percent"])


def test_twelve_twelfths_are_the_year_to_the_ore() -> None:
    """Gymnasieförordningen 13 kap. 11 §. 2024: EK has 84,470 kronor; with 12,000 more 6 per cent is 5,788.20."""
    e = tiny_enrolments(
        spells="| who |\n| a |",
        persons=[{"who": "a", "merit": "150"}],
        schools=[{"school": "A", "form": "independent"}],
    )
    paid = entitlement(e, months_between(202401, 202412), Tariff.packaged(), Flat(), RULES).postings()
    assert paid[list(AMOUNTS)].sum().tolist() == [8_447_000, 578_820, 1_200_000]
    assert sorted(set(paid["price"])) == [703_916, 703_917]


def test_the_price_is_that_of_the_calendar_year_of_the_month() -> None:
    """EK 81,692 kronor in 2023 (Nacka), 84,470 in 2024 (3.4 per cent more): 680,766 and 703,917 öre a month."""
    e = tiny_enrolments(spells="| who |\n| a |")
    paid = entitlement(e, [202312, 202401], Tariff.packaged(), Flat(), RULES).postings()
    assert paid["price"].tolist() == [680_766, 703_917]


def test_counted_by_day_a_month_is_shared_by_days() -> None:
    """What-if of the June decision. October 2023: 9 of 31 days at A, 20 at B from the 12th; 680,766 x 9/31 = 197,641.7
    and x 20/31 = 439,203.9. July and August stay with the school of 31 August."""
    e = tiny_enrolments(
        spells="""
        | who | school | start      | stop       | reason  |
        | a   | A      | 2023-08-15 | 2023-10-09 | changed |
        | a   | B      | 2023-10-12 |            |         |
        """
    )
    due = entitlement(e, [202308, 202310], Tariff.packaged(), Flat(), RULES.counted_daily())
    assert due.postings()["price"].tolist() == [680_767, 197_642, 439_204]
    assert due.days.tolist() == [0, 9, 20]


LEDGERS = {
    "school_changed": (
        "a change that was recorded late",
        """
        | booked | concerns | school | payer     | sign | cause          |
        | 202310 | 202310   | A      | Stockholm | 1    |                |
        | 202311 | 202310   | A      | Stockholm | -1   | school_changed |
        | 202311 | 202310   | B      | Stockholm | 1    | school_changed |
        | 202311 | 202311   | B      | Stockholm | 1    |                |
        """,
        {
            "spells": """
            | who | school | start      | stop       | reason  | recorded   | annulled   |
            | a   | A      | 2023-08-15 |            |         | 2023-08-15 | 2023-11-02 |
            | a   | A      | 2023-08-15 | 2023-10-06 | changed | 2023-11-02 |            |
            | a   | B      | 2023-10-07 |            |         | 2023-11-02 |            |
            """
        },
    ),
    "known on the closing day": (
        "a change that was recorded on the closing day itself, the 20th",
        """
        | booked | concerns | school | payer     | sign | cause |
        | 202310 | 202310   | B      | Stockholm | 1    |       |
        | 202311 | 202311   | B      | Stockholm | 1    |       |
        """,
        {
            "spells": """
            | who | school | start      | stop       | reason  | recorded   | annulled   |
            | a   | A      | 2023-08-15 |            |         | 2023-08-15 | 2023-10-20 |
            | a   | A      | 2023-08-15 | 2023-10-06 | changed | 2023-10-20 |            |
            | a   | B      | 2023-10-07 |            |         | 2023-10-20 |            |
            """
        },
    ),
    "programme_changed": (
        "the study path was wrong",
        """
        | booked | concerns | school | payer     | sign | cause             |
        | 202310 | 202310   | A      | Stockholm | 1    |                   |
        | 202311 | 202310   | A      | Stockholm | -1   | programme_changed |
        | 202311 | 202310   | A      | Stockholm | 1    | programme_changed |
        | 202311 | 202311   | A      | Stockholm | 1    |                   |
        """,
        {
            "spells": """
            | who | code  | recorded   | annulled   |
            | a   | EKEKO | 2023-08-15 | 2023-11-02 |
            | a   | NA    | 2023-11-02 |            |
            """
        },
    ),
    "home_moved": (
        "a move that was recorded two months late",
        """
        | booked | concerns | school | payer     | sign | cause      |
        | 202310 | 202310   | A      | Stockholm | 1    |            |
        | 202311 | 202311   | A      | Stockholm | 1    |            |
        | 202312 | 202310   | A      | Stockholm | -1   | home_moved |
        | 202312 | 202310   | A      | Nacka     | 1    | home_moved |
        | 202312 | 202311   | A      | Stockholm | -1   | home_moved |
        | 202312 | 202311   | A      | Nacka     | 1    | home_moved |
        | 202312 | 202312   | A      | Nacka     | 1    |            |
        """,
        {
            "spells": "| who |\n| a |",
            "homes": """
            | who | home  | start      | recorded   |
            | a   | Nacka | 2023-10-02 | 2023-12-04 |
            """,
        },
    ),
    "late_start": (
        "a start that was recorded late",
        """
        | booked | concerns | school | payer     | sign | cause      |
        | 202311 | 202310   | A      | Stockholm | 1    | late_start |
        | 202311 | 202311   | A      | Stockholm | 1    |            |
        """,
        {
            "spells": """
            | who | start      | recorded   |
            | a   | 2023-10-02 | 2023-11-01 |
            """
        },
    ),
    "withdrawn, a late stop": (
        "a stop that was recorded late",
        """
        | booked | concerns | school | payer     | sign | cause     |
        | 202310 | 202310   | A      | Stockholm | 1    |           |
        | 202311 | 202310   | A      | Stockholm | -1   | withdrawn |
        """,
        {
            "spells": """
            | who | stop       | recorded   | annulled   |
            | a   |            | 2023-08-15 | 2023-11-01 |
            | a   | 2023-10-05 | 2023-11-01 |            |
            """
        },
    ),
    "withdrawn, an annulled spell": (
        "a spell that was annulled, with nothing in its place",
        """
        | booked | concerns | school | payer     | sign | cause     |
        | 202310 | 202310   | A      | Stockholm | 1    |           |
        | 202311 | 202310   | A      | Stockholm | -1   | withdrawn |
        """,
        {
            "spells": """
            | who | recorded   | annulled   |
            | a   | 2023-08-15 | 2023-11-01 |
            """
        },
    ),
    "withdrawn, never present": (
        "a pupil who had never been there after all",
        """
        | booked | concerns | school | payer     | sign | cause     |
        | 202310 | 202310   | A      | Stockholm | 1    |           |
        | 202311 | 202310   | A      | Stockholm | -1   | withdrawn |
        """,
        {
            "spells": """
            | who | stop       | present    | reason        | recorded   | annulled   |
            | a   |            | 2023-08-15 |               | 2023-08-15 | 2023-11-01 |
            | a   | 2023-10-31 | -          | never_present | 2023-11-01 |            |
            """
        },
    ),
    "decision": (
        "extended time granted late, then reduced",
        """
        | booked | concerns | school | payer     | sign | cause    |
        | 202311 | 202310   | A      | Stockholm | 1    | decision |
        | 202311 | 202311   | A      | Stockholm | 1    |          |
        | 202312 | 202310   | A      | Stockholm | -1   | decision |
        | 202312 | 202310   | A      | Stockholm | 1    | decision |
        | 202312 | 202311   | A      | Stockholm | -1   | decision |
        | 202312 | 202311   | A      | Stockholm | 1    | decision |
        | 202312 | 202312   | A      | Stockholm | 1    |          |
        """,
        {
            "spells": "| who | year |\n| a | 4 |",
            "persons": "| who | born |\n| a | 2004 |",
            "decisions": """
            | who | start      | stop       | percent | recorded   | annulled   |
            | a   | 2023-08-15 | 2024-06-30 | 100     | 2023-11-01 | 2023-12-01 |
            | a   | 2023-08-15 | 2024-06-30 | 60      | 2023-12-01 |            |
            """,
        },
    ),
    "a change back leaves what was posted": (
        "wrongly moved and moved back between two closings",
        """
        | booked | concerns | school | payer     | sign | cause |
        | 202310 | 202310   | A      | Stockholm | 1    |       |
        | 202311 | 202311   | A      | Stockholm | 1    |       |
        """,
        {
            "spells": "| who |\n| a |",
            "homes": """
            | who | home  | start      | recorded   | annulled   |
            | a   | Nacka | 2023-10-02 | 2023-11-01 | 2023-11-15 |
            """,
        },
    ),
}
_COLUMNS = ("booked", "concerns", "school", "payer", "sign", "cause")


def ledger_of(closings: list[Closing], e: Enrolments) -> list[dict[str, str]]:
    schools = dict(zip(e.schools["school_id"], e.schools["school"], strict=True))
    rows = pd.concat([one.postings.astype({"cause": "str", "payer": "str"}) for one in closings])
    rows = rows.assign(school=[schools[number] for number in rows["school_id"]])
    return [dict(zip(_COLUMNS, map(str, row), strict=True)) for row in rows[list(_COLUMNS)].itertuples(index=False)]


@pytest.mark.parametrize("name", LEDGERS)
def test_what_is_known_late_corrects_the_month_that_it_concerns(name: str) -> None:
    """Section 3: postings are never changed; a late event gives correcting lines with month and cause."""
    _, expected, given = LEDGERS[name]
    e = tiny_enrolments(**given)  # type: ignore[arg-type]
    rows = table(expected)
    months = months_between(202310, int(rows[-1]["booked"]))
    closings = settle(months, e, None, Tariff.packaged(), Flat(), RULES)
    assert ledger_of(closings, e) == rows
    for one in closings:
        sides = accounts(one.postings)
        assert sides["debit"].sum() == sides["credit"].sum()
        assert sum(one.causes.values()) == len(one.postings[one.postings["cause"] != ""].drop_duplicates("concerns"))


def moved(e: Enrolments, **changes: Any) -> Enrolments:
    """A later extract in which persons or schools have other values."""
    tables = {name: getattr(e, name).assign(**columns) for name, columns in changes.items()}
    return replace(e, **tables)


EXTRACTS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "merit_changed": ("the merit value was corrected", {"year9": {"merit": [150.0]}}, Tariff.packaged()),
    "provider_changed": ("the school has another provider", {"schools": {"provider": ["Nya AB"]}}, Tariff.packaged()),
    "price_changed": ("the list was corrected", {}, stand_in.Tariff(extra=12)),
    "identity": ("the person is another one", {"persons": {"applicant": ["f" * 32]}}, Tariff.packaged()),
    "identity, born earlier": ("too old after all", {"persons": {"birth_year": [1999]}}, Tariff.packaged()),
}


@pytest.mark.parametrize("name", EXTRACTS)
def test_a_later_extract_or_list_corrects_with_its_cause(name: str) -> None:
    """What has no date of its own (merit value, birth year, provider, price) differs from one closing to the next."""
    _, changes, tariff = EXTRACTS[name]
    before = stand_in.Tariff() if name == "price_changed" else Tariff.packaged()
    e = tiny_enrolments(spells="| who |\n| a |")
    first = close_month(202310, e, None, before, Flat(), AS_KNOWN)
    second = close_month(202311, moved(e, **changes), first.postings, tariff, Flat(), AS_KNOWN)
    late = second.postings[second.postings["concerns"] == 202310]
    old = late[late["sign"] == -1]
    assert set(late["cause"]) - {"late_start"} == {name.partition(",")[0]}
    assert old[list(AMOUNTS)].sum().tolist() == (-first.postings[list(AMOUNTS)].sum()).tolist()
    assert ("late_start" in set(late["cause"])) == (name == "identity")


SOLD = {"schools": {"provider": ["Nya AB"], "provider_form": ["independent"], "municipality": ["Nacka"]}}
_SALE = ("concerns", "receiver", "provider_form", "municipality", "kind", "sign", "vat", "cause")
SALES = {
    "nothing else is known": (
        RULES,
        "| who |\n| a |",
        """
        | concerns | receiver         | provider_form | municipality | kind        | sign | vat   | cause |
        | 202311   | Nya AB           | independent   | Nacka        | independent | 1    | 40846 |       |
        """,
    ),
    "a late start": (
        RULES,
        "| who | recorded |\n| a | 2023-08-15 |\n| b | 2023-11-02 |",
        """
        | concerns | receiver         | provider_form | municipality | kind        | sign | vat   | cause      |
        | 202310   | Stockholm kommun | municipal     | Stockholm    | own         | 1    | 0     | late_start |
        | 202311   | Nya AB           | independent   | Nacka        | independent | 1    | 40846 |            |
        | 202311   | Nya AB           | independent   | Nacka        | independent | 1    | 40846 |            |
        """,
    ),
    "another study path": (
        RULES,
        """
        | who | code  | recorded   | annulled   |
        | a   | EKEKO | 2023-08-15 | 2023-11-02 |
        | a   | NA    | 2023-11-02 |            |
        """,
        """
        | concerns | receiver         | provider_form | municipality | kind        | sign | vat   | cause             |
        | 202310   | Stockholm kommun | municipal     | Stockholm    | own         | -1   | 0     | programme_changed |
        | 202310   | Stockholm kommun | municipal     | Stockholm    | own         | 1    | 0     | programme_changed |
        | 202311   | Nya AB           | independent   | Nacka        | independent | 1    | 45166 |                   |
        """,
    ),
    "as known": (
        AS_KNOWN,
        "| who |\n| a |",
        """
        | concerns | receiver         | provider_form | municipality | kind        | sign | vat   | cause            |
        | 202310   | Stockholm kommun | municipal     | Stockholm    | own         | -1   | 0     | provider_changed |
        | 202310   | Nya AB           | independent   | Nacka        | independent | 1    | 40846 | provider_changed |
        | 202311   | Nya AB           | independent   | Nacka        | independent | 1    | 40846 |                  |
        """,
    ),
}


def sold_in(closing: Closing) -> list[dict[str, str]]:
    rows = closing.postings.astype(dict.fromkeys(_SALE, "str"))
    return [dict(zip(_SALE, row, strict=True)) for row in rows[list(_SALE)].itertuples(index=False)]


@pytest.mark.parametrize("name", SALES)
def test_a_school_that_is_sold_keeps_what_it_was_paid(name: str) -> None:
    """rules/settlement.yml, provider_of_posted_months: no extract tells since when a school has its provider.

    Compensation in November 2023: a twelfth of 6 per cent of 81,692 kronor for EK, of 90,333 for NA (Nacka 2023).
    """
    rules, spells, expected = SALES[name]
    e = moved(tiny_enrolments(spells=spells), year9={"merit": 250.0})
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), rules)
    second = close_month(202311, moved(e, **SOLD), first.postings, Tariff.packaged(), Flat(), rules)
    assert sold_in(second) == table(expected)


def test_a_school_that_is_new_to_a_month_is_as_the_extract_says() -> None:
    """Of October the ledger has only school A; both are sold, and a pupil of B is known late."""
    e = tiny_enrolments(spells="| who | school | recorded |\n| a | A | 2023-08-15 |\n| b | B | 2023-11-02 |")
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), RULES)
    later = moved(e, schools={"provider": ["Nya AB", "Andra AB"], "provider_form": "independent"})
    second = close_month(202311, later, first.postings, Tariff.packaged(), Flat(), RULES)
    assert sorted((row["concerns"], row["receiver"], row["cause"]) for row in sold_in(second)) == [
        ("202310", "Andra AB", "late_start"),
        ("202311", "Andra AB", ""),
        ("202311", "Nya AB", ""),
    ]


def test_of_several_providers_in_a_month_the_one_posted_last_counts() -> None:
    """A ledger that was closed by another rule before: October was paid to the buyer at last."""
    e = tiny_enrolments(spells="| who | recorded |\n| a | 2023-08-15 |\n| b | 2023-12-04 |")
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), AS_KNOWN).postings
    second = close_month(202311, moved(e, **SOLD), first, Tariff.packaged(), Flat(), AS_KNOWN).postings
    third = close_month(202312, e, pd.concat([second, first]), Tariff.packaged(), Flat(), RULES)
    assert [(row["concerns"], row["receiver"], row["cause"]) for row in sold_in(third)] == [
        ("202310", "Nya AB", "late_start"),
        ("202311", "Nya AB", "late_start"),
        ("202312", "Stockholm kommun", ""),
        ("202312", "Stockholm kommun", ""),
    ]


def test_months_before_the_extract_begins_stay_as_they_were_posted() -> None:
    e = tiny_enrolments(spells="| who |\n| a |")
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), RULES)
    later = tiny_enrolments(
        spells="| who | school |\n| a | B |", schools="| school |\n| A |\n| B |", since="2023-11-01"
    )
    second = close_month(202311, later, first.postings, Tariff.packaged(), Flat(), RULES)
    assert ledger_of([second], later) == table(
        """
        | booked | concerns | school | payer     | sign | cause |
        | 202311 | 202311   | B      | Stockholm | 1    |       |
        """
    )


def test_a_protection_moves_no_money_and_marks_what_follows() -> None:
    e = tiny_enrolments(spells="| who |\n| a |")
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), RULES)
    later = moved(e, persons={"protected": [True]})
    second = close_month(202311, later, first.postings, Tariff.packaged(), Flat(), RULES)
    assert second.postings[["concerns", "protected"]].to_numpy().tolist() == [[202311, True]]
    gone = tiny_enrolments(spells="| who |\n| b |", as_of="2026-06-30")
    third = close_month(202312, gone, pd.concat([first.postings, second.postings]), Tariff.packaged(), Flat(), RULES)
    assert third.postings.loc[third.postings["sign"] == -1, "protected"].tolist() == [False, True]


def test_who_was_protected_stays_so_in_what_is_posted_later() -> None:
    """contracts/ledger.py: a pupil is protected if any posting of the pupil is."""
    e = tiny_enrolments(spells="| who |\n| a |", persons="| who | protected |\n| a | yes |")
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), RULES)
    later = moved(e, persons={"protected": [False]})
    second = close_month(202311, later, first.postings, Tariff.packaged(), Flat(), RULES)
    assert second.postings[["concerns", "protected"]].to_numpy().tolist() == [[202311, True]]


FAULTS = {
    "row-twice": {"spells": "| who |\n| a |\n| a |"},
    "stop-before-start": {"spells": "| who | stop |\n| a | 2023-08-01 |"},
    "municipality-not-known": {"spells": "| who |\n| a |", "persons": "| who | home |\n| a | Ankeborg |"},
    "provider-form-needed": {"spells": "| who |\n| a |", "schools": "| school | form |\n| A | unknown |"},
    "merit-outside-scale": {"spells": "| who |\n| a |", "persons": "| who | merit |\n| a | 999 |"},
    "applicant-twice": {"spells": "| who |\n| a |", "persons": "| who |\n| a |\n| a |"},
    "study-path-code-not-known": {"spells": "| who | code |\n| a | QQ |"},
    "year-of-study-outside": {"spells": "| who | year |\n| a | 5 |"},
    "home-repeated": {"spells": "| who |\n| a |", "homes": "| who | home | start |\n| a | Nacka | 2023-07-01 |"},
    "decisions-overlap": {
        "spells": "| who |\n| a |",
        "decisions": "| who | start | stop |\n| a | 2023-08-15 | 2024-01-01 |\n| a | 2024-01-01 | 2024-06-01 |",
    },
    "percent-outside": {
        "spells": "| who |\n| a |",
        "decisions": "| who | start | stop | percent |\n| a | 2023-08-15 | 2024-01-01 | 120 |",
    },
}


@pytest.mark.parametrize("rule_id", FAULTS)
def test_faults_are_refused_and_nothing_is_posted(rule_id: str) -> None:
    e = tiny_enrolments(**FAULTS[rule_id])  # type: ignore[arg-type]
    with pytest.raises(BadInput) as refused:
        close_month(202310, e, None, Tariff.packaged(), Flat(), RULES)
    assert rule_id in {one.rule for one in refused.value.findings}
    assert refused.value.exit_code == 11
    assert "999" not in str(refused.value)


@pytest.mark.parametrize(("merit", "fits"), [(0.0, True), (340.0, True), (-2.5, False), (342.5, False)])
def test_merit_values_lie_on_the_scale(merit: float, fits: bool) -> None:
    """Sixteen grades and a modern language of 20 points each: 340 (rules/merit_scale.yml)."""
    e = moved(tiny_enrolments(spells="| who |\n| a |"), year9={"merit": [merit]})
    if fits:
        assert len(close_month(202310, e, None, Tariff.packaged(), Flat(), RULES).postings) == 1
    else:
        with pytest.raises(BadInput, match="merit"):
            close_month(202310, e, None, Tariff.packaged(), Flat(), RULES)


def test_unknown_schools_and_persons_are_refused_together() -> None:
    e = tiny_enrolments(spells="| who |\n| a |\n| b |")
    broken = replace(e, spells=e.spells.assign(school=[7, -1], pupil=[0, 9]))
    with pytest.raises(BadInput) as refused:
        close_month(202310, broken, None, Tariff.packaged(), Flat(), RULES)
    assert {one.rule: one.count for one in refused.value.findings} == {"pupil-not-known": 1, "school-not-known": 2}


def test_a_missing_price_says_which_where_and_for_how_many() -> None:
    """Section 1: an error that lists code, school and number of pupils, and nothing is posted."""
    e = tiny_enrolments(spells="| who | code |\n| a | NA |\n| b | NA |\n| c | EKEKO |")
    with pytest.raises(PriceMissing, match=r"NA, year of study 1, 2023 at 20000000: fewer than \d+ pupils") as refused:
        settle([202310, 202311], e, None, stand_in.Tariff(unpriced=frozenset({"NA"})), Flat(), RULES)
    assert refused.value.exit_code == 12


MONTHS = {
    "closed already": ([202310], 202310, {}, "closed already"),
    "with a gap": ([202310, 202312], None, {}, "follow one another"),
    "before the extract begins": ([202306], None, {}, "later than 202306 begins"),
    "after the extract ends": ([202310], None, {"as_of": "2023-10-19"}, "before the closing day"),
}


@pytest.mark.parametrize("name", MONTHS)
def test_months_that_cannot_be_closed_now_are_refused(name: str) -> None:
    months, closed, days, told = MONTHS[name]
    e = tiny_enrolments(spells="| who |\n| a |", **days)  # type: ignore[arg-type]
    before = close_month(closed, e, None, Tariff.packaged(), Flat(), RULES).postings if closed else None
    with pytest.raises(BadParameters, match=told):
        settle(months, e, before, Tariff.packaged(), Flat(), RULES)


def test_nobody_enrolled_is_nothing_posted() -> None:
    for e in (tiny_enrolments(), tiny_enrolments(spells="| who |\n| a |", persons="| who | home |\n| a | - |")):
        (one,) = settle([202310], e, None, Tariff.packaged(), Flat(), RULES)
        assert len(one.postings) == 0
        assert len(one.unpaid) == len(e.persons)
        assert accounts(one.postings).empty


def test_a_ledger_that_pays_twice_is_refused() -> None:
    e = tiny_enrolments(spells="| who |\n| a |")
    first = close_month(202310, e, None, Tariff.packaged(), Flat(), RULES).postings
    with pytest.raises(BadInput, match="pays pupils twice"):
        close_month(202311, e, pd.concat([first, first]), Tariff.packaged(), Flat(), RULES)


def test_a_closing_tells_the_rules_that_it_rests_on() -> None:
    e = tiny_enrolments(spells="| who |\n| a |")
    closings = settle([202310, 202311], e, None, Tariff.packaged(), Supplement.packaged(2023), RULES)
    for one in closings:
        assert {f"settlement.{key}" for key in entries("settlement")} <= set(one.rules_read)
        assert one.rules_read["settlement.closing_day"] == "assumption"
        assert any(key.startswith("prices/") for key in one.rules_read)


@pytest.mark.parametrize(
    "changes",
    [
        {"closing_days": tuple((m, 1) for m in range(1, 13))},
        {"closing_days": RULES.closing_days[:-1]},
        {"count_days": RULES.count_days[:-1]},
        {"vat_percent": 100},
        {"vat_percent": -1},
        {"vat_reading": "half"},
        {"counting": "weekly"},
        {"provider_of_posted_months": "as_sold"},
        {"conditions": {"instalments": 10}},
    ],
)
def test_rules_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadParameters):
        replace(RULES, **changes)


def test_counting_by_day_closes_no_month() -> None:
    e = tiny_enrolments(spells="| who |\n| a |")
    with pytest.raises(BadParameters, match="by day"):
        close_month(202310, e, None, Tariff.packaged(), Flat(), RULES.counted_daily())

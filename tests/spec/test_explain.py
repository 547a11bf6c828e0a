"""What an officer can say about one applicant's choices, and that nobody else gets to see it."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pandas as pd
import pytest

from gymreg_core.disclosure.released import Released, release_counts, require_released
from gymreg_core.errors import BadParameters, DisclosureRefused
from gymreg_core.matching.build_market import MarketOptions, PoolRule, build_market
from gymreg_core.matching.explain import Explanation, explain
from gymreg_core.matching.explain_words import phrase
from gymreg_core.matching.solve import solve
from gymreg_core.matching.year import run_year
from gymreg_core.provenance import Provenance
from tests.tiny import matched, table, tiny_register

# By applicant and choice: outcome, what keeps it out or decided, distance to the cut-off.
WHY = {
    "merit": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        | c    | 5     |
        """,
        """
        | who | merit | choices | why                                                     |
        | Ann | 300   | a b     | a admitted points 0; b lapsed - 60                     |
        | Bo  | 260   | a c     | a reserve points -40; c admitted - -                    |
        | Cia | 240   | b       | b admitted - 0                                          |
        """,
        {},
    ),
    "what keeps a choice out": (
        """
        | path | seats | code  | state  | scale           | needs_test |
        | a    | 5     | EKEKO | closed |                 |            |
        | m    | 5     | ESMUS |        | grades_and_test | yes        |
        | v    | 5     | VIINF |        | other           |            |
        | n    | 5     | NANAT |        |                 |            |
        | i    | 5     | IMYBA |        |                 |            |
        """,
        """
        | who | merit | born | completed | choices | why                                                          |
        | Ann | 200   |      |           | a m     | a not_eligible closed -; m not_eligible test -               |
        | Eva | 200   |      |           | v i     | v not_eligible not_completed -; i not_eligible has_passes -  |
        | Bo  | 200   | 2000 |           | n       | n not_eligible age -                                         |
        | Cia | 200   | 2005 | yes       | n       | n not_eligible completed -                                   |
        | Dan | 100   |      |           | n       | n not_eligible passes -                                      |
        """,
        {},
    ),
    "first hand and lateness go before merit": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | home    | choices | why                         |
        | Ann | 300   | Uppsala | a       | a reserve first_hand 100    |
        | Bo  | 200   | Täby    | a       | a admitted first_hand 0     |
        | Cia | 300   | Täby    | b!      | b reserve on_time 100       |
        | Dan | 200   | Täby    | b       | b admitted on_time 0        |
        """,
        {},
    ),
    "the key of the tie-break that decided": (
        """
        | path | seats | tie_break           |
        | a    | 1     | rank_grades_lottery |
        | b    | 1     | science_first       |
        | c    | 0     |                     |
        """,
        """
        | who | merit | strong in | choices | why                                             |
        | Ann | 200   |           | a       | a admitted choice_rank 0                        |
        | Bo  | 200   |           | c a     | c reserve - -; a reserve choice_rank 0          |
        | Cia | 200   | FY        | c b     | c reserve - -; b admitted MA+FY+KE+BI 0         |
        | Dan | 200   |           | b       | b reserve MA+FY+KE+BI 0                         |
        """,
        {},
    ),
    "the free quota": (
        """
        | path | seats | quota |
        | a    | 2     | 1     |
        """,
        """
        | who | merit | choices | quota | why                  |
        | Ann | 160   | a       | a:1   | a admitted - -140    |
        | Bo  | 300   | a       |       | a admitted points 0  |
        | Cia | 170   | a       | a:2   | a reserve points -130 |
        """,
        {},
    ),
    "a tie-break for all paths, and another grade scale": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who | merit | strong in | choices | why                  |
        | Ann | 200   | SV        | a       | a admitted SV 0      |
        | Bo  | 200   |           | a       | a reserve SV 0       |
        """,
        {"tie_break": "swedish_first", "grade_scale": "ten-step"},
    ),
}


def told(found: Explanation) -> str:
    parts = []
    for choice in found.choices:
        why = " ".join(choice.hurdles) or choice.decided_by or "-"
        distance = "-" if choice.distance is None else f"{choice.distance:g}"
        parts.append(f"{choice.path_id} {choice.outcome} {why} {distance}")
    return "; ".join(parts)


@pytest.mark.parametrize(("paths", "applicants", "options"), WHY.values(), ids=WHY)
def test_why(paths: str, applicants: str, options: dict[str, str]) -> None:
    match, register = matched(paths, applicants, **options)
    for pupil, person in enumerate(table(applicants)):
        assert told(explain(match, register, pupil, MarketOptions(**options))) == person["why"]


MUSIC = """
| path | seats | code  | scale           | needs_test | tie_break           | quota |
| m    | 1     | ESMUS | grades_and_test | yes        |                     |       |
| a    | 1     | EKEKO | grades          |            | rank_grades_lottery |       |
| b    | 2     | BAHUS | grades          |            |                     | 1     |
| n    | 1     | NANAT | grades          |            |                     |       |
| c    | 9     | VOVAR | grades          |            |                     |       |
"""
PUPILS = """
| who | merit | choices | tests  | quota |
| Ann | 200   | m a c   | m:10   |       |
| Bo  | 240   | m a     | m:12.5 |       |
| Cia | 200   | a       |        |       |
| Dan | 110   | n b     |        | b:1   |
| Eva | 300   | b       |        |       |
| Fia | 290   | b m     |        | b:2   |
"""
SENTENCES = {
    "Ann": """
        1. Studieväg m, Skola m: inte antagen, står som reserv. Den sökande har 360 poäng: 200 poäng i meritvärde och
        160 poäng från prov. Det är 80 poäng under den sist antagna, som hade 440 poäng. En antagen på en plats.
        2. Studieväg a, Skola a: inte antagen, står som reserv. Den sökande har 200 poäng. Det är lika mycket som den
        sist antagna. En antagen på en plats. Mellan lika poäng avgjorde platsen på önskelistan.
        3. Studieväg c, Skola c: antagen. Den sökande har 200 poäng. Alla behöriga sökande fick plats: en antagen
        på 9 platser.
        """,
    "Bo": """
        1. Studieväg m, Skola m: antagen. Den sökande har 440 poäng: 240 poäng i meritvärde och 200 poäng från prov. Det
        är lika mycket som den sist antagna. En antagen på en plats.
        2. Studieväg a, Skola a: gäller inte längre, den sökande har en plats högre upp eller har avstått.
        """,
    "Dan": """
        1. Studieväg n, Skola n: inte behörig. Godkänt betyg saknas i ett ämne.
        2. Studieväg b, Skola b: antagen. Den sökande har 110 poäng. Platsen gavs i den fria kvoten.
        """,
    "Fia": """
        1. Studieväg b, Skola b: inte antagen, står som reserv. Den sökande har 290 poäng. Det är 10 poäng under den
        sist antagna, som hade 300 poäng. 2 antagna på 2 platser. I den fria kvoten räckte turordningen inte till någon
        plats.
        2. Studieväg m, Skola m: inte behörig. Resultat från prov saknas.
        """,
}


def test_it_says_so_in_plain_sentences() -> None:
    match, register = matched(MUSIC, PUPILS)
    for pupil, person in enumerate(table(PUPILS)):
        if person["who"] in SENTENCES:
            said = explain(match, register, pupil).describe()
            assert said.split() == SENTENCES[person["who"]].split()
    first = explain(match, register, 0).describe("en").split("\n")[0]
    assert first.startswith("1. Studieväg m, Skola m: not admitted, stands in reserve. The applicant has 360")
    assert first.endswith("One admitted to one seat.")
    assert phrase().incomplete() == []


def test_the_pseudonym_will_do_and_stands_nowhere_in_it() -> None:
    match, register = matched(MUSIC, PUPILS)
    for pupil, name in enumerate(register.pupils["applicant"]):
        found = explain(match, register, name)
        assert found.choices == explain(match, register, pupil).choices
        assert found.seat == next((c for c in found.choices if c.outcome == "admitted"), None)
        everything = f"{found!r} {found.describe()} {found.describe('en')} {found.choices}"
        assert name not in everything
        assert name.encode() not in pickle.dumps(found)
        assert repr(found) == f"Explanation(2023 final, {len(found.choices)} choices)"


def test_it_is_about_a_person_and_cannot_be_released() -> None:
    match, register = matched(MUSIC, PUPILS)
    found = explain(match, register, 0)
    assert not isinstance(found, Released)
    assert not hasattr(found, "_repr_html_")
    for thing in (found, found.choices[0], pd.DataFrame([vars(choice) for choice in found.choices])):
        with pytest.raises(DisclosureRefused):
            require_released(thing, ["points"])
    provenance = Provenance((), already_public=False, made_up=True)
    with pytest.raises(DisclosureRefused, match="not on the list of columns"):
        release_counts(pd.DataFrame([vars(choice) for choice in found.choices]), provenance)
    assert "not for release" in (Explanation.__doc__ or "")


def test_in_a_reserve_round_those_who_hold_a_seat_keep_it() -> None:
    applicants = """
    | who | merit | choices | reply              |
    | Ann | 200   | a       |                    |
    | Bo  | 300   | a@07-20 |                    |
    | Cia | 250   | a b     | withdraws          |
    """
    register = tiny_register(
        "| path | seats |\n| a | 1 |\n| b | 1 |", applicants.replace("| 200   | a ", "| 260   | a ")
    )
    match = run_year(register).matches["reserve_1"]
    bo = explain(match, register, 1).choices[0]
    assert (bo.outcome, bo.decided_by, bo.distance, bo.reached) == ("reserve", "held", 40, False)
    assert "De som redan har en plats behåller den." in explain(match, register, 1).describe()
    assert [c.outcome for c in explain(match, register, 2).choices] == ["lapsed", "admitted"]


def test_who_has_no_list_or_another_match_is_told_without_a_name() -> None:
    match, register = matched(MUSIC, PUPILS)
    for applicant in ("f" * 32, 99, -1):
        with pytest.raises(BadParameters, match="no list in the round") as raised:
            explain(match, register, applicant)
        assert "f" * 32 not in str(raised.value)
    with pytest.raises(BadParameters, match="not made from this register"):
        explain(match, register, 0, MarketOptions(grade_scale="ten-step"))
    other = replace(register, tests=register.tests.assign(points=register.tests["points"] + 1))
    with pytest.raises(BadParameters, match="not made from this register"):
        explain(match, other, 0)


def test_a_quota_of_a_scenario_is_named() -> None:
    applicants = """
    | who | merit | home  | choices |
    | Ann | 160   | Täby  | a       |
    | Bo  | 300   | Solna | a       |
    | Cia | 290   | Solna | a       |
    """
    register = tiny_register("| path | seats | place |\n| a | 2 | Täby |", applicants)
    options = MarketOptions(pool_rules=(PoolRule("neighbourhood", 0.5),))
    match = solve(build_market(register, "final", options))
    ann, bo = (explain(match, register, pupil, options).choices[0] for pupil in (0, 1))
    assert (ann.quota, ann.in_quota, ann.reached) == ("neighbourhood", True, True)
    assert (bo.quota, bo.in_quota, bo.decided_by) == ("", False, "points")

"""Who gets the seat, as tables that anyone in the office can read. How to read and write them: tests/tiny.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import SEEDS, draw_lottery, lots_per_path
from tests.tiny import expected, matched, seats, tiny_register

SEATS = {
    "the higher merit gets the seat": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 240   | a       | a    |
        | Bo   | 237.5 | a       | -    |
        """,
    ),
    "one seat each, the highest choice that merit reaches; whoever is pushed out goes on to the next choice": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        | c    | 1     |
        """,
        """
        | who  | merit | choices | gets |
        | Bo   | 200   | a b c   | c    |
        | Cia  | 220   | b a     | b    |
        | Ann  | 240   | a b c   | a    |
        """,
    ),
    "a low choice is no worse than a high one: wanting it less takes nothing from the merit": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 240   | a       | a    |
        | Bo   | 230   | a b     | b    |
        | Cia  | 220   | b       | -    |
        """,
    ),
    "nobody is admitted to a closed study path, or where nothing is left on the list": (
        """
        | path | seats | state  |
        | a    | 5     | closed |
        | b    | 1     |        |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 240   | a b     | b    |
        | Bo   | 230   | a       | -    |
        """,
    ),
    "at a municipal school those from outside the area come after all from the area": (
        """
        | path | seats | form      |
        | a    | 2     | municipal |
        """,
        """
        | who  | merit | home    | choices | gets |
        | Ann  | 300   | Uppsala | a       | -    |
        | Bo   | 160   | Täby    | a       | a    |
        | Cia  | 150   | Haninge | a       | a    |
        """,
    ),
    "they get the seats that remain": (
        """
        | path | seats | form   |
        | a    | 2     | region |
        """,
        """
        | who  | merit | home     | choices | gets |
        | Ann  | 300   | Uppsala  | a       | a    |
        | Dan  | 290   | Enköping | a       | -    |
        | Bo   | 160   | Täby     | a       | a    |
        """,
    ),
    "an independent school takes everyone on equal terms": (
        """
        | path | seats | form        |
        | a    | 1     | independent |
        """,
        """
        | who  | merit | home    | choices | gets |
        | Ann  | 300   | Uppsala | a       | a    |
        | Bo   | 290   | Täby    | a       | -    |
        """,
    ),
    "so does a municipal school that recruits from the whole country": (
        """
        | path | seats | form      | national |
        | a    | 1     | municipal | yes      |
        """,
        """
        | who  | merit | home    | choices | gets |
        | Ann  | 300   | Uppsala | a       | a    |
        | Bo   | 290   | Täby    | a       | -    |
        """,
    ),
    "Gnesta is no party of the agreement: the area first in the area, Gnesta first in Gnesta": (
        """
        | path | seats | place     |
        | a    | 1     | Stockholm |
        | g    | 1     | Gnesta    |
        """,
        """
        | who  | merit | home   | choices | gets |
        | Ann  | 300   | Gnesta | a       | -    |
        | Bo   | 200   | Håbo   | a       | a    |
        | Cia  | 300   | Täby   | g       | -    |
        | Dan  | 200   | Gnesta | g       | g    |
        """,
    ),
    "an application in time goes before a late one": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 300   | a!      | -    |
        | Bo   | 200   | a       | a    |
        """,
    ),
    "among the late ones merit decides; only the late choice is late, not the list": (
        """
        | path | seats |
        | a    | 2     |
        | b    | 1     |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 240   | a! b    | b    |
        | Bo   | 230   | b       | -    |
        | Cia  | 200   | a       | a    |
        | Dan  | 250   | a!      | a    |
        """,
    ),
    "a late application in the first hand goes before one in time in the second": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who  | merit | home    | choices | gets |
        | Ann  | 300   | Uppsala | a       | -    |
        | Bo   | 200   | Täby    | a!      | a    |
        """,
    ),
    "a choice that came in after the admission waits for the reserve rounds": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 300   | a@07-05 | -    |
        | Bo   | 200   | a@07-04 | a    |
        """,
    ),
    "a seat of the free quota goes to the one whom the provider chose, whatever the merit": (
        """
        | path | seats | quota |
        | a    | 2     | 1     |
        """,
        """
        | who  | merit | choices | quota | gets |
        | Ann  | 300   | a       |       | a    |
        | Bo   | 290   | a       |       | -    |
        | Cia  | 100   | a       | a:1   | -    |
        | Dan  | 160   | a       | a:2   | a    |
        | Eva  | 170   | a       | a:3   | -    |
        """,
    ),
    "a seat that the free quota leaves falls to the others": (
        """
        | path | seats | quota |
        | a    | 2     | 2     |
        """,
        """
        | who  | merit | choices | quota | gets |
        | Ann  | 300   | a       |       | a    |
        | Bo   | 290   | a       |       | -    |
        | Dan  | 160   | a       | a:1   | a    |
        """,
    ),
    "whoever has a place in the free quota of a lower choice still gets the higher one by merit": (
        """
        | path | seats | quota |
        | a    | 1     | 0     |
        | b    | 1     | 1     |
        """,
        """
        | who  | merit | choices | quota | gets |
        | Ann  | 300   | a b     | b:1   | a    |
        | Bo   | 290   | b       |       | b    |
        """,
    ),
    "the test counts with the merit: 1-20 points times 16 where the path names no weight": (
        """
        | path | seats | code  | scale           |
        | m    | 1     | ESMUS | grades_and_test |
        """,
        """
        | who  | merit | choices | tests | gets |
        | Ann  | 320   | m       | m:10  | -    |
        | Bo   | 200   | m       | m:18  | m    |
        """,
    ),
    "a path may weigh its test more": (
        """
        | path | seats | code    | scale           | weight |
        | m    | 1     | ESMUS0S | grades_and_test | 33.75  |
        """,
        """
        | who  | merit | choices | tests | gets |
        | Ann  | 320   | m       | m:16  | -    |
        | Bo   | 200   | m       | m:20  | m    |
        """,
    ),
    "without a test one competes with the merit alone, unless the path requires it": (
        """
        | path | seats | code  | scale           | needs_test |
        | m    | 2     | ESMUS | grades_and_test | no         |
        | r    | 2     | ESTEA | grades_and_test | yes        |
        """,
        """
        | who  | merit | choices | tests | gets |
        | Ann  | 320   | r m     |       | m    |
        | Bo   | 200   | r       | r:1   | r    |
        """,
    ),
    "on a scale of its own the grades count nothing; points of a test that a path does not ask for neither": (
        """
        | path | seats | code  | scale  |
        | o    | 1     | EKEKO | other  |
        | a    | 1     | EKEKO | grades |
        """,
        """
        | who  | merit | choices | tests     | gets |
        | Ann  | 320   | o       | o:1200    | -    |
        | Bo   | 200   | o       | o:1300    | o    |
        | Cia  | 320   | a       |           | a    |
        | Dan  | 310   | a       | a:20      | -    |
        """,
    ),
    "nobody too old to start, or with a national programme behind them": (
        """
        | path | seats |
        | a    | 5     |
        """,
        """
        | who  | merit | born | completed | choices | gets |
        | Ann  | 300   | 2004 |           | a       | a    |
        | Bo   | 300   | 2003 |           | a       | -    |
        | Cia  | 300   | 2005 | yes       | a       | -    |
        """,
    ),
    "the fourth technical year takes those with a national programme behind them, from the whole country, up to 22": (
        """
        | path | seats | code  | scale |
        | v    | 2     | VIINF | other |
        """,
        """
        | who  | merit | born | completed | home    | choices | tests  | gets |
        | Ann  | 300   | 2004 | yes       | Uppsala | v       | v:1400 | v    |
        | Bo   | 300   | 2001 | yes       | Täby    | v       | v:1300 | v    |
        | Cia  | 300   | 2004 | yes       | Täby    | v       | v:1200 | -    |
        | Dan  | 300   | 2000 | yes       | Täby    | v       | v:1500 | -    |
        | Eva  | 300   | 2007 |           | Täby    | v       | v:1500 | -    |
        """,
    ),
}
# Everyone has the same points at the path; the lottery decides nothing here, for the key before it does.
TIES = {
    ("rank_grades_lottery", "the place on the list"): (
        """
        | path | seats |
        | a    | 1     |
        | b    | 0     |
        """,
        """
        | who  | merit | choices | gets |
        | Ann  | 240   | b a     | -    |
        | Bo   | 240   | a       | a    |
        """,
    ),
    ("rank_grades_lottery", "then the grades without the test"): (
        """
        | path | seats | code  | scale           |
        | a    | 1     | ESMUS | grades_and_test |
        """,
        """
        | who  | merit | choices | tests | gets |
        | Ann  | 240   | a       | a:15  | -    |
        | Bo   | 280   | a       | a:12.5 | a    |
        """,
    ),
    ("rank_grades_number_lottery", "then the number of grades"): (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who  | merit | without | choices | gets |
        | Ann  | 240   | SL      | a       | -    |
        | Bo   | 240   |         | a       | a    |
        """,
    ),
    ("science_first", "science before the place on the list"): (
        """
        | path | seats |
        | a    | 1     |
        | b    | 0     |
        """,
        """
        | who  | merit | strong in | choices | gets |
        | Ann  | 200   | FY        | b a     | a    |
        | Bo   | 200   | SH        | a       | -    |
        """,
    ),
    ("society_first", "society before the place on the list"): (
        """
        | path | seats |
        | a    | 1     |
        | b    | 0     |
        """,
        """
        | who  | merit | strong in | choices | gets |
        | Ann  | 200   | FY        | a       | -    |
        | Bo   | 200   | SH        | b a     | a    |
        """,
    ),
    ("swedish_first", "Swedish, in either form"): (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who  | merit | strong in | choices | gets |
        | Ann  | 200   | SVA       | a       | a    |
        | Bo   | 200   | SH        | a       | -    |
        """,
    ),
}


@pytest.mark.parametrize(("paths", "applicants"), SEATS.values(), ids=SEATS)
def test_who_gets_the_seat(paths: str, applicants: str) -> None:
    match, register = matched(paths, applicants)
    assert seats(match, register, applicants) == expected(applicants)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("policy", "paths", "applicants"), [(k[0], *v) for k, v in TIES.items()], ids=map(" ".join, TIES)
)
def test_what_breaks_a_tie(policy: str, paths: str, applicants: str, seed: int) -> None:
    match, register = matched(paths, applicants, tie_break=policy, seed=seed)
    assert seats(match, register, applicants) == expected(applicants)
    reversed_rows = "\n".join([applicants.strip().splitlines()[0], *applicants.strip().splitlines()[:0:-1]])
    match, register = matched(paths, reversed_rows, tie_break=policy, seed=seed)
    assert seats(match, register, reversed_rows) == expected(applicants)


ONE_SEAT = """
| path | seats |
| a    | 1     |
"""
EQUAL = """
| who | merit | choices |
| Ann | 240   | a       |
| Bo  | 240   | a       |
"""


def test_two_applicants_one_seat_equal_merit_a_lot_is_drawn() -> None:
    """The same seed gives the same lot, and over many seeds each wins about half."""
    wins, register = 0, tiny_register(ONE_SEAT, EQUAL)
    for seed in range(200):
        options = MarketOptions(seed=seed)
        got, again = (seats(solve(build_market(register, "final", options)), register, EQUAL) for _ in range(2))
        assert sorted(got.values()) == ["-", "a"]
        assert got == again
        wins += got["Ann"] == "a"
    assert 70 <= wins <= 130  # four standard deviations of 200 fair draws lie 28 from 100


MANY_EQUAL = """
| who | merit | choices   |
| Ann | 240   | a b c d e |
| Bo  | 240   | a b c d e |
"""
FIVE_PATHS = "| path | seats |\n" + "\n".join(f"| {name} | 1 |" for name in "abcde")


def test_one_lot_for_all_paths_or_one_for_each() -> None:
    def ahead(lottery: str, seed: int) -> list[bool]:
        register = tiny_register(FIVE_PATHS, MANY_EQUAL)
        market = build_market(register, "final", MarketOptions(seed=seed, lottery=lottery))
        lots = market.lottery if market.lottery.ndim == 2 else market.lottery[:, None].repeat(5, axis=1)
        return (lots[0] > lots[1]).tolist()

    assert all(len(set(ahead("single", seed))) == 1 for seed in range(20))
    firsts = [tuple(ahead("per_path", seed)) for seed in range(50)]
    assert len(set(firsts)) > 15
    assert 75 < sum(map(sum, firsts)) < 175  # of 250 lots; six standard deviations


@pytest.mark.parametrize(("people", "seed", "told"), [((1 << 21) + 1, 0, "room for"), (2, SEEDS, "too large")])
def test_a_lottery_that_the_keys_have_no_room_for_is_refused(people: int, seed: int, told: str) -> None:
    """Else lots would run into the classes above them, and applicants with fewer points would pass others."""
    choices = np.zeros((people, 1), np.int32)
    with pytest.raises(BadParameters, match=told):
        lots_per_path(np.arange(people, dtype=np.int32), choices, seed)
    if seed == 0:
        with pytest.raises(BadParameters, match=told):
            draw_lottery(people, seed)


def test_a_lot_is_not_moved_by_others_who_apply() -> None:
    """A lot is drawn for the pupil and the year, so that a reserve keeps the place before another with equal merit."""
    more = EQUAL + "| Cia | 240 | a |\n"
    for lottery in ("single", "per_path"):
        for seed in range(30):
            register = tiny_register(ONE_SEAT, more)
            here = build_market(register, "final", MarketOptions(seed=seed, lottery=lottery))
            without = register.applications[register.applications["pupil"] != 2].reset_index(drop=True)
            fewer = build_market(
                replace(register, applications=without), "final", MarketOptions(seed=seed, lottery=lottery)
            )
            ahead = [m.lottery.reshape(len(m.pupil), -1)[:2, 0].argmax() for m in (here, fewer)]
            assert ahead[0] == ahead[1]


TERMS = """
| who  | autumn | merit | first | choices | preliminary | final |
| Ann  | 200    | 300   | a     | a b     | -           | a     |
| Bo   | 220    | 210   | a     | b       | a           | b     |
| Cia  | 190    | 240   | b     | b a     | b           | -     |
"""
PRELIMINARY_SEATS = """
| path | seats | first | quota |
| a    | 1     | 1     | 0     |
| b    | 1     | 2     | 1     |
"""


def test_the_preliminary_round_has_its_own_grades_lists_and_seats() -> None:
    """And no free quota: see Bo, who is admitted to b by it in the final round only."""
    applicants = TERMS.replace("| final |", "| final | quota |", 1).replace("| b     |\n", "| b     | b:1 |\n")
    applicants = applicants.replace("| a     |\n", "| a     | |\n").replace("| -     |\n", "| -     | |\n")
    register = tiny_register(PRELIMINARY_SEATS, applicants)
    for round_ in ("preliminary", "final"):
        match = solve(build_market(register, round_))
        assert seats(match, register, applicants) == expected(applicants, round_)
        assert (len(match.market.pools.path) > 0) == (round_ == "final")


def test_whoever_finished_year_9_earlier_competes_with_the_final_grades_at_once() -> None:
    applicants = """
    | who  | autumn | merit | year9 | choices | gets |
    | Ann  | 160    | 300   | 2022  | a       | a    |
    | Bo   | 200    | 310   | 2023  | a       | -    |
    """
    register = tiny_register(ONE_SEAT, applicants)
    assert seats(solve(build_market(register, "preliminary")), register, applicants) == expected(applicants)


def test_a_round_that_is_not_there_is_told() -> None:
    register = tiny_register(ONE_SEAT, EQUAL)
    with pytest.raises(BadParameters, match="no round 'autumn'"):
        build_market(register, "autumn")
    with pytest.raises(BadParameters, match="no lottery"):
        build_market(register, "final", MarketOptions(lottery="dice"))
    nobody = replace(register, applications=register.applications[:0])
    with pytest.raises(BadInput, match="nobody applied in the final round") as told:
        build_market(nobody, "final")
    assert told.value.exit_code == 11

"""Made-up histories: nothing overlaps, days are in order, everyone admitted begins, same in same out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import END_REASONS, Enrolments, known_at, year9_of
from gymreg_core.contracts.register import SUBJECTS, Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.eligibility import eligibility
from gymreg_core.matching.merit import merit
from gymreg_core.matching.year import run_year
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.synthetic.histories import enrolments_of, make_enrolments
from gymreg_core.synthetic.histories_draw import draw_plans
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_known import CHANGED, INTERRUPTED, Rows, corrected, recorded
from gymreg_core.synthetic.histories_start import Starters, starters_of
from gymreg_core.synthetic.identities import identity_numbers
from gymreg_core.synthetic.offers import NATIONAL, PREPARATORY, VOCATIONAL, offers_of
from gymreg_core.synthetic.registers import make_register

YEARS, AS_OF = (2021, 2022, 2023), date(2026, 1, 31)
CASES = [(20250403, 0.02), (7, 0.04), (1, 0.001)]
"""Seeds and scales; the last is a region with one school."""


@cache
def register(year: int, seed: int, scale: float) -> Register:
    return make_register(year, seed=seed, scale=scale)


@cache
def starters(year: int, seed: int, scale: float) -> Starters:
    return starters_of(register(year, seed, scale), seed)


@cache
def made(seed: int, scale: float, as_of: date = AS_OF) -> Enrolments:
    return enrolments_of([starters(year, seed, scale) for year in YEARS], as_of, seed).enrolments


def overlaps(rows: pd.DataFrame) -> int:
    """How many pairs of a pupil's rows hold on the same day and are known on the same day."""
    last = pd.Timestamp("2100-01-01")
    rows = rows[["pupil", "start", "stop", "recorded", "annulled"]].fillna({"stop": last, "annulled": last})
    rows = rows.assign(row=np.arange(len(rows)))
    pairs = rows.merge(rows, on="pupil")
    pairs = pairs[pairs["row_x"] < pairs["row_y"]]
    hold = (pairs["start_x"] <= pairs["stop_y"]) & (pairs["start_y"] <= pairs["stop_x"])
    known = (pairs["recorded_x"] < pairs["annulled_y"]) & (pairs["recorded_y"] < pairs["annulled_x"])
    return int((hold & known).sum())


@pytest.mark.parametrize(("seed", "scale"), CASES)
def test_no_two_spells_or_decisions_known_on_a_day_overlap(seed: int, scale: float) -> None:
    told = made(seed, scale)
    assert overlaps(told.spells) == 0
    assert overlaps(told.decisions) == 0


@pytest.mark.parametrize("seed", range(5))
def test_what_is_recorded_of_short_spells_overlaps_nowhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 600
    pupil = np.sort(rng.integers(0, 150, n))
    last = np.append(pupil[1:] != pupil[:-1], True)
    reason = np.where(last, INTERRUPTED, np.where(rng.random(n) < 0.7, CHANGED, END_REASONS.index("study_break")))
    length, pause = rng.integers(1, 25, n), rng.integers(1, 10, n)
    pause = np.where(reason == CHANGED, 1, pause)
    start = np.cumsum(np.append(0, (length + pause)[:-1]))
    zeros, none = np.zeros(n, np.int64), np.full(n, NEVER)
    spells = Rows(np.arange(n), pupil, zeros, zeros, zeros, start, start + length - 1, start, reason, none, none)
    rows = recorded(spells, np.ones(n, np.bool_), rng)
    told = pd.DataFrame(vars(corrected(rows, np.full(len(rows.spell), -1), 1, rng)))
    days = told[["start", "stop", "recorded", "annulled"]].clip(upper=40_000).apply(pd.to_datetime, unit="D")
    assert overlaps(days.assign(pupil=told["pupil"])) == 0
    now = told[told["annulled"] == NEVER].sort_values("spell")
    assert now["spell"].tolist() == list(range(n)), "in the end every spell is known once"
    assert now["stop"].tolist() == spells.stop.tolist()


def test_nobody_switches_who_was_never_there() -> None:
    one = starters(2022, *CASES[1])
    plan = draw_plans(one, offers_of({2022: one.paths}, one.schools["school_id"].tolist()), 1)
    never = plan.present == NEVER
    assert never.sum() > 5
    assert (plan.changes[never] == NEVER).all()
    assert (plan.away[never] == NEVER).all()
    assert (plan.certificate[never] < 0).all()


@pytest.mark.parametrize(("seed", "scale"), CASES)
def test_days_are_in_order(seed: int, scale: float) -> None:
    told = made(seed, scale)
    for name, table in told.tables().items():
        if "recorded" in table:
            assert not (table["annulled"] <= table["recorded"]).any(), name
            assert (table["recorded"] <= told.as_of).all()
            assert not (table["annulled"] > told.as_of).any()
    spells = told.spells
    assert not (spells["stop"] < spells["start"]).any()
    assert not ((spells["present"] < spells["start"]) | (spells["present"] > spells["stop"])).any()
    assert (spells["reason"].eq("") == spells["stop"].isna()).all()
    assert spells.loc[spells["reason"].isin(["never_present", "invalid"]), "present"].isna().all()
    assert not (spells["recorded"] < spells["start"]).any(), "nobody begins before it is known"
    assert not (spells["recorded"] < spells["stop"]).any(), "no end is known before it comes"
    ended = (
        spells[spells["stop"].notna()].sort_values(["start", "recorded"]).groupby(["pupil", "start"])["recorded"].min()
    )
    last = told.certificates["pupil"].map(ended.groupby("pupil").last())
    assert (told.certificates["recorded"] >= last).all(), "no certificate before the end that it is of"
    first = known_at(told.homes, pd.Timestamp(told.as_of)).groupby("pupil")["start"].min()
    begins = spells.groupby("pupil")["start"].min()
    assert (first.reindex(begins.index) <= begins).all()


def test_who_leaves_as_a_school_year_begins_was_not_there() -> None:
    """Who has gone over to the next year of study and leaves in the first days of it has not come back.

    A row that ended a spell by mistake, and was taken back, does not tell of anybody who left.
    """
    told = made(*CASES[1])
    spells = known_at(told.spells, pd.Timestamp(told.as_of))
    follows = spells[(spells["year_of_study"] > 1) & (spells["start"].dt.month == 7) & (spells["start"].dt.day == 1)]
    soon = follows[follows["stop"] < pd.to_datetime(follows["start"].dt.year.astype(str) + "-08-25")]
    assert len(soon) > 3
    assert soon["present"].isna().all()
    assert follows.drop(soon.index)["present"].notna().mean() > 0.9


@pytest.mark.parametrize(("seed", "scale"), CASES)
def test_everyone_admitted_begins_where_the_seat_is(seed: int, scale: float) -> None:
    told = made(seed, scale)
    row = {applicant: number for number, applicant in enumerate(told.persons["applicant"])}
    spells = known_at(told.spells, pd.Timestamp(told.as_of)).sort_values(["pupil", "start"], kind="stable")
    first = spells.drop_duplicates("pupil").set_index("pupil")
    unit_codes, over = told.schools["school_id"].to_numpy(object), told.predecessors
    taken_over = list(zip(unit_codes[over["former"]], unit_codes[over["school"]], over["day"], strict=True))
    seen: set[str] = set()
    for year in YEARS:
        of_year = register(year, seed, scale)
        match = list(run_year(of_year).matches.values())[-1]
        for pupil, seat in zip(match.market.pupil, match.assignment.seat, strict=True):
            applicant = of_year.pupils["applicant"].iloc[pupil]
            if seat < 0:
                continue
            begun = first.loc[row[applicant]]
            path = of_year.study_paths.iloc[seat]
            if applicant not in seen:  # who applied again stayed where the first seat was
                assert begun["study_path_code"] == path["study_path_code"]
                unit = of_year.schools["school_id"].iloc[path["school"]]
                unit = next((new for old, new, day in taken_over if old == unit and day <= begun["start"]), unit)
                assert told.schools["school_id"].iloc[begun["school"]] == unit
        seen |= set(of_year.pupils["applicant"])


@pytest.mark.parametrize("day", [date(2024, 7, 15), None])
@pytest.mark.parametrize(("seed", "scale"), CASES)
def test_an_earlier_day_gives_what_was_known_then(seed: int, scale: float, day: date | None) -> None:
    """None: the first day on which a home or a decision was annulled, if any; on that very day it is."""
    if day is None:
        annulled = pd.concat(
            [table["annulled"].dropna() for table in (made(seed, scale).homes, made(seed, scale).decisions)]
        )
        day = annulled.min().date() if len(annulled) else date(2024, 7, 1)
    late, early = made(seed, scale), made(seed, scale, day)
    for name in ("spells", "homes", "decisions", "certificates"):
        of_late, of_early = (
            getattr(told, name).assign(pupil=told.persons["applicant"].to_numpy(object)[getattr(told, name)["pupil"]])
            for told in (late, early)
        )
        then = of_late[of_late["recorded"] <= pd.Timestamp(day)]
        then = then.assign(annulled=then["annulled"].where(then["annulled"] <= pd.Timestamp(day)))
        then = then[then["pupil"].isin(early.persons["applicant"])]
        keys = list(then.columns)
        expected = then.sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(of_early.sort_values(keys, ignore_index=True), expected, check_dtype=False)


def test_the_same_arguments_give_the_same_tables() -> None:
    one, two = (make_enrolments((2022, 2021), date(2023, 10, 1), seed=3, scale=0.02) for _ in range(2))
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, two.tables()[name])
    other = make_enrolments((2022, 2021), date(2023, 10, 1), seed=4, scale=0.02)
    assert not one.spells.equals(other.spells)


def test_numbers_are_those_of_the_registers_and_each_one_once() -> None:
    seed, scale = CASES[1]
    out = enrolments_of([starters(year, seed, scale) for year in YEARS], AS_OF, seed)
    assert len(set(out.numbers)) == len(out.numbers) == len(out.enrolments.persons)
    names = pseudonyms([number.replace("-", "") for number in out.numbers], MADE_UP_KEY)
    assert names == out.enrolments.persons["applicant"].tolist()
    registers = {number for year in YEARS for number in identity_numbers(register(year, seed, scale), seed)}
    own = year9_of(out.enrolments)["year"].to_numpy() > 0
    assert {number for number, there in zip(out.numbers, own, strict=True) if there} <= registers


def test_the_same_number_in_two_years_is_one_person() -> None:
    one, other = (starters(year, *CASES[0]) for year in YEARS[:2])
    again = replace(other, numbers=[one.numbers[0], *other.numbers[1:]])
    out = enrolments_of([one, again], AS_OF, 1)
    assert out.numbers.count(one.numbers[0]) == 1
    assert len(out.numbers) == len(enrolments_of([one, other], AS_OF, 1).numbers) - 1
    twice = enrolments_of([replace(one, numbers=[one.numbers[1], *one.numbers[1:]])], AS_OF, 1)
    assert len(set(twice.numbers)) == len(twice.numbers)


def test_nobody_has_a_seat_that_was_taken_or_asks_for_other_grades() -> None:
    of_year, one = register(2022, *CASES[1]), starters(2022, *CASES[1])
    kind, seats = one.paths["kind"].to_numpy(), one.paths["seats"].to_numpy()
    national = np.isin(kind, NATIONAL)
    assert (np.bincount(one.path, minlength=len(kind)) <= seats)[national].all()
    row = {number: place for place, number in enumerate(identity_numbers(of_year, CASES[1][0]))}
    final = of_year.grades[of_year.grades["term"].eq("final")].sort_values("pupil")
    marks = final[list(SUBJECTS)].to_numpy(np.int8)
    who = eligibility(marks, final["english_dispensation"].to_numpy(np.bool_), 2022)
    for name, of_kind in (("preparatory", PREPARATORY), ("vocational", VOCATIONAL)):
        there = [row[number] for number, path in zip(one.numbers, one.path, strict=True) if kind[path] == of_kind]
        assert len(there) > 20
        assert who.eligible[there, who.requirements.index(name)].all()
    done = set(np.flatnonzero(of_year.pupils["completed_national"]))
    match = list(run_year(of_year).matches.values())[-1]
    admitted = set(match.market.pupil[match.assignment.seat >= 0].tolist())
    assert not {row[number] for number in one.numbers if number in row} & (done - admitted)
    none = merit(marks, 2022).number == 0
    missing = {number for number, value in zip(one.numbers, one.persons["merit"].isna(), strict=True) if value}
    assert {number for number in one.numbers if number in row and none[row[number]]} == missing & set(row)


def test_a_school_has_the_name_of_the_last_year() -> None:
    one, other = (starters(year, *CASES[0]) for year in YEARS[:2])
    renamed = replace(other, schools=other.schools.assign(school="Almvreta"))
    assert set(enrolments_of([one, renamed], AS_OF, 1).enrolments.schools["school"]) == {"Almvreta"}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_region_with_hardly_anyone(count: int) -> None:
    few = _first(starters(2022, *CASES[0]), count)
    told = enrolments_of([few], AS_OF, 1).enrolments
    assert len(told.persons) == count
    assert overlaps(told.spells) == 0


def _first(whole: Starters, count: int) -> Starters:
    return replace(
        whole,
        numbers=whole.numbers[:count],
        persons=whole.persons.iloc[:count],
        path=whole.path[:count],
        late=whole.late[:count],
    )


def test_a_year_of_study_follows_the_one_before() -> None:
    told = made(*CASES[1])
    spells = known_at(told.spells, pd.Timestamp(told.as_of)).sort_values(["pupil", "start"])
    same = spells["pupil"].eq(spells["pupil"].shift(-1))
    promoted = spells[same & spells["reason"].eq("promoted")]
    after = spells.shift(-1).loc[promoted.index]
    assert (after["year_of_study"] == promoted["year_of_study"] + 1).mean() > 0.99  # the fourth is the last
    assert (after["start"] == promoted["stop"] + pd.Timedelta(days=1)).all()
    for column in ("school", "study_path_code"):
        assert (after[column] == promoted[column]).all()
    ended = told.spells[told.spells["reason"].eq("promoted")].groupby(["pupil", "start"])["recorded"].min()
    begun = told.spells.groupby(["pupil", "start"])["recorded"].min()
    ended = ended.reindex(pd.MultiIndex.from_frame(promoted[["pupil", "start"]])).to_numpy()
    begun = begun.reindex(pd.MultiIndex.from_frame(after[["pupil", "start"]])).to_numpy()
    assert (ended == begun).mean() > 0.98  # few were first recorded wrongly
    changed = spells[same & spells["reason"].eq("changed")]
    after = spells.shift(-1).loc[changed.index]
    assert ((after["school"] != changed["school"]) | (after["study_path_code"] != changed["study_path_code"])).all()


@pytest.mark.parametrize(("seed", "scale"), CASES[:2])
def test_decisions_and_certificates_are_about_what_was_studied(seed: int, scale: float) -> None:
    told = made(seed, scale)
    fourth = told.spells[told.spells["year_of_study"] == 4]
    begun = set(zip(fourth["pupil"], fourth["start"], strict=True))
    decided = list(zip(told.decisions["pupil"], told.decisions["start"], strict=True))
    assert len(decided) > 3
    assert begun >= set(decided)
    introductory = told.certificates["certificate"].eq("introductory_certificate")
    assert introductory.any()
    assert (told.certificates["points"].eq(0) == introductory).all()


def test_odds_depend_on_nothing_but_merit() -> None:
    told = made(*CASES[1])
    year9 = year9_of(told)
    assert np.isfinite(year9.loc[year9["year"] > 0, "merit"]).mean() > 0.99
    certificates = told.certificates
    always = certificates["certificate"].eq("preparatory_diploma")
    assert certificates.loc[always, "higher_eligible"].all()
    assert not certificates.loc[certificates["certificate"].eq("study_certificate"), "higher_eligible"].any()


@pytest.mark.parametrize(
    ("years", "as_of"), [((), AS_OF), ((2022, 2022), AS_OF), ((2022,), date(2022, 6, 30)), ((1999,), AS_OF)]
)
def test_what_cannot_be_made_is_refused(years: tuple[int, ...], as_of: date) -> None:
    with pytest.raises(BadParameters):
        make_enrolments(years, as_of, scale=0.01)

"""What a workspace holds of persons can be erased, re-keyed and pruned, and what that leaves (docs/security.md)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.ledger import AMOUNTS, CUT_OFF
from gymreg_core.errors import BadInput
from gymreg_core.funding.settle_months import settle_months
from gymreg_core.matching.match_round import match_round
from gymreg_core.release.resting import resting_on
from gymreg_core.store.enrolments import ingest_enrolments, stored_enrolments
from gymreg_core.store.erasing import erase
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.matches import match, published_as
from gymreg_core.store.postings import posted, pupils
from gymreg_core.store.pruning import prune
from gymreg_core.store.record import RECORD, record
from gymreg_core.store.registers import ingest_register, register_years, stored_register
from gymreg_core.store.rekey import rekey
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.identities import numbers_of
from tests.peopled import (
    FIRST,
    LAST,
    NEXT,
    SECRET,
    YEAR,
    Peopled,
    enrolled,
    found_in,
    manifest_of,
    peopled,
    rows_of,
)
from tests.pseudonyms import pseudonym


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Peopled:
    """To be copied, not written to."""
    return peopled(tmp_path_factory.mktemp("peopled"))


@pytest.fixture
def here(made: Peopled, tmp_path: Path) -> Peopled:
    return Peopled(shutil.copytree(made.folder, tmp_path / "copy"), made.numbers)


def whose(here: Peopled) -> int:
    """A person that the ledger has paid for."""
    names = posted(Ledger(here.workspace), "postings")["pupil"]
    return [pseudonym(number, SECRET) for number in here.plain].index(str(names.iloc[0]))


def amounts(here: Peopled) -> pd.DataFrame:
    keys = ["booked", "concerns", "payer", "receiver", "school_id"]
    return posted(Ledger(here.workspace), "postings").groupby(keys, observed=True)[list(AMOUNTS)].sum()


# --- erasing


def test_nothing_of_the_erased_is_left_anywhere(here: Peopled) -> None:
    who = whose(here)
    texts = [here.plain[who], here.numbers[who], here.plain[who][2:], pseudonym(here.plain[who], SECRET)]
    assert len(found_in(here.workspace, texts)) == 3  # register, enrolments, ledger
    before = rows_of(here.workspace)
    done = erase(here.workspace, here.numbers[who], here.key)
    assert not found_in(here.workspace, texts)
    after = rows_of(here.workspace)
    gone = {name: count - after.get(name, 0) for name, count in before.items() if count != after.get(name, 0)}
    gone.pop("tracked/t")
    told = {name: count for name, count in done.rows.items() if not name.startswith("ledger/")}
    assert {name.replace("ledger/unpaid", ""): count for name, count in gone.items() if "unpaid" not in name} == told
    assert not (here.workspace / "runs").exists()  # what was computed with the person is made again


def test_the_rows_of_all_others_are_as_they_were(here: Peopled) -> None:
    who = whose(here)
    before = stored_register(here.workspace, YEAR).register
    seats = match(here.workspace, YEAR, "final").tables["seats"]
    erase(here.workspace, here.numbers[who], here.key)
    after = stored_register(here.workspace, YEAR).register
    for name in ("grades", "applications", "replies", "tests", "free_quota"):
        old, new = getattr(before, name), getattr(after, name)
        left = old[old["pupil"] != who]
        assert before.pupils["applicant"].to_numpy()[left["pupil"]].tolist() == (
            after.pupils["applicant"].to_numpy()[new["pupil"]].tolist()
        )
        pd.testing.assert_frame_equal(
            left.drop(columns="pupil").reset_index(drop=True), new.drop(columns="pupil"), check_index_type=False
        )
    now = match(here.workspace, YEAR, "final").tables["seats"]
    theirs = seats[seats["pupil"] != who]
    assert now["path"].tolist() == theirs["path"].tolist()
    assert after.pupils["applicant"].to_numpy()[now["pupil"]].tolist() == (
        before.pupils["applicant"].to_numpy()[theirs["pupil"]].tolist()
    )


def test_the_record_says_what_went_and_not_who(here: Peopled) -> None:
    who = whose(here)
    clock = datetime(2026, 11, 25, 12, tzinfo=UTC)
    erase(here.workspace, here.numbers[who], here.key, clock=lambda: clock)
    (entry,) = record(here.workspace)
    assert (entry.what, entry.at) == ("erase", "2026-11-25T12:00:00Z")
    assert entry.rows["enrolments/persons"] == entry.rows[f"registers/{YEAR}/pupils"] == 1
    text = (here.workspace / RECORD).read_text()
    assert pseudonym(here.plain[who], SECRET) not in text
    (here.workspace / RECORD).write_text(text.replace('"enrolments/persons": 1', '"enrolments/persons": 2'))
    with pytest.raises(BadInput, match="record of changes was changed"):
        record(here.workspace)


def test_what_was_paid_stays_and_is_not_taken_back(here: Peopled) -> None:
    who, paid, head = whose(here), amounts(here), Ledger(here.workspace).head
    erase(here.workspace, here.numbers[who], here.key)
    pd.testing.assert_frame_equal(amounts(here), paid)
    Ledger(here.workspace).verify(head)
    settle_months(here.workspace, FIRST, LAST)
    settle_months(here.workspace, FIRST, NEXT)
    lines = posted(Ledger(here.workspace), "postings")
    cut = lines[lines["pupil"].astype(str).str.startswith(CUT_OFF)]
    assert len(cut)
    assert (cut["sign"] == 1).all()
    assert (cut["booked"] <= LAST).all()


def test_the_erased_do_not_come_back_with_an_extract(here: Peopled) -> None:
    who = whose(here)
    erase(here.workspace, here.numbers[who], here.key)
    keys, rows = here.ingest(), rows_of(here.workspace)
    here.ingest()
    assert rows_of(here.workspace) == rows  # both were recognised, and not read again
    assert keys == here.ingest()
    for folder, name in (("register", "elever.csv"), ("enrolments", "personer.csv")):
        path = next(path for path in (here.folder / folder).iterdir() if path.name == name)
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")  # another file, the same rows
    register = ingest_register(here.folder / "register", here.workspace, here.key)
    enrolments = ingest_enrolments(here.folder / "enrolments", here.workspace, here.key)
    for stored in (register, enrolments):
        assert "erased-left-out" in [found.rule for found in stored.findings]
    assert not found_in(here.workspace, [pseudonym(here.plain[who], SECRET)])
    assert len(register.register.pupils) == len(enrolments.enrolments.persons) == 59


def test_the_erased_do_not_come_back_under_a_new_key_either(here: Peopled) -> None:
    who = whose(here)
    erase(here.workspace, here.numbers[who], here.key)
    listed = (here.workspace / "erased.json").read_text()
    rekey(here.workspace, here.key)
    assert (here.workspace / "erased.json").read_text() != listed
    later = replace(enrolled(), as_of="2026-12-31")
    write_enrolments(later, list(here.numbers), here.folder / "later")
    stored = ingest_enrolments(here.folder / "later", here.workspace, here.key)
    key = here.key.read_bytes().strip()
    assert sorted(stored.enrolments.persons["applicant"]) == sorted(
        pseudonym(number, key) for place, number in enumerate(here.plain) if place != who
    )


def test_numbers_of_the_same_person_go_together(tmp_path: Path) -> None:
    known = enrolled()
    day = pd.Timestamp("2025-01-01").as_unit("s")
    link = {"pupil": [1], "former": [2], "day": [day], "evidence": ["registered"], "recorded": [day]}
    identities = pd.DataFrame({**link, "annulled": [pd.NaT]}).astype(known.identities.dtypes.to_dict())
    numbers = numbers_of(known.persons, np.random.default_rng(3))
    write_enrolments(replace(known, identities=identities, made_up=True), numbers, tmp_path / "enrolments")
    ingest_enrolments(tmp_path / "enrolments", tmp_path / "ws")
    done = erase(tmp_path / "ws", numbers[2])
    assert done.rows["enrolments/persons"] == 2
    assert len(stored_enrolments(tmp_path / "ws").enrolments.persons) == 58


@pytest.mark.parametrize("text", ["", "Anna", "20070141-1234", "19990101-TF12", "070131-1234", "2007013112345"])
def test_what_is_no_number_of_one_person_is_refused_and_not_repeated(here: Peopled, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        erase(here.workspace, text, here.key)
    assert not text or text not in str(refused.value)
    assert not record(here.workspace)


def test_another_key_erases_nothing(here: Peopled) -> None:
    with pytest.raises(BadInput, match="not the key of what is stored"):
        erase(here.workspace, here.numbers[0], b"another key, long enough as well")
    with pytest.raises(BadInput, match="key to the pseudonyms is missing"):
        erase(here.workspace, here.numbers[0], b"")


def test_releases_that_rest_on_it_are_named_whole(here: Peopled, tmp_path: Path) -> None:
    done = erase(here.workspace, here.numbers[whose(here)], here.key, dry=True)
    extract = stored_enrolments(here.workspace).provenance.inputs[0].sha256
    file = match(here.workspace, YEAR, "final").about["result_file"]["sha256"]
    assert {extract, file} <= done.hashes
    rests = [manifest_of(tmp_path / "sites" / name, name, [one]) for name, one in (("a", extract), ("b", file))]
    manifest_of(tmp_path / "sites" / "c", "c", ["0" * 64])
    assert [one.folder for one in resting_on([tmp_path / "sites"], done.hashes)] == [str(one) for one in rests]
    assert not record(here.workspace)  # it was only asked


# --- the key


def test_what_was_stored_is_recognised_under_a_new_key(here: Peopled) -> None:
    head = Ledger(here.workspace).head
    rekey(here.workspace, here.key)
    keys, rows = here.ingest(), rows_of(here.workspace)
    assert keys == here.ingest()
    assert rows_of(here.workspace) == rows
    Ledger(here.workspace).verify(head)
    settle_months(here.workspace, FIRST, NEXT)
    lines = posted(Ledger(here.workspace), "postings")
    assert (lines.loc[lines["booked"] == NEXT, "sign"] == 1).all()  # nobody is taken for another person
    with pytest.raises(BadInput, match="another key"):
        ingest_enrolments(here.folder / "enrolments", here.workspace, SECRET)


def test_the_key_has_to_be_a_file_of_ones_own_and_the_right_one(here: Peopled, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"another key, long enough as well")
    (tmp_path / "other").chmod(0o600)
    with pytest.raises(BadInput, match="not the key"):
        rekey(here.workspace, tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "other"]


# --- how long it is kept


def at(year: int) -> datetime:
    return datetime(year, 6, 1, tzinfo=UTC)


def test_nothing_goes_that_is_to_be_kept(here: Peopled) -> None:
    assert not prune(here.workspace, clock=lambda: at(YEAR + 4)).altered.rows
    assert not prune(here.workspace, dry=False, clock=lambda: at(YEAR + 4)).altered.rows
    assert register_years(here.workspace) == [YEAR]


def test_old_registers_go_and_published_matches_keep_their_certificate(here: Peopled) -> None:
    about = match(here.workspace, YEAR, "final").about
    shown = prune(here.workspace, clock=lambda: at(YEAR + 5))
    assert shown.altered.rows[f"registers/{YEAR}/pupils"] == 60
    assert register_years(here.workspace) == [YEAR]
    prune(here.workspace, dry=False, clock=lambda: at(YEAR + 5))
    assert register_years(here.workspace) == []
    kept = match(here.workspace, YEAR, "final")
    assert not len(kept.tables["seats"])
    assert kept.about["certificate"] == about["certificate"]
    assert published_as(here.workspace, [about["result_file"]["sha256"]])
    assert len(stored_enrolments(here.workspace).enrolments.persons) == 60


def test_persons_go_after_the_last_thing_known_and_what_was_paid_stays(here: Peopled) -> None:
    paid = amounts(here)
    prune(here.workspace, dry=False, clock=lambda: at(2034))
    left = stored_enrolments(here.workspace).enrolments
    assert 0 < len(left.persons) < 60  # those who still go to school stay
    pd.testing.assert_frame_equal(amounts(here), paid)
    names = pupils(Ledger(here.workspace)).tolist()
    assert {name.startswith(CUT_OFF) for name in names} == {True, False}
    assert {name for name in names if not name.startswith(CUT_OFF)} <= set(left.persons["applicant"])
    settle_months(here.workspace, FIRST, NEXT)
    assert (posted(Ledger(here.workspace), "postings")["sign"] == 1).all()


def test_sets_behind_the_current_ones_go(here: Peopled) -> None:
    write_enrolments(replace(enrolled(), as_of="2026-12-31"), list(here.numbers), here.folder / "later")
    ingest_enrolments(here.folder / "later", here.workspace, here.key)
    stored = stored_enrolments(here.workspace)
    prune(here.workspace, dry=False, clock=lambda: at(2026))
    assert len([path for path in (here.workspace / "enrolments").iterdir() if path.is_dir()]) == 1
    pd.testing.assert_frame_equal(stored_enrolments(here.workspace).enrolments.persons, stored.enrolments.persons)


def test_a_match_whose_register_is_gone_keeps_no_row_of_a_person(here: Peopled) -> None:
    shutil.rmtree(here.workspace / "registers")
    done = erase(here.workspace, here.numbers[whose(here)], here.key)
    assert done.rows[f"matches/{YEAR}-final/seats"] == 60
    assert not len(match(here.workspace, YEAR, "final").tables["seats"])
    ingest_register(here.folder / "register", here.workspace, here.key)
    assert match_round(here.workspace, YEAR, "final").computed

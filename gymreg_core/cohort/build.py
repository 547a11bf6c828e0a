"""Enrolments made into histories: what was known on a day, cleaned by named rules, as states without gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.certificates import certificates_of, ends
from gymreg_core.cohort.cleaning import CleaningRules, Log
from gymreg_core.cohort.days import day_number, days_of
from gymreg_core.cohort.enrolled import Codes, Spells, attended, spells_known
from gymreg_core.cohort.histories import NATIONAL, STATES, Histories
from gymreg_core.cohort.identities import Pupils, characteristics, pupils_of, successors
from gymreg_core.cohort.moves import Units, moves_of
from gymreg_core.cohort.starts import not_followed, starts
from gymreg_core.contracts.enrolments import END_REASONS, Enrolments, known_at
from gymreg_core.errors import BadParameters
from gymreg_core.vocabulary.study_paths import programme_of

if TYPE_CHECKING:
    from gymreg_core.cohort.unfold_kernel import Afterwards, Rows

Int32 = NDArray[np.int32]

_BACK = {"interrupted": "interrupted", "moved_out": "moved_out", "deceased": "moved_out", "age_limit": "age_limit"}
_GONE = {**_BACK, "study_break": "study_break", "exchange_year": "study_break"}
_PENDING = ("", "promoted", "changed")


def histories(enrolments: Enrolments, as_of: date | None = None) -> Histories:
    """Where every pupil of the enrolments was, as known at the end of a day (the last that they tell of where None).

    Rows are cleaned by the rules of rules/cleaning.yml in their order; `log` counts what each touched. A certificate
    counts from its day of issue, enrolled or not. Whoever ended without one is interrupted until one is issued, also
    after `completed`: certificates come late. Nothing depends on the order of the rows.
    Errors: BadParameters for a day outside those the enrolments tell of; RuleMissing.
    """
    e = _as_of(enrolments, as_of)
    rules, log, day = CleaningRules.packaged(), Log(), day_number(e.as_of)
    codes, (path, certificate_path) = Codes.of(e.spells["study_path_code"], e.certificates["study_path_code"])
    units = Units(*successors(e))
    spells = attended(*spells_known(e, path, day), codes, day, rules, log)
    pupils, pupil = pupils_of(e, spells, units.today, rules, log)
    certificates = certificates_of(e, certificate_path, codes, pupils, rules, log)
    rows = _unfolded(spells, pupil, pupils, certificates, codes, units, day, rules, log)
    return _told(e, rows, pupils, certificates, codes, units, day, rules, log)


def _as_of(e: Enrolments, as_of: date | None) -> Enrolments:
    if as_of is None:
        return e
    if not e.since <= as_of.isoformat() <= e.as_of:
        raise BadParameters(
            f"the enrolments do not tell of {as_of}",
            where="as_of",
            remedy=f"Name a day from {e.since} to {e.as_of}.",
        )
    return replace(e, as_of=as_of.isoformat())


def _unfolded(
    spells: Spells,
    pupil: Int32,
    pupils: Pupils,
    certificates: pd.DataFrame,
    codes: Codes,
    units: Units,
    as_of: int,
    rules: CleaningRules,
    log: Log,
) -> Rows:
    """The rows of the histories, of all pupils of `pupils`; some may have none."""
    from gymreg_core.cohort import cleaning_kernel as kernel
    from gymreg_core.cohort.unfold_kernel import AFTER_CERTIFICATE, GAP, SUMMER_GAP, unfold

    status = rules.next_status_day(spells.start)
    table = np.empty((len(spells), kernel.COLUMNS), np.int32)
    for column, values in (
        (kernel.START, spells.start),
        (kernel.ON_STATUS_DAY, (spells.present <= status) & (status < spells.stop)),
        (kernel.NATIONAL, np.isin(codes.state[spells.path], NATIONAL)),
        (kernel.RECORDED, spells.recorded),
        (kernel.STOP, spells.stop),
        (kernel.SCHOOL, pupils.school_place[spells.school]),
        (kernel.PATH, spells.path),
        (kernel.YEAR, spells.year_of_study),
        (kernel.REASON, spells.reason),
        (kernel.PRESENT, spells.present),
        (kernel.UNIT, units.today[spells.school]),
    ):
        table[:, column] = values
    pieces = kernel.one_at_a_time(pupil, table, len(pupils.person), rules.overlap_days)
    for key, touch in (
        ("same_day_move", kernel.SAME_DAY_MOVE),
        ("overlap", kernel.OVERLAP),
        ("double_enrolment", kernel.DOUBLE),
    ):
        log.rows(key, pupil[pieces.touched == touch])
    table[:, kernel.SCHOOL] = spells.school
    first = int(pieces.start.min(initial=as_of))
    rows = unfold(
        pieces.of_pupil, pieces.spell, pieces.start, pieces.stop, pieces.whole, table,
        *ends(certificates, len(pupils.person), rules.points),
        codes.state, _afterwards(), rules.latest_return(first, as_of + 1), rules.gap_days, first, as_of,
    )  # fmt: skip
    for key, row in (("gap", GAP), ("summer_gap", SUMMER_GAP), ("after_certificate", AFTER_CERTIFICATE)):
        log.counts(key, *rows.counts[row].tolist())
    return rows


def _afterwards() -> Afterwards:
    from gymreg_core.cohort.unfold_kernel import Afterwards

    back = [STATES.index(_BACK.get(reason, "study_break")) for reason in END_REASONS]
    gone = [STATES.index(_GONE.get(reason, "interrupted")) for reason in END_REASONS]
    pending = [reason in _PENDING for reason in END_REASONS]
    return Afterwards(np.array(back, np.int8), np.array(gone, np.int8), np.array(pending, np.bool_))


def _told(
    e: Enrolments,
    rows: Rows,
    pupils: Pupils,
    certificates: pd.DataFrame,
    codes: Codes,
    units: Units,
    as_of: int,
    rules: CleaningRules,
    log: Log,
) -> Histories:
    moves = moves_of(rows, codes.code, units, rules)
    log.rows("successor_unit", rows.pupil[moves.successor])
    log.rows("mass_move", rows.pupil[moves.mass])
    spells = pd.DataFrame(
        {
            "pupil": rows.pupil,
            "state": rows.state.astype(np.int8),
            "school": rows.school,
            "path": rows.path,
            "year_of_study": rows.year.astype(np.int8),
            "start": rows.start,
            "stop": rows.stop,
            "move": moves.move,
        }
    )
    there = np.zeros(len(pupils.person), np.bool_)
    there[rows.pupil] = True
    every = Histories(
        since=day_number(e.since),
        as_of=as_of,
        pupils=characteristics(e, pupils),
        spells=spells,
        paths=_paths(codes),
        schools=e.schools.assign(unit=units.today),
        certificates=certificates,
        homes=_homes(e, pupils),
        log=log.table(),
        not_followed=pd.DataFrame(),
    )
    every = _only(every, there)
    protected = pupils.protected[there]
    s = starts(every)
    told = replace(every, not_followed=not_followed(s, ~pupils.followed[there] & ~protected, protected))
    return _few_paths(_only(told, ~protected))


def _paths(codes: Codes) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study_path_code": pd.Series(codes.code, dtype="str"),
            "programme": pd.Series([programme_of(code) for code in codes.code.tolist()], dtype="str"),
            "kind": pd.Series([STATES[state] if state >= 0 else "" for state in codes.state], dtype="str"),
        }
    )


def _homes(e: Enrolments, pupils: Pupils) -> pd.DataFrame:
    """Homes known at the end of `as_of`, as Histories.homes; of two from the same day the one recorded last counts."""
    known = known_at(e.homes, pd.Timestamp(e.as_of))
    known = known[known["start"] <= pd.Timestamp(e.as_of)]
    row, pupil = pupils.of(known["pupil"].to_numpy(np.int32))
    start, recorded = days_of(known["start"])[row], days_of(known["recorded"])[row]
    codes, names = pd.factorize(known["municipality"], sort=True)
    order = np.lexsort((codes[row], recorded, start, pupil))
    pupil, start, place = pupil[order], start[order], codes[row][order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (pupil[1:] != pupil[:-1]) | (start[1:] != start[:-1])
    return pd.DataFrame(
        {
            "pupil": pupil[last],
            "municipality": pd.Series(list(names), dtype="str").take(place[last]).reset_index(drop=True),
            "start": start[last],
        }
    )


def _only(h: Histories, kept: NDArray[np.bool_]) -> Histories:
    """Some of the pupils of h, and what is theirs."""
    if kept.all():
        return h
    number = (np.cumsum(kept) - 1).astype(np.int32)

    def of(table: pd.DataFrame) -> pd.DataFrame:
        theirs = table[kept[table["pupil"].to_numpy()]].reset_index(drop=True)
        return theirs.assign(pupil=number[theirs["pupil"].to_numpy()])

    return replace(
        h,
        pupils=h.pupils[kept].reset_index(drop=True),
        spells=of(h.spells),
        certificates=of(h.certificates),
        homes=of(h.homes),
    )


def _few_paths(h: Histories) -> Histories:
    """h with the paths that its rows name, and no others."""
    used = np.zeros(len(h.paths) + 1, np.bool_)
    for table in (h.spells, h.certificates):
        used[table["path"].to_numpy()] = True
    used[-1] = False
    number = np.append(np.cumsum(used[:-1]) - 1, -1).astype(np.int32)
    return replace(
        h,
        paths=h.paths[used[:-1]].reset_index(drop=True),
        spells=h.spells.assign(path=number[h.spells["path"].to_numpy()]),
        certificates=h.certificates.assign(path=number[h.certificates["path"].to_numpy()]),
    )

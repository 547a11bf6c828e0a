"""Enrolments made into histories: what was known on a day, cleaned by named rules, as states without gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.certificates import certificates_of, ends
from gymreg_core.cohort.cleaning import CleaningRules, Log
from gymreg_core.cohort.days import day_number
from gymreg_core.cohort.enrolled import Codes, Spells, attended, spells_known
from gymreg_core.cohort.histories import NATIONAL, STATES, Histories
from gymreg_core.cohort.homes import homes_of
from gymreg_core.cohort.identities import Pupils, characteristics, pupils_of
from gymreg_core.cohort.moves import moves_of
from gymreg_core.cohort.starts import not_followed, starts
from gymreg_core.cohort.units import Units
from gymreg_core.contracts.enrolments import END_REASONS, Enrolments
from gymreg_core.errors import BadParameters
from gymreg_core.vocabulary.study_paths import programme_of

if TYPE_CHECKING:
    from gymreg_core.cohort.unfold_kernel import Afterwards, Rows

Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
_BACK = {"interrupted": "interrupted", "moved_out": "moved_out", "deceased": "moved_out", "age_limit": "age_limit"}
_GONE = {**_BACK, "study_break": "study_break", "exchange_year": "study_break"}
_PENDING = ("", "promoted", "changed")


def histories(enrolments: Enrolments, as_of: date | None = None, *, rules: CleaningRules | None = None) -> Histories:
    """Where every pupil of the enrolments was, as known at the end of a day (the last that they tell of where None).

    rules : others than those of rules/cleaning.yml, for a what-if.

    Rows are cleaned by the rules of rules/cleaning.yml in their order; `log` counts what each touched. A certificate
    counts from its day of issue, enrolled or not. Whoever ended without one is interrupted until one is issued, also
    after `completed`: certificates come late. Nothing depends on the order of the rows.
    Errors: BadParameters for a day outside those the enrolments tell of; RuleMissing.
    """
    e = _as_of(enrolments, as_of)
    day, rules, log = day_number(e.as_of), rules or CleaningRules.packaged(), Log()
    codes, (path, certificate_path) = Codes.of(e.spells["study_path_code"], e.certificates["study_path_code"])
    units = Units.of(e)
    spells = attended(*spells_known(e, path, day), codes, day, rules, log)
    pupils, pupil = pupils_of(e, spells, units, rules, log)
    certificates = certificates_of(e, certificate_path, codes, pupils, units, rules, log)
    made = _Making(e, day, rules, log, codes, units, pupils, certificates)
    return made.histories(made.rows(spells, pupil))


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


@dataclass(frozen=True, eq=False)
class _Making:
    """Histories while they are made."""

    e: Enrolments
    as_of: int
    rules: CleaningRules
    log: Log
    codes: Codes
    units: Units
    pupils: Pupils
    certificates: pd.DataFrame

    def rows(self, spells: Spells, pupil: Int32) -> Rows:
        """The rows of all pupils, of whom some may have none. pupil : int32 (r,), whose each spell is."""
        from gymreg_core.cohort import cleaning_kernel as kernel
        from gymreg_core.cohort.unfold_kernel import (
            AFTER_CERTIFICATE,
            GAP,
            LONG_BREAK,
            SUMMER_GAP,
            Calendar,
            Ends,
            unfold,
        )

        rules, n = self.rules, len(self.pupils)
        table = self._table(spells)
        pieces = kernel.one_at_a_time(pupil, table, n, rules.overlap_days, self.units.next, self.units.since)
        for key, touch in (
            ("same_day_move", kernel.SAME_DAY_MOVE),
            ("overlap", kernel.OVERLAP),
            ("double_enrolment", kernel.DOUBLE),
        ):
            self.log.rows(key, pupil[pieces.touched == touch])
        table[:, kernel.SCHOOL] = spells.school
        first = int(pieces.start.min(initial=self.as_of))
        certified = Ends(*ends(self.certificates, n, rules.points))
        calendar = Calendar(
            rules.latest_return(first, self.as_of + 1), first, self.as_of, rules.gap_days, rules.break_days
        )
        rows = unfold(pieces, table, certified, self.codes.state, _afterwards(), calendar)
        for key, row in (
            ("gap", GAP),
            ("summer_gap", SUMMER_GAP),
            ("long_break", LONG_BREAK),
            ("after_certificate", AFTER_CERTIFICATE),
        ):
            self.log.counts(key, *rows.counts[row].tolist())
        return rows

    def _table(self, spells: Spells) -> Int32:
        """The spells as cleaning_kernel reads them, schools by their ids."""
        from gymreg_core.cohort import cleaning_kernel as kernel

        status = self.rules.next_status_day(spells.start)
        table = np.empty((len(spells), kernel.COLUMNS), np.int32)
        for column, values in (
            (kernel.START, spells.start),
            (kernel.ON_STATUS_DAY, (spells.present <= status) & (status < spells.stop)),
            (kernel.NATIONAL, np.isin(self.codes.state[spells.path], NATIONAL)),
            (kernel.RECORDED, spells.recorded),
            (kernel.STOP, spells.stop),
            (kernel.SCHOOL, self.units.place[spells.school]),
            (kernel.PATH, spells.path),
            (kernel.YEAR, spells.year_of_study),
            (kernel.REASON, spells.reason),
            (kernel.PRESENT, spells.present),
            (kernel.UNIT, spells.school),
        ):
            table[:, column] = values
        return table

    def histories(self, rows: Rows) -> Histories:
        """The rows with their moves, and what is known of their pupils; protected ones as counts alone."""
        moves = moves_of(rows, self.codes.code, self.units, self.rules)
        self.log.rows("successor_unit", rows.pupil[moves.successor])
        self.log.rows("mass_move", rows.pupil[moves.mass])
        pupils, there = self.pupils, np.zeros(len(self.pupils), np.bool_)
        there[rows.pupil] = True
        every = Histories(
            since=day_number(self.e.since),
            as_of=self.as_of,
            pupils=characteristics(self.e, pupils),
            spells=pd.DataFrame(
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
            ),
            paths=_paths(self.codes),
            schools=self.e.schools.assign(unit=self.units.today),
            certificates=self.certificates,
            homes=homes_of(self.e, pupils),
            log=self.log.table(),
            not_followed=pd.DataFrame(),
        )
        every, protected = _only(every, there), pupils.protected[there]
        unknown = not_followed(starts(every), ~pupils.followed[there] & ~protected, protected)
        return _used_paths(replace(_only(every, ~protected), not_followed=unknown))


def _afterwards() -> Afterwards:
    from gymreg_core.cohort.unfold_kernel import Afterwards

    back = [STATES.index(_BACK.get(reason, "study_break")) for reason in END_REASONS]
    gone = [STATES.index(_GONE.get(reason, "interrupted")) for reason in END_REASONS]
    pending = [reason in _PENDING for reason in END_REASONS]
    return Afterwards(np.array(back, np.int8), np.array(gone, np.int8), np.array(pending, np.bool_))


def _paths(codes: Codes) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study_path_code": codes.code.tolist(),
            "programme": [programme_of(code) for code in codes.code.tolist()],
            "kind": [STATES[state] if state >= 0 else "" for state in codes.state],
        },
        dtype="str",
    )


def _only(h: Histories, kept: Flags) -> Histories:
    """Some of the pupils of h, and what is theirs."""
    if kept.all():
        return h
    number = (np.cumsum(kept) - 1).astype(np.int32)

    def of(table: pd.DataFrame) -> pd.DataFrame:
        theirs: pd.DataFrame = table[kept[table["pupil"].to_numpy()]].reset_index(drop=True)
        return theirs.assign(pupil=number[theirs["pupil"].to_numpy()])

    return replace(
        h,
        pupils=h.pupils[kept].reset_index(drop=True),
        spells=of(h.spells),
        certificates=of(h.certificates),
        homes=of(h.homes),
    )


def _used_paths(h: Histories) -> Histories:
    """h with the paths that its rows name, and no others."""
    used = np.zeros(len(h.paths) + 1, np.bool_)
    for table in (h.spells, h.certificates):
        used[table["path"].to_numpy()] = True
    used = used[:-1]
    number = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
    return replace(
        h,
        paths=h.paths[used].reset_index(drop=True),
        spells=h.spells.assign(path=number[h.spells["path"].to_numpy()]),
        certificates=h.certificates.assign(path=number[h.certificates["path"].to_numpy()]),
    )

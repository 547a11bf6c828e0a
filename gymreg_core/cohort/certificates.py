"""Certificates that count: the first of each kind, and the days from which they end a history."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.cleaning import CleaningRules, Log
from gymreg_core.cohort.days import day_number, days_of
from gymreg_core.cohort.enrolled import Codes
from gymreg_core.cohort.histories import FAR
from gymreg_core.cohort.identities import Pupils
from gymreg_core.cohort.units import Units
from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS, Enrolments

Int32 = NDArray[np.int32]
_STUDY, _INTRODUCTORY = (CERTIFICATE_KINDS.index(name) for name in ("study_certificate", "introductory_certificate"))


def certificates_of(
    e: Enrolments, path: Int32, codes: Codes, pupils: Pupils, units: Units, rules: CleaningRules, log: Log
) -> pd.DataFrame:
    """The certificates known at the end of `as_of`, issued by then, that count: as Histories.certificates.

    path : int32, place among `codes` of each row of e.certificates. Of the three diplomas the first counts, of study
    certificates the first of enough points, or the first where none has. Those of other school forms do not count.
    """
    as_of, table = day_number(e.as_of), e.certificates
    recorded, annulled, issued = (days_of(table[name]) for name in ("recorded", "annulled", "issued"))
    known = (recorded <= as_of) & (annulled > as_of) & (issued <= as_of) & ~codes.stateless(path)
    rows = np.flatnonzero(known)
    person, school = (table[name].to_numpy(np.int32)[rows] for name in ("pupil", "school"))
    pupil = pupils.number(person, school, issued[rows])
    rows, school, pupil = rows[pupil >= 0], school[pupil >= 0], pupil[pupil >= 0]
    kind = pd.Index(CERTIFICATE_KINDS).get_indexer(pd.Index(table["certificate"].iloc[rows])).astype(np.int8)
    points = table["points"].to_numpy(np.int16)[rows]
    level = np.where(kind == _INTRODUCTORY, 2, np.where(kind == _STUDY, 1, 0))
    few = (kind == _STUDY) & (points < rules.points)
    eligible = table["higher_eligible"].to_numpy(np.bool_)[rows]
    keys = (
        path[rows],
        units.place[school],
        eligible,
        points,
        recorded[rows],
        kind,
        issued[rows],
        few,
        level,
        pupil,
    )
    order = np.lexsort(keys)
    first = np.ones(len(order), np.bool_)
    first[1:] = (pupil[order][1:] != pupil[order][:-1]) | (level[order][1:] != level[order][:-1])
    log.rows("second_certificate", pupil[order[~first]])
    kept = order[first]
    log.rows("few_points", pupil[kept[few[kept]]])
    log.rows("introductory_certificate", pupil[kept[level[kept] == 2]])  # noqa: PLR2004 see level
    kept = kept[np.lexsort((kind[kept], issued[rows[kept]], pupil[kept]))]
    return pd.DataFrame(
        {
            "pupil": pupil[kept],
            "certificate": np.array(CERTIFICATE_KINDS, dtype=object)[kind[kept]],
            "issued": issued[rows[kept]],
            "points": points[kept],
            "higher_eligible": eligible[kept],
            "school": school[kept],
            "path": path[rows[kept]],
        }
    ).astype({"certificate": "str"})


def ends(certificates: pd.DataFrame, n: int, points: int) -> tuple[Int32, Int32]:
    """The day of issue of the study certificate of enough points, and of the diploma, of n pupils: FAR without one."""
    kind = certificates["certificate"].to_numpy(object)
    pupil, issued = certificates["pupil"].to_numpy(), certificates["issued"].to_numpy()
    study, diploma = np.full(n, FAR, np.int32), np.full(n, FAR, np.int32)
    is_study = kind == "study_certificate"
    enough = is_study & (certificates["points"].to_numpy() >= points)
    finished = ~is_study & (kind != "introductory_certificate")
    study[pupil[enough]], diploma[pupil[finished]] = issued[enough], issued[finished]
    return study, diploma

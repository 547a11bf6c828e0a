"""Who started a national programme, and who of them became eligible for higher education in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments, known_at, year9_of
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_NOT_ATTENDED = ("invalid", "never_present")
_TELL = 5


@dataclass(frozen=True, eq=False, repr=False)
class CohortOutcomes:
    """Pupils who started a national programme, n of them. Person rows: they stay in the store and in the models.

    merit : float64 (n,), points of year 9, NaN = none. eligible : bool (n,), eligible for higher education in time.
    cohort : int64 (n,), calendar year of the autumn in whose school year (1 July to 30 June) they started.
    school : int64 (n,), any number per school at the start.
    left_out : how many starters are not among them, by reason.
    """

    merit: Floats
    eligible: Bools
    cohort: NDArray[np.int64]
    school: NDArray[np.int64]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len({len(self.merit), len(self.eligible), len(self.cohort), len(self.school)}) != 1:
            raise BadInput("merit, outcome, cohort and school have different lengths", where="outcomes")
        bad = np.flatnonzero((self.merit < 0) | np.isinf(self.merit))
        if len(bad):
            raise BadInput(
                f"{len(bad)} merit values are below 0 or without end",
                where="merit, row " + ", ".join(str(row) for row in bad[:_TELL]),
                remedy="Leave a merit value that is not known empty.",
            )

    def __len__(self) -> int:
        return len(self.merit)

    def __repr__(self) -> str:
        return f"CohortOutcomes({len(self)} pupils, cohorts {', '.join(map(str, np.unique(self.cohort)))})"

    def of(self, rows: Bools) -> CohortOutcomes:
        """Those of `rows` (n,) alone."""
        return CohortOutcomes(
            self.merit[rows], self.eligible[rows], self.cohort[rows], self.school[rows], self.left_out
        )


def cohort_outcomes(
    enrolments: Enrolments, intake_years: Iterable[int], within_years: int | None = None
) -> CohortOutcomes:
    """The starters of these autumns, and whether they hold a certificate with eligibility in time.

    Started: the first known spell on a national programme is of year of study 1, and the pupil was present. In time:
    issued by the day of rules/supplement.yml (outcome_last_day) `within_years` after the autumn. Protected identities
    are left out, as are those whom `outcome_not_observed` names.
    Errors: BadParameters for a cohort that the enrolments do not tell of from its start to that day.
    """
    years = sorted(set(intake_years))
    within = int(rule("supplement", "outcome_within")) if within_years is None else within_years
    _told(enrolments, years, within)
    as_of = pd.Timestamp(enrolments.as_of)
    spells = known_at(enrolments.spells, as_of)
    spells = spells[spells["present"].notna() & ~spells["reason"].isin(_NOT_ATTENDED)]
    spells = spells.sort_values(["pupil", "start"], kind="stable")
    codes, names = pd.factorize(spells["study_path_code"])
    national = spells[np.array([_national(name) for name in names], np.bool_)[codes] if len(names) else []]
    first = national.drop_duplicates("pupil")
    cohort = first["start"].dt.year - (first["start"].dt.month < 7)  # noqa: PLR2004 the school year begins in July
    started = (first["year_of_study"] == 1) & cohort.isin(years)
    first, cohort = first[started], cohort[started].to_numpy(np.int64)
    pupil = first["pupil"].to_numpy()
    eligible = _in_time(enrolments, pupil, cohort + within)
    last = spells.drop_duplicates("pupil", keep="last").set_index("pupil")["reason"].reindex(pupil)
    not_observed = last.isin(rule("supplement", "outcome_not_observed")).to_numpy() & ~eligible
    protected = enrolments.persons["protected"].to_numpy()[pupil]
    kept = ~not_observed & ~protected
    return CohortOutcomes(
        merit=year9_of(enrolments)["merit"].to_numpy(np.float64)[pupil[kept]],
        eligible=eligible[kept],
        cohort=cohort[kept],
        school=first["school"].to_numpy(np.int64)[kept],
        left_out={"protected": int(protected.sum()), "not_observed": int((not_observed & ~protected).sum())},
    )


def observed_cohorts(enrolments: Enrolments) -> list[int]:
    """The autumns that the enrolments tell of from the start to the last day of `cohort_outcomes`, ascending."""
    within = int(rule("supplement", "outcome_within"))
    years = range(int(enrolments.since[:4]), int(enrolments.as_of[:4]) + 1)
    return [
        year for year in years if f"{year}-07-01" >= enrolments.since and _last_day(year + within) <= enrolments.as_of
    ]


def _in_time(enrolments: Enrolments, pupil: NDArray[np.int32], last_year: NDArray[np.int64]) -> Bools:
    """Whether pupils (n,) hold eligibility by the last day of calendar years (n,): bool (n,)."""
    certificates = known_at(enrolments.certificates, pd.Timestamp(enrolments.as_of))
    issued = certificates.loc[certificates["higher_eligible"]].groupby("pupil")["issued"].min().reindex(pupil)
    last_day = pd.to_datetime([_last_day(year) for year in last_year.tolist()])
    return np.asarray(issued.to_numpy() <= last_day.to_numpy(), np.bool_)


def _national(code: str) -> bool:
    known = programmes().get(programme_of(code))
    return known is not None and known.national


def _last_day(year: int) -> str:
    return f"{year}-{rule('supplement', 'outcome_last_day')}"


def _told(enrolments: Enrolments, years: list[int], within: int) -> None:
    faults = [
        year for year in years if f"{year}-07-01" < enrolments.since or _last_day(year + within) > enrolments.as_of
    ]
    if faults or not years or within < 1:
        raise BadParameters(
            f"no outcomes of the cohorts {', '.join(map(str, faults)) or '(none)'} within {within} years",
            where="intake_years",
            why=f"The enrolments tell of {enrolments.since} to {enrolments.as_of}.",
            remedy="Ask for cohorts that started after the first day and whose last day has passed.",
        )

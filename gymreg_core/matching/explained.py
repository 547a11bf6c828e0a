"""One choice of an explanation (matching/explain.py): about a person, never for release."""

from __future__ import annotations

from dataclasses import dataclass

from gymreg_core.matching.eligibility import Missing

ADMITTED, RESERVE, LAPSED, NOT_ELIGIBLE_HERE = "admitted", "reserve", "lapsed", "not_eligible"


@dataclass(frozen=True)
class ExplainedChoice:
    """How one choice came out, and why. All points in points of merit.

    place : on the applicant's list. outcome : admitted; reserve (eligible, above the seat or without one); lapsed
    (below the seat, or given up in a reserve round); not_eligible.
    hurdles : what keeps the choice out, of closed, age, completed, not_completed, passes, has_passes, test. missing :
    passes that the study path asks for and that are not there.
    first_hand, on_time : the group that the choice competes in.
    points : what competes, None where not eligible; merit, test : what it is made of, None where that does not count.
    seats, admitted : of the study path. seats_left : everyone eligible could have a seat.
    cutoff : points of the last one admitted by the open order, None where seats are left or nobody was; distance :
    the own points above it.
    reached : whether the open order or a quota reached the applicant; the first choice that was reached is the seat.
    decided_by : what told the choice from the last one admitted or, if admitted, from the first one in reserve:
    first_hand, on_time, points, a key of the tie-break, lottery, or held (a seat of the round before is kept); '' where
    there is none to be told from.
    quota : kind of the quota that the applicant was considered in, '' for none; in_quota : got the seat by it.
    """

    place: int
    path_id: str
    study_path: str
    school: str
    outcome: str
    hurdles: tuple[str, ...]
    missing: Missing
    first_hand: bool
    on_time: bool
    points: float | None
    merit: float | None
    test: float | None
    seats: int
    admitted: int
    seats_left: bool
    cutoff: float | None
    distance: float | None
    reached: bool
    decided_by: str
    quota: str
    in_quota: bool

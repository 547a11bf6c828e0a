"""What a page looks at: a forecast, the track record of those before it, and a part of the region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pandas as pd

from gymreg_core.admission.scope import Scope, make_scope
from gymreg_core.disclosure import Released, release_published
from gymreg_core.disclosure.policy import policy
from gymreg_core.errors import BadParameters
from gymreg_core.planning.cutoff_backtest import CutoffBacktest, backtest_rows
from gymreg_core.planning.cutoff_forecast import CutoffForecast
from gymreg_core.planning.cutoffs import forecast_rows, forecast_years
from gymreg_core.planning.path_history import usable
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.admission.view import Stored, with_identity
from gymreg_core.reporting.report_view import ReportView
from gymreg_core.rules import rule, rules_read
from gymreg_core.vocabulary.path_names import path_name, path_short
from gymreg_core.vocabulary.programmes import Language

_KEPT = 4
_RELEASED = {
    "q10": "cutoff_p10",
    "q25": "cutoff_p25",
    "q50": "cutoff_p50",
    "q75": "cutoff_p75",
    "q90": "cutoff_p90",
    "p_all_eligible": "share",
    "april_cutoff": "cutoff_preliminary",
    "april_seats": "seats",
    "april_reserves": "reserves",
    "last_cutoff": "cutoff_previous",
}
"""What columns of a forecast are called where they are let out (rules/disclosure.yml, already_public)."""
_WHOLE = ("q10", "q25", "q50", "q75", "q90")


@dataclass(frozen=True)
class Work:
    """A forecast, how those of earlier years came out, and the status of every rule that was asked for."""

    forecast: CutoffForecast
    record: CutoffBacktest
    statuses: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class View(ReportView):
    """The data of one page; `part` is the part of the region that it is about."""

    stored: Stored
    year: int
    part: Scope

    package = "gymreg_core.reporting.cutoffs"

    @classmethod
    def of(
        cls, stored: Stored, *, intake_year: int | None, scope: str, scope_name: str | None, language: Language
    ) -> View:
        """The view that the parameters ask for; without a year the newest that can be forecast.

        Errors: BadParameters naming what the data hold.
        """
        years = forecast_years(stored)
        year = years[-1] if intake_year is None and years else intake_year
        if year not in years:
            held = ", ".join(map(str, years)) or "none"
            raise BadParameters(
                f"the cut-offs of {year or 'no year'} cannot be forecast",
                where="intake_year",
                why="That takes the preliminary admission of the year, and both rounds of an earlier year.",
                remedy=f"Years that can be: {held}.",
            )
        part = make_scope(scope, scope_name, stored.table)
        return cls(part.kind, part.name, language, None, stored, year, part)

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    def release(self, frame: pd.DataFrame) -> Released:
        """Let a table out that rests on published files alone."""
        return release_published(frame, self.provenance)

    @cached_property
    def work(self) -> Work:
        return _worked(_Key(self.stored, getattr(self.stored, "key", id(self.stored))), self.year, policy().audience)

    @property
    def statuses(self) -> Mapping[str, str]:
        return dict(sorted({**self.work.statuses, **self.rules_noted}.items()))

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The forecast's rows of this part, under the names that they are let out by."""
        return self._named(self.part.select(self.work.forecast.table))

    @cached_property
    def told(self) -> pd.DataFrame:
        """The rows with a cut-off told, widest 80 % interval first."""
        return self._named(self.part.select(self.work.forecast.most_uncertain()))

    @cached_property
    def contested(self) -> pd.DataFrame:
        """Of `told` those where a cut-off is likelier than that everyone eligible gets in."""
        return self.told[self.told["share"] < 1 / 2].reset_index(drop=True)

    @cached_property
    def last_judged(self) -> tuple[int, pd.DataFrame] | None:
        """The newest year before that could be forecast and has ended, and its rows of this part with `cutoff`, what
        came; None where there is none."""
        paths = self.work.record.paths
        if paths.empty:
            return None
        year = int(paths["year"].max())
        rows = paths[(paths["year"] == year) & paths["q50"].notna() & (paths["cutoff_kind"] == "competitive")]
        rows = self.part.select(rows[rows["scale"] == "grades"])
        return year, self._named(rows)

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        names = [str(name) for name in rows["study_path_name"]]
        short = [path_short(name, self.language) for name in names]
        whole = {name: rows[name].round() for name in _WHOLE}
        named = rows.assign(**whole, label=short, study_path_name=[path_name(name) for name in names])
        return named.rename(columns=_RELEASED).reset_index(drop=True)

    @cached_property
    def least_seats(self) -> int:
        """Seats from which a study path is drawn: of one with a few everything is uncertain."""
        return int(self.noted(lambda: rule("report", "sought_least_seats")))

    @cached_property
    def drawn(self) -> pd.DataFrame:
        """The rows of `contested` that are drawn."""
        seats = self.contested["seats"].fillna(self.contested["last_seats"])
        return self.contested[seats >= self.least_seats].head(self.shown)

    @cached_property
    def shown(self) -> int:
        """How many rows are drawn."""
        return int(self.noted(lambda: rule("report", "rows_on_page")))


@dataclass(frozen=True)
class _Key:
    """Results, the same as others with their key."""

    stored: Stored
    key: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=_KEPT)
def _worked(of: _Key, year: int, _audience: str) -> Work:
    """A few are kept, since the pages of one process ask for the same; what an audience is told decides them too."""
    with rules_read() as read:
        rows = usable(with_identity(of.stored))
        forecast = forecast_rows(rows, year)
        record = backtest_rows(rows[rows["intake_year"] < year])
    return Work(forecast, record, dict(read))

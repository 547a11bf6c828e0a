"""A finished forecast of cut-offs: its table, what was missing, and the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.planning.cutoff_model import QUANTILES
from gymreg_core.planning.cutoff_reasons import reasons
from gymreg_core.planning.path_history import KEYS
from gymreg_core.vocabulary.phrases import counted, listing
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts

COLUMNS = (
    "intake_year",
    "study_path_id",
    *KEYS,
    "p_all_eligible",
    *QUANTILES,
    "situation",
    "declined",
    "evidence",
    "april_cutoff",
    "april_cutoff_kind",
    "april_seats",
    "april_admitted",
    "april_reserves",
    "reserves_per_seat",
    "last_cutoff",
    "last_cutoff_kind",
    "last_seats",
    "last_move",
)
DECLINED = ("other_scale", "too_few", "not_offered", "new_path")
NOTICES = ("no_april", "april_unused", "no_last_final", "one_year", "unusual_supply")


@dataclass(frozen=True, eq=False, repr=False)
class CutoffForecast:
    """Final cut-offs as they are to be expected.

    table : COLUMNS, one row per study path, by municipality, school and code. `p_all_eligible`: the chance that
    everyone eligible gets in, should anyone be admitted. q10 … q90: points on the ordinary grade scale, quantiles of
    the cut-off should there be one; NaN where `declined` says why: other_scale (points with a test, or a scale of its
    own), too_few (too few like it to learn from), not_offered (in the last final admission alone), new_path (where
    April could not be used). `situation` : what it is read from (path_history.SITUATIONS), none where nothing is
    said. `april_`: the preliminary admission of the year; `last_`: the nearest final that is there; `last_move`: of
    the last final from the one before.
    year : calendar year of the autumn start. trained_on : the years it was learned from, all earlier. notices : what
    was missing or unusual, of NOTICES.
    """

    table: pd.DataFrame
    year: int
    trained_on: tuple[int, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"CutoffForecast({self.year}, {len(self.table)} study paths)"

    def forecast(self) -> pd.DataFrame:
        """The rows with a cut-off told."""
        return self.table[self.table["q50"].notna()]

    def most_uncertain(self) -> pd.DataFrame:
        """The rows with a cut-off told, widest 80 % interval first."""
        rows = self.forecast()
        width = (rows["q90"] - rows["q10"]).rename("_width")
        order = rows.join(width).sort_values(["_width", "study_path_id"], ascending=[False, True])
        return order.drop(columns="_width").reset_index(drop=True)

    def reasons(self, study_path_id: str, language: Language = "sv") -> tuple[str, ...]:
        """Why the cut-off of one study path is told as it is, in sentences. Errors: KeyError without such a path."""
        found = self.table[self.table["study_path_id"] == study_path_id]
        if found.empty:
            raise KeyError(study_path_id)
        return reasons(found.iloc[0], self.year, language)

    def summary(self) -> dict[str, Any]:
        """Counts of rows, of those with a cut-off told and of each reason to decline; the median of what is told."""
        told = self.forecast()
        counts = {name: int((self.table["declined"] == name).sum()) for name in DECLINED}
        return {
            "study_paths": len(self.table),
            "forecast": len(told),
            **counts,
            "likely_open": int((self.table["p_all_eligible"] > 1 / 2).sum()),
            "median_width_80": float((told["q90"] - told["q10"]).median()) if len(told) else None,
            "trained_on": self.trained_on,
            "notices": self.notices,
        }

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What is told, learned from which years, and what was missing."""
        say, s = texts("gymreg_core.planning", "cutoff_texts.yml"), self.summary()
        years = listing([str(year) for year in self.trained_on], language)
        told = "told" if len(self.trained_on) > 1 else "told_one_year"
        out = [say(told, language, n=counted(s["forecast"], "study_path", language), year=self.year, years=years)]
        if s["likely_open"]:
            out.append(say("likely_open", language, n=counted(s["likely_open"], "study_path", language)))
        return (*out, *self.declined_sentences(language), *self.notice_sentences(language))

    def declined_sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """For how many study paths no cut-off is told, and why."""
        say, s = texts("gymreg_core.planning", "cutoff_texts.yml"), self.summary()
        return tuple(
            say(f"declined_many.{name}", language, n=counted(s[name], "study_path", language))
            for name in DECLINED
            if s[name]
        )

    def notice_sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What was missing or unusual, a sentence for each of `notices`."""
        say = texts("gymreg_core.planning", "cutoff_texts.yml")
        return tuple(say(f"notice.{name}", language, year=self.year) for name in self.notices)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False, max_rows=20)}"

"""What gymreg forecast shows: cut-offs to be expected, from published results and from drawn Julys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.disclosure import Released, release_counts, release_published, smallest_count
from gymreg_core.disclosure.small import small
from gymreg_core.planning.cutoff_model import QUANTILES
from gymreg_core.planning.cutoff_simulation import combined
from gymreg_core.planning.cutoff_workspace import WorkspaceForecast
from gymreg_core.reporting.tables import Column, Form
from gymreg_core.vocabulary.path_names import path_name
from gymreg_core.vocabulary.phrases import counted, listing
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_NAMES = {name: f"cutoff_p{name[1:]}" for name in QUANTILES} | {"p_all_eligible": "share"}
_PLACES = ("municipality", "school", "study_path_name")
_SHOWN: dict[str, Form] = {"school": "text", "study_path_name": "text", "share": "percent_short"}
_MIDDLE = ("cutoff_p10", "cutoff_p50", "cutoff_p90")
_MOST = 20


def say() -> Texts:
    """The texts of this view."""
    return texts("gymreg_core.reporting", "forecast_texts.yml")


@dataclass(frozen=True, eq=False)
class ForecastView:
    """A forecast of cut-offs as it may be shown.

    table : a row per study path, widest 80 % interval first: municipality, school, study_path_name, cutoff_p10 …
    cutoff_p90, share (chance that everyone eligible gets in). few : study paths whose drawn Julys admit few, which
    are told from published results alone, or not at all.
    """

    found: WorkspaceForecast
    table: Released
    few: int

    @classmethod
    def of(cls, found: WorkspaceForecast) -> ForecastView:
        """Cut-offs of drawn Julys are left out where few are admitted: each is the lowest merit value of these.

        Errors: DisclosureRefused as `release_counts`.
        """
        if found.drawn is None:
            table = pd.DataFrame() if found.published is None else found.published.table
            return cls(found, release_published(_named(table), found.provenance), 0)
        few = small(found.drawn["admitted"])
        drawn = found.drawn.assign(**{name: found.drawn[name].mask(few) for name in (*QUANTILES, "p_all_eligible")})
        if found.published is None:
            frame = _named(drawn.assign(few=few))
            hidden = frame.pop("few").to_numpy(np.bool_)
        else:
            frame = _named(combined(found.published, drawn).table)
            hidden = np.zeros(len(frame), np.bool_)
        released = release_counts(frame, found.provenance, hidden=dict.fromkeys(_NAMES.values(), hidden))
        return cls(found, released, int(few.sum()))

    @property
    def source(self) -> str:
        """published, drawn or both."""
        if self.found.drawn is None:
            return "published"
        return "drawn" if self.found.published is None else "both"

    def sentences(self, language: Language = "sv") -> list[str]:
        """What the forecast rests on, what it lacks, and what is left out."""
        found = self.found
        years = listing([str(year) for year in found.drawn_from], language)
        told = [say()(f"rests.{self.source}", language, year=found.year, runs=found.runs, years=years)]
        if found.published is not None:
            told += found.published.sentences(language)
        told += [say()("missing", language, why=why) for why in found.missing]
        if self.few:
            told.append(say()("few", language, n=counted(self.few, "study_path", language), least=smallest_count()))
        return told + [say()("made_up", language)] * found.provenance.made_up

    def terminal_tables(self, language: Language = "sv") -> list[tuple[Released, list[Column], str]]:
        """The study paths of which least is known, with columns and caption."""
        frame = self.table.table
        told = frame["cutoff_p50"].notna() & (frame["share"].fillna(0) < 1 / 2)
        rows = self.table.where(told & (told.cumsum() <= _MOST))
        if not len(rows):
            return []
        columns = [
            Column(name, say()(f"column.{name}", language), _SHOWN.get(name, "points"))
            for name in ("school", "study_path_name", *_MIDDLE, "share")
        ]
        return [(rows, columns, say()("caption", language, year=self.found.year))]

    def to_dict(self) -> dict[str, Any]:
        """All study paths, as JSON can hold it; None is a number that there is not, or that is left out."""
        frame = self.table.table
        return {
            "intake_year": self.found.year,
            "source": self.source,
            "runs": self.found.runs,
            "made_up": self.found.provenance.made_up,
            "sentences": self.sentences("en"),
            "cutoffs": frame.astype("object").where(frame.notna(), None).to_dict("records"),
        }


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that are let out, and `few`, under the names that they are let out by, widest interval first."""
    order = np.argsort(-(table["q90"] - table["q10"]).to_numpy(np.float64, na_value=-1.0), kind="stable")
    names = [path_name(str(name)) for name in table["study_path_name"]]
    frame = table.assign(study_path_name=names).iloc[order].rename(columns=_NAMES).reset_index(drop=True)
    whole = {name: frame[name].round() for name in _NAMES.values() if name != "share"}
    return frame.assign(**whole)[[name for name in (*_PLACES, *_NAMES.values(), "few") if name in frame]]

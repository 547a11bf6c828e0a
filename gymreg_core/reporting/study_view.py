"""What gymreg study shows: the answer in sentences, and what each design says of each outcome; released alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.contracts.effects import Studied
from gymreg_core.disclosure import Released, release_effects
from gymreg_core.effects.study_words import say as study_say
from gymreg_core.effects.study_workspace import StudyOfWorkspace
from gymreg_core.reporting.tables import Column, Form
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_POINTS = 100
_SAID = ("causal", "associated")
_DIRECTED = ("more", "less")
_WHAT = ["design", "outcome", "measure"]
_SHOWN: dict[str, Form] = {
    "label": "text",
    "label_to": "text",
    "estimate": "percent_change",
    "low": "percent_change",
    "high": "percent_change",
    "pupils": "count",
    "note": "text",
}


def say() -> Texts:
    """The texts of this view."""
    return texts("gymreg_core.reporting", "study_view_texts.yml")


@dataclass(frozen=True, eq=False)
class StudyView:
    """A study. conclusions : the columns of contracts.effects' `conclusions`; estimate, low, high, the change of the
    share at the mean dose or by an offer, where anything may be said; pupils and schools behind it."""

    done: StudyOfWorkspace
    conclusions: Released

    @classmethod
    def of(cls, done: StudyOfWorkspace) -> StudyView:
        return cls(done, release_effects(_numbered(done.studied), done.stored.provenance))

    def sentences(self, language: Language) -> list[str]:
        """What the main design says, what it costs, and what could have been seen."""
        return [self.done.describe(language)]

    def terminal_tables(self, language: Language) -> list[tuple[Released, list[Column], str]]:
        """What each design says, with columns and caption."""
        frame, words = self.conclusions.table, study_say()
        notes = [_note(row, language) for row in frame.to_dict("records")]
        rows = (
            self.conclusions.with_words("label", [words(f"designs.{one}", language) for one in frame["design"]])
            .with_words("label_to", [words(f"short.{one}", language) for one in frame["outcome"]])
            .with_words("note", notes)
        )
        columns = [Column(name, say()(f"columns.{name}", language), form) for name, form in _SHOWN.items()]
        return [(rows, columns, say()("caption", language))]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON; a number that may not be told is null."""
        frame = self.conclusions.table
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        return {
            "key": self.done.key,
            "computed": self.done.computed,
            **self.done.summary(),
            "answer": self.done.describe("en"),
            "conclusions": [{str(name): _plain(value) for name, value in row.items()} for row in rows],
        }


def _numbered(studied: Studied) -> pd.DataFrame:
    """`conclusions` with the numbers of those of which anything may be said."""
    whole = studied.estimates.loc[studied.estimates["group"] == "", [*_WHAT, "pupils", "schools"]]
    points = studied.cost.loc[studied.cost["quantity"] == "percentage_points", [*_WHAT[:2], "estimate", "low", "high"]]
    told = studied.conclusions.merge(whole, on=_WHAT, how="left").merge(points, on=_WHAT[:2], how="left")
    for name in ("estimate", "low", "high"):
        told[name] = (told[name] / _POINTS).where(told["claim"].isin(_SAID))
    return told.astype({"pupils": "int64", "schools": "int64"})


def _note(row: dict[Any, Any], language: Language) -> str:
    """The claim, and the checks that decided it or why there is no number; no cause where no direction is told."""
    words = study_say()
    key = f"claims.{row['claim']}{'_offer' if row['claim'] == 'causal' and row['measure'] == 'offer' else ''}"
    if row["claim"] == "causal" and row["finding"] not in _DIRECTED:
        key = f"findings.{row['finding']}"
    told = [words(key, language)]
    if row["refusal"]:
        told.append(words(f"refusals.{row['refusal']}", language))
    elif row["because"]:
        told.append(", ".join(words(f"checks.{check}", language) for check in row["because"].split(",")))
    return ": ".join(told)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value

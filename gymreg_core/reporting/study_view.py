"""What gymreg study shows: the answer in sentences, and what each design says of each outcome; released alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.disclosure import Released, release_estimates
from gymreg_core.effects.study_words import say as study_say
from gymreg_core.effects.study_workspace import StudyOfWorkspace
from gymreg_core.reporting.tables import Column
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_POINTS = 100
_COLUMNS = {
    "label": "text",
    "label_to": "text",
    "effect": "percent_change",
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
    """A study. conclusions : a row per design (kind) and outcome (label) of the plan; note, its claim; effect, low,
    high : change of the share at the mean dose, or by an offer; pupils."""

    done: StudyOfWorkspace
    conclusions: Released

    @classmethod
    def of(cls, done: StudyOfWorkspace) -> StudyView:
        studied = done.studied
        told = studied.conclusions.merge(
            studied.cost[studied.cost["quantity"] == "percentage_points"].drop(columns=["pupils", "refusal", "dose"]),
            on=["design", "outcome"],
            how="left",
        ).merge(
            studied.estimates.loc[
                studied.estimates["group"] == "", ["design", "outcome", "measure", "pupils"]
            ].drop_duplicates(["design", "outcome", "measure"]),
            on=["design", "outcome", "measure"],
            how="left",
        )
        said = told["claim"].isin(["causal", "associated"])
        numbers = {
            name: (told[of] / _POINTS).where(said)
            for name, of in (("effect", "estimate"), ("low", "low"), ("high", "high"))
        }
        table = pd.DataFrame(
            {
                "kind": told["design"],
                "label": told["outcome"],
                "note": told["claim"],
                "reason": told["because"].where(told["refusal"] == "", told["refusal"]),
                "term": told["finding"],
                **numbers,
                "pupils": told["pupils"].fillna(0).astype("int64"),
            }
        )
        return cls(done, release_estimates(table, done.stored.provenance, behind=["pupils"]))

    def sentences(self, language: Language) -> list[str]:
        """What the main design says, what it costs, and what could have been seen."""
        return [self.done.describe(language)]

    def terminal_tables(self, language: Language) -> list[tuple[Released, list[Column], str]]:
        """What each design says, with columns and caption."""
        rows, frame, words = self.conclusions, self.conclusions.table, study_say()
        if not len(rows):
            return []
        claims = [
            ": ".join(filter(None, (words(f"claims.{claim}", language), self._why(reason, language))))
            for claim, reason in zip(frame["note"], frame["reason"], strict=True)
        ]
        rows = rows.with_words("note", claims)
        rows = rows.with_words("label_to", [words(f"outcomes.{outcome}", language) for outcome in frame["label"]])
        rows = rows.with_words("label", [words(f"designs.{design}", language) for design in frame["kind"]])
        columns = [Column(name, say()(f"columns.{name}", language), form) for name, form in _COLUMNS.items()]  # type: ignore[arg-type]
        return [(rows, columns, say()("caption", language))]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON; a number that may not be told is null. Percentage points as in `cost`."""
        frame = self.conclusions.table
        plain = frame.astype(object).where(frame.notna(), None)
        names = {"kind": "design", "label": "outcome", "note": "claim", "term": "finding", "reason": "because"}
        rows = plain.rename(columns=names).to_dict("records")
        return {
            "key": self.done.key,
            "computed": self.done.computed,
            **self.done.summary(),
            "answer": self.done.describe("en"),
            "conclusions": [{str(k): v.item() if hasattr(v, "item") else v for k, v in row.items()} for row in rows],
        }

    def _why(self, reason: str, language: Language) -> str:
        """Why there is no number, or the checks that decided."""
        if not reason:
            return ""
        words = study_say()
        if f"refusals.{reason}" in words.entries:
            return words(f"refusals.{reason}", language)
        return ", ".join(words(f"checks.{check}", language) for check in reason.split(","))

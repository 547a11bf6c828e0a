"""What gymreg track shows: the main measures per cohort, or a list beside the register; released counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.cohort.cards import cards
from gymreg_core.cohort.reconcile import Reconciliation
from gymreg_core.cohort.track import TrackedWorkspace
from gymreg_core.disclosure import Released, Ties, release_cohorts, smallest_count
from gymreg_core.reporting.dropout.shown import shown
from gymreg_core.reporting.tables import Column
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_SHOWN = ("cohort", "starters", "completed", "share", "not_followed_share")
_FORMS = {"cohort": "year", "share": "percent", "not_followed_share": "percent", "kind": "text", "reason": "text"}
_ALL = "all"


def say() -> Texts:
    """The texts of this view."""
    return texts("gymreg_core.reporting", "track_texts.yml")


@dataclass(frozen=True, eq=False)
class TrackView:
    """What was tracked. measures : of the region, every card and cohort, as pages show them."""

    done: TrackedWorkspace
    measures: Released

    @classmethod
    def of(cls, done: TrackedWorkspace) -> TrackView:
        released = shown(done.stored).measures
        return cls(done, released.where(released.table["by"] == "region"))

    def sentences(self, language: Language) -> list[str]:
        """What was tracked, in sentences."""
        return [self.done.describe(language)]

    def terminal_tables(self, language: Language) -> list[tuple[Released, list[Column], str]]:
        """The main measures per cohort, with columns and caption."""
        names = {card.key: card.words(language).name for card in cards() if card.main}
        rows = self.measures.where(self.measures.table["card"].isin(list(names)))
        if not len(rows):
            return []
        rows = rows.with_words("label", [names[key] for key in rows.table["card"]])
        columns = [Column("label", say()("columns.label", language), "text"), *_columns(_SHOWN, language)]
        return [(rows, columns, say()("measures", language, n=smallest_count()))]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON, all cards; what was left out is null."""
        rows = self.measures.table.drop(columns=["by", "group"])
        return {
            "key": self.done.key,
            "computed": self.done.computed,
            **self.done.summary(),
            "measures": _records(rows),
        }


@dataclass(frozen=True, eq=False)
class ListView:
    """A list beside the register. counts : kind, reason ('all': the sum of the others) and pupils."""

    compared: Reconciliation
    counts: Released

    @classmethod
    def of(cls, compared: Reconciliation) -> ListView:
        """Counts without the small ones, which the list's length and the register's numbers per reason do not tell."""
        table = compared.table
        sums = table.groupby("kind", sort=False)["pupils"].sum().reset_index().assign(reason=_ALL)
        whole = pd.concat([sums[table.columns], table], ignore_index=True)
        rows = whole.index.to_series()
        kinds = [
            (int(rows[(whole["kind"] == kind) & (whole["reason"] == _ALL)].iloc[0]), rows[mine].tolist())
            for kind in sums["kind"]
            if (mine := (whole["kind"] == kind) & (whole["reason"] != _ALL)).any()
        ]
        on_list = rows[whole["kind"].isin(["both", "list"]) & (whole["reason"] == _ALL)].tolist()
        in_register = whole["kind"].isin(["both", "register"])
        reasons = [rows[in_register & (whole["reason"] == reason)].tolist() for reason in whole["reason"].unique()]
        known = [(None, on_list), *((None, pair) for pair in reasons if pair)]
        return cls(compared, release_cohorts(whole, compared.provenance, ties=Ties(sums=[*kinds, *known])))

    def sentences(self, language: Language) -> list[str]:
        """Whose list it is, of when, and how many are on it."""
        one = self.compared
        return [say()("list.head", language, municipality=one.municipality, day=one.day, listed=one.listed)]

    def terminal_tables(self, language: Language) -> list[tuple[Released, list[Column], str]]:
        """The counts, with columns and caption."""
        frame = self.counts.table
        rows = self.counts.with_words("kind", [say()(f"kinds.{kind}", language) for kind in frame["kind"]])
        rows = rows.with_words("reason", [say()(f"reasons.{reason}", language) for reason in frame["reason"]])
        return [
            (
                rows,
                _columns(("kind", "reason", "pupils"), language),
                say()("list.caption", language, n=smallest_count()),
            )
        ]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON; what was left out is null."""
        one = self.compared
        return {
            "municipality": one.municipality,
            "day": one.day,
            "listed": one.listed,
            "counts": _records(self.counts.table),
        }


def _columns(names: tuple[str, ...], language: Language) -> list[Column]:
    return [Column(name, say()(f"columns.{name}", language), _FORMS.get(name, "count")) for name in names]  # type: ignore[arg-type]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(name): _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value

"""A what-if analysis for readers: released tables, sentences, figures with their tables."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.disclosure import Released, Ties, release_counts
from gymreg_core.matching.compare import MOVED, SEATED, SHARES, WAYS
from gymreg_core.matching.whatif import WhatIf
from gymreg_core.matching.whatif_words import of_cohort, of_people
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.charts import dumbbells
from gymreg_core.reporting.fragments import Fragment, page_slug
from gymreg_core.reporting.markup import attribute, escape, fold
from gymreg_core.reporting.tables import Column, table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import change
from gymreg_core.vocabulary.phrases import label
from gymreg_core.vocabulary.programmes import Language, programmes
from gymreg_core.vocabulary.texts import Texts, texts

PEOPLE = ("applicants", "moved_applicants", "better", "worse", "newly_seated", "unseated")
PLACES = ("seats_previous", "seats", "free_seats_previous", "free_seats", "cutoff_previous", "cutoff")


def say() -> Texts:
    """Heads and captions of the what-if tables."""
    return texts("gymreg_core.reporting", "what_if_texts.yml")


@dataclass(frozen=True, eq=False)
class WhatIfView:
    """What a what-if analysis may show.

    people : `Comparison.table`, small counts left out. places, paths : as in `Comparison`. cutoffs, totals : as in
    `Uncertainty`, None without re-runs.
    """

    people: Released
    places: Released
    paths: Released
    cutoffs: Released | None
    totals: Released | None
    _found: WhatIf

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """Who moves, what becomes of cut-offs and seats, and how much of it is chance, most important first."""
        found = self._found.comparison
        row = self.people.table.iloc[0]
        counts = {str(name): None if pd.isna(row[name]) else int(row[name]) for name in row.index[2:]}
        people = of_people(counts, found.scenario, language)
        return (*people, *of_cohort(found.new, found.gone, language), *self._found.sentences(language))

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; None is a count that is not shown, or a cut-off that there is not."""
        comparison, parts = self._found.comparison, ("people", "places", "paths", "cutoffs", "totals")
        return {
            "scenario": self._found.scenario.model_dump(mode="json", exclude_defaults=True),
            "intake_year": comparison.intake_year,
            "round": comparison.round,
            "made_up": comparison.made_up,
            "seed": self._found.seed,
            "runs": self._found.uncertainty.runs if self._found.uncertainty else 0,
            "sentences": list(self.sentences("en")),
            **{name: _records(part) for name in parts if (part := getattr(self, name)) is not None},
        }

    def of_people(self, by: str, language: Language = "sv") -> Fragment:
        """Who moves, by home_municipality, merit_band, or municipality, school or provider_form of the first choice."""
        return self._table("people", by, language)

    def of_places(self, by: str, language: Language = "sv") -> Fragment:
        """Seats, empty seats and mean cut-offs by programme, municipality, school or provider_form, today and then."""
        return self._table("places", by, language)

    def cutoff_figure(self, by: str = "programme", language: Language = "sv", most: int = 12) -> Fragment:
        """Mean cut-offs today and in the scenario, of the `most` groups where they moved most, with their table."""
        frame = self.places.table
        frame = frame[frame["by"].eq(by) & frame["cutoff"].notna()]
        moved = (frame["cutoff"] - frame["cutoff_previous"]).astype(float)
        rows = frame.loc[moved.abs().sort_values(ascending=False, kind="stable").index[:most]]
        released = self.places.where(pd.Series(self.places.table.index.isin(rows.index)))
        shown = _labelled(released, language, note=True).sort("cutoff", ascending=False)
        drawing = dumbbells(
            shown,
            label="label",
            values=("cutoff_previous", "cutoff"),
            text="note",
            names=(say()("today", language), say()("scenario", language)),
            language=language,
        )
        head = say()(f"by.{by}", language)
        columns = [Column("label", head, "text"), *_columns(("cutoff_previous", "cutoff"), language)]
        caption = say()("cutoff_figure.caption", language, name=self._found.scenario.name)
        alt = say()("cutoff_figure.alt", language, by=head.lower(), name=self._found.scenario.name)
        listed = table(shown, columns, caption=caption, identifier=f"granser-{by}", language=language)
        path = f"media/{page_slug()}/fig-granser-{by}.svg"
        image = f'![{escape(caption)}]({path}){{#fig-granser-{by} fig-alt="{attribute(alt)}"}}'
        return Fragment(image, {path: drawing}) + fold(say()("show_table", language), listed)

    def tables(self, language: Language) -> list[tuple[Released, list[Column], str]]:
        """What a terminal shows, with columns and captions: programmes, bands of merit, home municipalities."""
        return [
            self._rows("places", "programme", language),
            self._rows("people", "merit_band", language),
            self._rows("people", "home_municipality", language),
        ]

    def _rows(self, kind: str, by: str, language: Language) -> tuple[Released, list[Column], str]:
        released, names = (self.people, PEOPLE) if kind == "people" else (self.places, PLACES)
        rows = _labelled(released.where(released.table["by"].eq(by)), language)
        columns = [Column("label", say()(f"by.{by}", language), "text"), *_columns(names, language)]
        smallest = rule("disclosure", "smallest_count")
        return rows, columns, say()(f"{kind}.caption", language, name=self._found.scenario.name, n=smallest)

    def _table(self, kind: str, by: str, language: Language) -> Fragment:
        rows, columns, caption = self._rows(kind, by, language)
        return table(rows, columns, caption=caption, identifier=f"{kind}-{by}".replace("_", "-"), language=language)


def release_what_if(found: WhatIf, provenance: Provenance) -> WhatIfView:
    """What of an analysis may be shown (rules/disclosure.yml). Errors: DisclosureRefused as `release_counts`."""
    comparison, runs = found.comparison, found.uncertainty
    ties = Ties(
        sums=comparison.sums(),
        parts={MOVED: WAYS},
        together=(SEATED,),
        rest_of=dict.fromkeys(SHARES, "applicants"),
    )
    return WhatIfView(
        people=release_counts(comparison.table, provenance, ties=ties),
        places=release_counts(comparison.places, provenance),
        paths=release_counts(comparison.paths, provenance),
        cutoffs=release_counts(runs.cutoffs, provenance) if runs else None,
        totals=release_counts(runs.totals, provenance) if runs else None,
        _found=found,
    )


def _labelled(released: Released, language: Language, *, note: bool = False) -> Released:
    """The rows with the group's name for readers in `label` and, with `note`, the change of the mean cut-off."""
    frame = released.table
    groups = zip(frame["by"], frame["group"], strict=True)
    named = released.with_words("label", [_name(by, group, language) for by, group in groups])
    if not note:
        return named
    moved = (frame["cutoff"] - frame["cutoff_previous"]).astype(float)
    return named.with_words("note", [change(size, language, 1) for size in moved])


def _name(by: str, group: str, language: Language) -> str:
    if by == "programme":
        known = programmes()
        return known[group].name(language) if group in known else group
    if by == "merit_band":
        starts = [str(start) for start in rule("what_if", "merit_bands")]
        after = starts.index(group) + 1
        last = after == len(starts)
        return say()("band.last" if last else "band.to", language, low=group, high="" if last else starts[after])
    return label(group, language) if by == "provider_form" else group


def _columns(names: tuple[str, ...], language: Language) -> list[Column]:
    return [Column(n, say()(f"head.{n}", language), "points" if n.startswith("cutoff") else "count") for n in names]


def _records(released: Released) -> list[dict[Hashable, Any]]:
    frame = released.table
    return frame.astype("object").where(frame.notna(), None).to_dict("records")

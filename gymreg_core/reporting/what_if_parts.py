"""Tables and figures of a what-if analysis, each figure with its alternative text and its table."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.matching.compare_paths import ORDINARY
from gymreg_core.matching.run_counts import CHANGE
from gymreg_core.reporting.charts import dumbbells
from gymreg_core.reporting.fragments import Fragment, page_slug
from gymreg_core.reporting.markup import attribute, escape, fold, paragraph
from gymreg_core.reporting.tables import Column, table
from gymreg_core.reporting.what_if import WhatIfView, say
from gymreg_core.rules import rule
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import change
from gymreg_core.vocabulary.phrases import label
from gymreg_core.vocabulary.programmes import Language, programmes

PEOPLE = ("applicants", "better", "worse", "newly_seated", "unseated")
PROPOSED = ("seats_previous", "seats", "admitted_previous", "admitted", "free_seats_previous", "free_seats")
PLACES = ("seats_previous", "seats", "free_seats_previous", "free_seats", "cutoff_previous", "cutoff")
_MOST = 12


def people_table(view: WhatIfView, by: str, language: Language = "sv") -> Fragment:
    """Who moves, by home_municipality, merit_band, or municipality, school or provider_form of the first choice."""
    rows, columns, caption = rows_of(view, "people", by, language)
    return table(rows, columns, caption=caption, identifier=f"sokande-{by}".replace("_", "-"), language=language)


def places_table(view: WhatIfView, by: str, language: Language = "sv") -> Fragment:
    """Seats, empty seats and mean cut-offs by programme, municipality, school or provider_form, today and then."""
    rows, columns, caption = rows_of(view, "places", by, language)
    return table(rows, columns, caption=caption, identifier=f"platser-{by}".replace("_", "-"), language=language)


def terminal_tables(view: WhatIfView, language: Language) -> list[tuple[Released, list[Column], str]]:
    """What a terminal shows, with columns and captions: proposed seats, programmes, bands of merit, municipalities."""
    wanted = (("places", "programme"), ("people", "merit_band"), ("people", "home_municipality"))
    proposed = [] if view.proposed is None else [_proposed_rows(view, view.proposed, language)]
    return proposed + [rows_of(view, kind, by, language) for kind, by in wanted]


def rows_of(view: WhatIfView, kind: str, by: str, language: Language) -> tuple[Released, list[Column], str]:
    """The rows of `people` or `places` of one kind of group, named, with their columns and their caption."""
    released, names = (view.people, PEOPLE) if kind == "people" else (view.places, PLACES)
    groups = released.where(released.table["by"].eq(by))
    named = groups.with_words("label", [_name(by, group, language) for group in groups.table["group"]])
    columns = [Column("label", say()(f"by.{by}", language), "text"), *_columns(names, language)]
    smallest = told_to("smallest_count")
    return named, columns, say()(f"{kind}.caption", language, name=view.found.scenario.name, n=smallest)


def _proposed_rows(view: WhatIfView, proposed: Released, language: Language) -> tuple[Released, list[Column], str]:
    frame = proposed.table
    places = frame[["programme", "school", "municipality", "path_id"]].to_numpy(str)
    names = [" ".join([programme, ", ".join(filter(None, where))]) for programme, *where in places]
    columns = [Column("label", say()("head.path", language), "text"), *_columns(PROPOSED, language)]
    caption = say()("proposed.caption", language, name=view.found.scenario.name)
    return proposed.with_words("label", names), columns, caption


def cutoff_figure(view: WhatIfView, by: str = "programme", language: Language = "sv", most: int = _MOST) -> Fragment:
    """Mean cut-offs today and in the scenario, of the `most` groups where they moved most, with their table."""
    frame = view.places.table
    groups = _largest(view.places, (frame["cutoff"] - frame["cutoff_previous"]).where(frame["by"].eq(by)), most)
    if not len(groups):
        return paragraph(say()("cutoffs.none", language))
    moved = (groups.table["cutoff"] - groups.table["cutoff_previous"]).astype(float)
    rows = groups.with_words("label", [_name(by, group, language) for group in groups.table["group"]])
    rows = rows.with_words("note", [change(points, language, 1) for points in moved])
    head = say()(f"by.{by}", language)
    said = {"name": view.found.scenario.name, "by": head.lower()}
    return _dumbbells(
        rows.sort("cutoff", ascending=False),
        [Column("label", head, "text"), *_columns(("cutoff_previous", "cutoff"), language)],
        (say()("today", language), say()("scenario", language)),
        f"granser-{by}",
        (say()("cutoffs.caption", language, **said), say()("cutoffs.alt", language, **said)),
        language,
    )


def interval_figure(view: WhatIfView, language: Language = "sv", most: int = _MOST) -> Fragment:
    """What the change of a cut-off lies between in nine re-runs of ten, of the paths where its middle is largest."""
    if view.cutoffs is None:
        return paragraph(say()("intervals.none", language))
    frame, known = view.cutoffs.table, view.paths.table.set_index("path_id")
    ordinary = frame["path_id"].map(known["scale"]).eq(ORDINARY)
    mine = ordinary & frame["series"].eq(CHANGE) & frame["runs"].ge(frame["runs"].max() / 2)
    paths = _largest(view.cutoffs, frame["cutoff_p50"].where(mine), most)
    if not len(paths):
        return paragraph(say()("intervals.still", language))
    rows = paths.with_words("label", _path_names(known.loc[paths.table["path_id"]]))
    rows = rows.with_words("note", [change(middle, language, 1) for middle in paths.table["cutoff_p50"]])
    said = {"name": view.found.scenario.name}
    return _dumbbells(
        rows.sort("cutoff_p50", ascending=False),
        [
            Column("label", say()("head.path", language), "text"),
            Column("path_id", say()("head.path_id", language), "text"),
            *(Column(n, say()(f"head.{n}", language), "points_change") for n in _INTERVAL),
        ],
        (say()("head.cutoff_p05", language), say()("head.cutoff_p95", language)),
        "omkorningar",
        (say()("intervals.caption", language, **said), say()("intervals.alt", language, **said)),
        language,
    )


_INTERVAL = ("cutoff_p05", "cutoff_p50", "cutoff_p95")


def _dumbbells(
    rows: Released,
    columns: list[Column],
    names: tuple[str, str],
    identifier: str,
    told: tuple[str, str],
    language: Language,
) -> Fragment:
    """Pairs of points between the first and last number column, with caption and alternative text, and their table."""
    caption, alt = told
    numbers = [column.name for column in columns if column.form != "text"]
    ends = (numbers[0], numbers[-1])
    drawing = dumbbells(rows, label="label", values=ends, text="note", names=names, language=language)
    path = f"media/{page_slug()}/fig-{identifier}.svg"
    image = f'![{escape(caption)}]({path}){{#fig-{identifier} fig-alt="{attribute(alt)}"}}'
    listed = table(rows, columns, caption=caption, identifier=identifier, language=language)
    return Fragment(image, {path: drawing}) + fold(say()("show_table", language), listed)


def _largest(released: Released, size: pd.Series, most: int) -> Released:
    """The rows with the largest sizes of either sign, in their order; those without one, or with 0, are left out."""
    some = size.dropna().astype(float).abs()
    chosen = some[some > 0].sort_values(ascending=False, kind="stable").index[:most]
    return released.where(pd.Series(size.index.isin(chosen), index=size.index))


def _name(by: str, group: str, language: Language) -> str:
    if by == "programme":
        known = programmes()
        return known[group].name(language) if group in known else group
    if by == "merit_band":
        starts = [str(start) for start in rule("what_if", "merit_bands")]
        after = starts.index(group) + 1
        if after == len(starts):
            return say()("band.last", language, low=group)
        return say()("band.to", language, low=group, high=starts[after])
    return label(group, language) if by == "provider_form" else group


def _path_names(paths: pd.DataFrame) -> list[str]:
    """Short names of study paths: programme and school, numbered where a school has several of a programme."""
    name = paths["programme"] + " " + paths["school"]
    number = name.groupby(name.to_numpy()).cumcount() + 1
    return list(name.where(~name.duplicated(keep=False), name + " " + number.astype(str)))


def _columns(names: tuple[str, ...], language: Language) -> list[Column]:
    return [Column(n, say()(f"head.{n}", language), "points" if n.startswith("cutoff") else "count") for n in names]

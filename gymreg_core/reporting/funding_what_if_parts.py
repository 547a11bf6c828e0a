"""Tables and figures of a funding what-if, each figure with its alternative text and its table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.disclosure import Released, release_money
from gymreg_core.funding.what_if_table import OUTSIDE
from gymreg_core.reporting.charts import diverging_bars, waterfall
from gymreg_core.reporting.fragments import Fragment, page_slug
from gymreg_core.reporting.funding_what_if import FundingWhatIfView, say
from gymreg_core.reporting.markup import attribute, escape, fold, paragraph
from gymreg_core.reporting.tables import Column, Form, table
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import change, number
from gymreg_core.vocabulary.phrases import capital, label, programme_name
from gymreg_core.vocabulary.programmes import Language

COSTS = ("amount_previous", "amount", "amount_change", "amount_change_share", "relative_change")
PRICES = ("price_previous", "price", "price_change", "price_change_share")
PER_PUPIL = (
    *("amount_per_pupil_previous", "amount_per_pupil", "amount_per_pupil_change_share", "amount_per_pupil_real_change"),
)
_FORMS: dict[str, Form] = {
    **dict.fromkeys(("amount_previous", "amount", "price_previous", "price"), "thousands"),
    **dict.fromkeys(("amount_change", "relative_change", "price_change"), "thousands_change"),
    **dict.fromkeys(("amount_per_pupil_previous", "amount_per_pupil"), "kronor"),
    **dict.fromkeys(("amount_change_share", "price_change_share", *PER_PUPIL[2:]), "percent_change"),
}
_WHOLE: dict[str, Form] = {
    "": "thousands",
    "_change": "thousands_change",
    "_change_share": "percent_change",
    "_per_pupil": "kronor",
    "_per_pupil_real_change": "percent_change",
}
_MILLION, _THOUSAND = 100_000_000, 100_000
_MOST = 12


def waterfall_figure(view: FundingWhatIfView, language: Language = "sv") -> Fragment:
    """From today's cost to the new one, a step for each change."""
    steps, p = view.steps.table, say()
    size, unit = (_MILLION, "millions") if steps["value"].max() >= _MILLION else (_THOUSAND, "thousands")
    starts, ends = (steps[name].to_numpy(np.float64) / size for name in ("value_previous", "value"))
    moved = [change(step, language, 1) for step in ends - starts]
    notes = [number(starts[0], language, 1), *moved[1:-1], number(ends[-1], language, 1)]
    rows = view.steps.with_words("label", view.named_steps(language)).with_words("note", notes)
    drawing = waterfall(
        rows, label="label", start="value_previous", end="value", text="note",
        names=(p("waterfall.up", language), p("waterfall.down", language)), language=language,
    )  # fmt: skip
    told = p(f"unit.{unit}", language)
    said = {"name": view.found.scenario.name, "year": view.found.year, "unit": told}
    columns = [Column("label", p("waterfall.head", language), "text"), Column("note", capital(told), "points_text")]
    return _figure("stegen", drawing, p, "waterfall", said, rows, columns, language)


def alternatives_table(views: Sequence[FundingWhatIfView], language: Language = "sv") -> Fragment:
    """What several scenarios cost in the whole region, a row for each; all on the pupils of one year."""
    found = [view.found.summary() for view in views]
    frame = pd.DataFrame(
        {
            "label": [view.found.scenario.name for view in views],
            "value": [one["amount"] for one in found],
            "value_change": [one["amount_change"] for one in found],
            "value_change_share": pd.array([one["amount_change_share"] for one in found], "Float64"),
            "value_per_pupil": pd.array([one["per_pupil"] for one in found], "Int64"),
            "value_per_pupil_real_change": pd.array([one["per_pupil_real_change"] for one in found], "Float64"),
        }
    )
    released = release_money(frame, views[0].groups.provenance)
    columns = [Column("label", say()("alternatives.head", language), "text")]
    columns += [Column(f"value{end}", say()(f"head.amount{end}", language), form) for end, form in _WHOLE.items()]
    caption = say()("alternatives.caption", language, year=views[0].found.year)
    return table(released, columns, caption=caption, identifier="alternativen", language=language)


def gain_figure(view: FundingWhatIfView, by: str, language: Language = "sv", most: int = _MOST) -> Fragment:
    """Who pays more or less than by the same percentage for all (by payer), or gets it (by school, programme, form).

    most : so many groups that it moves most.
    """
    rows = _largest(_rows(view, by, language), most)
    p, whom = say(), "payer" if by == "payer" else "receiver"
    said = {"name": view.found.scenario.name, "by": p(f"by.{by}", language).lower()}
    if not len(rows):
        return paragraph(p("gains.none", language, **said))
    notes = [change(float(ore) / _THOUSAND, language) for ore in rows.table["relative_change"]]
    rows = rows.with_words("note", notes)
    drawing = diverging_bars(
        rows, label="label", value="relative_change", text="note",
        names=(p(f"gains.{whom}_more", language), p(f"gains.{whom}_less", language)), language=language,
    )  # fmt: skip
    return _figure(f"skillnad-{by}", drawing, p, f"gains_{whom}", said, rows, _heads(by, COSTS, language), language)


def group_table(view: FundingWhatIfView, by: str, language: Language = "sv", most: int | None = None) -> Fragment:
    """Cost today and then by payer, programme, kind, provider_form or school.

    most : so many groups that are moved most against the same percentage for all, and not every one.
    """
    rows = _rows(view, by, language)
    rows = rows if most is None else _largest(rows, most)
    caption, name = _caption(view, "groups", language), f"kostnad-{by}".replace("_", "-")
    return table(rows, _heads(by, COSTS, language), caption=caption, identifier=name, language=language)


def school_table(view: FundingWhatIfView, school: str, language: Language = "sv") -> Fragment:
    """Programme money of a school by programme, today and then."""
    rows = _rows(view, "school_programme", language)
    rows = rows.where(rows.table["group"].eq(school))
    caption = _caption(view, "school", language, school=school)
    columns = _heads("school_programme", PRICES, language)
    return table(rows, columns, caption=caption, identifier="skolans-program", language=language)


def price_table(view: FundingWhatIfView, language: Language = "sv") -> Fragment:
    """What a pupil and year costs by programme, today and then, in current and in fixed prices."""
    rows = _rows(view, "programme", language)
    caption = _caption(view, "prices", language, rise=number(view.found.expected_rise, language, 1))
    columns = _heads("programme", PER_PUPIL, language)
    return table(rows, columns, caption=caption, identifier="pris-per-elev", language=language)


def terminal_tables(view: FundingWhatIfView, language: Language) -> list[tuple[Released, list[Column], str]]:
    """What a terminal shows, with columns and captions: payers, programmes, provider forms."""
    return [
        (_rows(view, by, language), _heads(by, COSTS, language), _caption(view, "groups", language))
        for by in ("payer", "programme", "provider_form")
    ]


def _rows(view: FundingWhatIfView, by: str, language: Language) -> Released:
    """The rows of one kind of group with their names; protected identities are listed nowhere."""
    released = view.crossed if by == "school_programme" else view.groups
    rows = released.where(released.table["by"].eq(by) & released.table["group"].ne(""))
    pairs = zip(rows.table["group"], rows.table["programme"], strict=True)
    return rows.with_words("label", [_name(by, str(group), str(other), language) for group, other in pairs])


def _name(by: str, group: str, programme: str, language: Language) -> str:
    if by == "school_programme":
        return programme_name(programme, language)
    if by == "programme":
        return programme_name(group, language)
    if by == "kind":
        return say()(f"kind.{group}", language)
    if by == "provider_form":
        return label(group, language)
    return say()("outside", language) if group == OUTSIDE else group


def _largest(rows: Released, most: int) -> Released:
    """The rows that `relative_change` is largest of, the highest first; those that round to nothing are left out."""
    size = rows.table["relative_change"].astype("Float64").abs().fillna(0)
    chosen = size[size >= _THOUSAND / 2].sort_values(ascending=False, kind="stable").index[:most]
    return rows.where(pd.Series(size.index.isin(chosen), index=size.index)).sort("relative_change", ascending=False)


def _heads(by: str, names: tuple[str, ...], language: Language) -> list[Column]:
    numbers = [Column(name, say()(f"head.{name}", language), _FORMS[name]) for name in names]
    return [Column("label", say()(f"by.{by}", language), "text"), *numbers]


def _caption(view: FundingWhatIfView, key: str, language: Language, **more: Any) -> str:
    smallest = told_to("smallest_count")
    about = {"name": view.found.scenario.name, "year": view.found.year, "n": smallest}
    return say()(f"{key}.caption", language, **about, **more)


def _figure(
    name: str,
    drawing: bytes,
    p: Any,
    kind: str,
    said: dict[str, Any],
    rows: Released,
    columns: list[Column],
    language: Language,
) -> Fragment:
    caption, alt = p(f"{kind}.caption", language, **said), p(f"{kind}.alt", language, **said)
    path = f"media/{page_slug()}/fig-{name}.svg"
    image = f'![{escape(caption)}]({path}){{#fig-{name} fig-alt="{attribute(alt)}"}}'
    listed = table(rows, columns, caption=caption, identifier=name, language=language)
    return Fragment(image, {path: drawing}) + fold(p("show_table", language), listed)

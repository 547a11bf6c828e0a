"""The map of supply: seats and fill rate of each municipality."""

from __future__ import annotations

from itertools import pairwise

from gymreg_core.reporting.admission.parts import columns, figure, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.charts import tiles
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number

_HUNDRED = 100


def municipalities(view: View) -> Fragment:
    """Where the seats are, drawn as a map of tiles."""
    if not view.is_wide or not view.has_national:
        return Fragment()
    stats, language = view.supply, view.language
    sentences = stats.sentences(language)
    caption = view.say("supply.caption", message=sentences[1] if len(sentences) > 1 else sentences[0])
    area = stats.table[stats.table["x"].notna()]
    classes = _classes(view)
    frame = area.assign(
        label=[_broken(str(name)) for name in area["municipality"]],
        note=[number(n, language) if n else "–" for n in area["seats"]],
        series=[
            _class(None if not n else float(rate), classes)
            for n, rate in zip(area["seats"], area["fill_rate"], strict=True)
        ],
    )
    drawing = tiles(
        view.release(frame[["x", "y", "label", "note", "series"]]),
        x="x",
        y="y",
        name="label",
        text="note",
        shade="series",
        shades=[name for name, _, _ in classes],
        language=language,
    )
    shown = columns(view, "municipality", "schools", "seats", "seats_change", "admitted", "fill_rate", "free_seats")
    data = stats.with_supply()[[c.name for c in shown]]
    listed = table(
        view.release(data),
        shown,
        caption=view.say("supply.table", admission=view.admission),
        identifier="kommuner",
        language=language,
    )
    alt = view.say("supply.alt", about=view.about, message=sentences[0])
    drawn = figure(view, "kommuner", drawing, kind="tiles", alt=alt, caption=caption, data=listed)
    return section(view, "supply", "kommuner") + paragraph(sentences[0], *sentences[2:]) + drawn


def _classes(view: View) -> list[tuple[str, float, float]]:
    """(name, from, to) of each class of fill rates, lowest first."""
    limits = [0.0, *rule("report", "fill_rate_classes"), float("inf")]
    names = []
    for low, high in pairwise(limits):
        ends = {"from": number(low * _HUNDRED, view.language), "to": number(min(high, 1) * _HUNDRED, view.language)}
        key = "below" if low == 0 else "above" if high == float("inf") else "between"
        names.append((view.say(f"supply.{key}", **ends), low, high))
    return names


def _class(rate: float | None, classes: list[tuple[str, float, float]]) -> str:
    return next((name for name, low, high in classes if rate is not None and low <= rate < high), "")


def _broken(name: str) -> str:
    """A name on two lines where it has two parts."""
    return name.replace("-", "-\n").replace(" ", "\n")

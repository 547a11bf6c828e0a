"""From one status day to the next: the pupils in each state as nodes, and those on the way between them as bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import SMALL, WIDTH, drawable, text_width
from gymreg_core.reporting.charts.shapes import band, drawing, rectangle, words_at
from gymreg_core.reporting.charts.states import STATE_COLOURS
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language

LEFT = "interrupted"
"""The state that has a node on every day after the first, however few are in it."""
_BAR, _PAD, _HEAD, _HEIGHT, _AWAY = 9, 31, 26, 520, 5
_THINNEST, _OPACITY = 1.5, 0.42


def flow_diagram(
    released: Released,
    *,
    year: str,
    way: tuple[str, str],
    value: str,
    names: Mapping[str, str],
    heads: Sequence[str],
    suppressed: str,
    language: Language,
) -> bytes:
    """Columns of nodes, a day each, and bands between those of one day and of the next, as thick as pupils are many.

    A band that the table does not have is not drawn; the words below the figure have to say so. A node whose number it
    does not have says `suppressed` in its place.

    Parameters
    ----------
    released : a row per year, origin and destination; those with destination '' are all of an origin, those with
        origin '' all of a destination.
    year, way, value : columns: 1 from the first day to the second and so on; origin and destination, states; pupils.
    names : what the states are called, as short as can be. heads : what the days are called, one more than years.
    """
    frame = drawable(released, year, *way, value).dropna(subset=[value])
    columns = (frame[year].astype(int), frame[way[0]], frame[way[1]], frame[value].astype(float))
    ways = list(zip(*(column.tolist() for column in columns), strict=True))
    nodes = [_nodes(ways, day) for day in range(len(heads))]
    fullest = max(sum(filter(None, states.values())) for states in nodes) or 1
    unit = (_HEIGHT - _PAD * max(len(states) for states in nodes)) / fullest
    said = [_said(states, names, suppressed, language) for states in nodes]
    last = text_width([line for lines in said[-1].values() for line in lines], SMALL)
    pitch = (WIDTH - _BAR - _AWAY - last) / max(len(heads) - 1, 1)
    places = [_placed(states, day * pitch, unit) for day, states in enumerate(nodes)]
    shapes = _bands(ways, places, unit)
    for day, (head, states) in enumerate(zip(heads, places, strict=True)):
        shapes.append(words_at(day * pitch, SMALL, [head], bold_first=True))
        shapes += [rectangle(one.x, one.y, _BAR, one.height, STATE_COLOURS[name]) for name, one in states.items()]
    for states, lines in zip(places, said, strict=True):
        shapes += [words_at(one.x + _BAR + _AWAY, one.middle, lines[name]) for name, one in states.items()]
    return drawing(WIDTH, _HEAD + _HEIGHT, shapes)


_Way = tuple[int, str, str, float]
"""Year, origin, destination, pupils."""


@dataclass(frozen=True)
class _Node:
    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def _nodes(ways: Sequence[_Way], day: int) -> dict[str, float | None]:
    """How many are in each state on a day, in the order of `STATE_COLOURS`; None where that is not shown."""
    coming = {end: pupils for year, start, end, pupils in ways if year == day and not start}
    leaving = {start: pupils for year, start, end, pupils in ways if year == day + 1 and not end}
    known, always = {**coming, **leaving}, {LEFT} if day else set()
    return {state: known.get(state) for state in STATE_COLOURS if state in known or state in always}


def _said(
    states: Mapping[str, float | None], names: Mapping[str, str], suppressed: str, language: Language
) -> dict[str, list[str]]:
    return {
        state: [names[state], suppressed if pupils is None else number(pupils, language)]
        for state, pupils in states.items()
    }


def _placed(states: Mapping[str, float | None], x: float, unit: float) -> dict[str, _Node]:
    """Below each other from the top, with room for a label of two lines at each."""
    out, y = {}, float(_HEAD)
    for state, pupils in states.items():
        height = max((pupils or 0) * unit, _THINNEST)
        out[state] = _Node(x, y + _PAD / 2, height)
        y += height + _PAD
    return out


def _bands(ways: Sequence[_Way], places: Sequence[Mapping[str, _Node]], unit: float) -> list[str]:
    """The bands in the colour of where they lead; from a node and to a node they lie in the order of the states."""
    order = {state: place for place, state in enumerate(STATE_COLOURS)}
    used: dict[tuple[int, str, str], float] = {}
    shapes = []
    drawn = [way for way in ways if way[1] in places[way[0] - 1] and way[2] in places[way[0]]]
    for year, origin, destination, pupils in sorted(drawn, key=lambda way: (way[0], order[way[1]], order[way[2]])):
        start, end = places[year - 1][origin], places[year][destination]
        out, into = (year - 1, "out", origin), (year, "in", destination)
        corners = ((start.x + _BAR, start.y + used.get(out, 0.0)), (end.x, end.y + used.get(into, 0.0)))
        shapes.append(band(*corners, max(pupils * unit, _THINNEST), STATE_COLOURS[destination], _OPACITY))
        for side in (out, into):
            used[side] = used.get(side, 0.0) + pupils * unit
    return shapes

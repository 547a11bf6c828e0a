"""Random releases of linked tables over the same pupils, with everything that a reader can add up or take away.

Pupils of schools in municipalities, on study paths of programmes of types, who complete within three or four years or
not, are counted in one to three tables of one to three ways to divide them, each with all its margins; with and without
those on introductory programmes, and now and then in a second edition with some pupils more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.disclosure.cells import Cells, Why, key_of

SMALLEST = 5
DECIMALS = 3
"""Of shares."""
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Node = tuple[str, int]
Place = tuple[Node, ...]
Name = tuple[int, str, str, Place]
WHOLE: Node = ("", 0)
INTRODUCTORY: Node = ("type", 0)
MEASURES = ("starters", "completed_3", "completed_4")
SIZES = {  # pupils, municipalities, schools, study paths, merit bands, tables, ways to divide at most
    "tiny": ((6, 40), 2, 3, 3, 2, 1, 1),
    "small": ((60, 400), 3, 6, 6, 3, 2, 2),
    "middle": ((800, 3000), 8, 24, 14, 4, 3, 3),
}


@dataclass(frozen=True, eq=False)
class Linked:
    """A release before anything is left out of it.

    cells : `Cells` with the true values; why is SHOWN for what stands in a table and NOWHERE for what only follows:
        rests, and differences of nested populations, measures and editions. guarded : from 1 to below SMALLEST.
    shares : places of a part and of its base, a share of which stands in a table. medians : key, value, and the place
        of the count behind it.
    """

    cells: Cells
    shares: tuple[tuple[int, int], ...]
    medians: tuple[tuple[str, float, int], ...]

    def read(self, hidden: Bools) -> Cells:
        """What a reader has where the cells of `hidden` (n,) are left out, and each share with its part or base."""
        cells = self.cells
        nowhere = cells.why == Why.NOWHERE
        why = np.where(hidden & ~nowhere, np.where(cells.guarded, Why.FEW, Why.LINKED), cells.why).astype(np.int8)
        half = 0.5 * 10.0**-DECIMALS
        told = []
        for part, base in self.shares:
            if not (hidden[part] or hidden[base]) and cells.values[base]:
                share = round(cells.values[part] / cells.values[base], DECIMALS)
                told.append((part, base, max(share - half, 0.0), min(share + half, 1.0)))
        return replace(
            cells,
            values=np.where(hidden | nowhere, np.nan, cells.values),
            why=why,
            guarded=np.where(nowhere, cells.guarded, hidden),
            ratios=tuple(told),
        )

    def medians_read(self, hidden: Bools) -> dict[str, float]:
        """Medians that stand in a table: those of which the count behind them is shown and not small."""
        values = self.cells.values
        return {key: median for key, median, at in self.medians if not hidden[at] and values[at] >= SMALLEST}


@dataclass
class _Made:
    """Cells while they are made."""

    at: dict[str, int] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    why: list[int] = field(default_factory=list)
    sums: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)

    def add(self, key: str, value: int, why: Why = Why.SHOWN) -> int:
        if key not in self.at:
            self.at[key] = len(self.values)
            self.keys.append(key)
            self.values.append(value)
            self.why.append(int(why))
        return self.at[key]

    def sum(self, whole: int, parts: list[int]) -> None:
        if parts:
            self.sums[whole, tuple(parts)] = None

    def rest(self, whole: int, part: int, name: str) -> None:
        """What remains of `whole` beside `part`, told nowhere."""
        key = f"{self.keys[whole]} less {name}"
        self.sum(whole, [part, self.add(key, self.values[whole] - self.values[part], Why.NOWHERE)])

    def cells(self) -> Cells:
        values = np.asarray(self.values, np.float64)
        return Cells(
            tuple(self.at),
            values,
            np.asarray(self.why, np.int8),
            np.zeros(len(values)),
            (values > 0) & (values < SMALLEST),
            tuple(self.sums),
        )


@dataclass(frozen=True, eq=False)
class _Pupils:
    """(n,) columns; `ways` are the nodes that each pupil is in, by the way and the coarsest first."""

    ways: dict[str, dict[str, Ints]]
    done: dict[str, Bools]
    merit: Ints
    late: NDArray[np.bool_]


def linked_release(seed: int, size: str = "small") -> Linked:
    """A release, the same for the same `seed` and `size` (tiny, small, middle)."""
    rng = np.random.default_rng([seed, *size.encode()])
    (fewest, most), *_, tables, dimensions = SIZES[size]
    pupils = _pupils(rng, int(rng.integers(fewest, most + 1)), size)
    places = _places(pupils, rng, tables, dimensions)
    measures = MEASURES[: int(rng.choice([1, 2, 3], p=[0.3, 0.42, 0.28]))]
    populations = ("all", *(("national",) if rng.random() < 0.4 else ()))
    editions = (2, *((1,) if rng.random() < 0.25 else ()))
    made = _Made()
    cell = {
        (edition, population, measure, place): _counted(made, pupils, inside, edition, population, measure, place)
        for edition in editions
        for population in populations
        for place, inside in places.items()
        if population == "all" or place[1] != INTRODUCTORY
        for measure in measures
    }
    children = {place: list(_refined(place, places)) for place in places}
    for name, at in cell.items():
        edition, population, measure, place = name
        for parts in children[place]:
            among = [cell.get((edition, population, measure, child)) for child in parts]
            made.sum(at, [part for part in among if part is not None])
        _tied(made, cell, name)
    wholes = {name: cell[(*name[:2], "starters", name[3])] for name in cell if name[2] != "starters"}
    medians = [
        (key_of("pupils", "median", _of(2, "all", place)), float(np.median(pupils.merit[inside])), behind)
        for place, inside in places.items()
        for behind in [cell[2, "all", "starters", place]]
    ]
    return Linked(made.cells(), tuple((cell[name], base) for name, base in wholes.items()), tuple(medians))


def _of(edition: int, population: str, place: Place) -> dict[str, object]:
    of: dict[str, object] = {"edition": edition, **{name: number for name, number in place if name}}
    return of if population == "all" else {**of, "population": population}


def _counted(
    made: _Made, pupils: _Pupils, inside: Bools, edition: int, population: str, measure: str, place: Place
) -> int:
    told = inside & pupils.done[measure]
    if edition == 1:
        told = told & ~pupils.late
    if population == "national":
        told = told & (pupils.ways["study"]["type"] != INTRODUCTORY[1])
    return made.add(key_of("pupils", measure, _of(edition, population, place)), int(told.sum()))


def _tied(made: _Made, cell: dict[Name, int], name: Name) -> None:
    """What follows from a count and those that it lies in, or that lie in it."""
    edition, population, measure, place = name
    at = cell[name]
    if measure != "starters":
        made.rest(cell[edition, population, "starters", place], at, measure)
    if measure == "completed_4":
        made.rest(at, cell[edition, population, "completed_3", place], "completed_3")
    if population == "national":
        others = cell[edition, "all", measure, place]
        beside = cell.get((edition, "all", measure, (place[0], INTRODUCTORY, *place[2:])))
        if place[1] == WHOLE and beside is not None:
            made.sum(others, [at, beside])
        else:
            made.rest(others, at, "national")
    if edition == 1:
        made.rest(cell[2, population, measure, place], at, "edition 1")


def linked_releases(number: int, size: str = "small", first: int = 0) -> Iterator[Linked]:
    """`number` releases, of seeds from `first` on."""
    for seed in range(first, first + number):
        yield linked_release(seed, size)


def _pupils(rng: np.random.Generator, n: int, size: str) -> _Pupils:
    _, municipalities, schools, paths, bands, *_ = SIZES[size]
    lies = np.sort(rng.integers(0, municipalities, schools))
    programme_of = np.sort(rng.integers(0, max(paths * 2 // 3, 2), paths))
    type_of = np.minimum(programme_of, 2)  # the first is introductory
    school = rng.choice(schools, n, p=rng.dirichlet(np.full(schools, 0.8)))
    path = rng.choice(paths, n, p=rng.dirichlet(np.full(paths, 0.8)))
    merit = rng.integers(0, 340, n)
    three = rng.random(n) < 0.3 + 0.6 * merit / 340
    ways = {
        "where": {"municipality": lies[school], "school": school},
        "study": {"type": type_of[programme_of[path]], "programme": programme_of[path], "path": path},
        "sex": {"sex": rng.integers(0, 2, n)},
        "merit": {"band": merit * bands // 340},
    }
    done = {"starters": np.ones(n, np.bool_), "completed_3": three, "completed_4": three | (rng.random(n) < 0.1)}
    return _Pupils(ways, done, merit, rng.random(n) < rng.choice([0.01, 0.05]))


def _places(pupils: _Pupils, rng: np.random.Generator, tables: int, dimensions: int) -> dict[Place, Bools]:
    """The groups that stand in the tables, and who is in each: the margins of every table, without groups of nobody."""
    found: dict[Place, Bools] = {(WHOLE,) * len(pupils.ways): np.ones(len(pupils.merit), np.bool_)}
    for _ in range(int(rng.integers(1, tables + 1))):
        chosen = set(rng.choice(len(pupils.ways), int(rng.integers(1, dimensions + 1)), replace=False).tolist())
        groups: dict[Place, Bools] = {(): np.ones(len(pupils.merit), np.bool_)}
        for number, levels in enumerate(pupils.ways.values()):
            nodes: list[tuple[Node, Bools | None]] = [(WHOLE, None)]
            if number in chosen:
                deep = int(rng.integers(1, len(levels) + 1))
                for name, values in list(levels.items())[:deep]:
                    nodes += [((name, int(value)), values == value) for value in np.unique(values)]
            groups = {
                (*place, node): inside if mask is None else inside & mask
                for place, inside in groups.items()
                for node, mask in nodes
            }
            groups = {place: inside for place, inside in groups.items() if inside.any()}
        found |= groups
    return found


_LEVELS = {
    "where": ("municipality", "school"),
    "study": ("type", "programme", "path"),
    "sex": ("sex",),
    "merit": ("band",),
}


def _refined(place: Place, places: dict[Place, Bools]) -> Iterator[list[Place]]:
    """For each way, the groups of the next level that together are `place`, where they stand in the tables."""
    for number, levels in enumerate(_LEVELS.values()):
        name = place[number][0]
        after = levels[levels.index(name) + 1 :] if name else levels
        for finer in after[:1]:
            inside = places[place]
            beside = (*place[:number], *place[number + 1 :])
            children = [
                other
                for other, who in places.items()
                if other[number][0] == finer and (*other[:number], *other[number + 1 :]) == beside and who[inside].any()
            ]
            if children:
                yield children

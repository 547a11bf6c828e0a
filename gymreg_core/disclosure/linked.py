"""All tables of a release together: the sums that no single one of them knows of (rules/disclosure_links.yml)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from gymreg_core.disclosure.attack import attacked
from gymreg_core.disclosure.cells import Cells, Why, merged
from gymreg_core.disclosure.coordinates import Of, cell_key, links
from gymreg_core.disclosure.dear import coordinates, dearer
from gymreg_core.disclosure.hiding import costs
from gymreg_core.disclosure.policy import Policy
from gymreg_core.disclosure.protect import protect
from gymreg_core.disclosure.sheet import no_secret
from gymreg_core.disclosure.suppression import WHOLE
from gymreg_core.disclosure.system import system
from gymreg_core.errors import DisclosureRefused
from gymreg_core.vocabulary.programmes import programmes

_TOLD_AT_ONCE = 20
Place = tuple[int, str, str, Of]


def together(parts: Iterable[Cells]) -> Cells:
    """Everything that the tables `parts` tell, with the sums and hierarchies that hold between them.

    A number that was left out of a table for the sake of others, and stands in another, is no secret: it need not stay
    open. Errors: DisclosureRefused naming the cells that are shown with two values.
    """
    parts = list(parts)
    cells, twice = merged(parts)
    if twice:
        raise DisclosureRefused(
            f"{len(twice)} counts are told with two values: {', '.join(twice[:_TOLD_AT_ONCE])}",
            why="One number of pupils has one value wherever it stands; two tell their difference.",
            remedy="Correct the computation, or rules/disclosure_links.yml where these are not the same pupils.",
        )
    sums = dict.fromkeys([*cells.sums, *_across(cells)])
    return replace(cells, guarded=cells.guarded & ~no_secret(cells), sums=tuple(sums))


def to_hide(cells: Cells, policy: Policy, close: Sequence[int] | None = None) -> tuple[str, ...]:
    """The keys of shown cells that have to be left out too, so that no guarded cell is bounded too closely.

    What is hidden is not known here: any numbers that fit what is shown do, since what a reader can bound follows from
    that alone. That rounding leaves numbers open is relied on first, and not where that does not do.
    close : places of the cells that are bounded too closely, where an attack has found them.
    Errors: DisclosureRefused where no numbers fit.
    """
    told = system(cells, policy)
    bounds = np.column_stack([told.low, told.high])
    found = linprog(np.zeros(len(told)), A_eq=told.sums, b_eq=np.zeros(told.sums.shape[0]), bounds=bounds)
    if found.x is None:
        raise DisclosureRefused("what is shown contradicts itself", remedy="Run the build again after mending it.")
    open_ = np.isnan(cells.values)
    values = np.where(open_, found.x[: len(cells)], cells.values)
    rounded = ~open_ & (cells.unit > 0)
    more = np.zeros(len(cells), np.bool_)
    cost = costs(np.nan_to_num(cells.values)) + dearer(cells.keys) + WHOLE * _wholes(cells)
    for loose in (rounded, np.zeros_like(rounded)):
        hidden = (open_ & (cells.why != Why.NOWHERE)) | more
        why = np.where(hidden, np.maximum(cells.why, Why.FEW), cells.why)
        why = np.where(loose & ~more, Why.NOWHERE, why).astype(np.int8)
        left = replace(cells, values=values, why=why, guarded=cells.guarded & ~loose)
        more |= protect(left, policy, cost, close=_mask(cells, close), jobs=-1) & ~open_
        close = attacked(without(cells, more), policy).places if rounded.any() else ()
        if not close:
            break
    return tuple(cells.keys[place] for place in np.flatnonzero(more).tolist())


def _mask(cells: Cells, places: Sequence[int] | None) -> NDArray[np.bool_] | None:
    if places is None:
        return None
    mask = np.zeros(len(cells), np.bool_)
    mask[list(places)] = True
    return mask


def without(cells: Cells, hidden: NDArray[np.bool_]) -> Cells:
    """`cells` where those of `hidden` (n,) are left out for the sake of others."""
    amounts = np.zeros(len(cells), np.bool_) if cells.amounts is None else cells.amounts
    return replace(
        cells,
        values=np.where(hidden, np.nan, cells.values),
        unit=np.where(hidden, 0.0, cells.unit),
        why=np.where(hidden, Why.LINKED, cells.why).astype(np.int8),
        guarded=cells.guarded | (hidden & ~amounts),
    )


def _across(cells: Cells) -> Iterator[tuple[int, tuple[int, ...]]]:
    at = {key: place for place, key in enumerate(cells.keys)}
    named = list(_named(cells.keys))
    yield from _sums(at, named)
    yield from _hierarchies(at, named)


def _wholes(cells: Cells) -> NDArray[np.bool_]:
    found = np.zeros(len(cells), np.bool_)
    found[[whole for whole, _ in cells.sums]] = True
    return found


def _named(keys: Sequence[str]) -> Iterator[Place]:
    for place, key in enumerate(keys):
        if (cell := coordinates(key)) is not None:
            yield (place, *cell)


def _sums(at: Mapping[str, int], named: Sequence[Place]) -> Iterator[tuple[int, tuple[int, ...]]]:
    for link in links()["sums"]:
        whole, parts = dict(link["whole"]), link["parts"]
        universe, measure = whole.pop("universe"), whole.pop("measure")
        for place, in_universe, of_measure, of in named:
            if (in_universe, of_measure) == (universe, measure) and whole.items() <= of.items():
                members = [at.get(_key_of(part, universe, measure, of)) for part in parts]
                if all(member is not None for member in members):
                    yield place, tuple(sorted(member for member in members if member is not None))


def _key_of(part: Mapping[str, Any], universe: str, measure: str, of: Of) -> str:
    rest = {name: value for name, value in part.items() if name not in ("universe", "measure")}
    return cell_key(part.get("universe", universe), part.get("measure", measure), {**of, **rest})


def _hierarchies(at: Mapping[str, int], named: Sequence[Place]) -> Iterator[tuple[int, tuple[int, ...]]]:
    for link in links()["hierarchies"]:
        parts: dict[tuple[str, tuple[tuple[str, str], ...]], list[int]] = {}
        for place, universe, measure, of in named:
            if universe == link["universe"] and measure in link["measures"] and link["parts"] in of:
                rest = {name: value for name, value in of.items() if name != link["parts"]}
                if link["whole"] is not None:
                    rest[link["whole"]] = _LARGER[link["parts"], link["whole"]](of[link["parts"]])
                parts.setdefault((measure, tuple(sorted(rest.items()))), []).append(place)
        for (measure, rest_of), members in parts.items():
            whole = cell_key(link["universe"], measure, dict(rest_of))
            if whole in at:
                yield at[whole], tuple(sorted(members))


_LARGER = {("programme", "programme_type"): lambda code: str(programmes()[code].type)}

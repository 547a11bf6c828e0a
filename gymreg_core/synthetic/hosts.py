"""Which made-up schools take up a family of study paths, and how its rows are dealt out over them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.allocation import Floats, Ints, spread
from gymreg_core.synthetic.proportions import INTRODUCTORY, OUTSIDE, block, entries, in_year, value
from gymreg_core.vocabulary.programmes import programmes


def choices(family: str, year: int) -> list[int]:
    """Positions in the catalogue of a family's study paths that have a code in `year`."""
    return [i for i, e in enumerate(entries()) if e.family == family and e.code(year) is not None]


def dealt(family: str, year: int, count: int, rng: np.random.Generator) -> Ints:
    """`count` entries of a family in the catalogue's proportions, shuffled, those bound to few schools first."""
    every = np.array(choices(family, year))
    bound = every[[entries()[i].at > 0 for i in every]]
    cards = rng.permutation(np.repeat(every, spread(count, [entries()[i].rows for i in every])))
    return cards[np.argsort(~np.isin(cards, bound), kind="stable")]


def pull(schools: pd.DataFrame, family: str) -> Floats:
    """How readily each school takes up a family: shape (S,), 0 where it never would."""
    if family == "ES":
        lean = schools["arts"]
    elif programmes()[family].type == "preparatory":
        lean = -schools["vocational"]
    else:
        lean = schools["vocational"]
    allowed = ~schools["introductory_only"] | (family in INTRODUCTORY)
    ready = schools["size"] ** value("shape", "host_size") * np.exp(value("shape", "host_lean") * lean) * allowed
    return np.asarray(ready, dtype=np.float64)


def shares(weights: Floats) -> Floats:
    """Weights as probabilities; equal where all are zero."""
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(weights), 1 / max(1, len(weights)))


def hosts(ready: Floats, independent: NDArray[np.bool_], quota: float, count: int, rng: np.random.Generator) -> Ints:
    """`count` of the schools, drawn without replacement in proportion to `ready`; a share `quota` of them independent.

    Positions, shape (H,); fewer where fewer are ready at all.
    """
    willing = ready > 0
    count = min(count, int(willing.sum()))
    key = np.where(willing, np.log(np.where(willing, ready, 1.0)) + rng.gumbel(size=len(ready)), -np.inf)
    order = np.argsort(-key, kind="stable")[: int(willing.sum())]
    ours, theirs = order[independent[order]], order[~independent[order]]
    first = min(round(quota * count), len(ours))
    second = min(count - first, len(theirs))
    return np.concatenate([ours[: count - second], theirs[:second]])


def family_hosts(
    schools: pd.DataFrame, running: NDArray[np.bool_], family: str, year: int, count: int, rng: np.random.Generator
) -> Ints:
    """The schools of `running` that offer a family with `count` rows: their positions."""
    row = in_year("final", year)[family]
    wished = max(1, round(row["schools"] * count / row["rows"]))
    independent = schools["form"].eq("F").to_numpy()
    return hosts(pull(schools, family) * running, independent, block("independent")[family], min(count, wished), rng)


def placed(schools: pd.DataFrame, at: Ints, cards: Ints, family: str, rng: np.random.Generator) -> Ints:
    """A school of `at` for each card, every one of them at least one card: shape (R,).

    A school rarely gets the same card twice; entries bound to few schools go to the readiest ones.
    """
    ready = pull(schools, family)[at]
    readiest = at[np.argsort(-ready, kind="stable")]
    bound = np.array([entries()[i].at for i in cards])
    school = np.full(len(cards), -1, dtype=np.int64)
    few = np.flatnonzero(bound > 0)
    school[few] = readiest[np.arange(len(few)) % np.clip(bound[few], 1, len(readiest))]
    rest = np.flatnonzero(bound == 0)
    without = rng.permutation(np.setdiff1d(at, school[few]))[: len(rest)]
    school[rest[: len(without)]] = without
    for row in rest[len(without) :]:
        again = np.isin(at, school[:row][cards[:row] == cards[row]])
        school[row] = rng.choice(at, p=shares(np.where(again, value("shape", "again"), 1.0) * ready))
    return school


def none_empty(schools: pd.DataFrame, empty: Ints, school: Ints, entry: Ints, held: Ints) -> Ints:
    """`school` with a row moved to each school of `empty` from the one that has most.

    `held` are the schools of rows that stay where they are; rows bound to few schools and those that are no national
    programme stay too, except that a school with introductory programmes alone gets one of those.
    """
    school = school.copy()
    families = [entries()[i].family for i in entry]
    national = np.array([entries()[i].at == 0 for i in entry], dtype=bool) & ~np.isin(families, OUTSIDE)
    introductory = np.isin(families, INTRODUCTORY)
    for lonely in empty:
        crowd = np.bincount(np.concatenate([held, school]), minlength=len(schools))[school]
        movable = (introductory if schools["introductory_only"].iloc[lonely] else national) & (crowd > 1)
        if movable.any():
            school[np.argmax(np.where(movable, crowd, -1))] = lonely
    return school

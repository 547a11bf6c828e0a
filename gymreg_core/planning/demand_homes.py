"""What the pupils of a municipality choose, and where they go to school for it: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student_t

from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ROUNDS = 12
"""Of raking; what is off after them is far below a pupil."""
_LEAST, _MOST = 1e-12, 10.0


@dataclass(frozen=True, eq=False)
class Tastes:
    """What H municipalities choose of P programmes beside the region.

    own : float (H, P), choices so far, later years counting more. region : float (P,), the region's shares of the same
    years. weight : pupils that the region's shares weigh as much as.
    """

    own: Floats
    region: Floats
    weight: float

    @property
    def expected(self) -> Floats:
        """(H, P): shares of a municipality, drawn towards the region's; rows add up to 1 where anything was chosen."""
        return _rows(self.own + self.weight * self.region)

    def drawn(self, draws: int, rng: np.random.Generator) -> Floats:
        """(draws, H, P): simulated shares, from the Dirichlet distribution that own and region's choices give."""
        shape = np.broadcast_to(self.own + self.weight * self.region, (draws, *self.own.shape))
        return _rows(rng.standard_gamma(np.maximum(shape, _LEAST)) * (shape > 0))

    def moved(self, tastes: Floats, shares: Floats, pupils: Floats) -> Floats:
        """Tastes (..., H, P) where the region's shares are `shares` (..., P) and its pupils `pupils` (..., H): each
        programme moved by what it moves in the region, rows adding up to 1 and all pupils together to the shares
        (raking, Deming and Stephan 1940). A programme that nobody has chosen before is chosen alike everywhere."""
        new = (self.region <= 0)[None, :] & (shares > 0)[..., None, :]
        moved = np.where(new, shares[..., None, :], tastes * _ratio(shares, self.region)[..., None, :])
        moved = _rows(moved)
        people = pupils.sum(axis=-1)[..., None]
        wanted = shares * people
        for _ in range(_ROUNDS):
            moved = moved * _ratio(wanted, np.einsum("...h,...hp->...p", pupils, moved))[..., None, :]
            moved = _rows(moved)
        return moved


def tastes_of(counts: Floats, years: Ints) -> Tastes:
    """Tastes from choices (H, P, T) of years (T,); NaN is none."""
    memory = float(rule("demand", "home_memory")) ** (years[-1] - years)
    own = np.nan_to_num(counts) @ memory
    return Tastes(own, _rows(own.sum(axis=0)), float(rule("demand", "home_weight")))


@dataclass(frozen=True, eq=False)
class Ways:
    """Where pupils of H municipalities go for P programmes, among S municipalities with schools.

    expected : float (H, P, S), shares; of a programme that is offered somewhere they add up to 1. spread : float
    (P, S), the standard deviation of a year's change of a municipality's part of a programme, as a share of it,
    without the chance of counting the year's own pupils.
    """

    expected: Floats
    spread: Floats

    def drawn(self, ahead: int, draws: int, rng: np.random.Generator) -> Floats:
        """(draws, P, S): factors of each municipality's part of a programme so many years ahead; schools open and
        close, so that they have the tails of Student's t (cut where a part would grow tenfold)."""
        tails = float(rule("demand", "tails"))
        chance = rng.standard_t(tails, (draws, *self.expected.shape[1:])) * np.sqrt((tails - 2) / tails)
        moved = np.sqrt(ahead) * self.spread * chance
        return np.asarray(np.exp(np.clip(moved, -np.log(_MOST), np.log(_MOST))), np.float64)


def ways_of(counts: Floats, years: Ints) -> Ways:
    """Ways from choices (H, P, S, T) of years (T,), the last of which says what is offered where.

    A programme's own ways are drawn towards those of all programmes of the municipality (`way_weight` pupils), which
    are drawn towards everyone's, in proportion to where the programme is offered. Then they are raked so that the
    pupils of the last year, going these ways, fill each municipality's schools as they did: a school that has opened
    or grown is followed at once.
    """
    memory = float(rule("demand", "home_memory")) ** (years[-1] - years)
    own = np.nan_to_num(counts) @ memory
    offered = np.nan_to_num(counts[..., -1]).sum(axis=0) > 0
    own = own * offered
    weight = float(rule("demand", "way_weight"))
    everyone = _rows(own.sum(axis=(0, 1)))
    together = _rows(own.sum(axis=1) + weight * everyone)
    there = _rows(own.sum(axis=0))
    likely = together[:, None, :] * np.sqrt(there)[None]
    ways, last = _rows(own + weight * _rows(likely)), np.nan_to_num(counts[..., -1])
    for _ in range(_ROUNDS):
        gone = np.einsum("hp,hps->ps", last.sum(axis=2), ways)
        ways = _rows(ways * np.where(last.sum(axis=(0, 2))[:, None] > 0, _ratio(last.sum(axis=0), gone), 1.0)[None])
    return Ways(ways, _place_spread(np.nan_to_num(counts).sum(axis=0)))


def _place_spread(counts: Floats) -> Floats:
    """(P, S): how much a municipality's part of a programme changes in a year beyond counting its own pupils, of
    choices (P, S, T) of all.

    The variance is that of counting, once more for the last year, and of `place_spread`, times what the middle change
    has been of it, so that a few schools that opened or closed do not make all intervals wide.
    """
    own, sizes = float(rule("demand", "place_spread")) ** 2, counts.sum(axis=1, keepdims=True)
    parts = counts / np.maximum(sizes, 1.0)
    seen = []
    for at in range(counts.shape[-1] - 1):
        kept = (counts[..., at] > 0) & (sizes[..., at + 1] > 0)
        relative = (parts[..., at + 1] - parts[..., at])[kept] / parts[..., at][kept]
        seen.append(relative**2 / (2 / counts[..., at][kept] + own))
    tails = float(rule("demand", "tails"))
    middle = student_t.ppf(0.75, tails) ** 2 * (tails - 2) / tails
    found = float(np.median(np.concatenate(seen)) / middle) if any(len(one) for one in seen) else 1.0
    believed = float(rule("demand", "prior_years"))
    times = (len(seen) * found + believed) / (len(seen) + believed)
    last = np.maximum(counts[..., -1], 1.0)
    return np.asarray(np.sqrt(times * (1 / last + own)), np.float64)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(np.where(bottom > 0, top / np.maximum(bottom, _LEAST), 0.0), np.float64)


def _rows(values: Floats) -> Floats:
    """Along the last axis as shares of its sum; 0 where that is 0."""
    totals = values.sum(axis=-1, keepdims=True)
    return np.asarray(values / np.where(totals > 0, totals, 1.0), np.float64)

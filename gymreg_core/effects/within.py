"""Fixed effects taken out of columns: what is left of each once every level's mean is 0, exactly and many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_AT_ONCE = 64
"""Columns at a time, so that 50,000 rows of them lie in the memory beside the processor."""
_RANK = 1e-11
"""A pivot below this share of the heaviest level is none: the level follows from the others."""


@dataclass(frozen=True, eq=False, repr=False)
class Within:
    """r rows with weights, and their levels of one or more fixed effects.

    The effect with most levels is swept out by its means, and the others, q levels together, by a Cholesky factor of
    what is left of them (Frisch, Waugh and Lovell; Guimarães and Portugal 2010, Stata Journal 10, sweep in turns until
    nothing moves, which is not exact).

    codes : for each effect int64 (r,), 0 ... levels - 1, that with most levels first. weights : (r,), above 0.
    absorbed : rank of all effects together, the mean of everything among them. kept : bool (r,), rows that are not the
    only one of a level; the others tell nothing (Correia 2015) and count neither as rows nor as levels.
    """

    codes: tuple[Ints, ...]
    weights: Floats
    absorbed: int
    kept: Bools
    _first: Any
    _mean: Any
    _others: Any
    _root: Floats

    @classmethod
    def of(cls, effects: Sequence[NDArray[Any]], weights: NDArray[Any]) -> Within:
        """Codes or labels (r,) of each effect, and weights (r,). Errors: ValueError where a weight is not above 0."""
        from scipy.linalg.lapack import dpstrf, dtrtri

        weights = np.asarray(weights, np.float64)
        if not (weights > 0).all():
            raise ValueError("a row without a weight is none: leave it out")
        codes = [np.unique(effect, return_inverse=True)[1].astype(np.int64).ravel() for effect in effects]
        codes.sort(key=_levels, reverse=True)
        first = _indicators(codes[0])
        mean = first.T.multiply(weights).tocsr()
        mean = mean.multiply(1 / mean.sum(axis=1)[:, None]).tocsr()
        if len(codes) == 1:
            return cls((codes[0],), weights, _levels(codes[0]), _kept(codes), first, mean, None, np.zeros((0, 0)))
        from scipy.sparse import hstack

        others = hstack([_indicators(code) for code in codes[1:]]).tocsr()
        weighted = others.T.multiply(weights).tocsr()
        whole = weighted @ others
        left = (whole - (weighted @ first) @ (mean @ others)).toarray()
        least = _RANK * float(whole.diagonal().max())
        factor, pivots, rank, _ = dpstrf(left, lower=1, tol=least)
        if left.diagonal().max() <= least:  # LAPACK takes the first pivot whatever it is
            return cls(tuple(codes), weights, _levels(codes[0]), _kept(codes), first, mean, None, np.zeros((0, 0)))
        root = np.tril(dtrtri(np.tril(factor[:rank, :rank]), lower=1)[0])
        chosen = others[:, pivots[:rank].astype(np.int64) - 1].tocsr()
        absorbed = _levels(codes[0]) + int(rank)
        return cls(tuple(codes), weights, absorbed, _kept(codes), first, mean, chosen, root)

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        return f"Within({len(self)} rows, {' + '.join(str(_levels(code)) for code in self.codes)} levels)"

    def __call__(self, values: NDArray[Any]) -> Floats:
        """What is left of columns (r,) or (r, q), in the same shape: weighted means are 0 in every level."""
        columns = np.asarray(values, np.float64)
        if columns.ndim == 1:
            return self._once(self._once(columns[:, None]))[:, 0]
        left = np.empty(columns.shape)
        for start in range(0, columns.shape[1], _AT_ONCE):
            block = slice(start, start + _AT_ONCE)
            # The second time takes out what rounding left the first time.
            left[:, block] = self._once(self._once(np.ascontiguousarray(columns[:, block])))
        return left

    def apart(self, columns: Floats, number: Ints, clusters: int) -> Floats:
        """Products of columns (r, k) within clusters 0 ... G - 1 (r,), as if each cluster's rows stood alone.

        float64 (G, k, k): of the columns with 0 outside a cluster, after the fixed effects are taken out of them; so
        much of an outcome's own noise in the cluster is left in what the cluster tells (its leverage is the rest).
        """
        weighted, heavy = self.weights[:, None] * columns, np.bincount(self.codes[0], self.weights)
        pairs, of = np.unique(self.codes[0] * clusters + number, return_inverse=True)
        level, cluster = np.divmod(pairs, clusters)
        sums = by_cluster(weighted, of.ravel(), len(pairs))
        mean = sums / heavy[level][:, None]
        found = products(weighted, columns, number, clusters) - products(sums, mean, cluster, clusters)
        if self._others is None:
            return found
        k, shared = columns.shape[1], self._others.T.multiply(self.weights).tocsr() @ self._first
        right = self._others.T @ _cut(weighted, number, clusters, np.arange(len(self)), len(self))
        right -= shared @ _cut(mean, cluster, clusters, level, len(heavy))
        taken = (self._root @ right.toarray()).reshape(-1, k, clusters)
        return np.asarray(found - np.matmul(taken.transpose(2, 1, 0), taken.transpose(2, 0, 1)))

    def between(self, one: Floats, other: Floats, number: Ints, clusters: int) -> Floats:
        """float64 (G, G): the product of `one` (r,) in a cluster with `other` (r,) in another, 0 outside of them, after
        the fixed effects are taken out."""
        (swept, half), (others_swept, others_half) = (self._taken(c, number, clusters) for c in (one, other))
        own = np.bincount(number, self.weights * one * other, clusters)
        return np.asarray(np.diag(own) - (swept.T @ others_swept).toarray() - half.T @ others_half)

    def _taken(self, column: Floats, number: Ints, clusters: int) -> tuple[Any, Floats]:
        """What fixed effects take from a column (r,) cut into clusters: sparse (levels, G) and float64 (q, G), of which
        products are products of what is taken."""
        from scipy.sparse import csr_array

        cut = csr_array((self.weights * column, (np.arange(len(column)), number)), shape=(len(column), clusters))
        heavy = np.bincount(self.codes[0], self.weights)[:, None]
        sums = (self._first.T @ cut).tocsr()
        swept = sums.multiply(1 / np.sqrt(heavy)).tocsr()
        if self._others is None:
            return swept, np.zeros((0, clusters))
        shared = self._others.T.multiply(self.weights).tocsr() @ self._first
        right = (self._others.T @ cut - shared @ sums.multiply(1 / heavy).tocsr()).toarray()
        return swept, np.asarray(self._root @ right)

    def beyond(self, cluster: NDArray[Any]) -> int:
        """How many of the absorbed are not within clusters (r,): effects whose levels each lie in one are not counted.

        As Stata's reghdfe and pyfixest count them, `k_fixef="nonnested"` (Gormley and Matsa 2014, Review of Financial
        Studies 27, appendix): what a cluster has of its own costs the comparison between clusters nothing but the
        mean of everything, which counts.
        """
        nested = [code for code in self.codes if _nested(code, cluster)]
        if not nested:
            return self.absorbed
        own = Within.of(nested, self.weights).absorbed if len(nested) > 1 else _levels(nested[0])
        return self.absorbed - own + 1

    def _once(self, columns: Floats) -> Floats:
        first = self.codes[0]
        swept: Floats = columns - (self._mean @ columns)[first]
        if self._others is None:
            return swept
        right = self._others.T @ (self.weights[:, None] * swept)
        swept -= self._others @ (self._root.T @ (self._root @ right))
        swept -= (self._mean @ swept)[first]
        return swept


def by_cluster(values: Floats, number: Ints, clusters: int) -> Floats:
    """Sums over the rows (r, ...) of each cluster 0 ... G - 1 (r,): (G, ...)."""
    from scipy.sparse import csr_array

    r = len(number)
    member = csr_array((np.ones(r), (number, np.arange(r))), shape=(clusters, r))
    return np.asarray((member @ values.reshape(r, -1)).reshape(clusters, *values.shape[1:]))


def products(one: Floats, other: Floats, number: Ints, clusters: int) -> Floats:
    """Of columns (r, k) with columns (r, j), summed over the rows of each cluster 0 ... G - 1 (r,): (G, k, j)."""
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(clusters + 1))
    one, other = one[order], other[order]
    return np.stack([one[start:end].T @ other[start:end] for start, end in pairwise(ends)])


def _cut(columns: Floats, number: Ints, clusters: int, row: Ints, rows: int) -> Any:
    """Columns (n, k) cut into clusters (n,): sparse (rows, k * G), in the rows (n,) given."""
    from scipy.sparse import csr_array

    k = columns.shape[1]
    place = number[:, None] + clusters * np.arange(k)
    return csr_array((columns.ravel(), (np.repeat(row, k), place.ravel())), shape=(rows, k * clusters))


def _levels(code: Ints) -> int:
    return int(code.max()) + 1 if len(code) else 0


def _indicators(code: Ints) -> Any:
    """A sparse matrix (r, levels) of ones where a row is on a level."""
    from scipy.sparse import csr_array

    rows = len(code)
    return csr_array((np.ones(rows), code, np.arange(rows + 1)), shape=(rows, _levels(code)))


def _kept(codes: Sequence[Ints]) -> Bools:
    kept = np.ones(len(codes[0]), np.bool_)
    while True:
        alone = np.zeros(len(kept), np.bool_)
        for code in codes:
            alone |= kept & (np.bincount(code[kept], minlength=_levels(code))[code] == 1)
        if not alone.any():
            return kept
        kept &= ~alone


def _nested(code: Ints, cluster: NDArray[Any]) -> bool:
    number = np.unique(cluster, return_inverse=True)[1].ravel()
    first = np.zeros(_levels(code), np.int64)
    first[code] = number
    return bool((first[code] == number).all())

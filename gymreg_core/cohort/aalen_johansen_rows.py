"""From rows of subjects to what the Aalen-Johansen kernel takes: codes of states, checks, who was at risk when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.cohort.aalen_johansen_kernel import Floats, Moves, Rows
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.findings import Finding, Findings
from gymreg_core.vocabulary.finding_texts import finding

Codes = NDArray[np.int64]
CENSORED = -1
_UNKNOWN = -2


@dataclass(frozen=True, eq=False)
class Observed:
    """r rows of subjects under observation, in the order of subject and start.

    subject, cluster : int64 (r,), 0 upwards. start, stop : float64 (r,), each row is (start, stop].
    state : int64 (r,), place in `states`. moved_to : int64 (r,), the state it ended in, CENSORED where it did not.
    weight : float64 (r,). states : labels.
    """

    subject: Codes
    cluster: Codes
    start: Floats
    stop: Floats
    state: Codes
    moved_to: Codes
    weight: Floats
    states: tuple[Any, ...]


def observed(
    columns: Mapping[str, ArrayLike], weights: ArrayLike | None, clusters: ArrayLike | None, states: Any
) -> Observed:
    """Rows as arrays of one length. columns : id, start, stop, state_from, state_to; clusters None: each subject one.

    Errors: BadParameters for lengths that differ or times that are no numbers; BadInput with every finding of rows
    that contradict themselves or each other, counted, with positions (the first row is 0) and no values.
    """
    given = {name: np.atleast_1d(np.asarray(column)) for name, column in columns.items()}
    size = len(given["start"])
    for name, column in (("weights", weights), ("clusters", clusters)):
        if column is not None:
            given[name] = np.asarray(column)
    for name, values in given.items():
        if values.shape != (size,):
            raise BadParameters(f"{name} must have one value per row, as start has", where=name)
    numbers = {name: _numbers(name, given[name]) for name in ("start", "stop", "weights") if name in given}
    state, moved_to, labels, strange = _codes(given["state_from"], given["state_to"], states)
    subject = _groups(given["id"]) if "id" in given else np.arange(size)
    rows = Observed(
        subject=subject,
        cluster=_groups(given["clusters"]) if "clusters" in given else subject,
        start=numbers["start"],
        stop=numbers["stop"],
        state=state,
        moved_to=np.where(moved_to == state, CENSORED, moved_to),
        weight=numbers.get("weights", np.ones(size)),
        states=labels,
    )
    order = np.lexsort((rows.start, rows.subject))
    if found := [*_alone(rows, strange)] or [*_together(rows, order)]:
        raise BadInput(
            "; ".join(f"{one.message.rstrip('.')} ({one.count} rows, first at {one.rows[0]})" for one in found),
            where="the rows of a multi-state model",
            why="Positions count from 0.",
            remedy=found[0].advice,
            findings=Findings(tuple(found)),
        )
    if not size:
        raise BadInput("there are no rows", where="the rows of a multi-state model", remedy="Give at least one.")
    return Observed(**{one.name: getattr(rows, one.name)[order] for one in fields(rows)[:-1]}, states=labels)


def _numbers(name: str, values: NDArray[Any]) -> Floats:
    if values.dtype.kind not in "iufb":
        raise BadParameters(f"{name} must be numbers", where=name, remedy="Give days or months since a common day.")
    return values.astype(np.float64)


def _groups(labels: NDArray[Any]) -> Codes:
    codes, _ = pd.factorize(labels, sort=True, use_na_sentinel=True)
    return np.asarray(codes, np.int64)


def _is_missing(labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Labels that stand for none: None, NaN, '' or -1."""
    if labels.dtype.kind in "iu":
        return np.asarray(labels == CENSORED, np.bool_)
    named = pd.Series(labels)
    return np.asarray(named.isna() | named.isin(["", CENSORED]), np.bool_)


def _codes(
    before: NDArray[Any], after: NDArray[Any], states: Sequence[Any] | None
) -> tuple[Codes, Codes, tuple[Any, ...], NDArray[np.bool_]]:
    """States as places in the labels, the labels, and rows with a state that is none of them."""
    if states is not None:
        labels = tuple(states)
        if before.dtype.kind in "iu" and after.dtype.kind in "iu" and not any(isinstance(one, int) for one in labels):
            whole = np.stack([before, after]).astype(np.int64)
            strange = (whole[0] < 0) | (whole[1] < CENSORED) | (whole >= len(labels)).any(axis=0)
            return whole[0], whole[1], labels, strange
    absent = [_is_missing(column) for column in (before, after)]
    names = [column.astype(object) for column in (before, after)]
    if states is None:
        there = [pd.unique(name[~none]) for name, none in zip(names, absent, strict=True)]
        labels = tuple(sorted(set(np.concatenate(there).tolist()), key=lambda one: (str(type(one)), one)))
    index = pd.Index(list(labels), dtype=object)
    codes = [
        np.where(none, CENSORED, np.where((at := index.get_indexer(pd.Index(name))) < 0, _UNKNOWN, at))
        for name, none in zip(names, absent, strict=True)
    ]
    return codes[0], codes[1], labels, (codes[0] < 0) | (codes[1] == _UNKNOWN)


def _alone(rows: Observed, strange: NDArray[np.bool_]) -> Iterator[Finding]:
    """What is wrong with a row by itself."""
    lost = ~(np.isfinite(rows.start) & np.isfinite(rows.stop)) | (rows.subject < 0) | (rows.cluster < 0)
    for rule, wrong in (
        ("multistate-value-missing", lost),
        ("multistate-stop-not-after-start", rows.stop <= rows.start),
        ("multistate-state-unknown", strange),
        ("multistate-weight-not-usable", ~(np.isfinite(rows.weight) & (rows.weight >= 0))),
    ):
        if wrong.any():
            yield finding(rule, rows=np.flatnonzero(wrong).tolist())


def _together(rows: Observed, order: Codes) -> Iterator[Finding]:
    """What is wrong with a row after the one before of its subject, `order` (r,) being that of subject and start."""
    same = np.diff(rows.subject[order]) == 0
    before, after = order[:-1][same], order[1:][same]
    ended = np.where(rows.moved_to[before] == CENSORED, rows.state[before], rows.moved_to[before])
    overlap = rows.start[after] < rows.stop[before]
    apart = rows.start[after] > rows.stop[before]
    for rule, wrong in (
        ("multistate-rows-overlap", overlap),
        ("multistate-rows-apart", apart),
        ("multistate-state-not-reached", ~overlap & (ended != rows.state[after])),
    ):
        if wrong.any():
            yield finding(rule, rows=np.sort(after[wrong]).tolist())


@dataclass(frozen=True, eq=False)
class AtRisk:
    """What the kernel takes: moves, rows by cluster, and the distribution before the first move.

    initial : float64 (S,). covariance : (S, S). influence : (C, S), derivatives of `initial` in clusters' weights.
    begin : the earliest start. end : the last stop.
    """

    moves: Moves
    rows: Rows
    initial: Floats
    covariance: Floats
    influence: Floats
    begin: float
    end: float


def at_risk(o: Observed, *, by_cluster: bool) -> AtRisk:
    """Rows gathered by time. by_cluster : whether `rows` and `influence` are wanted; else they are empty."""
    counted = o.weight > 0
    moving = counted & (o.moved_to >= 0)
    times = np.unique(o.stop[moving])
    first, after = (np.searchsorted(times, ends, side="right").astype(np.int64) for ends in (o.start, o.stop))
    moves = _moves(o, moving, times, first, after)
    initial, covariance, influence = _initial(o, times, by_cluster)
    used = counted & (first < after) if by_cluster else np.zeros(len(o.start), bool)
    clusters = int(o.cluster.max()) + 1 if by_cluster else 0
    rows = _by_cluster(o, used, first, after, clusters)
    return AtRisk(moves, rows, initial, covariance, influence, float(o.start.min()), float(o.stop.max()))


def _moves(o: Observed, moving: NDArray[np.bool_], times: Floats, first: Codes, after: Codes) -> Moves:
    t, s = len(times), len(o.states)
    cells = (t + 1) * s
    entering = np.bincount(first * s + o.state, o.weight, cells)
    leaving = np.bincount(after * s + o.state, o.weight, cells)
    risk = np.cumsum((entering - leaving).reshape(t + 1, s), axis=0)[:t]
    key = ((after[moving] - 1) * s + o.state[moving]) * s + o.moved_to[moving]
    keys, place = np.unique(key, return_inverse=True)
    weight = np.bincount(place, o.weight[moving], len(keys))
    time, origin, target = keys // (s * s), keys // s % s, keys % s
    out = np.bincount(keys // s, weight, t * s).reshape(t, s)
    risk = np.maximum(risk, out)
    with np.errstate(invalid="ignore"):
        stay = np.where(out > 0, (risk - out) / risk, 1.0)
    return Moves(
        times=times,
        of=np.searchsorted(time, np.arange(t + 1)).astype(np.int64),
        origin=origin.astype(np.int16),
        target=target.astype(np.int16),
        share=weight / risk[time, origin],
        stay=stay,
        risk=risk,
    )


def _initial(o: Observed, times: Floats, by_cluster: bool) -> tuple[Floats, Floats, Floats]:
    """Distribution, covariance and influences of those under observation at the first time.

    Where all start in one state it is certain. Where all start together, they are those; else those at risk at the
    first move (as survival::survfit does), or at the first stop where nobody moves.
    """
    s = len(o.states)
    opening = np.flatnonzero(np.append(True, np.diff(o.subject) != 0))
    clusters = int(o.cluster.max()) + 1 if by_cluster else 0
    influence = np.zeros((clusters, s))
    if (o.start[opening] == o.start[opening[0]]).all():
        there = opening
    else:
        at = times[0] if len(times) else o.stop.min()
        there = np.flatnonzero((o.start < at) & (o.stop >= at))
    weight, state = o.weight[there], o.state[there]
    if (o.state[opening] == o.state[opening[0]]).all() or not weight.sum():
        return np.bincount(o.state[opening[:1]], minlength=s).astype(np.float64), np.zeros((s, s)), influence
    p = np.bincount(state, weight, s) / weight.sum()
    if by_cluster:
        share = weight / weight.sum()
        np.add.at(influence, (o.cluster[there], state), share)
        influence -= np.bincount(o.cluster[there], share, clusters)[:, None] * p
    return p, (np.diag(p) - np.outer(p, p)) / weight.sum(), influence


def _by_cluster(o: Observed, used: NDArray[np.bool_], first: Codes, after: Codes, clusters: int) -> Rows:
    at = np.flatnonzero(used)
    many = int(after.max(initial=0)) + 1
    entry, leave = (at[np.argsort(o.cluster[at] * many + time[at], kind="stable")] for time in (first, after))
    return Rows(
        of=np.searchsorted(o.cluster[entry], np.arange(clusters + 1)).astype(np.int64),
        first=first[entry].astype(np.int32),
        entered=o.state[entry].astype(np.int16),
        entered_weight=o.weight[entry],
        after=after[leave].astype(np.int32),
        left=o.state[leave].astype(np.int16),
        left_weight=o.weight[leave],
        moved_to=o.moved_to[leave].astype(np.int16),
    )


def under_observation(o: Observed, times: Floats) -> NDArray[np.int64]:
    """Rows with start < time <= stop, of every state: (times, S); at the earliest start, those that begin there."""
    begin = o.start.min()
    out = np.empty((len(times), len(o.states)), np.int64)
    for h in range(len(o.states)):
        of = o.state == h
        start, stop = np.sort(o.start[of]), np.sort(o.stop[of])
        out[:, h] = np.searchsorted(start, times, side="left") - np.searchsorted(stop, times, side="left")
        out[times == begin, h] = np.searchsorted(start, begin, side="right")
    return out

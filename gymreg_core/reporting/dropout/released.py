"""What of tracked cohorts may be shown: counts, the small ones left out with all that would tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.cards import Card, cards
from gymreg_core.contracts.tracked import Tracked
from gymreg_core.disclosure import About, Released, Ties, release_cohorts, release_rounded, rounded, smallest_count
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rule

Of = Mapping[str, object]
Sums = list[tuple[int | None, list[int]]]
OCTOBER = 10
_CENTURY = 100
_STATUS_DAYS = 5
"""Years after the start for which states on 15 October stand in a table."""


AWAY = "away"
"""Interruptions and study breaks together: neither in the register nor finished when the school year ends."""
_BREAK, _INTERRUPTED = "study_break", "interrupted"
_AWAY = (_BREAK, _INTERRUPTED)


def release_measures(tracked: Tracked, bys: Sequence[str], provenance: Provenance) -> Released:
    """The cards of every cohort, of the region and of the groups of `bys`: the columns of `measures`, share of those
    who completed, and not_followed_share of all who started.

    Of cards that differ by few pupils of the same group the main ones stay, and else the earlier one. Those by
    the first school and those by the last are not of the same pupils; and who did not complete lies in one another only
    where either the starters or the horizon are the same.
    """
    known = sorted(cards(), key=lambda card: not card.main)
    order = {card.key: place for place, card in enumerate(known)}
    frame = of_groups(tracked.measures, bys)
    frame = frame.sort_values("card", key=lambda keys: keys.map(order), kind="stable").reset_index(drop=True)
    school = frame["card"].map({card.key: card.attribution for card in known})
    ties = Ties(sums=grouped_sums(frame, ["card", "cohort"]), rests=[(["completed"], "starters")])
    nested = pairs(frame.assign(of=school), ["cohort", "by", "group", "of"])
    of_card = {card.key: (card.population, card.horizon) for card in known}
    alike = [
        any(a == b for a, b in zip(*(of_card[key] for key in keys), strict=True))
        for keys in frame["card"].to_numpy()[nested]
    ]
    about = About("cohorts.measures", within=_cards_within(frame["card"].to_numpy(str), nested))
    alike_ones = nested[np.asarray(alike, np.bool_)]
    released = release_cohorts(frame, provenance, ties=ties, nested=nested, rests_nested=alike_ones, about=about)
    return released.with_share("share", "completed", "starters").with_share(
        "not_followed_share", "not_followed", "starters", "left_out", "not_followed"
    )


def release_leavers(tracked: Tracked, cohort: int, bys: Sequence[str], provenance: Provenance) -> Released:
    """Who of a cohort was away (study break or interrupted) at the end of each school year: cohort, by, group, year,
    entry ('' whatever they started on), state (AWAY), present, pupils, and share of those present.

    Present are some more than the starters of the measures, who were there on 15 October: they are rounded, since the
    difference would tell how many were gone by then, and missing where they are too few for that. What they started on
    is told of the region alone: with more, most of it would be left out.
    """
    keys = ["cohort", "by", "group", "year", "entry"]
    frame = of_groups(tracked.leavers[tracked.leavers["cohort"] == cohort], bys)
    everyone = frame.groupby([*keys[:-1], "state"], sort=True)[["present", "pupils"]].sum().reset_index()
    everyone, region = everyone.assign(entry=""), frame[frame["by"] == "region"]
    away = pd.concat([everyone, region])
    away = away[away["state"].isin(_AWAY)].groupby([*keys, "present"], sort=True)["pupils"].sum().reset_index()
    frame = away.assign(state=AWAY)[[*keys, "state", "present", "pupils"]]
    ties = grouped_sums(frame[frame["entry"] == ""], ["year"])
    ties += parts_of(frame[frame["by"] == "region"], ["year"], "entry")
    rests = [(["pupils"], "present")]
    released = release_cohorts(frame, provenance, ties=Ties(sums=ties, rests=rests), about="cohorts.leavers")
    released = released.with_rounded("present", int(rule("report", "cohort_drawn")))
    return released.with_share("share", "pupils", "present")


def release_destinations(leavers: pd.DataFrame, provenance: Provenance, of: Of | None = None) -> Released:
    """Where those of one group of one cohort went who left in each school year: year, state, pupils (rounded).

    of : cohort, by and group of all rows, here and in the following.
    """
    counts = leavers.groupby(["year", "state"], sort=True)["pupils"].sum().reset_index()
    return _rounded(_apart(counts, ["year"], "state"), provenance, "destinations", of)


def release_introductory(tracked: Tracked, bys: Sequence[str], provenance: Provenance) -> Released:
    """Starters on introductory programmes and what they had come to after so many years: the columns of
    `introductory`, and to_national_share, diploma_share and study_certificate_share of the starters. Of the region each
    programme, of the groups of `bys` but programmes all of them together."""
    frame = of_groups(tracked.introductory, bys)
    frame = frame[(frame["by"] != "programme") & ((frame["by"] == "region") | (frame["programme"] == ""))]
    frame = frame.reset_index(drop=True)
    keys = ["cohort", "by", "group", "within"]
    sums = grouped_sums(frame, ["cohort", "within", "programme"]) + parts_of(frame, keys, "programme")
    names = ("to_national", "diploma", "study_certificate")
    rests = [([name], "starters") for name in names]
    ties = Ties(sums=sums, rests=[*rests, (["diploma", "study_certificate"], "starters")])
    years = pairs(frame, ["cohort", "by", "group", "programme"])
    by_years = longer(frame["within"], years)
    # Who had come to something by one year had by the next; a certificate may become a diploma.
    within = {
        f"{end}{name}": by_years[:, order] for name in names[:2] for end, order in (("", (0, 1)), ("starters-", (1, 0)))
    }
    about = About("cohorts.introductory", within=within)
    released = release_cohorts(frame, provenance, ties=ties, nested=years, about=about)
    for name in names:
        released = released.with_share(f"{name}_share", name, "starters")
    return released


def release_not_followed(tracked: Tracked, bys: Sequence[str], provenance: Provenance) -> Released:
    """Starters who cannot be followed: cohort, by, group, reason ('' all of them), pupils."""
    frame = of_groups(tracked.not_followed, bys)
    keys = ["cohort", "by", "group"]
    whole = frame.groupby(keys, sort=True)["pupils"].sum().reset_index().assign(reason="")
    frame = pd.concat([whole, frame], ignore_index=True)[[*keys, "reason", "pupils"]]
    # Of identities that are protected no group is told: all of a group are fewer than all of the region.
    sums = grouped_sums(frame[frame["reason"] != ""], ["cohort", "reason"]) + parts_of(frame, keys, "reason")
    return release_cohorts(frame, provenance, ties=Ties(sums=sums), about="cohorts.not_followed")


def release_months(monthly: pd.DataFrame, provenance: Provenance, of: Of | None = None) -> Released:
    """The states of one group of one cohort: month, state, pupils (rounded) and share, every state in every month."""
    cells = pd.MultiIndex.from_product(
        [sorted(monthly["month"].unique()), sorted(monthly["state"].unique())], names=["month", "state"]
    )
    counts = monthly.groupby(["month", "state"])["pupils"].sum().reindex(cells, fill_value=0)
    apart = _apart(counts.reset_index(), ["month"], "state")
    return _rounded(apart, provenance, "months", of).with_share_within("share", "pupils", "month")


def release_status_days(monthly: pd.DataFrame, cohort: int, provenance: Provenance, of: Of | None = None) -> Released:
    """The same on 15 October: state, and pupils_y0 (the first one), pupils_y1 and so on, as far as is known."""
    october = monthly[monthly["month"] % _CENTURY == OCTOBER]
    years = october["month"] // _CENTURY - cohort
    october = october.assign(year=years)[years <= _STATUS_DAYS]
    cells = pd.MultiIndex.from_product(
        [sorted(october[name].unique()) for name in ("state", "year")], names=["state", "year"]
    )
    counts = october.groupby(["state", "year"])["pupils"].sum().reindex(cells, fill_value=0).reset_index()
    return _rounded(_apart(counts, ["year"], "state"), provenance, "status_days", of).spread("state", "year", "pupils")


def release_flows(flows: pd.DataFrame, provenance: Provenance, of: Of | None = None) -> Released:
    """The ways of one group of one cohort: year, origin, destination, pupils (rounded); ways of few are left out.

    Of a year, destination '' is all who come from a state, and origin '' all who go to one, the few among them.
    """
    ways = flows[["year", "origin", "destination", "pupils"]]
    ends = [ways.assign(**{end: ""}) for end in ("origin", "destination")]
    keys = ["year", "origin", "destination"]
    counts = pd.concat([*ends, ways], ignore_index=True).groupby(keys, sort=True)["pupils"].sum().reset_index()
    for end, other in (("origin", "destination"), ("destination", "origin")):
        whole = counts[other].eq("")
        counts = pd.concat([_apart(counts[whole], ["year"], end), counts[~whole]]).sort_values(keys, ignore_index=True)
    return _rounded(counts[counts["pupils"] >= smallest_count()].reset_index(drop=True), provenance, "flows", of)


def _rounded(counts: pd.DataFrame, provenance: Provenance, universe: str, of: Of | None) -> Released:
    """Rounded counts; interruptions are made of two rounded ones (`_apart`)."""
    about = None if of is None else About(f"cohorts.{universe}", of)
    twice = np.zeros(len(counts), np.bool_)
    for name in ("state", "origin", "destination"):
        if name in counts:
            twice |= counts[name].eq(_INTERRUPTED).to_numpy(np.bool_)
    return release_rounded(counts, provenance, about=about, twice=twice)


def _apart(counts: pd.DataFrame, keys: Sequence[str], state: str) -> pd.DataFrame:
    """Counts by state, of each combination of `keys`, whose interruptions are so many that they and the study breaks,
    when these are rounded, add up to what both are rounded together.

    How many are away is told exactly (`release_leavers`). Were both rounded by themselves, the three numbers would now
    and then leave one answer alone: of 84 who are away 80 and 0 can only be 82 and 2.
    """
    counts = counts.reset_index(drop=True)
    breaks = counts[counts[state].eq(_BREAK)].set_index(list(keys))["pupils"]
    gone = counts[state].eq(_INTERRUPTED)
    beside = breaks.reindex(counts.loc[gone].set_index(list(keys)).index, fill_value=0).to_numpy()
    counts.loc[gone, "pupils"] = rounded(counts.loc[gone, "pupils"] + beside) - rounded(pd.Series(beside)).to_numpy()
    return counts


def grouped_sums(frame: pd.DataFrame, keys: Sequence[str]) -> Sums:
    """For each combination of `keys`: the region's row, and the rows of each kind of group that add up to it.

    The rows are told by the index of `frame`.
    """
    found: Sums = []
    for _, rows in frame.groupby(list(keys), sort=False):
        region = rows.index[rows["by"] == "region"]
        total = int(region[0]) if len(region) else None
        others = rows[rows["by"] != "region"]
        found += [(total, part.index.tolist()) for _, part in others.groupby("by", sort=False)]
    return found


def pairs(frame: pd.DataFrame, keys: Sequence[str]) -> NDArray[np.int64]:
    """Every two rows with the same `keys`, the later one second: (m, 2) positions."""
    of = frame.reset_index(drop=True).groupby(list(keys), sort=False).indices.values()
    lines = [np.column_stack([rows[a], rows[b]]) for rows in of for a, b in [np.triu_indices(len(rows), 1)]]
    return np.concatenate(lines) if lines else np.empty((0, 2), np.int64)


def _cards_within(key: NDArray[np.str_], nested: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Of pairs of rows, for the measures of `release_measures` (About.within): those where by the definitions of their
    cards everyone of the one is of the other."""
    either = np.concatenate([nested, nested[:, ::-1]])
    known = {card.key: card for card in cards()}
    found: dict[str, dict[tuple[str, str], bool]] = {
        name: {} for name in ("starters", "completed", "starters-completed")
    }
    for a in known.values():
        for b in known.values():
            starters, done, undone = _starters_within(a, b), _done_within(a, b), _done_within(b, a)
            for name, holds in zip(found, (starters, starters and done, starters and undone), strict=True):
                found[name][a.key, b.key] = holds and a.key != b.key
    return {
        name: either[[holds[a, b] for a, b in key[either]]] if len(either) else either for name, holds in found.items()
    }


def _starters_within(a: Card, b: Card) -> bool:
    same = all(getattr(a, name) == getattr(b, name) for name in ("population", "starts", "started"))
    residence = b.residence == "none" or (a.residence == b.residence != "year_end")
    moved = b.moved == "kept" or (a.moved == b.moved and a.horizon == b.horizon and a.last_day == b.last_day)
    age = b.age_limit is None or (a.age_limit is not None and a.age_limit <= b.age_limit)
    return same and residence and moved and age and a.temporary in ("excluded", b.temporary)


def _done_within(a: Card, b: Card) -> bool:
    """Whether whoever has completed by `a` has by `b`."""
    days = ("summer", "october")
    sooner = (a.horizon, days.index(a.last_day)) <= (b.horizon, days.index(b.last_day))
    return sooner and a.completed in ("diploma", b.completed)


def longer(within: pd.Series, pairs_: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pairs, the one of fewer years first."""
    years = within.to_numpy()[pairs_]
    return np.take_along_axis(pairs_, np.argsort(years, axis=1, kind="stable"), axis=1)


def parts_of(frame: pd.DataFrame, keys: Sequence[str], name: str, whole: str = "") -> Sums:
    """For each combination of `keys`: the row whose `name` is `whole`, and the others, which add up to it.

    The rows are told by the index of `frame`.
    """
    found: Sums = []
    for _, rows in frame.groupby(list(keys), sort=False):
        total, parts = rows.index[rows[name] == whole], rows.index[rows[name] != whole].tolist()
        if parts:
            found.append((int(total[0]) if len(total) else None, parts))
    return found


def of_groups(frame: pd.DataFrame, bys: Sequence[str]) -> pd.DataFrame:
    """The rows of the region and of the groups of `bys`."""
    return frame[frame["by"].isin(["region", *bys])].reset_index(drop=True)

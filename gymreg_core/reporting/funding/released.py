"""What of settled years may be shown: tables of amounts, those of few pupils left out with all that would tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gymreg_core.disclosure import About, Released, Ties, pupils_of, release_money
from gymreg_core.disclosure.providers import providers_of
from gymreg_core.funding.costs import GROUPINGS, Costs
from gymreg_core.funding.distribution import Distribution
from gymreg_core.funding.money import MONTHS
from gymreg_core.provenance import Provenance

Sums = list[tuple[int | None, list[int]]]
_KEYS = ["by", "group", "other"]
_FEW, _YEARS = 1, ("", "_previous")
_WHOLE = ("region", "programme", "payer", "kind", "provider_form")


def release_costs(
    costs: Costs, amounts: Sequence[int], provenance: Provenance, lines: pd.DataFrame | None = None
) -> tuple[Released, Released]:
    """What a year cost, as two tables with the keys by, group and other of `Costs.table`, and the counts behind.

    The first has price (programme money) of every group; the second, of groups that do not cross, price, vat,
    supplement and amount with their changes, shares of the region and amounts per pupil. A group whose price is left
    out of the first has nothing in the second.
    amounts : öre per pupil and year of the levels of the supplement, from which follows how many are covered at least.
    lines : the settled lines of the year, which tell whose the amounts are.
    """
    frame = costs.table.copy()
    years = [end for end in _YEARS if f"price{end}" in frame]
    for end in years:
        frame[f"pupils{end}"] = pupils_of(frame[f"pupil_months{end}"])
        frame[f"covered{end}"] = _covered(frame[f"supplement{end}"], frame[f"pupils{end}"], amounts)
        frame[f"months{end}"] = frame[f"pupil_months{end}"]
        for name in ("price", "amount"):
            months = frame[f"pupil_months{end}"].where(frame[f"pupil_months{end}"] > 0)
            frame[f"{name}_per_pupil{end}"] = frame[f"{name}{end}"] * MONTHS / months
    frame = _compared(frame, years)
    prices = [c for c in frame if str(c).startswith(("pupils", "months", "price"))]
    about = About("funding.costs", {"year": costs.year}, {"year": costs.compare_to})
    whose = None if lines is None else providers_of(frame, lines[lines["payer_in_area"]], GROUPINGS, "price")
    crossed = release_money(
        frame[[*_KEYS, *prices]], provenance, ties=Ties(sums=costs.sums()), about=about, providers=whose
    )
    hidden = {end: crossed.hidden(f"price{end}") for end in years}
    rows = np.flatnonzero(frame["by"].isin(_WHOLE)).tolist()
    groups = frame.iloc[rows].reset_index(drop=True)
    for end in years:
        groups.loc[hidden[end][rows], f"pupils{end}"] = _FEW
    place = {row: at for at, row in enumerate(rows)}
    sums: Sums = [
        (total if total is None else place[total], [place[part] for part in parts])
        for total, parts in costs.sums()
        if all(part in place for part in parts)
    ]
    columns = [c for c in groups if not str(c).startswith(("pupil_months", "months"))]
    return crossed, release_money(groups[columns], provenance, ties=Ties(sums=sums), about=about)


def release_between(
    between: pd.DataFrame, provenance: Provenance, year: int | None = None
) -> tuple[Released, Released]:
    """Programme money that municipalities paid each other, as two tables.

    The first: by (all | payer | municipality | between), payer, municipality of the school, pupils, months, price; of
    `between` every pair of a payer and a receiver, with 0 where nothing was paid. The second: a row per municipality
    with paid, received and net, left out where one of its sums is left out of the first.
    between : `Flows.between`, of a year.
    """
    frame, of = _with_margins(between), {"year": year}
    about = About("funding.between", of)
    released = release_money(frame, provenance, ties=Ties(sums=_margins(frame)), about=about)
    sides = {
        name: _side(frame, released, by).set_index(by) for name, by in (("paid", "payer"), ("received", "municipality"))
    }
    balances = _net(sides["paid"], sides["received"])
    return released, release_money(balances, provenance, about=_sides("funding.balances", of, balances))


def release_exchange(
    between: pd.DataFrame, released: Released, name: str, provenance: Provenance, year: int | None = None
) -> Released:
    """What a municipality paid to and received from each other one, and the net: municipality, paid, received, net.

    between : `Flows.between`. released : the first table of `release_between`; what is left out there is so here.
    """
    frame = _side(_with_margins(between), released, "between")
    paid = frame[frame["payer"] == name].set_index("municipality")
    received = frame[frame["municipality"] == name].set_index("payer")
    table = _net(paid.drop(columns="payer"), received.drop(columns="municipality"))
    table = table[(table["paid"] != 0) | (table["received"] != 0)].reset_index(drop=True)
    return release_money(table, provenance, about=_sides("funding.exchange", {"year": year, "of": name}, table))


def _sides(universe: str, of: Mapping[str, object], table: pd.DataFrame) -> About:
    """Amounts are those of the payers and receivers; the pupils of a row are no count of anyone, and where either side
    is of few all of the row is left out."""
    return About(universe, of, own={"pupils": np.zeros(len(table), np.bool_)}, elsewhere=True)


def release_supplement(found: Distribution, provenance: Provenance, year: int | None = None) -> Released:
    """The supplement by, group, other: region, provider_form, municipality, programme, school (its id), and school and
    programme crossed; pupils and covered as years of pupils, supplement (öre), also per pupil and per covered pupil,
    and gain against flat money. label is the name of the school, municipality where it lies."""
    columns = {
        "region": [],
        "provider_form": ["provider_form"],
        "municipality": ["municipality"],
        "programme": ["programme"],
        "school": ["school_id"],
        "school_programme": ["school_id", "programme"],
    }
    parts = []
    for by, names in columns.items():
        keyed = found.table.assign(by=by, group="", other="")
        for key, name in zip(("group", "other"), names, strict=False):
            keyed[key] = found.table[name].astype("str")
        sums = keyed.groupby(_KEYS, sort=True)[["pupil_months", "covered_months", "amount", "gain"]].sum()
        parts.append(sums.reset_index())
    frame = pd.concat(parts, ignore_index=True).rename(columns={"amount": "supplement"})
    about = found.table.drop_duplicates("school_id").set_index("school_id")
    school = frame["group"].where(frame["by"].isin(["school", "school_programme"]))
    frame = frame.assign(
        label=school.map(about["school"]).fillna(""),
        municipality=school.map(about["municipality"]).fillna(""),
        provider_form=school.map(about["provider_form"]).fillna(""),
        pupils=pupils_of(frame["pupil_months"]),
        covered=pupils_of(frame["covered_months"]),
        covered_share=frame["covered_months"] / frame["pupil_months"],
        supplement_per_pupil=frame["supplement"] * MONTHS / frame["pupil_months"],
        supplement_per_covered=frame["supplement"]
        * MONTHS
        / frame["covered_months"].where(frame["covered_months"] > 0),
    )
    whose = About("funding.supplement", {"year": year})
    lines = found.table.rename(columns={"school_id": "receiver"}).assign(school_id=found.table["school_id"])
    return release_money(
        frame.drop(columns=["pupil_months", "covered_months"]),
        provenance,
        ties=Ties(sums=_nested(frame)),
        about=whose,
        providers=providers_of(frame, lines, columns, "amount"),
    )


def _covered(supplement: pd.Series, pupils: pd.Series, amounts: Sequence[int]) -> pd.Series:
    """How many pupils at least have a supplement (n,); all of them where so many may have it that few are left over."""
    least = -(-supplement.abs() // max(amounts))
    most = -(-supplement.abs() // min(amount for amount in amounts if amount))
    return least.where(most < pupils, np.maximum(pupils, least)).where(supplement != 0, 0).astype("int64")


def _compared(frame: pd.DataFrame, years: Sequence[str]) -> pd.DataFrame:
    """Shares of the region, and the changes where two years stand beside each other."""
    region = frame[frame["by"] == "region"].iloc[0]
    made = {
        f"{name}_share{end}": frame[f"{name}{end}"] / (region[f"{name}{end}"] or np.nan)
        for name in ("price", "amount")
        for end in years
    }
    if len(years) > 1:
        for name in ("pupils", "price", "amount", "price_per_pupil", "amount_per_pupil"):
            before = frame[f"{name}_previous"]
            made[f"{name}_change"] = frame[name] - before
            made[f"{name}_change_share"] = (frame[name] - before) / before.where(before > 0)
    return frame.assign(**made)


def _margins(frame: pd.DataFrame) -> Sums:
    rows = {by: np.flatnonzero(frame["by"] == by) for by in ("all", "payer", "municipality", "between")}
    whole = int(rows["all"][0]) if len(rows["all"]) else None
    found: Sums = [(whole, rows[by].tolist()) for by in ("payer", "municipality")]
    inside = frame.iloc[rows["between"]]
    for by in ("payer", "municipality"):
        place = {frame[by][row]: int(row) for row in rows[by]}
        found += [(place[name], part.index.tolist()) for name, part in inside.groupby(by)]
    return [one for one in found if one[1]]


def _with_margins(between: pd.DataFrame) -> pd.DataFrame:
    """Every pair of a payer and a receiver, their sums and the whole, with the columns of `release_between`."""
    pairs = between.groupby(["payer", "municipality"], observed=True)[["pupil_months", "price"]].sum()
    names = [sorted(pairs.index.unique(level).astype("str")) for level in ("payer", "municipality")]
    cells = pairs.reindex(pd.MultiIndex.from_product(names, names=["payer", "municipality"]), fill_value=0)
    cells = cells.reset_index().astype({"payer": "str", "municipality": "str"})
    keys = ["by", "payer", "municipality"]
    parts = [
        cells.assign(by="all", payer="", municipality=""),
        cells.assign(by="payer", municipality=""),
        cells.assign(by="municipality", payer=""),
        cells.assign(by="between"),
    ]
    frame = pd.concat([part.groupby(keys).sum().reset_index() for part in parts], ignore_index=True)
    return frame.rename(columns={"pupil_months": "months"}).assign(pupils=lambda f: pupils_of(f["months"]))


def _side(frame: pd.DataFrame, released: Released, by: str) -> pd.DataFrame:
    """The rows of a kind with their price and pupils, few where the price is left out of `released`."""
    hidden = released.hidden("price")
    rows = frame.assign(pupils=frame["pupils"].mask(hidden, _FEW))[frame["by"] == by]
    return rows[["payer", "municipality", "price", "pupils"]]


def _net(paid: pd.DataFrame, received: pd.DataFrame) -> pd.DataFrame:
    """A row per municipality; its pupils are those of the smaller side where something was paid."""
    both = paid[["price", "pupils"]].merge(
        received[["price", "pupils"]], how="outer", left_index=True, right_index=True, suffixes=("_paid", "_got")
    )
    pupils = both[["pupils_paid", "pupils_got"]].where(lambda f: f > 0).min(axis=1).fillna(0).astype("int64")
    out = both[["price_paid", "price_got"]].fillna(0).astype("int64").set_axis(["paid", "received"], axis=1)
    out = out.assign(net=out["received"] - out["paid"], pupils=pupils)
    return out.rename_axis("municipality").reset_index().astype({"municipality": "str"})


def _nested(frame: pd.DataFrame) -> Sums:
    """What the supplement of the region, of schools and of programmes add up to."""
    by = frame["by"].to_numpy(str)
    at = {(b, g): row for row, (b, g) in enumerate(zip(by, frame["group"], strict=True))}
    found: Sums = [
        (0, np.flatnonzero(by == kind).tolist()) for kind in ("provider_form", "municipality", "programme", "school")
    ]
    schools, cells = frame[by == "school"], frame[by == "school_programme"]
    for kind in ("provider_form", "municipality"):
        found += [(at[kind, str(name)], part.index.tolist()) for name, part in schools.groupby(kind)]
    found += [(at["school", str(name)], part.index.tolist()) for name, part in cells.groupby("group")]
    found += [(at["programme", str(name)], part.index.tolist()) for name, part in cells.groupby("other")]
    return found

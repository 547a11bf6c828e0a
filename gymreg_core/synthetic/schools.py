"""Made-up schools and the names of what they offer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import as_table
from gymreg_core.synthetic.catalogue import name_in, profiles
from gymreg_core.synthetic.naming import new_names, renamed
from gymreg_core.synthetic.shape import stream, value
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

_FIRST_UNIT = 90_000_001
_MOST = 0.6


def draw_schools(paths: pd.DataFrame, year: int, seed: int) -> pd.DataFrame:
    """The schools of the base year's `paths` as in contracts/register.py, by their number (column school, from 0).

    A school keeps its unit; some change their name in a year and keep the new one.
    """
    rows = paths.drop_duplicates("school").sort_values("school", ignore_index=True)
    towns, forms = rows["municipality"].tolist(), rows["form"].tolist()
    names = new_names(towns, forms, _offers(paths), stream(seed, "names"))
    providers = [
        name.split(f" {town}")[0] + " AB" if form == "independent" else f"{town} kommun"
        for name, town, form in zip(names, towns, forms, strict=True)
    ]
    for passed in range(value("names_known_from") + 1, year + 1):
        rng = stream(seed, "renamed", passed)
        changing = np.flatnonzero(rng.random(len(names)) < value("turnover", "renamed"))
        new = renamed([names[place].split(" (fd ")[0] for place in changing], frozenset(names), rng)
        for place, name in zip(changing, new, strict=True):
            names[place] = name
    return as_table(
        "schools",
        {
            "school_id": [str(_FIRST_UNIT + number) for number in rows["school"]],
            "school": names,
            "municipality": towns,
            "provider_form": forms,
            "provider": providers,
        },
    )


def _offers(paths: pd.DataFrame) -> list[str]:
    """What most seats of each school are in: preparatory, vocational, arts or mixed."""
    family = [programme_of(code) for code in paths["code"]]
    kind = pd.Series(["arts" if name == "ES" else programmes()[name].type for name in family])
    seats = paths["seats"].groupby([paths["school"].to_numpy(), kind.to_numpy()]).sum().unstack(fill_value=0)
    share = seats.div(seats.sum(axis=1), axis=0)
    known = {"preparatory", "vocational", "arts"}
    return [
        str(row.idxmax()) if row.max() >= _MOST and row.idxmax() in known else "mixed"
        for _, row in share.sort_index().iterrows()
    ]


def path_names(paths: pd.DataFrame, year: int) -> list[str]:
    """The name of each path; several with one code at a school are told apart by a local profile."""
    again = paths.groupby(["school", "code"]).cumcount()
    many = paths.groupby(["school", "code"])["code"].transform("size")
    names = []
    for code, turn, place, of in zip(paths["base_code"], paths["turn"], again, many, strict=True):
        known = profiles(code)
        round_, place_in = divmod(place, len(known))
        profile = known[place_in] + (f" {round_ + 1}" if round_ else "") if of > 1 else ""
        names.append(", ".join(filter(None, (name_in(code, year, turn), profile))))
    return names

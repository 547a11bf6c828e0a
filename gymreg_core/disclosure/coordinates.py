"""The names of cells: which columns of a table are coordinates, and what counts the same pupils under another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from gymreg_core.disclosure.about import About
from gymreg_core.disclosure.cells import key_of
from gymreg_core.disclosure.columns import lists
from gymreg_core.vocabulary.packaged import packaged_yaml

Of = dict[str, str]
_PREVIOUS = "_previous"
_WHOLES = ("region", "all")
_NAMELESS = "nameless"
"""Those of a group whose name is not told, such as the programme of protected identities; not the whole."""
_OCTOBER, _CENTURY = 10, 100


@cache
def links() -> dict[str, Any]:
    """The values of ``rules/disclosure_links.yml`` by entry."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.rules", "disclosure_links.yml")
    return {name: entry["value"] for name, entry in content.items()}


def rows_of(frame: pd.DataFrame, policy: str, about: About) -> list[Of]:
    """The coordinates of each row, without those that are '' (the whole): the columns that `policy` has as keys, but
    for words, and what `about` adds. `by`, `group` and `other` become one coordinate or two under their own names."""
    words, crossed = set(links()["words"]), links()["crossed"]
    keys = {*lists()[policy]["keys"], *links()["told_apart_by"].get(about.universe, ())} - words
    names = [str(c) for c in frame.columns if str(c) in keys]
    fixed = {name: str(value) for name, value in about.of.items() if value is not None and str(value) != ""}
    columns = [frame[name].astype("object").where(frame[name].notna(), "").map(str).tolist() for name in names]
    found = []
    for values in zip(*columns, strict=True) if columns else [()] * len(frame):
        of = fixed | {name: value for name, value in zip(names, values, strict=True) if value != ""}
        by = of.pop("by", "")
        if by and ("group" in names or "group" in fixed):
            group, other = of.pop("group", ""), of.pop("other", "")
            if by in crossed:
                of |= dict(zip(crossed[by], (group or _NAMELESS, other or _NAMELESS), strict=True))
            elif by not in _WHOLES:
                of[by] = group or _NAMELESS
        found.append(of)
    return found


def keys_of(frame: pd.DataFrame, policy: str, about: About, names: Sequence[str]) -> dict[str, list[str]]:
    """The keys of the cells of columns of counts, by column."""
    now, before = (rows_of(frame, policy, replace(about, of=of)) for of in (about.of, about.previous))
    return {
        name: [
            cell_key(about.universe, name.removesuffix(_PREVIOUS), of)
            for of in (before if name.endswith(_PREVIOUS) else now)
        ]
        for name in names
    }


def cell_key(universe: str, measure: str, of: Mapping[str, str]) -> str:
    """The one key of a count, whatever table it stands in (rules/disclosure_links.yml, same)."""
    named: Of = dict(of)
    for rule in _rules_of(universe, measure):
        if not _fits(rule, named):
            continue
        for name in rule.get("drop", ()):
            named.pop(name, None)
        for name, new in rule.get("rename", {}).items():
            named[new] = named.pop(name)
        if "october" in rule:
            year = int(named["cohort"]) + int(named.pop("year")) + int(rule["october"])
            named["month"] = str(year * _CENTURY + _OCTOBER)
        named |= rule.get("as", {})
        new_universe, new_measure = rule.get("universe_as", universe), rule.get("measure_as", measure)
        if (new_universe, new_measure) != (universe, measure):
            return cell_key(new_universe, new_measure, named)
    return key_of(universe, measure, named)


def _fits(rule: Mapping[str, Any], of: Mapping[str, str]) -> bool:
    where = all(of.get(name) in wanted for name, wanted in rule.get("where", {}).items())
    named = all(name in of for name in rule.get("where_named", ()))
    return where and named and not any(name in of for name in rule.get("without", ()))


@cache
def _rules_of(universe: str, measure: str) -> Sequence[Mapping[str, Any]]:
    return [rule for rule in links()["same"] if rule["universe"] == universe and measure in rule["measures"]]

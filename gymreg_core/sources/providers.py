"""Who runs a school: the form as the file writes it, else as the same school's other rows have it."""

from __future__ import annotations

from functools import cache

import pandas as pd

from gymreg_core.contracts.per_file import per_file
from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.findings import Finding
from gymreg_core.sources.headers import folded
from gymreg_core.vocabulary.packaged import packaged_yaml

UNKNOWN = "unknown"


@cache
def _spellings() -> dict[str, list[str]]:
    spellings: dict[str, list[str]] = packaged_yaml("gymreg_core.sources", "providers.yml")
    return spellings


@cache
def _forms() -> dict[str, str]:
    return {folded(word): form for form, words in _spellings().items() for word in words}


def own_letter(form: str) -> str:
    """How the office writes a provider form; blank where it is unknown."""
    return _spellings()[form][0] if form in _spellings() else ""


def provider_forms(table: pd.DataFrame) -> tuple[pd.Series, list[Finding]]:
    """The provider form of every row of `table` (`provider_form` as written, '' where blank), and what was decided.

    A blank form is taken from the same school in the same municipality, else from a school of that name elsewhere:
    from the nearest intake year, the earlier of two; a school of which nobody tells stays unknown.
    """
    written = table["provider_form"]
    form = written.map(lambda word: _forms().get(folded(word))).astype("object")
    findings = per_file("provider-form-not-known", table, form.isna() & written.ne(""), "provider_form")
    for place in (["municipality", "school"], ["school"]):
        lacking = form.isna() & written.eq("")
        if lacking.any():
            form = form.where(~lacking, _borrowed(table, form, place))
    borrowed = form.notna() & written.eq("")
    findings += per_file("provider-form-from-other-rows", table, borrowed, "provider_form")
    findings += per_file("provider-form-unknown", table, form.isna() & written.eq(""), "provider_form")
    return form.fillna(UNKNOWN).astype("str"), findings


def _borrowed(table: pd.DataFrame, form: pd.Series, place: list[str]) -> pd.Series:
    """For every row the known form of its school in the nearest year; None where there is none."""
    known = table.assign(form=form, order=table["round"].map(ROUNDS.index))[form.notna()]
    years: dict[tuple[str, ...], list[tuple[int, int, str]]] = {}
    one_per_round = known.drop_duplicates([*place, "intake_year", "round"])
    for row in one_per_round[[*place, "intake_year", "order", "form"]].itertuples(index=False, name=None):
        years.setdefault(row[:-3], []).append((row[-3], row[-2], row[-1]))

    def nearest(key: tuple[str, ...], year: int) -> str | None:
        told = years.get(key, [])
        return min(told, key=lambda seen: (abs(seen[0] - year), seen[0], seen[1]))[2] if told else None

    rows = table[[*place, "intake_year"]].itertuples(index=False, name=None)
    return pd.Series([nearest(row[:-1], row[-1]) for row in rows], index=table.index, dtype="object")

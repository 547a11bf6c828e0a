"""What a register has to hold to, beyond its single cells: one function per table, a finding per broken rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.errors import RuleMissing
from gymreg_core.rules import rule
from gymreg_core.sources.register.cells import Values
from gymreg_core.sources.register.identities import COORDINATION, NOT_READABLE, PLACEHOLDER, Identities
from gymreg_core.sources.register.layout import File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import looks_like_code, programme_of
from gymreg_core.vocabulary.sweden import swedish_municipalities

Flags = NDArray[np.bool_]
SEATS_OF = {"preliminary": "seats_preliminary", "final": "seats_final"}


@dataclass(frozen=True, eq=False)
class Table:
    """A file's values by the contract's column name; `rows` int32 (n,): lines; references are -1 where unknown. Texts
    are pandas Categoricals.

    `whole`: no row of the file was left out because it did not fit, so that what is absent is absent indeed.
    """

    file: File
    rows: NDArray[np.int32]
    columns: dict[str, Values]
    whole: bool

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name].values

    def readable(self, *names: str) -> Flags:
        """Rows (n,) on which these columns break no rule of their cells and refer to something."""
        whole = np.ones(len(self), np.bool_)
        for name in names:
            for broken in self.columns[name].broken.values():
                whole &= ~broken
        return whole


def check_pupils(table: Table, identities: Identities, *, made_up: bool, notes: Notes) -> Flags:
    """Identity numbers and municipalities. Returns the pupils (n,) whose number another pupil has too."""
    municipality_known(table, "home_municipality", notes)
    return check_identities(table, identities, made_up=made_up, notes=notes)


def check_identities(table: Table, identities: Identities, *, made_up: bool, notes: Notes) -> Flags:
    """Identity numbers, in the column `applicant`. Returns the rows (n,) whose number another row has too."""
    kind = identities.kind

    def note(rule_id: str, broken: Flags, column: str = "applicant") -> None:
        notes.rows(rule_id, table.file, table.rows, broken, column)

    note("identity-number-not-readable", kind == NOT_READABLE)
    checked = (kind != NOT_READABLE) & (kind != PLACEHOLDER)
    if made_up:
        note("real-number-in-made-up", checked & identities.check_digit_right)
    else:
        note("check-digit-wrong", checked & ~identities.check_digit_right)
    note("placeholder-number", kind == PLACEHOLDER)
    note("coordination-number", kind == COORDINATION)
    note("identity-protected", np.asarray(table["protected"], np.bool_), "protected")
    twice = repeated(table["applicant"]) & (kind != NOT_READABLE)
    note("applicant-twice", twice)
    return np.asarray(twice, np.bool_)


def check_schools(table: Table, notes: Notes) -> None:
    """A school stands once, in a municipality that exists."""
    notes.rows("school-repeated", table.file, table.rows, repeated(table["school_id"]), "school_id")
    municipality_known(table, "municipality", notes)


def check_study_paths(table: Table, rounds: tuple[str, ...], intake_year: int, notes: Notes) -> None:
    """A study path stands once, with a code that means something, a known tie-break, seats, and a weight that fits.

    `rounds`: those that somebody has chosen in. An open path has seats in each and, in the last, more than 0.
    """

    def note(rule_id: str, broken: Flags, column: str | None = None) -> None:
        notes.rows(rule_id, table.file, table.rows, broken, column)

    note("study-path-repeated", repeated(table["path_id"]), "path_id")
    codes_known(table, notes)
    policies = {name: name == "" or _has_policy(str(name), intake_year) for name in set(table["tie_break"])}
    note("tie-break-not-known", ~np.array([policies[n] for n in table["tie_break"]], np.bool_), "tie_break")
    is_open = (table["state"] == "open") & table.readable("state")
    seats = [SEATS_OF[name] for name in rounds]
    missing = {name: is_open & (table[name] == -1) & table.readable(name) for name in seats}
    columns = [name for name, broken in missing.items() if broken.any()]
    note("seats-missing", np.any([*missing.values()], axis=0), columns[0] if len(columns) == 1 else None)
    last, quota = table[seats[-1]], "free_quota_seats"
    note("seats-zero", is_open & (last == 0) & table.readable(seats[-1]), seats[-1])
    counted = is_open & (last > 0) & table.readable(seats[-1], quota)
    note("free-quota-above-seats", counted & (table[quota] > last), quota)
    most = rule("result_limits", "points") / rule("register", "test_points", intake_year)
    note("test-weight-too-large", (table["test_weight"] > most) & table.readable("test_weight"), "test_weight")


def check_grades(table: Table, pupils: Table, twice: Flags, intake_year: int, notes: Notes) -> None:
    """A pupil has one row of each term; where grades of a term have been given, everyone has some.

    Those who finished year 9 in an earlier year have final grades alone.
    """
    _entry_once(table, table.readable("pupil", "term"), ("pupil", "term"), notes, twice)
    earlier = (pupils["year9_year"] > 0) & (pupils["year9_year"] < intake_year)
    for term, rule_id, needless in (
        ("autumn", "autumn-grades-missing", twice | earlier),
        ("final", "final-grades-missing", twice),
    ):
        of_term = table["term"] == term
        if table.whole and of_term.any():
            has = table["pupil"][of_term | ~table.readable("term")]
            notes.rows(rule_id, pupils.file, pupils.rows, ~np.isin(np.arange(len(pupils)), has) & ~needless)


def check_entries(table: Table, keys: tuple[tuple[str, ...], ...], twice: Flags, notes: Notes) -> None:
    """Of rows that are equal in the columns of one of `keys` there is one."""
    for names in keys:
        _entry_once(table, table.readable(*names), names, notes, twice)


def check_points(table: Table, study_paths: Table, intake_year: int, notes: Notes) -> None:
    """Points of a skill test lie on its scale (rules/register.yml), also where they are weighted."""
    whole = table.readable("pupil", "path", "points")
    path = np.where(whole, table["path"], 0).astype(np.int64)
    limit = np.where(
        study_paths["scale"] == "other",
        rule("result_limits", "points"),
        rule("register", "test_points", intake_year),
    )
    notes.rows("points-outside-scale", table.file, table.rows, whole & (table["points"] > limit[path]), "points")


def municipality_known(table: Table, column: str, notes: Notes) -> None:
    """Municipalities are ones of Sweden, or none where that may be; where it may not, that has its own finding."""
    known = _among(table[column], {*swedish_municipalities(), ""})
    notes.rows("municipality-not-known", table.file, table.rows, ~known & table.readable(column), column)


def codes_known(table: Table, notes: Notes) -> None:
    """Codes of study paths have the shape of one and name a programme."""
    codes, column = table["study_path_code"], "study_path_code"
    good = {code for code in pd.unique(codes) if looks_like_code(code) and programme_of(code) in programmes()}
    unknown = ~_among(codes, good) & table.readable(column)
    notes.rows("study-path-code-not-known", table.file, table.rows, unknown, column)


def repeated(values: NDArray[Any]) -> Flags:
    """Values (n,) that stand more than once; '' does not count."""
    frame = pd.Series(values)
    return np.asarray(frame.duplicated(keep=False) & (frame != ""), np.bool_)


def _among(values: Any, known: Collection[str]) -> Flags:
    if isinstance(values, pd.Categorical):
        there = np.array([text in known for text in values.categories], np.bool_)
        return there[values.codes] if len(there) else np.zeros(len(values), np.bool_)
    return np.asarray(pd.Series(values, dtype=object).isin(known), np.bool_)


def _entry_once(table: Table, whole: Flags, names: tuple[str, ...], notes: Notes, twice: Flags) -> None:
    frame = pd.DataFrame({name: table[name][whole] for name in names})
    broken = np.zeros(len(table), np.bool_)
    broken[whole] = frame.duplicated(keep=False).to_numpy()
    if "pupil" in names:
        broken &= ~twice[np.where(whole, table["pupil"], 0).astype(np.int64)] if len(twice) else True
    notes.rows("entry-repeated", table.file, table.rows, broken, names[-1])


def _has_policy(name: str, intake_year: int) -> bool:
    try:
        return isinstance(rule("tie_breaks", name, intake_year), list)
    except RuleMissing:
        return False

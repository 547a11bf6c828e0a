"""The barrier between data and page: only a `Released` table can be drawn, tabulated or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.about import About
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.columns import allowed, count_behind, counts_in, listed, lists, refuse_columns
from gymreg_core.disclosure.money import without_few
from gymreg_core.disclosure.money_cells import money_known
from gymreg_core.disclosure.office import without_few_told
from gymreg_core.disclosure.policy import policy as told
from gymreg_core.disclosure.providers import Providers, reasons_of
from gymreg_core.disclosure.reasons import NEAR, Reasons, all_shown, left_out, of_several, without_near
from gymreg_core.disclosure.recorded import Known, Record, note
from gymreg_core.disclosure.rounding import controlled, nearest
from gymreg_core.disclosure.small import few_of, small
from gymreg_core.disclosure.suppression import Tied, hidden_or_rounded
from gymreg_core.disclosure.ties import Ties
from gymreg_core.disclosure.withheld import withheld
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance

_DOOR = object()
_AT = "_at"


@dataclass(frozen=True, eq=False)
class Released:
    """A table that may be shown, with the policy that let it out and where its numbers come from.

    Made only by the functions of `gymreg_core.disclosure`. `table` hands out a copy, so nothing can be
    added to a table that is out. Verbs (`select`, `where`, `head`) return a new `Released`.
    """

    _frame: pd.DataFrame
    policy: str
    provenance: Provenance
    suppressed: int = 0
    _why: pd.DataFrame | None = field(default=None, repr=False)
    _wholes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    _record: Record | None = field(default=None, repr=False)
    _unnamed: tuple[str, ...] = field(default=(), repr=False)
    _door: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self._door is not _DOOR:
            raise DisclosureRefused(
                "a Released table cannot be made by hand",
                why="Only gymreg_core.disclosure decides what may leave the store.",
                remedy="Call release_published(table, provenance) on a table made of published files.",
            )

    @property
    def table(self) -> pd.DataFrame:
        self.noted()
        return self._frame.copy()

    def noted(self) -> Released:
        """The same, looked at: where a page is made, what the whole table tells is held against all other pages.

        Errors: DisclosureRefused where it counts persons and nobody said of what universe.
        """
        note(self._record, self._unnamed)
        return self

    @property
    def cells(self) -> Cells:
        """What the whole table tells that this was part of, by its coordinates; empty where it counts nobody."""
        return Cells.none() if self._record is None else self._record.cells

    @property
    def why(self) -> pd.DataFrame:
        """Why each cell is missing, int8 of `Why` in the shape of `table`: 0 where it is shown or not applicable."""
        return all_shown(self._frame) if self._why is None else self._why.copy()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._frame.columns)

    def __len__(self) -> int:
        return len(self._frame)

    def _with(self, frame: pd.DataFrame, why: pd.DataFrame) -> Released:
        return replace(self, _frame=frame, _why=why)

    def select(self, *columns: str) -> Released:
        """The same rows with exactly these columns, in this order."""
        return self._with(self._frame.loc[:, list(columns)], self.why.loc[:, list(columns)])

    def where(self, mask: pd.Series) -> Released:
        """The rows for which `mask` (boolean, same index as `table`) holds."""
        frame, why = self._frame.loc[mask], self.why.loc[mask]
        return self._with(frame.reset_index(drop=True), why.reset_index(drop=True))

    def among(self, column: str, *values: object) -> Released:
        """The rows that have one of `values` in a column of keys."""
        return self.where(self._frame[column].isin(values))

    def hidden(self, column: str) -> NDArray[np.bool_]:
        """(rows,): where a column is missing."""
        return self._frame[column].isna().to_numpy(np.bool_)

    def with_words(self, column: str, words: Sequence[str | None], *, of: Sequence[str] | Reasons = ()) -> Released:
        """The same rows with a column of words for readers, one for each row; None where there are none.

        of : the columns that the words tell of, for whose reasons they are left out; or the reason of each row.
        Errors: DisclosureRefused for a column that the policy does not list, or words that look like identities.
        """
        return self._with_made(column, pd.Series(list(words), index=self._frame.index, dtype="str"), of)

    def with_share(self, column: str, part: str, *whole: str) -> Released:
        """The same rows with `part` as a share of the sum of the columns `whole`, all of them out already.

        Missing where one of them is, or where the sum is 0. Errors: DisclosureRefused for a column that the policy does
        not list.
        """
        parts = self._frame[part].astype("float64")
        wholes = self._frame[list(whole)].astype("float64").sum(axis=1, skipna=False)
        reason, own = of_several(self.why, [*whole, part]), self.why[part].to_numpy(np.int8)
        if whole == (dict(self._wholes).get(part),):
            near = np.isin(own, NEAR) & self._frame[whole[0]].notna().to_numpy()
            reason = np.where(near, own, reason).astype(np.int8)
        return self._with_made(column, parts / wholes.where(wholes != 0), reason)

    def with_share_within(self, column: str, part: str, within: str) -> Released:
        """The same rows with `part` as a share of its sum over the rows that have the same value in `within`.

        Errors: as `with_share`.
        """
        parts = self._frame[part].astype("float64")
        groups = self._frame[within]
        wholes = parts.groupby(groups).transform(lambda rows: rows.sum(skipna=False))
        reason = pd.Series(of_several(self.why, [part]), index=groups.index).groupby(groups).transform("max")
        return self._with_made(column, parts / wholes.where(wholes != 0), reason.to_numpy(np.int8))

    def with_change(self, column: str, now: str, before: str) -> Released:
        """The same rows with `now` less `before`, two columns that are out; missing where one is.

        Errors: DisclosureRefused for a column that the policy does not list.
        """
        values = self._frame[now].astype("float64") - self._frame[before].astype("float64")
        return self._with_made(column, values, [now, before])

    def with_times(self, column: str, factors: Sequence[float]) -> Released:
        """The same rows with numbers that are out times a factor for each row; missing where the number is."""
        return self._with_made(column, self._frame[column].astype("float64") * list(factors), [column])

    def with_rounded(self, column: str, fewest: int = 0) -> Released:
        """The same rows with a count that is out rounded to the nearest multiple of the policy's `rounding_base`.

        For a whole that lies near another one that is told exactly. It is missing where it is below `fewest`, of which
        the rounding would be too large a part. Half-way goes up.
        """
        counts = self._frame[column]
        few = (counts < fewest).fillna(False)
        why = self.why.assign(**{column: self.why[column].mask(few, int(Why.FEW)).astype(np.int8)})
        made = self._with(self._frame.assign(**{column: rounded(counts).mask(few)}), why)
        if self._record is None:
            return made
        whole, reasons = self._record.frame, self._record.why
        small_ones = (whole[column] < fewest).fillna(False)
        reasons = reasons.assign(**{column: reasons[column].mask(small_ones, int(Why.FEW)).astype(np.int8)})
        whole = whole.assign(**{column: rounded(whole[column]).mask(small_ones)})
        return replace(made, _record=self._record.rounded(column, whole, reasons))

    def _with_made(self, column: str, values: pd.Series, of: Sequence[str] | Reasons) -> Released:
        """With a column made of others; `of`: these, or the reason of each row for which it may be missing."""
        frame = self._frame.assign(**{column: values})
        refuse_columns(frame[[column]], self.policy)
        reason = of if isinstance(of, np.ndarray) else of_several(self.why, of)
        missing = np.where(frame[column].isna(), reason, Why.SHOWN).astype(np.int8)
        return self._with(frame, self.why.assign(**{column: missing}))

    def spread(self, keys: str | Sequence[str], year: str, *names: str) -> Released:
        """A row for each combination of `keys`, in the order of the rows, with a column ``<name>_y<year>`` for each of
        `names` and each value of the column `year`; missing where there is no such row.

        Errors: DisclosureRefused for a column that the policy does not list.
        """
        keys = [keys] if isinstance(keys, str) else list(keys)
        out = self._frame[keys].drop_duplicates(ignore_index=True)
        reasons: dict[str, Reasons] = {}
        for value, rows in self._frame.groupby(year, sort=True):
            told = rows[[*keys, *names]].rename(columns={name: f"{name}_y{value}" for name in names})
            out = out.merge(told.assign(**{_AT: rows.index}), on=keys, how="left")
            at, found = out.pop(_AT), self.why
            for name in names:
                reason = found[name].reindex(at).fillna(int(Why.SHOWN))
                reasons[f"{name}_y{value}"] = reason.to_numpy(np.int8)
        refuse_columns(out, self.policy)
        return self._with(out, all_shown(out).assign(**reasons))

    def head(self, n: int) -> Released:
        return self._with(self._frame.head(n), self.why.head(n))

    def sort(self, by: str | list[str], *, ascending: bool | list[bool] = True) -> Released:
        """Sorted by columns; a stable sort, so that ties keep their order."""
        frame = self._frame.sort_values(by, ascending=ascending, kind="stable")
        return self._with(frame.reset_index(drop=True), self.why.loc[frame.index].reset_index(drop=True))

    def _repr_html_(self) -> str:
        return str(self._frame.to_html(index=False, max_rows=20))


def require_released(table: object, columns: Sequence[str]) -> Released:
    """`table` with exactly `columns`, if it came through the door of this module; what drawing and writing start with.

    Errors: DisclosureRefused for anything else: a DataFrame, a look-alike, a subclass, a copy made by hand,
    or a frame that was changed after it was let out.
    """
    genuine = type(table) is Released and getattr(table, "_door", None) is _DOOR
    if not isinstance(table, Released) or not genuine or not all(allowed(str(c), table.policy) for c in table.columns):
        raise DisclosureRefused(
            f"only a released table can be drawn or written, not this {type(table).__name__}",
            why="Charts, tables and files for readers hold nothing that disclosure has not let out.",
            remedy="Call release_published(table, provenance) on a table made of published files.",
        )
    return table.select(*columns)


def release_published(table: pd.DataFrame, provenance: Provenance) -> Released:
    """Let a table out that was made of already published files alone, small numbers too where the policy repeats them.

    Errors: DisclosureRefused where an input was not public, a column is not on the list of
    `rules/disclosure.yml`, a column names persons, or a text or number looks like an identity number.
    The message names columns and row positions, never values.
    """
    if not provenance.already_public:
        raise DisclosureRefused(
            "this table rests on data that nobody has published",
            why="The policy 'already_public' only passes on what its owner has published.",
            remedy="Use a policy with suppression for register data.",
        )
    refuse_columns(table, "already_public")
    kept, why = without_few_told(table)
    return let_out(kept, "already_public", provenance, why)


def release_counts(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    within: str | None = None,
    ties: Ties | None = None,
    about: About | str | None = None,
    hidden: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Released:
    """Let out counts of persons, the small ones left out.

    A count from 1 to below `smallest_count` of the policy becomes missing, and with it the counts that would tell it.
    Shares and changes of counts are made afterwards, from what is left.

    within : column whose groups of rows each add up to a total that is told elsewhere. ties : what else adds up.
    hidden : by column, (rows,), numbers made of counts that were left out of another table before.
    about : what is counted (rules/disclosure_links.yml, universes); on a page it has to be said.
    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons, or looks like identities.
    """
    counts = counts_in(table, "counts")
    ties = ties or Ties()
    if within is not None:
        blocks = pd.Series(range(len(table))).groupby(table[within].to_numpy()).agg(list)
        ties = replace(ties, sums=[*ties.sums, *((None, rows) for rows in blocks if len(rows) > 1)])
    few, values = few_of(table, counts, ties), {name: table[name].to_numpy(np.int64) for name in counts}
    kept = hidden_or_rounded(table, Tied(values, ties), few)
    known = Known(About.given(about), table, counts, ties)
    why = left_out(table, kept, few)
    for name, gone in (hidden or {}).items():
        why[name] = np.where(gone & kept[name].isna(), int(Why.FEW), why[name]).astype(np.int8)
    return let_out(kept, "counts", provenance, why, known=known)


def release_rounded(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    about: About | str | None = None,
    twice: NDArray[np.bool_] | None = None,
    ties: Ties | None = None,
) -> Released:
    """Let out counts of persons, each rounded by itself to the nearest multiple of `rounding_base` of the policy.

    For pictures with so many small counts that little would be left of them: states month by month, flows. Sums of
    what is shown differ from the truth, so that a difference of two counts tells no person. Half-way goes up.
    about : as in `release_counts`. twice : (rows,), counts made of rounded ones, which are off by as much again.
    ties : sums of rows, of a table whose counts stand in no other: then these are rounded up or down so that the sums
        hold as nearly as they can.
    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons, or looks like identities.
    """
    counts, out = counts_in(table, "rounded"), table.copy()
    step = told().rounding_base
    for name in counts:
        values = out[name].to_numpy(np.float64)
        values = nearest(values, step) if ties is None else controlled(values, ties.matrix(len(out)), step)
        out[name] = values.astype(np.int64)
    base = np.full(len(table), step / 2 if ties is None else step - 1.0)
    half = base if twice is None else np.where(twice, 2 * base, base)
    known = Known(About.given(about), table, counts, unit=dict.fromkeys(counts, half))
    return let_out(out, "rounded", provenance, known=known)


def rounded(counts: pd.Series) -> pd.Series:
    """Counts to the nearest multiple of `rounding_base` of the policy; half-way goes up."""
    values = nearest(counts.to_numpy(np.float64, na_value=np.nan), told().rounding_base)
    return pd.Series(values, counts.index, name=counts.name).astype(counts.dtype)


def release_money(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    ties: Ties | None = None,
    about: About | str | None = None,
    providers: Providers | None = None,
) -> Released:
    """Let out amounts of money, those left out that few pupils stand behind (rules/disclosure.yml, money).

    table : `pupils` says how many pupils there are at least behind a row (`pupils_of`), `covered` how many of them have
        a supplement; with the ending _previous those of the year compared with. Amounts are hidden by the first,
        amounts of the supplement by both. Shares and amounts per pupil made of an amount stand under its name with an
        ending, and are hidden with it.
    ties : what adds up, totals told elsewhere too. about : as in `release_counts`. providers : whose the amounts are,
        for policies that hide rows of one independent provider, or mostly of a few.
    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons or looks like identities, or
    an amount stands without the count behind it.
    """
    refuse_columns(table, "money")
    policy = lists()["money"]
    behind = {str(c): count for c in table.columns if (count := count_behind(str(c), policy))}
    missing = sorted({count for count in behind.values() if count not in table})
    if missing:
        raise DisclosureRefused(
            f"there are amounts and no column {' or '.join(map(repr, missing))}",
            why="Whether an amount may be shown depends on how many pupils stand behind it.",
            remedy="Give the table the count of pupils of each row.",
        )
    whose = np.zeros(len(table), np.int8) if providers is None else reasons_of(providers, told())
    kept = without_few(table, behind, ties or Ties(), whose != Why.SHOWN)
    few = {name: small(table[count]) for name, count in behind.items()}
    known = money_known(About.given(about), table, behind, ties or Ties())
    why = left_out(table, kept, few)
    for name in behind:
        why[name] = np.where(whose != Why.SHOWN, whose, why[name]).astype(np.int8)
    return let_out(kept, "money", provenance, why, known=known)


def let_out(
    table: pd.DataFrame,
    policy: str,
    provenance: Provenance,
    why: pd.DataFrame | None = None,
    wholes: Sequence[tuple[str, str]] = (),
    known: Known | None = None,
) -> Released:
    """A table whose small counts are left out already; for the modules of this room alone.

    why : int8 of `Why` in the shape of `table`; nothing is left out where None. wholes : pairs of a count and the whole
        that it is told to be near all or near none of. known : what is counted, and how it hangs together. Measures
        that are sensitive to the audience are left out here, and what other tables would be told by (`withheld`).
        Counts are rounded where the policy says so, those beside estimates and amounts as well.
    """
    out, reasons = table.reset_index(drop=True), all_shown(table) if why is None else why
    reasons = reasons.reset_index(drop=True)
    if known is not None and told().method == "round" and not known.unit:
        heads = [name for name in known.counts if name not in known.amounts]
        out = out.assign(**{name: rounded(out[name]) for name in heads})
        known = replace(known, unit=dict.fromkeys(heads, told().rounding_base / 2))
    for name in map(str, out.columns):
        if listed(name, told().sensitive, lists()[policy]["endings"]):
            out[name] = out[name].astype("Float64").mask(out[name].notna())
            reasons[name] = np.full(len(out), Why.SENSITIVE, np.int8)
    record = None if known is None else Record.of(known, policy, out, reasons, wholes)
    if record is not None and (masks := record.withheld(withheld())):
        for name, mask in masks.items():
            for column in record.known.along.get(name, (name,)):
                gone = mask & out[column].notna().to_numpy()
                out[column] = out[column].mask(gone)
                reason = reasons[column].to_numpy(np.int8)
                reason = np.where(mask, without_near(reason), reason)
                reasons[column] = np.where(gone, int(Why.LINKED), reason).astype(np.int8)
        record = replace(record, frame=out, why=reasons)
    suppressed = int((reasons != Why.SHOWN).to_numpy().sum())
    unnamed = tuple(known.counts) if known is not None and known.about is None else ()
    return Released(out, policy, provenance, suppressed, reasons, tuple(wholes), record, unnamed, _door=_DOOR)


def smallest_count() -> int:
    """The smallest count of persons that the audience is shown."""
    return told().smallest_count

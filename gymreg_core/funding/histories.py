"""Enrolments as arrays: pupils in the order of their pseudonyms, texts as numbers in sorted lists.

Nothing here depends on the order in which the rows of the tables stand. Pupils, schools and municipalities that only
the ledger knows are taken up as well, so that what was posted for them can be reversed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import GROUPS, Enrolments, year9_of
from gymreg_core.contracts.ledger import CUT_OFF
from gymreg_core.funding.kernel import ANNULLED, FAR, NONE, PAYER, PERCENT, RECORDED, START, STOP, Rows
from gymreg_core.funding.posted_schools import SCHOOL, posted_otherwise
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.study_paths import programme_of

Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]

PLACEMENT = (*SCHOOL, "study_path_code", "year_of_study", "group")
"""What a posting says of where a pupil was placed."""
OFFER = ("study_path_code", "year_of_study", "group", "provider_form", "municipality")
"""What of it a price depends on."""
_RESTING = ("study_break", "exchange_year")
_INVALID = "invalid"
_EPOCH = 1970
_YEARS = 128


@dataclass(frozen=True, eq=False, repr=False)
class Histories:
    """A register of enrolments for the kernel; holds persons and stays in the store.

    pupils : their pseudonyms, sorted (n,). in_extract, protected : bool (n,). merit : float64 (n,), NaN without one.
    rows : what the kernel reads. placement : int32 (spells,), row of `placements` of each spell in the kernel's order.
    placements : a row per PLACEMENT that occurs, sorted. programmes : the programme of each. offer : int32, the row of
    `offers` of each; offers : a row per OFFER that occurs. place_payer : int32, the number among `payers` of the
    municipality that each lies in, or NONE; placement_party : bool, whether that is of the area.
    payers : names of home municipalities, sorted. party : bool, whether each is of the area.
    since, as_of : first and last day that the register tells of.
    as_posted : int32 (placements,) by month (YYYYMM) that a ledger has posted for schools otherwise than the register
    tells of them: the placement that is paid for each.
    """

    pupils: pa.Array
    in_extract: Flags
    protected: Flags
    merit: NDArray[np.float64]
    rows: Rows
    placement: Int32
    placements: pd.DataFrame
    programmes: NDArray[np.object_]
    offer: Int32
    offers: pd.DataFrame
    payers: NDArray[np.object_]
    party: Flags
    placement_party: Flags
    place_payer: Int32
    since: np.datetime64
    as_of: np.datetime64
    as_posted: Mapping[int, Int32]

    def __len__(self) -> int:
        return len(self.pupils)

    @cached_property
    def school(self) -> Int32:
        """Number of the school of each placement."""
        return self._numbered("school_id")

    @cached_property
    def studies(self) -> Int32:
        """Number of study path, year of study and group of each placement."""
        return self._numbered("study_path_code", "year_of_study", "group")

    def _numbered(self, *columns: str) -> Int32:
        return np.asarray(self.placements.groupby(list(columns), sort=False).ngroup(), np.int32)

    def paid_in(self, month: int, spells: Int32) -> Int32:
        """The placements of spells (n,) in a month (YYYYMM), those schools as posted that the ledger has posted for."""
        placement = self.placement[spells]
        return self.as_posted[month][placement] if month in self.as_posted else placement

    @cached_property
    def offers_to_homes(self) -> tuple[Int32, Int32]:
        """Every offer that a pupil can be paid for in with every payer that the pupil has had: each pair once."""
        r, n = self.rows, len(self)
        of_spells, homes = np.repeat(np.arange(n), np.diff(r.of_spells)), np.diff(r.of_homes)
        times = homes[of_spells]
        spell = np.repeat(np.arange(len(r.spells)), times)
        nth = np.arange(len(spell)) - np.repeat(np.cumsum(times) - times, times)
        payer = r.homes[r.of_homes[of_spells[spell]] + nth, PAYER]
        known = payer != NONE
        many = max(len(self.payers), 1)
        placement, home = np.divmod(
            np.unique(self.placement[spell[known]].astype(np.int64) * many + payer[known]), many
        )
        every = [placement, *(paid[placement] for paid in self.as_posted.values())]
        pairs = np.unique(np.concatenate([self.offer[one].astype(np.int64) * many + home for one in every]))
        offer, home = np.divmod(pairs, many)
        return offer.astype(np.int32), home.astype(np.int32)

    @cached_property
    def cut_off(self) -> Flags:
        """Whether each pupil (n,) is known to the ledger alone, under a name that nobody has any more."""
        return np.asarray(pc.starts_with(self.pupils, CUT_OFF).to_numpy(zero_copy_only=False), np.bool_)

    @cached_property
    def names(self) -> pd.CategoricalDtype[Any]:
        """The pseudonyms as categories, one object for all tables of a run: the ledger knows them again by that."""
        return pd.CategoricalDtype(pd.Index(self.pupils.to_pandas(), dtype="str"))

    def changed(self, after: int, until: int) -> Int32:
        """Pupils of whom a row was recorded or annulled after one day, at the latest on the other."""
        hit = np.zeros(len(self), np.bool_)
        r = self.rows
        for rows, of in ((r.spells, r.of_spells), (r.homes, r.of_homes), (r.decisions, r.of_decisions)):
            days = rows[:, (RECORDED, ANNULLED)]
            moved = np.flatnonzero(((days > after) & (days <= until)).any(axis=1))
            hit[np.searchsorted(of, moved, side="right") - 1] = True
        return np.flatnonzero(hit).astype(np.int32)


def histories(enrolments: Enrolments, rules: SettlementRules, posted: pd.DataFrame | None = None) -> Histories:
    """The arrays of enrolments that hold to their contract, with what a ledger (contracts.ledger.POSTINGS) names.

    Of the rules, those about age, extended time and temporary numbers are worked in; days, shares and tax are not.
    """
    e = enrolments
    pupils, of_person = _sorted_pupils(e.persons["applicant"], posted)
    n = len(pupils)
    persons = {
        name: _spread(e.persons[name].to_numpy(), of_person, n, empty)
        for name, empty in (("protected", False), ("birth_year", 0))
    }
    merit = _spread(year9_of(e)["merit"].to_numpy(), of_person, n, np.nan)
    temporary = _spread(e.persons["number_kind"].isin(rules.temporary_kinds).to_numpy(), of_person, n, False)
    placements, placement, as_posted = _placements(e, posted, rules)
    programmes = np.array([programme_of(code) for code in placements["study_path_code"]], dtype=object)
    names = {str(name) for name in e.homes["municipality"].unique()} - {""}
    if posted is not None:
        names |= {str(name) for name in posted["payer"].unique()}
    payers = np.array(sorted(names), dtype=object)
    offers = placements[list(OFFER)].drop_duplicates().sort_values(list(OFFER), ignore_index=True)
    area = {name for name, known in municipalities().items() if known.party}
    spells, of_spells, order = _spell_rows(
        e.spells, of_person, n, placement, programmes, placements, persons["birth_year"], rules
    )
    return Histories(
        pupils=pupils,
        in_extract=_spread(np.ones(len(of_person), np.bool_), of_person, n, False),
        protected=persons["protected"] | _protected_before(pupils, posted),
        merit=merit.astype(np.float64),
        rows=Rows(
            spells,
            of_spells,
            *_home_rows(e.homes, of_person, n, payers),
            *_decision_rows(e.decisions, of_person, n),
            temporary & (not rules.pay_temporary),
        ),
        placement=placement[order],
        placements=placements,
        programmes=programmes,
        offer=_rows_of(placements[list(OFFER)], offers),
        offers=offers,
        payers=payers,
        party=np.array([name in area for name in payers], np.bool_),
        placement_party=placements["municipality"].isin(area).to_numpy(np.bool_),
        place_payer=pd.Index(payers, dtype=object)
        .get_indexer(placements["municipality"].astype(object))
        .astype(np.int32),
        since=np.datetime64(e.since),
        as_of=np.datetime64(e.as_of),
        as_posted=as_posted,
    )


def pupil_numbers(names: pd.Series, pupils: pa.Array) -> Int32:
    """The place of pseudonyms (a category) among sorted ones."""
    of_category = pc.index_in(_text(names.cat.categories), value_set=pupils).fill_null(NONE)
    return np.asarray(of_category, np.int32)[names.cat.codes.to_numpy()]


def placement_numbers(table: pd.DataFrame, placements: pd.DataFrame) -> Int32:
    """The row of `placements` that each row of a table with the columns PLACEMENT has."""
    codes, distinct = _distinct(table)
    return _rows_of(distinct, placements)[codes]


def _text(column: pd.Series | pd.Index[str]) -> pa.Array:
    found = pa.array(column.astype("str"), type=pa.large_string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _sorted_pupils(applicants: pd.Series, posted: pd.DataFrame | None) -> tuple[pa.Array, Int32]:
    names = _text(applicants)
    if posted is not None and len(posted):
        before = _text(posted["pupil"].cat.categories[np.unique(posted["pupil"].cat.codes)])
        names = pa.concat_arrays([names, before.filter(pc.invert(pc.is_in(before, value_set=names)))])
    order = np.asarray(pc.sort_indices(names))
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return names.take(pa.array(order)), place[: len(applicants)]


def _spread(values: NDArray[Any], places: Int32, n: int, empty: Any) -> NDArray[Any]:
    whole = np.full(n, empty, dtype=values.dtype)
    whole[places] = values
    return whole


def _protected_before(pupils: pa.Array, posted: pd.DataFrame | None) -> Flags:
    before = np.zeros(len(pupils), np.bool_)
    if posted is not None and len(posted):
        before[pupil_numbers(posted["pupil"][posted["protected"]], pupils)] = True
    return before


def _placements(
    e: Enrolments, posted: pd.DataFrame | None, rules: SettlementRules
) -> tuple[pd.DataFrame, Int32, dict[int, Int32]]:
    """Every placement of spells and ledger, sorted; that of each spell; by month, which one is paid for each."""
    code, codes = pd.factorize(e.spells["study_path_code"])
    group = e.spells["group"].map({name: number for number, name in enumerate(GROUPS)}).to_numpy(np.int64)
    packed = (e.spells["school"].to_numpy(np.int64) * len(codes) + code) * _YEARS + e.spells["year_of_study"].to_numpy()
    which, distinct = pd.factorize(packed * len(GROUPS) + group)
    rest, groups = np.divmod(distinct, len(GROUPS))
    rest, years = np.divmod(rest, _YEARS)
    school, path = np.divmod(rest, max(len(codes), 1))
    schools = e.schools.take(school).reset_index(drop=True)
    own = pd.DataFrame(
        {
            "school_id": schools["school_id"],
            "receiver": schools["provider"],
            "municipality": schools["municipality"],
            "provider_form": schools["provider_form"],
            "study_path_code": np.asarray(codes, dtype=object)[path],
            "year_of_study": years.astype(np.int64),
            "group": np.array(GROUPS, dtype=object)[groups],
        }
    ).astype({name: object for name in PLACEMENT if name != "year_of_study"})
    parts, paid = [own], own.iloc[:0].assign(concerns=0, own=0)
    if posted is not None:
        posting, placed = _distinct(posted)
        parts.append(placed)
        if rules.provider_of_posted_months == "as_posted":
            schools = posted_otherwise(own[list(SCHOOL)].drop_duplicates(), posted, placed, posting)
            studies = own.drop(columns=[*SCHOOL[1:]]).assign(own=np.arange(len(own)))
            paid = studies.merge(schools, on="school_id")
            parts.append(paid[list(PLACEMENT)])
    every = pd.concat(parts, ignore_index=True)
    sorted_ = every.drop_duplicates().sort_values(list(PLACEMENT), ignore_index=True)
    places = _rows_of(own, sorted_)
    return sorted_, places[which], _paid_for(paid, places, sorted_)


def _paid_for(paid: pd.DataFrame, places: Int32, placements: pd.DataFrame) -> dict[int, Int32]:
    """By month, the row of `placements` (m,) that is paid for each of them: others than itself where `paid` says so.

    paid : concerns (YYYYMM), own (number of the placement that a spell has) and PLACEMENT, the one that is paid.
    places : the row of `placements` of each own one.
    """
    found = {}
    to = _rows_of(paid[list(PLACEMENT)], placements)
    own, concerns = paid["own"].to_numpy(np.int64), paid["concerns"].to_numpy(np.int64)
    for month in np.unique(concerns).tolist():
        rows = np.flatnonzero(concerns == month)
        found[month] = np.arange(len(placements), dtype=np.int32)
        found[month][places[own[rows]]] = to[rows]
    return found


def _distinct(table: pd.DataFrame) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """The placements of a table as the ledger has them, once each, and which of them every row has."""
    packed = np.zeros(len(table), np.int64)
    for name in PLACEMENT:
        codes, found = pd.factorize(table[name])
        packed = pd.factorize(packed * max(len(found), 1) + codes)[0]
    codes, first = np.unique(packed, return_index=True)
    distinct = table[list(PLACEMENT)].iloc[first].reset_index(drop=True)
    texts = {name: object for name in PLACEMENT if name != "year_of_study"}
    return np.searchsorted(codes, packed), distinct.astype({**texts, "year_of_study": np.int64})


def _rows_of(table: pd.DataFrame, among: pd.DataFrame) -> Int32:
    return pd.MultiIndex.from_frame(among).get_indexer(pd.MultiIndex.from_frame(table)).astype(np.int32)


def _days(column: pd.Series) -> Int32:
    """Days since 1 January 1970, FAR where there is none."""
    days = column.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), FAR, days.astype(np.int64)).astype(np.int32)


def _table(
    pupil: Int32, columns: Sequence[NDArray[Any]], keys: Sequence[int], n: int
) -> tuple[Int32, Int32, NDArray[np.int64]]:
    """Rows of int32 columns by pupil, then by some of the columns; where each pupil's begin (n + 1,); their order."""
    order = np.lexsort((*(columns[key] for key in reversed(keys)), pupil))
    first = np.zeros(n + 1, np.int32)
    first[1:] = np.cumsum(np.bincount(pupil, minlength=n))
    return np.stack([column[order].astype(np.int32) for column in columns], axis=1), first, order


def _known_days(table: pd.DataFrame, stop: bool = True) -> list[Int32]:
    """START, STOP, RECORDED, ANNULLED."""
    start, far = _days(table["start"]), np.full(len(table), FAR, np.int32)
    return [start, _days(table["stop"]) if stop else far, _days(table["recorded"]), _days(table["annulled"])]


def _spell_rows(
    spells: pd.DataFrame,
    of_person: Int32,
    n: int,
    placement: Int32,
    programmes: NDArray[np.object_],
    placements: pd.DataFrame,
    birth_year: NDArray[Any],
    rules: SettlementRules,
) -> tuple[Int32, Int32, NDArray[np.int64]]:
    """The spells that can count at all, where each pupil's begin, and which rows of the table they are."""
    kept = np.flatnonzero((spells["reason"] != _INVALID).to_numpy())
    table = spells.iloc[kept]
    pupil, where, days = of_person[table["pupil"].to_numpy()], placement[kept], _known_days(table)
    year = placements["year_of_study"].to_numpy()
    decided = (year > rules.last_ordinary_year) & ~np.isin(programmes, list(rules.beyond_without_decision))
    late = _begun_late(days[START], year[where] - 1, birth_year[pupil].astype(np.int64), rules)
    resting = table["reason"].isin(_RESTING).to_numpy()
    columns = [*days, _days(table["present"]), resting, decided[where], late, where]
    rows, first, order = _table(pupil, columns, (START, len(columns) - 1, STOP, RECORDED, ANNULLED), n)
    return np.ascontiguousarray(rows[:, :-1]), first, kept[order]


def _begun_late(start: Int32, years: NDArray[Any], born: NDArray[Any], rules: SettlementRules) -> Flags:
    """Whether studies that are some years old at `start` were begun after the age limit."""
    day = start.astype("datetime64[D]")
    year, month = day.astype("datetime64[Y]"), day.astype("datetime64[M]")
    of_year = (month - year.astype("datetime64[M]")).astype(np.int64) + 1
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    last_month, last_day = rules.start_by
    after = (of_year > last_month) | ((of_year == last_month) & (of_month > last_day))
    begun, limit = year.astype(np.int64) + _EPOCH - years, born + rules.age
    return np.asarray((begun > limit) | ((begun == limit) & after), np.bool_)


def _home_rows(homes: pd.DataFrame, of_person: Int32, n: int, payers: NDArray[np.object_]) -> tuple[Int32, Int32]:
    code, names = pd.factorize(homes["municipality"])
    payer = pd.Index(payers, dtype=object).get_indexer(pd.Index(names, dtype=object)).astype(np.int32)[code]
    columns = [*_known_days(homes, stop=False), payer]
    rows, first, _ = _table(of_person[homes["pupil"].to_numpy()], columns, (START, RECORDED, PAYER, ANNULLED), n)
    return rows, first


def _decision_rows(decisions: pd.DataFrame, of_person: Int32, n: int) -> tuple[Int32, Int32]:
    columns = [*_known_days(decisions), decisions["percent"].to_numpy()]
    keys = (RECORDED, START, PERCENT, STOP, ANNULLED)
    rows, first, _ = _table(of_person[decisions["pupil"].to_numpy()], columns, keys, n)
    return rows, first

"""What a forecast of demand starts from: choices of earlier years, from registers, published results or a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from gymreg_core.contracts.demand import ELSEWHERE, NOT_TOLD, demand_table, empty_demand
from gymreg_core.contracts.register import Register
from gymreg_core.contracts.rounds import Round
from gymreg_core.contracts.tracked import Tracked
from gymreg_core.findings import Findings
from gymreg_core.matching.eligibility import eligibility
from gymreg_core.matching.lists import grades_of
from gymreg_core.provenance import Provenance
from gymreg_core.sources.demand.reading import DemandTables
from gymreg_core.vocabulary.programmes import municipalities, programmes
from gymreg_core.vocabulary.study_paths import programme_of

Measure = Literal["first_choices", "admitted"]
_KEYS = ["intake_year", "home", "programme", "place"]
_LAST_ROUND = "final"
_ELIGIBLE = "vocational"


def _nothing(name: str) -> pd.DataFrame:
    return empty_demand(name)


@dataclass(frozen=True, eq=False)
class DemandInputs:
    """Everything that a forecast may rest on.

    choices, population, year9, wanted : tables of contracts/demand.py; only choices have to be there. tracked : cohorts
    that were followed, for who stays in a programme. measure : what a choice is, the first choice of an applicant, or,
    where files do not tell those, an admitted pupil.
    """

    choices: pd.DataFrame
    provenance: Provenance
    measure: Measure = "first_choices"
    population: pd.DataFrame = field(default_factory=lambda: _nothing("population"))
    year9: pd.DataFrame = field(default_factory=lambda: _nothing("year9"))
    wanted: pd.DataFrame = field(default_factory=lambda: _nothing("wanted"))
    tracked: Tracked | None = None

    def with_tables(self, tables: DemandTables) -> DemandInputs:
        """With the population, year 9 and choices of files; a year's choices here count before those of a file."""
        years = set(self.choices["intake_year"])
        more = tables.choices[~tables.choices["intake_year"].isin(years)]
        return replace(
            self,
            choices=demand_table("choices", pd.concat([self.choices, more], ignore_index=True)),
            population=tables.population if len(tables.population) else self.population,
            year9=tables.year9 if len(tables.year9) else self.year9,
            wanted=self._with_wanted(tables.tables["wanted"]),
            provenance=Provenance.joined([self.provenance, tables.provenance]),
        )

    def _with_wanted(self, more: pd.DataFrame) -> pd.DataFrame:
        known = set(self.wanted["intake_year"])
        whole = pd.concat([self.wanted, more[~more["intake_year"].isin(known)]], ignore_index=True)
        return demand_table("wanted", whole)

    def as_tables(self) -> DemandTables:
        """The tables alone, to be stored (store/demand.py)."""
        names = {"population": self.population, "year9": self.year9, "choices": self.choices, "wanted": self.wanted}
        names["need"] = empty_demand("need")
        return DemandTables(names, Findings(), self.provenance)

    def with_tracked(self, tracked: Tracked | None) -> DemandInputs:
        """With cohorts that were followed."""
        return replace(self, tracked=tracked)


def inputs_of_registers(registers: Iterable[tuple[Register, Provenance]]) -> DemandInputs:
    """First choices of the final round and year-9 figures of registers, one of each intake year. No person is kept."""
    choices, wanted, year9, sources = [], [], [], []
    for register, provenance in registers:
        first = _first_choices(register)
        choices.append(first)
        year9.append(_year9(register))
        seats = register.study_paths.assign(programme=_programmes(register)).groupby("programme")["seats_final"].sum()
        told = pd.DataFrame({"wanted": first.groupby("programme")["pupils"].sum(), "there": seats})
        told = told.loc[told["wanted"].notna()].fillna({"there": 0}).rename_axis("programme").reset_index()
        wanted.append(told.assign(intake_year=register.intake_year))
        sources.append(provenance)
    if not choices:
        return DemandInputs(empty_demand("choices"), Provenance((), already_public=False))
    return DemandInputs(
        choices=demand_table("choices", pd.concat(choices, ignore_index=True)),
        provenance=Provenance.joined(sources),
        wanted=demand_table("wanted", pd.concat(wanted, ignore_index=True)),
        year9=demand_table("year9", pd.concat(year9, ignore_index=True)),
    )


def inputs_of_results(table: pd.DataFrame, provenance: Provenance, round_: Round) -> DemandInputs:
    """What published results (contracts/results.py) tell: admitted of a round by programme and municipality of the
    school, and reserve entries for what is wanted beyond. Homes are not told, and no first choices in most years."""
    rows = table[table["round"].eq(round_) & begins_with(table["programme"])]
    summed = rows.groupby(["intake_year", "programme", "municipality"], as_index=False)[["admitted", "reserves"]].sum()
    known = municipalities()
    place = summed["municipality"].where(summed["municipality"].isin(known), ELSEWHERE)
    choices = summed.assign(home=NOT_TOLD, place=place, pupils=summed["admitted"].fillna(0))
    choices = choices.groupby(_KEYS)["pupils"].sum().reset_index()
    told = summed.groupby(["intake_year", "programme"], as_index=False)[["admitted", "reserves"]].sum()
    return DemandInputs(
        choices=demand_table("choices", choices),
        provenance=provenance,
        measure="admitted",
        wanted=demand_table(
            "wanted", told.rename(columns={"reserves": "wanted", "admitted": "there"}).fillna({"wanted": 0, "there": 0})
        ),
    )


def code_in(programme: str, year: int) -> str:
    """The code that a programme has in an intake year: that of the one that followed it, where it has ended."""
    known = programmes().get(programme)
    while known is not None and known.until is not None and known.until < year and known.followed_by:
        known = programmes().get(known.followed_by)
    return programme if known is None else known.code


def begins_with(programme: pd.Series) -> pd.Series:
    """Whether a programme is one that pupils begin with: national or introductory, and no fourth year."""
    of = {code for code, one in programmes().items() if one.national or one.type == "introductory"}
    return programme.isin(of)


def _programmes(register: Register) -> list[str]:
    return [programme_of(str(code)) for code in register.study_paths["study_path_code"]]


def _first_choices(register: Register) -> pd.DataFrame:
    """The first choices of the final round of a register: the columns of contracts.demand.CHOICES."""
    rows = register.applications
    first = rows[rows["round"].eq(_LAST_ROUND)].sort_values(["pupil", "rank"], kind="stable").drop_duplicates("pupil")
    path = first["path"].to_numpy(np.int64)
    known = municipalities()
    homes = register.pupils["home_municipality"].to_numpy()[first["pupil"].to_numpy(np.int64)]
    school = register.study_paths["school"].to_numpy(np.int64)[path]
    frame = pd.DataFrame(
        {
            "intake_year": register.intake_year,
            "home": [name if name in known else ELSEWHERE for name in homes],
            "programme": np.array(_programmes(register), dtype=object)[path],
            "place": [
                name if name in known else ELSEWHERE for name in register.schools["municipality"].to_numpy()[school]
            ],
            "pupils": 1,
        }
    )
    frame = frame[begins_with(frame["programme"])]
    return demand_table("choices", frame.groupby(_KEYS)["pupils"].sum().reset_index())


def _year9(register: Register) -> pd.DataFrame:
    """Applicants who finished year 9 in the year of a register, by residence: the columns of contracts.demand.YEAR9."""
    fresh = np.flatnonzero(register.pupils["year9_year"].eq(register.intake_year))
    grades, exempt = grades_of(register, _LAST_ROUND, fresh.astype(np.int32))
    who = eligibility(grades, exempt, register.intake_year)
    homes = register.pupils["home_municipality"].to_numpy()[fresh]
    frame = pd.DataFrame({"municipality": homes, "eligible": who.eligible[:, who.requirements.index(_ELIGIBLE)]})
    frame = frame[frame["municipality"].isin(municipalities())]
    counted = frame.groupby("municipality")["eligible"].agg(["size", "sum"]).reset_index()
    columns = {"year": register.intake_year, "municipality": counted["municipality"], "pupils": counted["size"]}
    return demand_table(
        "year9",
        pd.DataFrame({**columns, "known": counted["size"], "eligible": counted["sum"], "hidden_schools": 0}),
    )

"""What reading published files gives: the table, what was decided on the way, and where it all comes from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts

GROUPS = ("preparatory", "vocational", "introductory", "other")


@dataclass(frozen=True, eq=False)
class Results:
    """Results of one or more rounds of admission.

    `table`: one row per study path at a school, intake year and round (contracts/results.py), in the order of years,
    rounds, files and rows. `joint_intakes`: the rows that were folded into a joint intake. `findings`: every decision
    that was made while reading, and every rule that a row breaks.
    """

    table: pd.DataFrame
    findings: Findings
    joint_intakes: pd.DataFrame
    provenance: Provenance

    @property
    def intakes(self) -> tuple[tuple[int, str], ...]:
        """Every intake year and round, in the order of time."""
        pairs = self.table[["intake_year", "round"]].drop_duplicates().itertuples(index=False, name=None)
        return tuple(sorted(pairs, key=lambda pair: (pair[0], ROUNDS.index(pair[1]))))

    def summary(self) -> pd.DataFrame:
        """Per intake year, round and type of programme: study paths, schools, seats, admitted, free seats, reserves."""
        table = self.table.assign(order=self.table["round"].map(ROUNDS.index).astype("int64"))
        types = pd.CategoricalDtype(list(GROUPS), ordered=True)
        grouped = table.astype({"programme_type": types}).groupby(
            ["intake_year", "order", "round", "programme_type"], observed=True, sort=True
        )
        counted = grouped.agg(
            study_paths=("source_row", "size"),
            schools=("school", "nunique"),
            seats=("seats", "sum"),
            admitted=("admitted", "sum"),
            free_seats=("free_seats", "sum"),
            reserves=("reserves", "sum"),
        )
        return counted.reset_index().drop(columns="order").astype({"programme_type": "str"})

    def describe(self, language: Language = "sv") -> str:
        """What was read, in sentences: one per intake year and round, then joint intakes and findings."""
        say = texts("gymreg_core.sources", "results_texts.yml")

        def counted(count: int) -> str:
            return number(count, language)

        lines = [say("made_up", language)] if self.provenance.made_up else []
        for year, round_ in self.intakes:
            rows = self.table[self.table["intake_year"].eq(year) & self.table["round"].eq(round_)]
            lines.append(
                say(
                    f"intake.{round_}",
                    language,
                    year=year,
                    study_paths=counted(len(rows)),
                    schools=counted(rows["school"].nunique()),
                    seats=counted(int(rows["seats"].sum())),
                    admitted=counted(int(rows["admitted"].sum())),
                )
            )
        if len(self.joint_intakes):
            wholes = self.joint_intakes["joint_intake_id"].nunique()
            lines.append(say("joint", language, rows=counted(len(self.joint_intakes)), wholes=counted(wholes)))
        decisions = len(self.findings)
        lines.append(say("findings", language, findings=counted(decisions), errors=counted(len(self.findings.errors))))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The summary and the findings' counts; no row of the table itself."""
        return str(self.summary().to_html(index=False, border=0))

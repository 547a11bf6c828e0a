"""What working life needs, programme by programme: a table that others made with its source, or, without one, ours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gymreg_core.contracts.demand import DEMAND_TABLES, demand_table
from gymreg_core.errors import BadInput
from gymreg_core.rules import rule
from gymreg_core.sources.demand.reading import read_demand

COLUMNS = tuple(column.name for column in DEMAND_TABLES["need"])


def read_need(path: Path) -> pd.DataFrame:
    """The need of the labour market from a table with the columns Program (code), Behov, Källa, and År where told.

    need : a number from 0 on, higher = needed more, on whatever scale the source has; all rows on the same. source :
    who says so, for every row. year : what year it is about.
    Returns COLUMNS, a row per programme, in the order of the file.
    Errors: BadInput with every row whose programme is not known or stands twice, that has no number, or no source; where
    the file holds no such table.
    """
    found = read_demand(path).need
    if found.empty:
        raise BadInput(
            "there is no table of need",
            where=path.name,
            remedy="Give a table with the columns Program, Behov, Källa and, where it is known, År.",
        )
    return found


def assumed_need() -> pd.DataFrame:
    """COLUMNS of rules/need.yml: an assumption that stands where no table is given, its source '' and no year."""
    needs: dict[str, float] = rule("need", "assumed")
    rows = [(code, need, "", pd.NA) for code, need in needs.items()]
    return demand_table("need", pd.DataFrame(rows, columns=list(COLUMNS)))

"""What a calendar year was settled to, as files: who paid whom, nets, head counts, what was not paid, corrections."""

from __future__ import annotations

import pandas as pd

from gymreg_core.funding.payment_files import as_csv, as_workbook, file_word, for_readers
from gymreg_core.funding.settled import SettledYear

_IN_KRONOR = {"received": "received_amount", "paid": "paid_amount", "net": "net_amount"}


def year_files(settled: SettledYear) -> dict[str, bytes]:
    """Files of a settled year by name: a CSV for each table, and a workbook with a sheet for each.

    matrix : home municipalities by providers, all that was paid. balances : what municipalities paid each other and the
    net. reconciliation : pupils on the count days beside paid months. unpaid : by month and reason. corrections : by
    the month concerned, the month booked and the cause. Like payment files they are for those who settle; no pupil
    stands in them. Errors: GymregError where parts do not add up, which is an error in the program.
    """
    tables = {name: for_readers(table) for name, table in _tables(settled).items()}
    files = {f"{file_word(name)}-{settled.year}.csv": as_csv(table) for name, table in tables.items()}
    about = settled.about
    files[f"{file_word('year')}-{settled.year}.xlsx"] = as_workbook(
        tables, month=str(settled.year), closing=str(about["head"]), made_up=bool(about["made_up"])
    )
    return files


def _tables(settled: SettledYear) -> dict[str, pd.DataFrame]:
    flows, counts = settled.flows(), settled.reconciliation()
    matrix = flows.matrix()
    matrix.columns = matrix.columns.astype("str")
    matrix.index = matrix.index.astype("str")
    return {
        "matrix": matrix.rename_axis(columns=None).reset_index().assign(amount=matrix.sum(axis=1).to_numpy()),
        "balances": flows.balances.rename(columns=_IN_KRONOR),
        "reconciliation": counts.table,
        "unpaid": _as_texts(counts.unpaid),
        "corrections": _as_texts(settled.corrections()),
    }


def _as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Categories as texts."""
    return table.astype({str(name): "str" for name, dtype in table.dtypes.items() if dtype == "category"})

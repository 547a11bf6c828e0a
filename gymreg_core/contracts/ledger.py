"""The contract of the ledger: what was posted when a month was closed, and what was not paid and why.

Both tables hold persons (by pseudonym) and stay in the store. A posting is one transfer from a payer to a receiver for
one pupil and one month, so that debit equals credit row by row; it is never changed. A correction reverses the earlier
posting of the pupil and month with all its columns (`sign` -1, amounts negated) and, where something is due after all,
posts the new one (`sign` +1); both are booked in the later month and name the month concerned and the cause.

The amounts of a pupil and a month therefore add up to what is due as known at the latest closing, and `sign` to 1 or 0.
A pupil is protected if any posting of the pupil is: reports hide all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gymreg_core.contracts.enrolments import GROUPS
from gymreg_core.contracts.register import shaped
from gymreg_core.contracts.results import PROVIDER_FORMS, Column

KINDS = ("own", "inter_municipal", "independent", "region", "outside")
"""own: municipal school of the home municipality; inter_municipal: of another one (interkommunal ersättning); outside:
the home or the school lies outside the area of the agreement, whoever runs the school."""
CAUSES = (
    *("", "school_changed", "programme_changed", "home_moved", "decision", "price_changed", "merit_changed"),
    *("provider_changed", "late_start", "withdrawn", "double_enrolment", "identity"),
)
"""Why an earlier month is corrected; '' is the ordinary posting of the month that is closed.

programme_changed: study path, year of study or group. decision: extended time granted, withdrawn or its percent.
merit_changed: the supplement alone. provider_changed: the school's provider, its form, municipality or kind.
late_start: was paid too late. withdrawn: should not have been paid, for a late stop, an annulled spell or a pupil who
never came. double_enrolment: two spells in force, or no longer. identity: birth year or the person itself."""
UNPAID_REASONS = (
    *("not_enrolled_on_count_day", "study_break", "never_present", "not_yet_present", "double_enrolment"),
    *("age_limit", "no_decision", "no_home_municipality", "temporary_number"),
)
"""Why nothing is due for a pupil with a spell in the month or on its count day. study_break: the spell ended in a study
break or exchange year before the count day. never_present, not_yet_present: enrolled, but never there, or only after
the count day. no_decision: beyond the third year without a decision on extended time. temporary_number: where those are
not paid."""
AMOUNTS = ("price", "vat", "supplement")
CUT_OFF = "erased-"
"""How the name begins that stands for a pupil whose pseudonym was taken out of the ledger: what was paid stays, nobody
knows any more whom for, and no later closing corrects it."""

POSTINGS: tuple[Column, ...] = (
    Column("pupil", "category", "keyed pseudonym, as persons.applicant of the enrolments"),
    Column("booked", "int32", "month that was closed", "YYYYMM"),
    Column("concerns", "int32", "month that is paid for", "YYYYMM"),
    Column("payer", "category", "home municipality on the count day of the month concerned"),
    Column("receiver", "category", "name of the school's provider"),
    Column("school_id", "category", "school unit, eight digits"),
    Column("municipality", "category", "where the school lies"),
    Column("provider_form", "category", "who runs the school", values=PROVIDER_FORMS),
    Column("study_path_code", "category", "code as the office writes it"),
    Column("year_of_study", "int8", "1-3, and 4 beyond the third year", "year"),
    Column("group", "category", "kind of teaching group", values=GROUPS),
    Column("kind", "category", "relation of payer and receiver", values=KINDS),
    Column("cause", "category", "why an earlier month is corrected; '' for what was paid in time", values=CAUSES),
    Column("sign", "int8", "+1 a month is paid, -1 the reversal of an earlier posting"),
    Column("price", "int64", "of the programme price, signed", "öre"),
    Column("vat", "int64", "compensation for value added tax, signed", "öre"),
    Column("supplement", "int64", "structural supplement, signed", "öre"),
    Column("protected", "bool", "protected identity: paid, listed nowhere"),
    Column("percent", "int16", "share of the price that is paid; below 100 by a decision on extended time", "per cent"),
)
"""In the order concerns, pupil, sign: the month that is closed comes last."""
UNPAID: tuple[Column, ...] = (
    Column("pupil", "category", "keyed pseudonym, as persons.applicant of the enrolments"),
    Column("booked", "int32", "month whose closing tells it", "YYYYMM"),
    Column("concerns", "int32", "month that is not paid for", "YYYYMM"),
    Column("reason", "category", "why not", values=UNPAID_REASONS),
    Column("municipality", "category", "home municipality on the count day; '' where there is none"),
    Column("school_id", "category", "school unit of the spell that the reason is about"),
    Column("protected", "bool", "protected identity: listed nowhere"),
)
"""All that is not paid of all months up to `booked`, as known at that closing: a later closing replaces the whole."""
LEDGER_TABLES: Mapping[str, tuple[Column, ...]] = {"postings": POSTINGS, "unpaid": UNPAID}


def ledger_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the ledger with exactly its contract's columns, in order and with its dtypes. Errors: KeyError."""
    return shaped(LEDGER_TABLES[name], columns)

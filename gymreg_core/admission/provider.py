"""Municipal and independent schools side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import is_national, measure, ratio, with_change
from gymreg_core.admission.result import Result, phrase, plain
from gymreg_core.contracts.results import PROVIDER_FORMS
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import compared_share, counted, per_cent
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class Providers(Result):
    """One row per provider form, national programmes only; forms without a school in either year are left out.

    table : provider_form, every measure with ``_previous`` and ``_change``, admitted_share and
    admitted_share_previous (of all national), median_preparatory_cutoff as `cutoff` (points, ordinary scale).
    by_programme : programme, programme_type, admitted, share : share of those admitted who were so to an independent
    school, of those to schools whose provider form is known.
    """

    by_programme: pd.DataFrame

    def value(self, form: str, column: str) -> Any:
        """One number, None where the form has no school or the number is unknown."""
        row = self.table[self.table["provider_form"] == form]
        return None if row.empty else plain(row[column].iloc[0])

    def summary(self) -> dict[str, Any]:
        return {form: self.value(form, "admitted_share") for form in PROVIDER_FORMS}

    def sentences(self, language: Language) -> tuple[str, ...]:
        share, before = (
            self.value("independent", "admitted_share"),
            self.value("independent", "admitted_share_previous"),
        )
        forms = self.table.loc[self.table["study_paths"] > 0, "provider_form"].tolist()
        if len(forms) == 1:
            return (phrase()(f"provider.only_{forms[0]}", language),)
        if share is None or "independent" not in forms:
            return ()
        n, total = self.value("independent", "schools"), counted(int(self.table["schools"].sum()), "school", language)
        key = "provider.share_one" if n == 1 else "provider.share"
        text = phrase()(key, language, share=per_cent(share, language), n=number(n, language), all=total)
        if self.compare_to is not None and before is not None:
            compared = compared_share(share, before, self.compare_to, language)
            text = phrase()("provider.share_compared", language, text=text, compared=compared).removesuffix(".")
        rates = [self.value(form, "fill_rate") for form in ("municipal", "independent")]
        words = [per_cent(rate, language) for rate in rates if rate is not None]
        fill = (
            (phrase()("provider.fill", language, municipal=words[0], independent=words[1]),)
            if len(words) == len(rates)
            else ()
        )
        return (f"{text}.", *fill, *self._unknown(language))

    def _unknown(self, language: Language) -> tuple[str, ...]:
        schools = self.value("unknown", "schools")
        return (
            (phrase()("provider.unknown", language, schools=counted(schools, "school", language)),) if schools else ()
        )


def by_provider(
    now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None
) -> Providers:
    """The measures of each provider form, national programmes.

    Parameters
    ----------
    now, before : results tables of one year and round each; None = nothing to compare with.
    """
    rows = now[is_national(now)]
    earlier = None if before is None else measure(before[is_national(before)], ["provider_form"])
    table = with_change(measure(rows, ["provider_form"]), earlier, ["provider_form"])
    for ending in ("", "_previous"):
        whole = pd.Series(table[f"admitted{ending}"].sum(), index=table.index)
        table[f"admitted_share{ending}"] = ratio(table[f"admitted{ending}"], whole)
    ordinary = rows[(rows["programme_type"] == "preparatory") & (rows["scale"] == "grades")]
    table["cutoff"] = table["provider_form"].map(ordinary.groupby("provider_form")["cutoff"].median()).astype("Float64")
    order = {form: i for i, form in enumerate(PROVIDER_FORMS)}
    table = table.sort_values("provider_form", key=lambda s: s.map(order), ignore_index=True)
    return Providers(table, intake_year, compare_to, _independent_share(rows))


def _independent_share(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["provider_form"] != "unknown"]
    keys = ["programme_type", "programme"]
    all_forms = known.groupby(keys)["admitted"].sum()
    independent = (
        known[known["provider_form"] == "independent"]
        .groupby(keys)["admitted"]
        .sum()
        .reindex(all_forms.index)
        .fillna(0)
    )
    table = pd.DataFrame({"admitted": all_forms, "share": ratio(independent, all_forms)}).reset_index()
    return table[table["admitted"] > 0].sort_values(["share", "programme"], ascending=[False, True], ignore_index=True)

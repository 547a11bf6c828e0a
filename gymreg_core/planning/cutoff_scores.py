"""How right a forecast of cut-offs was, beside the rules of thumb: errors, intervals and chances of one year."""

from __future__ import annotations

import numpy as np
import pandas as pd

SCORES: dict[str, str] = {
    "both": "study paths with an ordinary cut-off in April and in July, that were forecast",
    "mae_both": "mean absolute error of the forecast over them, points",
    "mae_rise": "the same of April's cut-off with the usual rise",
    "both_last": "those of them with a cut-off in the last final admission too",
    "mae_both_last": "mean absolute error of the forecast over these",
    "mae_rise_last": "the same of April's cut-off with the usual rise",
    "mae_last_both": "the same of the last final cut-off",
    "better_rule": "rise or last: the rule of thumb with the smaller error where both answer",
    "ratio_both": "error of the forecast to that of the better rule, where that rule answers",
    "last": "study paths with an ordinary cut-off in this and in the last final admission, that were forecast",
    "mae_of_last": "mean absolute error of the forecast over them",
    "mae_last": "the same of the last final cut-off",
    "ratio_last": "the one to the other",
    "judged": "study paths with an ordinary cut-off in July, that were forecast",
    "covered_80": "share of them whose cut-off lay from q10 to q90",
    "covered_50": "the same from q25 to q75",
    "chance": "study paths with someone admitted in this and in the last final admission",
    "brier": "mean squared error of the chance that everyone eligible gets in",
    "brier_last": "the same of telling that it is as last time",
    "ratio_brier": "the one to the other",
}


def scores(judged: pd.DataFrame, usual_rise: float) -> dict[str, float | int | str]:
    """SCORES of one year; NaN, and no better_rule, where there is nothing to tell.

    judged : CutoffForecast.table with how it ended: `cutoff`, `cutoff_kind`, `scale`. usual_rise : points, the median
    of earlier years; NaN where unknown.
    """
    ordinary = judged["cutoff_kind"].eq("competitive") & judged["scale"].eq("grades") & judged["q50"].notna()
    told = judged[ordinary]
    out: dict[str, float | int | str] = {}
    out |= _both(told[told["april_cutoff"].notna()], usual_rise)
    last = told[told["last_cutoff"].notna()]
    out |= {"last": len(last), "mae_of_last": _mae(last, last["q50"]), "mae_last": _mae(last, last["last_cutoff"])}
    out["ratio_last"] = _over(out["mae_of_last"], out["mae_last"])
    out["judged"] = len(told)
    for name, low, high in (("covered_80", "q10", "q90"), ("covered_50", "q25", "q75")):
        out[name] = float(told["cutoff"].between(told[low], told[high]).mean()) if len(told) else np.nan
    out |= _chance(judged)
    return {name: out[name] for name in SCORES}


def _both(told: pd.DataFrame, usual_rise: float) -> dict[str, float | int | str]:
    rise, known = told["april_cutoff"] + usual_rise, told[told["last_cutoff"].notna()]
    out: dict[str, float | int | str] = {
        "both": len(told),
        "mae_both": _mae(told, told["q50"]),
        "mae_rise": _mae(told, rise),
        "both_last": len(known),
        "mae_both_last": _mae(known, known["q50"]),
        "mae_rise_last": _mae(known, rise[known.index]),
        "mae_last_both": _mae(known, known["last_cutoff"]),
    }
    of_rise, of_last = float(out["mae_rise_last"]), float(out["mae_last_both"])
    rise_is_better = not of_last <= of_rise
    answered = not np.isnan(float(out["mae_rise"])) or len(known) > 0
    out["better_rule"] = ("rise" if rise_is_better else "last") if answered else ""
    pair = ("mae_both", "mae_rise") if rise_is_better else ("mae_both_last", "mae_last_both")
    out["ratio_both"] = _over(out[pair[0]], out[pair[1]])
    return out


def _chance(judged: pd.DataFrame) -> dict[str, float | int]:
    ended = ("competitive", "all_eligible_admitted")
    rows = judged[judged["cutoff_kind"].isin(ended) & judged["last_cutoff_kind"].isin(ended)]
    rows = rows[rows["p_all_eligible"].notna()]
    everyone = rows["cutoff_kind"].eq("all_eligible_admitted").astype("float64")
    before = rows["last_cutoff_kind"].eq("all_eligible_admitted").astype("float64")
    brier = float(((rows["p_all_eligible"] - everyone) ** 2).mean())
    as_last = float(((before - everyone) ** 2).mean())
    return {"chance": len(rows), "brier": brier, "brier_last": as_last, "ratio_brier": _over(brier, as_last)}


def _mae(rows: pd.DataFrame, told: pd.Series) -> float:
    return float((rows["cutoff"] - told).abs().mean())


def _over(part: float | str, whole: float | str) -> float:
    return float(part) / float(whole) if float(whole) > 0 else float("nan")

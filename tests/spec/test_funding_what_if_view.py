"""What of a funding what-if is shown: nothing of few pupils, nothing that a sum tells, every figure with its table."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from gymreg_core.errors import DisclosureRefused
from gymreg_core.funding.what_if import FundingWhatIf, what_if
from gymreg_core.provenance import Provenance
from gymreg_core.reporting import funding_what_if_parts as parts
from gymreg_core.reporting.funding_what_if import FundingWhatIfView, release_funding_what_if, say
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from tests.enrolments import tiny_enrolments
from tests.funding_decisions import YEAR, decision

MADE_UP = Provenance((), already_public=False, made_up=True)
CHANGES: list[dict[str, Any]] = [{"prices": {"percent": 2.8}}, {"supplement": {"percent": 6, "levels": [2, 3]}}]


def found_of(seed: int, pupils: int, changes: list[dict[str, Any]] = CHANGES) -> FundingWhatIf:
    """Pupils dealt unevenly over schools, programmes and homes, some of them protected."""
    draw = np.random.default_rng([seed, pupils])
    spells, persons = [], []
    for number in range(pupils):
        who = f"P{number:03}"
        code, school = (
            draw.choice(["EKEKO", "NANAT"], p=[0.8, 0.2]),
            draw.choice(list("ABCD"), p=[0.5, 0.3, 0.15, 0.05]),
        )
        home = draw.choice(["Stockholm", "Täby", "Nacka", "Uppsala"], p=[0.6, 0.25, 0.1, 0.05])
        merit = draw.choice(["120", "150", "190", "220", "-"])
        spells.append({"who": who, "school": school, "code": code, "start": "2024-08-15"})
        protected = "yes" if draw.random() < 0.03 else "no"
        persons.append({"who": who, "merit": merit, "home": home, "protected": protected})
    schools = [
        {"school": "A", "place": "Stockholm"}, {"school": "B", "place": "Täby"}, {"school": "C", "place": "Nacka"},
        {"school": "D", "place": "Stockholm", "form": "independent"},
    ]  # fmt: skip
    asked = {"about": "funding", "name": "prov", "changes": changes}
    return what_if(tiny_enrolments(spells, persons, schools=schools), asked, YEAR, today=decision())


@pytest.fixture(scope="module")
def view() -> FundingWhatIfView:
    return release_funding_what_if(found_of(0, 200), MADE_UP)


def test_texts_are_there_in_both_languages() -> None:
    assert say().incomplete() == []


def test_few_pupils_are_not_shown(view: FundingWhatIfView) -> None:
    for released in (view.groups, view.crossed):
        frame = released.table
        assert not frame["pupils"].isin([1, 2, 3, 4]).any()
        assert frame.loc[frame["pupils"].isna(), ["price", "price_change"]].isna().all(axis=None)
        assert frame.loc[frame["pupils_previous"].isna(), ["price_previous", "price_change"]].isna().all(axis=None)
    frame = view.groups.table
    assert not frame["covered"].isin([1, 2, 3, 4]).any()
    unlisted = [name for name in frame if name.startswith(("amount", "supplement", "relative"))]
    today = [name for name in unlisted if name.endswith("_previous")]
    then = [name for name in unlisted if name not in today]
    assert frame.loc[frame["covered"].isna(), then].isna().all(axis=None)
    assert frame.loc[frame["covered_previous"].isna(), today].isna().all(axis=None)
    assert view.groups.suppressed > 0
    assert frame.loc[frame["by"] == "region", "amount"].notna().all()


@pytest.mark.parametrize(("seed", "pupils"), [(seed, pupils) for seed in range(4) for pupils in (40, 90, 200)])
def test_no_sum_tells_what_is_left_out(seed: int, pupils: int) -> None:
    """What is left out is an unknown, every sum an equation: none of the unknowns may follow from the rest."""
    found = found_of(seed, pupils)
    view = release_funding_what_if(found, MADE_UP)
    single = np.flatnonzero(found.table["by"] != "school_programme")
    assert view.groups.table.loc[view.groups.table["by"] == "region", ["price", "amount"]].notna().all(axis=None)
    both = view.crossed.table["price"].iloc[single].isna().to_numpy()
    assert view.groups.table.loc[both, ["price", "amount", "pupils"]].isna().all(axis=None)
    amounts = pd.Series(np.nan, index=found.table.index)
    amounts.iloc[single] = view.groups.table["amount"].astype("float64")
    for shown, sums in (
        (view.crossed.table["price"].isna().to_numpy(), found.sums()),
        (amounts.isna().to_numpy(), [(t, rows) for t, rows in found.sums() if set(rows) <= set(single)]),
    ):
        matrix = np.zeros((len(sums), len(shown)))
        for line, (total, rows) in enumerate(sums):
            matrix[line, rows] += 1
            matrix[line, total] -= 1
        unknown = matrix[:, np.flatnonzero(shown)]
        for column in range(unknown.shape[1]):
            without = np.delete(unknown, column, axis=1)
            told = np.linalg.matrix_rank(without) < np.linalg.matrix_rank(unknown)
            assert not told


@pytest.mark.parametrize(
    "change",
    [
        {"prices": {"percent": 5, "programme": "NA"}},
        {"pupils": {"percent": 5, "programme": "NA"}},
        {"pupils": {"percent": 5, "home_municipality": "Solna"}},
        {"supplement": {"limit": 210}},
    ],
)
def test_a_change_about_few_pupils_is_refused(change: dict[str, Any]) -> None:
    """Twenty pupils and two others, of another programme, from another place, with another merit value."""
    spells = [{"who": f"P{number}", "code": "NANAT" if number < 2 else "EKEKO"} for number in range(22)]
    persons = [
        {"who": row["who"], **({"merit": "205", "home": "Solna"} if row["code"] == "NANAT" else {})} for row in spells
    ]
    enrolments = tiny_enrolments([{**row, "start": "2024-08-15"} for row in spells], persons)
    asked = {"about": "funding", "name": "prov", "changes": [{"prices": {"percent": 2}}, change]}
    found = what_if(enrolments, asked, YEAR, today=decision())
    assert found.steps["pupils"].tolist() == [22, 22, 2, 22]
    with pytest.raises(DisclosureRefused, match=r"fewer than 5 pupils: changes\.2") as refused:
        release_funding_what_if(found, MADE_UP)
    assert refused.value.exit_code == 13


def probed(change: dict[str, Any]) -> pd.DataFrame:
    """Five schools of thirty pupils: 2 of A's and 20 of the others' come from Solna, 1 and 15 have 205 points."""
    spells, persons = [], []
    for number in range(150):
        who, school, place = f"P{number}", "ABCDE"[number // 30], number % 30
        home = "Solna" if place < (2 if school == "A" else 20) else "Stockholm"
        merit = "205" if place < (1 if school == "A" else 15) else "150" if number % 2 else "250"
        spells.append({"who": who, "school": school, "start": "2024-08-15"})
        persons.append({"who": who, "merit": merit, "home": home})
    asked = {"about": "funding", "name": "prov", "changes": [{"prices": {"percent": 2}}, change]}
    view = release_funding_what_if(what_if(tiny_enrolments(spells, persons), asked, YEAR, today=decision()), MADE_UP)
    return view.groups.table[view.groups.table["by"] == "school"].set_index("group")


def test_a_change_that_few_of_a_school_are_touched_by_is_not_shown_there() -> None:
    """What A gets then would tell how many of its pupils the change is about; others are left out beside it."""
    home = probed({"pupils": {"percent": 5, "home_municipality": "Solna"}})
    assert home.loc["A", ["price", "price_change", "amount", "moved"]].isna().all()
    assert 2 <= home["price"].isna().sum() <= 3
    assert home["price_previous"].notna().all()
    limit = probed({"supplement": {"limit": 210}})
    assert limit.loc["A", ["supplement", "supplement_change", "amount", "moved_covered"]].isna().all()
    assert 2 <= limit["supplement"].isna().sum() <= 3
    assert limit[["price_change", "supplement_previous"]].notna().all(axis=None)
    assert probed({"supplement": {"percent": 2}})[["price_change", "supplement"]].notna().all(axis=None)


def test_a_region_of_few_pupils_is_refused() -> None:
    with pytest.raises(DisclosureRefused, match="there are fewer than 5 pupils"):
        release_funding_what_if(found_of(1, 3, []), MADE_UP)


def test_those_outside_the_area_are_no_municipality_that_pays_more() -> None:
    summary = found_of(0, 200, [{"pupils": {"percent": 50, "home_municipality": "Uppsala"}}]).summary()
    assert (summary["payers_more"], summary["payers_less"]) == (0, 3)


FIGURES = {
    "waterfall": parts.waterfall_figure,
    "payers": lambda view, language: parts.gain_figure(view, "payer", language),
    "schools": lambda view, language: parts.gain_figure(view, "school", language),
    "programmes": lambda view, language: parts.gain_figure(view, "programme", language),
}


@pytest.fixture(scope="module")
def larger() -> FundingWhatIfView:
    """Of so many pupils that no programme is small."""
    return release_funding_what_if(found_of(0, 1200), MADE_UP)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_its_text_and_its_table(larger: FundingWhatIfView, name: str, language: Language) -> None:
    fragment = FIGURES[name](larger, language)
    (drawing,) = fragment.files.values()
    assert ET.fromstring(drawing).tag.endswith("svg")
    alt = re.search(r'fig-alt="([^"]+)"', fragment.markdown)
    assert alt
    assert len(alt[1]) > 40
    assert "{#tbl-" in fragment.markdown
    assert ("Visa tabellen" if language == "sv" else "Show the table") in fragment.markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_name_their_groups(view: FundingWhatIfView, language: Language) -> None:
    payers = parts.group_table(view, "payer", language).markdown
    assert ("Kommuner utanför området" if language == "sv" else "Municipalities outside the area") in payers
    kinds = parts.group_table(view, "kind", language).markdown
    assert ("Egen skola" if language == "sv" else "Own school") in kinds
    assert len(parts.group_table(view, "school", language, most=1).markdown.split("\n")) == 5
    programmes = parts.price_table(view, language).markdown
    assert ("Ekonomiprogrammet" if language == "sv" else "Business") in programmes
    assert "Ekonomi" in parts.school_table(view, "A", "sv").markdown
    both = parts.alternatives_table([view, view], language).markdown
    assert both.count("| prov |") == 2


def test_the_waterfall_holds_the_steps_in_their_order(view: FundingWhatIfView) -> None:
    rows = [line.split("|")[1].strip() for line in parts.waterfall_figure(view).markdown.split("\n") if "|" in line]
    assert [row.replace("\N{NO-BREAK SPACE}", " ") for row in rows if row][-4:] == [
        "I dag", "Programpriser +2,8 %", "Tillägg nivå 2 och 3 +6 %", "Efter beslutet"
    ]  # fmt: skip


def test_a_change_that_is_even_has_no_figure_of_gains() -> None:
    even = release_funding_what_if(found_of(0, 200, [{"pupils": {"percent": 10}}]), MADE_UP)
    fragment = parts.gain_figure(even, "payer")
    assert not fragment.files
    assert "samma procentuella ändring" in fragment.markdown


def test_json_holds_nothing_that_is_not_released(view: FundingWhatIfView) -> None:
    told = view.to_dict()
    assert {"about", "scenario", "year", "steps", "groups", "school_programmes", "sentences"} <= set(told)
    assert all(group["pupils"] is None or group["pupils"] >= 5 or group["pupils"] == 0 for group in told["groups"])

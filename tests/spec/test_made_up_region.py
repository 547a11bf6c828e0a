"""The made-up region: in the office's format, consistent with itself, and of the sizes that were published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from gymreg_core.errors import BadParameters
from gymreg_core.synthetic.panel import make_years
from gymreg_core.synthetic.proportions import OUTSIDE, block, entries, in_year, names, value
from gymreg_core.synthetic.region import DEFAULT_SEED, MADE_UP_MARK, write_default_region
from gymreg_core.synthetic.schools import scaled_area
from gymreg_core.vocabulary.programmes import municipalities, programmes

FILES = [
    "preliminarantagningsresultat-2024.xlsx",
    "slutantagningsresultat-2024.xlsx",
    "preliminarantagningsresultat-2025.xlsx",
    "slutantagningsresultat-2025.xlsx",
]
ROUNDS = [("preliminary", 2024), ("final", 2024), ("preliminary", 2025), ("final", 2025)]
SHORT = {
    "Kommun": "municipality",
    "Skola": "school",
    "Organistionsform": "form",
    "StudieVagKod": "code",
    "Studievag": "name",
    "Antagningsgrans": "cutoff",
    "Median": "median",
    "AntalPlatser": "seats",
    "AntalAntagna": "admitted",
    "AntalReserver": "reserves",
    "AntalLedigaPlatser": "free",
}


def cells(path: Path) -> list[list[Any]]:
    """The rows of the only sheet, by another reader than our own."""
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names in (["Samverkansområdet"], ["Hela regionen"])
    return book.get_sheet_by_index(0).to_python()


def read(path: Path) -> pd.DataFrame:
    header, *rows = cells(path)
    frame = pd.DataFrame(rows, columns=header).rename(columns=SHORT)
    code = frame["code"].astype(str)
    return frame.assign(programme=code.str[:2].where(~code.str.startswith("IM"), code.str[:3]))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_default_region(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="module")
def tables(files: list[Path]) -> dict[tuple[str, int], pd.DataFrame]:
    return dict(zip(ROUNDS, map(read, files), strict=True))


def national(table: pd.DataFrame) -> pd.DataFrame:
    return table[~table["programme"].isin(OUTSIDE)]


def test_the_files_are_named_and_laid_out_as_the_office_does(files: list[Path]) -> None:
    assert [path.name for path in files] == FILES
    for path in files:
        header = cells(path)[0]
        assert header[0] in ("År", "Ar")
        assert header[1:12] == list(SHORT)
        extra = ["Sökande", "Sökande 1:a Beh", "Sökande 1:a OBeh", "Sökande Ovr Beh"]
        assert header[12:] == (extra if path.name == "preliminarantagningsresultat-2025.xlsx" else [])


def test_every_file_says_that_it_is_made_up(files: list[Path]) -> None:
    import zipfile

    for path in files:
        with zipfile.ZipFile(path) as archive:
            assert f"<cp:category>{MADE_UP_MARK}</cp:category>" in archive.read("docProps/core.xml").decode()


@pytest.mark.parametrize("key", ROUNDS)
def test_a_round_is_consistent_with_itself(tables: dict[tuple[str, int], pd.DataFrame], key: tuple[str, int]) -> None:
    table = tables[key]
    assert not table.duplicated(["municipality", "school", "name"]).any()
    assert (table["seats"] >= 1).all()
    assert (table[["admitted", "reserves", "free", "cutoff", "median"]] >= 0).all().all()
    assert ((table["cutoff"] == 0) == (table["free"] > 0)).all()
    assert (table.loc[table["free"] > 0, "reserves"] == 0).all()
    assert (table["admitted"] + table["free"] <= table["seats"]).all()
    assert ((table["median"] == 0) == (table["admitted"] == 0)).all()
    assert (table["median"] >= table["cutoff"]).all()
    alone = table[(table["admitted"] == 1) & (table["cutoff"] > 0)]
    assert (alone["median"] == alone["cutoff"]).all()
    if key[0] == "preliminary":
        assert (table["admitted"] + table["free"] == table["seats"]).all()


def test_applicants_of_2025_hold_together(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    table = tables["preliminary", 2025]
    first, other = table["Sökande 1:a Beh"], table["Sökande Ovr Beh"]
    assert (table["Sökande"] >= first + other + table["Sökande 1:a OBeh"]).all()
    assert (first <= table["admitted"] + table["reserves"]).all()
    assert (table["admitted"] + table["reserves"] <= first + other).all()
    total = national(table)["Sökande 1:a Beh"].sum()
    published = sum(row["first_eligible"] for f, row in in_year("applicants", 2025).items() if f not in OUTSIDE)
    # Seats of a programme move by a few from the fitted final round to the preliminary one.
    assert total == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize("year", [2024, 2025])
def test_programmes_have_the_sizes_of_the_final_admission(
    tables: dict[tuple[str, int], pd.DataFrame], year: int
) -> None:
    table = tables["final", year]
    goal = {"HV": ["HV", "FR", "DS", "FI", "FO", "GU"], "FX": ["FX", "FL"], "MX": ["MX", "MA"], "SX": ["SX", "SJ"]}
    for family, row in in_year("final", year).items():
        mine = table[table["programme"].isin(goal.get(family, [family]))]
        # Few rows more or less: a school that would be left empty gets a row, a code that ends takes one away.
        assert len(mine) == pytest.approx(row["rows"], abs=2), family
        share = len(mine) / row["rows"]
        assert mine["seats"].sum() == pytest.approx(row["seats"] * share, abs=1), family
        assert mine["free"].sum() == pytest.approx(row["free"] * share, abs=1), family
        # Seats withheld are capped per row; what a programme cannot withhold is admitted.
        assert mine["admitted"].sum() == pytest.approx(row["admitted"] * share, rel=0.02, abs=3), family
        assert mine["reserves"].sum() == pytest.approx(row["reserves"] * share, abs=max(1, 0.05 * row["reserves"])), (
            family
        )


def test_the_whole_region_is_of_the_published_size(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    table = national(tables["final", 2024])
    kinds = table["programme"].map(lambda code: programmes()[code].type)
    preparatory, vocational = table[kinds == "preparatory"], table[kinds == "vocational"]
    assert len(table) == pytest.approx(1163, rel=0.01)
    assert table["school"].nunique() == pytest.approx(177, abs=4)
    assert table["seats"].sum() == pytest.approx(31094, rel=0.005)
    assert table["admitted"].sum() == pytest.approx(27840, rel=0.005)
    assert table["reserves"].sum() == pytest.approx(37498, rel=0.005)
    assert preparatory["admitted"].sum() / preparatory["seats"].sum() == pytest.approx(0.937, abs=0.005)
    assert vocational["admitted"].sum() / vocational["seats"].sum() == pytest.approx(0.767, abs=0.005)
    assert preparatory["admitted"].sum() / table["admitted"].sum() == pytest.approx(0.789, abs=0.005)
    assert (table["cutoff"] > 0).mean() == pytest.approx(0.636, abs=0.02)
    # Full rows, free seats and cut-offs are drawn; only totals are fitted, hence wider bounds from here on.
    independent = table[table["form"] == "F"]
    assert independent["admitted"].sum() / table["admitted"].sum() == pytest.approx(0.475, abs=0.03)
    assert (table["admitted"] == 0).sum() == pytest.approx(44, abs=20)
    assert set(table["form"]) == {"K", "F", "L"}


def test_the_preliminary_round_fills_less(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    early, final = national(tables["preliminary", 2024]), national(tables["final", 2024])
    assert early["admitted"].sum() == pytest.approx(24425, rel=0.01)
    assert (early["cutoff"] > 0).mean() == pytest.approx(0.444, abs=0.02)
    both = early.merge(final, on=["municipality", "school", "name"], suffixes=("_early", "_final"))
    both = both[(both["cutoff_early"] > 0) & (both["cutoff_final"] > 0) & (both["programme_early"] != "ES")]
    rise = both["cutoff_final"] - both["cutoff_early"]
    # Published: 17 points in 2022; about 15 to 27 over the years.
    assert 15 <= rise.mean() <= 27
    assert (rise < 0).mean() < 0.02


def test_points_look_like_points(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    table = national(tables["final", 2024])
    ordinary = table[(table["programme"] != "ES") & (table["cutoff"].between(1, 340))]
    assert (ordinary["cutoff"] % 2.5 == 0).mean() > 0.98  # 656 of 667 in 2024; the others are tests
    quantiles = ordinary["cutoff"].quantile([0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    # Each programme follows its own quartiles; that the mix does too is not fitted.
    np.testing.assert_allclose(quantiles, [150, 185, 227.5, 270, 297.5, 315], atol=8)
    arts = table[table["programme"] == "ES"]
    assert arts["cutoff"].max() > 900
    assert ((arts["cutoff"] > 340) & (arts["cutoff"] < 660)).any()
    vi = tables["final", 2024].query("programme == 'VI' and admitted > 0")
    assert vi["median"].between(1200, 1600).all()
    gap = (ordinary["median"] - ordinary["cutoff"]).quantile([0.25, 0.5, 0.75])
    np.testing.assert_allclose(gap, [12.5, 17.5, 31], atol=6)


def test_municipal_schools_are_more_sought(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    table = tables["final", 2024]
    chosen = table[table["programme"].isin(["EK", "SA", "NA", "TE", "HU"]) & table["cutoff"].between(1, 340)]
    mean = chosen.groupby("form")["cutoff"].mean()
    assert 15 <= mean["K"] - mean["F"] <= 35  # 22 in 2024; drawn, not fitted


def test_municipalities_keep_their_seats(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    table = national(tables["final", 2024])
    real = pd.DataFrame(block("municipalities")).T.query("seats > 0")
    seats = table.groupby("municipality")["seats"].sum()
    assert set(seats.index) == set(real.index)
    assert set(tables["final", 2024]["municipality"]) == set(municipalities()) - {"Vaxholm", "Gnesta"}
    # Raked with programmes having the last word.
    np.testing.assert_allclose(seats[real.index], real["seats"].astype(float), rtol=0.05)
    fill = table.groupby("municipality")["admitted"].sum() / seats
    assert np.corrcoef(fill[real.index], (real["admitted"] / real["seats"]).astype(float))[0, 1] > 0.4
    assert set(tables["final", 2024].query("municipality == 'Ekerö'")["programme"]) <= {"IMV", "IMY"}


def test_rows_per_school_and_seats_per_row(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    table = national(tables["final", 2024])
    rows = table.groupby("school").size()
    assert 4 <= rows.median() <= 6  # published: 5
    assert 30 <= rows.max() <= 60  # published: 42; one school with spets music
    np.testing.assert_allclose(table["seats"].quantile([0.25, 0.5, 0.75, 0.95]), [10, 20, 33, 66], rtol=0.3)
    assert table["seats"].max() <= value("shape", "seats_most")
    shared = table.duplicated(["school", "code"], keep=False).sum()
    assert 200 <= shared <= 400  # published: 294


def test_the_codes_change_with_the_reform(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    before, after = tables["final", 2024], tables["final", 2025]
    assert {"HV", "FX", "MX", "SX"} <= set(before["programme"])
    assert {"FR", "FL", "MA", "SJ", "TA", "DS", "FI", "FO", "GU"} <= set(after["programme"])
    assert not {"HV", "FX", "MX", "SX"} & set(after["programme"])
    assert set(before["programme"]) | set(after["programme"]) <= set(programmes())
    for wanted in ("NA", "EKEKO", "BAHUS0L", "ESMUS0S", "NAMUSVE", "IMVBA", "IMYBA", "IB", "VIINF", "INDRI00R"):
        assert wanted in set(before["code"]), wanted
    for wanted in ("NA25", "EKEKI", "BAHUD0L", "ESMUK0PR", "NAMUKSE", "IMVBAG", "FLFLNXLR", "MAMA0X0R", "TATA0X0R"):
        assert wanted in set(after["code"]), wanted
    assert after.loc[after["code"] == "EKEKI", "name"].str.startswith("Ekonomiprogrammet EK25 - Ekonomi").all()


def test_something_is_new_every_year(tables: dict[tuple[str, int], pd.DataFrame]) -> None:
    before, after = (set(tables["final", year]["school"]) for year in (2024, 2025))
    appeared, gone = after - before, before - after
    renamed = {name for name in appeared if re.search(r"\(fd .+\)$", name)}
    respelt = {name for name in appeared if name.lower() in {old.lower() for old in gone}}
    assert renamed
    assert respelt
    assert appeared - renamed - respelt, "no school opened"
    assert len(gone) > len(renamed) + len(respelt), "no school closed"
    for name in renamed:
        former = re.search(r"\(fd (.+)\)$", name)
        assert former is not None
        assert former[1] in gone


@pytest.mark.parametrize("seed", [DEFAULT_SEED, 1])
def test_cutoffs_move_from_year_to_year_as_they_do(seed: int) -> None:
    before, after = make_years(scaled_area(), (2024, 2025), seed)
    catalogue = entries()

    def cutoffs(result: Any) -> pd.Series:
        keys = pd.MultiIndex.from_frame(result.paths[["school", "entry", "profile"]])
        kept = [
            catalogue[i].scale == "grades" and catalogue[i].family not in ("ES", "IMV", "IMY")
            for i in result.paths["entry"]
        ]
        series = pd.Series(result.final.cutoff, index=keys)[kept]
        return series[series > 0]

    both = pd.concat([cutoffs(before), cutoffs(after)], axis=1, join="inner", keys=["before", "after"])
    change = both["after"] - both["before"]
    # Published 2020-2024: 414-531 pairs, SD 23-31, over 20 points 23-30 %, correlation 0.88-0.93; drawn, so wider here.
    assert len(both) > 400
    assert 20 <= change.std() <= 33
    assert 0.2 <= (change.abs() > 20).mean() <= 0.36
    assert both.corr().iloc[0, 1] == pytest.approx(0.9, abs=0.05)


def test_no_made_up_school_bears_a_real_name(data_dir: Path) -> None:
    text = "\n".join(
        str(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
        for path in sorted((data_dir / "storsthlm").glob("*.xlsx"))
    )
    text = (
        text + "\n".join(p.read_text(encoding="utf-8-sig") for p in (data_dir / "skolverket").glob("*.csv"))
    ).lower()
    parts = names()
    invented = {a + b for a in parts["firsts"] for b, _ in parts["seconds"]} | {
        chain["name"] for chain in parts["chains"]
    }
    assert len(invented) > 400
    assert [name for name in sorted(invented) if name.lower() in text] == []


def test_parameters_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    for wrong in ({"years": (2019, 2020)}, {"years": ()}, {"years": (2024, 2024)}, {"scale": 0.0}, {"scale": 50.0}):
        with pytest.raises(BadParameters):
            write_default_region(tmp_path, **wrong)  # type: ignore[arg-type]
    with pytest.raises(BadParameters, match="has a school"):
        write_default_region(tmp_path, municipalities=["Vaxholm"])
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a file").write_text("")
    with pytest.raises(BadParameters, match="cannot be written"):
        write_default_region(tmp_path / "a file", scale=0.05)

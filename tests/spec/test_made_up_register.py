"""The made-up region: what its registers hold, how its years hang together, and that it reads like real data."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gymreg_core.contracts.register import REGISTER_TABLES, Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import build_market
from gymreg_core.sources.register.identities import check_digits
from gymreg_core.sources.register.reading import read_register
from gymreg_core.synthetic.catalogue import code_in, name_in, recruits_nationally
from gymreg_core.synthetic.identities import identity_numbers
from gymreg_core.synthetic.paths import fitted_homes, fitted_paths, paths_in
from gymreg_core.synthetic.region import parse_years, write_region
from gymreg_core.synthetic.registers import DEFAULT_SEED, make_register
from gymreg_core.synthetic.shape import read_yaml
from gymreg_core.vocabulary.programmes import municipalities, programmes
from gymreg_core.vocabulary.study_paths import looks_like_code, programme_of

SCALE = 0.06
YEARS = (2018, 2021, 2023, 2024, 2025, 2026)


@pytest.fixture(scope="module")
def registers() -> dict[int, Register]:
    return {year: make_register(year, scale=SCALE) for year in YEARS}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_region(tmp_path_factory.mktemp("region"), years=(2024, 2025), scale=SCALE)


def digest(folder: Path) -> str:
    parts = [path.name.encode() + path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_an_extract_reads_back_as_the_register_it_was_written_from(
    written: list[Path], registers: dict[int, Register]
) -> None:
    reading = read_register(written[0])
    assert len(reading.findings) == 0
    assert reading.provenance.made_up
    assert reading.register is not None
    for name in REGISTER_TABLES:
        back, made = reading.register.tables()[name], registers[2024].tables()[name]
        pd.testing.assert_frame_equal(back, made.reset_index(drop=True), check_dtype=True)


def test_the_same_arguments_give_the_same_bytes_and_others_do_not(written: list[Path], tmp_path: Path) -> None:
    assert digest(written[0]) == digest(write_region(tmp_path / "a", years=(2024,), scale=SCALE)[0])
    other = write_region(tmp_path / "b", years=(2024,), scale=SCALE, seed=DEFAULT_SEED + 1)[0]
    assert digest(written[0]) != digest(other)


@pytest.mark.parametrize("year", YEARS)
def test_a_year_holds_to_the_contract_and_can_be_matched(registers: dict[int, Register], year: int) -> None:
    register = registers[year]
    assert register.made_up
    assert set(register.schools["municipality"]) <= set(municipalities())
    known = programmes()
    for code in register.study_paths["study_path_code"]:
        assert looks_like_code(code)
        programme = known[programme_of(code)]
        assert (programme.since or 0) <= year <= (programme.until or 9999)
    assert register.study_paths["path_id"].is_unique
    named = register.study_paths[["school", "study_path_code", "study_path_name"]]
    assert not named.duplicated().any()
    for round_ in ("preliminary", "final"):
        lists = register.applications[register.applications["round"].eq(round_)]
        assert not lists.duplicated(["pupil", "path"]).any()
        ranks = lists.groupby("pupil")["rank"]
        assert (ranks.max() == ranks.size()).all()
        assert build_market(register, round_).eligible.any()
    assert set(register.applications["pupil"]) == set(range(len(register.pupils)))


def test_cohorts_grow_and_shrink(registers: dict[int, Register]) -> None:
    size = {year: len(register.pupils) for year, register in registers.items()}
    assert size[2018] < size[2021] < size[2023] < size[2024]
    assert size[2026] < size[2024]


def test_the_reforms_change_codes_and_not_schools(registers: dict[int, Register]) -> None:
    old, new = registers[2024], registers[2025]
    assert not old.study_paths["study_path_code"].str.contains("25").any()
    assert new.study_paths["study_path_code"].str.contains("25").any()
    assert paths_in(2018, DEFAULT_SEED)["code"].str.startswith("HA").any()
    assert not paths_in(2018, DEFAULT_SEED)["code"].str.startswith("FS").any()
    both = old.schools.merge(new.schools, on="school_id", suffixes=("_old", "_new"))
    assert len(both) >= 0.9 * len(old.schools)
    assert (both["municipality_old"] == both["municipality_new"]).all()
    assert (both["school_old"] == both["school_new"]).mean() > 0.9


def test_every_fitted_code_is_in_the_catalogue_and_has_a_name_in_every_reform() -> None:
    for code in fitted_paths()["code"].unique():
        for year in (2019, 2023, 2025):
            now = code_in(code, year)
            if now is not None:
                assert programme_of(now) in programmes(), now
                assert name_in(code, year)


def test_the_fitted_numbers_cover_every_municipality_of_the_area() -> None:
    assert {home.name for home in fitted_homes()} == set(municipalities())
    assert sum(home.share for home in fitted_homes()) == pytest.approx(1, abs=1e-3)
    assert set(fitted_paths()["form"]) <= {"municipal", "independent", "region"}


def test_no_identity_number_can_be_a_real_one(registers: dict[int, Register]) -> None:
    numbers = identity_numbers(registers[2023], DEFAULT_SEED)
    assert len(set(numbers)) == len(numbers)
    plain = [number.replace("-", "") for number in numbers]
    assert all(re.fullmatch(r"\d{12}", number) for number in plain)
    digits = np.array([[int(sign) for sign in number[2:]] for number in plain], np.int16)
    assert (check_digits(digits[:, :9]) != digits[:, 9]).all()


def test_autumn_grades_lie_at_or_below_the_final_ones(registers: dict[int, Register]) -> None:
    grades = registers[2023].grades
    values = grades.drop(columns=["pupil", "term", "english_dispensation"])
    autumn, final = (values[grades["term"].eq(term)].to_numpy() for term in ("autumn", "final"))
    assert (autumn <= final).all()
    assert (autumn < final).any()
    assert ((autumn == 0) == (final == 0)).all()


def test_some_change_their_lists_in_spring_and_most_do_not(registers: dict[int, Register]) -> None:
    rows = registers[2023].applications
    lists = rows.sort_values(["pupil", "rank"]).groupby(["pupil", "round"])["path"].agg(tuple).unstack()
    changed = (lists["preliminary"] != lists["final"]).mean()
    assert 0.2 < changed < 0.45
    assert lists["preliminary"].isna().any()
    assert lists["final"].notna().all()


def test_tests_are_taken_by_those_who_ask_for_a_path_with_a_test(registers: dict[int, Register]) -> None:
    register = registers[2023]
    asked = set(register.applications[["pupil", "path"]].itertuples(index=False, name=None))
    taken = list(register.tests[["pupil", "path"]].itertuples(index=False, name=None))
    assert taken
    assert set(taken) <= asked
    assert register.study_paths["test_weight"].to_numpy()[register.tests["path"]].min() > 0


def test_nationally_recruiting_codes_are_told_by_their_position() -> None:
    assert recruits_nationally(["INDRI00R", "FXFLY", "EKEKO", "SJ25"]) == [True, True, False, True]


@pytest.mark.parametrize("scale", [0.004, 0.02, 0.5])
def test_a_region_of_any_size_can_be_made(scale: float) -> None:
    paths = paths_in(2024, DEFAULT_SEED, scale)
    share = paths["seats"].sum() / paths_in(2024, DEFAULT_SEED)["seats"].sum()
    assert 0.3 * scale < share < 3 * scale
    if scale < 0.1:
        register = make_register(2024, scale=scale)
        assert len(register.pupils) >= 1
        assert build_market(register, "final").choices.shape[0] == len(register.pupils)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"intake_year": 1999}, "2011-2026"),
        ({"intake_year": 2024, "scale": 0.0}, "scale"),
        ({"intake_year": 2024, "scale": 9.0}, "scale"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: dict[str, float], said: str) -> None:
    with pytest.raises(BadParameters, match=said):
        make_register(**arguments)  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(BadParameters, match="cannot be written"):
        write_region(tmp_path / "a file", years=(2024,), scale=0.01)


@pytest.mark.parametrize(
    ("text", "years"), [("2018:2020", (2018, 2019, 2020)), ("2024", (2024,)), ("2023,2025", (2023, 2025))]
)
def test_years_are_written_as_a_span_or_a_list(text: str, years: tuple[int, ...]) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["", "2025:2024", "next", "2024:"])
def test_other_years_are_refused(text: str) -> None:
    with pytest.raises(BadParameters):
        parse_years(text)


def test_every_number_says_where_it_comes_from() -> None:
    for name, entry in read_yaml("shape.yml").items():
        assert entry["status"] in ("published", "derived", "assumption"), name
        assert len(entry["source"]) > 10, name
        assert "value" in entry, name


def test_no_made_up_school_bears_the_name_of_a_real_one(data_dir: Path, registers: dict[int, Register]) -> None:
    from gymreg_core.sources.published import read_results

    real = set(read_results(data_dir / "storsthlm").table["school"].str.casefold())
    for text in (data_dir / "skolverket").glob("*.csv"):
        real |= {line.split(";")[0].casefold() for line in text.read_text(encoding="utf-8-sig").splitlines()}
    made_up = {name.casefold() for register in registers.values() for name in register.schools["school"]}
    made_up |= {name.casefold() for name in make_register(2026, scale=0.02).schools["school"]}
    assert not made_up & real


def test_the_catalogue_is_in_order() -> None:
    text = yaml.safe_dump(read_yaml("catalogue.yml"))
    assert "null" not in text

"""gymreg whatif with a funding scenario as a user meets it: sentences, tables, JSON, and what is wrong."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.funding.scenarios import load_scenario
from gymreg_core.store.enrolments import ingest_enrolments
from tests.command_line import CommandLine
from tests.enrolments import tiny_enrolments, write_small

YEAR = 2025
SCENARIOS = Path(__file__).resolve().parents[2] / "params/scenarios"
EXAMPLES = sorted(path for path in SCENARIOS.glob("*.yml") if "about: funding" in path.read_text(encoding="utf-8"))
JUNE = SCENARIOS / "junibeslutet.yml"


def many_pupils() -> Enrolments:
    """Three hundred pupils, so that most groups have enough of them."""
    draw = random.Random(1)
    codes = ["EKEKO", "NANAT", "VO", "FTPER", "IMSPR"]
    spells, persons = [], []
    for number in range(300):
        who = f"P{number:03}"
        code = codes[number % 5]
        spells.append({"who": who, "school": "ABC"[number % 3], "code": code, "year": 1, "start": "2024-08-15"})
        persons.append(
            {
                "who": who,
                "merit": draw.choice(["90", "150", "190", "230", "270", "-"]),
                "home": draw.choice(["Stockholm", "Nacka"]),
            }
        )
    spells += [{"who": "late", "school": "A", "code": "EKEKO", "start": "2025-09-12"}]
    persons += [{"who": "late", "home": "Solna"}]
    schools = """
    | school | place     | form        |
    | A      | Stockholm | municipal   |
    | B      | Nacka     | municipal   |
    | C      | Täby      | independent |
    """
    return tiny_enrolments(spells, persons, schools=schools)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "extract"
    write_small(folder, many_pupils())
    workspace = tmp_path_factory.mktemp("workspace")
    ingest_enrolments(folder, workspace)
    return workspace


@pytest.fixture
def run(command_line: CommandLine, workspace: Path) -> Any:
    """gymreg whatif with these arguments: exit code, what it printed, what it complained of."""

    def gymreg_whatif(scenario: Path, *arguments: object) -> tuple[int, str, str]:
        given = ("--workspace", workspace, "--year", YEAR, "--scenario", scenario, *arguments)
        return command_line("whatif", *given)

    return gymreg_whatif


@pytest.fixture
def asked(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "prov.yml"
        path.write_text(f"about: funding\nname: prov\nchanges: {text}\n", encoding="utf-8")
        return path

    return write


def test_sentences_and_tables_are_printed(run: Any) -> None:
    code, told, _ = run(JUNE)
    assert code == 0
    assert "By the scenario “Junibeslutet” the pupils of 2025 cost SEK" in told
    assert all(head in told for head in ("Home municipality", "Programme", "Provider", "Against equal for all"))
    assert "made-up region" in told


def test_json_alone_holds_steps_that_add_up(run: Any) -> None:
    code, told, _ = run(JUNE, "--json")
    assert code == 0
    assert told == run(JUNE, "--json")[1]
    found = json.loads(told)
    assert (found["about"], found["year"], found["made_up"]) == ("funding", YEAR, True)
    steps = found["steps"]
    assert [step["name"] for step in steps][:2] == ["Today", "Programme prices +2.8%"]
    assert all(one["value"] == other["value_previous"] for one, other in pairwise(steps))
    whole = found["groups"][0]
    assert steps[-1]["value"] == whole["amount"]
    solna = next(group for group in found["groups"] if group["group"] == "Solna")
    assert (solna["pupils"], solna["price"], solna["amount_change"]) == (None, None, None)
    for group in found["groups"] + found["school_programmes"]:
        assert group["pupils"] not in (1, 2, 3, 4)
        assert group.get("covered") not in (1, 2, 3, 4)


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem != "matdag-den-10"], ids=lambda path: path.stem
)
def test_the_examples_are_scenarios_that_run(run: Any, example: Path) -> None:
    code, told, complaints = run(example, "--json")
    assert code == 0, complaints
    assert json.loads(told)["scenario"]["name"] == load_scenario(example).name


def test_what_only_a_few_pupils_are_touched_by_ends_with_13(run: Any) -> None:
    """One pupil came between the 10th and the 15th of September."""
    code, told, complaints = run(SCENARIOS / "matdag-den-10.yml")
    assert code == 13
    assert told == ""
    assert "fewer than 5 pupils: changes.1" in complaints


@pytest.mark.parametrize(
    ("text", "exit_code", "told"),
    [
        ("[{prices: {percnt: 1}}]", 10, "Did you mean 'percent'?"),
        ("[{prices: {percent: 1, code: ESMUX}}, {pupils: {percent: 1, programme: RL}}]", 10, "changes.2: pupils"),
        ("[{pupils: {percent: 1, home_municipality: Solna}}]", 13, "fewer than 5 pupils"),
    ],
)
def test_a_wrong_scenario_says_so(run: Any, asked: Any, text: str, exit_code: int, told: str) -> None:
    code, printed, complaints = run(asked(text))
    assert (code, printed) == (exit_code, "")
    assert told in complaints
    assert "Traceback" not in complaints


def test_a_year_that_is_not_told_of_and_options_of_the_lottery_end_with_10(run: Any) -> None:
    assert run(JUNE, "--year", 2019)[0] == 10
    code, _, complaints = run(JUNE, "--runs", 10)
    assert code == 10
    assert "Leave out --round" in complaints


def test_a_price_list_of_ones_own_is_what_todays_prices_are(run: Any, asked: Any, tmp_path: Path) -> None:
    prices = tmp_path / "prislista-2025.csv"
    prices.write_text("Programkod;Program;Pris 2025\nEK;Ekonomi;1000000\n", encoding="utf-8")
    half = asked("[{prices: {percent: -50, programme: EK}}]")
    steps = [json.loads(run(half, "--json", *more)[1])["steps"] for more in ((), ("--prices", prices))]
    packaged, own = ([step["value"] for step in one] for one in steps)
    assert own[0] > packaged[0]
    assert own[1] - own[0] < 5 * (packaged[1] - packaged[0]) < 0
    code, _, complaints = run(SCENARIOS / "flytta-platser.yml", "--prices", prices)
    assert code == 10
    assert "Leave out --prices" in complaints


def test_what_no_scenario_is_about_is_told(run: Any, tmp_path: Path) -> None:
    (tmp_path / "fel.yml").write_text("about: fundng\nname: prov\n", encoding="utf-8")
    code, _, complaints = run(tmp_path / "fel.yml")
    assert code == 10
    assert "Did you mean 'funding'?" in complaints


def test_a_workspace_without_enrolments_ends_with_11(run: Any, tmp_path: Path) -> None:
    assert run(JUNE, "--workspace", tmp_path)[0] == 11

"""A study path keeps its identity: cases drawn as tables, the id of each row and the evidence for it."""

# ruff: noqa: E501 - tables are drawn as wide as they are

from __future__ import annotations

import pandas as pd
import pytest

from gymreg_core.contracts.results import as_results, empty_results
from gymreg_core.sources.linking import COLUMNS, EVIDENCE, link_study_paths
from tests.written import drawn

CASES = {
    "nothing changes": """
year | round       | school | code  | name                           | seats | path | evidence
2021 | final       | Åva    | EKEKO | Ekonomiprogrammet EK - Ekonomi | 30    | a    | new
2022 | preliminary | Åva    | EKEKO | Ekonomiprogrammet EK - Ekonomi | 30    | a    | exact
2022 | final       | Åva    | EKEKO | Ekonomiprogrammet EK - Ekonomi | 32    | a    | exact
""",
    "the code changes with Gy25": """
year | round       | school | code     | name                                                             | seats | path | evidence
2024 | final       | Åva    | EKEKO    | Ekonomiprogrammet EK - Ekonomi                                   | 30    | a    | new
2024 | final       | Åva    | EKEKO    | Ekonomiprogrammet EK - Ekonomi, Idrott                           | 30    | b    | new
2024 | final       | Åva    | ESMUS0S  | Estetiska programmet ES - Musik (spetsutbildning), Sång          | 4     | c    | new
2024 | final       | Åva    | IMVBA    | Introduktionsprogram IM - Programinriktat val; mot Bygg- och anläggningsprogrammet | 4 | d | new
2024 | final       | Åva    | SA       | Samhällsvetenskapsprogrammet SA                                  | 32    | e    | new
2025 | preliminary | Åva    | EKEKI    | Ekonomiprogrammet EK25 - Ekonomi, Idrott                         | 30    | b    | gy25_code
2025 | preliminary | Åva    | EKEKI    | Ekonomiprogrammet EK25 - Ekonomi                                 | 30    | a    | gy25_code
2025 | preliminary | Åva    | ESMUK0PR | Estetiska programmet ES25 - Musik, spetsutbildning, riksrekrytering, Sång | 4 | c | gy25_code
2025 | preliminary | Åva    | IMVBAG   | Introduktionsprogram IM25 - Programinriktat val; Bygg och anläggning, mot gymnasieprogram | 4 | d | gy25_code
2025 | preliminary | Åva    | SA25     | Samhällsvetenskapsprogrammet SA25                                | 32    | e    | gy25_code
""",
    "the programme gets a successor": """
year | round | school | code    | name                                                          | seats | path | evidence
2021 | final | Åva    | HAHAN   | Handels- och administrationsprogrammet HA - Handel och service | 20   | a    | new
2022 | final | Åva    | FSFOR   | Försäljnings- och serviceprogrammet FS - Försäljnings- och serviceprogrammet | 20 | a | name_match
2021 | final | Åva    | HVFRI   | Hantverksprogrammet HV - Frisör                               | 16    | b    | new
2025 | final | Åva    | FRFRR   | Frisör- och stylistprogrammet FR25 - Frisör                   | 16    | b    | gy25_code
""",
    "the name is written anew": """
year | round | school | code  | name                                                     | seats | path | evidence
2021 | final | Åva    | NANAT | Naturvetenskapsprogrammet NA - Naturvetenskap            | 30    | a    | new
2021 | final | Åva    | NANAT | Naturvetenskapsprogrammet NA - Naturvetenskap, Ridning   | 30    | b    | new
2022 | final | Åva    | NANAT | Naturvetenskapsprogrammet NA - Naturvetenskap            | 30    | a    | exact
2022 | final | Åva    | NANAT | Naturvetenskapsprogrammet NA - Naturvetenskap, med Ridning | 30  | b    | name_match
""",
    "another profile is another study path": """
year | round | school | code  | name                                     | seats | path | evidence
2021 | final | Åva    | ESMUS | Estetiska programmet ES - Musik          | 30    | a    | new
2021 | final | Åva    | ESMUS | Estetiska programmet ES - Musik, Gitarr  | 8     | b    | new
2022 | final | Åva    | ESMUS | Estetiska programmet ES - Musik          | 30    | a    | exact
2022 | final | Åva    | ESMUS | Estetiska programmet ES - Musik, Slagverk | 8    | c    | new
""",
    "a profile is dropped from the only name": """
year | round | school | code  | name                                                | seats | path | evidence
2021 | final | Åva    | SABET | Samhällsvetenskapsprogrammet SA - Beteendevetenskap | 30    | a    | new
2021 | final | Bro    | SABET | Samhällsvetenskapsprogrammet SA - Beteendevetenskap | 30    | b    | new
2022 | final | Åva    | SABET | Samhällsvetenskapsprogrammet SA - Beteendevetenskap, Kriminologi | 30 | a | name_match
2022 | final | Bro    | SABET | Samhällsvetenskapsprogrammet SA - Beteendevetenskap | 30    | b    | exact
""",
    "a school is spelt anew": """
year | round | school                      | code  | name                                          | seats | path | evidence
2021 | final | Yrkesgymnasiet, Huddinge    | BAHUS | Bygg- och anläggningsprogrammet BA - Husbyggnad | 30  | a    | new
2022 | final | Yrkesgymnasiet Huddinge     | BAHUS | Bygg- och anläggningsprogrammet BA - Husbyggnad | 30  | a    | renamed_school
2025 | final | YRKESGYMNASIET I HUDDINGE   | BAHUD | Bygg- och anläggningsprogrammet BA25 - Husbyggnad | 30 | a   | gy25_code
""",
    "two schools become one that names both": """
year | round | school                                          | code  | name                                          | seats | path | evidence
2022 | final | Viktor Rydberg Gymnasium Jarlaplan              | ESMUS | Estetiska programmet ES - Musik               | 30    | a    | new
2022 | final | Viktor Rydberg Gymnasium Jarlaplan              | EKEKO | Ekonomiprogrammet EK - Ekonomi                | 60    | b    | new
2022 | final | Viktor Rydberg Gymnasium Odenplan               | NANAT | Naturvetenskapsprogrammet NA - Naturvetenskap | 90    | c    | new
2022 | final | Viktor Rydberg Gymnasium Odenplan               | EKEKO | Ekonomiprogrammet EK - Ekonomi                | 32    | d    | new
2023 | final | Viktor Rydberg Gy Campus(fd Jarlaplan/Odenplan) | ESMUS | Estetiska programmet ES - Musik               | 30    | a    | renamed_school
2023 | final | Viktor Rydberg Gy Campus(fd Jarlaplan/Odenplan) | NANAT | Naturvetenskapsprogrammet NA - Naturvetenskap | 90    | c    | renamed_school
2023 | final | Viktor Rydberg Gy Campus(fd Jarlaplan/Odenplan) | EKEKO | Ekonomiprogrammet EK - Ekonomi                | 90    | b    | renamed_school
""",
    "a sister school of a chain is another school": """
year | round | school                            | code  | name                                          | seats | path | evidence
2021 | final | KLARA Teoretiska Gymnasium Norra  | EKEKO | Ekonomiprogrammet EK - Ekonomi                | 30    | a    | new
2021 | final | KLARA Teoretiska Gymnasium Västra | EKEKO | Ekonomiprogrammet EK - Ekonomi                | 30    | b    | new
2022 | final | KLARA Teoretiska Gymnasium Stockholm Norra | EKEKO | Ekonomiprogrammet EK - Ekonomi       | 30    | a    | renamed_school
2022 | final | KLARA Teoretiska Gymnasium Stockholm Östra | EKEKO | Ekonomiprogrammet EK - Ekonomi, Juridik och mer | 30 | c | new
""",
    "the nearest number of seats decides": """
year | round | school | code  | name                                   | seats | path | evidence
2024 | final | Åva    | NBDJR | Naturbruksprogrammet NB - Djurvård a   | 10    | a    | new
2024 | final | Åva    | NBDJR | Naturbruksprogrammet NB - Djurvård b   | 40    | b    | new
2024 | final | Bro    | NBDJR | Naturbruksprogrammet NB - Djurvård     | 40    | c    | new
2025 | final | Åva    | NBDJD | Naturbruksprogrammet NB25 - Djurvård b | 41    | b    | gy25_code
2025 | final | Åva    | NBDJD | Naturbruksprogrammet NB25 - Djurvård a | 11    | a    | gy25_code
2025 | final | Bro    | NBDJD | Naturbruksprogrammet NB25 - Djurvård   | 41    | c    | gy25_code
""",
    "a study path that pauses comes back": """
year | round | school | code  | name                           | seats | path | evidence
2021 | final | Åva    | EKEKO | Ekonomiprogrammet EK - Ekonomi | 30    | a    | new
2022 | final | Åva    | NANAT | Naturvetenskapsprogrammet NA   | 30    | b    | new
2023 | final | Åva    | EKEKO | Ekonomiprogrammet EK - Ekonomi | 30    | a    | exact
""",
}


def results(rows: list[list[str]], municipality: str = "Stockholm") -> pd.DataFrame:
    table = pd.DataFrame(
        [row[:6] for row in rows],
        columns=["intake_year", "round", "school", "study_path_code", "study_path_name", "seats"],
    )
    table = table.assign(municipality=municipality, source_file="x.xlsx", source_row=range(2, len(rows) + 2))
    whole = {
        "provider_form": "municipal",
        "programme": "EK",
        "programme_type": "other",
        "cutoff_kind": "none_admitted",
        "scale": "grades",
    }
    return as_results(table.assign(**whole).astype({"intake_year": "int64", "seats": "int64"}))


@pytest.mark.parametrize("case", CASES)
def test_study_paths_over_years(case: str) -> None:
    _, rows = drawn(CASES[case])
    links = link_study_paths(results(rows)).table
    assert list(links.columns) == list(COLUMNS)
    assert links["evidence"].tolist() == [row[7] for row in rows]
    by_path: dict[str, set[str]] = {}
    for drawn_path, found in zip([row[6] for row in rows], links["study_path_id"], strict=True):
        by_path.setdefault(drawn_path, set()).add(found)
    assert all(len(ids) == 1 for ids in by_path.values()), by_path
    assert len(set.union(*by_path.values())) == len(by_path), by_path


def test_a_school_that_moves_keeps_its_study_paths_by_its_name() -> None:
    path = ["final", "Realgymnasiet", "NBDJR", "Naturbruksprogrammet NB - Djurvård", "30"]
    table = pd.concat(
        [results([["2021", *path]], "Solna"), results([["2022", *path]], "Sundbyberg")], ignore_index=True
    )
    assert link_study_paths(table).table["evidence"].tolist() == ["new", "renamed_school"]


def test_shares_leave_out_the_first_intake() -> None:
    _, rows = drawn(CASES["the programme gets a successor"])
    links = link_study_paths(results(rows))
    summary = links.summary().set_index("evidence")
    assert summary.index.tolist() == list(EVIDENCE)
    assert summary["rows"].to_dict() == {"exact": 0, "renamed_school": 0, "gy25_code": 1, "name_match": 1, "new": 0}
    assert summary["share"].sum() == 1
    assert links.by_intake().groupby(["intake_year", "round"])["share"].sum().tolist() == [1, 1]


def test_nothing_can_be_linked_to_nothing() -> None:
    links = link_study_paths(empty_results())
    assert links.table.empty
    assert links.summary()["rows"].tolist() == [0, 0, 0, 0, 0]

"""What each audience is told: the policies, and the symbols that stand for what it is not told.

Sources: domain page on cohorts, 6.1 (Skolverket's symbols, from a file of 2025), 6.2 (independent schools) and 6.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core import rules
from gymreg_core.disclosure import (
    Ties,
    release_cohorts,
    release_counts,
    release_effects,
    release_estimates,
    release_money,
    release_published,
)
from gymreg_core.disclosure.attack import attacked
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.near import ends_of_share, without_marks
from gymreg_core.disclosure.office import without_few_admitted
from gymreg_core.disclosure.policy import Dominance, Policy, policy, policy_of
from gymreg_core.disclosure.providers import Providers, reasons_of
from gymreg_core.errors import BadParameters, RuleMissing
from gymreg_core.reporting.sections import figure
from gymreg_core.reporting.symbols import told_by
from gymreg_core.reporting.tables import Column, download, table
from gymreg_core.rules.audience import AUDIENCES, FILE, VARIABLE, made_for, told_to
from gymreg_core.vocabulary.programmes import Language
from tests.admissions import published
from tests.written import drawn


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Policy]:
    """The policy of the open web with other values, wherever it is asked for."""

    def change(**values: Any) -> Policy:
        other = policy_of("open_web").model_copy(update=values)
        for module in ("released", "cohorts", "effects", "small", "office"):
            name = "told" if module == "released" else "policy"
            monkeypatch.setattr(f"gymreg_core.disclosure.{module}.{name}", lambda: other)
        return other

    return change


def test_every_audience_has_a_whole_policy_and_the_open_web_is_told_least() -> None:
    policies = [policy_of(one) for one in AUDIENCES]
    assert [one.smallest_count for one in policies] == sorted((one.smallest_count for one in policies), reverse=True)
    assert [one.least_interval for one in policies] == sorted((one.least_interval for one in policies), reverse=True)
    assert policies[0].smallest_count == 5
    assert policies[0].least_interval == 5
    assert policies[2].smallest_count == 1


def test_a_run_is_for_anybody_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert policy().audience == "open_web"
    with made_for("authority"):
        assert policy().audience == "authority"
        assert told_to("smallest_count") == 3
    assert policy().audience == "open_web"
    monkeypatch.setenv(VARIABLE, "everyone")
    with pytest.raises(BadParameters) as refused:
        policy()
    assert refused.value.exit_code == 10


BROKEN = """
entry          | value                                              | told
smallest_count | {open_web: 0, authority: 3, internal: 1}           | smallest_count
smallest_count | {open_web: five, authority: 3, internal: 1}        | smallest_count
smallest_count | {open_web: true, authority: 3, internal: 1}        | smallest_count
smallest_count | {authority: 3}                                     | smallest_count
smallest_count | 5                                                  | smallest_count
zeros          | {open_web: maybe}                                  | zeros
dominance      | {open_web: {n: 2}}                                 | dominance.k
dominance      | {open_web: {n: 2, k: 90}}                          | dominance.k
share_near     | {open_web: 5}                                      | share_near
symbols        | {open_web: {hidden: '..'}}                         | symbols.near_all
symbols        | {open_web: {hidden: '.', not_applicable: '.', near_all: a, near_none: b}} | two symbols are the same
symbols        | {open_web: {hidden: '. .', not_applicable: '.', near_all: a, near_none: b}} | symbols.hidden
"""


@pytest.mark.parametrize("case", drawn(BROKEN)[1], ids=lambda c: f"{c[0]} {c[1]}")
def test_a_policy_that_cannot_be_is_refused_with_the_entry(case: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    name, value, told = case
    content = rules._file(FILE)
    other = {**content, name: {**content[name], "value": yaml.safe_load(value)}}
    monkeypatch.setattr(rules, "_file", lambda _: other)
    with pytest.raises(RuleMissing) as refused:
        policy_of.__wrapped__("open_web")
    assert told in str(refused.value)
    assert refused.value.exit_code == 12


@pytest.mark.parametrize("text", ["a: [", "- 1", "", "a: b: c", "\x00"])
def test_a_rules_file_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from gymreg_core.vocabulary.packaged import yaml_of

    monkeypatch.setattr(rules, "packaged_yaml", lambda *_: yaml_of(text))
    with pytest.raises(RuleMissing, match="cannot be read"):
        rules._file.__wrapped__("disclosure_audiences")


WHOLE = Ties(rests=[(["completed"], "starters")])
NEAR = """
starters | completed | count | share
100      | 100       | 100   | 100,0 %
100      | 99        | ..    | ~100
100      | 96        | ..    | ~100
100      | 95        | 95    | 95,0 %
100      | 4         | ..    | ~0
100      | 1         | ..    | ~0
100      | 0         | 0     | 0,0 %
60       | 57        | ..    | ~100
59       | 56        | ..    | ..
8        | 4         | ..    | ..
3        | 3         | ..    | ..
0        | 0         | 0     | .
"""


@pytest.mark.parametrize("case", drawn(NEAR)[1], ids=lambda c: f"{c[1]} of {c[0]}")
def test_shares_near_0_and_100_per_cent_are_told_to_be_near(case: list[str]) -> None:
    """Skolverket writes ~100 where one to four have not reached the goal, and leaves the count out (6.1)."""
    starters, completed, count, share = case
    frame = pd.DataFrame({"cohort": [2020], "starters": [int(starters)], "completed": [int(completed)]})
    released = release_cohorts(frame, published(), ties=WHOLE).with_share("share", "completed", "starters")
    columns = [Column("completed", "Klara"), Column("share", "Andel", "percent")]
    text = table(released, columns, caption="x", identifier="x", language="sv").markdown
    assert text.splitlines()[2].replace("\N{NO-BREAK SPACE}", " ").replace("\\", "") == f"| {count} | {share} |"


def test_near_stands_for_so_many_that_the_interval_is_kept() -> None:
    told = policy()
    low, high = ends_of_share(Why.NEAR_ALL, 100, told)
    assert 100 * (high - low) == pytest.approx(told.least_interval)
    assert 100 * low == pytest.approx(94)


def test_a_count_that_is_near_all_of_one_whole_is_not_told_so_of_another() -> None:
    frame = pd.DataFrame({"cohort": [2020], "starters": [100], "completed": [98], "followed": [400]})
    released = release_cohorts(frame, published(), ties=WHOLE).with_share("share", "completed", "followed")
    assert released.why["share"].tolist() == [Why.FEW]


def two_near_none(total: int) -> Cells:
    """Two counts that are told to be from one to six, their total, and further off one that stands alone."""
    return Cells(
        ("u|n|", "u|n|by=a", "u|n|by=b", "v|n|"),
        np.asarray([total, 3.5, 3.5, 3.5]),
        np.asarray([Why.SHOWN, *[Why.NEAR_NONE] * 3], np.int8),
        np.asarray([0, 2.5, 2.5, 2.5]),
        np.asarray([False, True, True, True]),
        sums=((0, (1, 2)),),
    )


@pytest.mark.parametrize(("total", "open_"), [(7, True), (10, False)])
def test_what_two_marks_tell_together_is_seen_and_then_no_mark_is_set(total: int, open_: bool) -> None:
    cells, told = two_near_none(total), policy()
    found = attacked(cells, told)
    assert bool(found) is not open_
    without, keys = without_marks(cells, found.places)
    assert keys == (() if open_ else ("u|n|by=a", "u|n|by=b"))
    assert not attacked(without, told)
    assert without.why[3] == Why.NEAR_NONE, "nothing ties it to the others"


def test_where_a_policy_never_says_near_it_hides(changed: Callable[..., Policy]) -> None:
    changed(share_near=0)
    frame = pd.DataFrame({"cohort": [2020], "starters": [100], "completed": [98]})
    released = release_cohorts(frame, published(), ties=WHOLE).with_share("share", "completed", "starters")
    assert released.why["share"].tolist() == [Why.FEW]


def hidden_and_not() -> Any:
    """A group of 3 and one of 40 (hidden with it), one that nobody is in, and one that is in no sum with them."""
    frame = pd.DataFrame(
        {"by": list("xxxy"), "group": list("abcd"), "applicants": [3, 40, 0, 60], "better": [3, 40, 0, 30]}
    )
    return release_counts(frame, published(), within="by")


def test_why_follows_the_rows_and_columns_of_every_verb() -> None:
    released = hidden_and_not()
    few, linked, shown = Why.FEW, Why.LINKED, Why.SHOWN
    assert released.why["applicants"].tolist() == [few, linked, shown, shown]
    assert released.suppressed == 4
    assert released.sort("group", ascending=False).why["applicants"].tolist() == [shown, shown, linked, few]
    assert released.where(released.table["group"].isin(["b", "d"])).why["applicants"].tolist() == [linked, shown]
    assert released.head(1).why["applicants"].tolist() == [few]
    assert list(released.select("group").why.columns) == ["group"]
    worded = released.with_words("note", ["a", None, "c", None], of=["applicants"])
    assert worded.why["note"].tolist() == [shown, linked, shown, shown]


def test_a_row_for_several_years_keeps_the_reason_of_each_year_and_has_none_where_there_is_no_such_year() -> None:
    frame = pd.DataFrame({"group": ["a", "a", "b", "b"], "year": [1, 2, 1, 3], "pupils": [3, 30, 40, 2]})
    wide = release_cohorts(frame, published()).spread("group", "year", "pupils")
    assert list(wide.why.columns) == ["group", "pupils_y1", "pupils_y2", "pupils_y3"]
    assert wide.why.to_numpy().tolist() == [[0, Why.FEW, 0, 0], [0, 0, 0, Why.FEW]]
    assert wide.table["pupils_y3"].isna().tolist() == [True, True]


def test_what_is_made_of_a_hidden_number_is_hidden_and_what_nobody_is_behind_is_not() -> None:
    released = hidden_and_not().with_share("share", "better", "applicants")
    assert released.why["share"].tolist() == [Why.FEW, Why.LINKED, Why.SHOWN, Why.SHOWN]
    assert released.table["share"].isna().tolist() == [True, True, True, False]
    changed = released.with_change("value", "applicants", "better")
    assert changed.why["value"].tolist() == [Why.FEW, Why.LINKED, Why.SHOWN, Why.SHOWN]
    within = released.with_share_within("value", "applicants", "by")
    assert (within.why["value"] != Why.SHOWN).tolist() == [True, True, True, False]
    scaled = released.with_times("applicants", [2.0] * 4)
    assert scaled.why["applicants"].tolist() == released.why["applicants"].tolist()


def test_a_page_and_a_file_have_the_same_symbols_and_the_page_says_what_they_mean() -> None:
    released = hidden_and_not().with_share("share", "better", "applicants")
    columns = [Column("group", "Grupp", "text"), Column("applicants", "Sökande"), Column("share", "Andel", "percent")]
    for language, hidden, nobody in (("sv", ".. betyder", ". betyder"), ("en", ".. means", ". means")):
        page = table(released, columns, caption="x", identifier="x", language=language).markdown  # type: ignore[arg-type]
        assert page.splitlines()[2] == "| a | .. | .. |"
        assert page.splitlines()[4] == "| c | 0 | . |"
        meaning = page.splitlines()[-1]
        assert meaning.startswith(hidden)
        assert f" {nobody}" in meaning
        assert "100" not in meaning
        (file,) = download(released, columns, name="x", label="x", language=language).files.values()  # type: ignore[arg-type]
        rows = [line.replace(",", ";").split(";") for line in file.decode("utf-8-sig").splitlines()]
        assert rows[1] == ["a", "..", ".."]
        assert rows[3] == ["c", "0", "."]


def test_a_table_without_symbols_explains_none() -> None:
    released = hidden_and_not().select("group")
    text = table(released, [Column("group", "Grupp", "text")], caption="x", identifier="x", language="sv").markdown
    assert text.endswith("{#tbl-x}")


def test_zeros_are_hidden_where_the_policy_hides_them(changed: Callable[..., Policy]) -> None:
    changed(zeros="hidden")
    frame = pd.DataFrame({"quantity": ["a", "b"], "pupils": [0, 50]})
    assert release_effects(frame, published()).why["pupils"].tolist() == [Why.FEW, Why.SHOWN]


def test_a_sensitive_measure_is_told_nowhere_nor_what_is_made_of_it(changed: Callable[..., Policy]) -> None:
    changed(sensitive=("completed",))
    frame = pd.DataFrame({"cohort": [2020, 2021], "starters": [100, 90], "completed": [50, 0], "completed_y1": [40, 9]})
    released = release_cohorts(frame, published()).with_share("share", "completed", "starters")
    for name in ("completed", "completed_y1", "share"):
        assert released.table[name].isna().all(), name
        assert (released.why[name] == Why.SENSITIVE).all(), name
    assert released.table["starters"].tolist() == [100, 90]


ROWS = """
independent | public | single | dominance | why
10 0 0      | 0      | hidden | -         | SINGLE
10 0 0      | 0      | shown  | -         | SHOWN
10 0 0      | 5      | hidden | -         | SHOWN
10 1 0      | 0      | hidden | -         | SHOWN
-10 0 0     | 0      | hidden | -         | SINGLE
0 0 0       | 90     | hidden | 1 0.9     | SHOWN
90 10 0     | 0      | shown  | 1 0.9     | SHOWN
91 9 0      | 0      | shown  | 1 0.9     | DOMINATED
50 41 9     | 0      | shown  | 2 0.9     | DOMINATED
50 41 9     | 20     | shown  | 2 0.9     | SHOWN
91 0 0      | 9      | shown  | 1 0.9     | DOMINATED
0 0 0       | 0      | hidden | 1 0.9     | SHOWN
"""


@pytest.mark.parametrize("case", drawn(ROWS)[1], ids=" ".join)
def test_rows_of_one_provider_or_mostly_of_a_few(case: list[str]) -> None:
    """(n, k): SACRO's rule; of independent providers alone, since what public ones are paid is public (6.2, 6.3)."""
    private, public, single, dominance, why = case
    pair = None if dominance == "-" else Dominance(n=int(dominance.split()[0]), k=float(dominance.split()[1]))
    told = policy_of("open_web").model_copy(update={"single_provider": single, "dominance": pair})
    rows = Providers(np.asarray([[float(one) for one in private.split()]]), np.asarray([float(public)]))
    assert reasons_of(rows, told).tolist() == [Why[why]]


def test_what_rows_are_made_of_is_told_by_provider() -> None:
    lines = pd.DataFrame({
        "receiver": ["A", "A", "B", "Täby"],
        "provider_form": ["independent", "independent", "independent", "municipal"],
        "programme": ["EK", "NA", "EK", "EK"],
        "price": [10, 20, 30, 40],
    })  # fmt: skip
    rows = pd.DataFrame({"by": ["region", "programme", "programme"], "group": ["", "EK", "NA"], "other": ""})
    found = Providers.of(rows, lines, {"region": [], "programme": ["programme"]}, "price")
    assert found.independent.tolist() == [[30, 30], [10, 30], [20, 0]]
    assert found.public.tolist() == [40, 40, 0]


SAID = {
    "suppress": ("utelämnas", "left out"),
    "shown": ("visas", "shown"),
    "hidden": ("visas inte", "not shown"),
    "refuse": ("stoppas", "stopped"),
    "tell": ("sägs", "told"),
    None: ("visas", "shown"),
}
IN_PER_CENT = ("least_relative", "near_within")


@pytest.mark.parametrize(("page", "language"), [("reports/metod.qmd", 0), ("reports/en/metod.qmd", 1)])
def test_the_methods_pages_tell_every_limit_of_every_audience(repository: Path, page: str, language: int) -> None:
    cells = [line.strip("| ").split(" | ") for line in (repository / page).read_text(encoding="utf-8").splitlines()]
    told = {row[-1].strip(" `|"): [cell.strip() for cell in row[1:4]] for row in cells if len(row) == 5}
    for name in Policy.model_fields:
        if name in ("audience", "sensitive", "symbols"):
            continue
        for at, audience in enumerate(AUDIENCES):
            value = getattr(policy_of(audience), name)
            number = round(100 * value) if name in IN_PER_CENT else value
            said = str(number) if isinstance(number, int) else SAID[number][language]
            assert told[name][at] == said, (name, audience)
    text = (repository / page).read_text(encoding="utf-8")
    assert all(f"`{symbol}`" in text for symbol in policy().symbols.model_dump().values())


def test_a_page_says_for_whom_it_is_and_that_limits_are_assumed() -> None:
    assert told_by("sv") == (
        "Sidan är gjord för den öppna webben. Antal under 5 visas inte, inte heller antal som lämnar färre än 5 av "
        "helheten. Nollor visas. Det minsta och det största som ett utelämnat antal kan vara ska ligga minst 5 isär. "
        "Gränserna är antaganden; de står på metodsidan."
    )
    assert "cut-offs" not in told_by("en")
    assert told_by("en", office=True) == (
        "The page is made for the open web. The office's own figures are shown as the office publishes them, also "
        "where few are admitted."
    )
    with made_for("internal"):
        assert "Inga antal är utelämnade" in told_by("sv")


FEW_ADMITTED = """
admitted | cutoff | median | shown
1        | 250    | 250    | no
4        | 200    | 210    | no
5        | 190    | 200    | yes
0        |        |        | yes
"""


@pytest.mark.parametrize("figures", ["shown", "hidden"])
def test_the_offices_own_figures_of_few_are_repeated_unless_the_policy_leaves_them_out(
    changed: Callable[..., Policy], figures: str
) -> None:
    """The office publishes them unsuppressed: of 2024, 193 rows with one to four admitted (admission page, 8)."""
    changed(office_figures=figures)
    cells = drawn(FEW_ADMITTED)[1]
    frame = pd.DataFrame({
        "study_path_name": list("abcd"),
        "seats": [10] * 4,
        "admitted": [int(row[0]) for row in cells],
        "cutoff": pd.array([float(row[1]) if row[1] else None for row in cells], "Float64"),
        "median": pd.array([float(row[2]) if row[2] else None for row in cells], "Float64"),
        "series": [row[1] or "ingen" for row in cells],
    })  # fmt: skip
    released = release_published(frame, published())
    hidden = [row[3] == "no" and figures == "hidden" for row in cells]
    for name in ("admitted", "cutoff", "median", "series"):
        assert (released.why[name] != Why.SHOWN).tolist() == hidden, name
    assert released.table["seats"].tolist() == [10] * 4
    assert released.table["admitted"].isna().tolist() == hidden
    of_paths = without_few_admitted(frame)
    assert of_paths["admitted"].tolist() == frame["admitted"].tolist()
    assert of_paths["cutoff"].isna().tolist() == [h or row[1] == "" for h, row in zip(hidden, cells, strict=True)]


MONEY = """
programme | provider | form        | price
EK        | A        | independent | 800
EK        | B        | independent | 700
NA        | A        | independent | 900
SA        | A        | independent | 600
SA        | Täby     | municipal   | 600
TE        | Täby     | municipal   | 600
"""


@pytest.mark.parametrize("single", ["shown", "hidden"])
def test_amounts_of_one_independent_provider_are_hidden_by_policy_with_what_would_tell_them(
    changed: Callable[..., Policy], single: str
) -> None:
    """Skolverket told nothing of fewer than two independent schools together (6.2)."""
    changed(single_provider=single)
    lines = pd.DataFrame(drawn(MONEY)[1], columns=["programme", "receiver", "provider_form", "price"])
    lines["price"] = lines["price"].astype("int64")
    sums = lines.groupby("programme")["price"].sum()
    frame = pd.DataFrame({
        "by": [*["programme"] * 4, "region"],
        "group": [*sums.index, ""],
        "other": "",
        "price": [*sums, sums.sum()],
        "pupils": [60, 60, 60, 60, 240],
    })  # fmt: skip
    whose = Providers.of(frame, lines, {"programme": ["programme"], "region": []}, "price")
    released = release_money(frame, published(), ties=Ties(sums=[(4, [0, 1, 2, 3])]), providers=whose)
    reason = released.why["price"].tolist()
    assert released.table["group"].tolist()[:2] == ["EK", "NA"]
    assert reason[1] == (Why.SINGLE if single == "hidden" else Why.SHOWN)
    assert reason.count(Why.LINKED) == (1 if single == "hidden" else 0)


def test_schools_of_independent_providers_are_told_of_unless_the_policy_hides_them(
    changed: Callable[..., Policy],
) -> None:
    frame = pd.DataFrame({"school_id": list("abc"), "starters": [60, 70, 80], "completed": [40, 30, 50]})
    behind, alone = ["starters", "completed"], np.asarray([True, False, False])
    assert not release_estimates(frame, published(), behind=behind, alone=alone).why.to_numpy().any()
    changed(single_provider="hidden")
    why = release_estimates(frame, published(), behind=behind, alone=alone).why
    assert why["completed"].tolist() == [Why.SINGLE, Why.SHOWN, Why.SHOWN]


@dataclass
class Page:
    language: Language = "sv"

    def say(self, key: str, **_: Any) -> str:
        return key


def test_a_picture_whose_table_has_hidden_numbers_says_that_they_are_not_drawn() -> None:
    columns = [Column("group", "Grupp", "text"), Column("applicants", "Sökande")]
    for rows, said in ((hidden_and_not(), True), (hidden_and_not().among("by", "y"), False)):
        data = table(rows, columns, caption="x", identifier="x", language="sv")
        text = figure(Page(), "x", b"<svg/>", kind="bars", alt="a", caption="c", data=data).markdown
        assert ("finns inte heller i bilden" in text.split(":::")[0]) is said

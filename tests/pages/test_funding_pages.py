"""The pages of the funding report, section by section and as a site, on a small made-up region."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gymreg_core.errors import BadInput, BadParameters, DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.release.gate import check_release
from gymreg_core.reporting import build
from gymreg_core.reporting.build import BuildRequest, build_site
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.from_enrolments import made_up_extract
from gymreg_core.reporting.funding import FundingReport
from gymreg_core.reporting.funding.stored import SettledWorkspace, load
from gymreg_core.reporting.funding_material import FundingMaterial
from gymreg_core.reporting.funding_plan import FundingPlan
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.page_head import PAGE_MIME
from gymreg_core.reporting.params import make_plan
from gymreg_core.reporting.site import check_links
from gymreg_core.rules.audience import told_to
from tests.pages.browser_checks import check_site
from tests.pages.pdf_checks import check_pdfs

SECTIONS = (
    "in_brief", "programmes", "kinds", "municipalities", "price_level", "flows", "supplement", "odds", "corrections",
    "reconciliation", "definitions", "assumptions", "provenance",
)  # fmt: skip
ORDER = [
    "korthet", "program", "skolor", "kommuner", "priser", "floden", "tillagg", "oddsmodell", "rattelser", "avstamning",
    "definitioner", "antaganden", "tillkomst",
]  # fmt: skip
FIGURE = re.compile(
    r'^!\[(?P<caption>.+)\]\((?P<path>media/[^)]+\.svg)\)\{#fig-(?P<id>[\w-]+) fig-alt="(?P<alt>.+)"\}$', re.MULTILINE
)
LONG = {"program", "kommuner", "netto", "floden", "priser", "tillagg-program", "avstamning", "rattelser", "antaganden"}


def whole(report: FundingReport) -> Fragment:
    return join(getattr(report, section)() for section in SECTIONS)


def sections(text: str) -> list[str]:
    return re.findall(r"^## .*\{#sec-([\w-]+)\}$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildRequest, list[str]]:
    """A site of the region in two languages, a municipality and a kind of provider, made once."""
    folder = tmp_path_factory.mktemp("funding")
    extract = made_up_extract(folder / "extract", 0.03)
    plans = [
        make_plan({"report": "funding", **wanted}, where="test")
        for wanted in (
            {"languages": ["sv", "en"]},
            {"scope": "municipality", "scope_name": "Täby"},
            {"scope": "provider_form", "scope_name": "independent"},
        )
    ]
    request = BuildRequest.of(
        plans, data=extract, workspace=folder / "ws", reference=None, out=folder / "site", renderer="embedded", jobs=1
    )
    told = Told()
    build_site(request, told)
    return request, told.notes


class Told:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def advance(self, step: str, total: int) -> None: ...


@pytest.fixture(scope="module")
def settled(built: tuple[BuildRequest, list[str]]) -> SettledWorkspace:
    (workspace,) = (built[0].workspace / "enrolments-of-reports").iterdir()
    return load(workspace)


SCOPES: dict[str, dict[str, Any]] = {
    "region": {},
    "first year": {"year": 2024},
    "municipality": {"scope": "municipality", "scope_name": "Täby"},
    "no school": {"scope": "municipality", "scope_name": "Vaxholm"},
    "independent": {"scope": "provider_form", "scope_name": "independent"},
    "nobody": {"scope": "provider_form", "scope_name": "region"},
    "English": {"language": "en"},
    "a municipality in English": {"scope": "municipality", "scope_name": "Nacka", "language": "en"},
}


@pytest.fixture(scope="module", params=SCOPES)
def page(request: pytest.FixtureRequest, settled: SettledWorkspace) -> tuple[FundingReport, Fragment]:
    report = FundingReport.on(settled, **SCOPES[request.param])
    return report, whole(report)


def test_every_figure_has_its_file_its_caption_its_alternative_text_and_its_table(
    page: tuple[FundingReport, Fragment],
) -> None:
    report, fragment = page
    figures = list(FIGURE.finditer(fragment.markdown))
    assert len(figures) == fragment.markdown.count("![")
    assert {f["path"] for f in figures} == {name for name in fragment.files if name.startswith("media/")}
    for figure in figures:
        assert len(figure["alt"]) > 60
        assert figure["caption"].rstrip("\\").endswith(".")
        folded = fragment.markdown.split(figure[0])[1]
        # A line may say in between that hidden numbers are not drawn.
        assert re.match(r'\n\n([^\n|:]+\n\n)?::: \{\.fold summary="[^"]+"\}\n\|', folded), figure["id"]
        assert "{#tbl-" in folded.split("\n:::\n")[0]
    if report.view.is_region and report.view.compared:
        assert len(figures) >= 9


def test_links_lead_to_files_of_the_page(page: tuple[FundingReport, Fragment]) -> None:
    _, fragment = page
    targets = set(re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", fragment.markdown))
    assert targets == {name for name in fragment.files if name.startswith("data/")}


def test_addresses_are_unique_and_sections_stand_in_their_order(page: tuple[FundingReport, Fragment]) -> None:
    _, fragment = page
    addresses = re.findall(r"\{#([\w-]+)[ }]", fragment.markdown)
    assert len(addresses) == len(set(addresses))
    found = sections(fragment.markdown)
    assert found == [s for s in ORDER if s in found]


def test_sentences_have_no_holes(page: tuple[FundingReport, Fragment]) -> None:
    _, fragment = page
    text = re.sub(r"^(\||:   ).*$", "", fragment.markdown, flags=re.MULTILINE)
    text = re.sub(r"(^| )\.\.? (?=betyder|means)", "", text, flags=re.MULTILINE)  # the legend of symbols
    assert not re.search(r"\b(nan|None|NaN|<NA>|inf)\b", fragment.markdown)
    assert not re.search(r"  +\w|\.\.| \.|\bprocent procent\b|[a-zåäö]\.[A-ZÅÄÖ]", text)


def test_only_tables_with_a_purpose_are_longer_than_a_screen(page: tuple[FundingReport, Fragment]) -> None:
    _, fragment = page
    tables = re.findall(r"((?:^\|.*\n)+)\n: .*\{#tbl-([\w-]+)\}", fragment.markdown, re.MULTILINE)
    assert {name for rows, name in tables if rows.count("\n") - 2 > 12} <= LONG


def test_no_number_of_few_pupils_stands_on_a_page(page: tuple[FundingReport, Fragment]) -> None:
    report, fragment = page
    smallest = int(told_to("smallest_count"))
    heads = ("Helårselever", "Years of pupils", "Med tillägg", "With a supplement")
    for rows, name in re.findall(r"((?:^\|.*\n)+)\n: .*\{#tbl-([\w-]+)\}", fragment.markdown, re.MULTILINE):
        head, _, *lines = [[cell.strip() for cell in row.strip("|\n").split("|")] for row in rows.splitlines()]
        for at in [place for place, text in enumerate(head) if text in heads]:
            few = [line[at] for line in lines if line[at] in map(str, range(1, smallest))]
            assert few == [], name
    assert report.view.scope


def test_swedish_and_english_have_the_same_sections_figures_and_numbers(settled: SettledWorkspace) -> None:
    for scope in ({}, {"scope": "municipality", "scope_name": "Nacka"}):
        sv, en = (whole(FundingReport.on(settled, **scope, language=lang)) for lang in ("sv", "en"))
        assert sections(sv.markdown) == sections(en.markdown)
        assert [f["id"] for f in FIGURE.finditer(sv.markdown)] == [f["id"] for f in FIGURE.finditer(en.markdown)]
        assert sorted(sv.files) == sorted(en.files)
        assert sv.markdown.count("\n|") == en.markdown.count("\n|")


def test_the_same_report_twice_is_the_same_bytes(settled: SettledWorkspace) -> None:
    one, other = (whole(FundingReport.on(settled)) for _ in range(2))
    assert one.markdown == other.markdown
    assert dict(one.files) == dict(other.files)


def test_the_page_says_what_it_is(page: tuple[FundingReport, Fragment]) -> None:
    report, _ = page
    head = report.page()._repr_mimebundle_()[PAGE_MIME]
    assert head["lang"] == report.view.language
    assert str(report.view.year) in head["title"]
    assert all(head[key] for key in ("title", "subtitle", "description", "facts"))


def test_parts_add_up_to_what_the_page_says(settled: SettledWorkspace) -> None:
    """Of what is shown, the parts of a sum that is whole are that sum, to the öre."""
    view = FundingReport.on(settled).view
    frame = view.amounts.table
    region = int(frame.loc[frame["by"] == "region", "amount"].iloc[0])
    assert region == view.costs.summary()["amount"]
    for by in ("kind", "provider_form", "payer"):
        rows = view.costs.rows(by)
        assert int(rows["amount"].sum()) == region
        shown = frame.loc[frame["by"] == by, "amount"]
        assert shown.notna().all() or int(shown.sum()) < region


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"year": 1999}, "Settled years: 2024, 2025"),
        ({"compare_to": 2019}, "nothing is settled of 2019"),
        ({"language": "no"}, "One of: sv, en"),
        ({"scope": "municipality", "scope_name": "Tæby"}, "Did you mean 'Täby'"),
        ({"scope": "school"}, "One of: region, municipality, provider_form"),
        ({"scope": "region", "scope_name": "Täby"}, "has no name"),
    ],
)
def test_wrong_parameters_are_told_with_what_there_is(
    settled: SettledWorkspace, wanted: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadParameters) as problem:
        FundingReport.on(settled, **wanted)
    assert told in str(problem.value)


def plan(**wanted: Any) -> FundingPlan:
    made = make_plan({"report": "funding", **wanted}, where="test")
    assert isinstance(made, FundingPlan)
    return made


class Real:
    """The same months, as if they were of real pupils."""

    provenance = Provenance((), already_public=False, made_up=False)

    def __init__(self, settled: SettledWorkspace) -> None:
        self.years, self.year, self.model = settled.years, settled.year, settled.model


def test_real_pupils_need_a_decision_and_the_page_names_it(settled: SettledWorkspace) -> None:
    real = Real(settled)
    for nothing in (None, "", "  "):
        with pytest.raises(DisclosureRefused, match="without a decision"):
            FundingReport.on(real, decision=nothing)
    text = FundingReport.on(real, decision="Styrelsen 2026-06-11, § 45").provenance().markdown
    assert "Styrelsen 2026-06-11, § 45" in text
    assert "påhittad" not in text


def test_a_build_of_real_months_needs_a_decision_in_its_params(settled: SettledWorkspace) -> None:
    material = FundingMaterial(cast("SettledWorkspace", Real(settled)), settled.path, "head")
    with pytest.raises(DisclosureRefused) as refused:
        material.wanted(plan())
    assert refused.value.exit_code == 13
    assert "decision:" in str(refused.value)
    (params,) = material.wanted(plan(decision="Styrelsen 2026-06-11, § 45"))
    assert params.slug == "ersattning-2025"


def test_an_extract_of_real_persons_is_settled_on_purpose_or_not_at_all(
    built: tuple[BuildRequest, list[str]], tmp_path: Path
) -> None:
    shutil.copytree(str(built[0].data), tmp_path / "real")
    description = tmp_path / "real" / "utdrag.json"
    told = description.read_text(encoding="utf-8")
    assert '"made_up": true' in told
    description.write_text(told.replace('"made_up": true', '"made_up": false'), encoding="utf-8")
    wanted = replace(built[0], data=tmp_path / "real", workspace=tmp_path / "ws", out=tmp_path / "site")
    with pytest.raises(DisclosureRefused, match="gymreg settle"):
        build_site(wanted, Told())
    assert not (tmp_path / "ws" / "enrolments-of-reports").exists()


def test_made_up_admission_and_real_months_do_not_share_a_site(
    settled: SettledWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Admission:
        provenance = Provenance((), already_public=True, made_up=True)

    found = {
        "admission": Admission(),
        "funding": FundingMaterial(cast("SettledWorkspace", Real(settled)), tmp_path, ""),
    }
    kinds = {
        name: replace(kind, state=lambda _: "", gather=lambda *_, n=name: found[n]) for name, kind in KINDS.items()
    }
    monkeypatch.setattr(build, "KINDS", kinds)
    plans = [plan(), make_plan({"report": "admission"}, where="test")]
    request = BuildRequest.of(plans, data=None, workspace=tmp_path / "ws", reference=None, out=tmp_path / "site")
    with pytest.raises(BadParameters, match="made-up and real figures would stand on one site"):
        build_site(request, Told())


def test_the_site_has_the_pages_that_were_asked_for(built: tuple[BuildRequest, list[str]]) -> None:
    request, notes = built
    names = {p.relative_to(request.out).as_posix() for p in request.out.rglob("ersattning-*.html")}
    assert names == {
        "ersattning-2025.html",
        "en/ersattning-2025.html",
        "ersattning-2025-taby.html",
        "ersattning-2025-huvudman-fristaende.html",
    }
    check_links(request.out)
    manifest = json.loads((request.out / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["made_up"] is True
    assert any(note.startswith("settling 2024 to 2025") for note in notes)
    front = (request.out / "index.html").read_text(encoding="utf-8")
    assert "Ersättningar 2025" in front
    assert "ersattning-2025-taby.html" in front


def test_every_page_holds_in_a_browser(built: tuple[BuildRequest, list[str]], chromium_path: str) -> None:
    assert check_site(built[0].out, chromium_path, sorted(built[0].out.rglob("ersattning-*.html"))) == []


def test_every_pdf_holds(built: tuple[BuildRequest, list[str]]) -> None:
    assert check_pdfs(built[0].out) == []


def test_the_gate_lets_the_site_out(built: tuple[BuildRequest, list[str]]) -> None:
    assert list(check_release(built[0].out, jobs=1)) == []


def test_an_unchanged_build_does_nothing(built: tuple[BuildRequest, list[str]]) -> None:
    told = Told()
    assert build_site(built[0], told).unchanged
    assert told.notes == []


def test_result_files_alone_have_no_funding_reports(built: tuple[BuildRequest, list[str]], tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    request = BuildRequest.of(
        built[0].plans, data=tmp_path / "results", workspace=tmp_path / "ws", reference=None, out=tmp_path / "site"
    )
    told = Told()
    with pytest.raises(BadInput, match="nothing here to make a report of: funding"):
        build_site(request, told)
    assert any("no month is settled" in note for note in told.notes)
    assert not (tmp_path / "site").exists()

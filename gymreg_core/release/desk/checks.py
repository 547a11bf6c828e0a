"""What a reviewer is shown of a release: every check with what it found, in Swedish, never a number that is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.release.desk.content import Content
from gymreg_core.release.desk.known import attacked_with, record_about
from gymreg_core.release.desk.releases import Release, published_contents
from gymreg_core.rules.audience import OPEN_WEB, made_for

if TYPE_CHECKING:
    from gymreg_core.release.desk.desk import Desk, Session
    from gymreg_core.release.site_reader import SitePages

Outcome = Literal["passed", "refused", "told"]
_QUALITY = ("sec-kvalitet", "sec-iakttagelser", "tbl-iakttagelser")
_MOST = 200


@dataclass(frozen=True)
class Check:
    """One check. refused : it cannot be approved. told : what a reviewer has to read. page : HTML of its own, or ''."""

    name: str
    outcome: Outcome
    told: tuple[str, ...]
    page: str = ""


def checked(desk: Desk, release: Release, session: Session) -> list[Check]:
    """Every check of a release, in the order in which a reviewer reads them."""
    from gymreg_core.release.site_reader import read_site

    content = desk.content_of(release)
    site = read_site(content.site)
    earlier = [(id_, desk.content_at(id_, tree)) for id_, tree in published_contents(session.entries)]
    with made_for(OPEN_WEB):
        return [
            _audience(site),
            _moved(site, release, earlier),
            gate_check(content),
            _attack(content, earlier),
            _left_out(site, content),
            _accessible(site),
            _quality(site),
        ]


def gate_check(content: Content) -> Check:
    """What the gate finds in the locked site."""
    from gymreg_core.release.gate import check_release

    with made_for(OPEN_WEB):
        found = check_release(content.site)
    told = [f"{one.file} {one.place}: {one.what}".strip() for one in found]
    told = told or [f"Porten läste {found.files} filer ({found.size} byte) och fann inget."]
    return _check("porten", "refused" if len(found) else "passed", told)


def refuse_identities(text: str, where: str) -> None:
    """Errors: BadParameters where words that people write for readers hold what looks like an identity number."""
    from gymreg_core.release.gate.identity import identities
    from gymreg_core.release.gate.spelling import plain

    if next(iter(identities(plain(text), "text")), None) is not None:
        raise BadParameters(
            "this looks like an identity number",
            where=where,
            why="What is said here is read by everybody.",
            remedy="Say it without numbers of persons.",
        )


def _audience(site: SitePages) -> Check:
    """Whether it was made for everybody."""
    to = str(site.manifest.get("audience", "ingen"))
    if to != OPEN_WEB:
        return _check("läsekrets", "refused", [f"Sidorna är gjorda för läsekretsen {to}, inte för {OPEN_WEB}."])
    return _check("läsekrets", "passed", ["Sidorna är gjorda för den öppna webben."])


def _moved(site: SitePages, release: Release, earlier: Sequence[tuple[str, Content]]) -> Check:
    """What moved since the release that is amended, or else the last one that tells of one of the same topics."""
    from gymreg_core.release.diff import diff_sites
    from gymreg_core.release.site_reader import read_site

    topics = _topics(site.manifest)
    alike = [
        (id_, content)
        for id_, content in earlier
        if (id_ == release.amends if release.amends else id_ != release.id and _topics(content.manifest()) & topics)
    ]
    if not alike:
        return _check(
            "skillnad", "told", ["Inget tidigare är publicerat om samma ämne, så det finns inget att jämföra med."]
        )
    before, content = alike[-1]
    moved = diff_sites(read_site(content.site), site, names=(before, release.id))
    return _check("skillnad", "told", moved.describe("sv"), moved.page("sv"))


def _attack(content: Content, earlier: Sequence[tuple[str, Content]]) -> Check:
    """What follows from this release and all that readers have ever seen."""
    missing = [id_ for id_, one in [("den här utgåvan", content), *earlier] if not one.record.is_file()]
    if missing:
        return _check(
            "angriparen",
            "refused",
            [
                f"{id_} saknar sin förteckning över celler (disclosure.json); utan den går det inte att pröva."
                for id_ in missing
            ],
        )
    try:
        attack = attacked_with(content.record, [one.record for _, one in earlier])
    except BadInput as fault:
        return _check("angriparen", "refused", [str(fault)])
    return _check("angriparen", "refused" if attack else "passed", list(attack.sentences("sv")))


def _left_out(site: SitePages, content: Content) -> Check:
    """How much is left out, by report and reason, and by page."""
    from gymreg_core.disclosure.policy import policy

    hidden = policy().symbols.hidden
    told = []
    for kind, one in record_about(content.record).items():
        reasons = ", ".join(f"{why} {n}" for why, n in one["hidden"].items())
        told.append(f"{kind}: {one['cells']} celler, inte visade: {reasons or '0'}")
    for name, page in site.pages.items():
        if n := sum(cell.strip() == hidden for table in page.tables.values() for row in table.rows for cell in row):
            told.append(f"{name}: {n} celler med {hidden}")
    return _check("utelämnat", "told", told or ["Inget är utelämnat."])


def _accessible(site: SitePages) -> Check:
    from gymreg_core.release.desk.accessible import barriers

    found = barriers(site)
    seen = (
        f"{len(site.pages)} sidor är prövade på uppbyggnad, språk, rubriker, bildtexter, tabeller och länkar, utan "
        "anmärkning. Kontrast, fokus och smala skärmar prövas inte här, utan av programmets tester i en webbläsare."
    )
    told = found or [seen]
    return _check("tillgänglighet", "refused" if found else "passed", told)


def _quality(site: SitePages) -> Check:
    """What the pages themselves say of the quality of the data."""
    swedish = {name: page for name, page in site.pages.items() if page.language == "sv"}
    told = [f"{name}: {text.text}" for name, page in swedish.items() for text in page.texts if text.section in _QUALITY]
    told += [
        f"{name}: {', '.join(row)}"
        for name, page in swedish.items()
        for table in page.tables.values()
        if table.id in _QUALITY
        for row in table.rows
    ]
    return _check("datakvalitet", "told", list(dict.fromkeys(told)) or ["Sidorna säger inget om datakvaliteten."])


def _check(name: str, outcome: Outcome, told: Iterable[str], page: str = "") -> Check:
    lines = tuple(told)
    more = (f"… och {len(lines) - _MOST} till",) if len(lines) > _MOST else ()
    return Check(name, outcome, (*lines[:_MOST], *more), page)


def _topics(manifest: Mapping[str, object]) -> set[str]:
    reports = manifest.get("reports", [])
    return {str(entry["report"]) for entry in reports} if isinstance(reports, list) else set()

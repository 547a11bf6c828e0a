"""The release desk: who may do what from which state, what voids an approval, and what the public folder then says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gymreg_core.errors import BadInput, BadParameters, DisclosureRefused, NotPermitted
from gymreg_core.release.desk import acts, publish
from gymreg_core.release.desk.calendar import Coming, embargo_time, icalendar
from gymreg_core.release.desk.checks import Check
from gymreg_core.release.desk.content import take_in
from gymreg_core.release.desk.desk import Desk
from gymreg_core.release.desk.people import Actor, People
from gymreg_core.release.desk.public import Stand, render
from gymreg_core.release.desk.stamps import desk_texts, unstamped
from gymreg_core.release.desk.states import diagram, permit, steps
from gymreg_core.reporting.site import check_links, list_files
from tests.desks import (
    DECIDES,
    LOOKS,
    PUBLISHES,
    STRANGER,
    Clock,
    approved,
    asked,
    by,
    new_desk,
    published,
    record,
    tiny_site,
)

# Which step leads from a state (row) by an action (column); '-' is no step.
TABLE = """
          request   review   return   approve  lapse     publish   rollback  amend   restore   withdraw  void
new       requested -        -        -        -         -         -         -       -         -         -
requested -         reviewed returned -        -         -         -         -       -         -         voided
reviewed  -         reviewed returned approved -         -         -         -       -         -         voided
approved  -         -        returned -        requested published -         -       -         -         voided
returned  requested -        -        -        -         -         -         -       -         -         voided
published -         -        -        -        -         -         requested amended -         withdrawn -
amended   -         -        -        -        -         -         -         -       published withdrawn -
withdrawn -         -        -        -        -         -         -         -       -         -         -
voided    -         -        -        -        -         -         -         -       -         -         -
"""
EVERYONE = People({Actor(1, "all"): frozenset({"request", "review", "approve", "publish"})})
CASES = [
    (cells[0], action, after)
    for line in TABLE.strip().splitlines()[1:]
    for cells in [line.split()]
    for action, after in zip(TABLE.strip().splitlines()[0].split(), cells[1:], strict=True)
]


@pytest.mark.parametrize(("state", "action", "after"), CASES, ids=str)
def test_the_table_of_steps(state: str, action: str, after: str) -> None:
    if after != "-":
        assert permit("2026-001", state, action, Actor(1, "all"), EVERYONE, ()).after == after
        return
    with pytest.raises(NotPermitted) as refused:
        permit("2026-001", state, action, Actor(1, "all"), EVERYONE, ())
    assert refused.value.exit_code == 15
    assert state in str(refused.value)
    assert action in str(refused.value)


def test_the_docs_show_the_table(repository: Path) -> None:
    told = (repository / "docs/release-desk.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram()}```" in told, f"put this into docs/release-desk.md:\n{diagram()}"


def test_nothing_goes_out_without_somebody_else() -> None:
    assert {step.action for step in steps() if step.after in ("reviewed", "approved")} == {"review", "approve"}
    assert all(step.another for step in steps() if step.after in ("reviewed", "approved"))
    assert {step.before for step in steps() if step.after == "published"} == {"approved", "amended"}


@pytest.mark.parametrize(
    ("asker", "actor", "may"),
    [
        (Actor(1, "anna"), Actor(2, "bo"), True),
        (Actor(1, "anna"), Actor(1, "anna"), False),
        (Actor(1, "anna"), Actor(1, "other-name"), False),  # the same number under another name
        (Actor(1, "anna"), Actor(3, "anna"), False),  # the same name under another number
    ],
)
def test_the_one_who_requests_cannot_approve(asker: Actor, actor: Actor, may: bool) -> None:
    people = People({actor: frozenset({"approve"}), Actor(9, "nils"): frozenset({"approve"})})
    if may:
        permit("2026-001", "reviewed", "approve", actor, people, [asker])
        return
    with pytest.raises(NotPermitted, match="cannot be the one who lets it pass") as refused:
        permit("2026-001", "reviewed", "approve", actor, people, [asker])
    assert "nils" in str(refused.value)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return new_desk(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tiny_site(tmp_path / "site")


def state_of(desk: Desk, name: str) -> str:
    return desk.look()[1][name].state


def test_from_request_to_readers_and_what_pages_say(desk: Desk, site: Path) -> None:
    assert published(desk, site).id == "2026-001"
    page = (desk.public / "2026-001/admission-2025.html").read_text(encoding="utf-8")
    assert "Utgåva 2026-001, version 1" in page
    assert "publicerad 26 november 2026" in page
    assert "Exempelkontoret (2026). <cite>Rapporten 2025</cite>. Utgåva 2026-001, version 1. 2026-001/admission" in page
    assert unstamped(page) == (site / "admission-2025.html").read_text(encoding="utf-8")
    english = (desk.public / "2026-001/en/admission-2025.html").read_text(encoding="utf-8")
    assert "Release 2026-001, version 1" in english
    front = (desk.public / "index.html").read_text(encoding="utf-8")
    assert '<a href="2026-001/admission-2025.html">Rapporten 2025</a>' in front
    check_links(desk.public)


def test_who_stands_nowhere_may_do_nothing(desk: Desk, site: Path) -> None:
    stranger = by(desk, STRANGER)
    waiting = approved(desk, site).id
    for act in (
        lambda: acts.request(stranger, site, asked()),
        lambda: acts.send_back(stranger, waiting, "x"),
        lambda: acts.void(stranger, waiting, "x"),
        lambda: publish.publish(stranger, waiting),
        lambda: publish.announce(stranger),
        lambda: publish.repair(stranger),
    ):
        with pytest.raises(NotPermitted, match="erik may not"):
            act()
    assert len(desk.log.entries()) == 3


def test_an_amendment_keeps_the_earlier_version_and_leads_to_it(desk: Desk, site: Path, tmp_path: Path) -> None:
    published(desk, site)
    second = published(desk, tiny_site(tmp_path / "site", 120), amends="2026-001", note="En skola saknades.")
    assert (second.id, second.version, state_of(desk, "2026-001")) == ("2026-001-2", 2, "amended")
    old = (desk.public / "2026-001/admission-2025.html").read_text(encoding="utf-8")
    assert "<td>100</td>" in old
    assert '<a href="../2026-001-2/admission-2025.html">Läs version 2 i stället</a>' in old
    assert "En skola saknades." in old
    new = (desk.public / "2026-001-2/en/admission-2025.html").read_text(encoding="utf-8")
    assert '<a href="../../2026-001/index.html">version 1</a>' in new
    assert '<span lang="sv">En skola saknades.</span>' in new
    assert "2026-001/admission" not in (desk.public / "index.html").read_text(encoding="utf-8")
    with pytest.raises(NotPermitted, match="cannot be taken through 'amend'"):
        acts.request(desk, site, asked(amends="2026-001", note="Igen."))


def test_a_withdrawn_release_keeps_its_addresses_and_no_number(desk: Desk, site: Path) -> None:
    published(desk, site)
    before = {p.relative_to(desk.public).as_posix() for p in desk.public.rglob("2026-001/**/*.html")}
    publish.withdraw(
        by(desk, PUBLISHES), "2026-001", {"sv": "En kolumn var förskjuten.", "en": "A column was shifted."}
    )
    left = {p.relative_to(desk.public).as_posix(): p.read_text() for p in (desk.public / "2026-001").rglob("*.*")}
    assert set(left) == before
    assert not any("<td>" in page or "100" in page for page in left.values())
    assert all("En kolumn" in page or "A column was shifted." in page for page in left.values())
    with pytest.raises(NotPermitted, match="stays withdrawn"):
        publish.rollback(by(desk, PUBLISHES), "Nej.")


def test_rollback_is_the_folder_before_and_asks_for_a_new_approval(desk: Desk, site: Path, tmp_path: Path) -> None:
    published(desk, site)
    published(desk, tiny_site(tmp_path / "site", 120), amends="2026-001", note="Fel.")
    back = publish.rollback(by(desk, PUBLISHES), "Den nya var fel.")
    assert (back.id, back.state, state_of(desk, "2026-001")) == ("2026-001-2", "requested", "published")
    assert not (desk.public / "2026-001-2").exists()
    assert "release-notice" not in (desk.public / "2026-001/index.html").read_text(encoding="utf-8")
    with pytest.raises(NotPermitted):
        publish.publish(by(desk, PUBLISHES), "2026-001-2")


def test_the_public_folder_is_made_again_from_log_and_content(desk: Desk, site: Path, tmp_path: Path) -> None:
    published(desk, site)
    published(desk, tiny_site(tmp_path / "site", 120), amends="2026-001", note="Fel.")
    publish.withdraw(by(desk, PUBLISHES), "2026-001", {"sv": "Fel."})
    stand = Stand.of(desk.log.entries())
    assert stand is not None
    render(stand, desk.content_of, tmp_path / "again")

    def files(folder: Path) -> dict[str, bytes]:
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    assert files(tmp_path / "again") == files(desk.public)


def change_site(desk: Desk, content: Path) -> None:
    (content / "site/index.html").write_text("other")


def add_file(desk: Desk, content: Path) -> None:
    (content / "site/more.csv").write_text("a\n")


def change_record(desk: Desk, content: Path) -> None:
    (content / "disclosure.json").write_text('{"keys": []}')


def change_review(desk: Desk, content: Path) -> None:
    (content / "review/granskning.html").write_text("all is well")


def change_people(desk: Desk, content: Path) -> None:
    with (desk.folder / "desk.yml").open("a") as file:
        file.write("# erik is one of us\n")


def publish_another(desk: Desk, content: Path) -> None:
    published(desk, tiny_site(desk.folder.parent / "other", 7), title="En annan")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (change_site, "site/index.html"),
        (add_file, "site/more.csv"),
        (change_record, "disclosure.json"),
        (change_review, "the review changed"),
        (change_people, "people or rules of the desk changed"),
        (publish_another, "other releases were published"),
    ],
)
def test_a_change_after_the_approval_voids_it(desk: Desk, site: Path, change, told: str) -> None:
    release = approved(desk, site)
    change(desk, desk.content_of(release).folder)
    with pytest.raises(NotPermitted, match="approval is void") as refused:
        publish.publish(by(desk, PUBLISHES), release.id)
    assert told in str(refused.value)
    assert state_of(desk, release.id) == "requested"
    assert not (desk.public / release.id).exists()
    with pytest.raises(NotPermitted):
        publish.publish(by(desk, PUBLISHES), release.id)


def test_what_was_reviewed_is_what_is_approved(desk: Desk, site: Path) -> None:
    release = acts.request(desk, site, asked())
    acts.review(by(desk, LOOKS), release.id)
    change_site(desk, desk.content_of(release).folder)
    with pytest.raises(NotPermitted, match="not what was reviewed"):
        acts.approve(by(desk, DECIDES), release.id)
    with pytest.raises(BadInput, match="not as they were requested"):
        acts.review(by(desk, LOOKS), release.id)


def test_what_a_check_refuses_cannot_be_approved(desk: Desk, tmp_path: Path) -> None:
    site = tiny_site(tmp_path / "site")
    (tmp_path / ".site-versions/disclosure.json").unlink()
    release = acts.request(desk, site, asked())
    release, found = acts.review(by(desk, LOOKS), release.id)
    assert [check.name for check in found if check.outcome == "refused"] == ["angriparen"]
    assert "kan inte godkännas" in (desk.content_of(release).review / "granskning.html").read_text()
    with pytest.raises(NotPermitted, match="the review refused it: angriparen"):
        acts.approve(by(desk, DECIDES), release.id)
    acts.send_back(by(desk, LOOKS), release.id, "Förteckningen saknas.")
    record(site)
    again = acts.request(desk, site, asked(again=release.id))
    assert (again.id, again.state) == (release.id, "requested")
    acts.review(by(desk, LOOKS), release.id)
    assert acts.approve(by(desk, DECIDES), release.id).state == "approved"


def test_a_site_for_another_audience_or_with_anothers_record_does_not_pass(desk: Desk, site: Path) -> None:
    manifest = site / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"open_web"', '"internal"'))
    release = acts.request(desk, site, asked())
    found = acts.review(by(desk, LOOKS), release.id)[1]
    assert [check.name for check in found if check.outcome == "refused"] == ["läsekrets"]
    manifest.write_text(manifest.read_text().replace('"key": "', '"key": "a'))
    with pytest.raises(BadInput, match="of another build"):
        acts.request(desk, site, asked())


def test_the_gate_has_the_last_word(desk: Desk, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = approved(desk, site)
    monkeypatch.setattr(
        publish, "gate_check", lambda content: Check("porten", "refused", ("index.html line 3: a number",))
    )
    with pytest.raises(DisclosureRefused, match="the gate does not let it pass"):
        publish.publish(by(desk, PUBLISHES), release.id)
    assert state_of(desk, release.id) == "approved"


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2027-06-01T08:00", "2027-06-01T06:00"),  # summer time
        ("2027-01-15T08:00", "2027-01-15T07:00"),
        ("2027-06-01", "2027-05-31T22:00"),
    ],
)
def test_an_embargo_is_swedish_time(local: str, utc: str) -> None:
    assert embargo_time(local) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2027-03-28T02:30", "clocks are changed"),  # the hour that is left out
        ("2027-10-31T02:30", "clocks are changed"),  # the hour that is there twice
        ("2027-06-01T08:00+00:00", "without a zone"),
        ("2027-13-01T08:00", "not written as"),
        ("soon", "not written as"),
        ("0001-01-01T00:00", "no such year"),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadParameters, match=why):
        embargo_time(text)


def test_nothing_goes_out_before_its_embargo(tmp_path: Path) -> None:
    clock = Clock(step=timedelta(0))
    desk = new_desk(tmp_path, clock)
    release = approved(desk, tiny_site(tmp_path / "site"), embargo="2027-06-01T08:00")
    clock.at = datetime(2027, 6, 1, 5, 59, 59, tzinfo=UTC)
    with pytest.raises(NotPermitted, match="under embargo until 2027-06-01 08:00"):
        publish.publish(by(desk, PUBLISHES), release.id)
    clock.at = datetime(2027, 6, 1, 6, 0, tzinfo=UTC)
    assert publish.publish(by(desk, PUBLISHES), release.id).state == "published"


def test_a_clock_that_was_set_back_stops_the_desk(desk: Desk, site: Path) -> None:
    release = approved(desk, site)
    desk.clock.at -= timedelta(days=1)
    with pytest.raises(NotPermitted, match="clock of this machine was set back"):
        publish.publish(by(desk, PUBLISHES), release.id)
    assert state_of(desk, release.id) == "approved"


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("", "says nothing"),
        ("x" * 201, "longer than 200"),
        ("Rad\nrad", "plain text on one line"),
        ("Om 20100203-2383", "identity number"),
    ],
)
def test_words_for_readers_are_looked_at(desk: Desk, site: Path, title: str, why: str) -> None:
    with pytest.raises(BadParameters, match=why):
        acts.request(desk, site, asked(title))


def test_words_for_readers_are_no_markup(desk: Desk, site: Path) -> None:
    published(desk, site, title="<script>alert(1)</script> & co")
    page = (desk.public / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page


@pytest.mark.parametrize("how", ["no manifest", "stale", "altered", "link", "no place", "two places"])
def test_only_a_whole_site_is_taken_in(tmp_path: Path, how: str) -> None:
    site = tiny_site(tmp_path / "site")
    manifest = site / "manifest.json"
    page = site / "index.html"
    if how == "no manifest":
        manifest.unlink()
    elif how == "stale":
        (site / "old.html").write_text("x")
    elif how == "altered":
        page.write_text(page.read_text() + "\n")
    elif how == "link":
        (site / "data/y.csv").symlink_to(site / "data/x.csv")
    else:
        text = page.read_text()
        page.write_text(text.replace("<!--release:stamp-->", "" if how == "no place" else 2 * "<!--release:stamp-->"))
        held = json.loads(manifest.read_text())
        held["files"] = {name: entry for name, entry in list_files(site).items() if name != "manifest.json"}
        manifest.write_text(json.dumps(held))
    with pytest.raises(BadInput, match="not a whole site"):
        take_in(site, None, tmp_path / "place")
    assert not any((tmp_path / "place").glob("*")) if (tmp_path / "place").exists() else True


def test_the_calendar_tells_what_is_approved_and_planned_and_nothing_that_one_person_alone_wants(
    desk: Desk, site: Path, tmp_path: Path
) -> None:
    published(desk, site)
    acts.request(desk, site, asked("Bara begärd", embargo="2027-05-01T08:00"))
    approved(desk, site, title="Godkänd", embargo="2027-06-01T08:00")
    plan = "- {id: juli, time: '2027-07-05T09:00', title: {sv: Planerad, en: Planned}}\n"
    (desk.folder / "calendar.yml").write_text(plan + "- {id: gammal, time: '2020-01-01T09:00', title: {sv: Förbi}}\n")
    publish.announce(by(desk, PUBLISHES))
    page = (desk.public / "kalender.html").read_text(encoding="utf-8")
    assert "1 juni 2027 kl. 08.00: Godkänd" in page
    assert page.index("Godkänd") < page.index("5 juli 2027 kl. 09.00: Planerad")
    assert "Bara begärd" not in page
    assert "Förbi" not in page
    assert "Planned" in (desk.public / "en/kalender.ics").read_text(encoding="utf-8")


def test_a_calendar_file_follows_rfc_5545() -> None:
    moment = datetime(2027, 6, 1, 6, tzinfo=UTC)
    text = icalendar([Coming("2026-001", moment, {"sv": "Å; b, c " * 20})], moment, "Namn", "sv")
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:" + ("Å\\; b\\, c " * 20).strip() in unfolded
    assert "DTSTART:20270601T060000Z" in unfolded
    assert [line for line in lines if line.startswith(("BEGIN", "END"))] == [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"
    ]  # fmt: skip


def test_the_feed_follows_rfc_4287_and_its_ids_never_change(desk: Desk, site: Path, tmp_path: Path) -> None:
    atom = "{http://www.w3.org/2005/Atom}"

    def read() -> tuple[ET.Element, list[str]]:
        root = ET.fromstring((desk.public / "atom.xml").read_text(encoding="utf-8"))
        return root, [str(entry.findtext(f"{atom}id")) for entry in root.iter(f"{atom}entry")]

    published(desk, site)
    first, ids = read()
    published(desk, tiny_site(tmp_path / "site", 120), amends="2026-001", note="Fel.")
    publish.withdraw(by(desk, PUBLISHES), "2026-001", {"sv": "Fel."})
    root, more = read()
    assert first.findtext(f"{atom}id") == root.findtext(f"{atom}id")
    assert more[-1:] == ids
    assert len(set(more)) == len(more) == 3
    for element in (root, *root.iter(f"{atom}entry")):
        assert all(element.findtext(f"{atom}{name}") for name in ("id", "title", "updated"))
        assert str(element.findtext(f"{atom}id")).startswith("urn:uuid:")
        assert datetime.fromisoformat(str(element.findtext(f"{atom}updated"))).tzinfo == UTC
    assert root.findtext(f"{atom}author/{atom}name") == "Exempelkontoret"
    assert root.findtext(f"{atom}updated") == root.findtext(f"{atom}entry/{atom}updated")
    links = [link.get("href") for link in root.iter(f"{atom}link") if link.get("rel") == "alternate"]
    assert all((desk.public / str(link)).is_file() for link in links)


def test_the_desks_words_are_there_in_both_languages() -> None:
    assert desk_texts().incomplete() == []

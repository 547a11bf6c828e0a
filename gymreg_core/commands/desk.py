"""The release desk: gymreg release …"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gymreg_core.commands.app import app

release = typer.Typer(no_args_is_help=True, help="The release desk: who asked, who let it pass, what is out.")
app.add_typer(release, name="release")

DeskOption = Annotated[Path, typer.Option("--desk", envvar="GYMREG_DESK", help="Folder of the desk.")]
ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="The release, such as 2026-001.")]
SiteArgument = Annotated[Path, typer.Argument(help="Folder of the finished site.")]
TitleOption = Annotated[str, typer.Option("--title", help="What it is called, in Swedish.")]
TitleEnOption = Annotated[str, typer.Option("--title-en", help="The same in English.")]
EmbargoOption = Annotated[
    str, typer.Option("--embargo", help="Not to be published before, Swedish time: 2027-06-01T08:00.")
]
NoteOption = Annotated[str, typer.Option("--note", help="Why, in a sentence.")]
ChangedOption = Annotated[str, typer.Option("--note", help="What changed and why, in Swedish; readers see it.")]
ChangedEnOption = Annotated[str, typer.Option("--note-en", help="The same in English.")]


@release.command("open")
def open_(
    desk: DeskOption,
    public: Annotated[Path, typer.Option("--public", help="The folder that readers will see.")],
    publisher: Annotated[str, typer.Option("--publisher", help="Who answers for the pages.")],
    address: Annotated[str, typer.Option("--address", help="Where the public folder stands on the web.")] = "",
) -> None:
    """Make a desk; its people are written into its file desk.yml."""
    from gymreg_core.release.desk.desk import open_desk

    made = open_desk(desk, public, publisher, address)
    print(f"A desk stands in {made.folder}. Write its people into desk.yml: nobody lets pass what they requested.")


@release.command()
def request(
    site: SiteArgument,
    desk: DeskOption,
    title: TitleOption,
    title_en: TitleEnOption = "",
    embargo: EmbargoOption = "",
    amends: Annotated[str, typer.Option("--amends", help="The published release that this one replaces.")] = "",
    note: ChangedOption = "",
    note_en: ChangedEnOption = "",
    again: Annotated[str, typer.Option("--again", help="The release that was sent back, handed in anew.")] = "",
) -> None:
    """Hand in a finished site: it is copied and locked."""
    _request(desk, site, title=(title, title_en), note=(note, note_en), embargo=embargo, amends=amends, again=again)


@release.command()
def amend(
    name: ReleaseArgument,
    site: SiteArgument,
    desk: DeskOption,
    title: TitleOption,
    note: ChangedOption,
    title_en: TitleEnOption = "",
    note_en: ChangedEnOption = "",
    embargo: EmbargoOption = "",
) -> None:
    """Hand in a new version of a published release; the earlier one stays and leads to it."""
    _request(desk, site, title=(title, title_en), note=(note, note_en), embargo=embargo, amends=name, again="")


@release.command()
def review(name: ReleaseArgument, desk: DeskOption) -> None:
    """Gather what a reviewer has to see: what moved, the gate, the attacker, accessibility, quality."""
    from gymreg_core.release.desk import acts
    from gymreg_core.release.desk.review import PAGE

    at = _here(desk)
    reviewed, found = acts.review(at, name)
    for check in found:
        print(f"{check.name}: {check.outcome}")
        for line in check.told[:5] if check.outcome == "refused" else ():
            print(f"  {line}")
    print(f"{name} is {reviewed.state}. Read {at.content_of(reviewed).review / PAGE}")


@release.command()
def approve(name: ReleaseArgument, desk: DeskOption) -> None:
    """Let a reviewed release pass; never by the one who requested it."""
    from gymreg_core.release.desk import acts

    print(f"{name} is {acts.approve(_here(desk), name).state}.")


@release.command("return")
def return_(name: ReleaseArgument, desk: DeskOption, note: NoteOption) -> None:
    """Send a release back to the one who requested it."""
    from gymreg_core.release.desk import acts

    print(f"{name} is {acts.send_back(_here(desk), name, note).state}.")


@release.command()
def void(name: ReleaseArgument, desk: DeskOption, note: NoteOption) -> None:
    """Take back a request for good."""
    from gymreg_core.release.desk import acts

    print(f"{name} is {acts.void(_here(desk), name, note).state}.")


@release.command()
def publish(name: ReleaseArgument, desk: DeskOption) -> None:
    """Put an approved release out, in one step that readers never see half of."""
    from gymreg_core.release.desk.publish import publish as put_out

    at = _here(desk)
    print(f"{name} is {put_out(at, name).state}. Readers see {at.public / 'index.html'}")


@release.command()
def withdraw(
    name: ReleaseArgument,
    desk: DeskOption,
    reason: Annotated[str, typer.Option("--reason", help="Why, in Swedish; readers see it.")],
    reason_en: Annotated[str, typer.Option("--reason-en", help="The same in English.")] = "",
) -> None:
    """Take a public release back: its pages say why, and no number stays."""
    from gymreg_core.release.desk.publish import withdraw as take_back

    print(f"{name} is {take_back(_here(desk), name, _both(reason, reason_en)).state}.")


@release.command()
def rollback(desk: DeskOption, note: NoteOption) -> None:
    """Go back to the public folder before the last publication."""
    from gymreg_core.release.desk.publish import rollback as go_back

    done = go_back(_here(desk), note)
    print(f"{done.id} is {done.state}; the public folder is the one before it.")


@release.command()
def log(
    desk: DeskOption,
    repair: Annotated[bool, typer.Option("--repair", help="Take out a last line that was written by halves.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Every step, checked line by line, and where each release stands."""
    from gymreg_core.release.desk.publish import repair as mend

    at = _here(desk)
    if repair:
        print(f"{mend(at)} bytes of a half-written line were taken out and kept in log.torn.")
        return
    entries, releases = at.look()
    if as_json:
        told = [
            {"line": e.n, "when": e.when.isoformat(), "who": e.who.as_json(), "action": e.action, "release": e.release}
            | {"about": dict(e.about), "sha256": e.sha256}
            for e in entries
        ]
        states = {one.id: one.state for one in releases.values()}
        print(json.dumps({"log": told, "releases": states}, ensure_ascii=False, indent=1))
        return
    for e in entries:
        print(f"{e.n:>4}  {e.when:%Y-%m-%d %H:%M:%S} UTC  {e.who}  {e.action}  {e.release}")
    for one in releases.values():
        print(f"{one.id} is {one.state}: {one.title['sv']}")
    print(f"{len(entries)} lines, the chain is whole." + (f" Its end is {entries[-1].sha256}." if entries else ""))


@release.command()
def calendar(
    desk: DeskOption,
    put_out: Annotated[bool, typer.Option("--publish", help="Put it on the public pages.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """What is coming: approved releases under embargo, and what calendar.yml of the desk plans."""
    from gymreg_core.release.desk.calendar import local_minute
    from gymreg_core.release.desk.publish import announce, coming

    at = _here(desk)
    if put_out:
        announce(at)
    ahead = coming(at)
    if as_json:
        print(json.dumps([one.as_json() for one in ahead], ensure_ascii=False, indent=1))
        return
    for one in ahead:
        print(f"{local_minute(one.when, 'sv')}: {one.title['sv']}")
    print(f"{len(ahead)} releases are coming." + (" The public pages tell of them." if put_out else ""))


def _request(desk: Path, site: Path, *, title: tuple[str, str], note: tuple[str, str], **asked: str) -> None:
    from gymreg_core.release.desk import acts

    done = acts.request(_here(desk), site, acts.Asked(title=_both(*title), note=_both(*note), **asked))
    print(f"{done.id} is {done.state}. It is locked as {done.tree[:16]}; somebody else reviews it now.")


def _both(swedish: str, english: str) -> dict[str, str]:
    return {"sv": swedish, "en": english} if english else {"sv": swedish}


def _here(folder: Path) -> Any:
    from gymreg_core.release.desk.desk import Desk

    return Desk.here(folder)

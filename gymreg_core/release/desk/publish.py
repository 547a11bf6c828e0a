"""The steps that readers see: publish, withdraw, take back the last one, announce what is coming."""

from __future__ import annotations

from collections.abc import Mapping

from gymreg_core.errors import BadParameters, DisclosureRefused, NotPermitted
from gymreg_core.release.desk.acts import refuse_words, unlike_review
from gymreg_core.release.desk.calendar import Coming, embargo_time, later_than, planned
from gymreg_core.release.desk.checks import gate_check
from gymreg_core.release.desk.desk import Desk, Session
from gymreg_core.release.desk.public import under_embargo
from gymreg_core.release.desk.releases import Release, release_named
from gymreg_core.release.desk.states import steps


def publish(desk: Desk, name: str) -> Release:
    """Put an approved release out: everything is looked at again, then the public folder is switched in one step.

    Errors: NotPermitted before its embargo has passed, or where something changed since it was approved, which voids
    the approval; DisclosureRefused where the gate finds something; nothing is put out then.
    """
    with desk.acting() as session:
        release = release_named(session.releases, name)
        session.permit(release, "publish")
        _refuse_changed(desk, session, release)
        if release.amends and session.releases[release.amends].state != "published":
            raise NotPermitted(
                f"{release.amends}, which it amends, is {session.releases[release.amends].state} by now",
                where=name,
                why="'amend' is for a release that is published.",
                remedy="Send it back with gymreg release return.",
            )
        _refuse_embargo(desk, release)
        gate = gate_check(desk.content_of(release))
        if gate.outcome == "refused":
            raise DisclosureRefused(
                "the gate does not let it pass",
                where=name,
                why="; ".join(gate.told[:5]),
                remedy="gymreg check-release tells all of it. Send it back with gymreg release return.",
            )
        session.put_out("publish", name, {"tree": release.tree})
        return session.releases[name]


def withdraw(desk: Desk, name: str, reason: Mapping[str, str]) -> Release:
    """Take a public release back: its pages say so and why, and no number stays public. Errors: NotPermitted."""
    with desk.acting() as session:
        release = release_named(session.releases, name)
        session.permit(release, "withdraw")
        refuse_words(reason, "reason")
        session.put_out("withdraw", name, {"reason": dict(reason)})
        return session.releases[name]


def rollback(desk: Desk, note: str) -> Release:
    """Go back to the public folder before the last publication; the release has to be approved again.

    Errors: NotPermitted where the last step that readers saw was none, or a withdrawal, which stays.
    """
    with desk.acting() as session:
        refuse_words({"sv": note}, "note")
        release = _last_published(session)
        session.permit(release, "rollback")
        session.put_out("rollback", release.id, {"note": note})
        return session.releases[release.id]


def announce(desk: Desk) -> list[Coming]:
    """Put the calendar out: what `calendar.yml` of the desk plans, and approved releases under embargo.

    Errors: NotPermitted; BadParameters where the file is faulty, or nothing has been published yet.
    """
    with desk.acting() as session:
        _refuse_stranger(session)
        if not any(entry.action == "publish" for entry in session.entries):
            raise BadParameters(
                "nothing has been published from this desk yet",
                where=str(desk.folder),
                why="The calendar is a page beside what is published.",
                remedy="Publish a release first; the calendar is put out with it.",
            )
        coming = planned(desk.folder)
        for one in coming:
            for text in one.title.values():
                if text:
                    refuse_words({"sv": text}, "title")
        session.put_out("announce", "", {"coming": [one.as_json() for one in coming]})
        return coming


def coming(desk: Desk) -> list[Coming]:
    """What lies ahead now, as the calendar would tell it. Errors: as `Desk.look` and `planned`."""
    _, releases = desk.look()
    return later_than([*under_embargo(releases.values()), *planned(desk.folder)], desk.clock())


def repair(desk: Desk) -> int:
    """Take a half-written last line out of the log, keep it beside the log, and note that it was done; its bytes.

    Errors: NotPermitted for an account without a role at the desk; BadInput where a whole line was altered.
    """
    with desk.repairing() as log:
        size = len(log.torn())
        if not size:
            return 0
        log.take_out_torn()
    with desk.acting() as session:
        session.note("repair", "", {"bytes": size})
    return size


def _refuse_changed(desk: Desk, session: Session, release: Release) -> None:
    faults = unlike_review(desk, session, release)
    if (release.approval or {})["rules"] != session.rules:
        faults.append("the people or rules of the desk changed")
    if faults:
        session.note("lapse", release.id, {"why": faults})
        raise NotPermitted(
            f"its approval is void: {'; '.join(faults)}",
            where=release.id,
            why="An approval holds for what lay at the desk when it was given, and for nothing else.",
            remedy="Review and approve it again, or send it back with gymreg release return. Nothing was published.",
        )


def _refuse_embargo(desk: Desk, release: Release) -> None:
    if release.embargo and desk.clock() < embargo_time(release.embargo):
        raise NotPermitted(
            f"it is under embargo until {release.embargo.replace('T', ' ')} Swedish time",
            where=release.id,
            remedy="Publish it then; nothing else is needed.",
        )


def _last_published(session: Session) -> Release:
    for entry in reversed(session.entries):
        if entry.action == "withdraw":
            raise NotPermitted(
                f"the last step was the withdrawal of {entry.release}",
                where=str(session.desk.folder),
                why="What was withdrawn stays withdrawn.",
                remedy="Request a new version of it.",
            )
        if entry.action == "publish" and session.releases[entry.release].state == "published":
            return session.releases[entry.release]
    raise NotPermitted(
        "nothing is published that could be taken back",
        where=str(session.desk.folder),
        remedy="See gymreg release log.",
    )


def _refuse_stranger(session: Session) -> None:
    desk = session.desk
    roles = next(step.roles for step in steps() if step.action == "publish")
    may = session.file.roles.with_role(roles)
    if not any(one.is_same_account(desk.actor) for one in may):
        raise NotPermitted(
            f"{desk.actor} may not put out the calendar",
            where=str(desk.folder),
            why=f"It takes the role {' or '.join(roles)}.",
            remedy=f"These may: {', '.join(map(str, may)) or 'nobody yet; the desk file names people and roles'}.",
        )

"""The steps that people take before anything is public: request, review, approve, send back, void."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gymreg_core.errors import BadInput, BadParameters, NotPermitted
from gymreg_core.release.desk.calendar import embargo_time, zone
from gymreg_core.release.desk.checks import Check, checked, refuse_identities
from gymreg_core.release.desk.content import RECORD, take_in
from gymreg_core.release.desk.desk import RELEASES, Desk, Session
from gymreg_core.release.desk.known import record_key
from gymreg_core.release.desk.releases import Release, next_id, published_contents, release_named
from gymreg_core.release.desk.review import write_review
from gymreg_core.reporting.site import Site

_LONGEST_TITLE, _LONGEST_NOTE = 200, 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Asked:
    """What is said of a request. title, note : by language, Swedish at least. embargo : local time or ''. amends : the
    release that this one replaces, or ''; `note` then says what changed and why. again : the release that was sent back
    and is requested anew, or ''.
    """

    title: Mapping[str, str]
    note: Mapping[str, str]
    embargo: str = ""
    amends: str = ""
    again: str = ""


def request(desk: Desk, site: Path, asked: Asked) -> Release:
    """Hand in a finished site: it is copied, with its private record, and locked by hashes.

    Errors: NotPermitted; BadInput where it is no whole site; BadParameters; nothing is noted then.
    """
    with desk.acting() as session:
        before = release_named(session.releases, asked.again) if asked.again else None
        session.permit(before, "request")
        amends = before.amends if before else asked.amends
        _refuse_words(asked, amends)
        if asked.embargo:
            embargo_time(asked.embargo)
        if amends:
            _refuse_no_longer_published(release_named(session.releases, amends))
        year = desk.clock().astimezone(zone()).year
        id_ = before.id if before else next_id(session.releases, year, amends)
        record = private_record(site)
        _, tree = take_in(site, record, desk.folder / RELEASES / id_)
        about = {
            "title": dict(asked.title),
            "note": dict(asked.note),
            "tree": tree,
            "embargo": asked.embargo,
            "amends": amends,
        }
        session.note("request", id_, about)
        return session.releases[id_]


def private_record(site: Path) -> Path | None:
    """The private record that the build left beside the site's versions; None where there is none.

    Errors: BadInput where it is of another build.
    """
    place = Site(Path.cwd() / site)
    for path in (place.versions / RECORD, place.out.resolve().with_name(RECORD)):
        if path.is_file():
            if record_key(path) != str((place.manifest() or {}).get("key", "")):
                raise BadInput(
                    "the private record beside the site is of another build",
                    where=str(path),
                    remedy="Build the site anew, and hand in the folder that the build made.",
                )
            return path
    return None


def review(desk: Desk, name: str) -> tuple[Release, list[Check]]:
    """Gather what a reviewer has to see, store it beside the content, and note it; what every check found.

    Errors: NotPermitted; BadInput where the content is not what was requested.
    """
    with desk.acting() as session:
        release = release_named(session.releases, name)
        session.permit(release, "review")
        content = desk.content_of(release)
        content.refuse_changed(release.tree)
        found = checked(desk, release, session)
        write_review(content, release, found)
        about = {
            "review": content.review_hash(),
            "refused": sorted(check.name for check in found if check.outcome == "refused"),
            "against": len(published_contents(session.entries)),
        }
        session.note("review", name, about)
        return session.releases[name], found


def approve(desk: Desk, name: str) -> Release:
    """Let a reviewed release pass: its content, its review and the rules of the desk are locked by their hashes.

    Errors: NotPermitted where a check refused it, where something changed since the review, or where the one who
    approves requested it.
    """
    with desk.acting() as session:
        release = release_named(session.releases, name)
        session.permit(release, "approve")
        refused = list((release.review or {})["refused"])
        if refused:
            raise NotPermitted(
                f"the review refused it: {', '.join(refused)}",
                where=name,
                why="What a check refuses cannot be approved.",
                remedy="Send it back with gymreg release return.",
            )
        if faults := unlike_review(desk, session, release):
            raise NotPermitted(
                f"it is not what was reviewed: {', '.join(faults)}", where=name, remedy="Review it again."
            )
        about = {"tree": release.tree, "review": (release.review or {})["review"], "rules": session.rules}
        session.note("approve", name, about)
        return session.releases[name]


def send_back(desk: Desk, name: str, note: str) -> Release:
    """Give a release back to the one who requested it. Errors: NotPermitted."""
    return _ended(desk, name, "return", note)


def void(desk: Desk, name: str, note: str) -> Release:
    """Take back a request for good. Errors: NotPermitted."""
    return _ended(desk, name, "void", note)


def unlike_review(desk: Desk, session: Session, release: Release) -> list[str]:
    """What changed since the review: files, the review itself, or what readers have seen since."""
    content, review_ = desk.content_of(release), release.review or {}
    faults = []
    if content.tree() != release.tree:
        faults.append(f"files changed: {', '.join(content.changed()[:5])}")
    if content.review_hash() != review_["review"]:
        faults.append("the review changed")
    if len(published_contents(session.entries)) != review_["against"]:
        faults.append("other releases were published since it was reviewed")
    return faults


def refuse_words(told: Mapping[str, str], what: str, longest: int = _LONGEST_NOTE) -> None:
    """Errors: BadParameters where a text for readers is empty, too long, or holds an identity number."""
    if not told.get("sv", "").strip():
        raise BadParameters(f"{what} says nothing", where=f"--{what}", remedy="Say it in a sentence.")
    for text in told.values():
        if len(text) > longest or _CONTROL.search(text):
            raise BadParameters(
                f"{what} is longer than {longest} characters or not plain text on one line",
                where=f"--{what}",
                remedy="Say it in a sentence.",
            )
        refuse_identities(text, f"--{what}")


def _refuse_words(asked: Asked, amends: str) -> None:
    refuse_words(asked.title, "title", _LONGEST_TITLE)
    if amends or any(asked.note.values()):
        refuse_words(asked.note, "note")


def _refuse_no_longer_published(old: Release) -> None:
    if old.state != "published":
        newest = f"Amend {old.amended_by}, which replaced it." if old.amended_by else "Request a release of its own."
        raise NotPermitted(
            f"a release that is {old.state} cannot be taken through 'amend'",
            where=old.id,
            why="'amend' is for a release that is published; it is taken by publishing the new version.",
            remedy=newest,
        )


def _ended(desk: Desk, name: str, action: str, note: str) -> Release:
    with desk.acting() as session:
        release = release_named(session.releases, name)
        session.permit(release, action)
        refuse_words({"sv": note}, "note")
        session.note(action, name, {"note": note})
        return session.releases[name]

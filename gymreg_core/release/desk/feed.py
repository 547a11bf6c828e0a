"""The Atom feed of what was published, amended and withdrawn (RFC 4287): its times and ids are those of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from gymreg_core.release.desk.log import Entry
from gymreg_core.release.desk.pages import FEED
from gymreg_core.release.desk.releases import Release
from gymreg_core.release.desk.stamps import FIRST, Imprint, desk_texts, front_of, up
from gymreg_core.vocabulary.programmes import Language

_ATOM = "http://www.w3.org/2005/Atom"
_TOLD = ("publish", "withdraw", "rollback")
_MOST = 50


def feed(entries: Sequence[Entry], releases: Mapping[str, Release], imprint: Imprint, language: Language) -> str:
    """The newest steps that readers see, the last one first, with links relative to the public folder.

    An entry's id is made of the hash of its line, so that it is the same in every feed; nothing here is of the clock.
    """
    t = desk_texts()
    place = f"{front_of(language)}{FEED}"
    told = [entry for entry in entries if entry.action in _TOLD][::-1][:_MOST]
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    _add(root, "id", uuid5(NAMESPACE_URL, f"{entries[0].sha256} {language}").urn)
    _add(root, "title", t("feed.title", language, site=t("site", language)))
    _add(root, "updated", _time(told[0].when if told else entries[-1].when))
    _add(ET.SubElement(root, "author"), "name", imprint.publisher)
    base = f"{imprint.address}/{front_of(language)}" if imprint.address else ""
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{base}{FEED}"})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}{FIRST}"})
    for entry in told:
        release = releases[entry.release]
        action = "amend" if entry.action == "publish" and release.amends else entry.action
        title = release.title.get(language) or release.title["sv"]
        one = ET.SubElement(root, "entry")
        _add(one, "id", uuid5(NAMESPACE_URL, f"{entry.sha256} {language}").urn)
        _add(one, "title", t(f"feed.{action}", language, title=title, version=release.version))
        _add(one, "updated", _time(entry.when))
        if release.is_public:
            address = f"{release.id}/{front_of(language)}{FIRST}"
            href = f"{imprint.address}/{address}" if imprint.address else f"{up(place)}{address}"
            ET.SubElement(one, "link", {"rel": "alternate", "type": "text/html", "href": href})
        _add(one, "summary", _summary(entry, release, language))
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _summary(entry: Entry, release: Release, language: Language) -> str:
    parts = [desk_texts()("feed.published_text", language, id=release.base, version=release.version)]
    told = entry.about.get("reason") if entry.action == "withdraw" else release.note
    if told and entry.action != "rollback":
        parts.append(told.get(language) or told.get("sv") or "")
    return " ".join(part for part in parts if part)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text

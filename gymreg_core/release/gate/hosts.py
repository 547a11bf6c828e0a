"""Links and loads: what a reader's browser would fetch, and where links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from gymreg_core.release.gate.content import Content
from gymreg_core.rules import rule

_SCHEME = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*):")
_HARMLESS = {"mailto", "tel"}
_WEB = {"http", "https"}


def refused_addresses(content: Content, own: str) -> Iterator[tuple[str, str]]:
    """(kind, place) of what is loaded from anywhere else, and of links to hosts that are not on the list.

    own : host of the site itself, '' where it is not known; links there are the site's own.
    """
    allowed = {str(host).lower() for host in rule("release_gate", "linked_hosts")} | ({own.lower()} - {""})
    for address, place in content.loads:
        if _leaves(address):
            yield "other-host", place
    for address, place in content.links:
        scheme, host = _taken_apart(address)
        if scheme in _HARMLESS:
            continue
        if scheme == "file" or (not scheme and address.replace("\\", "/").startswith("/") and not host):
            yield "absolute-path", place
        elif scheme and scheme not in _WEB:
            yield "active-content", place
        elif host and host not in allowed:
            yield "link-host", place


def _leaves(address: str) -> bool:
    scheme, host = _taken_apart(address)
    return bool(host) or (bool(scheme) and scheme != "data")


def _taken_apart(address: str) -> tuple[str, str]:
    bare = re.sub(r"[\t\r\n\0]", "", unquote(address)).strip().replace("\\", "/")
    found = _SCHEME.match(bare)
    try:
        return (found[1].lower() if found else ""), (urlsplit(bare).hostname or "").lower()
    except ValueError:
        return "other", "other"

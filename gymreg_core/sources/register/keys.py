"""The key that turns identity numbers into pseudonyms: a secret of the owner, except where the persons are invented."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from gymreg_core.rules import rule
from gymreg_core.sources.register.layout import DESCRIPTION
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

KEY_VARIABLE = "GYMREG_KEY"
MADE_UP_KEY = b"gymreg: made-up persons need no secret"
_MARK = b"gymreg: which key was used"


def key_for(made_up: bool, key: bytes | Path | None, notes: Notes) -> bytes:
    """The key of an extract: of a made-up one the public key, else `key` (bytes, or a file that holds it), else the
    environment variable GYMREG_KEY; where it is missing or short a finding is added and the public key given."""
    if made_up:
        return MADE_UP_KEY
    secret = _secret(key)
    fault = "key-missing" if not secret else "key-too-short" if len(secret) < rule("register", "key_bytes") else None
    if fault:
        notes.add(finding(fault, file=DESCRIPTION, words=KEY_VARIABLE, limit=rule("register", "key_bytes")))
        return MADE_UP_KEY
    return secret


def mark_of(key: bytes | Path | None) -> str:
    """Tells keys apart without giving one away: the first 32 hexadecimal digits of a HMAC-SHA256 under the key."""
    return hmac.digest(_secret(key), _MARK, "sha256")[:16].hex()


def _secret(key: bytes | Path | None) -> bytes:
    if isinstance(key, Path):
        try:
            return key.read_bytes().strip()
        except OSError:
            return b""
    return key if key is not None else os.environ.get(KEY_VARIABLE, "").strip().encode()

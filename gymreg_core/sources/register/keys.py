"""The key that turns identity numbers into pseudonyms: a secret of the owner, except where the persons are invented.

A secret gives two keys. The number key makes 128 bits of an identity number (HMAC-SHA256) and stays, or nobody in a
later extract would be known again. The store key enciphers those bits (AES-256, one block): that is the pseudonym, and
`gymreg store rekey` changes this key. What is stored can so be turned into what another store key would have given,
without any identity number, and with the first store key destroyed nobody can make the old pseudonyms again. The public
key of invented persons has a number key alone.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from gymreg_core.rules import rule
from gymreg_core.sources.register.layout import DESCRIPTION
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

KEY_VARIABLE = "GYMREG_KEY"
MADE_UP_KEY = b"gymreg: made-up persons need no secret"
_MARK = b"gymreg: which key was used, and that it is two"
_NUMBERS, _STORE, _ERASED = b"gymreg: number key", b"gymreg: store key", b"gymreg: erased persons"
_CHANGED = re.compile(rb"gymreg-key-2:([0-9a-f]{64}):([0-9a-f]{64})")
_BLOCK = 16


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


def pseudonyms(numbers: Iterable[str], key: bytes) -> list[str]:
    """The pseudonym of each identity number: 32 hexadecimal digits."""
    number_key, store_key = _layers(key)
    return _enciphered([hmac.digest(number_key, one.encode(), "sha256")[:_BLOCK] for one in numbers], store_key)


def with_other_store_key(key: bytes) -> bytes:
    """A key by which the same persons are known, under pseudonyms that `key` does not give: one line of text."""
    return b"gymreg-key-2:%b:%b" % (_layers(key)[0].hex().encode(), secrets.token_hex(32).encode())


def under_other_key(names: Iterable[str], key: bytes, other: bytes) -> list[str]:
    """Pseudonyms by `key` as the ones that `other`, from `with_other_store_key`, gives the same persons."""
    return _enciphered(_deciphered(names, _layers(key)[1]), _layers(other)[1])


def erased_marks(names: Iterable[str], key: bytes) -> list[str]:
    """What persons who were erased are known again by, from their pseudonyms by `key`: no pseudonym, and nothing that
    could be made of one without the key."""
    number_key, store_key = _layers(key)
    blocks = [hmac.digest(number_key, _ERASED + one, "sha256")[:_BLOCK] for one in _deciphered(names, store_key)]
    return _enciphered(blocks, _for_marks(store_key))


def marks_under_other_key(marks: Iterable[str], key: bytes, other: bytes) -> list[str]:
    """As `under_other_key`, of `erased_marks`."""
    return _enciphered(_deciphered(marks, _for_marks(_layers(key)[1])), _for_marks(_layers(other)[1]))


def secret_of(key: bytes | Path | None) -> bytes:
    """The bytes of a key that is given as such, lies in a file, or stands in GYMREG_KEY; empty where there is none."""
    return _secret(key)


def _layers(key: bytes) -> tuple[bytes, bytes]:
    """The number key and the store key; the latter is empty for invented persons."""
    if key == MADE_UP_KEY:
        return key, b""
    if changed := _CHANGED.fullmatch(key):
        return bytes.fromhex(changed[1].decode()), bytes.fromhex(changed[2].decode())
    return hmac.digest(key, _NUMBERS, "sha256"), hmac.digest(key, _STORE, "sha256")


def _for_marks(store_key: bytes) -> bytes:
    return hmac.digest(store_key, _ERASED, "sha256") if store_key else b""


def _enciphered(blocks: list[bytes], store_key: bytes) -> list[str]:
    whole = b"".join(blocks)
    if store_key:
        whole = _cipher(store_key).encryptor().update(whole)
    text = whole.hex()
    return [text[at : at + 2 * _BLOCK] for at in range(0, len(text), 2 * _BLOCK)]


def _deciphered(names: Iterable[str], store_key: bytes) -> list[bytes]:
    whole = bytes.fromhex("".join(names))
    if store_key:
        whole = _cipher(store_key).decryptor().update(whole)
    return [whole[at : at + _BLOCK] for at in range(0, len(whole), _BLOCK)]


def _cipher(store_key: bytes) -> Cipher[ECB]:
    return Cipher(AES(store_key), ECB())  # noqa: S305 a person is one block, and the same person the same one


def _secret(key: bytes | Path | None) -> bytes:
    if isinstance(key, Path):
        try:
            return key.read_bytes().strip()
        except OSError:
            return b""
    return key if key is not None else os.environ.get(KEY_VARIABLE, "").strip().encode()

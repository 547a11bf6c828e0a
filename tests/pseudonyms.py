"""Pseudonyms made one by one, as docs/security.md tells how: the reference for sources/register/keys.py."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gymreg_core.sources.register.keys import MADE_UP_KEY


def pseudonym(number: str, key: bytes) -> str:
    """Of a number without hyphen; key: the public one, a secret, or a line gymreg-key-2:NUMBERS:STORE."""
    if key == MADE_UP_KEY:
        return _hmac(key, number.encode())[:32]
    if key.startswith(b"gymreg-key-2:"):
        number_key, store_key = map(bytes.fromhex, key.decode().split(":")[1:])
    else:
        number_key = bytes.fromhex(_hmac(key, b"gymreg: number key"))
        store_key = bytes.fromhex(_hmac(key, b"gymreg: store key"))
    block = bytes.fromhex(_hmac(number_key, number.encode())[:32])
    return Cipher(algorithms.AES(store_key), modes.CBC(bytes(16))).encryptor().update(block).hex()


def _hmac(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()

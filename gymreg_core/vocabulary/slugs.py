"""Names as they appear in addresses: 'Upplands-Bro' -> 'upplands-bro', 'Täby' -> 'taby'."""

from __future__ import annotations

import re
import unicodedata


def slug(name: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens; å, ä -> a, ö -> o, é -> e."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " och ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def swedish_order(name: str) -> tuple[int, ...]:
    """Sort key in the Swedish alphabet: … z, å, ä, ö; case and accents do not count."""
    alphabet = " -0123456789abcdefghijklmnopqrstuvwxyzåäö"
    folded = "".join(
        c if c in "åäö" else unicodedata.normalize("NFKD", c)[0] for c in unicodedata.normalize("NFC", name.lower())
    )
    return tuple(alphabet.find(c) + 1 for c in folded)

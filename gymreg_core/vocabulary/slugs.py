"""Names as they appear in addresses: 'Upplands-Bro' -> 'upplands-bro', 'Täby' -> 'taby'."""

from __future__ import annotations

import re
import unicodedata


def slug(name: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens; å, ä -> a, ö -> o, é -> e."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " och ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")

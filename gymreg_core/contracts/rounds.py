"""The rounds of a year's admission."""

from typing import Literal

Round = Literal["preliminary", "final"]
ROUNDS: tuple[Round, ...] = ("preliminary", "final")

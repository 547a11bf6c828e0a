"""Who stands at the desk: accounts of the operating system, and the roles that the desk file gives them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ROLES = ("request", "review", "approve", "publish")


@dataclass(frozen=True, order=True)
class Actor:
    """An account: number and name. Two that share either are one person."""

    uid: int
    name: str

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Actor:
        """The account that this process was started by; no variable of the environment changes it."""
        if sys.platform == "win32":
            return cls(-1, os.getlogin())
        import pwd

        uid = os.getuid()
        try:
            return cls(uid, pwd.getpwuid(uid).pw_name)
        except KeyError:
            return cls(uid, f"uid {uid}")

    def is_same(self, other: Actor) -> bool:
        """Whether both are the same person, as far as a number or a name can tell."""
        return self.name == other.name or (self.uid == other.uid and self.uid >= 0)

    def is_same_account(self, other: Actor) -> bool:
        return self == other

    def as_json(self) -> dict[str, Any]:
        return {"uid": self.uid, "name": self.name}


@dataclass(frozen=True)
class People:
    """The accounts that the desk knows, each with its roles."""

    roles: Mapping[Actor, frozenset[str]]

    def with_role(self, roles: Iterable[str]) -> list[Actor]:
        """Everyone who has one of these roles, sorted."""
        wanted = frozenset(roles)
        return sorted(actor for actor, own in self.roles.items() if own & wanted)

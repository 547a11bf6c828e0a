"""A PostgreSQL server of the tests' own: a cluster in a temporary folder, on the loopback address, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWNER, PASSWORD = "gymreg", "s3cret/of:tests"
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Server:
    """A running server. `url`: of its database as the owner, the password in it."""

    port: int

    def url(self, user: str = OWNER, password: str = PASSWORD, base: str = "postgres", more: str = "") -> str:
        quoted = password.replace("/", "%2F").replace(":", "%3A")
        return f"postgresql+psycopg://{user}:{quoted}@127.0.0.1:{self.port}/{base}{more}"


def missing() -> str | None:
    """Why no server can be started here."""
    if program("initdb") is None or program("pg_ctl") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not _other_user():
        return "PostgreSQL does not start as root, and there is no other user to start it as"
    return None


def program(name: str) -> str | None:
    """Where a program of PostgreSQL lies: on the path, or where Debian keeps it."""
    places = sorted(_DEBIAN.glob(f"*/bin/{name}")) if _DEBIAN.is_dir() else []
    return shutil.which(name) or (str(places[-1]) if places else None)


@contextmanager
def server() -> Iterator[Server]:
    """A server with one database, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="gymreg-pg-"))
    data, password = folder / "data", folder / "password"
    user = _other_user() if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    password.write_text(PASSWORD)
    if user:
        for path in (folder, password):
            shutil.chown(path, user["user"])
    told: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
    language = {**os.environ, "LC_ALL": "C"}
    try:
        how = ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run([program("initdb"), "-D", data, "-U", OWNER, *how], check=True, env=language, **told)
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{folder}' -c fsync=off"
        start = ["-D", data, "-l", folder / "log", "-w", "-o", options, "start"]
        subprocess.run([program("pg_ctl"), *start], check=True, env=language, **told)
        try:
            yield Server(port)
        finally:
            subprocess.run([program("pg_ctl"), "-D", data, "-m", "immediate", "stop"], check=True, env=language, **told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> dict[str, Any]:
    """Whom to be instead of root."""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(({"user": name, "extra_groups": []} for name in ("postgres", "nobody") if name in names), {})


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

"""An extract in a real PostgreSQL: read through a cursor of the server's, in one snapshot, its password never told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sql

from gymreg_core.errors import BadInput
from gymreg_core.sources.check import check_files
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.formats import database
from gymreg_core.store.enrolments import ingest_enrolments, stored_enrolments
from gymreg_core.store.ingest import ingest_all
from tests.enrolments import small_enrolments, write_small
from tests.extracts import cell
from tests.formats import canonical, into_database
from tests.postgres import OWNER, PASSWORD, Server, missing, server

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as one:
        yield one


@pytest.fixture
def text(tmp_path: Path) -> Path:
    write_small(tmp_path / "text", small_enrolments(30))
    return tmp_path / "text"


@pytest.fixture
def url(running: Server, text: Path) -> str:
    into_database(text, running.url())
    return running.url()


def run(url: str, *statements: str) -> None:
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sql.text(statement))
    engine.dispose()


def test_a_database_says_the_same_as_text_files(url: str, text: Path, tmp_path: Path) -> None:
    expected, read = read_enrolments(text), read_enrolments(url)
    assert expected.enrolments is not None
    assert read.enrolments is not None
    assert canonical(read.enrolments) == canonical(expected.enrolments)
    assert read.findings == expected.findings
    again = read_enrolments(url)
    assert again.provenance == read.provenance
    assert again.enrolments is not None
    for name, table in read.enrolments.tables().items():
        pd.testing.assert_frame_equal(again.enrolments.tables()[name], table)
    (told,) = ingest_all(url, tmp_path / "ws")
    assert told["files"] == [file.name for file in read.provenance.inputs]
    assert canonical(stored_enrolments(tmp_path / "ws").enrolments) == canonical(expected.enrolments)


def test_types_of_the_database_are_read_as_what_they_say(url: str, text: Path) -> None:
    """Points in time with a zone, whole numbers as numeric, words of an enumeration, yes and no as text."""
    run(
        url,
        'ALTER TABLE inskrivningar ALTER "Registrerad" TYPE timestamptz '
        "USING (\"Registrerad\"::text || ' 00:30 Europe/Stockholm')::timestamptz",
        'ALTER TABLE inskrivningar ALTER "Årskurs" TYPE numeric(5,2)',
        'ALTER TABLE arskurs9 ALTER "Meritvärde" TYPE double precision',
        "CREATE TYPE kind AS ENUM ('K', 'M', 'Okänt')",
        'ALTER TABLE personer ALTER "Kön" TYPE kind USING "Kön"::kind',
        """ALTER TABLE personer ALTER "Skyddad identitet" TYPE text
           USING CASE WHEN "Skyddad identitet" THEN 'Ja' ELSE 'nej ' END""",
    )
    expected, read = read_enrolments(text).enrolments, read_enrolments(url).enrolments
    assert expected is not None
    assert read is not None
    assert canonical(read) == canonical(expected)
    run(url, "DROP TABLE personer", "DROP TYPE kind")


def test_views_in_a_schema_of_their_own_are_found(url: str, running: Server, text: Path) -> None:
    names = [path.stem for path in text.glob("*.csv")] + ["utdrag"]
    run(
        url,
        "DROP SCHEMA IF EXISTS utlamnat CASCADE",
        "CREATE SCHEMA utlamnat",
        *(f"CREATE VIEW utlamnat.{name} AS SELECT * FROM public.{name}" for name in names),
    )
    there = running.url(more="?options=-csearch_path%3Dutlamnat")
    assert len(check_enrolments(there)) == 0
    run(url, "DROP SCHEMA utlamnat CASCADE")


def test_tables_are_fetched_in_pieces_of_one_snapshot(url: str, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ROWS_AT_ONCE", 10)
    running, seen = sql.create_engine(url), set()

    def meanwhile(what: str, _: int) -> None:
        with running.begin() as other:
            queries = other.execute(sql.text("SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
            seen.update(query.split()[0] for query in queries.scalars() if query)
            other.execute(sql.text("DELETE FROM bevis"))

    read, expected = read_enrolments(url, progress=meanwhile).enrolments, read_enrolments(text).enrolments
    running.dispose()
    assert read is not None
    assert expected is not None
    assert canonical(read) == canonical(expected)
    assert "FETCH" in seen


def test_a_connection_that_breaks_is_told_and_the_store_is_as_before(
    url: str, running: Server, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ingest_enrolments(text, tmp_path / "ws")
    monkeypatch.setattr(database, "ROWS_AT_ONCE", 10)
    killed = []

    def kill(what: str, _: int) -> None:
        if what == "inskrivningar" and not killed:
            killed.append(what)
            run(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'FETCH%'")

    with pytest.raises(BadInput, match="connection to the database broke") as refused:
        ingest_all(url, tmp_path / "ws", progress=kill)
    assert killed
    assert [(found.rule, found.file) for found in refused.value.findings] == [("database-gone", "inskrivningar")]
    assert stored_enrolments(tmp_path / "ws").key == before.key
    assert PASSWORD not in str(refused.value)


def test_who_is_not_let_in_is_told(running: Server, url: str) -> None:
    wrong = running.url(password="wr0ng")
    (found,) = check_files([wrong])
    assert found.rule == "database-refuses-user"
    (found,) = check_files([running.url(user="nobody-here")])
    assert found.rule == "database-refuses-user"
    (found,) = check_files([running.url(base="elsewhere")])
    assert found.rule == "database-not-reached"
    with pytest.raises(BadInput) as refused:
        read_enrolments(wrong)
    assert "wr0ng" not in str(refused.value) + json.dumps(refused.value.findings.to_records())


def test_a_table_that_may_not_be_read_is_told(running: Server, url: str) -> None:
    run(
        url,
        "DROP ROLE IF EXISTS lasare",
        "CREATE ROLE lasare LOGIN PASSWORD 'lasare'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO lasare",
        "REVOKE SELECT ON bevis FROM lasare",
    )
    found = check_files([running.url("lasare", "lasare")])
    assert [(one.rule, one.file) for one in found] == [("database-table-refused", "bevis")]
    run(url, "DROP OWNED BY lasare", "DROP ROLE lasare")


def test_a_table_that_is_missing_and_a_value_that_is_wrong_are_told_together(url: str, text: Path) -> None:
    cell("personer.csv", 2, "Kön", "Kvinna")(text)
    into_database(text, url)
    run(url, "DROP TABLE hemkommun")
    assert [(one.rule, one.file, one.column, one.count) for one in check_files([url])] == [
        ("database-table-missing", "hemkommun", None, 1),
        ("word-not-known", "personer", "Kön", 1),
    ]


def test_the_commands_take_an_address_and_keep_its_password(url: str, tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        start = [sys.executable, "-c", "from gymreg_core.cli import main; main()", *arguments]
        return subprocess.run(start, capture_output=True, text=True, check=False, cwd=tmp_path)

    checked = command("check", url)
    stored = command("ingest", "--data", url, "--workspace", "ws")
    refused = command("ingest", "--data", url.replace(OWNER, "ada"), "--workspace", "ws")
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "No findings.")
    assert (stored.returncode, stored.stdout.split(" from ")[0]) == (0, "30 rows of enrolments up to 2026-06-30")
    assert refused.returncode == 11
    told = "".join(one.stdout + one.stderr for one in (checked, stored, refused))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file())
    for word in (PASSWORD, PASSWORD.replace("/", "%2F").replace(":", "%3A")):
        assert word not in told
        assert word.encode() not in kept

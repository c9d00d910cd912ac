"""Puts a replica back to what the first version of netsync would have left, for a command to bring up to date."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

MIGRATIONS = Path(__file__).parents[2] / "Schema" / "Migrations"
FIRST = MIGRATIONS / "v1_initial.sql"
NEWEST = len(list(MIGRATIONS.glob("v*.sql")))
COMPANIONS = ("-wal", "-shm")
# Where the newest version has what stood in a table of the first.
ELSEWHERE = {
    ("network", "seen_page"): "(SELECT sighting.page FROM sighting JOIN page ON page_number = sighting.page "
    "AND page.version = sighting.version WHERE sighting.network_key = network.network_key)",
    ("network", "interfaces_as_of_us"): "(SELECT as_of_us FROM interface_list "
    "WHERE interface_list.network_key = network.network_key)",
}
# One row for each change, where a table has several in one.
EACH = {"journal": "journal_change"}

Rows = dict[str, list[tuple[Any, ...]]]


def version(replica: Path) -> int:
    """0 where there is no schema yet, or no file.

    A rollback journal is there only while a new file is switched to write-ahead logging; a reader cannot undo it.
    """
    if not replica.exists() or replica.with_name(replica.name + "-journal").exists():
        return 0
    with closing(sqlite3.connect(f"file:{replica}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def first_columns() -> dict[str, list[str]]:
    """The tables of the first version, and their columns."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(FIRST.read_text())
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
        return {table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")] for (table,) in tables}


def contents(replica: Path) -> Rows:
    """What the tables of the first version hold, in whatever version the file is."""

    def rows(database: sqlite3.Connection, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
        there = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        wanted = [column if column in there else ELSEWHERE[table, column] for column in columns]
        (is_each,) = database.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", [EACH.get(table)]).fetchone()
        source = EACH[table] if is_each else table
        return sorted(database.execute(f"SELECT {', '.join(wanted)} FROM {source}").fetchall(), key=repr)

    with closing(sqlite3.connect(f"file:{replica}?mode=ro", uri=True, timeout=30)) as database:
        return {table: rows(database, table, columns) for table, columns in first_columns().items()}


def make_old(replica: Path, folded: bool) -> Rows:
    """Rewrites a replica that nobody has open, and gives what it holds.

    Where it is not `folded`, all of it is in the write-ahead log still, as after a kill.
    """
    rows = contents(replica)
    old = replica.with_name("old.sqlite")
    with closing(sqlite3.connect(old, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.executescript(f"BEGIN; {FIRST.read_text()}")
        database.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        database.execute("INSERT INTO grdb_migrations VALUES (?)", [FIRST.stem])
        database.execute("DELETE FROM meta")
        for table, columns in first_columns().items():
            marks = ", ".join("?" * len(columns))
            # The numbers that were given are inserted with their rows, and again with the table of them.
            if table == "sqlite_sequence":
                database.execute("DELETE FROM sqlite_sequence")
            database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows[table])
        database.execute("COMMIT")
        if not folded:
            replace(old, replica)
    if folded:
        replace(old, replica)
    for companion in ("", *COMPANIONS):
        old.with_name(old.name + companion).unlink(missing_ok=True)
    return rows


def replace(old: Path, replica: Path) -> None:
    """Copies the file, and its log where there is one; the index of the log is made anew by whoever opens it."""
    for companion in ("", *COMPANIONS):
        replica.with_name(replica.name + companion).unlink(missing_ok=True)
    for companion in ("", "-wal"):
        source = old.with_name(old.name + companion)
        if source.exists():
            shutil.copy(source, replica.with_name(replica.name + companion))
            replica.with_name(replica.name + companion).chmod(0o600)

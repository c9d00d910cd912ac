"""Damages replicas as a failing disk would, and looks at what netsync makes of them.

Each is a copy of one sound replica with a few bytes changed, a stretch overwritten or an end cut off, in the file or in
its write-ahead log, or with one value of one row changed, or of another type, so that the file as such stays sound. A
command then meets it: it may answer, if the damage is not in its way, or name the damage and exit 10. It never traps,
hangs, or takes damage for a mistake of its user. Where it names the damage, and wherever it only reads, it leaves the
file as it is. A changed value hides no edit. What else `outbox list` still shows of the edits is counted.

Before that each page that edits are read from is lost, one at a time: `outbox list` then names the damage.

A violation names the number of its replica; `--from N --replicas 1` with the same seed makes nearly the same damage.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from checks import Run, equal, main, require
from host import Answer, Host, check_named, check_seeking, check_words, following
from sandbox import Sandbox, running

NETWORKS = 40
ENDS_WITHIN_S = 60
PAGE = 4_096
EXTREMES = (-(1 << 63), (1 << 63) - 1, -1, 0, 1 << 53)
DAMAGED = 10
# The tables that every edit which is still open is read from.
OUTBOX = ("operation", "dead_letter")
NOTHING = object()


@dataclass(frozen=True)
class Command:
    """What meets a damaged replica, how often, and which exits it may have beside 0 and 10."""

    words: tuple[str, ...]
    weight: int = 1
    exits: tuple[int, ...] = ()
    writes: bool = False
    cycles: bool = False


def commands(target: str, edit: str, disputed: str) -> list[Command]:
    """A name that is not found any more is exit 64, and so is an edit in another state; another base URL, or none that
    is known, is held with exit 8."""
    return [
        Command(("outbox", "list", "--json"), 4),
        Command(("status", "--json"), 2),
        Command(("networks", "list", "--all", "--json"), 2),
        Command(("query", "SELECT * FROM networks", "--json")),
        Command(("query", "SELECT * FROM changes", "--json")),
        Command(("log", "--json"), 2),
        Command(("interfaces", "list", "--json")),
        Command(("conflicts", "list", "--json")),
        Command(("plan", "--json")),
        Command(("why", target, "--json"), exits=(64,)),
        Command(("networks", "show", target, "--json"), exits=(64,)),
        Command(("networks", "create", "new"), 2, writes=True),
        Command(("networks", "rename", target, "new"), 2, exits=(64,), writes=True),
        Command(("outbox", "show", edit, "--json"), exits=(64,)),
        Command(("outbox", "discard", edit), exits=(64,), writes=True),
        Command(("outbox", "retry", edit), exits=(64,), writes=True),
        Command(("outbox", "edit", edit, "new"), exits=(64,), writes=True),
        Command(("conflicts", "resolve", disputed, "--take", "mine"), exits=(64,), writes=True),
        Command(("undo", "1"), exits=(7, 64), writes=True),
        Command(("replica", "check", "--json")),
        Command(("replica", "reset", "--json"), 4, exits=(1,), writes=True, cycles=True),
        Command(("pull",), 3, exits=(8,), writes=True, cycles=True),
        # What waits differs with the damage, and so does what the API makes of it.
        Command(("push", "--timeout", "10s"), 3, exits=(3, 5, 7, 8), writes=True, cycles=True),
    ]


class World:
    """A sound replica, closed and with its log, and the copies that are damaged."""

    def __init__(self, run: Run, sandbox: Sandbox) -> None:
        self.run, self.sandbox = run, sandbox
        settings = {
            "NETSYNC_LOG_LEVEL": "error", "NETSYNC_PUSH_ON_CONFLICT": "hold", "NETSYNC_PUSH_SETTLE": "200ms",
        }
        self.host = Host(run.binary, run.folder / "host", sandbox.base_url, **settings)
        self.closed, self.left = run.folder / "closed", run.folder / "left"
        self.target = self.disputed = ""
        self.begun_with: dict[str, str] = {}
        self.edits: dict[Path, list[object]] = {}

    def begin(self) -> None:
        """With edits of every kind: refused, in conflict, waiting, and taken back."""
        host, data = self.host, self.host.replica.parent
        host.run("pull")
        there = sorted(self.sandbox.networks())
        self.target, self.disputed = there[:2]
        host.edit("networks", "create", "x" * 300)
        host.edit("networks", "rename", there[1], "mine")
        self.sandbox.rename(there[1], "theirs")
        host.edit("networks", "create", "sent")
        host.run("sync", exits=(3, 7))
        # Long names: the outbox takes several pages.
        for number in range(8):
            host.edit("networks", "create", f"made-{number}".ljust(200, "-"))
            host.edit("networks", "rename", there[2 + number], f"renamed-{number}".ljust(200, "-"))
        host.edit("networks", "delete", there[-1])
        host.run("outbox", "discard", str(host.edit("networks", "create", "taken back")))
        shutil.copytree(data, self.closed)
        with following(host):
            for number in range(4):
                host.edit("networks", "create", f"made in the log-{number}")
            shutil.copytree(data, self.left)
        for folder in (self.closed, self.left):
            copy = self.run.folder / "copy"
            shutil.copytree(folder, copy)
            host.reads(copy / "replica.sqlite")
            self.edits[folder] = host.json("outbox", "list")
            shutil.rmtree(copy)
        self.begun_with = {network_id: row["name"] for network_id, row in self.sandbox.networks().items()}
        equal("edits that are only in the log", len(self.edits[self.left]) - len(self.edits[self.closed]), 4)

    # One replica.

    def attempt(self, number: int) -> None:
        chance = random.Random(f"{self.run.options.seed} {number}")
        # What a value can become is what most depends on the code.
        kind = chance.choices(list(KINDS), [3 if kind == "a value's type" else 1 for kind in KINDS])[0]
        source = self.left if kind.startswith("log") else self.closed
        damaged = self.run.folder / f"damaged-{number}"
        shutil.copytree(source, damaged)
        done = KINDS[kind](damaged, chance)
        self.run.count("damaged replicas")
        violations = len(self.run.violations)
        for command in self.drawn(chance):
            with self.run.case(f"{' '.join(command.words[:2])}, replica {number}, {kind} ({done})"):
                self.meet(command, source, damaged, kind)
        if len(self.run.violations) == violations:
            shutil.rmtree(damaged)

    def drawn(self, chance: random.Random) -> list[Command]:
        known = commands(self.target, str(self.waiting()), self.disputed)
        wanted = self.run.options.commands
        weights = [command.weight for command in known]
        return known if wanted >= len(known) else chance.choices(known, weights, k=wanted)

    def lose_pages(self) -> None:
        """Nobody is shown a part of the outbox for the whole of it."""
        chance = random.Random(self.run.options.seed)
        damaged = self.run.folder / "lost"
        lost = pages(main_file(self.closed), OUTBOX)
        require(len(lost) > len(OUTBOX) + 1, "the outbox takes several pages")
        for table, page in lost:
            for how, lose in LOSSES.items():
                shutil.copytree(self.closed, damaged)
                lose(main_file(damaged), page)
                self.run.count("lost pages of the outbox")
                with self.run.case(f"outbox list, page {page} of {table}, {how}"):
                    answer = self.meet(Command(("outbox", "list", "--json")), self.closed, damaged, "a lost page")
                    equal(f"exit of outbox list without a page of {table}", answer.status, DAMAGED)
                for command in self.drawn(chance):
                    with self.run.case(f"{' '.join(command.words[:2])}, page {page} of {table}, {how}"):
                        self.meet(command, self.closed, damaged, "a lost page")
                shutil.rmtree(damaged)

    def waiting(self) -> int:
        with closing(sqlite3.connect(f"file:{self.closed / 'replica.sqlite'}?immutable=1", uri=True)) as database:
            return database.execute("SELECT max(edit) FROM operation WHERE action = 'rename'").fetchone()[0]

    def meet(self, command: Command, source: Path, damaged: Path, kind: str) -> Answer:
        """Works on a copy: what is damaged is kept as it was."""
        work = self.run.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(damaged, work)
        self.host.reads(work / "replica.sqlite")
        answer = self.host.start(*command.words).ended(within=ENDS_WITHIN_S)
        self.run.count("commands")
        if command.words[0] == "push":
            self.restore_server()
        exits = (0, DAMAGED, *command.exits)
        require(answer.status in exits, f"expected exit {exits}, but {answer}")
        check_words(answer)
        if answer.status:
            check_named(answer)
        if answer.status == DAMAGED:
            self.run.count("that named the damage")
        # Who closes a replica last folds its log into it, and a cycle may have done something before it met the damage.
        keeps = not command.writes or answer.status == DAMAGED and not command.cycles
        if keeps and not kind.startswith("log"):
            before, after = (main_file(folder).read_bytes() for folder in (damaged, work))
            changed = [place for place, (one, other) in enumerate(zip_longest(before, after)) if one != other]
            require(not changed, f"the file stays as it is, but bytes {changed[:9]} changed with {answer}")
        if kind.startswith("a value") and answer.status == 0:
            self.check_number(source, command, answer)
        if command.words[:2] == ("replica", "reset") and answer.status != DAMAGED:
            self.check_reset(source, work, answer)
        if command.words[:2] == ("outbox", "list"):
            where = "log" if kind.startswith("log") else "row" if kind.startswith("a value") else "file"
            shown = self.shown(source, answer)
            self.run.count(f"outboxes {shown} (damage in a {where})")
            if where == "log" and shown == "that lack edits":
                require("not in the file" in answer.errors, f"edits are gone with the log, and nobody is told: {answer}")
        return answer

    def check_number(self, source: Path, command: Command, answer: Answer) -> None:
        """A changed value takes no row away: as many edits as there were are told of, or else the damage."""
        expected = len(self.edits[source])
        if command.words[:2] == ("outbox", "list"):
            equal(f"edits in the answer of {answer}", len(answer.json), expected)
        elif command.words[0] == "status":
            told = sum(answer.json["outbox"].values()) + answer.json["conflicts"]
            equal(f"edits in the answer of {answer}", told, expected)

    def check_reset(self, source: Path, work: Path, answer: Answer) -> None:
        """Each edit is kept or named, or it is said that there may be others; what is there now is sound and has what was kept."""
        report = answer.json
        told = report["kept"] + len(report["lost"])
        lacks_steps = "not in the file" in answer.errors
        if report["whole"] and not lacks_steps:
            equal(f"edits in the answer of {answer}", told, len(self.edits[source]))
        require(bool(answer.status) == (bool(report["lost"]) or not report["whole"]), f"a loss is an error: {answer}")
        sound = self.host.run("replica", "check", "--json").json
        equal("edits after a reset", sound["edits"], report["kept"])
        left = sorted(file.name for file in work.iterdir() if not file.name.startswith("replica.sqlite.damaged-"))
        require(not [name for name in left if "saved" in name or "netsync-reset" in name], f"a reset leaves {left}")
        self.run.count("outboxes saved" if report["set_aside"] else "replicas emptied")

    def restore_server(self) -> None:
        """What was deleted stays so: no id is given again."""
        for network_id, row in self.sandbox.networks().items():
            if network_id not in self.begun_with:
                self.sandbox.delete(network_id)
            elif row["name"] != self.begun_with[network_id]:
                self.sandbox.rename(network_id, self.begun_with[network_id])

    def shown(self, source: Path, answer: Answer) -> str:
        """What became of the edits: nobody is told of those that are missing in an answer."""
        if answer.status:
            return "refused"
        found, expected = answer.json, self.edits[source]
        if {row["edit"] for row in expected} - {row["edit"] for row in found}:
            return "that lack edits"
        return "whole" if found == expected else "with another content"


# Damages: each says what it did.


def flip(file: Path, chance: random.Random, first: int = 0, last: int | None = None, most: int = 8) -> str:
    content = bytearray(file.read_bytes())
    end = min(last or len(content), len(content))
    places = sorted(chance.randrange(first, end) for _ in range(chance.randint(1, most)))
    for place in places:
        content[place] ^= chance.randrange(1, 256)
    file.write_bytes(content)
    return f"{file.name} at {', '.join(map(str, places))}"


def overwrite(file: Path, chance: random.Random) -> str:
    content = bytearray(file.read_bytes())
    start, length = chance.randrange(len(content)), chance.choice((64, 512, 4_096))
    end = min(start + length, len(content))
    content[start:end] = bytes(end - start) if chance.random() < 0.5 else chance.randbytes(end - start)
    file.write_bytes(content)
    return f"{file.name} from {start} to {end}"


def cut(file: Path, chance: random.Random) -> str:
    size = file.stat().st_size
    left = chance.choice((chance.randrange(1, size), chance.randrange(1, max(2, size // 4_096)) * 4_096))
    with file.open("rb+") as opened:
        opened.truncate(left)
    return f"{file.name} after {left} of {size} bytes"


def pages(file: Path, tables: tuple[str, ...]) -> list[tuple[str, int]]:
    """The pages of these tables, by number, without those of their indexes."""
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as database:
        marks = ", ".join("?" * len(tables))
        return database.execute(f"SELECT name, pageno FROM dbstat WHERE name IN ({marks})", tables).fetchall()


def lose(file: Path, page: int, content: bytes) -> None:
    with file.open("rb+") as opened:
        opened.seek((page - 1) * PAGE)
        opened.write(content)


def cut_before(file: Path, page: int) -> None:
    with file.open("rb+") as opened:
        opened.truncate((page - 1) * PAGE)


LOSSES: dict[str, Callable[[Path, int], None]] = {
    "zeros": lambda file, page: lose(file, page, bytes(PAGE)),
    "ones": lambda file, page: lose(file, page, b"\xff" * PAGE),
    "its head alone": lambda file, page: lose(file, page, b"\xff"),
    "cut off with all that follows": cut_before,
}


def main_file(folder: Path) -> Path:
    return folder / "replica.sqlite"


def log(folder: Path) -> Path:
    return folder / "replica.sqlite-wal"


def change_value(folder: Path, chance: random.Random) -> str:
    """One value of one row, past every constraint, as a flipped bit within it would."""
    with opened(folder) as database:
        return until_changed(database, chance, of_same_type)


def change_type(folder: Path, chance: random.Random) -> str:
    """One value of one row becomes NULL or of another type, as a flipped bit in the head of the row would have it."""
    with opened(folder) as database:
        schema = database.execute(
            "SELECT sql, name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'"
        ).fetchall()
        set_schema(database, [(re.sub(rb"(?<!IS )NOT NULL|(?<=\) )STRICT,?", b"", sql), name) for sql, name in schema])
    # A connection keeps to the schema that it has read.
    with opened(folder) as database:
        done = until_changed(database, chance, of_another_type)
        set_schema(database, schema)
        return done


def set_schema(database: sqlite3.Connection, schema: list[tuple[bytes, bytes]]) -> None:
    database.execute("PRAGMA writable_schema = ON")
    database.executemany("UPDATE sqlite_schema SET sql = CAST(? AS TEXT) WHERE name = CAST(? AS TEXT)", schema)


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(main_file(folder), isolation_level=None)) as database:
        database.text_factory = bytes
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("PRAGMA journal_mode = DELETE")
        yield database
        database.execute("PRAGMA journal_mode = WAL")


Change = Callable[[object, str, random.Random], object]


def until_changed(database: sqlite3.Connection, chance: random.Random, change: Change) -> str:
    """What is unique, or the key of its row, does not take every value."""
    while True:
        try:
            done = changed_value(database, chance, change)
        except sqlite3.IntegrityError:
            continue
        if done:
            return done


def of_same_type(old: object, table: str, chance: random.Random) -> object:
    """None: there is none."""
    if isinstance(old, int):
        # The highest number that was given out may be damaged, but not so that none is left to give.
        extremes = EXTREMES if table != "sqlite_sequence" else ()
        return chance.choice((*extremes, signed(old ^ 1 << chance.randrange(64)), old ^ 1 << chance.randrange(8)))
    if isinstance(old, bytes) and old:
        changed = bytearray(old)
        changed[chance.randrange(len(old))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    return None


def of_another_type(old: object, _: str, chance: random.Random) -> object:
    """NOTHING stands for NULL."""
    return chance.choice([value for value in (NOTHING, "text", 1.5, 7, b"\x00\xff") if type(value) is not type(old)])


def changed_value(database: sqlite3.Connection, chance: random.Random, change: Change) -> str | None:
    tables = database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'grdb_migrations' ORDER BY name"
    ).fetchall()
    table = chance.choice(tables)[0].decode()
    columns = [name.decode() for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    column = chance.choice(columns)
    rows = database.execute(f'SELECT {", ".join(map(quoted, columns))} FROM {quoted(table)}').fetchall()
    if not rows:
        return None
    row = dict(zip(columns, chance.choice(rows)))
    old, new = row[column], change(row[column], table, chance)
    if new is None:
        return None
    value = "CAST(? AS TEXT)" if isinstance(new, bytes) and is_text(database, table, column) else "?"
    new = None if new is NOTHING else new
    if change is of_another_type and chance.random() < 0.5:
        # Of every row that takes it: no command that reads the column gets past it.
        changed = database.execute(f"UPDATE OR IGNORE {quoted(table)} SET {quoted(column)} = {value}", (new,)).rowcount
        return f"{table}.{column} of {changed} rows to {new!r}" if changed else None
    where = " AND ".join(f"CAST({quoted(name)} AS BLOB) IS CAST(? AS BLOB)" for name in columns)
    database.execute(f"UPDATE {quoted(table)} SET {quoted(column)} = {value} WHERE {where}", (new, *row.values()))
    return f"{table}.{column}, {old!r} to {new!r}"


def is_text(database: sqlite3.Connection, table: str, column: str) -> bool:
    declared = database.execute("SELECT type FROM pragma_table_info(?) WHERE name = ?", (table, column)).fetchone()[0]
    return declared in (b"TEXT", b"")


def signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 == 1 else number


def quoted(name: str) -> str:
    return f'"{name}"'


KINDS: dict[str, Callable[[Path, random.Random], str]] = {
    "bytes": lambda folder, chance: flip(main_file(folder), chance),
    "one byte": lambda folder, chance: flip(main_file(folder), chance, most=1),
    "a byte of the header": lambda folder, chance: flip(main_file(folder), chance, last=100, most=1),
    "bytes of the schema": lambda folder, chance: flip(main_file(folder), chance, first=100, last=16_384),
    "a stretch": lambda folder, chance: overwrite(main_file(folder), chance),
    "an end": lambda folder, chance: cut(main_file(folder), chance),
    "a value": change_value,
    "a value's type": change_type,
    "log, bytes": lambda folder, chance: flip(log(folder), chance),
    "log, an end": lambda folder, chance: cut(log(folder), chance),
    "log, and bytes of the file": lambda folder, chance: flip(main_file(folder), chance),
}


def show(run: Run) -> None:
    check_seeking()
    for what in ("lost pages of the outbox", "damaged replicas", "commands", "that named the damage"):
        run.count(what, 0)
    with running(run.binary, run.folder, "--networks", str(NETWORKS), "--seed", str(run.options.seed)) as sandbox:
        world = World(run, sandbox)
        world.begin()
        world.lose_pages()
        for number in range(getattr(run.options, "from"), getattr(run.options, "from") + run.options.replicas):
            world.attempt(number)


if __name__ == "__main__":
    main("damage", __doc__, {
        "replicas": (250, "damaged replicas"),
        "commands": (1, "commands that each of them meets; 99: all"),
        "from": (0, "the number of the first"),
    }, show)

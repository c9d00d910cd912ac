"""The parts of the campaign: what is killed in each, and what is done around it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from checks import equal, require
from host import Answer, Command
from kill_account import Ours
from kill_old import NEWEST, contents, make_old, version
from kill_world import PULL, PUSH, SYNC, SYNCED, World
from sandbox import documents

NO_FAULTS: tuple[tuple[str, ...], ...] = ((),)
FAULTS: tuple[tuple[str, ...], ...] = (
    (),
    ("--latency", "5ms"),
    ("--lose-response", "0.3"),
    ("--fail", "0.1"),
    ("--lose-response", "0.2", "--fail", "0.05", "--latency", "2ms"),
)


@dataclass(frozen=True)
class Part:
    """One kind of case, played over and over."""

    name: str
    # Of all kills.
    share: float
    case: Callable[[World], None]
    networks: int = 8
    # One after the other, world by world.
    faults: tuple[tuple[str, ...], ...] = NO_FAULTS
    cases_until_peace: int = 5
    cases_per_world: int = 40
    settings: tuple[tuple[str, str], ...] = ()


# Commands that are short: each of their calls is had once before one is had again.

def edits(world: World) -> None:
    """One edit, of any kind, killed; what it left is edited on."""
    resting = world.user.resting()
    of_waiting = {"outbox edit": world.user.rename_waiting}
    of_resting = {verb: getattr(world.user, verb) for verb in ("rename", "delete", "discard", "undo")}
    verb = world.chance.choice(["create", *of_waiting, *of_resting])
    attempt = partial(world.at_call, f"an edit, {verb}")
    if verb in of_waiting and world.user.waiting():
        of_waiting[verb](attempt, world.chance.choice(world.user.waiting()))
    elif verb in of_resting and len(resting) > 2:
        of_resting[verb](attempt, world.chance.choice(resting))
    else:
        world.user.create(partial(world.at_call, "an edit, create"))
    world.judge.check()


def push(world: World) -> None:
    """A network is made, one renamed and one deleted; the push of that is killed, and the next one perhaps too."""
    while len(world.user.resting()) < 4:
        world.user.create(world.run_to_end)
        world.in_peace()
    changed, gone = world.chance.sample(world.user.resting(), 2)
    world.user.create(world.run_to_end)
    world.user.rename(world.run_to_end, changed)
    world.user.delete(world.run_to_end, gone)
    world.at_call("a push of three edits", *PUSH, exits=SYNCED)
    world.judge.check()
    world.recover("a push of three edits", *PUSH, exits=SYNCED)


def pull(world: World) -> None:
    """Somebody else makes, renames and deletes; the pull of that is killed, while edits wait that it must not undo."""
    world.somebody_else()
    if world.chance.random() < 0.5:
        world.user.edit(world.run_to_end)
    world.at_call("a pull of a small account", *PULL, exits=SYNCED)
    world.judge.check()
    world.recover("a pull of a small account", *PULL, exits=SYNCED)


def decision(world: World) -> None:
    """A network is renamed here, and renamed or deleted there; the push into that is killed, and what its user decides."""
    while len(world.user.resting()) < 3:
        world.user.create(world.run_to_end)
        world.in_peace()
    ours = world.chance.choice(world.user.resting())
    world.user.rename(world.run_to_end, ours)
    if world.chance.random() < 0.3:
        theirs = None
        world.sandbox.delete(world.user.id_of(ours))
    else:
        theirs = world.account.next_name("renamed")
        world.sandbox.rename(world.user.id_of(ours), theirs)
        # Its user has not asked for it, but may now go on from it.
        ours.names.insert(-1, theirs)
    while not is_in_conflict(world, ours):
        world.at_call("a push into a conflict", *PUSH, exits=(*SYNCED, 7))
        world.judge.check()
    side = world.chance.choice(["mine", "theirs"])
    name = f"a decision, {side} of what was {'renamed' if theirs else 'deleted'} there"
    while is_in_conflict(world, ours):
        answer = world.at_call(name, "conflicts", "resolve", ours.reference, "--take", side)
        is_open = is_in_conflict(world, ours)
        require(answer.status != 0 or not is_open, f"the conflict is open after {answer}")
        if not is_open:
            world.user.decided(ours, theirs, side)
        world.judge.check()
    world.recover("a push of three edits", *PUSH, exits=SYNCED)


def is_in_conflict(world: World, ours: Ours) -> bool:
    return bool(world.user.rows("SELECT 1 FROM conflicts WHERE ? IN (id, local_id)", ours.reference))


def checkpoint(world: World) -> None:
    """While somebody reads, no command can fold the log; the one that can when the reader has left is killed at that."""
    with closing(sqlite3.connect(f"file:{world.host.replica}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM network").fetchall()
        for _ in range(3):
            world.user.edit(world.run_to_end)
    how = world.chance.choice(["an edit", "a pull", "a status"])
    attempt = partial(world.at_call, f"a checkpoint, by {how}", only="/" + world.host.replica.name)
    if how == "an edit":
        world.user.create(attempt)
    else:
        attempt(*(PULL if how == "a pull" else ("status",)), exits=SYNCED)
    world.judge.check()


# Files that are brought up to date, or made.

def opening(world: World, name: str, *arguments: str, exits: Collection[int] = (0,)) -> Answer:
    """A command that opens a file which is not up to date."""
    answer = world.at_call(name, *arguments, exits=exits)
    world.run.count("in a migration", answer.status == -9 and version(world.host.replica) < NEWEST)
    return answer


def upgrade(world: World) -> None:
    """A replica of the first version, with edits that wait or are on their way, is opened by this one."""
    for _ in range(2):
        world.user.edit(world.run_to_end)
    if world.chance.random() < 0.5:
        world.at_call("a push of three edits", *PUSH, exits=SYNCED)
    folded = world.chance.random() < 0.5
    rows = make_old(world.host.replica, folded)
    shape = "an old file" if folded else "an old file with a log"
    how = world.chance.choice(["status", "networks list", "networks create"])
    name = f"{how} on {shape}"
    while True:
        if how == "networks create":
            world.user.create(partial(opening, world, name))
        else:
            opening(world, name, *how.split())
        world.host.check_integrity()
        if version(world.host.replica) < NEWEST:
            equal("what the old file held", contents(world.host.replica), rows)
        elif how != "networks create":
            equal("what the old file held, in the new one", contents(world.host.replica), rows)
        if not world.after_kill or world.chance.random() > 0.5:
            break
    world.run_to_end("status")
    equal("the version of the file", version(world.host.replica), NEWEST)
    world.judge.watch()
    world.judge.check()


def first(world: World) -> None:
    """There is no replica yet; the command that makes it is killed, and the next one finds what that has left."""
    world.run.count("replicas made")
    number = world.run.counts["replicas made"]
    new = World(world.campaign, world.folder / f"first-{number}", world.sandbox)
    try:
        how = world.chance.choice(["edit", "pull"])
        while True:
            if how == "edit":
                new.user.create(partial(opening, new, "the first edit of all"))
            else:
                opening(new, "the first pull of all", *PULL, "--networks-only", exits=SYNCED)
            if version(new.host.replica) > 0:
                new.host.check_integrity()
            if not new.after_kill or world.chance.random() > 0.5:
                break
        new.user.create(new.run_to_end)
        new.host.check_integrity()
        new.judge.check_edits()
        if how == "edit":
            new.judge.check_overlay()
            equal("the edits that wait", len(new.user.rows("SELECT 1 FROM outbox")), len(new.account.ours))
        else:
            new.run_to_end(*PULL, "--networks-only", exits=(0,))
            here = {reference: row for reference, row in new.host.listed().items() if row["state"] == "synced"}
            equal("the replica, beside the server", documents(here), documents(world.sandbox.networks()))
        new.host.check_secrets()
    finally:
        world.course += new.course
        new.witness.end()


def reset(world: World) -> None:
    """A damaged replica with edits that wait: the reset that saves them is killed, and so is what finds what that has left."""
    world.run.count("replicas damaged")
    number = world.run.counts["replicas damaged"]
    new = World(world.campaign, world.folder / f"damaged-{number}", world.sandbox)
    try:
        for _ in range(world.chance.randint(1, 5)):
            new.user.create(new.run_to_end)
        waiting = new.user.rows("SELECT edit, action, name FROM outbox ORDER BY edit")
        damage(new.host.replica)
        equal("the exit of a check", new.run_to_end("replica", "check", exits=(10,)).status, 10)
        while new.at_call("a reset of a damaged file", "replica", "reset").status != 0:
            if new.chance.random() < 0.5:
                new.at_call("a look at what a reset has left", "outbox", "list", exits=(0, 10))
        equal("the edits that wait", new.user.rows("SELECT edit, action, name FROM outbox ORDER BY edit"), waiting)
        new.host.check_integrity()
        new.run_to_end("replica", "check")
        name = new.host.replica.name
        known = {name, *(name + suffix for suffix in ("-wal", "-shm", ".lock", ".reserve", ".mark"))}
        left = {file.name for file in new.host.replica.parent.iterdir()} - known
        require(all(f"{name}.damaged-" in file for file in left), f"a reset leaves {sorted(left)}")
        require(any(not file.endswith("-wal") for file in left), "the damaged file was not set aside")
        new.host.check_secrets()
    finally:
        world.course += new.course
        new.witness.end()


def damage(replica: Path) -> None:
    """Overwrites the journal, which the outbox does not need."""
    with closing(sqlite3.connect(f"file:{replica}?immutable=1", uri=True)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'journal'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    with replica.open("rb+") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xff" * size)


# Commands that are long: their calls are drawn by chance.

def sync(world: World) -> None:
    """A sync of more networks, with edits of all kinds, against a server that fails."""
    world.somebody_else()
    for _ in range(world.chance.randint(1, 4)):
        world.user.edit(world.run_to_end)
    world.at_call("a sync", *SYNC, exits=SYNCED)
    world.judge.check()
    world.recover("a sync", *SYNC, exits=SYNCED)


def beside(world: World) -> None:
    """A user edits, and now and then an edit is killed, beside syncs that are killed at random instants."""
    world.user.late.clear()
    with syncing(world):
        for _ in range(world.chance.randint(2, 5)):
            world.user.look_again()
            world.user.edit(partial(hasty, world))
        world.somebody_else()
    world.user.look_again()
    world.judge.check()


def hasty(world: World, *arguments: str) -> Answer:
    """One edit in four is killed."""
    if world.chance.random() < 0.25:
        seconds = world.chance.uniform(0.005, 0.08)
        return world.at_instant(lambda _: time.sleep(seconds), *arguments)
    return world.run_to_end(*arguments)


@contextmanager
def syncing(world: World) -> Iterator[None]:
    """Syncs over and over beside what is done here, and kills most of these syncs, one of them at least."""
    done = threading.Event()
    broken: list[Exception] = []

    def work() -> None:
        kills = 0
        try:
            while not (done.is_set() and kills):
                kills += sync_once(world)
        except Exception as error:
            broken.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    if broken:
        raise broken[0]


def sync_once(world: World) -> bool:
    """True where a kill found it at work. A daemon does not end by itself."""
    chance = world.kill_chance
    how = chance.choice([SYNC, (*SYNC, "--networks-only"), (*SYNC, "--json"), ("daemon", "--interval", "1s")])
    if how[0] == "daemon" or chance.random() < 0.8:
        return world.at_instant(partial(wait, world), *how, exits=SYNCED).status == -9
    world.run_to_end(*how, exits=SYNCED)
    return False


def wait(world: World, command: Command) -> None:
    """Until a random instant of the whole sync, or of the time around a request that changes something."""
    if world.kill_chance.random() < 0.5:
        # Most of a sync is over within this time, and its first requests leave after 30 ms.
        time.sleep(world.kill_chance.uniform(0.02, 0.35))
        return
    deadline = time.monotonic() + 1
    while command.process.poll() is None and not is_sending(world) and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(world.kill_chance.uniform(0, 0.015))


def is_sending(world: World) -> bool:
    return bool(world.user.rows("SELECT 1 FROM outbox WHERE state = 'sending'"))


PARTS = (
    Part("edits", 0.15, edits, cases_until_peace=12),
    Part("a push", 0.18, push),
    Part("a pull", 0.13, pull),
    Part("decisions", 0.06, decision, settings=(("NETSYNC_PUSH_ON_CONFLICT", "hold"),)),
    Part("checkpoints", 0.06, checkpoint),
    Part("old files", 0.10, upgrade),
    Part("damaged files", 0.04, reset, cases_until_peace=1_000, cases_per_world=1_000),
    Part("new files", 0.10, first, networks=260, cases_until_peace=1_000, cases_per_world=1_000),
    Part("a sync", 0.08, sync, networks=40, faults=FAULTS, cases_until_peace=3),
    Part("beside each other", 0.10, beside, networks=24, faults=FAULTS, cases_until_peace=6),
)

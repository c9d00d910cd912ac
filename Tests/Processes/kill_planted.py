"""Plants a breach of each promise: that a search finds nothing proves something only where it can find."""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from checks import Violation, require
from kill_world import PUSH, SYNCED, World

LAST = "(SELECT max(edit) FROM operation)"
JOURNAL = "INSERT INTO journal (at_us, side, kind, network_key, edit, after_name, evidence)"
THEIRS = "name LIKE 'theirs-%' AND gone_at_us IS NULL"

# In the replica: what is done to it, and what the judge has to say.
IN_THE_FILE = (
    (f"DELETE FROM operation WHERE edit = {LAST}", "neither in the outbox nor in the journal"),
    (f"{JOURNAL} SELECT 1, 'local', 'superseded', network_key, edit, name, '{{}}' FROM operation", "are in the outbox"),
    (
        f"{JOURNAL} SELECT at_us, side, kind, network_key, edit, after_name, evidence FROM journal WHERE kind = 'sent'",
        "have ended twice",
    ),
    (f"{JOURNAL} VALUES (1, 'local', 'sent', 1, 1000000, 'never-sent', '{{}}')", "the server never said so"),
    (
        f"INSERT INTO dead_letter (edit, network_key, action, edited_at_us, attempts, refused_at_us) "
        f"SELECT edit, network_key, 'delete', 1, 1, 1 FROM operation WHERE edit = {LAST}",
        "are refused, and wait",
    ),
    (
        "UPDATE operation SET state = 'in_doubt', armed_at_us = 1, armed_known = '[]', next_look_us = 1 "
        "WHERE action = 'create'",
        "became in_doubt after it was waiting",
    ),
    (
        f"{JOURNAL} SELECT 1, 'local', 'discarded', network_key, edit, NULL, '{{}}' FROM operation "
        "WHERE action = 'delete'; DELETE FROM operation WHERE action = 'delete'",
        "the names that the replica shows",
    ),
    (
        f"DELETE FROM network WHERE {THEIRS}; DELETE FROM network_interface; DELETE FROM sighting; DELETE FROM interface_list",
        "has forgotten",
    ),
    (
        f"UPDATE network SET gone_at_us = 1, gone_cause = 'deleted_there' WHERE {THEIRS}",
        "are gone here, and are at the server",
    ),
    (f"UPDATE operation SET network_key = 1000000 WHERE edit = {LAST}", "rows refer to what is not there"),
    # An index that says something else than its table.
    (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '(name)', '(updated_at)') "
        "WHERE name = 'network_by_name'",
        "the replica is damaged",
    ),
)


def check_judging(world: World) -> None:
    prepare(world)
    world.judge.check()
    for sql, expected in IN_THE_FILE:
        with put_back(world):
            with closing(sqlite3.connect(world.host.replica)) as database:
                database.executescript(sql)
            notices(world, expected, sql)
    at_the_server(world)
    on_the_way(world)
    world.judge.check()


def prepare(world: World) -> None:
    """Something of everything: theirs, what was sent, and an edit of each kind that waits."""
    world.somebody_else()
    world.user.create(world.run_to_end)
    world.in_peace()
    changed, gone, *_ = world.user.resting()
    world.user.rename(world.run_to_end, changed)
    world.run_to_end(*PUSH, exits=SYNCED)
    world.user.rename(world.run_to_end, changed)
    world.user.delete(world.run_to_end, gone)
    world.user.create(world.run_to_end)


@contextmanager
def put_back(world: World) -> Iterator[None]:
    """Undoes what is done to the replica, and what the judge has seen of that."""
    seen = copy.deepcopy((world.judge.ids, world.judge.states, world.judge.read_up_to))
    world.keep_files()
    yield
    shutil.rmtree(world.host.replica.parent)
    shutil.copytree(world.folder / "before", world.host.replica.parent)
    world.judge.ids, world.judge.states, world.judge.read_up_to = seen


def notices(world: World, expected: str, what: str) -> None:
    try:
        world.judge.check()
    except Violation as violation:
        require(expected in str(violation), f"the judge was to say '{expected}' of {what}, and said: {violation}")
        world.run.count("breaches planted and found")
        return
    raise Violation(f"the judge does not notice: {what}")


def at_the_server(world: World) -> None:
    name = next(row["name"] for row in world.sandbox.networks().values() if row["name"].startswith("made-"))
    twin = world.sandbox.create(name)
    notices(world, "more than once", "a network that was made twice")
    world.sandbox.delete(twin)


def on_the_way(world: World) -> None:
    """Requests that nobody sends, of processes that there are not."""
    ours = next(ours for ours in world.account.living if len(ours.names) > 1)
    path = f"/v2/networks/{ours.reference}"
    rename = (("PATCH", path, f'{{"name": "{name}"}}'.encode()) for name in ours.names)
    create = ("POST", "/v2/networks", b'{"name": "planted"}')
    for requests, expected in (
        ([create, create], "sent again within the settle time"),
        ([next(rename)], "was not preceded by a read"),
        ([("READ", path, b""), ("DELETE", path, b"")] * 2, "on their way at once"),
    ):
        ask(world, requests)
        notices(world, expected, str(requests))
        world.witness.broken.clear()
    world.witness.renames[ours.reference] = ours.names[::-1]
    notices(world, "and asked for was", "a rename that overtook another")
    del world.witness.renames[ours.reference]


def ask(world: World, requests: list[tuple[str, str, bytes]]) -> None:
    """READ stands for a read of the network that was answered."""
    for method, path, body in requests:
        if method == "READ":
            world.witness.read[-1].add(path.rpartition("/")[2])
        else:
            with suppress(KeyError):
                world.witness.asked(-1, method, path, body)

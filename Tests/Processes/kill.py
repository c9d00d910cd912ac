"""Kills netsync at random instants, and looks for what it lost, made twice or brought back.

In each round somebody creates, renames and deletes networks while `netsync sync` runs against a sandbox that is slow,
fails, or loses its answers; the sync, and now and then the edit, is ended by SIGKILL. After each round the file is
sound, every edit that was acknowledged is accounted for, and what is read is what was asked for. After some rounds a
sync is left in peace: both sides are then the same, and the same as what was asked for.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from checks import Run, Violation, equal, main, require
from host import Answer, Command, Host, check_seeking
from sandbox import Sandbox, documents, running

NETWORKS = 24
ROUNDS_PER_WORLD = 6
# A sync in peace meets the faults too: each try brings it further.
TRIES_IN_PEACE = 15
FAULTS = [
    (),
    ("--latency", "5ms"),
    ("--lose-response", "0.3"),
    ("--fail", "0.1"),
    ("--lose-response", "0.2", "--fail", "0.05", "--latency", "2ms"),
]
# Nothing is held here: what a guard should have kept would then be seen to be gone.
SYNC = ("sync", "--timeout", "60s", "--max-deletes", "100000")
COUNTS = ("worlds", "rounds", "edits", "edits killed", "syncs", "syncs killed", "of these with a write on its way")
# No server takes it; it is refused for good.
TOO_LONG = "x" * 300


@dataclass
class Ours:
    """A network as its user left it."""

    reference: str
    name: str
    names: set[str] = field(default_factory=set)
    deleted: bool = False

    def __post_init__(self) -> None:
        self.names.add(self.name)

    @property
    def refused(self) -> bool:
        return self.name.startswith(TOO_LONG)


class World:
    """One sandbox with its faults, one replica, and the networks as their user left them."""

    def __init__(self, run: Run, number: int, sandbox: Sandbox) -> None:
        self.run, self.chance, self.sandbox = run, run.chance, sandbox
        self.host = Host(
            run.binary, run.folder / f"world-{number}", sandbox.base_url, NETSYNC_PUSH_SETTLE=f"{run.options.settle}ms"
        )
        self.acknowledged: set[int] = set()
        self.ours: list[Ours] = []
        self.names = 0
        # Of its own, for it is drawn from beside the other.
        self.kill_chance = random.Random(f"{run.options.seed} {number}")

    def begin(self) -> None:
        self.in_peace()
        self.ours = [Ours(reference, row["name"]) for reference, row in self.sandbox.networks().items()]

    # One round.

    def round(self) -> None:
        with self.syncing():
            for _ in range(self.chance.randint(2, 5)):
                self.edit()
            self.somebody_else()
        self.host.check_integrity()
        self.host.check_edits(self.acknowledged)
        self.check_overlay()
        self.check_server()

    @contextmanager
    def syncing(self) -> Iterator[None]:
        """Syncs over and over beside what is done here, and kills most of these syncs, one of them at least."""
        done = threading.Event()
        broken: list[Exception] = []

        def work() -> None:
            kills = 0
            try:
                while not (done.is_set() and kills):
                    kills += self.sync(self.kill_chance.random() < 0.8)
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

    def sync(self, killed: bool) -> bool:
        """True where a kill found it at work."""
        command = self.host.start(*SYNC, *self.kill_chance.choice([(), ("--networks-only",), ("--json",)]))
        if killed:
            self.wait(command)
            command.kill()
        answer = command.ended()
        self.run.count("syncs")
        if answer.status == -9:
            self.run.count("syncs killed")
            self.run.count("of these with a write on its way", self.is_sending())
            return True
        require(answer.status in (0, 3, 5), f"a sync may be done, refused an edit or short of answers, but {answer}")
        return False

    def wait(self, command: Command) -> None:
        """Until a random instant of the whole sync, or of the time around a request that changes something."""
        if self.kill_chance.random() < 0.5:
            # Most of a sync is over within this time, and its first requests leave after 30 ms.
            time.sleep(self.kill_chance.uniform(0.02, 0.35))
            return
        while command.process.poll() is None and not self.is_sending():
            time.sleep(0.001)
        time.sleep(self.kill_chance.uniform(0, 0.015))

    def is_sending(self) -> bool:
        return bool(self.host.rows("SELECT 1 FROM outbox WHERE state = 'sending'"))

    def somebody_else(self) -> None:
        """Makes a network there and deletes another; with faults, perhaps neither."""
        self.names += 1
        self.sandbox.request("POST", "/networks", {"name": f"theirs-{self.names}"})
        there = self.sandbox.networks()
        theirs = [network_id for network_id, row in there.items() if row["name"].startswith("theirs-")]
        if len(theirs) > 2:
            self.sandbox.request("DELETE", f"/networks/{self.chance.choice(theirs)}")

    # Edits.

    def edit(self) -> None:
        living = [ours for ours in self.ours if not ours.deleted]
        action = self.chance.choices(["create", "rename", "delete"], [4, 4, 2])[0]
        self.names += 1
        if action == "create" or len(living) < NETWORKS / 2:
            name = f"{TOO_LONG if self.chance.random() < 0.05 else 'made'}-{self.names}"
            self.create(name, self.attempt("create", name))
        elif action == "rename":
            ours, name = self.chance.choice(living), f"renamed-{self.names}"
            self.rename(ours, name, self.attempt("rename", ours.reference, name))
        else:
            ours = self.chance.choice(living)
            self.delete(ours, self.attempt("delete", ours.reference))

    def attempt(self, *arguments: str) -> Answer:
        """One edit; one in four is killed. What it acknowledged must be kept, whether or not it lived on."""
        command = self.host.start("networks", *arguments)
        if self.chance.random() < 0.25:
            time.sleep(self.chance.uniform(0.005, 0.08))
            command.kill()
        answer = command.ended()
        require(answer.status in (0, -9), f"an edit is queued or killed, but {answer}")
        self.run.count("edits")
        self.run.count("edits killed", answer.status == -9)
        repeated = self.acknowledged.intersection(answer.edits)
        require(not repeated, f"edit numbers {repeated} were used before: {answer}")
        self.acknowledged.update(answer.edits)
        return answer

    # An edit that was killed before it could say so may have been made: the file tells.

    def create(self, name: str, answer: Answer) -> None:
        found = self.host.rows("SELECT local_id FROM networks WHERE name = ?", name)
        require(len(found) <= 1, f"{name} is there {len(found)} times after {answer}")
        require(bool(found) or not answer.edits and answer.status != 0, f"{name} is not there after {answer}")
        if found:
            self.ours.append(Ours(found[0][0], name))

    def rename(self, ours: Ours, name: str, answer: Answer) -> None:
        found = self.host.rows("SELECT name FROM networks WHERE ? IN (id, local_id)", ours.reference)
        require(len(found) == 1, f"{ours.name} is there {len(found)} times after {answer}")
        applied = found[0][0] == name
        require(applied or not answer.edits and answer.status != 0, f"{ours.name} has another name after {answer}")
        if applied:
            ours.name = name
            ours.names.add(name)

    def delete(self, ours: Ours, answer: Answer) -> None:
        found = self.host.rows("SELECT name FROM networks WHERE ? IN (id, local_id)", ours.reference)
        require(not found or not answer.edits and answer.status != 0, f"{ours.name} is still there after {answer}")
        ours.deleted = not found

    # What holds after every round.

    def check_overlay(self) -> None:
        """What is read is what was asked for, however far its way to the server has come."""
        rows = self.host.rows("SELECT id, local_id, name FROM networks WHERE name NOT LIKE 'theirs-%'")
        expected = {ours.name for ours in self.ours if not ours.deleted}
        equal("the names that the replica shows", {name for _, _, name in rows}, expected)
        require(len(rows) == len(expected), f"a network is in the replica twice: {sorted(rows, key=str)!r}")
        by_reference = {reference: name for row in rows for reference, name in ((row[0], row[2]), (row[1], row[2]))}
        for ours in self.ours:
            found = by_reference.get(ours.reference)
            equal(f"what {ours.reference} leads to", found, None if ours.deleted else ours.name)

    def check_server(self) -> None:
        """Nothing was made twice, not even under a name that was given up since (I2)."""
        names = [row["name"] for row in self.sandbox.networks().values()]
        for ours in self.ours:
            found = [name for name in names if name in ours.names]
            require(len(found) <= 1, f"the server has one network more than once: {found!r}")

    # What holds when nothing fails any more.

    def in_peace(self) -> None:
        """Syncs until everything is said and done."""
        for _ in range(TRIES_IN_PEACE):
            answer = self.host.run(*SYNC, "--json", exits=(0, 3, 5))
            self.run.count("syncs in peace")
            if answer.status == 0:
                return
        raise Violation(f"{TRIES_IN_PEACE} syncs in peace did not finish: {answer}")

    def end(self) -> None:
        self.in_peace()
        self.host.check_edits(self.acknowledged)
        self.check_overlay()
        self.check_outbox()
        self.check_both_sides()
        self.check_rest()
        self.run.count("files searched for the key", self.host.check_secrets())

    def check_outbox(self) -> None:
        left = [(name[:len(TOO_LONG)], state) for name, state in self.host.rows("SELECT name, state FROM outbox")]
        refused = [ours for ours in self.ours if ours.refused and not ours.deleted]
        equal("what is left in the outbox", left, [(TOO_LONG, "refused")] * len(refused))
        self.run.count("refused", len(refused))

    def check_both_sides(self) -> None:
        """No network is missing here, none came back, none is there that nobody asked for (I3, I4, I6)."""
        there = self.sandbox.networks()
        here = {reference: row for reference, row in self.host.listed().items() if row["state"] != "refused"}
        equal("the replica, beside the server", documents(here), documents(there))
        names = sorted(row["name"] for row in there.values() if not row["name"].startswith("theirs-"))
        asked = sorted(ours.name for ours in self.ours if not ours.deleted and not ours.refused)
        equal("the names at the server", names, asked)

    def check_rest(self) -> None:
        """One more sync finds nothing to do and writes nothing, here or there."""
        there, changes = documents(self.sandbox.networks()), self.host.rows("SELECT count(*) FROM journal")
        self.in_peace()
        equal("the server after another sync", documents(self.sandbox.networks()), there)
        equal("the length of the journal after another sync", self.host.rows("SELECT count(*) FROM journal"), changes)
        in_sync = not any(ours.refused and not ours.deleted for ours in self.ours)
        equal("in_sync of status", self.host.json("status")["in_sync"], in_sync)


def show(run: Run) -> None:
    check_seeking()
    rounds = run.options.rounds
    for what in COUNTS:
        run.count(what, 0)
    for number in range((rounds + ROUNDS_PER_WORLD - 1) // ROUNDS_PER_WORLD):
        faults = FAULTS[number % len(FAULTS)]
        options = ("--networks", str(NETWORKS), "--seed", str(run.chance.randrange(1_000_000)), *faults)
        with running(run.binary, run.folder / f"world-{number}", *options) as sandbox:
            world = World(run, number, sandbox)
            world.begin()
            for _ in range(min(ROUNDS_PER_WORLD, rounds - number * ROUNDS_PER_WORLD)):
                world.round()
                run.count("rounds")
            world.end()
            run.count("worlds")


if __name__ == "__main__":
    main("kill", __doc__, {
        "rounds": (60, "rounds of edits and kills"),
        "settle": (1_000, "milliseconds in which an unanswered create may still arrive"),
    }, show)

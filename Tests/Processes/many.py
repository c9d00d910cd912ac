"""Lets many processes edit one replica while one syncs and others read, and looks for anybody who is told of a lock.

Each of eight writers keeps networks of its own, which it creates, renames and deletes, and now and then renames one of
a few that all of them rename. Every edit must be taken, every read must show whole transactions. In the end one sync
in peace empties the outbox, both sides are the same, and they are what the writers asked for.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial

from checks import Run, equal, main, require
from host import Host, check_seeking
from sandbox import Sandbox, documents, running

WRITERS = 8
NETWORKS = 120
# Of those, everybody renames these.
SHARED = 4
SYNC_TIMEOUT_S = 5


class World:
    """One replica, many processes."""

    def __init__(self, run: Run, sandbox: Sandbox) -> None:
        self.run, self.sandbox = run, sandbox
        self.host = Host(run.binary, run.folder / "host", sandbox.base_url)
        self.stop = threading.Event()
        self.broken: list[Exception] = []
        self.edits: list[int] = []
        self.host.run("sync", "--networks-only")
        self.begun_with = sorted(self.sandbox.networks())
        self.shared = self.begun_with[:SHARED]
        # By network: the number of the last edit that renamed it, and the name.
        self.shared_names: list[tuple[str, int, str]] = []
        self.kept: dict[str, str] = {}

    def work(self) -> None:
        jobs = [partial(self.write, number) for number in range(WRITERS)]
        jobs += [self.sync, self.read_list, self.read_status, self.read_query]
        threads = [threading.Thread(target=self.guarded, args=(job,), daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        self.stop.wait(self.run.options.seconds)
        self.stop.set()
        for thread in threads:
            thread.join()
        if self.broken:
            raise self.broken[0]

    def guarded(self, job: Callable[[], None]) -> None:
        """The first that meets a violation stops everybody."""
        try:
            job()
        except Exception as error:
            self.broken.append(error)
            self.stop.set()

    # Writers.

    def write(self, number: int) -> None:
        chance = random.Random(f"{self.run.options.seed} {number}")
        own = Writer(self, number)
        while not self.stop.is_set():
            own.step(chance)
        self.kept |= own.names

    def edit(self, *arguments: str) -> int | None:
        """Every edit is taken; None where it undid another that had not been sent."""
        answer = self.host.run("networks", *arguments)
        self.run.count("edits")
        taken = len(answer.edits) == 1 or "is taken back" in answer.output
        require(taken, f"an edit is queued or undone, but {answer}")
        self.edits += answer.edits
        return answer.edits[0] if answer.edits else None

    # One that syncs, and readers.

    def sync(self) -> None:
        while not self.stop.is_set():
            # As long as others go on editing there is more to send: 5 says so.
            self.host.run("sync", "--timeout", f"{SYNC_TIMEOUT_S}s", "--max-deletes", "100000", exits=(0, 5))
            self.run.count("syncs")

    def read_list(self) -> None:
        while not self.stop.is_set():
            found = self.host.listed("--all").keys()
            missing = [network_id for network_id in self.begun_with if network_id not in found]
            require(not missing, f"nobody deleted {missing}, yet a list lacks them")
            self.run.count("reads")

    def read_status(self) -> None:
        while not self.stop.is_set():
            status = self.host.json("status")
            refused = status["outbox"]["refused"], status["outbox"]["held"], status["conflicts"]
            equal("what status says is refused, held, in conflict", refused, (0, 0, 0))
            self.run.count("reads")

    def read_query(self) -> None:
        while not self.stop.is_set():
            # Of one snapshot (I10): a network is there once, whatever its edits have come to.
            rows = self.host.json("query", "SELECT count(*) AS rows, count(DISTINCT name) AS names FROM networks")
            equal("networks, by name", rows[0]["names"], rows[0]["rows"])
            self.run.count("reads")

    # In the end.

    def end(self) -> None:
        self.host.run("sync", "--max-deletes", "100000")
        equal("the outbox", self.host.json("outbox", "list"), [])
        there = self.sandbox.networks()
        equal("the replica, beside the server", documents(self.host.listed("--all")), documents(there))
        self.host.check_integrity()
        self.check_counts()
        self.check_names({network_id: row["name"] for network_id, row in there.items()})
        self.run.count("files searched for the key", self.host.check_secrets())

    def check_counts(self) -> None:
        """No number was given twice, and each edit came to exactly one end."""
        require(len(set(self.edits)) == len(self.edits), "an edit number was given twice")
        self.host.check_edits(self.edits)
        queued = {edit for (edit,) in self.host.rows(
            "SELECT edit FROM journal WHERE side = 'local' AND kind IN ('created', 'renamed', 'deleted')"
        )}
        equal("edits in the journal", queued, set(self.edits))
        ended = self.host.rows(
            "SELECT edit FROM journal WHERE kind IN ('sent', 'adopted', 'satisfied', 'superseded', 'discarded')"
        )
        equal("edits by their end", sorted(edit for (edit,) in ended), sorted(self.edits))

    def check_names(self, there: dict[str, str]) -> None:
        """The server holds what each writer asked for last, and what was asked last of a network that all renamed."""
        last = {network_id: (0, there[network_id]) for network_id in self.shared}
        for network_id, edit, name in self.shared_names:
            last[network_id] = max(last[network_id], (edit, name))
        expected = {network_id: name for network_id, (_, name) in last.items()}
        equal("names that everybody wrote", {network_id: there[network_id] for network_id in self.shared}, expected)
        own = sorted(name for network_id, name in there.items() if network_id not in self.begun_with)
        equal("names that one wrote", own, sorted(self.kept.values()))
        kept = {network_id: there.get(network_id) for network_id in self.begun_with}
        require(None not in kept.values(), f"nobody deleted these, yet one is gone: {kept}")


class Writer:
    """One process after the other, on networks that no other writer touches but for the shared ones."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.steps = world, number, 0
        # By local id.
        self.names: dict[str, str] = {}

    def step(self, chance: random.Random) -> None:
        self.steps += 1
        name = f"writer-{self.number}-{self.steps}"
        action = chance.choices(["create", "rename", "delete", "shared", "show"], [3, 4, 2, 2, 2])[0]
        if action == "shared":
            network_id = chance.choice(self.world.shared)
            edit = self.world.edit("rename", network_id, name)
            require(edit is not None, f"{name} was no name of {network_id} before")
            self.world.shared_names.append((network_id, edit or 0, name))
        elif action == "create" or not self.names:
            self.world.edit("create", name)
            shown = self.world.host.json("networks", "show", name)
            self.names[shown["local_id"]] = name
        else:
            self.own(action, chance.choice(sorted(self.names)), name)

    def own(self, action: str, reference: str, name: str) -> None:
        if action == "rename":
            self.world.edit("rename", reference, name)
            self.names[reference] = name
        elif action == "delete":
            self.world.edit("delete", reference)
            del self.names[reference]
        else:
            shown = self.world.host.json("networks", "show", reference)
            equal(f"the name of {reference}", shown["name"], self.names[reference])
            self.world.run.count("reads")


def show(run: Run) -> None:
    check_seeking()
    for what in ("edits", "syncs", "reads"):
        run.count(what, 0)
    options = ("--networks", str(NETWORKS), "--seed", str(run.options.seed), "--latency", "2ms")
    with running(run.binary, run.folder, *options) as sandbox:
        world = World(run, sandbox)
        world.work()
        world.end()


if __name__ == "__main__":
    main("many", __doc__, {"seconds": (20, "seconds of editing")}, show)

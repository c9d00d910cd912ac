"""Lets many processes edit one replica while one syncs and others read, and looks for anybody who is told of a lock.

Each of eight writers keeps networks of its own, which it creates, renames and deletes, and now and then renames one of
a few that all of them rename. Every edit must be taken, every read must show whole transactions. In the end one sync
in peace empties the outbox, both sides are the same, and they are what the writers asked for.

With `--edits` each writer makes so many edits, on a replica that does not exist at first. A daemon pulls a long listing
into it and sends the edits as they come, two readers look for a page that is there in part, and whatever reaches the
API is written down: each edit must have been sent once.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from checks import Run, equal, main, require
from daemon import daemon, until
from host import Host, check_seeking
from sandbox import Sandbox, Wire, documents, running

WRITERS = 8
NETWORKS = 120
# Of those, everybody renames these.
SHARED = 4
SYNC_TIMEOUT_S = 5
# By number of edits: what the daemon pulls first, in pages of so many, and how often it pulls.
LISTED = 1_000
PAGE_SIZE = 250
INTERVAL_S = 5
# A reader is a process after the other; without a pause the two of them would take a processor from the writers.
READ_PAUSE_S = 0.4
SHORT_PAGES = """
    SELECT page_number, row_count, count(network_key) AS networks FROM page LEFT JOIN sighting ON page = page_number
      AND sighting.version = page.version
    WHERE fingerprint IS NOT NULL GROUP BY page_number HAVING networks <> row_count
"""
SENT_WITHIN_S = 120.0


class World:
    """One replica, many processes."""

    def __init__(self, run: Run, sandbox: Sandbox, base_url: str = "", **settings: str) -> None:
        self.run, self.sandbox = run, sandbox
        self.host = Host(run.binary, run.folder / "host", base_url or sandbox.base_url, **settings)
        self.stop = threading.Event()
        self.broken: list[Exception] = []
        self.edits: list[int] = []
        self.begun_with = sorted(self.sandbox.networks())
        # Those of them that everybody renames.
        self.shared: list[str] = []
        # By network: the number of the last edit that renamed it, and the name.
        self.shared_names: list[tuple[str, int, str]] = []
        self.kept: dict[str, str] = {}

    def work(self) -> None:
        """For so many seconds."""
        self.host.run("sync", "--networks-only")
        self.shared = self.begun_with[:SHARED]
        threads = self.started([*self.writers(), self.sync, self.read_list, self.read_status, self.read_query])
        self.stop.wait(self.run.options.seconds)
        self.stop.set()
        self.join(threads)

    def writers(self) -> list[Callable[[], None]]:
        return [partial(self.write, number) for number in range(WRITERS)]

    def started(self, jobs: list[Callable[[], None]]) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.guarded, args=(job,), daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        return threads

    def join(self, threads: list[threading.Thread]) -> None:
        """Waits for them, and fails with what the first of them met."""
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
        while not self.stop.is_set() and not own.is_done:
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

    def made(self, name: str) -> str:
        """The local id of the network that was just made under this name."""
        return self.host.json("networks", "show", name)["local_id"]

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


class Crowd(World):
    """Writers with so many edits to make, a daemon that sends them, and what was asked of the API on the way."""

    def __init__(self, run: Run, sandbox: Sandbox) -> None:
        self.wire = Wire(sandbox.port)
        # Nothing is held here: a reader that sees it is to say so.
        super().__init__(run, sandbox, self.wire.base_url, NETSYNC_PULL_MAX_DELETES="100000")
        # How many interfaces each has, as a reader first saw it: nobody changes them.
        self.interfaces: dict[str, int | None] = dict.fromkeys(self.begun_with)
        # How many of the networks that were there in the beginning a reader has seen.
        self.seen = 0

    def work(self) -> None:
        """So many edits, then until the daemon has sent them all."""
        with daemon(self.host, "--interval", f"{INTERVAL_S}s") as it:
            readers = self.started([self.read_list, self.read_pages])
            self.join(self.started(self.writers()))
            self.host.check_edits(self.edits)
            until("an empty outbox", SENT_WITHIN_S, lambda: not self.host.rows("SELECT 1 FROM outbox"))
            until("the listing", SENT_WITHIN_S, lambda: self.seen == len(self.begun_with) or bool(self.broken))
            self.stop.set()
            self.join(readers)
            require("locked" not in it.errors.lower(), f"the daemon saw a lock: {it.errors}")

    def made(self, name: str) -> str:
        """Without a process of its own: those are the edits' here."""
        found = self.host.rows("SELECT local_id FROM networks WHERE name = ?", name)
        require(len(found) == 1, f"{name} was made, and is there {len(found)} times")
        return found[0][0]

    def read_list(self) -> None:
        """The first pull brings whole pages, and the interfaces of each network all at once (I10)."""
        while not self.stop.wait(READ_PAUSE_S):
            # No replica yet: the first edit makes it.
            answer = self.host.run("networks", "list", "--all", "--json", exits=(0,) if self.seen else (0, 6))
            self.run.count("reads")
            found = {} if answer.status else {row["id"]: row for row in answer.json if row["id"] in self.interfaces}
            whole = len(found) == len(self.begun_with) or len(found) % PAGE_SIZE == 0
            require(whole, f"a list shows {len(found)} of the {len(self.begun_with)} networks: a page in part")
            require(len(found) >= self.seen, f"a list shows {len(found)} networks after one with {self.seen}")
            self.seen = len(found)
            for network_id, row in found.items():
                before, now = self.interfaces[network_id], row["interfaces"]
                require(before in (None, now), f"a list shows {now} interfaces of {network_id} after one with {before}")
                self.interfaces[network_id] = now
            if self.seen == len(self.begun_with):
                self.shared = self.begun_with[:SHARED]

    def read_pages(self) -> None:
        """A page that is remembered as it came has as many networks as it came with."""
        while not self.stop.wait(READ_PAUSE_S):
            answer = self.host.run("query", SHORT_PAGES, "--json", exits=(0,) if self.seen else (0, 6))
            self.run.count("reads")
            if answer.status == 0:
                equal("pages that are there in part", answer.json, [])

    def end(self) -> None:
        super().end()
        self.check_sent()
        for network_id in self.begun_with[::20]:
            there = len(self.sandbox.interfaces(network_id))
            equal(f"how many interfaces a list shows of {network_id}", self.interfaces[network_id], there)

    def check_sent(self) -> None:
        """Each edit that ended as sent was one request, and nothing else was one."""
        twice = [request for request, times in Counter(self.wire.writes).items() if times > 1]
        require(not twice, f"the API was asked twice for {twice}")
        asked = sorted(f"{method} {path.removeprefix('/v2')}" for method, path, _ in self.wire.writes)
        sent = self.host.rows("SELECT evidence ->> 'request' FROM journal WHERE kind = 'sent'")
        equal("requests that were to change something", asked, sorted(request for (request,) in sent))
        self.run.count("requests that changed something", len(asked))


class Writer:
    """One process after the other, on networks that no other writer touches but for the shared ones."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.steps, self.edits = world, number, 0, 0
        # By local id.
        self.names: dict[str, str] = {}

    @property
    def is_done(self) -> bool:
        return 0 < self.world.run.options.edits <= self.edits

    def step(self, chance: random.Random) -> None:
        self.steps += 1
        name = f"writer-{self.number}-{self.steps}"
        action = chance.choices(["create", "rename", "delete", "shared", "show"], [3, 4, 2, 2, 2])[0]
        if not self.names or action == "shared" and not self.world.shared:
            action = "create"
        self.edits += action != "show"
        if action == "shared":
            network_id = chance.choice(self.world.shared)
            edit = self.world.edit("rename", network_id, name)
            require(edit is not None, f"{name} was no name of {network_id} before")
            self.world.shared_names.append((network_id, edit or 0, name))
        elif action == "create":
            self.world.edit("create", name)
            self.names[self.world.made(name)] = name
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
    by_number = run.options.edits > 0
    for what in ("edits", "reads") if by_number else ("edits", "syncs", "reads"):
        run.count(what, 0)
    networks = LISTED if by_number else NETWORKS
    options = ("--networks", str(networks), "--seed", str(run.options.seed), "--latency", "2ms")
    with running(run.binary, run.folder, *options) as sandbox:
        world = Crowd(run, sandbox) if by_number else World(run, sandbox)
        world.work()
        world.end()


if __name__ == "__main__":
    main("many", __doc__, {
        "seconds": (20, "seconds of editing"),
        "edits": (0, "edits of each writer, in place of the seconds"),
    }, show)

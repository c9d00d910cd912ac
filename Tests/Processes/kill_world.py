"""A sandbox, a replica, and a user whose commands are killed: what the kills left is read from the file, and judged."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from checks import Run, Violation, equal, require
from host import Answer, Command, Host
from kill_account import Account
from kill_calls import Aim, Calls, Positions
from kill_judge import Judge
from kill_user import User
from kill_witness import Witness
from sandbox import Sandbox, documents, running

# Nothing is held here: what a guard should have kept would then be seen to be gone.
NOTHING_HELD = ("--max-deletes", "100000")
PULL = ("pull", *NOTHING_HELD)
PUSH = ("push", *NOTHING_HELD, "--timeout", "60s")
SYNC = ("sync", *NOTHING_HELD, "--timeout", "60s")
# Done, refused an edit, short of answers.
SYNCED = (0, 3, 5)
# A sync in peace meets the faults too: each try brings it further.
TRIES_IN_PEACE = 20
# Of creates that arrive when whoever sent them may be gone.
LATE = 0.15
# How often what follows upon a kill is killed too.
AGAIN = 0.4


class Campaign:
    """What all worlds of a run share: the counter of calls, the calls that commands make, and the kills so far."""

    def __init__(self, run: Run) -> None:
        self.run, self.chance = run, run.chance
        self.calls = Calls(run.folder)
        self.positions: dict[str, Positions] = {}
        self.worlds = 0

    @property
    def kills(self) -> int:
        return self.run.counts["kills"]

    @contextmanager
    def world(self, networks: int, faults: Collection[str] = (), **settings: str) -> Iterator[World]:
        self.worlds += 1
        folder = self.run.folder / f"world-{self.worlds}"
        options = ("--networks", str(networks), "--seed", str(self.chance.randrange(1_000_000)), *faults)
        with running(self.run.binary, folder, *options) as sandbox:
            world = World(self, folder, sandbox, **settings)
            try:
                yield world
            except (Violation, sqlite3.Error) as broken:
                raise Violation(f"{broken}\n{world.story(options)}") from None
            finally:
                world.witness.end()
        shutil.rmtree(folder)


class World:
    """One sandbox with its faults, and one replica."""

    def __init__(self, campaign: Campaign, folder: Path, sandbox: Sandbox, **settings: str) -> None:
        self.campaign, self.run, self.chance = campaign, campaign.run, campaign.chance
        self.folder, self.sandbox = folder, sandbox
        # Of their own, for they are drawn from beside the other.
        self.kill_chance = random.Random(self.chance.random())
        settle_ms = self.run.options.settle
        late_chance = random.Random(self.chance.random())
        self.witness = Witness(sandbox.port, folder / "requests.txt", settle_ms / 1_000, LATE, late_chance)
        self.settings = {"NETSYNC_PUSH_SETTLE": f"{settle_ms}ms", **settings}
        self.host = Host(self.run.binary, folder / "host", self.witness.base_url, **self.settings)
        self.account = Account()
        self.user = User(self.run, self.host, self.account, self.chance, self.run_to_end)
        self.judge = Judge(self.host, sandbox, self.witness, self.account)
        self.after_kill = False
        self.course: list[str] = []

    def begin(self) -> None:
        self.in_peace()
        self.judge.watch()
        self.account.take_in((reference, row["name"]) for reference, row in self.sandbox.networks().items())

    def story(self, options: Collection[str]) -> str:
        """What a person needs to see it again."""
        (self.folder / "course.txt").write_text("\n".join(self.course) + "\n")
        lines = [f"  after: {line}" for line in self.course[-5:]]
        lines += [
            f"  the sandbox was started with {' '.join(options)}, and netsync has {self.settings} in its environment",
            f"  all that was done is in {self.folder}/course.txt, all requests in requests.txt, and the replica",
            "  as it was before the last kill in before/",
        ]
        return "\n".join(lines)

    # Commands, and their deaths.

    def start(self, arguments: tuple[str, ...], **environment: str) -> Command:
        if arguments[0] in ("pull", "push", "sync", "daemon"):
            self.witness.next_process()
        return self.host.start(*arguments, **environment)

    def run_to_end(self, *arguments: str, exits: Collection[int] = (0,)) -> Answer:
        return self.ended(self.start(arguments), "to its end", exits)

    def at_call(self, name: str, *arguments: str, exits: Collection[int] = (0,), only: str = "") -> Answer:
        """Runs a command that dies at one of its calls. The first one of that name lives: its calls are counted."""
        known = self.campaign.positions.get(name)
        aim = known.next() if known else None
        self.keep_files()
        plan = self.campaign.calls.plan(aim, only)
        answer = self.ended(self.start(arguments, **plan.environment), str(aim or "counted"), exits)
        counts, place = plan.read()
        if known is None:
            self.campaign.positions[name] = Positions(name, counts, self.chance, only)
        elif aim is not None and answer.status == -9:
            known.hit(aim)
            self.course[-1] += f": {place}"
            self.killed(f"at a {aim.kind}")
            self.run.count("in a checkpoint", self.is_checkpoint(place))
        else:
            self.run.count("commands that ended before their call")
        return answer

    def at_instant(self, wait: Callable[[Command], None], *arguments: str, exits: Collection[int] = (0,)) -> Answer:
        """Runs a command that dies when a wait is over, unless it has ended before."""
        command = self.start(arguments)
        wait(command)
        command.kill()
        answer = self.ended(command, "at an instant", exits)
        if answer.status == -9:
            self.killed("at a random instant")
        return answer

    def ended(self, command: Command, death: str, exits: Collection[int]) -> Answer:
        answer = command.ended()
        self.course.append(f"{time.monotonic():.4f} netsync {' '.join(answer.arguments)}, {death}: {answer.status}")
        require(answer.status in (*exits, -9), f"expected exit {sorted(exits)}, but {answer}")
        require("locked" not in (answer.output + answer.errors).lower(), f"somebody saw a lock: {answer}")
        if answer.status != -9:
            self.after_kill = False
        return answer

    def killed(self, where: str) -> None:
        self.run.count("kills")
        self.run.count(where)
        self.run.count("in a recovery", self.after_kill)
        self.after_kill = True

    def is_checkpoint(self, place: str) -> bool:
        """A log that holds something was on its way into the file."""
        _, _, path = place.partition(" ")
        log = self.host.replica.with_name(self.host.replica.name + "-wal")
        return path == str(self.host.replica) and log.exists() and log.stat().st_size > 0

    def keep_files(self) -> None:
        kept = self.folder / "before"
        shutil.rmtree(kept, ignore_errors=True)
        if self.host.replica.parent.exists():
            shutil.copytree(self.host.replica.parent, kept)

    def recover(self, name: str, *arguments: str, exits: Collection[int] = (0,)) -> None:
        """What comes after a kill may be killed too, and so on."""
        while self.after_kill and self.chance.random() < AGAIN:
            self.at_call(name, *arguments, exits=exits)
            self.judge.check()

    # The server.

    def somebody_else(self) -> None:
        """Makes a network there, renames one and deletes one of theirs; with faults, perhaps none of it."""
        self.sandbox.request("POST", "/networks", {"name": self.account.next_name("theirs")})
        there = self.sandbox.networks()
        theirs = sorted(network_id for network_id, row in there.items() if row["name"].startswith("theirs-"))
        if len(theirs) > 2:
            gone, changed, *_ = self.chance.sample(theirs, 2)
            self.sandbox.request("DELETE", f"/networks/{gone}")
            self.sandbox.request("PATCH", f"/networks/{changed}", {"name": self.account.next_name("theirs")})

    # Peace.

    def in_peace(self) -> None:
        """Syncs until everything is said and done."""
        for _ in range(TRIES_IN_PEACE):
            if self.run_to_end(*SYNC, "--json", exits=SYNCED).status == 0:
                return
        raise Violation(f"{TRIES_IN_PEACE} syncs in peace did not finish")

    def make_peace(self) -> None:
        self.in_peace()
        self.judge.check_peace()
        self.run.count("times at peace")

    def end(self) -> None:
        """At peace one more sync finds nothing to do and writes nothing, here or there (I6, I7)."""
        self.make_peace()
        self.judge.check_evidence()
        there, changes = documents(self.sandbox.networks()), self.host.rows("SELECT count(*) FROM journal")
        self.in_peace()
        equal("the server after another sync", documents(self.sandbox.networks()), there)
        equal("the length of the journal after another sync", self.host.rows("SELECT count(*) FROM journal"), changes)
        in_sync = not any(ours.refused for ours in self.account.living)
        equal("in_sync of status", self.host.json("status")["in_sync"], in_sync)
        self.run.count("files searched for the key", self.host.check_secrets())

"""Replicas that commands are run on, each in a home of its own, and the servers that they were pulled from."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from checks import Run, equal, require
from host import KEY, Host
from hostile.replies import Script, error, http, interface, known, listing, network, network_id, raw
from hostile.server import Server
from names import HOSTILE, TOO_LONG, here
from policies import APART_S
from sandbox import Sandbox, running

# Where a replica is that nothing else was said of.
REPLICA = ".local/share/netsync/default/replica.sqlite"
PATH = "/usr/bin:/bin"
PAGE = 4_096
# Nobody listens there: a port of those that need the rights of root.
CLOSED = "http://127.0.0.1:9/v2"

ESCAPES, TURNED, TAG = "\x1b[31mtold\x1b[0m", "gepj.\u202egnp \u200b", "<b>told</b> \"quoted\" \\ 東京"

# Two networks may be what the create has become that was not answered.
CANDIDATES = http(listing([network(0xF1, "in doubt"), network(0xF2, "in doubt")]))
DOUBTFUL: dict[str, Script] = {"filter": CANDIDATES}


@dataclass
class Stage:
    """A home to begin with, and what cases call the things in it."""

    home: Path
    base_url: str
    # What an argument that begins with an at sign stands for.
    words: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": PATH, "TELNYX_BASE_URL": self.base_url, "TELNYX_API_KEY": KEY}


class World:
    """Every stage, and the servers, while they run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.numbers = count(1)
        self.stages: dict[str, Stage] = {}
        self.server: Server

    @contextmanager
    def opened(self) -> Iterator[None]:
        with ExitStack() as stack:
            folder = self.run.folder / "sandbox"
            busy, calm = (
                stack.enter_context(running(self.run.binary, folder, "--networks", networks, "--seed", seed))
                for networks, seed in (("10", "3"), ("4", "4"))
            )
            self.server = stack.enter_context(Server())
            self.make_calm(calm)
            self.make_stocked(busy)
            self.stages["waiting"].words = {"@another": busy.base_url}
            self.make_strange()
            self.make_damaged()
            yield

    def add(self, name: str, base_url: str, like: str = "") -> Stage:
        """A stage whose home is empty, or a copy of another one's."""
        home = self.fresh(like) if like else self.run.folder / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        self.stages[name] = Stage(home, base_url)
        return self.stages[name]

    def host(self, stage: Stage, **settings: str) -> Host:
        """Whoever prepares a stage."""
        host = Host(self.run.binary, self.run.folder / "hosts" / str(next(self.numbers)), stage.base_url, **settings)
        host.environment |= {"HOME": str(stage.home), "NETSYNC_LOG_LEVEL": "error"}
        host.reads(stage.home / REPLICA)
        return host

    def fresh(self, stage: str) -> Path:
        """A copy of a stage's home, for one run."""
        home = self.run.folder / "runs" / str(next(self.numbers))
        shutil.copytree(self.stages[stage].home, home)
        return home

    def make_calm(self, sandbox: Sandbox) -> None:
        """No replica; one in sync; and the same with one create that waits."""
        self.add("bare", sandbox.base_url)
        synced = self.add("synced", sandbox.base_url)
        host = self.host(synced)
        host.run("pull")
        synced.words = {"@some": sorted(host.listed())[0]}
        waiting = self.add("waiting", sandbox.base_url, like="synced")
        self.host(waiting).edit("networks", "create", "waits")

    def make_stocked(self, sandbox: Sandbox) -> None:
        """Hostile names on both sides, and edits in every state that the sandbox can bring about."""
        made = {name: sandbox.create(name) for name in HOSTILE}
        stage = self.add("stocked", sandbox.base_url)
        host = self.host(stage, NETSYNC_PUSH_ON_CONFLICT="hold")
        host.run("pull")
        spare = sorted(set(sandbox.networks()) - set(made.values()))
        # Networks of the account that nobody made here, each for a fate of its own.
        gone, both, deleted_there, deleted_here, undoable, moved, renamed, deleted, plain, weighed = spare
        sandbox.delete(gone)
        host.run("pull")
        self.weigh(stage, sandbox, weighed)
        host.edit("networks", "rename", both, f"mine {ESCAPES}")
        sandbox.rename(both, f"theirs {TURNED}")
        host.edit("networks", "rename", deleted_there, f"mine {TAG}")
        sandbox.delete(deleted_there)
        host.edit("networks", "delete", deleted_here)
        sandbox.rename(deleted_here, f"theirs {TAG}")
        refused = host.edit("networks", "create", TOO_LONG)
        sent = host.edit("networks", "rename", undoable, f"undone later {ESCAPES}")
        for name in ("first", f"second {TURNED}"):
            host.edit("networks", "rename", moved, name)
            host.run("push", exits=(3, 7))
        kinds = {row["kind"] for row in host.json("conflicts", "list")}
        equal("kinds of conflicts", kinds, {"both_changed", "deleted_there", "deleted_here"})
        created = host.run("networks", "create", "--", *(here(name) for name in HOSTILE)).edits
        host.edit("networks", "rename", renamed, f"renamed {ESCAPES}")
        host.edit("networks", "delete", deleted)
        host.run("outbox", "discard", str(host.edit("networks", "create", f"taken back {TURNED}")))
        host.run("plan", "--save", str(stage.home / "plan.json"))
        self.write_files(stage.home)
        listed = host.listed("--all")
        missing = {*HOSTILE, *map(here, HOSTILE)} - {row["name"] for row in listed.values()}
        require(not missing, f"hostile names are listed otherwise than they were made: {missing!r}")
        changes = host.json("log")

        def change(network_id: str, kind: str, side: str) -> str:
            """The first of its kind."""
            wanted = (network_id, kind, side)
            return next(str(row["change"]) for row in changes if (row["id"], row["kind"], row["side"]) == wanted)

        stage.words = {
            "@plain": plain, "@conflict": both, "@deleted-there": deleted_there, "@gone": gone, "@weighed": weighed,
            "@moved": moved, "@renamed": renamed, "@unchanged": made["null"], "@unchanged-name": "null",
            "@local": next(row["local_id"] for row in listed.values() if row["name"] == here(HOSTILE[3])),
            "@refused": str(refused), "@created": str(created[4]), "@sent": str(sent),
            "@undoable": change(undoable, "renamed", "local"), "@changed-since": change(moved, "renamed", "local"),
            "@outcome": change(undoable, "sent", "local"), "@deletion": change(gone, "deleted", "remote"),
            "@waiting": change(renamed, "renamed", "local"),
        }

    def weigh(self, stage: Stage, sandbox: Sandbox, network_id: str) -> None:
        """A rename that gives way to a later one there, an undo that brings it back, and one that gives way to a later one here."""
        host = self.host(stage)
        host.edit("networks", "rename", network_id, f"earlier {ESCAPES}")
        time.sleep(APART_S)
        sandbox.rename(network_id, f"later {TURNED}")
        host.run("sync", "--networks-only")
        yielded = next(row for row in host.json("log") if row["kind"] == "yielded")
        host.edit("undo", str(yielded["change"]))
        host.run("push")
        for name in ("passing", f"weighed {TURNED}"):
            host.edit("networks", "rename", network_id, name)
        host.run("push")

    def write_files(self, home: Path) -> None:
        """What commands of the stage read."""
        (home / ".config" / "netsync").mkdir(parents=True)
        (home / ".config" / "netsync" / "config.yaml").write_text("push:\n  settle: 90s\nlog.level: error\n")
        (home / "broken.yaml").write_text(f"push.settle: 90s\n\"<b>{TURNED}\": 1\nnone: such\n")
        (home / "edits.csv").write_text("name,action\r\nimported,create\r\n=cmd(),\r\n")
        (home / "faulty.csv").write_text(f"name,id,action\r\n,,create\r\nx,,\"{ESCAPES}{TURNED}\"\r\n", newline="")
        (home / "key").write_text("a-key-of-a-file\n")
        (home / "key").chmod(0o600)

    def make_strange(self) -> None:
        """What the sandbox never answers: hostile texts in every place, records that are none, a create in doubt."""
        stage = self.add("strange", self.server.base_url)
        host = self.host(stage, NETSYNC_PUSH_SETTLE="1s")
        account = [
            network(1, f"strange {TURNED}"), network(2, f"{ESCAPES} strange"), network(3, ...), *known()[3:],
        ]
        interfaces = [
            interface(number, name=text, type=text, status=text, region_code=text, region={"code": text, "name": text})
            for number, text in enumerate((ESCAPES, TURNED, TAG), 1)
        ]
        good: dict[str, Script] = {"page": http(listing(account)), "interfaces 1": http(listing(interfaces))}
        refusal = http(error(ESCAPES, TURNED, detail=TAG, source={"pointer": f"/{ESCAPES}"}), 422)
        unanswered: dict[str, Script] = {"create": raw(then="reset"), "filter": (http(listing([])), CANDIDATES)}
        with self.server.session(KEY, good) as session:
            host.run("pull")
            refused = host.edit("networks", "create", "refused")
            session.script = {**good, "create": refusal}
            host.run("push", exits=(3,))
            doubtful = host.edit("networks", "create", "in doubt")
            session.script = {**good, **unanswered}
            host.run("push", "--timeout", "10s", exits=(7,))
            session.script = {**good, "page": http(listing([*account, {"name": TAG}]))}
            host.run("pull", exits=(1,))
        set_aside = next(row["change"] for row in host.json("log") if row["kind"] == "set_aside")
        doubtful_id = host.json("outbox", "show", str(doubtful))["local_id"]
        stage.words = {
            "@ambiguous": network_id(0)[:8], "@set-aside": str(set_aside), "@doubtful-id": doubtful_id,
            "@hostile": network_id(1), "@nameless": network_id(3), "@refused": str(refused), "@doubtful": str(doubtful),
            "@candidate": network_id(0xF1), "@interface": interfaces[0]["id"],
        }

    def make_damaged(self) -> None:
        """A replica whose outbox is on a page that was lost; the same once it was reset; and files that are no replicas."""
        base_url = self.stages["stocked"].base_url
        file = self.add("damaged", base_url, like="stocked").home / REPLICA
        with closing(sqlite3.connect(file)) as database:
            ((root,),) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'operation'")
        with file.open("r+b") as damaged:
            damaged.seek((root - 1) * PAGE)
            damaged.write(b"\xff" * PAGE)
        self.host(self.add("mended", base_url, like="damaged")).run("replica", "reset", exits=(1,))
        letter = self.add("letter", base_url).home / REPLICA
        letter.parent.mkdir(parents=True)
        letter.write_text("This is a letter.\n" * 1_000)

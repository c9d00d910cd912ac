"""Shows netsync what looks like a catastrophe, and that it holds still until a person says that it is none.

Another account behind the same address, another address, an account that lists nothing, one that lacks 30 % of its
networks, and an outbox that would delete as many: each is exit 8, nothing is removed here, nothing is sent that should
not be, and one approval carries it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checks import Run, equal, main, require
from host import Host, check_seeking
from sandbox import Sandbox, documents, running

HELD = (8,)


class Scene:
    """One replica of an account of its own, which its server then takes away."""

    def __init__(self, run: Run, folder: Path, name: str, networks: int) -> None:
        self.run, self.name, self.networks = run, name, networks
        self.folder = folder / name
        # Two seeds are two accounts: no id is in both.
        self.seed = run.chance.randrange(1_000_000)
        self.edits: list[int] = []
        self.port = 0

    @contextmanager
    def account(self, *, another: bool = False, emptied: bool = False, elsewhere: bool = False) -> Iterator[Sandbox]:
        """Serves the account, or another one, or this one without networks; on the port it had, or on a new one."""
        options = (
            "--networks", str(0 if emptied else self.networks), "--seed", str(self.seed + 1 if another else self.seed),
        )
        with running(self.run.binary, self.folder, *options, port=0 if elsewhere else self.port) as sandbox:
            self.port = sandbox.port
            yield sandbox

    def pull_first(self, sandbox: Sandbox) -> Host:
        self.host = Host(self.run.binary, self.folder / "host", sandbox.base_url)
        self.host.run("pull", "--networks-only")
        equal("the replica, beside the server", documents(self.host.listed()), documents(sandbox.networks()))
        return self.host

    def queue_edits(self) -> None:
        """One edit of each kind."""
        renamed, deleted, *_ = sorted(self.host.listed())
        self.edits += [
            self.host.edit("networks", "create", "made here"),
            self.host.edit("networks", "rename", renamed, "renamed here"),
            self.host.edit("networks", "delete", deleted),
        ]

    def remember(self) -> set[tuple[Any, ...]]:
        """What is listed, and the outbox without what a try leaves behind: an edit's state and its tries."""
        keys = ("edit", "action", "id", "local_id", "name", "base_name", "base_updated_at", "edited_at")
        outbox = {tuple(row[key] for key in keys) for row in self.host.json("outbox", "list")}
        return documents(self.host.listed("--all")) | outbox

    def holds(self, *arguments: str, sandbox: Sandbox, held: int | None = None) -> Any:
        """A command that is exit 8, and changes neither side."""
        before, there = self.remember(), documents(sandbox.networks())
        result = self.host.json(*arguments, exits=HELD)
        what = f"after {self.name}: {' '.join(arguments)}"
        equal(f"the replica and its outbox {what}", self.remember(), before)
        equal(f"the server {what}", documents(sandbox.networks()), there)
        part = result["pull"] if arguments[0] == "sync" else result
        equal(f"the outcome {what}", part["outcome"], "held")
        if held is not None:
            equal(f"held {what}", part["held"], held)
        self.run.count("commands held")
        return result

    def end(self, sandbox: Sandbox) -> None:
        equal("the replica, beside the server", documents(self.host.listed()), documents(sandbox.networks()))
        self.close()

    def close(self) -> None:
        self.host.check_integrity()
        self.host.check_edits(self.edits)
        self.run.count("approvals")
        self.run.count("files searched for the key", self.host.check_secrets())


def other_account(run: Run, folder: Path) -> None:
    """Another account's key: the same address lists networks of which none is known."""
    scene = Scene(run, folder, "other account", 20)
    with scene.account() as sandbox:
        host = scene.pull_first(sandbox)
    scene.queue_edits()
    with scene.account(another=True) as sandbox:
        scene.holds("pull", sandbox=sandbox, held=20)
        scene.holds("pull", "--max-deletes", "1000", sandbox=sandbox, held=20)
        scene.holds("sync", sandbox=sandbox, held=20)
        scene.holds("sync", "-y", "--max-deletes", "1000", sandbox=sandbox, held=20)
        scene.holds("push", sandbox=sandbox)
        scene.holds("push", "-y", "--max-deletes", "1000", sandbox=sandbox)
        theirs = documents(sandbox.networks())
        host.run("pull", "--networks-only", "--accept-account")
        equal("what is synced then", documents(in_state(host, "synced")), theirs)
        # Nothing of the outbox is lost with the account: the deletion has come true, the other two are for its user.
        equal("what waits", [row["name"] for row in in_state(host, "waiting").values()], ["made here"])
        equal("what is in conflict", [row["kind"] for row in host.json("conflicts", "list")], ["deleted_there"])
        scene.close()


def other_address(run: Run, folder: Path) -> None:
    """Another base URL, even where the same networks are behind it."""
    scene = Scene(run, folder, "other address", 20)
    with scene.account() as sandbox:
        host = scene.pull_first(sandbox)
    scene.queue_edits()
    with scene.account(elsewhere=True) as sandbox:
        require(host.environment["TELNYX_BASE_URL"] != sandbox.base_url, "the other sandbox has the same address")
        host.environment["TELNYX_BASE_URL"] = sandbox.base_url
        scene.holds("pull", sandbox=sandbox)
        scene.holds("pull", "--max-deletes", "1000", sandbox=sandbox)
        scene.holds("push", sandbox=sandbox)
        scene.holds("push", "-y", "--max-deletes", "1000", sandbox=sandbox)
        scene.holds("sync", sandbox=sandbox)
        host.run("pull", "--networks-only", "--accept-account")
        equal("sent", host.json("push")["sent"], 3)
        scene.end(sandbox)


def emptied(run: Run, folder: Path) -> None:
    """A listing that is empty where there was one."""
    scene = Scene(run, folder, "emptied", 20)
    with scene.account() as sandbox:
        host = scene.pull_first(sandbox)
    with scene.account(emptied=True) as sandbox:
        scene.holds("pull", sandbox=sandbox, held=20)
        scene.holds("sync", "-y", sandbox=sandbox, held=20)
        scene.holds("pull", "--max-deletes", "19", sandbox=sandbox, held=20)
        # A rename is no deletion: it looks first, is told that there is nothing to rename, and waits for its user.
        renamed = sorted(host.listed())[0]
        scene.edits.append(host.edit("networks", "rename", renamed, "renamed here"))
        before = scene.remember()
        equal("sent", host.json("push", exits=(7,))["sent"], 0)
        equal("the server after a push", sandbox.networks(), {})
        equal("the replica and its outbox after a push", scene.remember(), before)
        equal("gone", host.json("pull", "--networks-only", "--max-deletes", "20")["gone"], 19)
        host.run("conflicts", "resolve", renamed, "--take", "theirs")
        scene.end(sandbox)


def vanished(run: Run, folder: Path) -> None:
    """30 % of the networks are gone there; what else is to do is done all the same."""
    scene = Scene(run, folder, "vanished", 40)
    with scene.account() as sandbox:
        host = scene.pull_first(sandbox)
        gone = run.chance.sample(sorted(host.listed()), 12)
        for network_id in gone:
            sandbox.delete(network_id)
        kept = sorted(sandbox.networks())
        scene.holds("pull", "--networks-only", sandbox=sandbox, held=12)
        scene.edits.append(host.edit("networks", "rename", kept[0], "renamed here"))
        scene.edits.append(host.edit("networks", "delete", kept[1]))
        result = host.json("sync", "--networks-only", exits=HELD)
        equal("of the pull in a sync", (result["pull"]["outcome"], result["pull"]["held"]), ("held", 12))
        equal("of the push in a sync", (result["push"]["renamed"], result["push"]["deleted"]), (1, 1))
        equal("what is listed", set(host.listed("--all")), {*kept, *gone} - {kept[1]})
        scene.holds("pull", "--max-deletes", "11", sandbox=sandbox, held=12)
        equal("gone", host.json("pull", "--networks-only", "--max-deletes", "12")["gone"], 12)
        scene.end(sandbox)


def too_many_deletes(run: Run, folder: Path) -> None:
    """30 % of the networks are to be deleted from here."""
    scene = Scene(run, folder, "too many deletes", 40)
    with scene.account() as sandbox:
        host = scene.pull_first(sandbox)
        scene.edits += host.run("networks", "delete", *run.chance.sample(sorted(host.listed()), 12)).edits
        equal("edits queued", len(scene.edits), 12)
        scene.holds("push", sandbox=sandbox)
        equal("states", {row["state"] for row in host.json("outbox", "list")}, {"held"})
        scene.holds("push", "-y", sandbox=sandbox)
        scene.holds("push", "--max-deletes", "11", sandbox=sandbox)
        equal("deleted", host.json("push", "--max-deletes", "12")["deleted"], 12)
        equal("what is left there", len(sandbox.networks()), 28)
        scene.end(sandbox)


def in_state(host: Host, state: str) -> dict[str, dict[str, Any]]:
    return {reference: row for reference, row in host.listed("--all").items() if row["state"] == state}


def show(run: Run) -> None:
    check_seeking()
    for number in range(run.options.rounds):
        for scene in (other_account, other_address, emptied, vanished, too_many_deletes):
            scene(run, run.folder / str(number))
            run.count("scenes")


if __name__ == "__main__":
    main("held", __doc__, {"rounds": (1, "times through all scenes, each on other accounts")}, show)

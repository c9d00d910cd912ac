"""Runs the example daemon of `Tests/ExampleDaemon` as its owner would, with changes on both sides.

A change there is in its log within the interval, an edit that netsync makes on its replica is sent at once, an API that is
away is waited for, and SIGTERM ends it soon. Over all its runs it tells of every change once, in order, and misses none,
also of what happened while it did not run; where its cursor is of no use, it reads everything anew.
"""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

from checks import Run, equal, main
from daemon import until
from host import Command, Host, check_seeking
from sandbox import Sandbox, documents, running

NETWORKS = 10
INTERVAL_S = 2
# What a pull takes at most, in a debug build on a host that is busy.
SLACK_S = 3.0
PUSHED_WITHIN_S = 2.0
# The backoff has grown meanwhile.
BACK_WITHIN_S = 60.0
ENDS_WITHIN_S = 5.0
# The number, and what happened.
CHANGE = re.compile(r" change (\d+) (.*)\n")
BEGINNING = re.compile(r" read anew: \d+ networks; next come the changes after (\d+)\n")


class Example:
    """The example daemon on the replica of a host, over all its runs."""

    def __init__(self, run: Run, host: Host) -> None:
        self.owner = host
        self.cursor = Path(f"{host.replica}.example-cursor")
        self.home = Host(
            run.options.daemon, run.folder / "example", host.environment["TELNYX_BASE_URL"],
            EXAMPLE_REPLICA=str(host.replica), EXAMPLE_INTERVAL=str(INTERVAL_S),
        )
        # What its earlier runs said.
        self.earlier = ""
        self.command: Command = self.home.start()

    def start(self) -> None:
        self.command = self.home.start()

    @property
    def said(self) -> str:
        """In this run, while it lasts."""
        log = self.command.files[1]
        return log.read_text() if log.exists() else ""

    @property
    def changes(self) -> list[tuple[int, str]]:
        """What all its runs told of, as it was told."""
        return [(int(number), what) for number, what in CHANGE.findall(self.earlier + self.said)]

    def tells(self, what: str, within: float) -> float:
        """Waits until it tells of a change; gives how long it took."""
        return until(f"word of '{what}'", within, lambda: what in (each for _, each in self.changes))

    def check_changes(self) -> None:
        """Every change since the beginning of its first run was told of, once and in order."""
        first = int(BEGINNING.findall(self.earlier + self.said)[0])
        equal(
            "the changes it told of", [number for number, _ in self.changes], list(range(first + 1, self.latest + 1))
        )

    @property
    def latest(self) -> int:
        """The number of the newest change of the journal."""
        ((latest,),) = self.owner.rows("SELECT max(change) FROM journal")
        return int(latest or 0)

    def end(self) -> float:
        """By SIGTERM; gives how long it took."""
        started = time.monotonic()
        self.command.process.send_signal(signal.SIGTERM)
        answer = self.command.ended(within=ENDS_WITHIN_S)
        took = time.monotonic() - started
        equal(f"how it ends on SIGTERM ({answer.errors.strip()[-500:]})", answer.status, 0)
        self.earlier += answer.errors
        return took


def show(run: Run) -> None:
    check_seeking()
    options = ("--networks", str(NETWORKS), "--seed", str(run.chance.randrange(1, 1 << 32)))
    with running(run.binary, run.folder / "sandbox", *options) as sandbox:
        host = Host(run.binary, run.folder / "host", sandbox.base_url)
        example = Example(run, host)
        until("its beginning", 20, lambda: BEGINNING.search(example.said) is not None)
        until("the first pull", 20, lambda: example.latest == NETWORKS)
        network_id, old = min((network_id, row["name"]) for network_id, row in host.listed().items())

        # A sandbox that begins anew has forgotten what was done there: it stops before anything was.
        sandbox.stop()
        host.edit("networks", "rename", network_id, "edited while it was away")
        until("word that the API is away", BACK_WITHIN_S, lambda: "after=unreachable" in example.said)
    with running(run.binary, run.folder / "sandbox", *options, port=sandbox.port) as sandbox:
        took = until(
            "the edit", BACK_WITHIN_S, lambda: sandbox.networks()[network_id]["name"] == "edited while it was away"
        )
        print(f"  the API was back: sent after {took:.1f} s")
        example.tells(f'local renamed "{old}" -> "edited while it was away"', SLACK_S)
        follow(run, example, sandbox, network_id)
        print(f"  SIGTERM: it ended after {example.end():.1f} s")
        example.check_changes()
        resume(run, example, sandbox, network_id)


def follow(run: Run, example: Example, sandbox: Sandbox, network_id: str) -> None:
    """What changes there is told of, what is edited here is sent."""
    slowest_create = slowest_rename = slowest_push = 0.0
    for number in range(run.options.changes):
        name = f"made\\n{number}"
        made = sandbox.create(f"made\n{number}")
        slowest_create = max(slowest_create, example.tells(f'remote created - -> "{name}"', INTERVAL_S + SLACK_S))
        sandbox.rename(made, f"renamed there {number}")
        word = f'remote renamed "{name}" -> "renamed there {number}"'
        slowest_rename = max(slowest_rename, example.tells(word, INTERVAL_S + SLACK_S))

        here = f"renamed here {number}"
        example.owner.edit("networks", "rename", network_id, here)
        sent = lambda: sandbox.networks()[network_id]["name"] == here  # noqa: E731
        slowest_push = max(slowest_push, until("an edit made here", PUSHED_WITHIN_S, sent))
        example.tells(f'local sent "{here}" -> "{here}"', SLACK_S)
        run.count("changes on each side")
    print(
        f"  told of a create there after {slowest_create:.1f} s at most, of a rename after {slowest_rename:.1f} s; an edit"
        f" made here was sent after {slowest_push:.1f} s"
    )


def resume(run: Run, example: Example, sandbox: Sandbox, network_id: str) -> None:
    """What happened while it did not run is told of, and nothing else again."""
    host = example.owner
    sandbox.create("made meanwhile")
    host.edit("networks", "rename", network_id, "edited meanwhile")
    example.start()
    took = example.tells('remote created - -> "made meanwhile"', 20)
    example.tells('local sent "edited meanwhile" -> "edited meanwhile"', 20)
    print(f"  started again: told of what it had missed after {took:.1f} s")
    example.end()
    example.check_changes()
    equal("the replica, beside the server", documents(host.listed("--all")), documents(sandbox.networks()))

    told = len(example.changes)
    for cursor in ("999999", "no number"):
        example.cursor.write_text(cursor)
        example.start()
        until(f"a new beginning, with the cursor '{cursor}'", 20, lambda: BEGINNING.search(example.said) is not None)
        sandbox.create(f"made after {cursor}")
        example.tells(f'remote created - -> "made after {cursor}"', INTERVAL_S + SLACK_S + 20)
        example.end()
        run.count("times it read everything anew")
    equal("what it told of from then on", len(example.changes), told + 2)
    example.check_changes()
    run.count("changes told of, each once", len(example.changes))
    host.check_integrity()
    host.check_secrets()


if __name__ == "__main__":
    main(
        "example", __doc__, {"changes": (3, "changes on each side")}, show,
        programs={"daemon": "the built example-daemon"},
    )

"""Lets a daemon work for a long time in changing weather, and looks for what it loses and for what grows.

Somebody edits here a few times a second, and takes some of it back; somebody else edits there; others list, query,
follow the journal and ask the daemon's page. On the way to the API requests and answers are lost, the server fails,
throttles, is slow or away, one after the other, each as often in every quarter of the time.

Then the weather is calm, and all comes to be in sync: every edit that was told of has come to an end, nothing was
made twice or brought back, both sides are the same and what was asked for, and further pulls change neither. Who
followed the journal has seen every change once and in order. The daemon ends with 0 on SIGTERM, and leaves a sound
file without a log.

What must not grow is held against itself, the last quarter of the looks against the second:

- Memory that is no file's by a fifth and 4 MiB at most, going by the median: each of a few connections to the file
  keeps up to 2 MiB of the pages it has read, so a file that grows from small makes memory grow with it until then.
  Threads by 2; descriptors by 4, and connections, which a pull leaves open for the next one, by 34, going by the
  least of them.
- The file may grow with its rows: the journal keeps a day whatever comes, a network that is gone leaves its ids, a
  sweep its row. The pages in use grow by no more than one and a half times what those weigh, and 256 KiB.
- The log is folded into the file at the end of every cycle. What is not in the file is no more than 20 pages for each
  change since the last sweep but one had ended, and 2,000 for the sweeps. The log is written from its start again
  once all of it is in the file, so it is at most twice as long as the most that it ever had to hold. In the end all
  of it is in the file.
"""

from __future__ import annotations

import http.client
import random
import signal
import time
from collections.abc import Sequence

from checks import Run, Violation, equal, main, require
from daemon import Daemon, until
from host import OUTCOMES, check_seeking
from kill_account import Account
from kill_judge import Judge
from many import World
from sandbox import Sandbox, documents, running
from soak_looks import (
    FilesLook,
    LogIndex,
    ProcessLook,
    companion,
    growth_of_files,
    growth_of_process,
    look_at_files,
    look_at_process,
)
from soak_user import THEIRS, SoakUser
from soak_weather import CALM, Weather, forecast

NETWORKS = 300
# Of those, somebody else edits these too, and has about as many all the time.
SHARED = 40
INTERVAL_S = 3
# Long enough for a request that is late on a busy host. No write is kept for as long as a request may take.
SETTLE_S = 15
REQUEST_S = 15
WAVE_S = 20
PAUSES_HERE_S = (0.05, 0.4)
PAUSES_THERE_S = (0.3, 1.5)
EDITS_UNTIL_DECIDING = 20
READ_PAUSE_S = 1.0
LOOKS = 400
LEAST_LOOK_PAUSE_S = 0.5
LEAST_LOOKS = 16
PATHS = ("/metrics", "/health", "/", "/networks", "/interfaces")
# Bounds, no promises: they hold on a host that is busy with something else.
STARTED_WITHIN_S = 120
ANSWERED_WITHIN_S = 60
IN_SYNC_WITHIN_S = 400
ENDS_WITHIN_S = 60
FORGOTTEN_S = 60


class Soak(World):
    """One replica, one daemon, and everybody around them."""

    def __init__(self, run: Run, sandbox: Sandbox) -> None:
        self.weather = Weather(sandbox.port, run.folder / "requests.txt", SETTLE_S, random.Random(run.chance.random()))
        super().__init__(
            run, sandbox, self.weather.base_url,
            NETSYNC_LOG_LEVEL="info",
            NETSYNC_PUSH_SETTLE=f"{SETTLE_S}s",
            NETSYNC_HTTP_TIMEOUT=f"{REQUEST_S}s",
            # Nothing is held here: what a guard should have kept would be seen to be gone.
            NETSYNC_PULL_MAX_DELETES="100000",
        )
        self.shared = self.begun_with[:SHARED]
        for number, network_id in enumerate(self.shared):
            sandbox.rename(network_id, f"{THEIRS}{number}")
        names = {network_id: row["name"] for network_id, row in sandbox.networks().items()}
        account = Account()
        account.take_in((network_id, names[network_id]) for network_id in self.begun_with[SHARED:])
        self.user = SoakUser(run, self.host, account, random.Random(run.chance.random()))
        self.judge = Judge(self.host, sandbox, self.weather, account)
        self.looks: dict[str, list[ProcessLook]] = {"the daemon": [], "the follower": []}
        self.file_looks: list[FilesLook] = []

    def work(self) -> None:
        """For so many seconds, from the end of the first pull on."""
        self.daemon = Daemon(self.host, "--interval", f"{INTERVAL_S}s", "--listen", "127.0.0.1:0")
        until("the first pull", STARTED_WITHIN_S, lambda: self.daemon.status()["in_sync"])
        self.follower = self.host.start("log", "--follow", "--since", "1d")
        # Asks the command line once where it listens.
        _ = self.daemon.address
        self.log_index = LogIndex(self.host.replica)
        began = time.monotonic()
        readers = [self.read_list, self.read_status, self.read_query, self.read_page]
        threads = self.started([self.edit_here, self.edit_there, *readers, self.look])
        for wave, end in forecast(self.run.chance, self.run.options.seconds, WAVE_S):
            self.weather.turn(wave)
            if self.stop.wait(max(0.0, began + end - time.monotonic())):
                break
            self.weather.check()
        self.stop.set()
        self.weather.turn(CALM)
        self.join(threads)

    # Who edits.

    def edit_here(self) -> None:
        chance, steps = self.user.chance, 0
        while not self.stop.wait(chance.uniform(*PAUSES_HERE_S)):
            self.user.step()
            steps += 1
            if steps % EDITS_UNTIL_DECIDING == 0:
                self.user.decide()

    def edit_there(self) -> None:
        """Networks that one user of the replica edits too: any of them may be gone by now."""
        chance, steps = random.Random(f"{self.run.options.seed} there"), 0
        there = set(self.shared)
        while not self.stop.wait(chance.uniform(*PAUSES_THERE_S)):
            steps += 1
            name = f"{THEIRS}there-{steps}"
            if len(there) < SHARED:
                there.add(self.sandbox.create(name))
            else:
                network_id = chance.choice(sorted(there))
                method, body = chance.choices([("PATCH", {"name": name}), ("DELETE", None)], [3, 1])[0]
                status, _ = self.sandbox.request(method, f"/networks/{network_id}", body)
                require(status in (200, 404), f"the sandbox answers {method} of {network_id} with {status}")
                if method == "DELETE" or status == 404:
                    there.discard(network_id)
            self.run.count("changes there")

    # Who reads.

    def read_list(self) -> None:
        while not self.stop.wait(READ_PAUSE_S):
            self.host.listed("--all")
            self.run.count("reads")

    def read_status(self) -> None:
        while not self.stop.wait(READ_PAUSE_S):
            daemon = self.host.json("status")["daemon"]
            equal("the daemon that status shows", daemon and daemon["pid"], self.daemon.process.pid)
            self.run.count("reads")

    def read_query(self) -> None:
        while not self.stop.wait(READ_PAUSE_S):
            rows = self.host.json("query", "SELECT count(id) AS rows, count(DISTINCT id) AS ids FROM networks")
            equal("networks, by id", rows[0]["ids"], rows[0]["rows"])
            self.run.count("reads")

    def read_page(self) -> None:
        number = 0
        while not self.stop.wait(READ_PAUSE_S / len(PATHS)):
            path = PATHS[number % len(PATHS)]
            number += 1
            status = self.ask_page(path)[0]
            # A sync that has failed is no illness of the page.
            require(status == 200 or (path, status) == ("/health", 503), f"the page answers {path} with {status}")
            self.run.count("pages read")

    def ask_page(self, path: str) -> tuple[int, str]:
        try:
            return self.daemon.get(path, within=ANSWERED_WITHIN_S)
        except (OSError, http.client.HTTPException) as error:
            ended = self.daemon.process.poll()
            alive = "lives" if ended is None else f"has ended with {ended}"
            raise Violation(f"the page does not answer {path}, and the daemon {alive}: {error!r}") from None

    def look(self) -> None:
        watched = {"the daemon": self.daemon.process.pid, "the follower": self.follower.process.pid}
        pause = max(LEAST_LOOK_PAUSE_S, self.run.options.seconds / LOOKS)
        while not self.stop.wait(pause) or len(self.file_looks) < LEAST_LOOKS:
            for name, pid in watched.items():
                try:
                    self.looks[name].append(look_at_process(pid))
                except (OSError, KeyError):
                    raise Violation(f"{name} ended by itself") from None
            self.file_looks.append(look_at_files(self.host, self.log_index))

    # In the end.

    def end(self) -> None:
        took = self.come_to_rest()
        self.weather.check()
        struck = ", ".join(f"{number} times {wave}" for wave, number in sorted(self.weather.struck.items()) if number)
        print(f"  in sync {took:.1f} s after the last edit; struck on the way: {struck}", flush=True)
        self.user.settle_either()
        self.judge.check_peace()
        self.judge.check_evidence()
        self.check_interfaces()
        self.stay_at_rest()
        require("netsync_in_sync 1\n" in self.ask_page("/metrics")[1], "the metrics do not say that all is in sync")
        until("the whole log in the file", IN_SYNC_WITHIN_S, lambda: self.log_index.unfolded == 0)
        self.check_follower()
        self.daemon.end(within=ENDS_WITHIN_S)
        log = companion(self.host.replica, "wal")
        require(not log.exists() or log.stat().st_size == 0, "the log is left behind, and it is not empty")
        self.host.check_integrity()
        self.count()
        grown = [sentence for name, looks in self.looks.items() for sentence in growth_of_process(name, looks)]
        grown += growth_of_files(self.host.replica.name, self.file_looks)
        require(not grown, "; ".join(grown))

    def come_to_rest(self) -> float:
        """Decides what only a person can, until nothing waits and a sweep has seen everything that was changed."""
        last_edit = time.time_ns() // 1_000
        seen = "SELECT 1 FROM sweep WHERE complete = 1 AND outcome = 'ok' AND started_at_us > ?"

        def at_rest() -> bool:
            self.user.decide()
            self.user.give_up_refused()
            return bool(self.host.rows(seen, last_edit)) and self.daemon.status()["in_sync"]

        try:
            return until("peace", IN_SYNC_WITHIN_S, at_rest)
        except Violation as reason:
            left = self.host.rows("SELECT * FROM outbox")
            raise Violation(f"{reason}; status: {self.daemon.status()!r}; outbox: {left!r}") from None

    def stay_at_rest(self) -> None:
        """Further pulls find nothing to do and write nothing, here or there (I6)."""
        there, changes = documents(self.sandbox.networks()), self.host.rows("SELECT max(change) FROM journal")
        ended = "SELECT max(sweep) FROM sweep WHERE ended_at_us IS NOT NULL"
        (before,) = self.host.rows(ended)[0]
        until("two more pulls", IN_SYNC_WITHIN_S, lambda: self.host.rows(ended)[0][0] >= before + 2)
        equal("the server after more pulls", documents(self.sandbox.networks()), there)
        equal("the journal after more pulls", self.host.rows("SELECT max(change) FROM journal"), changes)

    def check_interfaces(self) -> None:
        here = self.host.listed()
        for network_id in sorted(here)[::20]:
            there = len(self.sandbox.interfaces(network_id))
            equal(f"how many interfaces a list shows of {network_id}", here[network_id]["interfaces"], there)

    def check_follower(self) -> None:
        """What it printed is the journal."""
        changes = [str(change) for (change,) in self.host.rows("SELECT change FROM changes ORDER BY change")]
        printed = self.follower.files[0]
        until("the last change at the follower", FORGOTTEN_S, lambda: f"\n{changes[-1]}\t" in printed.read_text())
        self.follower.process.terminate()
        answer = self.follower.ended()
        equal("how the follower ends", answer.status, 143)
        seen = [line.split("\t")[0] for line in answer.output.splitlines()]
        equal("the changes that the follower has seen", set(seen), set(changes))
        require(seen == changes, "the follower has seen a change twice, or before an earlier one")

    def count(self) -> None:
        """What became of edits, and the least and the most that was ever seen."""
        marks = ", ".join("?" * len(OUTCOMES))
        outcomes = f"SELECT kind, count(*) FROM journal WHERE kind IN ({marks}) GROUP BY 1 ORDER BY 1"
        for outcome, number in self.host.rows(outcomes, *OUTCOMES):
            self.run.count(outcome, number)
        looks = self.looks["the daemon"]
        self.extremes("KiB of memory", [look.memory_kib for look in looks])
        self.extremes("descriptors", [look.descriptors.total() for look in looks])
        self.extremes("threads", [look.threads for look in looks])
        for what, suffix in (("KiB of file", ""), ("KiB of log", "-wal")):
            file = f"{self.host.replica.name}{suffix}"
            self.extremes(what, [look.sizes.get(file, 0) // 1_024 for look in self.file_looks])
        self.run.count("sweeps", self.file_looks[-1].sweep)
        self.run.count("files searched for the key", self.host.check_secrets())

    def extremes(self, what: str, found: Sequence[int]) -> None:
        self.run.count(f"{what} at least", min(found))
        self.run.count(f"{what} at most", max(found))


def show(run: Run) -> None:
    check_seeking()
    # What `--within` bounds is all that comes before and after.
    signal.alarm(run.options.seconds + run.options.within)
    for what in ("edits", "conflicts settled", "changes there", "reads", "pages read"):
        run.count(what, 0)
    options = ("--networks", str(NETWORKS), "--seed", str(run.options.seed))
    with running(run.binary, run.folder, *options) as sandbox:
        soak = Soak(run, sandbox)
        try:
            soak.work()
            soak.end()
        finally:
            soak.stop.set()
            soak.weather.end()


if __name__ == "__main__":
    main("soak", __doc__, {"seconds": (60, "seconds of work")}, show)

"""A host with a replica: the command line in an environment of its own, the file read past it, a search for the key."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from checks import LIVING, Violation, equal, require

# Letters that percent-encoding, JSON and the two alphabets of base64 write differently.
KEY = "KEY0canary+/=%&~7f3a91"
ENDS_WITHIN_S = 90
# What libraries say, and where code stands.
LIBRARY = re.compile(
    r"NIO|SSLError|BoringSSL|HTTPClient|AsyncHTTP|Swift|errno|Optional\(|\.swift|/checkouts/|/\.build/|\.cc:|/root/|Error\(|btree|disk image|error code"
)
QUEUED = re.compile(r"^Queued edit (\d+): .*\n", re.MULTILINE)
# What the journal can say last of an edit that has left the outbox.
OUTCOMES = ("sent", "adopted", "satisfied", "refused", "superseded", "discarded", "resolved", "yielded")


class Answer:
    """How a command ended and what it said. Exit status -9: it was killed."""

    def __init__(self, arguments: tuple[str, ...], status: int, output: str, errors: str) -> None:
        self.arguments, self.status, self.output, self.errors = arguments, status, output, errors

    def __str__(self) -> str:
        said = (self.errors or self.output).strip() or "nothing"
        return f"netsync {' '.join(self.arguments)} exited {self.status} and said: {said}"

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.output)
        except ValueError:
            raise Violation(f"netsync {' '.join(self.arguments)} is not JSON: {self.output!r}") from None

    @property
    def edits(self) -> list[int]:
        """The numbers of the edits that were acknowledged: of whole lines only."""
        return [int(number) for number in QUEUED.findall(self.output)]


class Command:
    """One netsync that runs. Its streams are files, which a kill leaves behind as they are."""

    numbers = count(1)

    def __init__(self, host: Host, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.arguments = arguments
        number = next(Command.numbers)
        self.files = [host.streams / f"{number}.{stream}" for stream in ("out", "err")]
        with self.files[0].open("wb") as output, self.files[1].open("wb") as errors:
            self.process = subprocess.Popen(
                [host.binary, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                **host.identity,
            )
        LIVING.add(self.process)

    def kill(self) -> None:
        self.process.kill()

    def ended(self, within: float = ENDS_WITHIN_S) -> Answer:
        try:
            status = self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise Violation(f"netsync {' '.join(self.arguments)} did not end within {within} s") from None
        LIVING.discard(self.process)
        said = [file.read_bytes() for file in self.files]
        for file, text in zip(self.files, said):
            seek_key(text, f"{file.suffix} of netsync {' '.join(self.arguments)}")
            file.unlink()
        return Answer(self.arguments, status, *(text.decode(errors="replace") for text in said))


class Host:
    """A home directory with a replica in it, and the command line with an environment that knows nothing else."""

    def __init__(self, binary: str, folder: Path, base_url: str, **settings: str) -> None:
        self.binary = binary
        self.home = folder
        self.replica = folder / "data" / "replica.sqlite"
        self.streams = folder / "streams"
        self.streams.mkdir(parents=True)
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "TELNYX_BASE_URL": base_url,
            "TELNYX_API_KEY": KEY,
            "NETSYNC_REPLICA": str(self.replica),
            "NETSYNC_LOG_LEVEL": "trace",
            **settings,
        }
        # Who runs the command line: nobody in particular.
        self.identity: dict[str, Any] = {}

    def belongs_to(self, user: int) -> None:
        """From now on another user runs the command line, who has no group in common with this one."""
        self.identity = {"user": user, "group": user, "extra_groups": []}

    def reads(self, replica: Path) -> None:
        """From now on the replica is this one."""
        self.replica = replica
        self.environment["NETSYNC_REPLICA"] = str(replica)

    def start(self, *arguments: str, **more: str) -> Command:
        """Starts a command, with more in its environment where it is asked for."""
        return Command(self, arguments, self.environment | more)

    def run(self, *arguments: str, exits: Collection[int] = (0,)) -> Answer:
        """Runs a command to its end; an exit status that is not expected is a violation, and so is a word of locks."""
        answer = self.start(*arguments).ended()
        require(answer.status in exits, f"expected exit {sorted(exits)}, but {answer}")
        require("locked" not in (answer.output + answer.errors).lower(), f"somebody saw a lock: {answer}")
        return answer

    def json(self, *arguments: str, exits: Collection[int] = (0,)) -> Any:
        return self.run(*arguments, "--json", exits=exits).json

    def edit(self, *arguments: str) -> int:
        """Queues one edit and gives its number."""
        answer = self.run(*arguments)
        require(len(answer.edits) == 1, f"one edit was to be queued, but {answer}")
        return answer.edits[0]

    def listed(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """`networks list --json`, by id, or by local id where there is none yet."""
        rows = self.json("networks", "list", *arguments)
        found = {row["id"] or row["local_id"]: row for row in rows}
        require(len(found) == len(rows), f"a network is listed twice: {rows!r}")
        return found

    def check_evidence_of_absence(self, network_id: str) -> None:
        """The answer that a removal rests on is kept, and `netsync why` shows it (I3)."""
        why = self.json("why", network_id)
        equal("what `why` speaks of", (why["schema"], why["id"]), ("netsync.why/1", network_id))
        require(
            any("404" in str(step["evidence"]) for step in why["chain"]),
            f"{network_id} has left the replica without a 404 to show for it: {why['chain']!r}",
        )

    # The file itself, read past netsync.

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Reads the replica as it stands on disk, through a connection that can neither write nor checkpoint."""
        with closing(sqlite3.connect(f"file:{quote(str(self.replica))}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql, values).fetchall()

    def check_integrity(self) -> None:
        found = self.rows("PRAGMA integrity_check")
        require(found == [("ok",)], f"the replica is damaged: {found!r}")
        found = self.rows("PRAGMA foreign_key_check")
        require(found == [], f"rows refer to what is not there: {found!r}")

    def check_edits(self, acknowledged: Collection[int]) -> None:
        """Every edit whose acknowledgement was read is in the outbox, refused ones included, or has an outcome (I1)."""
        marks = ", ".join("?" * len(OUTCOMES))
        accounted = {
            edit for (edit,) in self.rows(
                f"SELECT edit FROM outbox UNION SELECT edit FROM journal WHERE edit IS NOT NULL AND kind IN ({marks})",
                *OUTCOMES,
            )
        }
        lost = sorted(set(acknowledged) - accounted)
        require(not lost, f"edits {lost} were queued, and are neither in the outbox nor in the journal with an outcome")

    def check_secrets(self) -> int:
        """The key is in no file of this host, be it replica, WAL or lock (I12). Gives how many were searched."""
        files = [file for file in self.home.rglob("*") if file.is_file()]
        require(self.replica in files, f"{self.replica} is missing")
        for file in files:
            seek_key(file.read_bytes(), str(file))
        return len(files)


def check_words(answer: Answer) -> None:
    """Nothing of what was said is a library's own text, the name of a type, or a path of the machine that built netsync."""
    found = LIBRARY.search(answer.errors + answer.output)
    require(not found, f"{found and found[0]!r} is in what was said: {answer.errors or answer.output}")


def check_named(answer: Answer) -> None:
    """An error is the last that a command says: four lines that each say something, or an object with the same."""
    lines = answer.errors.splitlines()
    heads = ["error:", "  why:", "  state:", "  next:"]
    said = len(lines) >= 4 and all(
        line.startswith(head) and line.removeprefix(head).strip() for line, head in zip(lines[-4:], heads)
    )
    if not said and lines and lines[-1].startswith('{"schema":"netsync.error/1"'):
        error = json.loads(lines[-1])
        said = error["exit_code"] == answer.status and all(error[key] for key in ("message", "why", "state", "next"))
    require(said, f"an error is told in four lines, but {answer}")


@contextmanager
def following(host: Host) -> Iterator[Command]:
    """Somebody holds the replica open, so that its log is not folded into it; in the end it is killed."""
    reader = host.start("log", "--follow")
    while not host.replica.with_name("replica.sqlite-wal").exists():
        require(reader.process.poll() is None, "'log --follow' goes on until it is stopped")
        time.sleep(0.01)
    yield reader
    reader.kill()
    reader.ended()


def spellings(key: str) -> list[bytes]:
    """The key as it stands, percent-encoded, escaped in JSON, in base64 wherever it may begin, and in hexadecimal."""
    raw = key.encode()
    percent = [quote(key, safe=""), quote(key), quote_plus(key)]
    percent += [re.sub("%..", lambda escape: escape[0].lower(), text) for text in percent]
    encoded = [raw, key.replace("/", "\\/").encode(), raw.hex().encode(), *(text.encode() for text in percent)]
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw)
        # Without the characters at both ends that hold bits of something else.
        text = text[(before * 8 + 5) // 6:(before + len(raw)) * 8 // 6]
        encoded += [text, text.translate(bytes.maketrans(b"+/", b"-_"))]
    return sorted(set(encoded))


SPELLINGS = spellings(KEY)


def seek_key(content: bytes, where: str) -> None:
    for spelling in SPELLINGS:
        require(spelling not in content, f"the API key stands in {where}, as {spelling.decode()}")


def check_seeking() -> None:
    """A search that finds nothing proves something only where it can find: each spelling is planted once."""
    for before in (b"", b"a", b"ab"):
        planted = [base64.b64encode(before + KEY.encode() + b"z"), base64.urlsafe_b64encode(before + KEY.encode())]
        for content in (*planted, b"key=" + quote(KEY, safe="").encode(), json.dumps(KEY).encode()):
            try:
                seek_key(content, "what was planted")
            except Violation:
                continue
            raise Violation(f"the search for the key does not find it in {content!r}")

"""What is run: every command, in the ways that matter, and every exit code of the contract."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hostile.replies import Pause, Reply, Script, error, http, listing, network
from names import HOSTILE, TOO_LONG, here
from stages import CLOSED, DOUBTFUL, ESCAPES, TAG, TURNED
from ways import Stop

# A name of something that is not there.
HOSTILE_WORD = f"{ESCAPES}{TURNED}"


class Kind(Enum):
    """The form of an answer."""

    # Rows and columns, in every form of `-o`.
    ROWS = "rows"
    # One record, line by line for people.
    RECORD = "record"
    # Lines for people, or one object.
    LINES = "lines"
    # Text that has no other form.
    TEXT = "text"


@dataclass(frozen=True)
class Case:
    """A command, and what it comes to."""

    # As in the tree of commands.
    command: str
    # One that begins with an at sign is a word of the stage.
    arguments: tuple[str, ...] = ()
    kind: Kind = Kind.LINES
    # The schema of its JSON; without one nothing is on stdout.
    shape: str = ""
    stage: str = "stocked"
    exit: int = 0
    # `code` of the error; without one none is told.
    code: str = ""
    # Whether it is one of the few commands that open a connection, or needs the loopback for a server of its own.
    connects: bool = False
    # The exit status with no network, no key and no settings, where it is another one.
    exit_alone: int | None = None
    # Beside those of the stage; None takes one away.
    variables: Mapping[str, str | None] = field(default_factory=dict)
    # What the hostile server answers, where the stage is `strange`.
    script: Mapping[str, Script] | None = None
    # What is done before, to the same replica.
    before: tuple[tuple[str, ...], ...] = ()
    # On stdin; at a terminal it is typed as an answer.
    typed: bytes | None = None
    stop: Stop | None = None
    # A file beside the replica whose lock somebody else has.
    locked: str = ""
    # Only at a terminal, or only where there is none.
    at_terminal: bool | None = None
    # The forms of JSON that it is asked for.
    forms: tuple[str, ...] = ("json", "jsonl")

    def __str__(self) -> str:
        return " ".join((f"[{self.stage}] netsync", *self.command.split(), *self.arguments))


def rows(command: str, *arguments: str, shape: str = "", **more: Any) -> Case:
    return Case(command, arguments, Kind.ROWS, shape or command.replace(" ", "-"), **more)


def record(command: str, *arguments: str, **more: Any) -> Case:
    return Case(command, arguments, Kind.RECORD, command.replace(" ", "-"), **more)


def lines(command: str, *arguments: str, shape: str = "", **more: Any) -> Case:
    return Case(command, arguments, Kind.LINES, shape or command.replace(" ", "-"), **more)


def text(command: str, *arguments: str, **more: Any) -> Case:
    return Case(command, arguments, Kind.TEXT, **more)


def fails(exit: int, code: str, command: str, *arguments: str, **more: Any) -> Case:
    # The error is the same in both forms of JSON.
    return Case(command, arguments, exit=exit, code=code, **{"forms": ("json",), **more})


INTERRUPTED, TERMINATED = Stop(signal.SIGINT), Stop(signal.SIGTERM)
WITHOUT_KEY: Mapping[str, str | None] = {"TELNYX_API_KEY": None}

READS = (
    rows("networks list"),
    rows("networks list", "--all", "--sort", "updated_at"),
    rows("networks list", "--name", "TOLD"),
    rows("networks list", "--state", "conflict", "--limit", "1"),
    rows("networks list", "--max-age", "1d", stage="strange"),
    rows("interfaces list"),
    rows("interfaces list", stage="strange"),
    rows("interfaces list", "--status", "nothing of the kind", stage="strange"),
    rows("search", "told"),
    rows("search", "told", stage="strange"),
    rows("outbox list"),
    rows("outbox list", "--state", "refused"),
    rows("outbox list", stage="strange"),
    rows("conflicts list"),
    rows("log"),
    rows("log", "--since", "1d", "--limit", "5"),
    rows("log", "--network", "@gone"),
    rows("log", stage="strange"),
    rows("log", "--limit", "3", stage="mended"),
    rows("log", "--since", "1d", "--follow", exit=130, stop=INTERRUPTED),
    rows("query", "SELECT * FROM networks"),
    rows("query", "-", typed=b"SELECT * FROM changes", at_terminal=False),
    rows("query", "--schema"),
    rows("query", f"SELECT 1 AS a, 2.5 AS a, x'00ff' AS blob, NULL AS empty, name AS \"{TURNED}\" FROM networks"),
    rows("config list"),
    record("networks show", "@conflict"),
    record("networks show", "@local"),
    record("networks show", "--", HOSTILE[4]),
    record("networks show", "@nameless", stage="strange"),
    record("interfaces show", "@interface", stage="strange"),
    record("outbox show", "@refused"),
    record("outbox show", "@refused", stage="strange"),
    record("outbox show", "@doubtful", stage="strange"),
    record("conflicts show", "@conflict"),
    lines("status"),
    lines("status", stage="synced"),
    lines("status", stage="strange"),
    lines("status", stage="mended"),
    lines("status", stage="bare", before=(("networks", "create", "made"),)),
    lines("status", "--watch", exit=130, stop=INTERRUPTED),
    text("status", "--prompt"),
    text("status", "-o", "prometheus"),
    lines("plan"),
    lines("plan", stage="strange"),
    lines("plan", "--save", "new.json"),
    lines("plan", "--exit-code", stage="synced"),
    lines("why", "@gone"),
    lines("why", "@conflict"),
    lines("why", "@weighed"),
    lines("why", "@moved"),
    lines("why", "@local"),
    lines("why", "@doubtful-id", stage="strange"),
    lines("replica info"),
    lines("replica info", stage="bare", before=(("networks", "create", "made"),)),
    lines("replica check"),
    lines("auth status", exit_alone=4),
    lines("auth status", "--api-key-file", "key"),
    lines("config path"),
    lines("config check"),
    lines("doctor", exit_alone=1),
    lines("doctor", stage="mended", exit_alone=1),
    text("graph"),
    text("graph", "--network", "@hostile", stage="strange"),
    *(text("graph", "-o", form, stage=stage) for form in ("dot", "mermaid", "svg") for stage in ("stocked", "strange")),
    *(text("completion", shell) for shell in ("bash", "zsh", "fish")),
    *(text(*command) for command in (
        ("help",), ("",), ("networks",), ("interfaces",), ("outbox",), ("conflicts",), ("auth",), ("config",), ("replica",),
    )),
    text("", "--version"),
)

EDITS = (
    lines("networks create", "--", *HOSTILE[4:7], shape="receipt", stage="synced"),
    lines("networks create", "made", shape="receipt", stage="bare"),
    lines("networks rename", "--", here(HOSTILE[5]), f"{HOSTILE[6]} anew", shape="receipt"),
    lines("networks rename", "@unchanged", "@unchanged-name", shape="receipt"),
    lines("networks delete", "@plain", "@renamed", shape="receipt"),
    lines("networks delete", "@local", shape="receipt"),
    lines("undo", "@undoable"),
    lines("undo", "@deletion"),
    lines("undo", "@waiting"),
    lines("outbox edit", "@refused", f"short {TURNED}", shape="receipt"),
    lines("outbox edit", "@created", "anew", shape="receipt"),
    lines("outbox retry", "@refused"),
    lines("outbox retry", "@created"),
    lines("outbox discard", "@created"),
    lines("outbox adopt", "@doubtful", "@candidate", stage="strange"),
    lines("conflicts resolve", "@conflict", "--take", "mine"),
    lines("conflicts resolve", "@deleted-there", "--take", "mine"),
    lines("conflicts resolve", "@conflict", "--take", "theirs"),
    lines("conflicts resolve", "@conflict", typed=b"mine\n", at_terminal=True),
    lines("import", "edits.csv"),
    lines("import", "-", typed=b"name\r\n=cmd()\r\n", stage="bare", at_terminal=False),
    lines("import", "edits.csv", "--dry-run"),
    lines("export", "--to", "out.csv", forms=("json",)),
    lines("export", "--to", "out.json", forms=("json",)),
    lines("export", "--to", "out.sqlite", forms=("json",)),
    lines("replica backup", "copy.sqlite"),
    lines("replica compact"),
    lines("replica reset"),
    lines("replica reset", "--with-outbox"),
    lines("auth login", typed=b"a-key-from-stdin\n"),
    lines("auth login", "--api-key-file", "key"),
    lines("auth logout", before=(("auth", "login", "--api-key-file", "key"),)),
    lines("auth logout", variables=WITHOUT_KEY),
    lines("doctor", "--fix", exit_alone=1),
)

CYCLES = (
    lines("pull", stage="bare", connects=True),
    lines("pull", "--dry-run", stage="synced", connects=True),
    lines("pull", "--network", "@some", stage="synced", connects=True),
    lines("push", stage="waiting", connects=True),
    lines("push", "--dry-run", shape="plan", connects=True),
    lines("push", "plan.json", "-y", connects=True),
    lines("push", typed=b"y\n", exit=7, code="conflict", connects=True),
    lines("sync", stage="waiting", connects=True),
    lines("sync", "--dry-run", "--networks-only", connects=True),
    lines("plan", "--refresh", stage="waiting", connects=True),
    lines("auth test", stage="synced", connects=True),
    lines("doctor", "--network", stage="synced", connects=True),
    text("daemon", "--listen", "127.0.0.1:0", stage="waiting", connects=True,
         stop=Stop(signal.SIGTERM, lambda output, errors: b"\n" in output and b"state" in errors)),
    text("sandbox", stage="bare", exit=143, connects=True, stop=TERMINATED),
    text("sandbox", stage="bare", exit=130, connects=True, stop=INTERRUPTED),
    text("demo", stage="bare", connects=True),
)

STUCK: dict[str, Script] = {"page": Reply((Pause(0.5), *http(listing([])).pieces))}
REFUSAL = http(error("10015", f"title {ESCAPES}", detail=f"detail {TURNED}", source={"pointer": f"/{ESCAPES}"}), 422)

TROUBLES = (
    # 1
    fails(1, "not_understood", "auth test", stage="strange", script={"any": http(b"", 302)}, connects=True),
    fails(1, "refused", "auth test", stage="strange", script={"any": REFUSAL}, connects=True),
    fails(1, "set_aside", "pull", shape="pull", stage="strange", connects=True,
          script={"page": http(listing([network(1), {"name": TAG}, "no record"]))}),
    fails(1, "not_copied", "replica backup", f"{HOSTILE_WORD}/copy"),
    fails(1, "edits_lost", "replica reset", shape="replica-reset", stage="damaged"),
    fails(1, "unsound", "doctor", shape="doctor", stage="damaged"),
    # 2
    # Without settings it is another account's replica, and nothing of it would be sent.
    lines("plan", "--exit-code", exit=2, exit_alone=0),
    lines("status", "--exit-code", exit=2),
    # 3
    fails(3, "refused", "push", shape="push", stage="waiting", connects=True, before=(("networks", "create", TOO_LONG),)),
    # 4
    fails(4, "no_key", "auth status", variables=WITHOUT_KEY),
    fails(4, "no_key", "pull", shape="pull", variables=WITHOUT_KEY, connects=True),
    fails(4, "key_rejected", "auth test", variables={"TELNYX_API_KEY": "another"}, connects=True),
    fails(4, "key_rejected", "sync", shape="sync", variables={"TELNYX_API_KEY": "another"}, typed=b"y\n", connects=True),
    fails(4, "key_malformed", "auth login", typed=f"{ESCAPES}\n".encode()),
    fails(4, "key_file_refused", "auth login", "--api-key-file", HOSTILE_WORD),
    # 5
    fails(5, "connection_refused", "pull", shape="pull", stage="bare", variables={"TELNYX_BASE_URL": CLOSED}, connects=True),
    fails(5, "offline", "sync", "--offline", shape="sync", stage="synced", connects=True),
    fails(5, "throttled", "auth test", stage="strange", connects=True,
          script={"any": http(error("10011", ESCAPES), 429, headers=[("retry-after", "7")])}),
    fails(5, "server_fault", "auth test", stage="strange", script={"any": http(error("1", TURNED), 503)}, connects=True),
    fails(5, "stale", "networks list", "--max-age", "0s"),
    fails(5, "query_timeout", "query", "--timeout", "100ms",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"),
    # 6
    fails(6, "no_replica", "status", stage="bare"),
    fails(6, "no_replica", "status", "--replica", HOSTILE_WORD),
    # 7
    fails(7, "conflict", "sync", "-y", "--networks-only", shape="sync", connects=True),
    fails(7, "changed_since", "undo", "@changed-since"),
    fails(7, "in_doubt", "push", shape="push", stage="strange", script=DOUBTFUL, connects=True),
    # 8
    fails(8, "held_other_account", "pull", shape="pull", stage="waiting", variables={"TELNYX_BASE_URL": "@another"}, connects=True),
    fails(8, "held_other_account", "sync", shape="sync", stage="waiting", variables={"TELNYX_BASE_URL": "@another"}, connects=True),
    fails(8, "plan_moved", "push", "plan.json", "-y", shape="push", before=(("outbox", "discard", "@created"),), connects=True),
    fails(8, "needs_answer", "conflicts resolve", "@conflict", "--no-input"),
    fails(8, "needs_answer", "auth login", at_terminal=False),
    fails(8, "declined", "push", typed=b"n\n", at_terminal=True, connects=True),
    # 9
    fails(9, "busy", "pull", "--wait", "0s", shape="pull", locked=".lock", connects=True),
    fails(9, "busy", "sync", "-y", "--wait", "0s", shape="sync", locked=".lock", connects=True),
    fails(9, "daemon_runs", "daemon", locked=".daemon", connects=True),
    # 10
    fails(10, "not_a_replica", "status", stage="letter"),
    fails(10, "damaged_replica", "outbox list", stage="damaged"),
    fails(10, "damaged_replica", "replica check", shape="replica-check", stage="damaged"),
    # 64
    fails(64, "usage", HOSTILE_WORD),
    fails(64, "usage", "networks", HOSTILE_WORD),
    fails(64, "usage", "networks list", "--sort", HOSTILE_WORD),
    fails(64, "usage", "networks list", f"--{HOSTILE_WORD}"),
    fails(64, "usage", "networks create", " \u3000"),
    fails(64, "usage", "outbox show", "999"),
    fails(64, "usage", "outbox discard", "@sent"),
    fails(64, "usage", "query", f"SELECT \"{HOSTILE_WORD}\""),
    fails(64, "usage", "graph", "--json", at_terminal=False),
    fails(64, "usage", "status", "-o", "svg", forms=()),
    fails(64, "usage", "plan", "--fields", "edit"),
    fails(64, "usage", "push", HOSTILE_WORD, shape="push", connects=True),
    fails(64, "usage", "outbox adopt", "@refused", HOSTILE_WORD),
    fails(64, "unknown_network", "networks show", HOSTILE_WORD),
    fails(64, "unknown_network", "networks rename", "gepj.gnp", "x"),
    fails(64, "ambiguous_network", "networks show", "@ambiguous", stage="strange"),
    fails(64, "unknown_field", "networks list", "--fields", f"name,{HOSTILE_WORD}"),
    fails(64, "import_refused", "import", "faulty.csv"),
    fails(64, "import_refused", "import", "-", typed=f"name,{HOSTILE_WORD}\n".encode(), at_terminal=False),
    fails(64, "undo_refused", "undo", "@set-aside", stage="strange"),
    fails(64, "outcome_of_edit", "undo", "@outcome"),
    # 78
    fails(78, "bad_setting", "status", variables={"NETSYNC_PUSH_ON_CONFLICT": HOSTILE_WORD}),
    fails(78, "bad_configuration", "config check", "--config", "broken.yaml"),
    fails(78, "bad_configuration", "status", "--config", HOSTILE_WORD),
    fails(78, "base_url_refused", "auth test", variables={"TELNYX_BASE_URL": f"http://{HOSTILE_WORD}/v2"}, connects=True),
    # 130 and 143: while the server does not answer.
    fails(130, "stopped", "pull", shape="pull", stage="strange", script=STUCK, connects=True, stop=INTERRUPTED),
    fails(143, "stopped", "sync", shape="sync", stage="strange", script=STUCK, connects=True, stop=TERMINATED),
)

CASES = (*READS, *EDITS, *CYCLES, *TROUBLES)


def without_a_case(commands: set[str]) -> list[str]:
    """Those of the commands that no case runs."""
    return sorted(commands - {case.command for case in CASES})

"""Shows that names survive the way from the vendor's client through a replica and back, byte for byte.

The vendor's client makes networks; netsync pulls them, edits them offline, plans and pushes; the vendor's client reads
them back; and a second pull finds nothing new. Composed (NFC) and decomposed (NFD) letters must never be taken for each
other, so renames lead from one form to the other, and one of two networks that differ only in it is named.
"""

from __future__ import annotations

import json
import os
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import telnyx
from telnyx.types import Network

from sandbox import Checks, main, running_sandbox, vendor_client

KEY = "KEY0123_interop"
MADE_UP = 40
NFC, NFD = "caf\u00e9", "cafe\u0301"
PLUS, QUOTES, CJK = "C++ build + farm", "\"double\" and 'single' quotes", "東京ラボ 連絡網"
NAMES = [
    "plain",
    "two  spaces and three   more",
    " a space at both ends ",
    PLUS,
    QUOTES,
    NFC,
    NFD,
    "satellite 🛰 and family 👩‍👩‍👧",
    CJK,
    "back\\slash / slash, 100% & a=b?c#d",
    "tab\there, newline\nthere",
    "%2B+%20 is no escape",
]
NEW = ["new + 新しい \"lab\" 🚀", "Ge\u0301ne\u0300ve"]
LIST_KEYS = {"id", "local_id", "name", "state", "created_at", "updated_at", "record_type", "interfaces", "as_of"}


class Netsync:
    """The command line, with an environment of its own."""

    def __init__(self, binary: str, base_url: str, home: Path) -> None:
        self.binary = binary
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TELNYX_BASE_URL": base_url,
            "TELNYX_API_KEY": KEY,
            "NETSYNC_REPLICA": str(home / "replica" / "replica.sqlite"),
        }

    def run(self, *arguments: str) -> bytes:
        """What it says on stdout; an exit status that is not 0 ends the script."""
        result = subprocess.run(
            [self.binary, *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120
        )
        if result.returncode != 0:
            raise RuntimeError(f"netsync {arguments} exited {result.returncode}: {result.stderr.decode()}")
        return result.stdout

    def json(self, *arguments: str) -> Any:
        output = self.run(*arguments, "--json")
        try:
            return json.loads(output)
        except ValueError as error:
            raise RuntimeError(f"netsync {arguments} --json is not one JSON value, {error}: {output!r}") from None

    def edit(self, checks: Checks, *arguments: str) -> None:
        said = self.run("networks", *arguments, "--offline").decode().splitlines()
        queued = all(line.startswith("Queued edit ") for line in said)
        checks.true(f"networks {' '.join(map(spelled, arguments))}", bool(said) and queued, f"it says {said}")


def show(binary: str, checks: Checks) -> None:
    with (
        TemporaryDirectory(prefix="netsync-interop-") as home,
        running_sandbox(binary, "--networks", str(MADE_UP), "--seed", "7", "--api-key", KEY) as base_url,
        vendor_client(base_url, KEY) as client,
    ):
        netsync = Netsync(binary, base_url, Path(home))
        make(client, checks)
        pull(netsync, client, checks)
        edited = edit(netsync, client, checks)
        push(netsync, client, checks, edited)
        pull_again(netsync, client, checks)


def make(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did(f"make {len(NAMES)} networks with the vendor's client, beside {MADE_UP} that are there")
    made = [client.networks.create(network_create={"name": name}).data for name in NAMES]
    checks.equal("the API keeps each name", [utf8(row.name) for row in made if row], [utf8(name) for name in NAMES])


def pull(netsync: Netsync, client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("netsync pull --json")
    report = netsync.json("pull")
    everything = MADE_UP + len(NAMES)
    reports(checks, "everything is new", report, {
        "schema": "netsync.pull/1", "networks": everything, "new": everything, "changed": 0, "gone": 0, "held": 0,
        "complete": True, "outcome": "ok",
    })
    same_as_api(netsync, client, checks)
    same_interfaces(netsync, client, checks)


def edit(netsync: Netsync, client: telnyx.Telnyx, checks: Checks) -> dict[str, str]:
    """Edits offline; the expected names of the networks that the API knows, by id."""
    before = by_id(client)
    expected = {network_id: row.name or "" for network_id, row in before.items()}
    ids = {name: network_id for network_id, name in expected.items()}
    checks.did("edit offline: create, rename, delete")
    for name in NEW:
        netsync.edit(checks, "create", name)
    # By exact name, of which there are two that look alike.
    netsync.edit(checks, "rename", NFD, "was decomposed")
    # To the other form of the same letters: another name.
    netsync.edit(checks, "rename", NFC, NFD)
    netsync.edit(checks, "rename", PLUS, "C+++ build + farm")
    # Two renames of one network are one edit.
    netsync.edit(checks, "rename", ids[CJK], "大阪ラボ")
    netsync.edit(checks, "rename", ids[CJK], "京都ラボ")
    netsync.edit(checks, "delete", QUOTES, ids["plain"])

    expected |= {ids[NFD]: "was decomposed", ids[NFC]: NFD, ids[PLUS]: "C+++ build + farm", ids[CJK]: "京都ラボ"}
    for name in (QUOTES, "plain"):
        del expected[ids[name]]
    checks.equal("the API has seen none of it", by_id(client), before)

    rows = netsync.json("networks", "list", "--offline")
    found = {row["id"]: utf8(row["name"]) for row in rows if row["id"]}
    checks.equal("the list shows renames and leaves out what is deleted", found, encoded(expected))
    new = Counter((row["name"], row["state"], bool(row["local_id"])) for row in rows if not row["id"])
    waiting = Counter((name, "waiting", True) for name in NEW)
    checks.equal("the list shows both new networks as waiting, under local ids", new, waiting)
    everything = netsync.json("networks", "list", "--all", "--offline")
    deleting = {row["id"] for row in everything if row["state"] == "deleting"}
    checks.equal("--all shows what is to be deleted", deleting, {ids[QUOTES], ids["plain"]})
    plan(netsync, checks, {
        *(("create", None, name) for name in NEW),
        ("rename", NFD, "was decomposed"), ("rename", NFC, NFD),
        ("rename", PLUS, "C+++ build + farm"), ("rename", CJK, "京都ラボ"),
        ("delete", QUOTES, None), ("delete", "plain", None),
    })
    return expected


def plan(netsync: Netsync, checks: Checks, expected: set[tuple[str, str | None, str | None]]) -> None:
    checks.did("netsync plan --json")
    found = netsync.json("plan", "--offline")
    actions = [
        (action["action"], action["base_name"], None if action["action"] == "delete" else action["name"])
        for action in found["actions"]
    ]
    checks.equal("the plan is what was asked for, each edit once", Counter(actions), Counter(expected))
    reports(checks, "its counts", found["counts"], {"create": 2, "rename": 4, "delete": 2, "held": 0})


def push(netsync: Netsync, client: telnyx.Telnyx, checks: Checks, expected: dict[str, str]) -> None:
    before = by_id(client)
    checks.did("netsync push --json")
    report = netsync.json("push")
    reports(checks, "all is sent", report, {
        "schema": "netsync.push/1", "sent": 8, "created": 2, "renamed": 4, "deleted": 2,
        "in_doubt": 0, "conflicts": 0, "refused": 0, "waiting": 0, "outcome": "ok",
    })
    checks.equal("the outbox is empty", netsync.json("outbox", "list"), [])

    checks.did("read it back with the vendor's client")
    after = by_id(client)
    known = {network_id: row.name or "" for network_id, row in after.items() if network_id in before}
    checks.equal("renames and deletes have arrived, and nothing else", encoded(known), encoded(expected))
    new = Counter(utf8(row.name) for network_id, row in after.items() if network_id not in before)
    checks.equal("each new network was made once", new, Counter(map(utf8, NEW)))
    untouched = [network_id for network_id in expected if before[network_id].name == expected[network_id]]
    checks.equal(
        f"the {len(untouched)} others are as they were, updated_at included",
        [after[network_id] for network_id in untouched], [before[network_id] for network_id in untouched],
    )
    same_as_api(netsync, client, checks)


def pull_again(netsync: Netsync, client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("netsync pull --json, again")
    report = netsync.json("pull")
    reports(checks, "0 new, 0 changed, 0 gone", report, {"new": 0, "changed": 0, "gone": 0, "held": 0, "outcome": "ok"})
    same_as_api(netsync, client, checks)
    same_interfaces(netsync, client, checks)


def same_as_api(netsync: Netsync, client: telnyx.Telnyx, checks: Checks) -> None:
    """Checks that `networks list --json` shows what the vendor's client reads, byte for byte."""
    api = by_id(client)
    output = netsync.run("networks", "list", "--json", "--offline")
    rows = json.loads(output)
    checks.equal("list: each network once", Counter(row["id"] for row in rows), Counter(api.keys()))
    checks.equal("list: no row lacks a key", [row for row in rows if not LIST_KEYS <= row.keys()], [])
    fields = ("name", "created_at", "updated_at", "record_type")
    found = {row["id"]: [utf8(row[field]) for field in fields] for row in rows}
    expected = {network_id: [utf8(getattr(row, field)) for field in fields] for network_id, row in api.items()}
    checks.equal(f"list: the bytes of {', '.join(fields)}", found, expected)
    raw = [row.name for row in api.values() if b'"name":' + json_string(row.name or "") not in output]
    checks.equal("list: each name stands there in plain UTF-8, without needless escapes", raw, [])
    checks.equal("list: all are synced", {row["state"] for row in rows}, {"synced"})


def same_interfaces(netsync: Netsync, client: telnyx.Telnyx, checks: Checks) -> None:
    """Checks the interfaces' numbers in the list, which a pull brings."""
    found = {row["id"]: row["interfaces"] for row in netsync.json("networks", "list", "--offline")}
    counted = {network_id: len(list(client.networks.list_interfaces(network_id))) for network_id in by_id(client)}
    checks.equal("list: the numbers of interfaces", found, counted)


def reports(checks: Checks, what: str, found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Checks the expected members of a JSON object; it may have others."""
    checks.equal(what, {key: found.get(key) for key in expected}, expected)


def by_id(client: telnyx.Telnyx) -> dict[str, Network]:
    return {row.id or "": row for row in client.networks.list(page_size=250)}


def utf8(text: str | None) -> bytes:
    return (text or "").encode()


def encoded(names: dict[str, str]) -> dict[str, bytes]:
    return {network_id: utf8(name) for network_id, name in names.items()}


def spelled(text: str) -> str:
    """For the eye: combining accents as escapes, so that the two forms of a letter look different."""
    return "".join(f"\\u{ord(char):04x}" if unicodedata.combining(char) else char for char in repr(text))


def json_string(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


if __name__ == "__main__":
    main(show)

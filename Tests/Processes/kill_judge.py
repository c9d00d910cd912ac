"""Looks at a replica, at its server and at what went between them, and says which promise is broken (I1 to I8)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from checks import equal, require
from host import OUTCOMES, Host
from kill_account import Account
from kill_witness import Witness
from sandbox import Sandbox, documents

# What an edit may become (I8); None: it was not there before.
EDGES: dict[str | None, set[str]] = {
    None: {"waiting", "conflict"},
    "waiting": {"sending", "conflict", "held"},
    "sending": {"waiting", "conflict", "in_doubt", "refused"},
    "in_doubt": {"waiting"},
    "conflict": {"waiting"},
    "held": {"waiting", "conflict"},
    "refused": {"waiting"},
}
# Writes down, in the transaction that does it, how an edit moves.
WATCH = """
CREATE TABLE watched (number INTEGER PRIMARY KEY, edit INTEGER NOT NULL, was TEXT, became TEXT) STRICT;
CREATE TRIGGER watch_made AFTER INSERT ON operation
BEGIN INSERT INTO watched (edit, became) VALUES (NEW.edit, NEW.state); END;
CREATE TRIGGER watch_moved AFTER UPDATE OF state ON operation WHEN OLD.state <> NEW.state
BEGIN INSERT INTO watched (edit, was, became) VALUES (NEW.edit, OLD.state, NEW.state); END;
CREATE TRIGGER watch_left AFTER DELETE ON operation
BEGIN INSERT INTO watched (edit, was) VALUES (OLD.edit, OLD.state); END;
CREATE TRIGGER watch_refused AFTER INSERT ON dead_letter
BEGIN INSERT INTO watched (edit, became) VALUES (NEW.edit, 'refused'); END;
CREATE TRIGGER watch_taken_up AFTER DELETE ON dead_letter
BEGIN INSERT INTO watched (edit, was) VALUES (OLD.edit, 'refused'); END;
"""
# After these an edit is done with. A refused one is not, and one that was resolved may wait again.
FINAL = tuple(outcome for outcome in OUTCOMES if outcome not in ("refused", "resolved"))


class Judge:
    """What was seen so far of one replica, to hold the next sight against."""

    def __init__(self, host: Host, sandbox: Sandbox, witness: Witness, account: Account) -> None:
        self.host, self.sandbox, self.witness, self.account = host, sandbox, witness, account
        # Ids that the replica has held, and where each edit was last.
        self.ids: set[str] = set()
        self.states: dict[int, str | None] = {}
        self.read_up_to = 0

    def watch(self) -> None:
        """From now on the file keeps a list of what becomes of edits. Nobody may have it open."""
        with closing(sqlite3.connect(self.host.replica)) as database:
            database.executescript(WATCH)
            self.states = dict(database.execute("SELECT edit, state FROM outbox"))
        self.read_up_to = 0

    # After every kill.

    def check(self) -> None:
        self.host.check_integrity()
        self.check_edits()
        self.check_states()
        self.check_overlay()
        self.check_rows()
        self.witness.check()
        self.check_server()

    def check_edits(self) -> None:
        """What was acknowledged is in one place: open, refused or ended, and ended once (I1)."""
        self.host.check_edits(self.account.acknowledged)
        marks = ", ".join("?" * len(FINAL))
        ended = f"SELECT edit FROM journal WHERE edit IS NOT NULL AND kind IN ({marks})"
        twice = self.host.rows(f"{ended} GROUP BY edit HAVING count(*) > 1", *FINAL)
        require(not twice, f"edits {twice} have ended twice")
        open_still = self.host.rows(f"SELECT edit, state FROM outbox WHERE edit IN ({ended})", *FINAL)
        require(not open_still, f"edits {open_still} have ended, and are in the outbox")
        in_both = self.host.rows("SELECT edit FROM operation JOIN dead_letter USING (edit)")
        require(not in_both, f"edits {in_both} are refused, and wait")
        # That it was sent is said of what the server has answered.
        known = self.host.rows("SELECT DISTINCT after_name FROM journal WHERE kind = 'sent' AND after_name IS NOT NULL")
        made_up = {name for (name,) in known} - self.witness.names_answered()
        require(not made_up, f"the journal says that {made_up} were sent, and the server never said so")

    def check_states(self) -> None:
        """Edits have moved along the edges, between any two transactions (I8)."""
        if not self.host.rows("SELECT 1 FROM sqlite_schema WHERE name = 'watched'"):
            return
        seen = self.host.rows("SELECT number, edit, was, became FROM watched WHERE number > ?", self.read_up_to)
        for number, edit, was, became in seen:
            before = self.states.get(edit)
            require(was is None or was == before, f"edit {edit} was {before}, and moved from {was}")
            require(became is None or became in EDGES[before], f"edit {edit} became {became} after it was {before}")
            # One that leaves a table may come into the other one.
            self.states[edit] = became or was
            self.read_up_to = number

    def check_overlay(self) -> None:
        """What is read is what was asked for, however far its way to the server has come (I1, I4)."""
        rows = self.host.rows("SELECT id, local_id, name FROM networks WHERE name NOT LIKE 'theirs-%'")
        expected = {ours.name for ours in self.account.living}
        equal("the names that the replica shows", {name for _, _, name in rows}, expected)
        require(len(rows) == len(expected), f"a network is in the replica twice: {sorted(rows, key=str)!r}")
        by_reference = {reference: name for row in rows for reference, name in ((row[0], row[2]), (row[1], row[2]))}
        for ours in self.account.ours:
            found = by_reference.get(ours.reference)
            equal(f"what {ours.reference} leads to", found, None if ours.deleted else ours.name)

    def check_rows(self) -> None:
        """No id is forgotten, and what counts as gone is not at the server (I3)."""
        found = self.host.rows("SELECT remote_id FROM network WHERE remote_id IS NOT NULL")
        ids = {network_id for (network_id,) in found}
        require(self.ids <= ids, f"the replica has forgotten {sorted(self.ids - ids)}")
        self.ids = ids

    def check_server(self) -> None:
        """Nothing was made twice, not even under a name that was given up (I2); nothing is gone that is there (I3); the
        names of one network came in the order of its edits (I5)."""
        there = self.sandbox.networks()
        gone = self.host.rows("SELECT remote_id FROM network WHERE gone_at_us IS NOT NULL")
        wrong = sorted({network_id for (network_id,) in gone} & there.keys())
        require(not wrong, f"{wrong} are gone here, and are at the server")
        names = [row["name"] for row in there.values()]
        for ours in self.account.ours:
            found = [name for name in names if name in ours.names]
            require(len(found) <= 1, f"the server has one network more than once: {found!r}")
        for network_id in there:
            self.check_order(network_id)

    def check_order(self, network_id: str) -> None:
        sent = self.witness.names_sent(network_id)
        for ours in self.account.ours:
            if sent and sent[0] in ours.names:
                in_order = can_be_read_in(sent, ours.names)
                require(in_order, f"{network_id} was renamed to {sent!r}, and asked for was {ours.names!r}")

    # When everything is said and done.

    def check_peace(self) -> None:
        self.check()
        left = [(name[:8], state) for name, state in self.host.rows("SELECT name, state FROM outbox")]
        refused = [(ours.name[:8], "refused") for ours in self.account.living if ours.refused]
        equal("what is left in the outbox", sorted(left), sorted(refused))
        self.check_both_sides()

    def check_both_sides(self) -> None:
        """No network is missing here, none came back, none is there that nobody asked for (I3, I4, I6)."""
        there = self.sandbox.networks()
        here = {reference: row for reference, row in self.host.listed().items() if row["state"] != "refused"}
        equal("the replica, beside the server", documents(here), documents(there))
        names = sorted(row["name"] for row in there.values() if not row["name"].startswith("theirs-"))
        asked = sorted(ours.name for ours in self.account.living if not ours.refused)
        equal("the names at the server", names, asked)

    def check_evidence(self) -> None:
        """What somebody else deleted has left on an answer about itself (I3)."""
        gone = self.host.rows("SELECT remote_id FROM network WHERE gone_cause = 'deleted_there' ORDER BY 1 LIMIT 2")
        for (network_id,) in gone:
            self.host.check_evidence_of_absence(network_id)


def can_be_read_in(sent: list[str], asked: list[str]) -> bool:
    """Some may have been left out, and the last one may have been sent more than once."""
    at = 0
    for name in sent:
        if name not in asked[at:]:
            return False
        at = asked.index(name, at)
    return True

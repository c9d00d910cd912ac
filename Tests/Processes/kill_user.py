"""The user of a replica: edits of all kinds, whose commands may be killed, and what the file says became of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from checks import Run, require
from host import Answer, Host
from kill_account import TOO_LONG, Account, Ours
from kill_old import version

# Runs a command, to its end or not.
Attempt = Callable[..., Answer]


class User:
    """Keeps the account as it was asked for. An edit that was killed before it could say so may have been made."""

    def __init__(self, run: Run, host: Host, account: Account, chance: random.Random, plainly: Attempt) -> None:
        self.run, self.host, self.account, self.chance, self.plainly = run, host, account, chance, plainly
        # Each looks whether a killed edit that was not to be seen has been made after all, and takes it in.
        self.late: list[Callable[[], bool]] = []

    def look_again(self) -> None:
        """What a process has committed, and not told the others of before it was killed, comes to be seen when the last of them has
        closed the file, and the next one reads the whole log."""
        self.late = [look for look in self.late if not look()]

    def edit(self, attempt: Attempt) -> None:
        """Any of the three."""
        action = self.chance.choices(["create", "rename", "delete"], [4, 4, 2])[0]
        if action == "create" or len(self.account.living) < 5:
            self.create(attempt, TOO_LONG if self.chance.random() < 0.05 else "made")
        elif action == "rename":
            self.rename(attempt, self.chance.choice(self.account.living))
        else:
            self.delete(attempt, self.chance.choice(self.account.living))

    def acknowledged(self, answer: Answer) -> bool:
        """Whether it has to be so from now on."""
        self.run.count("edits")
        repeated = self.account.acknowledged.intersection(answer.edits)
        require(not repeated, f"edit numbers {repeated} were used before: {answer}")
        self.account.acknowledged.update(answer.edits)
        return bool(answer.edits) or answer.status == 0

    def create(self, attempt: Attempt, kind: str = "made") -> None:
        name = self.account.next_name(kind)
        answer = attempt("networks", "create", name)
        must = self.acknowledged(answer)

        def look() -> bool:
            found = self.rows("SELECT local_id FROM networks WHERE name = ?", name)
            require(len(found) <= 1, f"{name} is there {len(found)} times after {answer}")
            self.account.ours += [Ours(local_id, name) for (local_id,) in found]
            return bool(found)

        self.take_in(look, must, answer, f"{name} is not there")

    def rename(self, attempt: Attempt, ours: Ours) -> None:
        name = self.account.next_name("renamed")
        self.renamed(ours, name, attempt("networks", "rename", ours.reference, name))

    def rename_waiting(self, attempt: Attempt, ours: Ours) -> None:
        """The same, by the number of the edit that waits."""
        name = self.account.next_name("renamed")
        self.renamed(ours, name, attempt("outbox", "edit", str(self.edit_of(ours)), name))

    def renamed(self, ours: Ours, name: str, answer: Answer) -> None:
        must = self.acknowledged(answer)

        def look() -> bool:
            found = self.rows("SELECT name FROM networks WHERE ? IN (id, local_id)", ours.reference)
            require(ours.deleted or len(found) == 1, f"{ours.name} is there {len(found)} times after {answer}")
            if found == [(name,)]:
                ours.name = name
            return found == [(name,)]

        ours.names.append(name)
        self.take_in(look, must, answer, f"{ours.name} has another name")

    def take_in(self, look: Callable[[], bool], must: bool, answer: Answer, otherwise: str) -> None:
        is_so = look()
        require(is_so or not must, f"{otherwise} after {answer}")
        if not is_so and answer.status == -9:
            self.late.append(look)

    def delete(self, attempt: Attempt, ours: Ours) -> None:
        answer = attempt("networks", "delete", ours.reference)
        must = self.acknowledged(answer)

        def look() -> bool:
            ours.deleted = not self.rows("SELECT name FROM networks WHERE ? IN (id, local_id)", ours.reference)
            return ours.deleted

        self.take_in(look, must, answer, f"{ours.name} is still there")

    def discard(self, attempt: Attempt, ours: Ours) -> None:
        """A rename that was never sent is taken back."""
        before = ours.name
        self.rename(self.plainly, ours)
        answer = attempt("outbox", "discard", str(self.edit_of(ours)))
        found = self.rows("SELECT name FROM networks WHERE ? IN (id, local_id)", ours.reference)
        require(len(found) == 1, f"{ours.name} is there {len(found)} times after {answer}")
        allowed = [before] if answer.status == 0 else [before, ours.name]
        require(found[0][0] in allowed, f"{ours.name} is called {found[0][0]} after {answer}")
        ours.name = found[0][0]

    def undo(self, attempt: Attempt, ours: Ours) -> None:
        """The last rename is reversed, be it sent or not."""
        found = self.rows(
            "SELECT change, before FROM changes "
            "WHERE kind = 'renamed' AND side = 'local' AND after = ? AND ? IN (id, local_id)",
            ours.name, ours.reference,
        )
        if not found:
            return self.rename(self.plainly, ours)
        change, before = found[-1]
        self.renamed(ours, str(before), attempt("undo", str(change)))

    def decided(self, ours: Ours, theirs: str | None, side: str) -> None:
        """A conflict is settled. Where it was deleted there, one's own name is that of another network from now on."""
        if side == "theirs" and theirs is not None:
            ours.rename(theirs)
        elif theirs is None:
            ours.deleted = True
        if side == "mine" and theirs is None:
            found = self.rows("SELECT local_id FROM networks WHERE name = ?", ours.name)
            require(len(found) == 1, f"{ours.name} is there {len(found)} times after it was to be made anew")
            self.account.ours.append(Ours(found[0][0], ours.name))

    def id_of(self, ours: Ours) -> str:
        """What the server calls it."""
        found = self.rows("SELECT id FROM networks WHERE ? IN (id, local_id)", ours.reference)
        return str(found[0][0])

    def edit_of(self, ours: Ours) -> int:
        found = self.rows("SELECT max(edit) FROM outbox WHERE ? IN (id, local_id)", ours.reference)
        return int(found[0][0])

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Reads the file; one that holds no schema yet holds no rows."""
        return self.host.rows(sql, *values) if version(self.host.replica) > 0 else []

    def resting(self) -> list[Ours]:
        """Those that nothing is to be done about."""
        return self.of("SELECT id, local_id FROM networks WHERE state = 'synced'")

    def waiting(self) -> list[Ours]:
        """Those that have a rename or a create which was never sent."""
        return self.of(
            "SELECT id, local_id FROM outbox WHERE action <> 'delete' AND state = 'waiting' AND attempts = 0"
        )

    def of(self, sql: str) -> list[Ours]:
        references = {reference for row in self.rows(sql) for reference in row}
        return [ours for ours in self.account.living if ours.reference in references]

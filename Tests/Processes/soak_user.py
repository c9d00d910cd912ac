"""Whoever edits while a daemon sends: edits may be sent, refused or overtaken between any two commands."""

from __future__ import annotations

import random
from functools import partial

from checks import Run, Violation, require
from host import Answer, Host
from kill_account import TOO_LONG, Account, Ours
from kill_user import User

# A share of its first size that the account may grow or shrink by.
SWING = 0.2
# What an edit may be told by then: the network is gone, the edit is sent or on its way.
OVERTAKEN = (0, 64)
# What an undo may be told as well: it is on its way, it was changed since.
NOT_UNDONE = (0, 5, 7, 64)
# Names of networks that somebody else edits too begin so.
THEIRS = "theirs-"


class SoakUser(User):
    """Edits networks of its own and some of others', and decides what wants a decision."""

    def __init__(self, run: Run, host: Host, account: Account, chance: random.Random) -> None:
        super().__init__(run, host, account, chance, host.run)
        self.size = len(account.living)
        # By reference: the names of networks whose last rename was taken back after it may have reached the server.
        self.either: dict[str, set[str]] = {}

    def step(self) -> None:
        size, many = len(self.account.living), self.size * (1 + SWING)
        weights = {
            self.make: 4 if size < many else 0,
            self.change: 6,
            self.change_waiting: 2,
            self.remove: 4 if size > self.size * (1 - SWING) else 0,
            self.take_back: 2,
            self.reverse: 1,
            self.change_theirs: 3,
        }
        self.chance.choices(list(weights), list(weights.values()))[0]()

    def make(self) -> None:
        self.create(self.plainly, TOO_LONG if self.chance.random() < 0.03 else "made")

    def change(self) -> None:
        ours = self.chance.choice(self.account.living)
        self.rename(self.plainly, ours)
        self.either.pop(ours.reference, None)

    def remove(self) -> None:
        self.delete(self.plainly, self.chance.choice(self.account.living))

    def change_waiting(self) -> None:
        """By the number of the edit, which may be on its way by then."""
        found = self.rows(
            "SELECT edit, id, local_id FROM outbox WHERE action <> 'delete' AND state = 'waiting' AND name NOT LIKE ?",
            f"{THEIRS}%",
        )
        edits = [(edit, ours) for edit, *references in found for ours in self.of_ours(references)]
        if not edits:
            return self.change()
        edit, ours = self.chance.choice(edits)
        name = self.account.next_name("renamed")
        self.renamed(ours, name, self.plainly("outbox", "edit", str(edit), name, exits=OVERTAKEN))
        if ours.name == name:
            self.either.pop(ours.reference, None)

    def take_back(self) -> None:
        """A create, or a rename of a network that is at rest. What a server did not answer it may have done."""
        resting = self.resting()
        if self.chance.random() < 0.3 or not resting:
            self.make()
            ours, edit = self.account.ours[-1], max(self.account.acknowledged)
            ours.deleted = self.discarded(edit)
            return
        ours = self.chance.choice(resting)
        before = ours.name
        self.rename(self.plainly, ours)
        if self.discarded(max(self.account.acknowledged)):
            self.either[ours.reference] = self.either.get(ours.reference, set()) | {before, ours.name}
            ours.name = before
        else:
            self.either.pop(ours.reference, None)

    def discarded(self, edit: int) -> bool:
        return self.plainly("outbox", "discard", str(edit), exits=OVERTAKEN).status == 0

    def reverse(self) -> None:
        certain = [ours for ours in self.resting() if ours.reference not in self.either]
        if certain:
            self.undo(partial(self.plainly, exits=NOT_UNDONE), self.chance.choice(certain))

    def change_theirs(self) -> None:
        """One that somebody else may have renamed or deleted meanwhile, there or on its way here."""
        found = self.rows("SELECT id FROM networks WHERE name LIKE ? AND id IS NOT NULL", f"{THEIRS}%")
        if found:
            (reference,) = self.chance.choice(found)
            delete = self.chance.random() < 0.2
            edit = ("delete", reference) if delete else ("rename", reference, self.account.next_name(f"{THEIRS}here"))
            self.acknowledged(self.plainly("networks", *edit, exits=OVERTAKEN))

    # What wants a decision.

    def decide(self) -> None:
        """Settles conflicts: of one's own networks the other side can only be an edit of one's own that was taken back."""
        for conflict in self.host.json("conflicts", "list"):
            ours = self.of_ours([conflict["id"], conflict["local_id"]])
            require(not ours or conflict["kind"] != "deleted_there", f"nobody else deleted this: {conflict}")
            side = "mine" if ours else self.chance.choice(["mine", "theirs"])
            reference = conflict["id"] or conflict["local_id"]
            answer = self.plainly("conflicts", "resolve", reference, "--take", side, exits=OVERTAKEN)
            self.run.count("conflicts settled", answer.status == 0)

    def give_up_refused(self) -> None:
        """Takes back what the server refuses for good: only names that are too long."""
        for row in self.host.json("outbox", "list", "--state", "refused"):
            require(row["name"].startswith(TOO_LONG), f"this was refused, and could have been done: {row}")
            self.plainly("outbox", "discard", str(row["edit"]))
            for ours in self.of_ours([row["local_id"]]):
                ours.deleted = True

    def settle_either(self) -> None:
        """Where nobody could know what the server had done, either name is right in the end."""
        for ours in self.account.living:
            allowed = self.either.get(ours.reference)
            if allowed:
                (name,) = self.rows("SELECT name FROM networks WHERE ? IN (id, local_id)", ours.reference)[0]
                if name not in allowed:
                    raise Violation(f"{ours.reference} is called {name}, and was only ever to be one of {allowed}")
                ours.name = name

    def of_ours(self, references: list[str | None]) -> list[Ours]:
        return [ours for ours in self.account.living if ours.reference in references]

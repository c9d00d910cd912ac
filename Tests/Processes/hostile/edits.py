"""What an edit comes to in a push, and cases of each kind of edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hostile.case import ANYTHING, AnyOf, Case, Outcome
from hostile.replies import Answer, Done, Reply, Request, Script, error, http

PUSH = ("push", "--timeout", "2s")
# Half of it is when an unanswered create is looked for a second time: not in this push any more.
SETTLE = {"NETSYNC_PUSH_SETTLE": "4s"}
NOT_FOUND = error("10005", "Resource not found")
REFUSAL = error("10015", "Bad request", detail="The name is taken.", source={"pointer": "/name"})


def landed(action: str) -> dict[str, Any]:
    counts = {
        "sent": 1,
        {"create": "created", "rename": "renamed", "delete": "deleted"}[action]: 1,
        "refused": 0,
        "waiting": 0,
    }
    return {"outcome": Outcome(0, "ok", ANYTHING, None, counts), "left": {}}


def dead_letter(action: str) -> dict[str, Any]:
    return {
        "outcome": Outcome(3, "partial", ANYTHING, "refused", {"sent": 0, "refused": 1, "waiting": 0}),
        "left": {action: "refused"},
    }


def waits(action: str, exit: object, code: object, outcome: object = AnyOf(("error", "offline"))) -> dict[str, Any]:
    """It waits, and a good server takes it later."""
    counts = {"sent": 0, "refused": 0, "waiting": 1, "in_doubt": 0}
    return {"outcome": Outcome(exit, outcome, ANYTHING, code, counts), "left": {action: "waiting"}, "heals": True}


def in_doubt(heals: bool = False) -> dict[str, Any]:
    """It may have been carried out: it is looked for, and not sent a second time before its settle time is over."""
    counts = {"sent": 0, "refused": 0, "waiting": 0, "in_doubt": 1}
    return {
        "outcome": Outcome(5, AnyOf(("error", "offline", "partial")), ANYTHING, ANYTHING, counts),
        "left": {"create": "in_doubt"},
        "heals": heals,
    }


def tried_again(action: str) -> dict[str, Any]:
    """It was carried out and not answered: the next look, in this push or a later one, finds it done."""
    return {
        "outcome": Outcome(AnyOf((0, 5)), AnyOf(("ok", "offline")), ANYTHING, ANYTHING, {"refused": 0, "conflicts": 0}),
        "left": ANYTHING,
        "heals": True,
    }


def rename(family: str, name: str, script: dict[str, Script], **more: Any) -> Case:
    return Case(family, f"a rename, {name}", script, command=PUSH, replica="rename", **more)


def delete(family: str, name: str, script: dict[str, Script], **more: Any) -> Case:
    return Case(family, f"a delete, {name}", script, command=PUSH, replica="delete", **more)


def create(family: str, name: str, script: dict[str, Script], **more: Any) -> Case:
    return Case(family, f"a create, {name}", script, command=PUSH, replica="create", **({"settings": SETTLE} | more))


def of_each(family: str, name: str, answer: Answer, what: Any, **more: Any) -> Iterator[Case]:
    """The same answer to each of the three."""
    for make, kind in ((create, "create"), (rename, "rename"), (delete, "delete")):
        yield make(family, name, {kind: answer}, asked={kind: 1}, **what(kind), **more)


def answered(build: Any, applies: bool = True) -> Answer:
    """Whatever is made of the record that the write is about, after it was carried out or not."""

    def answer(request: Request) -> Reply:
        reply = build(dict(request.record))
        return reply if isinstance(reply, Reply) else http(reply)

    return Done(answer) if applies else answer

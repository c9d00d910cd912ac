"""What an edit comes to in a push, and cases of each kind of edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hostile.case import ANYTHING, AnyOf, Case, Outcome
from hostile.replies import Answer, Done, Reply, Request, Script, error, http, listing, network

PUSH = ("push", "--timeout", "2s")
# Half of it is when an unanswered create is looked for a second time: not in this push any more.
SETTLE = {"NETSYNC_PUSH_SETTLE": "4s"}
REFUSAL = error("10015", "Bad request", detail="The name is taken.", source={"pointer": "/name"})
# To the write itself; or by kind of request, where other answers are hostile.
Answers = Script | Mapping[str, Script]


@dataclass(frozen=True)
class Edit:
    """A kind of edit, of which a case is a push of one alone. Each method says what it comes to.

    The write comes once; a case where it need not says so.
    """

    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def case(self, family: str, name: str, answers: Answers, outcome: Outcome, left: object, **more: Any) -> Case:
        script = answers if isinstance(answers, Mapping) else {self.kind: answers}
        usual: dict[str, Any] = {"left": left, "settings": self.settings, "asked": {self.kind: 1}}
        return Case(family, f"a {self.kind}, {name}", script, outcome, PUSH, self.kind, **usual | more)

    def landed(self, family: str, name: str, answers: Answers, **more: Any) -> Case:
        outcome = Outcome(0, "ok", ANYTHING, None, {"sent": 1, f"{self.kind}d": 1, "refused": 0, "waiting": 0})
        return self.case(family, name, answers, outcome, {}, **more)

    def refused(self, family: str, name: str, answers: Answers, **more: Any) -> Case:
        """It is a dead letter."""
        outcome = Outcome(3, "partial", ANYTHING, "refused", {"sent": 0, "refused": 1, "waiting": 0})
        return self.case(family, name, answers, outcome, {self.kind: "refused"}, **more)

    def waits(
        self, family: str, name: str, answers: Answers, exit: object = 1, code: object = "not_understood",
        outcome: object = AnyOf(("error", "offline")), **more: Any,
    ) -> Case:
        """It waits, and a good server takes it later."""
        counts = {"sent": 0, "refused": 0, "waiting": 1, "in_doubt": 0}
        whole = Outcome(exit, outcome, ANYTHING, code, counts)
        return self.case(family, name, answers, whole, {self.kind: "waiting"}, heals=True, **more)

    def put_off(self, family: str, name: str, answers: Answers, code: str) -> Case:
        """Later can help: it waits, and how often it was tried is left open."""
        codes = AnyOf((code, "waiting", "timed_out"))
        return self.waits(family, name, answers, 5, codes, "offline", asked={})

    def unsent(self, family: str, name: str, answers: Mapping[str, Script], *end: object) -> Case:
        """What is asked before it cannot be read: it waits, and is not sent."""
        return self.waits(family, name, answers, *end, asked={self.kind: 0})

    def held(self, family: str, name: str, answers: Mapping[str, Script]) -> Case:
        """The listing is another account's: it waits, and is not sent."""
        script = {**answers, "page": http(listing([network(number) for number in range(100, 103)]))}
        outcome = Outcome(8, "held", ANYTHING, "held_other_account", {"sent": 0})
        return self.case(family, name, script, outcome, {self.kind: "waiting"}, asked={self.kind: 0}, heals=True)

    def in_doubt(self, family: str, name: str, answers: Answers, heals: bool = False) -> Case:
        """It may have been carried out: it is looked for, and not sent a second time before its settle time is over."""
        counts = {"sent": 0, "refused": 0, "waiting": 0, "in_doubt": 1}
        outcome = Outcome(5, AnyOf(("error", "offline", "partial")), ANYTHING, ANYTHING, counts)
        return self.case(family, name, answers, outcome, {self.kind: "in_doubt"}, heals=heals)

    def tried_again(self, family: str, name: str, reply: Reply) -> Case:
        """It was carried out and not answered: the next look, in this push or a later one, finds it done."""
        counts = {"refused": 0, "conflicts": 0}
        outcome = Outcome(AnyOf((0, 5)), AnyOf(("ok", "offline")), ANYTHING, ANYTHING, counts)
        return self.case(family, name, Done(reply), outcome, ANYTHING, heals=True, asked={})

    def left_open(self, family: str, name: str, answers: Answers, exits: tuple[int, ...], **more: Any) -> Case:
        """It is not refused: what else it comes to is left open."""
        outcome = Outcome(AnyOf(exits), ANYTHING, ANYTHING, ANYTHING, {"refused": 0})
        return self.case(family, name, answers, outcome, ANYTHING, **more)


CREATE, RENAME, DELETE = Edit("create", SETTLE), Edit("rename"), Edit("delete")


def answered(build: Any, applies: bool = True) -> Answer:
    """Whatever is made of the record that the write is about, after it was carried out or not."""

    def answer(request: Request) -> Reply:
        reply = build(dict(request.record))
        return reply if isinstance(reply, Reply) else http(reply)

    return Done(answer) if applies else answer

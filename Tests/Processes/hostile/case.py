"""What a case is: what is run, what the server answers, and what has to come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hostile.replies import GOOD, SEVEN, Answer, Body, Script, as_script, http

# A rule that netsync does not keep yet: what `--known` lets fail.
HASTE = "a request that is on its way ends with the time of the whole command"
# For answers that do not come: long enough for those that do, on a host that is busy.
SHORT = {"NETSYNC_HTTP_TIMEOUT": "1s"}


class AnyOf(frozenset[Any]):
    """Several values of which one has to be: where the contract leaves it open."""


ANYTHING = object()
# Requests for a page, where it is left open whether its answer is one.
ONCE_OR_TWICE = {"page": AnyOf((1, 2))}


def fits(found: object, expected: object) -> bool:
    return expected is ANYTHING or (found in expected if isinstance(expected, AnyOf) else found == expected)


@dataclass(frozen=True)
class Outcome:
    """What a command has to come to. A field of it can be `AnyOf`, or `ANYTHING`."""

    exit: object
    # `outcome` of the result object, and its `complete`, which a push has not.
    outcome: object
    complete: object = ANYTHING
    # `code` of the error object; None where there is no error.
    code: object = None
    # Other members of the result object.
    counts: Mapping[str, object] = field(default_factory=dict)
    # Words that the error object has to have somewhere.
    says: tuple[str, ...] = ()
    # What it may come to instead: the contract leaves it open.
    alternatives: tuple[Outcome, ...] = ()

    def nearest(self, exit: int, outcome: object) -> Outcome:
        """Of the alternatives the one that begins like this; else the first."""
        every = (self, *self.alternatives)
        return next((each for each in every if fits(exit, each.exit) and fits(outcome, each.outcome)), self)


@dataclass(frozen=True)
class Case:
    """One hostile answer, or a few that belong together."""

    family: str
    name: str
    # By kind of request, and number of the page or network: see `Session.reply`.
    script: Mapping[str, Script]
    outcome: Outcome
    command: tuple[str, ...] = ("pull", "--networks-only")
    # What the replica is like before: `stocked`, `empty`, or with one edit alone: `create`, `rename`, `delete`.
    replica: str = "stocked"
    settings: Mapping[str, str] = field(default_factory=dict)
    # Networks that are then known, beside those that were: fields by number; None where one is gone.
    taken: Mapping[int, Mapping[str, object] | None] = field(default_factory=dict)
    # The same, where it is left open which of these are taken in, or none.
    may_take: tuple[Mapping[int, Mapping[str, object]], ...] = ()
    # Known networks of which it is left open whether they are known then.
    may_go: tuple[int, ...] = ()
    # Ids that are not those of `network_id`.
    ids: Mapping[int, str] = field(default_factory=dict)
    # Interfaces of the first network that are then known, fields by id; None: as they were.
    interfaces: Mapping[str, Mapping[str, object]] | None | object = None
    # A write is answered with another name than the server has: which of the two is known then is left open.
    names_open: bool = False
    # Fields that are then known of the network that a create or a rename is about.
    written: Mapping[str, object] = field(default_factory=dict)
    # Networks beyond those may have been taken in.
    takes_more: bool = False
    # Interfaces of which it is left open whether they are known then.
    interfaces_open: tuple[str, ...] = ()
    # Edits that are left, by action: their state. None: as they were, to the byte. `ANYTHING`: whatever they are.
    left: Mapping[str, object] | None | object = None
    # Requests by kind: how many there have to be.
    asked: Mapping[str, object] = field(default_factory=dict)
    # How long the server is to be left alone from now on, in seconds; None: it asked for no silence.
    quiet_s: object = None
    # Whether the server's clock is known then; None: that is no matter.
    reads_clock: bool | None = None
    # The rule for which it stands, where netsync does not keep it yet.
    known: str = ""
    # A good server afterwards makes both sides the same again.
    heals: bool = False
    within_s: float = 20.0
    # It is answered for people, not in JSON: only its exit counts, and that no word of the server moves a terminal.
    is_plain: bool = False

    def called(self, family: str, name: str, **more: Any) -> Case:
        """The same under a name of its own, and with more that is special."""
        return replace(self, family=family, name=name, **more)

    @property
    def title(self) -> str:
        return f"{self.family}: {self.name}"


def all_in(new: object = 0, **counts: object) -> Outcome:
    """Everything was taken in."""
    return Outcome(0, "ok", True, None, {"new": new, "gone": 0, "held": 0} | counts)


ALL_IN = all_in()


def misunderstood(*says: str, networks: object = 0, new: object = 0) -> Outcome:
    """The answer is not the API's: nothing of it is taken in, and it is said."""
    return Outcome(1, "error", False, "not_understood", {"networks": networks, "new": new, "gone": 0}, says)


def set_aside(new: object = 0, networks: object = ANYTHING, **counts: object) -> Outcome:
    """Some records could not be read: all others are taken in, nobody is missed, and it is said."""
    return Outcome(1, "partial", False, ANYTHING, {"networks": networks, "new": new, "gone": 0, "held": 0} | counts)


def away(code: object = "no_answer", outcome: object = "offline") -> Outcome:
    """Nobody answers, or later can help."""
    return Outcome(5, outcome, False, code, {"networks": 0, "new": 0, "gone": 0, "held": 0})


def either(first: Outcome, *others: Outcome) -> Outcome:
    """Whichever of these: the contract leaves it open."""
    return replace(first, alternatives=others)


def listed(
    family: str,
    name: str,
    answer: Script | Body,
    outcome: Outcome,
    command: tuple[str, ...] = ("pull", "--networks-only"),
    **more: Any,
) -> Case:
    """A case where the listing is all that is hostile: every page of it is answered so, or has this body."""
    return Case(family, name, {"page": as_script(answer)}, outcome, command, **more)


def one_more(
    family: str, name: str, answer: Script | Body, held: Mapping[str, object] = SEVEN[7], **more: Any
) -> Case:
    """The listing has a network that is not known, and that is then known as this."""
    return listed(family, name, answer, all_in(1), taken={7: held}, **more)


def again(family: str, name: str, answer: Answer, outcome: Outcome = ALL_IN, **more: Any) -> Case:
    """What is no answer is asked for again, and then there is a good one."""
    return listed(family, name, [answer, http(GOOD)], outcome, **{"asked": {"page": 2}, **more})


def named(cases: Collection[Case]) -> list[Case]:
    """The cases, each of which has a name of its own."""
    twice = [title for title, count in Counter(case.title for case in cases).items() if count > 1]
    if twice:
        raise ValueError(f"several cases have the same name: {twice}")
    return list(cases)

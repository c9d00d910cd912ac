"""Answers the built netsync with everything that a server should not say, and looks what becomes of it and its replica.

Each case of the corpus in `hostile/` has a replica of its own, and says what has to come of it: the exit status, the
result object, the error's code, what is known then, what is left in the outbox, and what was asked. No answer may end
the process otherwise than by an exit status of the contract, take more time or memory than there is, leave the key in a
file, say a word of a library or a path of the build, or touch what it does not speak of. Nothing but loopback is used.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from checks import Run, Violation, equal, main, require
from host import KEY, Answer, Host, check_seeking, check_words, seek_key
from hostile.case import ANYTHING, Case, fits
from hostile.command import Command, carry_out, starters
from hostile.corpus import corpus
from hostile.replies import KNOWN, network_id
from hostile.server import Server, Session

AT_ONCE = 4
PEAK_MB = 300
# Of what is said on a stream, the log at its most talkative included.
MOST_SAID = 1 << 20
MOST_ERROR = 64 << 10
# A bug's exit status, and those of shells for what a signal ended.
TRAPS = (70, 132, 133, 134, 135, 136, 139)
FIELDS = ("name", "created_at", "updated_at", "record_type", "unknown_fields")
INTERFACE_FIELDS = (
    "name", "type", "status", "region_code", "region_name", "created_at", "updated_at", "record_type", "unknown_fields",
)
# The edits of each replica that cases begin with.
EDITS: dict[str, tuple[tuple[str, ...], ...]] = {
    "stocked": (("create", "made here"), ("rename", network_id(2), "renamed here"), ("delete", network_id(3))),
    "create": (("create", "made here"),),
    "rename": (("rename", network_id(2), "renamed here"),),
    "delete": (("delete", network_id(3)),),
}
# The networks that the edit of such a replica is about; a create's has no id yet.
SUBJECTS = {"rename": {network_id(2)}, "delete": {network_id(3)}}
# The names that the server has, once the edit of such a replica is carried out.
NAMES = {
    "create": sorted([*(f"net-{number}" for number in KNOWN), "made here"]),
    "rename": sorted([*(f"net-{number}" for number in KNOWN if number != 2), "renamed here"]),
    "delete": sorted(f"net-{number}" for number in KNOWN if number != 3),
}
HEALED_WITHIN_S = 20.0
# How far off a silence may be: the corpus was made before, and the case ended after.
SILENCE_SLACK_S = 30.0
# Controls but for the line feed, and what has no width or turns the direction of writing.
MOVES_TERMINAL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
NOT_ENDED = "did not end"


@dataclass
class Standing:
    """What a replica holds: the server's documents by id, the outbox row by row, what it knows of the server's time."""

    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    interfaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    outbox: list[tuple[Any, ...]] = field(default_factory=list)
    # For how long the server is to be left alone; None where it never asked.
    quiet_s: float | None = None
    clock_known: bool = False

    @property
    def states(self) -> dict[str, str]:
        """The edits by action: each replica has at most one of a kind."""
        return {action: state for _, action, state, *_ in self.outbox}


def standing(host: Host) -> Standing:
    """Reads the replica past netsync."""
    if not host.replica.exists():
        return Standing()
    networks = host.rows(
        f"SELECT remote_id, {', '.join(FIELDS)} FROM network WHERE remote_id IS NOT NULL AND gone_at_us IS NULL"
    )
    interfaces = host.rows(f"SELECT id, {', '.join(INTERFACE_FIELDS)} FROM network_interface")
    columns = "network_key, name, base_name, base_updated_at, edited_at_us, attempts"
    outbox = host.rows(
        f"SELECT edit, action, state, {columns} FROM operation"
        f" UNION ALL SELECT edit, action, 'refused', {columns} FROM dead_letter ORDER BY edit"
    )
    ((quiet_until, clock),) = host.rows("SELECT quiet_until_us, clock_offset_us FROM meta")
    return Standing(
        {each: document(FIELDS, values) for each, *values in networks},
        {each: document(INTERFACE_FIELDS, values) for each, *values in interfaces},
        outbox,
        None if quiet_until is None else quiet_until / 1e6 - time.time(),
        clock is not None,
    )


def document(names: tuple[str, ...], values: list[Any]) -> dict[str, Any]:
    found = dict(zip(names, values))
    if found["unknown_fields"] is not None:
        found["unknown_fields"] = json.loads(found["unknown_fields"])
    return found


@dataclass
class Stage:
    """What all cases share: the server, those who start commands, and the replicas to begin with."""

    run: Run
    server: Server
    starters: Executor
    replicas: dict[str, Host] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    def make_replicas(self) -> None:
        """Pulls them from the account as it is while nobody is hostile, and queues their edits."""
        with self.server.session(KEY, {}):
            for name, edits in EDITS.items():
                host = Host(self.run.binary, self.run.folder / name, self.server.base_url)
                host.run("pull")
                for edit in edits:
                    host.edit("networks", *edit)
                self.replicas[name], self.standings[name] = host, standing(host)


class Trial:
    """One case, carried out and judged."""

    def __init__(self, stage: Stage, number: int, case: Case) -> None:
        self.stage, self.case = stage, case
        self.key = f"{KEY}.{number}"
        self.host = Host(
            stage.run.binary, stage.run.folder / f"case-{number}", stage.server.base_url,
            **{"TELNYX_API_KEY": self.key, "NETSYNC_HTTP_TIMEOUT": "10s", **case.settings},
        )
        if case.replica != "empty":
            shutil.copytree(stage.replicas[case.replica].replica.parent, self.host.replica.parent)
        self.before = stage.standings.get(case.replica, Standing())
        self.peak_mb, self.seconds = 0.0, 0.0
        # How the command ended, in a few words.
        self.ended = NOT_ENDED

    def carry_out(self) -> None:
        with self.stage.server.session(self.key, self.case.script) as session:
            self.judge(self.answer(self.case.command, self.case.within_s), session)
            if self.case.heals:
                session.script = {}
                self.heal(session)
        shutil.rmtree(self.host.home)

    def answer(self, verb: tuple[str, ...], within_s: float) -> Answer:
        """Carries a command out: it ends by itself, in time, within its memory, and not by a trap."""
        arguments = verb if self.case.is_plain else (*verb, "--json")
        output, errors = (self.host.streams / f"{time.monotonic_ns()}.{stream}" for stream in ("out", "err"))
        command = Command((self.host.binary, *arguments), self.host.environment, output, errors, within_s)
        ended = self.stage.starters.submit(carry_out, command).result()
        self.peak_mb, self.seconds = max(self.peak_mb, ended.peak_mb), max(self.seconds, ended.seconds)
        require(not ended.is_late, f"did not end within {within_s:g} s, and had {ended.peak_mb:.0f} MB by then")
        said = [file.read_bytes() for file in (output, errors)]
        for file, text in zip((output, errors), said):
            require(len(text) <= MOST_SAID, f"said {len(text)} bytes")
            seek_key(text, f"what was said ({file.suffix})")
            file.unlink()
        answer = Answer(arguments, ended.status, *(text.decode(errors="replace") for text in said))
        require(ended.status >= 0 and ended.status not in TRAPS, f"a trap: {answer}")
        require(ended.peak_mb < PEAK_MB, f"took {ended.peak_mb:.0f} MB")
        check_words(answer)
        if self.ended == NOT_ENDED:
            error = error_object(answer)
            self.ended = f"exit {answer.status}" + (f", {error['code']}: {error['why'][:200]}" if error else "")
        return answer

    # What has come of it.

    def judge(self, answer: Answer, session: Session) -> None:
        """First what must hold whatever the case is about, then what it expects."""
        after = standing(self.host)
        self.host.check_integrity()
        self.host.check_secrets()
        self.check_outbox(after)
        equal("what nobody should have asked", session.asked["stray"], 0)
        self.check_outcome(answer)
        self.check_networks(answer, after, session)
        self.check_interfaces(after)
        self.check_time(after)
        for kind, number in self.case.asked.items():
            expect(f"requests ({kind})", session.asked[kind], number)

    def check_outbox(self, after: Standing) -> None:
        self.host.check_edits([edit for edit, *_ in self.before.outbox])
        if self.case.left is None:
            equal("the outbox", after.outbox, self.before.outbox)
        elif isinstance(self.case.left, Mapping):
            equal("the edits that are left", set(after.states), set(self.case.left))
            for action, state in self.case.left.items():
                expect(f"the {action}", after.states[action], state)

    def check_outcome(self, answer: Answer) -> None:
        result: Mapping[str, Any] = {} if self.case.is_plain else answer.json
        expected = self.case.outcome.nearest(answer.status, result.get("outcome"))
        require(fits(answer.status, expected.exit), f"exit {answer.status}, not {expected.exit!r}: {answer}")
        if self.case.is_plain:
            moved = MOVES_TERMINAL.search(answer.output + answer.errors)
            require(moved is None, f"{moved and moved[0]!r} reaches the terminal: {answer}")
            return
        error = error_object(answer)
        expect("the outcome", result["outcome"], expected.outcome)
        if "complete" in result:
            expect("complete", result["complete"], expected.complete)
        for member, number in expected.counts.items():
            expect(member, result[member], number)
        expect("the error's code", error and error["code"], expected.code)
        if error:
            equal("the error's exit code", error["exit_code"], answer.status)
            text = json.dumps(error, ensure_ascii=False)
            require(len(text) <= MOST_ERROR, f"an error of {len(text)} characters")
            for word in expected.says:
                require(word in text, f"nothing of {word!r} in {error}")

    def check_networks(self, answer: Answer, after: Standing, session: Session) -> None:
        """What is known is what was, and what the case says was taken in."""
        expected, found = dict(self.before.networks), dict(after.networks)
        for number, fields in {**self.case.taken, **self.taken_too(after)}.items():
            each = self.case.ids.get(number, network_id(number))
            known = expected.pop(each, dict.fromkeys(FIELDS))
            if fields is not None:
                expected[each] = known | dict(fields)
        for number in self.case.may_go:
            if network_id(number) not in found:
                del expected[network_id(number)]
        if self.case.takes_more:
            found = {each: found[each] for each in found if each in expected}
        if self.case.command[0] == "push":
            # What the edit is about is held against the server; all others are as they were.
            subjects = SUBJECTS.get(self.case.replica, found.keys() - expected.keys())
            if answer.status == 0 and not self.case.names_open:
                there = {each: record["name"] for each, record in session.account.networks.items() if each in subjects}
                equal("what was sent, here", {each: found[each]["name"] for each in subjects if each in found}, there)
            if self.case.written:
                about = {each: found[each] for each in found if each in subjects}
                equal("networks that the edit is about", len(about), 1)
                check_documents("networks that the edit is about", about, dict.fromkeys(about, self.case.written))
            found = {each: found[each] for each in found if each not in subjects}
            expected = {each: expected[each] for each in expected if each not in subjects}
        check_documents("networks", found, expected)

    def taken_too(self, after: Standing) -> Mapping[int, Mapping[str, object]]:
        """Of what may have been taken in, what was."""
        return next(
            (each for each in self.case.may_take if all(network_id(number) in after.networks for number in each)), {}
        )

    def check_interfaces(self, after: Standing) -> None:
        expected = self.before.interfaces
        if self.case.interfaces is ANYTHING:
            return
        if isinstance(self.case.interfaces, Mapping):
            nothing = dict.fromkeys(INTERFACE_FIELDS)
            expected = {each: nothing | dict(fields) for each, fields in self.case.interfaces.items()}
        found = {each: row for each, row in after.interfaces.items() if each not in self.case.interfaces_open}
        check_documents("interfaces", found, expected)

    def check_time(self, after: Standing) -> None:
        """The server is left alone for as long as it asked, and its clock is known where it could be read."""
        expected, found = self.case.quiet_s, after.quiet_s
        if isinstance(expected, int) and found is not None:
            require(expected - SILENCE_SLACK_S < found < expected + 2, f"silence for {found:.0f} s, not {expected} s")
        elif expected is not ANYTHING:
            equal("whether the server is left alone", found is not None, expected is not None)
        if self.case.reads_clock is not None:
            equal("whether the server's clock is known", after.clock_known, self.case.reads_clock)

    # What a good server makes of it afterwards.

    def heal(self, session: Session) -> None:
        """Both sides are the same again, each edit is carried out once, and nothing is left over."""
        is_push = self.case.command[0] == "push"
        if is_push:
            said = self.answer(("push", "--timeout", "15s"), HEALED_WITHIN_S)
            require(said.status == 0, f"the push after it: {said}")
            equal("the outbox after it", standing(self.host).outbox, [])
            names = sorted(record["name"] for record in session.account.networks.values())
            equal("the names there after it", names, NAMES[self.case.replica])
        said = self.answer(("pull", "--networks-only", "--max-deletes", "100000"), HEALED_WITHIN_S)
        require(said.status == 0, f"the pull after it: {said}")
        after = standing(self.host)
        there = {each: [record[name] for name in FIELDS[:-1]] for each, record in session.account.networks.items()}
        here = {each: [row[name] for name in FIELDS[:-1]] for each, row in after.networks.items()}
        equal("here and there after it", here, there)
        if not is_push:
            equal("the outbox after it", [row[:2] for row in after.outbox], [row[:2] for row in self.before.outbox])


def error_object(answer: Answer) -> dict[str, Any] | None:
    """The error among the lines of the log."""
    lines = [line for line in answer.errors.split("\n") if line.startswith('{"schema":"netsync.error/1"')]
    require(len(lines) <= 1, f"several errors: {lines}")
    return json.loads(lines[0]) if lines else None


def expect(what: str, found: object, expected: object) -> None:
    require(fits(found, expected), f"{what}: found {found!r}, expected {expected!r}")


def check_documents(
    what: str, found: Mapping[str, Mapping[str, Any]], expected: Mapping[str, Mapping[str, Any]]
) -> None:
    equal(f"the {what} that are known", set(found), set(expected))
    for each, fields in expected.items():
        for name, value in fields.items():
            is_so = fits(found[each][name], value)
            require(is_so, f"{name} of {each}: found {str(found[each][name])[:200]!r}, expected {str(value)[:200]!r}")


# The course of it.

class Tally:
    """What the cases came to."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.broken = 0
        self.known: Counter[str] = Counter()
        self.peak_mb = (0.0, "")
        self.seconds = (0.0, "")

    def carry_out(self, stage: Stage, number: int, case: Case) -> None:
        trial = Trial(stage, number, case)
        try:
            trial.carry_out()
            self.run.count("cases held")
            if case.known and self.run.options.known:
                self.run.count("of them need not have")
        except (Violation, KeyError, ValueError) as reason:
            self.violated(trial, str(reason) if isinstance(reason, Violation) else repr(reason))
        if self.run.options.tell:
            known = f" [{case.known}]" if case.known else ""
            print(f"{case.title}: {trial.seconds:.2f} s, {trial.ended}{known}", flush=True)
        with self.run.lock:
            self.peak_mb = max(self.peak_mb, (trial.peak_mb, case.title))
            self.seconds = max(self.seconds, (trial.seconds, case.title))

    def violated(self, trial: Trial, reason: str) -> None:
        case = trial.case
        # That it traps is never known of any.
        if case.known and self.run.options.known and not reason.startswith("a trap"):
            with self.run.lock:
                self.known[case.known] += 1
            shutil.rmtree(trial.host.home)
            return
        with self.run.lock:
            self.broken += 1
        print(f"VIOLATED: {case.title}: {reason[:2_000]}\n  the files are in {trial.host.home}", flush=True)

    def tell(self, cases: list[Case]) -> None:
        for family, number in Counter(case.family for case in cases).items():
            print(f"  {number:4} {family}")
        print(f"  most memory {self.peak_mb[0]:.0f} MB: {self.peak_mb[1]}")
        print(f"  most time {self.seconds[0]:.1f} s: {self.seconds[1]}")
        for rule, number in sorted(self.known.items()):
            print(f"  {number:4} known not to hold: {rule}")


def show(run: Run) -> None:
    check_seeking()
    with starters(AT_ONCE) as pool:
        cases = [case for case in corpus() if run.options.only.lower() in case.title.lower()]
        cases = cases[run.options.seed % run.options.every::run.options.every]
        require(bool(cases), f"no case has {run.options.only!r} in its title")
        tally = Tally(run)
        with Server() as server, ThreadPoolExecutor(AT_ONCE) as threads:
            stage = Stage(run, server, pool)
            stage.make_replicas()
            list(threads.map(lambda numbered: tally.carry_out(stage, *numbered), enumerate(cases)))
    tally.tell(cases)
    require(tally.broken == 0, f"{tally.broken} of {len(cases)} cases")


if __name__ == "__main__":
    main(
        "hostile", __doc__, {"every": (1, "carries out one case in so many")}, show,
        flags={
            "known": "let cases fail whose rule this netsync is known not to keep yet",
            "tell": "tell how each case ended",
        },
        words={"only": "carry out the cases alone whose title has this in it"},
    )

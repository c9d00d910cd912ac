"""Runs every command of the built netsync in every way that somebody may: at terminals, in a pipe, as JSON, without a network.

What must hold of each: the exit status; an error in four lines or one object; on a terminal no table wider than the window
and no character that moves it, whatever the names are; in a pipe whole rows and nothing else; JSON as its schema says. All
that does not hold is told, a line for each. Before that breaches are planted, and each has to be found.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent / "Processes"))

import looks  # noqa: E402
import ways  # noqa: E402
from cases import CASES, Case, Kind, without_a_case  # noqa: E402
from checks import Run, Violation, main, require  # noqa: E402
from host import KEY, Answer, check_named, check_seeking, check_words  # noqa: E402
from looks import expect  # noqa: E402
from planted import check_checks  # noqa: E402
from shapes import Shapes, stale_words  # noqa: E402
from stages import CLOSED, PATH, REPLICA, World  # noqa: E402
from trips import TRIPS, Trips  # noqa: E402
from ways import COLORED, DUMB, PLAIN, Stop, Terminal  # noqa: E402

AT_ONCE = 4
# Exit statuses that need no error: a command that goes on until it is stopped ends with the last two.
NO_FAILURES = (0, 2, 130, 143)
# Of the contract; 70 is a bug, and no run of a program without bugs comes to it.
EXITS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 64, 78, 130, 143)
# Of `networks show` and `outbox show`.
BESIDE = ("edits", "candidates")
ERROR = '{"schema":"netsync.error/1"'


class Driver:
    """Runs cases, and keeps what was broken, what was reached, and what was counted."""

    def __init__(self, run: Run, world: World, shapes: Shapes) -> None:
        self.run, self.world, self.shapes = run, world, shapes
        self.lock = threading.Lock()
        self.keys = count(1)
        self.broken: list[str] = []
        # By exit status: the case that came to it first; and where its error was told as it should be.
        self.reached: dict[int, str] = {}
        self.told: dict[str, set[int]] = {"in four lines": set(), "as an object": set()}
        self.isolated = subprocess.run([*ways.WITHOUT_NETWORK, "true"], capture_output=True).returncode == 0

    @contextmanager
    def way(self, what: object, way: str) -> Iterator[None]:
        """What is broken in it is told, and everything else goes on."""
        try:
            yield
        except (Violation, LookupError, TypeError, ValueError, OSError) as reason:
            # An answer of another form than any check expects is no end of the others. One line, whatever is in it.
            word = "" if isinstance(reason, Violation) else f"expected another form: {type(reason).__name__} "
            told = looks.visible(f"{what} | {way} | {word}{reason}")
            with self.lock:
                self.broken.append(told)
                print(f"VIOLATED: {told}", flush=True)

    # One run.

    def carry_out(
        self, case: Case, *more: str, home: Path | None = None, terminal: Terminal | None = None, alone: bool = False
    ) -> Answer:
        """Runs a case in a copy of its stage, and looks at its exit status. `alone`: with no network and no key."""
        stage = self.world.stages[case.stage]
        home = home or self.world.fresh(case.stage)
        environment = {"PATH": PATH, "HOME": str(home)}
        prefix: tuple[str, ...] = ways.WITHOUT_NETWORK if alone and self.isolated else ()
        if alone and not self.isolated:
            environment["TELNYX_BASE_URL"] = CLOSED
        with ExitStack() as stack:
            stop = case.stop
            if not alone:
                environment |= stage.environment
                if case.stage == "strange":
                    key = f"{KEY}.{next(self.keys)}"
                    session = stack.enter_context(self.world.server.session(key, case.script or {}))
                    environment["TELNYX_API_KEY"] = key
                    if stop and case.script:
                        stop = Stop(stop.number, lambda *_: session.asked.total() > 0)
                for name, value in case.variables.items():
                    environment.pop(name, None)
                    if value is not None:
                        environment[name] = stage.words.get(value, value)
            words = case.command.split()
            # Nothing behind two dashes is a flag.
            command = [*words, *more, *case.arguments] if "--" in case.arguments else [*words, *case.arguments, *more]
            for earlier in case.before:
                self.begin(home, environment, [stage.words.get(word, word) for word in earlier])
            if case.locked:
                lock = stack.enter_context(Path(f"{home / REPLICA}{case.locked}").open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            answer = ways.run(
                [*prefix, self.run.binary, *(stage.words.get(word, word) for word in command)], home, environment,
                typed=case.typed, terminal=terminal, stop=stop,
            )
        self.run.count("runs")
        expected = case.exit_alone if alone and case.exit_alone is not None else case.exit
        said = (answer.errors or answer.output)[:400]
        expect(answer.status == expected, f"exit {expected}, but it was {answer.status}: {said!r}")
        with self.lock:
            self.reached.setdefault(answer.status, str(case))
        if case.kind is not Kind.TEXT:
            check_words(answer)
        return answer

    def begin(self, home: Path, environment: dict[str, str], command: list[str]) -> None:
        answer = ways.run([self.run.binary, *command], home, environment)
        require(answer.status == 0, f"the case begins with {answer}")

    # What must hold of it.

    def judge(self, case: Case) -> None:
        if case.at_terminal is not False:
            terminals = {"80 columns, NO_COLOR": PLAIN, "40 columns, TERM=dumb": DUMB}
            if case.kind is Kind.ROWS or case.code:
                terminals["80 columns, colour"] = COLORED
            for way, terminal in terminals.items():
                with self.way(case, f"terminal of {way}"):
                    self.judge_terminal(case, terminal)
        if case.at_terminal is not True:
            with self.way(case, "pipe"):
                self.judge_pipe(case)
        has_rows = case.kind in (Kind.ROWS, Kind.RECORD) and not case.stop
        if case.kind is not Kind.TEXT and not has_rows and case.at_terminal is not True:
            for form in case.forms:
                with self.way(case, f"-o {form}, pipe"):
                    self.documents(case, self.carry_out(case, "-o", form), form)
        if case.shape and not case.code and case.at_terminal is not False:
            for form in case.forms:
                with self.way(case, f"-o {form}, terminal"):
                    answer = looks.shown(self.carry_out(case, "-o", form, terminal=PLAIN), PLAIN)
                    self.documents(case, answer, form)
        if not case.connects and not case.variables and case.at_terminal is not True:
            with self.way(case, "no network, no key"):
                self.carry_out(case, alone=True)
        if has_rows:
            self.judge_rows(case)

    def judge_terminal(self, case: Case, terminal: Terminal) -> None:
        answer = self.carry_out(case, terminal=terminal)
        if terminal.is_colored and case.kind is Kind.ROWS and answer.output:
            expect(looks.COLOR.search(answer.output) is not None, "colour")
        seen = looks.shown(answer, terminal, repaints=case.stop is not None)
        if case.kind is Kind.ROWS:
            looks.check_table(seen.output, terminal.columns)
        self.check_end(case, seen)

    def judge_pipe(self, case: Case) -> None:
        answer = self.carry_out(case)
        if case.kind is not Kind.ROWS:
            looks.check_nothing_hidden(answer.output, "on stdout", but="\n\t" if case.command == "completion" else "\n")
        looks.check_nothing_hidden(answer.errors, "on stderr")
        self.check_end(case, answer)

    def check_end(self, case: Case, answer: Answer) -> None:
        """Where it fails it says so, and answers nothing but what it has done."""
        if case.code:
            check_named(answer)
            expect(bool(case.shape) or not answer.output, f"nothing on stdout, but there is {answer.output[:200]!r}")
            with self.lock:
                self.told["in four lines"].add(answer.status)
        else:
            expect("error:" not in answer.errors, f"no error, but there is {answer.errors[:200]!r}")

    def documents(self, case: Case, answer: Answer, form: str) -> list[Any]:
        """What it printed as JSON, held against its schema."""
        self.check_end_in_json(case, answer)
        if not case.shape:
            return []
        is_lines = form == "jsonl" or case.kind is Kind.ROWS and case.stop is not None
        if is_lines:
            found = [parsed(line) for line in lines_of(answer.output)]
        else:
            found = list(all_documents(answer.output))
        if case.kind is Kind.ROWS and is_lines:
            self.shapes.check(case.shape, found)
        else:
            expect(bool(found), "an answer, but there is none")
            for document in found:
                self.shapes.check(case.shape, document)
        self.run.count("JSON outputs")
        return found

    def check_end_in_json(self, case: Case, answer: Answer) -> None:
        errors = [line for line in answer.errors.splitlines() if line.startswith(ERROR)]
        if not case.code:
            failed = answer.status not in NO_FAILURES
            expect(bool(errors) == failed, f"{'an' if failed else 'no'} error object, but stderr is {answer.errors[:200]!r}")
            return
        check_named(answer)
        expect(len(errors) == 1, f"one error object, but there are {len(errors)}")
        error = parsed(errors[0])
        self.shapes.check("error", error)
        self.run.count("JSON outputs")
        expect(error["code"] == case.code, f"the error {case.code}, but it is {error['code']}: {error['message']}, {error['why']}")
        expect(bool(case.shape) or not answer.output, f"nothing on stdout, but there is {answer.output[:200]!r}")
        with self.lock:
            self.told["as an object"].add(answer.status)

    def judge_rows(self, case: Case) -> None:
        """Every form of the same rows, or of the same record, from one copy of the replica."""
        home = self.world.fresh(case.stage)
        with self.way(case, "-o json, pipe"):
            (answer,) = self.documents(case, self.carry_out(case, "-o", "json", home=home), "json")
            documents = answer if case.kind is Kind.ROWS else [answer]
            with self.way(case, "-o jsonl, pipe"):
                each = self.documents(case, self.carry_out(case, "-o", "jsonl", home=home), "jsonl")
                expect(each == documents, "each line to be a row of the array")
            # What a record has beside its columns is in no row.
            found = [{key: value for key, value in row.items() if key not in BESIDE} for row in documents]
            checks: dict[str, Callable[[str], None]] = {
                "tsv": lambda output: looks.check_tsv(output, found),
                "csv": lambda output: looks.check_csv(output, found),
                "id": lambda output: looks.check_ids(output, found),
            }
            for form, check in checks.items():
                with self.way(case, f"-o {form}, pipe"):
                    check(self.carry_out(case, "-o", form, home=home).output)
            if found and case.command != "config list":
                field = list(found[0])[1]
                with self.way(case, "--fields"):
                    chosen = self.carry_out(case, "-o", "json", "--fields", field, home=home).json
                    expected = [{field: row[field]} for row in found]
                    expect(chosen in (expected, *expected), f"{field} alone, but there is {str(chosen)[:200]!r}")
            if case.at_terminal is False:
                return
            with self.way(case, "-o wide, terminal"):
                looks.shown(self.carry_out(case, "-o", "wide", home=home, terminal=PLAIN), PLAIN)
            for form in ("tsv", "csv", "id"):
                with self.way(case, f"-o {form}, terminal"):
                    output = self.carry_out(case, "-o", form, home=home, terminal=PLAIN).output
                    looks.check_nothing_hidden(output.replace("\r\n", "\n"), "on stdout", but="\n\t")

    # All of it.

    def travel(self, trips: Trips, what: str, way: str) -> None:
        self.run.count("trips")
        with self.way(what, way):
            TRIPS[what, way](trips)

    def check_isolation(self) -> None:
        """Where there is no network, what needs one cannot do its work: the sandbox is not reached."""
        if not self.isolated:
            print("  'unshare -n' is not permitted here: 'no network' is an API at a closed port", flush=True)
            return
        home, stage = self.world.fresh("synced"), self.world.stages["synced"]
        command = [*ways.WITHOUT_NETWORK, self.run.binary, "pull", "--timeout", "5s"]
        answer = ways.run(command, home, stage.environment | {"HOME": str(home)})
        require(answer.status == 5, f"without a network a pull cannot be done, but {answer}")

    def look_back(self) -> None:
        """What only the whole of it can tell."""
        every = ("everything", "all cases")
        commands = tree(self.run.binary)
        for command in without_a_case(commands):
            self.lacks(every, f"a case of 'netsync {command}'")
        for status in sorted(set(EXITS) - self.reached.keys()):
            self.lacks(every, f"a case that exits with {status}")
        for form, statuses in self.told.items():
            for status in sorted({*EXITS} - {0, 2} - statuses):
                self.lacks(every, f"an error told {form} with exit {status}")
        for name in self.shapes.unused():
            self.lacks(every, f"an output for {name}.schema.json")
        for key in self.shapes.unseen():
            self.lacks(every, f"an output with the key {key}")
        for key in self.shapes.undescribed():
            self.lacks(every, f"a description of the key {key}")
        for words in stale_words(self.shapes):
            self.lacks(every, f"the words of the sources: {words}")
        self.run.count("commands", len(commands))
        self.run.count(f"schemas used of {len(self.shapes.names)}", len(self.shapes.used))
        self.run.count(f"exit codes ({' '.join(map(str, sorted(self.reached)))})", len(self.reached))

    def lacks(self, every: tuple[str, str], what: str) -> None:
        with self.way(*every):
            expect(False, what)

    def tell(self) -> None:
        for status, case in sorted(self.reached.items()):
            print(f"  exit {status:3}: {looks.visible(case)}")
        print("  exit  70: never; it is a bug of netsync, and nothing that is known brings one about")


def lines_of(text: str) -> list[str]:
    """Without what other characters than the line feed end."""
    return text.split("\n")[:-1]


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Violation(f"expected JSON, but there is {text[:200]!r}") from None


def all_documents(text: str) -> Iterator[Any]:
    """One document after the other, with white space between them."""
    decoder, rest = json.JSONDecoder(), text.lstrip()
    while rest:
        try:
            document, end = decoder.raw_decode(rest)
        except ValueError:
            raise Violation(f"expected JSON, but there is {rest[:200]!r}") from None
        yield document
        rest = rest[end:].lstrip()


def tree(binary: str) -> set[str]:
    """Every command and every group of commands."""
    dumped = subprocess.run([binary, "--experimental-dump-help"], capture_output=True, text=True, timeout=60, check=True)

    def below(node: dict[str, Any], path: str) -> Iterator[str]:
        for inner in node.get("subcommands", ()):
            name = f"{path} {inner['commandName']}".strip()
            yield name
            yield from below(inner, name)

    return set(below(json.loads(dumped.stdout)["command"], ""))


def show(run: Run) -> None:
    check_seeking()
    shapes = Shapes()
    run.count("planted breaches found", check_checks())
    world = World(run)
    with world.opened():
        driver = Driver(run, world, shapes)
        driver.check_isolation()
        trips = Trips(run.binary, world, shapes, driver.way)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            futures = [threads.submit(driver.judge, case) for case in CASES]
            futures += [threads.submit(driver.travel, trips, *what) for what in TRIPS]
            for future in futures:
                future.result()
    driver.look_back()
    driver.tell()
    require(not driver.broken, f"{len(driver.broken)} of what is told above")


if __name__ == "__main__":
    main("commands", __doc__, {}, show)

"""Writes the man pages, which are netsync(1), one for each command, and netsync-config(5) of the settings, and an example of a file of
settings.

Commands and options are those that netsync itself prints (--experimental-dump-help), settings and defaults those of 'netsync config
list'. What they cannot know is in manual.toml. A command without an example, a setting without a sentence, and an example with a flag
that its command does not know are errors.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

# A command or an argument, as the argument parser describes it.
Described = dict[str, Any]
ESCAPES = {"\\": r"\e", "'": r"\(aq", "`": r"\(ga", "~": r"\(ti", "^": r"\(ha", '"': r"\(dq"}


def fail(what: str) -> NoReturn:
    sys.exit(f"manual: {what}")


def roff(words: str) -> str:
    """As literal text; a hyphen within a word may be broken at, every other one is a minus."""
    escaped = "".join(ESCAPES.get(sign, sign if sign.isascii() else rf"\[u{ord(sign):04X}]") for sign in words)
    return re.sub(r"(?<![A-Za-z0-9])-|-(?![A-Za-z0-9])", r"\\-", escaped)


def literal(words: str) -> str:
    """As text that can be copied into a shell."""
    return re.sub(r"^\.", r"\\&.", roff(words).replace(r"\-", "-").replace("-", r"\-"))


def prose(words: str) -> Iterator[str]:
    """One sentence a line, as roff wants it. What people type is not broken at the end of a line."""
    for sentence in re.split(r"(?<=\.)\s+(?=[A-Z])", " ".join(words.split())):
        yield " ".join(rf"\%{roff(word)}" if re.search(r"[_/$.]\w", word) else roff(word) for word in sentence.split())


def paragraphs(texts: list[str]) -> Iterator[str]:
    for number, words in enumerate(texts):
        if number:
            yield ".Pp"
        yield from prose(words)


def described(command: Described) -> Iterator[str]:
    return paragraphs([command["abstract"], *(command.get("discussion") or "").splitlines()])


def tagged(rows: list[tuple[str, list[str]]]) -> Iterator[str]:
    """A list of terms; each comes with its macro."""
    yield ".Bl -tag -width Ds"
    for term, lines in rows:
        yield f".It {term}"
        yield from lines
    yield ".El"


def subcommands(command: Described) -> list[Described]:
    return [each for each in command.get("subcommands", []) if each["commandName"] != "help"]


def leaves(command: Described, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Described]]:
    """What can be run below a command, by its words."""
    path = (*path, command["commandName"])
    if not subcommands(command):
        yield path, command
    for each in subcommands(command):
        yield from leaves(each, path)


def names(argument: Described) -> list[str]:
    """`-n` and `--dry-run`."""
    return [f"-{'' if name['kind'] == 'short' else '-'}{name['name']}" for name in argument.get("names", [])]


def arguments(command: Described) -> list[Described]:
    return [each for each in command.get("arguments", []) if each["shouldDisplay"]]


def value(argument: Described) -> str:
    if argument["kind"] == "flag":
        return ""
    return f" Ar {literal(argument['valueName'].upper())}" + (" ..." if argument["isRepeating"] else "")


def usage(argument: Described) -> str:
    """Its line of the synopsis."""
    flag = "".join(f"Fl {literal(name.removeprefix('-'))}" for name in names(argument)[-1:])
    return f".{'Op ' if argument['isOptional'] else ''}{(flag + value(argument)).strip()}"


def option(argument: Described) -> tuple[str, list[str]]:
    """The term of an option, and what it means."""
    flags = " , ".join(f"Fl {literal(name.removeprefix('-'))}" for name in names(argument))
    meaning = [argument.get("abstract") or ""]
    choices = argument.get("allValues", [])
    if any(choice not in meaning[0] for choice in choices):
        meaning.append(f"One of {', '.join(choices)}.")
    if argument.get("defaultValue"):
        meaning.append(f"Without it: {argument['defaultValue']}.")
    return f"{flags}{value(argument)}".strip(), list(prose(" ".join(meaning))) if any(meaning) else []


class Manual:
    def __init__(self, program: Path, made: datetime) -> None:
        def said(*words: str) -> str:
            return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout

        self.root: Described = json.loads(said("--experimental-dump-help"))["command"]
        self.settings: list[dict[str, str | None]] = json.loads(said("config", "list", "--json"))
        self.words = tomllib.loads((Path(__file__).resolve().parent / "manual.toml").read_text())
        self.system, self.date = f"netsync {said('--version').strip()}", f"{made:%B} {made.day}, {made.year}"
        everywhere = [{tuple(names(each)) for each in arguments(command)} for _, command in leaves(self.root)]
        self.common = set.intersection(*everywhere) - {()}
        self.check()

    def check(self) -> None:
        """That what is written by hand is whole, and true of this netsync."""
        written, known = self.words["command"].keys(), {each["commandName"] for each in subcommands(self.root)}
        if written != known:
            fail(f"manual.toml and netsync do not have the same commands: {', '.join(sorted(written ^ known))}")
        for path, command in leaves(self.root):
            shown = [line for line, _ in self.words["command"][path[1]]["examples"] if is_of(path, line)]
            if not shown:
                fail(f"manual.toml has no example of {' '.join(path)}")
            flags = {name for each in arguments(command) for name in names(each)}
            for line in shown + [line for line, _ in self.words["examples"] if is_of(path, line)]:
                if unknown := [word for word in line.split() if re.match(r"--?[a-z]", word) and word not in flags]:
                    fail(f"manual.toml: {' '.join(path)} has no {unknown[0]}")
        meant, settings = self.words["settings"]["meaning"].keys(), {str(each["key"]) for each in self.settings}
        if meant != settings:
            fail(f"manual.toml and netsync do not have the same settings: {', '.join(sorted(meant ^ settings))}")
        if set_here := [each["key"] for each in self.settings if each["source"] != "default"]:
            fail(f"{set_here[0]} is set on this host, so its default cannot be read; unset it")

    def page(self, name: str, section: int, summary: str, body: Iterator[str]) -> str:
        head = [f".Dd {self.date}", f".Dt {name.upper()} {section}", f".Os {self.system}", ".Sh NAME", f".Nm {name}"]
        return "\n".join([*head, f".Nd {roff(summary[0].lower() + summary[1:].rstrip('.'))}", *body]) + "\n"

    def overview(self) -> str:
        def body() -> Iterator[str]:
            yield from [".Sh SYNOPSIS", ".Nm netsync", ".Op Ar options", ".Ar command", ".Op Ar arguments", ".Sh DESCRIPTION"]
            yield from paragraphs(self.words["description"])
            yield ".Sh COMMANDS"
            yield from tagged(
                [(f"Xr netsync-{each['commandName']} 1", list(prose(each["abstract"]))) for each in subcommands(self.root)]
            )
            yield ".Sh OPTIONS"
            yield from prose(self.words["options"])
            _, any_command = next(leaves(self.root))
            yield from tagged([option(each) for each in arguments(any_command) if tuple(names(each)) in self.common])
            yield ".Sh ENVIRONMENT"
            yield from tagged([(f"Ev {roff(name)}", list(prose(text))) for name, text in self.words["environment"].items()])
            yield from self.files(list(self.words["files"]))
            yield from self.exits([int(number) for number in self.words["exit"] if number != "every"])
            yield from examples(self.words["examples"])
            yield from see([*(f"netsync-{each['commandName']} 1" for each in subcommands(self.root)), "netsync-config 5"])

        return self.page("netsync", 1, self.root["abstract"], body())

    def command(self, command: Described) -> str:
        name, verbs = command["commandName"], list(leaves(command, ("netsync",)))
        words = self.words["command"][name]

        def body() -> Iterator[str]:
            yield ".Sh SYNOPSIS"
            for path, verb in verbs:
                yield f".Nm {' '.join(path)}"
                yield from (usage(each) for each in self.own(verb))
                yield ".Op Ar options"
            yield ".Sh DESCRIPTION"
            yield from described(command)
            for path, verb in verbs:
                if verb is not command:
                    yield f".Ss {path[-1]}"
                    yield from described(verb)
                if own := self.own(verb):
                    yield from tagged([option(each) for each in own])
            yield from [".Pp", "The options of", ".Xr netsync 1", "are those of every command."]
            yield from self.exits(sorted({*self.words["exit"]["every"], *words.get("exit", [])}))
            yield from examples(words["examples"])
            yield from see(["netsync 1", *(f"netsync-{other} 1" for other in words.get("see", [])), "netsync-config 5"])

        return self.page(f"netsync-{name}", 1, command["abstract"], body())

    def configuration(self) -> str:
        def body() -> Iterator[str]:
            words = self.words["settings"]
            yield ".Sh DESCRIPTION"
            yield from paragraphs(words["description"])
            yield from [".Sh SETTINGS", "Each is followed by its variable of the environment."]
            rows = []
            for each in self.settings:
                default = f" The default is {each['value']}." if each["value"] else ""
                meaning = prose(words["meaning"][each["key"]] + default)
                rows.append((f"Cm {roff(str(each['key']))} Pq Ev {each['variable']}", list(meaning)))
            yield from tagged(rows)
            yield from self.files([name for name in self.words["files"] if name.endswith("config.yaml")])
            yield from [".Sh EXAMPLES", *block(words["example"].strip().splitlines())]
            yield from see(["netsync 1", "netsync-config 1"])

        return self.page("netsync-config", 5, "the settings of netsync", body())

    def example(self) -> str:
        """A file of settings in which every one is commented out."""
        text: str = self.words["settings"]["file"].lstrip()
        for each in self.settings:
            meaning = textwrap.fill(self.words["settings"]["meaning"][each["key"]], 118, initial_indent="# ", subsequent_indent="# ")
            text += f"\n{meaning}\n#{each['key']}:{' ' + each['value'] if each['value'] else ''}\n"
        return text

    def own(self, command: Described) -> list[Described]:
        """The arguments that are not every command's."""
        return [each for each in arguments(command) if tuple(names(each)) not in self.common]

    def files(self, names: list[str]) -> Iterator[str]:
        yield ".Sh FILES"
        yield from tagged([(f"Pa {literal(name)}", list(prose(self.words["files"][name]))) for name in names])

    def exits(self, numbers: list[int]) -> Iterator[str]:
        yield ".Sh EXIT STATUS"
        yield from tagged([(str(number), list(prose(self.words["exit"][str(number)]))) for number in numbers])


def is_of(path: tuple[str, ...], line: str) -> bool:
    """Whether an example is one of the command with these words."""
    return line.split()[: len(path)] == list(path)


def block(lines: list[str]) -> list[str]:
    return [".Bd -literal -offset indent", *map(literal, lines), ".Ed"]


def examples(rows: list[list[str]]) -> Iterator[str]:
    yield ".Sh EXAMPLES"
    for number, (line, meaning) in enumerate(rows):
        if number:
            yield ".Pp"
        yield from [*prose(meaning), *block([line])]


def see(pages: list[str]) -> Iterator[str]:
    """Pages with their section, which they are ordered by."""
    yield ".Sh SEE ALSO"
    yield " ,\n".join(f".Xr {page}" for page in sorted(pages, key=lambda page: page.split()[::-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path, help="the built netsync")
    parser.add_argument("folder", type=Path, help="where man1 and man5 are made")
    parser.add_argument("example", type=Path, help="the file of settings")
    given = parser.parse_args()
    manual = Manual(given.program.resolve(), datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC))
    pages = {"man1/netsync.1": manual.overview(), "man5/netsync-config.5": manual.configuration()}
    for command in subcommands(manual.root):
        pages[f"man1/netsync-{command['commandName']}.1"] = manual.command(command)
    for name, text in pages.items():
        file = given.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    given.example.write_text(manual.example())
    print(f"manual: {len(pages)} pages, {len(manual.settings)} settings")


if __name__ == "__main__":
    main()

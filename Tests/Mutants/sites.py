"""What a mutant is, and how it gets into the code beside what it replaces, to be switched at run time.

A mutant's place is a mark in the sources, a comment on a line of its own:

    // mutant: absence-taken-for-deletion
    case .success(let document): .read(document)

It goes where the code goes, and whatever the code is renamed to. Marks of one place stand one below the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

SWITCH = "Sources/NetsyncModel/Mutant.swift"
IMPORT = "import NetsyncModel\n"
MARK = re.compile(r"^ *// mutant: (?P<name>[a-z-]+)$", re.MULTILINE)
# Stands for what a mutant takes the place of.
ORIGINAL = "ORIGINAL"


class BadTable(Exception):
    """The table and the marks do not fit together; the message names the mutant."""


class Kind(Enum):
    """Which part of the statement below a mark is replaced."""

    # All of it, by other statements or none; what it declares must not be used after it.
    STATEMENT = "statement"
    # Nothing: statements are carried out before it.
    BEFORE = "before"
    # All of it, where it is an expression.
    EXPRESSION = "expression"
    # What stands behind `return`.
    RETURNED = "returned"
    # What stands behind the first ` = `.
    ASSIGNED = "assigned"
    # What stands behind the colon of a `case`.
    RESULT = "result"
    # What an `if` or a `guard` asks, or a `switch` is about.
    CONDITION = "condition"


@dataclass(frozen=True)
class Mutant:
    name: str
    # The rule or the invariant that it breaks.
    rule: str
    kind: Kind
    mutated: str = ""
    # Of a rule that does not stand in the reconcile module: why not.
    reason: str | None = None


@dataclass(frozen=True)
class Place:
    """A mark: the file, and where the statement below it begins and ends."""

    file: str
    start: int
    end: int


# MARK: The statement below a mark


def statement_end(source: str, start: int) -> int:
    """Where the statement that begins at `start` ends: all brackets closed, and no line that carries it on."""
    depth = 0
    index = start
    in_text = False
    while index < len(source):
        character = source[index]
        if in_text:
            if character == "\\":
                index += 1
            elif character == '"':
                in_text = False
        elif character == '"':
            in_text = True
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth < 0:
                return index
        elif character == "\n" and depth == 0 and not carries_on(source, index + 1):
            return index
        index += 1
    return index


def carries_on(source: str, line: int) -> bool:
    return re.match(r" *([.?:&|+]|else\b|\?\?)", source[line:]) is not None


def top_level(text: str, pattern: str, start: int = 0) -> int:
    """Where a pattern begins outside of all brackets and texts; -1 for nowhere."""
    depth = 0
    in_text = False
    for index in range(start, len(text)):
        character = text[index]
        if not in_text and depth == 0 and text.startswith(pattern, index):
            return index
        if character == '"' and (index == 0 or text[index - 1] != "\\"):
            in_text = not in_text
        elif not in_text and character in "([{":
            depth += 1
        elif not in_text and character in ")]}":
            depth -= 1
    return -1


def part(statement: str, mutant: Mutant) -> tuple[int, int]:
    """Which part of its statement a mutant replaces."""
    found = find_part(statement, mutant.kind)
    if found is None or found[0] >= found[1] and mutant.kind is not Kind.BEFORE:
        raise BadTable(f"{mutant.name}: the statement below its mark has no {mutant.kind.value}:\n{statement}")
    return found


def find_part(statement: str, kind: Kind) -> tuple[int, int] | None:
    end = len(statement)
    match kind:
        case Kind.STATEMENT | Kind.EXPRESSION:
            return 0, end
        case Kind.BEFORE:
            return 0, 0
        case Kind.RETURNED:
            return (len("return "), end) if statement.startswith("return ") else None
        case Kind.ASSIGNED:
            place = top_level(statement, " = ")
            return (place + 3, end) if place >= 0 else None
        case Kind.RESULT:
            place = top_level(statement, ": ") if statement.startswith("case ") else -1
            return (place + 2, end) if place >= 0 else None
        case Kind.CONDITION:
            keyword = re.match(r"(if|guard|switch|while) ", statement)
            if keyword is None:
                return None
            closing = " else {" if keyword[1] == "guard" else " {"
            place = top_level(statement, closing, keyword.end())
            return (keyword.end(), place) if place >= 0 else None


# MARK: Writing


def marks(package: Path) -> dict[str, Place]:
    """Every mark of the sources, by its mutant's name."""
    found: dict[str, Place] = {}
    for file in sorted((package / "Sources").rglob("*.swift")):
        source = file.read_text()
        for mark in MARK.finditer(source):
            name = mark["name"]
            if name in found:
                raise BadTable(f"{name}: it is marked twice, in {found[name].file} and in {file.relative_to(package)}")
            start = below(source, mark.end())
            found[name] = Place(str(file.relative_to(package)), start, statement_end(source, start))
    return found


def below(source: str, end: int) -> int:
    """Where the first line begins after a mark that is none itself."""
    line = end + 1
    while MARK.match(source, line):
        line = source.index("\n", line) + 1
    return line + len(re.match(r" *", source[line:])[0])


def rewritten(package: Path, mutants: Sequence[Mutant]) -> dict[str, str]:
    """Every file that has a mutant, with all of its mutants in it, and the file that switches them."""
    places = marks(package)
    names = [mutant.name for mutant in mutants]
    check(places, mutants, names)
    by_file: dict[str, list[tuple[int, Mutant, Place]]] = defaultdict(list)
    for number, mutant in enumerate(mutants):
        place = places[mutant.name]
        by_file[place.file].append((number, mutant, place))
    files = {file: rewritten_file(file, (package / file).read_text(), here) for file, here in by_file.items()}
    files[SWITCH] = switch(names)
    return files


def check(places: dict[str, Place], mutants: Sequence[Mutant], names: list[str]) -> None:
    for problem in problems(places, mutants, names):
        raise BadTable(problem)


def problems(places: dict[str, Place], mutants: Sequence[Mutant], names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name}: it stands twice in the table"
    for name in sorted(set(names) - set(places)):
        yield f"{name}: no mark in the sources names it; where its rule is gone, delete its entry"
    for name in sorted(set(places) - set(names)):
        yield f"{name}: {places[name].file} marks it, and the table does not have it"


def rewritten_file(file: str, source: str, here: list[tuple[int, Mutant, Place]]) -> str:
    # Mutants of one and the same place are chosen between there.
    spans: dict[tuple[int, int], list[tuple[int, Mutant]]] = defaultdict(list)
    for number, mutant, place in here:
        start, end = part(source[place.start : place.end], mutant)
        spans[place.start + start, place.start + end].append((number, mutant))
    limit = len(source)
    for (start, end), chosen in sorted(spans.items(), reverse=True):
        name = chosen[0][1].name
        if end > limit:
            raise BadTable(f"{name}: it overlaps another mutant in {file}")
        if len({mutant.kind for _, mutant in chosen}) > 1:
            raise BadTable(f"{name}: another mutant of its place in {file} is of another kind")
        source = source[:start] + switching(chosen, source[start:end]) + source[end:]
        limit = start
    has_import = any(line.endswith(IMPORT) for line in source.splitlines(keepends=True))
    return source if has_import else IMPORT + source


def switching(chosen: list[tuple[int, Mutant]], original: str) -> str:
    mutated = [(number, mutant.mutated.replace(ORIGINAL, f"({original})")) for number, mutant in chosen]
    match chosen[0][1].kind:
        case Kind.STATEMENT:
            choices = "".join(f"if Mutant.isOn({number}) {{\n{text}\n}} else " for number, text in mutated)
            return f"{choices}{{\n{original}\n}}"
        case Kind.BEFORE:
            return "".join(f"if Mutant.isOn({number}) {{\n{text}\n}}\n" for number, text in mutated) + original
        case _:
            choices = "".join(f"Mutant.isOn({number}) ? ({text}) : " for number, text in mutated)
            return f"({choices}({original}))"


def switch(names: list[str]) -> str:
    listed = "".join(f'    "{name}",\n' for name in names)
    return f"""import FoundationEssentials

/// The rule that is broken on purpose, if one is.
package enum Mutant {{
  private static let names = [
{listed}  ]

  /// The one that the environment names, once for the whole process; -1 for none. A name that is misspelt must not pass for a rule
  /// that nobody misses.
  private static let active: Int = {{
    guard let name = ProcessInfo.processInfo.environment["NETSYNC_MUTANT"], !name.isEmpty else {{ return -1 }}
    guard let number = names.firstIndex(of: name) else {{ fatalError("there is no mutant \\(name)") }}
    return number
  }}()

  package static func isOn(_ number: Int) -> Bool {{ active == number }}
}}
"""

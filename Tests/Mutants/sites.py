"""What a mutant is, and how it gets into the code beside what it replaces, to be switched at run time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

SWITCH = "Sources/NetsyncModel/Mutant.swift"
IMPORT = "import NetsyncModel\n"
OPEN, CLOSE = "⟦⟧"


class BadTable(Exception):
    """The table and the sources do not fit together; the message names the mutant."""


class Kind(Enum):
    # One expression becomes another of the same type.
    EXPRESSION = "expression"
    # A statement becomes others, or none; nothing that it declares may be used after it.
    STATEMENT = "statement"
    # Statements are carried out before one that stays.
    BEFORE = "before"


@dataclass(frozen=True)
class Site:
    """A place in a file. Of `text`, which occurs once in the file, what is in ⟦ ⟧ is replaced; without them, all of it."""

    file: str
    kind: Kind
    text: str
    mutated: str

    def span(self, source: str, mutant: str) -> tuple[int, int]:
        found = source.count(self.text.replace(OPEN, "").replace(CLOSE, ""))
        if found != 1:
            raise BadTable(f"{mutant}: its text occurs {found} times in {self.file}, not once:\n{self.text}")
        before, _, rest = self.text.partition(OPEN) if OPEN in self.text else ("", "", self.text)
        inner = rest.partition(CLOSE)[0]
        start = source.index(self.text.replace(OPEN, "").replace(CLOSE, "")) + len(before)
        return start, start + len(inner)


@dataclass(frozen=True)
class Mutant:
    name: str
    # The rule or the invariant that it breaks.
    rule: str
    sites: tuple[Site, ...]

    def __init__(self, name: str, rule: str, *sites: Site) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "sites", sites)


def expression(file: str, text: str, mutated: str) -> Site:
    return Site(file, Kind.EXPRESSION, text, mutated)


def statement(file: str, text: str, mutated: str = "") -> Site:
    return Site(file, Kind.STATEMENT, text, mutated)


def before(file: str, text: str, mutated: str) -> Site:
    return Site(file, Kind.BEFORE, text, mutated)


def rewritten(package: Path, mutants: Sequence[Mutant]) -> dict[str, str]:
    """Every file that has a mutant, with all of its mutants in it, and the file that switches them."""
    names = [mutant.name for mutant in mutants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadTable(f"names that occur twice: {', '.join(twice)}")
    sites: dict[str, list[tuple[int, str, Site]]] = defaultdict(list)
    for number, mutant in enumerate(mutants):
        for site in mutant.sites:
            sites[site.file].append((number, mutant.name, site))
    files = {file: rewritten_file(file, (package / file).read_text(), found) for file, found in sites.items()}
    files[SWITCH] = switch(names)
    return files


def rewritten_file(file: str, source: str, sites: list[tuple[int, str, Site]]) -> str:
    # Mutants of one and the same place are chosen between there.
    places: dict[tuple[int, int], list[tuple[int, str, Site]]] = defaultdict(list)
    for number, mutant, site in sites:
        places[site.span(source, mutant)].append((number, mutant, site))
    end = len(source)
    for (start, stop), here in sorted(places.items(), reverse=True):
        mutant = here[0][1]
        if stop > end:
            raise BadTable(f"{mutant}: it overlaps another mutant in {file}")
        if len({site.kind for _, _, site in here}) > 1:
            raise BadTable(f"{mutant}: another mutant of its place in {file} is of another kind")
        switched = switching([(number, site) for number, _, site in here], source[start:stop])
        source = source[:start] + switched + source[stop:]
        end = start
    has_import = any(line.endswith(IMPORT) for line in source.splitlines(keepends=True))
    return source if has_import else IMPORT + source


def switching(sites: list[tuple[int, Site]], original: str) -> str:
    match sites[0][1].kind:
        case Kind.EXPRESSION:
            choices = "".join(f"Mutant.isOn({number}) ? ({site.mutated}) : " for number, site in sites)
            return f"({choices}({original}))"
        case Kind.STATEMENT:
            choices = "".join(f"if Mutant.isOn({number}) {{\n{site.mutated}\n}} else " for number, site in sites)
            return f"{choices}{{\n{original}\n}}"
        case Kind.BEFORE:
            return "".join(f"if Mutant.isOn({number}) {{\n{site.mutated}\n}}\n" for number, site in sites) + original


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

"""Holds the numbers of rules (R) and invariants (I) in the sources against the articles that define them.

An article defines a number by a heading that begins with it. Everything else that has the form of one is a mention: in Swift, SQL and
Python within comments and text, so that what a type is called does not count, and anywhere in other files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
FOLDERS = ["Schema", "Sources", "Tests"]
NUMBER = re.compile(r"\b[RI][1-9][0-9]?\b")
HEADING = re.compile(r"^#+ ([RI][1-9][0-9]?)\b", re.MULTILINE)

STRING = r'"(?:\\.|[^"\\\n])*"'
# Where a file may speak of a rule, by its suffix. What stands first wins: a quote in a comment begins no text.
SPOKEN = {
    ".swift": re.compile(rf'//[^\n]*|/\*.*?\*/|""".*?"""|{STRING}', re.DOTALL),
    ".sql": re.compile(r"--[^\n]*|'[^']*'", re.DOTALL),
    ".py": re.compile(rf"""#[^\n]*|\"""(?:\\.|[^\\])*?\"""|{STRING}|'(?:\\.|[^'\\\n])*'""", re.DOTALL),
    ".md": re.compile(r".+", re.DOTALL),
    # Scripts of the shell.
    "": re.compile(r".+", re.DOTALL),
}


@dataclass(frozen=True)
class Place:
    """Where a number stands."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file.relative_to(PACKAGE)}:{self.line}"

    @property
    def is_article(self) -> bool:
        return self.file.suffix == ".md"


def files() -> Iterator[Path]:
    """What is written by hand, without what builds leave behind."""
    for folder in FOLDERS:
        for file in sorted((PACKAGE / folder).rglob("*")):
            parts = file.relative_to(PACKAGE).parts
            # What a fuzzer begins with is no text.
            is_left_out = "corpus" in parts or any(part.startswith((".", "__")) for part in parts)
            if file.is_file() and file.suffix in SPOKEN and not is_left_out:
                yield file


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def definitions(file: Path, text: str) -> Iterator[tuple[str, Place]]:
    """The numbers that an article has as headings."""
    if file.suffix == ".md":
        for match in HEADING.finditer(text):
            yield match[1], Place(file, line_of(text, match.start(1)))


def mentions(file: Path, text: str) -> Iterator[tuple[str, Place]]:
    """The numbers that a file speaks of, those of its headings too."""
    for spoken in SPOKEN[file.suffix].finditer(text):
        for match in NUMBER.finditer(spoken[0]):
            yield match[0], Place(file, line_of(text, spoken.start() + match.start()))


def order(number: str) -> tuple[bool, int]:
    """Rules first, then invariants."""
    return number.startswith("I"), int(number[1:])


def main() -> int:
    defined: dict[str, Place] = {}
    mentioned: list[tuple[str, Place]] = []
    wrong: list[str] = []
    for file in files():
        text = file.read_text()
        for number, place in definitions(file, text):
            if number in defined:
                wrong.append(f"{place}: {number} is defined already, in {defined[number]}")
            defined.setdefault(number, place)
        mentioned += mentions(file, text)
    wrong += [f"{place}: no article defines {number}" for number, place in mentioned if number not in defined]
    used = {number for number, place in mentioned if not place.is_article}
    for number in sorted(defined.keys() - used, key=order):
        wrong.append(f"{defined[number]}: the sources never mention {number}")
    for line in wrong:
        print(line)
    rules = sum(number.startswith("R") for number in defined)
    print(f"{rules} rules and {len(defined) - rules} invariants, {len(mentioned)} mentions, {len(wrong)} wrong")
    return 1 if wrong or not defined else 0


if __name__ == "__main__":
    sys.exit(main())

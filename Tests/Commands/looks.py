"""What may reach a terminal or a pipe: the width of text, what cannot be seen, tables, rows and errors.

Each check raises a `Violation` that says what was expected.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from checks import Violation
from host import Answer
from ways import Terminal

# What colour is made of, and what takes a line of progress back.
COLOR = re.compile(r"\x1b\[[0-9;]*m")
PICTURE = "\x1b[H\x1b[J"
REPAINT = "\r\x1b\\[K"
# Of Default_Ignorable_Code_Point what has another category than those of `is_hidden`.
IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
HIDDEN = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
SPELLED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
# What `outbox list` says of refused edits.
SENTENCE = re.compile(r"\d+ refused: ")


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(f"expected {otherwise}")


def is_hidden(character: str) -> bool:
    """A control, or something that is there and cannot be seen."""
    return unicodedata.category(character) in HIDDEN or IGNORABLE.match(character) is not None


def visible(text: str) -> str:
    """The text as it may be shown: on one line, with what cannot be seen written out."""
    is_lone_mark = text[:1] != "" and unicodedata.category(text[0]).startswith("M")
    return "".join(
        SPELLED.get(character, f"\\u{{{ord(character):X}}}")
        if is_hidden(character) or index == 0 and is_lone_mark else character
        for index, character in enumerate(text)
    )


def columns(text: str) -> int:
    """The columns that a line takes on a terminal, as wcwidth(3) counts them in a UTF-8 locale."""
    return sum(columns_of(character) for character in text)


def columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or 0x1160 <= ord(character) <= 0x11FF:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def check_nothing_hidden(text: str, where: str, *, but: str = "\n") -> None:
    """No control, bidirectional, zero-width or otherwise invisible character; what is cut is cut between characters."""
    for index, character in enumerate(text):
        if character not in but and is_hidden(character):
            around = text[max(0, index - 30):index + 30]
            code = f"U+{ord(character):04X}"
            raise Violation(f"expected no character that moves a terminal or cannot be seen {where}, but {around!r} has {code}")
    expect("\ufffd" not in text, f"whole characters {where}, but {text[:200]!r} has pieces of one")


def shown(answer: Answer, terminal: Terminal, *, repaints: bool = False) -> Answer:
    """What a person sees of it, once the terminal has done what it was told.

    A terminal is told of colour where it has it, and to take a line of progress back where it can. A command that `repaints`
    may begin its picture anew.
    """
    output, errors = answer.output, answer.errors
    if terminal.is_colored:
        output, errors = COLOR.sub("", output), COLOR.sub("", errors)
    if not terminal.is_dumb:
        output = output.replace(PICTURE, "") if repaints else output
        # A line that ends is none that has to be taken back.
        for progress in re.findall(f"{REPAINT}([^\n\r]*+)(?!\r?\n)", errors):
            expect(
                columns(progress) <= terminal.columns,
                f"a line of progress that fits {terminal.columns} columns, but {progress!r} takes {columns(progress)}",
            )
        errors = re.sub(f"[^\n]*{REPAINT}", "", errors)
    check_nothing_hidden(output, "on stdout")
    check_nothing_hidden(errors, "on stderr")
    return Answer(answer.arguments, answer.status, output, errors)


def check_table(output: str, width: int) -> None:
    """Every line fits the window, but for sentences below the table."""
    for line in output.splitlines():
        if SENTENCE.match(line):
            continue
        expect(columns(line) <= width, f"a table of {width} columns, but {line!r} takes {columns(line)}")


# Rows for programs.

def cell(value: Any) -> str:
    """A value as the text of one field."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unescaped(field: str) -> str:
    """A field of TSV, read back."""
    meanings = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\(.)", lambda escape: meanings.get(escape[1], escape[0]), field)


def unguarded(field: str) -> str:
    """A field of CSV without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return field[1:] if re.match(r"'+[=+\-@\t\r]", field) else field


def check_tsv(output: str, rows: Sequence[dict[str, Any]]) -> None:
    """A line for each row, no header, and every field a whole value of it."""
    expect(output == "" or output.endswith("\n"), "whole lines")
    lines = output.split("\n")[:-1]
    expect(len(lines) == len(rows), f"{len(rows)} lines of TSV without a header, but there are {len(lines)}")
    counts = {line.count("\t") for line in lines}
    expect(len(counts) <= 1, f"as many fields on every line, but there are {sorted(counts)} tabs")
    for line, row in zip(lines, rows):
        values = {cell(value) for value in row.values()}
        for field in line.split("\t"):
            expect(unescaped(field) in values, f"a field of TSV that is a value of {row!r}, but it is {field!r}")


def check_csv(output: str, rows: Sequence[dict[str, Any]]) -> None:
    """A header with the keys of the JSON, and the same values."""
    table = list(csv.reader(io.StringIO(output, newline=""), strict=True))
    expect(bool(table), "a header, but there is nothing")
    found = [[unguarded(field) for field in line] for line in table[1:]]
    expect(len(found) == len(rows), f"{len(rows)} rows of CSV, but there are {len(found)}")
    for line, row in zip(found, rows):
        expect(table[0] == list(row), f"the header {list(row)}, but it is {table[0]}")
        expect(line == [cell(value) for value in row.values()], f"the row {row!r}, but it is {line!r}")


def check_ids(output: str, rows: Sequence[dict[str, Any]]) -> None:
    """A value of each row, one on each line; a row may have none."""
    rest = iter(rows)
    for line in output.split("\n")[:-1]:
        values = {unescaped(line)}
        expect(any(values & {cell(value) for value in row.values()} for row in rest), f"values of rows, but there is {line!r}")

"""Holds the transcript of the README against what `netsync demo` prints: each of its lines, in that order, with others between them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
README = PACKAGE / "README.md"
HEADING = "## What it looks like"
# A tour of a dozen short commands.
ENDS_WITHIN_S = 120
# What is another one in every run.
CHANGING = {r"\d+ ms\b": "N ms", r"127\.0\.0\.1:\d+": "127.0.0.1:PORT"}


def settled(line: str) -> str:
    for pattern, word in CHANGING.items():
        line = re.sub(pattern, word, line)
    return line.strip()


def transcript() -> list[tuple[int, str]]:
    """The indented lines under the heading, with their numbers in the README."""
    lines = README.read_text().splitlines()
    first = lines.index(HEADING) + 1
    section = []
    for number, line in enumerate(lines[first:], first + 1):
        if line.startswith("#"):
            break
        if line.startswith("    "):
            section.append((number, line))
    return section


def main() -> int:
    binary = Path(sys.argv[1] if len(sys.argv) > 1 else PACKAGE / ".build/debug/netsync")
    demo = subprocess.run([binary, "demo"], capture_output=True, text=True, timeout=ENDS_WITHIN_S)
    print(demo.stdout, end="")
    if demo.returncode != 0:
        print(f"transcript: the demo ended with {demo.returncode}: {demo.stderr}", file=sys.stderr)
        return 1
    printed = [settled(line) for line in demo.stdout.splitlines()]
    shown = transcript()
    place = 0
    for number, line in shown:
        if settled(line) not in printed[place:]:
            print(f"transcript: README.md:{number}: the demo does not print this, or not here: {line.strip()}", file=sys.stderr)
            return 1
        place = printed.index(settled(line), place) + 1
    print(f"transcript: the README's {len(shown)} lines are the demo's")
    return 0 if shown else 1


if __name__ == "__main__":
    sys.exit(main())

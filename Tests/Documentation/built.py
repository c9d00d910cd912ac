"""What 'swift build' has left behind: the modules, and how the compiler finds them."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
# The modules that others import.
PUBLIC = ["Netsync", "NetsyncTestKit"]


@dataclass(frozen=True)
class Built:
    path: Path
    # Of the toolchain that has built it: swiftc, docc and the others.
    tools: Path
    target: str
    # Where modules are, of Swift and of C.
    search: list[str]

    def tool(self, name: str) -> str:
        tool = self.tools / name
        if not tool.exists():
            sys.exit(f"documentation: the toolchain has no {tool}")
        return str(tool)


def built() -> Built:
    """Of the build that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-path", type=Path, default=PACKAGE / ".build")
    path: Path = parser.parse_args().build_path.resolve()
    plan = path / "debug.yaml"
    if not plan.exists():
        sys.exit(f"documentation: no debug build in {path}; 'swift build' makes it")
    commands = [arguments for module in PUBLIC if (arguments := compiler_arguments(plan, module))]
    if len(commands) < len(PUBLIC):
        sys.exit(f"documentation: {plan} does not say how {' and '.join(PUBLIC)} are built")
    search: list[tuple[str, ...]] = []
    for arguments in commands:
        for flags in search_flags(arguments):
            if flags not in search:
                search.append(flags)
    first = commands[0]
    target = first[first.index("-target") + 1]
    return Built(path, Path(first[0]).parent, target, [flag for flags in search for flag in flags])


def compiler_arguments(plan: Path, module: str) -> list[str] | None:
    """How SwiftPM compiles a module, by its own build plan."""
    with plan.open() as lines:
        for line in lines:
            line = line.strip()
            if line.startswith("args: [") and f'"-module-name","{module}",' in line and '"-emit-module"' in line:
                return json.loads(line.removeprefix("args: "))
    return None


def search_flags(arguments: list[str]) -> list[tuple[str, ...]]:
    """`-I DIR` for Swift, and for C `-Xcc -I -Xcc DIR` and `-Xcc -fmodule-map-file=FILE`."""
    found: list[tuple[str, ...]] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "-I":
            found.append((argument, next(rest)))
        elif argument == "-Xcc":
            flag = next(rest)
            if flag == "-I":
                found.append((argument, flag, next(rest), next(rest)))
            elif flag.startswith("-fmodule-map-file="):
                found.append((argument, flag))
    return found

"""Compiles the Swift of the documentation.

Each block is a file of its own, in the language mode 6, with every warning an error, and from outside the package: what is not public
is not there. A block with an import is whole, and compiled as its reader would type it. One without is in the middle of a page: it
gets Netsync, Logging and ServiceLifecycle, and what GIVEN names where it uses that and does not declare it itself.

A block with @main or @Test is a file of a library, one with PackageDescription is a manifest, and every other one a main.swift.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from built import PACKAGE, Built, built

GIVEN = {
    "replica": "let replica: NetworkReplica = given()",
    "logger": "let logger: Logger = given()",
    "key": "let key: String? = given()",
    # Of a program that follows the journal: its cursor, and what it does with a change.
    "saved": "let saved: ChangeNumber? = given()",
    "apply": "func apply(_ change: JournalChange) throws {}",
    "save": "func save(_ cursor: ChangeNumber) throws {}",
}
IMPORTS = "import Logging\nimport Netsync\nimport ServiceLifecycle\n"
# Modules whose doc comments others read.
COMMENTED = ["Netsync", "NetsyncModel", "NetsyncTestKit"]
COMPILES_WITHIN_S = 120


@dataclass(frozen=True)
class Snippet:
    file: Path
    # Of its first line of Swift.
    line: int
    code: str

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(PACKAGE)}:{self.line}"

    @property
    def is_manifest(self) -> bool:
        return "import PackageDescription" in self.code

    @property
    def is_library(self) -> bool:
        return re.search(r"^\s*@(main|Test)\b", self.code, re.MULTILINE) is not None

    @property
    def is_whole(self) -> bool:
        return re.search(r"^import ", self.code, re.MULTILINE) is not None

    @property
    def given(self) -> list[str]:
        """What a part of a page uses and does not declare."""
        if self.is_whole:
            return []

        def is_used(name: str) -> bool:
            declared = re.search(rf"^(let|var|func) {name}\b", self.code, re.MULTILINE)
            return declared is None and re.search(rf"\b{name}\b", self.code) is not None

        return [declaration for name, declaration in GIVEN.items() if is_used(name)]


def snippets() -> Iterator[Snippet]:
    pages = [PACKAGE / "README.md"]
    pages += sorted(page for root in ("Sources", "Tests") for page in (PACKAGE / root).glob("**/*.docc/**/*.md"))
    for page in pages:
        yield from blocks(page, list(enumerate(page.read_text().splitlines(), 1)))
    for module in COMMENTED:
        for source in sorted((PACKAGE / "Sources" / module).glob("**/*.swift")):
            comments = re.compile(r"^\s*/// ?(.*)$")
            lines = enumerate(source.read_text().splitlines(), 1)
            found = [(number, match[1]) for number, line in lines if (match := comments.match(line))]
            yield from blocks(source, found)


def blocks(file: Path, lines: list[tuple[int, str]]) -> Iterator[Snippet]:
    block: list[str] | None = None
    start = 0
    for number, line in lines:
        if block is None:
            if line.strip() == "```swift":
                block, start = [], number + 1
        elif line.strip() == "```":
            yield Snippet(file, start, "\n".join(block) + "\n")
            block = None
        else:
            block.append(line)
    if block is not None:
        sys.exit(f"{file.relative_to(PACKAGE)}:{start - 1}: a block of Swift that does not end")


def compile_error(snippet: Snippet, build: Built) -> str | None:
    """What the compiler has against it."""
    with tempfile.TemporaryDirectory(prefix="netsync-snippet-") as directory:
        file = Path(directory) / ("Snippet.swift" if snippet.is_library else "main.swift")
        header = "" if snippet.is_whole else IMPORTS
        location = f'#sourceLocation(file: "{snippet.file}", line: {snippet.line})\n'
        file.write_text(f"{header}{location}{snippet.code}")
        files = [str(file)]
        if snippet.given:
            given = Path(directory) / "Given.swift"
            # Its body is never run: a snippet is only type-checked.
            lines = ["import Logging", "import Netsync", "func given<Value>() -> Value { fatalError() }", *snippet.given]
            given.write_text("\n".join(lines) + "\n")
            files.append(str(given))
        command = [build.tool("swiftc"), "-typecheck", "-swift-version", "6", "-warnings-as-errors"]
        command += ["-target", build.target, "-module-name", "Snippet"]
        command += ["-module-cache-path", str(build.path / "documentation/ModuleCache")]
        if snippet.is_library:
            command.append("-parse-as-library")
        if snippet.is_manifest:
            command += ["-I", str(build.tools.parent / "lib/swift/pm/ManifestAPI"), "-package-description-version", "6.2.0"]
        else:
            command += build.search
        try:
            done = subprocess.run(command + files, capture_output=True, text=True, timeout=COMPILES_WITHIN_S)
        except subprocess.TimeoutExpired:
            return f"it did not compile within {COMPILES_WITHIN_S} s"
        return None if done.returncode == 0 else (done.stdout + done.stderr).replace(f"{PACKAGE}/", "")


def main() -> int:
    build = built()
    found = list(snippets())
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        errors = list(pool.map(lambda snippet: compile_error(snippet, build), found))
    failed = [(snippet, error) for snippet, error in zip(found, errors) if error is not None]
    for snippet, error in failed:
        print(f"{snippet.place}: does not compile\n{error}")
    print(f"{len(found)} snippets, {len(failed)} do not compile")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())

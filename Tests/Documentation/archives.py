"""Makes the DocC archives, and holds the catalogue against the sources."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from built import PACKAGE, PUBLIC, Built, built

# What a module hands on of others, and documents as its own.
REEXPORTED = {"Netsync": ["NetsyncModel"]}
CATALOGUE = PACKAGE / "Sources/Netsync/Netsync.docc"
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)

Symbol = dict[str, Any]


# MARK: Archives


def symbols(module: str, build: Built, directory: Path) -> list[Symbol]:
    """Writes the symbol graph of a module into `directory`, and reads it."""
    command = [build.tool("swift-symbolgraph-extract"), "-module-name", module, "-output-dir", str(directory)]
    command += ["-minimum-access-level", "public", "-target", build.target]
    command += ["-module-cache-path", str(build.path / "documentation/ModuleCache")]
    # What the standard library gives to every enum is no part of this library.
    command += ["-skip-inherited-docs", "-skip-synthesized-members"]
    command += [f"-experimental-allowed-reexported-modules={','.join(others)}" for others in [REEXPORTED.get(module)] if others]
    directory.mkdir(parents=True)
    subprocess.run(command + build.search, check=True)
    return json.loads((directory / f"{module}.symbols.json").read_text())["symbols"]


def convert(module: str, build: Built, graph: Path) -> str | None:
    """Makes the archive of a module; what DocC has against it."""
    archive = build.path / f"documentation/{module}.doccarchive"
    command = [build.tool("docc"), "convert", str(catalogue(module)), "--additional-symbol-graph-dir", str(graph)]
    command += ["--output-dir", str(archive), "--warnings-as-errors"]
    command += ["--fallback-display-name", module, "--fallback-bundle-identifier", f"netsync.{module}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        print(f"made {archive}")
        return None
    return f"DocC does not take {module}:\n{done.stdout}{done.stderr}"


def catalogue(module: str) -> Path:
    return PACKAGE / f"Sources/{module}/{module}.docc"


# MARK: What has to hold


def undocumented(module: str, found: list[Symbol]) -> Iterator[str]:
    """Public symbols of the module itself without a sentence."""
    for symbol in found:
        location = symbol.get("location")
        if location is None or f"/Sources/{module}/" not in location["uri"] or "docComment" in symbol:
            continue
        place = f"Sources/{module}/{location['uri'].split(f'/Sources/{module}/')[1]}:{location['position']['line'] + 1}"
        yield f"{place}: {'.'.join(symbol['pathComponents'])} has no documentation comment"


def ungrouped(module: str, found: list[Symbol]) -> Iterator[str]:
    """Types that no topic of the root page holds."""
    page = catalogue(module) / f"{module}.md"
    topics = page.read_text().partition("\n## Topics\n")[2]
    held = set(re.findall(r"^- ``([^`]+)``$", topics, re.MULTILINE))
    for name in sorted({symbol["pathComponents"][0] for symbol in found} - held):
        yield f"{page.relative_to(PACKAGE)}: no topic holds {name}"


def missing_words(found: list[Symbol]) -> Iterator[str]:
    """Errors, metrics and log events that are not on their pages."""
    errors = {f"``NetsyncError/{symbol['pathComponents'][1]}``" for symbol in found if is_case_of(symbol, "NetsyncError")}
    observed = {f"`{word}`" for word in words(r'"(netsync_\w+)"', "NetsyncEngine/EngineMetrics.swift")}
    observed |= {f"`{word}`" for word in words(r'\blogger\.[a-z]+\(\s*"([^"]+)"', "NetsyncEngine", "NetsyncCLI", "Netsync")}
    observed |= {f"`{word}`" for word in words(r'\battributes\["([^"]+)"\]', "NetsyncEngine")}
    codes = words(r'\bcode(?:: | = )"([a-z_]+)"', "NetsyncCLI")
    guards = words(r"enum Guard\b.*?\n}", "NetsyncReconcile/NominateDeletions.swift")
    for guard in guards:
        codes |= {f"held_{word}" for word in re.findall(r'case \w+ = "(\w+)"', guard)}
    for page, expected in {"ErrorCodes": errors | {f"`{code}`" for code in codes}, "Observability": observed}.items():
        if len(expected) < 10:
            sys.exit(f"documentation: the sources no longer look as this script expects: {page} would hold {sorted(expected)}")
        text = (CATALOGUE / f"{page}.md").read_text()
        for word in sorted(expected):
            if word not in text:
                yield f"Sources/Netsync/Netsync.docc/{page}.md: {word} is missing"


def is_case_of(symbol: Symbol, name: str) -> bool:
    return symbol["kind"]["identifier"] == "swift.enum.case" and symbol["pathComponents"][0] == name


def words(pattern: str, *places: str) -> set[str]:
    """What a pattern finds in the sources."""
    found: set[str] = set()
    for place in places:
        path = PACKAGE / "Sources" / place
        for file in [path] if path.suffix else sorted(path.glob("**/*.swift")):
            for match in re.finditer(pattern, file.read_text(), re.DOTALL):
                found.add(match[1] if match.re.groups else match[0])
    return found


def unlike_pictures() -> Iterator[str]:
    """Every picture has a dark form, which differs in its colours alone."""
    for light in sorted(CATALOGUE.glob("Resources/*.svg")):
        if light.stem.endswith("~dark"):
            continue
        dark = light.with_name(f"{light.stem}~dark.svg")
        if not dark.exists() or STYLE.sub("", light.read_text()) != STYLE.sub("", dark.read_text()):
            yield f"{dark.relative_to(PACKAGE)}: not the same picture as {light.name}"


def main() -> int:
    build = built()
    graphs = build.path / "documentation/graphs"
    shutil.rmtree(graphs, ignore_errors=True)
    wrong: list[str] = []
    for module in PUBLIC:
        found = symbols(module, build, graphs / module)
        error = convert(module, build, graphs / module)
        wrong += [error] if error is not None else []
        wrong += ungrouped(module, found)
        if module == "Netsync":
            wrong += undocumented(module, found)
            wrong += missing_words(found)
    wrong += unlike_pictures()
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

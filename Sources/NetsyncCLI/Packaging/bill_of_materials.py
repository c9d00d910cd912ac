"""Writes what the program is made of: a CycloneDX bill of materials, Debian's copyright file, and the notices of the packages.

What is linked is read from the program itself, whose debug information names the sources it was compiled from: a package that
Package.resolved pins and the program does not name is left out. Licences are read from the checkouts. An unknown one, a package without
a pin, and a work of others that a NOTICE names and components.toml does not are errors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import os
import re
import sys
import textwrap
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
CHECKOUTS = REPOSITORY / ".build/checkouts"

# What a licence is known by, with every run of signs and spaces made one space. Those without a text in licences/ are errors later.
MARKS = {
    "Apache-2.0": "Apache License Version 2 0|Licensed under the Apache License, Version 2 0",
    "MIT": "Permission is hereby granted free of charge to any person obtaining a copy of this software",
    "Zlib": "Altered source versions must be plainly marked as such",
    "BSD": "Redistribution and use in source and binary forms",
    "ISC": "Permission to use copy modify and or distribute this software",
    "MPL": "Mozilla Public License",
    "GPL": "General Public License",
}
EXCEPTION = "Runtime Library Exception"
COPYRIGHT = re.compile(r"Copyright\s+(?=\([cC]\)|©|\d{4})(?:\([cC]\)|©)?([\d\s,–-]*)([^\n;]{3,100})")
SOURCES = {".swift", ".c", ".cc", ".cpp", ".h", ".S", ".inc"}


@dataclass(frozen=True)
class Component:
    name: str
    version: str | None
    # An SPDX expression.
    licence: str
    # Of the package manager's kind, without a version.
    purl: str
    copyright: tuple[str, ...]
    # A pattern for its sources, from the folder of the checkouts on.
    files: str
    # The package that brings it along.
    within: str | None = None

    @property
    def reference(self) -> str:
        return f"{self.within}/{self.name}" if self.within else self.name

    @property
    def bom(self) -> dict[str, object]:
        at = f"@{self.version}" if self.version else ""
        licence = {"expression": self.licence} if " " in self.licence else {"license": {"id": self.licence}}
        return {
            "type": "library", "bom-ref": self.reference, "name": self.name,
            **({"version": self.version} if self.version else {}),
            "licenses": [licence], "copyright": "\n".join(self.copyright), "purl": self.purl + at,
        }


def fail(what: str) -> NoReturn:
    sys.exit(f"bill of materials: {what}")


def plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", " ", text)


def licences_in(text: str) -> set[str]:
    return {licence for licence, marks in MARKS.items() if any(plain(mark) in text for mark in marks.split("|"))}


def licence_of(file: Path) -> str:
    """By its text."""
    text = plain(file.read_text())
    found = licences_in(text)
    if len(found) != 1:
        fail(f"{file} has a licence that is not known here, or several: {' and '.join(sorted(found))}")
    return found.pop() + (" WITH Swift-exception" if EXCEPTION in text else "")


def holders(files: Iterable[Path]) -> tuple[str, ...]:
    """Whose the files are by their own words: each holder once, with the first and the last year."""
    years: defaultdict[str, set[str]] = defaultdict(set)
    for file in files:
        for when, who in COPYRIGHT.findall(file.read_text(errors="replace")):
            name = who.split("All rights reserved")[0].split("All Rights Reserved")[0].strip(' .,"*/-')
            years[name] |= set(re.findall(r"\d{4}", when))
    return tuple(f"{span(years[name])}{name}" for name in sorted(years, key=lambda name: (name.casefold(), name)))


def span(years: set[str]) -> str:
    if not years:
        return ""
    return f"{min(years)} " if len(years) == 1 else f"{min(years)}-{max(years)} "


def sources(folder: Path, pattern: str) -> Iterator[Path]:
    """Of the files that the pattern names, and of those in folders that it names."""
    for found in sorted(folder.glob(pattern)):
        files = found.rglob("*") if found.is_dir() else [found]
        yield from (file for file in files if file.suffix in SOURCES and file.is_file())


def only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        fail(f"{folder} has {len(found)} files like {pattern}")
    return found[0]


def compiler(program: mmap.mmap) -> str:
    """The tag of the toolchain's sources."""
    found = re.search(rb"Swift version [0-9.]+ \((swift-[0-9.]+-[A-Z]+)\)", program)
    return found[1].decode() if found else fail("the program does not say which Swift compiled it; has it been stripped?")


def linked_packages(program: mmap.mmap, others: list[Component]) -> list[Component]:
    """The packages whose sources the program names."""
    folders: defaultdict[str, set[str]] = defaultdict(set)
    for package, folder in re.findall(rb"/checkouts/([\w.-]+)/((?:Sources/)?+[\w.-]+)/", program):
        folders[package.decode()].add(folder.decode())
    if not folders:
        fail("the program names no sources; has it been stripped?")
    resolved = REPOSITORY / "Package.resolved"
    if not resolved.exists():
        fail("there is no Package.resolved; 'swift build' writes it")
    pins = {pin["identity"]: pin for pin in json.loads(resolved.read_text())["pins"]}
    foreign = {file for other in others if other.within for file in sources(CHECKOUTS, other.files)}
    packages = []
    for name in sorted(folders, key=str.casefold):
        identity = name.lower()
        version = pins.get(identity, {}).get("state", {}).get("version") or fail(f"{name} has no version in {resolved}")
        location = pins[identity]["location"].removeprefix("https://").removesuffix(".git")
        text = only(CHECKOUTS / name, "LICENSE*")
        licence = licence_of(text)
        files = {file for folder in folders[name] for file in sources(CHECKOUTS / name, f"{folder}/*")} - foreign
        for file in sorted(files):
            if others_too := licences_in(plain(file.read_text(errors="replace"))) - {licence.split()[0]}:
                fail(f"{file} is under {' and '.join(sorted(others_too))}, and components.toml does not say whose it is")
        packages.append(
            Component(identity, version, licence, f"pkg:swift/{location}", holders([text, *files]), f"{name}/*")
        )
    return packages


def other_components(program: mmap.mmap) -> list[Component]:
    """Those of components.toml that are in the program."""
    checkouts = {folder.name.lower(): folder for folder in CHECKOUTS.iterdir()}
    components = []
    for entry in entries():
        if program.find(entry["evidence"].encode()) < 0:
            continue
        name, within = entry["name"], entry.get("within")
        checkout = checkouts[within] if within else CHECKOUTS / name
        if "text" in entry and licence_of(checkout / entry["text"]) != entry["licence"]:
            fail(f"{name} is no longer under {entry['licence']}")
        version = None if within else compiler(program)
        if "version" in entry:
            file, pattern = entry["version"]
            found = re.search(pattern, (checkout / file).read_text()) or fail(f"{name} has no version in {file}")
            version = ".".join(found.groups())
        pattern = entry.get("files", "*")
        owned = tuple(entry.get("copyright") or holders(sources(checkout, pattern)))
        components.append(
            Component(name, version, entry["licence"], entry["purl"], owned, f"{checkout.name}/{pattern}", within)
        )
    return components


def entries() -> list[dict[str, Any]]:
    components: list[dict[str, Any]] = tomllib.loads((HERE / "components.toml").read_text())["component"]
    return components


def check_notices(packages: list[Component]) -> None:
    """Every work of others under another licence than Apache's is known by its homepage."""
    known = {entry.get("homepage") for entry in entries()}
    for package in packages:
        for notice in notices(package):
            for work in re.split(r"^-{3,}\s*$", notice.read_text(), flags=re.MULTILINE):
                licence = re.search(r"LICENSE \((.*)\)", work)
                if licence and not licence[1].startswith("Apache"):
                    homepage = re.search(r"HOMEPAGE:\s*\*?\s*(\S+)", work)
                    if homepage is None or homepage[1] not in known:
                        fail(f"{notice} names a work that components.toml does not: {work.strip()}")


def notices(package: Component) -> list[Path]:
    return sorted((CHECKOUTS / package.files).parent.glob("NOTICE*"))


def bill(version: str, made: datetime, packages: list[Component], others: list[Component]) -> str:
    components = packages + others
    root = {
        "type": "application", "bom-ref": "netsync", "name": "netsync", "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": f"pkg:generic/netsync@{version}",
    }
    inside = [
        {"ref": package.reference, "dependsOn": [other.reference for other in others if other.within == package.name]}
        for package in packages
    ]
    direct = [component.reference for component in components if component.within is None]
    bom: dict[str, object] = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": made.isoformat().replace("+00:00", "Z"), "component": root},
        "components": [component.bom for component in components],
        "dependencies": [{"ref": "netsync", "dependsOn": direct}, *inside],
    }
    digest = hashlib.sha256(json.dumps(bom).encode()).digest()
    return json.dumps({**bom, "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"}, indent=2) + "\n"


def copyright_file(components: list[Component]) -> str:
    """In the machine-readable format of Debian."""
    stanzas = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: netsync\n"
        "Comment:\n"
        " Swift packages and the Swift runtime are part of the program; each is named below by the folder of its sources. The notices\n"
        " that come with the packages are in NOTICE, beside this file.",
        "Files: *\nCopyright: the netsync contributors\nLicense: Apache-2.0",
    ]
    for component in components:
        stanzas.append(
            f"Files: {component.files}\nCopyright:\n"
            + "".join(f" {holder}\n" for holder in component.copyright)
            + f"License: {debian(component.licence)}"
        )
    for licence in sorted({part for component in components for part in component.licence.split(" AND ")} | {"Apache-2.0"}):
        stanzas.append(f"License: {debian(licence)}\n{textwrap.indent(licence_text(licence), ' ', lambda line: True)}")
    return "\n\n".join(stanzas) + "\n"


def debian(expression: str) -> str:
    """As Debian writes an SPDX expression."""
    return expression.replace(" WITH Swift-exception", " with Swift exception").replace(" AND ", " and ")


def licence_text(licence: str) -> str:
    base, _, exception = licence.partition(" WITH ")
    file = HERE / "licences" / f"{exception or base}.txt"
    text = file.read_text() if file.exists() else ""
    if base == "Apache-2.0":
        text = "\n".join(filter(None, ["On Debian its text is in /usr/share/common-licenses/Apache-2.0.", text]))
    if not text:
        fail(f"licences/ has no text of {licence}")
    return re.sub(r"^$", ".", text.rstrip("\n"), flags=re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path, help="netsync as it was built, not stripped")
    parser.add_argument("version")
    parser.add_argument("--bill", type=Path, required=True)
    parser.add_argument("--copyright", type=Path, required=True)
    parser.add_argument("--notices", type=Path, required=True)
    given = parser.parse_args()
    made = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    with given.program.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as program:
        others = other_components(program)
        packages = linked_packages(program, others)
    check_notices(packages)
    given.bill.write_text(bill(given.version, made, packages, others))
    given.copyright.write_text(copyright_file(packages + others))
    texts = [notice.read_text().strip("\n") for package in packages for notice in notices(package)]
    given.notices.write_text(f"\n\n{'=' * 80}\n\n".join(texts) + "\n")
    print(f"bill of materials: {len(packages)} packages, {len(others)} components in them and of the toolchain")


if __name__ == "__main__":
    main()

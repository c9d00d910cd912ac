#!/usr/bin/env python3
"""Holds a bill of materials against the binary and Package.resolved: bill.py BILL BINARY.

Each pinned package whose sources the binary names is in the bill, with the version of its pin, and no other is.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def main(bill: Path, binary: Path) -> int:
    document = json.loads(bill.read_text())
    components = document["components"]
    linked = {name.decode().lower() for name in re.findall(rb"/checkouts/([\w.-]+)/", binary.read_bytes())}
    pins = json.loads((PACKAGE / "Package.resolved").read_text())["pins"]
    expected = {(pin["identity"], pin["state"]["version"]) for pin in pins if pin["identity"] in linked}
    found = {(each["name"], each["version"]) for each in components if each["purl"].startswith("pkg:swift/")}
    references = [each["bom-ref"] for each in components]
    wrong = [f"{name} {version} is in one of bill and binary only" for name, version in sorted(expected ^ found)]
    wrong += [f"{each['name']} has no licence" for each in components if not each["licenses"]]
    if (document["bomFormat"], document["specVersion"]) != ("CycloneDX", "1.5"):
        wrong.append("it is not CycloneDX 1.5")
    if len(references) != len(set(references)):
        wrong.append("a reference is not unique")
    for line in wrong:
        print(f"bill of materials: {line}")
    print(f"bill of materials: {len(found)} of {len(pins)} pins, {len(components)} components, {len(wrong)} wrong")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

"""The schemas of everything that the tool prints as JSON: closed, so that a key which nobody described is found."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks import Violation
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

SOURCES = Path(__file__).resolve().parents[2] / "Sources"
FOLDER = SOURCES / "NetsyncCLI" / "Packaging" / "schemas"
SUFFIX = ".schema.json"
COMMON = "common"
# Where the words of an enum in the common schema come from: a file of the sources, and the enum in it.
WORDS = {
    "network_state": ("NetsyncModel/Network.swift", "NetworkState"),
    "edit_state": ("NetsyncModel/OutboxOperation.swift", "Word"),
    "action": ("NetsyncModel/OutboxOperation.swift", "Action"),
    "conflict_kind": ("NetsyncModel/Conflict.swift", "ConflictKind"),
    "conflict_side": ("NetsyncModel/Conflict.swift", "ConflictSide"),
    "policy": ("NetsyncModel/Conflict.swift", "ConflictPolicy"),
    "side": ("NetsyncModel/JournalChange.swift", "Side"),
    "change_kind": ("NetsyncModel/JournalChange.swift", "Kind"),
    "outcome": ("NetsyncModel/Sweep.swift", "CycleOutcome"),
    "record_fault": ("NetsyncModel/SetAsideRecord.swift", "RecordFault"),
    "verdict": ("NetsyncCLI/Doctor/Finding.swift", "Verdict"),
    "import_column": ("NetsyncReconcile/PlanImport.swift", "Column"),
    "notice_event": ("NetsyncCLI/Notices/Hooks.swift", "NoticeEvent"),
    "export_format": ("NetsyncCLI/Commands/ExportCommand.swift", "Format"),
}
CODES = SOURCES / "Netsync" / "Netsync.docc" / "ErrorCodes.md"


class Shapes:
    """Every schema, which of them were used, and which of their keys were seen."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.documents: dict[str, dict[str, Any]] = {
            path.name.removesuffix(SUFFIX): json.loads(path.read_text()) for path in FOLDER.iterdir()
        }
        self.names = sorted(self.documents.keys() - {COMMON})
        self.used: set[str] = set()
        # By the identity of a schema's `properties`.
        self.seen: dict[int, set[str]] = {}
        for document in self.documents.values():
            Draft202012Validator.check_schema(document)
            close(document)
        resources = [(name + SUFFIX, Resource.from_contents(each)) for name, each in self.documents.items()]
        self.registry: Registry[Any] = Registry().with_resources(resources)

    def check(self, name: str, instance: object) -> None:
        """Raises what is wrong with a JSON output."""
        schema = self.documents[name]
        error = best_match(self.validator(schema).iter_errors(instance))
        if error:
            raise Violation(f"expected what {name}{SUFFIX} says, but {error.json_path}: {error.message[:300]}")
        with self.lock:
            self.used.add(name)
            self.see(schema, instance)

    def validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        return Draft202012Validator(schema, registry=self.registry)

    def see(self, schema: dict[str, Any], instance: Any) -> None:
        """Remembers the keys that are there, each where a schema that holds describes it."""
        if "$ref" in schema:
            file, _, place = schema["$ref"].partition("#/$defs/")
            document = self.documents[file.removesuffix(SUFFIX)]
            self.see(document["$defs"][place] if place else document, instance)
        for part in schema.get("anyOf", ()):
            if self.validator(part).is_valid(instance):
                self.see(part, instance)
        if isinstance(instance, dict):
            properties = schema.get("properties", {})
            for name in properties.keys() & instance.keys():
                self.seen.setdefault(id(properties), set()).add(name)
                self.see(properties[name], instance[name])
        if isinstance(instance, list) and isinstance(schema.get("items"), dict):
            for each in instance:
                self.see(schema["items"], each)

    def unused(self) -> list[str]:
        """Schemas that no output was held against."""
        return sorted(set(self.names) - self.used)

    def unseen(self) -> Iterator[str]:
        """Keys that no output had, by the schema and the places in it."""
        for name, document in self.documents.items():
            for place, properties in places_with_properties(name, document):
                missing = sorted(properties.keys() - self.seen.get(id(properties), set()))
                yield from (f"{place}: {key}" for key in missing)

    def undescribed(self) -> Iterator[str]:
        """Keys that nothing is said of."""
        for name, document in self.documents.items():
            for place, properties in places_with_properties(name, document):
                yield from (f"{place}: {key}" for key, schema in properties.items() if "description" not in schema)


def places_with_properties(place: str, node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield place, node["properties"]
        for key, inner in node.items():
            yield from places_with_properties(place if key in ("properties", "$defs", "items") else f"{place} {key}", inner)
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from places_with_properties(f"{place} {number}", inner)


def close(schema: dict[str, Any], *, is_part: bool = False) -> None:
    """Forbids the keys that a schema does not describe, there and in all that it describes.

    A part of another schema, as in `anyOf` or `$defs`, stays open itself: what it is a part of describes the other keys.
    """
    for name in ("properties", "$defs"):
        for inner in schema.get(name, {}).values():
            close(inner, is_part=name == "$defs")
    for inner in schema.get("anyOf", ()):
        close(inner, is_part=True)
    if isinstance(schema.get("items"), dict):
        close(schema["items"])
    if not is_part and "additionalProperties" not in schema:
        schema["unevaluatedProperties"] = False


def stale_words(shapes: Shapes) -> Iterator[str]:
    """Enums of the common schema that do not have the words of the sources any more."""
    defined = shapes.documents[COMMON]["$defs"]
    expected = {name: words_of(*place) for name, place in WORDS.items()}
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", CODES.read_text(), re.MULTILINE)
    expected["error_code"] = {word for row in rows for word in re.findall(r"[a-z_]+", row)}
    for name, words in expected.items():
        if set(defined[name]["enum"]) != words:
            different = sorted(words ^ set(defined[name]["enum"]))
            yield f"{COMMON}{SUFFIX}: {name} and the sources differ in {', '.join(different)}"


def words_of(file: str, name: str) -> set[str]:
    """The raw values of an enum in Swift whose cases stand by themselves."""
    text = (SOURCES / file).read_text()
    found = re.search(rf"^( *)(?:\w+ )*enum {name}: String\b.*?{{\n(.*?)^\1}}", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise Violation(f"expected an enum {name} in Sources/{file}")
    words: set[str] = set()
    for cases in re.findall(rf"^{found[1]}  case (.*)$", found[2], re.MULTILINE):
        for case in cases.split(","):
            word, _, value = (part.strip(' "') for part in case.partition("="))
            words.add(value or word)
    return words

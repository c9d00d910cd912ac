"""Breaches that are planted: a check that finds nothing proves something only where it can find."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import looks
import trips
from cases import without_a_case
from checks import Violation, require
from host import Answer, check_named
from shapes import Shapes
from ways import COLORED, DUMB, PLAIN

STAMP, ID = "2026-01-02T03:04:05.678901Z", "00000000-0000-4000-8000-000000000001"
NETWORK: dict[str, Any] = {
    "name": "東京", "id": ID, "local_id": None, "interfaces": 0, "state": "synced", "updated_at": None, "created_at": None,
    "record_type": "network", "as_of": STAMP,
}
ERROR: dict[str, Any] = {
    "schema": "netsync.error/1", "code": "usage", "exit_code": 64, "message": "a", "why": "b", "state": "c", "next": ["d"],
    "retryable": False, "retry_after_s": None, "telnyx": None,
}
FOUR_LINES = "error: a\n  why:   b\n  state: c\n  next:  d\n"
ROW = {"name": "a\tb", "id": ID, "interfaces": 12}
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>1</title><g><title>n</title></g>{}</svg>'
DOT = 'graph netsync {{ n0 [label="{}", style=bold]; }}'
QUOTE = 'a"; evil [x="'
PAGE = '<html><body><p><a href="{}"><bdi>{}</bdi></a></p></body></html>'


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


def said(output: str = "", errors: str = "", status: int = 0) -> Answer:
    return Answer(("planted",), status, output, errors)


def harmless(shapes: Shapes) -> dict[str, Callable[[], object]]:
    """What is as it should be, and has to pass."""
    edit = {"edit": 1, "state": "discarded"}
    return {
        "a network": lambda: shapes.check("networks-list", [NETWORK]),
        "an error": lambda: shapes.check("error", ERROR),
        "a receipt": lambda: shapes.check("receipt", edit),
        "a table as wide as the window": lambda: looks.check_table("東京 e\u0301" + "x" * 34, 40),
        "colour": lambda: looks.shown(said("\x1b[1mNAME\x1b[0m\n"), COLORED),
        "progress": lambda: looks.shown(said(errors="\r\x1b[KPulling\r\x1b[Kdone\n"), PLAIN),
        "four lines": lambda: check_named(said(errors=FOUR_LINES, status=64)),
        "an object": lambda: check_named(said(errors=json.dumps(ERROR, separators=(",", ":")) + "\n", status=64)),
        "a row of TSV": lambda: looks.check_tsv(f"a\\tb\t{ID}\t12\n", [ROW]),
        "a row of CSV": lambda: looks.check_csv(f"name,id,interfaces\r\na\tb,{ID},12\r\n", [ROW]),
        "a graph": lambda: trips.dot_labels(DOT.format("a\\\"b")),
        "a drawing": lambda: trips.check_svg(SVG.format("<text>n</text>"), 0, 1, {"n"}),
        "a page": lambda: trips.check_page("/", PAGE.format("/networks", "&lt;b&gt;")),
    }


def breaches(shapes: Shapes) -> dict[str, Callable[[], object]]:
    """What has to be found."""
    planted: dict[str, Callable[[], object]] = {
        "an unknown key": lambda: shapes.check("networks-list", [NETWORK | {"new": 1}]),
        "a key that vanished": lambda: shapes.check("networks-list", [without(NETWORK, "local_id")]),
        "an unknown word": lambda: shapes.check("networks-list", [NETWORK | {"state": "lost"}]),
        "a time of another form": lambda: shapes.check("networks-list", [NETWORK | {"as_of": "2026-01-02 03:04:05"}]),
        "an unknown key further down": lambda: shapes.check("networks-show", NETWORK | {"edits": [{"edit": 1, "new": 1}]}),
        "an unknown key of an error": lambda: shapes.check("error", ERROR | {"new": None}),
        "an unknown code of an error": lambda: shapes.check("error", ERROR | {"code": "oops"}),
        "an object where there are rows": lambda: shapes.check("log", {}),
        "a line that is too wide": lambda: looks.check_table("x" * 41 + "\n", 40),
        "a line of wide characters": lambda: looks.check_table("東" * 21, 40),
        "progress that is too wide": lambda: looks.shown(said(errors=f"\r\x1b[K{'x' * 81}\r\x1b[K"), PLAIN),
        "colour where there is none": lambda: looks.shown(said("\x1b[1mNAME\x1b[0m\n"), PLAIN),
        "progress on a dumb terminal": lambda: looks.shown(said(errors="\r\x1b[KPulling"), DUMB),
        "another picture": lambda: looks.shown(said("\x1b[H\x1b[J"), COLORED),
        "three lines": lambda: check_named(said(errors="error: a\n  why:   b\n  next:  d\n", status=64)),
        "a line of an error that is empty": lambda: check_named(said(errors=FOUR_LINES.replace("c", ""), status=64)),
        "an object with another exit code": lambda: check_named(said(errors=json.dumps(ERROR, separators=(",", ":")), status=1)),
        "a header in TSV": lambda: looks.check_tsv(f"name\tid\tinterfaces\na\\tb\t{ID}\t12\n", [ROW]),
        "a cut field in TSV": lambda: looks.check_tsv(f"a…\t{ID}\t12\n", [ROW]),
        "a raw tab in TSV": lambda: looks.check_tsv(f"a\tb\t{ID}\t12\n", [ROW]),
        "rows that are missing": lambda: looks.check_tsv("", [ROW]),
        "a relative date in TSV": lambda: looks.check_tsv("just now\n", [ROW]),
        "another header in CSV": lambda: looks.check_csv(f"NAME,id,interfaces\r\na\tb,{ID},12\r\n", [ROW]),
        "another value in CSV": lambda: looks.check_csv(f"name,id,interfaces\r\nab,{ID},12\r\n", [ROW]),
        "an id of nobody": lambda: looks.check_ids(f"{ID[:-1]}2\n", [ROW]),
        "a quote in a graph": lambda: nothing_in(sorted(trips.dot_labels(DOT.format(QUOTE)) ^ {QUOTE})),
        "a sign in a flowchart": lambda: trips.mermaid_labels('flowchart LR\n  n0["a"] -->|x| n1["b"]'),
        "an element in a drawing": lambda: trips.check_svg(SVG.format("<script/>"), 0, 1, {"n"}),
        "a drawing that is no XML": lambda: trips.check_svg(SVG.format("<b>"), 0, 1, {"n"}),
        "a name that is not drawn": lambda: trips.check_svg(SVG.format(""), 0, 1, {"other"}),
        "an element in a page": lambda: trips.check_page("/", PAGE.format("/", "<script>alert(1)</script>")),
        "an attribute in a page": lambda: trips.check_page("/", PAGE.format("/\" onclick=\"alert(1)", "a")),
        "a link out of a page": lambda: trips.check_page("/", PAGE.format("javascript:alert(1)", "a")),
        "a command without a case": lambda: nothing_in(without_a_case({"networks list", "networks merge"})),
        "a schema that is not used": lambda: nothing_in(shapes.unused()),
        "a key that is never there": lambda: nothing_in(list(shapes.unseen())),
    }
    hidden = {
        "ESC": "\x1b[31m", "BEL": "\x07", "DEL": "\x7f", "a C1 control": "\x9b", "a tab": "\t", "a carriage return": "\r",
        "a bidirectional override": "\u202e", "a bidirectional isolate": "\u2066", "a zero-width space": "\u200b",
        "a joiner": "\u200d", "a variation selector": "\ufe0f", "a tag": "\U000e0041", "a soft hyphen": "\u00ad",
        "a line separator": "\u2028", "half a character": "\ufffd",
    }
    for what, text in hidden.items():
        planted[what] = lambda text=text: looks.shown(said(f"a{text}b\n"), PLAIN)  # type: ignore[misc]
    return planted


def nothing_in(found: list[str]) -> None:
    if found:
        raise Violation(f"expected nothing, but there is {found[:3]}")


def check_checks() -> int:
    """Gives how many breaches were planted and found."""
    shapes = Shapes()
    for what, check in harmless(shapes).items():
        try:
            check()
        except Violation as reason:
            raise Violation(f"{what} is taken for a breach: {reason}") from None
    planted = breaches(shapes)
    for what, check in planted.items():
        try:
            check()
        except Violation:
            continue
        require(False, f"{what} was planted and not found")
    return len(planted)

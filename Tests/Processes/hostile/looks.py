"""What is asked before a create: the account, and its name. Where that cannot be read, nothing is sent (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hostile.case import ANYTHING, AnyOf, Case
from hostile.edits import CREATE, REFUSAL
from hostile.replies import HTML, http, known, listing, meta, network


def cases() -> Iterator[Case]:
    return chain(looks(), namesakes())


def looks() -> Iterator[Case]:
    """The account is looked at, and the name is asked for. Where either cannot be read, nothing is sent."""
    for key in ("page", "filter"):
        for what, reply, exit, code in (
            ("is a page for people", http(HTML), 1, "not_understood"),
            ("is empty", http(b""), 1, "not_understood"),
            ("is a list", http(known()), 1, "not_understood"),
            ("tells of errors", http(listing([], **REFUSAL)), 1, "not_understood"),
            ("has 1,001 records", http(listing([known()[0]] * 1_001)), 1, "not_understood"),
            ("is not UTF-8", http(b'{"data":[],"note":"\xff"}'), 1, "not_understood"),
            ("is UTF-16", http('{"data":[]}'.encode("utf-16")), 1, "not_understood"),
            ("is another page", http(listing([], meta=meta(0, 2))), 1, "not_understood"),
            (
                "is 5,001 pages",
                http(listing([], meta=meta(0, pages=5_001))),
                AnyOf((0, 1)),
                AnyOf((None, "not_understood")),
            ),
            ("is refused", http(REFUSAL, 422), 1, "refused"),
            ("is moved", http(b"", 302), 1, "not_understood"),
            ("is over the limit", http(b" " * ((8 << 20) + 1)), 1, "not_understood"),
            ("is a 404 of a proxy", http(HTML, 404), 1, "not_understood"),
            ("is 401", http(REFUSAL, 401), 4, "key_rejected"),
        ):
            if exit != 1 and exit != 4:
                continue
            which = "listing" if key == "page" else "listing of its name"
            yield CREATE.unsent("looks", f"the {which} {what}", {key: reply}, exit, code)
    yield CREATE.held("looks", "the listing is another account's", {})


def namesakes() -> Iterator[Case]:
    """What the filtered listing says before a create. Where it contradicts itself, nothing is sent."""
    other = network(0xE0, "made here")
    for what, body in {
        "rows, and a total of none": listing([network(1)], meta=meta(0)),
        "no rows, and a total of one": listing([], meta=meta(1)),
        "no rows, and a total of 100": listing([], meta=meta(100, pages=1)),
        "one row, and a total of two": listing([other], meta=meta(2)),
        "one row twice": listing([other, other], meta=meta(2)),
        "two pages, and rows for one": listing([], meta=meta(300, pages=1)),
    }.items():
        yield CREATE.unsent("namesakes", what, {"filter": http(body)}, AnyOf((1, 5)), ANYTHING, ANYTHING)
    for what, body in {
        "none, and no total": listing([], meta=...),
        "everybody, since it takes no filter": listing(known()),
        "parts of names": listing([network(0xE1, "made here too")]),
        "other letters' case": listing([network(0xE2, "MADE HERE")]),
        "its total is a text": listing([], meta={"total_results": "0", "page_number": "1"}),
    }.items():
        yield CREATE.landed("namesakes", what, {"filter": http(body)})
    # Somebody else's of the same name was there before: ours is another.
    yield CREATE.landed("namesakes", "another of its name", {"filter": http(listing([other]))})

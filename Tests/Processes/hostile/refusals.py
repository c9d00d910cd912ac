"""An edit is refused: by the API in its own words, or by somebody who stands in between (R12)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hostile.case import ANYTHING, Case, Outcome
from hostile.edits import CREATE, DELETE, REFUSAL, RENAME
from hostile.replies import HTML, NOT_FOUND, Done, encoded, error, http


def cases() -> Iterator[Case]:
    return chain(refused(), wordless(), foreign())


def refused() -> Iterator[Case]:
    """The API's own words: kept, and never sent again unasked."""
    for status in (400, 409, 422):
        for edit in (CREATE, RENAME, DELETE):
            yield edit.refused("refusals", f"{status} in the API's words", http(REFUSAL, status))
    for what, body in {
        "with a number for its code": error(10015),
        "with a title alone": {"errors": [{"title": "Bad"}]},
        "with 100 errors": {"errors": REFUSAL["errors"] * 100},
        "with a title of 100,000 letters": error(title="t" * 100_000),
        "with control characters": error(title="\x1b[2J\x07", detail="\u202e\0"),
        "with unknown fields": {**REFUSAL, "request_id": "x"},
    }.items():
        yield CREATE.refused("refusals", f"422 {what}", http(body, 422))
    yield CREATE.refused("refusals", "404 in the API's words", http(NOT_FOUND, 404))
    yield DELETE.landed("refusals", "404 in the API's words", Done(http(NOT_FOUND, 404)))
    conflict = Outcome(7, "partial", ANYTHING, "conflict", {"sent": 0, "refused": 0, "conflicts": 1})
    yield RENAME.case("refusals", "404 in the API's words", http(NOT_FOUND, 404), conflict, {"rename": "conflict"})
    for status in (401, 403):
        for edit in (CREATE, RENAME, DELETE):
            yield edit.waits("refusals", f"{status}", http(REFUSAL, status), 4, "key_rejected", "error")


def wordless() -> Iterator[Case]:
    """No body, or any JSON without the API's words, says nothing against the status: it is a refusal."""
    for status in (400, 409, 422):
        for what, body in {"nothing": b"", "no errors": {"errors": []}, "another document": {"message": "no"}}.items():
            for edit in (CREATE, RENAME, DELETE):
                yield edit.refused("refusals", f"{status} with {what}", http(body, status))
    for what, body in {
        "null": "null",
        "an empty list": "[]",
        "a text": '"no"',
        "errors that are a text": {"errors": "no"},
        "errors of nulls": {"errors": [None]},
        "the record": {"data": {"id": "x"}},
    }.items():
        yield RENAME.refused("refusals", f"422 with {what}", http(body, 422), asked={})


def foreign() -> Iterator[Case]:
    """Whoever stands in between and refuses is not the API: the edit waits, is no dead letter, and it is said.

    What is to be created may have been made: it is looked for, and not sent twice.
    """
    body: Any
    for status in (400, 409, 422):
        for what, body in {
            "a page for people": HTML,
            "a word": "blocked",
            "blanks": " \r\n",
            "half the API's words": encoded(REFUSAL)[:-3],
            "the API's words, and text behind": encoded(REFUSAL) + b"OK",
            "words that are not UTF-8": encoded(REFUSAL).replace(b"taken", b"\xff"),
            "words in UTF-16": encoded(REFUSAL).decode().encode("utf-16"),
        }.items():
            if status != 422 and what not in ("a page for people", "a word"):
                continue
            name, reply = f"{status} with {what}", http(body, status)
            for edit in (RENAME, DELETE):
                yield edit.waits("foreign refusals", name, reply, outcome="error")
            heals = status == 422 and what == "a page for people"
            yield CREATE.in_doubt("foreign refusals", name, reply, heals)
    for status in (402, 405, 410, 413, 600):
        for what, body in {"a page for people": HTML, "the API's words": REFUSAL}.items():
            name, reply = f"{status} with {what}", http(body, status)
            for edit in (RENAME, DELETE):
                yield edit.waits("foreign refusals", name, reply, asked={})
            if status in (405, 413):
                yield CREATE.in_doubt("foreign refusals", name, reply)
    for status in (302, 308):
        moved = http(b"", status, headers=[("location", "/v2/evil")])
        for edit in (RENAME, DELETE):
            yield edit.waits("foreign refusals", f"{status}", moved)
        yield CREATE.in_doubt("foreign refusals", f"{status}", moved, heals=status == 302)
    for edit in (RENAME, DELETE):
        yield edit.waits("foreign refusals", "404 with a page for people", http(HTML, 404), asked={})
    yield CREATE.in_doubt("foreign refusals", "404 with a page for people", http(HTML, 404))

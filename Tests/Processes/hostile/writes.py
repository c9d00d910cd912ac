"""A create, a rename and a delete are answered oddly: no edit is lost, and none is carried out twice (I1, I2)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hostile.case import ANYTHING, SHORT, Case
from hostile.edits import CREATE, DELETE, REFUSAL, RENAME, SETTLE, Edit, answered
from hostile.replies import (
    HTML, NOT_FOUND, Done, document, encoded, head, http, listing, network, network_id, raw, without_ellipses,
)

# What is known of the network that is renamed, where the answer tells nothing but its id.
RENAMED = document(network(2), name="renamed here")
ID_ALONE = answered(lambda record: {"data": {"id": record["id"]}})
ODD_STAMPS = {"created_at": {}, "updated_at": 7}
STAMPED_ODDLY = answered(lambda record: {"data": record | ODD_STAMPS})


def cases() -> Iterator[Case]:
    return chain(renames(), deletes(), creates())


def renames() -> Iterator[Case]:
    for what, build in {
        "200 without its unknown fields": lambda record: {"data": {"id": record["id"], "name": record["name"]}},
        "201": lambda record: http({"data": record}, 201),
        "206": lambda record: http({"data": record}, 206),
        "its id in capitals": lambda record: {"data": {**record, "id": record["id"].upper()}},
        "data and no errors": lambda record: {"data": record, "errors": []},
    }.items():
        yield RENAME.landed("renames", f"{what}, done", answered(build))
    # What the answer leaves out is as it was, and the name is the one that was asked for.
    yield RENAME.landed("renames", "an id alone, done", ID_ALONE, written=RENAMED, heals=True)
    yield from nameless("renames", RENAME, "renamed here")
    written = {**RENAMED, "unknown_fields": ODD_STAMPS}
    yield RENAME.landed("renames", "its stamps are numbers, done", STAMPED_ODDLY, written=written, heals=True)
    # A success that cannot be read says nothing: it waits, and the next look finds that it was done.
    for what, build in {
        "nothing": lambda record: b"",
        "204": lambda record: raw(head("204 No Content")),
        "a page for people": lambda record: HTML,
        "an empty object": lambda record: {},
        "another id": lambda record: {"data": {**record, "id": network_id(9)}},
        "no id": lambda record: {"data": {"name": record["name"]}},
        "an id that is none": lambda record: {"data": {**record, "id": "x"}},
        "half of it": lambda record: encoded({"data": record})[:-3],
        "errors alone": lambda record: REFUSAL,
        "errors and the new name": lambda record: {"data": record, **REFUSAL},
        "errors that are a text, and the new name": lambda record: {"data": record, "errors": "no"},
        "the new name in UTF-16": lambda record: encoded({"data": record}).decode().encode("utf-16"),
        "the new name and a byte that UTF-8 never has": lambda record: not_text(record),
        "200,000 values": lambda record: {"data": record, "more": [1] * 200_000},
        "the record without an envelope": lambda record: record,
    }.items():
        for applies in (True, False):
            done = "done" if applies else "not done"
            yield RENAME.waits("renames", f"200 with {what}, {done}", answered(build, applies))
    old = network(2)
    yield RENAME.waits("renames", "200 with errors and the old name, not done", http({"data": old, **REFUSAL}))
    yield RENAME.waits(
        "renames", "200 with the old name, not done", http({"data": old}), 5, ANYTHING, "offline", asked={}
    )
    other = answered(lambda record: {"data": {**record, "name": "cut"}})
    yield RENAME.left_open("renames", "200 with another name", other, (0, 5, 7), names_open=True, asked={})
    for what, reply, code in (
        ("500", http(HTML, 500), "server_fault"),
        ("503", http(b"", 503), "server_fault"),
        ("408", http(b"", 408), "no_answer"),
        ("429", http(b"", 429), "throttled"),
        ("the connection ends", raw(), "no_answer"),
        ("half an answer", raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"), "no_answer"),
        ("no HTTP", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "no_answer"),
    ):
        if what != "429":
            yield RENAME.tried_again("renames", f"{what}, done", reply)
        yield RENAME.put_off("renames", f"{what}, not done", reply, code)
    for what, reply in {
        "is a page for people": http(HTML),
        "is another one": http({"data": network(9)}),
        "is over the limit": http(b" " * ((8 << 20) + 1)),
        "is a list": http(listing([network(2)])),
    }.items():
        yield RENAME.unsent("renames", f"the look before it {what}", {"record 2": reply})
    yield RENAME.unsent("renames", "the look before it is refused", {"record 2": http(REFUSAL, 422)}, 1, "refused")
    yield RENAME.unsent("renames", "the look before it is a 404 of a proxy", {"record 2": http(HTML, 404)})
    gone = {"record 2": http(NOT_FOUND, 404)}
    yield RENAME.held("renames", "the look before it is a 404, and the listing another account's", gone)


def deletes() -> Iterator[Case]:
    for what, build in {
        "200 with the record": lambda record: {"data": record},
        "200 with nothing": lambda record: b"",
        "204": lambda record: raw(head("204 No Content"), then="keep"),
        "200 with an empty object": lambda record: {},
        "200 with data that is null": lambda record: {"data": None},
        "202": lambda record: http({"data": record}, 202),
        "its id in capitals": lambda record: {"data": {**record, "id": record["id"].upper()}},
        "a record without an id": lambda record: {"data": {"name": "x"}},
        "no errors": lambda record: {"data": record, "errors": []},
    }.items():
        yield DELETE.landed("deletes", f"{what}, done", answered(build))
    for what, build in {
        "a page for people": lambda record: HTML,
        "errors": lambda record: REFUSAL,
        "errors and the record": lambda record: {"data": record, **REFUSAL},
        "errors that are a text": lambda record: {"errors": "no"},
        "another id": lambda record: {"data": {**record, "id": network_id(9)}},
        "half of it": lambda record: encoded({"data": record})[:-3],
        "it in UTF-16": lambda record: encoded({"data": record}).decode().encode("utf-16"),
        "a byte that UTF-8 never has": lambda record: not_text(record),
        "a list": lambda record: [record],
        "a text": lambda record: b'"deleted"',
        "true": lambda record: b"true",
        "brackets without end": lambda record: b"[" * 100_000,
    }.items():
        for applies in (True, False):
            done = "done" if applies else "not done"
            yield DELETE.waits("deletes", f"200 with {what}, {done}", answered(build, applies))
    for what, reply, code in (
        ("500", http(HTML, 500), "server_fault"),
        ("408", http(b"", 408), "no_answer"),
        ("the connection ends", raw(), "no_answer"),
    ):
        yield DELETE.tried_again("deletes", f"{what}, done", reply)
        yield DELETE.put_off("deletes", f"{what}, not done", reply, code)
    yield DELETE.put_off("deletes", "429, not done", http(b"", 429), "throttled")
    for what, reply in {
        "is a page for people": http(HTML),
        "is another one": http({"data": network(4)}),
        "is a 404 of a proxy": http(HTML, 404),
    }.items():
        yield DELETE.unsent("deletes", f"the look before it {what}", {"record 3": reply})
    gone = {"record 3": http(NOT_FOUND, 404)}
    yield DELETE.held("deletes", "the look before it is a 404, and the listing another account's", gone)


def creates() -> Iterator[Case]:
    for what, build in {
        "201": lambda record: http({"data": record}, 201),
        "200 with an id and a name": lambda record: {"data": {"id": record["id"], "name": record["name"]}},
        "its id in capitals": lambda record: {"data": {**record, "id": record["id"].upper()}},
        "unknown fields": lambda record: {"data": {**record, "zone": "a"}, "meta": {}},
    }.items():
        yield CREATE.landed("creates", f"{what}, done", answered(build))
    written = {"name": "made here", "created_at": None, "updated_at": None, "unknown_fields": ODD_STAMPS}
    yield CREATE.landed("creates", "its stamps are numbers, done", STAMPED_ODDLY, written=written, heals=True)
    written = {"created_at": None, "updated_at": None, "unknown_fields": None, "name": "made here"}
    yield CREATE.landed("creates", "an id alone, done", ID_ALONE, written=written, heals=True)
    yield from nameless("creates", CREATE, "made here")
    # It may have been made: it is looked for. It is adopted, or sent again after its settle time.
    for what, build in {
        "200 with nothing": lambda record: b"",
        "204": lambda record: raw(head("204 No Content"), then="keep"),
        "200 with a page for people": lambda record: HTML,
        "200 with an empty object": lambda record: {},
        "200 with a list": lambda record: {"data": [record]},
        "200 with no id": lambda record: {"data": {"name": "made here"}},
        "200 with an id that is none": lambda record: {"data": {**record, "id": "x"}},
        "200 with half of it": lambda record: encoded({"data": record})[:-3],
        "200 with errors": lambda record: REFUSAL,
        "200 with errors and a record": lambda record: {"data": record, **REFUSAL},
        "200 with it in UTF-16": lambda record: encoded({"data": record}).decode().encode("utf-16"),
        "200 with a byte that UTF-8 never has": lambda record: not_text(record),
        "200 over the limit": lambda record: http(b" " * ((8 << 20) + 1)),
        "500": lambda record: http(HTML, 500),
        "503 in the API's words": lambda record: http(REFUSAL, 503),
        "408": lambda record: http(b"", 408),
        "the connection ends": lambda record: raw(),
        "the connection is reset": lambda record: raw(then="reset"),
        "no HTTP": lambda record: raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "101": lambda record: raw(head("101 Switching", [("upgrade", "x")])),
        "half an answer": lambda record: raw(b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{"),
        "10,000 header fields": lambda record: raw(b"HTTP/1.1 201 Created\r\n" + b"x: y\r\n" * 10_000 + b"\r\n"),
    }.items():
        yield CREATE.landed("creates", f"{what}, done", answered(build), heals=True)
        answers = [answered(build, False), answered(lambda record: {"data": record})]
        heals = what in ("200 with nothing", "200 with errors", "500", "the connection ends")
        yield CREATE.in_doubt("creates", f"{what}, not done", answers, heals)
    silence = Done(raw(then="hold"))
    yield CREATE.left_open("creates", "silence, done", silence, (0, 5), heals=True, settings=SETTLE | SHORT)
    yield CREATE.put_off("creates", "429, not done", http(b"", 429), "throttled")
    # The id of a network that is known already is not that of a new one.
    known = answered(lambda record: {"data": {**record, "id": network_id(1)}})
    yield CREATE.left_open("creates", "the id of a known network", known, (0, 1, 5), heals=True)
    yield CREATE.in_doubt("creates", "a known network", http({"data": network(1)}))
    for what, name in {"trimmed": "made", "folded": "MADE HERE", "empty": "", "quite another": "lab"}.items():
        back = answered(lambda record, name=name: {"data": {**record, "name": name}})
        yield CREATE.left_open("creates", f"the name comes back {what}", back, (0, 5, 7), names_open=True)


def nameless(family: str, edit: Edit, name: str) -> Iterator[Case]:
    """Where the answer has no name that is one, it is the one that was asked for."""
    value: Any
    for what, value in {"missing": ..., "null": None, "a number": 7, "an object": {}, "a NUL": "a\0b"}.items():
        written = {"name": name, "unknown_fields": None if value in (..., None) else {"name": value}}
        answer = answered(lambda record, value=value: {"data": without_ellipses({**record, "name": value})})
        yield edit.landed(family, f"a name that is {what}, done", answer, written=written, heals=what == "a NUL")


def not_text(record: object) -> bytes:
    """A good answer but for one byte, where nobody reads."""
    return encoded({"data": record, "note": "X"}).replace(b'"X"', b'"\xff"')

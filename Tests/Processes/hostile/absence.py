"""A network is missing from a whole listing, and is asked for by its id: only the API's own 404 removes it (R4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hostile.case import AnyOf, Case, Outcome, all_in
from hostile.replies import (
    HTML, NOT_FOUND, Reply, document, encoded, error, http, in_chunks, known, listing, network, network_id, page_with,
    raw, six_missing,
)


def cases() -> Iterator[Case]:
    body: Any
    for what, body in {
        "as documented": NOT_FOUND,
        "with a number for its code": error(10005),
        "with a title alone": {"errors": [{"title": "Not found"}]},
        "with a code alone": {"errors": [{"code": "10005"}]},
        "with unknown fields": {**NOT_FOUND, "meta": {}, "request_id": "x"},
        "with two errors": {"errors": NOT_FOUND["errors"] * 2},
    }.items():
        yield Case(
            "absence",
            f"404 {what}",
            six_missing(http(body, 404)),
            all_in(0, gone=1),
            taken={6: None},
            asked={"record": 1},
            heals=what == "as documented",
        )
    for what, body in {
        "of a proxy": HTML,
        "of nothing": b"",
        "of an empty object": {},
        "of no errors": {"errors": []},
        "of an empty error": {"errors": [{}]},
        "of an error of nulls": {"errors": [{"code": None, "title": None}]},
        "of an error of lists": {"errors": [{"code": [], "title": []}]},
        "of a text": {"errors": "not found"},
        "of another form": {"error": "not found"},
        "of a message": {"message": "no Route matched with those values"},
        "of a word": "404 page not found",
        "of half the API's words": encoded(NOT_FOUND)[:-3],
        "of the record": {"data": network(6)},
        "of words that are not UTF-8": b'{"errors":[{"code":"\xff"}]}',
        "of a listing": page_with(),
        "of null": b"null",
        "of a list": [NOT_FOUND],
        "of a detail alone": {"errors": [{"detail": "not found"}]},
        "nested deeply": b'{"errors":[{"code":"1","x":' + b"[" * 200 + b"]" * 200 + b"}]}",
    }.items():
        yield stays(f"404 {what}", http(body, 404), failed("not_understood"))
    yield stays("404 over the limit", http(encoded(NOT_FOUND) + b" " * (9 << 20), 404), failed("not_understood"))
    yield stays(
        "404 cut short",
        raw(in_chunks(encoded(NOT_FOUND), "404 Not Found")[:-8]),
        failed(AnyOf(("no_answer", "timed_out")), 5),
    )
    for status in (204, 206, 302, 304, 402, 405, 410, 413, 421, 499, 600):
        yield stays(f"{status} in the API's words", http(NOT_FOUND, status), failed("not_understood"))
    yield stays("410 as if gone for good", http(error("410", "Gone"), 410), failed("not_understood"))
    for status in (400, 409, 422):
        yield stays(f"{status} in the API's words", http(NOT_FOUND, status), failed("refused"))
        yield stays(f"{status} of a proxy", http(HTML, status), failed("not_understood"))
        yield stays(f"{status} of nothing", http(b"", status), failed("refused"))
    for status in (401, 403):
        yield stays(f"{status}", http(NOT_FOUND, status), failed("key_rejected", 4))
    for status in (408, 429, 500, 503):
        yield stays(
            f"{status} in the API's words",
            http(NOT_FOUND, status),
            failed(AnyOf(("server_fault", "no_answer", "throttled", "timed_out")), 5),
        )
    yield stays(
        "silence",
        raw(then="hold"),
        failed(AnyOf(("no_answer", "timed_out")), 5),
        settings={"NETSYNC_HTTP_TIMEOUT": "500ms"},
    )
    yield stays("the connection ends", raw(), failed(AnyOf(("no_answer", "timed_out")), 5))
    for what, body in {
        "the record": {"data": network(6)},
        "the record in capitals": {"data": network(6, id=network_id(6).upper())},
        "its id alone": {"data": {"id": network_id(6)}},
    }.items():
        # What is missing has changed no name.
        fields = {**dict.fromkeys(document(network(6))), "name": "net-6"} if what == "its id alone" else {}
        yield Case(
            "absence",
            f"200 with {what}",
            six_missing(http(body)),
            all_in(0),
            taken={6: fields},
            asked={"record": AnyOf((1, 2, 3, 4, 5))},
        )
    other = six_missing(http({"data": network(6, "other")}))
    yield Case("absence", "200 with another name", other, all_in(0), taken={6: {"name": "other"}})
    for what, body in {
        "another record": {"data": network(5)},
        "nothing": b"",
        "an empty object": {},
        "null": b"null",
        "data that is null": {"data": None},
        "data that is a list": {"data": [network(6)]},
        "an empty list": {"data": []},
        "the API's words of a 404": NOT_FOUND,
        "a page for people": HTML,
        "a record without an id": {"data": {"name": "net-6"}},
        "a record whose id is a number": {"data": network(6, id=6)},
        "half a record": encoded({"data": network(6)})[:-5],
        "data that is false": {"data": False},
        "a deletion": {"data": {"deleted": True}},
        "the record and errors": {"data": network(6), **NOT_FOUND},
        "the record and a byte that UTF-8 never has": encoded({"data": network(6, future="X")}).replace(b"X", b"\xff"),
        "the record in UTF-16": encoded({"data": network(6)}).decode().encode("utf-16"),
        "the record and 200,000 values": b'{"data":%s,"x":[%s1]}' % (encoded(network(6)), b"1," * 200_000),
    }.items():
        yield stays(f"200 with {what}", http(body), failed("not_understood"))
    # Several are missing, and one answer is bad: those that were answered well are settled, or wait for the next pull.
    yield Case(
        "absence",
        "one of two is a proxy's",
        {"page": http(listing(known()[:4])), "record 5": http(NOT_FOUND, 404), "record 6": http(HTML, 404)},
        failed("not_understood", gone=AnyOf((0, 1))),
        may_go=(5,),
    )


def stays(name: str, reply: Reply, outcome: Outcome, **more: Any) -> Case:
    return Case(
        "absence",
        name,
        six_missing(reply),
        outcome,
        ("pull", "--networks-only", "--timeout", "2s"),
        heals=name == "404 of a proxy",
        **more,
    )


def failed(code: object, exit: object = 1, gone: object = 0) -> Outcome:
    return Outcome(exit, AnyOf(("error", "partial")), False, code, {"new": 0, "gone": gone, "held": 0})

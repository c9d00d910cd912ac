"""A create, a rename and a delete are answered oddly: no edit is lost, and none is carried out twice (I1, I2)."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.case import ANYTHING, AnyOf, Case, Outcome
from hostile.edits import (
    NOT_FOUND, REFUSAL, SETTLE, answered, create, delete, in_doubt, landed, rename, tried_again, waits,
)
from hostile.replies import (
    HTML, Done, document, encoded, head, http, listing, network, network_id, raw, without_ellipses,
)

# What is known of the network that is renamed, where the answer tells nothing but its id.
RENAMED = document(network(2), name="renamed here")


def cases() -> Iterator[Case]:
    yield from renames()
    yield from deletes()
    yield from creates()


def renames() -> Iterator[Case]:
    for what, build in {
        "200 without its unknown fields": lambda record: {"data": {"id": record["id"], "name": record["name"]}},
        "201": lambda record: http({"data": record}, 201),
        "206": lambda record: http({"data": record}, 206),
        "its id in capitals": lambda record: {"data": {**record, "id": record["id"].upper()}},
        "data and no errors": lambda record: {"data": record, "errors": []},
    }.items():
        yield rename("renames", f"{what}, done", {"rename": answered(build)}, asked={"rename": 1}, **landed("rename"))
    # What the answer leaves out is as it was, and the name is the one that was asked for.
    yield rename(
        "renames",
        "an id alone, done",
        {"rename": answered(lambda record: {"data": {"id": record["id"]}})},
        asked={"rename": 1},
        written=RENAMED,
        heals=True,
        **landed("rename"),
    )
    for what, value in {"missing": ..., "null": None, "a number": 7, "an object": {}, "a NUL": "a\0b"}.items():
        yield rename(
            "renames",
            f"a name that is {what}, done",
            {"rename": answered(lambda record, value=value: {"data": without_ellipses({**record, "name": value})})},
            asked={"rename": 1},
            written={
                "name": "renamed here", "unknown_fields": None if value in (..., None) else {"name": value},
            },
            heals=what == "a NUL",
            **landed("rename"),
        )
    yield rename(
        "renames",
        "its stamps are numbers, done",
        {"rename": answered(lambda record: {"data": {**record, "created_at": {}, "updated_at": 7}})},
        asked={"rename": 1},
        written={**RENAMED, "unknown_fields": {"created_at": {}, "updated_at": 7}},
        heals=True,
        **landed("rename"),
    )
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
            yield rename(
                "renames",
                f"200 with {what}, {'done' if applies else 'not done'}",
                {"rename": answered(build, applies)},
                asked={"rename": 1},
                **waits("rename", 1, "not_understood"),
            )
    yield rename(
        "renames",
        "200 with errors and the old name, not done",
        {"rename": http({"data": network(2), **REFUSAL})},
        asked={"rename": 1},
        **waits("rename", 1, "not_understood"),
    )
    yield rename(
        "renames",
        "200 with the old name, not done",
        {"rename": http({"data": network(2)})},
        **waits("rename", 5, ANYTHING, "offline"),
    )
    yield rename(
        "renames",
        "200 with another name",
        {"rename": answered(lambda record: {"data": {**record, "name": "cut"}})},
        left=ANYTHING,
        names_open=True,
        outcome=Outcome(AnyOf((0, 5, 7)), ANYTHING, ANYTHING, ANYTHING, {"refused": 0}),
    )
    for what, reply, code in (
        ("500", http(HTML, 500), "server_fault"),
        ("503", http(b"", 503), "server_fault"),
        ("408", http(b"", 408), "no_answer"),
        ("429", http(b"", 429), "throttled"),
        ("the connection ends", raw(), "no_answer"),
        ("half an answer", raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"), "no_answer"),
        ("no HTTP", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "no_answer"),
    ):
        for applies in (True, False):
            if applies and what == "429":
                continue
            answer = [answered(lambda record, reply=reply: reply, applies)]
            yield rename(
                "renames",
                f"{what}, {'done' if applies else 'not done'}",
                {"rename": answer},
                **waits("rename", 5, AnyOf((code, "waiting", "timed_out")), "offline")
                if not applies
                else tried_again("rename"),
            )
    for what, script in {
        "is a page for people": http(HTML),
        "is another one": http({"data": network(9)}),
        "is over the limit": http(b" " * ((8 << 20) + 1)),
        "is a list": http(listing([network(2)])),
    }.items():
        yield rename(
            "renames",
            f"the look before it {what}",
            {"record 2": script},
            asked={"rename": 0},
            **waits("rename", 1, "not_understood"),
        )
    yield rename(
        "renames",
        "the look before it is refused",
        {"record 2": http(REFUSAL, 422)},
        asked={"rename": 0},
        **waits("rename", 1, "refused"),
    )
    yield rename(
        "renames",
        "the look before it is a 404 of a proxy",
        {"record 2": http(HTML, 404)},
        asked={"rename": 0},
        **waits("rename", 1, "not_understood"),
    )
    yield rename(
        "renames",
        "the look before it is a 404, and the listing another account's",
        {"record 2": http(NOT_FOUND, 404), "page": http(listing([network(number) for number in range(100, 103)]))},
        asked={"rename": 0},
        left={"rename": "waiting"},
        outcome=Outcome(8, "held", ANYTHING, "held_other_account", {"sent": 0}),
        heals=True,
    )


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
        yield delete("deletes", f"{what}, done", {"delete": answered(build)}, asked={"delete": 1}, **landed("delete"))
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
            yield delete(
                "deletes",
                f"200 with {what}, {'done' if applies else 'not done'}",
                {"delete": answered(build, applies)},
                asked={"delete": 1},
                **waits("delete", 1, "not_understood"),
            )
    for what, reply, code in (
        ("500", http(HTML, 500), "server_fault"),
        ("408", http(b"", 408), "no_answer"),
        ("the connection ends", raw(), "no_answer"),
    ):
        yield delete(
            "deletes", f"{what}, done", {"delete": answered(lambda record, reply=reply: reply)}, **tried_again("delete")
        )
        yield delete(
            "deletes",
            f"{what}, not done",
            {"delete": answered(lambda record, reply=reply: reply, False)},
            **waits("delete", 5, AnyOf((code, "waiting", "timed_out")), "offline"),
        )
    yield delete(
        "deletes",
        "429, not done",
        {"delete": http(b"", 429)},
        **waits("delete", 5, AnyOf(("throttled", "waiting", "timed_out")), "offline"),
    )
    yield delete(
        "deletes",
        "the look before it is a page for people",
        {"record 3": http(HTML)},
        asked={"delete": 0},
        **waits("delete", 1, "not_understood"),
    )
    yield delete(
        "deletes",
        "the look before it is another one",
        {"record 3": http({"data": network(4)})},
        asked={"delete": 0},
        **waits("delete", 1, "not_understood"),
    )
    yield delete(
        "deletes",
        "the look before it is a 404 of a proxy",
        {"record 3": http(HTML, 404)},
        asked={"delete": 0},
        **waits("delete", 1, "not_understood"),
    )
    yield delete(
        "deletes",
        "the look before it is a 404, and the listing another account's",
        {"record 3": http(NOT_FOUND, 404), "page": http(listing([network(number) for number in range(100, 103)]))},
        asked={"delete": 0},
        left={"delete": "waiting"},
        outcome=Outcome(8, "held", ANYTHING, "held_other_account", {"sent": 0}),
        heals=True,
    )


def creates() -> Iterator[Case]:
    for what, build in {
        "201": lambda record: http({"data": record}, 201),
        "200 with an id and a name": lambda record: {"data": {"id": record["id"], "name": record["name"]}},
        "its id in capitals": lambda record: {"data": {**record, "id": record["id"].upper()}},
        "unknown fields": lambda record: {"data": {**record, "zone": "a"}, "meta": {}},
    }.items():
        yield create("creates", f"{what}, done", {"create": answered(build)}, asked={"create": 1}, **landed("create"))
    yield create(
        "creates",
        "its stamps are numbers, done",
        {"create": answered(lambda record: {"data": {**record, "updated_at": 7, "created_at": {}}})},
        asked={"create": 1},
        written={
            "name": "made here", "created_at": None, "updated_at": None,
            "unknown_fields": {"created_at": {}, "updated_at": 7},
        },
        heals=True,
        **landed("create"),
    )
    yield create(
        "creates",
        "an id alone, done",
        {"create": answered(lambda record: {"data": {"id": record["id"]}})},
        asked={"create": 1},
        written={**dict.fromkeys(("created_at", "updated_at", "unknown_fields")), "name": "made here"},
        heals=True,
        **landed("create"),
    )
    for what, value in {"missing": ..., "null": None, "a number": 7, "an object": {}, "a NUL": "a\0b"}.items():
        yield create(
            "creates",
            f"a name that is {what}, done",
            {"create": answered(lambda record, value=value: {"data": without_ellipses({**record, "name": value})})},
            asked={"create": 1},
            written={"name": "made here", "unknown_fields": None if value in (..., None) else {"name": value}},
            heals=what == "a NUL",
            **landed("create"),
        )
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
        yield create(
            "creates", f"{what}, done", {"create": answered(build)}, asked={"create": 1}, heals=True, **landed("create")
        )
        yield create(
            "creates",
            f"{what}, not done",
            {"create": [answered(build, False), Done(lambda request: http({"data": request.record}))]},
            asked={"create": 1},
            **in_doubt(heals=what in ("200 with nothing", "200 with errors", "500", "the connection ends")),
        )
    yield create(
        "creates",
        "silence, done",
        {"create": answered(lambda record: raw(then="hold"))},
        asked={"create": 1},
        left=ANYTHING,
        heals=True,
        settings=SETTLE | {"NETSYNC_HTTP_TIMEOUT": "1s"},
        outcome=Outcome(AnyOf((0, 5)), ANYTHING, ANYTHING, ANYTHING, {"refused": 0}),
    )
    yield create(
        "creates",
        "429, not done",
        {"create": http(b"", 429)},
        **waits("create", 5, AnyOf(("throttled", "waiting", "timed_out")), "offline"),
    )
    # The id of a network that is known already is not that of a new one.
    yield create(
        "creates",
        "the id of a known network",
        {"create": answered(lambda record: {"data": {**record, "id": network_id(1)}})},
        asked={"create": 1},
        left=ANYTHING,
        heals=True,
        outcome=Outcome(AnyOf((0, 1, 5)), ANYTHING, ANYTHING, ANYTHING, {"refused": 0}),
    )
    yield create(
        "creates",
        "a known network",
        {"create": answered(lambda record: {"data": network(1)}, False)},
        asked={"create": 1},
        **in_doubt(),
    )
    for what, name in {
        "trimmed": "made",
        "folded": "MADE HERE",
        "empty": "",
        "quite another": "lab",
    }.items():
        yield create(
            "creates",
            f"the name comes back {what}",
            {"create": answered(lambda record, name=name: {"data": {**record, "name": name}})},
            asked={"create": 1},
            left=ANYTHING,
            names_open=True,
            outcome=Outcome(AnyOf((0, 5, 7)), ANYTHING, ANYTHING, ANYTHING, {"refused": 0}),
        )


def not_text(record: object) -> bytes:
    """A good answer but for one byte, where nobody reads."""
    return encoded({"data": record, "note": "X"}).replace(b'"X"', b'"\xff"')

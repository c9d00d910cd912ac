"""Networks with fields that are missing or of another type, and records that are no networks (R15)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hostile.case import ANYTHING, Case, Outcome, all_in, either, listed, misunderstood, one_more, set_aside
from hostile.replies import (
    GOOD, OTHER, SEVEN, Body, document, encoded, http, known, listing, meta, network, network_id, page_with, walk,
)
from hostile.values import FEW, NUL, PLACE, STRANGE, Kept, OneOf, placed

TEXTS = ("name", "created_at", "updated_at", "record_type")


def cases() -> Iterator[Case]:
    return chain(record_fields(), stamps(), identities(), no_records(), twice())


def record_fields() -> Iterator[Case]:
    value: Any
    for name in TEXTS:
        for what, value in {**(STRANGE if name == "name" else FEW), "a text with a NUL": NUL}.items():
            body = placed(page_with(network(7, **{name: PLACE})), value)
            held = SEVEN[7] | {name: None, "unknown_fields": Kept(name)}
            yield one_more("record fields", f"{name} is {what}", body, held, heals=what == "a number")
        for what, record in {"null": {**network(7), name: None}, "missing": network(7, **{name: ...})}.items():
            held = SEVEN[7] | {name: None}
            yield one_more("record fields", f"{name} is {what}", page_with(record), held, heals=True)
    everything = {name: 7 for name in TEXTS}
    page = page_with(network(7, **everything))
    yield one_more("record fields", "all are numbers", page, {"unknown_fields": everything})
    yield listed(
        "record fields",
        "all of every network are numbers",
        listing([network(number, **everything) for number in range(1, 8)]),
        all_in(1),
        # A name that is missing has not changed: those that are known stay, and so do the edits.
        taken={
            number: dict.fromkeys(TEXTS)
            | {"name": f"net-{number}" if number < 7 else None, "unknown_fields": everything}
            for number in range(1, 8)
        },
        left={"create": "waiting", "rename": "waiting", "delete": "waiting"},
        heals=True,
    )
    for what, value in {"a number": 7, "an object": {"a": 1}, "a text with a NUL": "a\0b"}.items():
        yield listed(
            "record fields",
            f"a known name turns into {what}",
            listing([{**network(1), "name": value}, *known()[1:]]),
            all_in(0),
            taken={1: {"name": "net-1", "unknown_fields": {"name": value}}},
            heals=True,
        )
    for what, record in {"null": {**network(1), "name": None}, "missing": network(1, name=...)}.items():
        page = listing([record, *known()[1:]])
        yield listed("record fields", f"a known name is {what}", page, all_in(0, changed=0), heals=True)
    yield listed(
        "record fields",
        "the names of all known ones are missing, and of those with edits too",
        listing([network(number, name=...) for number in range(1, 7)]),
        all_in(0, changed=0),
        heals=True,
    )
    for value, names in {
        "other": ("Name", "NAME", "nаme", "name ", "id ", "network_id"),
        1: ("", "\0", "a\nb", "\u202e", "k" * 10_000, "__proto__", "unknown_fields", "network_key", "gone_at_us"),
    }.items():
        for name in names:
            page, held = page_with(network(7, **{name: value})), SEVEN[7] | {"unknown_fields": {name: value}}
            yield one_more("record fields", f"an unknown one that is called {name[:20]!r}", page, held)


def stamps() -> Iterator[Case]:
    """Whatever is text is kept as a stamp; it need not have an order."""
    for text in (
        "",
        "now",
        "0",
        "-1",
        "1767323045",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-02-30T00:00:00Z",
        "2026-01-02T25:00:00Z",
        "2026-01-02T03:04:60Z",
        "2026-01-02T03:04:05.1234567890Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05+99:99",
        "2026-01-02T03:04:05-00:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-23:59",
        "+12026-01-02T03:04:05Z",
        "-2026-01-02T03:04:05Z",
        "٢٠٢٦-٠١-٠٢T٠٣:٠٤:٠٥Z",
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "9" * 10_000,
    ):
        record = network(7, created_at=text, updated_at=text)
        yield one_more("stamps", repr(text[:40]), page_with(record), document(record), heals=True)
    for name in ("created_at", "updated_at"):
        odd = {name: "2026-01-02T03:04:05Z\0"}
        page, held = page_with(network(7, **odd)), SEVEN[7] | {name: None, "unknown_fields": odd}
        yield one_more("stamps", f"{name} with a NUL, that counts as missing", page, held, heals=True)
    for what, stamp in {
        "goes back": "2001-01-01T00:00:00Z",
        "is no stamp any more": "soon",
        "is missing": None,
    }.items():
        yield listed(
            "stamps",
            f"that of a known network {what}",
            listing([network(1, updated_at=stamp), *known()[1:]]),
            all_in(0, changed=0),
            taken={1: {"updated_at": stamp}},
            heals=True,
        )


def identities() -> Iterator[Case]:
    """A record without a usable id is set aside and told; all else is taken in, and nobody is missed."""
    for what, value in {**STRANGE, "null": "null"}.items():
        yield aside(f"the id is {what}", placed(page_with(network(7, id=PLACE)), value))
    yield aside("the id is missing", page_with(network(7, id=...)))
    plain = network_id(7)
    for what, text in {
        "empty": "",
        "a word": "lab",
        "a number in a text": "7",
        "a path": "../networks",
        "a path with a UUID": f"../{plain}",
        "without hyphens": plain.replace("-", ""),
        "in braces": "{" + plain + "}",
        "a URN": f"urn:uuid:{plain}",
        "a UUID and more": plain + "/network_interfaces",
        "a UUID and a query": plain + "?x=1",
        "a UUID and a blank": plain + " ",
        "a blank and a UUID": " " + plain,
        "a UUID and a line break": plain + "\r\nX-Evil: 1",
        "a UUID and a NUL": plain + "\0",
        "one digit short": plain[:-1],
        "one digit long": plain + "0",
        "with a letter past f": plain[:-1] + "g",
        "with other hyphens": plain.replace("-", "\u2010"),
        "with wide digits": plain.replace("7", "\uff17"),
        "with hyphens elsewhere": "0000000-00000-4000-8000-000000000007",
        "of 1 MB": "0" * (1 << 20),
        "hyphens alone": "-" * 36,
        "an emoji": "🛰" * 9,
        "a percent escape": plain[:-3] + "%37",
    }.items():
        yield aside(f"the id is {what}", page_with(network(7, id=text)), heals=what == "a path")
    capitals = "ABCDEF00-0000-4000-8000-00000000000A"
    yield Case(
        "identities",
        "in capitals",
        {"page": http(page_with(network(7, id=capitals))), "interfaces": http(listing([]))},
        all_in(1),
        taken={0xA: SEVEN[7]},
        ids={0xA: capitals.lower()},
    )
    for what, text in {
        "all zeros": "0" * 8 + "-0000-0000-0000-" + "0" * 12,
        "all ones": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    }.items():
        yield one_more("identities", what, page_with(network(7, id=text)), ids={7: text})
    known_capitals = [network(number, id=network_id(number).upper()) for number in range(1, 7)]
    yield listed("identities", "known ones in capitals", listing(known_capitals), all_in(0))
    for what, place in {"first": 0, "in the middle": 3, "last": 6}.items():
        records: list[Any] = known()
        records.insert(place, {"name": "nameless"})
        yield aside(f"a record without an id comes {what}", listing(records))
    page = listing([*known()[:5], {"name": "net-6"}])
    yield aside("a record without an id in place of a known one", page, asked={"record": 0}, heals=True)
    page = listing([network(number, id=...) for number in range(1, 7)])
    yield aside("no record has an id", page, networks=0, asked={"record": 0})
    yield Case(
        "identities",
        "a record without an id on the second page",
        walk(8, known(), [network(7), {"name": "nameless"}]),
        set_aside(1),
        taken=SEVEN,
    )
    yield Case(
        "identities",
        "a record without an id on the first page, and a new network on the second",
        walk(8, [*known(), {"name": "nameless"}], [network(7)]),
        set_aside(1),
        taken=SEVEN,
    )
    nameless = ({"name": f"nameless {number}"} for number in range(993))
    page = page_with(*nameless, network(7), meta=meta(1_000, pages=1))
    yield aside("993 records without an id", page, 1, taken=SEVEN)
    page, taken = page_with({"name": "nameless"}), {number: document(network(number)) for number in range(1, 7)}
    yield aside("a record without an id, and an empty replica", page, 6, taken=taken, replica="empty")
    page = listing([{"name": "nameless"}])
    yield aside("nothing but a record without an id, and an empty replica", page, replica="empty")


def aside(name: str, body: Body, new: int = 0, networks: object = ANYTHING, **more: Any) -> Case:
    return listed("identities", name, body, set_aside(new, networks), **more)


def no_records() -> Iterator[Case]:
    for what, value in {
        "null": "null",
        "a number": "7",
        "a text": '"x"',
        "true": "true",
        "an empty list": "[]",
        "a list of networks": None,
        "an empty object": "{}",
    }.items():
        record = encoded([network(8)]).decode() if value is None else value
        body = placed(page_with(PLACE, network(7)), record)
        yield listed("no records", what, body, set_aside(1), taken=SEVEN, heals=what == "null")


def twice() -> Iterator[Case]:
    """Which of two equal keys counts is nobody's promise; one of them does."""
    for name in ("name", "updated_at", "record_type"):
        before, _, after = OTHER.rpartition(f'"{name}":"{network(7)[name]}"'.encode())
        body = before + f'"{name}":"first","{name}":"second"'.encode() + after
        yield one_more("keys twice", name, body, SEVEN[7] | {name: OneOf("first", "second")})
    for name, body in {
        "data": GOOD[:-1] + b',"data":' + encoded(known()) + b"}",
        "meta": GOOD[:-1] + b',"meta":' + encoded(meta(6)) + b"}",
        "an unknown key": encoded(page_with(cursor=1))[:-1] + b',"cursor":2}',
        "in meta": GOOD.replace(b'"page_number":1', b'"page_number":1,"page_number":1'),
        "an unknown key of a record": GOOD.replace(b'"name":"net-1"', b'"name":"net-1","name":"net-1"'),
    }.items():
        yield listed("keys twice", name, body, all_in())
    once = f'"id":"{network_id(7)}"'.encode()
    body = OTHER.replace(once, once + f',"id":"{network_id(8)}"'.encode())
    yield listed("keys twice", "id", body, all_in(1), may_take=(SEVEN, {8: SEVEN[7]}))
    body = b'{"data":null,' + GOOD[1:]
    yield listed("keys twice", "data, the first of which is null", body, either(all_in(), misunderstood()))
    body = GOOD[:-1] + b',"data":[]}'
    open_end = either(all_in(), misunderstood(), Outcome(8, "held", True, "held_empty_listing"))
    yield listed("keys twice", "data, the second of which is empty", body, open_end)

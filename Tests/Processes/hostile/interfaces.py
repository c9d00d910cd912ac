"""One network's interface list is hostile: it stays as it was and is told, and the others are read (R11, R15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from hostile.case import ANYTHING, SHORT, AnyOf, Case, Outcome, all_in, either
from hostile.replies import (
    HTML, NOT_FOUND, Body, Reply, Request, Script, as_script, encoded, error, http, interface, listing, meta,
    network_id, raw,
)
from hostile.values import NUL, PLACE, STRANGE, Kept, placed

PULL = ("pull",)
# Of one network's interfaces.
MOST_PAGES = 200
TEXTS = ("name", "type", "status", "region_code", "created_at", "updated_at", "record_type")


def cases() -> Iterator[Case]:
    return chain(lists(), fields(), identities(), pages(), statuses())


def told(code: object, exit: object = 1, outcome: object = "partial") -> Outcome:
    """One list could not be read: every network was, and so were the other lists."""
    return Outcome(exit, outcome, False, code, {"networks": 6, "new": 0, "gone": 0, "held": 0, "interfaces": 0})


NOT_UNDERSTOOD = told("not_understood")
ASIDE_TOLD = Outcome(1, "partial", False, ANYTHING, {"networks": 6, "new": 0, "gone": 0})
Held = dict[str, dict[str, object]]


def document(number: int, **more: object) -> dict[str, object]:
    """What the replica holds of an interface whose fields are of the expected types."""
    fields = {name: value for name, value in interface(number).items() if name not in ("id", "network_id", "region")}
    return {**fields, "region_name": "Ashburn", **more}


def held(*numbers: int) -> Held:
    return {interface(number)["id"]: document(number) for number in numbers}


def first(family: str, name: str, answer: Script | Body, outcome: Outcome = NOT_UNDERSTOOD, **more: Any) -> Case:
    """The list of the first network is all that is hostile: it is answered so, or has this body."""
    return Case(family, name, {"interfaces 1": as_script(answer)}, outcome, PULL, **more)


def read(family: str, name: str, answer: Script | Body, interfaces: Held) -> Case:
    """The same, where it is taken in."""
    return first(family, name, answer, all_in(interfaces=len(interfaces)), interfaces=interfaces)


def lists() -> Iterator[Case]:
    body: Any
    value: object
    for what, body in {
        "a page for people": HTML,
        "nothing": b"",
        "null": "null",
        "an empty object": "{}",
        "a list": encoded([interface(1)]),
        "data is null": '{"data":null}',
        "data is an object": '{"data":{}}',
        "data is an interface": encoded({"data": interface(1)}),
        "the API's words": encoded(error()),
        "half of it": encoded(listing([interface(1)]))[:-90],
        "not UTF-8": encoded(listing([interface(1)])).replace(b"if-1", b"\xff\xfe"),
        "not UTF-8 where nobody reads": encoded(listing([interface(3)], note="X")).replace(b'"X"', b'"\xff"'),
        "UTF-16": encoded(listing([interface(3)])).decode().encode("utf-16"),
        "UTF-32 without its mark": encoded(listing([interface(3)])).decode().encode("utf-32-le"),
        "nested deeply": b"[" * 100_000,
        "9 MB": encoded(listing([])) + b" " * (9 << 20),
        "1,001 interfaces on a page": encoded(listing([interface(number) for number in range(1, 1_002)])),
        "200,000 values where nobody reads": encoded(listing([interface(3)], note=[1] * 200_000)),
        "data and errors": encoded(listing([interface(3)], **error())),
        "data, and errors that are a text": encoded(listing([interface(3)], errors="no")),
    }.items():
        yield first("interface lists", what, body, heals=what == "nothing")
    yield read("interface lists", "none any more", listing([]), {})
    for what, value in {"null": None, "empty": []}.items():
        page = listing([interface(3)], errors=value)
        yield read("interface lists", f"data, and errors that are {what}", page, held(3))
    many = range(1, 1_001)
    page = listing([interface(number) for number in many], meta=meta(1_000, pages=1))
    yield read("interface lists", "1,000 interfaces on a page", page, held(*many))
    yield read("interface lists", "another one", listing([interface(3)]), held(3))
    for what, status in {"a page for people": 200, "nobody's": 404}.items():
        script = {"interfaces": http(HTML, status)}
        yield Case("interface lists", f"of all networks: {what}", script, NOT_UNDERSTOOD, PULL)


def second(name: str, odd: dict[str, Any], known: Mapping[str, object], value: str = "null") -> Case:
    """The second of two interfaces has these fields, where JSON may stand in `PLACE`, and is then known with those."""
    page = placed(listing([interface(1), interface(2, **odd)]), value)
    return read("interface fields", name, page, held(1) | {interface(2)["id"]: document(2, **known)})


def fields() -> Iterator[Case]:
    value: Any
    odd = {**STRANGE, "a text with a NUL": NUL}
    for name in TEXTS:
        gone = "ashburn-va" if name == "region_code" else None
        for what in ("a number", "a number beyond all", "an object", "a text with a NUL"):
            yield second(f"{name} is {what}", {name: PLACE}, {name: gone, "unknown_fields": Kept(name)}, odd[what])
        for what, value in {"null": None, "missing": ...}.items():
            yield second(f"{name} is {what}", {name: value}, {name: gone})
    for what, value in {"a text": "ashburn", "a list": [], "a number": 7, "true": True}.items():
        yield second(f"region is {what}", {"region": value}, {"region_name": None, "unknown_fields": Kept("region")})
    for what, value in {"null": None, "missing": ..., "empty": {}}.items():
        yield second(f"region is {what}", {"region": value}, {"region_name": None})
    for name in ("code", "name"):
        for what, value in {"a number": 7, "a text with a NUL": "a\0b"}.items():
            region = {"region": {"code": "ashburn-va", "name": "Ashburn", name: value}}
            known = {"region_name": None if name == "name" else "Ashburn", "unknown_fields": region}
            yield second(f"the region's {name} is {what}", region, known)
    nul = network_id(2) + "\0"
    for what, value in {"a number": 7, "true": True, "an object": {}, "a list": [], "a text with a NUL": nul}.items():
        yield second(f"network_id is {what}", {"network_id": value}, {"unknown_fields": Kept("network_id")})
    for what, value in {"null": None, "missing": ..., "in capitals": network_id(1).upper()}.items():
        yield second(f"network_id is {what}", {"network_id": value}, {})
    for what, value in {"another network's": network_id(2), "a word": "lab", "empty": "", "a path": "../x"}.items():
        page = listing([interface(1), interface(2, network_id=value)])
        yield first("interface fields", f"network_id is {what}", page)
    for name, value in {"status": "hibernating", "type": "quantum_link", "record_type": "cloud_vpn"}.items():
        yield second(f"{name} is a new one", {name: value}, {name: value})
    yield second("one that nobody knows", {"mtu": 1420}, {"unknown_fields": {"mtu": 1420}})


def aside(name: str, odd: Any, value: str = "null") -> Case:
    """Between two interfaces is what has no id; the known one that is not listed may be that."""
    page = placed(listing([interface(1), odd, interface(3)]), value)
    more = {"interfaces": held(1, 3), "interfaces_open": (interface(2)["id"],)}
    return first("interface identities", name, page, ASIDE_TOLD, **more)


def identities() -> Iterator[Case]:
    value: Any
    for what, value in {**STRANGE, "null": "null", "a text with a NUL": NUL}.items():
        yield aside(f"the id is {what}", interface(4, id=PLACE), value)
    yield aside("the id is missing", interface(4, id=...))
    for what, value in {"null": None, "a number": 7, "a text": "x", "a list": [], "an empty object": {}}.items():
        yield aside(f"{what} for an interface", value)
    yield first(
        "interface identities",
        "none has an id",
        listing([interface(1, id=...), interface(2, id=...)]),
        ASIDE_TOLD,
        interfaces={},
        interfaces_open=(interface(1)["id"], interface(2)["id"]),
    )
    for what, text in {
        "a word": "wg0",
        "in capitals": interface(3)["id"].upper(),
        "with blanks": " a b ",
        "a path": "../../x",
        "of 10,000 letters": "i" * 10_000,
    }.items():
        page = listing([interface(3, id=text)])
        yield read("interface identities", f"the id is {what}", page, {text: document(3)})
    yield first(
        "interface identities",
        "the id is empty",
        listing([interface(3, id="")]),
        either(all_in(), ASIDE_TOLD, NOT_UNDERSTOOD),
        interfaces=ANYTHING,
    )
    yield first(
        "interface identities",
        "one twice",
        listing([interface(1), interface(1, name="other")]),
        all_in(interfaces=AnyOf((1, 2))),
        interfaces={interface(1)["id"]: document(1, name=AnyOf(("if-1", "other")))},
    )
    yield Case(
        "interface identities",
        "the same in the lists of two networks",
        {"interfaces": lambda request: http(listing([interface(1, int(request.network_id[-12:], 16))]))},
        all_in(),
        PULL,
        interfaces=held(1),
    )


def pages() -> Iterator[Case]:
    def full(request: Request) -> Reply:
        return http({"data": [{"id": interface(request.page * 1_000 + each)["id"]} for each in range(250)]})

    def of(count: int) -> Callable[[Request], Reply]:
        """So many pages with one interface each."""
        return lambda request: http(listing([interface(request.page)], meta=meta(count, request.page, count)))

    for number in (0, 2, -1):
        page = listing([interface(1)], meta=meta(1, number))
        yield first("interface pages", f"page {number} for the first", page)
    yield first("interface pages", "5,001 pages", listing([interface(1)], meta=meta(1, pages=5_001)))
    yield first("interface pages", "without end", full, asked={"interfaces": MOST_PAGES + 5})
    yield read("interface pages", "as many as are taken", of(MOST_PAGES), held(*range(1, MOST_PAGES + 1)))
    yield first("interface pages", "one more than is taken", of(MOST_PAGES + 1))
    yield first(
        "interface pages", "170,000 interfaces on each of ten", lambda request: http(of_ids(request.page)), within_s=8
    )
    begun = http(listing([interface(3)], meta=meta(2, pages=2)))
    yield first("interface pages", "the second is a page for people", [begun, http(HTML)])
    two = [http(listing([interface(3)], meta=meta(1, pages=2))), http(listing([], meta=meta(1, 2, 2)))]
    yield read("interface pages", "the second is empty", two, held(3))
    for what, numbers in {
        "texts": {"page_number": "1", "total_pages": "1"},
        "fractions": {"page_number": 1.5, "total_pages": 1.5},
    }.items():
        yield read("interface pages", f"numbers are {what}", listing([interface(3)], meta=numbers), held(3))


def of_ids(page: int) -> bytes:
    """One of ten pages, of interfaces that have an id alone."""
    rows = b",".join(b'{"id":"%036d"}' % number for number in range(page * 200_000, page * 200_000 + 170_000))
    return b'{"data":[' + rows + b'],"meta":' + encoded({"page_number": page, "total_pages": 10}) + b"}"


def statuses() -> Iterator[Case]:
    def status(code: int, what: str, body: object, outcome: Outcome = NOT_UNDERSTOOD, **more: Any) -> Case:
        return first("interface statuses", f"{code}{what}", http(body, code), outcome, **more)

    yield status(404, " with the API's words", NOT_FOUND, all_in(interfaces=0))
    yield status(404, " with a page for people", HTML)
    for code in (400, 409, 422):
        yield status(code, " with the API's words", NOT_FOUND, told("refused"))
        yield status(code, " with a page for people", HTML)
        yield status(code, " with nothing", b"", told("refused"))
    for code in (204, 301, 302, 304, 405, 410, 413, 600):
        yield status(code, "", NOT_FOUND)
    for code in (401, 403):
        rejected = Outcome(4, AnyOf(("error", "partial")), False, "key_rejected", {"gone": 0})
        yield status(code, "", NOT_FOUND, rejected, interfaces=ANYTHING)
    for code, reason in {500: "server_fault", 503: "server_fault", 408: "no_answer"}.items():
        yield status(code, "", HTML, told(reason, 5))
    yield Case(
        "interface statuses",
        "429",
        {"interfaces 1": http(NOT_FOUND, 429, headers=[("retry-after", "60")])},
        Outcome(5, AnyOf(("partial", "offline")), False, "throttled", {"gone": 0}),
        ("pull", "--timeout", "2s"),
        interfaces=ANYTHING,
        quiet_s=60,
    )
    yield first("interface statuses", "silence", raw(then="hold"), told("no_answer", 5), settings=SHORT)
    yield first("interface statuses", "the connection ends", raw(), told("no_answer", 5))

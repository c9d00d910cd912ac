"""One network's interface list is hostile: it stays as it was and is told, and the others are read (R11, R15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hostile.case import ANYTHING, AnyOf, Case, Outcome, all_in, either
from hostile.replies import HTML, Reply, Request, encoded, error, http, interface, listing, meta, network_id, raw
from hostile.values import PLACE, STRANGE, Kept

PULL = ("pull",)
# Of one network's interfaces.
MOST_PAGES = 200
FIRST = "interfaces 1"
TEXTS = ("name", "type", "status", "region_code", "created_at", "updated_at", "record_type")


def cases() -> Iterator[Case]:
    yield from lists()
    yield from fields()
    yield from identities()
    yield from pages()
    yield from statuses()


def told(code: object, exit: object = 1, outcome: object = "partial") -> Outcome:
    """One list could not be read: every network was, and so were the other lists."""
    return Outcome(exit, outcome, False, code, {"networks": 6, "new": 0, "gone": 0, "held": 0, "interfaces": 0})


NOT_UNDERSTOOD = told("not_understood")
ASIDE_TOLD = Outcome(1, "partial", False, ANYTHING, {"networks": 6, "new": 0, "gone": 0})


def document(number: int, **more: object) -> dict[str, object]:
    """What the replica holds of an interface whose fields are of the expected types."""
    fields = {name: value for name, value in interface(number).items() if name not in ("id", "network_id", "region")}
    return {**fields, "region_name": "Ashburn", **more}


def both(**more: object) -> dict[str, dict[str, object]]:
    """The two interfaces of the first network, the second of which is somehow else."""
    return {interface(1)["id"]: document(1), interface(2)["id"]: document(2, **more)}


def lists() -> Iterator[Case]:
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
        yield Case("interface lists", what, {FIRST: http(body)}, NOT_UNDERSTOOD, PULL, heals=what == "nothing")
    yield Case(
        "interface lists", "none any more", {FIRST: http(listing([]))}, all_in(interfaces=0), PULL, interfaces={}
    )
    for what, value in {"null": None, "empty": []}.items():
        yield Case(
            "interface lists",
            f"data, and errors that are {what}",
            {FIRST: http(listing([interface(3)], errors=value))},
            all_in(interfaces=1),
            PULL,
            interfaces={interface(3)["id"]: document(3)},
        )
    yield Case(
        "interface lists",
        "1,000 interfaces on a page",
        {FIRST: http(listing([interface(number) for number in range(1, 1_001)], meta=meta(1_000, pages=1)))},
        all_in(interfaces=1_000),
        PULL,
        interfaces={interface(number)["id"]: document(number) for number in range(1, 1_001)},
    )
    yield Case(
        "interface lists",
        "another one",
        {FIRST: http(listing([interface(3)]))},
        all_in(interfaces=1),
        PULL,
        interfaces={interface(3)["id"]: document(3)},
    )
    yield Case(
        "interface lists",
        "of all networks: a page for people",
        {"interfaces": http(HTML)},
        told("not_understood"),
        PULL,
    )
    yield Case(
        "interface lists", "of all networks: nobody's", {"interfaces": http(HTML, 404)}, told("not_understood"), PULL
    )


def fields() -> Iterator[Case]:
    value: Any
    for name in TEXTS:
        for what, value in {**STRANGE, "a text with a NUL": r'"a\u0000b"'}.items():
            if what not in ("a number", "an object", "a number beyond all", "a text with a NUL"):
                continue
            body = encoded(listing([interface(1), interface(2, **{name: PLACE})])).replace(
                f'"{PLACE}"'.encode(), value.encode()
            )
            gone = "ashburn-va" if name == "region_code" else None
            yield Case(
                "interface fields",
                f"{name} is {what}",
                {FIRST: http(body)},
                all_in(interfaces=2),
                PULL,
                interfaces=both(**{name: gone, "unknown_fields": Kept(name)}),
            )
        for what, value in {"null": None, "missing": ...}.items():
            gone = "ashburn-va" if name == "region_code" else None
            yield Case(
                "interface fields",
                f"{name} is {what}",
                {FIRST: http(listing([interface(1), interface(2, **{name: value})]))},
                all_in(interfaces=2),
                PULL,
                interfaces=both(**{name: gone}),
            )
    for what, value in {"a text": "ashburn", "a list": [], "a number": 7, "true": True}.items():
        yield Case(
            "interface fields",
            f"region is {what}",
            {FIRST: http(listing([interface(1), interface(2, region=value)]))},
            all_in(interfaces=2),
            PULL,
            interfaces=both(region_name=None, unknown_fields=Kept("region")),
        )
    for what, value in {"null": None, "missing": ..., "empty": {}}.items():
        yield Case(
            "interface fields",
            f"region is {what}",
            {FIRST: http(listing([interface(1), interface(2, region=value)]))},
            all_in(interfaces=2),
            PULL,
            interfaces=both(region_name=None),
        )
    for name in ("code", "name"):
        for what, value in {"a number": 7, "a text with a NUL": "a\0b"}.items():
            region = {"code": "ashburn-va", "name": "Ashburn", name: value}
            yield Case(
                "interface fields",
                f"the region's {name} is {what}",
                {FIRST: http(listing([interface(1), interface(2, region=region)]))},
                all_in(interfaces=2),
                PULL,
                interfaces=both(
                    region_name=None if name == "name" else "Ashburn", unknown_fields={"region": region}
                ),
            )
    odd = {"a number": 7, "true": True, "an object": {}, "a list": [], "a text with a NUL": network_id(2) + "\0"}
    for what, value in odd.items():
        yield Case(
            "interface fields",
            f"network_id is {what}",
            {FIRST: http(listing([interface(1), interface(2, network_id=value)]))},
            all_in(interfaces=2),
            PULL,
            interfaces=both(unknown_fields=Kept("network_id")),
        )
    for what, value in {"null": None, "missing": ..., "in capitals": network_id(1).upper()}.items():
        yield Case(
            "interface fields",
            f"network_id is {what}",
            {FIRST: http(listing([interface(1), interface(2, network_id=value)]))},
            all_in(interfaces=2),
            PULL,
            interfaces=both(),
        )
    for what, value in {"another network's": network_id(2), "a word": "lab", "empty": "", "a path": "../x"}.items():
        yield Case(
            "interface fields",
            f"network_id is {what}",
            {FIRST: http(listing([interface(1), interface(2, network_id=value)]))},
            NOT_UNDERSTOOD,
            PULL,
        )
    for name, value in {"status": "hibernating", "type": "quantum_link", "record_type": "cloud_vpn"}.items():
        yield Case(
            "interface fields",
            f"{name} is a new one",
            {FIRST: http(listing([interface(1), interface(2, **{name: value})]))},
            all_in(interfaces=2),
            PULL,
            interfaces=both(**{name: value}),
        )
    yield Case(
        "interface fields",
        "one that nobody knows",
        {FIRST: http(listing([interface(1), interface(2, mtu=1420)]))},
        all_in(interfaces=2),
        PULL,
        interfaces=both(unknown_fields={"mtu": 1420}),
    )


def identities() -> Iterator[Case]:
    value: Any
    # The second one, which is not listed any more, may be what was set aside.
    missed: dict[str, Any] = {"interfaces_open": (interface(2)["id"],)}
    one, three = {interface(1)["id"]: document(1)}, {interface(3)["id"]: document(3)}
    for what, value in {**STRANGE, "null": "null", "a text with a NUL": r'"a\u0000b"'}.items():
        body = encoded(listing([interface(1), interface(4, id=PLACE), interface(3)])).replace(
            f'"{PLACE}"'.encode(), value.encode()
        )
        yield Case(
            "interface identities",
            f"the id is {what}",
            {FIRST: http(body)},
            ASIDE_TOLD,
            PULL,
            interfaces=one | three,
            **missed,
        )
    yield Case(
        "interface identities",
        "the id is missing",
        {FIRST: http(listing([interface(1), interface(4, id=...), interface(3)]))},
        ASIDE_TOLD,
        PULL,
        interfaces=one | three,
        **missed,
    )
    for what, value in {"null": None, "a number": 7, "a text": "x", "a list": [], "an empty object": {}}.items():
        yield Case(
            "interface identities",
            f"{what} for an interface",
            {FIRST: http(listing([interface(1), value, interface(3)]))},
            ASIDE_TOLD,
            PULL,
            interfaces=one | three,
            **missed,
        )
    yield Case(
        "interface identities",
        "none has an id",
        {FIRST: http(listing([interface(1, id=...), interface(2, id=...)]))},
        ASIDE_TOLD,
        PULL,
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
        yield Case(
            "interface identities",
            f"the id is {what}",
            {FIRST: http(listing([interface(3, id=text)]))},
            all_in(interfaces=1),
            PULL,
            interfaces={text: document(3)},
        )
    yield Case(
        "interface identities",
        "the id is empty",
        {FIRST: http(listing([interface(3, id="")]))},
        either(all_in(), ASIDE_TOLD, NOT_UNDERSTOOD),
        PULL,
        interfaces=ANYTHING,
    )
    yield Case(
        "interface identities",
        "one twice",
        {FIRST: http(listing([interface(1), interface(1, name="other")]))},
        all_in(interfaces=AnyOf((1, 2))),
        PULL,
        interfaces={interface(1)["id"]: document(1, name=AnyOf(("if-1", "other")))},
    )
    yield Case(
        "interface identities",
        "the same in the lists of two networks",
        {"interfaces": lambda request: http(listing([interface(1, int(request.network_id[-12:], 16))]))},
        all_in(),
        PULL,
        interfaces={interface(1)["id"]: document(1)},
    )


def pages() -> Iterator[Case]:
    def full(request: Request) -> Reply:
        return http({"data": [{"id": interface(request.page * 1_000 + each)["id"]} for each in range(250)]})

    for number in (0, 2, -1):
        yield Case(
            "interface pages",
            f"page {number} for the first",
            {FIRST: http(listing([interface(1)], meta=meta(1, number)))},
            NOT_UNDERSTOOD,
            PULL,
        )
    yield Case(
        "interface pages",
        "5,001 pages",
        {FIRST: http(listing([interface(1)], meta=meta(1, pages=5_001)))},
        NOT_UNDERSTOOD,
        PULL,
    )
    yield Case(
        "interface pages",
        "without end",
        {FIRST: full},
        NOT_UNDERSTOOD,
        PULL,
        asked={"interfaces": MOST_PAGES + 5},
    )
    yield Case(
        "interface pages",
        "as many as are taken",
        {FIRST: lambda request: http(one_of_many(request, MOST_PAGES))},
        all_in(interfaces=MOST_PAGES),
        PULL,
        interfaces={interface(number)["id"]: document(number) for number in range(1, MOST_PAGES + 1)},
    )
    yield Case(
        "interface pages",
        "one more than is taken",
        {FIRST: lambda request: http(one_of_many(request, MOST_PAGES + 1))},
        NOT_UNDERSTOOD,
        PULL,
    )
    yield Case(
        "interface pages",
        "170,000 interfaces on each of ten",
        {FIRST: lambda request: http(of_ids(request.page))},
        NOT_UNDERSTOOD,
        PULL,
        within_s=8,
    )
    yield Case(
        "interface pages",
        "the second is a page for people",
        {FIRST: [http(listing([interface(3)], meta=meta(2, pages=2))), http(HTML)]},
        NOT_UNDERSTOOD,
        PULL,
    )
    yield Case(
        "interface pages",
        "the second is empty",
        {FIRST: [http(listing([interface(3)], meta=meta(1, pages=2))), http(listing([], meta=meta(1, 2, 2)))]},
        all_in(interfaces=1),
        PULL,
        interfaces={interface(3)["id"]: document(3)},
    )
    for what, numbers in {
        "texts": {"page_number": "1", "total_pages": "1"},
        "fractions": {"page_number": 1.5, "total_pages": 1.5},
    }.items():
        yield Case(
            "interface pages",
            f"numbers are {what}",
            {FIRST: http(listing([interface(3)], meta=numbers))},
            all_in(interfaces=1),
            PULL,
            interfaces={interface(3)["id"]: document(3)},
        )


def one_of_many(request: Request, pages: int) -> dict[str, Any]:
    """A page with one interface, of so many pages."""
    return listing([interface(request.page)], meta=meta(pages, request.page, pages))


def of_ids(page: int) -> bytes:
    """One of ten pages, of interfaces that have an id alone."""
    rows = b",".join(b'{"id":"%036d"}' % number for number in range(page * 200_000, page * 200_000 + 170_000))
    return b'{"data":[' + rows + b'],"meta":' + encoded({"page_number": page, "total_pages": 10}) + b"}"


def statuses() -> Iterator[Case]:
    words = encoded(error("10005", "Resource not found"))
    yield Case("interface statuses", "404 with the API's words", {FIRST: http(words, 404)}, all_in(interfaces=0), PULL)
    yield Case("interface statuses", "404 with a page for people", {FIRST: http(HTML, 404)}, NOT_UNDERSTOOD, PULL)
    for status in (400, 409, 422):
        yield Case(
            "interface statuses", f"{status} with the API's words", {FIRST: http(words, status)}, told("refused"), PULL
        )
        yield Case(
            "interface statuses",
            f"{status} with a page for people",
            {FIRST: http(HTML, status)},
            NOT_UNDERSTOOD,
            PULL,
        )
        yield Case("interface statuses", f"{status} with nothing", {FIRST: http(b"", status)}, told("refused"), PULL)
    for status in (204, 301, 302, 304, 405, 410, 413, 600):
        yield Case("interface statuses", f"{status}", {FIRST: http(words, status)}, NOT_UNDERSTOOD, PULL)
    for status in (401, 403):
        yield Case(
            "interface statuses",
            f"{status}",
            {FIRST: http(words, status)},
            Outcome(4, AnyOf(("error", "partial")), False, "key_rejected", {"gone": 0}),
            PULL,
            interfaces=ANYTHING,
        )
    for status, code in ((500, "server_fault"), (503, "server_fault"), (408, "no_answer")):
        yield Case("interface statuses", f"{status}", {FIRST: http(HTML, status)}, told(code, 5), PULL)
    yield Case(
        "interface statuses",
        "429",
        {FIRST: http(words, 429, headers=[("retry-after", "60")])},
        Outcome(5, AnyOf(("partial", "offline")), False, "throttled", {"gone": 0}),
        ("pull", "--timeout", "2s"),
        interfaces=ANYTHING,
        quiet_s=60,
    )
    yield Case(
        "interface statuses",
        "silence",
        {FIRST: raw(then="hold")},
        told("no_answer", 5),
        PULL,
        settings={"NETSYNC_HTTP_TIMEOUT": "1s"},
    )
    yield Case("interface statuses", "the connection ends", {FIRST: raw()}, told("no_answer", 5), PULL)

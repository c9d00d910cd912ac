"""Every kind of status, with the bodies that come with it: the status alone says what an answer means (R12)."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.case import AnyOf, Case, Outcome, all_in, away, either, misunderstood
from hostile.replies import HTML, Flood, encoded, error, head, http, in_chunks, network, page_with, plain, raw

GOOD = encoded(page_with())
BODIES = {
    "the API's words": encoded(error("10007", "Unexpected")),
    "a page for people": HTML,
    "nothing": b"",
    "a good listing": GOOD,
}
KEY_REJECTED = Outcome(4, "error", False, "key_rejected")
REFUSED = Outcome(1, "error", False, "refused")
NO_ANSWER_OR_MALFORMED = either(away(), misunderstood())
REDIRECT_OR_NO_ANSWER = either(away(), misunderstood())
# For answers that do not come: long enough for those that do, on a host that is busy.
SHORT = {"NETSYNC_HTTP_TIMEOUT": "1s"}


def cases() -> Iterator[Case]:
    yield from final()
    yield from without_body()
    yield from odd_lines()
    yield from interim()
    yield from redirects()


def final() -> Iterator[Case]:
    for status in (401, 403):
        for what, body in BODIES.items():
            yield Case("status", f"{status} with {what}", {"page": http(body, status)}, KEY_REJECTED, asked={"page": 1})
    # A page for people is not the API's; without one the status is taken at its word.
    for status in (400, 409, 422):
        for what, body in BODIES.items():
            outcome = misunderstood(str(status)) if what == "a page for people" else REFUSED
            yield Case("status", f"{status} with {what}", {"page": http(body, status)}, outcome, asked={"page": 1})
    yield Case("status", "404 with the API's words", {"page": http(BODIES["the API's words"], 404)}, REFUSED)
    for what in ("a page for people", "nothing", "a good listing"):
        yield Case("status", f"404 with {what}", {"page": http(BODIES[what], 404)}, misunderstood())
    for status in (402, 405, 406, 407, 410, 411, 412, 413, 414, 415, 418, 421, 423, 425, 426, 428, 431, 451, 499):
        yield Case(
            "status",
            f"{status} with the API's words",
            {"page": http(BODIES["the API's words"], status)},
            misunderstood(str(status)),
            asked={"page": 1},
        )
    for status in (402, 410, 413, 421):
        for what in ("a page for people", "a good listing"):
            yield Case(
                "status", f"{status} with {what}", {"page": http(BODIES[what], status)}, misunderstood(str(status))
            )
    # Later can help: it is asked four times, further and further apart.
    for status, what, code in (
        (408, "the API's words", "no_answer"),
        (429, "nothing", "throttled"),
        (500, "the API's words", "server_fault"),
        (502, "nothing", "server_fault"),
        (503, "a good listing", "server_fault"),
        (599, "a good listing", "server_fault"),
    ):
        yield Case(
            "status", f"{status} with {what}", {"page": http(BODIES[what], status)}, away(code), asked={"page": 4}
        )
    for status in (408, 429, 500, 502, 503, 504, 599):
        yield Case("status", f"{status} once", {"page": [http(HTML, status), http(GOOD)]}, all_in(), asked={"page": 2})
    for status in (600, 666, 700, 999):
        yield Case("status", f"{status}", {"page": http(GOOD, status)}, misunderstood(str(status)))
    for status in (200, 201, 202, 203, 206, 207, 226, 299):
        yield Case("status", f"{status} with a good listing", {"page": http(GOOD, status)}, all_in())
    for status in (200, 202, 206):
        for what in ("the API's words", "a page for people", "nothing"):
            yield Case("status", f"{status} with {what}", {"page": http(BODIES[what], status)}, misunderstood())


def without_body() -> Iterator[Case]:
    """A status that has no body, with and without one all the same."""
    for status in (204, 205, 304):
        yield Case("no body", f"{status} as it should be", {"page": raw(head(f"{status} Said"))}, misunderstood())
        yield Case("no body", f"{status} of no length", {"page": http(b"", status, then="close")}, misunderstood())
        taken = all_in() if status == 205 else misunderstood()
        yield Case(
            "no body", f"{status} with a good listing", {"page": http(GOOD, status)}, either(taken, misunderstood())
        )
        yield Case(
            "no body",
            f"{status} with a good listing in chunks",
            {"page": raw(in_chunks(GOOD, f"{status} Said"))},
            either(taken, misunderstood()),
        )
        # What follows belongs to no answer, and must not be taken for the next one.
        yield Case(
            "no body",
            f"{status}, and another answer behind it",
            {
                "page": raw(
                    head(f"{status} Said") + plain(encoded(page_with(network(7)))),
                    then="close" if status == 205 else "keep",
                )
            },
            misunderstood(),
        )


def odd_lines() -> Iterator[Case]:
    """What stands in the first line. What is no answer is asked for again."""
    rest = f"\r\ncontent-length: {len(GOOD)}\r\n\r\n".encode() + GOOD
    for line in (
        b"HTTP/1.1 000 Zero",
        b"HTTP/1.1 042 Low",
        b"HTTP/1.1 099 Low",
        b"HTTP/1.1 1000 High",
        b"HTTP/1.1 99999999999999999999 OK",
        b"HTTP/1.1 -200 OK",
        b"HTTP/1.1 2xx OK",
        b"HTTP/1.1 0x200 OK",
        b"HTTP/1.1 200.5 OK",
        b"HTTP/2.0 200 OK",
        b"HTTP/0.9 200 OK",
        b"HTTP/1 200 OK",
        b"HTTP/1.1.1 200 OK",
        b"HTTP/x.y 200 OK",
        b"http/1.1 200 OK",
        b"HTTPS/1.1 200 OK",
        b"ICY 200 OK",
        b"SSH-2.0-OpenSSH_9.2",
        b"220 mail.example ESMTP",
        b"-ERR unknown command",
        b"\x16\x03\x01\x02\x00\x01",
        b"\0\0\0\x12\x04\0\0\0\0\0",
        b"GET / HTTP/1.1",
        b"<html>",
        b"{}",
        b"\0",
        b"\xff\xfe\xfd",
    ):
        yield Case("first line", shown(line), {"page": [raw(line + rest), http(GOOD)]}, all_in(), asked={"page": 2})
    for line in (
        b"RTSP/1.0 200 OK",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2 OK",
        b"HTTP/1.1  OK",
        b"HTTP/1.1",
        b"",
        b"HTTP/1.1 200 O\0K",
        b"HTTP/1.1 200 \xff\xfe",
        b"HTTP/1.1 200 " + b"O" * 1_000_000,
        b" HTTP/1.1 200 OK",
        b"HTTP/1.1\t200\tOK",
        b"HTTP/1.1  200  OK",
    ):
        yield Case(
            "first line", shown(line), {"page": [raw(line + rest), http(GOOD)]}, all_in(), asked={"page": AnyOf((1, 2))}
        )
    for line in (
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK OK OK",
        "HTTP/1.1 200 für".encode(),
        b"HTTP/1.1 200 404",
    ):
        yield Case("first line", shown(line), {"page": raw(line + rest)}, all_in(), asked={"page": 1})
    yield Case("first line", "a body alone, as in HTTP/0.9", {"page": raw(GOOD)}, away(), asked={"page": 4})
    yield Case(
        "first line",
        "HTTP/1.0, and the body ends with the connection",
        {"page": raw(head("200 OK", version="HTTP/1.0") + GOOD)},
        all_in(),
    )
    yield Case(
        "first line",
        "HTTP/1.0 in chunks",
        {"page": raw(in_chunks(GOOD, version="HTTP/1.0"))},
        either(all_in(), misunderstood()),
    )


def shown(line: bytes) -> str:
    return repr(line[:32])[2:-1]


def interim() -> Iterator[Case]:
    """What comes before the answer is skipped, as long as it ends."""
    good = plain(GOOD)
    for status in (100, 102, 103, 110, 199):
        before = head(f"{status} Wait")
        yield Case(
            "interim answers", f"{status}", {"page": raw(before + good, then="keep")}, all_in(), asked={"page": 1}
        )
        yield Case(
            "interim answers",
            f"{status}, and the end",
            {"page": [raw(before), http(GOOD)]},
            all_in(),
            asked={"page": 2},
        )
    yield Case(
        "interim answers",
        "100, and nothing then",
        {"page": [raw(head("100 Continue"), then="hold"), http(GOOD)]},
        all_in(),
        settings=SHORT,
        asked={"page": 2},
    )
    upgrade = head("101 Switching Protocols", [("upgrade", "h2c"), ("connection", "upgrade")])
    yield Case(
        "interim answers",
        "101, and nothing then",
        {"page": raw(upgrade, then="hold")},
        NO_ANSWER_OR_MALFORMED,
        settings=SHORT,
    )
    yield Case(
        "interim answers",
        "101, and a good listing",
        {"page": raw(upgrade + good)},
        NO_ANSWER_OR_MALFORMED,
        settings=SHORT,
    )
    yield Case(
        "interim answers",
        "10,000 times 100",
        {"page": raw(Flood(head("100 Continue"), 10_000), good)},
        all_in(),
        asked={"page": 1},
    )
    for what, unit in {
        "100": head("100 Continue"),
        "103 with a link": head("103 Early Hints", [("link", "</evil>; rel=preload")]),
    }.items():
        yield Case(
            "interim answers",
            f"{what} without end",
            {"page": [raw(Flood(unit * 500, 2_000), then="hold"), http(GOOD)]},
            all_in(),
            settings=SHORT,
            asked={"page": 2},
        )
    yield Case(
        "interim answers",
        "100 with a length and a body",
        {"page": [raw(head("100 Continue", [("content-length", "5")]) + b"hello" + good), http(GOOD)]},
        all_in(),
    )


def redirects() -> Iterator[Case]:
    """None is ever followed: the key must not travel."""
    for status in (300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399):
        yield Case(
            "redirects",
            f"{status} to here",
            {"page": http(b"", status, headers=[("location", "/v2/evil")], then="close")},
            misunderstood("redirect"),
            asked={"page": 1},
        )
    for what, location in {
        "another host": "http://evil.example/v2/networks",
        "another port": "http://127.0.0.1:1/v2/networks",
        "the same": "/v2/networks",
        "no scheme": "//evil.example/",
        "a relative path": "evil",
        "a file": "file:///etc/passwd",
        "a script": "javascript:alert(1)",
        "a user": "http://user:password@127.0.0.1:1/",
        "a template": "/v2/networks?page[number]={page}",
        "nothing": "",
        "control characters": "/v2/\x01\x7fevil",
        "10,000 letters": "/" + "e" * 10_000,
        "data": "data:application/json,{}",
        "TLS": "https://127.0.0.1:1/",
        "a percent": "/%",
        "letters of other alphabets": "/vörlage/☃",
    }.items():
        yield Case(
            "redirects",
            f"302 to {what}",
            {"page": http(HTML, 302, headers=[("location", location)])},
            REDIRECT_OR_NO_ANSWER,
        )
    yield Case(
        "redirects",
        "302 to two places",
        {"page": http(b"", 302, headers=[("location", "/v2/evil"), ("location", "/v2/networks")])},
        misunderstood("redirect"),
    )
    yield Case("redirects", "302 without a place", {"page": http(b"", 302)}, misunderstood("redirect"))
    yield Case(
        "redirects",
        "302 with a good listing",
        {"page": http(GOOD, 302, headers=[("location", "/v2/evil")])},
        misunderstood("redirect"),
    )
    yield Case(
        "redirects",
        "200 with a place",
        {"page": http(GOOD, headers=[("location", "/v2/evil"), ("refresh", "0; url=/v2/evil")])},
        all_in(),
    )
    yield Case(
        "redirects",
        "the second page",
        {
            "page 1": http(page_with(meta={"page_number": 1, "total_pages": 2})),
            "page 2": http(b"", 307, headers=[("location", "/v2/evil")]),
        },
        misunderstood("redirect", networks=6),
    )

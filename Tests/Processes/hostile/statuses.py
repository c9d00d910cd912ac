"""Every kind of status, with the bodies that come with it: the status alone says what an answer means (R12)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hostile.case import ONCE_OR_TWICE, SHORT, Case, Outcome, again, all_in, away, either, listed, misunderstood
from hostile.replies import GOOD, HTML, OTHER, Flood, encoded, error, head, http, in_chunks, page_with, plain, raw

BODIES = {
    "the API's words": encoded(error("10007", "Unexpected")),
    "a page for people": HTML,
    "nothing": b"",
    "a good listing": GOOD,
}
KEY_REJECTED = Outcome(4, "error", False, "key_rejected")
REFUSED = Outcome(1, "error", False, "refused")
# A place that nobody may be sent to.
EVIL = ("location", "/v2/evil")
NO_ANSWER_OR_MALFORMED = either(away(), misunderstood())


def cases() -> Iterator[Case]:
    return chain(final(), without_body(), odd_lines(), interim(), redirects())


def said(status: int, what: str, outcome: Outcome, **more: Any) -> Case:
    return listed("status", f"{status} with {what}", http(BODIES[what], status), outcome, **more)


def final() -> Iterator[Case]:
    for status in (401, 403):
        for what in BODIES:
            yield said(status, what, KEY_REJECTED, asked={"page": 1})
    # A page for people is not the API's; without one the status is taken at its word.
    for status in (400, 409, 422):
        for what in BODIES:
            outcome = misunderstood(str(status)) if what == "a page for people" else REFUSED
            yield said(status, what, outcome, asked={"page": 1})
    yield said(404, "the API's words", REFUSED)
    for what in ("a page for people", "nothing", "a good listing"):
        yield said(404, what, misunderstood())
    for status in (402, 405, 406, 407, 410, 411, 412, 413, 414, 415, 418, 421, 423, 425, 426, 428, 431, 451, 499):
        yield said(status, "the API's words", misunderstood(str(status)), asked={"page": 1})
    for status in (402, 410, 413, 421):
        for what in ("a page for people", "a good listing"):
            yield said(status, what, misunderstood(str(status)))
    # Later can help: it is asked four times, further and further apart.
    for status, what, code in (
        (408, "the API's words", "no_answer"),
        (429, "nothing", "throttled"),
        (500, "the API's words", "server_fault"),
        (502, "nothing", "server_fault"),
        (503, "a good listing", "server_fault"),
        (599, "a good listing", "server_fault"),
    ):
        yield said(status, what, away(code), asked={"page": 4})
    for status in (408, 429, 500, 502, 503, 504, 599):
        yield again("status", f"{status} once", http(HTML, status))
    for status in (600, 666, 700, 999):
        yield listed("status", f"{status}", http(GOOD, status), misunderstood(str(status)))
    for status in (200, 201, 202, 203, 206, 207, 226, 299):
        yield said(status, "a good listing", all_in())
    for status in (200, 202, 206):
        for what in ("the API's words", "a page for people", "nothing"):
            yield said(status, what, misunderstood())


def without_body() -> Iterator[Case]:
    """A status that has no body, with and without one all the same."""
    for status in (204, 205, 304):
        yield listed("no body", f"{status} as it should be", raw(head(f"{status} Said")), misunderstood())
        yield listed("no body", f"{status} of no length", http(b"", status, then="close"), misunderstood())
        outcome = either(all_in() if status == 205 else misunderstood(), misunderstood())
        pieces = raw(in_chunks(GOOD, f"{status} Said"))
        yield listed("no body", f"{status} with a good listing", http(GOOD, status), outcome)
        yield listed("no body", f"{status} with a good listing in chunks", pieces, outcome)
        # What follows belongs to no answer, and must not be taken for the next one.
        two = raw(head(f"{status} Said") + plain(OTHER), then="close" if status == 205 else "keep")
        yield listed("no body", f"{status}, and another answer behind it", two, misunderstood())


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
        yield again("first line", shown(line), raw(line + rest))
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
        yield again("first line", shown(line), raw(line + rest), asked=ONCE_OR_TWICE)
    for line in (
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK OK OK",
        "HTTP/1.1 200 für".encode(),
        b"HTTP/1.1 200 404",
    ):
        yield listed("first line", shown(line), raw(line + rest), all_in(), asked={"page": 1})
    yield listed("first line", "a body alone, as in HTTP/0.9", raw(GOOD), away(), asked={"page": 4})
    old = raw(head("200 OK", version="HTTP/1.0") + GOOD)
    yield listed("first line", "HTTP/1.0, and the body ends with the connection", old, all_in())
    old = raw(in_chunks(GOOD, version="HTTP/1.0"))
    yield listed("first line", "HTTP/1.0 in chunks", old, either(all_in(), misunderstood()))


def shown(line: bytes) -> str:
    return repr(line[:32])[2:-1]


def interim() -> Iterator[Case]:
    """What comes before the answer is skipped, as long as it ends."""
    good = plain(GOOD)
    for status in (100, 102, 103, 110, 199):
        before = head(f"{status} Wait")
        yield listed("interim answers", f"{status}", raw(before + good, then="keep"), all_in(), asked={"page": 1})
        yield again("interim answers", f"{status}, and the end", raw(before))
    silence = raw(head("100 Continue"), then="hold")
    yield again("interim answers", "100, and nothing then", silence, settings=SHORT)
    upgrade = head("101 Switching Protocols", [("upgrade", "h2c"), ("connection", "upgrade")])
    for what, reply in {"nothing then": raw(upgrade, then="hold"), "a good listing": raw(upgrade + good)}.items():
        yield listed("interim answers", f"101, and {what}", reply, NO_ANSWER_OR_MALFORMED, settings=SHORT)
    many = raw(Flood(head("100 Continue"), 10_000), good)
    yield listed("interim answers", "10,000 times 100", many, all_in(), asked={"page": 1})
    for what, unit in {
        "100": head("100 Continue"),
        "103 with a link": head("103 Early Hints", [("link", "</evil>; rel=preload")]),
    }.items():
        flood = raw(Flood(unit * 500, 2_000), then="hold")
        yield again("interim answers", f"{what} without end", flood, settings=SHORT)
    long = raw(head("100 Continue", [("content-length", "5")]) + b"hello" + good)
    yield again("interim answers", "100 with a length and a body", long, asked={})


def redirects() -> Iterator[Case]:
    """None is ever followed: the key must not travel."""
    for status in (300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399):
        reply = http(b"", status, headers=[EVIL], then="close")
        yield listed("redirects", f"{status} to here", reply, misunderstood("redirect"), asked={"page": 1})
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
        reply = http(HTML, 302, headers=[("location", location)])
        yield listed("redirects", f"302 to {what}", reply, NO_ANSWER_OR_MALFORMED)
    for what, reply in {
        "to two places": http(b"", 302, headers=[EVIL, ("location", "/v2/networks")]),
        "without a place": http(b"", 302),
        "with a good listing": http(GOOD, 302, headers=[EVIL]),
    }.items():
        yield listed("redirects", f"302 {what}", reply, misunderstood("redirect"))
    good = http(GOOD, headers=[EVIL, ("refresh", "0; url=/v2/evil")])
    yield listed("redirects", "200 with a place", good, all_in())
    first = http(page_with(meta={"page_number": 1, "total_pages": 2}))
    script = {"page 1": first, "page 2": http(b"", 307, headers=[EVIL])}
    yield Case("redirects", "the second page", script, misunderstood("redirect", networks=6))

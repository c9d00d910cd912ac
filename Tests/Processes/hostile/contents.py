"""Header fields, encodings of content, and answers without end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from hostile.case import (
    HASTE, ONCE_OR_TWICE, SHORT, AnyOf, Case, again, all_in, away, either, listed, misunderstood,
)
from hostile.replies import (
    GOOD, OTHER, SEVEN, Flood, Pause, Reply, Request, encoded, head, http, network, plain, raw,
)

def cases() -> Iterator[Case]:
    return chain(header_fields(), content_encodings(), endless())


def header_fields() -> Iterator[Case]:
    for what, field in {
        "one without a name": b": value",
        "one without a colon": b"value",
        "one with a blank in its name": b"a b: c",
        "one with a blank before the colon": b"a : b",
        "one with a NUL in its value": b"a: b\0c",
        "one with a NUL in its name": b"a\0b: c",
        "one with a bare line feed": b"a: b\nc: d",
        "one with a bare return": b"a: b\rc: d",
        "one that goes on in the next line": b"a: b\r\n c",
        "one of 200,000 letters": b"a: " + b"b" * 200_000,
        "one with a name of 200,000 letters": b"a" * 200_000 + b": b",
        "300 of them": b"\r\n".join([b"x: y"] * 300),
        "10,000 of them": b"\r\n".join([b"x: y"] * 10_000),
        "one with letters of Latin-1": "a: ü".encode("latin-1"),
        "one with an emoji": "a: 🛰".encode(),
        "one with an emoji for a name": "🛰: a".encode(),
        "one with control characters": b"a: \x01\x02\x1b[2J\x7f",
        "a length in its value": b"a: b\r\n\tcontent-length: 1",
        "one that is empty": b"a:",
        "one that begins with a blank": b" a: b",
        "a space of no width": "a\u200b: b".encode(),
    }.items():
        large = "200,000" in what or "300 " in what or "10,000" in what
        yield again(
            "header fields",
            what,
            raw(b"HTTP/1.1 200 OK\r\n" + field + b"\r\ncontent-length: %d\r\n\r\n" % len(GOOD) + GOOD),
            misunderstood() if large else all_in(),
            asked={} if large else ONCE_OR_TWICE,
            heals=what == "10,000 of them",
        )
    for name, value in {
        "set-cookie": "session=1; Domain=.example",
        "strict-transport-security": "max-age=31536000",
        "alt-svc": 'h2="127.0.0.1:1"; ma=86400',
        "link": '</v2/networks?page[number]=2>; rel="next"',
        "upgrade": "h2c",
        "proxy-authenticate": "Basic",
        "www-authenticate": "Bearer",
        "content-range": "bytes 0-9/100",
        "content-disposition": "attachment",
        "keep-alive": "timeout=0, max=0",
        "trailer": "content-length",
        "vary": "*",
        "etag": '"x"',
        "connection": "close, keep-alive, upgrade",
        "expect": "100-continue",
        "host": "evil.example",
        "te": "trailers",
        "authorization": "Bearer other",
        "idempotency-key": "x",
    }.items():
        yield listed("header fields", name, http(GOOD, headers=[(name, value)]), all_in(), asked={"page": 1})


def told(what: str, body: bytes, coding: str, is_read: bool, *says: str, **more: Any) -> Case:
    """A body whose head says how it is compressed."""
    reply = http(body, headers=[("content-encoding", coding)])
    outcome = all_in(1) if is_read else misunderstood(*says)
    return listed("content encodings", what, reply, outcome, taken=SEVEN if is_read else {}, **more)


def content_encodings() -> Iterator[Case]:
    """What is compressed is read, asked for or not; what does not decompress is not understood; a bomb is over the limit."""
    for what, body, is_read in (
        ("gzip", gzip.compress(OTHER), True),
        ("deflate", zlib.compress(OTHER), True),
        ("deflate without a header", zlib.compress(OTHER)[2:-4], False),
        ("br", b"\x0b\x02\x80" + OTHER + b"\x03", False),
        ("zstd", b"\x28\xb5\x2f\xfd" + OTHER, False),
        ("compress", b"\x1f\x9d\x90" + OTHER, False),
    ):
        yield told(what, body, what.split()[0], is_read)
        yield listed("content encodings", f"{what} that is not told", body, misunderstood())
    for coding in ("GZIP", "x-gzip"):
        yield told(f"gzip that is called {coding!r}", gzip.compress(OTHER), coding, is_read=True)
    for coding in ("br", "identity", "none", "", "utf-8", "aws-chunked"):
        yield told(f"plain text that is called {coding!r}", OTHER, coding, is_read=True)
    for coding in ("gzip", "deflate", "GZIP", "x-gzip", "gzip, gzip", "gzip\t"):
        what = f"plain text that is called {coding!r}"
        yield told(what, OTHER, coding, False, "does not decompress", heals=coding == "gzip")
    for what, body in {
        "gzip cut short": gzip.compress(OTHER)[:-9],
        "gzip with a wrong sum": gzip.compress(OTHER)[:-8] + b"\0" * 8,
        "gzip in two parts": gzip.compress(OTHER[:100]) + gzip.compress(OTHER[100:]),
        "gzip and text behind": gzip.compress(OTHER) + b"OK",
        "the first two bytes of gzip": b"\x1f\x8b",
    }.items():
        yield told(what, body, "gzip", False, "does not decompress")
    for what, body in {
        "gzip twice": gzip.compress(gzip.compress(OTHER)),
        "gzip of nothing": gzip.compress(b""),
        "gzip of a page for people": gzip.compress(b"<html></html>"),
    }.items():
        yield told(what, body, "gzip", is_read=False)
    for what, form, name in (("gzip", 31, "gzip"), ("deflate", 15, "deflate"), ("gzip in gzip", 31, "gzip, gzip")):
        bomb = partial(bombed, form, name)
        outcome = misunderstood("decompresses to more than 100 times")
        yield listed("content encodings", f"a bomb of {what}", bomb, outcome, heals=what == "gzip")


def bombed(form: int, name: str, _: Request) -> Reply:
    """128 MB of blanks behind a good listing, in a few bytes."""
    pack = zlib.compressobj(9, zlib.DEFLATED, form)
    body = pack.compress(GOOD) + b"".join(pack.compress(b" " * (1 << 20)) for _ in range(128)) + pack.flush()
    return http(gzip.compress(body) if name == "gzip, gzip" else body, headers=[("content-encoding", name)])


def endless() -> Iterator[Case]:
    """Neither time nor memory is without end."""
    pieces: tuple[bytes | Flood, ...]
    blanks = b" " * 65_536
    in_chunks = head("200 OK", [("transfer-encoding", "chunked")])
    for what, pieces in {
        "until the connection ends": (head("200 OK"), Flood(blanks, 1_024)),
        "of a length": (head("200 OK", [("content-length", str(1 << 40))]), Flood(blanks, 1_024)),
        "in chunks": (in_chunks, Flood(b"10000\r\n" + blanks + b"\r\n", 1_024)),
        "of networks": (head("200 OK") + b'{"data":[', Flood(encoded(network(1)) + b",", 400_000)),
        "of brackets": (head("200 OK"), Flood(b"[" * 65_536, 1_024)),
    }.items():
        yield listed(
            "endless",
            f"a body {what}",
            raw(*pieces),
            misunderstood("limit"),
            asked={"page": 1},
            heals=what == "in chunks",
        )
    for what, pieces in {
        "all chunks of a byte at once": (in_chunks, Flood(b"1\r\n \r\n" * 10_000, 1_024)),
        "a byte of the body at a time": (head("200 OK", [("content-length", "100000")]), Flood(b" ", 100_000, 0.02)),
        "a chunk of a byte at a time": (in_chunks, Flood(b"1\r\n \r\n", 100_000, 0.02)),
        "a byte of a field at a time": (b"HTTP/1.1 200 OK\r\nx: ", Flood(b"y", 100_000, 0.02)),
        "a field at a time": (b"HTTP/1.1 200 OK\r\n", Flood(b"x: y\r\n", 100_000, 0.05)),
        "a byte of the first line at a time": (
            Flood(b"H", 1, 0.02),
            Flood(b"T", 2, 0.02),
            Flood(b"P", 1, 0.02),
            Flood(b"/1.1 200 ", 1),
            Flood(b"O", 100_000, 0.02),
        ),
        "a line break at a time": (Flood(b"\r\n", 100_000, 0.02),),
    }.items():
        yield again("endless", f"a drip, {what}", raw(*pieces), settings=SHORT)
    for what, unit in {"fields": b"x: y\r\n", "of one name": b"a: b\r\n", "a field": b"y" * 6}.items():
        reply = raw(b"HTTP/1.1 200 OK\r\nx: ", Flood(unit * 5_000, 2_000))
        yield listed("endless", f"header {what} without end", reply, misunderstood(), asked={"page": 1})
    yield again(
        "endless",
        "a first line without end",
        raw(b"HTTP/1.1 200 ", Flood(b"O" * 65_536, 1_024)),
        either(all_in(), misunderstood()),
        settings=SHORT,
        asked={},
    )
    yield listed(
        "endless",
        "silence that is longer than the command may take",
        raw(then="hold"),
        away(AnyOf(("no_answer", "timed_out"))),
        ("pull", "--networks-only", "--timeout", "1s"),
        within_s=5,
        known=HASTE,
    )
    yield listed("endless", "an answer before a request is whole", raw(plain(GOOD), Pause(0.2)), all_in())

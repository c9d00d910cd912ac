"""What goes wrong on the connection: answers that end too soon, lengths, chunks, what comes behind an answer."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.case import AnyOf, Case, all_in, away, either, misunderstood
from hostile.replies import (
    Reply, Script, chunked, document, encoded, head, http, in_chunks, known, listing, meta, network, page_with,
    plain, raw,
)

GOOD = encoded(page_with())
# The same, and a network that is in no good answer: what was taken in shows where it came from.
OTHER = encoded(page_with(network(7)))
OTHER_TAKEN = {7: document(network(7))}
SHORT = {"NETSYNC_HTTP_TIMEOUT": "1s"}


def cases() -> Iterator[Case]:
    yield from cut_short()
    yield from lengths()
    yield from chunks()
    yield from leftovers()


def cut_short() -> Iterator[Case]:
    """The connection ends before the answer does. What has come of it is not taken."""
    whole = plain(OTHER, ("content-type", "application/json"), ("x-field", "v" * 40))
    start = whole.index(b"\r\n\r\n") + 4
    for length in (0, 1, 8, 12, 16, 30, start - 4, start - 2, start - 1, start, start + 1, start + 100, len(whole) - 1):
        yield Case(
            "cut answers",
            f"the connection ends at byte {length}",
            again(raw(whole[:length])),
            all_in(),
            asked={"page": 2},
        )
    for length in (0, 20, start, start + 300):
        yield Case(
            "cut answers",
            f"the connection is reset at byte {length}",
            again(raw(whole[:length], then="reset")),
            all_in(),
            asked={"page": 2},
        )
    for length in (0, 20, start, start + 300):
        yield Case(
            "cut answers",
            f"nothing comes after byte {length}",
            again(raw(whole[:length], then="hold")),
            all_in(),
            asked={"page": 2},
            settings=SHORT,
        )
    yield Case(
        "cut answers", "always after half of it", {"page": raw(whole[:-200])}, away(), asked={"page": 4}, heals=True
    )
    yield Case("cut answers", "always before a byte of it", {"page": raw()}, away(), asked={"page": 4})
    yield Case(
        "cut answers",
        "always silent",
        {"page": raw(then="hold")},
        away(),
        asked={"page": 4},
        settings={"NETSYNC_HTTP_TIMEOUT": "300ms"},
    )
    for length in (1, 5, 200):
        body = in_chunks(OTHER)
        yield Case(
            "cut answers",
            f"{length} bytes before the end of the last chunk",
            again(raw(body[:-length])),
            all_in(),
            asked={"page": 2},
        )
    yield Case(
        "cut answers",
        "the second page",
        {
            "page 1": http(listing(known(), meta=meta(7, pages=2))),
            "page 2": [raw(whole[:-200]), http(listing([network(7)], meta=meta(7, page=2, pages=2)))],
        },
        all_in(1),
        taken=OTHER_TAKEN,
        asked={"page": 3},
    )


def again(reply: Reply) -> dict[str, Script]:
    """No answer: it is asked for again, and then there is a good one."""
    return {"page": [reply, http(GOOD)]}


def lengths() -> Iterator[Case]:
    rest = b"\r\n\r\n" + GOOD
    size = len(GOOD)
    for what, field in {
        "negative": b"content-length: -1",
        "with a plus": b"content-length: +%d" % size,
        "a word": b"content-length: all",
        "hexadecimal": b"content-length: 0x%x" % size,
        "a fraction": b"content-length: %d.0" % size,
        "a list of two": b"content-length: 5, %d" % size,
        "twice, and not the same": b"content-length: 5\r\ncontent-length: %d" % size,
        "larger than all": b"content-length: 99999999999999999999999999",
        "just past what a machine counts": b"content-length: 18446744073709551616",
        "with letters behind": b"content-length: %d bytes" % size,
        "with a blank inside": b"content-length: 1 2",
        "of other digits": "content-length: ٣".encode(),
    }.items():
        yield Case("lengths", what, again(raw(b"HTTP/1.1 200 OK\r\n" + field + rest)), all_in(), asked={"page": 2})
    for what, field in {
        "twice, and the same": b"content-length: %d\r\ncontent-length: %d" % (size, size),
        "a list of the same": b"content-length: %d, %d" % (size, size),
        "with leading zeros": b"content-length: 000000%d" % size,
        "with blanks around": b"content-length:   %d   " % size,
        "empty": b"content-length:",
        "in capitals": b"CONTENT-LENGTH: %d" % size,
    }.items():
        yield Case(
            "lengths", what, again(raw(b"HTTP/1.1 200 OK\r\n" + field + rest)), all_in(), asked={"page": AnyOf((1, 2))}
        )
    yield Case(
        "lengths",
        "none, and the body ends with the connection",
        {"page": raw(head("200 OK") + GOOD)},
        all_in(),
        asked={"page": 1},
    )
    yield Case(
        "lengths",
        "none, and the connection stays",
        again(raw(head("200 OK") + GOOD, then="hold")),
        all_in(),
        asked={"page": 2},
        settings=SHORT,
    )
    yield Case("lengths", "none, and half a body", {"page": raw(head("200 OK") + GOOD[:-40])}, misunderstood())
    yield Case(
        "lengths",
        "zero, and a body",
        {"page": raw(head("200 OK", [("content-length", "0")]) + GOOD, then="keep")},
        misunderstood(),
    )
    yield Case(
        "lengths",
        "a byte too few",
        {"page": raw(head("200 OK", [("content-length", str(size - 1))]) + GOOD, then="keep")},
        misunderstood(),
    )
    yield Case(
        "lengths",
        "a byte too many",
        again(raw(head("200 OK", [("content-length", str(size + 1))]) + GOOD)),
        all_in(),
        asked={"page": 2},
    )
    yield Case(
        "lengths",
        "8 MB promised, and a word",
        again(raw(head("200 OK", [("content-length", "8000000")]) + b"OK")),
        all_in(),
        asked={"page": 2},
    )
    yield Case(
        "lengths",
        "more promised than is taken",
        {"page": raw(head("200 OK", [("content-length", str(1 << 40))]) + GOOD, then="hold")},
        either(misunderstood(), away()),
        settings={"NETSYNC_HTTP_TIMEOUT": "300ms"},
    )
    yield Case(
        "lengths",
        "a length and chunks",
        again(raw(head("200 OK", [("content-length", str(size)), ("transfer-encoding", "chunked")]) + chunked(GOOD))),
        all_in(),
        asked={"page": AnyOf((1, 2))},
    )
    yield Case(
        "lengths",
        "chunks and a length",
        again(raw(head("200 OK", [("transfer-encoding", "chunked"), ("content-length", "3")]) + chunked(GOOD))),
        all_in(),
        asked={"page": AnyOf((1, 2))},
    )


def chunks() -> Iterator[Case]:
    size = len(GOOD)
    top = head("200 OK", [("transfer-encoding", "chunked")])
    for what, body in {
        "one": chunked(GOOD),
        "one byte each": chunked(*(GOOD[each : each + 1] for each in range(size))),
        "with an extension": b"%x;name=value\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
        "with leading zeros": b"0000%x\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
        "with a trailer": b"%x\r\n%s\r\n0\r\nx-trailer: v\r\n\r\n" % (size, GOOD),
        "in capitals": b"%X\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
    }.items():
        yield Case("chunks", what, {"page": raw(top + body, then="keep")}, all_in(), asked={"page": 1})
    for what, body in {
        "of no size": b"\r\n%s\r\n0\r\n\r\n" % GOOD,
        "of a size that is a word": b"size\r\n%s\r\n0\r\n\r\n" % GOOD,
        "of a negative size": b"-5\r\n%s\r\n0\r\n\r\n" % GOOD,
        "of a size with 0x": b"0x%x\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
        "of a size larger than all": b"ffffffffffffffffff\r\n%s\r\n0\r\n\r\n" % GOOD,
        "smaller than told": b"%x\r\n%s\r\n0\r\n\r\n" % (size + 9, GOOD),
        "larger than told": b"%x\r\n%s\r\n0\r\n\r\n" % (size - 9, GOOD),
        "without an end": b"%x\r\n%s\r\n" % (size, GOOD),
        "without line breaks": b"%x%s0" % (size, GOOD),
        "of a size with a blank inside": b"%x %x\r\n%s\r\n0\r\n\r\n" % (size, size, GOOD),
        "with a size of 100,000 digits": b"0" * 100_000 + b"%x\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
        "that are none": GOOD,
    }.items():
        yield Case(
            "chunks",
            what,
            again(raw(top + body)),
            all_in(),
            asked={"page": AnyOf((1, 2))} if "100,000" in what else {"page": 2},
        )
    for what, body in {
        "with line feeds alone": b"%x\n%s\n0\n\n" % (size, GOOD),
        "with an extension of 100,000 letters": b"%x;%s\r\n%s\r\n0\r\n\r\n" % (size, b"e" * 100_000, GOOD),
        "with a NUL in an extension": b"%x;a\0b\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
        "with 10,000 trailers": b"%x\r\n%s\r\n0\r\n%s\r\n" % (size, GOOD, b"x: y\r\n" * 10_000),
        "with a trailer that names a length": b"%x\r\n%s\r\n0\r\ncontent-length: 1\r\n\r\n" % (size, GOOD),
        "with a size in blanks": b" %x \r\n%s\r\n0\r\n\r\n" % (size, GOOD),
    }.items():
        yield Case(
            "chunks", what, again(raw(top + body)), either(all_in(), misunderstood()), asked={"page": AnyOf((1, 2))}
        )
    for coding in (
        "gzip, chunked",
        "identity",
        "chunked, chunked",
        "chunked, gzip",
        "CHUNKED",
        "xchunked",
        "",
        "chunked\x0b",
        "gzip",
    ):
        body = head("200 OK", [("transfer-encoding", coding)]) + chunked(GOOD)
        yield Case(
            "chunks",
            f"that are called {coding!r}",
            again(raw(body)),
            either(all_in(), misunderstood()),
            asked={"page": AnyOf((1, 2))},
        )


def leftovers() -> Iterator[Case]:
    """What comes behind an answer belongs to no request, and is never taken for the answer to the next one."""
    first = encoded(listing(known(), meta=meta(6, pages=2)))
    last = encoded(listing([], meta=meta(6, page=2, pages=2)))
    smuggled = plain(encoded(listing([network(7)], meta=meta(7, page=2, pages=2))))
    for what, more in {
        "the answer to the next request": smuggled,
        "three answers": smuggled * 3,
        "half an answer": smuggled[:-20],
        "a line break": b"\r\n",
        "ten line breaks": b"\r\n" * 10,
        "a word": b"OK",
        "a NUL": b"\0",
        "an interim answer": head("100 Continue"),
        "a request": b"GET / HTTP/1.1\r\n\r\n",
    }.items():
        yield Case(
            "leftovers",
            what,
            {"page 1": raw(plain(first) + more, then="keep"), "page 2": http(last)},
            all_in(0),
            asked={"page": AnyOf((2, 3))},
        )
    yield Case(
        "leftovers",
        "the connection ends after each answer, which says it stays",
        {
            "page 1": raw(plain(first, ("connection", "keep-alive"))),
            "page 2": raw(plain(last, ("connection", "keep-alive"))),
        },
        all_in(0),
        asked={"page": AnyOf((2, 3))},
    )
    yield Case(
        "leftovers",
        "the connection stays after each answer, which says it ends",
        {
            "page 1": raw(plain(first, ("connection", "close")), then="keep"),
            "page 2": raw(plain(last, ("connection", "close")), then="keep"),
        },
        all_in(0),
        asked={"page": 2},
    )

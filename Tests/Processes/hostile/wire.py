"""What goes wrong on the connection: answers that end too soon, lengths, chunks, what comes behind an answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hostile.case import ONCE_OR_TWICE, SHORT, AnyOf, Case, again, all_in, away, either, listed, misunderstood
from hostile.replies import (
    GOOD, OTHER, SEVEN, chunked, encoded, head, http, in_chunks, known, listing, meta, network, plain, raw, walk,
)

GOOD_OR_MALFORMED = either(all_in(), misunderstood())


def cases() -> Iterator[Case]:
    return chain(cut_short(), lengths(), chunks(), leftovers())


def cut_short() -> Iterator[Case]:
    """The connection ends before the answer does. What has come of it is not taken."""
    whole = plain(OTHER, ("content-type", "application/json"), ("x-field", "v" * 40))
    start = whole.index(b"\r\n\r\n") + 4
    for length in (0, 1, 8, 12, 16, 30, start - 4, start - 2, start - 1, start, start + 1, start + 100, len(whole) - 1):
        yield again("cut answers", f"the connection ends at byte {length}", raw(whole[:length]))
    for length in (0, 20, start, start + 300):
        reset = raw(whole[:length], then="reset")
        yield again("cut answers", f"the connection is reset at byte {length}", reset)
    for length in (0, 20, start, start + 300):
        silence = raw(whole[:length], then="hold")
        yield again("cut answers", f"nothing comes after byte {length}", silence, settings=SHORT)
    yield listed("cut answers", "always after half of it", raw(whole[:-200]), away(), asked={"page": 4}, heals=True)
    yield listed("cut answers", "always before a byte of it", raw(), away(), asked={"page": 4})
    hasty = {"NETSYNC_HTTP_TIMEOUT": "300ms"}
    yield listed("cut answers", "always silent", raw(then="hold"), away(), asked={"page": 4}, settings=hasty)
    for length in (1, 5, 200):
        cut = raw(in_chunks(OTHER)[:-length])
        yield again("cut answers", f"{length} bytes before the end of the last chunk", cut)
    two = walk(7, known(), [network(7)])
    script = two | {"page 2": [raw(whole[:-200]), two["page 2"]]}
    yield Case("cut answers", "the second page", script, all_in(1), taken=SEVEN, asked={"page": 3})


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
        yield again("lengths", what, raw(b"HTTP/1.1 200 OK\r\n" + field + rest))
    for what, field in {
        "twice, and the same": b"content-length: %d\r\ncontent-length: %d" % (size, size),
        "a list of the same": b"content-length: %d, %d" % (size, size),
        "with leading zeros": b"content-length: 000000%d" % size,
        "with blanks around": b"content-length:   %d   " % size,
        "empty": b"content-length:",
        "in capitals": b"CONTENT-LENGTH: %d" % size,
    }.items():
        yield again("lengths", what, raw(b"HTTP/1.1 200 OK\r\n" + field + rest), asked=ONCE_OR_TWICE)
    whole, half = head("200 OK") + GOOD, head("200 OK") + GOOD[:-40]
    yield listed("lengths", "none, and the body ends with the connection", raw(whole), all_in(), asked={"page": 1})
    yield again("lengths", "none, and the connection stays", raw(whole, then="hold"), settings=SHORT)
    yield listed("lengths", "none, and half a body", raw(half), misunderstood())
    for what, length in {"zero, and a body": 0, "a byte too few": size - 1}.items():
        yield listed("lengths", what, raw(promising(length) + GOOD, then="keep"), misunderstood())
    yield again("lengths", "a byte too many", raw(promising(size + 1) + GOOD))
    yield again("lengths", "8 MB promised, and a word", raw(promising(8_000_000) + b"OK"))
    yield listed(
        "lengths",
        "more promised than is taken",
        raw(promising(1 << 40) + GOOD, then="hold"),
        either(misunderstood(), away()),
        settings={"NETSYNC_HTTP_TIMEOUT": "300ms"},
    )
    in_pieces = ("transfer-encoding", "chunked")
    for what, fields in {
        "a length and chunks": [("content-length", str(size)), in_pieces],
        "chunks and a length": [in_pieces, ("content-length", "3")],
    }.items():
        yield again("lengths", what, raw(head("200 OK", fields) + chunked(GOOD)), asked=ONCE_OR_TWICE)


def promising(length: int) -> bytes:
    return head("200 OK", [("content-length", str(length))])


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
        yield listed("chunks", what, raw(top + body, then="keep"), all_in(), asked={"page": 1})
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
        asked = ONCE_OR_TWICE if "100,000" in what else {"page": 2}
        yield again("chunks", what, raw(top + body), asked=asked)
    for what, body in {
        "with line feeds alone": b"%x\n%s\n0\n\n" % (size, GOOD),
        "with an extension of 100,000 letters": b"%x;%s\r\n%s\r\n0\r\n\r\n" % (size, b"e" * 100_000, GOOD),
        "with a NUL in an extension": b"%x;a\0b\r\n%s\r\n0\r\n\r\n" % (size, GOOD),
        "with 10,000 trailers": b"%x\r\n%s\r\n0\r\n%s\r\n" % (size, GOOD, b"x: y\r\n" * 10_000),
        "with a trailer that names a length": b"%x\r\n%s\r\n0\r\ncontent-length: 1\r\n\r\n" % (size, GOOD),
        "with a size in blanks": b" %x \r\n%s\r\n0\r\n\r\n" % (size, GOOD),
    }.items():
        yield again("chunks", what, raw(top + body), GOOD_OR_MALFORMED, asked=ONCE_OR_TWICE)
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
        reply = raw(head("200 OK", [("transfer-encoding", coding)]) + chunked(GOOD))
        yield again("chunks", f"that are called {coding!r}", reply, GOOD_OR_MALFORMED, asked=ONCE_OR_TWICE)


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

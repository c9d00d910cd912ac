"""Bodies that are no JSON, or whose text is none: syntax, cuts, letters, encodings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hostile.case import ANYTHING, Case, all_in, either, listed, misunderstood, one_more, set_aside
from hostile.replies import (
    AFTER, BEFORE, GOOD, HTML, NAME, OTHER, PAGE, document, encoded, http, network, network_id, page_with,
)

TAKEN = document(network(7, NAME))
PATIENT = either(all_in(ANYTHING), misunderstood())
PATIENT_OR_ASIDE = either(all_in(ANYTHING), misunderstood(), set_aside(ANYTHING))


def cases() -> Iterator[Case]:
    return chain(no_json(), cut_json(), broken_text(), encodings())


def no_json() -> Iterator[Case]:
    for name, body in {
        "nothing": b"",
        "blanks": b" \r\n\t ",
        "a page for people": HTML,
        "a word": b"OK",
        "a proxy's complaint": b"upstream connect error or disconnect/reset before headers\n",
        "keys without quotes": b"{data:[]}",
        "single quotes": b"{'data':[]}",
        "one bracket too many": b'{"data":[]}}',
        "two documents": b'{"data":[]}{"data":[]}',
        "a document per line": b'{"data":[]}\n{"data":[]}\n',
        "a comma missing": b'{"data":[] "meta":{}}',
        "two commas too many in a list": GOOD.replace(b"}]", b"},,]"),
        "a byte that UTF-8 never has, where nobody reads": GOOD[:-1] + b',"n":"\xff\xfe"}',
        "a byte that UTF-8 never has, in an unknown field": PAGE.replace(b'"name"', b'"n":"\xff","name"'),
        "a colon missing": b'{"data" []}',
        "a comment": b'{"data":[/* none */]}',
        "a comment in a line": b'{"data":[]} // none',
        "not a number": b'{"data":[],"n":NaN}',
        "infinity": b'{"data":[],"n":Infinity}',
        "minus infinity": b'{"data":[],"n":-Infinity}',
        "a hexadecimal number": b'{"data":[],"n":0x10}',
        "a number with a plus": b'{"data":[],"n":+1}',
        "a number without digits before the point": b'{"data":[],"n":.5}',
        "half a word": b'{"data":[],"n":tru}',
        "a word in capitals": b'{"data":[],"n":TRUE}',
        "undefined": b'{"data":undefined}',
        "a callback": b'callback({"data":[]});',
        "a guard in front": b")]}',\n" + GOOD,
        "text behind": GOOD + b"OK",
        "XML": b'<?xml version="1.0"?><networks/>',
        "YAML": b"data:\n- id: 1\n",
        "MessagePack": b"\x81\xa4data\x90",
        "a byte of zero behind": GOOD + b"\0",
        "bytes of zero alone": b"\0" * 64,
        "closing brackets without end": b"]" * 200_000,
        "a text without end": b'{"data":"' + b"a" * 200_000,
        "backslashes without end": b'{"data":"' + b"\\" * 200_001,
        "quotes without end": b'"' * 200_001,
        "a key without a value": b'{"data"}',
        "a key that is a number": b"{1:[]}",
        "a list of pages": b"[" + GOOD + b"]",
    }.items():
        yield listed("no JSON", name, body, misunderstood(), heals=name in ("nothing", "a page for people"))
    # What a reader may take for what was meant, as long as it takes all of it.
    for name, body in {
        "behind the last record": PAGE.replace(b"}]", b"},]"),
        "behind the last field": PAGE.replace(b'Z"}', b'Z",}'),
    }.items():
        yield one_more("no JSON", f"a comma too many {name}", body, TAKEN)
    body = b'{"data":[1,]}'
    yield listed("no JSON", "a comma too many behind a number", body, set_aside(networks=0), asked={"record": 0})
    for name, more in {
        "a comma too many in an object": b"",
        "a number with a leading zero": b'"n":01',
        "a number with a bare point": b'"n":1.',
        "a number with a bare exponent": b'"n":1e',
        "a bare minus": b'"n":-',
        "half a surrogate pair": rb'"n":"\ud83d"',
    }.items():
        yield listed("no JSON", f"{name}, where nobody reads", GOOD[:-1] + b"," + more + b"}", PATIENT)
        if more:
            body = PAGE.replace(b'"record_type"', more + b',"record_type"')
            any_at_all = {"name": ANYTHING, "unknown_fields": ANYTHING}
            taken = {number: document(network(number), **any_at_all) for number in range(1, 8)}
            yield listed("no JSON", f"{name}, in an unknown field", body, PATIENT_OR_ASIDE, may_take=(taken,))


def cut_json() -> Iterator[Case]:
    """The body ends too soon, and its length is that of what came."""
    body = encoded(page_with(network(7, "Zürich 🛰"), network(8, 'back\\slash "quoted"')))
    for length in sorted({*range(1, len(body), len(body) // 22), *range(len(body) - 4, len(body))}):
        yield listed("cut JSON", f"at byte {length}", body[:length], misunderstood())
    start = body.index("Zürich 🛰".encode())
    for length in (start + 2, start + 9, start + 10, start + 11):
        yield listed("cut JSON", f"within a letter, at byte {length}", body[:length], misunderstood())


def broken_text() -> Iterator[Case]:
    """A name that is no text counts as missing, or the body is not understood; nobody guesses what was meant."""
    for name, text in {
        "a byte that UTF-8 never has": b"a\xffb",
        "a continuation alone": b"a\x80b",
        "a letter cut short": b"a\xe2\x82b",
        "a slash in two bytes": b"a\xc0\xafb",
        "a NUL in two bytes": b"a\xc0\x80b",
        "half a surrogate pair": b"a\xed\xa0\xbdb",
        "a surrogate pair in six bytes": b"a\xed\xa0\xbd\xed\xbb\xb0b",
        "beyond the last code point": b"a\xf4\x90\x80\x80b",
        "five bytes for one letter": b"a\xf8\x88\x80\x80\x80b",
        "Latin-1": "Zürich".encode("latin-1"),
        "a letter cut short at the end": b"a\xf0\x9f\x9b",
    }.items():
        yield listed("broken text", name, BEFORE + text + AFTER, misunderstood("UTF-8"), heals=name == "Latin-1")
    for name, text in {
        "a high surrogate alone": rb"\ud83d",
        "a low surrogate alone": rb"\udef0",
        "surrogates the wrong way round": rb"\udef0\ud83d",
        "two high surrogates": rb"\ud83d\ud83d",
        "a high surrogate and a letter": rb"\ud83da",
        "a high surrogate and an escape": rb"\ud83d\n",
        "an escape that there is none of": rb"\x41",
        "an escape cut short": rb"\u12",
        "an escape with braces": rb"\u{1F6F0}",
        "an escape that is no number": rb"\uGGGG",
        "a raw line break": b"a\nb",
        "a raw tab": b"a\tb",
        "a raw NUL": b"a\0b",
        "a raw escape": b"a\x1b[31mb",
        "a raw unit separator": b"a\x1fb",
    }.items():
        taken = {7: document(network(7), name=None, unknown_fields=ANYTHING)}
        yield listed("broken text", name, BEFORE + text + AFTER, PATIENT_OR_ASIDE, may_take=(taken,))
    yield listed("broken text", "a quote", BEFORE + b'a"b' + AFTER, misunderstood())
    yield listed("broken text", "a backslash at the end", BEFORE + b"a\\" + AFTER, misunderstood())
    for place, body in {
        "in a key": GOOD.replace(b'"meta"', b'"m\xffta"'),
        "in an id": OTHER.replace(network_id(7).encode(), b"\xff" * 36),
        "between two records": GOOD.replace(b"},{", b"}\xff,{", 1),
        "in front": b"\xff" + GOOD,
        "behind": GOOD + b"\xff",
    }.items():
        yield listed("broken text", f"a byte that UTF-8 never has {place}", body, misunderstood("UTF-8"))


def encodings() -> Iterator[Case]:
    """JSON between systems is UTF-8, whatever its content is called; a mark in front of it may be skipped."""
    text = PAGE.decode()
    yield listed("encodings", "utf-8-sig", text.encode("utf-8-sig"), PATIENT, may_take=({7: TAKEN},))
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield listed("encodings", encoding, text.encode(encoding), misunderstood("UTF-8"), heals=encoding == "utf-16")
    for name, body in {
        "UTF-16, big end first, with its mark": b"\xfe\xff" + text.encode("utf-16-be"),
        "UTF-32, big end first, with its mark": b"\0\0\xfe\xff" + text.encode("utf-32-be"),
        "UTF-16 behind a blank": " ".encode("utf-16-le") + text.encode("utf-16-le"),
        "UTF-16 cut in half a letter": text.encode("utf-16")[:-1],
        "UTF-16 with half a pair": BEFORE.decode().encode("utf-16") + b"\x3d\xd8" + AFTER.decode().encode("utf-16-le"),
        "UTF-16 in the middle of UTF-8": BEFORE + "ü".encode("utf-16") + AFTER,
    }.items():
        yield listed("encodings", name, body, misunderstood("UTF-8"))
    yield listed("encodings", "two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD, misunderstood())
    yield listed("encodings", "a byte order mark alone", b"\xef\xbb\xbf", misunderstood())
    yield listed("encodings", "EBCDIC", text.encode("cp500"), misunderstood())
    yield listed("encodings", "base64", b"eyJkYXRhIjpbXX0=", misunderstood())
    # Letters whose bytes are those of quotes and brackets, in front of what is nested deeply.
    for encoding in ("utf-16-le", "utf-16-be"):
        body = (GOOD.decode()[:-1] + ',"Ģ":' + "[" * 400 + "]" * 400 + "}").encode(encoding)
        yield listed("encodings", f"nested deeply in {encoding}", body, misunderstood("UTF-8"))
    for charset in ("utf-16", "iso-8859-1", "x-unknown", "", "utf-8; charset=utf-16"):
        answer = http(PAGE, content_type=f"application/json; charset={charset}")
        yield one_more("encodings", f"UTF-8 that is called {charset or 'nothing'}", answer, TAKEN)
    for content_type in ("text/html", "text/plain", "application/octet-stream", "application/vnd.api+json", ""):
        answer = http(PAGE, content_type=content_type)
        yield one_more("encodings", f"JSON that is called {content_type or 'nothing'}", answer, TAKEN)

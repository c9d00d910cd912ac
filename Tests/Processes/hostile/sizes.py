"""JSON that is hard to bear: depth, size, numbers that fit nowhere, names of any text at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from hostile.case import ANYTHING, Case, all_in, listed, misunderstood, one_more, set_aside
from hostile.replies import (
    AFTER, BEFORE, GOOD, SEVEN, Answer, document, encoded, http, known, made, meta, network, network_id, page_with,
)

LIMIT = 8 << 20
DEEPEST = 64
# Records on one page, and values in one body, those within others too.
MOST_RECORDS = 1_000
MOST_VALUES = 200_000
UNKNOWN_FIELDS = SEVEN[7] | {"unknown_fields": ANYTHING}


def cases() -> Iterator[Case]:
    return chain(depths(), sizes(), numbers(), names())


def depths() -> Iterator[Case]:
    envelope = 3
    for name, (opening, closing) in {"lists": ("[", "]"), "objects": ('{"a":', "}")}.items():
        for depth in (1, 30, DEEPEST - envelope):
            answer = unknown(nested, opening, closing, depth)
            yield one_more("depth", f"an unknown field of {depth} {name}", answer, UNKNOWN_FIELDS)
        for depth in (DEEPEST - envelope + 1, 400, 512, 513, 10_000, 500_000):
            answer = unknown(nested, opening, closing, depth)
            yield listed("depth", f"an unknown field of {depth} {name}", answer, misunderstood())
        for depth in (600, 100_000, 1_000_000):
            answer = made(partial(nested, opening, "", depth))
            yield listed("depth", f"{depth} {name} without an end", answer, misunderstood())
    record = network(7, "[" * 100_000 + "{" * 100_000)
    yield one_more("depth", "brackets in a name", page_with(record), document(record))
    yield listed("depth", "records within records", {"data": [[[network(7)]]], "meta": {}}, set_aside())


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "1" + closing * depth


def unknown(build: Callable[..., str], *arguments: object) -> Answer:
    """A page whose last network has a field that this version does not know, of any JSON at all."""
    before, after = encoded(page_with(network(7, future="X-X"))).split(b'"X-X"')
    return made(lambda: before + build(*arguments).encode() + after)


def sizes() -> Iterator[Case]:
    pad = LIMIT - len(GOOD)
    yield listed("size", "as much as is taken", made(lambda: GOOD + b" " * pad), all_in())
    too_much = made(lambda: GOOD + b" " * (pad + 1))
    yield listed("size", "a byte more than is taken", too_much, misunderstood("limit"), heals=True)
    yield listed("size", "32 MB", made(lambda: GOOD + b" " * (32 << 20)), misunderstood("limit"))
    record = network(7, "n" * (2 << 20))
    yield one_more("size", "a name of 2 MB", page_with(record), document(record))
    escaped = made(lambda: BEFORE + rb"\u0041" * 500_000 + AFTER)
    yield one_more("size", "a name of 500,000 escapes", escaped, document(network(7, "A" * 500_000)))
    record = network(7, "a" + "\u0301" * 100_000)
    yield one_more("size", "a letter with 100,000 marks", page_with(record), document(record))
    for name, build in {
        "a text of 7 MB": lambda: '"' + "x" * (7 << 20) + '"',
        "190,000 numbers": lambda: repeated("1", 190_000),
        "50,000 numbers": lambda: repeated("1", 50_000),
        "50,000 empty lists": lambda: repeated("[]", 50_000),
        "50,000 keys": lambda: "{" + ",".join(f'"k{key}":{key}' for key in range(50_000)) + "}",
        "100,000 times the same key": lambda: repeated('"k":1', 100_000, "{", "}"),
        "a key of 1 MB": lambda: '{"' + "k" * (1 << 20) + '":1}',
        "a number of 1,000,000 digits": lambda: "9" * 1_000_000,
        "a fraction of 1,000,000 digits": lambda: "0." + "9" * 1_000_000,
        "an exponent of 1,000,000 digits": lambda: "1e" + "9" * 1_000_000,
    }.items():
        yield one_more("size", f"an unknown field, {name}", unknown(build), UNKNOWN_FIELDS)
    # As many values as a body can hold: time and memory are bounded.
    for name, build in {
        "more numbers than are taken": lambda: repeated("1", MOST_VALUES),
        "more empty lists than are taken": lambda: repeated("[]", MOST_VALUES // 2),
        "more lists in lists than are taken": lambda: repeated("[[[[]]]]", MOST_VALUES // 5),
        "8 MB of numbers": lambda: repeated("1", 4_000_000),
        "8 MB of empty objects": lambda: repeated("{}", 2_700_000),
        "8 MB of lists in lists": lambda: repeated("[" * 40 + "]" * 40, 100_000),
    }.items():
        yield listed(
            "size", f"an unknown field, {name}", unknown(build), misunderstood(str(MOST_VALUES)), within_s=5
        )
    record = network(7, "[,{" * 100_000)
    yield one_more("size", "300,000 brackets and commas in a name", page_with(record), document(record))
    many = range(100, 100 + MOST_RECORDS - 6)
    yield listed(
        "size",
        "as many records on a page as are taken",
        made(lambda: of_many(many)),
        all_in(len(many)),
        taken=dict.fromkeys(many, {}),
    )
    for number in (MOST_RECORDS + 1, 2_006):
        yield listed(
            "size",
            f"{number:,} records on a page",
            made(partial(of_many, range(100, 100 + number - 6))),
            misunderstood(str(number)),
            heals=number == MOST_RECORDS + 1,
        )
    yield Case(
        "size",
        "1,001 records on the second page",
        {
            "page 1": http(page_with(meta=meta(1_007, pages=2))),
            "page 2": made(partial(of_many, range(100, 100 + MOST_RECORDS - 5), page=2, pages=2)),
        },
        misunderstood("1001", networks=6),
    )
    repeat = {"data": known() + [network(1)] * 995}
    yield listed("size", "1,001 times the same record", repeat, misunderstood("1001"))
    yield listed(
        "size",
        "170,000 records on each of three pages",
        lambda request: http(of_ids(range(request.page * 200_000, request.page * 200_000 + 170_000), request.page)),
        misunderstood(),
        within_s=8,
    )
    for name, value in {"nulls": "null", "empty objects": "{}", "empty lists": "[]", "numbers": "0"}.items():
        answer = made(partial(lambda value: GOOD.replace(b"[", f"[{value * 500_000}".encode(), 1), value + ","))
        yield listed("size", f"500,000 {name} for records", answer, misunderstood())


def of_many(numbers: Sequence[int], **more: object) -> dict[str, object]:
    """A page with what is known, and these networks that have an id alone."""
    records = ({"id": network_id(number)} for number in numbers)
    return page_with(*records, meta=meta(len(numbers) + 6, **{"pages": 1, **more}))


def repeated(value: str, times: int, opening: str = "[", closing: str = "]") -> str:
    return opening + f"{value}," * (times - 1) + value + closing


def of_ids(numbers: Iterable[int], page: int) -> bytes:
    """One of three pages, of networks that have an id alone."""
    rows = b",".join(b'{"id":"%s"}' % network_id(number).encode() for number in numbers)
    return (
        b'{"data":['
        + encoded(known())[1:-1]
        + b","
        + rows
        + b'],"meta":'
        + encoded({"page_number": page, "total_pages": 3})
        + b"}"
    )


def numbers() -> Iterator[Case]:
    for number in (
        "1e999",
        "-1e999",
        "1e-999",
        "123456789012345678901234567890",
        "-9223372036854775809",
        "18446744073709551616",
        "9223372036854775807",
        "-0",
        "-0.0",
        "0e0",
        "1E+2",
        "0.1",
        "1.7976931348623157e308",
        "5e-324",
        "4.9e-325",
        "0e999999999999",
    ):
        yield one_more("numbers", f"{number} in an unknown field", unknown(str, number), UNKNOWN_FIELDS)


def names() -> Iterator[Case]:
    """Whatever is text is taken in as it is; with a NUL it counts as missing."""
    for name, text in {
        "empty": "",
        "blank": " ",
        "with a line break": "a\r\nb",
        "with an escape sequence": "\x1b]0;owned\x07\x1b[2J",
        "with a direction": "\u202eevil\u202c",
        "with letters of no width": "a\u200b\u200d\ufeffb",
        "composed": "caf\u00e9",
        "decomposed": "cafe\u0301",
        "with an emoji of many parts": "👩‍👩‍👧‍👦",
        "with private letters": "\ue000\U0010ffff",
        "with no character": "\ufffe\uffff",
        "like SQL": "'); DROP TABLE network; --",
        "like a format": "%s%n%d{}{0}",
        "like a path": "../../etc/passwd",
        "like a formula": "=cmd|' /C calc'!A0",
        "like JSON": '{"data":[]}',
        "with a replacement character": "\ufffd",
    }.items():
        record = network(7, text)
        yield one_more("names", name, page_with(record), document(record))
    for name, text in {"with a NUL": "a\0b", "a NUL alone": "\0"}.items():
        held = SEVEN[7] | {"name": None, "unknown_fields": {"name": text}}
        yield one_more("names", name, page_with(network(7, text)), held, heals=True)

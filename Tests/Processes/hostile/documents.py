"""What stands around the records: `meta`, the envelope, the documents of the API's errors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hostile.case import ALL_IN, ANYTHING, Case, Outcome, all_in, listed, misunderstood
from hostile.replies import (
    GOOD, HTML, SEVEN, encoded, error, http, known, listing, meta, network, network_id, page_with,
)
from hostile.values import FEW, PLACE, STRANGE, placed


def cases() -> Iterator[Case]:
    return chain(meta_fields(), envelopes(), error_documents())


def of_meta(name: str, what: object, value: Any, outcome: Outcome = ALL_IN, **more: Any) -> Case:
    """A field of `meta` has this value, beside others that are right."""
    return listed("meta fields", f"{name} is {what}", page_with(meta=meta(6, **{name: value})), outcome, **more)


def meta_fields() -> Iterator[Case]:
    """What `meta` does not say as a whole number it does not say: the listing then ends where a page is not full."""
    number: Any
    value: Any
    fields = ("page_number", "page_size", "total_pages", "total_results")
    for name in fields:
        for what, value in FEW.items() if name == "page_size" else STRANGE.items():
            if what in ("a number", "a negative number"):
                continue
            body = placed(page_with(meta=meta(6, **{name: PLACE})), value)
            yield listed("meta fields", f"{name} is {what}", body, all_in())
        for what, value in {
            "null": None,
            "missing": ...,
            "a word": "one",
            "empty": "",
            "a fraction in a text": "1.5",
        }.items():
            yield of_meta(name, what, value)
    for number in ("1.0", "1e0", "10e-1"):
        body = placed(page_with(meta=meta(6, page_number=PLACE, total_pages=PLACE)), number)
        yield listed("meta fields", f"numbers are {number}", body, all_in())
    texts = {name: str(value) for name, value in meta(6).items()}
    yield listed("meta fields", "all numbers are texts", page_with(meta=texts), all_in())
    yield of_meta("page_number", "the text of another page", "2", misunderstood("2"))
    yield Case(
        "meta fields",
        "two pages, whose numbers are texts",
        {
            "page 1": http(listing(known(), meta={"page_number": "1", "total_pages": "2", "total_results": "7"})),
            "page 2": http(listing([network(7)], meta={"page_number": "2", "total_pages": "2", "total_results": "7"})),
        },
        all_in(1),
        taken=SEVEN,
    )
    for what, value in {
        "null": None,
        "missing": ...,
        "empty": {},
        "a list": [],
        "a number": 7,
        "a text": "x",
        "true": True,
    }.items():
        yield listed("meta fields", f"meta is {what}", page_with(meta=value), all_in())
    for number in (0, 2, -1, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808):
        yield of_meta("page_number", number, number, misunderstood(str(number)))
    for number in (0, -1, -9_223_372_036_854_775_808):
        yield of_meta("total_pages", number, number)
    for number in (5_001, 1_000_000, 9_223_372_036_854_775_807):
        yield of_meta("total_pages", number, number, misunderstood("5000", networks=ANYTHING))
    for number in (-1, 0, 1, 5, 7, 10**12, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808):
        yield of_meta("total_results", number, number)
    yield of_meta("total_results", "far more than comes", 100, misunderstood("100", networks=6), heals=True)
    for number in (0, -1, 5, 9_223_372_036_854_775_807):
        yield of_meta("page_size", number, number)


def envelopes() -> Iterator[Case]:
    value: Any
    for what, body in {
        "null": "null",
        "a list": "[]",
        "a number": "7",
        "a text": '"data"',
        "true": "true",
        "empty": "{}",
        "a fraction": "1.5",
        "a list of networks": encoded(known()).decode(),
        "a network": encoded(network(1)).decode(),
        "an error": encoded(error()).decode(),
        "an empty list of errors": '{"errors":[]}',
        "other names": encoded({"networks": known(), "pagination": meta(6)}).decode(),
        "names in capitals": encoded({"Data": known(), "Meta": meta(6)}).decode(),
        "one level more": encoded({"response": page_with()}).decode(),
        "a text of JSON": encoded(GOOD.decode()).decode(),
    }.items():
        yield listed("envelopes", f"the document is {what}", body, misunderstood())
    for what, value in {
        "null": None,
        "a number": 7,
        "a text": "x",
        "true": True,
        "an object": {},
        "a network": network(1),
        "an object by id": {network_id(1): network(1)},
    }.items():
        page = {"data": value, "meta": meta(6)}
        yield listed("envelopes", f"data is {what}", page, misunderstood("data"), heals=what == "null")
    for what, value in {"null": None, "empty": []}.items():
        yield listed("envelopes", f"data, and errors that are {what}", page_with(errors=value), all_in())
    # A success that tells of errors is none, whatever stands beside them.
    for what, value in {
        "a text": "none",
        "an empty text": "",
        "a number": 0,
        "false": False,
        "an object": error()["errors"][0],
        "an empty object": {},
        "a list of null": [None],
        "a list of texts": ["no"],
    }.items():
        page = page_with(network(7), errors=value)
        yield listed("envelopes", f"data, and errors that are {what}", page, misunderstood("errors"))
    yield listed("envelopes", "data and errors", page_with(network(7), **error()), misunderstood("errors"), heals=True)
    page = listing([], **error())
    yield listed("envelopes", "no data and errors", page, misunderstood("errors"), asked={"record": 0})
    page = page_with(links={"next": "http://127.0.0.1:1/evil"}, cursor="x")
    yield listed("envelopes", "unknown members", page, all_in())
    yield listed(
        "envelopes",
        "an empty listing",
        listing([]),
        Outcome(8, "held", True, "held_empty_listing", {"held": 6, "gone": 0}),
        asked={"record": 0},
        heals=True,
    )


def error_documents() -> Iterator[Case]:
    """Words of the API in any form: the status alone says what they mean (R12)."""
    forms: dict[str, Any] = {
        "as documented": error(
            "10009", "Authentication failed", detail="No such key.", source={"pointer": "/x"}, meta={"url": "x"}
        ),
        "its code is a number": error(10009),
        "its code is huge": error(10**30),
        "its code is a fraction": error(1.5),
        "its code is null": error(None),
        "its code is a list": error([]),
        "its code is true": error(True),
        "its title is a number": error(title=7),
        "its title is null": error(title=None),
        "its title is an object": error(title={}),
        "its title is missing": {"errors": [{"code": "1"}]},
        "its detail is a list": error(detail=["x"]),
        "its source is a text": error(source="/name"),
        "its source is a list": error(source=[1]),
        "its source has numbers": error(source={"pointer": 1, "parameter": 2}),
        "its meta is a text": error(meta="x"),
        "an empty error": {"errors": [{}]},
        "no error": {"errors": []},
        "errors is null": {"errors": None},
        "errors is a text": {"errors": "no"},
        "errors is an object": {"errors": {"code": "1"}},
        "errors of texts": {"errors": ["no"]},
        "errors of nulls": {"errors": [None]},
        "a single error": {"error": {"code": "1"}},
        "a message": {"message": "no"},
        "a problem": {"type": "about:blank", "title": "Unauthorized", "status": 401},
        "1,000 errors": {"errors": error()["errors"] * 1_000},
        "a title of 1 MB": error(title="t" * (1 << 20)),
        "escape sequences": error(title="\x1b[2J\x07\u202e", detail="a\0b\r\n"),
        "a page for people": HTML,
        "nothing": b"",
        "a list": [],
        "null": None,
        "cut short": encoded(error())[:-5],
        "nested deeply": b'{"errors":' + b"[" * 100_000,
        "not UTF-8": b'{"errors":[{"title":"\xff"}]}',
    }
    for what, body in forms.items():
        rejected = Outcome(4, "error", False, "key_rejected")
        yield listed("errors", f"401, {what}", http(body, 401), rejected, asked={"page": 1})
    # Without a body, or with any JSON, the status is taken at its word; whatever else comes with it is not the API's.
    for what, body in forms.items():
        is_json = what not in ("a page for people", "cut short", "nested deeply", "not UTF-8")
        outcome = Outcome(1, "error", False, "refused") if is_json else misunderstood()
        yield listed("errors", f"422, {what}", http(body, 422), outcome, asked={"page": 1})

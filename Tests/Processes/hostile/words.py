"""Words of the server in what is said and kept: never raw on a terminal, never without end, never the key (I12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from hostile.case import ANYTHING, AnyOf, Case, Outcome, listed
from hostile.edits import PUSH
from hostile.replies import (
    Reply, Request, encoded, error, http, interface, listing, network, page_with, six_missing,
)

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n\x08\x7f\u202eevil\u2066\u200b\ufeff\u2028"
LONG = "l" * (1 << 20)
# What stands in place of the key.
REDACTED = "[redacted]"


def cases() -> Iterator[Case]:
    return chain(said(), long(), mirrored())


def places(words: str) -> dict[str, Case]:
    """Where words of the server get into what is said."""
    document = error(words, words, detail=words, source={"pointer": words, "parameter": words})

    def case(exit: object, script: dict[str, Any], **more: Any) -> Case:
        return Case("words", "", script, Outcome(exit, ANYTHING, ANYTHING, ANYTHING), **more)

    return {
        "a rejected key": case(4, {"page": http(document, 401)}),
        "a refused listing": case(1, {"page": http(document, 422)}),
        "a fault": case(1, {"page": [http(document, 500), http(document, 422)]}),
        "a refused create": case(3, {"create": http(document, 422)}, command=PUSH, replica="create", left=ANYTHING),
        "a refused rename": case(3, {"rename": http(document, 422)}, command=PUSH, replica="rename", left=ANYTHING),
        "an absence": case(0, six_missing(http(document, 404)), taken={6: None}),
        "an interface of another network": case(
            1, {"interfaces 1": http(listing([interface(1, network_id=words)]))}, command=("pull",)
        ),
        "a deletion of another network": case(
            1, {"delete": http({"data": {"id": words}})}, command=PUSH, replica="delete", left={"delete": "waiting"}
        ),
        "an id that is none": case(1, {"page": http(page_with(network(7, id=words)))}),
        "a field of another type": case(
            AnyOf((0, 1)),
            {"page": http(page_with({**network(7), words[:100]: 7, "name": {words: words}}))},
            takes_more=True,
        ),
        "a content type": case(
            AnyOf((1, 5)), {"page": http(b"x", headers=[("x-words", encoded(words).decode()[:1_000])])}
        ),
    }


def said() -> Iterator[Case]:
    for what, case in places(EVIL).items():
        for is_plain in (True, False):
            yield case.called(
                "words",
                f"that a terminal would obey, in {what}, {'for people' if is_plain else 'in JSON'}",
                is_plain=is_plain,
            )


def long() -> Iterator[Case]:
    for what, case in places(LONG).items():
        if what != "a content type":
            yield case.called("words", f"a million of them, in {what}")


def mirrored() -> Iterator[Case]:
    """The server says the key back to whoever sent it: something else stands in its place."""

    def with_key(status: int) -> Callable[[Request], Reply]:
        return lambda request: http(
            error(
                "10009", f"No such key: {request.key}", detail=f"Bearer {request.key}", source={"pointer": request.key}
            ),
            status,
        )

    for status in (401, 422):
        outcome = Outcome(4 if status == 401 else 1, "error", False, ANYTHING, says=(REDACTED,))
        yield listed("the key", f"comes back with {status}", with_key(status), outcome)
    for kind in ("create", "rename", "delete"):
        yield Case(
            "the key",
            f"comes back with 422, for a {kind}",
            {kind: with_key(422)},
            Outcome(3, "partial", ANYTHING, "refused"),
            PUSH,
            kind,
            left={kind: "refused"},
        )
    missing = six_missing(with_key(404))
    yield Case(
        "the key", "comes back with 404, for one that is missing", missing, Outcome(0, "ok", True), taken={6: None}
    )
    yield listed(
        "the key",
        "comes back in header fields",
        lambda request: http(
            page_with(),
            headers=[("authorization", f"Bearer {request.key}"), ("x-echo", request.key), ("date", request.key)],
        ),
        Outcome(0, "ok", True),
    )
    yield listed(
        "the key",
        "comes back in a page for people",
        lambda request: http(f"<html>{request.key}</html>"),
        Outcome(1, "error", False, "not_understood"),
    )
    yield listed(
        "the key",
        "comes back in a redirect",
        lambda request: http(b"", 302, headers=[("location", f"http://evil.example/?key={request.key}")]),
        Outcome(1, "error", False, "not_understood"),
    )
    yield listed(
        "the key",
        "comes back for an id",
        lambda request: http(page_with(network(7, id=request.key))),
        Outcome(1, AnyOf(("error", "partial")), False, ANYTHING),
    )
    yield Case(
        "the key",
        "comes back for an id of an interface's network",
        {"interfaces 1": lambda request: http(listing([interface(1, network_id=request.key)]))},
        Outcome(1, "partial", False, "not_understood", says=(REDACTED,)),
        ("pull",),
    )

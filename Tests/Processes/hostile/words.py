"""Words of the server in what is said and kept: never raw on a terminal, never without end, never the key (I12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hostile.case import ANYTHING, AnyOf, Case, Outcome
from hostile.replies import Reply, Request, encoded, error, http, interface, known, listing, network

PUSH = ("push", "--timeout", "2s")
WITHOUT_SIX = http(listing(known()[:5]))
EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n\x08\x7f\u202eevil\u2066\u200b\ufeff\u2028"
LONG = "l" * (1 << 20)
# What stands in place of the key.
REDACTED = "[redacted]"


def cases() -> Iterator[Case]:
    yield from said()
    yield from long()
    yield from mirrored()


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
        "an absence": case(0, {"page": WITHOUT_SIX, "record 6": http(document, 404)}, taken={6: None}),
        "an interface of another network": case(
            1, {"interfaces 1": http(listing([interface(1, network_id=words)]))}, command=("pull",)
        ),
        "a deletion of another network": case(
            1, {"delete": http({"data": {"id": words}})}, command=PUSH, replica="delete", left={"delete": "waiting"}
        ),
        "an id that is none": case(1, {"page": http(listing([*known(), network(7, id=words)]))}),
        "a field of another type": case(
            AnyOf((0, 1)),
            {"page": http(listing([*known(), {**network(7), words[:100]: 7, "name": {words: words}}]))},
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
        yield Case(
            "the key",
            f"comes back with {status}",
            {"page": with_key(status)},
            Outcome(4 if status == 401 else 1, "error", False, ANYTHING, says=(REDACTED,)),
        )
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
    yield Case(
        "the key",
        "comes back with 404, for one that is missing",
        {"page": WITHOUT_SIX, "record 6": with_key(404)},
        Outcome(0, "ok", True),
        taken={6: None},
    )
    yield Case(
        "the key",
        "comes back in header fields",
        {
            "page": lambda request: http(
                listing(known()),
                headers=[("authorization", f"Bearer {request.key}"), ("x-echo", request.key), ("date", request.key)],
            )
        },
        Outcome(0, "ok", True),
    )
    yield Case(
        "the key",
        "comes back in a page for people",
        {"page": lambda request: http(f"<html>{request.key}</html>")},
        Outcome(1, "error", False, "not_understood"),
    )
    yield Case(
        "the key",
        "comes back in a redirect",
        {"page": lambda request: http(b"", 302, headers=[("location", f"http://evil.example/?key={request.key}")])},
        Outcome(1, "error", False, "not_understood"),
    )
    yield Case(
        "the key",
        "comes back for an id",
        {"page": lambda request: http(listing([*known(), network(7, id=request.key)]))},
        Outcome(1, AnyOf(("error", "partial")), False, ANYTHING),
    )
    yield Case(
        "the key",
        "comes back for an id of an interface's network",
        {"interfaces 1": lambda request: http(listing([interface(1, network_id=request.key)]))},
        Outcome(1, "partial", False, "not_understood", says=(REDACTED,)),
        ("pull",),
    )

"""An edit is refused: by the API in its own words, or by somebody who stands in between (R12)."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.case import ANYTHING, Case, Outcome
from hostile.edits import NOT_FOUND, REFUSAL, create, dead_letter, delete, in_doubt, landed, of_each, rename, waits
from hostile.replies import HTML, Done, encoded, error, http


def cases() -> Iterator[Case]:
    yield from refused()
    yield from wordless()
    yield from foreign()


def refused() -> Iterator[Case]:
    """The API's own words: kept, and never sent again unasked."""
    for status in (400, 409, 422):
        yield from of_each("refusals", f"{status} in the API's words", http(REFUSAL, status), dead_letter)
    for what, body in {
        "with a number for its code": error(10015),
        "with a title alone": {"errors": [{"title": "Bad"}]},
        "with 100 errors": {"errors": REFUSAL["errors"] * 100},
        "with a title of 100,000 letters": error(title="t" * 100_000),
        "with control characters": error(title="\x1b[2J\x07", detail="\u202e\0"),
        "with unknown fields": {**REFUSAL, "request_id": "x"},
    }.items():
        yield create(
            "refusals", f"422 {what}", {"create": http(body, 422)}, asked={"create": 1}, **dead_letter("create")
        )
    yield create(
        "refusals",
        "404 in the API's words",
        {"create": http(NOT_FOUND, 404)},
        asked={"create": 1},
        **dead_letter("create"),
    )
    yield delete(
        "refusals",
        "404 in the API's words",
        {"delete": Done(http(NOT_FOUND, 404))},
        asked={"delete": 1},
        **landed("delete"),
    )
    yield rename(
        "refusals",
        "404 in the API's words",
        {"rename": http(NOT_FOUND, 404)},
        asked={"rename": 1},
        left={"rename": "conflict"},
        outcome=Outcome(7, "partial", ANYTHING, "conflict", {"sent": 0, "refused": 0, "conflicts": 1}),
    )
    for status in (401, 403):
        yield from of_each(
            "refusals", f"{status}", http(REFUSAL, status), lambda kind: waits(kind, 4, "key_rejected", "error")
        )


def wordless() -> Iterator[Case]:
    """No body, or any JSON without the API's words, says nothing against the status: it is a refusal."""
    for status in (400, 409, 422):
        for what, body in {"nothing": b"", "no errors": {"errors": []}, "another document": {"message": "no"}}.items():
            yield from of_each("refusals", f"{status} with {what}", http(body, status), dead_letter)
    for what, body in {
        "null": "null",
        "an empty list": "[]",
        "a text": '"no"',
        "errors that are a text": {"errors": "no"},
        "errors of nulls": {"errors": [None]},
        "the record": {"data": {"id": "x"}},
    }.items():
        yield rename("refusals", f"422 with {what}", {"rename": http(body, 422)}, **dead_letter("rename"))


def foreign() -> Iterator[Case]:
    """Whoever stands in between and refuses is not the API: the edit waits, is no dead letter, and it is said."""
    for status in (400, 409, 422):
        for what, body in {
            "a page for people": HTML,
            "a word": "blocked",
            "blanks": " \r\n",
            "half the API's words": encoded(REFUSAL)[:-3],
            "the API's words, and text behind": encoded(REFUSAL) + b"OK",
            "words that are not UTF-8": encoded(REFUSAL).replace(b"taken", b"\xff"),
            "words in UTF-16": encoded(REFUSAL).decode().encode("utf-16"),
        }.items():
            if status != 422 and what not in ("a page for people", "a word"):
                continue
            yield rename(
                "foreign refusals",
                f"{status} with {what}",
                {"rename": http(body, status)},
                asked={"rename": 1},
                **waits("rename", 1, "not_understood", "error"),
            )
            yield delete(
                "foreign refusals",
                f"{status} with {what}",
                {"delete": http(body, status)},
                asked={"delete": 1},
                **waits("delete", 1, "not_understood", "error"),
            )
            # It may have been made: it is looked for, and not sent twice.
            yield create(
                "foreign refusals",
                f"{status} with {what}",
                {"create": http(body, status)},
                asked={"create": 1},
                **in_doubt(heals=status == 422 and what == "a page for people"),
            )
    for status in (402, 405, 410, 413, 600):
        for what, body in {"a page for people": HTML, "the API's words": REFUSAL}.items():
            yield rename(
                "foreign refusals",
                f"{status} with {what}",
                {"rename": http(body, status)},
                **waits("rename", 1, "not_understood"),
            )
            yield delete(
                "foreign refusals",
                f"{status} with {what}",
                {"delete": http(body, status)},
                **waits("delete", 1, "not_understood"),
            )
            if status in (405, 413):
                yield create(
                    "foreign refusals",
                    f"{status} with {what}",
                    {"create": http(body, status)},
                    asked={"create": 1},
                    **in_doubt(),
                )
    for status in (302, 308):
        moved = http(b"", status, headers=[("location", "/v2/evil")])
        yield rename(
            "foreign refusals",
            f"{status}",
            {"rename": moved},
            asked={"rename": 1},
            **waits("rename", 1, "not_understood"),
        )
        yield delete(
            "foreign refusals",
            f"{status}",
            {"delete": moved},
            asked={"delete": 1},
            **waits("delete", 1, "not_understood"),
        )
        yield create(
            "foreign refusals", f"{status}", {"create": moved}, asked={"create": 1}, **in_doubt(heals=status == 302)
        )
    yield rename(
        "foreign refusals",
        "404 with a page for people",
        {"rename": http(HTML, 404)},
        **waits("rename", 1, "not_understood"),
    )
    yield delete(
        "foreign refusals",
        "404 with a page for people",
        {"delete": http(HTML, 404)},
        **waits("delete", 1, "not_understood"),
    )
    yield create(
        "foreign refusals", "404 with a page for people", {"create": http(HTML, 404)}, asked={"create": 1}, **in_doubt()
    )

"""Pages that contradict each other or themselves: listings without end, other pages than asked for, rows that move."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hostile.case import ANYTHING, AnyOf, Case, Outcome, all_in, either, listed, misunderstood, one_more, set_aside
from hostile.replies import (
    GOOD, NOT_FOUND, SEVEN, Reply, Request, document, error, http, interface, known, listing, meta, network, page_with,
    raw, walk,
)

GONE = http(NOT_FOUND, 404)
HASTY = ("pull", "--networks-only", "--timeout", "2s")


def cases() -> Iterator[Case]:
    return chain(without_end(), other_pages(), totals(), rows(), moving(), failing())


def without_end() -> Iterator[Case]:
    def full(request: Request) -> Reply:
        """A page that is full, of networks that are on no other."""
        first = 1 if request.page == 1 else request.page * 1_000
        records = [{"id": network(first + each)["id"]} for each in range(250)]
        return http({"data": known() + records[6:] if request.page == 1 else records})

    def empty(request: Request, pages: int) -> Reply:
        """One of so many pages, of which the first has all there is."""
        return http(listing(known() if request.page == 1 else [], meta=meta(6, request.page, pages)))

    def given_up(**counts: object) -> Outcome:
        codes = AnyOf(("not_understood", "timed_out"))
        return Outcome(AnyOf((1, 5)), AnyOf(("error", "partial")), False, codes, {"gone": 0, **counts})

    yield listed(
        "endless listings", "full pages that do not say how many", full, given_up(), HASTY, takes_more=True
    )
    yield listed(
        "endless listings",
        "one more page, each time",
        lambda request: empty(request, request.page + 1),
        given_up(networks=6),
        HASTY,
    )
    page = {"data": known() * 50}
    yield listed("endless listings", "the same full page, without a number", page, given_up(new=0), HASTY)
    yield listed(
        "endless listings",
        "5,000 pages that are empty",
        lambda request: empty(request, 5_000),
        either(all_in(), Outcome(5, "partial", False, "timed_out")),
        HASTY,
    )


def other_pages() -> Iterator[Case]:
    two = walk(7, known(), [network(7)])
    first, second = two.values()
    yield listed("other pages", "the first one again", first, misunderstood("page 2", networks=6), heals=True)
    yield listed(
        "other pages",
        "the one before",
        lambda request: http(listing(known(), meta=meta(7, max(1, request.page - 1), 3))),
        misunderstood(networks=6),
    )
    swapped = {"page 1": second, "page 2": first}
    yield Case("other pages", "the second one for the first", swapped, misunderstood("page 1"))
    yield listed(
        "other pages",
        "counted from nought",
        lambda request: http(listing(known(), meta=meta(6, request.page - 1, 1))),
        misunderstood("page 1"),
    )
    numberless = two | {"page 2": http(listing(known(), meta=meta(7, page_number=..., pages=2)))}
    yield Case("other pages", "the first one again, without a number", numberless, NEVER_WHOLE)
    yield Case("other pages", "the second one is empty", walk(7, known(), []), NEVER_WHOLE)
    interfaces = walk(7, known(), [{"id": "x", "record_type": "network_interface"}])
    yield Case("other pages", "the second one is a list of another kind", interfaces, ASIDE_OR_MISUNDERSTOOD)
    yield Case("other pages", "the pages are one too many", walk(6, known(), []), all_in())
    yield Case(
        "other pages",
        "fewer, the further it goes",
        {
            "page 1": http(listing(known(), meta=meta(7, pages=4))),
            "page 2": second,
            "page 3": http(listing([], meta=meta(7, page=3, pages=2))),
            "page 4": http(listing([], meta=meta(7, page=4, pages=2))),
        },
        all_in(1),
        taken=SEVEN,
    )
    yield Case(
        "other pages",
        "more, the further it goes",
        {
            "page 1": http(listing(known(), meta=meta(8, pages=1))),
            "page 2": http(listing([network(7)], meta=meta(8, page=2, pages=3))),
            "page 3": http(listing([network(8)], meta=meta(8, page=3, pages=3))),
        },
        ANY_NEW,
    )
    yield Case(
        "other pages",
        "the second one speaks of 5,001",
        two | {"page 2": http(listing([network(7)], meta=meta(7, page=2, pages=5_001)))},
        misunderstood("5000", networks=ANYTHING, new=ANYTHING),
        may_take=(SEVEN,),
    )
    three = walk(7, known(), [], [network(7)])
    yield Case("other pages", "an empty one in the middle", three, all_in(1), taken=SEVEN)
    yield Case(
        "other pages",
        "a third one that there is not",
        walk(7, known(), [network(7)], []) | {"page 3": GONE},
        Outcome(1, "error", False, "refused", {"networks": 7, "new": 1, "gone": 0}),
        taken=SEVEN,
    )


NEVER_WHOLE = Outcome(ANYTHING, ANYTHING, ANYTHING, ANYTHING, {"new": 0, "gone": 0, "held": 0})
ASIDE_OR_MISUNDERSTOOD = either(set_aside(), misunderstood(networks=6))
ANY_NEW = Outcome(ANYTHING, ANYTHING, ANYTHING, ANYTHING, {"gone": 0, "held": 0})


def totals() -> Iterator[Case]:
    for total in (12, 100, 10_000):
        page = page_with(meta=meta(total, pages=1))
        yield listed("totals", f"{total} are spoken of, and 6 come", page, misunderstood(str(total), networks=6))
    for total in (0, 1, 5, 7, 8, 11):
        yield listed("totals", f"{total} are spoken of, and 6 come", page_with(meta=meta(total, pages=1)), all_in())
    yield Case(
        "totals",
        "another one on each page",
        {
            "page 1": http(listing(known(), meta=meta(1_000, pages=2))),
            "page 2": http(listing([network(7)], meta=meta(3, page=2, pages=2))),
        },
        all_in(1),
        taken=SEVEN,
    )
    for what, pages in {
        "11, and fewer with each walk": [page_with(meta=meta(11 - each, pages=1)) for each in range(6)],
        "one more than comes, and never the same page twice": [
            page_with(meta=meta(7, pages=1), turn=each) for each in range(10)
        ],
    }.items():
        yield listed("totals", what, [http(page) for page in pages], NEVER_SETTLED, asked={"page": 5})
    for total in (6, 100):
        page = listing([], meta=meta(total, pages=1))
        yield listed("totals", f"none listed, {total} spoken of", page, misunderstood(str(total)), asked={"record": 0})


# A sweep ended without a failure, and never saw all that the server speaks of. Its exit is left open.
NEVER_SETTLED = Outcome(AnyOf((0, 1)), "partial", False, ANYTHING, {"networks": 6, "new": 0, "gone": 0})


def rows() -> Iterator[Case]:
    yield listed("rows", "each twice", listing(known() * 2), all_in())
    yield listed("rows", "one a hundred times", page_with(*[network(1)] * 100, meta=meta(6, pages=1)), all_in())
    yield listed(
        "rows",
        "one twice, with another name",
        page_with(network(1, "other"), meta=meta(6)),
        all_in(0),
        taken={1: {"name": AnyOf(("net-1", "other"))}},
        heals=True,
    )
    page = page_with(network(7), network(7, id=network(7)["id"].upper()))
    yield one_more("rows", "one in small letters and in capitals", page)
    two = walk(7, known(), [network(6), network(7)])
    yield Case("rows", "one on two pages", two, all_in(1), taken=SEVEN)
    yield listed("rows", "in the other order", listing(known()[::-1]), all_in())
    fields, kind = {"network_id": network(1)["id"]}, "network_interface"
    yield listed(
        "rows",
        "an interface among them",
        page_with({"id": interface(9)["id"], "record_type": kind, **fields}),
        all_in(1),
        taken={9: {"record_type": kind, "unknown_fields": fields}},
        ids={9: interface(9)["id"]},
    )
    yield listed(
        "rows",
        "nobody that is known",
        listing([network(number) for number in range(100, 110)]),
        Outcome(8, "held", False, "held_other_account", {"held": 6, "gone": 0, "new": 0}),
        asked={"record": 0},
        heals=True,
    )
    yield listed(
        "rows",
        "nobody that is known but one",
        listing([network(1), *(network(number) for number in range(100, 110))]),
        all_in(10, gone=ANYTHING),
        taken={number: document(network(number)) for number in range(100, 110)},
    )
    yield listed(
        "rows",
        "all with other names",
        listing([network(number, f"x-{number}") for number in (1, 4, 5, 6)] + known()[1:3]),
        all_in(0, changed=4),
        taken={number: {"name": f"x-{number}"} for number in (1, 4, 5, 6)},
    )
    yield Case(
        "rows",
        "all of them went back",
        {
            "page": http(listing([network(number, updated_at="2001-01-01T00:00:00Z") for number in range(1, 6)])),
            "record 6": GONE,
        },
        Outcome(8, "held", True, "held_server_went_back", {"held": 1, "gone": 0}),
        left=ANYTHING,
        taken={number: {"updated_at": "2001-01-01T00:00:00Z"} for number in range(1, 6)},
        asked={"record": 0},
    )
    yield Case(
        "rows",
        "all of them changed, and one is missing",
        {"page": http(listing([network(number, f"x-{number}") for number in range(1, 6)])), "record 6": GONE},
        Outcome(8, "held", True, "held_all_changed", {"held": 1, "gone": 0}),
        left=ANYTHING,
        taken={number: {"name": f"x-{number}"} for number in range(1, 6)},
        asked={"record": 0},
    )
    # As many as may go unasked; the one that was renamed here is a conflict, and stays.
    yield Case(
        "rows",
        "all missing but one",
        {"page": http(listing([network(1)])), "record": GONE},
        all_in(0, gone=4),
        taken={number: None for number in (3, 4, 5, 6)},
        left={"create": "waiting", "rename": "conflict"},
        asked={"record": 5},
    )


def moving() -> Iterator[Case]:
    """Rows that shift between pages hide one that is there: whoever is missing is asked for by its id."""
    two = walk(6, known()[:3], known()[4:])
    yield Case("moving rows", "one slips through, and is there", two, all_in(), asked={"record": AnyOf((1, 2, 3))})
    walks = [http(page_with(meta=meta(7, pages=1))), http(page_with(network(7)))]
    yield one_more("moving rows", "one comes with the second walk alone", walks, asked={"page": 2})
    walks = [
        http(listing([record for record in known() if record != known()[each]], meta=meta(6, pages=1)))
        for each in (0, 3, 4, 5)
    ]
    yield listed("moving rows", "another one is missing with each walk", [*walks, http(GOOD)], all_in())


def failing() -> Iterator[Case]:
    """The first page is good and the second never comes: what came is kept, nobody is missed."""

    def half(exit: object, outcome: object, code: object) -> Outcome:
        return Outcome(exit, outcome, False, code, {"networks": 4, "new": 1, "gone": 0})

    nonsense = half(1, "error", "not_understood")
    too_many = http(error(), 429, headers=[("retry-after", "60")])
    for what, second, outcome in (
        ("a page for people", http(b"<html></html>"), nonsense),
        ("the API's refusal", http(error(), 422), half(1, "error", "refused")),
        ("a key that is rejected", http(error(), 401), half(4, "error", "key_rejected")),
        ("half a body", http(GOOD[:-50]), nonsense),
        ("a fault", http(b"", 503), half(5, "partial", AnyOf(("server_fault", "timed_out")))),
        ("silence", raw(then="hold"), half(5, "partial", AnyOf(("no_answer", "timed_out")))),
        ("too many requests", too_many, half(5, AnyOf(("partial", "offline")), "throttled")),
        ("too many bytes", http(b" " * ((8 << 20) + 1)), nonsense),
        ("no such page", GONE, half(1, "error", "refused")),
    ):
        yield Case(
            "half a listing",
            what,
            walk(300, [*known()[:3], network(7)], []) | {"page 2": second},
            outcome,
            HASTY,
            taken=SEVEN,
            asked={"record": 0},
            heals=what != "too many requests",
            quiet_s=60 if what == "too many requests" else None,
            settings={"NETSYNC_HTTP_TIMEOUT": "500ms"} if what == "silence" else {},
        )

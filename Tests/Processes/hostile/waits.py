"""What header fields say of time: how long to wait, what is left of a budget, and what time it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import formatdate
from itertools import chain

from hostile.case import ANYTHING, AnyOf, Case, again, all_in, away, listed
from hostile.replies import GOOD, HTML, encoded, error, http

TOO_MANY = encoded(error("10011", "Too many requests"))
# The longest wait that is believed, and how long a pull has here.
LONGEST_S = 900
HASTY = ("pull", "--networks-only", "--timeout", "5s")
# The wait is longer than there is time: nothing is asked any more. Or it counts as absent: the own backoff applies.
THROTTLED = away("throttled")
PATIENT = away(AnyOf(("throttled", "timed_out")))


def cases() -> Iterator[Case]:
    return chain(too_many(), budgets(), dates())


def http_date(seconds_from_now: float) -> str:
    return formatdate(time.time() + seconds_from_now, usegmt=True)


def too_many() -> Iterator[Case]:
    """429: a wait that makes sense holds everything and outlives the process, one that does not counts as absent."""
    for what, fields, silence in (
        ("30 seconds", [("retry-after", "30")], 30),
        ("leading zeros", [("retry-after", "0030")], 30),
        ("an hour", [("retry-after", "3600")], LONGEST_S),
        ("a day", [("retry-after", "86400")], LONGEST_S),
        ("blanks around", [("retry-after", "   30  ")], 30),
        ("a date", [("retry-after", http_date(60)), ("date", http_date(0))], 60),
        ("a date in an hour", [("retry-after", http_date(3_600)), ("date", http_date(0))], LONGEST_S),
        (
            "a date by a clock that is an hour late",
            [("retry-after", http_date(-3_540)), ("date", http_date(-3_600))],
            60,
        ),
        ("x-ratelimit-reset", [("x-ratelimit-reset", "30")], 30),
        ("both", [("retry-after", "40"), ("x-ratelimit-reset", "300")], 40),
        ("no sense, and then sense", [("retry-after", "soon"), ("x-ratelimit-reset", "30")], 30),
        ("in capitals", [("RETRY-AFTER", "30"), ("X-RateLimit-Reset", "60")], 30),
    ):
        reply = http(TOO_MANY, 429, headers=fields)
        yield listed("429", what, reply, THROTTLED, HASTY, quiet_s=silence, asked={"page": 1})
    yield listed(
        "429",
        "x-ratelimit-reset in an epoch",
        lambda _: http(TOO_MANY, 429, headers=[("x-ratelimit-reset", str(int(time.time()) + 120))]),
        THROTTLED,
        HASTY,
        quiet_s=120,
        asked={"page": 1},
    )
    for what, fields in {
        "nothing": [],
        "empty": [("retry-after", "")],
        "negative": [("retry-after", "-1")],
        "with a plus": [("retry-after", "+30")],
        "a fraction": [("retry-after", "1.5")],
        "an exponent": [("retry-after", "1e3")],
        "hexadecimal": [("retry-after", "0x1E")],
        "a unit": [("retry-after", "30s")],
        "a duration": [("retry-after", "PT30S")],
        "two": [("retry-after", "30, 60")],
        "a word": [("retry-after", "soon")],
        "infinity": [("retry-after", "inf")],
        "not a number": [("retry-after", "NaN")],
        "more than a day": [("retry-after", "86401")],
        "a century": [("retry-after", "3155760000")],
        "larger than all": [("retry-after", "9" * 400)],
        "just past 63 bits": [("retry-after", "9223372036854775808")],
        "a date in the past": [("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")],
        "a date at the end of time": [("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")],
        "a date without a zone": [("retry-after", "Thu, 28 May 2026 20:27:10")],
        "a date of RFC 3339": [("retry-after", "2126-05-28T20:27:10Z")],
        "other digits": [("retry-after", "٣٠")],
        "control characters": [("retry-after", "30\x0b")],
        "reset negative": [("x-ratelimit-reset", "-5")],
        "reset a word": [("x-ratelimit-reset", "soon")],
        "reset in milliseconds": [("x-ratelimit-reset", "1780000030000")],
        "reset long ago": [("x-ratelimit-reset", "1000000001")],
        "reset in a century": [("x-ratelimit-reset", "4900000000")],
        "reset empty": [("x-ratelimit-reset", "")],
        "a limit of nothing": [("x-ratelimit-limit", "0"), ("x-ratelimit-remaining", "0")],
        "odd names": [("x-retry-after", "30"), ("ratelimit-reset", "30")],
    }.items():
        yield again("429", f"{what}, that counts as absent", http(TOO_MANY, 429, headers=fields))
    for text in ("0", "1"):
        yield again("429", f"{text} is a second", http(TOO_MANY, 429, headers=[("retry-after", text)]), quiet_s=0)
    several = http(TOO_MANY, 429, headers=[("retry-after", "30"), ("retry-after", "60")])
    yield listed("429", "several of one name", several, PATIENT, HASTY, quiet_s=ANYTHING)
    foreign = http(HTML, 429, headers=[("retry-after", "30")])
    yield listed("429", "from somebody else", foreign, THROTTLED, HASTY, quiet_s=30)
    yield listed("429", "without end", http(TOO_MANY, 429), away("throttled"), asked={"page": 4}, heals=True)


def budgets() -> Iterator[Case]:
    """A budget that is used up is left alone until it is renewed; a field that makes no sense is as good as none."""
    for status in (200, 503):
        for what, remaining, reset, silence in (
            ("of which nothing is left", "0", "30", 30),
            ("that is renewed in a day", "0", "86400", LONGEST_S),
            ("00", "00", "30", 30),
            ("of which one is left", "1", "30", None),
            ("of less than nothing", "-1", "30", None),
            ("of half", "0.5", "30", None),
            ("of no size", "", "30", None),
            ("of a word", "none", "30", None),
            ("renewed at no time", "0", "", None),
            ("renewed in the past", "0", "-1", None),
            ("renewed soon", "0", "soon", None),
            ("renewed in a century", "0", "3155760000", None),
            ("larger than all", "9" * 400, "9" * 400, None),
        ):
            if status == 503 and silence is None:
                continue
            fields = [("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset)]
            outcome = all_in() if status == 200 else away(AnyOf(("server_fault", "throttled")))
            reply = http(GOOD, status, headers=fields)
            yield listed(
                "budgets", f"{what}, on {status}", reply, outcome, HASTY, quiet_s=silence, asked={"page": 1}
            )
    for status, requests in {200: 1, 503: 2}.items():
        reply = http(GOOD, status, headers=[("retry-after", "300")])
        yield again("budgets", f"Retry-After on {status}", reply, asked={"page": requests})


def dates() -> Iterator[Case]:
    """The clock is read off a date of the one form that counts; any other says nothing, and none ends anything."""
    for what, date, is_read in (
        ("now", http_date(0), True),
        ("an hour ago", http_date(-3_600), True),
        ("in a year", http_date(365 * 86_400), True),
        ("1970", "Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("9999", "Fri, 31 Dec 9999 23:59:59 GMT", True),
        ("0001", "Mon, 01 Jan 0001 00:00:00 GMT", True),
        ("0000", "Sat, 01 Jan 0000 00:00:00 GMT", True),
        ("another day of the week", "Mon, 02 Jan 2026 03:04:05 GMT", True),
        ("empty", "", False),
        ("a word", "now", False),
        ("an epoch", "1780000000", False),
        ("RFC 3339", "2026-05-28T20:26:40Z", False),
        ("RFC 850", "Thursday, 28-May-26 20:26:40 GMT", False),
        ("asctime", "Thu May 28 20:26:40 2026", False),
        ("no zone", "Thu, 28 May 2026 20:26:40", False),
        ("another zone", "Thu, 28 May 2026 20:26:40 PST", False),
        ("an offset", "Thu, 28 May 2026 20:26:40 +0000", False),
        ("a leap second", "Wed, 31 Dec 2025 23:59:60 GMT", False),
        ("a day that there is not", "Thu, 31 Feb 2026 20:26:40 GMT", False),
        ("an hour that there is not", "Thu, 28 May 2026 24:26:40 GMT", False),
        ("a month in small letters", "Thu, 28 may 2026 20:26:40 GMT", False),
        ("five digits", "Thu, 28 May 20260 20:26:40 GMT", False),
        ("negative", "Thu, 28 May -026 20:26:40 GMT", False),
        ("other digits", "Thu, ٢٨ May 2026 20:26:40 GMT", False),
        ("10,000 letters", "T" * 10_000, False),
        ("blanks", " " * 1_000, False),
        ("letters of no width", "Thu, 28 May\u200b 2026 20:26:40 GMT", False),
        ("combined letters", "Thu, 2\u03018 May 2026 20:26:40 GMT", False),
    ):
        reply = http(GOOD, headers=[("date", date)])
        yield listed("dates", what, reply, all_in(), reads_clock=is_read, heals=what in ("9999", "0000"))
    yield listed("dates", "two", http(GOOD, headers=[("date", http_date(0)), ("date", http_date(0))]), all_in())
    for what, date in {"9999": "Fri, 31 Dec 9999 23:59:59 GMT", "0000": "Sat, 01 Jan 0000 00:00:00 GMT"}.items():
        far = [("date", date)]
        replies = [http(TOO_MANY, 429, headers=[("retry-after", date), *far]), http(GOOD, headers=far)]
        yield listed("dates", f"a wait until a date, in {what}", replies, all_in(), asked={"page": 2})

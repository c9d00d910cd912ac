"""All cases."""

from __future__ import annotations

from hostile import (
    absence, contents, documents, interfaces, listings, looks, records, refusals, sizes, statuses, syntax, waits,
    wire, words, writes,
)
from hostile.case import Case, named

FAMILIES = (
    syntax, sizes, records, documents, listings, interfaces, absence, statuses, wire, contents, waits, refusals,
    writes, looks, words,
)


def corpus() -> list[Case]:
    return named([case for family in FAMILIES for case in family.cases()])

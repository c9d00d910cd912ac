"""All cases."""

from __future__ import annotations

from hostile import absence, contents, documents, interfaces, listings, records, sizes, statuses, syntax, waits, wire
from hostile.case import Case, named

FAMILIES = (syntax, sizes, records, documents, listings, interfaces, absence, statuses, wire, contents, waits)


def corpus() -> list[Case]:
    return named([case for family in FAMILIES for case in family.cases()])

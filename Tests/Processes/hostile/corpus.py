"""All cases."""

from __future__ import annotations

from hostile import absence, documents, interfaces, listings, records, sizes, syntax
from hostile.case import Case, named

FAMILIES = (syntax, sizes, records, documents, listings, interfaces, absence)


def corpus() -> list[Case]:
    return named([case for family in FAMILIES for case in family.cases()])

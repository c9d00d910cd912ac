"""All cases."""

from __future__ import annotations

from hostile import documents, records, sizes, syntax
from hostile.case import Case, named

FAMILIES = (syntax, sizes, records, documents)


def corpus() -> list[Case]:
    return named([case for family in FAMILIES for case in family.cases()])

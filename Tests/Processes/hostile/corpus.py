"""All cases."""

from __future__ import annotations

from hostile import sizes, syntax
from hostile.case import Case, named

FAMILIES = (syntax, sizes)


def corpus() -> list[Case]:
    return named([case for family in FAMILIES for case in family.cases()])

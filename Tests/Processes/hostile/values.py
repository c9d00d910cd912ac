"""Values of types that nobody expected, and what may be kept of them."""

from __future__ import annotations

from hostile.replies import encoded

# In JSON, since Python does not write all of them.
STRANGE = {
    "a number": "7",
    "a negative number": "-7",
    "a fraction": "1.5",
    "a huge number": "123456789012345678901234567890",
    "a number beyond all": "1e999",
    "true": "true",
    "false": "false",
    "an empty list": "[]",
    "a list": '["x",{"y":1}]',
    "an empty object": "{}",
    "an object": '{"value":"x","more":[1,null]}',
}
FEW = {what: STRANGE[what] for what in ("a number", "a fraction", "a number beyond all", "true", "a list", "an object")}
NUL = r'"a\u0000b"'
# In Python, for a value that is put in as JSON.
PLACE = "STANDS-FOR-ANOTHER"


def placed(document: object, value: str) -> bytes:
    """The document, with JSON of any kind wherever another stands for it."""
    return encoded(document).replace(f'"{PLACE}"'.encode(), value.encode())


class Kept:
    """Unknown fields that have this one, whatever became of a number that is too large for any type."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and set(other) == {self.name}

    def __hash__(self) -> int:
        return hash(self.name)


class OneOf:
    def __init__(self, *values: object) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return other in self.values

    def __hash__(self) -> int:
        return hash(self.values)

"""The networks of one replica as their user left them, whatever was killed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# No server takes it; it is refused for good.
TOO_LONG = "x" * 300


@dataclass
class Ours:
    """A network as its user left it."""

    reference: str
    name: str
    # All that it was ever called, in the order in which its user said so.
    names: list[str] = field(default_factory=list)
    deleted: bool = False

    def __post_init__(self) -> None:
        self.names.append(self.name)

    def rename(self, name: str) -> None:
        self.name = name
        self.names.append(name)

    @property
    def refused(self) -> bool:
        return self.name.startswith(TOO_LONG)


@dataclass
class Account:
    """All of them, and the numbers of all edits that were acknowledged."""

    ours: list[Ours] = field(default_factory=list)
    acknowledged: set[int] = field(default_factory=set)
    names: int = 0

    @property
    def living(self) -> list[Ours]:
        return [ours for ours in self.ours if not ours.deleted]

    def take_in(self, networks: Iterable[tuple[str, str]]) -> None:
        """Networks that were there before, by id and name."""
        self.ours += [Ours(reference, name) for reference, name in networks]

    def next_name(self, kind: str) -> str:
        """One that nobody has had before."""
        self.names += 1
        return f"{kind}-{self.names}"

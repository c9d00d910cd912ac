"""Looks at processes and at a replica's files from outside while they are at work, and tells what of them grows."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from host import Host

# From the second quarter of the looks to the last. A leak raises what is least or in the middle, chance what is most.
MEMORY_SHARE, MEMORY_KIB = 0.2, 4 << 10
THREADS = 2
DESCRIPTORS = 4
# At most 32 requests are on their way at once, and a connection is kept for a minute after.
CONNECTIONS = 34
# At any time: thirty-two to the API, those of who asks for the page, and the ports.
MOST_CONNECTIONS = 48
# Pages in use, by the weight of the rows; a tree's pages are not full.
FILL, FILE_BYTES = 1.5, 256 << 10
# In the log, since the last sweep but one had ended. A change is written with its edit, its network and their indexes, more
# than once on its way; a sweep may write every page of the file.
FRAMES_A_CHANGE, FRAMES = 20, 2_000
FRAME_BYTES = 4_120

# What a row of the tables that grow weighs beside its texts: numbers, heads of cells, entries of indexes.
JOURNAL_ROW, NETWORK_ROW, SWEEP_ROW, INTERFACE_ROW = 80, 120, 70, 40
TEXTS_OF_INTERFACE = (
    "name", "type", "status", "region_code", "region_name", "created_at", "updated_at", "record_type",
)
WEIGHT = f"""
    (SELECT sum({JOURNAL_ROW} + length(evidence) + ifnull(length(before_name), 0)
      + ifnull(length(after_name), 0) + ifnull(length(names), 0))
      FROM journal)
    + (SELECT sum(
        {NETWORK_ROW} + 2 * (ifnull(length(local_id), 0) + ifnull(length(remote_id), 0) + ifnull(length(name), 0))
        + ifnull(length(created_at), 0) + ifnull(length(updated_at), 0) + ifnull(length(record_type), 0)
      ) FROM network)
    + (SELECT ifnull(sum(
        {INTERFACE_ROW} + length(id) + {" + ".join(f"ifnull(length({text}), 0)" for text in TEXTS_OF_INTERFACE)}
      ), 0) FROM network_interface)
    + (SELECT {SWEEP_ROW} * count(*) FROM sweep)
"""
LOOK = f"""
    SELECT (SELECT page_size FROM pragma_page_size), (SELECT page_count FROM pragma_page_count),
      (SELECT freelist_count FROM pragma_freelist_count), {WEIGHT},
      (SELECT max(change) FROM journal), (SELECT max(sweep) FROM sweep WHERE ended_at_us IS NOT NULL)
"""
# Where the index of the write-ahead log says how many frames the log holds, and how many of them are in the file already
# (https://sqlite.org/walformat.html, "WAL-Index Header" and "WAL Locks").
FRAMES_AT, FOLDED_AT = 16, 96

Look = TypeVar("Look")


@dataclass(frozen=True)
class ProcessLook:
    """One process at one moment."""

    # Its own, without what is a file's.
    memory_kib: int
    threads: int
    # By what they lead to.
    descriptors: Counter[str]

    @property
    def connections(self) -> int:
        return self.descriptors["socket"]

    @property
    def others(self) -> int:
        return self.descriptors.total() - self.connections


@dataclass(frozen=True)
class FilesLook:
    """A replica and what lies beside it, at one moment."""

    # In bytes, by name.
    sizes: dict[str, int]
    # Of the pages that hold something, in the file or only in the log so far; and what the rows in them weigh.
    bytes_used: int
    weight: int
    # The last change, and the last sweep that has ended.
    change: int
    sweep: int
    unfolded: int


def companion(replica: Path, suffix: str) -> Path:
    return replica.with_name(f"{replica.name}-{suffix}")


class LogIndex:
    """Tells how far the write-ahead log is folded into the file, without SQLite, which would want a lock for that.

    It is opened once and never closed: to close a file takes every lock on it from the whole process, and with them those
    of the connections that read the replica meanwhile (https://sqlite.org/howtocorrupt.html, 2.2).
    """

    def __init__(self, replica: Path) -> None:
        self.descriptor = os.open(companion(replica, "shm"), os.O_RDONLY | os.O_CLOEXEC)

    @property
    def unfolded(self) -> int:
        """Frames of the log that are not in the file yet."""
        head = os.pread(self.descriptor, FOLDED_AT + 4, 0)
        frames, folded = (int(struct.unpack_from("=I", head, place)[0]) for place in (FRAMES_AT, FOLDED_AT))
        return max(0, frames - folded)


def look_at_process(pid: int) -> ProcessLook:
    """Fails with OSError where there is no such process."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    descriptors: Counter[str] = Counter()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            descriptors[Path(os.readlink(descriptor)).name.partition(":[")[0]] += 1
    return ProcessLook(int(fields["RssAnon"].split()[0]), int(fields["Threads"]), descriptors)


def look_at_files(host: Host, index: LogIndex) -> FilesLook:
    unfolded = index.unfolded
    page_size, pages, free, weight, change, sweep = host.rows(LOOK)[0]
    sizes: dict[str, int] = {}
    for file in host.replica.parent.iterdir():
        with suppress(FileNotFoundError):
            sizes[file.name] = file.stat().st_size
    return FilesLook(sizes, (pages - free) * page_size, weight, change, sweep, unfolded)


def quarters(looks: Sequence[Look]) -> tuple[Sequence[Look], Sequence[Look]]:
    """The second and the last."""
    return looks[len(looks) // 4:len(looks) // 2], looks[3 * len(looks) // 4:]


# What grows. Each gives a sentence for each thing that does.

def growth_of_process(name: str, looks: Sequence[ProcessLook]) -> Iterator[str]:
    second, last = quarters(looks)
    before, after = (median(look.memory_kib for look in part) for part in (second, last))
    if after > before * (1 + MEMORY_SHARE) + MEMORY_KIB:
        yield f"{name}: memory grew from {before:.0f} to {after:.0f} KiB"
    before, after = (max(look.threads for look in part) for part in (second, last))
    if after > before + THREADS:
        yield f"{name}: threads grew from {before} to {after}"
    before, after = (min(look.others for look in part) for part in (second, last))
    if after > before + DESCRIPTORS:
        more = last[-1].descriptors - second[-1].descriptors
        yield f"{name}: open descriptors grew from {before} to {after}, by {dict(more)}"
    before, after = (min(look.connections for look in part) for part in (second, last))
    if after > before + CONNECTIONS:
        yield f"{name}: open connections grew from {before} to {after}"
    most = max(look.connections for look in looks)
    if most > MOST_CONNECTIONS:
        yield f"{name}: it had {most} connections at once"


def growth_of_files(name: str, looks: Sequence[FilesLook]) -> Iterator[str]:
    second, last = (part[-1] for part in quarters(looks))
    grown, weight = last.bytes_used - second.bytes_used, last.weight - second.weight
    if grown > FILL * weight + FILE_BYTES:
        changes = last.change - second.change
        yield f"the file grew by {grown} bytes with {changes} changes, and all its rows weigh {weight} more"
    before, after = (set().union(*(look.sizes for look in part)) for part in quarters(looks))
    if after - before:
        yield f"files came to lie beside the replica: {sorted(after - before)}"
    yield from growth_of_log(name, looks)


def growth_of_log(name: str, looks: Sequence[FilesLook]) -> Iterator[str]:
    """Each cycle folds the log in at its end: what was written before the last sweep but one had ended is in the file."""
    last_with: dict[int, FilesLook] = {}
    most_allowed = 0
    for look in looks:
        last_with[look.sweep] = look
        start = last_with.get(max((sweep for sweep in last_with if sweep <= look.sweep - 2), default=0), looks[0])
        changes = look.change - start.change
        allowed = FRAMES_A_CHANGE * changes + FRAMES
        most_allowed = max(most_allowed, allowed)
        if look.unfolded > allowed:
            yield (
                f"{look.unfolded} pages of the log are not in the file though sweep {look.sweep} has ended, and there"
                f" were only {changes} changes since sweep {start.sweep} had"
            )
            return
    most = max(look.sizes.get(f"{name}-wal", 0) for look in looks)
    if most > 2 * most_allowed * FRAME_BYTES:
        yield f"the log has {most} bytes, though it never had to hold more than {most_allowed} pages"

"""Runs a command as a person or a program would: on a terminal of a given width, in a pipe, with no network at all."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
import tty
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from checks import LIVING, Violation
from host import Answer, seek_key

ENDS_WITHIN_S = 60.0
# A process of these has no interface but a loopback that is down.
WITHOUT_NETWORK = ("unshare", "-n", "--")

# How what is asked at a terminal ends.
QUESTIONS = (b"] ", b": ", b"? ")


@dataclass(frozen=True)
class Terminal:
    """A window, and what the environment says of it."""

    columns: int
    variables: Mapping[str, str]

    @property
    def is_dumb(self) -> bool:
        return self.variables["TERM"] == "dumb"

    @property
    def is_colored(self) -> bool:
        return not self.is_dumb and "NO_COLOR" not in self.variables

    def open(self) -> tuple[int, int]:
        """A pseudo-terminal: the end to read from, and the end for the process. Bytes pass through it as they are."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, self.columns, 0, 0))
        attributes = termios.tcgetattr(theirs)
        attributes[tty.OFLAG] &= ~termios.OPOST
        attributes[tty.LFLAG] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        return ours, theirs


PLAIN = Terminal(80, {"TERM": "xterm-256color", "NO_COLOR": "1"})
DUMB = Terminal(40, {"TERM": "dumb"})
COLORED = Terminal(80, {"TERM": "xterm-256color"})


@dataclass(frozen=True)
class Stop:
    """A signal for a command that goes on by itself, once what it has said on stdout and stderr is enough."""

    number: signal.Signals
    is_due: Callable[[bytes, bytes], bool] = lambda output, _: bool(output)


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    typed: bytes | None = None,
    terminal: Terminal | None = None,
    stop: Stop | None = None,
) -> Answer:
    """Runs a command to its end. On a terminal all three streams are one, stdout and stderr each their own.

    `typed` is what stands on its stdin; without it a pipe has nothing. At a terminal it is typed once something is asked.
    """
    # What is read page by page would wait for somebody to turn them.
    variables = {"NETSYNC_PAGER": "none"} | dict(environment) | (dict(terminal.variables) if terminal else {})
    with ExitStack() as stack:
        streams: dict[int, bytearray] = {}
        writing: list[int] = []
        for _ in ("stdout", "stderr"):
            ours, theirs = terminal.open() if terminal else os.pipe()
            stack.callback(os.close, ours)
            streams[ours] = bytearray()
            writing.append(theirs)
        reading = list(streams)
        process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=writing[0] if terminal else subprocess.PIPE,
            stdout=writing[0], stderr=writing[1], start_new_session=True,
        )
        LIVING.add(process)
        for theirs in writing:
            os.close(theirs)
        if process.stdin:
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(typed or b"")
        def type_it() -> None:
            os.write(reading[0], typed or b"")
            # A terminal shows the end of the line that was typed.
            streams[reading[1]] += b"\n"

        collect(process, streams, stop, type_it if terminal and typed else None, " ".join(command[1:]))
        status = process.wait(ENDS_WITHIN_S)
        LIVING.discard(process)
    said = [bytes(text) for text in streams.values()]
    for text in said:
        seek_key(text, f"what netsync {' '.join(command[1:])} said")
    return Answer(tuple(command[1:]), status, *(text.decode(errors="replace") for text in said))


def collect(
    process: subprocess.Popen[bytes], streams: dict[int, bytearray], stop: Stop | None,
    typing: Callable[[], None] | None, what: str,
) -> None:
    """Reads both streams to their ends, types and stops meanwhile."""
    ends, is_open = time.monotonic() + ENDS_WITHIN_S, list(streams)
    while is_open:
        if time.monotonic() > ends:
            process.kill()
            raise Violation(f"netsync {what} did not end within {ENDS_WITHIN_S:g} s")
        for ours in select.select(is_open, [], [], 0.02)[0]:
            # A terminal whose other end is closed is an error of input and output.
            try:
                piece = os.read(ours, 65_536)
            except OSError:
                piece = b""
            streams[ours] += piece
            if not piece:
                is_open.remove(ours)
        if typing and any(text.endswith(QUESTIONS) for text in streams.values()):
            typing()
            typing = None
        if stop and stop.is_due(*(bytes(text) for text in streams.values())):
            process.send_signal(stop.number)
            stop = None

"""Weather between netsync and the sandbox: a witness that loses, refuses, delays or is away, one wave after the other."""

from __future__ import annotations

import json
import random
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from typing import Any

from kill_witness import Answer, Asked, Handler, Server, Witness

CALM = "calm"
WAVES = ("lost requests", "lost answers", "server errors", "throttling", "slowness", "absence")
# How often a read and a write are struck while their wave lasts. A pull reads some hundred times, and would never end.
RATES = {
    "lost requests": (0.1, 0.3),
    "lost answers": (0.1, 0.4),
    "server errors": (0.1, 0.3),
    "throttling": (0.05, 0.2),
    "slowness": (0.2, 0.5),
}
# Creates that arrive late, while it is slow.
LATE = 0.3
# The longest wait for an answer that does come. A write is never kept for longer, so nobody gives one up that goes on.
SLOW_S = 1.0
# Reads that are not answered at all while it is slow: whoever asked gives up, or the wave ends.
UNANSWERED = 0.02
UNANSWERED_S = 60.0
LONGEST_WAIT_S = 3


class Weather(Witness):
    """What is asked and answered is watched as ever; what strikes on the way is counted."""

    server: Station

    def __init__(self, port: int, log: Path, settle_s: float, chance: random.Random) -> None:
        self.wave = CALM
        self.struck: Counter[str] = Counter()
        self.is_there = True
        # Has the port and never listens: while no other does, connections are refused, and nobody else is given the port.
        self.holder = socket.socket()
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))
        super().__init__(port, log, settle_s, LATE, chance)

    def listening(self) -> Station:
        station = Station(self, Exposed, self.holder.getsockname()[1])
        station.start()
        return station

    def end(self) -> None:
        self.turn("absence")
        self.holder.close()

    def turn(self, wave: str) -> None:
        """From now on it is so. Who is away has cut off everybody, in the middle of whatever it was."""
        self.wave = wave
        with self.lock:
            self.write(f"from now on: {wave}")
        if wave == "absence" and self.is_there:
            self.is_there = False
            super().end()
            self.struck[wave] += self.server.cut()
        elif wave != "absence" and not self.is_there:
            self.server = self.listening()
            self.is_there = True

    def delay(self, request: Asked) -> float:
        return super().delay(request) if self.wave == "slowness" else 0

    def strikes(self, wave: str, is_write: bool) -> bool:
        with self.lock:
            strikes = wave in RATES and self.chance.random() < RATES[wave][is_write]
            self.struck[wave] += strikes
            return strikes

    def draw(self, choices: list[Any]) -> Any:
        with self.lock:
            return self.chance.choice(choices)


class Station(Server):
    """Knows its connections, to cut them off."""

    witness: Weather

    def __init__(self, witness: Weather, handler: type[Handler], port: int) -> None:
        super().__init__(witness, handler, port)
        self.connected: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connected.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connected.discard(request)
        super().shutdown_request(request)

    def cut(self) -> int:
        connected = list(self.connected)
        for connection in connected:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return len(connected)


class Exposed(Handler):
    """One connection of netsync, out in the weather."""

    server: Station

    def answer(self, request: Asked, body: bytes) -> Answer | None:
        weather = self.server.witness
        wave = weather.wave
        if not weather.strikes(wave, request.is_write):
            return super().answer(request, body)
        if wave == "lost requests":
            return None
        if wave == "throttling":
            return too_many(weather.draw)
        if wave == "server errors" and weather.draw([True, False]):
            return failed(weather.draw)
        answer = super().answer(request, body)
        if wave == "lost answers":
            if answer is not None and weather.draw([True, False]):
                self.send(answer, share=0.5)
            return None
        if wave == "server errors":
            return failed(weather.draw)
        if wave == "slowness":
            if not request.is_write and weather.draw([False] * round(1 / UNANSWERED) + [True]):
                self.keep_silent(wave)
                return None
            time.sleep(weather.draw([0.05, 0.1, 0.2, 0.5, SLOW_S]))
        return answer

    def keep_silent(self, wave: str) -> None:
        """Returns when whoever asked has gone, or the wave is over."""
        give_up = time.monotonic() + UNANSWERED_S
        while self.server.witness.wave == wave and time.monotonic() < give_up:
            gone, _, _ = select.select([self.connection], [], [], 0.1)
            if gone:
                break

    do_GET = do_POST = do_PATCH = do_DELETE = Handler.carry


def too_many(draw: Callable[[list[Any]], Any]) -> Answer:
    """A 429 that says when to come back, in one of the ways there are."""
    wait = draw(list(range(1, LONGEST_WAIT_S + 1)))
    told = draw([
        ("Retry-After", str(wait)),
        ("Retry-After", formatdate(time.time() + wait, usegmt=True)),
        ("x-ratelimit-reset", str(wait)),
    ])
    return refusal(429, "10011", "Too many requests", [told])


def failed(draw: Callable[[list[Any]], Any]) -> Answer:
    """The server's own error, or a page for people from whatever stands before it."""
    status = draw([500, 502, 503, 504])
    if draw([True, False]):
        page = f"<html><body><h1>{status}</h1></body></html>".encode()
        return Answer(status, [("Content-Type", "text/html"), ("Content-Length", str(len(page)))], page)
    return refusal(status, "10007", "Unexpected error", [])


def refusal(status: int, code: str, title: str, headers: list[tuple[str, str]]) -> Answer:
    content = json.dumps({"errors": [{"code": code, "title": title, "detail": f"{title}."}]}).encode()
    told = [("Content-Type", "application/json"), ("Content-Length", str(len(content))), *headers]
    return Answer(status, told, content)


def forecast(chance: random.Random, seconds: float, wave_s: float) -> Iterator[tuple[str, float]]:
    """Waves, and when each ends. Every quarter of the time has each as often, in an order of its own, and calm after it."""
    rounds = 4 * max(1, round(seconds / 4 / (2 * wave_s * len(WAVES))))
    half = seconds / rounds / len(WAVES) / 2
    ends = 0.0
    for _ in range(rounds):
        for wave in chance.sample(WAVES, len(WAVES)):
            yield wave, ends + half
            ends += 2 * half
            yield CALM, ends

"""A server on loopback that gives each case the answers that it is about, and good ones to whatever else it asks.

Cases run side by side on one address, since a replica is bound to it: which one asks is told by its key.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hostile.replies import (
    MOST_BYTES, Answer, Done, Pause, Reply, Request, Script, error, http, interface, known, listing, network,
    network_id,
)

# No connection outlives this, whoever holds it open.
LONGEST_S = 20.0
# The first network of the account has so many interfaces.

INTERFACES = 2
LENGTH = re.compile(rb"^content-length: *(\d+)\r?$", re.IGNORECASE | re.MULTILINE)
BEARER = re.compile(rb"^authorization: *bearer (\S+)\r?$", re.IGNORECASE | re.MULTILINE)
RECORD = re.compile(r"/networks/([0-9a-f-]{36})")
INTERFACE_LIST = re.compile(r"/networks/([0-9a-f-]{36})/network_interfaces")
LISTED = {"GET": "page", "POST": "create"}
SINGLE = {"GET": "record", "PATCH": "rename", "DELETE": "delete"}
NOT_FOUND = http(error("10005", "Resource not found"), 404)


class Account:
    """The networks that the server has, which writes change."""

    def __init__(self) -> None:
        self.networks: dict[str, dict[str, Any]] = {record["id"]: record for record in known()}
        self.made = 0

    def after(self, request: Request) -> dict[str, Any]:
        """The record that a write is about, as it is once that is carried out."""
        if request.kind == "create":
            return network(0xC1 + self.made, request.name, created_at=now(), updated_at=now())
        record = self.networks.get(request.network_id, {})
        return {**record, "name": request.name, "updated_at": now()} if request.kind == "rename" else record

    def apply(self, request: Request) -> dict[str, Any]:
        """Carries a write out and gives the record that it is about."""
        record = self.after(request)
        if request.kind == "delete":
            self.networks.pop(request.network_id, None)
        else:
            self.networks[record["id"]] = record
            self.made += request.kind == "create"
        return record

    def answer(self, request: Request) -> Reply:
        """A good answer to any request; of a write, after it was carried out."""
        if request.kind == "page":
            return http(listing(list(self.networks.values())))
        if request.kind == "filter":
            return http(listing([record for record in self.networks.values() if record["name"] == request.name]))
        if request.kind == "create":
            return http({"data": self.apply(request)})
        if request.network_id not in self.networks:
            return NOT_FOUND
        if request.kind == "interfaces":
            count = INTERFACES if request.network_id == network_id(1) else 0
            return http(listing([interface(number) for number in range(1, count + 1)]))
        record = self.networks[request.network_id] if request.kind == "record" else self.apply(request)
        return http({"data": record})


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Session:
    """One case at the server: its script, its account, and what was asked."""

    def __init__(self, script: Mapping[str, Script]) -> None:
        self.script = script
        self.account = Account()
        self.lock = threading.Lock()
        self.asked: Counter[str] = Counter()

    def reply(self, request: Request) -> Reply:
        """Looks the request up in the script: by kind and what it is about, then by kind alone, then any at all."""
        with self.lock:
            self.asked[request.kind] += 1
            about = str(request.page) if request.kind == "page" else number_of(request.network_id)
            for key in (f"{request.kind} {about}", request.kind, "any"):
                if key in self.script:
                    self.asked[f"of script {key}"] += 1
                    return self.played(self.script[key], self.asked[f"of script {key}"], request)
            return self.account.answer(request)

    def played(self, script: Script, turn: int, request: Request) -> Reply:
        answer: Answer = (
            script if isinstance(script, Reply | Done) or callable(script) else script[min(turn, len(script)) - 1]
        )
        record = self.account.apply(request) if isinstance(answer, Done) else self.account.after(request)
        answer = answer.answer if isinstance(answer, Done) else answer
        return answer if isinstance(answer, Reply) else answer(replace(request, record=record))


def number_of(text: str) -> str:
    return str(int(text.rpartition("-")[2], 16)) if text else ""


class Server:
    """Accepts connections until it is closed; each has a thread and an end."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v2"
        self.sessions: dict[str, Session] = {}
        self.closing = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    @contextmanager
    def session(self, key: str, script: Mapping[str, Script]) -> Iterator[Session]:
        self.sessions[key] = Session(script)
        try:
            yield self.sessions[key]
        finally:
            del self.sessions[key]

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.listener.close()

    def accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        ends = time.monotonic() + LONGEST_S
        connection.settimeout(LONGEST_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The client hangs up on much of what it gets: that is no error here.
        with connection, suppress(OSError):
            received = b""
            while time.monotonic() < ends and not self.closing.is_set():
                received, request, session = self.read(connection, received)
                if request is None:
                    return
                reply = session.reply(request) if session else http(error("1", "no case has this key"), 418)
                self.write(connection, reply, ends)
                if reply.then == "hold":
                    self.hold(connection, ends)
                if reply.then == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if reply.then != "keep":
                    return

    def read(self, connection: socket.socket, received: bytes) -> tuple[bytes, Request | None, Session | None]:
        """Reads one request; gives what came after it, or no request where the client is done."""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65_536)
            if not piece or len(received) > 1 << 20:
                return b"", None, None
            received += piece
        top, _, rest = received.partition(b"\r\n\r\n")
        length = LENGTH.search(top)
        missing = int(length[1]) if length else 0
        while len(rest) < missing:
            piece = connection.recv(65_536)
            if not piece:
                return b"", None, None
            rest += piece
        bearer = BEARER.search(top)
        key = bearer[1].decode() if bearer else ""
        return rest[missing:], replace(understood(top, rest[:missing]), key=key), self.sessions.get(key)

    def write(self, connection: socket.socket, reply: Reply, ends: float) -> None:
        sent = 0
        for piece in reply.pieces:
            if isinstance(piece, bytes):
                connection.sendall(piece)
                continue
            if isinstance(piece, Pause):
                self.closing.wait(piece.seconds)
                continue
            for _ in range(piece.times):
                if time.monotonic() > ends or sent > MOST_BYTES or self.closing.is_set():
                    return
                connection.sendall(piece.unit)
                sent += len(piece.unit)
                if piece.pause_s:
                    self.closing.wait(piece.pause_s)

    def hold(self, connection: socket.socket, ends: float) -> None:
        """Says nothing more until the client goes."""
        connection.settimeout(max(0.1, ends - time.monotonic()))
        while connection.recv(65_536):
            pass


def understood(top: bytes, body: bytes) -> Request:
    """What a request asks for. Whatever is none of the six operations is `stray`."""
    method, target, *_ = top.split(b"\r\n")[0].decode("latin-1").split(" ")
    parts = urlsplit(target)
    path = parts.path.removeprefix("/v2")
    query = parse_qs(parts.query)
    page = int(query.get("page[number]", ["1"])[0])
    name = re.search(r'"name":"((?:[^"\\]|\\.)*)"', body.decode("utf-8", "replace"))
    about = RECORD.fullmatch(path)
    if list_about := INTERFACE_LIST.fullmatch(path):
        return Request(method, target, "interfaces" if method == "GET" else "stray", page, list_about[1])
    if about:
        return Request(method, target, SINGLE.get(method, "stray"), 1, about[1], name[1] if name else "")
    if path != "/networks":
        return Request(method, target, "stray")
    if "filter[name]" in query:
        return Request(method, target, "filter", page, name=query["filter[name]"][0])
    return Request(method, target, LISTED.get(method, "stray"), page, name=name[1] if name else "")

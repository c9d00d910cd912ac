"""Stands between netsync and the sandbox, keeps what was asked and answered, and watches the order of it (I2, I5)."""

from __future__ import annotations

import http.client
import io
import json
import random
import socket
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from checks import Violation


@dataclass
class Asked:
    """One request, as it came."""

    process: int
    method: str
    network_id: str
    name: str
    at: float
    # None: not answered yet, or never.
    status: int | None = None

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return f"process {self.process} {self.method} {self.network_id or '-'} {self.name[:40]}"


@dataclass
class Answer:
    """One answer, whole."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes


class Witness:
    """Passes requests on; some creates so late that whoever sent them may be gone by then, within the settle time."""

    def __init__(self, port: int, log: Path, settle_s: float, late: float, chance: random.Random) -> None:
        self.port, self.log, self.settle_s, self.late, self.chance = port, log, settle_s, late, chance
        self.lock = threading.Lock()
        self.process = 0
        self.broken: list[str] = []
        # By name, by network: what was sent of it.
        self.creates: dict[str, list[Asked]] = defaultdict(list)
        self.renames: dict[str, list[str]] = defaultdict(list)
        self.carried_out: set[str] = set()
        # By process: networks read since their last write, and writes on their way.
        self.read: dict[int, set[str]] = defaultdict(set)
        self.flying: dict[int, set[str]] = defaultdict(set)
        self.server = self.listening()
        self.base_url = f"http://127.0.0.1:{self.server.server_address[1]}/v2"

    def listening(self) -> Server:
        server = Server(self, Handler)
        server.start()
        return server

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def next_process(self) -> None:
        """What connects from now on is another process. Connections are taken in order: the old ones are all in."""
        marker = socket.create_connection(("127.0.0.1", self.server.server_address[1]))
        marker.sendall(b"GET /marker HTTP/1.1\r\n\r\n")
        marker.recv(1)
        marker.close()
        with self.lock:
            self.process += 1

    def check(self) -> None:
        with self.lock:
            if self.broken:
                raise Violation(self.broken[0])

    def names_sent(self, network_id: str) -> list[str]:
        with self.lock:
            return list(self.renames[network_id])

    def names_answered(self) -> set[str]:
        """The names of creates and renames that the server said it had carried out."""
        with self.lock:
            return set(self.carried_out)

    # What one request means.

    def asked(self, process: int, method: str, path: str, body: bytes) -> Asked:
        network_id = path.partition("/networks/")[2].partition("/")[0].partition("?")[0]
        name = json.loads(body)["name"] if body else ""
        request = Asked(process, method, network_id, name, time.monotonic())
        with self.lock:
            self.write(f"{request}")
            if method == "POST":
                self.watch_create(request)
            elif request.is_write:
                self.watch_write(request)
        return request

    def watch_create(self, request: Asked) -> None:
        for earlier in self.creates[request.name]:
            refused = earlier.status is not None and 400 <= earlier.status < 500
            if not refused and request.at - earlier.at < self.settle_s:
                self.broken.append(
                    f"a create of {request.name} is sent again within the settle time of one that may have been made"
                )
        self.creates[request.name].append(request)

    def watch_write(self, request: Asked) -> None:
        network_id = request.network_id
        if network_id in self.flying[request.process]:
            self.broken.append(f"two writes of {network_id} are on their way at once; the second is of {request}")
        if network_id not in self.read[request.process]:
            self.broken.append(f"{request} was not preceded by a read of the network")
        self.read[request.process].discard(network_id)
        self.flying[request.process].add(network_id)
        if request.method == "PATCH":
            self.renames[network_id].append(request.name)

    def answered(self, request: Asked, status: int | None, body: bytes) -> None:
        with self.lock:
            self.write(f"{request} -> {status}")
            request.status = status
            self.flying[request.process].discard(request.network_id)
            if request.name and status == 200:
                self.carried_out.add(request.name)
            if request.method == "GET" and status == 200:
                data: Any = json.loads(body)["data"]
                rows = data if isinstance(data, list) else [data]
                self.read[request.process].update(row["id"] for row in rows)

    def delay(self, request: Asked) -> float:
        """A create arrives late now and then; a late rename could undo a newer one, which no client can help."""
        with self.lock:
            if request.method == "POST" and self.chance.random() < self.late:
                return self.chance.uniform(0, self.settle_s / 4)
            return 0

    def write(self, line: str) -> None:
        with self.log.open("a") as log:
            log.write(f"{time.monotonic():.4f} {line}\n")


class Server(ThreadingHTTPServer):
    """One thread a connection. That clients go away in the middle is nothing to speak of."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, witness: Witness, handler: type[Handler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.witness = witness
        self.processes: dict[Any, int] = {}

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.processes[address] = self.witness.process
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            self.witness.broken.append(f"the witness itself: {sys.exception()!r}")


class Lines(io.BufferedReader):
    """Knows its last line, for a head that ends in the middle looks like a whole one to who only reads lines."""

    last = b""

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = super().readline(size)
        return self.last


class Handler(BaseHTTPRequestHandler):
    """One connection of netsync, and one of its own to the sandbox."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.rfile = self.lines = Lines(self.rfile.detach())
        self.process = self.server.processes.pop(self.client_address)
        self.sandbox = http.client.HTTPConnection("127.0.0.1", self.server.witness.port, timeout=60)

    def finish(self) -> None:
        self.sandbox.close()
        super().finish()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def carry(self) -> None:
        witness = self.server.witness
        is_whole = self.lines.last == b"\r\n"
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        # Half of a request asks for nothing.
        if self.path == "/marker" or not is_whole or len(body) < length:
            self.close_connection = True
            return
        request = witness.asked(self.process, self.command, self.path, body)
        answer = self.answer(request, body)
        if answer is None:
            witness.answered(request, None, b"")
            self.close_connection = True
            return
        witness.answered(request, answer.status, answer.content)
        self.send(answer)

    def answer(self, request: Asked, body: bytes) -> Answer | None:
        """The sandbox's; None where none came."""
        time.sleep(self.server.witness.delay(request))
        try:
            self.sandbox.request(self.command, self.path, body or None, dict(self.headers))
            answer = self.sandbox.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except (http.client.HTTPException, OSError):
            return None

    def send(self, answer: Answer, share: float = 1) -> None:
        """All of it, or its beginning."""
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content[:int(len(answer.content) * share)])

    do_GET = do_POST = do_PATCH = do_DELETE = carry

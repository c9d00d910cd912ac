"""A running `netsync sandbox`, and somebody else at its API: plain HTTP, beside whatever netsync does."""

from __future__ import annotations

import http.client
import json
import re
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from checks import LIVING, Violation, require
from host import KEY, seek_key

READY_WITHIN_S = 20
ENDS_WITHIN_S = 20
TRIES = 40
FIELDS = ("name", "created_at", "updated_at", "record_type")


class Sandbox:
    """A sandbox on a port of this host, which another one can take over after it."""

    def __init__(self, binary: str, folder: Path, *options: str, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.errors = folder / f"sandbox-{time.monotonic_ns()}.err"
        command = [binary, "sandbox", "--listen", f"127.0.0.1:{port}", "--api-key", KEY, *options]
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        LIVING.add(self.process)
        assert self.process.stdout is not None
        # The line is flushed as a whole: once there is something to read, all of it is there.
        ready, _, _ = select.select([self.process.stdout], [], [], READY_WITHIN_S)
        line = self.process.stdout.readline().decode().strip() if ready else ""
        greeting, _, self.base_url = line.rpartition(" ")
        if greeting != "Listening on":
            raise Violation(f"the sandbox did not start: {line!r} {self.errors.read_text()!r}")
        self.port = int(self.base_url.rpartition(":")[2].partition("/")[0])

    def stop(self) -> None:
        """Ends it by SIGTERM and returns when its port is free."""
        self.process.terminate()
        try:
            self.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Violation("the sandbox did not end on SIGTERM") from None
        finally:
            LIVING.discard(self.process)
            assert self.process.stdout is not None
            self.process.stdout.close()
        seek_key(self.errors.read_bytes(), "what the sandbox said")

    def request(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, Any]:
        """One request, sent once. Status 0: no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"/v2{path}", content, {
                "Authorization": f"Bearer {KEY}", "Content-Type": "application/json",
            })
            answer = connection.getresponse()
            text = answer.read()
            is_json = answer.getheader("Content-Type", "").startswith("application/json")
            return answer.status, json.loads(text) if is_json else None
        except (http.client.HTTPException, ConnectionError):
            return 0, None
        finally:
            connection.close()

    def ask(self, path: str, *, answers: tuple[int, ...] = (200,)) -> tuple[int, Any]:
        """A request that changes nothing, tried again until the faults let it pass."""
        for _ in range(TRIES):
            status, document = self.request("GET", path)
            if status in answers and document is not None:
                return status, document
            time.sleep(0.02)
        raise Violation(f"GET {path} was not answered in {TRIES} tries, last with {status}")

    def networks(self) -> dict[str, dict[str, Any]]:
        """Every network there, by id. For when nobody else makes or deletes one."""
        found: dict[str, dict[str, Any]] = {}
        page, pages = 1, 1
        while page <= pages:
            _, document = self.ask(f"/networks?page%5Bnumber%5D={page}&page%5Bsize%5D=250")
            pages = document["meta"]["total_pages"]
            page += 1
            found |= {row["id"]: row for row in document["data"]}
        return found

    def interfaces(self, network_id: str) -> list[dict[str, Any]]:
        """Those of a network that has few: the first page of them."""
        _, document = self.ask(f"/networks/{network_id}/network_interfaces?page%5Bsize%5D=250")
        require(document["meta"]["total_pages"] <= 1, f"{network_id} has more than one page of interfaces")
        return document["data"]

    def network(self, network_id: str) -> dict[str, Any] | None:
        status, document = self.ask(f"/networks/{network_id}", answers=(200, 404))
        return document["data"] if status == 200 else None

    # Somebody else at work, on a sandbox without faults.

    def create(self, name: str) -> str:
        return self.must("POST", "/networks", {"name": name})["data"]["id"]

    def rename(self, network_id: str, name: str) -> None:
        self.must("PATCH", f"/networks/{network_id}", {"name": name})

    def delete(self, network_id: str) -> None:
        self.must("DELETE", f"/networks/{network_id}")

    def must(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        status, document = self.request(method, path, body)
        require(status == 200, f"the sandbox answered {method} {path} with {status}")
        return document


class Requests:
    """Cuts the bytes that one connection carries into requests, as HTTP/1.1 says."""

    LENGTH = re.compile(rb"^content-length: *(\d+) *$", re.IGNORECASE | re.MULTILINE)

    def __init__(self) -> None:
        self.rest = b""

    def read(self, piece: bytes) -> list[tuple[str, str, str]]:
        """Method, path and body of each that is whole with this piece."""
        self.rest += piece
        whole = []
        while b"\r\n\r\n" in self.rest:
            head, _, rest = self.rest.partition(b"\r\n\r\n")
            given = self.LENGTH.search(head.replace(b"\r\n", b"\n"))
            length = int(given[1]) if given else 0
            if len(rest) < length:
                break
            method, path, _ = head.decode().split(" ", 2)
            whole.append((method, path, rest[:length].decode()))
            self.rest = rest[length:]
        return whole


class Wire:
    """Stands between netsync and the sandbox, counts the bytes that netsync sends, and keeps what changes something."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v2"
        self.sent = 0
        # Method, path and body, as they were sent.
        self.writes: list[tuple[str, str, str]] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            here, _ = self.listener.accept()
            try:
                there = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                here.close()
                continue
            for ends in ((here, there), (there, here)):
                threading.Thread(target=self.carry, args=(*ends, ends[0] is here), daemon=True).start()

    def carry(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        requests = Requests()
        with suppress(OSError):
            while piece := source.recv(65_536):
                if counts:
                    self.sent += len(piece)
                    self.writes += [request for request in requests.read(piece) if request[0] != "GET"]
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def running(binary: str, folder: Path, *options: str, port: int = 0) -> Iterator[Sandbox]:
    sandbox = Sandbox(binary, folder, *options, port=port)
    try:
        yield sandbox
    finally:
        if sandbox.process in LIVING:
            sandbox.stop()


def documents(networks: dict[str, dict[str, Any]]) -> set[tuple[Any, ...]]:
    """What both sides must agree on, to the byte."""
    return {(network_id, *(row[field] for field in FIELDS)) for network_id, row in networks.items()}

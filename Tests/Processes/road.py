"""Puts everything in the way that can stand between a host and the API: certificates, ports, names and proxies.

Each failure has an error of its own with four lines, and none speaks of a library, of a type, or of a path of the machine that built
netsync. With the right authority or the right proxy the same command goes through. All of it is on loopback: the API is a server with
TLS that lists two networks, and the proxy connects to it whatever host it is asked for.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from checks import Run, Violation, equal, main, require
from host import Host, check_seeking, check_words, spellings

API = "api.netsync.test"
USER, PASSWORD = "operator", "p@ss:word%1"
# No resolver is asked for a name with a label this long.
NO_NAME = "a" * 64 + ".test"
NETWORKS = [
    {"id": f"00000000-0000-4000-8000-00000000000{number}", "record_type": "network", "name": f"net {number}"}
    for number in (1, 2)
]
# What other programs are told by to take any certificate, and what this one might be.
UNVERIFIED = {
    "NETSYNC_HTTP_INSECURE": "1", "NETSYNC_HTTP_VERIFY": "0", "NODE_TLS_REJECT_UNAUTHORIZED": "0", "PYTHONHTTPSVERIFY": "0",
    "GIT_SSL_NO_VERIFY": "1", "SSL_NO_VERIFY": "1", "CURL_INSECURE": "1",
}


class API_Handler(BaseHTTPRequestHandler):
    """Two networks, whatever is asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        meta = {"page_number": 1, "page_size": 250, "total_pages": 1, "total_results": 2}
        body = json.dumps({"data": [] if "interfaces" in self.path else NETWORKS, "meta": meta}).encode()
        if "interfaces" in self.path:
            body = json.dumps({"data": [], "meta": {**meta, "total_results": 0}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Authority:
    """A certificate authority of this test alone."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True)
        self.folder, self.name = folder, name
        self.file = folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", self.file,
                "-subj", f"/O=Netsync Tests/CN={name}", "-days", "30")

    def certificate(self, host: str, days: int = 7, start: int = 0) -> tuple[Path, Path]:
        """A certificate and its key; `start` is in days from now."""
        stem = self.folder / f"{host}{days}{start}"
        key, request, certificate = (stem.with_name(f"{stem.name}.{kind}") for kind in ("key", "csr", "pem"))
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={host}")
        database, extensions = self.folder / f"{stem.name}.db", self.folder / f"{stem.name}.cnf"
        kind = "IP" if re.fullmatch(r"[\d.]+", host) else "DNS"
        database.touch()
        extensions.write_text(
            f"[ca]\ndefault_ca = it\n[it]\ndatabase = {database}\nserial = {stem}.serial\nnew_certs_dir = {self.folder}\n"
            f"default_md = sha256\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n"
            f"[names]\nsubjectAltName = {kind}:{host}\n"
        )
        begin = datetime.now(timezone.utc) + timedelta(days=start)
        openssl("ca", "-batch", "-config", extensions, "-extensions", "names", "-create_serial", "-rand_serial",
                "-cert", self.file, "-keyfile", self.folder / "ca.key", "-in", request, "-out", certificate, "-notext",
                "-startdate", f"{begin:%Y%m%d%H%M%SZ}", "-enddate", f"{begin + timedelta(days=days):%Y%m%d%H%M%SZ}")
        return certificate, key


def openssl(*arguments: object) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    require(done.returncode == 0, f"openssl {arguments[0]} failed: {done.stderr}")


@contextmanager
def serving(certificate: tuple[Path, Path] | None, only: ssl.TLSVersion | None = None) -> Iterator[int]:
    """The API on a port of this host, with TLS where there is a certificate; `only` is the one version that it speaks."""
    server = HTTPServer(("127.0.0.1", 0), API_Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        if only:
            # OpenSSL has to be talked into the old ones.
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = only
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Proxy:
    """Connects to one port, whatever host it is asked for; or answers every CONNECT with a status."""

    target: int
    status: int = 200
    credentials: str | None = None
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[int]:
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(10)
            head = b""
            while b"\r\n\r\n" not in head and len(head) < 10_000:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            lines = head.decode().split("\r\n")
            self.asked.append(lines[0])
            given = [line.partition(": ")[2] for line in lines if line.lower().startswith("proxy-authorization:")]
            wanted = self.credentials and "Basic " + base64.b64encode(self.credentials.encode()).decode()
            status = 407 if wanted and given != [wanted] else self.status
            if status != 200:
                client.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
                return
            with socket.create_connection(("127.0.0.1", self.target), timeout=10) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(server, client), daemon=True)
                back.start()
                pump(client, server)
                back.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Roads:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.hosts = 0
        self.ours = Authority(run.folder / "ours", "Netsync Test Authority")

    def host(self, base_url: str, **settings: str) -> Host:
        self.hosts += 1
        return Host(
            self.run.binary, self.run.folder / f"host-{self.hosts}", base_url, NETSYNC_HTTP_TIMEOUT="5s",
            NETSYNC_LOG_LEVEL="debug", **settings,
        )

    def fails(self, code: str, words: list[str], base_url: str, tries: int = 1, **settings: str) -> None:
        """A pull ends with this error, in these words, after so many tries at most; nothing is lost."""
        host = self.host(base_url, **settings)
        edit = host.edit("networks", "create", "mine")
        for form in ([], ["--json"]):
            answer = host.run("pull", *form, exits=(5,))
            check_words(answer)
            said = "\n".join(line for line in answer.errors.splitlines() if not re.match(r"\d{4}-\d\d-\d\d", line))
            if form:
                error = json.loads([line for line in answer.errors.splitlines() if line.startswith("{")][-1])
                equal(f"the code of {base_url}", error["code"], code)
            else:
                # A variable that is called like a setting and is none is told first.
                told = [line for line in said.splitlines() if not line.startswith("warning: there is no setting NETSYNC_HTTP_")]
                lines = [line.strip().partition(":")[0] for line in told]
                equal("the lines of an error", lines, ["error", "why", "state", "next"])
                for word in words:
                    require(word in said, f"{word!r} is not in: {said}")
                require(tries > 1 or "tried" not in said, f"it was tried again: {said}")
        host.check_edits([edit])
        self.run.count("failures told")

    def goes(self, base_url: str, words: list[str], **settings: str) -> None:
        """A pull goes through, and `status` says which way."""
        host = self.host(base_url, **settings)
        answer = host.run("pull", "--json")
        equal("what was pulled", answer.json["networks"], 2)
        check_words(answer)
        said = host.run("status").output
        for word in words:
            require(word in said, f"{word!r} is not in: {said}")
        for spelling in spellings(PASSWORD):
            require(spelling.decode() not in said + answer.errors, "a password is told")
            for file in host.home.rglob("*"):
                require(not file.is_file() or spelling not in file.read_bytes(), f"a password is in {file}")
        self.run.count("ways that lead there")
        self.run.count("files searched for the key", host.check_secrets())


def show(run: Run) -> None:
    check_seeking()
    roads = Roads(run)
    ours = roads.ours
    file = str(ours.file)
    localhost = ours.certificate("localhost")
    with serving(localhost) as port:
        url = f"https://localhost:{port}/v2"
        roads.fails("certificate_untrusted", ["Netsync Test Authority", "for localhost", "NETSYNC_HTTP_CA_FILE", "proxy"], url)
        roads.fails("certificate_untrusted", ["Netsync Test Authority"], url, **UNVERIFIED)
        roads.goes(url, ["direct", f"trusting {file} too"], NETSYNC_HTTP_CA_FILE=file)
        roads.goes(url, ["direct"], SSL_CERT_FILE=file)
        folder = run.folder / "certificates"
        folder.mkdir()
        (folder / "ours.pem").write_bytes(ours.file.read_bytes())
        (folder / "README").write_text("no certificate")
        openssl("rehash", folder)
        roads.goes(url, ["direct"], SSL_CERT_DIR=str(folder))
        # Loopback never goes through a proxy.
        roads.goes(url, ["direct"], NETSYNC_HTTP_CA_FILE=file, HTTPS_PROXY="http://127.0.0.1:1")
        roads.fails("certificate_other_host", ["for localhost"], f"https://127.0.0.1:{port}/v2", NETSYNC_HTTP_CA_FILE=file)
    with serving(ours.certificate("localhost", days=2, start=-10)) as port:
        url = f"https://localhost:{port}/v2"
        roads.fails("certificate_expired", ["out of date", "valid until"], url, NETSYNC_HTTP_CA_FILE=file)
    with serving(ours.certificate("localhost", start=3)) as port:
        roads.fails("certificate_expired", ["out of date"], f"https://localhost:{port}/v2", NETSYNC_HTTP_CA_FILE=file)
    show_versions(roads, localhost, file)
    with serving(None) as port:
        roads.fails("no_tls", ["does not speak TLS"], f"https://localhost:{port}/v2")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    roads.fails("connection_refused", ["connection refused"], f"http://127.0.0.1:{port}/v2", tries=4)
    roads.fails("name_unresolved", ["cannot be resolved"], f"https://{NO_NAME}/v2", tries=4)
    show_proxies(roads, file)
    show_settings(roads)


def show_versions(roads: Roads, certificate: tuple[Path, Path], file: str) -> None:
    """TLS before 1.2 is not spoken, whoever vouches for the server."""
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with serving(certificate, version) as port:
            url = f"https://localhost:{port}/v2"
            if version < ssl.TLSVersion.TLSv1_2:
                roads.fails("tls_broken", ["handshake was broken off"], url, tries=4, NETSYNC_HTTP_CA_FILE=file)
            else:
                roads.goes(url, ["direct"], NETSYNC_HTTP_CA_FILE=file)


def show_proxies(roads: Roads, file: str) -> None:
    api = f"https://{API}/v2"
    with serving(roads.ours.certificate(API)) as port:
        proxy = Proxy(port)
        with proxy.running() as at:
            address = f"http://127.0.0.1:{at}"
            words = [f"through the proxy 127.0.0.1:{at}"]
            for variable in ("HTTPS_PROXY", "https_proxy", "NETSYNC_HTTP_PROXY"):
                roads.goes(api, words, NETSYNC_HTTP_CA_FILE=file, **{variable: address})
            roads.goes(
                api, words, NETSYNC_HTTP_CA_FILE=file, NETSYNC_HTTP_PROXY=address, HTTPS_PROXY="http://127.0.0.1:1",
                NO_PROXY="example.test, other.test",
            )
            require(all(line == f"CONNECT {API}:443 HTTP/1.1" for line in proxy.asked), f"asked: {proxy.asked[:3]}")
            roads.fails("certificate_untrusted", ["Netsync Test Authority", f"for {API}"], api, HTTPS_PROXY=address)
            asked = len(proxy.asked)
            for exempt in (API, "netsync.test", ".netsync.test", "*"):
                # The name has no address, so nothing leaves where no proxy is asked.
                roads.fails(
                    "name_unresolved", [], f"https://{NO_NAME}/v2", tries=4, HTTPS_PROXY=address,
                    NO_PROXY=exempt.replace(API, NO_NAME).replace("netsync.test", "test"),
                )
            equal("what the proxy was asked for an exempt host", len(proxy.asked), asked)
        proxy = Proxy(port, credentials=f"{USER}:{PASSWORD}")
        with proxy.running() as at:
            written = f"http://{USER}:p%40ss%3Aword%251@127.0.0.1:{at}"
            roads.goes(api, [f"127.0.0.1:{at}"], NETSYNC_HTTP_CA_FILE=file, HTTPS_PROXY=written)
            roads.fails("proxy_credentials", ["user and a password"], api, HTTPS_PROXY=f"http://127.0.0.1:{at}")
        for status in (403, 502, 503):
            with Proxy(port, status=status).running() as at:
                roads.fails("proxy_refused", ["does not connect"], api, tries=4, HTTPS_PROXY=f"http://127.0.0.1:{at}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    roads.fails("proxy_unreachable", ["connection refused"], api, tries=4, HTTPS_PROXY=f"http://127.0.0.1:{port}")
    roads.fails("proxy_unresolved", ["cannot be resolved"], api, tries=4, HTTPS_PROXY=f"http://{NO_NAME}:1")


def show_settings(roads: Roads) -> None:
    """A setting that cannot be used is refused before anything is asked, and its value is not shown."""
    for settings in (
        {"NETSYNC_HTTP_CA_FILE": "/nowhere/ca.pem"}, {"NETSYNC_HTTP_CA_FILE": "/dev/null"},
        {"HTTPS_PROXY": f"socks5://{USER}:secret@proxy.test"}, {"NETSYNC_HTTP_PROXY": f"http://{USER}:secret@:1"},
        {"https_proxy": "http://proxy.test:99999"},
    ):
        host = roads.host(f"https://{API}/v2", **settings)
        answer = host.run("pull", exits=(78,))
        require(next(iter(settings)) in answer.errors and "secret" not in answer.errors, f"told as {answer}")
        roads.run.count("settings refused")


if __name__ == "__main__":
    main("road", __doc__.partition("\n")[0], {}, show)

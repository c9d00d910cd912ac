"""What both scripts share: a running `netsync sandbox`, the vendor's client for it, and checks that are counted."""

from __future__ import annotations

import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import telnyx

READY_WITHIN_S = 20
ENDS_WITHIN_S = 10


@contextmanager
def running_sandbox(binary: str, *options: str) -> Iterator[str]:
    """Starts a sandbox on a free port of this host, gives its base URL, and ends it by SIGTERM."""
    command = [binary, "sandbox", "--listen", "127.0.0.1:0", *options]
    with tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
        assert process.stdout is not None
        try:
            # The line is flushed as a whole: once there is something to read, all of it is there.
            ready, _, _ = select.select([process.stdout], [], [], READY_WITHIN_S)
            line = process.stdout.readline().strip() if ready else ""
            greeting, _, base_url = line.rpartition(" ")
            if greeting != "Listening on" or not base_url.startswith("http://127.0.0.1:"):
                stderr.seek(0)
                raise RuntimeError(f"the sandbox did not start: {line!r} {stderr.read().decode()!r}")
            yield base_url
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise RuntimeError("the sandbox did not end on SIGTERM") from None
            finally:
                process.stdout.close()


@contextmanager
def vendor_client(base_url: str, api_key: str) -> Iterator[telnyx.Telnyx]:
    """The vendor's client, without its own retries: they would hide errors. No proxy of the environment is asked."""
    http_client = telnyx.DefaultHttpxClient(trust_env=False, base_url=base_url)
    with telnyx.Telnyx(api_key=api_key, base_url=base_url, max_retries=0, http_client=http_client) as client:
        yield client


class Checks:
    """Prints each check as it is made, and counts."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def did(self, what: str) -> None:
        print(f"-- {what}", flush=True)

    def equal(self, what: str, found: object, expected: object) -> None:
        if found != expected and isinstance(found, dict) and isinstance(expected, dict):
            keys = [key for key in found | expected if found.get(key) != expected.get(key)]
            found, expected = ({key: side.get(key) for key in keys} for side in (found, expected))
            self.true(what, False, f"where they differ: found {found!r}, expected {expected!r}")
        else:
            self.true(what, found == expected, f"found {found!r}, expected {expected!r}")

    def true(self, what: str, holds: bool, otherwise: str = "") -> None:
        if holds:
            self.passed += 1
            print(f"ok {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED {what}: {otherwise or 'it does not hold'}", flush=True)

    def finish(self) -> int:
        """Prints the closing line; the exit status of the script."""
        if self.failed:
            print(f"interop: {self.failed} of {self.passed + self.failed} checks FAILED")
            return 1
        print(f"interop: {self.passed} checks passed")
        return 0


def main(show: Callable[[str, Checks], None]) -> None:
    """Runs one script with the binary that the command line names."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} NETSYNC")
    checks = Checks()
    show(sys.argv[1], checks)
    sys.exit(checks.finish())

#!/usr/bin/env python3
"""Times a first and a second pull of a large made-up account over loopback, and their peak memory.

    Tests/Benchmarks/bulk_pull.py [BINARY [NETWORKS]]
    Tests/Benchmarks/bulk_pull.py --against OTHER [--rounds N] [BINARY [NETWORKS]]

BINARY is a release build (.build/release/netsync), NETWORKS how many the sandbox serves (100000). The raw
walk asks for the same pages and stores nothing: the sandbox's share of the time. These pulls leave the
interfaces out; the last line reads those of 2,000 networks too, which is one request for each.

With --against, two builds take turns against one sandbox, and the ratio of their times is printed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request


def raw_walk(base_url: str) -> float:
    """Asks for every page, one after the other, and throws the bodies away: the sandbox's share of the time."""
    started = time.monotonic()
    page, pages = 1, 1
    while page <= pages:
        request = urllib.request.Request(
            f"{base_url}/networks?page%5Bnumber%5D={page}&page%5Bsize%5D=250", headers={"Authorization": "Bearer key"}
        )
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        if page == 1:
            pages = json.loads(body)["meta"]["total_pages"]
        page += 1
    return time.monotonic() - started


def pull(binary: str, environment: dict[str, str], *flags: str) -> tuple[float, float, dict]:
    """One pull: seconds, peak memory in MiB, and its result."""
    started = time.monotonic()
    process = subprocess.Popen([binary, "pull", *flags, "--json"], stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"the pull failed with exit code {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024, json.loads(output)


class Account:
    """A sandbox with so many networks, while it is used."""

    def __init__(self, binary: str, networks: int) -> None:
        command = [binary, "sandbox", "--networks", str(networks)]
        self.sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base_url = self.sandbox.stdout.readline().split()[-1]

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.terminate()
        self.sandbox.wait()

    def environment(self, directory: str) -> dict[str, str]:
        return dict(
            os.environ,
            TELNYX_BASE_URL=self.base_url,
            TELNYX_API_KEY="key",
            NETSYNC_REPLICA=f"{directory}/replica.sqlite",
        )


def line(name: str, seconds: float, mebibytes: float, result: dict) -> str:
    return (
        f"{name:16} {seconds:6.2f} s, peak {mebibytes:5.0f} MiB, {result['networks']} networks, "
        f"{result['new']} new, {result['changed']} changed, {result['gone']} gone"
    )


def show(binary: str, networks: int) -> None:
    with Account(binary, networks) as account, tempfile.TemporaryDirectory() as directory:
        print(f"{'raw walk':16} {raw_walk(account.base_url):6.2f} s")
        environment = account.environment(directory)
        for name in ("first pull", "second pull"):
            print(line(name, *pull(binary, environment, "--networks-only")))
    with Account(binary, 2_000) as account, tempfile.TemporaryDirectory() as directory:
        seconds, mebibytes, result = pull(binary, account.environment(directory))
        print(line("with interfaces", seconds, mebibytes, result) + f", {result['interfaces']} interfaces")


def compare(binary: str, other: str, networks: int, rounds: int) -> None:
    """Both in turns, and the ratio of each round: the first pull, and the second one."""
    ratios: dict[str, list[float]] = {"first pull": [], "second pull": []}
    with Account(binary, networks) as account:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as mine, tempfile.TemporaryDirectory() as theirs:
                for name, found in ratios.items():
                    ours = pull(binary, account.environment(mine), "--networks-only")[0]
                    found.append(ours / pull(other, account.environment(theirs), "--networks-only")[0])
    for name, found in ratios.items():
        print(f"{name:16} x {statistics.median(found):.3f} of the other (from {min(found):.3f} to {max(found):.3f}, {rounds} rounds)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default=".build/release/netsync")
    parser.add_argument("networks", nargs="?", type=int, default=100_000)
    parser.add_argument("--against", help="another build, to take turns with")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    binary = os.path.realpath(options.binary)
    if options.against:
        compare(binary, os.path.realpath(options.against), options.networks, options.rounds)
    else:
        show(binary, options.networks)


if __name__ == "__main__":
    main()

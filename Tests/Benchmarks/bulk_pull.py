#!/usr/bin/env python3
"""Times a first and a second pull of a large made-up account over loopback, and their peak memory.

    Tests/Benchmarks/bulk_pull.py [BINARY [NETWORKS]]

BINARY is a release build (.build/release/netsync), NETWORKS how many the sandbox serves (100000). The raw
walk asks for the same pages and stores nothing: the sandbox's share of the time.
"""

import json
import os
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


def pull(binary: str, environment: dict[str, str]) -> tuple[float, float, dict]:
    """One pull: seconds, peak memory in MiB, and its result."""
    started = time.monotonic()
    process = subprocess.Popen([binary, "pull", "--networks-only", "--json"], stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"the pull failed with exit code {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024, json.loads(output)


def main() -> None:
    binary = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else ".build/release/netsync")
    networks = sys.argv[2] if len(sys.argv) > 2 else "100000"
    sandbox = subprocess.Popen([binary, "sandbox", "--networks", networks], stdout=subprocess.PIPE, text=True)
    try:
        base_url = sandbox.stdout.readline().split()[-1]
        print(f"raw walk     {raw_walk(base_url):6.2f} s")
        with tempfile.TemporaryDirectory() as directory:
            environment = dict(
                os.environ,
                TELNYX_BASE_URL=base_url,
                TELNYX_API_KEY="key",
                NETSYNC_REPLICA=f"{directory}/replica.sqlite",
            )
            for name in ("first pull", "second pull"):
                seconds, mebibytes, result = pull(binary, environment)
                print(
                    f"{name:12} {seconds:6.2f} s, peak {mebibytes:5.0f} MiB, {result['networks']} networks, "
                    f"{result['new']} new, {result['changed']} changed, {result['gone']} gone"
                )
    finally:
        sandbox.terminate()
        sandbox.wait()


if __name__ == "__main__":
    main()

"""Pulls while the rows of the listing shift between its pages, and looks for a network that a pull took for deleted.

A listing of several pages loses a row to the walker whenever a network in front of it goes away between two pages.
None of the account's own networks may ever be missing from the replica for it: only the one that comes and goes.
Afterwards the listing holds still, a network is deleted there, and that one is gone after one pull, with the answer
that proves it.

The first pull is of a listing that holds still: a walk that passes by a network which was never seen cannot know.
"""

from __future__ import annotations

from checks import Run, equal, main, require
from host import Host, check_seeking
from sandbox import documents, running

NETWORKS = 600
PAGES = 3
# The others walk the networks alone: an interface list for each of 600 takes ten times as long.
WITH_INTERFACES_EVERY = 20


def show(run: Run) -> None:
    check_seeking()
    account = ("--networks", str(NETWORKS), "--seed", str(run.options.seed))
    with running(run.binary, run.folder, *account) as sandbox:
        port, own = sandbox.port, set(sandbox.networks())
        host = Host(run.binary, run.folder / "host", sandbox.base_url)
        equal("new, as the first pull says", host.json("pull", "--networks-only")["new"], NETWORKS)
    with running(run.binary, run.folder, *account, "--page-shift", "0.5", port=port):
        for number in range(run.options.pulls):
            pull(run, host, own, with_interfaces=number % WITH_INTERFACES_EVERY == 0)
        require(run.counts["rows missed and looked up"] > 0, "no walk missed a row: nothing was shown")
    with running(run.binary, run.folder, *account, port=port) as sandbox:
        quiet = host.json("pull", "--networks-only")
        equal("of the quiet pull", (quiet["complete"], quiet["held"]), (True, 0))
        equal("the replica, beside the server", documents(host.listed()), documents(sandbox.networks()))
        deleted = run.chance.choice(sorted(own))
        sandbox.delete(deleted)
        report = host.json("pull", "--networks-only")
        equal("gone, as the pull says", report["gone"], 1)
        equal("what is listed", set(host.listed("--all")), own - {deleted})
        host.check_evidence_of_absence(deleted)
        equal("gone, as the next pull says", host.json("pull", "--networks-only")["gone"], 0)
        equal("what is listed then", set(host.listed("--all")), own - {deleted})
    host.check_integrity()
    run.count("files searched for the key", host.check_secrets())


def pull(run: Run, host: Host, own: set[str], *, with_interfaces: bool) -> None:
    report = host.json("pull", *(() if with_interfaces else ("--networks-only",)))
    equal("how the pull ended", (report["outcome"], report["complete"]), ("ok", True))
    found = {network_id: name for network_id, name in host.rows("SELECT id, name FROM networks")}
    missing = own - found.keys()
    require(not missing, f"taken for deleted: {sorted(missing)}, by a pull that says {report}")
    strangers = {name for network_id, name in found.items() if network_id not in own}
    require(strangers <= {"scratch"}, f"nobody made {strangers - {'scratch'}}")
    run.count("pulls")
    run.count("networks that came", report["new"])
    run.count("that went", report["gone"])
    if not with_interfaces:
        # Beyond the pages, a request is a question for one network that the walk did not list.
        run.count("rows missed and looked up", report["requests"] - PAGES - report["gone"])


if __name__ == "__main__":
    main("page_shift", __doc__, {"pulls": (60, "pulls")}, show)

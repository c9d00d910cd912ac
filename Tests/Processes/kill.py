"""Kills netsync, and looks for what it lost, made twice or brought back.

Edits, pulls, pushes, syncs and a daemon run against a sandbox that is slow, fails, or loses its answers. They are ended
by SIGKILL: at one of their system calls that write to a file, make it durable, send to the server or receive from
it, before the call, in the middle or after it; or at a random instant. So are commands that bring an old file up to
date, that make a new one, that fold the log into the file, and those that start upon what a killed one has left.

After each kill the file is sound, every edit that was acknowledged is accounted for, what is read is what was asked
for, and nothing was sent twice, too early or in another order. Now and then a sync is left in peace: both sides are
then the same, and the same as what was asked for.
"""

from __future__ import annotations

import time

from checks import Run, main
from host import check_seeking
from kill_calls import KINDS
from kill_parts import PARTS, Part
from kill_planted import check_judging
from kill_world import Campaign

COUNTS = (
    "kills", *(f"at a {kind}" for kind in KINDS), "at a random instant",
    "in a checkpoint", "in a migration", "in a recovery",
)


def play(campaign: Campaign, part: Part, kills: int) -> None:
    """Cases of one part, in as many worlds as it takes."""
    goal = campaign.kills + kills
    started = time.monotonic()
    worlds = 0
    while campaign.kills < goal:
        with campaign.world(part.networks, part.faults[worlds % len(part.faults)], **dict(part.settings)) as world:
            world.begin()
            for number in range(1, part.cases_per_world + 1):
                part.case(world)
                if campaign.kills >= goal:
                    break
                if number % part.cases_until_peace == 0:
                    world.make_peace()
            world.end()
        worlds += 1
        campaign.run.count("worlds")
    print(f"  {part.name}: {kills} kills and more, {time.monotonic() - started:.1f} s", flush=True)


def show(run: Run) -> None:
    check_seeking()
    for what in COUNTS:
        run.count(what, 0)
    campaign = Campaign(run)
    with campaign.world(8) as world:
        world.begin()
        check_judging(world)
    for part in PARTS:
        play(campaign, part, round(run.options.kills * part.share))
    for positions in campaign.positions.values():
        print(f"  {positions.name}: {len(positions.met)} of {positions.counts.total()} calls")
    met = sum(len(positions.met) for positions in campaign.positions.values())
    run.count("calls met", met)
    run.count("calls counted", sum(positions.counts.total() for positions in campaign.positions.values()))


if __name__ == "__main__":
    main("kill", __doc__, {
        "kills": (300, "kills"),
        "settle": (500, "milliseconds in which an unanswered create may still arrive"),
    }, show)

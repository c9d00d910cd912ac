"""Writes the package with every mutant in it, and looks whether the simulation catches each."""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sites import SWITCH, BadTable, Mutant, marks, rewritten
from table import CARRYING_OUT, MUTANTS, RULES

PACKAGE = Path(__file__).resolve().parents[2]
WORK = PACKAGE / ".build/mutants"
BINARY = WORK / "netsync-simulate"
# Where the rules stand, and how many of their mutants may stand elsewhere.
RULES_FOLDER = "Sources/NetsyncReconcile/"
ELSEWHERE = 3
# For each mutant the seed that caught it when it was last hunted afresh. A change of the simulation makes another world of a seed, which
# need not catch it any more: the hunt then goes on from the first seed.
KNOWN = Path(__file__).with_name("seeds.txt")
# Without a mutant so many seeds must find nothing.
QUIET_SEEDS = 300
# Each repeat begins so many seeds after the one before.
STRIDE = 1_000_000
# A seed takes milliseconds. What takes longer than this hangs.
ENDS_WITHIN_S = 1_800
CAUGHT = re.compile(r"^caught after (\d+) seeds?: (\d+) (.*)$", re.MULTILINE)
# What no single seed breaks, but all of them together.
CAUGHT_BY_ALL = re.compile(r"^  (I\d+ .*)$", re.MULTILINE)


# MARK: Writing


def write() -> None:
    """The package as SwiftPM needs it, under .build/mutants/package. A file that stays the same keeps its time."""
    tree = WORK / "package"
    check_rooms()
    mutated = rewritten(PACKAGE, MUTANTS)
    wanted = {SWITCH: mutated[SWITCH].encode()}
    for file in sources():
        name = str(file.relative_to(PACKAGE))
        wanted[name] = mutated[name].encode() if name in mutated else file.read_bytes()
    for name, content in wanted.items():
        file = tree / name
        if file.is_file() and file.read_bytes() == content:
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    for folder in ("Schema", "Sources", "Tests"):
        for file in (tree / folder).rglob("*"):
            if file.is_file() and str(file.relative_to(tree)) not in wanted:
                file.unlink()
    print(f"{len(MUTANTS)} mutants in {len(mutated) - 1} files")


def check_rooms() -> None:
    """The mutants of rules stand where the rules are; those that do not say why."""
    places = marks(PACKAGE)
    elsewhere = [mutant for mutant in RULES if mutant.name in places and not places[mutant.name].file.startswith(RULES_FOLDER)]
    for mutant in elsewhere:
        if mutant.reason is None:
            raise BadTable(f"{mutant.name}: it is of a rule, stands in {places[mutant.name].file}, and gives no reason")
    if len(elsewhere) > ELSEWHERE:
        raise BadTable(f"{len(elsewhere)} mutants of rules stand outside of {RULES_FOLDER}, {ELSEWHERE} may")
    for mutant in CARRYING_OUT:
        if mutant.name in places and places[mutant.name].file.startswith(RULES_FOLDER):
            raise BadTable(f"{mutant.name}: it is of the carrying out, and stands among the rules")
    print(f"{len(RULES)} of rules, {len(RULES) - len(elsewhere)} of them in {RULES_FOLDER}; {len(CARRYING_OUT)} of the carrying out")


def sources() -> list[Path]:
    """Test targets too, and what they share, for the manifest speaks of them: nothing of them is built."""
    files = [PACKAGE / "Package.swift"]
    if (PACKAGE / "Package.resolved").is_file():
        files.append(PACKAGE / "Package.resolved")
    others = (PACKAGE / "Tests" / name for name in ("Benchmarks", "Fuzz", "NetsyncTestSupport"))
    tests = [*(PACKAGE / "Tests").glob("*Tests"), *others]
    for folder in (PACKAGE / "Schema", PACKAGE / "Sources", *sorted(tests)):
        files += sorted(file for file in folder.rglob("*") if file.is_file())
    return files


# MARK: Running


@dataclass
class Hunt:
    """What became of one campaign. `seeds` is None where nothing was found, `seed` also where it took all of them together."""

    seeds: int | None
    violation: str
    seed: int | None = None
    # It neither found something nor came to its end.
    failure: str | None = None

    @property
    def invariant(self) -> str:
        return self.violation.partition(":")[0]


def hunt(mutant: str, seed: int, seeds: int, workers: int) -> Hunt:
    command = [
        str(BINARY), "--seeds", str(seeds), "--seed", str(seed), "--workers", str(workers), "--until-violation",
    ]
    environment = {**os.environ, "NETSYNC_MUTANT": mutant}
    try:
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Hunt(None, "", failure=f"did not end within {ENDS_WITHIN_S} s")
    caught = CAUGHT.search(ended.stdout)
    if ended.returncode == 1 and caught:
        return Hunt(int(caught[1]), caught[3], int(caught[2]))
    if ended.returncode == 1 and (by_all := CAUGHT_BY_ALL.search(ended.stdout)):
        return Hunt(seeds, by_all[1])
    if ended.returncode == 0 and not caught:
        return Hunt(None, "")
    said = (ended.stderr or ended.stdout).strip().splitlines()
    return Hunt(None, "", failure=f"ended with {ended.returncode}: {said[-1] if said else 'without a word'}")


def row(name: str, rule: str, caught_by: str, seeds: str) -> str:
    return f"{name:36} {rule:10} {caught_by:34} {seeds:>8}"


def known_seeds() -> dict[str, int]:
    """Those of seeds.txt, by mutant."""
    lines = KNOWN.read_text().splitlines() if KNOWN.is_file() else []
    return {name: int(seed) for name, seed in (line.split() for line in lines)}


def keep(seeds: dict[str, int]) -> None:
    """Writes seeds.txt, in the order of the table."""
    KNOWN.write_text("".join(f"{mutant.name} {seeds[mutant.name]}\n" for mutant in MUTANTS if mutant.name in seeds))


def show(mutant: Mutant, known: dict[str, int], options: argparse.Namespace) -> bool:
    """Prints a mutant's row, and makes known what caught it afresh. False where it got away in one of its repeats."""
    if not options.afresh and (seed := known.get(mutant.name)) is not None:
        again = hunt(mutant.name, seed, 1, 1)
        if again.seeds is not None:
            print(row(mutant.name, mutant.rule, again.invariant, f"at {seed}"), flush=True)
            return True
    hunts = [
        hunt(mutant.name, options.seed + repeat * STRIDE, options.seeds, options.workers)
        for repeat in range(options.repeats)
    ]
    if options.afresh:
        known.pop(mutant.name, None)
        known.update({mutant.name: hunt.seed for hunt in hunts[:1] if hunt.seed is not None})
    found = [found.seeds for found in hunts if found.seeds is not None]
    failures = [hunt.failure for hunt in hunts if hunt.failure]
    invariants = Counter(hunt.invariant for hunt in hunts if hunt.seeds is not None)
    if failures:
        caught_by = failures[0]
    elif len(found) < len(hunts):
        caught_by = f"NOT CAUGHT in {len(hunts) - len(found)} of {len(hunts)}"
    else:
        caught_by = invariants.most_common(1)[0][0]
    seeds = str(round(statistics.median(found))) if found else "-"
    print(row(mutant.name, mutant.rule, caught_by, seeds), flush=True)
    return len(found) == len(hunts)


def run(options: argparse.Namespace) -> int:
    if not os.access(BINARY, os.X_OK):
        print(f"mutants: no simulation at {BINARY}; 'Tests/Mutants/build' makes it", file=sys.stderr)
        return 1
    unknown = set(options.names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        print(f"mutants: the table has no {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    quiet = hunt("", options.seed, QUIET_SEEDS, options.workers)
    if quiet.seeds is not None or quiet.failure:
        what = quiet.failure or f"finds {quiet.violation}"
        print(f"mutants: without a mutant, the simulation {what}; nothing that it catches would count", file=sys.stderr)
        return 1
    print(row("mutant", "rule", "caught by", "seeds"), flush=True)
    chosen = [mutant for mutant in MUTANTS if not options.names or mutant.name in options.names]
    known = known_seeds()
    escaped = [mutant.name for mutant in chosen if not show(mutant, known, options)]
    if options.afresh:
        keep(known)
    print(f"{len(chosen) - len(escaped)} of {len(chosen)} mutants caught, within {options.seeds} seeds each")
    for name in escaped:
        print(f"got away: {name}", file=sys.stderr)
    return 1 if escaped else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="write the package with every mutant in it")
    runner = commands.add_parser("run", help="look whether the simulation catches each")
    runner.add_argument("--seeds", type=int, default=10_000, help="within so many seeds each must be caught")
    runner.add_argument("--afresh", action="store_true", help="do not begin with the seeds of seeds.txt, and write them anew")
    runner.add_argument("--repeats", type=int, default=1, help="from so many first seeds")
    runner.add_argument("--seed", type=int, default=1, help="the first seed of the first repeat")
    runner.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="seeds that run at the same time")
    runner.add_argument("names", nargs="*", help="only these mutants")
    options = parser.parse_args()
    if options.command == "run":
        if not options.afresh and (options.repeats, options.seed) != (1, 1):
            runner.error("--repeats and --seed need --afresh")
        return run(options)
    try:
        write()
    except BadTable as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

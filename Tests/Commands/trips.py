"""Hostile names: exact where programs read, harmless where people do, in every list, picture, log and page."""

from __future__ import annotations

import html.parser
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.parse
import xml.etree.ElementTree
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ContextManager

import looks
import ways
from checks import Violation
from host import Answer
from looks import expect, visible
from names import HOSTILE, TOO_LONG, here
from sandbox import running
from shapes import SOURCES, Shapes
from stages import CLOSED, ESCAPES, PATH, TAG, TURNED, World
from ways import COLORED, DUMB, PLAIN, Stop, Terminal

SVG = "{http://www.w3.org/2000/svg}"
SVG_ELEMENTS = {"svg", "title", "style", "g", "rect", "text", "path"}
# A string in quotes, a name, a sign: https://graphviz.org/doc/info/lang.html
DOT = re.compile(r'\s+|"((?:[^"\\]|\\.)*)"|\w+|--|[\[\]{}=,;]', re.DOTALL)
# What a line of a flowchart can be: its head, a node with its text in quotes, a link.
MERMAID = re.compile(
    r'flowchart LR|  r\d+\(\["([^"\n]*)"\]\)|  n\d+\["([^"\n]*)"\]|  n\d+ (?:---|-\.-) n\d+i\d+\("([^"\n]*)"\)'
    r"|  n\d+i\d+ (?:---|-\.-) r\d+"
)
# What bash does where somebody who wants to see a network asks for its name.
COMPLETE = r"""
source <(netsync completion bash)
COMP_WORDS=(netsync networks show '') COMP_CWORD=3 COMP_LINE='netsync networks show ' COMP_POINT=22
_netsync netsync '' show
printf '%s\0' "${COMPREPLY[@]}"
"""
# What the page is made of: it needs no script and no picture of somebody else, and a name makes no element.
ELEMENTS = {
    element for file in (SOURCES / "NetsyncPage").rglob("*.*") for element in re.findall(r"<([a-z][a-z0-9]*)\b", file.read_text())
} - {"script", "iframe", "img", "object", "embed"}


class Page(html.parser.HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


class Trips:
    """Commands that follow each other on one replica."""

    def __init__(self, binary: str, world: World, shapes: Shapes, way: Callable[[str, str], ContextManager[None]]) -> None:
        self.binary, self.world, self.shapes, self.way = binary, world, shapes, way

    def home(self, stage: str) -> tuple[Path, dict[str, str]]:
        home = self.world.fresh(stage)
        return home, self.world.stages[stage].environment | {"HOME": str(home), "PATH": PATH}

    def run(self, home: tuple[Path, dict[str, str]], *arguments: str, terminal: Terminal | None = None) -> Answer:
        answer = ways.run([self.binary, *arguments], *home, terminal=terminal)
        expect(answer.status == 0, f"exit 0 of {answer}")
        return answer

    def names_are_exact(self) -> None:
        """What was made here and there is listed as it was made, to the byte."""
        stocked = self.home("stocked")
        found = {row["name"] for row in self.run(stocked, "networks", "list", "--json").json}
        missing = {*HOSTILE, *map(here, HOSTILE)} - found
        expect(not missing, f"every name as it was made, but {sorted(missing)!r} are not listed")
        for name in HOSTILE:
            shown = self.run(stocked, "networks", "show", "--json", "--", name).json
            expect(shown["name"] == name, f"{name!r} to name its network, but it names {shown['name']!r}")

    def export_comes_back(self) -> None:
        """The export changes nothing where it came from, and makes the same names elsewhere."""
        stocked = self.home("stocked")
        listed = self.run(stocked, "networks", "list", "--json").json
        exported = self.run(stocked, "export", "--format", "json").json
        self.shapes.check("networks-list", exported)
        expect(exported == listed, "the export to be what is listed")
        table = self.run(stocked, "export").output
        looks.check_csv(table, listed)
        looks.check_nothing_hidden(self.run(stocked, "export", terminal=PLAIN).output.replace("\r\n", "\n"), "on stdout")
        self.run(stocked, "export", "--to", "out.csv")
        expect((stocked[0] / "out.csv").read_bytes() == table.encode(), "the same bytes in a file as in a pipe")
        again = self.run(stocked, "import", "out.csv", "--dry-run", "--json").json
        expect((again["edits"], again["unchanged"]) == ([], len(listed)), f"an import that changes nothing, but it is {again!r}")
        self.run(stocked, "export", "--fields", "name", "--to", "names.csv")
        bare = self.home("bare")
        shutil.copy(stocked[0] / "names.csv", bare[0])
        self.run(bare, "import", "names.csv")
        made = {row["name"] for row in self.run(bare, "networks", "list", "--json").json}
        expect(made == {row["name"] for row in listed}, "the same names in an empty replica")

    def export_of_strange_comes_back(self) -> None:
        """The same where the API gives a network no name."""
        strange = self.home("strange")
        self.run(strange, "export", "--to", "out.csv")
        again = self.run(strange, "import", "out.csv", "--dry-run", "--json").json
        expect(again["edits"] == [], f"an import that changes nothing, but it is {again!r}")

    def lists_are_paged(self) -> None:
        """At a terminal a list goes through the pager, whole or until its reader has enough; and as it is where there is none."""
        home, environment = self.home("stocked")
        plain = self.run((home, environment), "networks", "list", terminal=PLAIN).output
        listed = plain.replace("\r\n", "\n").splitlines()
        for pager, seen in {
            "sed s/^/|/": ["|" + line for line in listed], "head -n 1": listed[:1], "no-such-pager": listed, "true": [],
        }.items():  # fmt: skip
            paged = self.run((home, environment | {"NETSYNC_PAGER": pager}), "networks", "list", terminal=PLAIN).output
            expect(paged.replace("\r\n", "\n").splitlines() == seen, f"the list through '{pager}', but it is {paged!r}")
        piped = self.run((home, environment | {"NETSYNC_PAGER": "sed s/^/|/"}), "networks", "list").output
        expect(not piped.startswith("|"), "no pager in a pipe")

    def pictures_are_sound(self) -> None:
        for stage in ("stocked", "strange"):
            home = self.home(stage)
            networks = self.run(home, "networks", "list", "--json").json
            labels = {
                visible(row["name"] or row["id"] or row["local_id"]) + ("" if row["state"] == "synced" else f" ({row['state']})")
                for row in networks
            }
            interfaces = self.run(home, "interfaces", "list", "--json").json
            texts = {visible(row["name"] or row["type"] or row["id"]) for row in interfaces}
            regions = {visible(row["region_code"]) for row in interfaces if row["region_code"] is not None}
            for terminal in (None, PLAIN, DUMB):
                said = {
                    form: self.run(home, "graph", "-o", form, terminal=terminal).output
                    for form in ("text", "dot", "mermaid", "svg")
                }
                for form, output in said.items():
                    looks.check_nothing_hidden(output, f"in {form}")
                missing = labels - set(said["text"].splitlines())
                expect(not missing, f"every network in the text, but {sorted(missing)!r} are not there")
                expected = labels | texts | regions
                for form, found in (("dot", dot_labels(said["dot"])), ("mermaid", mermaid_labels(said["mermaid"]))):
                    expect(expected <= found, f"every name in {form}, but {sorted(expected - found)!r} are not there")
                    expect(found <= expected, f"no other text in {form}, but there is {sorted(found - expected)!r}")
                check_svg(said["svg"], len(networks), len(interfaces), {visible(row["name"] or row["id"]) for row in networks})
            self.draw(said["dot"])

    def draw(self, dot: str) -> None:
        """Has graphviz itself read it, where there is one."""
        if program := shutil.which("dot"):
            drawn = subprocess.run([program, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=60)
            expect(drawn.returncode == 0, f"a graph that graphviz takes, but it says {drawn.stderr.decode()!r}")
            xml.etree.ElementTree.fromstring(drawn.stdout)

    def logs_are_harmless(self) -> None:
        """At the most talkative level, as text and as JSON, at a terminal and in a pipe."""
        for terminal in (None, PLAIN, DUMB, COLORED):
            for form in ("text", "json"):
                home, environment = self.home("stocked")
                environment |= {"NETSYNC_LOG_FORMAT": form, "NETSYNC_LOG_LEVEL": "trace"}
                command = [self.binary, "sync", "-y", "--networks-only", "--progress", "never"]
                answer = ways.run(command, home, environment, terminal=terminal)
                expect(answer.status == 7, f"exit 7 of {answer}")
                errors = looks.shown(answer, terminal).errors if terminal else answer.errors
                looks.check_nothing_hidden(errors, "in the log")
                if form == "json":
                    self.check_log(errors, {"road", "request"})

    def check_log(self, errors: str, events: set[str]) -> None:
        found = [json.loads(line) for line in errors.splitlines() if line.startswith('{"time"')]
        for line in found:
            self.shapes.check("log-line", line)
        missing = events - {line["message"] for line in found}
        expect(not missing, f"the events {sorted(missing)} in the log, but there are {errors[:300]!r}")

    def hooks_are_told(self) -> None:
        """A hook gets an object about the edit that was refused; one that fails is in the log."""
        for hook, event in (("tee notice.json", "hook"), ("false", "hook failed")):
            home, environment = self.home("synced")
            self.run((home, environment), "networks", "create", "--", TOO_LONG)
            environment |= {"NETSYNC_ON_REFUSED": hook, "NETSYNC_LOG_FORMAT": "json", "NETSYNC_LOG_LEVEL": "info"}
            answer = ways.run([self.binary, "sync", "--progress", "never"], home, environment)
            expect(answer.status == 3, f"exit 3 of {answer}")
            self.check_log(answer.errors, {"road", event})
            if event == "hook":
                notice = json.loads((home / "notice.json").read_text())
                self.shapes.check("notice", notice)
                names = [edit["name"] for edit in notice["edits"]]
                expect(names == [TOO_LONG], f"the edit that was refused, but there is {names!r}")

    def completion_is_harmless(self) -> None:
        """What bash completes is a network by a name or an id, exactly; nothing of a name is run."""
        home, environment = self.home("stocked")
        (home / "bin").mkdir()
        (home / "bin" / "netsync").symlink_to(self.binary)
        environment["PATH"] = f"{home / 'bin'}:{PATH}"
        answer = ways.run(["bash", "-c", COMPLETE], home, environment)
        offered = {*answer.output.split("\0")} - {""}
        expect(len(offered) > 1, f"networks to be offered, but {answer}")
        with self.way("netsync completion bash", "names of all kinds, run"):
            # What stands in a name would make this file.
            expect(not (home / "here").exists(), "nothing of a name to be run")
        with self.way("netsync completion bash", "names of all kinds, offered"):
            listed = self.run((home, environment), "networks", "list", "--json").json
            strange = offered - {row[key] for row in listed for key in ("name", "id", "local_id")}
            expect(not strange, f"names and ids of networks, but there is {sorted(strange)[:3]!r}")

    def progress_fits(self, columns: int, level: str = "error") -> None:
        """A line of progress is taken back, which works only where it is one line, and the line of nothing else."""
        home, environment = self.home("bare")
        options = ("--networks", "400", "--latency", "60ms")
        with running(self.binary, self.world.run.folder / "sandbox", *options) as sandbox:
            environment |= {"TELNYX_BASE_URL": sandbox.base_url, "NETSYNC_HTTP_IN_FLIGHT": "8", "NETSYNC_LOG_LEVEL": level}
            window, enough = Terminal(columns, {"TERM": "xterm"}), Stop(signal.SIGINT, lambda _, errors: b" left" in errors or errors.count(b" debug ") > 200)
            answer = ways.run([self.binary, "pull"], home, environment, terminal=window, stop=enough)
        wanted = " left" in answer.errors if level == "error" else "Pulling" not in answer.errors and " debug " in answer.errors
        expect(answer.status == 130 and wanted, f"progress, or events in its place, but there is {answer.errors!r}")
        looks.shown(answer, window)

    def flag_of_verbosity_counts(self) -> None:
        """A flag counts before a variable and before a file of settings."""
        home, environment = self.home("synced")
        environment |= {"NETSYNC_LOG_LEVEL": "error", "NETSYNC_LOG_FORMAT": "json"}
        self.check_log(ways.run([self.binary, "pull", "-vv"], home, environment).errors, {"road", "request"})

    def page_is_harmless(self) -> None:
        """Every page of a daemon whose API is away: names are text, and nothing else."""
        for stage, level in (("stocked", "info"), ("strange", "debug")):
            seen, errors = self.daemon(stage, level)
            with self.way("netsync status", f"a daemon of {stage} runs"):
                status = json.loads(seen.pop("status"))
                self.shapes.check("status", status)
                expect(status["daemon"] is not None, "the daemon in the status")
            for path, source in seen.items():
                with self.way("netsync daemon", f"page of {stage}, {path}"):
                    check_page(path, source)
            with self.way("netsync daemon", f"page of {stage}"):
                text = " ".join(Page(seen["/networks"]).texts)
                for name in (HOSTILE if stage == "stocked" else (f"strange {TURNED}", f"{ESCAPES} strange")):
                    expect(visible(name).strip() in text, f"{visible(name)!r} on the page")
            with self.way("netsync daemon", f"log of {stage}"):
                looks.check_nothing_hidden(errors, "in the log")
                token = re.search(r'name="token" value="([^"]+)"', seen["/"])
                expect(token is not None, "a form with a token")
                expect(token is None or token[1] not in errors, f"the token of the page's forms in no log at level {level}")
                if level == "info":
                    self.check_log(errors, {"road", "state", "the key stays as it was"})

    def daemon(self, stage: str, level: str) -> tuple[dict[str, str], str]:
        """What it shows while it runs, by path, and what `status` says; then its log. Meanwhile its key is spoilt."""
        home, environment = self.home(stage)
        environment |= {"TELNYX_BASE_URL": CLOSED, "NETSYNC_LOG_FORMAT": "json", "NETSYNC_LOG_LEVEL": level}
        key = home / "its-key"
        key.write_text("one-line\n")
        key.chmod(0o600)
        seen: dict[str, str] = {}

        def look(output: bytes, errors: bytes) -> bool:
            address = re.search(rb"Listening on http://(\S+)\n", output)
            if address and not seen:
                seen.update(self.fetch(address[1].decode(), stage))
                seen["status"] = ways.run([self.binary, "status", "--json"], home, environment).output
                key.write_text("two\nlines\n")
                os.kill(json.loads(seen["status"])["daemon"]["pid"], signal.SIGHUP)
            return b"the key stays as it was" in errors

        command = [self.binary, "daemon", "--listen", "127.0.0.1:0", "--api-key-file", str(key)]
        answer = ways.run(command, home, environment, stop=Stop(signal.SIGTERM, look))
        expect(answer.status == 0, f"exit 0 of {answer}")
        return seen, answer.errors

    def fetch(self, address: str, stage: str) -> Mapping[str, str]:
        """Pages by their paths."""
        words = self.world.stages[stage].words
        search = urllib.parse.quote(f"\"><script>{ESCAPES}{TURNED}")
        some = words.get("@conflict") or words["@hostile"]
        paths = (
            "/", "/networks", "/interfaces", f"/networks/{some}", f"/networks?q={search}", f"/interfaces?q={search}",
            f"/networks/{search}", f"/networks/{urllib.parse.quote(TAG, safe='')}", "/health", "/metrics",
        )
        found: dict[str, str] = {}
        for path in paths:
            connection = http.client.HTTPConnection(address, timeout=20)
            try:
                connection.request("GET", path, headers={"Connection": "close"})
                found[path] = connection.getresponse().read().decode()
            finally:
                connection.close()
        return found


def dot_labels(text: str) -> set[str]:
    """Every label of a graph, read back. All of it has to be language."""
    labels, place, before = set(), 0, ""
    while place < len(text):
        token = DOT.match(text, place)
        if not token:
            raise Violation(f"expected the language of graphs, but there is {text[place:place + 60]!r}")
        if token[1] is not None and before == "label=":
            labels.add(re.sub(r"\\(.)", r"\1", token[1]))
        before = (before if before == "label" else "") + token[0].strip()
        place = token.end()
    return labels


def mermaid_labels(text: str) -> set[str]:
    labels = set()
    for line in text.splitlines():
        found = MERMAID.fullmatch(line)
        if not found:
            raise Violation(f"expected a line of a flowchart, but there is {line!r}")
        for label in filter(None, found.groups()):
            expect(re.sub(r"#\d+;", "", label).isprintable(), f"a label, but there is {label!r}")
            labels.add(re.sub(r"#(\d+);", lambda number: chr(int(number[1])), label))
    return labels


def check_svg(text: str, networks: int, interfaces: int, names: set[str]) -> None:
    try:
        root = xml.etree.ElementTree.fromstring(text)
    except xml.etree.ElementTree.ParseError as reason:
        raise Violation(f"expected XML, but {reason}") from None
    elements = list(root.iter())
    strange = {element.tag.removeprefix(SVG) for element in elements} - SVG_ELEMENTS
    expect(not strange, f"no element of a name's making, but there is {sorted(strange)}")
    attributes = {name for element in elements for name in element.attrib if name.startswith("on")}
    expect(not attributes, f"no attribute that runs something, but there is {sorted(attributes)}")
    titles = [(element.text or "") for element in root.iter(f"{SVG}title")]
    expect(len(titles) > networks + interfaces, f"a title for each, but there are {len(titles)}")
    missing = {name for name in names if not any(title.startswith(name) for title in titles)}
    expect(not missing, f"every name in the drawing, but {sorted(missing)!r} are not there")


def check_page(path: str, source: str) -> None:
    """No element and no attribute of a name's making, and nothing that cannot be seen."""
    where = f"at {path}"
    if path in ("/health", "/metrics"):
        looks.check_nothing_hidden(source, where)
        return
    page = Page(source)
    for text in page.texts:
        looks.check_nothing_hidden(text, where)
    strange = sorted({tag for tag, _ in page.elements} - ELEMENTS)
    expect(not strange, f"no element of a name's making {where}, but there is {strange}")
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            expect(not name.startswith("on"), f"no attribute that runs something {where}, but {tag} has {attributes}")
            # What somebody searches for stays in its field as it was typed.
            if (tag, name) != ("input", "value"):
                looks.check_nothing_hidden(value or "", where)
            if name in ("href", "src", "action"):
                expect((value or "/")[0] in "/#", f"links to this page alone {where}, but {tag} has {value!r}")


# What they are about, and the way.
TRIPS: dict[tuple[str, str], Callable[[Trips], None]] = {
    ("netsync networks list, networks show", "names of all kinds"): Trips.names_are_exact,
    ("netsync export, import", "names of all kinds"): Trips.export_comes_back,
    ("netsync export, import", "a network without a name"): Trips.export_of_strange_comes_back,
    ("netsync networks list", "a pager"): Trips.lists_are_paged,
    ("netsync graph", "names of all kinds"): Trips.pictures_are_sound,
    ("netsync completion bash", "names of all kinds"): Trips.completion_is_harmless,
    ("netsync sync", "its log"): Trips.logs_are_harmless,
    ("netsync sync", "its hooks"): Trips.hooks_are_told,
    ("netsync pull -vv", "its log"): Trips.flag_of_verbosity_counts,
    ("netsync pull", "progress at 80 columns"): lambda trips: trips.progress_fits(80),
    ("netsync pull", "progress at 40 columns"): lambda trips: trips.progress_fits(40),
    ("netsync pull", "progress and log"): lambda trips: trips.progress_fits(80, "debug"),
    ("netsync daemon", "names of all kinds"): Trips.page_is_harmless,
}

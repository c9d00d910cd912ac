"""Walks through the page of a daemon in a real browser: looks, searches, settles a conflict, retries and discards an edit, makes,
renames and deletes a network, takes a change back, and lets go what is held.

It does so with the keyboard where a person would, at two widths, in light and in dark, and it sees to it that nothing is
fetched from elsewhere, that every text stands out from its ground, and that another site's form is turned away.
"""

from __future__ import annotations

import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Processes"))

from checks import Run, equal, main, require  # noqa: E402
from daemon import Daemon, daemon, until  # noqa: E402
from host import Host, check_seeking  # noqa: E402
from sandbox import Sandbox, running  # noqa: E402
from webdriver import ENTER, TAB, Browser, browsing  # noqa: E402

# No server takes it.
TOO_LONG = "x" * 300
SCREENS = ((1200, 800, "light"), (1200, 800, "dark"), (390, 844, "light"), (390, 844, "dark"))
# WCAG 2.2, 1.4.3: text of the size that this page has.
CONTRAST = 4.5
# WCAG 2.2, 2.5.8 asks for 24.
TARGET_PX = 36

PALE_TEXTS = """
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const ground = e => { for (; e; e = e.parentElement) {
  const c = numbers(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const pale = [];
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility()) continue;
  const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < arguments[0]) pale.push(`${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
}
return pale;
"""
SMALL_TARGETS = """
return [...document.querySelectorAll('button, input:not([type=hidden]), nav a')].filter(e => e.checkVisibility())
  .filter(e => e.getBoundingClientRect().height < arguments[0]).map(e => e.textContent || e.name);
"""
NAMELESS = """
return [...document.querySelectorAll('input:not([type=hidden])')].filter(e => !e.labels.length).map(e => e.name)
  .concat([...document.querySelectorAll('svg[role=img]:not([aria-label])')].map(e => 'svg'));
"""


def check_page(browser: Browser, what: str) -> None:
    """What holds for every page on every screen."""
    wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    require(wide <= 0, f"{what}: the page is {wide} pixels wider than the screen")
    equal(f"{what}: texts that are hard to read", browser.run(PALE_TEXTS, CONTRAST), [])
    equal(f"{what}: buttons that are hard to hit", browser.run(SMALL_TARGETS, TARGET_PX), [])
    equal(f"{what}: fields and drawings without a name", browser.run(NAMELESS), [])
    equal(f"{what}: headings of the first level", len(browser.all("h1")), 1)
    strangers = browser.run(
        "return performance.getEntriesByType('resource').map(e => e.name)"
        ".filter(n => !n.startsWith(location.origin + '/') && !n.startsWith('data:'))"
    )
    equal(f"{what}: what came from elsewhere", strangers, [])
    equal(f"{what}: complaints of the console", browser.complaints(), [])


def walk(run: Run, folder: Path, browser: Browser) -> None:
    with running(run.binary, folder / "sandbox", "--networks", "40", "--seed", "7") as sandbox:
        host = Host(run.binary, folder / "host", sandbox.base_url, NETSYNC_PUSH_ON_CONFLICT="hold", NETSYNC_LOG_LEVEL="info")
        host.run("pull")
        mine, theirs = edit_on_both_sides(host, sandbox)
        refused = host.edit("networks", "create", TOO_LONG)
        with daemon(host, "--interval", "1s", "--listen", "127.0.0.1:0") as it:
            until("two conflicts", 20, lambda: it.status()["conflicts"] == 2)
            until("the refusal", 20, lambda: it.status()["outbox"]["refused"] == 1)
            here = it.status()["daemon"]["listen"]
            show_everything(run, browser, here, theirs)
            search(browser, here, mine)
            settle(browser, here, sandbox, mine, theirs)
            work_on(browser, here, refused)
            until("peace", 20, lambda: it.status()["in_sync"])
            browser.open(here)
            browser.until("peace on the page", lambda: "In sync" in browser.text("h1"))
            equal("sections about conflicts", browser.all("#conflicts"), [])
            for width, height, scheme in (SCREENS[0], SCREENS[-1]):
                browser.look(width, height, scheme)
                edit(run, browser, here, sandbox, f"made at {width}")
            browser.look(*SCREENS[0])
            let_go(browser, here, sandbox, it)
            turn_away(run, browser, it)
        host.check_secrets()


def edit_on_both_sides(host: Host, sandbox: Sandbox) -> tuple[str, str]:
    """Two networks, each renamed here and there; gives their ids."""
    ids = sorted(host.listed())[:2]
    for number, network_id in enumerate(ids):
        sandbox.rename(network_id, f"theirs {number}")
        host.edit("networks", "rename", network_id, f"mine {number}")
    return ids[0], ids[1]


def show_everything(run: Run, browser: Browser, here: str, network_id: str) -> None:
    """Every page on every screen, photographed."""
    for width, height, scheme in SCREENS:
        browser.look(width, height, scheme)
        for name, path in (("overview", "/"), ("networks", "/networks"), ("network", f"/networks/{network_id}"), ("interfaces", "/interfaces")):
            browser.open(here + path)
            what = f"{name} at {width} in {scheme}"
            check_page(browser, what)
            browser.photograph(run.shots / f"{name}-{width}-{scheme}.png")
            run.count("pages looked at")
    browser.look(*SCREENS[0])


def search(browser: Browser, here: str, network_id: str) -> None:
    """By keyboard: past the header, into the field, and the answer."""
    browser.open(f"{here}/networks")
    equal("networks listed", len(browser.all("#networks tbody tr")), 41)
    browser.type(TAB)
    equal("what the first tab comes to", browser.focused(), "Skip to the content")
    browser.type(ENTER)
    browser.tab_to("q")
    browser.type("MINE 0")
    browser.enter()
    equal("what was found", browser.texts("#networks tbody td:first-child"), ["mine 0"])
    equal("how many were found", browser.text("#found"), "1 of 41 networks.")
    browser.open(f"{here}/networks?q={network_id[:8]}")
    browser.follow("#networks a")
    require(browser.url.endswith(network_id), f"the link leads to {browser.url}")
    require("mine 0" in browser.text("h1"), "the network's page does not name it")
    browser.open(f"{here}/interfaces?q=no+such+thing")
    require(browser.text("#found").startswith("None of "), f"something was found: {browser.text('#found')}")


def settle(browser: Browser, here: str, sandbox: Sandbox, mine: str, theirs: str) -> None:
    """One conflict each way, with the keyboard and with the mouse."""
    browser.open(here)
    equal("conflicts on the page", len(browser.all("article.dispute")), 2)
    browser.tab_to("Keep mine")
    browser.enter()
    require("Yours stands" in browser.text("[role=status]"), "nobody said that mine stands")
    until("mine, there", 10, lambda: sandbox.networks()[mine]["name"] == "mine 0")
    browser.follow("article.dispute button[value=theirs]")
    require("Theirs stands" in browser.text("[role=status]"), "nobody said that theirs stands")
    equal("theirs, there", sandbox.networks()[theirs]["name"], "theirs 1")


def work_on(browser: Browser, here: str, refused: int) -> None:
    """The refused edit is tried again, is refused again, and is discarded."""
    browser.open(here)
    row = f"#edit-{refused}"
    require("422" in browser.text(f"{row} .failure"), "the server's words are missing")
    browser.follow(f"{row} button[value=retry]")
    require(f"Edit {refused} waits to be sent again." in browser.text("[role=status]"), "nobody said that it waits")
    tried = lambda: browser.texts(f"{row} td:nth-child(5)") == ["2"] and "refused" in browser.text(f"{row} .state")  # noqa: E731
    browser.until("the second refusal", tried)
    browser.follow(f"{row} button[value=discard]")
    said = browser.text("[role=status]")
    require(f"Edit {refused} was discarded." in said, f"the page says {said!r}")


def edit(run: Run, browser: Browser, here: str, sandbox: Sandbox, name: str) -> None:
    """By keyboard alone: a network is made, renamed, has its name back, and is deleted."""
    names = lambda: [network["name"] for network in sandbox.networks().values()]  # noqa: E731
    browser.open(f"{here}/networks")
    browser.tab_to("name", most=200)
    browser.type(name)
    browser.enter()
    require("is queued" in browser.text("[role=status]"), "nobody said that it was queued")
    until("it, there", 10, lambda: name in names())
    browser.open(browser.url.split("?")[0])
    equal("its name on its page", browser.text("h1 bdi"), name)
    browser.tab_to("name")
    # A field that the tab key leads into has all of its text selected.
    browser.type("renamed")
    browser.enter()
    until("its other name, there", 10, lambda: "renamed" in names())
    browser.open(browser.url.split("?")[0])
    browser.tab_to("Undo", most=200)
    browser.enter()
    until("its name, there again", 10, lambda: name in names())
    browser.open(browser.url.split("?")[0])
    check_page(browser, f"the page of {name}")
    browser.tab_to("Delete")
    browser.enter()
    require("is queued" in browser.text("[role=status]"), "nobody said that its deletion was queued")
    until("nothing of it, there", 10, lambda: name not in names())
    run.count("networks made, renamed and deleted by keyboard")


def let_go(browser: Browser, here: str, sandbox: Sandbox, it: Daemon) -> None:
    """Most networks vanish there: they stay here until somebody who sees which they are says otherwise."""
    gone = sorted(sandbox.networks())[:30]
    for network_id in gone:
        sandbox.delete(network_id)
    held = lambda: it.status()["last_sync"]["outcome"] == "held"  # noqa: E731
    until("removals that are held", 20, held)
    browser.open(here)
    equal("networks that are held", len(browser.all("#held li")), len(gone))
    check_page(browser, "what is held")
    browser.tab_to(f"Remove {len(gone)} networks")
    browser.enter()
    require("It was allowed" in browser.text("[role=status]"), "nobody said that it was allowed")
    until("peace after that", 20, lambda: it.status()["in_sync"])
    browser.open(here)
    equal("sections about what is held", browser.all("#held"), [])


class Stranger(BaseHTTPRequestHandler):
    """Another site, with a form that leads here."""

    target = ""

    def do_GET(self) -> None:
        page = f'<form method="post" action="{self.target}/sync"><input name="token" value="guessed"><button>Win</button></form>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        pass


def turn_away(run: Run, browser: Browser, it: Daemon) -> None:
    """A form of another site, and another name for this host."""
    Stranger.target = it.status()["daemon"]["listen"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        browser.open(f"http://127.0.0.1:{server.server_port}/")
        browser.follow("button")
        require("This form is not of this page" in browser.text("body"), f"the form got through: {browser.text('body')}")
    finally:
        server.shutdown()
        server.server_close()
    run.count("strangers turned away")


def show(run: Run) -> None:
    check_seeking()
    chromedriver = shutil.which("chromedriver")
    require(chromedriver is not None and shutil.which("chromium") is not None, "apt-get install chromium chromium-driver")
    run.shots = Path(run.binary).parent / "page"
    run.shots.mkdir(exist_ok=True)
    with browsing(str(chromedriver), run.folder / "browser") as browser:
        walk(run, run.folder, browser)
    print(f"  pictures: {run.shots}")


if __name__ == "__main__":
    main("walk", __doc__, {}, show)

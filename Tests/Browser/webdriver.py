"""As much of W3C WebDriver as a walk through a page takes, spoken to chromedriver over loopback.

Source: https://www.w3.org/TR/webdriver2/
"""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent / "Processes"))

from checks import LIVING, Violation, require  # noqa: E402

STARTS_WITHIN_S = 30
COMES_WITHIN_S = 30
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TAB, ENTER = "\ue004", "\ue007"


class Browser:
    """One window of a chromium that knows this host only."""

    def __init__(self, port: int, profile: Path) -> None:
        self.port = port
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}",
        ]
        capabilities = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = ""
        self.session = "/session/" + self.ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            content = json.dumps(body if body is not None else {}) if method == "POST" else None
            connection.request(method, self.session + path, content, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise Violation(f"{method} {path}: {value['error']}: {value['message'].splitlines()[0]}")
        return value

    def open(self, url: str) -> None:
        self.ask("POST", "/url", {"url": url})

    @property
    def url(self) -> str:
        return self.ask("GET", "/url")

    def run(self, script: str, *values: Any) -> Any:
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(values)})

    def all(self, selector: str) -> list[str]:
        found = self.ask("POST", "/elements", {"using": "css selector", "value": selector})
        return [element[ELEMENT] for element in found]

    def one(self, selector: str) -> str:
        found = self.all(selector)
        require(len(found) == 1, f"{selector} is there {len(found)} times at {self.url}")
        return found[0]

    def texts(self, selector: str) -> list[str]:
        """What a person reads there, of one moment."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())", selector)

    def text(self, selector: str) -> str:
        found = self.texts(selector)
        require(len(found) == 1, f"{selector} is there {len(found)} times at {self.url}")
        return found[0]

    def follow(self, selector: str) -> None:
        """Clicks on what leads to another page, and waits for that."""
        element = self.one(selector)
        with self.leaving():
            self.ask("POST", f"/element/{element}/click")

    def enter(self) -> None:
        """Presses Enter on what leads to another page, and waits for that."""
        with self.leaving():
            self.type(ENTER)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        self.run("window.isOld = true")
        yield
        started = time.monotonic()
        while not self.run("return !window.isOld && document.readyState === 'complete'"):
            require(time.monotonic() - started < COMES_WITHIN_S, f"nothing came after {self.url}")
            time.sleep(0.02)

    def type(self, *keys: str) -> None:
        """Presses keys, one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for text in keys for key in text for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def focused(self) -> str:
        """The text, or the name, of what has the focus."""
        return self.run("const e = document.activeElement; return e.textContent.trim() || e.name || e.tagName")

    def tab_to(self, text: str, most: int = 40) -> None:
        for _ in range(most):
            if self.focused() == text:
                return
            self.type(TAB)
        raise Violation(f"the tab key does not lead to {text!r} at {self.url}")

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Loads the page again and again."""
        started = time.monotonic()
        while not holds():
            require(time.monotonic() - started < COMES_WITHIN_S, f"{what} did not come within {COMES_WITHIN_S} s: {self.text('main')}")
            time.sleep(0.2)
            self.ask("POST", "/refresh")

    def look(self, width: int, height: int, scheme: str) -> None:
        """From now on through a screen of so many CSS pixels, in `light` or `dark`."""
        for command, parameters in (
            ("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}),
            ("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        ):
            self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def photograph(self, file: Path) -> None:
        """The whole page, not only what the screen shows."""
        picture = self.ask("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": True}})
        file.write_bytes(base64.b64decode(picture["data"]))

    def complaints(self) -> list[str]:
        """What the console got since the last time."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]


@contextmanager
def browsing(chromedriver: str, folder: Path) -> Iterator[Browser]:
    folder.mkdir()
    log = folder / "chromedriver.log"
    driver = subprocess.Popen(
        [chromedriver, "--port=0", f"--log-path={log}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    LIVING.add(driver)
    try:
        browser = Browser(port(driver), folder / "profile")
        try:
            yield browser
        finally:
            browser.ask("DELETE", "")
    finally:
        driver.terminate()
        driver.wait(10)
        LIVING.discard(driver)


def port(driver: subprocess.Popen[bytes]) -> int:
    """Reads the port that it found free."""
    assert driver.stdout is not None
    started = time.monotonic()
    for line in driver.stdout:
        if b"started successfully on port" in line:
            return int(line.rstrip(b".\n ").rpartition(b" ")[2])
        require(time.monotonic() - started < STARTS_WITHIN_S, "chromedriver does not start")
    raise Violation("chromedriver ended before it said its port")

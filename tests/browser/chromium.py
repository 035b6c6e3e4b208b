"""A real browser, driven through ChromeDriver's HTTP interface (W3C WebDriver)."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def missing() -> str | None:
    """What has to be installed before a browser test can run; None when all is there."""
    absent = [program for program in ("chromium", "chromedriver") if not shutil.which(program)]
    return f"install {' and '.join(absent)} (Debian: apt-get install chromium chromium-driver)" if absent else None


def axe() -> str:
    """The source of axe-core, installed from the locked version when it is not there yet."""
    source = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    return source.read_text()


class Chromium:
    """One window."""

    def __init__(self, http: httpx.Client, session: str) -> None:
        self._http, self._session = http, session

    def _do(self, method: str, command: str, **body: Any) -> Any:
        payload = body if method == "POST" else None
        answer = self._http.request(method, f"/session/{self._session}/{command}", json=payload)
        value = answer.json()["value"]
        assert answer.is_success, f"{command}: {value['error']}: {value['message']}"
        return value

    def goes_to(self, url: str) -> None:
        self._do("POST", "url", url=url)

    @property
    def address(self) -> str:
        return str(self._do("GET", "url"))

    def is_wide(self, pixels: int) -> None:
        """Give the page a viewport of this width."""
        self._do(
            "POST",
            "goog/cdp/execute",
            cmd="Emulation.setDeviceMetricsOverride",
            params={"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": False},
        )

    def element(self, css: str) -> str:
        return str(self._do("POST", "element", using="css selector", value=css)[_ELEMENT])

    def clicks(self, css: str) -> None:
        self._do("POST", f"element/{self.element(css)}/click")

    def goes_on(self, css: str) -> None:
        """Click what leads to another page, and wait until that page is there."""
        with self._leaving(css):
            self.clicks(css)

    def goes_on_with_return(self, css: str) -> None:
        """Press Return in a field, and wait until the next page is there."""
        with self._leaving(css):
            self._do("POST", f"element/{self.element(css)}/value", text="\ue007")

    @contextmanager
    def _leaving(self, css: str) -> Iterator[None]:
        self.runs("window.old = true")
        yield
        until = time.monotonic() + 10
        while not self.runs("return window.old === undefined && document.readyState === 'complete'"):
            assert time.monotonic() < until, f"{css} leads nowhere"

    def types(self, css: str, text: str) -> None:
        element = self.element(css)
        self._do("POST", f"element/{element}/clear")
        self._do("POST", f"element/{element}/value", text=text)

    def runs(self, script: str, *arguments: Any) -> Any:
        return self._do("POST", "execute/sync", script=script, args=list(arguments))

    def axe_finds(self, source: str) -> list[str]:
        """What axe-core holds against the page by WCAG 2.2 A and AA and its best practices."""
        self.runs(source)
        found = self._do(
            "POST",
            "execute/async",
            script="const done = arguments[0]; axe.run({resultTypes: ['violations']})"
            ".then(result => done(result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`)));",
            args=[],
        )
        return [str(one) for one in found]


@contextmanager
def browsing(folder: Path) -> Iterator[Chromium]:
    """A fresh headless Chromium with its profile in `folder`."""
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert driver.stdout
        port = next(
            line.split("port ")[1].rstrip(".\n") for line in driver.stdout if "started successfully on port" in line
        )
        options = {"args": [*_QUIET, f"--user-data-dir={folder}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
            answer = http.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
            session = answer.json()["value"]["sessionId"]
            yield Chromium(http, session)
            http.delete(f"/session/{session}")
    finally:
        driver.terminate()
        driver.wait()
        if driver.stdout:
            driver.stdout.close()

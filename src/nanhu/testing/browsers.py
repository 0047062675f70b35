"""One Chromium for all tests of a process: started at the first need, ended with the process.

`with open_browser() as browser:` connects to it. The connection is each caller's own and is given up with its contexts.
Playwright itself is started once a process; outside of `open_browser()` its loop counts as none of this thread, where Django
would refuse its database and `asyncio.run` its work beside a loop.
"""

import atexit
import json
import os
import re
import subprocess
import sys
from asyncio import AbstractEventLoop, get_running_loop
from asyncio.events import _get_running_loop, _set_running_loop  # made for libraries that run loops
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from time import monotonic
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as NavigatedError

from nanhu.testing.patience import PATIENCE_MS, PATIENCE_SECONDS

EXECUTABLE = "/usr/bin/chromium-headless-shell"
"""It draws no window of its own, and takes half the processor time of the whole browser."""
SWITCHED_OFF = (
    *("HttpsUpgrades", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("DestroyProfileOnBrowserClose", "OptimizationHints", "NetworkTimeServiceQuerying"),
    *("IsolateOrigins", "site-per-process", "SpareRendererForSitePerProcess"),
)
"""What Playwright switches off of a headless browser, for Chromium hears only the last such list; then a process for each site
and one more in store for the next: a fifth of the processor time of a page."""
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-site-isolation-trials", f"--disable-features={','.join(SWITCHED_OFF)}"),
]
HOLDER = """
import json, sys
from playwright.sync_api import sync_playwright
from nanhu.testing.ports import free_port
port = free_port()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=sys.argv[1], args=[*sys.argv[2:], f"--remote-debugging-port={port}"]
    )
    print(json.dumps(f"http://127.0.0.1:{port}"), flush=True)
    sys.stdin.read()  # until whoever started us has ended
    browser.close()
"""
LOOK_MS = 50
_holders: list[tuple[subprocess.Popen[str], str]] = []
_drivers: list[tuple[Playwright, AbstractEventLoop]] = []


def address() -> str:
    """Where the browser of this process is spoken to; a browser that died is replaced."""
    while _holders:
        _process, known = _holders[-1]
        with suppress(OSError), urlopen(f"{known}/json/version", timeout=PATIENCE_SECONDS):  # noqa: S310 - an address of our own making
            return known
        stop()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, EXECUTABLE, *ARGUMENTS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=with_true_clock(),
    )
    said = process.stdout.readline() if process.stdout is not None else ""
    if not said:
        process.wait()
        raise RuntimeError("Chromium did not start")
    _holders.append((process, json.loads(said)))
    return _holders[-1][1]


def with_true_clock() -> dict[str, str]:
    """The environment without libfaketime: under a shifted clock Chromium draws without a pause and keeps a core busy."""
    return {
        name: value for name, value in os.environ.items() if not ("FAKETIME" in os.environ and name == "LD_PRELOAD")
    }


@contextmanager
def driver() -> Iterator[Playwright]:
    """Playwright of this process, with its loop as the one that runs in this thread."""
    before = _get_running_loop()
    if not _drivers:
        started = sync_playwright().start()
        _drivers.append((started, get_running_loop()))
    playwright, loop = _drivers[0]
    _set_running_loop(loop)
    try:
        yield playwright
    finally:
        _set_running_loop(before)


def stop() -> None:
    while _holders:
        process, _address = _holders.pop()
        process.communicate()


def stop_all() -> None:
    if _drivers:
        with driver() as playwright:
            playwright.stop()
    stop()


atexit.register(stop_all)


@contextmanager
def open_own_browser(*arguments: str, executable: str = EXECUTABLE) -> Iterator[Browser]:
    """A browser that nobody else uses, with arguments or a start of its own."""
    with driver() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *arguments], env={**with_true_clock()}
        )
        be_patient(browser)
        yield browser
        browser.close()


@contextmanager
def open_filmed_browser(film: str) -> Iterator[Browser]:
    """A browser of its own whose camera shows a film (MJPEG, thirty pictures a second) again and again."""
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with open_own_browser(*camera) as browser:
        yield browser


def arriving(press: Callable[..., None]) -> Callable[..., None]:
    """A press that leads on is over when the next page's scripts are there: Playwright goes on at that page's first byte, and what is typed
    before they listen is heard by nobody. Who wants to be quicker than the scripts dispatches the event."""

    @wraps(press)
    def press_and_arrive(self: Page | Locator, *given: Any, **more: Any) -> None:
        press(self, *given, **more)
        page = self if isinstance(self, Page) else self.page
        page.wait_for_load_state("domcontentloaded")

    return press_and_arrive


Page.click = arriving(Page.click)  # type: ignore[method-assign]
Locator.click = arriving(Locator.click)  # type: ignore[method-assign]


def be_patient(browser: Browser) -> None:
    """Playwright's own five and thirty seconds are for an idle machine. Nothing moves that no test waits for: the lake of the
    sign-in drawn again and again is a fifth of a core. Nor is anything fetched for a life off line, a tenth of what a window costs,
    but by who asks for it (`service_workers="allow"`)."""
    expect.set_options(timeout=PATIENCE_MS)
    open_context = browser.new_context

    def new_context(**options: Any) -> BrowserContext:
        context = open_context(**{"reduced_motion": "reduce", "service_workers": "block", **options})
        context.set_default_timeout(PATIENCE_MS)
        return context

    def new_page(**options: Any) -> Page:
        return browser.new_context(**options).new_page()

    browser.new_context = new_context  # type: ignore[method-assign]
    browser.new_page = new_page  # type: ignore[method-assign]


def on_console_error(page: Page, note: Callable[[str], object]) -> None:
    """Hands on what the page's console complains of. That the network of this machine changed is no fault of a page: tests that build networks of
    their own run beside it, and what it fetched at that moment is cut off."""

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "net::ERR_NETWORK_CHANGED" not in message.text:
            note(message.text)

    page.on("console", hear)


def wait_until(page: Page, script: str, arg: Any = None) -> None:
    """Until this gives something true. Unlike Playwright's `wait_for_function` it awaits what a script promises: a promise is true at once."""
    until = monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(NavigatedError):
            if page.evaluate(script, arg):
                return
        if monotonic() > until:
            raise AssertionError(f"never came: {script[:200]}")
        page.wait_for_timeout(LOOK_MS)


@contextmanager
def open_browser() -> Iterator[Browser]:
    where = address()
    with driver() as playwright:
        browser = playwright.chromium.connect_over_cdp(where, timeout=PATIENCE_MS)
        be_patient(browser)
        try:
            yield browser
        finally:
            for context in browser.contexts[1:]:  # the first is the browser's own
                context.close()
            browser.close()


COMES_TO_REST = """document.getAnimations().every((one) =>
  one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"""


def settle(page: Page) -> None:
    """Until nothing on the page moves that will come to rest: amid it colours and places are none that anybody chose."""
    wait_until(page, COMES_TO_REST)


KNOWS_WHO = """navigator.serviceWorker.ready.then(() =>
  localStorage.getItem('nanhu-last-owner') === document.querySelector('meta[name=app-worker]').dataset.owner)"""


def wait_until_kept(page: Page) -> None:
    """Until what this browser visits from here is kept: its worker is there, and what was another's is forgotten (`ui/js/installed.js`)."""
    wait_until(page, KNOWS_WHO)


def sign_in_by_form(page: Page, name: str, password: str) -> None:
    """At the campus of the page's context, until the sign-in is over."""
    page.goto("/sign-in")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    expect(page).not_to_have_url(re.compile("/sign-in"))


def end_session(page: Page) -> None:
    """As if it had ended by itself, after the page has what it asked for: an answer that came later would bring cookies of its own into the
    next one. What it asks for again and again goes with it."""
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    page.context.clear_cookies()

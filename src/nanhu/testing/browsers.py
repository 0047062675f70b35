"""One Chromium for all tests of a process: started at the first need, ended with the process.

`with open_browser() as browser:` gives a share of it, which is given up with the contexts that were opened by it. It is spoken to
through a pipe: a WebSocket to it packs each message at both ends, a quarter of what the browser's own process and the driver do.
Playwright itself is started once a process; outside of `open_browser()` its loop counts as none of this thread, where Django
would refuse its database and `asyncio.run` its work beside a loop.
"""

import atexit
import os
from asyncio import AbstractEventLoop, get_running_loop
from asyncio.events import _get_running_loop, _set_running_loop  # made for libraries that run loops
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect, sync_playwright

from nanhu.testing.patience import PATIENCE_MS

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
_drivers: list[tuple[Playwright, AbstractEventLoop]] = []
_shared: list[Browser] = []


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


def stop_all() -> None:
    """Playwright ends its browsers with itself."""
    if _drivers:
        with driver() as playwright:
            playwright.stop()


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


class Share:
    """A browser as one of those sees it who share it: with the contexts that he opened."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []

    def new_context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        return context

    def new_page(self, **options: Any) -> Page:
        return self.new_context(**options).new_page()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.browser, name)


def answers(browser: Browser) -> bool:
    try:
        browser.new_browser_cdp_session().detach()
    except Error:
        return False
    return True


def shared_browser(playwright: Playwright) -> Browser:
    """That of this process; one that died is replaced."""
    if not _shared or not answers(_shared[-1]):
        _shared.append(
            playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS, env={**with_true_clock()})
        )
        be_patient(_shared[-1])
    return _shared[-1]


@contextmanager
def open_browser() -> Iterator[Browser]:
    with driver() as playwright:
        share = Share(shared_browser(playwright))
        try:
            yield share  # type: ignore[misc]  # all that a browser has, by its own names
        finally:
            for context in share.contexts:
                context.close()

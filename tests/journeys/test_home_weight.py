"""What a home weighs on the line, the first time and the next, and that nothing on it moves while it opens."""

import time
from itertools import product

from playwright.sync_api import Page

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.accessibility import SIZES
from nanhu.testing.patience import PATIENCE_SECONDS

FIRST_VISIT, NEXT_VISIT = 150_000, 20_000
SEEN = 0.01
"""Of Chromium's layout shift, for which 0.1 is still good: below this nobody sees that anything moved."""
WATCH = """window.shifts = [];
    new PerformanceObserver(list => window.shifts.push(...list.getEntries().filter(one => !one.hadRecentInput).map(one => one.value)))
        .observe({type: "layout-shift", buffered: true});"""

LAST_TAKEN_AWAY = """(() => {
    const places = [...document.querySelectorAll(".bottom-item")];
    const stood = places[0].getBoundingClientRect().width;
    places.slice(2).forEach(place => place.remove());
    return places[0].getBoundingClientRect().width - stood;
})()"""
"""How much wider the first place of the bottom bar is painted while the others are still on the line."""


class Line:
    """Bytes that came over the network to a page, as they were sent: compressed, heads with them."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url, self.bytes, self.is_late = page, url, 0, False
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.send("Network.setBypassServiceWorker", {"bypass": True})  # what it answers is not counted here
        self.session.on("Network.loadingFinished", self.add)
        self.session.on("Network.requestWillBeSent", self.see)

    def add(self, event: dict) -> None:
        self.bytes += int(event["encodedDataLength"])

    def see(self, event: dict) -> None:
        self.is_late |= "/tiles/" in event["request"]["url"]

    def visit(self, *, first: bool) -> int:
        """What a home weighs whose sources all answer in time. A tile whose source was slow a moment ago comes after its page,
        for two minutes, as on a machine under load: such a visit is no measure."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            if first:
                self.session.send("Network.clearBrowserCache")
            self.bytes, self.is_late = 0, False
            self.page.goto(self.url, wait_until="networkidle")
            if not self.is_late:
                return self.bytes
            assert time.monotonic() < deadline, "no home came whole"
            self.page.wait_for_timeout(2_000)


def test_a_home_is_light_and_stands_still(campus, visit):
    """`window.shifts` begins anew with each visit."""
    for size, role in product(SIZES, ("student", "teacher")):
        visitor = visit(size, service_workers="allow")
        visitor.sign_in(campus.url, CAST[role].campus_no, SAMPLE_PASSWORD)
        page = visitor.page.context.new_page()
        page.add_init_script(WATCH)
        line = Line(page, campus.url)
        first = line.visit(first=True)
        assert sum(page.evaluate("window.shifts")) < SEEN, f"the first visit of the {role} at the {size}"
        assert 10_000 < first < FIRST_VISIT
        assert 1_000 < line.visit(first=False) < min(NEXT_VISIT, first)
        assert sum(page.evaluate("window.shifts")) < SEEN, f"the next visit of the {role} at the {size}"
        assert page.evaluate(LAST_TAKEN_AWAY) == 0, "a bar of which half has come moves when the rest comes"

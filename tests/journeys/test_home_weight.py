"""What a home weighs on the line, the first time and the next, and that nothing on it moves while it opens."""

from playwright.sync_api import Page

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.accessibility import SIZES

FIRST_VISIT, NEXT_VISIT = 150_000, 20_000
WATCH = """window.shifts = [];
    new PerformanceObserver(list => window.shifts.push(...list.getEntries().filter(one => !one.hadRecentInput).map(one => one.value)))
        .observe({type: "layout-shift", buffered: true});"""


class Line:
    """Bytes that came over the network to a page, as they were sent: compressed, heads with them."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.on("Network.loadingFinished", self.add)

    def add(self, event: dict) -> None:
        self.bytes += int(event["encodedDataLength"])


def test_a_home_is_light_and_stands_still(campus, visit):
    for size in SIZES:
        visitor = visit(size)
        visitor.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
        page = visitor.page.context.new_page()
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        page.add_init_script(WATCH)
        line = Line(page)
        page.goto(campus.url, wait_until="networkidle")
        assert 10_000 < line.bytes < FIRST_VISIT
        first, line.bytes = line.bytes, 0
        page.goto(campus.url, wait_until="networkidle")
        assert 1_000 < line.bytes < min(NEXT_VISIT, first)
        assert sum(page.evaluate("window.shifts")) == 0

"""Accessibility of a page by axe-core: every rule on the whole page but the later rows of its lists.

They are made like the first ones, and would be nine tenths of the time a page takes.
"""

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships none
from playwright.sync_api import Page

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
ROWS = 12
LATER_ROWS = [f"tbody tr:nth-child(n+{ROWS + 1})", f":is(ol, ul) > li:nth-child(n+{ROWS + 1})"]
SCRIPT = Axe().axe_script
RUN = """async (later) => {
    const { violations } = await axe.run({ exclude: later.map((rows) => [rows]) }, { resultTypes: ["violations"] });
    return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" ")}`);
}"""


def accessibility_faults(page: Page) -> list[str]:
    """Each violation with the beginnings of the first elements that show it; empty where all is well."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found: list[str] = page.evaluate(RUN, LATER_ROWS)
    return found


def sideways_faults(page: Page) -> list[str]:
    """At which of a desk's and a phone's widths the page as it stands scrolls sideways; one journey looks at both."""
    stood, faults = page.viewport_size, []
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"scrolls sideways at {width} px")
    if stood is not None:
        page.set_viewport_size(stood)
    return faults

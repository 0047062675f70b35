"""One browser for all tests of a process: whoever shares it leaves nothing behind, and one that dies is replaced."""

import os
import signal

from nanhu.testing.browsers import open_browser


def test_who_shares_the_browser_closes_the_own_windows_alone():
    with open_browser() as first:
        kept = first.new_page()
        kept.set_content("<h1>南湖</h1>")
        with open_browser() as second:
            left = second.new_page()
            second.new_context().close()
        assert left.is_closed()
        assert kept.locator("h1").inner_text() == "南湖"
    assert kept.is_closed()


def test_a_browser_that_was_killed_is_replaced():
    with open_browser() as browser:
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        os.kill(next(one["id"] for one in told["processInfo"] if one["type"] == "browser"), signal.SIGKILL)
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content("<h1>南湖</h1>")
        assert page.locator("h1").inner_text() == "南湖"

"""The phone's pay code in a real browser: enabled once, always fresh, alive without network, gone when it is switched off."""

import itertools
import re
import time
from contextlib import suppress

import pytest
import segno
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.codes.rules import part_of
from nanhu.systems.card.codes.services.spending import spend_code
from nanhu.testing.accessibility import accessibility_faults
from nanhu.testing.browsers import end_session, sign_in_by_form, wait_until, wait_until_kept
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.journeys import test_card_journey
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
campus, chromium, sign_in = test_card_journey.campus, test_card_journey.chromium, test_card_journey.sign_in
CODE = re.compile("^N1A[0-9A-Z]{50}$")
KEPT = """async () => {
  const cache = await caches.open("nanhu-own-code");
  const asked = () => performance.getEntriesByType("resource").filter((one) => one.name.includes("/card/code/state?")).length;
  while (!(await cache.match("/card/code/"))) {
    if (asked() > 10) throw new Error("the page asked ten times how things stand and has not been kept");
    await new Promise((later) => setTimeout(later, 50));
  }
  await navigator.serviceWorker.ready;
}"""


FORGOTTEN = """async () => {
  const names = (all) => all.filter((name) => name.startsWith("nanhu-own-") || name.startsWith("nanhu-pages-"));
  const kept = await Promise.all(names(await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  const pages = kept.flat().filter((one) => !/^\\/(static\\/|theme\\.css)/.test(new URL(one.url).pathname));
  return !pages.length && !names((await indexedDB.databases()).map((one) => one.name)).length;
}"""
"""No page and no key. A worker that was late may put a file of everybody's once more, and weighing opens an empty store."""
KEEPS_ROWS = "caches.open('nanhu-pages-1').then((cache) => cache.match('/card/transactions/', { ignoreVary: true })).then(Boolean)"
HALF_MINUTE_MS = 30_000
WRONG_CLOCK = "const right = Date.now; Date.now = () => right() + 300_000"


def open_code(sign_in, size="phone", script=""):
    page = sign_in("student", size, service_workers="allow")
    page.add_init_script(script)
    page.goto("/card/code/")
    page.get_by_role("link", name="启用").click()
    page.get_by_role("button", name="在这部手机上启用").click()
    expect(page.locator("#code")).to_have_attribute("data-code", CODE)
    return page


def spent(code) -> int:
    till = Terminal.objects.get(number="N1001").pk
    return spend_code(part_of(code, "pay"), kind="pay", terminal_id=till, sequence=900).pk


def opened(code, sequence=901) -> int:
    reader = Terminal.objects.get(number="N1001").pk
    return spend_code(part_of(code, "door"), kind="door", terminal_id=reader, sequence=sequence).pk


def code_on(page) -> str:
    return page.locator("#code").get_attribute("data-code")


@pytest.mark.capability("A082.1")
def test_a_phone_shows_a_code_that_a_terminal_takes_and_a_reader_reads(campus, sign_in):
    page = open_code(sign_in)
    shown = code_on(page)
    rows = page.evaluate("async (text) => (await import('/static/card_codes/qr.js')).matrix(text)", shown)
    ours = [[int(one) for one in row] for row in rows]
    theirs = [segno.make(shown, version=3, error="m", mask=mask, boost_error=False).matrix for mask in range(8)]
    assert ours in [[list(row) for row in matrix] for matrix in theirs]

    assert beside(lambda: spent(shown)) == beside(lambda: campus.card("student").pk)
    page.get_by_role("button", name="换一个码").click()
    expect(page.locator("#code")).not_to_have_attribute("data-code", shown)
    assert [button.get_attribute("aria-checked") for button in page.locator("[data-kind]").all()] == ["true", "true"]
    found = accessibility_faults(page)
    assert not found, found


@pytest.mark.capability("A089.4")
def test_each_right_is_switched_off_by_itself_and_the_phone_remembers(sign_in):
    page = open_code(sign_in)
    page.get_by_role("switch", name="开门").click()
    expect(page.locator("#code")).to_have_attribute("data-code", re.compile("^N1P[0-9A-Z]{34}$"))
    page.get_by_role("switch", name="付款").click()
    expect(page.get_by_role("switch", name="付款")).to_have_attribute("aria-checked", "true")
    page.reload()
    expect(page.locator("#code")).to_have_attribute("data-code", re.compile("^N1P"))
    page.get_by_role("switch", name="开门").click()
    page.get_by_role("switch", name="付款").click()
    expect(page.locator("#code")).to_have_attribute("data-code", re.compile("^N1D[0-9A-Z]{34}$"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_door_that_read_the_code_makes_the_page_show_another(campus, sign_in):
    """One read in the last moment of its half minute is replaced before the page asks about it: then the next one is read."""
    page = open_code(sign_in)
    deadline = time.monotonic() + PATIENCE_SECONDS
    for sequence in itertools.count(901):
        shown = code_on(page)
        beside(lambda shown=shown, sequence=sequence: opened(shown, sequence))
        with suppress(AssertionError):
            expect(page.get_by_text("门禁已读码，码已换新")).to_be_visible(timeout=HALF_MINUTE_MS)
            break
        assert time.monotonic() < deadline
    expect(page.locator("#code")).not_to_have_attribute("data-code", shown)


@pytest.mark.capability("A082.3")
def test_a_phone_whose_clock_is_five_minutes_fast_shows_a_code_that_is_taken(campus, sign_in):
    shown = code_on(open_code(sign_in, script=WRONG_CLOCK))
    assert beside(lambda: spent(shown)) == beside(lambda: campus.card("student").pk)


@pytest.mark.capability("A082.2")
def test_it_works_without_network_and_says_so(campus, sign_in):
    page = open_code(sign_in)
    page.evaluate(KEPT)
    page.reload()
    expect(page.locator("#code")).to_have_attribute("data-code", CODE)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("没有网络，付款码照常可用")).to_be_visible()
    expect(page.locator("#code")).to_have_attribute("data-code", CODE)
    shown = code_on(page)
    assert beside(lambda: spent(shown)) == beside(lambda: campus.card("student").pk)
    page.context.set_offline(False)


def test_a_phone_that_was_switched_off_forgets_its_keys(sign_in):
    page = open_code(sign_in)
    elsewhere = sign_in("student", "desk")
    elsewhere.goto("/card/code/devices/")
    elsewhere.get_by_role("button", name="手机丢了，停用").click()
    expect(elsewhere.get_by_text("已停用。这部手机上的")).to_be_visible()
    expect(page.get_by_text("这部手机的付款码已停用")).to_be_visible()
    assert page.evaluate("async () => (await import('/static/card_codes/vault.js')).readDevice()") is None


def test_the_sign_out_takes_code_and_keys_along_without_network_too(sign_in):
    page = open_code(sign_in)
    page.evaluate(KEPT)
    assert not page.evaluate(FORGOTTEN)
    page.evaluate("document.querySelector('form[action$=\"sign-out\"]').submit()")
    page.wait_for_url("**/signed-out*")
    wait_until(page, FORGOTTEN)
    assert page.evaluate("localStorage.getItem('nanhu-last-owner')") is None
    assert not shows_a_code(page)


@pytest.mark.parametrize(("who", "has_code"), [("student", True), ("teacher", False)])
def test_whoever_signs_in_again_has_his_code_and_the_next_one_finds_none(sign_in, who, has_code):
    page = open_code(sign_in)
    page.evaluate(KEPT)
    end_session(page)
    sign_in_by_form(page, test_card_journey.CAST[who][2], test_card_journey.PASSWORD)
    wait_until_kept(page)
    assert shows_a_code(page) == has_code


def shows_a_code(page) -> bool:
    """Without network."""
    page.context.set_offline(True)
    try:
        page.goto("/card/code/")
    except PlaywrightError:  # nothing is kept at this address
        return False
    expect(page.locator("#code")).to_have_attribute("data-code", CODE)
    return True


def test_the_last_rows_of_the_card_are_read_without_network_with_their_time(sign_in):
    page = sign_in("student", "phone", service_workers="allow")
    wait_until_kept(page)
    page.goto("/card/transactions/")
    wait_until(page, KEEPS_ROWS)
    page.context.set_offline(True)
    page.goto("/card/transactions/")
    expect(page.locator(".as-of")).to_contain_text("离线")
    expect(page.locator("main")).to_contain_text("N1001")


def test_who_signed_out_shows_no_code(sign_in):
    page = open_code(sign_in)
    page.context.clear_cookies()
    expect(page.get_by_text("登录以后付款码马上回来")).to_be_visible()

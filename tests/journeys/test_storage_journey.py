"""What the installed app keeps on a phone stays within 5 MB: the oldest goes first, never a row that was not sent, nor what a page without
network lives by."""

import pytest

from nanhu.services.mobile.tests.conftest import make_school
from nanhu.testing.browsers import open_browser, wait_until, wait_until_kept
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.journeys.test_mobile_journey import KEEPS

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MOST = 5_000_000
FILL = """async () => {
  const pages = await caches.open("nanhu-pages-1"), work = await caches.open("nanhu-own-work-1");
  for (let number = 1; number <= 40; number += 1) {
    const headers = { "Content-Type": "text/html", "X-Kept-At": String(1000 + number) };
    await pages.put(`/old/${number}/`, new Response("x".repeat(250_000), { headers }));
  }
  await work.put("/requests/work/", new Response("w".repeat(100_000)));
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open("nanhu-work", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("forms", { keyPath: "token" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const writing = opening.result.transaction("forms", "readwrite");
      writing.objectStore("forms").put({ token: "t1", fields: [["words", "换了水龙头".repeat(1000)]] });
      writing.oncomplete = () => { opening.result.close(); resolve(); };
    };
  });
}"""
BYTES = """async () => {
  let sum = 0;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const one of await cache.keys()) sum += (await (await cache.match(one)).blob()).size;
  }
  return sum;
}"""
LEFT = """async () => {
  const paths = async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname);
  const pages = await paths("nanhu-pages-1");
  const rows = await new Promise((resolve) => {
    const opening = indexedDB.open("nanhu-work", 1);
    opening.onsuccess = () => {
      const asking = opening.result.transaction("forms").objectStore("forms").count();
      asking.onsuccess = () => resolve(asking.result);
    };
  });
  const shell = (await caches.keys()).find((one) => one.startsWith("nanhu-shell-"));
  return { old: pages.filter((one) => one.startsWith("/old/")), home: pages.includes("/"), work: await paths("nanhu-own-work-1"), rows,
    shell: (await paths(shell)).length };
}"""
IS_TRIMMED = f"""async () => {{
  const sum = {BYTES};
  for (let turn = 0; turn < {10 * PATIENCE_SECONDS} && (await sum()) > {MOST}; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return (await sum()) <= {MOST};
}}"""


def test_a_phone_that_is_full_loses_its_oldest_pages_and_no_row_that_was_not_sent(live_server):
    school = make_school()
    cookie = school.client("S1").cookies["nanhu_session"].value
    with open_browser() as chromium:
        context = chromium.new_context(base_url=live_server.url, locale="zh-CN", service_workers="allow")
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto("/mobile/")
        wait_until_kept(page)
        page.evaluate(FILL)
        page.goto("/")
        wait_until(page, KEEPS)
        assert page.evaluate(IS_TRIMMED)
        left = page.evaluate(LEFT)
        numbers = sorted(int(one.split("/")[2]) for one in left["old"])
        assert numbers == list(range(41 - len(numbers), 41)), "the oldest went, the rest stays"
        assert 0 < len(numbers) < 20, "and no more than must"
        assert left["work"] == ["/requests/work/"]
        assert (left["home"], left["rows"]) == (True, 1)
        assert left["shell"] > 1

"""The home on a slow phone: first, second and offline start, by a line of slow 4G and a processor four times slower; beside it the calendar
feed of a person, and what a dead outside system costs a home."""

import json
import time
from statistics import median
from typing import Any, Final

from bench.campus import filled_campus, running_web
from bench.inside import ask_inside, set_up_django
from bench.report import Report, percentile
from bench.slow_line import slow_line
from bench.wrk import load
from nanhu.testing.ports import free_port

PEOPLE: Final = "240"
ROUNDS: Final = 7
SLOWER: Final = 4
HOMES: Final = 60
PAINTED: Final = """new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true}))"""
KEPT: Final = "caches.open('nanhu-pages-1').then(one => one.keys()).then(all => all.some(one => new URL(one.url).pathname === '/'))"


def run(report: Report) -> None:
    with filled_campus(scale=PEOPLE) as campus:
        port = free_port()
        campus.environment["NANHU_PUBLIC_URL"] = f"http://localhost:{port}"
        prepared = ask_inside(campus, "bench.phone")
        with running_web(campus):
            feed = load(
                prepared["feed"], port=campus.web_port, clients=2, seconds=10, cookies=[], host=f"localhost:{port}"
            )
            with slow_line(campus.web_port, port=port):
                starts = phone(f"http://localhost:{port}", prepared["cookie"])
    if feed.failures:
        raise RuntimeError(f"{feed.failures} feeds were not 200")
    for name, bound in (("first", 2500), ("second", 800), ("offline", 800)):
        report(f"phone_{name}_start_median", median(starts[name]), "ms", bound)
        report(f"phone_{name}_start_worst", max(starts[name]), "ms")
    report("calendar_feed_p50", feed.p50_ms, "ms")
    report("calendar_feed_p99", feed.p99_ms, "ms", 50)
    report("calendar_feed_events", prepared["events"], "events")
    report("home_dead_system_costs", prepared["dead"] - prepared["without"], "ms", 5)


def phone(url: str, cookie: str) -> dict[str, list[float]]:
    """Each round a phone that never was here: until its largest content is painted."""
    from nanhu.testing.accessibility import SIZES
    from nanhu.testing.browsers import open_browser

    found: dict[str, list[float]] = {"first": [], "second": [], "offline": []}
    name, _equals, value = cookie.partition("=")
    with open_browser() as browser:
        for _round in range(ROUNDS):
            width, height = SIZES["phone"]
            agent = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", is_mobile=True, user_agent=agent
            )
            context.add_cookies([{"name": name, "value": value, "url": url}])
            page = opened(context, url, found["first"])
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.reload(wait_until="networkidle")
            page.wait_for_function(KEPT)
            page.close()
            opened(context, url, found["second"]).close()
            context.set_offline(True)
            opened(context, url, found["offline"])
            context.close()
    return found


def opened(context: Any, url: str, into: list[float]) -> Any:
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="load")
    page.wait_for_timeout(500)  # whatever larger is painted afterwards
    into.append(page.evaluate(PAINTED))
    return page


def prepare() -> dict[str, Any]:
    """A student's session and feed; his home with a dead system, and with it at rest, in turn."""
    set_up_django()
    from django.test import Client
    from icalendar import Calendar

    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import now
    from nanhu.kernel.registry import calendar_feeds
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.portal.integrations import living
    from nanhu.platforms.portal.models import Integration
    from nanhu.platforms.portal.services import calendar
    from nanhu.sample.cast import CAST
    from nanhu.sample.demo.welcome import SAMPLE_PASSWORD

    number = CAST["student"].campus_no
    client = Client(headers={"host": "localhost"})
    client.post("/sign-in", {"username": number, "password": SAMPLE_PASSWORD})
    by = Actor(account_id=identity.account_with(number).pk, name="bench")
    secret = calendar.make_address(by=by, feeds=[one.key for one in calendar_feeds])
    feed = f"/calendar/{secret}.ics"
    events = len(Calendar.from_ical(client.get(feed).content).walk("VEVENT"))
    figures = Integration.objects.filter(kind="data")
    took: dict[str, list[float]] = {"dead": [], "without": []}
    for turn in range(2 * HOMES + 10):
        which = ("dead", "without")[turn % 2]
        state = "live" if which == "dead" else "resting"
        figures.filter(state__in=["live", "resting"]).update(state=state, failures=9, failed_at=now())
        living.read_anew()
        living.shown()
        began = time.perf_counter()
        answer = client.get("/")
        if turn >= 10 and answer.status_code == 200:
            took[which].append(1000 * (time.perf_counter() - began))
    figures.filter(state="resting").update(state="live")
    cookie = f"nanhu_session={client.cookies['nanhu_session'].value}"
    return {
        "cookie": cookie,
        "feed": feed,
        "events": events,
        **{name: percentile(one, 0.5) for name, one in took.items()},
    }


if __name__ == "__main__":
    print(json.dumps(prepare()))

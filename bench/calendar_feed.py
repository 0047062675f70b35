"""Calendar feeds (`/calendar/<secret>.ics`) over HTTP, each with another person's address: p50 and p99 at five times the rate of 30,000 subscribers
whose programs ask every six hours, and at four connections that never rest, beside `/health/live` of the same server in the same run."""

import json

from bench.campus import filled_campus, running_web
from bench.inside import ask_inside, set_up_django
from bench.report import Report
from bench.steady import steady
from bench.wrk import load

CLIENTS, SECONDS, ALLOWED_MS = 4, 12, 50
SUBSCRIBERS, EVERY = 30_000, 6 * 3600
RATE, STEADY_SECONDS = 5 * SUBSCRIBERS / EVERY, 40


def run(report: Report) -> None:
    with filled_campus() as campus:
        addresses = ask_inside(campus, "bench.calendar_feed")
        floor = "/health/live"
        with running_web(campus):
            load("", port=campus.web_port, clients=CLIENTS, seconds=2, cookies=addresses)
            bare = load(floor, port=campus.web_port, clients=CLIENTS, seconds=SECONDS, cookies=[])
            seen = load("", port=campus.web_port, clients=CLIENTS, seconds=SECONDS, cookies=addresses)
            asked = [f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{campus.web_port}\r\n\r\n" for address in addresses]
            told = steady(campus.web_port, asked, rate=RATE, seconds=STEADY_SECONDS)
    if seen.failures or bare.failures:
        raise RuntimeError(f"{seen.failures} and {bare.failures} answers were not 200")
    report("calendar_feed_p50", told["p50"], "ms")
    report("calendar_feed_p99", told["p99"], "ms", ALLOWED_MS)
    report("calendar_feed_p50_of_four_that_never_rest", seen.p50_ms, "ms", bare.p50_ms)
    report("calendar_feed_p99_of_four_that_never_rest", seen.p99_ms, "ms", bare.p99_ms)
    report("calendar_feed_rate", seen.per_second, "feeds/s", bare.per_second)
    report("calendar_feed_bytes", seen.bytes_each, "bytes")


def make_addresses() -> list[str]:
    """Of everybody in the cast, with all that there is to subscribe to."""
    set_up_django()
    from nanhu.kernel.actors import Actor
    from nanhu.kernel.registry import calendar_feeds
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.portal.services.calendar import make_address
    from nanhu.sample.cast import CAST

    feeds = [feed.key for feed in calendar_feeds]
    found = [identity.account_with(one.campus_no) for one in CAST.values()]
    readers = [account for account in found if account is not None and identity.reader_of(account) is not None]
    actors = [Actor(account_id=account.pk, name="bench") for account in readers]
    return [f"/calendar/{make_address(by=by, feeds=feeds)}.ics" for by in actors]


if __name__ == "__main__":
    print(json.dumps(make_addresses()))

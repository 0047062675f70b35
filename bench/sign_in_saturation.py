"""The home of somebody signed in, while as many sign-ins as the campus takes are under way; and the cores 150/s need."""

import os
import sys
import threading
import time
from dataclasses import dataclass, field

from bench.campus import filled_campus, running
from bench.inside import ask_inside
from bench.report import Report, percentile
from bench.visitors import session_cookie, sign_in
from bench.wrk import Load, load

READERS = 2
SECONDS = 20
WANTED_PER_SECOND = 150
ALLOWED_MS = 500
BUSY = 503


@dataclass
class Rush:
    """Sign-ins by people who type again when they are told to come back, not before."""

    port: int
    forms: list[dict[str, str]]
    times: list[float] = field(default_factory=list)
    refused: int = 0
    strange: list[int] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def work(self, number: int) -> None:
        form = self.forms[number]
        while not self.stopping.is_set():
            started = time.perf_counter()
            signed = sign_in(self.port, form)
            if signed.status == BUSY:
                self.refused += 1
                self.stopping.wait(signed.retry_after or 1)
            elif signed.status == 302:
                self.times.append(time.perf_counter() - started)
            else:
                self.strange.append(signed.status)

    def page_meanwhile(self, cookie: str) -> Load:
        threads = [threading.Thread(target=self.work, args=(number,)) for number in range(len(self.forms))]
        for thread in threads:
            thread.start()
        time.sleep(2)
        self.times.clear()
        page = home(self.port, cookie)
        self.stopping.set()
        for thread in threads:
            thread.join()
        return page


def home(port: int, cookie: str) -> Load:
    return load("/", port=port, clients=READERS, seconds=SECONDS, cookies=[cookie])


def run(report: Report) -> None:
    with filled_campus() as campus:
        cost_ms = ask_inside(campus, "bench.sign_in")["ours_ms"]
        ready = f"http://127.0.0.1:{campus.web_port}/health/ready"
        with running(campus, [sys.executable, "-m", "nanhu", "run"], ready):
            cookie = session_cookie(campus.web_port)
            home(campus.web_port, cookie)
            quiet = home(campus.web_port, cookie)
            rush = Rush(campus.web_port, ask_inside(campus, "bench.crowd"))
            busy = rush.page_meanwhile(cookie)
    if rush.strange or busy.failures:
        raise RuntimeError(f"answers that should not be: {rush.strange[:5]}, {busy.failures} pages failed")
    told(report, rush, quiet, busy, cost_ms)
    if busy.p99_ms > ALLOWED_MS:
        raise RuntimeError(
            f"the page took {busy.p99_ms:.0f} ms at p99 while sign-ins saturate, {ALLOWED_MS} are allowed"
        )


def told(report: Report, rush: Rush, quiet: Load, busy: Load, cost_ms: float) -> None:
    print(f"  load {os.getloadavg()[0]:.1f}, {rush.refused} told to come again", flush=True)
    report("page_p99_while_signing_in", busy.p99_ms, "ms", quiet.p99_ms)
    report("page_median_while_signing_in", busy.p50_ms, "ms", quiet.p50_ms)
    report("page_rate_while_signing_in", busy.per_second, "pages/s", quiet.per_second)
    report("sign_ins_meanwhile", len(rush.times) / SECONDS, "sign-ins/s", 1000 / cost_ms)
    report("sign_in_p99_meanwhile", percentile(rush.times, 0.99) * 1000, "ms")
    report("hash_cost", cost_ms, "ms")
    report("cores_for_hashing_150_per_second", WANTED_PER_SECOND * cost_ms / 1000, "cores")

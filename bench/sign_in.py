"""What a password check costs, and how many sign-ins a second the real form takes; beside it Django's default hash."""

import json
import sys
import threading
import time

from bench.campus import filled_campus, running
from bench.inside import ask_inside, set_up_django
from bench.report import Report, percentile
from bench.visitors import sample_form, sign_in

CLIENTS = 8
SECONDS = 12


def run(report: Report) -> None:
    with filled_campus() as campus:
        costs = ask_inside(campus, "bench.sign_in")
        report("password_check", costs["ours_ms"], "ms", costs["default_ms"])
        ready = f"http://127.0.0.1:{campus.web_port}/health/ready"
        with running(campus, [sys.executable, "-m", "nanhu", "run"], ready):
            times = sign_in_for(campus.web_port, SECONDS)
    report("sign_ins", len(times) / SECONDS, "sign-ins/s", 1000 / costs["ours_ms"])
    report("sign_in_p99", percentile(times, 0.99) * 1000, "ms")


def sign_in_for(port: int, seconds: float) -> list[float]:
    """Each client opens the form, sends it, and starts anew without a cookie."""
    times: list[float] = []
    wrong: list[int] = []
    deadline = time.perf_counter() + seconds

    def work(number: int) -> None:
        form = sample_form(number)
        while time.perf_counter() < deadline:
            started = time.perf_counter()
            signed = sign_in(port, form)
            if signed.status == 503:  # as many as may wait do: he is told to come again
                time.sleep(signed.retry_after)
                continue
            times.append(time.perf_counter() - started)
            if signed.status != 302:
                wrong.append(signed.status)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} sign-ins were refused: {wrong[:5]}")
    return times


def costs() -> dict[str, float]:
    set_up_django()
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    from nanhu.platforms.identity.api import password_check_milliseconds

    default = PBKDF2PasswordHasher()
    encoded = default.encode("a password of some length", default.salt())
    started = time.perf_counter()
    for _ in range(5):
        default.verify("a password of some length", encoded)
    return {"ours_ms": password_check_milliseconds(), "default_ms": (time.perf_counter() - started) * 200}


if __name__ == "__main__":
    print(json.dumps(costs()))

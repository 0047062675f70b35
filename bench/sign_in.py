"""What a password check costs, and how many sign-ins a second the real form takes; beside it Django's default hash."""

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

from bench.campus import ROOT, Campus, fresh_campus, running
from bench.report import Report, percentile
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes.house import web_command

CLIENTS = 8
SECONDS = 12
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("demo", "--fill-only")
        costs = json.loads(python(campus, "bench.sign_in").splitlines()[-1])
        report("password_check", costs["ours_ms"], "ms", costs["default_ms"])
        with running(
            campus,
            web_command(read_configuration(campus.environment)),
            f"http://127.0.0.1:{campus.web_port}/health/live",
        ):
            times = sign_in_for(campus.web_port, SECONDS)
    report("sign_ins", len(times) / SECONDS, "sign-ins/s", 1000 / costs["ours_ms"])
    report("sign_in_p99", percentile(times, 0.99) * 1000, "ms")


def python(campus: Campus, module: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", module], env=campus.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return result.stdout


def sign_in_for(port: int, seconds: float) -> list[float]:
    """Each client opens the form, sends it, and starts anew without a cookie."""
    from nanhu.sample.cast import CAST
    from nanhu.sample.demo.welcome import SAMPLE_PASSWORD

    roles = ("student", "teacher", "clerk", "administrator")
    times: list[float] = []
    wrong: list[int] = []
    deadline = time.perf_counter() + seconds

    def work(number: int) -> None:
        form = {"username": CAST[roles[number % len(roles)]].campus_no, "password": SAMPLE_PASSWORD}
        while time.perf_counter() < deadline:
            started = time.perf_counter()
            status = sign_in_once(port, form)
            times.append(time.perf_counter() - started)
            if status != 302:
                wrong.append(status)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} sign-ins were refused: {wrong[:5]}")
    return times


def sign_in_once(port: int, form: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in", headers={"Host": f"localhost:{port}"})
    page = connection.getresponse()
    cookie = page.getheader("Set-Cookie", "").split(";")[0]
    token = TOKEN.search(page.read().decode())
    if token is None:
        raise RuntimeError("the sign-in page has no form")
    body = urlencode({**form, "csrfmiddlewaretoken": token[1]})
    headers = {"Host": f"localhost:{port}", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", body=body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def costs() -> dict[str, float]:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
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

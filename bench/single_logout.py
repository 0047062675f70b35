"""Single logout of fourteen applications, two of them dead: one hangs, one refuses. Through the real worker.

Baseline: the two seconds that the twelve living ones may take. Measured from the sign-out to the last of the twelve.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.campus import ROOT, Campus, filled_campus
from bench.report import Report, percentile
from nanhu.kernel.child_processes import dying_with_parent

LIVING = 12
ROUNDS = 10
ALLOWED_SECONDS = 2.0
PATIENCE_SECONDS = 20


class Application(BaseHTTPRequestHandler):
    """Takes a twentieth of a second to end a session, as a living application may."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(0.05)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@contextmanager
def living() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@contextmanager
def dead() -> Iterator[list[str]]:
    """One that takes calls and never answers, one where nobody listens."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as hanging:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            refusing = f"http://127.0.0.1:{gone.getsockname()[1]}/"
        yield [f"http://127.0.0.1:{hanging.getsockname()[1]}/", refusing]


def run(report: Report) -> None:
    with filled_campus(scale="240") as campus, ExitStack() as stack:
        addresses = [stack.enter_context(living()) for _ in range(LIVING)] + stack.enter_context(dead())
        with (campus.folder / "bench.log").open("ab") as log:
            worker = subprocess.Popen(
                dying_with_parent([sys.executable, "-m", "nanhu", "worker"]),
                env=campus.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        try:
            times = measured(campus, addresses)
        finally:
            worker.kill()
            worker.wait()
    report("single_logout_median", percentile(times, 0.5), "s", ALLOWED_SECONDS)
    report("single_logout_slowest", max(times), "s", ALLOWED_SECONDS)


def measured(campus: Campus, addresses: list[str]) -> list[float]:
    result = subprocess.run(
        [sys.executable, "-m", "bench.single_logout", *addresses],
        env=campus.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return list(json.loads(result.stdout.splitlines()[-1]))


def sign_out_again_and_again(addresses: list[str]) -> list[float]:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity.api import account_with, register_application
    from nanhu.platforms.identity.models import SsoGrant, SsoSession
    from nanhu.platforms.identity.services import sessions
    from nanhu.platforms.identity.services.grants import open_grant
    from nanhu.sample.cast import CAST

    by, campus_no = Actor.system("bench"), CAST["teacher"].campus_no
    account = account_with(campus_no)
    applications = [
        register_application(
            by=by, key=f"bench-{number}", name=f"系统{number}", owner="信息中心", service_prefix=address
        )
        for number, address in enumerate(addresses)
    ]
    time.sleep(3)  # the worker starts
    times = []
    for _round in range(ROUNDS):
        session = SsoSession.objects.create(account=account, campus_no=campus_no)
        for application, address in zip(applications, addresses, strict=True):
            open_grant(
                session=session,
                application=application,
                protocol="cas",
                reference=f"ST-{session.pk}",
                user_name=campus_no,
                service=address,
            )
        began = time.perf_counter()
        sessions.end_sessions(by=by, sessions=[session], how=SsoSession.End.SIGNED_OUT)
        while SsoGrant.objects.filter(session=session, logout__in=("done", "notified")).count() < LIVING:
            if time.perf_counter() - began > PATIENCE_SECONDS:
                raise RuntimeError("the living applications were not told")
            time.sleep(0.01)
        times.append(time.perf_counter() - began)
    return times


if __name__ == "__main__":
    print(json.dumps(sign_out_again_and_again(sys.argv[1:])))

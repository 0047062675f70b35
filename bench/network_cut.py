"""An account is suspended: how long until its last session has really ended, at a NAS of RFC 5176 and at an openNDS gateway whose agent polls.

Both are told as the real programs tell them (`make network-lab` has those); the worker and the pages are the real ones.
"""

import json
import subprocess
import threading
import time
import urllib.request
from typing import Any
from urllib.parse import urlencode

from bench.campus import PATIENCE_SECONDS, Campus, wait_until_ended
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes.house import worker_command
from nanhu.services.network.tests.nas_here import listening

SECRET, FASKEY, GATEWAY = "bench-of-the-network", "bench-of-the-faskey", "bench-nds"
ROUTER, NAMED, PEOPLE, POLL_SECONDS = "127.0.0.1", "bench-switch", 5, 2.0
STANDS = "SELECT count(*) FROM network_session s JOIN network_nas n ON n.id = s.nas_id WHERE s.sid = ANY(%s) AND s.stopped_at IS NULL"


def cut(campus: Campus, key: str) -> list[float]:
    """Seconds, of each person: two sessions, at both."""
    worker = subprocess.Popen(
        dying_with_parent(worker_command(read_configuration(campus.environment))), env=campus.environment
    )
    is_over = threading.Event()
    try:
        with listening(SECRET) as nas:
            people, agent = inside(campus, f"scene({nas.port})"), inside(campus, "agent_key()")
            for work in (lambda: report_stops(campus, key, nas, is_over), lambda: poll(campus, agent, people, is_over)):
                threading.Thread(target=work, daemon=True).start()
            found = [seconds_of(campus, one) for one in people]
            return found[1:]  # with the first the worker was still starting
    finally:
        is_over.set()
        worker.terminate()
        wait_until_ended(worker)


def inside(campus: Campus, call: str) -> Any:
    code = f"import json; from bench import network_cut; print(json.dumps(network_cut.{call}))"
    return json.loads(campus.nanhu("shell", "--no-imports", "--command", code).splitlines()[-1])


def seconds_of(campus: Campus, one: dict[str, Any]) -> float:
    began = inside(campus, f"suspend({one['number']!r})")
    with embedded.superuser_connection(campus.folder, "nanhu") as connection:
        while connection.execute(STANDS, [one["sids"]]).fetchone() != (0,):
            if time.time() - began > PATIENCE_SECONDS:
                raise RuntimeError("a session of a suspended account did not end")
            time.sleep(0.05)
    return time.time() - float(began)


def report_stops(campus: Campus, key: str, nas: Any, is_over: threading.Event) -> None:
    """What a NAS does with a Disconnect-Request that it obeys."""
    done = 0
    while not is_over.wait(0.02):
        for said in nas.heard[done:]:
            stop = {"Acct-Status-Type": "Stop", "Acct-Session-Id": said[44].decode(), "NAS-IP-Address": ROUTER}
            stop |= {"NAS-Identifier": NAMED, "Acct-Terminate-Cause": "Admin-Reset"}
            post(campus, "/radius/accounting", urlencode(stop).encode(), {"X-Nanhu-Radius-Key": key})
            done += 1


def poll(campus: Campus, key: str, people: list[dict[str, Any]], is_over: threading.Event) -> None:
    """As `nanhu-opennds-agent` does: who is through, every two seconds, and what the answer orders is done."""
    through = {one["mac"]: one["address"] for one in people}
    headers = {"X-Nanhu-Gateway": GATEWAY, "X-Nanhu-Gateway-Key": key}
    headers |= {"Content-Type": "application/json"}
    while not is_over.wait(POLL_SECONDS):
        clients = {mac: {"mac": mac, "ip": ip, "state": "Authenticated"} for mac, ip in through.items()}
        answer = post(campus, "/wifi/agent", json.dumps({"clients": clients}).encode(), headers)
        for order in answer.decode().splitlines():
            if order.startswith("deauth "):
                through.pop(order.partition(" ")[2], None)


def post(campus: Campus, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    said = {"Host": f"localhost:{campus.web_port}", "Content-Type": "application/x-www-form-urlencoded", **headers}
    request = urllib.request.Request(f"http://127.0.0.1:{campus.web_port}{path}", body, said)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: bytes = answer.read()
        return content


def scene(port: int) -> list[dict[str, Any]]:
    """Run inside: two NAS, people with a session at each."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.people import api as people
    from nanhu.services.network import api as network
    from nanhu.services.network import sample
    from nanhu.services.network.portal.models import PortalGateway, SignIn
    from nanhu.services.network.portal.services import sessions

    by = Actor.system("bench")
    nas = sample.register(
        by=by, name="rfc5176", kind="ac", address=ROUTER, identifier=NAMED, place=None, secret=SECRET, coa_port=port
    )
    nds = sample.register(by=by, name="openNDS", kind="opennds", address="127.0.0.8", place=None, style="opennds")
    sample.set_portal_gateway(
        by=by, nas=nds, kind="opennds", name=GATEWAY, networks="10.30.0.0/16", secret=FASKEY, host="10.30.0.1:2050"
    )
    gateway, made = PortalGateway.objects.get(nas=nds), []
    for number in range(PEOPLE):
        campus_no, mac, address = f"P{number}", f"3c:22:fd:00:00:{number:02x}", f"10.30.0.{number + 5}"
        person_id = people.find_person_by_campus_no(campus_no) or 0
        facts: dict[str, Any] = {"service": "wifi", "role": "student", "person_id": person_id, "campus_no": campus_no}
        first = network.admit(network.AdmissionRequest(**facts, station=f"3c:22:fe:00:00:{number:02x}", nas_id=nas.pk))
        sid = f"CUT-{number}"
        network.account(
            network.Record(
                nas=ROUTER, identifier=NAMED, status="start", sid=sid, classes=[first.code], application="wifi"
            )
        )
        second = network.admit(network.AdmissionRequest(**facts, station=mac, nas_id=nds.pk))
        one = SignIn.objects.create(
            gateway=gateway,
            person_id=person_id,
            campus_no=campus_no,
            grant=second.code,
            browser=bytes([number]) * 32,
            mac=mac,
            address=address,
            state=SignIn.State.OPEN,
            ends_at=second.ends_at,
        )
        sessions.tell(one, "start")
        made.append({"number": campus_no, "sids": [sid, str(one.public_id)], "mac": mac, "address": address})
    return made


def agent_key() -> str:
    """Run inside."""
    from nanhu.services.network import api as network

    return network.agent_key(FASKEY)


def suspend(number: str) -> float:
    """Run inside: when it was committed."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.identity.lifecycle import suspensions

    suspensions.suspend(by=Actor.system("bench"), account_id=identity.account_with(number).pk, reason="bench")
    return time.time()

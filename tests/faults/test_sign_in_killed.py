"""Kill -9 of web, hasher, door of accounting, worker and database amid sign-ins, tickets, validations, logouts and sessions of the network.

No ticket is ever taken twice, no logout is lost, nobody is signed in who should not be; of each session that a controller told of to its
end there is one row with what its Stop said.
"""

import json
import threading

import requests

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.controllers import NAS, Controller
from tests.faults.evidence import wait_until
from tests.faults.inside import ask, inside
from tests.faults.killing import kill, victims
from tests.faults.walkers import Guesser, Receiver, Seen, Walker

PEOPLE = 6
ON_LINE = 2
"""Of the people, who walk and whose devices are on line besides."""
PREPARE = """
import json, sys, django
django.setup()
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity import api
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.people.models import Affiliation
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.services.network.services import registering
by = Actor.system("test")
api.register_application(by=by, key="faults", name="故障测试", owner="信息中心", service_prefix=sys.argv[1], logout_url=sys.argv[1])
open_ones = Account.objects.values("person")
students = Affiliation.objects.filter(kind="student", state="active", person__in=open_ones).order_by("-pk")
numbers = list(students.values_list("campus_no", flat=True)[:int(sys.argv[2])])
for number in numbers:
    identity_sample.set_password_for_sample(by=by, campus_no=number, password=SAMPLE_PASSWORD)
net = Application.objects.create(key="faults-net", name="故障测试网", owner="信息中心")
facts = {"name": "故障测试控制器", "kind": "ac", "address": sys.argv[3], "identifier": "", "applications": ["faults-net"], "place": None}
registering.register(by=by, facts={**facts, "style": "session-id", "coa_port": 3799, "interim_seconds": 3600})
key = clients.issue_key(by=by, application=net)
print(json.dumps({"key": key, "forms": [{"username": number, "password": SAMPLE_PASSWORD} for number in numbers]}))
"""
END_ALL = """
import django
django.setup()
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import sessions
print(sessions.end_sessions(by=Actor.system("test"), sessions=SsoSession.objects.filter(ended_at=None), how=SsoSession.End.ENDED_ELSEWHERE))
"""
OF_THE_CONTROLLER = f"s.nas_id = (SELECT id FROM network_nas WHERE address = '{NAS}')"  # noqa: S608  our own address
SESSIONS = f"""SELECT s.sid, s.in_octets, s.stopped_at IS NOT NULL, s.grant_id IS NOT NULL FROM network_session s
               WHERE {OF_THE_CONTROLLER} ORDER BY s.sid COLLATE "C" """  # noqa: S608
ADDRESSES = f"""SELECT count(*) FROM network_address_line a JOIN network_session s ON s.id = a.session_id
                WHERE {OF_THE_CONTROLLER}"""  # noqa: S608
EVERYTHING = ("web", "worker", "hasher", "radius", "database")


def is_whole(campus: Campus) -> bool:
    addresses = (f"{campus.url}/health/ready", f"{door_of(campus)}/health")
    is_ready = [requests.get(one, timeout=PATIENCE_SECONDS).status_code for one in addresses] == [200, 204]
    return is_ready and all(victims(campus, kind) for kind in EVERYTHING)


def door_of(campus: Campus) -> str:
    return f"http://localhost:{campus.port('radius')}"


KILLS = [
    ("web",),
    ("hasher",),
    ("radius",),
    ("worker",),
    ("database",),
    ("web", "hasher"),
    ("database", "worker"),
    EVERYTHING,
]


def test_sign_in_tickets_logouts_and_sessions_survive_every_kill(doomed: Campus) -> None:
    receiver, seen, stopping = Receiver(), Seen(), threading.Event()
    made = json.loads(inside(doomed, PREPARE, receiver.address, str(PEOPLE), NAS))
    forms = made["forms"]
    controllers = [
        Controller(
            doomed.url,
            door_of(doomed),
            made["key"],
            form,
            mac=f"3c:22:fb:99:00:{number:02x}",
            address=f"10.77.0.{number}",
            stopping=stopping,
        )
        for number, form in enumerate(forms[1 : 1 + ON_LINE], start=1)
    ]
    walkers = [Walker(doomed.url, receiver.address, form, seen, stopping) for form in forms[1:]]
    walkers.append(Guesser(doomed.url, receiver.address, {**forms[0], "password": "a wrong one"}, seen, stopping))
    threads = [threading.Thread(target=one.live) for one in (*walkers, *controllers)]
    for thread in threads:
        thread.start()

    def go_on(when: str) -> None:
        tickets, reports = len(seen.accepted), [one.acknowledged for one in controllers]
        wait_until(
            doomed,
            lambda: (
                len(seen.accepted) >= tickets + 3
                and all(one.acknowledged > before + 3 for one, before in zip(controllers, reports, strict=True))
            ),
            f"nobody walks any more {when}",
        )

    progress = []
    for kinds in KILLS:
        go_on(f"before {kinds}")
        kill(doomed, kinds)
        wait_until(doomed, lambda: is_whole(doomed), f"the campus did not come back after {kinds}")
        progress.append(len(seen.accepted))
    go_on("after all of it")
    stopping.set()
    for thread in threads:
        thread.join()

    twice = {ticket: times for ticket, times in seen.accepted.items() if times > 1}
    assert not twice
    assert not seen.wrongly_in
    assert seen.signed_out
    ghost = walkers[0]
    assert not [cookie for cookie in seen.signed_out if ghost.ticket(cookie)], "signed out is signed out"

    told = sorted((sid, octets, True, True) for one in controllers for sid, octets in one.told.items())
    assert len(told) > len(KILLS)
    assert ask(doomed, SESSIONS) == told, (
        "each session that was told of to its end stands there once, with what its Stop said"
    )
    assert ask(doomed, ADDRESSES) == [(len(told),)], "and each address in the log once"
    assert not [one.refused for one in controllers if one.refused]

    inside(doomed, END_ALL)
    accepted = {ticket for ticket, times in seen.accepted.items() if times}
    wait_until(
        doomed, lambda: accepted <= set(receiver.told), f"{len(accepted - set(receiver.told))} logouts were lost"
    )
    open_grants = """SELECT count(*) FROM identity_sso_grant g JOIN identity_application p ON p.id = g.application_id
                     WHERE p.key = 'faults' AND g.logout NOT IN ('done', 'notified')"""
    wait_until(doomed, lambda: ask(doomed, open_grants) == [(0,)], "not every grant's logout is written down")
    assert len(accepted) > len(KILLS)
    assert ask(doomed, "SELECT count(*) FROM identity_sso_session WHERE ended_at IS NULL") == [(0,)]
    print(f"{seen.sign_ins} sign-ins, {len(accepted)} tickets taken, {len(receiver.told)} logouts told, {progress}")


def test_no_password_was_written_down(doomed: Campus) -> None:
    from nanhu.sample.demo.welcome import SAMPLE_PASSWORD

    for kind in ("web", "worker", "hasher"):
        assert SAMPLE_PASSWORD not in doomed.log(kind)
        assert "a wrong one" not in doomed.log(kind)

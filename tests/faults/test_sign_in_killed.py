"""Kill -9 of web, hasher, worker and database amid sign-ins, tickets, validations and logouts.

No ticket is ever taken twice, no logout is lost, and nobody is signed in who should not be.
"""

import json
import threading

import requests

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.evidence import wait_until
from tests.faults.inside import ask, inside
from tests.faults.killing import kill, victims
from tests.faults.walkers import Guesser, Receiver, Seen, Walker

PEOPLE = 6
PREPARE = """
import json, sys, django
django.setup()
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity import api
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people.models import Affiliation
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
by = Actor.system("test")
api.register_application(by=by, key="faults", name="故障测试", owner="信息中心", service_prefix=sys.argv[1], logout_url=sys.argv[1])
open_ones = Account.objects.values("person")
students = Affiliation.objects.filter(kind="student", state="active", person__in=open_ones).order_by("-pk")
numbers = list(students.values_list("campus_no", flat=True)[:int(sys.argv[2])])
for number in numbers:
    identity_sample.set_password_for_sample(by=by, campus_no=number, password=SAMPLE_PASSWORD)
print(json.dumps([{"username": number, "password": SAMPLE_PASSWORD} for number in numbers]))
"""
END_ALL = """
import django
django.setup()
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import sessions
print(sessions.end_sessions(by=Actor.system("test"), sessions=SsoSession.objects.filter(ended_at=None), how=SsoSession.End.ENDED_ELSEWHERE))
"""
EVERYTHING = ("web", "worker", "hasher", "database")


def is_whole(campus: Campus) -> bool:
    ready = requests.get(f"{campus.url}/health/ready", timeout=PATIENCE_SECONDS).status_code == 200
    return ready and all(victims(campus, kind) for kind in EVERYTHING)


KILLS = [
    ("web",),
    ("hasher",),
    ("worker",),
    ("database",),
    ("web", "hasher"),
    ("database", "worker"),
    EVERYTHING,
]


def test_sign_in_tickets_and_logouts_survive_every_kill(doomed: Campus) -> None:
    receiver, seen, stopping = Receiver(), Seen(), threading.Event()
    forms = json.loads(inside(doomed, PREPARE, receiver.address, str(PEOPLE)))
    walkers = [Walker(doomed.url, receiver.address, form, seen, stopping) for form in forms[1:]]
    walkers.append(Guesser(doomed.url, receiver.address, {**forms[0], "password": "a wrong one"}, seen, stopping))
    threads = [threading.Thread(target=walker.live) for walker in walkers]
    for thread in threads:
        thread.start()

    progress = []
    for kinds in KILLS:
        before = len(seen.accepted)
        wait_until(
            doomed, lambda before=before: len(seen.accepted) >= before + 3, f"nobody walks any more before {kinds}"
        )
        kill(doomed, kinds)
        wait_until(doomed, lambda: is_whole(doomed), f"the campus did not come back after {kinds}")
        progress.append(len(seen.accepted))
    before = len(seen.accepted)
    wait_until(doomed, lambda: len(seen.accepted) >= before + 3, "nobody walks any more")
    stopping.set()
    for thread in threads:
        thread.join()

    twice = {ticket: times for ticket, times in seen.accepted.items() if times > 1}
    assert not twice
    assert not seen.wrongly_in
    assert seen.signed_out
    ghost = walkers[0]
    assert not [cookie for cookie in seen.signed_out if ghost.ticket(cookie)], "signed out is signed out"

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

"""Single logout: everybody is told at once, the dead hold up nobody, and nothing is lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection, transaction
from lxml import etree

from nanhu.kernel import outgoing, pauses
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs.companions import companions
from nanhu.kernel.retries import Engine
from nanhu.kernel.tests import outside
from nanhu.platforms.identity.models import Application, SsoGrant, SsoSession
from nanhu.platforms.identity.services import logout_engine, sessions, single_logout
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.grants import open_grant
from nanhu.platforms.identity.services.logout_engine import LOGOUTS
from nanhu.platforms.identity.tests.conftest import TEST
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("A002.4")]


def entered(session: SsoSession, address: str, name: str, **facts) -> SsoGrant:
    """`session` was used to enter an application at this address."""
    key = f"app-{Application.objects.count()}"
    application = register_application(
        by=TEST, key=key, name=name, owner="信息中心", service_prefix=address, attributes=[]
    )
    return open_grant(
        session=session,
        application=application,
        protocol="cas",
        reference=f"ST-{key}",
        user_name="T00123",
        service=address + "login",
        **facts,
    )


@pytest.fixture
def session(teacher) -> SsoSession:
    return SsoSession.objects.create(account=teacher.account, campus_no="T00123")


def end(session: SsoSession) -> None:
    sessions.end_sessions(by=Actor.system("test"), sessions=[session], how=SsoSession.End.SIGNED_OUT)


def states() -> dict[str, str]:
    return dict(SsoGrant.objects.values_list("application__name", "logout"))


def are_told(count: int) -> bool:
    """So many, and of who refused it is written down."""
    return list(states().values()).count("notified") == count and SsoGrant.objects.exclude(logout_error="").exists()


@pytest.fixture
def patient_calls(monkeypatch):
    """A call to who does not answer lasts longer than any test looks."""
    monkeypatch.setattr(logout_engine, "send", partial(outgoing.send, seconds=10 * PATIENCE_SECONDS))


@pytest.mark.capability("A002.2")
def test_twelve_of_fourteen_are_out_while_a_dead_one_is_still_being_called(session, patient_calls):
    with outside.applications(12) as good, outside.listening(outside.hang) as hanging:
        for number, one in enumerate(good):
            entered(session, one.address, f"系统{number}")
        entered(session, hanging, "挂起的")
        entered(session, outside.refusing(), "关机的")
        stopping = threading.Event()
        worker = threading.Thread(target=companions["single_logout"], args=(stopping,))
        worker.start()
        end(session)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not are_told(12) and time.monotonic() < deadline:
            time.sleep(0.02)
        found, hung = states(), SsoGrant.objects.get(application__name="挂起的")
        stopping.set()
        worker.join()

    assert hung.logout_attempts >= 1
    assert hung.logout_error == "", "its call has not ended"
    assert {name for name, state in found.items() if state != "notified"} == {"挂起的", "关机的"}
    assert all(len(one.logouts) == 1 for one in good)
    assert "refused" in SsoGrant.objects.get(application__name="关机的").logout_error


@pytest.mark.capability("A002.2", "A002.4")
def test_the_request_is_what_clients_expect(session):
    with outside.application() as there:
        entered(session, there.address, "OA")
        end(session)
        logout_engine.notify_due()

    method, path, body = there.heard[0]
    assert (method, path) == ("POST", "/login")
    assert body.startswith("logoutRequest=")
    root = etree.fromstring(there.logouts[0])
    assert root.tag == "{urn:oasis:names:tc:SAML:2.0:protocol}LogoutRequest"
    assert root[1].tag == "{urn:oasis:names:tc:SAML:2.0:protocol}SessionIndex"
    assert (root[1].text, root[1].attrib) == ("ST-app-0", {})
    assert "<samlp:SessionIndex>ST-app-0</samlp:SessionIndex>" in there.logouts[0]
    assert not set("%+\n") & set(there.logouts[0])


@pytest.mark.capability("A002.4")
def test_told_twice_is_harmless_and_nobody_is_told_without_need(session):
    with outside.application() as there:
        entered(session, there.address, "OA")
        end(session)
        end(session)
        single_logout.call_out(session_ids=[session.pk])
        logout_engine.notify_due()
        logout_engine.notify_due()
    assert len(there.logouts) == 1


def test_two_engines_never_take_the_same_logout(session):
    with outside.applications(10) as good:
        for number, one in enumerate(good):
            entered(session, one.address, f"系统{number}")
        end(session)

        def work() -> None:
            logout_engine.notify_due()
            connection.close()

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert [len(one.logouts) for one in good] == [1] * 10


def test_an_engine_that_dies_amid_a_call_leaves_it_to_the_next(session):
    """Taken up, never concluded: due again when the lease is over, and not before."""
    with outside.application() as there:
        entered(session, there.address, "OA")
        end(session)
        assert len(LOGOUTS.take(8)) == 1
        logout_engine.notify_due()
        assert there.logouts == []
        with time_machine.travel(now() + LOGOUTS.lease + timedelta(seconds=1)):
            logout_engine.notify_due()
    assert len(there.logouts) == 1
    assert states() == {"OA": "notified"}


@pytest.mark.capability("A002.4")
def test_a_sign_out_that_is_rolled_back_tells_nobody(session):
    with outside.application() as there:
        entered(session, there.address, "OA")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            end(session)
            _ = 1 / 0
        logout_engine.notify_due()
    assert there.heard == []
    assert states() == {"OA": "open"}


@pytest.mark.capability("A002.4")
def test_the_dead_are_tried_again_ever_more_slowly_and_named_in_the_end(session, monkeypatch):
    monkeypatch.setattr(pauses, "chance", lambda: 0.0)
    grant = entered(session, outside.refusing(), "图书馆")
    end(session)
    moment = now()
    waits = []
    with time_machine.travel(moment, tick=False) as clock:
        for _attempt in range(5):
            logout_engine.notify_due()
            grant.refresh_from_db()
            waits.append((grant.logout_due_at - now()).total_seconds())
            clock.move_to(grant.logout_due_at)
        clock.move_to(moment + timedelta(hours=24, minutes=1))
        logout_engine.notify_due()
    grant.refresh_from_db()
    assert waits == [2, 4, 8, 16, 32]
    assert (grant.logout, grant.logout_due_at) == ("unreachable", None)
    assert LOGOUTS.pause(30) == timedelta(seconds=600)


@pytest.mark.capability("A002.2")
def test_one_that_comes_back_is_told(session):
    dead = outside.refusing()
    grant = entered(session, dead, "图书馆")
    end(session)
    logout_engine.notify_due()
    with outside.application() as there, time_machine.travel(now() + timedelta(seconds=3)):
        Application.objects.update(logout_url=there.address)
        logout_engine.notify_due()
    grant.refresh_from_db()
    assert (grant.logout, grant.logout_attempts, grant.logout_error) == ("notified", 2, "")


def test_many_people_leaving_a_dead_application_hold_up_no_other(teacher):
    crowd = [SsoSession.objects.create(account=teacher.account, campus_no="T00123") for _ in range(40)]
    with outside.listening(outside.hang) as hanging, outside.application() as good:
        dead = entered(crowd[0], hanging, "挂起的").application
        alive = entered(crowd[0], good.address, "OA").application
        for one in crowd[1:]:
            for application, address in ((dead, hanging), (alive, good.address)):
                open_grant(
                    session=one,
                    application=application,
                    protocol="cas",
                    reference=f"ST-{one.pk}",
                    user_name="T00123",
                    service=address + "login",
                )
        sessions.end_sessions(by=TEST, sessions=crowd, how=SsoSession.End.IDLE)
        deadline = time.monotonic() + PATIENCE_SECONDS
        with ThreadPoolExecutor(LOGOUTS.at_once) as pool:
            engine = Engine(LOGOUTS, pool)
            while len(good.logouts) < 40 and time.monotonic() < deadline:
                engine.turn()
                assert sum(grant.application_id == dead.pk for grant in engine.flights.values()) <= 8
                time.sleep(0.01)
            assert len(good.logouts) == 40
            tried = SsoGrant.objects.filter(application=dead, logout_attempts__gt=0).count()
            assert tried < 40, "the living did not wait for all the dead"
            while any(engine.flights):
                for flight in [one for one in engine.flights if one.done()]:
                    engine.conclude(engine.flights.pop(flight), flight.result())
                time.sleep(0.05)
            assert engine.rooms()[dead.pk] == 1, "one call at a time to who did not answer"


@pytest.mark.capability("A002.2", "A002.4")
@pytest.mark.parametrize(
    ("status", "state"), [(200, "notified"), (302, "notified"), (404, "waiting"), (503, "waiting")]
)
def test_which_answers_count_as_told(session, status, state):
    with outside.application(status, headers={"Location": "http://127.0.0.1:9/"} if status == 302 else {}) as there:
        entered(session, there.address, "OA")
        end(session)
        logout_engine.notify_due()
    assert states() == {"OA": state}


@pytest.mark.capability("A002.4")
def test_a_protocol_may_judge_the_answer_itself(session, monkeypatch):
    with outside.application(body=b"<Status>no</Status>") as there:
        entered(session, there.address, "OA")
        call = single_logout.LogoutCall(
            address=there.address, body=b"x", is_acknowledged=lambda answer: b"yes" in answer.body, reads_body=True
        )
        monkeypatch.setitem(single_logout.logout_calls, "cas", lambda _grant: call)
        end(session)
        logout_engine.notify_due()
    assert states() == {"OA": "waiting"}


@pytest.mark.capability("A002.4")
def test_an_acknowledgement_makes_it_out(session, monkeypatch):
    with outside.application(body=b"<Status>yes</Status>") as there:
        entered(session, there.address, "OA")
        call = single_logout.LogoutCall(
            address=there.address, body=b"x", is_acknowledged=lambda answer: b"yes" in answer.body, reads_body=True
        )
        monkeypatch.setitem(single_logout.logout_calls, "cas", lambda _grant: call)
        end(session)
        logout_engine.notify_due()
    assert states() == {"OA": "done"}


@pytest.mark.capability("A002.4")
def test_who_takes_no_notice_is_called_silent_and_who_cannot_be_told_unreachable(session, monkeypatch):
    entered(session, "https://silent.example.edu.cn/", "不听的", facts={"say": "nothing"})
    entered(session, "https://gone.example.edu.cn/", "没有地址的", facts={"say": "cannot"})
    entered(session, "https://broken.example.edu.cn/", "出错的", facts={"say": "break"})

    def teller(grant):
        match grant.facts["say"]:
            case "cannot":
                raise single_logout.UnreachableError("no address")
            case "break":
                raise KeyError("no key")

    monkeypatch.setitem(single_logout.logout_calls, "cas", teller)
    end(session)
    logout_engine.notify_due()
    assert states() == {"不听的": "silent", "没有地址的": "unreachable", "出错的": "waiting"}


def test_only_the_address_still_registered_is_called(session):
    with outside.application() as there:
        grant = entered(session, there.address, "OA")
        grant.application.addresses.all().delete()
        end(session)
        logout_engine.notify_due()
    assert there.heard == []
    assert states() == {"OA": "unreachable"}


def test_the_database_holds_that_who_waits_has_a_time(session):
    grant = entered(session, "https://oa.example.edu.cn/", "OA")
    with pytest.raises(Exception, match="identity_grant_waiting_has_a_time"):
        SsoGrant.objects.filter(pk=grant.pk).update(logout="waiting")

"""The door of callbacks: what is signed for us, in time, once; the rest is told nothing and changes nothing."""

import time
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.test import Client, RequestFactory

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.services.mobile import registrations
from nanhu.services.mobile.adapters.wecom import line as lines
from nanhu.services.mobile.jobs import forget_old
from nanhu.services.mobile.models import Binding, Callback, Member
from nanhu.services.mobile.services import reaching
from nanhu.services.mobile.tests.conftest import work_off_callbacks
from nanhu.services.mobile.tests.test_entering import tap
from nanhu.services.mobile.tests.wecom_here import sealing
from nanhu.services.mobile.views.callback import callback

pytestmark = pytest.mark.django_db
DOOR = "/mobile/wecom/callback"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>'


def post(wecom, text, *, seconds=0, token=None, receiver="", body=None):
    campus, timestamp = wecom.application.campus, str(int(time.time()) + seconds)
    inside = sealing.sealed(text, key=campus.key, receiver=receiver or wecom.company.corp_id)
    query = {
        "msg_signature": sealing.signature(token or campus.token, timestamp, "n", inside),
        "timestamp": timestamp,
        "nonce": "n",
    }
    sent = body if body is not None else f"<xml><Encrypt>{inside}</Encrypt></xml>"
    return Client().post(f"{DOOR}?{urlencode(query)}", sent, content_type="text/xml")


def said(userid="t2", status="1", at=None, change="update_user"):
    at = at or int(time.time())
    return (
        f"<xml><Event>change_contact</Event><ChangeType>{change}</ChangeType><CreateTime>{at}</CreateTime>"
        f"<UserID>{userid}</UserID><Status>{status}</Status></xml>"
    )


def test_the_address_is_verified_by_its_echo(wecom):
    campus, timestamp = wecom.application.campus, str(int(time.time()))
    echo = sealing.sealed("1616140317555161061", key=campus.key, receiver=wecom.company.corp_id)
    query = {"timestamp": timestamp, "nonce": "n", "echostr": echo}
    query["msg_signature"] = sealing.signature(campus.token, timestamp, "n", echo)
    answer = Client().get(DOOR, query)
    assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
    assert Client().get(DOOR, query | {"msg_signature": "0" * 40}).status_code == 403
    assert Client().get(DOOR).status_code == 403


def test_in_the_read_only_mode_a_callback_is_kept_and_said_to_be_and_a_forged_one_is_refused(wecom, read_only_now):
    assert post(wecom, said()).status_code == 200
    assert Callback.objects.count() == 1
    assert post(wecom, said(), token="other").status_code == 403


@pytest.mark.parametrize(
    "how", ["forged", "old", "future", "receiver", "large", "bomb", "inner bomb", "no xml", "strange letters", "empty"]
)
def test_what_is_not_theirs_is_refused_and_changes_nothing(wecom, how):
    bad = {
        "forged": {"token": "other"},
        "old": {"seconds": -330},
        "future": {"seconds": 330},
        "receiver": {"receiver": "ww-another"},
        "large": {"body": "<xml>" + "a" * 40_000 + "</xml>"},
        "bomb": {"body": BOMB},
        "no xml": {"body": "\x00"},
        "strange letters": {"body": '<?xml version="1.0" encoding="x-none"?><xml/>'},
        "empty": {"body": ""},
    }
    answer = post(wecom, BOMB if how == "inner bomb" else said(), **bad.get(how, {}))
    assert (answer.status_code, answer.content) == (403, b"")
    assert not Callback.objects.exists()


def test_without_a_company_there_is_no_door(db, monkeypatch):
    monkeypatch.setattr(lines, "configuration", lambda: replace(configuration(), demo=False))
    assert Client().post(DOOR).status_code == 404
    assert Client().get("/mobile/enter").status_code == 404


def test_the_same_twice_under_another_seal_is_heard_once(syncing, wecom):
    text = said()
    assert [post(wecom, text).status_code for _one in range(3)] == [200, 200, 200]
    assert Callback.objects.count() == 1


def test_the_doctor_says_when_none_ever_came(syncing, wecom):
    def doctor():
        return registry.checks.get("mobile.wecom").run().message

    assert "一次回调也没有来" not in doctor()
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        assert "一次回调也没有来" in doctor()
    wecom.join("t2")
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        assert "一次回调也没有来" not in doctor()
    with time_machine.travel(now() + timedelta(days=91)):
        forget_old()
        assert not Callback.objects.exists()
        assert Member.objects.filter(state=Member.State.INVITED).exists()
        assert "一次回调也没有来" not in doctor(), "one came, and is forgotten"


def test_a_later_word_is_not_undone_by_an_older_one(syncing, wecom):
    wecom.join("t2")
    post(wecom, said(status="5", at=int(time.time()) - 60))
    work_off_callbacks()
    assert syncing.member("T2").state == Member.State.ACTIVE
    assert Callback.objects.order_by("-pk").first().outcome == "older"


def test_callbacks_that_come_twice_and_out_of_order_end_in_the_same(syncing, wecom):
    wecom.fault("disorder")
    wecom.join("t2")
    wecom.fault("duplicate")
    wecom.leave("t3")
    assert set(wecom.told) == {200}
    assert syncing.member("T2").state == Member.State.ACTIVE
    assert urlsplit(wecom.application.campus.callback).path == DOOR


def test_a_time_that_is_none_is_refused(syncing, wecom):
    assert post(wecom, said(at="soon")).status_code == 403
    assert post(wecom, said(status="²")).status_code == 200


@pytest.mark.parametrize("how", [{"status": "5"}, {"change": "delete_user"}])
def test_an_account_of_ones_own_that_is_gone_opens_nothing_for_who_is_given_its_name_next(syncing, wecom, client, how):
    """It was there before us, and the phone on record bound it: we never made it, and are no member by it."""
    wecom.company.store.put("wang-laoshi", "王老师", "13907300002", [1], 1)
    assert tap(client, wecom, "wang-laoshi")["Location"] == "/"
    bound = Binding.objects.get(userid="wang-laoshi")
    post(wecom, said(userid="Wang-LaoShi", at=int(bound.bound_at.timestamp()) - 60, **how))
    work_off_callbacks()
    assert Binding.objects.get(userid="wang-laoshi").ended_at is None, "an older word than the binding"
    post(wecom, said(userid="Wang-LaoShi", at=int(time.time()) + 1, **how))
    work_off_callbacks()
    assert client.get("/")["Location"].startswith("/sign-in")
    wecom.company.store.put("wang-laoshi", "王小二", "13800000009", [1], 1)
    assert tap(Client(), wecom, "wang-laoshi")["Location"] == "/mobile/link"
    assert Binding.objects.get(userid="wang-laoshi").end == "left"


@pytest.mark.parametrize("event", ["subscribe", "change_contact"])
def test_what_is_about_nobody_of_ours_is_kept_and_does_nothing(syncing, wecom, event):
    text = said(userid="stranger").replace("change_contact", event)
    assert post(wecom, text).status_code == 200


class Outside(BaseHTTPRequestHandler):
    """What stands at the school's public address: the campus itself, or what a proxy gives in its place."""

    says: ClassVar[bytes | None] = None

    def do_GET(self):
        if self.says is None:
            answer = callback(RequestFactory().get(self.path))
            status, body = answer.status_code, answer.content
        else:
            status, body = 200, self.says
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said):
        """Not into the test's output."""


@pytest.fixture
def public_address(wecom, monkeypatch):
    """An address of ours that the doctor may call, and how to say what answers there."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Outside) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        here = replace(configuration(), demo=False, public_url=f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(reaching, "configuration", lambda: here)
        monkeypatch.setattr(registrations, "configuration", lambda: here)
        yield server
        server.shutdown()


def test_the_doctor_asks_the_public_address_for_the_echo_that_wecom_wants(public_address, monkeypatch):
    [check] = [one for one in registry.checks if one.key == "mobile.callback"]
    assert check.run().verdict == "ok"
    monkeypatch.setattr(Outside, "says", b"<html>portal</html>")
    assert (check.run().verdict, "答的不是送去的话" in str(check.run().message)) == ("warn", True)
    monkeypatch.setattr(Outside, "says", None)
    monkeypatch.setattr(reaching, "now", lambda: now() - timedelta(seconds=400))
    assert "HTTP 403" in str(check.run().message), "its clock is wrong"
    public_address.shutdown()
    public_address.server_close()
    assert "打不开" in str(check.run().message)

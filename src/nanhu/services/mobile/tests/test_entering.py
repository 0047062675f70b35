"""One tap in 企业微信 and the portal is open; a code, a state and a colleague's account are good for nothing else."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import SmsMessage
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.devices import SEEN_COOKIE
from nanhu.platforms.identity.lifecycle.accounts import move
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.people import api as people
from nanhu.services.mobile.models import Binding, Member
from nanhu.services.mobile.tests.conftest import STAFF
from nanhu.services.mobile.views import enter
from nanhu.services.mobile.views.enter import COOKIE, waiting_to_be_linked
from nanhu.testing.members import PASSWORD, SYSTEM, also_studies
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db


def go(client, to=""):
    """Out to 企业微信; the state that it was sent with."""
    answer = client.get("/mobile/enter", {"to": to} if to else {})
    assert answer.status_code == 302
    parts = urlsplit(answer["Location"])
    assert parts.path == "/connect/oauth2/authorize"
    return parse_qs(parts.query)["state"][0]


def back(client, wecom, userid, state):
    return client.get("/mobile/entered", {"code": wecom.company.code_for(userid), "state": state})


def tap(client, wecom, userid, to=""):
    return back(client, wecom, userid, go(client, to))


@pytest.mark.capability("A066.1")
def test_one_tap_opens_the_portal_signed_in(syncing, wecom, client):
    wecom.join("t2")
    answer = tap(client, wecom, "t2")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    home = client.get("/")
    assert home.status_code == 200
    assert "王老师" in home.content.decode()
    assert client.get("/manifest.webmanifest").json()["display"] == "standalone"


@pytest.mark.capability("A066.1")
def test_a_card_leads_to_its_thing_and_to_no_other_house(syncing, wecom):
    wecom.join("t2")
    assert tap(Client(), wecom, "T2", "/flows/?a=1")["Location"] == "/flows/?a=1"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert tap(Client(), wecom, "t2", elsewhere)["Location"] == "/"


@pytest.mark.capability("A060.1", "A066.1")
def test_a_state_is_of_one_browser_and_good_once(syncing, wecom, client):
    wecom.join("t2")
    state = go(client)
    assert back(Client(), wecom, "t2", state).status_code == 422
    assert back(client, wecom, "t2", state).status_code == 302
    client.post("/sign-out")
    assert back(client, wecom, "t2", state).status_code == 422
    late = go(client)
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert back(client, wecom, "t2", late).status_code == 422
    assert client.get("/mobile/entered", {"code": "x"}).status_code == 422
    first, *_later = [go(client, to) for to in ("/flows/", "/messages/", "")]
    assert back(client, wecom, "t2", first)["Location"] == "/flows/", "whichever of several is answered"


@pytest.mark.capability("A066.1")
def test_a_code_is_good_once_and_a_made_up_one_never(syncing, wecom):
    wecom.join("t2")
    code = wecom.company.code_for("t2")
    first, second = Client(), Client()
    assert first.get("/mobile/entered", {"code": code, "state": go(first)}).status_code == 302
    assert second.get("/mobile/entered", {"code": code, "state": go(second)}).status_code == 422
    assert second.get("/mobile/entered", {"code": "made-up", "state": go(second)}).status_code == 422
    assert "_auth_user_id" not in second.session


def made_up(browser, times=4):
    return [browser.get("/mobile/entered", {"code": "x", "state": go(browser)}).status_code for _one in range(times)]


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(enter, "CODES", replace(enter.CODES, free=2, leak=0))


@pytest.mark.capability("A066.1")
@pytest.mark.usefixtures("syncing", "few")
def test_made_up_codes_are_not_asked_of_them_for_ever(wecom, client):
    wecom.join("t2")
    for _one in range(4):
        assert tap(Client(), wecom, "t2").status_code == 302
    wecom.fault("down")
    assert tap(client, wecom, "t2").status_code == 503
    assert made_up(client) == [422, 422, 422, 429]
    assert tap(Client(REMOTE_ADDR="127.0.7.7"), wecom, "t2").status_code == 302


@pytest.mark.usefixtures("syncing", "few")
def test_a_neighbour_with_made_up_codes_keeps_out_no_browser_that_came_in_before(wecom):
    """A dormitory stands behind one address; and whoever came in before, or made a cookie up, closes no other browser's gate."""
    wecom.join("t2")
    mine, another, forger = Client(), Client(), Client()
    for known in (mine, another):
        assert tap(known, wecom, "t2").status_code == 302
        known.post("/sign-out")
    forger.cookies[SEEN_COOKIE] = "eyJicm93c2VyIjoibWluZSIsIm1hcmtzIjpbMV19:1:made-up"
    assert made_up(Client()) == [422, 422, 422, 429]
    assert tap(forger, wecom, "t2").status_code == 429
    assert made_up(another) == [422, 422, 422, 429]
    for _one in range(4):
        assert tap(mine, wecom, "t2").status_code == 302
        mine.post("/sign-out")


@pytest.mark.capability("A060.1", "A066.1")
def test_it_is_no_fresh_proof(syncing, wecom, client):
    wecom.join("t2")
    tap(client, wecom, "t2")
    assert client.get("/card/code/enable/")["Location"].startswith("/sign-in/again")


@pytest.mark.capability("A060.2")
def test_an_undone_move_gives_the_old_account_back_and_puts_the_other_out(syncing, wecom):
    wecom.join("t2")
    wecom.company.store.put("wang-2", "王老师", "13800000000", [1], 1)
    thief = Client()
    tap(thief, wecom, "wang-2")
    signed_in("T2", client=thief)
    assert thief.post("/mobile/link").status_code == 302
    tap(thief, wecom, "wang-2")
    owner = syncing.client("T2")
    owner.post("/mobile/undo/")
    assert Binding.objects.get(ended_at=None).userid == "t2"
    assert thief.get("/mobile/")["Location"].startswith("/sign-in")
    assert tap(Client(), wecom, "wang-2")["Location"] == "/mobile/link"
    assert tap(Client(), wecom, "t2")["Location"] == "/"
    assert owner.get("/mobile/").status_code == 200


@pytest.mark.capability("A066.1")
def test_who_owes_a_second_step_takes_it_here_too(syncing, wecom, client):
    identity.grant_role(by=SYSTEM, account_id=identity.account_of(syncing.persons["T2"]).pk, role="identity.admin")
    wecom.join("t2")
    assert tap(client, wecom, "t2")["Location"] != "/"


@pytest.mark.capability("A066.1")
def test_whose_account_is_suspended_does_not_enter(syncing, wecom, client):
    wecom.join("t2")
    move(by=SYSTEM, account=identity.account_of(syncing.persons["T2"]), state="suspended", reason="停职")
    assert tap(client, wecom, "t2").status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.capability("A066.1")
def test_who_was_bound_and_has_left_does_not_enter(syncing, wecom, client):
    wecom.join("t2")
    tap(Client(), wecom, "t2")
    gone = {"state": "ended", "ends_on": campus_today() - timedelta(days=1), "unit_code": "20"}
    syncing.record("T2", affiliation=gone)
    answer = tap(client, wecom, "t2")
    assert answer.get("Location") != "/"
    assert signed_in_as(client) == []


@pytest.mark.capability("A066.1")
def test_an_account_that_stands_for_somebody_else_now_lets_nobody_in(syncing, wecom):
    wecom.join("t2")
    assert tap(Client(), wecom, "t2")["Location"] == "/"
    assert Binding.objects.get(ended_at=None).how == "record"
    Member.objects.filter(person_id=syncing.persons["T3"]).delete()
    Member.objects.filter(userid="t2").update(person_id=syncing.persons["T3"])
    late = Client()
    assert tap(late, wecom, "t2")["Location"] == "/mobile/link"
    assert "_auth_user_id" not in late.session


@pytest.mark.capability("A060.1")
def test_a_phone_on_one_record_is_that_persons(school, wecom, client):
    """An account that stood there before us, under a userid of its own."""
    wecom.company.store.put("wang-laoshi", "王老师", "13907300002", [1], 1)
    assert tap(client, wecom, "wang-laoshi")["Location"] == "/"
    found = Binding.objects.get()
    assert (found.person_id, found.how, found.userid) == (school.persons["T2"], "phone", "wang-laoshi")


@pytest.mark.capability("A060.1")
@pytest.mark.parametrize(("name", "mobile"), [("别的人", "13907300002"), ("王老师", "13800000000"), ("王老师", "")])
def test_another_name_or_phone_binds_nobody(school, wecom, client, name, mobile):
    wecom.company.store.put("wang-laoshi", name, mobile, [1], 1)
    assert tap(client, wecom, "wang-laoshi")["Location"] == "/mobile/link"
    assert not Binding.objects.exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.capability("A060.1", "A060.2")
def test_a_phone_that_an_office_changed_today_binds_nobody_before_tomorrow(school, wecom, client):
    wecom.company.store.put("wang-laoshi", "王老师", "13900139009", [1], 1)
    changed = people.PersonRecord(key="1", person_id=school.persons["T2"], phone="13900139009")
    with time_machine.travel(now() + timedelta(days=2)):
        people.apply_records(by=SYSTEM, records=[changed], origin=people.Origin(source="hr.staff", title="人事处"))
        tap(client, wecom, "wang-laoshi")
        assert not Binding.objects.exists()
    with time_machine.travel(now() + timedelta(days=3, minutes=1)):
        tap(client, wecom, "wang-laoshi")
        assert Binding.objects.get().person_id == school.persons["T2"]


@pytest.mark.capability("A060.1")
def test_the_phone_of_who_has_left_binds_nobody(school, wecom, client):
    gone = {"state": "ended", "ends_on": campus_today() - timedelta(days=1), "unit_code": "20"}
    school.record("T2", affiliation=gone)
    wecom.company.store.put("wang-laoshi", "王老师", "13907300002", [1], 1)
    tap(client, wecom, "wang-laoshi")
    assert not Binding.objects.exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.capability("A060.1")
def test_a_phone_that_two_have_binds_neither(school, wecom, client):
    school.record("T3", name="王老师", phone="13907300002")
    wecom.company.store.put("wang-laoshi", "王老师", "13907300002", [1], 1)
    assert tap(client, wecom, "wang-laoshi")["Location"] == "/mobile/link"
    school.record("T3", name="另一位")
    assert tap(Client(), wecom, "wang-laoshi")["Location"] == "/mobile/link", "nor where the names differ"


@pytest.mark.capability("A060.2")
def test_with_a_changed_phone_one_proves_oneself_to_the_portal_and_binds(school, wecom, client):
    wecom.company.store.put("wang-laoshi", "王老师", "13800000000", [1], 1)
    tap(client, wecom, "wang-laoshi")
    page = client.get("/mobile/link").content.decode()
    assert "忘记密码" in page
    assert client.post("/mobile/link").status_code == 200
    assert not Binding.objects.exists()
    client.post("/sign-in", {"username": "T2", "password": PASSWORD, "next": "/mobile/link"})
    SsoSession.objects.update(authenticated_at=now() - timedelta(hours=1))
    assert client.get("/mobile/link")["Location"].startswith("/sign-in/again")
    assert client.post("/mobile/link").status_code == 403
    SsoSession.objects.update(authenticated_at=now())
    assert "wang-laoshi" in client.get("/mobile/link").content.decode()
    assert client.post("/mobile/link").status_code == 302
    assert client.post("/mobile/link").status_code == 422
    assert Binding.objects.get().how == "account"
    assert tap(Client(), wecom, "wang-laoshi")["Location"] == "/"


@pytest.mark.capability("A060.1")
def test_a_colleagues_account_cannot_be_taken_and_both_are_told(syncing, wecom):
    wecom.join("t2")
    thief = syncing.client("T3")
    thief.cookies[COOKIE] = "t2:made-up"
    assert thief.post("/mobile/link").status_code == 422
    thief.cookies[COOKIE] = waiting_to_be_linked("t2").cookies[COOKIE].value
    before = SmsMessage.objects.count()
    assert thief.post("/mobile/link").status_code == 409
    assert Binding.objects.get().person_id == syncing.persons["T2"]
    assert SmsMessage.objects.count() == before + 2


@pytest.mark.capability("A060.2")
def test_one_moves_to_another_account_only_signed_in(syncing, wecom, client):
    wecom.join("t2")
    wecom.company.store.put("new-one", "王老师", "13907300002", [1], 1)
    assert tap(client, wecom, "new-one")["Location"] == "/mobile/link"
    assert Binding.objects.get(ended_at=None).userid == "t2"


@pytest.mark.capability("A060.1", "A066.1")
def test_a_stranger_and_who_has_left_are_told_so(syncing, wecom):
    wecom.company.store.put("gone", "外人", "13800000001", [1], 5)
    stranger = tap(Client(), wecom, "gone")
    assert stranger.status_code == 403
    assert "还不是学校企业微信的成员" in stranger.content.decode()


@pytest.mark.capability("A066.1")
def test_while_wecom_is_away_the_password_is_offered(syncing, wecom, client):
    wecom.join("t2")
    state = go(client)
    wecom.fault("down")
    answer = back(client, wecom, "t2", state)
    assert answer.status_code == 503
    assert "用密码登录" in answer.content.decode()
    assert back(client, wecom, "t2", state).status_code == 422, "asked once, whatever came of it"


def test_an_answer_of_theirs_that_is_none_is_no_fault_of_ours(syncing, wecom, client, monkeypatch):
    wecom.join("t2")
    state = go(client)
    monkeypatch.setattr(wecom.company, "who", lambda *_arguments: {"errcode": None, "errmsg": None})
    wecom.company.apis["auth/getuserinfo"] = wecom.company.who
    answer = back(client, wecom, "t2", state)
    assert answer.status_code == 503
    assert "用密码登录" in answer.content.decode()


def signed_in_as(browser):
    """Whose name stands on the home; nobody's where it leads to the sign-in."""
    home = browser.get("/")
    names = [name for name, _phone in STAFF.values() if name in home.content.decode()]
    return names if home.status_code == 200 else []


@pytest.mark.capability("A060.1", "A066.1")
def test_two_on_one_device_each_come_into_their_own_portal(syncing, wecom, client):
    """A phone, or the desktop of an office: the app signs in another account, and its browser still has the first one's session."""
    for userid in ("t2", "t3"):
        wecom.join(userid)
    tap(client, wecom, "t2")
    assert signed_in_as(client) == ["王老师"]
    assert tap(client, wecom, "t3", "/messages/")["Location"] == "/messages/"
    assert signed_in_as(client) == ["赵老师"]
    assert list(SsoSession.objects.order_by("pk").values_list("ended_how", flat=True)) == ["replaced", ""]
    signed_in("T1", client=client)
    tap(client, wecom, "t2")
    assert signed_in_as(client) == ["王老师"]


@pytest.mark.parametrize(("userid", "leads_to"), [("wang-laoshi", "/mobile/link"), ("gone", "")])
def test_an_account_that_is_nobodys_yet_looks_into_no_portal_that_the_app_opened(
    syncing, wecom, client, userid, leads_to
):
    wecom.company.store.put("wang-laoshi", "别的人", "13800000000", [1], 1)
    wecom.company.store.put("gone", "外人", "13800000001", [1], 5)
    wecom.join("t2")
    tap(client, wecom, "t2")
    answer = tap(client, wecom, userid)
    assert answer.get("Location", "") == leads_to
    assert signed_in_as(client) == []


@pytest.mark.capability("A066.1")
def test_ones_own_session_goes_on_at_the_next_tap(syncing, wecom, client):
    wecom.join("t2")
    tap(client, wecom, "t2")
    key = client.session.session_key
    assert tap(client, wecom, "t2", "/messages/")["Location"] == "/messages/"
    assert client.session.session_key == key
    assert SsoSession.objects.count() == 1


@pytest.mark.capability("A066.1")
def test_who_unbinds_is_out_wherever_the_app_was_opened(syncing, wecom):
    wecom.join("t2")
    lost, here, desk = Client(), Client(), syncing.client("T2")
    for phone in (lost, here):
        tap(phone, wecom, "t2")
    here.post("/mobile/leave/")
    assert [signed_in_as(one) for one in (lost, here, desk)] == [[], ["王老师"], ["王老师"]]
    assert tap(lost, wecom, "t2")["Location"] == "/mobile/link", "nor does the next tap bind it again"
    assert not Binding.objects.filter(ended_at=None).exists()


def test_who_unbinds_is_not_bidden_to_bind_while_he_is_still_in_the_book(syncing, wecom):
    wecom.join("t2")
    mine = syncing.client("T2")
    left = mine.post("/mobile/leave/", follow=True).content.decode()
    assert "正在移出" in left
    assert "就绑定好了" not in left
    assert "正在移出" not in mine.post("/mobile/join/", follow=True).content.decode()


@pytest.mark.capability("A060.2")
def test_who_moves_to_another_account_is_out_of_the_old_phone(syncing, wecom):
    wecom.join("t2")
    wecom.company.store.put("wang-2", "王老师", "13800000000", [1], 1)
    lost, mine = Client(), Client()
    tap(lost, wecom, "t2")
    tap(mine, wecom, "wang-2")
    signed_in("T2", client=mine)
    assert mine.post("/mobile/link").status_code == 302
    assert [signed_in_as(one) for one in (lost, mine)] == [[], ["王老师"]]


def test_the_file_of_the_trusted_domain_is_the_schools_own(client, db, monkeypatch):
    assert client.get("/WW_verify_abc123.txt").status_code == 404
    table = SimpleNamespace(table=lambda _name: SimpleNamespace(members={"verify": "abc123"}))
    monkeypatch.setattr(enter, "school", lambda: table)
    assert client.get("/WW_verify_abc123.txt").content == b"abc123"
    assert client.get("/WW_verify_other.txt").status_code == 404


@pytest.mark.capability("A066.1")
def test_who_works_and_studies_here_comes_in_under_the_number_of_his_work(syncing, wecom, client):
    wecom.join("t2")
    also_studies(syncing.persons["T2"])
    assert tap(client, wecom, "t2").status_code == 302
    assert SsoSession.objects.latest("pk").campus_no == "T2"

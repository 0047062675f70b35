"""Membership equals affiliation: the personnel office's record makes a member, the end of the last affiliation removes one."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.kernel.registry import ChangedFact
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters.wecom.client import WecomClient
from nanhu.services.mobile.jobs import compare_nightly, follow_everybody, publish
from nanhu.services.mobile.models import Binding, Comparison, Consent, Corp, Department, Member, VendorCall
from nanhu.services.mobile.services import bindings, comparing, members, pushing
from nanhu.services.mobile.tests.conftest import settle, work_off_callbacks
from nanhu.testing import merging
from nanhu.testing.members import PASSWORD, SYSTEM

pytestmark = pytest.mark.django_db
DESK = "/mobile/desk/"
State = Member.State


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name__contains=name).count()


@pytest.mark.capability("A059.1")
def test_the_record_alone_makes_a_member(syncing, wecom):
    syncing.record("T9", name="新老师", phone="13907300099", affiliation={"unit_code": "20", "state": "active"})
    assert syncing.member("T9").due_at > now() + timedelta(hours=23), "told first, with a day to say no"
    settle()
    found = wecom.company.store.member("t9")
    assert (found["name"], found["email"], found["status"]) == ("新老师", "t9@hnist.edu.cn", 4)
    names = {row["id"]: row["name"] for row in wecom.company.store.rows("SELECT * FROM department")}
    assert [names[one] for one in found["department"]] == ["财务处"]
    wecom.join("t9")
    assert syncing.member("T9").state == State.ACTIVE
    assert Binding.objects.get(person_id=syncing.persons["T9"]).how == "record"
    assert told("MemberJoined") == 1


@pytest.mark.capability("A057.4")
def test_a_phone_of_the_staff_goes_out_when_its_owner_says_so_and_not_before(syncing, wecom):
    """By PIPL 23: what a third party is given of somebody he has agreed to, and sees."""
    assert {one["mobile"] for one in wecom.company.store.members()} == {""}
    client = syncing.client("T2")
    assert "手机号还没有交出去" in client.get("/mobile/").content.decode()
    made = wecom.company.calls["user/create"]
    client.post("/mobile/join/")
    settle()
    assert wecom.company.store.member("t2")["mobile"] == "13907300002"
    assert wecom.company.calls["user/create"] == made, "the account stays"
    assert "手机号还没有交出去" not in client.get("/mobile/").content.decode()
    assert Consent.objects.get(person_id=syncing.persons["T2"]).purpose == "binding"
    assert {one["mobile"] for one in wecom.company.store.members()} == {"", "13907300002"}, "nobody else's"


@pytest.mark.capability("A060.2")
def test_a_phone_that_an_office_changed_today_goes_out_tomorrow(syncing, wecom):
    """Whoever may write the record could else join in somebody's place by a phone of his own."""
    bindings.consent(person_id=syncing.persons["T2"])
    with time_machine.travel(now() + timedelta(days=2)):
        settle()
        syncing.record("T2", name="王老师", phone="13907300022")
        settle()
        assert wecom.company.store.member("t2")["mobile"] != "13907300022"
        assert "满 24 小时" in syncing.member("T2").error
    with time_machine.travel(now() + timedelta(days=3, minutes=1)):
        settle()
        assert (wecom.company.store.member("t2")["mobile"], syncing.member("T2").error) == ("13907300022", "")


def test_who_has_joined_is_asked_to_join_nowhere(syncing, wecom):
    """Neither where an account is bound, nor where he is in the book and nothing is bound any more."""
    client = syncing.client("T2")
    assert "就能加入" in client.get("/mobile/").content.decode()
    assert "您已经加入企业微信" not in client.get("/mobile/certify/").content.decode()
    wecom.join("t2")
    for _time in range(2):
        own = client.get("/mobile/").content.decode()
        assert not [one for one in ("就能加入", "扫码加入", "加入企业微信的二维码", "同意并开通") if one in own]
        for address in ("/mobile/certify/", "/mobile/newcomer/"):
            assert "您已经加入企业微信" in client.get(address).content.decode()
        Binding.objects.update(ended_at=now(), end="given_up")
    assert "您已经加入。" in own


@pytest.mark.capability("A059.3")
def test_nobody_keeps_a_list_by_hand(syncing, wecom):
    """Whoever is staff is in the book, and the difference list of the desk is empty."""
    assert wecom.members().keys() == {"t1", "t2", "t3"}
    desk = syncing.client("T1")
    desk.post(f"{DESK}compare/")
    assert Comparison.objects.order_by("-pk")[0].is_empty
    assert "没有差异" in desk.get(f"{DESK}differences/").content.decode()
    Member.objects.filter(person_id=syncing.persons["T3"]).delete()
    follow_everybody()
    assert syncing.member("T3").task == "create", "what no event brought is found by the night"


@pytest.mark.capability("A058.2")
@pytest.mark.parametrize(("number", "days"), [("T2", 0), ("S1", 30)])
def test_who_leaves_is_removed(syncing, wecom, number, days):
    if number == "S1":
        past = {"kind": "staff", "campus_no": "T10", "state": "ended", "ends_on": campus_today() - timedelta(days=9)}
        syncing.record("S1", affiliation=past)  # what ended before does not shorten the time of a graduate
        bindings.join(by=SYSTEM, person_id=syncing.persons["S1"])
        settle()
    wecom.join(number.lower())
    wecom.join("t1")
    syncing.record(number, affiliation={"state": "ended", "ends_on": campus_today() - timedelta(days=1)})
    follow_everybody()
    settle()
    if days:
        assert number.lower() in wecom.members()
        with time_machine.travel(now() + timedelta(days=days)):
            follow_everybody()
            settle()
    assert number.lower() not in wecom.members()
    assert {"t1", "t2", "t3"} - {number.lower()} <= wecom.members().keys(), "and nobody else"
    assert syncing.member(number).state == State.REMOVED
    assert Binding.objects.get(person_id=syncing.persons[number]).end == "removed"
    assert Binding.objects.get(ended_at=None).userid == "t1", "who stays stays bound"
    assert told("MemberLeft") == 1
    target = f"person:{syncing.persons[number]}"
    assert AuditEntry.objects.filter(action="mobile.remove_member", target=target).count() == 1


@pytest.mark.capability("A059.3")
def test_nothing_is_written_there_before_somebody_saw_what_it_does(school, wecom):
    members.follow(list(school.persons.values()))
    settle()
    assert wecom.members() == {}
    desk = school.client("T1")
    assert desk.post(f"{DESK}start/").status_code == 409
    desk.post(f"{DESK}compare/")
    assert Comparison.objects.get().creates == 3
    desk.post(f"{DESK}start/")
    settle()
    assert wecom.members().keys() == {"t1", "t2", "t3"}


def test_another_company_is_not_written_to(syncing, wecom):
    Corp.objects.update(corp_id="ww-the-test-company")
    syncing.record("T2", name="王老师改")
    settle()
    assert wecom.company.store.member("t2")["name"] == "王老师"


@pytest.mark.capability("A059.3")
def test_the_dry_run_says_what_would_be_made_changed_and_removed(school, wecom):
    wecom.company.store.put("t2", "王老师", "13907300002", [1], 1)
    wecom.company.store.put("visitor", "外单位", "13900000000", [1], 1)
    desk = school.client("T1")
    desk.post(f"{DESK}compare/")
    made = Comparison.objects.get()
    assert (made.creates, made.changes, made.removes, made.unknown) == (2, 1, 0, 1)
    page = desk.get(f"{DESK}").content.decode()
    assert "将新建 2、修改 1、移出 0" in " ".join(page.split())
    assert wecom.company.calls["user/create"] == 0
    desk.post(f"{DESK}start/")
    settle()
    assert {"t2", "visitor"} < wecom.members().keys()
    assert school.member("T2").state == State.ACTIVE
    assert wecom.company.store.member("visitor")["name"] == "外单位"


def test_a_doubtful_account_waits_for_a_person(school, wecom):
    wecom.company.store.put("t2", "别的人", "13800000000", [1], 1)
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    settle()
    found, desk = school.member("T2"), school.client("T1")
    assert found.state == State.REVIEW
    assert wecom.company.store.member("t2")["name"] == "别的人"
    assert "核对账号" in desk.get("/flows/").content.decode()
    desk.post(f"{DESK}members/{found.public_id}/ours/")
    again = [desk.post(f"{DESK}members/{found.public_id}/{way}/").status_code for way in ("ours", "not-ours")]
    assert again == [409, 409], "in a second tab"
    settle()
    assert wecom.company.store.member("t2")["name"] == "王老师"
    assert school.member("T2").state == State.INVITED


def test_an_account_made_by_mail_when_the_power_went_is_ours_and_asks_nobody(syncing, wecom):
    """Killed between Tencent's answer and its writing down: it is made again, and stands there."""
    killed = {"state": State.WAITING, "task": Member.Task.CREATE, "pushed": None, "due_at": now()}
    Member.objects.filter(person_id=syncing.persons["T2"]).update(**killed)
    settle()
    found = syncing.member("T2")
    assert (found.state, found.task, found.error) == (State.INVITED, "", "")
    assert wecom.company.store.member("t2")["mobile"] == ""


@pytest.mark.capability("A060.1")
@pytest.mark.parametrize("agreed_first", [True, False])
def test_an_account_of_his_own_from_before_us_is_taken_over_by_phone_and_name(school, wecom, agreed_first):
    """Who agrees later had one by his mail meanwhile: that one goes, for he never joined it."""
    wecom.company.store.put("wang-laoshi", "王老师", "13907300002", [1], 1)
    if agreed_first:
        bindings.consent(person_id=school.persons["T2"])
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    settle()
    if not agreed_first:
        assert {"t2", "wang-laoshi"} < wecom.members().keys()
        school.client("T2").post("/mobile/join/")
        settle()
    found = school.member("T2")
    assert (found.userid, found.state) == ("wang-laoshi", State.ACTIVE)
    assert "t2" not in wecom.members()
    assert wecom.company.store.member("wang-laoshi")["department"] != [1]


def agrees_late(school, wecom):
    """王老师 has an account of his own, and the one that was made by his mail."""
    wecom.company.store.put("wang-laoshi", "王老师", "13907300002", [1], 1)
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    settle()
    bindings.consent(person_id=school.persons["T2"])


def test_the_account_made_by_mail_stays_where_his_own_takes_nothing_from_us(school, wecom, monkeypatch):
    agrees_late(school, wecom)
    update = wecom.company.apis["user/update"]

    def not_of_him(use, query, body):
        return {"errcode": 60129, "errmsg": "no"} if body["userid"] == "wang-laoshi" else update(use, query, body)

    monkeypatch.setitem(wecom.company.apis, "user/update", not_of_him)
    school.client("T2").post("/mobile/join/")
    settle()
    found = school.member("T2")
    assert (found.userid, found.state, found.error != "") == ("t2", State.INVITED, True)
    assert wecom.company.store.member("t2")["name"] == "王老师"


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("cut", ["update_member", "delete_member", "goes_on_as"])
def test_a_takeover_that_is_cut_off_anywhere_is_done_by_the_next_try(school, wecom, monkeypatch, cut, place):
    """The power goes right before or right after a word to them, or ours."""
    agrees_late(school, wecom)
    school.client("T2").post("/mobile/join/")
    member, owner = school.member("T2"), pushing if cut == "goes_on_as" else WecomClient
    real = getattr(owner, cut)

    def cut_off(*said):
        if place == "after" or (cut == "update_member" and said[-1].userid == "t2"):
            real(*said)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(owner, cut, cut_off)
        pushing.push(member, pushing.step(member).args[1])
    settle()
    found = school.member("T2")
    assert (found.userid, found.state, found.error) == ("wang-laoshi", State.ACTIVE, "")
    assert "t2" not in wecom.members()
    assert wecom.company.store.member("wang-laoshi")["department"] != [1]


def test_who_is_to_go_while_his_own_account_is_taken_over_leaves_none_there(school, wecom, monkeypatch):
    agrees_late(school, wecom)
    school.client("T2").post("/mobile/join/")
    member, real = school.member("T2"), WecomClient.delete_member

    def he_leaves(client, userid):
        real(client, userid)
        Member.objects.filter(pk=member.pk).update(task=Member.Task.DELETE)

    with monkeypatch.context() as patch:
        patch.setattr(WecomClient, "delete_member", he_leaves)
        pushing.push(member, pushing.step(member).args[1])
    settle()
    assert school.member("T2").state == State.REMOVED
    assert not {"t2", "wang-laoshi"} & wecom.members().keys()


@pytest.mark.capability("A060.2", "A059.3")
def test_what_changed_is_changed_there_and_nothing_else_is(syncing, wecom):
    before = dict(wecom.company.calls)
    members.follow(list(syncing.persons.values()))
    settle()
    assert wecom.company.calls == before
    bindings.join(by=SYSTEM, person_id=syncing.persons["T2"])
    settle()
    before = dict(wecom.company.calls)
    syncing.record("T2", name="王老师改", phone="13907300022")
    with time_machine.travel(now() + timedelta(hours=25)):  # a phone that replaces another goes out a day later
        settle()
    assert wecom.company.calls["user/update"] == before["user/update"] + 1
    assert wecom.company.store.member("t2")["mobile"] == "13907300022"


def test_a_phone_that_another_has_says_so_and_is_tried_again_on_demand(school, wecom):
    wecom.company.store.put("visitor", "外单位", "13907300002", [1], 1)
    bindings.consent(person_id=school.persons["T2"])
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    settle()
    found, desk = school.member("T2"), school.client("T1")
    assert found.state == State.FAILED
    page = desk.get(f"{DESK}members/", {"state": "failed"}).content.decode()
    assert "手机号已被企业里另一人使用" in page
    wecom.company.store.write("DELETE FROM member WHERE userid = 'visitor'")
    desk.post(f"{DESK}members/{found.public_id}/retry/")
    settle()
    assert school.member("T2").state == State.INVITED


def test_who_had_joined_and_was_given_up_takes_messages_again(syncing, wecom):
    wecom.join("t2")
    Member.objects.filter(userid="t2").update(state=State.FAILED, error="40014")
    desk = syncing.client("T1")
    desk.post(f"{DESK}members/{syncing.member('T2').public_id}/retry/")
    settle()
    assert syncing.member("T2").state == State.ACTIVE


def test_who_has_no_phone_on_record_is_listed_with_the_reason(syncing):
    record = {"unit_code": "20", "state": "active"}
    syncing.record("T8", name="无号", affiliation=record)
    bindings.join(by=SYSTEM, person_id=syncing.persons["T8"])
    assert syncing.member("T8").state == State.FAILED
    assert "没有手机号" in syncing.member("T8").error
    syncing.record("T8", phone="13907300088")
    settle()
    assert syncing.member("T8").state == State.INVITED


@pytest.mark.capability("A058.2", "A058.1")
def test_who_leaves_by_himself_is_not_invited_again_until_he_says_so(syncing, wecom):
    wecom.join("t2")
    wecom.leave("t2")
    follow_everybody()
    settle()
    assert syncing.member("T2").state == State.LEFT
    assert Binding.objects.get(person_id=syncing.persons["T2"]).end == "left"
    page = syncing.client("T2").get("/mobile/").content.decode()
    assert "您自己退出过" in page
    assert "想回来：在门户“移动校园”里按“同意并开通”" in syncing.client("T2").get("/messages/").content.decode()
    syncing.client("T2").post("/mobile/join/")
    assert syncing.member("T2").task == "create"
    assert AuditEntry.objects.get(action="mobile.join").target == f"person:{syncing.persons['T2']}"


@pytest.mark.capability("A057.4")
def test_who_leaves_after_his_own_no_is_not_invited_back(syncing, wecom):
    wecom.join("t2")
    syncing.client("T2").post("/mobile/leave/")
    wecom.leave("t2")
    assert "想回来" not in syncing.client("T2").get("/messages/").content.decode()


def test_while_they_are_away_it_waits_and_then_goes_through(school, wecom):
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    wecom.fault("down", "busy", "expired")
    settle()
    assert wecom.members().keys() == {"t1", "t2", "t3"}


def test_a_stopped_line_tells_the_office_and_goes_on_when_it_says_so(syncing, wecom):
    desk = syncing.client("T1")
    wecom.fault("untrusted")
    syncing.record("T2", name="王老师改")
    settle()
    assert "已停止调用企业微信" in desk.get(DESK).content.decode()
    assert syncing.member("T2").attempts == 0
    from nanhu.services.mobile.registrations import check_line

    assert check_line().verdict == "fail"
    desk.post(f"{DESK}resume/")
    settle()
    assert wecom.company.store.member("t2")["name"] == "王老师改"


def test_a_line_that_stops_at_a_department_stays_stopped(syncing, wecom, monkeypatch):
    def untrusted(*_request):
        return {"errcode": 60020, "errmsg": "not allowed"}

    Department.objects.all().delete()
    wecom.company.store.write("DELETE FROM department WHERE id > 1")
    with monkeypatch.context() as patch:
        patch.setitem(wecom.company.apis, "department/create", untrusted)
        syncing.record("T2", name="王老师改")
        syncing.record("T3", name="赵老师改")
        settle()
    assert (wecom.company.calls["department/create"], syncing.member("T2").attempts) == (2, 0)
    assert VendorCall.objects.filter(errcode=60020).count() == 1
    syncing.client("T1").post(f"{DESK}resume/")
    settle()
    assert wecom.company.store.member("t2")["name"] == "王老师改"


@pytest.mark.capability("A059.3")
def test_a_comparison_that_is_refused_says_why_and_what_was_written_stays(syncing, wecom):
    desk = syncing.client("T1")
    for fault, words in (("busy", "超过企业微信的调用频率"), ("down", "502"), ("untrusted", "不在企业可信 IP 里")):
        wecom.fault(fault)
        answer = desk.post(f"{DESK}compare/", headers={"accept": "text/html"})
        assert answer.status_code == 503
        assert words in answer.content.decode()
    assert VendorCall.objects.filter(errcode=60020).count() == 1
    assert "已停止调用企业微信" in desk.get(DESK).content.decode()


@pytest.mark.capability("A059.3")
def test_a_unit_that_is_named_anew_is_named_anew_there(syncing, wecom):
    unit = people.UnitRecord(code="20", name="计划财务处", parent_code="00")
    people.apply_units(by=SYSTEM, records=[unit], origin=people.Origin(source="test", title="测试"))
    compare_nightly()
    assert wecom.company.store.rows("SELECT 1 FROM department WHERE name = '计划财务处'")


def test_two_records_of_one_person_have_one_member(syncing, wecom):
    people.merge_persons(by=SYSTEM, kept_id=syncing.persons["T2"], gone_id=syncing.persons["T3"], reason="同一人")
    deliver_pending()
    follow_everybody()
    settle()
    assert "t3" not in wecom.members()
    assert "t2" in wecom.members()


@pytest.mark.capability("A059.3")
def test_what_the_nightly_comparison_finds_is_pushed_again_at_a_press(syncing, wecom):
    wecom.company.store.write("DELETE FROM member WHERE userid = 't3'")
    desk = syncing.client("T1")
    assert compare_nightly() is False
    assert Comparison.objects.order_by("-pk")[0].creates == 1
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert syncing.client("T1").post(f"{DESK}mend/").status_code == 409, "what was found an hour ago is old"
    assert syncing.member("T3").task == ""
    desk = syncing.client("T1")
    desk.post(f"{DESK}mend/")
    assert AuditEntry.objects.get(action="mobile.mend").facts == {"queued": 1}
    settle()
    assert "t3" in wecom.members()
    store = wecom.company.store
    ours = store.member("t3")["department"]
    store.put("t3", "李老师", "", [1], 1)
    assert (compare_nightly(), Comparison.objects.order_by("-pk")[0].changes) == (False, 1), "moved there by hand"
    desk.post(f"{DESK}mend/")
    settle()
    assert store.member("t3")["department"] == ours != [1]
    ended(syncing, "T2")
    settle()
    wecom.company.store.put("t2", "王老师", "13907300002", [1], 1)
    desk.post(f"{DESK}compare/")
    assert Comparison.objects.order_by("-pk")[0].removes == 1, "who was taken out and was put back by hand"
    desk.post(f"{DESK}mend/")
    settle()
    assert "t2" not in wecom.members()


@pytest.mark.capability("A058.2")
def test_his_own_word_ends_membership_of_staff_too(syncing, wecom):
    wecom.join("t2")
    syncing.client("T2").post("/mobile/leave/")
    settle()
    assert "t2" not in wecom.members()
    follow_everybody()
    settle()
    assert "t2" not in wecom.members()
    work_off_callbacks()
    assert identity.account_of(syncing.persons["T2"]).may_sign_in


@pytest.mark.capability("A059.1", "A058.1")
def test_staff_are_told_what_goes_out_a_day_before_and_may_say_no(syncing, wecom):
    record = {"unit_code": "20", "state": "active"}
    for number in ("T7", "T8", "T9"):
        syncing.record(number, name=f"新老师{number}", phone=f"1390730007{number[1]}", affiliation=record)
    identity.open_accounts(by=SYSTEM, person_ids=[syncing.persons["T7"]])
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no="T7", password=PASSWORD)
    assert pushing.push_due() == 0
    said = syncing.client("T7").get("/messages/").content.decode()
    page = syncing.client("T7").get("/mobile/").content.decode()
    assert "姓名、单位和学校邮箱地址交给腾讯" in said
    assert "姓名、单位和学校邮箱地址交给腾讯" in page
    syncing.client("T7").post("/mobile/leave/")
    bindings.join(by=SYSTEM, person_id=syncing.persons["T8"])
    pushing.push_due()
    assert not {"t7", "t9"} & wecom.members().keys()
    assert "t8" in wecom.members()
    with time_machine.travel(now() + timedelta(days=1, seconds=9)):
        pushing.push_due()
    assert {"t8", "t9"} < wecom.members().keys()
    assert "t7" not in wecom.members()


def ended(school, number, days=-1):
    school.record(number, affiliation={"state": "ended", "ends_on": campus_today() + timedelta(days=days)})


@pytest.mark.capability("A058.2")
@pytest.mark.parametrize("attempts", [0, 1])
def test_a_removal_that_waits_is_taken_back(syncing, wecom, attempts):
    """A change of post in two feeds: ended, and started again before the worker came to it."""
    wecom.join("t2")
    ended(syncing, "T2")
    assert syncing.member("T2").task == "delete"
    Member.objects.update(attempts=attempts)
    syncing.record("T2", affiliation={"state": "active"})
    settle()
    assert wecom.company.calls["user/delete"] == 0
    assert syncing.member("T2").state == State.ACTIVE
    assert Binding.objects.get(ended_at=None).userid == "t2"


def test_who_is_parted_from_during_the_call_goes(syncing, wecom):
    syncing.record("T9", name="新老师", phone="13907300099", affiliation={"unit_code": "20", "state": "active"})
    called = syncing.member("T9")
    ended(syncing, "T9")
    pushing.settled(called, is_new=True)
    assert syncing.member("T9").task == "delete"
    assert not pushing.goes_on(called, state=State.INVITED)


@pytest.mark.capability("A058.2")
def test_an_early_end_is_the_end_and_the_last_day_is_one_of_membership(syncing, wecom):
    bindings.join(by=SYSTEM, person_id=syncing.persons["S1"])
    settle()
    ended(syncing, "S1", days=400)
    ended(syncing, "T2", days=0)
    settle()
    assert {"s1", "t2"} < wecom.members().keys()
    with time_machine.travel(now() + timedelta(days=1)):
        follow_everybody()
        settle()
        assert "t2" not in wecom.members()
    with time_machine.travel(now() + timedelta(days=31)):
        follow_everybody()
        settle()
        assert "s1" not in wecom.members()


@pytest.mark.capability("A058.2")
def test_a_feed_without_units_removes_nobody(syncing, wecom, monkeypatch):
    monkeypatch.setattr(people, "unit_ids_by_code", lambda _codes: {})
    follow_everybody()
    settle()
    assert wecom.members().keys() == {"t1", "t2", "t3"}


@pytest.mark.capability("A058.2", "A059.3")
def test_more_removals_than_usual_wait_for_the_keepers_press(syncing, wecom, monkeypatch):
    monkeypatch.setattr(members, "FEW", 1)
    ended(syncing, "T2")
    ended(syncing, "T3")
    follow_everybody()
    settle()
    assert wecom.members().keys() == {"t1", "t3"}
    desk = syncing.client("T1")
    desk.post(f"{DESK}compare/")
    assert f"{DESK}differences/" in desk.get("/flows/").content.decode(), "a to-do of the keeper"
    desk.post(f"{DESK}mend/")
    settle()
    assert wecom.members().keys() == {"t1"}


def test_a_number_that_two_have_stops_one_and_nobody_else(syncing, wecom):
    record = {"unit_code": "20", "state": "active"}
    syncing.record("t2", name="另一人", phone="13907300077", affiliation=record)
    members.follow(list(syncing.persons.values()))
    settle()
    found = syncing.member("t2")
    assert (found.state, "t2" in found.error) == (State.FAILED, True)
    assert wecom.company.store.member("t2")["name"] == "王老师"
    ended(syncing, "T2")
    settle()
    follow_everybody()
    settle()
    assert wecom.company.store.member("t2")["name"] == "另一人"


@pytest.mark.capability("A059.3")
def test_an_old_list_removes_nobody_who_came_back(syncing, wecom):
    syncing.client("T2").post("/mobile/leave/")
    settle()
    wecom.company.store.put("t2", "王老师", "13907300002", [1], 1)
    desk = syncing.client("T1")
    desk.post(f"{DESK}compare/")
    assert Comparison.objects.order_by("-pk")[0].removes == 1
    syncing.client("T2").post("/mobile/join/")
    settle()
    desk.post(f"{DESK}mend/")
    settle()
    assert "t2" in wecom.members()
    assert syncing.member("T2").state == State.ACTIVE
    with time_machine.travel(now() + timedelta(hours=2)):
        assert syncing.client("T1").post(f"{DESK}mend/").status_code == 409


@pytest.mark.capability("A059.3")
def test_nobody_is_pushed_by_hand_who_should_not_be_there(syncing, wecom):
    syncing.client("T2").post("/mobile/leave/")
    settle()
    found = syncing.member("T2")
    assert syncing.client("T1").post(f"{DESK}members/{found.public_id}/retry/").status_code == 409
    settle()
    assert "t2" not in wecom.members()


def test_a_parted_merge_gives_back_what_was_the_others(syncing, wecom):
    wecom.join("t3")
    kept, gone = syncing.persons["S2"], syncing.persons["T3"]
    merged = people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一人")
    deliver_pending()
    assert Binding.objects.get(ended_at=None).person_id == kept
    people.part_persons(by=SYSTEM, merge_id=merged.id, reason="是两个人")
    deliver_pending()
    settle()
    assert not Binding.objects.filter(ended_at=None).exists()
    assert Member.objects.get(userid="t3").person_id == gone


def test_what_was_agreed_to_while_two_were_one_is_nobodys_word_when_they_are_told_apart(syncing, wecom):
    kept, gone = syncing.persons["S2"], syncing.persons["S1"]
    merge = merging.merge(kept_id=kept, gone_id=gone)
    assert syncing.client("S2").post("/mobile/join/").status_code == 302
    settle()
    assert {"s1", "s2"} & wecom.members().keys()
    merging.part(merge)
    deliver_pending()
    settle()
    assert not {"s1", "s2"} & wecom.members().keys()
    assert not queries.has_withdrawn(kept), "nor has he said no"
    bindings.join(by=SYSTEM, person_id=kept)
    settle()
    assert {"s1", "s2"} & wecom.members().keys() == {"s2"}


@pytest.mark.parametrize("before", [(), ("T2",), ("T3",), ("T2", "T3")])
@pytest.mark.parametrize("is_taken_back", [False, True])
def test_a_no_that_was_said_while_two_were_one_is_that_of_both_when_they_are_told_apart(
    syncing, wecom, before, is_taken_back
):
    """Whoever of them said it; and whoever said yes after it may be the other."""
    kept, gone = syncing.persons["T2"], syncing.persons["T3"]
    for number in before:
        bindings.consent(person_id=syncing.persons[number])
    merge = merging.merge(kept_id=kept, gone_id=gone)
    browser = syncing.client("T2")
    assert browser.post("/mobile/leave/").status_code == 302
    if is_taken_back:
        assert browser.post("/mobile/join/").status_code == 302
    settle()
    merging.part(merge)
    deliver_pending()
    settle()
    assert not {"t2", "t3"} & wecom.members().keys()
    follow_everybody()
    settle()
    assert not {"t2", "t3"} & wecom.members().keys(), "nor does a night make a member of one"
    bindings.join(by=SYSTEM, person_id=gone)
    settle()
    assert {"t2", "t3"} & wecom.members().keys() == {"t3"}, "each says anew that he wants it"


def test_a_no_from_before_the_merge_is_his_alone_when_they_are_told_apart(syncing, wecom):
    syncing.client("T3").post("/mobile/leave/")
    merge = merging.merge(kept_id=syncing.persons["T2"], gone_id=syncing.persons["T3"])
    settle()
    merging.part(merge)
    deliver_pending()
    settle()
    assert {"t2", "t3"} & wecom.members().keys() == {"t2"}


@pytest.mark.capability("A057.4")
def test_a_no_of_either_record_stands_after_a_merge(syncing, wecom):
    syncing.client("T3").post("/mobile/leave/")
    bindings.consent(person_id=syncing.persons["T2"])
    people.merge_persons(by=SYSTEM, kept_id=syncing.persons["T2"], gone_id=syncing.persons["T3"], reason="同一人")
    deliver_pending()
    settle()
    assert not {"t2", "t3"} & wecom.members().keys()


def test_a_second_unit_has_its_department_too(syncing, wecom):
    record = {"kind": "student", "campus_no": "S8", "unit_code": "1201", "state": "active"}
    syncing.record("T3", affiliation=record)
    bindings.join(by=SYSTEM, person_id=syncing.persons["T3"])
    settle()
    assert syncing.member("T3").task == ""
    assert len(wecom.company.store.member("t3")["department"]) == 2


def test_a_corrected_name_is_followed_when_it_was_written_there_and_not_before(syncing):
    def followed(field="people.name"):
        fact = ChangedFact(person_id=syncing.persons["T2"], field=field, was="王老师", since=now())
        return [one.followed_at is not None for one in members.copies_of(fact)]

    assert followed() == [True]
    syncing.record("T2", name="汪老师", affiliation={"unit_code": "20"})
    assert followed() == followed("people.unit") == [False]
    settle()
    assert followed() == [True]
    assert followed("people.photo") == [], "no photo stands there"
    fact = ChangedFact(person_id=syncing.persons["S1"], field="people.name", was="", since=now())
    assert list(members.copies_of(fact)) == [], "a student who never agreed"


def test_other_systems_read_who_is_a_member_without_phone_and_account(syncing, wecom):
    wecom.join("t2")
    assert publish() == 3
    rows = {one["campus_no"]: one for one in SharedRow.living("mobile.member").values_list("data", flat=True)}
    assert (rows["T2"]["state"], rows["T1"]["state"]) == ("active", "invited")
    assert rows["T2"]["joined_at"] is not None
    assert not any(secret in str(rows) for secret in ("13907300002", "userid"))
    assert publish() == 0
    syncing.record("T2", affiliation={"state": "ended", "ends_on": campus_today() - timedelta(days=1)})
    follow_everybody()
    settle()
    publish()
    assert "T2" not in SharedRow.living("mobile.member").values_list("data__campus_no", flat=True)


def test_a_userid_bound_while_two_were_one_signs_nobody_in_after_the_parting(syncing, wecom):
    """Before any event is told: between the parting and the worker's turn he would come in as the other."""
    kept, gone = syncing.persons["S2"], syncing.persons["T3"]
    merged = people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一人")
    deliver_pending()
    bindings.bind(by=SYSTEM, person_id=kept, userid="x123", how=Binding.How.ACCOUNT, moves=True)
    people.part_persons(by=SYSTEM, merge_id=merged.id, reason="是两个人")
    bound = Binding.objects.get(userid="x123")
    assert (bound.person_id, bound.end) == (kept, Binding.End.PARTED)


def test_a_userid_bound_before_stays(syncing, wecom):
    kept, gone = syncing.persons["S2"], syncing.persons["T3"]
    bindings.bind(by=SYSTEM, person_id=kept, userid="x123", how=Binding.How.ACCOUNT, moves=True)
    merged = people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一人")
    people.part_persons(by=SYSTEM, merge_id=merged.id, reason="是两个人")
    assert Binding.objects.get(userid="x123").ended_at is None

"""Conversations reported for abuse: what each side may, who judges and reads, who is kept from writing and what he may say to it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.kit.waiting import counts_in
from nanhu.kernel.models import AuditEntry
from nanhu.services.lostfound.models import Conversation, Item, Message, RelayBar, TalkReport
from nanhu.services.lostfound.services import aging, claiming, relaying, reporting
from nanhu.services.lostfound.services.merging import rekey
from nanhu.services.lostfound.tests.conftest import CAST, HOME

pytestmark = pytest.mark.django_db
TALKS, BARS = f"{HOME}review/talks/", f"{HOME}review/bars/"
ABUSE, ANSWER = "你这个骗子", "你才是"


def talk_of(school, guest="S2", author="S1", answer=ANSWER, **facts):
    """The guest wrote abuse, the author answered."""
    talk = relaying.begin(by=school.actor(guest), item=school.shown(author, **facts), words=ABUSE)
    if answer:
        relaying.send(by=school.actor(author), talk=talk, words=answer)
    return talk


def address(talk):
    return f"{HOME}mine/talks/{talk.public_id}/"


def reported(school, talk, who="S1", reason="骂人"):
    assert school.client(who).post(f"{address(talk)}report/", {"reason": reason}).status_code == 302
    return TalkReport.objects.get(conversation=talk, author_id=school.actor(who).account_id)


def read(school, address, who, why="核实举报"):
    return school.client(who).post(f"{address}read/", {"reason": why})


def judged(school, one, days, who="R1"):
    read(school, f"{TALKS}{one.public_id}/", who)
    return school.client(who).post(f"{TALKS}{one.public_id}/judge/", {"days": days, "reason": "辱骂他人"})


def barred(school, days=30):
    assert judged(school, reported(school, talk_of(school)), days).status_code == 302
    return RelayBar.objects.get()


@pytest.mark.capability("A074.3")
@pytest.mark.parametrize(("who", "other"), [("S1", "S2"), ("S2", "S1")])
def test_either_side_reports_and_the_conversation_is_over_for_both(school, who, other):
    talk = talk_of(school)
    assert "举报对方写的话" in school.client(who).get(address(talk)).content.decode()
    assert school.client(who).post(f"{address(talk)}report/", {"reason": ""}).status_code == 422
    assert school.client(who).post(f"{address(talk)}report/", {"reason": "打 13800138000 骂我"}).status_code == 422
    reported(school, talk, who)
    for side in (who, other):
        assert school.client(side).post(f"{address(talk)}send/", {"words": "还有"}).status_code == 409
    assert "举报对方写的话" not in school.client(who).get(address(talk)).content.decode()
    page = school.client(other).get(address(talk)).content.decode()
    assert ("这段留言已经结束" in page, "骂人" in page) == (True, False), "why is not for his eyes"
    assert not any("举报" in one for one in school.texts_to(other))
    assert school.client(who).post(f"{address(talk)}report/", {"reason": "再报"}).status_code == 409
    assert TalkReport.objects.count() == 1
    reported(school, talk, other)
    assert TalkReport.objects.count() == 2, "the other side may as well"


@pytest.mark.capability("A074.3")
def test_a_stranger_reports_no_conversation_by_its_number(school):
    talk = talk_of(school)
    for stranger in ("S3", "R1", "K1"):
        assert school.client(stranger).get(f"{address(talk)}report/").status_code == 404
        assert school.client(stranger).post(f"{address(talk)}report/", {"reason": "骂人"}).status_code == 404
    talk.refresh_from_db()
    assert (talk.closed_at, TalkReport.objects.count()) == (None, 0)


@pytest.mark.capability("A074.3")
def test_who_reports_everybody_is_stopped_at_the_sixth_and_reports_nobody_who_never_wrote(school):
    silent = talk_of(school, guest="S3", answer="")
    assert school.client("S3").post(f"{address(silent)}report/", {"reason": "乱说"}).status_code == 409
    talks = [talk_of(school, guest="S3", words=f"黑伞 {at} 号柜") for at in range(6)]
    codes = [school.client("S3").post(f"{address(one)}report/", {"reason": "乱说"}).status_code for one in talks]
    assert codes == [302] * 5 + [429]
    silent.refresh_from_db()
    talks[5].refresh_from_db()
    assert (silent.closed_at, talks[5].closed_at) == (None, None)
    assert not RelayBar.objects.exists(), "a report alone keeps nobody from anything"
    assert school.client("S1").post(f"{address(talks[5])}send/", {"words": "在的"}).status_code == 302


@pytest.mark.capability("A074.3")
def test_a_reviewer_reads_what_the_reported_one_wrote_after_a_look_on_record_and_no_name(school):
    one = reported(school, talk_of(school))
    reviewer, page = school.client("R1"), f"{TALKS}{one.public_id}/"
    seen = [reviewer.get(address).content.decode() for address in (TALKS, page, f"{page}read/")]
    assert reviewer.post(f"{page}read/", {"reason": ""}).status_code == 422
    assert not AuditEntry.objects.filter(action=reporting.LOOK).exists()
    assert not any(ABUSE in text for text in seen)
    shown = read(school, page, "R1").content.decode()
    assert (ABUSE in shown, ANSWER in shown) == (True, False), "who reported keeps his words"
    names = {CAST["S1"], CAST["S2"]}
    assert not any(name in text for name in names for text in (*seen, shown))
    entry = AuditEntry.objects.get(action=reporting.LOOK)
    assert (entry.target, entry.reason) == (f"person:{one.accused.person_id}", "核实举报")
    for stranger in ("K1", "S1", "S2", "S3"):
        assert school.client(stranger).get(page).status_code == 404
        assert school.client(stranger).post(f"{page}read/", {"reason": "看看"}).status_code == 404


@pytest.mark.capability("A074.3")
def test_no_reviewer_judges_or_reads_a_conversation_of_his_own(school):
    one = reported(school, talk_of(school, guest="R1"))
    page = f"{TALKS}{one.public_id}/"
    assert str(one.public_id) not in school.client("R1").get(TALKS).content.decode()
    assert school.client("R1").post(f"{page}read/", {"reason": "看看"}).status_code == 404
    assert judged(school, one, 0).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        TalkReport.objects.update(judge_id=school.actor("R1").account_id, judged_at=now())
    assert judged(school, one, 7, "R2").status_code == 302
    assert judged(school, one, 30, "R2").status_code == 404, "once"
    assert RelayBar.objects.get().account_id == school.actor("R1").account_id


@pytest.mark.capability("A074.3")
@pytest.mark.parametrize("days", [0, 30])
def test_nobody_judges_what_he_has_not_read(school, days):
    one = reported(school, talk_of(school))
    page, said = f"{TALKS}{one.public_id}/", {"days": days, "reason": "辱骂他人"}
    assert read(school, page, "R2").status_code == 200
    assert "judge/" not in school.client("R1").get(page).content.decode()
    answer = school.client("R1").post(f"{page}judge/", said)
    assert (answer.status_code, "先看被举报的话，再处理。" in answer.content.decode()) == (409, True), "another read it"
    with pytest.raises(IntegrityError, match="judge_read_it"), transaction.atomic():
        TalkReport.objects.update(judge_id=school.actor("R1").account_id, judged_at=now())
    assert read(school, page, "R1").status_code == 200
    assert "judge/" in school.client("R1").get(page).content.decode()
    assert school.client("R1").post(f"{page}judge/", said).status_code == 302


@pytest.mark.capability("A074.3")
def test_what_was_no_abuse_keeps_nobody_from_writing(school):
    assert judged(school, reported(school, talk_of(school)), 0).status_code == 302
    assert not RelayBar.objects.exists()
    assert any("已经有人看过并处理" in one for one in school.texts_to("S1"))
    assert not any("举报" in one for one in school.texts_to("S2"))
    other = school.shown("S3")
    assert school.client("S2").post(f"{HOME}items/{other.public_id}/message/", {"words": "在吗"}).status_code == 302


@pytest.mark.capability("A074.3")
def test_who_is_barred_reads_why_and_until_when_and_writes_again_afterwards(school, later):
    before = talk_of(school, guest="S2", author="S3")
    bar = barred(school)
    item, written = school.shown("S4"), Message.objects.count()
    begun = school.client("S2").post(f"{HOME}items/{item.public_id}/message/", {"words": "在吗"})
    sent = school.client("S2").post(f"{address(before)}send/", {"words": "在吗"})
    for answer in (begun, sent):
        assert answer.status_code == 409
        assert "不能写站内留言：辱骂他人" in answer.content.decode()
    assert Message.objects.count() == written
    page = school.client("S2").get(f"{HOME}mine/").content.decode()
    assert ("您暂时不能写站内留言" in page, "辱骂他人" in page, CAST["S1"] in page) == (True, True, False)
    assert any("辱骂他人" in one and CAST["S1"] not in one for one in school.texts_to("S2"))
    assert school.client("S3").post(f"{address(before)}send/", {"words": "在的"}).status_code == 302, "others go on"
    entry = AuditEntry.objects.get(action="lostfound.bar")
    assert (entry.target, entry.facts) == (f"person:{bar.account.person_id}", {"days": 30})
    later(timedelta(days=31))
    relaying.send(by=school.actor("S2"), talk=before, words="又可以了")


@pytest.mark.capability("A074.3")
@pytest.mark.parametrize("lifts", [True, False])
def test_he_objects_once_and_another_than_who_barred_him_answers(school, lifts):
    bar = barred(school)
    page, desk = f"{HOME}mine/bars/{bar.public_id}/object/", f"{BARS}{bar.public_id}/"
    assert school.client("S1").post(page, {"reason": "替他说"}).status_code == 404
    assert school.client("R2").get(desk).status_code == 404, "he has not objected"
    assert school.client("S2").post(page, {"reason": "我是开玩笑"}).status_code == 302
    assert school.client("S2").post(page, {"reason": "再说"}).status_code == 409
    said = {"lifts": "1" if lifts else "0", "reason": "看过了"}
    assert str(bar.public_id) not in school.client("R1").get(BARS).content.decode()
    assert school.client("R1").post(desk, said).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        RelayBar.objects.update(answer="不", answered_by_id=school.actor("R1").account_id)
    assert "我是开玩笑" in school.client("R2").get(BARS).content.decode()
    assert school.client("R2").get(f"{desk}read/").status_code == 200
    asked = school.client("R2").get(desk).content.decode()
    assert ("我是开玩笑" in asked, f"{desk}read/" in asked, ABUSE in asked) == (True, True, False)
    assert school.client("R2").post(desk, said).status_code == 409, "unread"
    shown = read(school, desk, "R2", "核实申诉").content.decode()
    assert (ABUSE in shown, ANSWER in shown) == (True, False)
    assert AuditEntry.objects.filter(action=reporting.LOOK).latest("at").reason == "核实申诉"
    assert school.client("R2").post(desk, said).status_code == 302
    item = school.shown("S4")
    answer = school.client("S2").post(f"{HOME}items/{item.public_id}/message/", {"words": "在吗"})
    assert answer.status_code == (302 if lifts else 409)
    assert any("看过了" in one for one in school.texts_to("S2"))
    assert ("您暂时不能写站内留言" in school.client("S2").get(f"{HOME}mine/").content.decode()) is not lifts


def test_who_reported_it_answers_no_objection(school):
    assert judged(school, reported(school, talk_of(school, author="R2"), "R2"), 30).status_code == 302
    bar = RelayBar.objects.get()
    desk = f"{BARS}{bar.public_id}/"
    assert school.client("S2").post(f"{HOME}mine/bars/{bar.public_id}/object/", {"reason": "误会"}).status_code == 302
    said = school.client("R2").post(desk, {"lifts": "0", "reason": "不"}).status_code
    assert [said, read(school, desk, "R2").status_code] == [404, 404]
    with pytest.raises(SamePersonError):
        reporting.answer(by=school.actor("R2"), found=bar, lifts=False, reason="不")


def test_an_objection_that_the_days_ended_waits_no_more_for_anybody(school):
    bar = barred(school)
    second = SimpleNamespace(account_id=school.actor("R2").account_id, person_id=0)
    assert school.client("S2").post(f"{HOME}mine/bars/{bar.public_id}/object/", {"reason": "误会"}).status_code == 302
    assert counts_in(("lostfound.bars",), second) == {"lostfound.bars": 1}
    RelayBar.objects.update(until=now())
    assert str(bar.public_id) not in school.client("R2").get(BARS).content.decode()
    assert not counts_in(("lostfound.bars",), second).get("lostfound.bars")


def test_a_right_claim_opens_no_conversation_that_was_reported(school):
    """Who was reported would have the other again by a press of his own."""
    talk = talk_of(school, mark="刻了名字")
    claim = claiming.claim(by=school.actor("S2"), item=talk.item, mark="刻了名字")
    reported(school, talk, "S2")
    claiming.decide(by=school.actor("S1"), one=claim, is_right=True)
    talk.refresh_from_db()
    assert talk.closed_at is not None
    assert any("到失物招领处" in one for one in school.texts_to("S2"))


def test_of_two_records_that_became_one_he_is_barred_as_well_and_reports_himself_nowhere(school):
    bar, own = barred(school), talk_of(school, guest="S4", author="S3")
    reported(school, own, "S4")
    kept = {number: school.actor(number).account_id for number in ("S5", "S2", "S4", "S3")}
    rekey(kept=kept["S5"], gone=kept["S2"])
    bar.refresh_from_db()
    assert bar.account_id == kept["S5"]
    rekey(kept=kept["S3"], gone=kept["S4"])
    assert not Conversation.objects.filter(pk=own.pk).exists()


def test_what_he_judged_of_his_own_by_another_account_waits_for_a_third_person(school):
    """Two records of one person become one in one transaction with this: what could not be is no reason to keep them two."""
    accounts = {number: school.actor(number).account_id for number in ("R1", "R2", "S1", "S2")}
    barred(school)
    rekey(kept=accounts["R1"], gone=accounts["S1"])
    one = TalkReport.objects.get()
    assert (one.author_id, one.judged_at, RelayBar.objects.exists()) == (accounts["R1"], None, False)
    assert str(one.public_id) not in school.client("R1").get(TALKS).content.decode()
    assert judged(school, one, 30, "R2").status_code == 302
    rekey(kept=accounts["R2"], gone=accounts["S2"])
    assert not RelayBar.objects.exists(), "barred by himself"


def test_who_barred_by_another_account_does_not_answer_the_objection(school):
    bar = barred(school)
    assert school.client("S2").post(f"{HOME}mine/bars/{bar.public_id}/object/", {"reason": "误会"}).status_code == 302
    rekey(kept=school.actor("R2").account_id, gone=school.actor("R1").account_id)
    assert school.client("R2").get(f"{BARS}{bar.public_id}/").status_code == 404
    bar.refresh_from_db()
    assert bar.by_id == school.actor("R2").account_id


def test_a_bar_that_is_long_over_is_forgotten_and_a_report_goes_with_its_item(school, later):
    barred(school, 7)
    later(timedelta(days=400))
    Item.objects.update(state="closed", ended_at=now() - timedelta(days=390))
    aging.remove_old()
    assert (RelayBar.objects.count(), TalkReport.objects.count()) == (0, 0)

"""Review (A073): by another, with a reason; four hours of work; reports; what is over hides itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.school import School as SchoolFile
from nanhu.kernel.school import school as school_of
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages.models import Message as Told
from nanhu.services.lostfound import school_file
from nanhu.services.lostfound.models import Item, Photo
from nanhu.services.lostfound.services import aging, claiming, keeping, reviewing
from nanhu.services.lostfound.services.publishing import is_trusted
from nanhu.services.lostfound.tests.conftest import HOME, picture

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A073.1", "A073.2")
def test_a_reviewer_approves_and_it_is_on_the_board(school):
    item = school.post(photos=[picture().read()])
    reviewer, reader = school.client("R1"), school.client("S2")
    case = f"{HOME}review/items/{item.public_id}/"
    assert "黑色折叠伞" in reviewer.get(f"{HOME}review/").content.decode()
    assert "黑色折叠伞" in reviewer.get("/flows/").content.decode(), "it is among what waits for him"
    assert reviewer.get(f"{HOME}photos/{Photo.objects.get().public_id}/").status_code == 200
    assert reader.get(case).status_code == 404
    assert reader.post(f"{case}approve/").status_code == 404
    assert "黑色折叠伞" not in reader.get(HOME).content.decode()
    assert reviewer.post(f"{case}approve/").status_code == 302
    assert reviewer.post(f"{case}approve/").status_code == 409
    assert "黑色折叠伞" in reader.get(HOME).content.decode()
    assert reader.get(f"{HOME}photos/{Photo.objects.get().public_id}/small/").status_code == 200
    item.refresh_from_db()
    assert (item.state, item.reviewer_name) == ("open", "钱审核")
    assert AuditEntry.objects.get(action="lostfound.approve").actor == "钱审核"


@pytest.mark.capability("A073.1")
def test_who_is_rejected_reads_why_mends_it_and_sends_it_again(school):
    item = school.post(words="是辆车", photos=[picture().read()])
    reviewer, author = school.client("R1"), school.client("S1")
    case, own = f"{HOME}review/items/{item.public_id}/", f"{HOME}items/{item.public_id}/"
    assert reviewer.post(f"{case}reject/", {"reason": " "}).status_code == 422
    assert reviewer.post(f"{case}reject/", {"reason": "看不出是什么"}).status_code == 302
    assert "看不出是什么" in author.get(own).content.decode()
    assert any("看不出是什么" in text for text in school.texts_to("S1"))
    assert AuditEntry.objects.get(action="lostfound.reject").reason == "看不出是什么"
    assert "是辆车" not in reviewer.get(f"{HOME}review/").content.decode()
    mend = f"{own}mend-found/"
    assert "是辆车" in author.get(mend).content.decode()
    assert (author.get(f"{own}mend-lost/").status_code, school.client("S2").get(mend).status_code) == (404, 404)
    assert author.post(mend, school.said(words="红色自行车钥匙", category="key")).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.words, item.photos.count()) == ("pending", "红色自行车钥匙", 1)
    assert author.post(mend, school.said()).status_code == 409, "it waits already"


@pytest.mark.capability("A073.1")
def test_nobody_reviews_his_own(school):
    own = school.post("R1")
    reviewer = school.client("R1")
    assert "黑色折叠伞" not in reviewer.get(f"{HOME}review/").content.decode()
    for address in ("", "approve/", "reject/"):
        assert reviewer.post(f"{HOME}review/items/{own.public_id}/{address}", {"reason": "x"}).status_code in {404, 405}
    with pytest.raises(SamePersonError):
        reviewing.approve(by=school.actor("R1"), item=own)


@pytest.mark.capability("A073.3")
def test_after_four_hours_of_work_the_leader_is_alarmed_once(school, later):
    item = school.post()
    assert aging.alarm_late_reviews() == 0
    later(item.review_due_at - now() + timedelta(minutes=1))
    assert (aging.alarm_late_reviews(), aging.alarm_late_reviews()) == (1, 0)
    assert [text for text in school.texts_to("R2") if "1 条超过四个工作小时" in text]
    assert not school.texts_to("R1")
    leader, reader = school.client("R2"), school.client("S2")
    assert "黑色折叠伞" in leader.get(f"{HOME}review/late/").content.decode()
    assert school.client("R1").get(f"{HOME}review/late/").status_code == 404
    assert "黑色折叠伞" not in reader.get(HOME).content.decode()


@pytest.mark.capability("A073.3")
def test_where_nobody_leads_them_every_reviewer_is_alarmed(school, later):
    leader = identity.account_with("R2")
    identity.revoke_role(by=Actor.system("test"), account_id=leader.pk, role="lostfound.chief")
    item = school.post()
    later(item.review_due_at - now() + timedelta(minutes=1))
    assert aging.alarm_late_reviews() == 1
    assert [text for text in school.texts_to("R1") if "1 条超过四个工作小时" in text]


@pytest.fixture
def showing(monkeypatch):
    raw = {**school_of().raw, "lostfound": {"shows_unreviewed": True}}
    chosen: SchoolFile = replace(school_of(), raw=raw)
    monkeypatch.setattr(school_file, "school", lambda: chosen)


@pytest.mark.capability("A073.3")
@pytest.mark.usefixtures("showing")
def test_where_the_school_lets_it_what_is_late_shows_without_its_photo_and_is_reviewed_still(school, later):
    item = school.post(photos=[picture().read()])
    later(item.review_due_at - now() + timedelta(minutes=1))
    assert aging.alarm_late_reviews() == 1
    reader, photo = school.client("S2"), Photo.objects.get()
    assert "黑色折叠伞" in reader.get(HOME).content.decode()
    assert (
        str(photo.public_id)
        not in reader.get(HOME).content.decode() + reader.get(f"{HOME}items/{item.public_id}/").content.decode()
    )
    assert reader.get(f"{HOME}photos/{photo.public_id}/").status_code == 404
    assert "先显示后审" in school.client("R1").get(f"{HOME}review/").content.decode()
    reviewing.approve(by=school.actor("R1"), item=item)
    assert reader.get(f"{HOME}photos/{photo.public_id}/").status_code == 200


@pytest.mark.capability("A072.2")
@pytest.mark.usefixtures("showing")
def test_where_the_school_lets_it_an_author_of_five_good_posts_is_shown_at_once_until_one_is_rejected(school):
    for number in range(5):
        assert school.post(words=f"伞{number}").state == "pending"
        reviewing.approve(by=school.actor("R1"), item=Item.objects.latest("pk"))
    item = school.post(words="第六把伞", photos=[picture().read()])
    assert item.state == "open"
    page = school.client("S2").get(HOME).content.decode()
    assert "第六把伞" in page
    assert str(Photo.objects.get().public_id) not in page, "photos wait for the review"
    assert "第六把伞" in school.client("R1").get(f"{HOME}review/").content.decode()
    reviewing.reject(by=school.actor("R1"), item=item, reason="广告")
    assert "第六把伞" not in school.client("S2").get(HOME).content.decode()
    assert not is_trusted(item.author_id)
    assert school.client("S1").post(f"{HOME}items/{item.public_id}/close/").status_code == 302
    assert school.post(words="又是广告").state == "pending", "closing it makes nothing good"


@pytest.mark.capability("A073.2")
def test_without_the_word_of_the_school_nobody_is_shown_unreviewed(school):
    for _number in range(5):
        school.shown()
    assert school.post().state == "pending"


@pytest.mark.capability("A073.3")
@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-26 09:00", "2026-11-26 16:00"),
        ("2026-11-27 16:00", "2026-11-30 10:30"),
        ("2026-09-30 17:00", "2026-10-08 11:30"),
    ],
)
def test_four_hours_are_of_work_not_of_the_clock(school, sent, due):
    with time_machine.travel(datetime.fromisoformat(f"{sent}+08:00"), tick=False):
        assert f"{campus_time(school.post().review_due_at):%Y-%m-%d %H:%M}" == due


@pytest.mark.capability("A073.1", "A073.4")
def test_what_was_rejected_comes_back_by_a_review_alone(school):
    items = [school.shown(words="正常伞"), school.shown(words="普通伞")]
    author, reader = school.client("S1"), school.client("S3")
    for item in items:
        reviewing.report(by=school.actor("S2"), item=item, reason="广告")
        reviewing.reject(by=school.actor("R1"), item=item, reason="广告")
    own = [f"{HOME}items/{item.public_id}/" for item in items]
    assert author.post(f"{own[0]}close/").status_code == 302
    assert author.post(f"{own[1]}mend-found/", school.said(words="兼职刷单加我")).status_code == 302
    assert author.post(f"{own[1]}close/").status_code == 302
    for address in own:
        assert "reopen" not in author.get(address).content.decode()
        assert author.post(f"{address}reopen/").status_code == 409
    board = reader.get(HOME).content.decode()
    assert "正常伞" not in board
    assert "兼职" not in board


@pytest.mark.capability("A073.4")
def test_a_report_is_judged_though_its_item_ends_meanwhile(school, later):
    expiring, returned = school.shown(words="会过期的伞"), school.shown("S4", words="已归还的伞")
    later(timedelta(days=29))
    for item in (expiring, returned):
        reviewing.report(by=school.actor("R2"), item=item, reason="骂人")
    author = school.client("S4")
    assert author.post(f"{HOME}items/{returned.public_id}/set-returned/").status_code == 302
    later(timedelta(days=2))
    assert aging.expire() == 1
    assert school.client("S1").post(f"{HOME}items/{expiring.public_id}/prolong/").status_code == 409
    reviewer = school.client("R1")
    queue = reviewer.get(f"{HOME}review/").content.decode()
    assert "会过期的伞" in queue
    assert "已归还的伞" in queue
    assert "会过期的伞" not in school.client("R2").get(f"{HOME}review/").content.decode(), "who reported does not judge"
    assert school.client("R2").post(f"{HOME}review/items/{expiring.public_id}/approve/").status_code == 409
    reviewing.approve(by=school.actor("R1"), item=expiring)
    reviewing.reject(by=school.actor("R1"), item=returned, reason="骂人")
    assert school.client("S1").post(f"{HOME}items/{expiring.public_id}/prolong/").status_code == 302
    returned.refresh_from_db()
    assert (returned.state, returned.answer) == ("returned", "骂人")
    school.clients.clear()
    assert school.client("S4").post(f"{HOME}items/{returned.public_id}/reopen/").status_code == 409


@pytest.mark.capability("A073.3")
@pytest.mark.usefixtures("showing")
def test_a_late_report_is_told_to_the_leader_also_where_what_is_late_shows(school, later):
    item = school.post()
    later(item.review_due_at - now() + timedelta(minutes=1))
    aging.alarm_late_reviews()
    reviewing.report(by=school.actor("S2"), item=item, reason="广告")
    assert aging.alarm_late_reviews() == 1
    assert [text for text in school.texts_to("R2") if "1 条超过" in text]
    assert "黑色折叠伞" not in school.client("S3").get(HOME).content.decode()


@pytest.mark.capability("A073.2")
def test_what_expired_unreviewed_is_reviewed_before_it_shows_again(school, later, showing):
    item = school.post()
    later(item.review_due_at - now() + timedelta(minutes=1))
    aging.alarm_late_reviews()
    later(timedelta(days=31))
    aging.expire()
    assert school.client("S1").post(f"{HOME}items/{item.public_id}/prolong/").status_code == 302
    item.refresh_from_db()
    assert (item.state, item.review_due_at is not None) == ("pending", True)


@pytest.mark.capability("A073.2")
def test_mended_words_are_unseen_by_former_claimers_until_they_are_reviewed(school):
    item = school.shown()
    claiming.claim(by=school.actor("S2"), item=item, mark="木柄")
    reviewing.report(by=school.actor("S3"), item=item, reason="骂人")
    reviewing.reject(by=school.actor("R1"), item=item, reason="骂人")
    school.client("S1").post(f"{HOME}items/{item.public_id}/mend-found/", school.said(words="没审的新话"))
    claimer = school.client("S2")
    assert claimer.get(f"{HOME}items/{item.public_id}/").status_code == 404
    mine = claimer.get(f"{HOME}mine/").content.decode()
    assert "没审的新话" not in mine
    assert "不在广场上的失物" in mine


@pytest.mark.capability("A073.4")
def test_after_thirty_days_it_hides_itself_and_its_author_may_prolong_once(school, later):
    item = school.shown()
    own = f"{HOME}items/{item.public_id}/"
    later(timedelta(days=30))
    assert aging.expire() == 0
    assert "黑色折叠伞" in school.client("S2").get(HOME).content.decode(), "also on its last day"
    school.clients.clear()
    later(timedelta(days=1))
    assert "黑色折叠伞" not in school.client("S2").get(HOME).content.decode(), "also before the job has run"
    assert (aging.expire(), aging.expire()) == (1, 0)
    author = school.client("S1")
    assert "过期" in author.get(own).content.decode()
    assert author.post(f"{own}prolong/").status_code == 302
    item.refresh_from_db()
    assert (item.state, item.expires_on) == ("open", campus_today() + timedelta(days=30))
    assert author.post(f"{own}prolong/").status_code == 409
    assert "黑色折叠伞" in author.get(HOME).content.decode()


@pytest.mark.capability("A073.4")
def test_a_report_hides_until_it_is_reviewed_and_its_author_cannot_lift_it(school):
    item = school.shown()
    address = f"{HOME}items/{item.public_id}/"
    reader, author = school.client("S2"), school.client("S1")
    assert author.post(f"{address}report/", {"reason": "x"}).status_code == 409
    assert reader.post(f"{address}report/", {"reason": ""}).status_code == 422
    assert reader.post(f"{address}report/", {"reason": "这是广告"}).status_code == 302
    assert reader.get(address).status_code == 404
    assert "有人举报" in author.get(address).content.decode()
    author.post(f"{address}set-returned/")
    assert author.post(f"{address}reopen/").status_code == 409
    item = school.shown("S3", words="蓝色水杯")
    reviewing.report(by=school.actor("S2"), item=item, reason="看着像广告")
    assert "看着像广告" in school.client("R1").get(f"{HOME}review/items/{item.public_id}/").content.decode()
    reviewing.approve(by=school.actor("R1"), item=item)
    assert "蓝色水杯" in reader.get(HOME).content.decode()
    reviewing.report(by=school.actor("S2"), item=item, reason="再来一次")
    assert "蓝色水杯" in reader.get(HOME).content.decode(), "the same person hides it once"


@pytest.mark.capability("A074.2")
def test_phones_go_thirty_days_after_the_end_and_items_after_a_year(school, later):
    item = school.shown(phone="13900001111", mark="刻字", photos=[picture().read()])
    held = school.shown("S2", keeper="desk", words="眼镜")
    keeping.hand_in(by=school.actor("K1"), item=held, shelf="A-1")
    school.client("S1").post(f"{HOME}items/{item.public_id}/set-returned/")
    later(timedelta(days=29))
    assert aging.forget_phones() == 0
    later(timedelta(days=2))
    assert (aging.forget_phones(), aging.forget_phones()) == (1, 0)
    item.refresh_from_db()
    assert (item.phone, item.phone_masked, item.mark) == (None, "", None)
    later(timedelta(days=335))
    assert aging.remove_old() == 1
    assert list(Item.objects.all()) == [held], "what lies on the shelf stays"
    slip = {"receiver_name": "张三", "slip": "QS-1", "document": "id_card"}
    keeping.hand_over(by=school.actor("K1"), item=held, **slip)
    later(timedelta(days=364))
    assert aging.remove_old() == 0, "who fetched it is known for a year"
    later(timedelta(days=2))
    assert aging.remove_old() == 1
    assert not Photo.objects.exists()


def test_an_author_reads_why_in_his_own_language_whatever_the_reviewer_reads(school):
    item = school.post("S1", words="umbrella")
    with translation.override("en"):
        reviewing.reject(by=school.actor("R1"), item=item, reason="blurred")
    told = Told.objects.filter(template="lostfound.step").latest("pk")
    assert told.text == f"您发布的失物“{item.title}”没有通过：blurred。可以在“失物招领·我的”里看。"
    assert told.text_en.startswith("Your item “")
    assert "was rejected: blurred" in told.text_en

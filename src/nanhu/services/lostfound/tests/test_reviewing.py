"""Review (A073): by another, with a reason; four hours of work; reports; what is over hides itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.school import School as SchoolFile
from nanhu.kernel.school import school as school_of
from nanhu.services.lostfound.models import Item, Photo
from nanhu.services.lostfound.services import aging, reviewing
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


@pytest.mark.capability("A073.1")
def test_who_is_rejected_reads_why_mends_it_and_sends_it_again(school):
    item = school.post(words="是辆车", photos=[picture().read()])
    reviewer, author = school.client("R1"), school.client("S1")
    case, own = f"{HOME}review/items/{item.public_id}/", f"{HOME}items/{item.public_id}/"
    assert reviewer.post(f"{case}reject/", {"reason": " "}).status_code == 422
    assert reviewer.post(f"{case}reject/", {"reason": "看不出是什么"}).status_code == 302
    assert "看不出是什么" in author.get(own).content.decode()
    assert any("看不出是什么" in text for text in school.texts_to("S1"))
    assert "是辆车" not in reviewer.get(f"{HOME}review/").content.decode()
    mend = f"{own}mend-found/"
    assert "是辆车" in author.get(mend).content.decode()
    assert (author.get(f"{own}mend-lost/").status_code, school.client("S2").get(mend).status_code) == (404, 404)
    assert author.post(mend, school.said(words="红色自行车钥匙", category="key")).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.words, item.photos.count()) == ("pending", "红色自行车钥匙", 1)
    assert author.post(mend, school.said()).status_code == 409, "it waits already"


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


@pytest.fixture
def showing(monkeypatch):
    raw = {**school_of().raw, "lostfound": {"shows_unreviewed": True}}
    chosen: SchoolFile = replace(school_of(), raw=raw)
    monkeypatch.setattr(aging, "school", lambda: chosen)


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


def test_after_five_good_posts_an_author_is_shown_at_once_and_reviewed_afterwards(school):
    for number in range(5):
        assert school.post(words=f"伞{number}").state == "pending"
        reviewing.approve(by=school.actor("R1"), item=Item.objects.latest("pk"))
    item = school.post(words="第六把伞")
    assert item.state == "open"
    assert "第六把伞" in school.client("S2").get(HOME).content.decode()
    assert "第六把伞" in school.client("R1").get(f"{HOME}review/").content.decode()
    reviewing.reject(by=school.actor("R1"), item=item, reason="广告")
    assert "第六把伞" not in school.client("S2").get(HOME).content.decode()
    assert not is_trusted(item.author_id)


@pytest.mark.capability("A073.4")
def test_after_thirty_days_it_hides_itself_and_its_author_may_prolong_once(school, later):
    item = school.shown()
    own = f"{HOME}items/{item.public_id}/"
    later(timedelta(days=31))
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


def test_phones_go_thirty_days_after_the_end_and_items_after_a_year(school, later):
    item = school.shown(phone="13900001111", mark="刻字", photos=[picture().read()])
    held = school.shown("S2", keeper="desk", words="眼镜")
    Item.objects.filter(pk=held.pk).update(handed_in_at=now())
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
    assert not Photo.objects.exists()

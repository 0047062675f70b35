"""The board (A074): filters, phones, messages, claims."""

import re
from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.services.lostfound.models import Claim, Conversation, Item, Message, PhoneLook
from nanhu.services.lostfound.services import aging, claiming, relaying, reviewing, settling
from nanhu.services.lostfound.tests.conftest import HOME, picture
from nanhu.testing.pages import without_tokens
from nanhu.testing.structure import structure_faults

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A074.1")
@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"黑色雨伞", "蓝色水杯", "校园卡"}),
        ("?kind=lost", {"蓝色水杯", "校园卡"}),
        ("?kind=found", {"黑色雨伞"}),
        ("?category=card", {"校园卡"}),
        ("?place=图书馆", {"黑色雨伞", "校园卡"}),
        ("?q=heise", {"黑色雨伞"}),
        ("?q=lssb", {"蓝色水杯"}),
        ("?kind=lost&place=体育馆", {"蓝色水杯"}),
        ("?q=%00", {"黑色雨伞", "蓝色水杯", "校园卡"}),
    ],
)
def test_the_board_is_narrowed_by_kind_category_place_and_words(school, asked, shown):
    school.shown(words="黑色雨伞")
    school.shown(kind="lost", words="蓝色水杯", place="gym", category="other")
    school.shown(kind="lost", words="校园卡", place="lib-301", category="card")
    page = school.client("S2").get(f"{HOME}{asked}")
    assert {one.words for one in page.context["list"].page.object_list} == shown
    text = page.content.decode()
    assert [words for words in shown if words not in text] == []
    assert re.search(r'href="[^"]*\bkind=(lost|found)\b', text), "what narrows it stands on the page"
    assert [f'name="{name}"' in text for name in ("category", "place")] == [True, True]


@pytest.mark.capability("A074.2")
def test_a_phone_is_masked_until_somebody_looks_which_is_logged_and_told(school):
    item = school.shown(phone="13900001111")
    address, reader = f"{HOME}items/{item.public_id}/", school.client("S2")
    masked = reader.get(address).content.decode()
    assert "139****1111" in masked
    assert "13900001111" not in masked
    assert "13900001111" not in reader.get(HOME).content.decode()
    assert reader.post(f"{address}phone/").status_code == 302
    assert reader.post(f"{address}phone/").status_code == 302
    assert "13900001111" in reader.get(address).content.decode()
    assert "13900001111" not in school.client("S3").get(address).content.decode(), "each looks for himself"
    assert PhoneLook.objects.count() == 1, "twice a day is one look"
    entry = AuditEntry.objects.get(action="lostfound.show_phone")
    assert (entry.actor, entry.target) == ("赵一鸣", f"person:{item.author.person_id}")
    assert item.title in entry.reason, "and of which thing"
    author = school.client("S1")
    assert "赵一鸣" in author.get(address).content.decode()
    assert "失物招领里留的电话" in author.get("/account/data/looks").content.decode()
    assert [text for text in school.texts_to("S1") if "赵一鸣看了您" in text]
    assert "13900001111" not in "".join(map(str, AuditEntry.objects.values_list("facts", flat=True)))
    assert school.client("S3").post(f"{address}phone/").status_code == 302
    looks = list(AuditEntry.objects.filter(action="lostfound.show_phone").values_list("actor", flat=True))
    assert len(set(looks)) == len(looks) == 2, "another reader's look is another line"
    assert author.get(address).context["looks"].count() == 2


@pytest.mark.capability("A074.2")
def test_five_phones_a_day_and_none_of_what_is_off_the_board(school, later):
    items = [school.shown(f"S{1 + at % 3}", phone=f"1390000111{at}") for at in range(6)]
    reader = school.client("S5")
    answers = [reader.post(f"{HOME}items/{one.public_id}/phone/").status_code for one in items]
    assert answers == [302] * 5 + [429]
    assert "1390000111" not in reader.get(f"{HOME}items/{items[5].public_id}/").content.decode()
    reviewing.report(by=school.actor("R2"), item=items[0], reason="不是他的电话")
    assert reader.post(f"{HOME}items/{items[0].public_id}/phone/").status_code == 404
    assert school.client("S1").post(f"{HOME}items/{items[0].public_id}/phone/").status_code == 409
    seen = f"{HOME}items/{items[1].public_id}/"
    assert "13900001111" in reader.get(seen).content.decode()
    later(timedelta(days=1))
    school.clients.clear()
    page = school.client("S5").get(seen).content.decode()
    assert ("139****1111" in page, "13900001111" in page) == (True, False), "for the rest of the day, no longer"
    again = school.client("S4")
    assert again.post(f"{HOME}items/{items[5].public_id}/phone/").status_code == 302
    without = school.shown("S4")
    assert again.post(f"{HOME}items/{without.public_id}/phone/").status_code == 409


@pytest.mark.capability("A074.3")
def test_two_people_write_to_each_other_and_neither_learns_who_the_other_is(school):
    item = school.shown(phone="13900001111")
    guest, author, other = school.client("S2"), school.client("S1"), school.client("S3")
    answer = guest.post(f"{HOME}items/{item.public_id}/message/", {"words": "是我的伞，<b>在哪里拿？</b>"})
    talk = answer["Location"]
    assert re.fullmatch(rf"{HOME}mine/talks/[0-9a-f-]+/", talk)
    assert [tab.count for tab in author.get(HOME).context["frame"].tabs if tab.waits] == [1]
    assert school.texts_to("S1") == ["失物招领：有人就“黑色折叠伞，木柄”给您留言，请到“失物招领·我的”里看。"]
    page = author.get(talk).content.decode()
    assert structure_faults(page) == []
    assert "是我的伞" in page
    assert "<b>在哪里" not in page
    assert "赵一鸣" not in page
    assert not [tab.count for tab in author.get(HOME).context["frame"].tabs if tab.waits], "opened, it is read"
    assert author.post(f"{talk}send/", {"words": "今天五点，图书馆门口"}).status_code == 302
    assert "林小满" not in guest.get(talk).content.decode()
    for words in ("我带学生证来", "五点半也行"):
        assert guest.post(f"{talk}send/", {"words": words}).status_code == 302
    assert len(school.texts_to("S1")) == 2, "what came since he read it is told once more, and once"
    for bad in ("打我 13800138000", "", "身份证 43060220050318126X", "字" * 301, "a\0b"):
        assert guest.post(f"{talk}send/", {"words": bad}).status_code == 422
    assert Message.objects.count() == 4
    assert (other.get(talk).status_code, other.post(f"{talk}send/", {"words": "x"}).status_code) == (404, 404)
    assert author.post(f"{talk}close/").status_code == 302
    assert guest.post(f"{talk}send/", {"words": "喂"}).status_code == 409
    assert author.post(f"{HOME}items/{item.public_id}/message/", {"words": "自己"}).status_code == 409


@pytest.mark.capability("A074.3")
def test_a_script_is_stopped_at_its_twenty_first_conversation_and_one_message_is_one_notice(school):
    item = school.shown()
    guest = school.client("S2")
    for _twice in range(2):
        guest.post(f"{HOME}items/{item.public_id}/message/", {"words": "还在吗"})
    assert (Conversation.objects.count(), Message.objects.count(), len(school.texts_to("S1"))) == (1, 2, 1)
    copies = [
        Item(**{f.attname: getattr(item, f.attname) for f in Item._meta.fields if f.name not in {"id", "public_id"}})
        for _one in range(21)
    ]
    made = Item.objects.bulk_create(copies)
    Conversation.objects.bulk_create(
        Conversation(item=one, guest_id=school.actor("S2").account_id) for one in made[:19]
    )
    assert guest.post(f"{HOME}items/{made[20].public_id}/message/", {"words": "还在吗"}).status_code == 429


@pytest.mark.capability("A074.4")
def test_a_claimer_describes_the_mark_and_the_finder_says_yes(school):
    item = school.shown(mark="伞柄上刻了 LXM 三个字母")
    address, claimer, author = f"{HOME}items/{item.public_id}/", school.client("S2"), school.client("S1")
    assert claimer.post(f"{address}claim/", {"mark": ""}).status_code == 422
    assert claimer.post(f"{address}claim/", {"mark": "伞柄刻了三个字母"}).status_code == 302
    assert claimer.post(f"{address}claim/", {"mark": "再来"}).status_code == 409
    assert author.post(f"{address}claim/", {"mark": "我"}).status_code == 409
    page = author.get(address).content.decode()
    assert "伞柄刻了三个字母" in page
    assert "有点像" in page or "很像" in page
    assert "LXM" not in without_tokens(page)
    assert "赵一鸣" not in page
    assert "伞柄刻了" not in school.client("S3").get(address).content.decode()
    [claim] = Claim.objects.all()
    answer = f"{HOME}mine/claims/{claim.public_id}/right/"
    assert (claimer.post(answer).status_code, school.client("S3").post(answer).status_code) == (404, 404)
    assert author.post(answer).status_code == 302
    assert author.post(answer).status_code == 409
    entry = AuditEntry.objects.get(action="lostfound.decide_claim")
    assert (entry.actor, entry.facts["state"]) == ("林小满", "right")
    assert [text for text in school.texts_to("S2") if "特征对了" in text]
    assert "请留言约个时间地点" in claimer.get(address).content.decode()
    assert "特征说对了" in claimer.get(f"{HOME}mine/talks/{Conversation.objects.get().public_id}/").content.decode()
    assert school.client("S3").post(f"{address}claim/", {"mark": "也是我的"}).status_code == 409, "somebody was right"
    author.post(f"{address}set-returned/")
    assert "已归还" in claimer.get(address).content.decode(), "whoever claimed it still sees it"
    assert school.client("S3").get(address).status_code == 404


@pytest.mark.capability("A074.4")
def test_three_wrong_claims_lock_it_until_a_reviewer_looked(school):
    item = school.shown()
    for number in ("S2", "S3", "S4"):
        claim = claiming.claim(by=school.actor(number), item=item, mark="猜一个")
        claiming.decide(by=school.actor("S1"), one=claim, is_right=False)
    for number in ("S2", "S3", "S4"):
        assert [text for text in school.texts_to(number) if "特征没有说对" in text], "each is told"
    address = f"{HOME}items/{item.public_id}/"
    assert school.client("S5").post(f"{address}claim/", {"mark": "真的是我的"}).status_code == 409
    assert "认领锁定了" in school.client("S5").get(address).content.decode()
    reviewer = school.client("R1")
    assert "黑色折叠伞" in reviewer.get(f"{HOME}review/locked/").content.decode()
    assert str(item.public_id) in reviewer.get("/flows/").content.decode()
    assert reviewer.post(f"{HOME}review/items/{item.public_id}/unlock/").status_code == 302
    assert school.client("S5").post(f"{address}claim/", {"mark": "真的是我的"}).status_code == 302
    assert school.client("S2").post(f"{address}claim/", {"mark": "再猜"}).status_code == 409
    claiming.decide(by=school.actor("S1"), one=Claim.objects.latest("pk"), is_right=False)
    assert claiming.is_claimable(Item.objects.get()), "three count anew"


@pytest.mark.capability("A074.4")
def test_who_claimed_it_does_not_unlock_it(school):
    item = school.shown()
    for number in ("R2", "S3", "S4"):
        claiming.decide(
            by=school.actor("S1"), one=claiming.claim(by=school.actor(number), item=item, mark="猜"), is_right=False
        )
    assert str(item.public_id) not in school.client("R2").get("/flows/").content.decode()
    assert school.client("R2").post(f"{HOME}review/items/{item.public_id}/unlock/").status_code == 409


@pytest.mark.capability("A074.3", "A074.4")
def test_who_was_right_can_write_though_the_talk_was_ended_and_the_thirty_days_are_over(school, later):
    item = school.shown()
    talk = relaying.begin(by=school.actor("S2"), item=item, words="还在吗")
    relaying.close(by=school.actor("S1"), talk=talk)
    claim = claiming.claim(by=school.actor("S2"), item=item, mark="木柄有牙印")
    later(timedelta(days=31))
    aging.expire()
    author, guest, address = school.client("S1"), school.client("S2"), f"{HOME}mine/talks/{talk.public_id}/"
    assert "木柄有牙印" in author.get(f"{HOME}items/{item.public_id}/").content.decode()
    assert author.post(f"{HOME}mine/claims/{claim.public_id}/right/").status_code == 302
    assert 'name="words"' in guest.get(address).content.decode()
    assert guest.post(f"{address}send/", {"words": "明天五点？"}).status_code == 302
    assert author.post(f"{address}send/", {"words": "好"}).status_code == 302


@pytest.mark.capability("A074.4")
def test_a_claim_ends_with_the_search_is_told_so_and_may_be_made_anew(school):
    item = school.shown()
    claim = claiming.claim(by=school.actor("S2"), item=item, mark="木柄")
    settling.settle(by=school.actor("S1"), item=item, state="returned")
    claim.refresh_from_db()
    assert claim.state == "over"
    assert [text for text in school.texts_to("S2") if "不用再等答复" in text]
    settling.reopen(by=school.actor("S1"), item=item)
    again = school.client("S2").post(f"{HOME}items/{item.public_id}/claim/", {"mark": "木柄"})
    assert (again.status_code, Claim.objects.get().state) == (302, "waiting")


@pytest.mark.capability("A074.4")
def test_nobody_claims_or_reports_a_sixth_thing_a_day(school):
    item = school.shown()
    fields = [field.attname for field in Item._meta.fields if field.name not in {"id", "public_id"}]
    things = Item.objects.bulk_create(Item(**{name: getattr(item, name) for name in fields}) for _one in range(12))
    guest = school.client("S2")
    claims = [guest.post(f"{HOME}items/{one.public_id}/claim/", {"mark": "猜"}).status_code for one in things[:6]]
    reports = [guest.post(f"{HOME}items/{one.public_id}/report/", {"reason": "x"}).status_code for one in things[6:]]
    assert claims == reports == [302] * 5 + [429]
    assert Item.objects.filter(hidden_at__isnull=False).count() == 5


@pytest.mark.capability("A074.4")
def test_what_was_lost_is_not_claimed(school):
    item = school.shown(kind="lost")
    assert school.client("S2").post(f"{HOME}items/{item.public_id}/claim/", {"mark": "x"}).status_code == 409


def test_the_one_search_finds_what_is_on_the_board_and_nothing_else(school):
    item = school.shown(words="黑色折叠伞", photos=[picture().read()])
    school.post("S3", words="黑色待审伞")
    groups = {one.key: one for one in school.client("S2").get("/search/", {"q": "heise"}).context["groups"]}
    assert [hit.url for hit in groups["lostfound.items"].hits] == [f"{HOME}items/{item.public_id}/"]
    Item.objects.filter(pk=item.pk).update(expires_on=campus_today() - timedelta(days=1))
    groups = {one.key: one.hits for one in school.client("S2").get("/search/", {"q": "heise"}).context["groups"]}
    assert not groups.get("lostfound.items")

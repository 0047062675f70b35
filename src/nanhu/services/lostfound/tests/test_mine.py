"""Mine (A075): states, what may fit, the keeping desk, who leaves, the copy of my data."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.registry import Owner
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity.lifecycle.accounts import move
from nanhu.platforms.people import api as people
from nanhu.services.lostfound import queries
from nanhu.services.lostfound.models import Claim, HandOver, Item
from nanhu.services.lostfound.services import claiming, keeping, relaying, reviewing
from nanhu.services.lostfound.tests.conftest import HOME, picture
from nanhu.testing.members import SYSTEM
from nanhu.testing.pages import MOST_QUERIES
from nanhu.testing.structure import structure_faults

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A075.1")
def test_an_author_sets_the_state_of_his_own_and_nobody_elses(school):
    lost, found = school.shown(kind="lost", words="蓝色水杯"), school.shown(words="黑色雨伞")
    author, other = school.client("S1"), school.client("S2")
    for item, action, words in ((lost, "set-found", "已找到"), (found, "set-returned", "已归还")):
        address = f"{HOME}items/{item.public_id}/"
        assert action in author.get(address).content.decode()
        assert other.post(f"{address}{action}/").status_code == 404
        assert author.post(f"{address}{action}/").status_code == 302
        assert words in author.get(f"{HOME}mine/").content.decode()
        assert author.post(f"{address}{action}/").status_code == 409
        assert item.words not in other.get(HOME).content.decode()
        assert other.post(f"{address}reopen/").status_code == 404
        assert author.post(f"{address}reopen/").status_code == 302
        assert item.words in other.get(HOME).content.decode(), "寻找中 again"
        for page in (address, f"{HOME}mine/"):
            assert "寻找中" in author.get(page).content.decode()
        assert author.post(f"{address}set-closed/").status_code == 404
        assert author.post(f"{address}close/").status_code == 302
        assert author.post(f"{address}reopen/").status_code == 302
        assert item.words in other.get(HOME).content.decode(), "also of what was closed"
        reviewing.report(by=school.actor("S3"), item=item, reason="是广告")
        assert author.post(f"{address}close/").status_code == 302
        assert author.post(f"{address}reopen/").status_code == 409, "not what somebody reported"
    assert author.get(f"{HOME}mine/").content.decode().count("关闭") >= 2
    waiting = school.post(words="还没审的")
    assert author.post(f"{HOME}items/{waiting.public_id}/set-returned/").status_code == 409
    assert author.post(f"{HOME}items/{waiting.public_id}/close/").status_code == 302
    assert "还没审的" not in school.client("R1").get(f"{HOME}review/").content.decode()


@pytest.mark.capability("A075.2")
def test_what_fits_is_suggested_to_both_and_joined_by_nobody(school):
    lost = school.shown("S1", "lost", words="丢了黑色折叠伞，木柄", place="lib-301")
    found = school.shown("S2", "found", words="捡到黑色折叠伞")
    own = school.shown("S1", "found", words="捡到黑色折叠伞，木柄", place="lib-301")
    waiting = school.post("S5", "found", words="捡到黑色折叠伞，木柄")
    school.shown("S3", "found", words="黑色折叠伞", category="other")
    school.shown("S3", "found", words="黑色折叠伞，东区", place="east")
    school.shown("S3", "found", words="黑色折叠伞，上周", happened_at=now() - timedelta(days=4))
    school.shown("S3", "found", words="红花长柄", place="gym", happened_at=now() - timedelta(days=2))
    for number, mine, other in (("S1", lost, found), ("S2", found, lost)):
        page = school.client(number).get(f"{HOME}items/{mine.public_id}/")
        assert page.context["matches"] == [other]
        assert str(other.public_id) in school.client(number).get(f"{HOME}mine/").content.decode()
    assert school.texts_to("S1") == ["您丢失的“丢了黑色折叠伞，木柄”，有人捡到一件很像的，请到“失物招领·我的”里看。"]
    assert school.texts_to("S2") == ["您捡到的“捡到黑色折叠伞”，可能有人在找，请到“失物招领·我的”里看。"]
    assert not school.texts_to("S3")
    assert queries.matches_of([own]) == {own.pk: []}, "what he lost himself he did not find"
    for at in range(4):
        school.shown("S4", "found", words=f"黑色折叠伞{at}")
    assert len(queries.matches_of([lost])[lost.pk]) == 3, "the best three"
    assert {one.state for one in Item.objects.exclude(pk=waiting.pk)} == {"open"}


@pytest.mark.capability("A074.4", "A075.1")
def test_what_is_at_the_desk_is_judged_there_and_given_back_against_a_signature(school):
    item = school.shown(keeper="desk")
    keeper, claimer, author = school.client("K1"), school.client("S2"), school.client("S1")
    thing = f"{HOME}keeping/things/{item.public_id}/"
    assert keeper.post(f"{thing}hand-over/", {"receiver": "S2", "document": "campus_card"}).status_code == 409
    early = claiming.claim(by=school.actor("S3"), item=item, mark="黑布")
    assert keeper.post(f"{HOME}keeping/claims/{early.public_id}/right/").status_code == 409, "it is not here yet"
    assert keeper.post(f"{thing}hand-in/", {"shelf": "A-12"}).status_code == 302
    claim = claiming.claim(by=school.actor("S2"), item=item, mark="木柄有牙印")
    assert "木柄有牙印" not in author.get(f"{HOME}items/{item.public_id}/").content.decode()
    assert author.post(f"{HOME}mine/claims/{claim.public_id}/right/").status_code == 404, "it is not in his hands"
    assert "木柄有牙印" in keeper.get(thing).content.decode()
    assert keeper.post(f"{HOME}keeping/claims/{claim.public_id}/right/").status_code == 302
    for refused in ({}, {"receiver_name": "张三"}, {"receiver": "nobody"}):
        assert keeper.post(f"{thing}hand-over/", {"document": "id_card"} | refused).status_code == 422
    assert keeper.post(f"{thing}hand-over/", {"receiver": "K1", "document": "id_card"}).status_code == 422, (
        "not to himself"
    )
    assert keeper.post(f"{thing}hand-over/", {"receiver": "S2", "document": "campus_card"}).status_code == 302
    assert keeper.post(f"{thing}hand-over/", {"receiver": "S3", "document": "campus_card"}).status_code == 409
    assert "还没有签收" in keeper.get(thing).content.decode()
    assert "等您签收" in claimer.get("/").content.decode()
    assert school.client("S3").post(f"{HOME}items/{item.public_id}/sign/").status_code == 404
    assert claimer.post(f"{HOME}items/{item.public_id}/sign/").status_code == 302
    assert HandOver.objects.get().signed_at is not None
    item.refresh_from_db()
    assert item.state == "returned"
    assert author.post(f"{HOME}items/{item.public_id}/reopen/").status_code == 409


@pytest.mark.capability("A074.4")
def test_the_desk_does_not_judge_a_claim_of_its_own(school):
    item, keeper = school.shown(keeper="desk"), school.client("K1")
    keeping.hand_in(by=school.actor("K1"), item=item, shelf="A-1")
    claim = claiming.claim(by=school.actor("K1"), item=item, mark="我看过它")
    for verdict in ("right", "wrong"):
        answer = keeper.post(f"{HOME}keeping/claims/{claim.public_id}/{verdict}/")
        assert answer.status_code in {404, 409}, verdict
    claim.refresh_from_db()
    assert claim.state == "waiting"


def test_somebody_from_outside_signs_on_paper_and_what_nobody_fetches_is_handed_on(school):
    keeper = school.client("K1")
    first, second = school.shown(keeper="desk"), school.shown("S2", keeper="desk")
    for item in (first, second):
        keeping.hand_in(by=school.actor("K1"), item=item, shelf="B-1")
    said = {"receiver_name": "张三", "slip": "QS-0001", "document": "id_card"}
    assert keeper.post(f"{HOME}keeping/things/{first.public_id}/hand-over/", said).status_code == 302
    assert HandOver.objects.get().signed_at is not None
    assert keeper.post(f"{HOME}keeping/things/{second.public_id}/dispose/", {"reason": ""}).status_code == 422
    assert (
        keeper.post(f"{HOME}keeping/things/{second.public_id}/dispose/", {"reason": "一年无人认领，上交"}).status_code
        == 302
    )
    second.refresh_from_db()
    assert (second.state, second.handed_in_at) == ("closed", None)
    kept_by_finder = school.shown("S3")
    assert keeper.get(f"{HOME}keeping/things/{kept_by_finder.public_id}/").status_code == 404


@pytest.mark.capability("A075.1")
def test_what_lies_at_the_desk_is_ended_there_and_what_was_ended_waits_for_nobody(school):
    at_desk, own = school.shown(keeper="desk"), school.shown(words="蓝色水杯")
    keeping.hand_in(by=school.actor("K1"), item=at_desk, shelf="A-1")
    author, keeper = school.client("S1"), school.client("K1")
    for action in ("set-returned", "close"):
        assert action not in author.get(f"{HOME}items/{at_desk.public_id}/").content.decode()
        assert author.post(f"{HOME}items/{at_desk.public_id}/{action}/").status_code == 409
    keeper.post(f"{HOME}keeping/things/{at_desk.public_id}/dispose/", {"reason": "一年无人认领，上交"})
    assert author.post(f"{HOME}items/{at_desk.public_id}/reopen/").status_code == 409
    claim = claiming.claim(by=school.actor("S2"), item=own, mark="杯底有字")
    assert "1 个认领等您答复" in author.get("/").content.decode()
    author.post(f"{HOME}items/{own.public_id}/set-returned/")
    assert "等您答复" not in author.get("/").content.decode()
    assert "杯底有字" not in author.get(f"{HOME}items/{own.public_id}/").content.decode()
    assert school.texts_to("S2") == ["您认领的“蓝色水杯”已经不在寻找，不用再等答复。"]
    assert author.post(f"{HOME}mine/claims/{claim.public_id}/right/").status_code == 409


def test_cash_that_was_lost_is_closed_by_its_owner_and_cash_that_nobody_brought_by_the_desk(school):
    lost = school.post(kind="lost", category="cash", amount_fen=100_000)
    found = school.post(kind="found", category="cash", amount_fen=100_000)
    author, keeper = school.client("S1"), school.client("K1")
    assert author.post(f"{HOME}items/{lost.public_id}/close/").status_code == 302
    assert author.post(f"{HOME}items/{found.public_id}/close/").status_code == 409
    thing = f"{HOME}keeping/things/{found.public_id}/"
    assert "林小满" in keeper.get(thing).content.decode(), "the desk may call whoever found it"
    assert keeper.post(f"{thing}dispose/", {"reason": "查实没有这笔钱"}).status_code == 302
    assert [tab.count for tab in keeper.get(f"{HOME}keeping/").context["frame"].tabs] == [0]


def test_no_page_of_a_record_asks_more_than_twenty_queries(school):
    item = school.shown(keeper="desk", phone="13900001111", photos=[picture().read()])
    own = school.shown("S2", "lost", photos=[picture().read()])
    keeping.hand_in(by=school.actor("K1"), item=item, shelf="A-1")
    claiming.claim(by=school.actor("S2"), item=item, mark="木柄")
    talk = relaying.begin(by=school.actor("S2"), item=item, words="还在吗")
    for at in range(9):
        relaying.send(by=school.actor("S1"), talk=talk, words=f"在 {at}")
    waiting = school.post("S3")
    for number, address in (
        ("S1", f"items/{item.public_id}/"),
        ("S2", f"items/{item.public_id}/"),
        ("S2", f"items/{own.public_id}/"),
        ("S2", f"mine/talks/{talk.public_id}/"),
        ("R1", f"review/items/{waiting.public_id}/"),
        ("K1", f"keeping/things/{item.public_id}/"),
    ):
        client = school.client(number)
        assert client.get(f"{HOME}{address}").status_code == 200
        assert len(queries_of(client, f"{HOME}{address}")) <= MOST_QUERIES, address
        assert structure_faults(client.get(f"{HOME}{address}").content.decode()) == []


def test_who_left_leaves_nothing_that_waits_for_him(school):
    item, at_desk = school.shown(), school.shown(keeper="desk", words="眼镜")
    keeping.hand_in(by=school.actor("K1"), item=at_desk, shelf="A-1")
    move(by=SYSTEM, account=item.author, state="suspended", reason="离校")
    deliver_pending()
    deliver_pending()
    item.refresh_from_db()
    at_desk.refresh_from_db()
    assert (item.state, at_desk.state) == ("closed", "open")


def test_who_left_holds_no_claim_and_is_written_to_by_nobody(school):
    first, second = school.shown(), school.shown("S3", words="蓝色水杯")
    right = claiming.claim(by=school.actor("S2"), item=first, mark="木柄")
    claiming.decide(by=school.actor("S1"), one=right, is_right=True)
    waiting = claiming.claim(by=school.actor("S2"), item=second, mark="杯底")
    move(by=SYSTEM, account=waiting.claimer, state="ended", reason="毕业")
    deliver_pending()
    assert school.client("S3").post(f"{HOME}mine/claims/{waiting.public_id}/right/").status_code == 409
    assert claiming.is_claimable(first), "somebody else may claim it again"
    talk = right.item.conversations.get()
    assert school.client("S1").post(f"{HOME}mine/talks/{talk.public_id}/send/", {"words": "在吗"}).status_code == 409


def test_of_two_records_of_one_person_the_kept_one_has_all_and_nothing_ends(school):
    item, other = school.shown("S2"), school.shown("S3", words="蓝色水杯")
    claiming.claim(by=school.actor("S1"), item=item, mark="木柄")
    claiming.claim(by=school.actor("S2"), item=other, mark="杯底")
    kept, gone = (people.find_person_by_campus_no(number) or 0 for number in ("S1", "S2"))
    people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一人")
    deliver_pending()
    deliver_pending()
    item.refresh_from_db()
    assert (item.state, item.author_id) == ("open", school.actor("S1").account_id)
    assert "黑色折叠伞" in school.client("S1").get(f"{HOME}mine/").content.decode()
    [claim] = Claim.objects.all()
    assert (claim.item, claim.claimer_id) == (other, item.author_id), "nobody claims his own"


@pytest.mark.capability("A075.1")
def test_what_lies_on_the_shelf_is_handed_over_whatever_the_board_says_of_it(school):
    rejected, cash = school.shown(keeper="desk"), school.post(kind="lost", category="cash", amount_fen=100_000)
    found = school.shown("S2", words="蓝色水杯")
    keeper, thing = school.client("K1"), f"{HOME}keeping/things/{rejected.public_id}/"
    assert keeper.post(f"{HOME}keeping/things/{cash.public_id}/hand-in/", {"shelf": "1"}).status_code == 409
    assert school.client("S2").post(f"{HOME}items/{found.public_id}/set-found/").status_code == 409
    keeping.hand_in(by=school.actor("K1"), item=rejected, shelf="A-1")
    reviewing.report(by=school.actor("S2"), item=rejected, reason="骂人")
    reviewing.reject(by=school.actor("R1"), item=rejected, reason="骂人")
    assert "hand-over" in keeper.get(thing).content.decode()
    assert keeper.post(f"{thing}hand-over/", {"receiver": "S3", "document": "campus_card"}).status_code == 302
    rejected.refresh_from_db()
    assert (rejected.state, rejected.keeper) == ("returned", "desk")


@pytest.mark.capability("A075.1")
def test_a_wrong_hand_over_is_taken_back_and_the_right_claimer_hears_of_it(school):
    item = school.shown(keeper="desk")
    keeping.hand_in(by=school.actor("K1"), item=item, shelf="A-1")
    claim = claiming.claim(by=school.actor("S2"), item=item, mark="木柄")
    claiming.decide(by=school.actor("K1"), one=claim, is_right=True)
    keeper, named = school.client("K1"), school.client("S4")
    thing, own = f"{HOME}keeping/things/{item.public_id}/", f"{HOME}items/{item.public_id}/"
    wrong = {"receiver": "S4", "document": "campus_card"}
    assert keeper.post(f"{thing}hand-over/", wrong).status_code == 302
    assert [text for text in school.texts_to("S2") if "交给了另一个人" in text]
    assert "我没有领" in named.get(own).content.decode()
    assert named.post(f"{own}not-received/").status_code == 302
    assert (HandOver.objects.count(), Item.objects.get().state) == (0, "open")
    assert [text for text in school.texts_to("K1") if "没有领" in text]
    keeper.post(f"{thing}hand-over/", wrong)
    assert keeper.post(f"{thing}take-back/", {"reason": ""}).status_code == 422
    assert keeper.post(f"{thing}take-back/", {"reason": "选错了人"}).status_code == 302
    assert keeper.post(f"{thing}hand-over/", wrong | {"receiver": "S2", "slip": "QS-1"}).status_code == 302
    other = school.shown(keeper="desk")
    keeping.hand_in(by=school.actor("K1"), item=other, shelf="A-2")
    again = keeper.post(
        f"{HOME}keeping/things/{other.public_id}/hand-over/", wrong | {"receiver": "S3", "slip": "ｑs-1"}
    )
    assert again.status_code == 422, "a slip is signed once"


@pytest.mark.capability("A075.1")
def test_a_hand_over_stands_when_it_is_signed_or_a_day_old(school, later):
    item = school.shown(keeper="desk")
    keeping.hand_in(by=school.actor("K1"), item=item, shelf="A-1")
    thing, own = f"{HOME}keeping/things/{item.public_id}/", f"{HOME}items/{item.public_id}/"
    school.client("K1").post(f"{thing}hand-over/", {"receiver": "S4", "document": "campus_card"})
    named = school.client("S4")
    assert named.post(f"{own}sign/").status_code == 302
    assert named.post(f"{own}not-received/").status_code == 409
    later(timedelta(days=1, minutes=1))
    school.clients.clear()  # who was signed in yesterday signs in anew
    assert school.client("K1").post(f"{thing}take-back/", {"reason": "选错了人"}).status_code == 409
    assert HandOver.objects.count() == 1


@pytest.mark.capability("A074.4")
def test_the_desk_judges_what_it_has_and_the_finder_may_keep_it_after_all(school):
    item = school.shown(keeper="desk")
    claim = claiming.claim(by=school.actor("S2"), item=item, mark="木柄")
    address, author = f"{HOME}items/{item.public_id}/", school.client("S1")
    assert "会交到失物招领处" in school.client("S2").get(address).content.decode()
    assert school.client("K1").post(f"{HOME}keeping/claims/{claim.public_id}/right/").status_code == 409
    assert "请把它交到失物招领处" in author.get(address).content.decode()
    assert author.post(f"{address}keep/").status_code == 302
    assert author.post(f"{HOME}mine/claims/{claim.public_id}/right/").status_code == 302
    assert f"{address}bring/" in author.get(address).content.decode()
    assert author.post(f"{address}bring/").status_code == 302
    assert "请把它交到失物招领处" in author.get(address).content.decode()
    keeper, thing = school.client("K1"), f"{HOME}keeping/things/{item.public_id}/"
    assert item.words in keeper.get(f"{HOME}keeping/", {"show": "coming"}).content.decode()
    assert keeper.post(f"{thing}hand-in/", {"shelf": "A-1"}).status_code == 302
    assert any("到了失物招领处" in one for one in school.texts_to("S2"))
    assert f"{address}bring/" not in author.get(address).content.decode()
    lost = school.shown(kind="lost")
    assert author.post(f"{HOME}items/{lost.public_id}/bring/").status_code == 409


def test_the_tile_says_what_waits_and_nothing_to_who_has_nothing(school):
    item = school.shown()
    assert "我的失物" not in school.client("S3").get("/").content.decode()
    claiming.claim(by=school.actor("S2"), item=item, mark="木柄")
    home = school.client("S1").get("/").content.decode()
    assert "我的失物" in home
    assert "1 个认领等您答复" in home
    assert "认领：黑色折叠伞，木柄" in school.client("S1").get("/flows/").content.decode()
    assert "赵一鸣" not in school.client("S1").get("/flows/").content.decode()


def test_my_copy_has_my_phone_and_anothers_token_has_not(school):
    item = school.shown(phone="13900001111", mark="刻字")
    claiming.claim(by=school.actor("S2"), item=item, mark="刻了字")
    owner = Owner(account_id=item.author_id, person_id=people.find_person_by_campus_no("S1") or 0, is_whole=True)
    [whole] = queries.item_records(owner, None)
    assert (whole["phone"], whole["mark"]) == ("13900001111", "刻字")
    [part] = queries.item_records(Owner(account_id=owner.account_id, person_id=owner.person_id), None)
    assert part["phone"] == "139****1111"
    assert "mark" not in part
    claimer = school.actor("S2").account_id
    [whole] = queries.claim_records(Owner(account_id=claimer, person_id=0, is_whole=True), None)
    [part] = queries.claim_records(Owner(account_id=claimer, person_id=0), None)
    assert (whole["mark"], "mark" in part) == ("刻了字", False)

"""The desk of posts: appointed one by one and by a list, ended with a reason."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.models import Progress
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.platforms.people.desk import KEEPER, desk, rollbacks
from nanhu.platforms.people.models import Affiliation, OrgUnit, Post, PostList, PostRollback
from nanhu.platforms.people.posts.services import take_post_list
from nanhu.testing.members import PASSWORD, grant, open_staff
from nanhu.testing.pages import IntakeTests, ProposalTests

LINES = (("负责人", "T00003"), ("负责人", "T00002"), ("负责人", "T00001"))
SYSTEM = Actor.system("test")
HEADS = "单位,岗位,学工号,姓名,起始日期,截止日期\n"


@pytest.fixture
def school(db):
    open_staff({"T00001": "周敏", "T00002": "何平", "T00003": "钱进", "T00004": "孙立"})
    grant("T00001", [KEEPER])
    grant("T00002", [KEEPER])
    grant("T00004", [KEEPER])
    OrgUnit.objects.create(code="1000", name="学校")
    return OrgUnit.objects.create(code="12", name="计算机学院", parent=OrgUnit.objects.get(code="1000"))


def signed_in(number):
    browser = Client()
    browser.post("/sign-in", {"username": number, "password": PASSWORD})
    return browser


class TestPages(IntakeTests):
    desk = desk
    said = {"title": "2026 秋", "document": "任〔1〕号"}
    good = HEADS + "12,负责人,T00003,钱进,2026-09-01,\n"
    faulty = HEADS + "12,负责人,T00003,钱金,2026-09-01,\n"

    @pytest.fixture
    def holder(self, school):
        return signed_in("T00001")

    @pytest.fixture
    def second(self, school):
        return signed_in("T00002")

    @pytest.fixture
    def stranger(self, school):
        return signed_in("T00003")

    def fill(self, count):
        taken = OrgUnit.objects.count()
        for n in range(count):
            unit = OrgUnit.objects.create(code=f"9{taken + n:03}", name="=1+1")
            people.appoint(
                by=SYSTEM,
                unit_id=unit.pk,
                office="head",
                person_id=person_of("T00003"),
                starts_on=date(2020, 1, 1),
                ends_on=None,
                document="任〔1〕号",
            )

    def test_one_wrong_line_is_told_by_its_column_and_nothing_is_kept(self, holder):
        """The list of lists is no first page here."""
        answer = self.hand_in(holder, self.faulty)
        assert answer.status_code == 422
        assert "姓名与学工号不符" in answer.content.decode()
        assert not PostList.objects.exists()


def person_of(number):
    return people.find_person_by_campus_no(number)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("无此院,负责人,T00003,,2026-09-01,", "没有这个单位"),
        ("12,校长助理,T00003,,2026-09-01,", "没有这种岗位"),
        ("12,负责人,T99999,,2026-09-01,", "没有这个学工号"),
        ("12,负责人,T00003,,2026-09-01,2026-08-01", "结束在开始之前"),
        ("12,负责人,T00003,,明天,", "日期写成"),
        ("12,负责人,T00003,,2026-09-01,\n计算机学院,负责人,T00003,,2026-10-01,", "已经在这个岗位上"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(school, line, said):
    pages = TestPages()
    answer = pages.hand_in(signed_in("T00001"), HEADS + line + "\n")
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_an_approved_list_appoints_once(school):
    pages = TestPages()
    address = pages.submitted(signed_in("T00001"))
    signed_in("T00002").post(address + "approve/")
    found = PostList.objects.get()
    for _twice in range(2):
        take_post_list(batch_id=found.pk)
    assert [(str(post), post.appointed_by_name) for post in Post.objects.all()] == [("计算机学院负责人", "何平")]


def test_a_list_tells_who_left_or_was_merged_since_it_was_checked(school):
    """Two lines of one person become one post; the finished list says how many there are."""
    pages = TestPages()
    pages.good = HEADS + "".join(f"12,{what},{who},,2026-09-01,\n" for what, who in LINES)
    address = pages.submitted(signed_in("T00001"))
    leaver, gone, kept = (person_of(number) for number in ("T00002", "T00003", "T00001"))
    Affiliation.objects.filter(person_id=leaver).update(state="ended", ends_on=date(2026, 9, 1))
    people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一人")
    second = signed_in("T00004")
    second.post(address + "approve/")
    found = PostList.objects.get()
    take_post_list(batch_id=found.pk)
    assert [post.person_id for post in Post.objects.all()] == [kept]
    assert [bool(row.why) for row in found.rows.order_by("line")] == [False, True, True]
    progress = Progress.objects.get(public_id=found.progress_id)
    assert (progress.state, progress.summary) == (Progress.State.DONE, "任命 1 个，2 个没有写入")


def test_it_is_appointed_and_ended_by_hand(school):
    keeper = signed_in("T00001")
    said = {
        "unit": "12",
        "office": "counsellor",
        "person": "T00003",
        "starts_on": "2026-09-01",
        "document": "任〔2〕号",
    }
    assert keeper.post("/people/posts/appoint/", said).status_code == 302
    again = keeper.post("/people/posts/appoint/", said)
    assert (again.status_code, "已经在这个岗位上" in again.content.decode()) == (409, True)
    post = Post.objects.get()
    assert f"/people/posts/{post.public_id}/" in keeper.get("/people/posts/").content.decode()
    assert keeper.post(f"/people/posts/{post.public_id}/", {"reason": ""}).status_code == 422
    assert keeper.post(f"/people/posts/{post.public_id}/", {"reason": "调离"}).status_code == 302
    assert people.posts_of(person_of("T00003")) == []


def test_a_name_is_found_while_one_types(school):
    found = signed_in("T00001").get("/people/posts/appoint/", {"suggest": "person", "person": "T00003"})
    assert "钱进 T00003" in found.content.decode()
    assert identity.account_with("T00003").pk


def test_what_waits_for_a_second_person_stands_in_the_todo_list(school):
    author, second, stranger = signed_in("T00001"), signed_in("T00002"), signed_in("T00003")
    address = TestPages().submitted(author)
    page = second.get("/flows/").content.decode()
    assert f'href="{address}"' in page
    assert "2026 秋" in page
    for other in (author, stranger):
        assert "2026 秋" not in other.get("/flows/").content.decode()
    assert "名单 1" in second.get("/").content.decode(), "on the home with its number"
    second.post(address + "refuse/", {"answer": "名单不全"})
    assert "2026 秋" not in second.get("/flows/").content.decode()


def test_a_last_day_after_the_posts_own_is_refused_at_its_field(school):
    post = people.appoint(
        by=SYSTEM,
        unit_id=school.pk,
        office="head",
        person_id=person_of("T00003"),
        starts_on=date(2026, 9, 1),
        ends_on=date(2090, 8, 31),
        document="任〔1〕号",
    )
    answer = signed_in("T00001").post(f"/people/posts/{post.public_id}/", {"reason": "届满", "last_day": "2090-09-01"})
    assert (answer.status_code, "延长须另行任命" in answer.content.decode()) == (422, True)


def test_a_guest_is_refused_in_a_list_before_anybody_approves(school):
    Affiliation.objects.filter(person_id=person_of("T00003")).update(kind="guest")
    answer = TestPages().hand_in(signed_in("T00001"), TestPages.good)
    assert (answer.status_code, "不能任职" in answer.content.decode()) == (422, True)


def approved(school):
    pages = TestPages()
    pages.good = HEADS + "".join(f"12,{what},{who},,2026-09-01,\n" for what, who in LINES[:2])
    address = pages.submitted(signed_in("T00001"))
    assert signed_in("T00002").post(address + "approve/").status_code == 302
    found = PostList.objects.get()
    take_post_list(batch_id=found.pk)
    return found


class TestRollbacks(ProposalTests):
    desk = rollbacks

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return signed_in("T00001")

    @pytest.fixture
    def second(self, school):
        """Neither of the two who brought the list in."""
        return signed_in("T00004")

    @pytest.fixture
    def stranger(self, school):
        return signed_in("T00003")

    def submitted(self, client):
        found = approved(self.school)
        said = {"token": str(uuid4()), "reason": "交错了单位"}
        assert client.post(f"/people/posts/lists/{found.public_id}/undo/", said).status_code == 302
        return f"/people/post-rollbacks/{PostRollback.objects.get().public_id}/"


def test_a_list_is_rolled_back_as_a_whole_by_a_third_while_nothing_stands_on_it(school):
    found = approved(school)
    assert {pk for pk, _name in people.post_holders([school.pk])[school.pk, "head"]} == {
        person_of("T00003"),
        person_of("T00002"),
    }
    page = f"/people/posts/lists/{found.public_id}/"
    asker = signed_in("T00001")
    assert f"{page}undo/" in asker.get(page).content.decode()
    said = {"token": str(uuid4()), "reason": "交错了单位"}
    assert asker.post(f"{page}undo/", said).status_code == 302
    case = f"/people/post-rollbacks/{PostRollback.objects.get().public_id}/approve/"
    for number in ("T00001", "T00002"):
        assert signed_in(number).post(case).status_code in {403, 409}, "who brought it in"
    assert Post.objects.filter(withdrawn_at=None).count() == 2
    assert signed_in("T00004").post(case).status_code == 302
    assert not people.post_holders([school.pk])
    assert set(Post.objects.values_list("why_ended", flat=True)) == {"交错了单位"}
    assert "已回滚" in asker.get(page).content.decode()
    assert asker.post(f"{page}undo/", {"token": str(uuid4()), "reason": "再来"}).status_code == 409


def test_a_list_of_which_a_post_was_ended_since_is_not_rolled_back(school):
    found = approved(school)
    ended = Post.objects.order_by("pk").first()
    assert (
        signed_in("T00002").post(f"/people/posts/{ended.public_id}/", {"reason": "调走", "last_day": ""}).status_code
        == 302
    )
    said = {"token": str(uuid4()), "reason": "交错了单位"}
    answer = signed_in("T00001").post(f"/people/posts/lists/{found.public_id}/undo/", said)
    assert answer.status_code == 409
    assert "不能整份回滚" in answer.content.decode()
    assert Post.objects.filter(withdrawn_at=None).count() == 2

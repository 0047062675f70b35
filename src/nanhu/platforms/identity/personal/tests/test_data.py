"""Who looked at me, and the copy of my data."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.personal.models import DataCopy
from nanhu.platforms.identity.personal.services import copies
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.people import api as people
from nanhu.testing import merging


def actor(member) -> Actor:
    return Actor(account_id=member.account.pk, name=str(member.account))


def page_of(browser: Client, member, address: str) -> str:
    sign_in(browser, member.numbers[0])
    return browser.get(address).content.decode()


def test_a_reveal_shows_with_name_unit_and_purpose(student, teacher, browser):
    people.phone_of(student.person_id, by=actor(teacher), purpose="联系领卡")

    text = page_of(browser, student, "/account/data/looks")

    assert all(part in text for part in (teacher.name, "计算机学院", "完整手机号", "联系领卡"))


def test_reasons_of_the_program_are_read_in_english_and_a_persons_own_words_as_he_wrote_them(student, teacher, browser):
    for purpose in ("发送激活验证码", "登录“邮箱”时提供", "联系领卡"):
        people.phone_of(student.person_id, by=actor(teacher), purpose=purpose)
    sign_in(browser, student.numbers[0])
    browser.post("/preferences/language/en")
    text = browser.get("/account/data/looks").content.decode()
    assert ["联系领卡" in text, "Given at the sign-in to “邮箱”" in text] == [True, True]
    assert "发送激活验证码" not in text


def test_what_i_see_of_myself_does_not_count(student, teacher, browser):
    people.phone_of(student.person_id, by=actor(student), purpose="自己看看")
    people.phone_of(teacher.person_id, by=actor(student), purpose="别人的事")

    text = page_of(browser, student, "/account/data/looks")

    assert "自己看看" not in text
    assert "别人的事" not in text


def test_the_program_itself_is_named_as_such(student, browser):
    people.phone_of(student.person_id, by=Actor.system("identity.activation"), purpose="发送验证码")

    text = page_of(browser, student, "/account/data/looks")

    assert "系统自动处理" in text
    assert "发送验证码" in text


def test_a_company_that_was_given_it_is_named_with_the_table_it_read(student, browser):
    facts = {"table": "校园卡", "campus_no": student.numbers[0]}
    vendor = Actor(account_id=None, name="vendor:图书公司")
    audit.record(
        by=vendor, action="datahub.share_person", target=f"person:{student.person_id}", reason="图书借阅", facts=facts
    )

    text = page_of(browser, student, "/account/data/looks")

    assert all(part in text for part in ("图书公司", "校园卡", "图书借阅"))
    assert "系统自动处理" not in text
    assert "vendor:" not in text


def test_looks_at_a_record_that_was_merged_into_mine_show_and_are_its_own_again(student, teacher, browser):
    people.phone_of(student.person_id, by=Actor(account_id=None, name="外人"), purpose="合并前查的")
    merge = merging.merge(kept_id=teacher.person_id, gone_id=student.person_id)

    assert "合并前查的" in page_of(browser, teacher, "/account/data/looks")

    merging.part(merge)
    assert "合并前查的" not in page_of(Client(), teacher, "/account/data/looks")


MEANWHILE = "当时您和另一个人的记录合在一起"


def test_who_looked_while_two_were_one_is_told_to_both_of_them(student, teacher, browser):
    """He saw a record that held something of each; before and afterwards each had his own."""

    def look(purpose, member=teacher):
        people.phone_of(member.person_id, by=Actor(account_id=None, name="外人"), purpose=purpose)

    look("合并前查的")
    merge = merging.merge(kept_id=teacher.person_id, gone_id=student.person_id)
    look("合并时查的")
    merging.part(merge)
    look("分开后查的")
    kept, restored = (page_of(Client(), one, "/account/data/looks") for one in (teacher, student))
    assert [word in kept for word in ("合并前查的", "合并时查的", "分开后查的")] == [True, True, True]
    assert [word in restored for word in ("合并前查的", "合并时查的", "分开后查的")] == [False, True, False]
    assert (kept.count(MEANWHILE), restored.count(MEANWHILE)) == (1, 1)
    look("学生自己的", student)
    assert "学生自己的" not in page_of(Client(), teacher, "/account/data/looks")
    merging.part(merging.merge(kept_id=teacher.person_id, gone_id=student.person_id))
    again = page_of(Client(), student, "/account/data/looks")
    assert ("合并时查的" in again, "分开后查的" in again) == (True, False), "between the two times each had his own"


def test_what_i_saw_of_myself_under_a_record_that_was_merged_into_mine_does_not_count(student, teacher, browser):
    people.phone_of(student.person_id, by=actor(student), purpose="自己看看")
    people.phone_of(student.person_id, by=Actor(account_id=None, name="外人"), purpose="别人看的")
    merging.merge(kept_id=teacher.person_id, gone_id=student.person_id)

    text = page_of(browser, teacher, "/account/data/looks")

    assert "自己看看" not in text
    assert "别人看的" in text


def test_a_copy_holds_what_rooms_keep_and_only_mine(student, teacher, browser):
    sign_in(browser, student.numbers[0])
    browser.post("/account/data/copy")
    copies.make_copy(copy_id=DataCopy.objects.get().pk)
    answer = browser.get(f"/account/data/copy/{DataCopy.objects.get().public_id}")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    person = json.loads(archive.read("people.person.json"))["records"][0]

    assert (person["name"], person["id_number"], person["phone"]) == (student.name, student.id_number, student.phone)
    assert "identity.sessions.csv" in archive.namelist()
    assert all(teacher.name.encode() not in archive.read(name) for name in archive.namelist())
    assert copies.file_of(DataCopy.objects.get()).stat().st_mode & 0o077 == 0


def test_nobody_else_gets_it(student, teacher, browser):
    copy = copies.ask(by=TEST, account=student.account)
    copies.make_copy(copy_id=copy.pk)
    sign_in(browser, teacher.numbers[0])

    assert browser.get(f"/account/data/copy/{copy.public_id}").status_code == 404


def test_downloading_needs_a_fresh_sign_in(student, browser):
    copy = copies.ask(by=TEST, account=student.account)
    copies.make_copy(copy_id=copy.pk)
    sign_in(browser, student.numbers[0])
    SsoSession.objects.update(authenticated_at=now() - timedelta(hours=1))

    answer = browser.get(f"/account/data/copy/{copy.public_id}")

    assert answer["Location"].startswith("/sign-in/again")


def test_one_a_day_and_gone_after_a_week(student, browser, time_machine):
    sign_in(browser, student.numbers[0])
    browser.post("/account/data/copy")
    browser.post("/account/data/copy")
    copy = DataCopy.objects.get()
    copies.make_copy(copy_id=copy.pk)
    copies.make_copy(copy_id=copy.pk)
    assert copies.file_of(copy).exists()

    time_machine.move_to(now() + copies.KEPT + timedelta(minutes=1), tick=False)
    copies.drop_old()

    assert not copies.file_of(copy).exists()
    assert DataCopy.objects.get().state == DataCopy.State.GONE


@pytest.fixture
def own_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(copies, "folder", lambda: tmp_path)


@pytest.mark.usefixtures("own_folder")
def test_nothing_stays_of_a_copy_whose_worker_was_killed(student, teacher, time_machine):
    killed, whole = (copies.ask(by=TEST, account=one.account) for one in (student, teacher))
    for path in (copies.draft_of(killed), copies.file_of(killed)):
        path.write_bytes(b"everything about somebody")
    copies.make_copy(copy_id=whole.pk)
    (copies.folder() / "of-nobody.zip").write_bytes(b"a row that was rolled back")
    copies.drop_old()
    assert copies.draft_of(killed).exists(), "somebody may be writing it still"

    time_machine.move_to(now() + copies.AT_MOST_EVERY + timedelta(minutes=1), tick=False)
    copies.drop_old()

    assert list(copies.folder().iterdir()) == [copies.file_of(whole)]
    killed.refresh_from_db()
    assert killed.state == DataCopy.State.FAILED


@pytest.mark.usefixtures("own_folder")
def test_a_copy_that_cannot_be_written_leaves_no_half(student, monkeypatch):
    copy = copies.ask(by=TEST, account=student.account)

    def fail(*_given):
        raise OSError("the disk is full")

    monkeypatch.setattr(copies, "add_records", fail)
    with pytest.raises(OSError, match="full"):
        copies.make_copy(copy_id=copy.pk)
    assert list(copies.folder().iterdir()) == []


def test_a_cell_is_no_formula():
    table = copies.table([{"name": "=HYPERLINK(1)", "amount": "-12.50"}]).decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in table
    assert ",-12.50" in table

"""Phones, accounts and answers through their pages: who reads, who keeps what, two people for emergencies, the one search."""

import io
import re
from datetime import timedelta
from itertools import count

import pytest
import segno
import vobject
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.campus import api as campus
from nanhu.services.directory.book import book
from nanhu.services.directory.desk import desk
from nanhu.services.directory.models import Account, Answer, EmergencyChange, Phone
from nanhu.services.directory.rules import CONFIRMED_FOR
from nanhu.services.directory.services import keeping
from nanhu.testing.members import SYSTEM
from nanhu.testing.pages import PageTests, ProposalTests

pytestmark = pytest.mark.django_db
DESK, BOOK = "/directory/desk/", "/directory/"
NUMBERS = count(1)
WECHAT = "http://weixin.qq.com/r/abcDEF123"


def picture(*texts):
    """Of one code, or of some beside each other, and a poster's own bars below, which are no address."""
    whole = Image.new("RGB", (400 * max(len(texts), 1), 400), "white")
    for place, text in enumerate(texts):
        drawn = io.BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=6, border=4)
        whole.paste(Image.open(drawn), (400 * place, 0))
    bars = zxingcpp.create_barcode("20260001", zxingcpp.BarcodeFormat.Code128).to_image(scale=2)
    height, width = bars.shape
    whole.paste(Image.frombytes("L", (width, height), bytes(memoryview(bars))), (40, 320))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return SimpleUploadedFile("码.png", out.getvalue(), content_type="image/png")


class TestBook(PageTests):
    desk, is_for_everybody = book, True

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T0003")

    def fill(self, count):
        for _one in range(count):
            number = next(NUMBERS)
            self.school.phone(f"=1+{number}", f"8{number:06}")
            self.school.answer(f"=1+{number}")


class TestDesk(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T0001")

    @pytest.fixture
    def second(self, school):
        return school.client("T0004")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T0003")

    def fill(self, count):
        for _one in range(count):
            number = next(NUMBERS)
            self.school.phone(f"=1+{number}", f"8{number:06}")
            self.school.answer(f"=1+{number}")

    def submitted(self, client):
        guard = self.school.phone("保卫处值班室", "110110", unit="21", is_emergency=True)
        client.post(f"{DESK}{guard.public_id}/number/", {"number": "120120", "extension": ""})
        return f"{DESK}changes/{EmergencyChange.objects.get().public_id}/"


@pytest.mark.capability("A068.1")
@pytest.mark.parametrize("typed", ["校园卡", "xyk", "xiaoyuanka", "财务", "8703568", "补卡", "caiwuchu glbgs"])
def test_a_phone_is_found_by_name_unit_pinyin_initials_number_and_what_people_call_it(school, typed):
    school.phone("校园卡管理办公室", keywords="补卡", hours="08:30-12:00")
    school.phone("值班室", "110110", unit="21")
    page = school.client("T0003").get(BOOK, {"q": typed}).content.decode()
    assert "校园卡管理办公室" in page
    assert "值班室" not in page


@pytest.mark.capability("A068.1")
@pytest.mark.parametrize("typed", ["小元卡", "xiaoyuanak", "校圆卡", "xiaoyuanca"])
def test_a_slip_of_the_finger_finds_what_sounds_like_it(school, typed):
    school.phone("校园卡管理办公室", "8703568")
    school.phone("值班室", "110110", unit="21")
    page = school.client("T0003").get(BOOK, {"q": typed}).content.decode()
    assert "校园卡管理办公室" in page
    assert "值班室" not in page
    assert "没有符合条件的" in school.client("T0003").get(BOOK, {"q": "天体物理"}).content.decode()


@pytest.mark.capability("A068.1")
@pytest.mark.parametrize("typed", ["英语", "yingyu"])
def test_who_speaks_a_language_is_found_by_it(school, typed):
    school.phone("国际学生办公室", "8703570", languages="英语、日语")
    school.phone("校园卡管理办公室", "8703568")
    reader = school.client("T0003")
    page = reader.get(BOOK, {"q": typed}).content.decode()
    assert "国际学生办公室" in page
    assert "校园卡管理办公室" not in page
    address = Phone.objects.get(number="8703570").public_id
    assert "英语、日语" in reader.get(f"{BOOK}{address}/").content.decode()


@pytest.mark.capability("A068.2")
@pytest.mark.capability("A068.3")
def test_a_number_is_dialled_by_a_press_and_goes_into_the_phones_own_book(school):
    order = campus.PlaceOrder(key="t1-201", name="行政楼 201", kind="room")
    campus.set_up_places(by=SYSTEM, places=[order])
    hours = {"hours": "00:00-23:59", "other_hours": "00:00-23:59"}
    where = campus.Place.objects.get(key="t1-201")
    phone = school.phone("校园卡管理办公室", "0730-8703568", extension="12", place=where, **hours)
    school.phone("出纳,窗口", "8703569")
    school.phone("值班室", "110110", unit="21")
    reader = school.client("T0003")
    assert 'href="tel:07308703568;ext=12"' in reader.get(BOOK).content.decode()
    page = reader.get(f"{BOOK}{phone.public_id}/").content.decode()
    assert 'href="tel:07308703568;ext=12"' in page
    assert "在办公，到 23:59" in page
    assert "行政楼 201" in page
    cards = list(vobject.readComponents(reader.get(f"{BOOK}{phone.public_id}/unit.vcf").content.decode()))
    assert sorted(one.fn.value for one in cards) == ["财务处 出纳,窗口", "财务处 校园卡管理办公室"]
    assert all(
        len(line.encode()) <= 75
        for line in reader.get(f"{BOOK}{phone.public_id}/unit.vcf").content.decode().split("\r\n")
    )


@pytest.mark.capability("A068.1", "A068.4")
def test_a_unit_keeps_its_own_and_no_others(school):
    mine, other = school.phone("出纳"), school.phone("值班室", "110110", unit="21")
    secretary = school.client("T0002")
    said = {"name": "会计", "number": "8703570", "extension": "", "hours": "08:30-12:00"}
    assert secretary.post(f"{DESK}new/", said | {"unit": "20 财务处"}).status_code == 302
    refused = secretary.post(f"{DESK}new/", said | {"unit": "21 保卫处", "name": "假"})
    assert refused.status_code in {403, 422}
    assert not Phone.objects.filter(name="假").exists()
    said["revision"] = revision_of(mine, mine.says)
    assert secretary.post(f"{DESK}{mine.public_id}/", said | {"name": "出纳窗口"}).status_code == 302
    assert secretary.post(f"{DESK}{mine.public_id}/", said | {"name": "会计室"}).status_code == 409, "in a second tab"
    for address in ("", "confirm/", "remove/", "number/"):
        assert secretary.post(f"{DESK}{other.public_id}/{address}", said).status_code == 404
    other.refresh_from_db()
    assert (other.number, other.removed_at) == ("110110", None)
    shown = secretary.get(DESK).content.decode()
    assert "出纳窗口" in shown
    assert "值班室" not in shown
    assert [
        one.action
        for one in AuditEntry.objects.filter(actor="王秘书").order_by("pk")
        if one.action.startswith("directory")
    ] == [
        "directory.enter_phone",
        "directory.change_phone",
    ]
    reader = school.client("T0003")
    found = {
        typed: "出纳窗口" in reader.get(BOOK, {"q": typed}).content.decode() for typed in ("窗口", "cnck", "王府井")
    }
    assert found == {"窗口": True, "cnck": True, "王府井": False}, "by its new name"
    assert secretary.post(f"{DESK}{mine.public_id}/remove/").status_code == 302
    assert "出纳窗口" not in reader.get(BOOK).content.decode()
    assert "出纳窗口" not in reader.get(BOOK, {"q": "窗口"}).content.decode()
    assert reader.get(f"{BOOK}{mine.public_id}/").status_code == 404


@pytest.mark.capability("A068.3")
def test_an_emergency_number_changes_by_two_people_only(school):
    guard = school.phone("保卫处值班室", "110110", unit="20", is_emergency=True)
    secretary, keeper = school.client("T0002"), school.client("T0001")
    said = {"name": "保卫处值班室", "number": "999999", "extension": "", "revision": "x"}
    assert secretary.post(f"{DESK}{guard.public_id}/", said).status_code == 409
    assert secretary.post(f"{DESK}{guard.public_id}/remove/").status_code == 409
    assert secretary.post(f"{DESK}{guard.public_id}/number/", {"number": "120120", "extension": ""}).status_code == 302
    assert secretary.post(f"{DESK}{guard.public_id}/number/", {"number": "120121", "extension": ""}).status_code == 409
    guard.refresh_from_db()
    assert guard.number == "110110", "until another agrees"
    case = f"{DESK}changes/{EmergencyChange.objects.get().public_id}/"
    assert secretary.post(f"{case}approve/").status_code == 404, "an editor decides nothing"
    assert keeper.post(f"{case}approve/").status_code == 302
    guard.refresh_from_db()
    assert guard.number == "120120"
    assert "昼夜有人接" in school.client("T0003").get(BOOK).content.decode()
    secretary.post(f"{DESK}{guard.public_id}/number/", {"number": "", "extension": ""})
    waiting = EmergencyChange.objects.get(state="asked")
    keeper.post(f"{DESK}changes/{waiting.public_id}/approve/")
    assert not Phone.objects.filter(removed_at=None).exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"number": "8703568; rm -rf"},
        {"number": "１２a"},
        {"hours": "12:00-08:30"},
        {"extension": "x"},
        {"name": ""},
        {"unit": "99 没有"},
        {"name": "名" * 41},
    ],
)
def test_what_is_no_phone_is_refused_beside_its_field(school, bad):
    said = {"unit": "20 财务处", "name": "出纳", "number": "8703568", "extension": "", "hours": ""} | bad
    assert school.client("T0001").post(f"{DESK}new/", said).status_code == 422
    assert not Phone.objects.exists()


def test_full_width_numbers_and_dashes_are_understood_and_twice_is_once(school):
    keeper = school.client("T0001")
    said = {
        "unit": "20 财务处",
        "name": "出纳",
        "number": "０７３０－８７０３５６８",
        "hours": "08:30—12:00、14:30–17:30",
    }
    answer = keeper.post(f"{DESK}new/", said)
    assert answer.status_code == 302, answer.context["form"].errors
    [phone] = Phone.objects.all()
    assert (phone.number, phone.hours) == ("0730-8703568", "08:30-12:00 14:30-17:30")
    assert keeper.post(f"{DESK}new/", said).status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Phone.objects.filter(pk=phone.pk).update(number="javascript:1")


@pytest.mark.capability("A081.1")
@pytest.mark.capability("A081.2")
def test_an_account_is_read_from_its_picture_and_drawn_anew(school):
    keeper = school.client("T0001")
    said = {"unit": "20 财务处", "name": "财务处公众号", "handle": "hnist_cw", "intro": "报销进度"}
    for bad in (
        picture("https://evil.example/"),
        picture(WECHAT, f"{WECHAT}2"),
        SimpleUploadedFile("x.png", b"no picture"),
        SimpleUploadedFile("x.svg", b"<svg/>"),
    ):
        assert keeper.post(f"{DESK}accounts/new/", said | {"picture": bad}).status_code == 422
    assert keeper.post(f"{DESK}accounts/new/", said | {"picture": picture(WECHAT)}).status_code == 302
    assert keeper.post(f"{DESK}accounts/new/", said | {"picture": picture(WECHAT)}).status_code == 409
    page = school.client("T0003").get(f"{BOOK}accounts/").content.decode()
    assert page.index("财务处</h2>") < page.index("财务处公众号") < page.index("报销进度")
    assert page.count('rel="stylesheet"') > 2, "its own sheet beside those of every page"
    assert "财务处公众号" not in school.client("T0003").get(f"{BOOK}accounts/", {"q": "保卫"}).content.decode()
    assert Account.objects.get().address == WECHAT
    out = io.BytesIO()
    segno.make(WECHAT, error="m").save(out, kind="png", scale=4, border=2)
    shown = re.search(r'src="(data:image/svg[^"]+)"', page)
    assert shown is not None
    assert segno.make(WECHAT, error="m").svg_data_uri(scale=4, border=2, light="#ffffff") == shown[1].replace(
        "&#x27;", "'"
    ).replace("&amp;", "&")
    assert [one.text for one in zxingcpp.read_barcodes(Image.open(out))] == [WECHAT]
    for unit, name, mark in (("21", "乙号", "b"), ("20", "甲号", "a"), ("21", "丙号", "c")):
        facts = {"name": name, "intro": "介绍", "address": WECHAT + mark}
        keeping.enter(by=school.actor("T0001"), kind="account", unit_id=school.units[unit], facts=facts)
    page = school.client("T0003").get(f"{BOOK}accounts/").content.decode()
    assert (page.count("财务处</h2>"), page.count("保卫处</h2>")) == (1, 1), "each unit stands there once"
    assert page.index("甲号") < page.index("保卫处</h2>") < min(page.index("乙号"), page.index("丙号"))
    gone, read = Account.objects.get(name="丙号"), {"name": "丙号", "intro": "新介绍"}
    read["revision"] = revision_of(gone, gone.says)
    ends = [keeper.post(f"{DESK}accounts/{gone.public_id}/", read).status_code for _tab in range(2)]
    assert ends == [302, 409]
    assert keeper.post(f"{DESK}accounts/{gone.public_id}/remove/").status_code == 302
    page = school.client("T0003").get(f"{BOOK}accounts/").content.decode()
    assert ("乙号" in page, "丙号" in page) == (True, False)


@pytest.mark.capability("A081.2")
def test_a_poster_with_one_account_is_taken_and_a_refusal_says_what_is_in_it(school):
    """The same code twice and a questionnaire's beside it leave no doubt which account is meant."""
    keeper = school.client("T0001")
    said = {"unit": "20 财务处", "name": "财务处公众号", "handle": "hnist_cw", "intro": "报销进度"}
    for shown, why in (
        (picture(), "没有读到二维码"),
        (picture("http://[weixin.qq.com/r/abc"), "不是公众号的"),
        (picture(WECHAT, f"{WECHAT}2"), "有几个公众号的二维码"),
    ):
        answer = keeper.post(f"{DESK}accounts/new/", said | {"picture": shown})
        assert (answer.status_code, why in answer.content.decode()) == (422, True), why
    poster = picture(WECHAT, WECHAT, "https://www.wjx.cn/vm/abc")
    assert keeper.post(f"{DESK}accounts/new/", said | {"picture": poster}).status_code == 302
    assert Account.objects.get().address == WECHAT


def test_what_is_taken_away_is_asked_for_once_more(school):
    """In the list it stands beside what is pressed every year."""
    phone, keeper = school.phone("出纳"), school.client("T0001")
    away = f"{DESK}{phone.public_id}/remove/"
    page = keeper.get(DESK).content.decode()
    assert (f'href="{away}"' in page, f'action="{away}"' in page) == (True, False)
    asked = keeper.get(away).content.decode()
    assert (f"出纳 {phone.number}" in asked, Phone.objects.get().removed_at) == (True, None)
    assert keeper.post(away).headers["Location"] == DESK
    assert Phone.objects.get().removed_at is not None
    with pytest.raises(WrongStateError):
        keeping.remove(by=SYSTEM, row=phone)  # who opened it before


def test_the_next_one_is_entered_from_the_list_of_what_stands(school):
    """Also where something stands already, and a day without office hours beside a season."""
    keeper = school.client("T0001")
    said = {"unit": "20 财务处", "name": "财务处公众号", "handle": "hnist_cw", "intro": "报销进度"}
    assert keeper.post(f"{DESK}accounts/new/", said | {"picture": picture(WECHAT)}).status_code == 302
    for page, ways in (("accounts/", ["new/"]), ("answers/", ["new/"]), ("hours/", ["new/", "closed/"])):
        shown = keeper.get(f"{DESK}{page}").content.decode()
        head = shown.partition("page-actions")[2].partition("</header>")[0]
        assert [f'href="{DESK}{page}{way}"' in head for way in ways] == [True] * len(ways)


@pytest.mark.capability("A081.3")
def test_who_did_not_confirm_for_a_year_is_marked_until_he_does(school):
    phone = school.phone("出纳")
    Phone.objects.update(confirmed_on=campus_today() - CONFIRMED_FOR - timedelta(days=1))
    keeping.enter(
        by=school.actor("T0001"),
        kind="account",
        unit_id=school.units["20"],
        facts={"name": "号", "intro": "介绍", "address": WECHAT},
    )
    Account.objects.update(confirmed_on=campus_today() - CONFIRMED_FOR - timedelta(days=1))
    reader, secretary = school.client("T0003"), school.client("T0002")
    assert "很久没有确认" in reader.get(f"{BOOK}{phone.public_id}/").content.decode()
    assert "很久没有确认" in reader.get(f"{BOOK}accounts/").content.decode()
    assert "出纳" in secretary.get(f"{DESK}?show=overdue").content.decode()
    assert secretary.post(f"{DESK}{phone.public_id}/confirm/").status_code == 302
    assert secretary.post(f"{DESK}accounts/{Account.objects.get().public_id}/confirm/").status_code == 302
    assert "很久没有确认" not in reader.get(f"{BOOK}{phone.public_id}/").content.decode()
    assert "很久没有确认" not in reader.get(f"{BOOK}accounts/").content.decode()


def test_a_question_that_everybody_reads_holds_no_phone_of_a_person(school):
    said = {"unit": "20 财务处", "question": "找王老师打 13800138000 吗？", "answer": "打 8703568。"}
    answer = school.client("T0001").post(f"{DESK}answers/new/", said)
    assert "登在“校内电话”里" in answer.content.decode()
    assert not Answer.objects.exists()


def test_an_answer_that_another_changed_meanwhile_is_not_overwritten(school):
    answer = school.answer("校园卡丢了怎么办？")
    keeper, secretary = school.client("T0001"), school.client("T0002")
    said = {"question": "校园卡丢了怎么办？", "answer": "打 8703568 挂失。", "keywords": "丢卡", "revision": 1}
    assert keeper.post(f"{DESK}answers/{answer.public_id}/", said).status_code == 302
    assert secretary.post(f"{DESK}answers/{answer.public_id}/", said | {"answer": "旧的"}).status_code == 409
    answer.refresh_from_db()
    assert (answer.answer, answer.revision) == ("打 8703568 挂失。", 2)
    page = school.client("T0003").get(f"{BOOK}answers/{answer.public_id}/").content.decode()
    assert "打 8703568 挂失。" in page
    exported = school.client("T0003").get(f"{BOOK}answers/answers.md").content.decode()
    assert exported.startswith("## 校园卡丢了怎么办？")
    secretary.post(f"{DESK}answers/{answer.public_id}/remove/")
    assert school.client("T0003").get(f"{BOOK}answers/{answer.public_id}/").status_code == 404


def test_html_in_an_answer_is_text(school):
    answer = school.answer("<b>粗</b>？", "<script>alert(1)</script>")
    page = school.client("T0003").get(f"{BOOK}answers/{answer.public_id}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>粗" not in page

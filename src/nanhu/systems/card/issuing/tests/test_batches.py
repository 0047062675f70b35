"""批量办理汇总表 (F14): checked as a whole, mended on the page, never half."""

import io
import re
import zipfile
from datetime import date
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook
from PIL import Image

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.people.models import Affiliation
from nanhu.systems.card.issuing.layout import CLASS_NAMES, KEYS, categories_of
from nanhu.systems.card.issuing.models import CardOrder, OrderRow, UnitDelegate
from nanhu.systems.card.issuing.services import photos
from nanhu.systems.card.issuing.tests.conftest import (
    COLLEGE,
    DESK,
    NEWCOMERS,
    accepted_batch,
    archive,
    at,
    document_of,
    last_day,
    line,
    look,
    newest,
    picture,
    teacher_rows,
    upload,
)
from nanhu.systems.card.tests.conftest import CAST, queries_of

TEACHER_HEADERS = [
    "姓名",
    "教职工号",
    "性别",
    "证件类型",
    "证件号",
    "部门",
    "人员类别",
    "照片文件名",
    "电话",
    "领取人",
    "有效期",
]

BAD_PHONE = {"phone": "123"}


def page(campus, order, part="teacher") -> str:
    return campus.client(part).get(at(order)).content.decode()


@pytest.mark.capability("A103.1", "A103.3")
def test_a_list_is_checked_as_a_whole_mended_on_the_page_and_becomes_one_batch(campus):
    good, other = teacher_rows()
    wrong = line("许知", "0020260001", document_of("second_teacher")[:17] + "0", "教授", phone="123")
    for elsewhere in ({"unit": "1"}, {"part": "second_clerk"}):
        assert upload(campus, [good], **elsewhere).status_code == 422, "an agent, for the own unit"
    assert not CardOrder.objects.exists()
    assert upload(campus, [wrong, other], photos=archive("0020260002.jpg")).status_code == 200
    order, agent = newest(), campus.client("teacher")
    shown = page(campus, order)
    for fault in ("与名册里这个号的姓名不一样", "校验位不对", "这类卡的人员类别是", "不是手机号码", "改好才能提交"):
        assert fault in shown
    assert agent.post(at(order, "submit/")).status_code == 409
    assert not CardOrder.objects.exclude(state="draft").exists()

    mended = {
        "name": good[0],
        "campus_no": good[1],
        "sex": "男",
        "document_kind": "居民身份证",
        "document": good[4],
        "unit": good[5],
        "category": good[6],
        "photo_name": good[7],
        "phone": good[8],
        "collector": good[9],
        "valid_until": "",
    }
    assert agent.post(at(order, "rows/1/"), mended | {"phone": "124"}).status_code == 302
    assert order.rows.get(line=1).errors == {"phone": "不是手机号码"}, "what is still wrong stays said"
    double = mended | {"campus_no": other[1].lower()}
    assert agent.post(at(order, "rows/1/"), double).status_code == 302
    assert ["重复" in one.errors["campus_no"] for one in order.rows.order_by("line")] == [True, True]
    assert agent.post(at(order, "submit/")).status_code == 409
    assert agent.post(at(order, "rows/1/"), mended).status_code == 302
    assert not OrderRow.objects.exclude(errors={}).exists()
    told = agent.post(at(order, "photos/"), {"archive": archive("0020260001.JPG")}).content.decode()
    assert "照片已匹配 1 张" in told
    assert agent.post(at(order, "submit/")).status_code == 302
    todos = [one.get("/flows/").content.decode() for one in (campus.client("second_clerk"), agent)]
    assert [order.number in one for one in todos] == [True, False]
    assert campus.client("second_clerk").post(at(order, "approve/")).status_code == 302
    assert order.number not in campus.client("second_clerk").get("/flows/").content.decode()
    look(campus, order)
    assert campus.client("clerk").post(at(order, "accept/")).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.rows.filter(card__isnull=False).count()) == ("accepted", 2)


@pytest.mark.capability("A109.3")
@pytest.mark.parametrize(
    ("card_class", "number", "category", "of_another"),
    [
        ("teacher", NEWCOMERS["new_teacher"][2], "人事代理", "临聘"),
        ("student", CAST["student"][2], "统招本科", "正式在编"),
        ("ordinary", "", "访问", "留学生"),
    ],
)
def test_each_class_wants_its_own_columns_and_knows_its_own_categories(
    campus, card_class, number, category, of_another
):
    last = last_day() if card_class == "ordinary" else ""
    whole = line("许知远", number, document_of("new_teacher"), category, until=last, photo="a.jpg")
    needed = {0: "name", 2: "sex", 3: "document_kind", 4: "document", 5: "unit", 6: "category", 7: "photo_name"}
    needed |= {8: "phone", 9: "collector"}
    needed |= {10: "valid_until"} if card_class == "ordinary" else {1: "campus_no"}
    rows = [[*whole[:at_column], "", *whole[at_column + 1 :]] for at_column in needed]
    upload(campus, [*rows, [*whole[:6], of_another, *whole[7:]]], card_class=card_class)
    *empty, strange = newest().rows.order_by("line")
    assert [one.errors.get(key) for one, key in zip(empty, needed.values(), strict=True)] == ["没有填"] * len(needed)
    assert "这类卡的人员类别是" in strange.errors["category"]


@pytest.mark.capability("A103.1")
def test_a_list_with_photos_that_is_sent_twice_is_one_order_and_the_second_press_finds_it(campus):
    token = str(uuid4())

    def press():
        return upload(campus, teacher_rows(), photos=archive("0020260001.jpg"), form_token=token)

    first, again = press(), press()
    assert (first.status_code, again.status_code, CardOrder.objects.count()) == (200, 302, 1)
    assert again.url == at(newest())


def exported(campus) -> list[list[str]]:
    """The newest order as it comes out again: its headers and its rows."""
    content = campus.client("clerk").get(at(newest(), "export.xlsx")).content
    rows = load_workbook(io.BytesIO(content)).active.iter_rows(min_row=3)
    shown = [[cell.value or "" for cell in row[: len(TEACHER_HEADERS)]] for row in rows]
    return [row for row in shown if any(row)]


def checked(campus, key, typed) -> str:
    """The field as it comes back the moment it was left."""
    answer = campus.client("clerk").post(f"{DESK}check/teacher/", typed, headers={"HX-Trigger-Name": key})
    assert answer.status_code == 200
    return answer.content.decode()


class Watched(HTMLParser):
    """The fields of a page that are looked at as soon as they are left, and where."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: dict[str, str | None] = {}
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if (
            tag in {"input", "select"}
            and told.get("hx-trigger") == "change"
            and told.get("hx-target") == "closest .field"
        ):
            self.found[str(told["name"])] = told["hx-post"]


@pytest.mark.capability("A109.1")
def test_every_field_of_every_form_of_a_card_is_looked_at_as_it_is_left(campus):
    """The counter's, the holder's own, and that by which an agent mends a row, each for the class of its card."""
    upload(campus, teacher_rows())
    personal = set(KEYS) - {"photo_name", "collector"}
    for part, address, card_class, keys in (
        *(("clerk", f"{DESK}personal/?card_class={one}", one, personal) for one in CLASS_NAMES),
        ("guest", f"{DESK}apply/", "student", personal),
        ("teacher", at(newest(), "rows/1/"), "teacher", KEYS),
    ):
        shown = campus.client(part).get(address).content.decode()
        assert Watched(shown).found == dict.fromkeys(keys, f"{DESK}check/{card_class}/"), address
    for part in ("guest", "teacher"):
        answer = campus.client(part).post(f"{DESK}check/ordinary/", BAD_PHONE, headers={"HX-Trigger-Name": "phone"})
        assert "不是手机号码" in answer.content.decode()


@pytest.mark.capability("A109.2", "A109.3", "A103.2")
def test_each_class_has_its_form_strict_fields_and_the_same_layout_comes_out_again(campus):
    numbers = {"student": "学号", "teacher": "教职工号", "ordinary": "编码"}
    for card_class, number in numbers.items():
        content = campus.client("teacher").get(f"{DESK}template/{card_class}.xlsx").content
        sheet = load_workbook(io.BytesIO(content)).active
        headers = [cell.value for cell in sheet[3]]
        offered = [one.formula1 for one in sheet.data_validations.dataValidation]
        assert '"' + ",".join(categories_of(card_class)) + '"' in offered, "the categories of this class"
        assert headers == [number if header == "教职工号" else header for header in TEACHER_HEADERS]
    visitor = line("访者", "", document_of("second_teacher"), "访问", until=last_day(), photo="访者.jpg", sex="女")
    upload(campus, [visitor], card_class="ordinary")
    assert exported(campus) == [[header.replace("教职工号", "编码") for header in TEACHER_HEADERS], visitor]
    upload(campus, teacher_rows())
    assert exported(campus) == [TEACHER_HEADERS, *teacher_rows()]
    missing = teacher_rows()
    missing[0][2] = missing[0][8] = ""
    upload(campus, missing)
    assert newest().rows.get(line=1).errors == {"sex": "没有填", "phone": "没有填"}
    form = campus.client("clerk").get(f"{DESK}personal/?campus_no=0020260001").content.decode()
    assert "许知远" in form
    asked = {
        "document_kind": "居民身份证",
        "document": document_of("new_teacher"),
        "phone": "123",
        "category": "教授",
        "unit": "",
        "campus_no": "工号一",
        "valid_until": "2020-01-01",
    }
    for key, told in (
        ("phone", "不是手机号码"),
        ("category", "这类卡的人员类别是"),
        ("campus_no", "只能是字母和数字"),
        ("valid_until", "已经过去了"),
    ):
        assert told in checked(campus, key, asked)
    wrong = document_of("second_teacher")[:17] + "0"
    assert "校验位不对" in checked(campus, "document", asked | {"document": wrong})
    for key in ("document", "document_kind", "unit"):
        assert "field-wrong" not in checked(campus, key, asked), key
    answer = campus.client("clerk").post(f"{DESK}personal/?campus_no=0020260001", {"reason": ""})
    assert answer.status_code == 422


@pytest.mark.capability("A110.1", "A110.2", "A103.3")
def test_photos_are_matched_by_four_names_and_misses_and_doubles_are_told(campus):
    rows = [
        line("临工", "L2600001", document_of("new_teacher"), "临聘", until=last_day()),
        line("访者", "", document_of("second_teacher"), "访问", until=last_day(), photo="访者.jpg"),
    ]
    upload(campus, rows, card_class="ordinary")
    order = newest()
    assert not OrderRow.objects.exclude(errors={}).exists(), [row.errors for row in order.rows.all()]
    files = archive("相册/l2600001.JPG", "访者.jpg", "访者.jpeg", "路人.jpg", "说明.txt")
    told = campus.client("teacher").post(at(order, "photos/"), {"archive": files}).content.decode()
    assert "照片已匹配 2 张" in told
    assert "访者.jpeg" in told.split("重复，未使用")[1].split("未匹配到人员")[0]
    assert "路人.jpg、说明.txt" in told.split("未匹配到人员")[1]
    kept = Image.open(io.BytesIO(photos.content_of(order.rows.get(line=1))))
    assert (kept.size, kept.format, len(kept.getexif())) == ((358, 441), "JPEG", 0)
    assert "裁成 358×441" in order.rows.get(line=1).photo_note

    upload(campus, teacher_rows(), photos=archive("0020260002.jpg"))
    shown = (
        campus.client("teacher").post(at(newest(), "photos/"), {"archive": archive("0020260002.jpg")}).content.decode()
    )
    assert "许知远 0020260001.jpg" in shown.split("还缺照片")[1]
    assert [row.photo_path != "" for row in newest().rows.order_by("line")] == [False, True], "by the staff number"
    assert not newest().rows.exclude(errors={}).exists()
    unnamed = teacher_rows()
    unnamed[0][7] = ""
    upload(campus, unnamed)
    files = {"archive": archive("0020260002.jpg")}
    told = campus.client("teacher").post(at(newest(), "photos/"), files).content.decode()
    assert "许知远" in told.split("还缺照片")[1], "also where the form names no file"
    student = line("林小满", "14231100001", "11010519491231002X", "统招本科")
    assert "photo_name" not in upload_errors(campus, student, "student")
    by_number = {"archive": archive("14231100001.jpg", "14231200001.jpg")}
    told = campus.client("teacher").post(at(newest(), "photos/"), by_number).content.decode()
    assert "照片已匹配 1 张" in told
    assert "14231200001.jpg" in told.split("未匹配到人员")[1]


def upload_errors(campus, row, card_class):
    upload(campus, [row], card_class=card_class)
    return newest().rows.get().errors


def jpeg(drawn: Image.Image) -> bytes:
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=95)
    return out.getvalue()


def sent(campus, content: bytes) -> tuple[str, OrderRow]:
    """What the agent's page says of this picture of the first row, and the row."""
    files = archive("0020260001.jpg", content=content)
    told = campus.client("teacher").post(at(newest(), "photos/"), {"archive": files}).content.decode()
    return told, newest().rows.get(line=1)


@pytest.mark.capability("A110.3")
def test_a_small_picture_is_refused_and_a_restless_background_is_told(campus):
    upload(campus, teacher_rows())
    told, row = sent(campus, picture(200, 260))
    assert "照片太小，至少 358×441 像素" in told
    assert row.photo_path == ""
    restless = Image.effect_noise((358, 441), 200).convert("RGB")
    assert "照片已匹配 1 张" in sent(campus, jpeg(restless))[0]
    assert "背景不像纯色，请看一眼" in page(campus, newest())
    for left in (0, 300):
        beside = Image.new("RGB", (358, 441), "#dfe8f0")
        beside.paste(restless.crop((0, 0, 58, 441)), (left, 0))
        assert "背景不像纯色，请看一眼" in sent(campus, jpeg(beside))[1].photo_note, "on one side alone"
    english = campus.client("teacher").get(at(newest()), headers={"Accept-Language": "en"}).content.decode()
    assert "cut from" not in english
    assert "the background does not look plain" in english
    assert (
        sent(campus, jpeg(restless.resize((400, 500))))[1].photo_note
        == "已由 400×500 裁成 358×441；背景不像纯色，请看一眼"
    )
    english = campus.client("teacher").get(at(newest()), headers={"Accept-Language": "en"}).content.decode()
    assert "cut from 400×500 to 358×441; the background does not look plain" in english
    assert sent(campus, picture(358, 441))[1].photo_note == ""


@pytest.mark.capability("A110.4")
def test_a_clerk_looks_at_every_photo_before_an_order_is_taken_on_and_sends_back_what_is_no_face(campus):
    """No program judges a face: who looked is written down, and a photo exchanged after the look was not looked at."""
    upload(campus, teacher_rows(), photos=archive("0020260001.jpg", "0020260002.jpg"))
    order, agent, clerk = newest(), campus.client("teacher"), campus.client("clerk")
    agent.post(at(order, "submit/"))
    campus.client("second_clerk").post(at(order, "approve/"))
    refused = clerk.post(at(order, "accept/"))
    assert (refused.status_code, "还有 2 张照片没有核对" in refused.content.decode()) == (409, True)
    assert 'accept/"' not in page(campus, order, "clerk"), "the button leads to the photos first"
    assert agent.get(at(order, "faces/")).status_code == 404, "the agent who brought them judges none"
    shown = clerk.get(at(order, "faces/")).content.decode()
    assert shown.count("photo.jpg") == 2

    assert look(campus, order, refused=(2,)).status_code == 302
    assert "1 人没有照片" in clerk.post(at(order, "accept/")).content.decode()
    assert order.rows.get(line=1).photo_seen_by_name != ""
    entry = AuditEntry.objects.get(action="card.look_at_photos")
    assert (entry.facts, entry.target) == ({"seen": 1, "sent_back": [2]}, f"card_order:{order.number}")

    agent.post(at(order, "photos/"), {"archive": archive("0020260002.jpg")})
    stale = re.findall(r'name="shown" value="([^"]+)"', clerk.get(at(order, "faces/")).content.decode())
    others = archive("0020260001.jpg", "0020260002.jpg", content=picture(colour="#ddeeff"))
    agent.post(at(order, "photos/"), {"archive": others})
    clerk.post(at(order, "faces/"), {"shown": stale})
    assert "还有 2 张照片没有核对" in clerk.post(at(order, "accept/")).content.decode()
    look(campus, order)
    assert clerk.post(at(order, "accept/")).status_code == 302
    late = clerk.post(at(order, "faces/"), {"shown": stale})
    assert (late.status_code, late.content.decode().count("form-errors")) == (409, 1), "the order has moved on"


@pytest.mark.capability("A110.4")
def test_the_database_takes_no_card_on_with_a_photo_that_nobody_looked_at(campus):
    row = accepted_batch(campus).rows.get(line=1)
    with pytest.raises(IntegrityError, match="card_order_row_photo_seen"), transaction.atomic():
        OrderRow.objects.filter(pk=row.pk).update(photo_seen_at=None)


@pytest.mark.capability("A095.2")
def test_a_wide_picture_is_cut_to_the_cards_shape_and_not_squeezed(campus):
    upload(campus, teacher_rows())
    wide = Image.new("RGB", (1200, 441), "red")
    wide.paste("teal", (400, 0, 800, 441))
    kept = Image.open(io.BytesIO(photos.content_of(sent(campus, jpeg(wide))[1])))
    assert kept.size == (358, 441)
    assert [kept.getpixel((across, 220))[0] < 30 for across in (4, 179, 353)] == [True] * 3, "teal from edge to edge"
    tall = Image.new("RGB", (358, 882), "red")
    tall.paste("teal", (0, 110, 358, 551))
    kept = Image.open(io.BytesIO(photos.content_of(sent(campus, jpeg(tall))[1])))
    assert [kept.getpixel((179, down))[0] < 30 for down in (6, 220, 434)] == [True] * 3, "the head, where it is"


@pytest.mark.capability("A110.2")
def test_two_persons_of_one_name_get_no_picture_by_their_name(campus):
    """Whose it is nobody can tell: neither the first nor the second has it, the file is told as a double."""
    rows = [
        line("访者", "", document_of("new_teacher"), "访问", until="2027-06-30", photo="访者.jpg"),
        line("访者", "", document_of("second_teacher"), "访问", until="2027-06-30", photo="访者.jpg"),
    ]
    upload(campus, rows, card_class="ordinary")
    order = newest()
    told = campus.client("teacher").post(at(order, "photos/"), {"archive": archive("访者.jpg")}).content.decode()
    assert "照片已匹配 0 张" in told
    assert "访者.jpg" in told.split("重复，未使用")[1]
    assert [row.photo_path for row in order.rows.order_by("line")] == ["", ""]
    assert told.split("还缺照片")[1].count("访者") >= 2


@pytest.mark.capability("A110.1")
def test_a_name_that_breaks_the_rule_is_said(campus):
    row = line("访者", "V1", document_of("new_teacher"), "访问", until=last_day(), photo="V1.jpg")
    assert "姓名" in upload_errors(campus, row, "ordinary")["photo_name"]


@pytest.mark.capability("A103.1")
@pytest.mark.parametrize("fault", ["two", "document"])
def test_doubles_in_a_batch_are_both_marked(campus, fault):
    first, second = teacher_rows()
    if fault == "two":
        second[1], second[7] = first[1], first[7]
    second[4] = first[4]
    upload(campus, [first, second])
    assert all("重复" in "".join(row.errors.values()) for row in newest().rows.all())
    upload(
        campus,
        [
            line("临工", "L2600001", document_of("new_teacher"), "临聘", until=last_day()),
            line("访者", "l2600001", document_of("second_teacher"), "访问", until=last_day()),
        ],
        card_class="ordinary",
    )
    assert ["重复" in row.errors.get("campus_no", "") for row in newest().rows.all()] == [True, True], "in either case"


@pytest.mark.capability("A103.1")
def test_who_has_left_stands_in_no_list(campus):
    Affiliation.objects.filter(campus_no="0020260001").update(state="ended", ends_on=date(2026, 9, 1))
    upload(campus, teacher_rows())
    gone, stays = newest().rows.order_by("line")
    assert ("名册里没有这个号" in gone.errors["campus_no"], stays.errors) == (True, {})
    Affiliation.objects.filter(campus_no="0020260001").update(state="planned", ends_on=None)
    upload(campus, teacher_rows())
    coming, stays = newest().rows.order_by("line")
    assert (bool(coming.errors.get("campus_no")), stays.errors) == (True, {}), "nor does who has not come yet"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no zip", b"%PDF-1.4", "姓名,学号\n".encode()],
    ids=["empty", "broken", "pdf", "csv"],
)
@pytest.mark.capability("A103.1")
def test_what_is_no_form_is_refused_whole(campus, content):
    given = {"card_class": "teacher", "unit": "12", "sheet": io.BytesIO(content)}
    given["sheet"].name = "a.xlsx"
    assert campus.client("teacher").post(f"{DESK}upload/", given).status_code == 422
    assert not CardOrder.objects.exists()


def test_a_zip_bomb_is_refused(campus):
    upload(campus, teacher_rows())
    order = newest()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("0020260001.jpg", b"\xff\xd8\xff" + b"\0" * 30_000_000)
    out.name = "bomb.zip"
    out.seek(0)
    answer = campus.client("teacher").post(at(order, "photos/"), {"archive": out})
    assert answer.status_code == 422
    assert not order.rows.exclude(photo_path="").exists()


@pytest.mark.capability("A103.3")
def test_gbk_names_of_windows_are_understood(campus):
    row = line("访者", "", document_of("second_teacher"), "访问", until=last_day(), photo="访者.jpg")
    upload(campus, [row], card_class="ordinary")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("ab12.jpg", picture())
    windows = io.BytesIO(out.getvalue().replace(b"ab12.jpg", "访者.jpg".encode("gb18030")))
    windows.name = "photos.zip"
    told = campus.client("teacher").post(at(newest(), "photos/"), {"archive": windows}).content.decode()
    assert "照片已匹配 1 张" in told


@pytest.mark.capability("A110.3")
def test_a_picture_that_is_none_is_told_by_name(campus):
    upload(campus, teacher_rows())
    order = newest()
    told = campus.client("teacher").post(
        at(order, "photos/"), {"archive": archive("0020260001.jpg", content=b"\xff\xd8\xff nothing")}
    )
    assert "0020260001.jpg（原因：不是完整的 JPEG 照片）" in told.content.decode()


@pytest.mark.capability("A111.1")
def test_the_leader_approves_on_line_and_nobody_approves_their_own(campus):
    upload(campus, teacher_rows(), photos=archive("0020260001.jpg", "0020260002.jpg"))
    order = newest()
    campus.client("teacher").post(at(order, "submit/"))
    for part in ("teacher", "clerk"):
        assert campus.client(part).post(at(order, "approve/")).status_code == 409
    assert campus.client("student").post(at(order, "approve/")).status_code == 404
    leader = campus.client("second_clerk")
    assert "等您审批" in leader.get(f"{DESK}unit/").content.decode()
    assert leader.post(at(order, "refuse/"), {"answer": ""}).status_code == 422
    assert leader.post(at(order, "approve/")).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.approver_name) == ("approved", "何平")


@pytest.mark.capability("A111.1")
def test_a_leader_who_is_the_agent_as_well_approves_no_order_of_their_own(campus):
    UnitDelegate.objects.create(
        unit_code="12", unit_name=COLLEGE, person_id=campus.persons["second_clerk"], role="agent", named_by_name="测试"
    )
    upload(campus, teacher_rows(), part="second_clerk", photos=archive("0020260001.jpg", "0020260002.jpg"))
    leader, order = campus.client("second_clerk"), newest()
    assert leader.post(at(order, "submit/")).status_code == 302
    assert leader.post(at(order, "approve/")).status_code == 409
    order.refresh_from_db()
    assert (order.state, order.approver_name) == ("submitted", "")


@pytest.mark.capability("A111.1")
def test_a_leader_of_another_unit_approves_nothing_of_this_one(campus):
    """An agent here sees the order all the same."""
    for code, role in (("12", "agent"), ("13", "leader")):
        UnitDelegate.objects.create(
            unit_code=code, unit_name=COLLEGE, person_id=campus.persons["guest"], role=role, named_by_name="测试"
        )
    upload(campus, teacher_rows())
    order = newest()
    campus.client("teacher").post(at(order, "submit/"))
    assert campus.client("guest").post(at(order, "approve/")).status_code == 409
    order.refresh_from_db()
    assert (order.state, order.approver_name) == ("submitted", "")


@pytest.mark.capability("A111.1")
def test_a_refusal_goes_back_with_its_reason(campus):
    upload(campus, teacher_rows())
    order = newest()
    campus.client("teacher").post(at(order, "submit/"))
    leader = campus.client("second_clerk")
    assert leader.post(at(order, "refuse/"), {"answer": " "}).status_code == 422, "not without a reason"
    assert leader.post(at(order, "refuse/"), {"answer": "名单不全"}).status_code == 302
    assert "名单不全" in page(campus, order)
    assert campus.client("clerk").post(at(order, "accept/")).status_code == 409


@pytest.mark.capability("A103.3")
def test_without_all_photos_nothing_is_taken_on(campus):
    upload(campus, teacher_rows(), photos=archive("0020260001.jpg"))
    order = newest()
    campus.client("teacher").post(at(order, "submit/"))
    campus.client("second_clerk").post(at(order, "approve/"))
    answer = campus.client("clerk").post(at(order, "accept/"))
    assert answer.status_code == 409
    assert "1 人没有照片" in answer.content.decode()


@pytest.mark.capability("A102.1", "A103.1")
def test_strangers_see_no_order(campus):
    order = accepted_batch(campus)
    for path in ("", "make/", "print.pdf", "export.xlsx", "rows/1/", "rows/1/photo.jpg", "collect/"):
        assert campus.client("student").get(at(order, path)).status_code == 404, path
    for path in ("", "upload/", "left-over/", "hand/", "unit/", "delegates/", "queue/", "newcomers/", "personal/"):
        assert campus.client("student").get(f"{DESK}{path}").status_code == 404, path


def test_the_pages_ask_little(campus):
    order = accepted_batch(campus)
    for part, path in (
        ("clerk", DESK),
        ("clerk", f"{DESK}?state=accepted"),
        ("clerk", at(order)),
        ("teacher", f"{DESK}unit/"),
        ("teacher", at(order)),
        ("clerk", at(order, "make/")),
    ):
        assert queries_of(campus.client(part), path) <= 20, path

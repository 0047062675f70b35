"""Made in three working days, printed by class, handed over person by person; the chip lives from that moment only."""

import io
import json
import re
import time
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from fpdf import FPDF

from nanhu.kernel.calendar.services import clear_exceptions, set_exception
from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.models import AuditEntry, SmsMessage
from nanhu.kernel.registry import ChangedFact, Verdict
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.issuing import printing
from nanhu.systems.card.issuing.checks import promises_are_kept
from nanhu.systems.card.issuing.models import Acceptance, CardOrder, Letter, OrderRow, UnitDelegate
from nanhu.systems.card.issuing.queries import printed_copies
from nanhu.systems.card.issuing.services import pickup_codes
from nanhu.systems.card.issuing.services.delegating import acting
from nanhu.systems.card.issuing.tests.conftest import (
    COLLEGE,
    DESK,
    NEWCOMERS,
    accepted_batch,
    archive,
    at,
    document_number,
    document_of,
    line,
    look,
    made_batch,
    picture,
    teacher_rows,
)
from nanhu.systems.card.issuing.tests.personal import apply_at_counter, through_to_plastic, visitor
from nanhu.systems.card.models import Card
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.services.receipts import write_receipt
from nanhu.systems.card.tests.conftest import SYSTEM

BY_HOLDER = {"how": "holder", "document": "resident_id", "accepted": "on"}


def uid_of(campus, part) -> str:
    return Card.objects.get(person_id=campus.persons[part], state__in=["issued", "lost"]).uid


def noon(year: int, month: int, day: int):
    return time_machine.travel(datetime(year, month, day, 4, 0, tzinfo=UTC), tick=True)


def hand(campus, row, part="clerk", **said):
    return campus.client(part).post(f"{DESK}rows/{row.pk}/hand/", BY_HOLDER | said)


def pays(campus, uid) -> str:
    row = {"n": 0, "t": campus.terminal.pk, "s": next(campus.sequence), "f": "00", "u": uid, "a": 1, "o": time.time()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM card_pay(%s)", [json.dumps([row])])
        return cursor.fetchone()[0]


@pytest.mark.capability("A106.1", "A106.2", "A106.3")
def test_three_working_days_run_by_the_school_calendar_alarm_when_missed_and_sms_when_ready(
    campus, django_capture_on_commit_callbacks
):
    tuesday = date(2026, 12, 29)
    with django_capture_on_commit_callbacks(execute=True):
        set_exception(by=SYSTEM, first=tuesday, last=tuesday, is_working=False, note="校庆")
    rows = teacher_rows()
    rows[1][8] = "13907301235"
    with noon(2026, 12, 25):
        order = accepted_batch(campus, rows=rows)
    assert order.due_on == date(2026, 12, 31), "neither the week-end nor the school's own day of rest counts"
    for moment, is_late in (((2026, 12, 31), False), ((2027, 1, 1), True)):
        with noon(*moment):
            campus.clients.clear()
            assert ("超过了承诺的三个工作日" in campus.client("clerk").get(DESK).content.decode()) is is_late
            assert promises_are_kept().verdict == (Verdict.WARN if is_late else Verdict.OK)
            assert ("超期" in campus.client("clerk").get(at(order)).content.decode()) is is_late
    with django_capture_on_commit_callbacks(execute=True):
        clear_exceptions(by=SYSTEM, first=tuesday, last=tuesday)
    campus.clients.clear()
    for number, row in enumerate(order.rows.order_by("line")):
        campus.client("clerk").post(at(order, "make/"), {"line": row.line, "uid": f"04A1B2C3D4E5{number:02x}"})
    with noon(2027, 1, 2):
        campus.clients.clear()
        assert promises_are_kept().verdict == Verdict.OK
        assert "超期" not in campus.client("clerk").get(at(order)).content.decode(), "what is made is late no more"
    campus.clients.clear()
    told = list(SmsMessage.objects.order_by("id"))[-2:]
    codes = [row.pickup_code for row in order.rows.order_by("line")]
    assert [code in one.text for code, one in zip(codes, told, strict=True)] == [True, True]
    assert [str(one.phone) for one in told] == ["13907301234", "13907301235"], "each hears of the own card"
    assert [f"到{COLLEGE}领取" in one.text for one in told] == [True, True], "where the unit hands them on"
    assert Letter.objects.filter(kind="ready", channel="sms").count() == 2


@pytest.mark.capability("A106.1")
@pytest.mark.parametrize(("days", "hour", "is_in_time"), [(0, 23, True), (1, 1, False)])
def test_the_day_that_was_promised_ends_at_the_campuss_midnight(campus, days, hour, is_in_time):
    """Also for what the log says: one o'clock in the night is still the day before in London."""
    order = accepted_batch(campus)
    at_last = start_of(order.due_on) + timedelta(days=days, hours=hour)
    with time_machine.travel(at_last, tick=True):
        campus.clients.clear()
        for number, row in enumerate(order.rows.order_by("line")):
            campus.client("clerk").post(at(order, "make/"), {"line": row.line, "uid": f"04A1B2C3D4E5{number:02X}"})
    assert AuditEntry.objects.get(action="card.finish_order").facts == {"in_time": is_in_time}


def test_a_blank_belongs_to_one_person(campus):
    order, clerk = accepted_batch(campus), campus.client("clerk")
    assert clerk.post(at(order, "make/"), {"line": 1, "uid": "04A1B2C3D4E5F6"}).status_code == 302
    assert clerk.post(at(order, "make/"), {"line": 2, "uid": "04:a1:b2:c3:d4:e5:f6"}).status_code == 409
    assert clerk.post(at(order, "make/"), {"line": 2, "uid": uid_of(campus, "teacher")}).status_code == 409
    assert clerk.post(at(order, "make/"), {"line": 2, "uid": "xyz"}).status_code == 422
    assert 'name="uid"' in clerk.get(at(order, "make/")).content.decode().split("autofocus")[0].rsplit("<", 1)[1]


def test_a_spoilt_blank_is_made_anew(campus):
    order = made_batch(campus)
    campus.client("clerk").post(at(order, "rows/1/spoil/"), {"reason": "打印偏了"})
    order.refresh_from_db()
    assert (order.state, order.rows.get(line=1).plastic_uid) == ("accepted", None)


@pytest.mark.capability("A102.1")
def test_the_chip_is_unknown_until_the_card_is_handed_over(campus):
    order = made_batch(campus)
    row = order.rows.get(line=1)
    before = uid_of(campus, "new_teacher") if "new_teacher" in campus.persons else None
    assert pays(campus, row.plastic_uid) == "card_unknown"
    assert hand(campus, row).status_code == 302
    row.refresh_from_db()
    assert row.card.uid == row.plastic_uid != before
    assert pays(campus, row.plastic_uid) != "card_unknown"
    assert hand(campus, row).status_code == 409, "once"


@pytest.mark.capability("A107.1", "A107.2")
def test_a_batch_goes_to_the_named_person_who_signs_and_each_card_to_its_holder(campus):
    order, clerk = made_batch(campus), campus.client("clerk")
    assert clerk.post(at(order, "collect/"), {"signed_by": "路人", "code": "000000"}).status_code == 409
    assert clerk.post(at(order, "collect/"), {"signed_by": "陈志远"}).status_code == 302
    order.refresh_from_db()
    collected = order.collected_at
    assert order.collected_how == "陈志远 · 签收"
    assert clerk.post(at(order, "collect/"), {"signed_by": "陈志远"}).status_code == 409, "it is collected once"
    order.refresh_from_db()
    assert order.collected_at == collected
    [signed] = AuditEntry.objects.filter(action="card.collect_batch")
    assert (signed.facts["signed_by"], signed.facts["by_code"]) == ("陈志远", False)
    first, second = order.rows.order_by("line")
    assert hand(campus, first, document="").status_code == 409, "a document must be seen"
    assert "请写明是什么证件" in hand(campus, first, document="other").content.decode()
    assert hand(campus, first).status_code == 302
    order.refresh_from_db()
    assert order.state == "made", "one of two is still to be fetched"
    [entry] = AuditEntry.objects.filter(action="card.hand_over")
    assert (entry.facts["how"], entry.facts["document"], entry.facts["line"]) == ("holder", "resident_id", 1)
    slip = clerk.get(f"{DESK}rows/{first.pk}/handed/").content.decode()
    first.refresh_from_db()
    at_once = dates.second_words(first.handed_at)
    for words in ("领卡人签字", "校园卡管理规定", first.name, first.campus_no, first.card.number, "周敏", at_once):
        assert words in slip, words
    assert second.name not in slip
    assert hand(campus, second, how="code", document="", code="12345").status_code == 409
    assert hand(campus, second, how="code", document="", code=second.pickup_code).status_code == 302
    order.refresh_from_db()
    assert order.state == "closed"


@pytest.mark.capability("A107.2")
def test_a_batch_goes_to_whoever_says_the_code_that_its_unit_reads_on_the_page(campus):
    order, clerk = made_batch(campus), campus.client("clerk")
    asked = re.compile(r'整批领卡码</dt><dd class="num">(\d{6})<')
    code = asked.search(campus.client("teacher").get(at(order)).content.decode())[1]
    wrong = {"signed_by": "李同学", "code": f"{(int(code) + 1) % 10**6:06}"}
    assert clerk.post(at(order, "collect/"), wrong).status_code == 409
    assert clerk.post(at(order, "collect/"), wrong | {"code": code}).status_code == 302
    order.refresh_from_db()
    assert order.collected_how == "李同学 · 领卡码"
    english = clerk.get(at(order), headers={"Accept-Language": "en"}).content.decode()
    assert "李同学 · Pick-up code" in english
    assert not asked.search(campus.client("teacher").get(at(order)).content.decode()), "it is good once"


@pytest.mark.capability("A102.1", "A102.2", "A102.3", "A108.1")
def test_newcomers_are_ticked_at_the_college_desk_and_the_rest_is_left_over_for_the_office(campus):
    clerk, desk = campus.client("clerk"), campus.client("teacher")
    answer = clerk.post(f"{DESK}newcomers/", {"unit": "12012301", "collector": "陈志远"})
    order = CardOrder.objects.latest("id")
    assert answer.url == at(order)
    assert {row.name for row in order.rows.all()} == {"林小满", "赵一鸣", "Amina Diallo"}
    for row in order.rows.all():
        picture = {"archive": archive(f"{row.campus_no}.jpg")}
        clerk.post(at(order, "photos/"), picture)
    assert clerk.post(at(order, "submit/")).status_code == 302
    look(campus, order)
    assert clerk.post(at(order, "accept/")).status_code == 302
    assert set(order.rows.values_list("fee_fen", flat=True)) == {0}, "a student's first card is free"
    for number, row in enumerate(order.rows.order_by("line")):
        clerk.post(at(order, "make/"), {"line": row.line, "uid": f"04A1B2C3D4E5{number:02X}"})

    student = order.rows.get(name="林小满")
    found = desk.get(f"{DESK}hand/", {"q": student.campus_no})
    assert found.url == f"{DESK}rows/{student.pk}/hand/"
    assert hand(campus, student, "teacher").status_code == 302
    other = order.rows.get(name="赵一鸣")
    assert hand(campus, other, "teacher", how="proxy").status_code == 409, "a proxy has a name"
    assert hand(campus, other, "teacher", how="proxy", handed_to="赵母", document="").status_code == 409, (
        "and shows one"
    )
    himself = hand(campus, other, "teacher", how="proxy", handed_to=" 赵一鸣 ", document="other", reason="驾驶证")
    assert himself.status_code == 409, "nobody is his own proxy"
    proxy = {"how": "proxy", "handed_to": "赵母", "document": "other", "reason": "驾驶证"}
    assert hand(campus, other, "teacher", **proxy).status_code == 302
    assert AuditEntry.objects.filter(action="card.hand_over").latest("id").reason == "驾驶证"
    clerk.get(DESK)  # reads what the deeds before told of
    for one in (clerk, desk):
        left = one.get(f"{DESK}left-over/").content.decode()
        assert "Amina Diallo" in left
        assert "林小满" not in left
    assert OrderRow.objects.get(pk=other.pk).handed_to == "赵母"
    rest = order.rows.get(name="Amina Diallo")
    assert hand(campus, rest).status_code == 302, "fetched at the office afterwards"
    assert "没有未领的卡" in clerk.get(f"{DESK}left-over/").content.decode()


@pytest.mark.capability("A102.1", "A102.2", "A103.1", "A104.1")
@pytest.mark.parametrize("role", ["agent", "leader"])
def test_another_colleges_delegate_neither_sees_nor_hands_over_what_is_not_theirs(campus, role):
    order = made_batch(campus)
    row = order.rows.order_by("line").first()
    UnitDelegate.objects.create(
        unit_code="13", unit_name="外国语学院", person_id=campus.persons["guest"], role=role, named_by_name="测试"
    )
    acting.forget()
    stranger = campus.client("guest")
    assert stranger.get(f"{DESK}unit/").status_code == 200, "a delegate all the same"
    assert row.name not in stranger.get(f"{DESK}left-over/").content.decode()
    assert row.name not in stranger.get(f"{DESK}hand/", {"q": row.campus_no}).content.decode()
    for address in (at(order), f"{DESK}rows/{row.pk}/hand/"):
        assert stranger.get(address).status_code == 404
    assert hand(campus, row, "guest").status_code == 404
    row.refresh_from_db()
    assert row.state == "made"
    assert row.name in campus.client("teacher").get(f"{DESK}left-over/").content.decode(), (
        "its own college's agent does"
    )


@pytest.fixture
def stopped_clock():
    """Waits are of seconds: on a slow machine they would be over before the next guess."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


def wrong_code(row) -> str:
    return f"{(int(row.pickup_code) + 1) % 10**6:06}"


@pytest.mark.capability("A107.2")
def test_wrong_codes_at_the_counter_keep_nobody_from_the_card(campus, stopped_clock):
    """Who guesses at the unit's desk waits alone: another desk takes the code on the phone, the same one a document."""
    by_code, by_document = made_batch(campus).rows.order_by("line")
    answers = [
        hand(campus, by_code, part="teacher", how="code", code=wrong_code(by_code)).status_code for _guess in range(7)
    ]
    assert answers == [409] * 6 + [429]
    assert hand(campus, by_code, part="teacher", how="code", code=by_code.pickup_code).status_code == 429
    assert hand(campus, by_document, part="teacher", how="code", code=wrong_code(by_document)).status_code == 409
    assert OrderRow.objects.get(pk=by_code.pk).state == "made"
    assert hand(campus, by_code, how="code", code=by_code.pickup_code).status_code == 302
    assert hand(campus, by_document, part="teacher").status_code == 302
    assert campus.client("student").post(f"{DESK}rows/{by_code.pk}/hand/", BY_HOLDER).status_code == 404
    guesses = AuditEntry.objects.filter(action="card.refuse_pickup_code")
    assert [guesses.filter(target=f"card_order_row:{row.pk}").count() for row in (by_code, by_document)] == [6, 1]
    assert not guesses.exclude(facts={}).exists(), "what was typed is nobody's to read"


@pytest.mark.capability("A107.2")
def test_guesses_of_codes_are_bounded_for_a_clerk_over_all_cards_and_for_a_card_over_all_clerks(
    campus, monkeypatch, stopped_clock
):
    """The limits are made small here; each gate counts also what is refused, and a right code takes back what it cost."""
    first, second = made_batch(campus).rows.order_by("line")
    monkeypatch.setattr(pickup_codes, "BY_A_CLERK", replace(pickup_codes.BY_A_CLERK, free=1, leak=0))
    for row, status in ((first, 409), (second, 409), (second, 429)):
        assert hand(campus, row, part="teacher", how="code", code=wrong_code(row)).status_code == status
    monkeypatch.setattr(pickup_codes, "OF_A_CARD", replace(pickup_codes.OF_A_CARD, free=1))
    assert hand(campus, first, how="code", code=wrong_code(first)).status_code == 409
    assert hand(campus, first, how="code", code=first.pickup_code).status_code == 429
    assert hand(campus, first).status_code == 302, "the document is not counted"
    assert hand(campus, second, how="code", code=second.pickup_code).status_code == 302


@pytest.mark.capability("A107.2")
def test_the_code_of_a_whole_batch_is_not_guessed_either(campus, stopped_clock):
    order = made_batch(campus)
    wrong = {"code": "一二三四", "signed_by": "somebody else"}
    answers = [campus.client("clerk").post(at(order, "collect/"), wrong).status_code for _guess in range(7)]
    assert answers[0] == 409
    assert answers[-1] == 429
    assert AuditEntry.objects.filter(action="card.refuse_pickup_code", target=f"card_order:{order.number}").count() == 6
    order.refresh_from_db()
    assert order.collected_at is None
    campus.client("clerk").post(at(order, "collect/"), {"code": "", "signed_by": order.collector})
    order.refresh_from_db()
    assert order.collected_at is not None, "whom the order names signs, whoever guessed"


@pytest.mark.capability("A101.1", "A101.2")
def test_the_version_in_force_is_accepted_at_issue_and_a_new_one_is_asked_for_anew(campus):
    row, later = made_batch(campus).rows.order_by("line")
    assert hand(campus, row, accepted="").status_code == 422
    assert hand(campus, row, accepted="", how="code", code=row.pickup_code).status_code == 422
    assert hand(campus, row).status_code == 302
    held = Acceptance.objects.filter(person_id=row.person_id, row=row)
    assert {(one.regulation.key, one.regulation.version) for one in held} == {("cards", 1), ("funds", 1)}
    kept = AuditEntry.objects.filter(action="card.accept_regulation", target=f"person:{row.person_id}")
    assert sorted((one.facts["regulation"], one.facts["version"]) for one in kept) == [("cards", 1), ("funds", 1)]

    identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.manager")
    reader, manager = campus.client("teacher"), campus.client("clerk")
    for key, document_no in (("cards", "19 号"), ("funds", "21 号")):
        page = reader.get(f"{DESK}regulations/{key}/").content.decode()
        assert document_no in page
        assert "第 1 版" in page
    text = {
        "key": "cards",
        "title": "校园卡管理规定",
        "document_no": "校政发〔2026〕8 号",
        "body": "## 新\n\n1. 补办十元。",
        "effective_on": str(campus_today()),
    }
    reader.post(f"{DESK}regulations/cards/accept/")
    assert "您已于" in reader.get(f"{DESK}regulations/cards/").content.decode()
    assert reader.post(f"{DESK}regulations/publish/", text).status_code == 404
    assert manager.post(f"{DESK}regulations/publish/", text).status_code == 302
    page = reader.get(f"{DESK}regulations/cards/").content.decode()
    assert "补办十元" in page
    assert "您同意过第 1 版" in page
    first = reader.get(f"{DESK}regulations/cards/1/").content.decode()
    assert "这不是现行版本" in first
    assert ("校政发〔2016〕19 号" in first, "第二章 办理" in first, "补办十元" in first) == (True, True, False)

    coming = text | {"body": "## 再新\n\n1. 补办三十元。", "effective_on": str(campus_today() + timedelta(days=1))}
    assert manager.post(f"{DESK}regulations/publish/", coming).status_code == 302
    assert "补办三十元" not in reader.get(f"{DESK}regulations/cards/").content.decode()
    assert hand(campus, later).status_code == 302
    held = Acceptance.objects.filter(person_id=later.person_id, row=later)
    assert {(one.regulation.key, one.regulation.version) for one in held} == {("cards", 2), ("funds", 1)}


@pytest.mark.capability("A095.3")
def test_each_class_prints_in_its_colour_with_bleed_photo_and_back(campus):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for row, colour in zip(teacher_rows(), ("#dfe8f0", "#102030"), strict=True):
            file.writestr(row[7], picture(colour=colour))
    order = accepted_batch(campus, photos=SimpleUploadedFile("photos.zip", out.getvalue(), "application/zip"))
    answer = campus.client("clerk").get(at(order, "print.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    content = answer.content
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 4, "front and back for each of two"
    colours = {key: printing.template_of(key).colour for key in ("teacher", "student", "ordinary")}
    assert len(set(colours.values())) == 3
    assert len(content) < 400_000, "fonts are subset, the photo is re-encoded"
    width, height = printing.PAGE_MM
    assert (round(width, 1), round(height, 1)) == (91.6, 60.0)
    assert b"[0 0 259.65 170.08]" in content
    assert content.count(b"/Subtype /Image") == 2, "each card has the picture of its own holder"


def drawn(content: bytes) -> str:
    """What the pages are told to draw: the PDF's streams that can be read as text."""
    found = (zlib.decompress(one) for one in re.findall(rb"FlateDecode.*?stream\n(.*?)\nendstream", content, re.DOTALL))
    return "\n".join(one.decode("latin-1") for one in found if b" re" in one)


@pytest.mark.slow
@pytest.mark.capability("A095.1", "A095.3", "A095.4")
def test_the_class_decides_band_title_and_number_on_the_front_and_every_back_says_the_same(campus, monkeypatch):
    order, clerk, written = accepted_batch(campus), campus.client("clerk"), []
    for name in ("cell", "multi_cell"):
        draw = getattr(FPDF, name)
        monkeypatch.setattr(FPDF, name, lambda *said, draw=draw, **more: (written.extend(said), draw(*said, **more))[1])
    bands = {}
    for card_class, title, number in (
        ("teacher", "教师卡", "工号"),
        ("student", "学生卡", "学号"),
        ("ordinary", "普通卡", "编号"),
    ):
        CardOrder.objects.filter(pk=order.pk).update(card_class=card_class)
        written.clear()
        text = drawn(clerk.get(at(order, "print.pdf")).content)
        assert written.count(title) == written.count(number) == 2
        said = [one for one in written if isinstance(one, str)]
        assert {"许知远", "许静", "0020260001", "0020260002"} <= {*said}
        assert [said.count(one) for one in (COLLEGE, "人事代理", "正式在编")] == [2, 1, 1]
        assert {f"{row.card.valid_until}" for row in order.rows.select_related("card")} <= {*said}
        for rule in ("遗失请立即挂失", "避免重压、弯折和静电", "拾到此卡请送交校园卡管理办公室"):
            assert sum(rule in one for one in said) == 2, "on both backs"
        assert sum("中国农业银行" in one and "中国联通" in one for one in said) == 2, (
            "each partner of the school's file"
        )
        office = ("校园卡管理办公室", school().card_office_place, school().card_office_phone)
        assert sum(all(word in one for word in office) for one in said) == 2, "whom to ask, on both backs"
        width, height = (round(side * 72 / 25.4, 2) for side in (printing.PAGE_MM[0], printing.BLEED_MM + 14))
        bands[card_class] = re.findall(rf"([\d. ]+) rg\s+0.00 170.08 {width} -{height} re f", text)
        assert len(bands[card_class]) == 2, "the band runs into the bleed on both fronts"
        foot = round((printing.BLEED_MM + 6) * 72 / 25.4, 2)
        backs = re.findall(rf"([\d. ]+) rg\s+0.00 {foot} {width} -{foot} re f", text)
        assert backs == bands[card_class], "and so does the foot of both backs"
    assert len({tuple(one) for one in bands.values()}) == 3


@pytest.mark.capability("A102.1")
def test_the_database_refuses_made_without_plastic_and_handed_to_nobody(campus):
    row = accepted_batch(campus).rows.first()
    for change in ({"state": "made"}, {"state": "handed", "plastic_uid": "04A1B2C3"}, {"plastic_uid": "xyz"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderRow.objects.filter(pk=row.pk).update(**change)


def test_fees_balance(campus):
    rows = [
        through_to_plastic(
            campus, apply_at_counter(campus, visitor(document_number(birth="19800808", order=one)))
        ).rows.get()
        for one in (33, 35)
    ]
    card = rows[1].card
    bank = ledger.open_accounts([ledger.AccountOrder(code="bank", name="银行", kind="asset")])["bank"]
    load = ledger.Leg(debit_account_id=bank, credit_account_id=card.wallet_id, amount_fen=5_000)
    loaded = ledger.post(by=SYSTEM, kind="card.load", legs=[load]).entry_id
    write_receipt(kind="top_up", card=card, amount_fen=5_000, balance_fen=5_000, entry_id=loaded)
    for row, method in zip(rows, ("cash", "wallet"), strict=True):
        taken = campus.client("clerk").post(f"{DESK}rows/{row.pk}/hand/take-fee/", {"method": method})
        assert taken.status_code == 302
    accounts = ledger.account_ids(["card.fees"])
    wallet = card.wallet_id
    fees = sum(row.fee_fen for row in rows)
    assert fees > 0
    assert abs(ledger.balance_of(accounts["card.fees"])) == fees
    assert ledger.balance_of(wallet) == 5_000 - rows[1].fee_fen
    assert receipt_differences() == []
    assert ledger.check_ledger() == []
    leg = ledger.Leg(debit_account_id=wallet, credit_account_id=accounts["card.fees"], amount_fen=100)
    entry = ledger.post(by=SYSTEM, kind="card.fee", legs=[leg])
    assert [entry_id for _what, _receipt, entry_id in receipt_differences()] == [entry.entry_id], "no receipt says it"


__all__ = ["NEWCOMERS", "document_of", "io", "line"]


def test_a_card_that_was_printed_before_a_correction_follows_with_the_next_one(campus):
    person_id = campus.persons["teacher"]

    def followed(since, field="people.name"):
        fact = ChangedFact(person_id=person_id, field=field, was="", since=since)
        return [one.followed_at is not None for one in printed_copies(fact)]

    printed = card_of(person_id).created_at
    assert followed(printed + timedelta(seconds=1)) == [False]
    assert followed(printed) == [True]
    assert followed(printed, "people.unit") == [], "no unit is printed"

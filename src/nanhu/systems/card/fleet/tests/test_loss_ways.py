"""Every way to report a card lost ends in the same state, with who, how and why on record."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.clock import now
from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry, OutboxEvent, SmsMessage
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.errors import IdentityUncheckedError
from nanhu.systems.card.fleet.models import DeskAttempt, FoundCard
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.pins.services import changing
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, PINS, Keypad, identify
from nanhu.systems.card.services.loss import cancel_loss, report_lost
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM
from nanhu.testing.inboxes import texts_to
from nanhu.testing.second_factors import sample_code


@pytest.fixture
def school(campus):
    identify(campus)
    campus.top_up("student", 5000)
    return campus


def keypad(kind="self_service_kiosk"):
    return Keypad(place_device("KS001", kind, by=SYSTEM))


def listed() -> dict[str, str | None]:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SELECT changes FROM card_revocations(0, 100)")
        return {one["card"]: one["reason"] for one in json.loads(cursor.fetchone()[0])}


def is_lost_everywhere(campus, part="student") -> LossReport:
    card = campus.card(part)
    assert (card.state, campus.pay(part, 500), listed()[card.uid]) == ("lost", "card_lost", "lost")
    report = LossReport.objects.get(card=card, ended_at__isnull=True)
    entry = AuditEntry.objects.get(action="card.report_lost", target=f"card:{card.number}")
    assert (entry.actor, entry.reason) == (report.reporter, report.reason)
    assert entry.facts == {"way": report.way, "proof": report.proof}
    told = {"card_id": card.pk, "person_id": card.person_id}
    assert [one.payload for one in OutboxEvent.objects.filter(name="card.CardReportedLost")] == [told]
    return report


@pytest.mark.capability("A113.1", "A113.3")
@pytest.mark.parametrize("by_card", [False, True])
def test_a_load_kiosk_takes_the_enquiry_pin_and_gives_a_receipt(school, by_card):
    kiosk, pin = keypad("load_kiosk"), PINS["student"]
    who = {"card": school.card("student").uid} if by_card else {"campus_no": CAST["student"][2]}
    if by_card:
        pin = "864209"  # of enquiries alone: the PIN of payments is another from now on
        changing.keep(school.card("student"), "enquiry", pin)
    answer = kiosk.ask("loss/report", who, sequence=7, pin=pin)
    assert (answer["outcome"], answer["number"]) == ("approved", school.card("student").number)
    report = is_lost_everywhere(school)
    assert (report.way, report.proof) == ("kiosk", "enquiry PIN")
    assert report.reason == "自助终端挂失（南院一食堂 KS001）"
    assert answer["slip"] == [
        f"卡号 {school.card('student').number}",
        f"挂失时间 {dates.second_words(school.card('student').lost_at)}",
        "办理终端 南院一食堂 KS001",
        "联网的终端立即拒绝这张卡；断网的终端连上网后拒绝。",
        "卡找到了，请带有效证件到校园卡管理办公室解挂。",
    ]
    again = kiosk.ask("loss/report", who, sequence=8, pin=pin)
    assert (again["slip"], LossReport.objects.count()) == (answer["slip"], 1), "pressed again it is the same report"


@pytest.mark.slow
@pytest.mark.capability("A113.1")
def test_a_wrong_enquiry_pin_reports_nothing_and_is_counted(school):
    answer = keypad().ask("loss/report", {"campus_no": CAST["student"][2]}, pin="998877")
    assert (answer["outcome"], answer["code"]) == ("refused", "card.pin_wrong")
    assert (answer["facts"]["tries_left"], "number" in answer) == (4, False)
    till = Keypad(place_device("PS001", "pos", by=SYSTEM))
    asked = till.ask("loss/report", {"campus_no": CAST["student"][2]}, pin=PINS["student"])
    assert (asked["outcome"], asked["code"]) == ("refused", "terminal_unfit"), "nor does a till, by the right one"
    assert school.card("student").state == "issued"
    assert not LossReport.objects.exists()


@pytest.mark.capability("A113.1")
def test_a_vendors_block_stands_not_in_for_what_the_holder_reports_himself(school):
    report_lost(by=SYSTEM, card=school.card("student"), reason="x", way=LossReport.Way.VENDOR)
    answer = keypad("load_kiosk").ask("loss/report", {"campus_no": CAST["student"][2]}, pin=PINS["student"])
    assert answer["outcome"] == "approved"
    stands = LossReport.objects.filter(card=school.card("student")).order_by("pk").values_list("way", "ended_for")
    assert list(stands) == [("vendor", "superseded"), ("kiosk", "")]


@pytest.mark.capability("A114.1", "A114.2")
def test_the_reissue_kiosk_reads_the_identity_card(school):
    kiosk = keypad("reissue_kiosk")
    answer = kiosk.ask("loss/report", {"id_number": DOCUMENTS["student"][1]})
    assert answer["outcome"] == "approved"
    report = is_lost_everywhere(school)
    assert (report.way, report.proof, report.reporter.endswith("KS001")) == ("kiosk", "identity card read", True)
    assert report.reason == "自助终端挂失（南院一食堂 KS001）"
    assert answer["slip"][:2] == [f"卡号 {answer['number']}", f"挂失时间 {dates.second_words(report.reported_at)}"]
    assert (answer["number"], answer["lost_at"]) == (report.card.number, report.reported_at.timestamp())
    assert answer["sentence"] == "已挂失，联网的终端现在就拒绝这张卡"
    Card.objects.update(state="expired")
    typed = kiosk.ask("loss/report", {"id_number": CAST["teacher"][2]})
    assert typed["code"] == "card_unknown", "what is not read from a document proves nothing"
    dead = kiosk.ask("loss/report", {"id_number": DOCUMENTS["teacher"][1]})
    assert (dead["outcome"], dead["code"]) == ("refused", "card_expired")


@pytest.mark.capability("A114.2")
@pytest.mark.parametrize("kind", ["load_kiosk", "self_service_kiosk"])
def test_no_other_kiosk_believes_a_typed_identity_number(school, kind):
    answer = keypad(kind).ask("loss/report", {"id_number": DOCUMENTS["student"][1]})
    assert answer["code"] == "terminal_unfit"
    assert school.card("student").state == "issued"


@pytest.mark.capability("A113.1")
def test_who_guesses_by_a_number_closes_the_enquiry_pin_and_no_other_way_to_report(school):
    guesser = keypad("load_kiosk")
    who = {"campus_no": CAST["student"][2]}
    codes = [guesser.ask("loss/report", who, pin="998877")["code"] for _guess in range(6)]
    assert (codes[0], codes[-1]) == ("card.pin_wrong", "card.pin_locked")
    assert guesser.ask("loss/report", who, pin=PINS["student"])["code"] == "card.pin_locked"
    reissue = Keypad(place_device("KR001", "reissue_kiosk", by=SYSTEM))
    assert reissue.ask("loss/report", {"id_number": DOCUMENTS["student"][1]})["outcome"] == "approved"
    is_lost_everywhere(school)


@pytest.mark.capability("A115.1")
def test_the_holder_does_it_in_two_taps(school):
    browser = school.client("student")
    page = browser.get("/card/report-lost/").content.decode()
    assert "确认挂失" in page
    browser.post("/card/report-lost/")
    assert is_lost_everywhere(school).way == "web"
    assert "剩余风险" in browser.get("/card/report-lost/").content.decode()


@pytest.fixture
def desk(school):
    identity.grant_role(by=SYSTEM, account_id=identity.account_of(school.persons["teacher"]).pk, role="card.phone_desk")
    return school.client("teacher")


RIGHT = {
    "campus_no": CAST["student"][2],
    "name": "林小满",
    "id_tail": DOCUMENTS["student"][1][-6:],
    "reason": "午饭时丢的",
}


@pytest.mark.capability("A115.2")
def test_the_phone_desk_compares_two_answers_and_reports(school, desk):
    tail = school.card("student").number[-4:]
    assert desk.post("/card/fleet/phone-desk/", RIGHT | {"card_tail": tail}).status_code == 302
    report = is_lost_everywhere(school)
    assert (report.way, report.proof, report.reporter) == ("phone", "card_tail, id_tail", "陈志远")


@pytest.mark.capability("A115.2")
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"card_tail": "0000"},
        {"name": "林小"},
        {"campus_no": "99999999"},
        {"id_tail": "000000"},
        {"phone": "13900000000"},
    ],
)
def test_the_phone_desk_refuses_what_does_not_fit_and_never_says_which(school, desk, wrong):
    answers = RIGHT | ({"card_tail": school.card("student").number[-4:]} if wrong else {}) | wrong
    page = desk.post("/card/fleet/phone-desk/", answers)
    assert "核对不上，不能受理" in page.content.decode()
    assert school.card("student").state == "issued"


@pytest.mark.capability("A115.2")
def test_after_five_failures_nobody_asks_on(school, desk):
    for _time in range(5):
        desk.post("/card/fleet/phone-desk/", RIGHT)
    right = RIGHT | {"card_tail": school.card("student").number[-4:]}
    assert "失败太多次" in desk.post("/card/fleet/phone-desk/", right).content.decode()
    assert school.card("student").state == "issued"


@pytest.mark.capability("A115.2")
def test_tries_are_counted_for_the_person_however_the_number_is_typed(school, desk):
    """Each spelling, and each further number of his, had five tries of its own at the last six of his document."""
    page, number = "/card/fleet/phone-desk/", CAST["student"][2]
    second = Affiliation.objects.filter(campus_no=number).get()
    second.pk, second.campus_no = None, "Z990001"
    second.save()
    wide = number.translate({ord("0") + n: chr(ord("０") + n) for n in range(10)})
    spellings = [number, wide, f" {number}", "z990001", "Ｚ９９０００１"]
    for one in spellings:
        assert "核对不上" in desk.post(page, RIGHT | {"campus_no": one, "id_tail": "000000"}).content.decode()
    right = RIGHT | {"card_tail": school.card("student").number[-4:]}
    for one in (*spellings, "Z990001"):
        assert "失败太多次" in desk.post(page, right | {"campus_no": one}).content.decode()
    refused = AuditEntry.objects.filter(action="card.refuse_by_phone", target=f"person:{school.persons['student']}")
    assert [one.facts["is_closed"] for one in refused.order_by("id")] == [False] * 5 + [True] * 6
    assert school.card("student").state == "issued"


def test_tries_at_a_number_that_nobody_has_are_counted_and_stand_in_the_log(school, desk):
    for typed in ("x99999", "X99999", "Ｘ99999", "x99999 ", "x99999"):
        desk.post("/card/fleet/phone-desk/", RIGHT | {"campus_no": typed})
    assert "失败太多次" in desk.post("/card/fleet/phone-desk/", RIGHT | {"campus_no": "X99999"}).content.decode()
    [target] = set(AuditEntry.objects.filter(action="card.refuse_by_phone").values_list("target", flat=True))
    [subject] = set(DeskAttempt.objects.values_list("subject", flat=True))
    assert AuditEntry.objects.filter(target=target).count() == 6
    assert target == subject
    assert "99999" not in target, "it may be a password"


@pytest.mark.capability("A115.2")
def test_callers_who_guess_close_the_telephone_for_an_hour_and_no_other_way(school, desk):
    page, right = "/card/fleet/phone-desk/", RIGHT | {"card_tail": school.card("student").number[-4:]}
    said = [desk.post(page, RIGHT).content.decode() for _time in range(6)]
    assert ["失败太多次" in one for one in said] == [False] * 5 + [True]
    assert "失败太多次" in desk.post(page, right).content.decode()
    another = desk.post(page, RIGHT | {"campus_no": CAST["other_student"][2]}).content.decode()
    assert "核对不上" in another, "the telephone is closed for this number alone"
    with time_machine.travel(now() + timedelta(minutes=59), tick=False):
        assert "失败太多次" in desk.post(page, right).content.decode()
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        assert desk.post(page, right | {"card_tail": "0000"}).status_code == 422
        assert "失败太多次" not in desk.post(page, right | {"card_tail": "0000"}).content.decode()
    school.client("student").post("/card/report-lost/")
    assert is_lost_everywhere(school).way == "web"


@pytest.mark.capability("A115.2")
def test_the_phone_desk_is_for_those_who_sit_there(school):
    assert school.client("student").get("/card/fleet/phone-desk/").status_code == 404
    assert school.client("clerk").get("/card/fleet/phone-desk/").status_code == 404


def at_the_counter(campus, path: str) -> str:
    return f"/card/counter/cards/{campus.card('student').public_id}/{path}"


FOUND = {"document": "student_card", "face_checked": "on", "reason": "卡找到了"}
LOST = {"document": "student_card", "reason": "本人到柜台"}


def sent(page: bytes) -> dict[str, str]:
    """The token of the form on a page."""
    return {"form_token": re.search(r'name="form_token" value="([^"]+)"', page.decode())[1]}


@pytest.mark.capability("A118.2")
def test_a_form_to_take_a_report_back_never_reports_the_card_lost(school):
    report_lost(by=school.actor("student"), card=school.card("student"), reason="test")
    quick, slow, url = school.client("clerk"), school.client("clerk"), at_the_counter(school, "loss/take-back/")
    quicker, slower = sent(quick.get(url).content), sent(slow.get(url).content)
    assert quick.post(url, FOUND | quicker).status_code == 302
    refused = slow.post(url, FOUND | slower)
    assert (refused.status_code, school.card("student").state) == (409, "issued")
    assert "卡片当前状态是“正常”，不能办理" in refused.content.decode()
    assert "没有办成，卡没有改动" in refused.content.decode()
    assert "这张卡正常" in refused.content.decode()
    assert quick.post(url, FOUND | quicker).status_code == 302, "sent again, it leads where it led"
    assert (school.card("student").state, school.pay("student", 500)) == ("issued", "posted")
    assert LossReport.objects.filter(ended_at=None).count() == 0


@pytest.mark.capability("A116.1")
def test_a_report_sent_twice_is_made_once_and_another_clerks_is_told_of_it(school):
    clerk, url = school.client("clerk"), at_the_counter(school, "loss/")
    first, second = sent(clerk.get(url).content), sent(clerk.get(url).content)
    assert clerk.post(url, LOST | first).status_code == 302
    assert clerk.post(url, LOST | first).status_code == 302
    refused = clerk.post(url, LOST | second | {"reason": "又说一遍"})
    assert (refused.status_code, school.card("student").state) == (409, "lost")
    assert "这张卡已经有人挂失，没有再记一次" in refused.content.decode()
    assert 'name="face_checked"' not in refused.content.decode()
    assert LossReport.objects.get(card=school.card("student")).reason == "本人到柜台"


@pytest.mark.capability("A116.1", "A118.1", "A118.2")
def test_whichever_page_asks_a_report_has_its_reason_and_its_end_a_document_and_a_face(school):
    card, clerk = school.card("student"), school.actor("clerk")
    with pytest.raises(ReasonMissingError):
        report_lost(by=clerk, card=card, reason=" ", way=LossReport.Way.COUNTER, proof="student_card")
    report_lost(by=clerk, card=card, reason="丢在球场")
    for document, is_same in ((" ", True), ("student_card", False)):
        with pytest.raises(IdentityUncheckedError):
            cancel_loss(by=clerk, card=card, document=document, face_checked=is_same, reason="找到了")
    assert school.card("student").state == "lost"


@pytest.mark.capability("A116.1", "A116.2")
def test_the_office_reports_with_reason_and_identity_check(school):
    clerk, url = school.client("clerk"), at_the_counter(school, "loss/")
    assert clerk.post(url, {"reason": "本人到柜台"}).status_code == 422
    assert clerk.post(url, {"document": "student_card"}).status_code == 422
    for part in ("student", "teacher"):
        assert school.client(part).post(url, LOST).status_code == 404, "the office alone"
    assert school.card("student").state == "issued"
    assert clerk.get(url, {"suggest": "document"}).status_code == 404, "no field of it finds anything"
    clerk.post(url, {"document": "student_card", "reason": "本人到柜台，丢在球场"})
    report = is_lost_everywhere(school)
    assert (report.way, report.proof, report.reporter) == ("counter", "student_card", "周敏")
    assert AuditEntry.objects.get(action="card.report_lost").reason == "本人到柜台，丢在球场"
    assert "本人到柜台，丢在球场 · 学生证" in clerk.get(url).content.decode()


@pytest.mark.capability("A118.1", "A118.2", "A118.3")
def test_the_office_takes_the_report_back_after_document_face_and_cool_off_and_it_is_logged(school, school_file):
    school_file({"exception_hours = 24 ": "loss_cool_off_minutes = 30\nexception_hours = 24 "})
    report_lost(by=school.actor("student"), card=school.card("student"), reason="test")
    clerk, url = school.client("clerk"), at_the_counter(school, "loss/take-back/")
    found = {"document": "student_card", "face_checked": "on", "reason": "卡找到了"}
    assert school.client("student").post(url, found).status_code == 404
    for lacking in found:
        assert clerk.post(url, {name: said for name, said in found.items() if name != lacking}).status_code == 422
    assert "才能解挂" in clerk.post(url, found).content.decode()
    assert (school.card("student").state, school.pay("student", 500)) == ("lost", "card_lost")

    begun = now()
    with time_machine.travel(now() + timedelta(minutes=29), tick=True):
        assert "才能解挂" in clerk.post(url, found).content.decode()
    with time_machine.travel(now() + timedelta(minutes=31), tick=True):
        assert clerk.post(url, found).status_code == 302
    assert school.card("student").state == "issued"
    assert school.pay("student", 500) == "posted"
    assert listed() == {}
    ended = LossReport.objects.get(card=school.card("student"))
    assert (ended.ended_by, ended.document, ended.ended_for) == ("周敏", "student_card", "卡找到了")
    assert begun + timedelta(minutes=31) <= ended.ended_at <= now() + timedelta(minutes=31)
    entry = AuditEntry.objects.get(action="card.cancel_loss")
    assert (entry.reason, entry.facts["document"], entry.facts["face_checked"]) == ("卡找到了", "student_card", True)
    assert entry.facts["lost_at"] == ended.reported_at.isoformat(), "and which report it ends"
    assert "周敏解挂：卡找到了" in clerk.get(url).content.decode()


@pytest.mark.capability("A116.2")
def test_no_loss_is_reported_without_saying_how_one_knows_who_asks(school):
    with pytest.raises(ReasonMissingError):
        report_lost(
            by=school.actor("clerk"), card=school.card("student"), reason="来人说丢了", way="counter", proof=" "
        )
    assert school.card("student").state == "issued"


@pytest.fixture
def self_service(school, school_file):
    """The school lets holders take a report back on line; the student has lost the card and has an authenticator."""
    school_file({"exception_hours = 24 ": "loss_self_service = true\nexception_hours = 24 "})
    identity_sample.give_totp_for_sample(by=SYSTEM, campus_no=CAST["student"][2])
    report_lost(by=school.actor("student"), card=school.card("student"), reason="test")
    return school


def prove_second_factor(browser):
    code = sample_code(campus_no=CAST["student"][2])
    assert browser.post("/sign-in/second", {"way": "totp", "code": code}).status_code == 302


@pytest.mark.capability("A118.4")
def test_where_the_school_wants_it_the_holder_takes_the_report_back_after_a_second_factor(self_service):
    phone = people.PersonRecord(key="student", person_id=self_service.persons["student"], phone="13907301234")
    people.apply_records(by=SYSTEM, records=[phone], origin=ORIGIN)
    browser = self_service.client("student")
    for ask in (browser.get, browser.post):
        assert ask("/card/take-back/")["Location"].startswith("/sign-in/second?next=")
    assert self_service.card("student").state == "lost"
    prove_second_factor(browser)
    assert "卡在我手里" in browser.get("/card/take-back/").content.decode()
    assert self_service.card("student").state == "lost", "looking does nothing"
    assert browser.post("/card/take-back/").status_code == 302
    assert (self_service.card("student").state, self_service.pay("student", 500), listed()) == ("issued", "posted", {})
    assert sum("刚在网页上解挂" in one.text for one in SmsMessage.objects.all()) == 1
    entry = AuditEntry.objects.get(action="card.cancel_loss")
    facts = [entry.facts[name] for name in ("proof", "face_checked", "document")]
    assert (entry.actor, facts) == ("林小满", ["second factor", False, ""])


@pytest.mark.capability("A118.4")
def test_a_session_left_open_takes_no_report_back(self_service):
    browser = self_service.client("student")
    prove_second_factor(browser)
    with time_machine.travel(now() + timedelta(minutes=11), tick=True):
        assert browser.get("/card/take-back/")["Location"].startswith("/sign-in/again?next=")
        assert browser.post("/card/take-back/").status_code == 403
    assert self_service.card("student").state == "lost"


@pytest.mark.capability("A118.4")
def test_unless_the_school_wants_it_there_is_no_such_page(school):
    report_lost(by=school.actor("student"), card=school.card("student"), reason="test")
    browser = school.client("student")
    assert "/card/take-back/" not in browser.get("/card/report-lost/").content.decode()
    assert (browser.get("/card/take-back/").status_code, browser.post("/card/take-back/").status_code) == (404, 404)
    assert school.card("student").state == "lost"


@pytest.mark.capability("A075.3")
def test_a_finder_tells_the_owner_and_learns_nothing(school):
    finder, number = school.client("other_student"), school.card("student").number
    said = {"kept_at": "一食堂失物招领处"}
    known = finder.post("/card/fleet/found/", said | {"number": number}, follow=True).content.decode()
    unknown = finder.post("/card/fleet/found/", said | {"number": "9999999999"}, follow=True).content.decode()
    assert "林小满" not in known
    assert ("谢谢您" in known) == ("谢谢您" in unknown) is True
    assert FoundCard.objects.get(card__isnull=False).card == school.card("student")
    assert "一食堂失物招领处" in school.client("student").get("/card/").content.decode()


def test_a_finder_cannot_try_numbers_all_day(school):
    finder = school.client("other_student")
    for _time in range(5):
        finder.post("/card/fleet/found/", {"kept_at": "门房", "number": school.card("student").number})
    page = finder.post("/card/fleet/found/", {"kept_at": "门房", "number": school.card("student").number})
    assert page.status_code == 429
    assert FoundCard.objects.count() == 5
    assert len(texts_to(school.card("student").person_id)) == 1, "five strangers' words are one message a day"

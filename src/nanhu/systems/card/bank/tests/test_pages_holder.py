"""The holder's own pages: topping up, the bank agreement, bound phones, the self-test. All through the signed-in browser."""

import logging
import re
import time
from datetime import date, timedelta
from unittest.mock import patch
from urllib.parse import unquote
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.school import school
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.messages import api as messages
from nanhu.platforms.payments.errors import AgreementUnderWayError
from nanhu.platforms.payments.models import Agreement, Channel
from nanhu.platforms.payments.views import own_agreement
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person
from nanhu.systems.card.bank.models import Appeal, Binding, OnlineTopUp
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, ID_NUMBERS, drive
from nanhu.systems.card.bank.tests.phones import Phone
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.codes.rules import STEP_SECONDS, part_of, write_picture
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.services.checking import check_pin
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, queries_of
from nanhu.systems.card.tests.signed import SignedTerminal

BANK = "/card/bank/"


@pytest.fixture
def student(campus):
    return campus.client("student")


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def order(client, amount, token=None):
    form = client.get(BANK + "top-up/").context["form"]
    facts = {"amount": amount, "channel": "unionpay", "token": token or str(form["token"].value())}
    return client.post(BANK + "top-up/", facts)


def test_a_sum_is_ordered_paid_and_seen_to_arrive_without_a_touch(campus, student):
    page = text_of(student, BANK + "top-up/")
    assert all(f'value="{sum_}"' in page for sum_ in (50, 100, 200, 300))
    answer = order(student, "12.34")
    waiting = text_of(student, answer.url)
    assert 'hx-trigger="every 2s"' in waiting
    assert "data:image/svg+xml" in waiting
    made = OnlineTopUp.objects.get()
    campus.bank.do("pay", tn=made.tn, card=CARDS["student"])
    done = text_of(student, answer.url)
    assert "充值成功" in done
    assert "hx-trigger" not in done.partition('id="order"')[2].partition("</div>")[0]
    assert loads.held_fen(campus.card("student")) == 1234
    assert campus.bank_balance("student") == BEGINNING_FEN - 1234
    assert (receipt_differences(), funds_differences()) == ([], [])


@pytest.mark.capability("A154.2")
@pytest.mark.parametrize("amount", ["0.99", "500.01", "-5", "abc", "1e9", ""])
def test_sums_outside_the_limit_order_nothing(student, amount):
    answer = order(student, amount)
    assert answer.status_code == 422
    assert OnlineTopUp.objects.count() == 0


@pytest.mark.capability("A136.2")
def test_the_same_form_twice_is_one_order(student):
    token = "5f0c3a44-6f2a-4d0e-9a51-2f8a5b1d7e11"
    assert order(student, "20", token).url == order(student, "20", token).url
    assert OnlineTopUp.objects.count() == 1


def test_unionpay_silent_says_that_nothing_was_taken_and_asks_the_same_order_again(student, bank):
    bank.fault("open_order", "silent_before")
    address = order(student, "20").url
    assert "没有扣款" in text_of(student, address)
    student.post(address + "again/")
    assert OnlineTopUp.objects.get().state == "opened"


@pytest.mark.capability("A136.3")
def test_money_that_cannot_be_credited_is_shown_going_back(campus, student):
    address = order(student, "20").url
    Card.objects.filter(pk=campus.card("student").pk).update(state="closed")
    made = OnlineTopUp.objects.get()
    campus.bank.do("pay", tn=made.tn, card=CARDS["student"])
    Card.objects.filter(pk=made.card_id).update(state="issued")
    assert "正在原路退款" in text_of(student, address)
    drive(2)
    assert "已原路退款" in text_of(student, address)
    assert campus.bank_balance("student") == BEGINNING_FEN


@pytest.mark.capability("A136.1")
def test_nobody_sees_anothers_order(campus, student):
    address = order(student, "20").url
    assert campus.client("teacher").get(address).status_code == 404
    assert campus.client("teacher").post(address + "again/").status_code == 404


def sign(client, number, phone="", token=None):
    form = client.get(BANK + "agreement/card/").context["form"]
    facts = {"card_number": number, "phone": phone, "token": token or str(form["token"].value())}
    return client.post(BANK + "agreement/card/", facts)


def holds(text):
    """Every table that has this text in any column, in clear or as bytes."""
    found, needle = [], text.encode().hex()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s OR t::text LIKE %s',  # noqa: S608  names of our own tables
                [f"%{text}%", f"%{needle}%"],
            )
            found += [table] if cursor.fetchone()[0] else []
    return found


def step_of(client):
    """The step that the page says is now."""
    found = re.search(r'aria-current="step"[^>]*>(.*?)</li>', text_of(client, BANK + "agreement/"), re.DOTALL)
    return re.sub(r"<[^>]+>|\s|\d", "", found[1]) if found else ""


@pytest.mark.capability("A085.1")
def test_who_is_not_known_by_a_document_stands_at_the_first_step_and_asks_no_bank(campus, student):
    Person.objects.filter(pk=campus.persons["student"]).update(id_number=None, id_number_index=None, document_kind="")
    assert "学校没有登记您的证件号" in text_of(student, BANK + "agreement/")
    assert step_of(student) == "实名核对"
    answer = sign(student, CARDS["student"])
    assert (answer.status_code, "银行无法核验" in answer.content.decode()) == (422, True)
    assert not Agreement.objects.exists()


@pytest.mark.capability("A085.1", "A085.2", "A085.3")
def test_each_step_of_signing_is_kept_and_the_card_number_nowhere(campus, student, bank, caplog):
    """Refused, silent, then signed: whoever leaves finds the step again; of the number the last four digits alone stay."""
    caplog.set_level(logging.DEBUG)
    assert "签约银行卡" in text_of(student, BANK + "agreement/")
    assert step_of(student) == "填银行卡"
    SsoSession.objects.update(authenticated_at=now() - timedelta(hours=1))
    assert student.get(BANK + "agreement/card/")["Location"].startswith("/sign-in/again")
    SsoSession.objects.update(authenticated_at=now())
    refused = sign(student, CARDS["teacher"])
    assert refused.status_code == 302
    assert refused.wsgi_request.sensitive_post_parameters == ("card_number", "phone"), "in no report of a fault"
    assert step_of(student) == "填银行卡"
    assert "四项不一致" in text_of(student, BANK + "agreement/")
    wrong = sign(student, "62284800888888880")
    assert "62284800888888880" not in (wrong.content.decode() + text_of(student, BANK + "agreement/"))
    bank.fault("sign", "silent_after")
    sign(student, CARDS["student"], "13907300000")
    kept = text_of(student, BANK + "agreement/")
    assert "正在向银行核验" in kept
    assert "银行没有答复，正在查询" in kept
    assert 'hx-trigger="every 3s"' in kept
    assert step_of(student) == "银行核验"
    drive(2)
    signed = text_of(student, BANK + "agreement/")
    assert "已签约" in signed
    assert re.findall("农业银行 (8034|8880)", signed) == ["8880", "8034"], "those of before, the newest first"
    assert step_of(student) == "", "all of them are done"
    assert "8018" not in text_of(campus.client("teacher"), BANK + "agreement/")
    asked = AuditEntry.objects.filter(action="payments.ask_agreement", target=f"person:{campus.persons['student']}")
    assert [one.facts["tail"] for one in asked.order_by("pk")] == ["8034", "8880", "8018"]
    settled = AuditEntry.objects.filter(action="payments.settle_agreement").order_by("pk")
    assert [one.facts["state"] for one in settled] == ["refused", "refused", "active"]
    made = Agreement.objects.get(state="active")
    assert (made.tail, made.source, made.token[:2]) == ("8018", "web", "TK")
    for number in (CARDS["student"], CARDS["teacher"], "62284800888888880"):
        assert holds(number) == holds(number[-8:]) == [], "of the number four digits, in the audit too"
        assert number not in caplog.text
        assert number not in text_of(student, BANK + "agreement/")
    assert holds(made.token) == []


@pytest.mark.parametrize("way", ["", "silent_after"], ids=["signed", "not yet answered"])
def test_a_card_sent_again_is_the_same_deed_and_leads_to_its_result(student, bank, way):
    if way:
        bank.fault("sign", way)
    token = str(uuid4())
    answers = [sign(student, CARDS["student"], "13907300000", token) for _press in range(4)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, BANK + "agreement/")}
    drive(2)
    assert Agreement.objects.get().state == "active"
    ends = [student.post(BANK + "agreement/cancel/") for _press in range(2)]
    assert [answer.status_code for answer in ends] == [302, 302]
    Agreement.objects.update(state="cancelled", due_at=None, ended_at=now() - timedelta(hours=1))
    assert student.post(BANK + "agreement/cancel/").status_code == 422


def test_a_form_that_was_corrected_is_not_dropped_as_sent_again(student, bank):
    """While the bank is silent a refusal says that a question is open; afterwards it is asked."""
    bank.fault("sign", "silent_before")
    token = str(uuid4())
    assert sign(student, CARDS["student"], "13907300001", token).status_code == 302
    for corrected in (token, None):
        answer = sign(student, CARDS["student"], "13907300000", corrected)
        assert (answer.status_code, AgreementUnderWayError().message in answer.content.decode()) == (422, True)
    assert Agreement.objects.get().state == "asked"
    drive(4)
    assert Agreement.objects.get().state == "refused"
    assert sign(student, CARDS["student"], "13907300000", token).status_code == 302
    drive(2)
    assert Agreement.objects.get(state="active").tail == "8018"


def test_another_card_that_ends_in_the_same_four_digits_is_asked_of_the_bank(campus, student, bank):
    other = "6228480088888898018"
    bank.add_customer("林小满", ID_NUMBERS["student"], "13907300000", other)
    assert sign(student, CARDS["student"], "13907300000").status_code == 302
    assert sign(student, other, "13907300000").status_code == 302
    drive(2)
    assert sorted(Agreement.objects.values_list("tail", "state")) == [("8018", "active"), ("8018", "cancelled")]


def test_a_refused_form_sent_again_is_asked_again(student, bank):
    token = str(uuid4())
    for _press in range(2):
        assert sign(student, CARDS["teacher"], token=token).status_code == 302
    assert list(Agreement.objects.values_list("state", flat=True)) == ["refused", "refused"]


def test_a_form_that_was_wrong_does_not_send_the_number_back(student):
    answer = student.post(BANK + "agreement/card/", {"card_number": "6228abc480088888888018", "phone": ""})
    assert answer.status_code == 422
    assert "6228abc" not in answer.content.decode()


@pytest.mark.capability("A085.1", "A142.3")
def test_another_card_takes_the_place_of_the_first_and_signing_ends_when_asked(campus, student, bank):
    campus.agree("student")
    bank.add_customer("林小满", ID_NUMBERS["student"], "13907300000", "6228480088888888117")
    sign(student, "6228480088888888117")
    assert "尾号 8117" in text_of(student, BANK + "agreement/")
    drive(2)
    assert set(Agreement.objects.values_list("tail", "state")) == {("8117", "active"), ("8018", "cancelled")}
    assert "确认解约" in text_of(student, BANK + "agreement/cancel/")
    with patch.object(own_agreement, "terms_for", lambda _person_id: []):
        assert "/agreement/cancel/" in text_of(student, BANK + "agreement/"), "also without a card that uses it"
    student.post(BANK + "agreement/cancel/")
    drive(2)
    assert not Agreement.objects.filter(state="active").exists()


@pytest.mark.capability("A087.3")
def test_three_failures_lock_also_the_right_answer_until_the_holder_lifts_it_on_their_page(campus, student):
    phone = Phone()
    said = [
        phone.verify("student", **wrong)["code"] for wrong in ({"name": "林小蛮"}, {"id_number": "x"}, {"name": "谁"})
    ]
    assert said == ["bank.identity_differs", "bank.identity_differs", "bank.binding_locked"]
    assert Phone(user="u-2").verify("student")["code"] == "bank.binding_locked"
    assert "身份验证已锁定" in text_of(student, BANK + "phones/")
    assert "身份验证已锁定" not in text_of(campus.client("teacher"), BANK + "phones/")
    campus.client("teacher").post(BANK + "phones/unlock/")
    assert Phone(user="u-2").verify("student")["code"] == "bank.binding_locked", "nobody lifts another's"
    student.post(BANK + "phones/unlock/")
    assert Phone(user="u-2").verify("student")["outcome"] == "done"


@pytest.mark.capability("A088.1", "A088.2", "A088.3")
def test_a_virtual_card_shows_its_phone_and_ends_when_the_phone_is_lost(campus, student):
    phone = Phone()
    made = phone.bind("student")
    campus.top_up("student", 3000)
    assert phone.ask("look")["balance_fen"] == 3000
    page = text_of(student, BANK + "phones/")
    assert made["virtual_no"] in page
    assert "小米 15" in page
    binding = Binding.objects.get(state="active")
    assert campus.client("teacher").post(f"{BANK}phones/{binding.public_id}/revoke/").status_code == 404
    assert phone.ask("look")["outcome"] == "done"
    student.post(f"{BANK}phones/{binding.public_id}/revoke/", {"ending": "lost"}, headers={"accept-language": "en"})
    assert phone.ask("look")["code"] == "bank.binding_not_found"
    assert phone.ask("code", kind="pay")["outcome"] == "refused"
    binding.refresh_from_db()
    assert binding.code_device.ending == "lost"
    assert binding.reason == "手机丢了，本人解除", "kept in Chinese, in whichever language it was pressed"
    assert "手机丢了" in text_of(student, BANK + "phones/")
    assert "手机丢了" not in student.get(BANK + "phones/", headers={"accept-language": "en"}).content.decode()


@pytest.mark.capability("A153.1", "A153.2")
def test_bound_after_the_match_refreshed_when_entered_again_and_a_wrong_binding_is_appealed(campus, student):
    phone, _other_app = Phone(), Phone(key="yunshanfu", name="云闪付")
    assert phone.verify("student", id_number=ID_NUMBERS["teacher"])["code"] == "bank.identity_differs"
    assert phone.bind("student")["balance_fen"] == 0
    assert "还没有用过" in text_of(student, BANK + "phones/")
    campus.top_up("student", 3000)
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        again = phone.ask("look")
        assert (again["balance_fen"], again["as_of"]) == (3000, now().timestamp())
    assert "上次使用" in text_of(student, BANK + "phones/")
    stranger = campus.client("teacher")
    assert "小米 15" not in text_of(stranger, BANK + "phones/")
    theirs = f"{BANK}phones/{Binding.objects.get(state='active').public_id}/revoke/"
    assert stranger.post(theirs, {"ending": "owner"}).status_code == 404
    student.post(BANK + "phones/appeal/", {"app": "wanxiao", "phone": "13907300000", "text": "不是我绑的"})
    assert "待处理" in text_of(student, BANK + "phones/")
    clerk = campus.client("clerk")
    case = re.search(r'href="(/card/bank/desk/appeals/[^"]+)"', text_of(clerk, BANK + "desk/appeals/"))[1]
    assert all(words in text_of(clerk, case) for words in ("不是我绑的", "13907300000", "小米 15"))
    assert clerk.post(case, {"is_upheld": "1", "answer": ""}).status_code == 422
    assert phone.ask("look")["outcome"] == "done"
    assert clerk.post(case, {"is_upheld": "1", "answer": "已核对身份证"}).status_code == 302
    assert phone.ask("look")["code"] == "bank.binding_not_found"
    ended = text_of(student, BANK + "phones/")
    assert all(words in ended for words in ("<strong>已解除绑定</strong>", "已核对身份证", "误绑申诉：已核对身份证"))
    assert "已核对身份证" not in text_of(stranger, BANK + "phones/")
    assert clerk.post(case, {"is_upheld": "0", "answer": "再来"}).status_code == 404
    person = f"person:{campus.persons['student']}"
    told = ("ask_binding", "bind_app", "appeal_binding")
    kept = AuditEntry.objects.filter(action__in=[f"card.{one}" for one in told])
    assert [(one.action, one.target, one.facts["app"]) for one in kept.order_by("id")] == [
        ("card.ask_binding", person, "完美校园"),
        ("card.bind_app", person, "完美校园"),
        ("card.appeal_binding", f"card_appeal:{Appeal.objects.get().pk}", "完美校园"),
    ]
    assert kept.get(action="card.appeal_binding").actor == CAST["student"][0]
    unbound = AuditEntry.objects.get(action="card.unbind_app")
    assert (unbound.target, unbound.actor, unbound.reason) == (person, CAST["clerk"][0], "误绑申诉：已核对身份证")


@pytest.mark.capability("A155.2")
def test_the_self_test_says_all_is_well_or_which_trouble_and_has_the_letter_written(campus, student):
    well = text_of(student, BANK + "check/")
    for words in ("一切正常", "林小满", CAST["student"][2], "¥ 0.00"):
        assert words in well
    assert "mailto:" not in well
    for _time in range(3):
        Phone().verify("student", name="林小蛮")
    sign(student, CARDS["teacher"])
    Card.objects.filter(pk=campus.card("student").pk).update(state="lost", lost_at="2026-11-01T00:00:00Z")
    ill = text_of(student, BANK + "check/")
    for words in ("有 3 处要处理", "已挂失", "四项不一致", "连续三次没有对上", "mailto:", "姓名：林小满"):
        assert words in ill


def holders_card(campus, **changes):
    Card.objects.filter(pk=campus.card("student").pk).update(**changes)


def without(campus, **columns):
    Person.objects.filter(pk=campus.persons["student"]).update(**columns)


def guessed_pin(campus, kind):
    for _guess in range(5):
        with pytest.raises(CampusError):
            check_pin(card=campus.card("student"), kind=kind, pin="000000", at="KL001")


def failed_binding(_campus):
    for _time in range(3):
        Phone().verify("student", name="林小蛮")


CAUSES = {
    "lost": (lambda campus: holders_card(campus, state="lost", lost_at=now()), "这张卡已挂失"),
    "frozen": (lambda campus: holders_card(campus, state="frozen"), "这张卡现在不能消费"),
    "expired": (lambda campus: holders_card(campus, state="expired"), "卡已过有效期"),
    "no document": (lambda campus: without(campus, id_number=None, id_number_index=None, document_kind=""), "缺证件号"),
    "no phone": (lambda campus: without(campus, phone=None, phone_index=None), "缺手机号"),
    "payment PIN": (lambda campus: guessed_pin(campus, "payment"), "输错次数太多"),
    "enquiry PIN": (lambda campus: guessed_pin(campus, "enquiry"), "输错次数太多"),
    "binding": (failed_binding, "连续三次没有对上"),
    "agreement": (lambda campus: sign(campus.client("student"), CARDS["teacher"]), "四项不一致"),
}


@pytest.mark.capability("A155.1", "A155.2")
@pytest.mark.parametrize("cause", CAUSES)
def test_each_trouble_alone_is_named_on_the_page_and_in_the_letter(campus, student, cause):
    assert "一切正常" in text_of(student, BANK + "check/")
    brings_it, words = CAUSES[cause]
    brings_it(campus)
    page = text_of(student, BANK + "check/")
    assert "有 1 处要处理" in page
    assert words in page
    to, letter = map(unquote, re.search(r'href="mailto:([^"?]+)[^"]+body=([^"]+)"', page).groups())
    assert to == school().table("card_office").text("mail", "") != "", "to the office"
    for filled_in in (words, "姓名：林小满", f"学工号：{CAST['student'][2]}"):
        assert filled_in in letter


@pytest.mark.capability("A155.1")
def test_who_has_no_number_reads_so(campus, student):
    Affiliation.objects.filter(person_id=campus.persons["student"]).delete()
    page = text_of(student, BANK + "check/")
    assert "有 1 处要处理" in page
    assert "名册里还没有您的学工号" in page


@pytest.mark.capability("A155.1")
def test_each_state_of_a_card_that_does_not_pay_is_a_cause():
    """A new state stands in nobody's list by itself."""
    dead = {Card.State.REPLACED, Card.State.CLOSED}  # of which the holder's page shows none: 还没有发卡
    assert set(Card.State) - dead - {Card.State.ISSUED} == {"lost", "frozen", "expired"}


@pytest.mark.capability("A155.1")
def test_what_is_only_worth_knowing_is_shown_and_is_no_trouble(campus, student):
    campus.top_up("student", 3000)
    page = text_of(student, BANK + "check/")
    assert "一切正常" in page
    assert "¥ 30.00" in page


@pytest.mark.capability("A155.1")
def test_who_has_no_card_reads_why(campus):
    here = people.AffiliationRecord(kind="student", campus_no="26231100009", starts_on=date(2026, 9, 1), state="active")
    record = people.PersonRecord(key="new", name="新来的", affiliations=(here,))
    people.apply_records(by=SYSTEM, origin=people.Origin(source="new", title="新生"), records=[record])
    identity.open_accounts(by=SYSTEM, person_ids=[people.find_person_by_campus_no("26231100009")])
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no="26231100009", password=PASSWORD)
    client = Client()
    client.post("/sign-in", {"username": "26231100009", "password": PASSWORD})
    page = text_of(client, BANK + "check/")
    assert "还没有发卡" in page
    assert "缺证件号、手机号" in page
    assert "mailto:" in page
    assert BANK + "check/" in text_of(client, "/card/")


@pytest.mark.capability("A083.1", "A086.1", "A086.2")
def test_a_phone_reads_from_each_code_of_the_help_page_the_address_that_stands_beside_it(
    student, read_codes, school_file
):
    own = f"{configuration().public_url}/card/"
    Channel.objects.create(key="store", kind="app", name="商店应用", their_key="00")
    page = text_of(student, BANK + "start/")
    assert read_codes(page) == [own]
    assert "在应用商店搜索 商店应用，注册后选岳阳 → 更多 → 校园服务 → 湖南理工学院（学校代码 10543）" in page
    for key, name in (("yunshanfu", "云闪付"), ("wanxiao", "完美校园")):
        address = f"http://localhost:8006/#{key}/{{school}}"
        Channel.objects.create(key=key, kind="app", name=name, their_key="00", address=address)
    Channel.objects.create(
        key="off", kind="app", name="旧应用", their_key="00", address="http://x.example/", is_on=False
    )
    page = text_of(student, BANK + "start/")
    assert re.findall("<h3>(.+)</h3>", page) == ["云闪付", "完美校园"]
    assert "自己找的话：岳阳 → 更多 → 校园服务 → 湖南理工学院（学校代码 10543）" in page
    assert "添加到主屏幕" in page
    links = re.findall(r'<a href="(http://localhost:8006/[^"]+)"', page)
    assert read_codes(page) == [own, "http://localhost:8006/#yunshanfu/10543", "http://localhost:8006/#wanxiao/10543"]
    assert links == read_codes(page)[1:]
    assert own in page
    school_file({'school_code = "10543"': 'school_code = "10544"'})
    changed = text_of(student, BANK + "start/")
    assert [one.rpartition("/")[2] for one in read_codes(changed)[1:]] == ["10544", "10544"]
    assert ("学校代码 10544" in changed, "10543" in changed) == (True, False)


@pytest.mark.capability("A083.2")
def test_the_help_page_has_codes_for_our_own_page_and_the_apps_and_ours_needs_none(campus, student):
    messages.publish_notice(by=SYSTEM, title="食堂新增窗口", body="明天起")
    Channel.objects.create(
        key="yunshanfu", kind="app", name="云闪付", their_key="00", address="http://localhost:8006/#yunshanfu/{school}"
    )
    page = text_of(student, BANK + "start/")
    assert "standalone" in student.get("/manifest.webmanifest").content.decode()
    phone = Phone()
    assert phone.ask("school", school_code="10543")["name"] == "湖南理工学院"
    assert phone.bind("student")["name"] == "林小满"
    offered = re.findall(r'class="button[^"]*" href="(/[^"]+)"', page)
    assert len(offered) == 6
    assert "/card/code/" in offered, "our own code"
    assert [student.get(address).status_code for address in offered] == [200] * 6


@pytest.mark.capability("A152.1")
def test_recharge_details_loss_and_news_are_one_touch_from_the_card_and_from_the_help_page(campus, student):
    messages.publish_notice(by=SYSTEM, title="食堂新增窗口", body="明天起")
    campus.top_up("student", 3000)
    campus.pay("student", 612)
    does = {"在线充值": "下单，去付款", "交易明细": "6.12", "挂失": "确认挂失", "校园资讯": "食堂新增窗口"}
    for page in (text_of(student, "/card/"), text_of(student, BANK + "start/")):
        links = re.findall(r'<a [^>]*?href="(/[^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
        for name, words in does.items():
            addresses = {address for address, label in links if re.sub("<[^>]+>|\\s", "", label) == name}
            assert len(addresses) == 1, name
            assert words in text_of(student, addresses.pop()), name


@pytest.mark.capability("A083.2")
def test_our_own_code_pays_at_a_till_though_no_app_was_ever_bound(campus):
    campus.top_up("teacher", 2000)
    made = campus.client("teacher").post("/card/code/enable/", headers={"accept": "application/json"}).json()
    keys = {kind: bytes.fromhex(made[f"{kind}_key"]) for kind in ("pay", "door")}
    picture = write_picture(keys, device=made["number"], step=int(time.time() // STEP_SECONDS), nonce="0001")
    till, step = SignedTerminal("N1001"), int(time.time() // STEP_SECONDS)
    old = write_picture(keys, device=made["number"], step=step - 4, nonce="0002")
    assert till.pay(part_of(old, "pay"), 650).values["outcome"] != "approved", "a picture of two minutes ago"
    told = till.pay(part_of(picture, "pay"), 650)
    assert (told.values["outcome"], told.values["balance_fen"]) == ("approved", 1350)
    assert not Binding.objects.exists()


def test_each_page_asks_a_bounded_number_of_queries(campus, student):
    address = order(student, "20").url
    Phone().bind("student")
    campus.agree("student")
    for path in ("top-up/", "agreement/", "agreement/card/", "phones/", "phones/appeal/", "check/", "start/"):
        assert queries_of(student, BANK + path) <= 20, path
    assert queries_of(student, address) <= 20

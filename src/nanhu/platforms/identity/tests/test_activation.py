"""Activation: the initial value opens nothing but the question for a second proof, once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry, SmsMessage
from nanhu.platforms.identity.factors.models import Passkey
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import Account, PrivacyConsent, RecoveryContact, SecurityQuestion, SsoSession
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.setup import PRIVACY_VERSION
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.people.models import Person

pytestmark = pytest.mark.django_db
NEW = "Lake-Wind-7788"
ANSWERS = {
    "question_1": "first_teacher",
    "answer_1": "李老师",
    "again_1": "李老师",
    "question_2": "dish",
    "answer_2": "剁椒 鱼头",
    "again_2": "剁椒鱼头",
    "question_3": "own",
    "own_3": "我养的第一只猫叫什么",
    "answer_3": "Mimi",
    "again_3": "mimi",
}
CONTACT = {"phone": "138 7301 2345", "email": "me@example.com", "consent": "on"}


def prove(client, member, **changes):
    return client.post("/activate", {"name": member.name, "id_number": member.id_number, **changes})


def begin(client, member):
    sign_in(client, member.numbers[0], member.tail)
    return prove(client, member)


def finish(client, password=NEW):
    client.post("/setup/password", {"new_password": password, "again": password})
    client.post("/setup/questions", ANSWERS)
    return client.post("/setup/contact", CONTACT, follow=True)


@pytest.mark.capability("A034.1")
def test_the_initial_value_works_once_and_only_to_activate(browser, newcomer):
    response = sign_in(browser, newcomer.numbers[0], newcomer.tail)
    assert response.headers["Location"] == "/activate"
    assert browser.get("/account").status_code == 302, "nobody is signed in by the initial value"
    assert browser.get("/account").headers["Location"].startswith("/sign-in")

    assert prove(browser, newcomer).headers["Location"] == "/setup"
    assert newcomer.account.state == "must_complete"

    other = Client()
    assert sign_in(other, newcomer.numbers[0], newcomer.tail).status_code == 200, "spent"
    finish(browser)
    assert newcomer.account.state == "active"
    assert sign_in(other, newcomer.numbers[0], newcomer.tail).status_code == 200, "never a standing password"
    assert "_auth_user_id" not in other.session


@pytest.mark.capability("A034.3")
@pytest.mark.parametrize("typed", ["345678", "３４５６７８"])
def test_a_passport_holder_activates_with_the_last_six_of_the_passport(browser, foreigner, typed):
    for other in ("E12345", "123456", "12345678"):
        assert sign_in(Client(), foreigner.numbers[0], other).status_code == 200, other
    assert sign_in(browser, foreigner.numbers[0], typed).headers["Location"] == "/activate"
    assert prove(browser, foreigner, name="anna petrova", id_number="E12345679").status_code == 400
    assert prove(browser, foreigner, name="anna petrova").headers["Location"] == "/setup"


@pytest.mark.capability("A034.2")
def test_an_x_at_the_end_is_an_x_and_no_zero(browser, db):
    from nanhu.platforms.identity.lifecycle.accounts import open_accounts
    from nanhu.platforms.identity.tests.conftest import make_member

    member = make_member("李雪", "43060220080315123X", student="20260102")
    open_accounts(by=TEST, person_ids=[member.person_id])

    assert sign_in(browser, "20260102", "151230").status_code == 200
    assert sign_in(browser, "20260102", "15123x").headers["Location"] == "/activate"


@pytest.mark.capability("A034.1")
def test_a_wrong_proof_opens_nothing_and_says_the_same_whatever_is_wrong(browser, newcomer):
    sign_in(browser, newcomer.numbers[0], newcomer.tail)

    wrong_name = prove(browser, newcomer, name="曾小北")
    wrong_number = prove(browser, newcomer, id_number="430602200803151235")

    assert (wrong_name.status_code, wrong_number.status_code) == (400, 400)
    assert "核对不通过" in wrong_name.content.decode()
    assert newcomer.account.state == "awaiting_activation"
    assert AuditEntry.objects.filter(action="identity.activation_refused").count() == 2


@pytest.mark.capability("A034.5")
@pytest.mark.usefixtures("clock_stands")
def test_proofs_are_limited_for_the_account_from_every_browser(newcomer):
    for number in range(25):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        sign_in(client, newcomer.numbers[0], newcomer.tail)
        prove(client, newcomer, id_number=f"4306022008031512{number:02}")

    client = Client()
    sign_in(client, newcomer.numbers[0], newcomer.tail)
    response = prove(client, newcomer)

    assert response.status_code == 429
    assert newcomer.account.state == "awaiting_activation"


@pytest.mark.capability("A034.1")
def test_a_code_to_the_phone_on_record_is_the_other_proof(browser, newcomer):
    sign_in(browser, newcomer.numbers[0], newcomer.tail)
    browser.post("/activate/code")

    code = re.search(r"\d{8}", SmsMessage.objects.get().text).group()
    assert browser.post("/activate", {"code": "00000000" if code != "00000000" else "11111111"}).status_code == 400
    assert browser.post("/activate", {"code": code}).headers["Location"] == "/setup"
    assert newcomer.account.state == "must_complete"


def sent_code(browser, newcomer) -> str:
    sign_in(browser, newcomer.numbers[0], newcomer.tail)
    browser.post("/activate/code")
    return re.search(r"\d{8}", SmsMessage.objects.get().text).group()


@pytest.mark.capability("A034.5")
def test_a_code_expires(browser, newcomer):
    code = sent_code(browser, newcomer)

    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        assert browser.post("/activate", {"code": code}).status_code == 400
    assert newcomer.account.state == "awaiting_activation"


@pytest.mark.capability("A034.1")
def test_after_wrong_codes_this_address_waits_and_the_code_lives(browser, newcomer):
    code = sent_code(browser, newcomer)
    wrong = "00000000" if code != "00000000" else "11111111"

    with time_machine.travel(now(), tick=False):
        answers = [browser.post("/activate", {"code": wrong}).status_code for _attempt in range(8)]
        assert answers[:5] == [400] * 5
        assert browser.post("/activate", {"code": code}).status_code == 429
    assert newcomer.account.state == "awaiting_activation"

    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    sign_in(elsewhere, newcomer.numbers[0], newcomer.tail)
    assert elsewhere.post("/activate", {"code": code}).headers["Location"] == "/setup"


@pytest.mark.capability("A034.5")
@pytest.mark.usefixtures("clock_stands")
def test_messages_are_limited(browser, newcomer):
    sign_in(browser, newcomer.numbers[0], newcomer.tail)
    with time_machine.travel(now(), tick=False):
        answers = [browser.post("/activate/code").status_code for _ in range(6)]

    assert answers[-1] == 429
    assert SmsMessage.objects.count() == 4


def test_the_text_of_a_message_is_kept_encrypted(browser, newcomer):
    from django.db import connection

    sign_in(browser, newcomer.numbers[0], newcomer.tail)
    browser.post("/activate/code")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, phone FROM kernel_sms_message")
        text, phone = (bytes(value) for value in cursor.fetchone())
    assert "验证码".encode() not in text
    assert newcomer.phone.encode() not in phone


@pytest.mark.capability("A034.5")
def test_an_activation_expires(browser, newcomer):
    sign_in(browser, newcomer.numbers[0], newcomer.tail)
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert prove(browser, newcomer).status_code == 400
    assert newcomer.account.state == "awaiting_activation"


@pytest.mark.capability("A034.5")
def test_the_initial_value_expires(browser, newcomer):
    with time_machine.travel(now() + timedelta(days=61), tick=False):
        assert sign_in(browser, newcomer.numbers[0], newcomer.tail).status_code == 200


def test_starting_an_activation_ends_who_was_signed_in_here(browser, student, foreigner):
    sign_in(browser, student.numbers[0], "Reed-Boat-1995")
    sign_in(browser, foreigner.numbers[0], foreigner.tail)
    assert browser.get("/account").status_code == 302
    assert SsoSession.objects.get().ended_how == "replaced"


@pytest.mark.capability("A034.1")
def test_of_two_browsers_with_both_proofs_one_activates(newcomer):
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, newcomer.numbers[0], newcomer.tail)

    assert prove(first, newcomer).headers["Location"] == "/setup"
    assert prove(second, newcomer).status_code == 400


@pytest.mark.capability("A034.4")
def test_who_has_no_document_on_record_is_brought_in_by_the_counter_and_by_no_initial_value(browser, newcomer):
    Person.objects.filter(pk=newcomer.person_id).update(id_number=None, id_number_index=None, document_kind="")
    for guess in ("", "-", newcomer.tail, newcomer.numbers[0][-6:], "None"):
        assert sign_in(browser, newcomer.numbers[0], guess).status_code == 200, guess
    assert browser.get("/activate").status_code != 200
    code = counter.reset(by=TEST, campus_no=newcomer.numbers[0], reason="港澳台学生，已核对入学通知书")
    assert sign_in(browser, newcomer.numbers[0], code).headers["Location"] == "/setup"
    finish(browser)
    assert newcomer.account.state == "active"


@pytest.mark.capability("A040.1")
def test_no_page_opens_before_the_password_is_changed(browser, newcomer):
    application = register_application(
        by=TEST, key="oa", name="OA", owner="校办", service_prefix="https://oa.example.edu.cn/"
    )
    begin(browser, newcomer)

    for path in (
        "/account",
        "/account/sessions",
        "/account/password",
        f"/cas/login?service={application.service_prefix}",
    ):
        response = browser.get(path)
        assert (response.status_code, response.headers["Location"]) == (302, "/setup"), path
    assert browser.post("/account/sessions/end-others").headers["Location"] == "/setup"
    assert browser.get("/setup").headers["Location"] == "/setup/password"

    assert browser.get("/privacy").status_code == 200, "what strangers may see stays open"
    finish(browser)
    assert browser.get("/account").status_code == 200


@pytest.mark.capability("A040.2", "A040.3")
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("151234", "至少 10 个字符"),
        ("Boat151234!", "证件号后六位|不能包含"),
        ("Zz-0020260101", "不能包含"),
        ("zengxiaonan-88", "不能包含"),
        ("曾小南-Lake-77", "不能包含"),
        ("20080315-Lake", "不能包含"),
        ("password1234", "已泄露"),
        pytest.param("Hn1g@414000", "已泄露", marks=pytest.mark.capability("A062.2")),
        ("aaaaaaaaaaaa", "重复或连续"),
        ("abcdefghijkl", "重复或连续"),
        ("short-1A"[:7], "至少 10 个字符"),
        ("abcdefg9", "至少 10 个字符"),
    ],
)
def test_a_weak_password_and_the_old_one_are_refused(browser, newcomer, password, reason):
    begin(browser, newcomer)

    response = browser.post("/setup/password", {"new_password": password, "again": password})

    assert response.status_code == 200
    assert re.search(reason, response.content.decode())
    assert newcomer.account.is_password_due


@pytest.mark.capability("A040.2")
def test_old_equals_new_is_refused_after_a_reset_too(browser, newcomer):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    sign_in(browser, newcomer.numbers[0], counter.reset(by=TEST, campus_no=newcomer.numbers[0], reason="当面核对"))

    response = browser.post("/setup/password", {"new_password": NEW, "again": NEW})

    assert "不能与当前密码或最近用过的密码相同" in response.content.decode()


@pytest.mark.capability("A040.1")
def test_the_password_is_asked_twice(browser, newcomer):
    begin(browser, newcomer)
    response = browser.post("/setup/password", {"new_password": NEW, "again": NEW + "x"})
    assert "两次输入的密码不一样" in response.content.decode()
    assert newcomer.account.is_password_due


@pytest.mark.capability("A041.1", "A041.2")
def test_security_questions_are_set_before_entry_and_their_answers_hashed(browser, newcomer):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})

    assert browser.get("/account").headers["Location"] == "/setup"
    assert browser.get("/setup").headers["Location"] == "/setup/questions"
    browser.post("/setup/questions", ANSWERS)
    assert browser.get("/account").headers["Location"] == "/setup", "contact and consent are still due"
    browser.post("/setup/contact", CONTACT, follow=True)
    assert browser.get("/account").status_code == 200

    kept = list(SecurityQuestion.objects.filter(account=newcomer.account))
    assert [row.question for row in kept][2] == "我养的第一只猫叫什么"
    assert all(row.answer_hash.startswith("argon2$argon2id$") for row in kept)
    from nanhu.platforms.identity import hashing
    from nanhu.platforms.identity.rules import normalise_answer

    assert hashing.verify(normalise_answer("  剁椒鱼头！"), kept[1].answer_hash)
    assert not hashing.verify(normalise_answer("剁椒鱼尾"), kept[1].answer_hash)


@pytest.mark.capability("A041.1")
def test_whoever_has_fewer_questions_than_are_asked_for_sets_them_before_entry(browser, newcomer):
    """As many as the school asked for before it asked for three."""
    begin(browser, newcomer)
    finish(browser)
    SecurityQuestion.objects.filter(account=newcomer.account, position=3).delete()
    Account.objects.filter(pk=newcomer.account.pk).update(state="must_complete")
    assert browser.get("/account").headers["Location"] == "/setup"
    assert browser.get("/setup").headers["Location"] == "/setup/questions"
    browser.post("/setup/questions", ANSWERS)
    assert browser.get("/setup", follow=True).status_code == 200
    assert SecurityQuestion.objects.filter(account=newcomer.account).count() == 3
    assert browser.get("/account").status_code == 200


@pytest.mark.capability("A041.3")
def test_who_set_questions_is_offered_a_passkey_and_a_verified_phone_as_the_stronger_choice(browser, newcomer):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    browser.post("/setup/questions", ANSWERS)
    done = browser.post("/setup/contact", {**CONTACT, "phone": "13800001111"}, follow=True).content.decode()
    offered = done.partition('class="setup-stronger"')[2]
    assert 'href="/account/factors"' in offered
    assert 'href="/account/contacts"' in offered
    for address in ("/account/factors", "/account/contacts"):
        assert browser.get(address).status_code == 200
    RecoveryContact.objects.update(phone_verified_at=now(), phone_settles_at=now())
    assert 'href="/account/contacts"' not in browser.get("/setup/done").content.decode()
    RecoveryContact.objects.update(phone_verified_at=None, phone_settles_at=None)
    Passkey.objects.create(account=newcomer.account, credential_id=b"1", public_key=b"2", name="手机")
    done = browser.get("/setup/done").content.decode()
    assert ['href="/account/factors"' in done, 'href="/account/contacts"' in done] == [False, True], "each by itself"


@pytest.mark.capability("A041.1")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question_2": "first_teacher"}, "三个问题不能重复"),
        ({"answer_2": "李 老师", "again_2": "李老师"}, "三个答案不能相同"),
        ({"own_3": ""}, "请写下自己的问题"),
        ({"answer_1": "李", "again_1": "李"}, "答案至少两个字"),
        ({"answer_1": ""}, "answer_1"),
        ({"again_1": "王老师"}, "两次的答案不一致"),
        ({"again_2": "剁椒鱼头尾"}, "两次的答案不一致"),
        ({"again_3": ""}, "again_3"),
    ],
)
def test_careless_security_questions_are_refused(browser, newcomer, change, reason):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})

    response = browser.post("/setup/questions", {**ANSWERS, **change})

    assert response.status_code == 200
    assert reason in response.content.decode()
    assert not SecurityQuestion.objects.exists()


@pytest.mark.capability("A041.1")
def test_contact_and_consent_are_recorded_with_the_version(browser, newcomer):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    browser.post("/setup/questions", ANSWERS)

    assert "请阅读并同意" in browser.post("/setup/contact", {**CONTACT, "consent": ""}).content.decode()
    assert not PrivacyConsent.objects.exists()
    browser.post("/setup/contact", CONTACT)
    assert PrivacyConsent.objects.get().version == PRIVACY_VERSION
    contact = RecoveryContact.objects.get()
    assert contact.phone == "13873012345"
    assert contact.phone_verified_at is not None, "the office vouches for the phone on record"
    assert contact.email_verified_at is None, "nobody vouches for a mail address that was typed in"


@pytest.mark.capability("A041.1")
def test_set_up_goes_on_where_it_was_left(browser, newcomer):
    begin(browser, newcomer)
    browser.post("/setup/password", {"new_password": NEW, "again": NEW})
    browser.post("/sign-out")

    assert sign_in(Client(), newcomer.numbers[0], newcomer.tail).status_code == 200
    assert sign_in(browser, newcomer.numbers[0], NEW).headers["Location"] == "/setup"
    assert browser.get("/setup").headers["Location"] == "/setup/questions"


def test_the_way_there_is_remembered_through_set_up(browser, newcomer):
    browser.get("/account/sessions", follow=True)
    sign_in(browser, newcomer.numbers[0], newcomer.tail, next="/account/sessions")
    prove(browser, newcomer)

    assert 'href="/account/sessions"' in finish(browser).content.decode()


def test_no_secret_of_an_activation_is_in_the_audit_log(browser, newcomer):
    begin(browser, newcomer)
    finish(browser)
    log = " ".join(str(row) for row in AuditEntry.objects.values_list("action", "target", "reason", "facts"))
    for secret in (NEW, newcomer.id_number, newcomer.tail, "Mimi", "鱼头", newcomer.phone):
        assert secret not in log

"""Agreements (签约): four factors at the bank, no card number kept, cancelled, changed, found again after silence."""

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.payments.errors import (
    AgreementExistsError,
    AgreementUnderWayError,
    BankCardNumberError,
    NoAgreementError,
)
from nanhu.platforms.payments.gateway import BankAnswer
from nanhu.platforms.payments.models import Agreement
from nanhu.platforms.payments.services import agreements
from nanhu.systems.card.bank.tests.conftest import CARDS, drive


def signed(campus, part, **changes):
    facts = {"card_number": CARDS[part], "phone": "", "source": "kiosk", **changes}
    made = agreements.sign(by=campus.actor(part), person_id=campus.persons[part], **facts)
    made.refresh_from_db()
    return made


@pytest.mark.capability("A142.1")
def test_four_factors_that_fit_make_an_agreement(campus):
    made = signed(campus, "student")
    assert (made.state, made.tail) == ("active", "8018")
    assert made.token.startswith("TK")
    assert made.due_at is None
    asked, settled = AuditEntry.objects.filter(action__endswith="_agreement").order_by("id")
    assert (asked.action, asked.actor, asked.facts["tail"]) == ("payments.ask_agreement", "林小满", "8018")
    assert (settled.action, settled.facts["state"]) == ("payments.settle_agreement", "active")
    assert {asked.target, settled.target} == {f"person:{campus.persons['student']}"}


@pytest.mark.capability("A142.1")
@pytest.mark.parametrize("changes", [{"card_number": CARDS["teacher"]}, {"phone": "13900000000"}])
def test_another_card_or_phone_is_refused_with_the_banks_words(campus, changes):
    made = signed(campus, "student", **changes)
    assert (made.state, made.sentence) == ("refused", "姓名、证件号、卡号、预留手机号四项不一致")
    assert agreements.active_agreement(campus.persons["student"]) is None


@pytest.mark.capability("A085.3")
def test_the_card_number_is_nowhere_in_the_database(campus):
    signed(campus, "student")
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{CARDS['student']}%"])  # noqa: S608
            assert cursor.fetchone()[0] == 0, table


@pytest.mark.capability("A085.2")
def test_what_the_bank_gives_no_token_for_is_not_signed(campus, bank):
    bank.fault("sign", "silent_before")
    made = signed(campus, "student")
    agreements.settle(made.pk, BankAnswer(outcome="done", code="ok", sentence="已签约", tail="8018"))
    made.refresh_from_db()
    assert (made.state, agreements.active_agreement(campus.persons["student"])) == ("refused", None)


@pytest.mark.capability("A085.3")
def test_the_database_keeps_no_more_than_a_tail(campus):
    made = signed(campus, "student")
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=made.pk).update(tail=CARDS["student"])


@pytest.mark.parametrize("number", ["", "12345", "6228 4800 abc", "1" * 20])
def test_what_is_no_card_number_is_not_asked(campus, number):
    with pytest.raises(BankCardNumberError):
        signed(campus, "student", card_number=number)
    assert Agreement.objects.count() == 0


@pytest.mark.capability("A142.2")
def test_a_second_agreement_is_refused_and_a_question_under_way_too(campus, bank):
    bank.fault("sign", "silent_before")
    signed(campus, "student")
    with pytest.raises(AgreementUnderWayError):
        signed(campus, "student")
    signed(campus, "teacher")
    with pytest.raises(AgreementExistsError) as refused:
        signed(campus, "teacher")
    assert CARDS["teacher"][-4:] in str(refused.value), "and by which bank card"


@pytest.mark.capability("A142.2")
def test_silence_after_the_bank_agreed_is_found_by_query(campus, bank):
    bank.fault("sign", "silent_after")
    made = signed(campus, "student")
    assert (made.state, made.sentence) == ("asked", "银行没有答复，正在查询")
    drive(2)
    made.refresh_from_db()
    assert made.state == "active"
    assert made.token


@pytest.mark.capability("A142.2")
def test_a_question_the_bank_never_heard_ends_and_may_be_asked_again(campus, bank):
    bank.fault("sign", "silent_before")
    made = signed(campus, "student")
    drive(5)
    made.refresh_from_db()
    assert made.state == "refused"
    assert signed(campus, "student").state == "active"


@pytest.mark.capability("A142.3")
def test_cancelling_ends_it_here_at_once_and_at_the_bank_when_it_answers(campus, bank):
    made = signed(campus, "student")
    bank.fault("unsign", "silent_before")
    agreements.cancel(by=campus.actor("student"), person_id=campus.persons["student"], reason="不用了")
    assert agreements.active_agreement(campus.persons["student"]) is None
    drive(1)
    made.refresh_from_db()
    assert made.state == "cancelling"
    drive(2)
    made.refresh_from_db()
    assert made.state == "cancelled"
    assert AuditEntry.objects.get(action="payments.cancel_agreement").reason == "不用了"
    assert signed(campus, "student").state == "active"


@pytest.mark.capability("A142.3", "A085.1")
def test_changing_the_bank_card_keeps_the_old_until_the_new_holds(campus, bank):
    old = signed(campus, "student")
    by, person = campus.actor("student"), campus.persons["student"]
    given = {"by": by, "person_id": person, "phone": "", "source": "kiosk"}
    agreements.change_bank_card(**given, card_number=CARDS["teacher"])
    assert agreements.active_agreement(person) == old
    bank.add_customer("林小满", "430602200503181262", "13907300000", "6228480088888888117")
    agreements.change_bank_card(**given, card_number="6228480088888888117")
    assert agreements.active_agreement(person).tail == "8117"
    drive(2)
    old.refresh_from_db()
    assert old.state == "cancelled"


@pytest.mark.capability("A142.3")
def test_who_has_none_can_neither_change_nor_cancel(campus):
    by, person = campus.actor("student"), campus.persons["student"]
    with pytest.raises(NoAgreementError):
        agreements.cancel(by=by, person_id=person, reason="x")
    with pytest.raises(NoAgreementError):
        agreements.change_bank_card(by=by, person_id=person, card_number=CARDS["student"], phone="", source="kiosk")
    assert Agreement.objects.count() == 0


def test_each_reveal_of_id_number_and_phone_is_logged(campus):
    signed(campus, "student")
    reveals = AuditEntry.objects.filter(
        action__startswith="people.reveal_", target=f"person:{campus.persons['student']}"
    )
    assert set(reveals.values_list("action", "reason")) == {
        ("people.reveal_id_number", "银行签约四要素核验"),
        ("people.reveal_phone", "银行签约四要素核验"),
    }

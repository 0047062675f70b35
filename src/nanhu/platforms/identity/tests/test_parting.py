"""Two who were taken for one are told apart: neither gets in as the other, each has a way back, and what was his before stays.

Nothing here delivers events: what opens a door is shut in the transaction that parts the records.
"""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.errors import PartedMeanwhileError
from nanhu.platforms.identity.factors.models import Passkey, RememberedBrowser
from nanhu.platforms.identity.lifecycle import counter, suspensions
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account, RecoveryContact, RoleGrant, SecurityQuestion, SsoSession
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.recovery.tests.conftest import ANSWERS, QUESTIONS, forget, set_new
from nanhu.platforms.identity.services import roles, setup
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member, sign_in
from nanhu.platforms.people import api as people
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db
OTHERS = "Harbour-Light-31"


def merge(kept, gone) -> int:
    return people.merge_persons(by=TEST, kept_id=kept.person_id, gone_id=gone.person_id, reason="同一个人").pk


def part(merge_id: int) -> None:
    people.part_persons(by=TEST, merge_id=merge_id, reason="是两个人")


def known(name, id_number, password=PASSWORD, **numbers):
    """Somebody who has activated his account."""
    member = make_member(name, id_number, **numbers)
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no=member.numbers[0], password=password)
    return member


def gets_in(name, password=PASSWORD) -> bool:
    return sign_in(Client(), name, password).status_code == 302


def come_in_by_the_counter(number) -> Client:
    """Somebody shows his own card at the desk while the record is both of theirs, and sets a password."""
    code = counter.reset(by=TEST, campus_no=number, reason="看过证件")
    window = Client()
    assert sign_in(window, number, code).headers["Location"] == "/setup"
    assert window.post("/setup/password", {"new_password": OTHERS, "again": OTHERS}).status_code == 302
    return window


@pytest.mark.capability("A045.6")
def test_a_password_that_the_other_set_opens_nothing_and_its_owner_activates_anew(teacher, student):
    merged = merge(teacher, student)
    window = come_in_by_the_counter(student.numbers[0])
    part(merged)

    assert window.get("/setup").status_code == 302, "his session is over"
    assert not SsoSession.objects.filter(ended_at=None).exists()
    for number in (*teacher.numbers, *student.numbers):
        assert not gets_in(number, OTHERS), number
    assert gets_in(student.numbers[0]), "his own password is older than the mistake"
    assert sign_in(Client(), "T00123", teacher.tail).headers["Location"] == "/activate"
    code = counter.reset(by=TEST, campus_no="T00123", reason="看过证件")
    assert sign_in(Client(), "T00123", code).headers["Location"] == "/setup"
    taken = AuditEntry.objects.get(action="identity.take_doubtful_keys")
    assert (taken.target, taken.facts) == (f"account:{teacher.account.pk}", {"taken": ["password"]})


def test_what_both_had_before_stays_and_all_sessions_end(teacher, student):
    window = Client()
    sign_in(window, "T00123")
    Passkey.objects.create(account=teacher.account, credential_id=b"1", public_key=b"2", name="旧的")
    secret = app_passwords.make(by=TEST, account=teacher.account, name="手机", service="network")
    merged = merge(teacher, student)
    Passkey.objects.create(account=teacher.account, credential_id=b"3", public_key=b"4", name="新的")
    late = app_passwords.make(by=TEST, account=teacher.account, name="平板", service="network")
    RememberedBrowser.objects.create(account=teacher.account, token_hash=b"5", expires_at="2099-01-01T00:00Z")
    part(merged)

    assert window.get("/account").status_code == 302
    assert SsoSession.objects.get().ended_how == "parted"
    assert [one.name for one in Passkey.objects.all()] == ["旧的"]
    assert not RememberedBrowser.objects.filter(revoked_at=None).exists()
    opened = [app_passwords.row_by(typed_name="T00123", password=one, service="network") for one in (secret, late)]
    assert [one is not None for one in opened] == [True, False]
    Passkey.objects.all().delete()
    assert all(gets_in(number) for number in (*teacher.numbers, *student.numbers))


def test_who_has_his_old_questions_gets_back_by_them(teacher, student):
    questions = list(zip(QUESTIONS, ANSWERS, strict=True))
    setup.set_questions(by=TEST, account=teacher.account, questions=questions)
    merged = merge(teacher, student)
    come_in_by_the_counter(student.numbers[0])
    part(merged)

    assert (teacher.account.state, teacher.account.password) == ("must_complete", "")
    back = Client()
    forget(back, teacher)
    answers = {f"answer_{place}": answer for place, answer in enumerate(ANSWERS, start=1)}
    back.post("/forgot-password/questions", answers)
    set_new(back, "Bamboo-Grove-77")
    assert gets_in("T00123", "Bamboo-Grove-77")


def test_ways_back_that_were_set_up_while_they_were_one_lead_nowhere(teacher, student):
    merged = merge(teacher, student)
    setup.set_questions(by=TEST, account=teacher.account, questions=list(zip(QUESTIONS, ANSWERS, strict=True)))
    setup.set_contact(by=TEST, account=teacher.account, phone="13900001111", email="other@example.com")
    attempt = Client()
    forget(attempt, teacher)
    part(merged)

    assert not SecurityQuestion.objects.exists()
    contact = RecoveryContact.objects.get(account=teacher.account)
    assert (contact.phone, contact.phone_index, contact.email) == (None, None, "")
    assert attempt.get("/forgot-password/ways").status_code == 400, (
        "a proof half given is for who is one of the two now"
    )
    assert gets_in("T00123"), "the password is older"
    assert teacher.account.state == "must_complete", "and asks for new questions"


def test_an_activation_by_the_other_is_none(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    third = make_member("曾晓南", "430602200803158888", student="0020269998")
    open_accounts(by=TEST, person_ids=[kept.person_id, third.person_id])
    merged = merge(kept, third)
    identity_sample.set_password_for_sample(by=TEST, campus_no="0020269998", password=OTHERS)
    assert gets_in("T09999", OTHERS)
    part(merged)

    assert (kept.account.state, third.account.state) == ("awaiting_activation", "awaiting_activation")
    assert not gets_in("T09999", OTHERS)
    assert sign_in(Client(), "T09999", kept.tail).headers["Location"] == "/activate"
    assert gets_in(student.numbers[0]), "nobody else is touched"


def test_a_password_handed_over_and_changed_meanwhile_goes_to_nobody(student):
    kept = make_member("曾小楠", "430602200803159999", staff="T09999")
    open_accounts(by=TEST, person_ids=[kept.person_id])
    merged = merge(kept, student)
    come_in_by_the_counter("T09999")
    part(merged)
    assert not any(gets_in(number, OTHERS) for number in ("T09999", student.numbers[0]))
    assert [one.account.state for one in (kept, student)] == ["awaiting_activation", "awaiting_activation"]


@pytest.fixture
def three(db):
    """A, whose record has no account; B and C, each with a password."""
    first = make_member("陈一", "430602199001011110", staff="T10001")
    second = known("陈二", "430602199001012227", "Lotus-Pond-2222", staff="T10002")
    third = known("陈三", "430602199001013334", "Maple-Hill-3333", staff="T10003")
    return first, second, third


def who_opens(*numbers) -> dict[str, list[str]]:
    passwords = ("Lotus-Pond-2222", "Maple-Hill-3333")
    return {number: [one for one in passwords if gets_in(number, one)] for number in numbers}


def test_of_two_merged_records_the_second_is_parted_with_its_own_account(three):
    first, second, third = three
    accounts = (second.account.pk, third.account.pk)
    merge(first, second)
    later = merge(first, third)
    assert first.account.pk == accounts[0], "the account moved: A had none"
    part(later)
    assert (first.account.pk, third.account.pk) == accounts
    assert who_opens("T10001", "T10002", "T10003") == {
        "T10001": ["Lotus-Pond-2222"],
        "T10002": ["Lotus-Pond-2222"],
        "T10003": ["Maple-Hill-3333"],
    }


def test_of_two_merged_records_the_first_is_parted_with_its_own_account(three):
    first, second, third = three
    accounts = (second.account.pk, third.account.pk)
    earlier = merge(first, second)
    merge(first, third)
    part(earlier)
    assert second.account.pk == accounts[0], "it goes home"
    assert first.account.pk == accounts[1], "A lives on in C's, who is the same person"
    assert who_opens("T10001", "T10002", "T10003") == {
        "T10001": ["Maple-Hill-3333"],
        "T10002": ["Lotus-Pond-2222"],
        "T10003": ["Maple-Hill-3333"],
    }


def test_a_record_without_an_account_takes_nobodys_along(three):
    """B's account stands with A; a third one, merged later and without any, is parted first."""
    first, second, _third = three
    none = make_member("陈四", "430602199001014441", staff="T10004")
    pk = second.account.pk
    merge(first, second)
    later = merge(first, none)
    part(later)
    assert (first.account.pk, none.account.state) == (pk, "awaiting_activation")
    assert not gets_in("T10004", "Lotus-Pond-2222")
    assert gets_in("T10001", "Lotus-Pond-2222")


def test_a_password_handed_into_an_account_that_goes_home_does_not_go_with_it(three):
    """B never activated; what opens his account is C's."""
    first, _second, third = three
    waiting = make_member("陈五", "430602199001015559", staff="T10005")
    open_accounts(by=TEST, person_ids=[waiting.person_id])
    earlier = merge(first, waiting)
    merge(first, third)
    assert gets_in("T10005", "Maple-Hill-3333")
    part(earlier)
    assert not gets_in("T10005", "Maple-Hill-3333")
    assert waiting.account.state == "awaiting_activation"
    assert gets_in("T10001", "Maple-Hill-3333")


def test_a_password_handed_over_in_a_chain_comes_back_from_where_it_is(three):
    """B's password was handed to A's account, which was merged into C's: C's own password is not B's to get."""
    _first, second, third = three
    waiting = make_member("陈五", "430602199001015559", staff="T10005")
    open_accounts(by=TEST, person_ids=[waiting.person_id])
    earlier = merge(waiting, second)
    later = merge(third, waiting)
    part(earlier)
    assert who_opens("T10002", "T10003") == {"T10002": ["Lotus-Pond-2222"], "T10003": ["Maple-Hill-3333"]}
    part(later)
    assert who_opens("T10002", "T10003", "T10005") == {
        "T10002": ["Lotus-Pond-2222"],
        "T10003": ["Maple-Hill-3333"],
        "T10005": [],
    }
    assert waiting.account.state == "awaiting_activation"


def test_in_a_chain_each_is_asked_since_when_he_had_been_one_with_the_other(three):
    """C's record met B's only when A's came in; what C set before that is his."""
    first, second, third = three
    earlier = merge(first, second)
    identity_sample.set_password_for_sample(by=TEST, campus_no="T10003", password="Maple-Hill-3333")
    merge(third, first)
    part(earlier)
    assert gets_in("T10003", "Maple-Hill-3333")
    assert gets_in("T10002", "Lotus-Pond-2222")


def test_for_whom_an_account_was_opened_is_held_by_the_database(three):
    first, second, _third = three
    merge(first, second)
    account = first.account
    assert account.opened_for_id == second.person_id
    account.save()
    with pytest.raises(IntegrityError, match="identity_account_opened"), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(opened_for=first.person_id)
    with pytest.raises(IntegrityError, match="identity_session_of_parted"), transaction.atomic():
        SsoSession.objects.create(account=account, campus_no="1", parted_at=account.created_at)


def test_a_suspension_decided_while_the_account_was_elsewhere_stops_both(three):
    first, second, _third = three
    merged = merge(first, second)
    suspensions.suspend(by=TEST, account_id=first.account.pk, reason="调查", until=None)
    part(merged)
    assert [one.account.state for one in (first, second)] == ["suspended", "suspended"]


def test_a_role_granted_meanwhile_is_nobodys(teacher, student):
    roles.grant(by=TEST, account_id=teacher.account.pk, role="messages.editor")
    merged = merge(teacher, student)
    roles.grant(by=TEST, account_id=teacher.account.pk, role="datahub.steward")
    part(merged)
    standing = RoleGrant.objects.filter(revoked_at=None).values_list("account", "role")
    assert list(standing) == [(teacher.account.pk, "messages.editor")]


def test_nobody_hears_of_it_at_the_door(teacher, student):
    """Whose password went gets the sentence of any wrong one."""
    merged = merge(teacher, student)
    come_in_by_the_counter(student.numbers[0])
    part(merged)
    pages = [sign_in(Client(), "T00123", one) for one in (OTHERS, "Wrong-Word-123")]
    assert [(one.status_code, "账号或密码不正确" in one.content.decode()) for one in pages] == [(200, True)] * 2


def test_a_parting_that_fails_leaves_all_as_it_was(teacher, student):
    merged = merge(teacher, student)
    window = Client()
    sign_in(window, "T00123")
    with pytest.raises(RuntimeError), transaction.atomic():
        part(merged)
        raise RuntimeError
    assert window.get("/account").status_code == 200
    assert Account.objects.filter(parted_at__isnull=False).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_that_was_under_way_opens_no_session(teacher, student):
    """What was proved may have been the other's; it asks once more, and then opens what is his."""
    merged = merge(teacher, student)
    _parted, answer = amid(lambda: part(merged), lambda: sign_in(Client(), student.numbers[0]))
    assert answer.status_code == 409
    assert not SsoSession.objects.filter(ended_at=None).exists()
    assert gets_in("T00123")


@pytest.mark.django_db(transaction=True)
def test_a_password_that_is_being_set_meanwhile_is_not_set(teacher, student):
    merged = merge(teacher, student)
    account = teacher.account

    def late() -> type[Exception] | None:
        try:
            setup.set_password(by=TEST, account=account, password=OTHERS)
        except PartedMeanwhileError as error:
            return type(error)
        return None

    assert amid(lambda: part(merged), late)[1] is PartedMeanwhileError
    assert not gets_in("T00123", OTHERS)

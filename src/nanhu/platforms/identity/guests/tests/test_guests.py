"""Light identities: invited, let in, prolonged, gone."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel import throttle
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import SmsMessage
from nanhu.kernel.tests.counting import queries_of
from nanhu.kernel.throttle import Gate, TooManyAttemptsError
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.lifecycle import accounts, counter
from nanhu.platforms.identity.models import Account, RecoveryContact, SsoSession
from nanhu.platforms.identity.tests.conftest import TEST, make_member, sign_in
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person


def in_a_week():
    return campus_today() + timedelta(days=7)


def invitation(**changes):
    return {
        "kind": "visitor",
        "name": "李访问",
        "phone": "13700001234",
        "former_no": "",
        "ends_on": in_a_week().isoformat(),
        "reason": "学术会议",
    } | changes


@pytest.fixture
def sponsor(teacher, browser) -> Client:
    sign_in(browser, "T00123")
    return browser


def invited(teacher, **changes) -> Sponsorship:
    facts = invitation(**changes) | {"ends_on": changes.get("ends_on", in_a_week())}
    return sponsoring.invite(by=TEST, sponsor=teacher.account, **facts)


def code_sent() -> str:
    return re.search(r"一次性密码 (\w+)", SmsMessage.objects.latest("pk").text)[1]


def test_a_guest_is_invited_and_comes_in_by_the_code_once(sponsor):
    sponsor.post("/guests/new", invitation())
    held = Sponsorship.objects.get()
    guest, other = Client(), Client()
    first = sign_in(guest, held.campus_no, code_sent())

    assert (first.status_code, first["Location"]) == (302, "/setup")
    assert sign_in(other, held.campus_no, code_sent()).status_code == 200
    assert Person.objects.get(pk=held.guest_id).name == "李访问"


def test_a_guest_has_the_guests_side_only(teacher, student):
    held = invited(teacher)
    account = Account.objects.get(person_id=held.guest_id)
    assert account.state == "must_complete"
    card = people.person_card(held.guest_id)

    assert [one.kind for one in card.affiliations] == ["guest"]


def test_a_guest_who_was_reset_at_the_counter_keeps_the_mail_by_which_he_comes_back_in(teacher):
    """The page that asks a guest for all he owes asks for no e-mail."""
    held = invited(teacher)

    def sets(password, code):
        guest = Client()
        assert sign_in(guest, held.campus_no, code)["Location"] == "/setup"
        said = {"phone": "13700001234", "consent": "on", "new_password": password, "again": password}
        assert guest.post("/setup/guest", said, follow=True).redirect_chain[-1][0] == "/setup/done"

    sets("Reed-Boat-1995", code_sent())
    contact = RecoveryContact.objects.filter(account__person_id=held.guest_id)
    assert contact.update(email="li@example.edu", email_verified_at=now(), email_settles_at=now()) == 1
    account_id = contact.get().account_id
    sets("Reed-Boat-1996", counter.reset_account(by=TEST, account_id=account_id, reason="forgotten"))
    found = contact.get()
    assert found.email == "li@example.edu"
    assert None not in (found.email_verified_at, found.phone_verified_at)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda: {"ends_on": (campus_today() + timedelta(days=91)).isoformat()}, None),
        (lambda: {"ends_on": (campus_today() - timedelta(days=1)).isoformat()}, None),
        (lambda: {"reason": ""}, "reason"),
        (lambda: {"phone": "12"}, "phone"),
        (lambda: {"kind": "alumnus"}, "former_no"),
        (lambda: {"kind": "alumnus", "former_no": "nobody"}, None),
    ],
)
def test_what_is_not_allowed_makes_nobody(sponsor, change, field):
    before = Person.objects.count()
    page = sponsor.post("/guests/new", invitation(**change()))

    assert page.context["form"].errors.get(field or "__all__")
    assert (Person.objects.count(), Sponsorship.objects.count(), SmsMessage.objects.count()) == (before, 0, 0)


def test_an_alumnus_keeps_record_and_password(teacher, student):
    left_long_ago(student)
    assert student.account.state == "ended"

    held = invited(teacher, kind="alumnus", name=student.name, former_no=student.numbers[0], phone="13500000000")

    assert held.guest_id == student.person_id
    assert student.account.state == "active"
    assert sign_in(Client(), held.campus_no).status_code == 302
    assert Person.objects.get(pk=student.person_id).phone == student.phone


def left_long_ago(member) -> None:
    Affiliation.objects.filter(person_id=member.person_id).update(
        state="ended", starts_on=campus_today() - timedelta(days=400), ends_on=campus_today() - timedelta(days=60)
    )
    accounts.follow_affiliations(by=TEST, person_ids=[member.person_id])


@pytest.mark.parametrize("who", ["newcomer", "student", "teacher"])
def test_nobody_who_is_here_can_be_invited_as_an_alumnus(sponsor, request, who):
    """A sponsor would otherwise get a newcomer's account by a code to a phone of his own choice."""
    member = request.getfixturevalue(who)
    before = member.account
    facts = invitation(kind="alumnus", name=member.name, former_no=member.numbers[-1], phone="13500000000")
    page = sponsor.post("/guests/new", facts)

    assert page.context["form"].errors["__all__"]
    assert (Sponsorship.objects.count(), SmsMessage.objects.count()) == (0, 0)
    assert (member.account.state, member.account.password) == (before.state, before.password)


def test_a_sponsor_gets_no_code_for_the_record_of_an_alumnus_who_never_activated(teacher, newcomer):
    left_long_ago(newcomer)
    held = invited(teacher, kind="alumnus", name=newcomer.name, former_no=newcomer.numbers[0], phone="13500000000")
    sponsoring.invite_again(by=TEST, sponsor=teacher.account, public_id=held.public_id)

    assert newcomer.account.state == "awaiting_activation"
    assert all("一次性密码" not in message.text for message in SmsMessage.objects.all())


def test_a_guest_who_became_a_member_keeps_what_is_theirs(teacher, student):
    """Invited again, nobody's password is taken, whatever state the account is in."""
    held = invited(teacher)
    unit = Affiliation.objects.get(campus_no=student.numbers[0]).unit
    Affiliation.objects.create(
        person_id=held.guest_id,
        kind="student",
        campus_no="0020269999",
        unit=unit,
        category="1",
        category_name="统招本科",
        starts_on=campus_today(),
    )
    texts = SmsMessage.objects.count()
    sponsoring.invite_again(by=TEST, sponsor=teacher.account, public_id=held.public_id)

    assert SmsMessage.objects.count() == texts + 1
    assert "一次性密码" not in SmsMessage.objects.latest("pk").text


@pytest.mark.usefixtures("clock_stands")
def test_nobody_floods_a_phone_with_invitations(teacher):
    held = invited(teacher)
    with pytest.raises(TooManyAttemptsError):
        for _again in range(10):
            sponsoring.invite_again(by=TEST, sponsor=teacher.account, public_id=held.public_id)
    assert SmsMessage.objects.count() <= 7


@pytest.mark.usefixtures("clock_stands")
def test_who_invited_all_day_waits_and_nobody_else_does(teacher):
    """Thirty messages a day from one sponsor, to whomever; a colleague's guests get theirs."""
    for _message in range(31):
        throttle.admit([Gate(sponsoring.INVITING, f"sponsor:{teacher.account.pk}")])
    with pytest.raises(TooManyAttemptsError):
        invited(teacher)
    assert not Sponsorship.objects.exists()
    colleague = make_member("何平", "430602197901011117", staff="T00124")
    accounts.open_accounts(by=TEST, person_ids=[colleague.person_id])
    assert invited(colleague).guest_id


def test_its_end_signs_the_guest_out(teacher):
    held = invited(teacher)
    guest = Client()
    sign_in(guest, held.campus_no, code_sent())
    sponsoring.end(by=TEST, sponsor=teacher.account, public_id=held.public_id)

    assert Account.objects.get(person_id=held.guest_id).state == "ended"
    assert not SsoSession.objects.filter(account__person_id=held.guest_id, ended_at=None).exists()
    assert Affiliation.objects.get(campus_no=held.campus_no).state == "ended"


def test_a_guest_whose_last_day_is_over_is_out(teacher, time_machine):
    held = invited(teacher)
    time_machine.move_to(held.invited_at + timedelta(days=8), tick=False)
    people.end_overdue(by=TEST, today=campus_today())
    deliver_pending()

    assert Account.objects.get(person_id=held.guest_id).state == "ended"


def test_it_can_last_longer(teacher):
    held = invited(teacher)
    day = campus_today() + timedelta(days=60)
    sponsoring.prolong(by=TEST, sponsor=teacher.account, public_id=held.public_id, ends_on=day)

    assert Affiliation.objects.get(campus_no=held.campus_no).ends_on == day


def test_only_who_works_here_vouches_and_only_for_their_own(teacher, student, browser):
    held = invited(teacher)
    sign_in(browser, student.numbers[0])

    assert browser.get("/guests").status_code == 404
    assert browser.post(f"/guests/{held.public_id}/end").status_code == 404
    assert Sponsorship.objects.get().ended_at is None


def test_guests_end_with_their_sponsor(teacher):
    held = invited(teacher)
    accounts.move(by=TEST, account=teacher.account, state="ended")
    deliver_pending()

    assert Sponsorship.objects.get(pk=held.pk).ended_at is not None
    assert Account.objects.get(person_id=held.guest_id).state == "ended"


def test_whoever_left_a_moment_ago_invites_nobody_and_whoever_only_changed_his_number_keeps_his_guests(
    sponsor, teacher
):
    """The page was open by then: what decides is asked under the lock."""
    held = invited(teacher)
    other = Affiliation.objects.get(campus_no="T00123")
    other.pk, other.campus_no = None, "T00999"
    other.save()
    Affiliation.objects.filter(campus_no="T00123").update(ends_on=campus_today() - timedelta(days=1))
    people.end_overdue(by=TEST, today=campus_today())
    deliver_pending()
    assert Sponsorship.objects.get(pk=held.pk).ended_at is None

    Affiliation.objects.filter(campus_no="T00999").update(state="ended", ends_on=campus_today() - timedelta(days=1))
    with pytest.raises(sponsoring.WorksHereNoMoreError):
        invited(teacher, phone="13700001235")
    assert Sponsorship.objects.count() == 1


@pytest.mark.usefixtures("clock_stands")
def test_there_is_an_end_to_how_many(teacher, monkeypatch):
    monkeypatch.setattr(sponsoring, "MOST_LIVE", 1)
    invited(teacher)
    with pytest.raises(sponsoring.TooManyGuestsError):
        invited(teacher, phone="13700001235")


def test_the_list_takes_few_queries(sponsor, teacher):
    for number in range(3):
        invited(teacher, phone=f"1370000{number:04}")

    assert len(queries_of(sponsor, "/guests")) <= 20

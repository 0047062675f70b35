"""The sponsor's desk: what the kit promises of every page, and what its buttons say."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import SavedView
from nanhu.platforms.identity.guests.desk import desk
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.tests.test_guests import invitation, invited, sponsor
from nanhu.platforms.identity.tests.conftest import sign_in
from nanhu.platforms.people.models import Person
from nanhu.testing.pages import PageTests
from nanhu.testing.structure import structure_faults

__all__ = ["sponsor"]


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, sponsor, teacher):
        self.account_id = teacher.account.pk
        return sponsor

    @pytest.fixture
    def stranger(self, student):
        other = Client()
        sign_in(other, student.numbers[0])
        return other

    def fill(self, count):
        taken = Sponsorship.objects.count()
        guests = Person.objects.bulk_create(Person(name="=1+1", pinyin="x") for _one in range(count))
        Sponsorship.objects.bulk_create(
            Sponsorship(
                sponsor_id=self.account_id,
                guest=guest,
                campus_no=f"G{taken + n}",
                kind="visitor",
                reason="=1+1",
                ends_on=campus_today(),
            )
            for n, guest in enumerate(guests)
        )


def test_an_invitation_that_is_sent_twice_invites_once(sponsor):
    form = invitation(form_token=str(uuid4()))
    assert [sponsor.post("/guests/new", form).url for _time in range(2)] == ["/guests"] * 2
    assert Sponsorship.objects.count() == 1


def test_a_day_that_is_too_late_is_refused_on_the_list_and_changes_nothing(sponsor, teacher):
    held = invited(teacher)
    late = (campus_today() + timedelta(days=999)).isoformat()
    answer = sponsor.post(f"/guests/{held.public_id}/prolong", {"ends_on": late})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "最后一天要在今天到" in page
    assert held.campus_no in page
    assert Sponsorship.objects.get().ends_on == held.ends_on


def test_the_buttons_of_a_row_lead_back_to_the_list_with_a_sentence(sponsor, teacher):
    held = invited(teacher)
    day = (campus_today() + timedelta(days=60)).isoformat()
    said = sponsor.post(f"/guests/{held.public_id}/prolong", {"ends_on": day}, follow=True).content.decode()
    assert "最后一天已改" in said
    assert day in said
    assert "已结束" in sponsor.post(f"/guests/{held.public_id}/end", follow=True).content.decode()
    assert sponsor.post(f"/guests/{held.public_id}/end").status_code == 409


def test_several_guests_end_at_once_and_it_is_said_first_who_cannot(sponsor, teacher):
    first, second, over = (invited(teacher, phone=f"1370000123{n}", name=f"李访{n}") for n in range(3))
    Sponsorship.objects.filter(pk=over.pk).update(ended_at=now())
    page = sponsor.get("/guests").content.decode()
    assert page.count('name="chosen"') == 3
    chosen = {"chosen": [str(one.public_id) for one in (first, second, over)]}
    seen = sponsor.post("/guests/end", chosen)
    assert seen.status_code == 200
    assert "2 项可以办" in seen.content.decode()
    assert "已经结束的来宾不用再结束" in seen.content.decode()
    assert structure_faults(seen.content.decode()) == []
    assert Sponsorship.objects.filter(ended_at=None).count() == 2, "looking changes nothing"
    unseen = sponsor.post("/guests/end", chosen | {"confirmed": "1"})
    assert (unseen.status_code, Sponsorship.objects.filter(ended_at=None).count()) == (409, 2), "three were confirmed"
    shown = re.findall(r'type="hidden" name="chosen" value="([^"]+)"', seen.content.decode())
    done = sponsor.post("/guests/end", {"chosen": shown, "confirmed": "1"}, follow=True).content.decode()
    assert "2 位来宾的身份已结束" in done
    assert not Sponsorship.objects.filter(ended_at=None).exists()


def test_a_guest_of_somebody_else_cannot_be_chosen(sponsor, student):
    other = Sponsorship.objects.create(
        sponsor=student.account,
        guest=Person.objects.create(name="别人的", pinyin="x"),
        campus_no="G9",
        kind="visitor",
        reason="会议",
        ends_on=campus_today(),
    )
    chosen = {"chosen": [str(other.public_id), "rubbish", ""], "confirmed": "1"}
    assert sponsor.post("/guests/end", chosen).url == "/guests"
    assert Sponsorship.objects.get().ended_at is None


def test_who_may_not_see_the_list_keeps_no_view_of_it(student):
    other = Client()
    sign_in(other, student.numbers[0])
    view = {"page": "identity:guests:guests", "query": "sort=number", "name": "我的"}
    assert other.post("/lists/views/", view).status_code == 404
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("phone", ["1387301234", "138730123456", "12345678901", "0730-8640000", "phone", "+8612345"])
def test_what_is_no_phone_is_refused(phone, sponsor):
    assert sponsor.post("/guests/new", invitation(phone=phone)).status_code == 422
    assert not Sponsorship.objects.exists()


@pytest.mark.parametrize("phone", ["138 7301 2345", "+86 13873012345", "+44 20 7946 0958"])
def test_a_phone_is_taken_as_people_write_it(phone, sponsor):
    assert sponsor.post("/guests/new", invitation(phone=phone)).status_code == 302
    assert Sponsorship.objects.count() == 1

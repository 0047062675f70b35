"""The desk of administration: what the kit promises of every page, for who acts and for who watches."""

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity.administration.desk import desk
from nanhu.platforms.identity.administration.tests.conftest import TEST
from nanhu.platforms.identity.models import Account, RoleGrant, SignInEvent
from nanhu.platforms.identity.policies import AUDITOR, SECURITY
from nanhu.platforms.identity.tests.conftest import sign_in
from nanhu.platforms.people.models import Affiliation, Person
from nanhu.testing.pages import OneDutyPageTests


class PagesOf(OneDutyPageTests):
    desk = desk

    @pytest.fixture
    def stranger(self, client, student):
        sign_in(client, student.numbers[0])
        return client

    @pytest.fixture
    def holder(self, office):
        return office(self.role).client

    def fill(self, count):
        made = Person.objects.bulk_create(Person(name="=1+1", pinyin="x") for _one in range(count))
        ties = (Affiliation(person=one, kind="staff", campus_no=f"T{one.pk}", starts_on=campus_today()) for one in made)
        Affiliation.objects.bulk_create(ties)
        accounts = Account.objects.bulk_create(Account(person=one) for one in made)
        RoleGrant.objects.bulk_create(
            RoleGrant(account=one, role="datahub.steward", granted_by=TEST.name, reason="=1+1") for one in accounts
        )
        SignInEvent.objects.bulk_create(
            SignInEvent(kind="sign_in", account_id=one.pk, campus_no="+86", browser="=1+1", address="10.0.0.1")
            for one in accounts
        )


class TestPagesOfWhoActs(PagesOf):
    role = SECURITY


class TestPagesOfWhoWatches(PagesOf):
    role = AUDITOR


def test_the_section_leads_to_what_one_may_open(office):
    homes = {SECURITY: "/identity/accounts", AUDITOR: "/identity/roles"}
    for role, home in homes.items():
        assert office(role).client.get("/identity/sign-ins").context["frame"].home == home

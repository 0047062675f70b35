"""门户网关 and 访客上网: what the kit promises of every page."""

from itertools import count as counting

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.people.models import Person
from nanhu.services.network import api as network
from nanhu.services.network.portal.desk import desk
from nanhu.services.network.portal.guests import desk as guests
from nanhu.services.network.portal.models import Cure, PortalGateway
from nanhu.testing.members import grant, open_members, open_staff
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db
NUMBERS = counting(1)


class TestGateways(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, db):
        open_staff({"E1": "程工", "T1": "林晓湖"})
        grant("E1", ["network.engineer"])
        client = signed_in("E1")
        SsoSession.objects.update(second_factor_at=now())
        return client

    @pytest.fixture
    def stranger(self, holder):
        return signed_in("T1")

    def fill(self, count):
        for number in (next(NUMBERS) for _one in range(count)):
            nas = network.Nas.objects.create(name="=1+1", address=f"10.40.0.{number}", kind="opennds", style="opennds")
            PortalGateway.objects.create(
                nas=nas, name=f"=1+{number}", kind="opennds", host="a:1", networks=[f"10.41.{number}.0/24"]
            )
            Cure.objects.create(finding=f"=1+{number}", is_solved=True)


class TestGuests(PageTests):
    desk = guests

    @pytest.fixture
    def holder(self, db):
        open_staff({"T1": "林晓湖"})
        return signed_in("T1")

    @pytest.fixture
    def stranger(self, db):
        open_members({"S1": "刘一帆"}, kind="student")
        return signed_in("S1")

    def fill(self, count):
        facts = {"sponsor": identity.account_with("T1"), "kind": "visitor", "reason": "=1+1", "ends_on": campus_today()}
        guests = Person.objects.bulk_create(Person(name="=1+1", pinyin="x") for _one in range(count))
        Sponsorship.objects.bulk_create(
            Sponsorship(guest=one, campus_no=f"G{next(NUMBERS)}", **facts) for one in guests
        )

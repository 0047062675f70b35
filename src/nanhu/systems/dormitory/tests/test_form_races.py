"""The same list twice at once: whoever comes second, while the first has not committed, is told what the first made."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nanhu.systems.card.funds.tests.conftest import Funds
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.tests.rooms import HEAD, PAGES, line, with_office
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_of_rooms(transactional_db):
    campus = with_office(Funds(bring_in_the_cast())).campus
    fields = {"token": str(uuid4()), "title": "十月电费"}

    def send(browser):
        file = SimpleUploadedFile("名单.csv", (HEAD + line("14231100001", "林小满")).encode())
        return browser.post(f"{PAGES}new/", fields | {"file": file})

    first, second = campus.client("clerk"), Client()
    second.cookies.update(first.cookies)
    one, two = amid(lambda: send(first), lambda: send(second))
    assert (one.status_code, two.status_code, one.url) == (302, 302, two.url)
    assert RoomList.objects.count() == 1

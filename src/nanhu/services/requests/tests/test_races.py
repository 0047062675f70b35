"""At one moment (并发): a token is spent once, three tokens a term, one twin, one bill, one person's bound."""

import pytest
from django.db import connection
from django.test import Client

from nanhu.kernel.errors import CampusError
from nanhu.platforms.ledger import api as ledger
from nanhu.services.requests.models import Request, TokenIssue
from nanhu.services.requests.services import anonymous, working
from nanhu.services.requests.tests import blinding
from nanhu.services.requests.tests.conftest import make_school
from nanhu.testing.killing import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def attempt(work):
    try:
        work()
    except CampusError:
        return 0
    return 1


def test_at_one_moment_everything_happens_once():
    school = make_school()
    school.crew()
    student = school.client("S1")
    token = blinding.take(student, 1)[1][0]

    def spend(number):
        return blinding.send(Client(), token, f"ABCD1234EFGH567{number}").status_code == 200

    assert sum(at_once([lambda number=number: spend(number) for number in range(4)])) == 1
    assert Request.objects.filter(is_anonymous=True).count() == 1

    person = school["S2"]
    number = (12345).to_bytes(256)
    issued = at_once(
        [lambda: attempt(lambda: anonymous.issue(person_id=person, blinded=[number])) for _one in range(5)]
    )
    assert sum(issued) == 3
    assert TokenIssue.objects.get(person_id=person).count == 3

    filed = at_once([lambda who=who: attempt(lambda: school.repair(who)) for who in ("S1", "S2", "S3")])
    assert sum(filed) == 1, "the others are told of the twin"
    one = Request.objects.get(kind="repair")
    working.done(
        by=school.actor("W1"), request=one, person_id=school["W1"], cause="misuse", materials=[("玻璃", 1, 5000)]
    )
    desk = school.actor("D1")
    billed = at_once(
        [lambda: attempt(lambda: working.bill(by=desk, request=one, payers={"S1": school["S1"]})) for _one in range(3)]
    )
    assert sum(billed) == 1
    assert ledger.Bill.objects.count() == 1
    rated = at_once(
        [
            lambda: attempt(
                lambda: working.rate(by=school.actor("S1"), request=one, person_id=one.person_id, rating=5)
            ),
            lambda: attempt(
                lambda: working.not_fixed(by=school.actor("S1"), request=one, person_id=one.person_id, words="没好")
            ),
        ]
    )
    assert sum(rated) == 1
    connection.close()

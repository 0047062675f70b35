"""Two desks type for one caller at the same moment: the fifth attempt of the hour is one of them."""

import pytest

from nanhu.kernel.actors import Actor
from nanhu.systems.card.fleet.errors import AnswersDoNotFitError, TooManyAttemptsError
from nanhu.systems.card.fleet.models import DeskAttempt
from nanhu.systems.card.fleet.services.phone_desk import MOST_ATTEMPTS, Answers, report_by_phone
from nanhu.systems.card.tests.conftest import CAST, bring_in_the_cast
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = Answers(campus_no=CAST["student"][2], name="林小满", id_tail="000000")


@pytest.fixture
def campus(transactional_db):
    return bring_in_the_cast()


def refusal(by: Actor) -> type[Exception] | None:
    try:
        report_by_phone(by=by, answers=WRONG, reason="电话")
    except (AnswersDoNotFitError, TooManyAttemptsError) as error:
        return type(error)
    return None


@pytest.mark.capability("A115.2")
def test_attempts_of_one_moment_are_all_counted(campus):
    one, two = campus.actor("clerk"), campus.actor("second_clerk")
    for _attempt in range(MOST_ATTEMPTS - 1):
        assert refusal(one) is AnswersDoNotFitError

    assert amid(lambda: refusal(one), lambda: refusal(two)) == (AnswersDoNotFitError, TooManyAttemptsError)
    assert DeskAttempt.objects.count() == MOST_ATTEMPTS

"""Two stewards at once: of two requests for the same limit one waits and the other is told of it; of two aliases the later stands."""

from uuid import uuid4

import pytest

from nanhu.platforms.datahub.models import CodeAlias, LimitRequest
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)
AT = "/datahub/gate/limits/set/"


def said(amber: str, red: str) -> dict[str, str]:
    facts = {"measure": "gone", "source": "aa.students", "reason": "分院交名册"}
    return facts | {"token": str(uuid4()), "amber": amber, "red": red}


def test_of_two_requests_at_once_one_waits_and_the_other_is_told_so():
    one, other = (signed_in(name, number, "datahub.steward") for name, number in (("甲", "001"), ("乙", "002")))
    first, second = amid(lambda: one.post(AT, said("50", "60")), lambda: other.post(AT, said("40", "70")))
    assert (first.status_code, second.status_code) == (302, 409)
    assert LimitRequest.objects.get().amber == 500


def test_of_two_codes_for_a_new_spelling_at_once_the_later_stands():
    one, other = (signed_in(name, number, "datahub.steward") for name, number in (("甲", "001"), ("乙", "002")))
    alias = {"table": "student_status", "value": "挂起", "code": "01", "source": ""}
    at = "/datahub/standard/alias/"
    first, second = amid(lambda: one.post(at, alias), lambda: other.post(at, alias | {"code": "02"}))
    assert (first.status_code, second.status_code) == (302, 302)
    assert CodeAlias.objects.get().code == "02"

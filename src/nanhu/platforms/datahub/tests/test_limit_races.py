"""Two at once: of two requests for the same limit one waits and the other is told of it; of two aliases the later stands; of a file that its
office sends back while a steward lets it pass, one holds."""

from uuid import uuid4

import pytest

from nanhu.platforms.datahub.models import Batch, CodeAlias, LimitRequest
from nanhu.platforms.datahub.tests import at_red
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


@pytest.mark.parametrize("is_sent_back", [True, False])
def test_of_a_return_and_an_agreement_at_once_one_holds(is_sent_back):
    office = at_red.unit("教务处", "0005")
    head, steward = at_red.head_of(office, "王处长", "001"), signed_in("甲", "002", "datahub.steward")
    said = {"source": "aa.students", "file_name": "学籍.csv", "sha256": "0" * 64, "size_bytes": 1, "actor": "甲"}
    held = Batch.objects.create(state="waiting", gate_level="red", owner_unit_id=office, **said).pk
    assert at_red.found_right(head, held).status_code == 302
    deeds = [
        lambda: head.post(at_red.desk_of(held, "return/"), {"reason": "错了"}),
        lambda: at_red.agreed(steward, held),
    ]
    first, second = amid(*(deeds if is_sent_back else reversed(deeds)))
    assert (first.status_code, second.status_code) == (302, 409)
    assert at_red.state_of(held) == ("refused" if is_sent_back else "landed")

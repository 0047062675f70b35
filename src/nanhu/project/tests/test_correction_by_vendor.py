"""更正 to the end with a vendor in place: complained of by its person, said to be mended, and ended by the vendor's own next list alone."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.files.tests.samples import picture
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.tests.conftest import (  # noqa: F401 - fixtures
    BY,
    PASSWORD,
    hand_in,
    register,
    signed_in,
    student,
    units,
)
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.models import FieldOwner
from nanhu.testing import sessions

pytestmark = pytest.mark.django_db
NUMBER = "14231100001"


@pytest.mark.capability("A035.3")
def test_a_wrong_name_is_mended_at_the_vendor_and_ends_with_his_list(hand_in, units):  # noqa: F811
    definitions.publish_all()
    hand_in(register(student(name="李朋")))
    person_id = people.find_person_by_campus_no(NUMBER)
    identity.open_accounts(by=BY, person_ids=[person_id])
    identity_sample.set_password_for_sample(by=BY, campus_no=NUMBER, password=PASSWORD)
    own, registrar = sessions.signed_in(NUMBER), signed_in("管学籍", "0020209003")
    unit_id, head = people.unit_ids_by_code(["11"])["11"], people.find_person_by_campus_no("0020209003")
    since = date(2020, 1, 1)
    people.appoint(
        by=BY, unit_id=unit_id, office="head", person_id=head, starts_on=since, ends_on=None, document="任命"
    )
    FieldOwner.objects.create(field="people.name", unit_id=unit_id, office="head", changed_by_name="周敏")
    said = {"what": "people.name", "wanted": "李明", "why": "录取时写错了", "form_token": str(uuid4())}
    paper = SimpleUploadedFile("身份证.png", picture("PNG"), content_type="image/png")
    assert own.post("/flows/new/portal.correction/", said | {"papers": paper}).status_code == 302
    deliver_pending()
    [task] = Task.objects.filter(state="open")
    decided = {"decision": "agree", "revision": task.revision, "comment": "已在教务系统改好"}
    assert registrar.post(f"/flows/tasks/{task.public_id}/decide/", decided).status_code == 302
    deliver_pending()
    hand_in(register(student(name="李朋", phone="13911112222")), name="次日.csv")
    deliver_pending()
    assert Case.objects.get().state == "running", "his list still says the old name"
    hand_in(register(student(name="李明", phone="13911112222")), name="第三日.csv")
    deliver_pending()
    assert Case.objects.get().outcome == "granted"
    page = own.get("/me/corrections/").content.decode()
    assert all(word in page for word in ("已改好", "李朋", "李明"))


@pytest.mark.capability("A035.3")
def test_what_the_vendor_cannot_mend_stands_until_he_does_also_when_a_list_of_his_is_taken_back(hand_in, units):  # noqa: F811
    hand_in(register(student(name="李朋")))
    person_id = people.find_person_by_campus_no(NUMBER)
    until = campus_today() + timedelta(days=90)
    people.override_value(by=BY, person_id=person_id, field="name", value="李明", until=until, reason="厂家年底才改")
    hand_in(register(student(name="李朋", phone="13911112222")), name="次日.csv")
    assert names() == ["李明"]
    wrong = hand_in(register(student(name="李鹏", phone="13911112222")), name="第三日.csv")
    roll_back(by=BY, batch_id=wrong.batch, reason="交错了")
    assert names() == ["李明"], "what is made anew of his lists goes beneath it"
    hand_in(register(student(name="李明", phone="13911113333")), name="第四日.csv")
    assert names() == ["李明"]
    hand_in(register(student(name="李鸣", phone="13911113333")), name="第五日.csv")
    assert names() == ["李鸣"], "he followed, so he is believed again"


def names():
    return [people.person_card(people.find_person_by_campus_no(NUMBER)).name]

"""Two and more at once, on real transactions: phones beyond the fifth, two right answers, one form sent twice."""

from uuid import uuid4

import pytest

from nanhu.kernel.errors import CampusError
from nanhu.services.lostfound.models import Claim, Item, PhoneLook
from nanhu.services.lostfound.services import claiming, looking, relaying, reporting
from nanhu.services.lostfound.tests.conftest import HOME, make_school
from nanhu.testing.killing import at_once
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(work, *, refused):
    try:
        work()
    except CampusError as error:
        refused.append(error.code)


def copies(item, count):
    fields = [field for field in Item._meta.fields if field.name not in {"id", "public_id"}]
    return Item.objects.bulk_create(
        Item(**{field.attname: getattr(item, field.attname) for field in fields}) for _one in range(count)
    )


@pytest.mark.capability("A074.2", "A074.4")
def test_of_eight_looks_at_once_five_see_a_phone_and_of_two_right_answers_one_stands():
    school = make_school()
    item = school.shown(phone="13900001111")
    reader, refused = school.actor("S5"), []
    looks = [
        lambda one=one: attempt(lambda: looking.show_phone(by=reader, item=one), refused=refused)
        for one in copies(item, 8)
    ]
    at_once(looks)
    assert (PhoneLook.objects.count(), refused) == (5, ["lostfound.too_many_today"] * 3)

    claims = [claiming.claim(by=school.actor(number), item=item, mark="木柄") for number in ("S2", "S3", "S4")]
    finder, refused = school.actor("S1"), []
    at_once(
        [
            lambda one=one: attempt(lambda: claiming.decide(by=finder, one=one, is_right=True), refused=refused)
            for one in claims
        ]
    )
    assert sorted(one.state for one in Claim.objects.all()) == ["right", "waiting", "waiting"]
    assert refused == ["lostfound.not_claimable"] * 2


def test_a_form_sent_twice_at_once_is_one_item():
    school = make_school()
    said = school.said(form_token=str(uuid4()))
    browsers = [school.client("S1"), school.client("S1")]
    answers = at_once([lambda one=one: one.post(f"{HOME}lost/", said)["Location"] for one in browsers])
    assert len(set(answers)) == 1
    assert Item.objects.count() == 1


def test_a_right_answer_at_the_very_moment_of_a_report_opens_the_conversation_for_nobody():
    school = make_school()
    item = school.shown()
    finder, claimer = school.actor("S1"), school.actor("S2")
    talk = relaying.begin(by=claimer, item=item, words="是我的")
    claim = claiming.claim(by=claimer, item=item, mark="木柄")
    amid(
        lambda: reporting.report(by=finder, talk=talk, reason="骂人"),
        lambda: claiming.decide(by=finder, one=claim, is_right=True),
    )
    talk.refresh_from_db()
    claim.refresh_from_db()
    assert (talk.closed_at is None, claim.state, talk.messages.count()) == (False, "right", 1)

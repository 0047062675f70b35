"""Two who were taken for one are told apart: each hears of it in his language, and no browser is woken for somebody else."""

import pytest
from django.conf import settings
from django.urls import reverse

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import EventDelivery
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.messages.models import Entry, MessageSettings, PushSubscription
from nanhu.platforms.messages.tests.conftest import CAST, SYSTEM
from nanhu.platforms.people import api as people
from nanhu.testing import merging

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(readers):
    return [people.find_person_by_campus_no(CAST[one][2]) for one in ("teacher", "student")]


def test_each_is_told_in_his_language_and_what_to_do(two, browser):
    kept, gone = two
    MessageSettings.objects.create(person_id=gone, language="en")
    merged = people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一个人").pk
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no=CAST["student"][2], password="Harbour-Light-31")
    people.part_persons(by=SYSTEM, merge_id=merged, reason="是两个人")
    deliver_pending()
    told = dict(
        Entry.objects.filter(message__template__startswith="messages.parted").values_list(
            "person_id", "message__template"
        )
    )
    assert told == {kept: "messages.parted_keys", gone: "messages.parted"}
    here = browser("student")
    assert "现已分开" in here.get(reverse("inbox:mine:messages")).content.decode()
    here.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "is separate again" in here.get(reverse("inbox:mine:messages")).content.decode()


def test_the_browsers_of_both_are_forgotten_and_a_merge_told_late_brings_none_back(two):
    kept, gone = two
    PushSubscription.objects.create(
        person_id=gone, digest=b"1", endpoint="https://push.example.com/1", public_key="k", auth="a"
    )
    merged = people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一个人").pk
    PushSubscription.objects.create(
        person_id=kept, digest=b"2", endpoint="https://push.example.com/2", public_key="k", auth="a"
    )
    people.part_persons(by=SYSTEM, merge_id=merged, reason="是两个人")
    assert not PushSubscription.objects.exists()
    PushSubscription.objects.create(
        person_id=gone, digest=b"3", endpoint="https://push.example.com/3", public_key="k", auth="a"
    )
    deliver_pending()
    assert PushSubscription.objects.get().person_id == gone


@pytest.mark.parametrize(("stands", "told"), [(True, 1), (False, 0)])
def test_whose_roles_stayed_behind_in_a_merge_hears_of_it_while_it_stands(two, stands, told):
    kept, gone = two
    identity.grant_role(by=SYSTEM, account_id=identity.account_of(gone).pk, role="datahub.steward")
    merged = people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一个人").pk
    if not stands:
        people.part_persons(by=SYSTEM, merge_id=merged, reason="是两个人")
    deliver_pending()
    entries = Entry.objects.filter(message__template="messages.roles_left")
    assert (
        entries.filter(person_id=kept, message__title__contains="1 个角色没有转过来").count() == told == entries.count()
    )


def test_each_merge_and_each_parting_is_told_and_each_of_them_once(two):
    """Also on one day: a second time the keys that were set since are gone, and the roles are nobody's again."""
    kept, gone = two
    identity.grant_role(by=SYSTEM, account_id=identity.account_of(gone).pk, role="datahub.steward")

    def told(template):
        return Entry.objects.filter(message__template__startswith=template).count()

    for times in (1, 2):
        merge = merging.merge(kept_id=kept, gone_id=gone)
        deliver_twice()
        assert told("messages.roles_left") == times
        merging.part(merge)
        deliver_twice()
        assert told("messages.parted") == 2 * times


def deliver_twice():
    """As by a worker that died before it could say that it had."""
    waiting = EventDelivery.objects.filter(subscriber__startswith="messages.tell_of", delivered_at=None)
    these = list(waiting.values_list("pk", flat=True))
    deliver_pending()
    assert EventDelivery.objects.filter(pk__in=these).update(delivered_at=None) == len(these) > 0
    deliver_pending()


def test_of_a_merge_that_left_no_role_nothing_is_told_whatever_an_earlier_one_left(readers):
    kept, first, second = (
        people.find_person_by_campus_no(CAST[one][2]) for one in ("teacher", "student", "other_student")
    )
    identity.grant_role(by=SYSTEM, account_id=identity.account_of(first).pk, role="datahub.steward")
    for gone in (first, second):
        people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一个人")
    deliver_pending()
    assert Entry.objects.filter(message__template="messages.roles_left").count() == 1

"""Two who were taken for one are told apart: what pays for the kept one, and was set up meanwhile, may be the other's."""

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import EventDelivery
from nanhu.platforms.payments.models import Agreement
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.models import Binding
from nanhu.systems.card.bank.tests.phones import Phone
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.services.devices import register_device
from nanhu.systems.card.pins.errors import PinWrongError
from nanhu.systems.card.pins.services.changing import change_pin
from nanhu.systems.card.pins.services.checking import check_pin
from nanhu.systems.card.tests.conftest import SYSTEM

INITIAL, CHOSEN = "181262", "482915"


def merged_of(campus) -> int:
    both = {"kept_id": campus.persons["student"], "gone_id": campus.persons["other_student"]}
    return people.merge_persons(by=SYSTEM, **both, reason="同一个人").pk


def part(merge_id: int) -> None:
    people.part_persons(by=SYSTEM, merge_id=merge_id, reason="是两个人")


@pytest.mark.capability("A089.4")
def test_a_phone_registered_meanwhile_makes_no_code_from_the_moment_of_the_parting(campus):
    own = register_device(by=campus.actor("student"), person_id=campus.persons["student"], name="自己的")
    merged = merged_of(campus)
    register_device(by=campus.actor("student"), person_id=campus.persons["student"], name="他的")
    Phone().bind("student")
    part(merged)
    living = CodeDevice.objects.filter(ended_at=None)
    assert list(living) == [own.device]
    assert set(CodeDevice.objects.exclude(ended_at=None).values_list("ending", flat=True)) == {"parted"}
    assert Binding.objects.get().state == Binding.State.REVOKED


def test_a_pin_chosen_meanwhile_is_the_initial_one_again(campus):
    card = campus.card("student")
    change_pin(by=campus.actor("student"), card=card, kind="enquiry", old=INITIAL, new="739204", at="test")
    merged = merged_of(campus)
    change_pin(by=campus.actor("student"), card=card, kind="payment", old=INITIAL, new=CHOSEN, at="test")
    part(merged)
    with pytest.raises(PinWrongError):
        check_pin(card=card, kind="payment", pin=CHOSEN, at="test")
    check_pin(card=card, kind="payment", pin=INITIAL, at="test")
    check_pin(card=card, kind="enquiry", pin="739204", at="test")


@pytest.mark.parametrize(("when", "state"), [("before", "active"), ("meanwhile", "cancelling")])
def test_a_bank_card_signed_meanwhile_is_let_go_and_an_older_one_stays(campus, when, state):
    if when == "before":
        campus.agree("student")
    merged = merged_of(campus)
    if when == "meanwhile":
        campus.agree("student")
    part(merged)
    deliver_pending()
    assert Agreement.objects.get().state == state


def test_a_signing_that_the_bank_has_not_answered_is_let_go_when_it_has(campus):
    merged = merged_of(campus)
    made = campus.agree("student")
    Agreement.objects.filter(pk=made.pk).update(state=Agreement.State.ASKED)
    part(merged)
    deliver_pending()
    assert Agreement.objects.get().state == Agreement.State.ASKED
    Agreement.objects.filter(pk=made.pk).update(state=Agreement.State.ACTIVE)
    EventDelivery.objects.filter(delivered_at=None).update(due_at=now())
    deliver_pending()
    assert Agreement.objects.get().state == Agreement.State.CANCELLING


def test_what_was_signed_after_the_parting_holds_though_it_is_told_later(campus):
    """The worker was away."""
    part(merged_of(campus))
    own = campus.agree("student")
    deliver_pending()
    assert list(Agreement.objects.filter(state="active")) == [own]

"""Two who were taken for one are told apart: what pays for the kept one, and was set up meanwhile, may be the other's."""

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import EventDelivery
from nanhu.platforms.payments.models import Agreement, Channel
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank import subscribers as bank
from nanhu.systems.card.bank.models import Binding
from nanhu.systems.card.bank.services import bindings
from nanhu.systems.card.bank.tests.phones import Phone
from nanhu.systems.card.codes import subscribers as codes
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.services.devices import register_device
from nanhu.systems.card.pins.errors import PinWrongError
from nanhu.systems.card.pins.services.changing import change_pin
from nanhu.systems.card.pins.services.checking import check_pin
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.testing.races import amid

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


@pytest.mark.django_db(transaction=True)
def test_a_parting_and_an_owner_who_takes_his_phone_off_at_that_moment_wait_for_each_other_in_one_order():
    """The parting has the phones and not yet the bindings on them when he comes."""
    cast = bring_in_the_cast()
    both = {"kept_id": cast.persons["student"], "restored_id": cast.persons["other_student"]}
    app = Channel.objects.create(key="wanxiao", kind="app", name="完美校园", their_key="5a" * 32)
    device = register_device(by=SYSTEM, person_id=both["kept_id"], name="他的").device
    bound = Binding.objects.create(
        app=app,
        app_user="u-1",
        person_id=both["kept_id"],
        virtual_no="9000000000000001",
        device="他的",
        code_expires_at=now(),
        code_device=device,
        state=Binding.State.ACTIVE,
        bound_at=now(),
    )
    told = [people.PersonsParted(**both)]
    _codes, ended = amid(
        lambda: codes.end_doubtful_devices(told),
        lambda: bindings.revoke(by=SYSTEM, binding=bound, reason="本人"),
        then=lambda: bank.end_doubtful_bindings(told),
    )
    assert ended.state == Binding.State.REVOKED
    assert Binding.objects.get().reason == "两人的记录已分开"
    assert CodeDevice.objects.get().ending == CodeDevice.Ending.PARTED

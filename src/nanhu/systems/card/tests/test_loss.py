"""Reporting lost: terminals refuse from the commit on, by the real payment function; only the counter takes it back."""

import pytest

from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import CardStateError, IdentityUncheckedError
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.services.loss import cancel_loss, report_lost


@pytest.fixture
def rich(campus):
    campus.top_up("student", 5000)
    return campus


def lose(campus):
    return report_lost(by=campus.actor("student"), card=campus.card("student"), reason="本人在网页上挂失")


@pytest.mark.capability("A113.2", "A117.1")
def test_a_terminal_refuses_a_lost_card_at_once(rich):
    assert rich.pay("student", 1200) == "posted"
    lose(rich)
    assert rich.pay("student", 1200) == "card_lost"
    assert ledger.balance_of(rich.card("student").wallet_id) == 3800
    assert Receipt.objects.get(outcome="card_lost").entry_id is None


def test_it_is_recorded_and_told(rich):
    lost = lose(rich)
    assert lost.state == "lost"
    assert lost.lost_at is not None
    entry = AuditEntry.objects.get(action="card.report_lost")
    assert (entry.actor, entry.target, entry.reason) == ("林小满", f"card:{lost.number}", "本人在网页上挂失")
    assert OutboxEvent.objects.get(name="card.CardReportedLost").payload == {
        "card_id": lost.pk,
        "person_id": lost.person_id,
    }


def test_reporting_twice_is_harmless(rich):
    first, second = lose(rich), lose(rich)
    assert first.lost_at == second.lost_at
    assert AuditEntry.objects.filter(action="card.report_lost").count() == 1


def test_a_closed_card_is_not_reported(rich):
    card = rich.card("student")
    type(card).objects.filter(pk=card.pk).update(state="closed")
    with pytest.raises(CardStateError):
        report_lost(by=rich.actor("student"), card=card, reason="x")


@pytest.mark.capability("A118.1")
def test_after_cancelling_the_card_pays_again(rich):
    lose(rich)
    cancel_loss(
        by=rich.actor("clerk"), card=rich.card("student"), document="resident_id", face_checked=True, reason="卡已找回"
    )
    assert (rich.card("student").state, rich.card("student").lost_at) == ("issued", None)
    assert rich.pay("student", 1200) == "posted"
    entry = AuditEntry.objects.get(action="card.cancel_loss")
    assert (entry.actor, entry.reason, entry.facts["document"]) == ("周敏", "卡已找回", "resident_id")
    assert OutboxEvent.objects.filter(name="card.CardLossCancelled").count() == 1


@pytest.mark.capability("A118.2")
@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"document": ""}, IdentityUncheckedError),
        ({"face_checked": False}, IdentityUncheckedError),
        ({"reason": " "}, ReasonMissingError),
    ],
)
def test_cancelling_needs_a_document_a_face_and_a_reason(rich, said, refusal):
    lose(rich)
    whole = {"document": "resident_id", "face_checked": True, "reason": "卡已找回"}
    with pytest.raises(refusal):
        cancel_loss(by=rich.actor("clerk"), card=rich.card("student"), **whole | said)
    assert rich.card("student").state == "lost"


@pytest.mark.capability("A118.1")
def test_a_card_that_pays_is_not_cancelled(rich):
    with pytest.raises(CardStateError):
        cancel_loss(
            by=rich.actor("clerk"), card=rich.card("student"), document="passport", face_checked=True, reason="卡已找回"
        )

"""Cards as rows of the shared table: published while this system writes it, followed when they are lost, silent where a vendor supplies them."""

from datetime import date

import pytest

from nanhu.kernel.events import deliver_pending
from nanhu.platforms.datahub import api as datahub
from nanhu.systems.card.models import Card
from nanhu.systems.card.publishing import publish_cards
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.vendors import vendor_in_place

pytestmark = pytest.mark.django_db


def test_every_card_is_published_once(campus):
    cards = Card.objects.count()
    assert publish_cards() == cards
    assert publish_cards() == 0
    card = Card.objects.earliest("pk")
    (row,) = datahub.rows("card.card", keys=[(card.uid,)])
    assert (row.number, row.state, row.valid_until) == (card.number, card.state, card.valid_until)


def test_a_lost_card_is_told_at_once(campus):
    publish_cards()
    card = Card.objects.filter(state="issued").earliest("pk")
    report_lost(by=SYSTEM, card=card, reason="丢了")
    deliver_pending()
    assert datahub.rows("card.card", keys=[(card.uid,)])[0].state == "lost"


def test_once_the_cards_are_ours_again_the_vendors_are_gone(campus):
    vendors = {
        "uid": "04A1B2C3",
        "campus_no": "1",
        "holder_class": "student",
        "state": "issued",
        "valid_from": date(2026, 9, 1),
        "valid_until": date(2027, 9, 1),
    }
    datahub.put("card.card", [vendors], by=SYSTEM)
    publish_cards()
    assert {row.uid for row in datahub.rows("card.card")} == set(Card.objects.values_list("uid", flat=True))


def test_where_a_vendor_supplies_the_cards_ours_are_not_published(campus):
    with vendor_in_place("card.card", "card.jinzhi"):
        assert publish_cards() == 0
    assert datahub.rows("card.card") == []

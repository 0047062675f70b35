"""What every page of a console is held to, for the card office's: seen by somebody of the office who acts for a unit as well."""

from copy import copy
from uuid import uuid4

import pytest

from nanhu.platforms.identity import api as identity
from nanhu.systems.card.issuing.models import CardOrder, IncomingMail, OrderRow, UnitDelegate
from nanhu.systems.card.issuing.services.delegating import acting
from nanhu.systems.card.issuing.tests.conftest import COLLEGE
from nanhu.systems.card.issuing.views.desk import issuing
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.pages import PageTests


def replace_of(card, *, number):
    """Another card of the same holder, out of use."""
    made = copy(card)
    made.pk, made.public_id, made.number, made.state = None, uuid4(), number, "closed"
    made.uid = f"04A1{uuid4().hex[:10].upper()}"
    return made


class TestOffice(PageTests):
    desk = issuing

    @pytest.fixture
    def holder(self, campus):
        identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.manager")
        self.person_id = campus.persons["clerk"]
        UnitDelegate.objects.create(
            unit_code="12", unit_name=COLLEGE, person_id=self.person_id, role="agent", named_by_name="测试"
        )
        acting.forget()
        self.card = campus.card("clerk")
        return campus.client("clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        made = CardOrder.objects.count()
        orders = CardOrder.objects.bulk_create(
            CardOrder(
                number=f"ZK{made + one:012d}",
                kind="batch",
                card_class="teacher",
                title="=1+1",
                unit_code="12",
                unit_name=COLLEGE,
                source="web",
                requester_name="周敏",
            )
            for one in range(count)
        )
        cards = Card.objects.bulk_create(
            replace_of(self.card, number=f"{9_000_000_000 + made + one}") for one in range(count)
        )
        OrderRow.objects.bulk_create(
            OrderRow(order=one, line=1, name="=1+1", state="made", card=card, plastic_uid=card.uid)
            for one, card in zip(orders, cards, strict=True)
        )
        IncomingMail.objects.bulk_create(
            IncomingMail(digest=uuid4().hex, sender="a@b.cn", subject="=1+1", outcome="refused", why="=1+1")
            for _one in range(count)
        )
        UnitDelegate.objects.bulk_create(
            UnitDelegate(
                unit_code=f"9{made + one}",
                unit_name="=1+1",
                person_id=self.person_id,
                role="leader",
                named_by_name="=1",
            )
            for one in range(count)
        )

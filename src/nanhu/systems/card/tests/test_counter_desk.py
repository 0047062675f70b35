"""The counter: what the kit promises of every page, and of the exceptions that wait for a second person."""

from datetime import timedelta
from itertools import count as counting
from uuid import uuid4

import pytest

import nanhu.systems.card.urls  # noqa: F401  (the pages that other parts of card hang up)
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.terminals.models import Terminal
from nanhu.systems.card.models import CashException, Price, Shift
from nanhu.systems.card.pins.models import LimitBreach
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of
from nanhu.systems.card.views.counter import desk
from nanhu.testing.pages import ProposalTests


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        self.campus, self.number = campus, counting(1)
        return campus.client("clerk")

    @pytest.fixture
    def second(self, campus):
        return campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        clerk, card = self.campus.actor("clerk"), self.campus.card("teacher")
        terminal, other = Terminal.objects.get(number="N1001"), self.campus.actor("second_clerk")
        numbers = [next(self.number) for _one in range(count)]
        taken = [self.campus.top_up("teacher", 1, f"{number}") for number in numbers]
        CashException.objects.bulk_create(
            CashException(
                token=uuid4(), card=card, amount_fen=1, reason="=1+1", author_id=clerk.account_id, author_name="周敏"
            )
            for _one in numbers
        )
        Shift.objects.bulk_create(
            Shift(
                clerk_id=clerk.account_id,
                clerk_name="=1+1",
                state="closed",
                expected_fen=1,
                counted_fen=1,
                counted_at=now(),
                checker_id=other.account_id,
                checker_name="何平",
                closed_at=now(),
            )
            for _one in numbers
        )
        Price.objects.bulk_create(
            Price(terminal=terminal, since=campus_today() + timedelta(days=number), kind="fixed", price_fen=1)
            for number in numbers
        )
        LimitBreach.objects.bulk_create(
            LimitBreach(receipt_id=one.pk, which="meal", spent_fen=2, limit_fen=1, pin="none") for one in taken
        )

    def submitted(self, client):
        self.fill(1)
        return self.desk.address("case", {"public_id": CashException.objects.get().public_id})


@pytest.mark.parametrize("name", ["shifts", "prices"])
def test_forms_with_a_list_beside_them_ask_little_of_the_database(campus, name):
    page = TestPages()
    clerk, page.campus, page.number = campus.client("clerk"), campus, counting(1)
    page.fill(60)
    assert queries_of(clerk, desk.address(name)) <= 20


def test_one_bar_leads_through_all_that_the_counter_does(campus):
    """Also from the pages of other consoles, and back."""
    clerk = campus.client("clerk")
    for address in ("/card/counter/", "/card/chip/", "/card/closing/corrections/"):
        tabs = [str(tab.url) for tab in clerk.get(address).context["frame"].tabs]
        assert {"/card/counter/", "/card/funds/shifts/", "/card/chip/", "/card/closing/disputed/"} <= set(tabs)
        assert tabs[-1] == "/card/fleet/", "who keeps terminals looks at them from here"


def test_the_bar_leads_to_terminals_only_who_may_see_them(campus):
    account_id = campus.actor("clerk").account_id
    for role in ("terminals.clerk", "terminals.keeper"):
        identity.revoke_role(by=SYSTEM, account_id=account_id, role=role)
    tabs = [str(tab.url) for tab in campus.client("clerk").get("/card/counter/").context["frame"].tabs]
    assert "/card/fleet/" not in tabs


@pytest.mark.capability("A138.4")
def test_before_both_have_counted_nobody_reads_a_shift_off_its_order(campus):
    clerk = campus.client("clerk")
    heads = {head.label: head.url for head in clerk.get("/card/funds/shifts/").context["list"].heads}
    assert {heads[name] for name in ("应有", "点到", "差额")} == {""}

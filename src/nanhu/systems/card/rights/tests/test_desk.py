"""The desk of rights as its office meets it: what the kit promises of every page, and what it adds."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.rights.desk import desk
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.pages import PageTests

DAY = timedelta(days=1)


def with_role(campus, part, role):
    identity.grant_role(by=SYSTEM, account_id=campus.actor(part).account_id, role=role)
    return campus.client(part)


@pytest.fixture
def holder(campus):
    return with_role(campus, "clerk", "card.manager")


class TestRules(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, holder):
        return holder

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("second_clerk")

    def fill(self, count):
        taken = RightRule.objects.count()
        RightRule.objects.bulk_create(
            RightRule(
                card_class="student",
                right="library",
                is_allowed=False,
                reason="=1+1",
                created_by_name="周敏",
                starts_on=campus_today() + DAY * (taken + n),
                ends_on=campus_today() + DAY * (taken + n),
            )
            for n in range(count)
        )


def typed(**given):
    told = {
        "who": "student",
        "right": "library",
        "is_allowed": "0",
        "starts_on": str(campus_today()),
        "reason": "图书馆函",
    }
    return told | given


def test_a_form_that_is_sent_twice_is_done_once_and_leads_to_the_same_page(holder):
    form = typed(confirmed="1", form_token=str(uuid4()))
    first, second = (holder.post("/card/rights/change/", form) for _time in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, "/card/rights/")
    assert RightRule.objects.count() == 1


def test_the_form_of_another_person_is_not_done_again(campus, holder):
    form = typed(confirmed="1", form_token=str(uuid4()))
    holder.post("/card/rights/change/", form)
    other = with_role(campus, "second_clerk", "card.manager")
    assert other.post("/card/rights/change/", form | {"right": "lab"}).status_code == 409
    assert RightRule.objects.count() == 1


def test_a_refused_form_may_be_sent_again_under_its_name(holder):
    form = typed(confirmed="1", form_token=str(uuid4()), starts_on=str(campus_today() - DAY))
    refused = holder.post("/card/rights/change/", form)
    assert refused.status_code == 409
    assert refused.context["form"].errors["starts_on"]
    assert form["form_token"] in refused.content.decode(), "the same form, corrected"
    assert holder.post("/card/rights/change/", form | {"starts_on": str(campus_today())}).status_code == 302


def test_the_preview_keeps_what_was_typed_and_its_name(holder):
    form = typed(form_token=str(uuid4()))
    seen = holder.post("/card/rights/change/", form).content.decode()
    for value in (form["form_token"], "图书馆函", 'name="confirmed" value="1"'):
        assert value in seen
    assert not RightRule.objects.exists()


def test_a_form_sent_again_leads_on_though_what_it_named_is_gone(holder):
    holder.post("/card/rights/change/", typed(confirmed="1"))
    address = f"/card/rights/{RightRule.objects.get().public_id}/withdraw/"
    form = {"reason": "来函更正", "form_token": str(uuid4())}
    first, second = (holder.post(address, form) for _time in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, "/card/rights/")
    assert "没有再办一次" in holder.get("/card/rights/").content.decode()
    assert holder.post(address, form | {"form_token": str(uuid4())}).status_code == 404


def test_a_rule_is_withdrawn_on_its_page_and_then_is_gone(holder):
    holder.post("/card/rights/change/", typed(confirmed="1"))
    address = f"/card/rights/{RightRule.objects.get().public_id}/withdraw/"
    page = holder.get(address).content.decode()
    assert "撤回规则" in page
    assert holder.post(address, {"reason": ""}).status_code == 422
    assert holder.post(address, {"reason": "来函更正"}).status_code == 302
    assert holder.get(address).status_code == 404

"""Who stands in for the head of an office by his delegation speaks for it at the data centre's gate too, as long as it holds, and in his name."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse_lazy

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.models import Batch, OwnerChange, Release
from nanhu.platforms.datahub.services import owner_changes, owners
from nanhu.platforms.datahub.tests.at_red import agreed, appointed, desk_of, found_right, state_of, unit
from nanhu.platforms.datahub.tests.conftest import BY, enrolled
from nanhu.platforms.flows.models import Delegation
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import OrgUnit
from nanhu.testing import sessions
from nanhu.testing.database import school_fixture

pytestmark = pytest.mark.django_db
HEAD, OTHER, STEWARD = "0020209010", "0020209020", "0020209001"
TODO, WAITS = reverse_lazy("flows:todo"), "确认文件：学籍.csv"


def with_an_office():
    """Its head, who is a data steward, has a colleague elsewhere."""
    office = unit("教务处", "0005")
    enrolled("王处长", HEAD, "datahub.steward")
    appointed(office, HEAD)
    enrolled("赵同事", OTHER)
    enrolled("管数据", STEWARD, "datahub.steward")
    return office


office = school_fixture(with_an_office)


@pytest.fixture
def held(office):
    said = {"source": "aa.students", "file_name": "学籍.csv", "sha256": "0" * 64, "size_bytes": 1, "actor": "甲"}
    return Batch.objects.create(state="waiting", gate_level="red", owner_unit_id=office, **said).pk


def person(campus_no):
    return people.find_person_by_campus_no(campus_no)


def account(campus_no):
    return Account.objects.get(person_id=person(campus_no))


def delegated(owner=HEAD, **more):
    """By his page of 委托."""
    said = {
        "delegate": OTHER,
        "definition": "",
        "starts_on": campus_today().isoformat(),
        "ends_on": campus_today().isoformat(),
        "reason": "出差",
    } | more
    answer = sessions.signed_in(owner).post(reverse_lazy("flows:delegate"), said)
    assert answer.status_code == 302, answer.context["form"].errors
    return Delegation.objects.latest("pk")


def test_a_delegate_says_that_a_file_is_right_in_the_heads_place_who_is_not_the_second_then(held):
    other = sessions.signed_in(OTHER)
    assert other.get(desk_of(held)).status_code == 404
    delegated()
    assert WAITS in other.get(TODO).content.decode()
    assert desk_of(held) in other.get("/datahub/gate/office/").content.decode()
    assert "赵同事（代王处长）" in other.get(desk_of(held)).content.decode()
    assert found_right(other, held).status_code == 302
    word = Release.objects.get()
    assert "赵同事代王处长替负责部门" in other.get(desk_of(held)).content.decode()
    assert (word.author_id, word.in_place_of_id) == (account(OTHER).pk, account(HEAD).pk)
    said = AuditEntry.objects.get(action="datahub.confirm_file")
    assert (said.facts["in_place_of"], "赵同事" in said.actor) == ("王处长", True)
    steward = sessions.signed_in(STEWARD)
    assert "代王处长" in steward.get("/datahub/gate/").content.decode()
    head = sessions.signed_in(HEAD)
    assert agreed(head, held).status_code == 409, "it is his own word"
    with pytest.raises(IntegrityError), transaction.atomic():
        decided = {"state": "agreed", "approver": account(HEAD), "decided_at": now()}
        Release.objects.filter(pk=word.pk).update(**decided)
    assert agreed(steward, held).status_code == 302
    assert state_of(held) == "landed"


def closes_the_office(office):
    OrgUnit.objects.filter(pk=office).update(is_active=False)


def gives_it_to_a_delegate(_office):
    delegated()


@pytest.mark.parametrize("happens", [gives_it_to_a_delegate, closes_the_office])
def test_where_nobody_else_can_speak_for_an_office_it_is_a_steward_who_lets_a_source_go(office, happens):
    """And neither who stands in for the head that asked, nor who led what is closed by now."""
    asker = HEAD
    if happens is closes_the_office:
        asker = STEWARD
        identity.revoke_role(by=BY, account_id=account(HEAD).pk, role="datahub.steward")
    library = unit("图书馆", "0030")
    said = {"source": "aa.students", "unit_id": library, "reason": "归图书馆"}
    asked = owner_changes.set_owner(by=Actor(account(asker).pk, asker), token=uuid4(), **said)
    assert is_to_decide(STEWARD, asked) == (happens is gives_it_to_a_delegate)
    happens(office)
    for campus_no in (OTHER, HEAD):
        desk = sessions.signed_in(campus_no)
        assert "改归图书馆" not in desk.get(TODO).content.decode(), "he could not press it"
        assert desk.post(f"/datahub/gate/office/owners/{asked.public_id}/agree/").status_code in {403, 404, 409}
    assert OwnerChange.objects.get().state == "asked"
    enrolled("管三号", "0020209016", "datahub.steward")
    assert is_to_decide("0020209016", asked)
    third = sessions.signed_in("0020209016")
    assert third.post(f"/datahub/owners/{asked.public_id}/approve/").status_code == 302
    assert owners.unit_of("aa.students") == library


def is_to_decide(campus_no, asked):
    """In the 待办 of a steward, as the service says who decides."""
    steward, asked = account(campus_no).pk, OwnerChange.objects.get(pk=asked.pk)
    waits = OwnerChange.waiting_for(steward).filter(pk=asked.pk).exists()
    is_his = owner_changes.may_decide(asked, steward) and asked.author_id != steward
    assert waits == (is_his and not owner_changes.deciders_of(asked).accounts)
    return waits


def test_a_delegate_decides_for_the_head_who_did_not_ask_and_leads_not_both(office):
    library = unit("图书馆", "0030")
    said = {"source": "aa.students", "unit_id": library, "reason": "归图书馆"}
    asked = owner_changes.set_owner(by=Actor(account(STEWARD).pk, STEWARD), token=uuid4(), **said)
    delegated()
    enrolled("管三号", "0020209016", "datahub.steward")
    at, other = f"/datahub/gate/office/owners/{asked.public_id}/agree/", sessions.signed_in(OTHER)
    assert not is_to_decide("0020209016", asked)
    appointed(library, HEAD)
    assert other.post(at).status_code in {403, 409}, "in the place of who leads both"
    assert is_to_decide("0020209016", asked)
    appointed(office, "0020209016", "deputy")
    assert is_to_decide("0020209016", asked) is False, "it is the office's again"
    assert owner_changes.deciders_of(asked).accounts == {account("0020209016").pk}


def test_the_head_of_the_other_office_keeps_nobody_from_speaking_for_his_own_by_a_delegation(office):
    """He gives it alone, to whomever he likes: two stewards would take the source from an office that can speak."""
    library = unit("图书馆", "0030")
    enrolled("钱馆长", "0020209012")
    appointed(library, "0020209012")
    said = {"source": "aa.students", "unit_id": library, "reason": "归图书馆"}
    asked = owner_changes.set_owner(by=Actor(account(STEWARD).pk, STEWARD), token=uuid4(), **said)
    enrolled("管三号", "0020209016", "datahub.steward")
    delegated("0020209012", delegate=HEAD)
    assert owner_changes.deciders_of(asked).accounts == {account(HEAD).pk}
    assert not is_to_decide("0020209016", asked)
    third, head = sessions.signed_in("0020209016"), sessions.signed_in(HEAD)
    assert third.post(f"/datahub/owners/{asked.public_id}/approve/").status_code == 409
    assert "改归图书馆" in head.get(TODO).content.decode()
    assert head.post(f"/datahub/gate/office/owners/{asked.public_id}/agree/").status_code == 302
    assert owners.unit_of("aa.students") == library


def test_who_stands_in_for_both_offices_and_leads_neither_speaks_for_none(office):
    library = unit("图书馆", "0030")
    enrolled("钱馆长", "0020209012")
    appointed(library, "0020209012")
    said = {"source": "aa.students", "unit_id": library, "reason": "归图书馆"}
    asked = owner_changes.set_owner(by=Actor(account(STEWARD).pk, STEWARD), token=uuid4(), **said)
    delegated()
    other, at = sessions.signed_in(OTHER), f"/datahub/gate/office/owners/{asked.public_id}/agree/"
    assert "改归图书馆" in other.get(TODO).content.decode()
    delegated("0020209012")
    assert "改归图书馆" not in other.get(TODO).content.decode()
    assert other.post(at).status_code == 409
    assert owner_changes.deciders_of(asked).accounts == {account(HEAD).pk}
    Account.objects.filter(pk=account(HEAD).pk).update(state="suspended")
    enrolled("管三号", "0020209016", "datahub.steward")
    assert is_to_decide("0020209016", asked)


def ends_the_delegation():
    at = reverse_lazy("flows:end_delegation", args=[Delegation.objects.get().public_id])
    assert sessions.signed_in(HEAD).post(at).status_code == 302


def loses_his_account():
    Account.objects.filter(pk=account(HEAD).pk).update(state="suspended")


@pytest.mark.parametrize("happens", [ends_the_delegation, loses_his_account])
def test_when_it_ends_his_word_counts_no_more_and_he_finds_nothing(held, happens):
    delegated()
    other = sessions.signed_in(OTHER)
    assert found_right(other, held).status_code == 302
    happens()
    assert other.get(desk_of(held)).status_code == 404
    assert WAITS not in other.get(TODO).content.decode()
    assert agreed(sessions.signed_in(STEWARD), held).status_code == 409
    if happens is ends_the_delegation:
        head = sessions.signed_in(HEAD)
        assert WAITS in head.get(TODO).content.decode(), "it is his again at once"
        assert found_right(head, held).status_code == 302


@pytest.mark.parametrize("days", [{"starts_on": 1, "ends_on": 2}, {}])
def test_a_delegation_of_other_days_or_of_one_process_gives_no_word(held, days):
    from nanhu.platforms.flows.models import Definition

    said = {name: (campus_today() + timedelta(days=ahead)).isoformat() for name, ahead in days.items()}
    if days:
        delegated(**said)
    else:
        made = delegated()
        Delegation.objects.filter(pk=made.pk).update(definition=Definition.objects.order_by("pk").first())
    other = sessions.signed_in(OTHER)
    assert other.get(desk_of(held)).status_code == 404
    assert WAITS not in other.get(TODO).content.decode()


def test_he_sends_a_wrong_file_back_in_the_heads_place(held):
    delegated()
    other = sessions.signed_in(OTHER)
    assert other.post(desk_of(held, "return/"), {"reason": "导错了学期"}).status_code == 302
    assert state_of(held) == "refused"
    assert AuditEntry.objects.get(action="datahub.return_file").facts["in_place_of"] == "王处长"

"""What two people must do (`kernel.proposals`): every such table is held to it by the database, and none of its states was forgotten."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

import nanhu
from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import (
    NotTheAuthorError,
    ReasonMissingError,
    SamePersonError,
    StaleSignInError,
    WrongStateError,
)
from nanhu.kernel.kit.cases import refusals
from nanhu.kernel.kit.waiting import count_waiting, lists, lists_for
from nanhu.kernel.proposals import EXPIRY, NOT_IN_TIME, TAKEN_BACK, WITHDRAWN, Proposal, given
from nanhu.kernel.registry import Viewer

PROPOSALS = [model for model in apps.get_models() if issubclass(model, Proposal)]
AUTHOR, OTHER = Actor(account_id=7, name="周敏"), Actor(account_id=8, name="何平")


def constraints_of(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [model._meta.db_table],
        )
        return cursor.fetchall()


SECOND_PERSONS = {
    "nanhu.platforms.datahub.services.owner_changes.refuse_other_offices": "datahub:owners:cases",
    "nanhu.platforms.datahub.batches.releasing.agree": "datahub:gate:cases",
    "nanhu.platforms.flows.services.moving.move": "flows:keeping:moves",
    "nanhu.platforms.identity.services.releases.decide_release": "identity:applications:approvals",
    "nanhu.platforms.payments.services.differences.proposed": "payments:differences",
    "nanhu.platforms.terminals.services.states.accept": "devices:terminals",
    "nanhu.services.lostfound.services.reporting.answer": "lostfound:review:bars",
    "nanhu.services.lostfound.services.reporting.judge": "lostfound:review:talk_reports",
    "nanhu.services.lostfound.services.reviewing.unlock": "lostfound:review:locked",
    "nanhu.services.lostfound.services.reviewing.waiting": "lostfound:review:reviews",
    "nanhu.services.requests.services.working.bill": "",
    "nanhu.services.requests.services.working.withdraw_bill": "",
    "nanhu.systems.assets.services.contesting.correct": "",
    "nanhu.systems.assets.services.purchasing.refuse_involved": "",
    "nanhu.systems.assets.services.transferring.accept": "",
    "nanhu.systems.assets.services.transferring.be_accepted": "",
    "nanhu.systems.card.chip.services.suspense_posting.approve": "card:chip:suspense",
    "nanhu.systems.card.closing.services.payouts.confirm": "card:closing:payouts",
    "nanhu.systems.card.fleet.services.registering.decide_merchant": "card:fleet:merchants",
    "nanhu.systems.card.issuing.services.orders.decide": "card:issuing:unit",
    "nanhu.systems.card.services.shifts.locked_counted": "card:counter:shifts",
}
"""What turns the same person away, and the list of 待办 on which it waits for another; "": somebody begins it, or it is a task of a
process, which stands there by itself."""
WITHOUT_A_ROOM = {"draw.DrawValue", "draw.DrawVoid"}
"""They wait on the list of their draws (`venues:desk:kept_draws`), on none of their own."""
NEVER_CLOSED: set[str] = set()
"""Which wait for ever: none may."""


def turned_away() -> set[str]:
    """Whatever calls `refuse_same_person` or raises a SamePersonError, but for the kernel's own."""
    known, found = {"refuse_same_person"}, set()
    waiting = [SamePersonError]
    while waiting:
        error = waiting.pop()
        known.add(error.__name__)
        waiting += error.__subclasses__()
    root = Path(nanhu.__file__).parent
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        text = path.read_text()
        if "tests" in parts or parts[1] == "kernel" or not any(one in text for one in known):
            continue
        for function in [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef)]:
            ways = [one.exc if isinstance(one, ast.Raise) else one for one in ast.walk(function)]
            names = [one.func if isinstance(one, ast.Call) else one for one in ways if one is not None]
            if any(isinstance(one, ast.Name) and one.id in known for one in names):
                found.add(".".join([*parts, function.name]))
    return found


def test_whatever_a_second_person_must_do_waits_for_him():
    assert turned_away() == set(SECOND_PERSONS)
    assert {key for key in SECOND_PERSONS.values() if key} <= {work.key for work in registry.waiting_work}
    listed = {model._meta.label for model in PROPOSALS if model._meta.label in lists}
    assert {model._meta.label for model in PROPOSALS} - listed == WITHOUT_A_ROOM


def test_there_are_some():
    assert PROPOSALS


@pytest.mark.parametrize("model", PROPOSALS)
def test_it_says_what_it_is(model):
    assert "what" in vars(model), "as in 没有找到这笔退款"


@pytest.mark.django_db
@pytest.mark.parametrize("model", PROPOSALS)
def test_the_database_wants_two_people(model):
    rules = [rule for name, rule in constraints_of(model) if name.endswith("_two_people")]
    assert any("author_id" in rule and "approver_id" in rule for rule in rules)


@pytest.mark.django_db
@pytest.mark.parametrize("model", PROPOSALS)
def test_of_each_state_the_database_knows_whether_it_is_decided(model):
    (rule,) = [rule for name, rule in constraints_of(model) if name.endswith("_decided")]
    assert [state for state in model.State.values if f"'{state}'" not in rule] == []


@pytest.mark.parametrize("by", [AUTHOR, Actor.system("worker")])
@pytest.mark.parametrize("model", PROPOSALS)
def test_neither_its_author_nor_a_part_of_the_program_decides_it(model, by):
    proposal = model(author_id=AUTHOR.account_id)
    before = proposal.state
    with pytest.raises(SamePersonError):
        proposal.decide(by, state="posted")
    assert (proposal.state, proposal.approver_id, proposal.decided_at) == (before, None, None)


@pytest.mark.parametrize("model", PROPOSALS)
def test_another_decides_it_and_stands_there(model):
    proposal = model(author_id=AUTHOR.account_id)
    proposal.decide(OTHER, state="refused", answer="名单不全")
    said = (proposal.state, proposal.approver_id, proposal.approver_name, proposal.answer)
    assert said == ("refused", OTHER.account_id, "何平", "名单不全")
    assert proposal.decided_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("model", PROPOSALS)
def test_neither_proposes_nor_decides_who_did_not_just_prove_who_he_is(model):
    with pytest.raises(StaleSignInError):
        model.known(replace(AUTHOR, is_fresh=False), uuid4())
    with pytest.raises(StaleSignInError):
        model(author_id=AUTHOR.account_id).decide(replace(OTHER, is_fresh=False), state="refused", answer="不够")


@pytest.mark.parametrize("model", PROPOSALS)
def test_what_is_overdue_nobody_decides_and_the_clock_refuses_it(model):
    young, old = (
        model(author_id=AUTHOR.account_id, state=model.waits_in, created_at=now() - timedelta(days=days))
        for days in (29, 30)
    )
    for proposal in (young, old):
        with pytest.raises(SamePersonError):
            proposal.decide(EXPIRY, state="posted", answer=NOT_IN_TIME)
    with pytest.raises(SamePersonError):
        young.decide(EXPIRY, state="refused", answer=NOT_IN_TIME)
    with pytest.raises(WrongStateError, match="已过期"):
        old.decide(OTHER, state="refused", answer="不够")
    old.decide(EXPIRY, state="refused", answer=NOT_IN_TIME)
    said = (old.state, old.approver_id, old.approver_name, old.ended_by, old.is_expired)
    assert said == ("refused", None, "", "", True)


def test_each_kind_closes_itself_also_one_without_a_list():
    assert {model._meta.label for model in refusals} == {model._meta.label for model in PROPOSALS} - NEVER_CLOSED


@pytest.mark.parametrize("model", [model for model in PROPOSALS if TAKEN_BACK in model.State.values])
def test_its_author_alone_takes_it_back_and_nobody_has_decided(model):
    proposal = model(author_id=AUTHOR.account_id, author_name=AUTHOR.name)
    for by in (OTHER, Actor.system("worker")):
        with pytest.raises(NotTheAuthorError):
            proposal.take_back(by)
    proposal.take_back(AUTHOR, answer=" 看错了 ")
    said = (proposal.state, proposal.approver_id, proposal.answer, proposal.ended_by)
    assert said == (TAKEN_BACK, None, "看错了", AUTHOR.name)
    assert proposal.decided_at is not None


@pytest.mark.parametrize("model", PROPOSALS)
def test_its_author_withdraws_it_by_the_refusal_of_its_room_and_decides_nothing_by_that(model):
    proposal = model(author_id=AUTHOR.account_id, author_name=AUTHOR.name)
    for by, state, answer in (
        (AUTHOR, "refused", "不要了"),
        (AUTHOR, "posted", WITHDRAWN),
        (Actor.system("worker"), "refused", WITHDRAWN),
    ):
        with pytest.raises(SamePersonError):
            proposal.decide(by, state=state, answer=answer)
    proposal.decide(replace(AUTHOR, is_fresh=False), state="refused", answer=WITHDRAWN)
    assert (proposal.approver_id, proposal.is_withdrawn, proposal.is_expired) == (None, True, False)
    assert proposal.ended_by == AUTHOR.name
    other = model(author_id=AUTHOR.account_id)
    other.decide(OTHER, state="refused", answer=WITHDRAWN)
    assert (other.is_withdrawn, other.approver_id) == (False, OTHER.account_id), "from another it is an answer"


def test_a_refusal_says_why():
    assert given(" 名单不全 ") == "名单不全"
    with pytest.raises(ReasonMissingError):
        given(" \n")


@pytest.mark.django_db
def test_how_many_wait_in_all_lists_is_one_query_however_many_rooms_have_one(django_assert_num_queries):
    """A home says them all: one by one they were seven for a clerk, and one more with each new room."""
    clerk = viewer_with("card.clerk")
    with django_assert_num_queries(1):
        counted = {label: count_waiting(clerk, label) for label in lists}
    assert {"assets.unconfirmed", "assets.to_sign"} < counted.keys()
    listed = [model for model in PROPOSALS if model._meta.label in lists]
    assert len(listed) > 8
    assert all(counted[model._meta.label] == model.waiting_for(1).count() for model in listed)


@pytest.mark.django_db
def test_what_waits_in_offices_is_not_counted_for_who_is_in_none(django_assert_num_queries):
    teacher = viewer_with("datahub.reader")
    with django_assert_num_queries(1):
        own = {label: count_waiting(teacher, label) for label in lists_for(teacher)}
    assert {"flows.tasks", "assets.to_sign"} < own.keys()
    assert own.keys().isdisjoint({"card.CashException", "card.disputes", "datahub.reviews"})
    with django_assert_num_queries(1):
        assert count_waiting(teacher, "card.disputes") == 0, "it can be asked all the same"


def viewer_with(role: str) -> Viewer:
    return Viewer(
        account_id=1,
        person_id=None,
        name="",
        campus_no="",
        faces=frozenset({"staff"}),
        face="staff",
        roles=frozenset({role}),
    )

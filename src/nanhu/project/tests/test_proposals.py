"""What two people must do (`kernel.proposals`): every such table is held to it by the database, and none of its states was forgotten."""

import pytest
from django.apps import apps
from django.db import connection

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotTheAuthorError, ReasonMissingError, SamePersonError
from nanhu.kernel.kit.waiting import count_waiting, lists
from nanhu.kernel.proposals import TAKEN_BACK, Proposal, given
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


def test_a_refusal_says_why():
    assert given(" 名单不全 ") == "名单不全"
    with pytest.raises(ReasonMissingError):
        given(" \n")


@pytest.mark.django_db
def test_how_many_wait_in_all_lists_is_one_query_however_many_rooms_have_one(django_assert_num_queries):
    """A home says them all: one by one they were seven for a clerk, and one more with each new room."""
    viewer = Viewer(account_id=1, person_id=None, name="", campus_no="", faces=frozenset({"staff"}), face="staff")
    with django_assert_num_queries(1):
        counted = {label: count_waiting(viewer, label) for label in lists}
    assert {"assets.unconfirmed", "assets.to_sign"} < counted.keys()
    listed = [model for model in PROPOSALS if model._meta.label in lists]
    assert len(listed) > 8
    assert all(counted[model._meta.label] == model.waiting_for(1).count() for model in listed)

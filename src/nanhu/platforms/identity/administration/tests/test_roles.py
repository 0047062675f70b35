"""三员分立: one account has administrative roles of one duty, whatever happens at the same moment."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.administration.tests.conftest import TEST, make_member
from nanhu.platforms.identity.errors import (
    MoneyDutiesExcludeError,
    OwnRoleError,
    RoleEndsInThePastError,
    RoleHasNoUnitError,
    RoleNeedsUnitError,
    RolesExcludeError,
)
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account, RoleGrant
from nanhu.platforms.identity.services import roles
from nanhu.platforms.people.models import OrgUnit

PAIRS = [
    ("campus.admin", "identity.security"),
    ("campus.admin", "identity.auditor"),
    ("identity.security", "identity.auditor"),
    ("identity.admin", "identity.auditor"),
    ("identity.admin", "identity.security"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_duties_exclude_each_other(first: str, second: str, student) -> None:
    for one, other in ((first, second), (second, first)):
        roles.grant(by=TEST, account_id=student.account.pk, role=one)
        with pytest.raises(RolesExcludeError):
            roles.grant(by=TEST, account_id=student.account.pk, role=other)
        assert list(RoleGrant.objects.filter(revoked_at=None).values_list("role", flat=True)) == [one]
        assert not AuditEntry.objects.filter(facts__role=other, action="identity.grant_role").exists() or one != first
        roles.revoke(by=TEST, account_id=student.account.pk, role=one)


@pytest.mark.django_db
def test_roles_of_one_duty_and_plain_ones_go_together(student) -> None:
    for role in ("campus.admin", "identity.admin", "datahub.steward", "messages.editor"):
        roles.grant(by=TEST, account_id=student.account.pk, role=role)
    assert RoleGrant.objects.filter(revoked_at=None).count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), [("card.clerk", "card.finance"), ("card.finance", "card.clerk")])
def test_who_takes_cash_keeps_no_books(first: str, second: str, student) -> None:
    roles.grant(by=TEST, account_id=student.account.pk, role=first)
    with pytest.raises(MoneyDutiesExcludeError):
        roles.grant(by=TEST, account_id=student.account.pk, role=second)
    with pytest.raises(IntegrityError, match="identity_grant_one_money_duty"), transaction.atomic():
        RoleGrant.objects.create(account=student.account, role=second, granted_by="x")
    roles.revoke(by=TEST, account_id=student.account.pk, role=first)
    assert roles.grant(by=TEST, account_id=student.account.pk, role=second)


@pytest.mark.django_db
def test_the_database_holds_it_against_the_program_itself(student) -> None:
    RoleGrant.objects.create(account=student.account, role="campus.admin", granted_by="x")
    with pytest.raises(IntegrityError, match="identity_grant_one_duty"), transaction.atomic():
        RoleGrant.objects.create(account=student.account, role="identity.auditor", granted_by="x")
    with pytest.raises(IntegrityError, match="identity_grant_one_duty"), transaction.atomic():
        granted = RoleGrant.objects.create(account=student.account, role="datahub.steward", granted_by="x")
        RoleGrant.objects.filter(pk=granted.pk).update(role="identity.security")


@pytest.mark.django_db(transaction=True)
def test_of_two_grants_at_once_one_stands() -> None:
    member = make_member("曾小南", "430602200803151234", student="0020260101")
    open_accounts(by=TEST, person_ids=[member.person_id])
    gate, outcomes = threading.Barrier(2), []

    def grant(role: str) -> None:
        try:
            gate.wait()
            roles.grant(by=TEST, account_id=account_id, role=role)
            outcomes.append("granted")
        except RolesExcludeError:
            outcomes.append("refused")
        finally:
            connection.close()

    account_id = Account.objects.get().pk
    threads = [threading.Thread(target=grant, args=(role,)) for role in ("identity.security", "identity.auditor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["granted", "refused"]
    assert RoleGrant.objects.filter(revoked_at=None).count() == 1


@pytest.mark.django_db
def test_nobody_grants_to_himself_and_a_unit_clerk_needs_a_unit(student, teacher) -> None:
    from nanhu.kernel.actors import Actor

    me = Actor(account_id=student.account.pk, name="我")
    with pytest.raises(OwnRoleError):
        roles.grant(by=me, account_id=student.account.pk, role="identity.admin")
    with pytest.raises(RoleNeedsUnitError):
        roles.grant(by=TEST, account_id=student.account.pk, role="identity.clerk", unit_code="nowhere")
    with pytest.raises(RoleEndsInThePastError):
        roles.grant(by=TEST, account_id=student.account.pk, role="identity.admin", ends_at=now())
    assert not RoleGrant.objects.exists()


@pytest.mark.django_db
def test_an_ended_grant_counts_no_more_and_makes_room(student) -> None:
    roles.grant(by=TEST, account_id=student.account.pk, role="campus.admin", ends_at=now() + timedelta(days=1))
    RoleGrant.objects.update(created_at=now() - timedelta(days=3), ends_at=now() - timedelta(days=1))
    assert not RoleGrant.objects.filter(roles.live()).exists()

    assert roles.revoke_ended(by=TEST) == 1
    assert roles.revoke_ended(by=TEST) == 0
    assert roles.grant(by=TEST, account_id=student.account.pk, role="identity.auditor")
    assert AuditEntry.objects.filter(action="identity.end_role").count() == 1


@pytest.mark.django_db
def test_a_late_job_does_not_block_another_duty(student) -> None:
    roles.grant(by=TEST, account_id=student.account.pk, role="campus.admin", ends_at=now() + timedelta(days=1))
    RoleGrant.objects.update(created_at=now() - timedelta(days=3), ends_at=now() - timedelta(days=1))
    assert roles.grant(by=TEST, account_id=student.account.pk, role="identity.security")


@pytest.mark.django_db
def test_the_console_grants_the_first_of_each_and_lists_them(student, teacher) -> None:
    out = StringIO()
    call_command("accounts", "grant", student.numbers[0], "identity.security", "--reason", "校长办公会", stdout=out)
    call_command("accounts", "grant", teacher.numbers[0], "identity.auditor", "--days", "30", stdout=out)
    call_command("accounts", "roles", stdout=out)

    assert f"identity.security  {student.numbers[0]}" in out.getvalue()
    assert RoleGrant.objects.get(role="identity.auditor").ends_at is not None
    with pytest.raises(CommandError, match="三员分立"):
        call_command("accounts", "grant", student.numbers[0], "identity.auditor", stdout=out)


@pytest.mark.django_db
def test_a_role_for_the_whole_campus_is_not_granted_as_if_it_were_one_units(student) -> None:
    OrgUnit.objects.get_or_create(code="0801", defaults={"name": "计算机学院"})
    with pytest.raises(RoleHasNoUnitError):
        roles.grant(by=TEST, account_id=student.account.pk, role="identity.admin", unit_code="0801")
    assert not RoleGrant.objects.exists()


@pytest.mark.django_db
def test_what_a_new_grant_finds_ended_is_written_down(student) -> None:
    roles.grant(by=TEST, account_id=student.account.pk, role="identity.security")
    RoleGrant.objects.update(created_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    roles.grant(by=TEST, account_id=student.account.pk, role="identity.auditor")
    assert AuditEntry.objects.filter(action="identity.end_role", facts__role="identity.security").count() == 1

"""Who may use what: one SQL judgement, by table."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity.models import AccessRule, Account, Application
from nanhu.platforms.identity.registry.errors import MaintenanceRefusedError, RuleRefusedError
from nanhu.platforms.identity.registry.services import maintenance, rules
from nanhu.platforms.identity.services import access, roles
from nanhu.platforms.identity.services.applications import change_application, register_application
from nanhu.platforms.identity.services.explain import explain
from nanhu.platforms.identity.tests.conftest import TEST
from nanhu.platforms.people.models import Affiliation, OrgUnit

ALLOW, DENY = "allow", "deny"
DAY = timedelta(days=1)
MOST_PAGES = 500


@pytest.fixture
def units(db) -> dict[str, OrgUnit]:
    school = OrgUnit.objects.create(code="1", name="学校", kind="school")
    college = OrgUnit.objects.create(code="11", name="数学学院", kind="college", parent=school)
    group = OrgUnit.objects.create(code="1101", name="数学 23-1 班", kind="class", parent=college)
    other = OrgUnit.objects.create(code="12", name="外语学院", kind="college", parent=school)
    return {"school": school, "college": college, "class": group, "other": other}


@pytest.fixture
def pupil(student, units) -> Account:
    """A student of a class of the mathematicians."""
    Affiliation.objects.filter(person_id=student.person_id).update(unit=units["class"])
    return student.account


def verdict(account: Account, application: Application) -> str:
    return access.decide(account=account, application=application).verdict


def rule(application, effect, **condition):
    return rules.add_rule(by=TEST, application=application, effect=effect, **condition)


TABLE = [
    # rules: (effect, condition), verdict for a student of 数学 23-1
    ([], "everybody"),
    ([(ALLOW, {"affiliation_kind": "student"})], "allowed"),
    ([(ALLOW, {"affiliation_kind": "staff"})], "not_listed"),
    ([(ALLOW, {"affiliation_kind": "guest"})], "not_listed"),
    ([(ALLOW, {"category": "1"})], "allowed"),
    ([(ALLOW, {"category": "2"})], "not_listed"),
    ([(ALLOW, {"unit": "class"})], "allowed"),
    ([(ALLOW, {"unit": "college"})], "allowed"),
    ([(ALLOW, {"unit": "school"})], "allowed"),
    ([(ALLOW, {"unit": "other"})], "not_listed"),
    ([(ALLOW, {"unit": "college", "affiliation_kind": "staff"})], "not_listed"),
    ([(ALLOW, {"unit": "college", "affiliation_kind": "student", "category": "1"})], "allowed"),
    ([(ALLOW, {"role": "card.clerk"})], "not_listed"),
    ([(ALLOW, {"account": True})], "allowed"),
    ([(DENY, {"affiliation_kind": "student"})], "denied"),
    ([(DENY, {"affiliation_kind": "staff"})], "everybody"),
    ([(ALLOW, {"affiliation_kind": "student"}), (DENY, {"unit": "college"})], "denied"),
    ([(DENY, {"unit": "college"}), (ALLOW, {"account": True})], "allowed"),
    ([(ALLOW, {"affiliation_kind": "student"}), (DENY, {"account": True})], "denied"),
    ([(ALLOW, {"account": True}), (DENY, {"account": True})], "denied"),
    ([(ALLOW, {"affiliation_kind": "student", "ends_on": -1})], "not_listed"),
    ([(ALLOW, {"affiliation_kind": "student", "starts_on": 1})], "not_listed"),
    ([(ALLOW, {"affiliation_kind": "student", "starts_on": 0, "ends_on": 0})], "allowed"),
    ([(DENY, {"affiliation_kind": "student", "ends_on": -1})], "everybody"),
    ([(DENY, {"affiliation_kind": "student", "starts_on": 1})], "everybody"),
    ([("tester", {"affiliation_kind": "staff"})], "everybody"),
    ([("role", {"affiliation_kind": "staff", "grants": "admin"})], "everybody"),
]


@pytest.mark.parametrize(("held", "expected"), TABLE, ids=str)
def test_the_table_of_rules(held, expected, library, pupil, units):
    for effect, condition in held:
        ready = dict(condition)
        if "unit" in ready:
            ready["unit_id"] = units[ready.pop("unit")].pk
        if "account" in ready:
            ready["account"] = pupil
        for name in ("starts_on", "ends_on"):
            if name in ready:
                ready[name] = campus_today() + ready[name] * DAY
        rule(library, effect, **ready)

    decision = access.decide(account=pupil, application=library)

    assert decision.verdict == expected
    assert decision.is_allowed == (expected in {"everybody", "allowed"})
    assert decision.is_allowed or (decision.reason and decision.remedy)
    assert explain(pupil.pk, library.pk)[-1].is_ok == decision.is_allowed


def test_the_conditions_of_a_rule_hold_for_one_and_the_same_affiliation(library, teacher, units):
    """Works in one college and studies in another: no student of the first."""
    Affiliation.objects.filter(campus_no="T00123").update(unit=units["college"])
    Affiliation.objects.filter(campus_no="20250999").update(unit=units["other"])
    rule(library, ALLOW, affiliation_kind="student", unit_id=units["college"].pk)

    assert verdict(teacher.account, library) == "not_listed"


def test_a_role_opens_and_its_end_closes(library, teacher):
    rule(library, ALLOW, role="identity.admin")
    account = teacher.account
    assert verdict(account, library) == "not_listed"
    roles.grant(by=TEST, account_id=account.pk, role="identity.admin")
    assert verdict(account, library) == "allowed"
    roles.revoke(by=TEST, account_id=account.pk, role="identity.admin")
    assert verdict(account, library) == "not_listed"


@pytest.mark.parametrize("state", ["planned", "suspended", "ended"])
def test_an_affiliation_that_is_not_active_opens_nothing(state, library, student):
    Affiliation.objects.filter(person_id=student.person_id).update(state=state, ends_on="2026-09-30")
    assert verdict(student.account, library) == "unaffiliated"
    rule(library, ALLOW, affiliation_kind="student")
    assert verdict(student.account, library) == "not_listed"


def test_a_guest_needs_a_rule(library, student):
    Affiliation.objects.filter(person_id=student.person_id).update(kind="guest")
    assert verdict(student.account, library) == "unaffiliated"
    rule(library, ALLOW, affiliation_kind="guest")
    assert verdict(student.account, library) == "allowed"


def test_who_has_left_enters_only_where_that_is_admitted(library, student):
    Affiliation.objects.filter(person_id=student.person_id).update(state="ended", ends_on="2026-09-30")
    account = student.account
    Account.objects.filter(pk=account.pk).update(grace_until=now() + DAY)
    assert verdict(account, library) == "in_grace"
    change_application(by=TEST, application=library, admits_grace=True)
    assert access.decide(account=account, application=library).is_allowed
    Account.objects.filter(pk=account.pk).update(grace_until=now() - DAY)
    assert verdict(account, library) == "unaffiliated"


def test_a_closed_account_and_a_switched_off_application_come_first(library, student):
    rule(library, ALLOW, account=student.account)
    change_application(by=TEST, application=library, is_enabled=False)
    assert verdict(student.account, library) == "disabled"
    Account.objects.filter(pk=student.account.pk).update(state="suspended")
    assert verdict(student.account, library) == "account"


def test_during_maintenance_people_read_the_notice_and_testers_pass(library, student, teacher):
    maintenance.plan(
        by=TEST, application=library, starts_at=now() - DAY, ends_at=now() + DAY, notice="换服务器，周四恢复。"
    )
    refused = access.decide(account=student.account, application=library)
    assert (refused.verdict, refused.reason) == ("maintenance", "换服务器，周四恢复。")
    rule(library, "tester", account=student.account)
    assert verdict(student.account, library) == "everybody"
    assert verdict(teacher.account, library) == "maintenance"
    change_application(by=TEST, application=library, contact=teacher.account)
    assert verdict(teacher.account, library) == "everybody"


def test_administrators_pass_during_maintenance(library, teacher):
    maintenance.plan(by=TEST, application=library, starts_at=now() - DAY, ends_at=now() + DAY, notice="维护")
    roles.grant(by=TEST, account_id=teacher.account.pk, role="campus.admin")
    assert verdict(teacher.account, library) == "everybody"


def test_maintenance_ends_or_is_called_off(library, student):
    now_on = maintenance.plan(by=TEST, application=library, starts_at=now() - DAY, ends_at=now() + DAY, notice="一")
    later = maintenance.plan(by=TEST, application=library, starts_at=now() + DAY, ends_at=now() + 2 * DAY, notice="二")
    assert maintenance.end(by=TEST, application=library, maintenance_id=now_on.pk)
    assert maintenance.end(by=TEST, application=library, maintenance_id=later.pk)
    assert not maintenance.end(by=TEST, application=library, maintenance_id=later.pk)
    assert verdict(student.account, library) == "everybody"
    assert library.maintenances.count() == 1
    with pytest.raises(MaintenanceRefusedError):
        maintenance.plan(by=TEST, application=library, starts_at=now(), ends_at=now() - DAY, notice="三")


def test_many_applications_are_judged_by_one_query(library, student, django_assert_num_queries):
    others = [register_application(by=TEST, key=f"a{n}", name="应用", owner="校办") for n in range(15)]
    rule(others[3], ALLOW, affiliation_kind="staff")
    account = student.account
    with django_assert_num_queries(1):
        found = access.decide_many(account_id=account.pk, application_ids=[one.pk for one in others])
    assert [pk for pk, decision in found.items() if not decision.is_allowed] == [others[3].pk]


def test_a_rule_that_names_nobody_is_refused(library):
    with pytest.raises(RuleRefusedError):
        rule(library, ALLOW)
    assert library.access_rules.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": "maybe", "affiliation_kind": "student"},
        {"affiliation_kind": "robot"},
        {},
        {"affiliation_kind": "student", "starts_on": "2026-10-02", "ends_on": "2026-10-01"},
        {"affiliation_kind": "student", "grants": "admin"},
        {"effect": "role", "affiliation_kind": "student"},
    ],
)
def test_the_database_refuses_senseless_rules(wrong, library):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRule.objects.create(application=library, created_by="x", **wrong)


def test_roles_within_an_application_go_to_those_its_rules_name(library, student, teacher):
    rule(library, "role", affiliation_kind="staff", grants="馆员")
    rule(library, "role", account=student.account, grants="志愿者")
    assert access.roles_within(person_id=student.person_id, application_id=library.pk) == ["志愿者"]
    assert access.roles_within(person_id=teacher.person_id, application_id=library.pk) == ["馆员"]


def test_one_judgement_is_cheap(library, student):
    """A guard against a slip of the plan: by the pages that a judgement reads, of which no loaded machine makes more."""
    rule(library, ALLOW, affiliation_kind="student")
    asked = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM identity_access(%s, %s, %s)"
    with connection.cursor() as cursor:
        for _time in range(2):  # the first reads the catalogues, too
            cursor.execute(asked, [student.account.pk, [library.pk], now()])
            plan = cursor.fetchone()[0][0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < MOST_PAGES
        cursor.execute("SELECT count(*) FROM identity_access(%s, %s, %s)", [-1, [library.pk], now()])
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("tie", [*product(["student", "guest"], ["active", "suspended", "ended"])], ids=str)
@pytest.mark.parametrize("account_is", [*product(["active", "suspended"], [DAY, -DAY, None])], ids=str)
@pytest.mark.parametrize("admits_grace", [True, False])
def test_the_short_way_judges_as_the_long_one(tie, account_is, admits_grace, library, student):
    """An application without rules is judged by a shorter query; a rule of nobody's concern leads to the long one."""
    account, (state, grace) = student.account, account_is
    Affiliation.objects.filter(person_id=student.person_id).update(kind=tie[0], state=tie[1], ends_on="2099-09-30")
    has_grace = grace is not None and state == "active"
    Account.objects.filter(pk=account.pk).update(state=state, grace_until=now() + grace if has_grace else None)
    change_application(by=TEST, application=library, admits_grace=admits_grace)
    short = access.decide(account=account, application=library)
    rule(library, "tester", role="card.clerk")
    assert access.decide(account=account, application=library) == short

"""Access rules (准入规则) of an application, added and taken away; a change of one is both."""

from datetime import date
from typing import Final, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.models import AccessRule, Account, Application
from nanhu.platforms.identity.registry.errors import RuleRefusedError

KINDS: Final = ("student", "staff", "temporary", "guest")


class Condition(TypedDict, total=False):
    affiliation_kind: str
    category: str
    unit_id: int | None
    role: str
    account: Account | None
    grants: str
    starts_on: date | None
    ends_on: date | None
    reason: str


@transaction.atomic
def add_rule(*, by: Actor, application: Application, effect: str, **condition: Unpack[Condition]) -> AccessRule:
    """Raises RuleRefusedError when the rule says nobody, or what the database would refuse anyhow."""
    rule = AccessRule(application=application, effect=effect, created_by=by.name, **condition)
    try:
        rule.full_clean()
    except ValidationError as error:
        raise RuleRefusedError(problem="；".join(error.messages)) from error
    rule.save()
    note(by, "identity.add_access_rule", rule)
    return rule


@transaction.atomic
def admit_guests(*, by: Actor, application: Application) -> None:
    """Everybody and guests: without a rule an application is closed to these, and a rule for these alone would close it to all others. Where
    it has rules, somebody has decided already."""
    if not AccessRule.objects.filter(application=application).exists():
        for kind in KINDS:
            add_rule(
                by=by,
                application=application,
                effect="allow",
                affiliation_kind=kind,
                reason=gettext_noop("也对来宾开放"),
            )


@transaction.atomic
def admit_only(*, by: Actor, application: Application, kind: str, reason: str) -> None:
    """Those with such a tie, and nobody else. Where it has rules, somebody has decided already."""
    if not AccessRule.objects.filter(application=application).exists():
        add_rule(by=by, application=application, effect="allow", affiliation_kind=kind, reason=reason)


@transaction.atomic
def remove_rule(*, by: Actor, application: Application, rule_id: int) -> bool:
    """False when it is gone already."""
    rule = AccessRule.objects.select_for_update().filter(pk=rule_id, application=application).first()
    if rule is None:
        return False
    note(by, "identity.remove_access_rule", rule)
    rule.delete()
    return True


def note(by: Actor, action: str, rule: AccessRule) -> None:
    held = ("effect", "affiliation_kind", "category", "unit_id", "role", "account_id", "grants", "reason")
    facts = {name: value for name in held if (value := getattr(rule, name))}
    days = {name: str(value) for name in ("starts_on", "ends_on") if (value := getattr(rule, name))}
    target = f"application:{rule.application.key}"
    audit.record(by=by, action=action, target=target, reason=rule.reason, facts={"rule": rule.pk, **facts, **days})

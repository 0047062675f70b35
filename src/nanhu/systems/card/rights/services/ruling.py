"""Changing the rules: previewed first, then in one transaction; what was is withdrawn, never overwritten."""

from functools import cache

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.dated import end_today, refuse_past, supersede, with_rules
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.effects import Effect
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS
from nanhu.systems.card.rights.errors import UnknownRightError
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services.deciding import RuleTable, table
from nanhu.systems.card.services.issue import LIVING


def preview(wanted: RightRule) -> Effect:
    """What a rule would change that nobody has written yet: cards that live on its first day; who is named is drawn by lot."""
    check(wanted)
    before = table()
    after = RuleTable(rules=tuple(with_rules(before.rules, [wanted])))
    cards = Card.objects.filter(state__in=LIVING, card_class=wanted.card_class, valid_until__gte=wanted.starts_on)
    people: dict[int, list[int]] = {1: [], 0: [], -1: []}

    @cache
    def change(sub_class: str) -> int:
        which = (wanted.card_class, sub_class, wanted.right, wanted.starts_on)
        return after.gives(*which) - before.gives(*which)

    for sub_class, person_id in cards.order_by("?").values_list("sub_class", "person"):
        people[change(sub_class)].append(person_id)
    return Effect(gaining=people[1], losing=people[-1], unchanged_count=len(people[0]))


def check(wanted: RightRule) -> None:
    if wanted.right not in RIGHTS:
        raise UnknownRightError(right=wanted.right)
    refuse_past(wanted.starts_on)


@transaction.atomic
def rule(*, by: Actor, wanted: RightRule, reason: str) -> RightRule:
    """Put a new rule into force. Overlaps are resolved here, and refused by the database where two do it at once."""
    check(wanted)
    met = supersede(by=by, wanted=[wanted], reason=reason)
    facts = {
        "sub_classes": [wanted.sub_class] if wanted.sub_class else [],
        "allowed": wanted.is_allowed,
        "from": str(wanted.starts_on),
        "until": str(wanted.ends_on or ""),
        "withdrawn": [one.pk for one in met],
        "rules": [wanted.pk],
    }
    audit.record(by=by, action="card.rule_right", target=target_of(wanted), reason=reason, facts=facts)
    return wanted


@transaction.atomic
def withdraw(*, by: Actor, rule: RightRule, reason: str) -> None:
    """From today on it holds no longer; one whose days are over is refused."""
    if rule.is_over:
        raise WrongStateError(what=_("这条规则"), state=_("已过期"))
    if end_today(by=by, rule=rule):
        facts = {"rule": rule.pk}
        audit.record(by=by, action="card.withdraw_right", target=target_of(rule), reason=reason, facts=facts)


def target_of(rule: RightRule) -> str:
    return f"card_right:{rule.card_class}.{rule.right}"

"""Changing the rules: previewed first, then in one transaction; what was is withdrawn, never overwritten."""

from collections import Counter

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import end_today, supersede, with_rules
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.effects import Effect
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS
from nanhu.systems.card.rights.errors import RuleInThePastError, UnknownRightError
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services.deciding import RuleTable, table
from nanhu.systems.card.services.issue import LIVING

SAMPLE = 20


def preview(wanted: RightRule) -> Effect:
    """What a rule would change that nobody has written yet: cards that live on its first day."""
    check(wanted)
    before = table()
    after = RuleTable(rules=tuple(with_rules(before.rules, [wanted])))
    groups = Card.objects.filter(state__in=LIVING, card_class=wanted.card_class, valid_until__gte=wanted.starts_on)
    changed: dict[str, list[str]] = {"gain": [], "lose": []}
    counts: Counter[str] = Counter()
    for row in groups.order_by().values("sub_class").annotate(cards=Count("id")):
        holder = (wanted.card_class, row["sub_class"], wanted.right, wanted.starts_on)
        was, is_now = before.gives(*holder), after.gives(*holder)
        way = "same" if was == is_now else "gain" if is_now else "lose"
        counts[way] += row["cards"]
        if way != "same":
            changed[way].append(row["sub_class"])
    gaining, losing = (
        list(groups.filter(sub_class__in=changed[way]).order_by("?").values_list("person", flat=True)[:SAMPLE])
        for way in ("gain", "lose")
    )
    return Effect(
        gain_count=counts["gain"],
        lose_count=counts["lose"],
        unchanged_count=counts["same"],
        gaining=gaining,
        losing=losing,
    )


def check(wanted: RightRule) -> None:
    if wanted.right not in RIGHTS:
        raise UnknownRightError(right=wanted.right)
    if wanted.starts_on < campus_today():
        raise RuleInThePastError


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


def withdraw(*, by: Actor, rule: RightRule, reason: str) -> None:
    """From today on it holds no longer; one whose days are over is refused."""
    if rule.is_over:
        raise WrongStateError(what=_("这条规则"), state=_("已过期"))
    with transaction.atomic():
        if end_today(by=by, rule=rule):
            target, facts = target_of(rule), {"rule": rule.pk}
            audit.record(by=by, action="card.withdraw_right", target=target, reason=reason, facts=facts)


def target_of(rule: RightRule) -> str:
    return f"card_right:{rule.card_class}.{rule.right}"

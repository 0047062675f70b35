"""Changing the rules: previewed first, then in one transaction; what was is withdrawn, never overwritten."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Q

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS
from nanhu.systems.card.rights.errors import RuleInThePastError, UnknownRightError
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services.deciding import RuleTable, table
from nanhu.systems.card.services.issue import LIVING

ONE_DAY = timedelta(days=1)
SAMPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A rule somebody wants: `sub_classes` empty means the whole class."""

    card_class: str
    sub_classes: tuple[str, ...]
    right: str
    is_allowed: bool
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Living cards on the rule's first day; `gaining` and `losing` hold some of them as examples."""

    gain_count: int
    lose_count: int
    unchanged_count: int
    gaining: tuple[Card, ...]
    losing: tuple[Card, ...]


def preview(wish: Wish) -> Preview:
    check(wish)
    before = table()
    after = RuleTable(rules=tuple(rules_after(before.rules, wish)))
    groups = Card.objects.filter(state__in=LIVING, card_class=wish.card_class, valid_until__gte=wish.starts_on)
    changed: dict[str, list[str]] = {"gain": [], "lose": []}
    counts: Counter[str] = Counter()
    for row in groups.order_by().values("sub_class").annotate(cards=Count("id")):
        sub_class = row["sub_class"]
        was, is_now = (rules.gives(wish.card_class, sub_class, wish.right, wish.starts_on) for rules in (before, after))
        way = "same" if was == is_now else "gain" if is_now else "lose"
        counts[way] += row["cards"]
        if way != "same":
            changed[way].append(sub_class)
    samples = {way: tuple(groups.filter(sub_class__in=names).order_by("?")[:SAMPLE]) for way, names in changed.items()}
    return Preview(
        gain_count=counts["gain"], lose_count=counts["lose"], unchanged_count=counts["same"],
        gaining=samples["gain"], losing=samples["lose"],
    )  # fmt: skip


def check(wish: Wish) -> None:
    if wish.right not in RIGHTS:
        raise UnknownRightError(right=wish.right)
    if wish.starts_on < campus_today():
        raise RuleInThePastError


def rules_after(rules: Iterable[RightRule], wish: Wish) -> list[RightRule]:
    """The living rules if the wish were granted; nothing is written."""
    kept: list[RightRule] = []
    for rule in rules:
        kept += pieces(rule, wish) if meets(rule, wish) else [rule]
    return kept + [wanted(wish, sub_class) for sub_class in wish.sub_classes or ("",)]


def meets(rule: RightRule, wish: Wish) -> bool:
    same = (rule.card_class, rule.right) == (wish.card_class, wish.right)
    last = wish.ends_on or date.max
    overlaps = rule.starts_on <= last and (rule.ends_on or date.max) >= wish.starts_on
    return same and overlaps and rule.sub_class in (wish.sub_classes or ("",))


def pieces(rule: RightRule, wish: Wish) -> list[RightRule]:
    """What remains of a rule before and after the new one."""
    left = []
    if rule.starts_on < wish.starts_on:
        left.append(copy_of(rule, rule.starts_on, wish.starts_on - ONE_DAY))
    if wish.ends_on is not None and (rule.ends_on or date.max) > wish.ends_on:
        left.append(copy_of(rule, wish.ends_on + ONE_DAY, rule.ends_on))
    return left


def copy_of(rule: RightRule, starts_on: date, ends_on: date | None) -> RightRule:
    return RightRule(
        card_class=rule.card_class, sub_class=rule.sub_class, right=rule.right, is_allowed=rule.is_allowed,
        starts_on=starts_on, ends_on=ends_on, reason=rule.reason, created_by_id=rule.created_by_id,
        created_by_name=rule.created_by_name, replaces=rule,
    )  # fmt: skip


def wanted(wish: Wish, sub_class: str) -> RightRule:
    return RightRule(
        card_class=wish.card_class, sub_class=sub_class, right=wish.right, is_allowed=wish.is_allowed,
        starts_on=wish.starts_on, ends_on=wish.ends_on,
    )  # fmt: skip


def rule(*, by: Actor, wish: Wish, reason: str) -> list[RightRule]:
    """Put the rule into force. Overlaps are resolved here, and refused by the database where two do it at once."""
    check(wish)
    with transaction.atomic():
        locked = RightRule.objects.select_for_update().filter(
            Q(withdrawn_at=None), card_class=wish.card_class, right=wish.right
        )
        met = [one for one in locked.order_by("id") if meets(one, wish)]
        left = [piece for one in met for piece in pieces(one, wish)]
        for one in met:
            withdraw_row(one, by)
        RightRule.objects.bulk_create(left)
        made = [wanted(wish, sub_class) for sub_class in wish.sub_classes or ("",)]
        for one in made:
            one.reason, one.created_by_id, one.created_by_name = reason, by.account_id, by.name
            one.save()
        target = f"card_right:{wish.card_class}.{wish.right}"
        facts = {
            "sub_classes": list(wish.sub_classes), "allowed": wish.is_allowed, "from": str(wish.starts_on),
            "until": str(wish.ends_on or ""), "withdrawn": [one.pk for one in met], "rules": [one.pk for one in made],
        }  # fmt: skip
        audit.record(by=by, action="card.rule_right", target=target, reason=reason, facts=facts)
        return made


def withdraw(*, by: Actor, rule: RightRule, reason: str) -> None:
    """Take back what has not begun; a rule in force ends today, for what it did stands."""
    with transaction.atomic():
        current = RightRule.objects.select_for_update().get(pk=rule.pk)
        if current.withdrawn_at is not None:
            return
        withdraw_row(current, by)
        if current.starts_on < campus_today():
            copy_of(current, current.starts_on, campus_today() - ONE_DAY).save()
        target = f"card_right:{current.card_class}.{current.right}"
        audit.record(by=by, action="card.withdraw_right", target=target, reason=reason, facts={"rule": current.pk})


def withdraw_row(row: RightRule, by: Actor) -> None:
    row.withdrawn_at, row.withdrawn_by_name = now(), by.name
    row.save(update_fields=["withdrawn_at", "withdrawn_by_name"])

"""Dated rules (有效期规则): a row says what holds for its key from a day to a day, both included, open where no end is known.

Rows are never changed but for `withdrawn_*`: a new rule withdraws what it meets and writes the pieces that remain anew
(`replaces`), so that every state the table ever had can be read. The database refuses two rules for one day. Who asks for a day that
no rule covers gets an error (`rule_on`), never a zero or the last rule that was.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import ConflictError
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import dates

ONE_DAY = timedelta(days=1)
ANEW = {"id", "public_id", "created_at", "withdrawn_at", "withdrawn_by_name", "replaces_id"}
"""What a piece of an older rule does not take over from it."""


class NoRuleError(ConflictError):
    code: ClassVar[str] = "dated.no_rule"
    sentence: ClassVar[str | Promise] = _("{day}没有规定{what}。请先录入，再办理。")


class PastRuleError(ConflictError):
    code: ClassVar[str] = "dated.past"
    sentence: ClassVar[str | Promise] = _("规则从今天或以后的一天起生效；过去的已经生效，不能改。")
    field = "starts_on"


def refuse_past(starts_on: date) -> None:
    """Of rules by which the days before were dealt with as they stood."""
    if starts_on < campus_today():
        raise PastRuleError


class DatedRule(models.Model):
    """`key`: the fields for whose values one rule holds on one day. Its Meta takes `dated_constraints`."""

    key: ClassVar[tuple[str, ...]]

    public_id = models.UUIDField(default=uuid4, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.TextField(help_text="the office's document that asks for it")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_name = models.TextField(default="", blank=True)

    class Meta:
        abstract = True

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.last

    @property
    def last(self) -> date:
        return self.ends_on or date.max

    @property
    def is_over(self) -> bool:
        return self.last < campus_today()

    def meets(self, other: Self) -> bool:
        is_same = all(getattr(self, name) == getattr(other, name) for name in self.key)
        return is_same and self.starts_on <= other.last and self.last >= other.starts_on

    def without(self, other: Self) -> list[Self]:
        """What remains of this rule before and after the other."""
        left = []
        if self.starts_on < other.starts_on:
            left.append(self.piece(self.starts_on, other.starts_on - ONE_DAY))
        if self.last > other.last:
            left.append(self.piece(other.last + ONE_DAY, self.ends_on))
        return left

    def piece(self, starts_on: date, ends_on: date | None) -> Self:
        names = [field.attname for field in self._meta.concrete_fields if field.attname not in ANEW]
        kept = {name: getattr(self, name) for name in names}
        return type(self)(
            **kept | {"starts_on": starts_on, "ends_on": ends_on, "replaces": self if self.pk else self.replaces}
        )

    def withdraw(self, by: Actor) -> None:
        self.withdrawn_at, self.withdrawn_by_name = now(), by.name
        self.save(update_fields=["withdrawn_at", "withdrawn_by_name"])


def dated_constraints(table: str, *key: str) -> list[models.BaseConstraint]:
    """A reason; an end after the start; for one key one rule a day."""
    days = Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange")
    return [
        models.CheckConstraint(condition=~Q(reason=""), name=f"{table}_has_reason"),
        models.CheckConstraint(
            condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name=f"{table}_ends_after_start"
        ),
        ExclusionConstraint(
            name=f"{table}_no_overlap",
            expressions=[*((F(name), RangeOperators.EQUAL) for name in key), (days, RangeOperators.OVERLAPS)],
            condition=Q(withdrawn_at=None),
        ),
    ]


def with_rules[R: DatedRule](rules: Iterable[R], wanted: Sequence[R]) -> list[R]:
    """The living rules if these were added; nothing is written."""
    kept = list(rules)
    for new in wanted:
        kept = [piece for rule in kept for piece in (rule.without(new) if rule.meets(new) else [rule])]
    return [*kept, *wanted]


def supersede[R: DatedRule](*, by: Actor, wanted: Sequence[R], reason: str) -> list[R]:
    """Write the rules, in the caller's transaction; gives those that were withdrawn for them. Where two do it at once, the
    database refuses the second."""
    model = type(wanted[0])
    same_key = Q()
    for rule in wanted:
        same_key |= Q(**{name: getattr(rule, name) for name in model.key})
    living = model._default_manager.select_for_update().filter(same_key, withdrawn_at=None).order_by("id")  # noqa: SLF001
    met = [rule for rule in living if any(rule.meets(new) for new in wanted)]
    for rule in met:
        rule.withdraw(by)
    for piece in with_rules(met, wanted)[: -len(wanted)]:
        piece.save()
    for rule in wanted:
        rule.reason, rule.created_by_id, rule.created_by_name = reason, by.account_id, by.name
        rule.save()
    return met


def end_today[R: DatedRule](*, by: Actor, rule: R) -> bool:
    """Take back what has not begun; a rule in force ends yesterday, for what it did stands. False where it was gone already or
    its days are over: the past is left alone."""
    current = type(rule)._default_manager.select_for_update().get(pk=rule.pk)  # noqa: SLF001
    if current.withdrawn_at is not None or current.is_over:
        return False
    current.withdraw(by)
    if current.starts_on < campus_today():
        current.piece(current.starts_on, campus_today() - ONE_DAY).save()
    return True


def not_over[R: DatedRule](rules: QuerySet[R]) -> QuerySet[R]:
    """Those that hold today or will: what can still be ended."""
    return rules.filter(Q(ends_on=None) | Q(ends_on__gte=campus_today()), withdrawn_at=None)


def rules_on[R: DatedRule](rules: QuerySet[R], day: date) -> QuerySet[R]:
    """Those of a query that hold on a day."""
    return rules.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, withdrawn_at=None)


def rules_within[R: DatedRule](rules: QuerySet[R], first: date, last: date | None) -> QuerySet[R]:
    """Those of a query that hold on any day of a span, which is open where no end is known."""
    begun = Q() if last is None else Q(starts_on__lte=last)
    return rules.filter(begun, Q(ends_on=None) | Q(ends_on__gte=first), withdrawn_at=None)


def rule_on[R: DatedRule](rules: QuerySet[R], day: date, *, what: Text) -> R:
    """The one rule of a day. A day without a rule is an error that says so, never a default."""
    found = rules_on(rules, day).first()
    if found is None:
        raise NoRuleError(what=what, day=dates.day(day, campus_today().year))
    return found

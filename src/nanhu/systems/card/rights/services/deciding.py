"""May this card? Asked by doors, tills, the library; evaluated anew each time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Text
from nanhu.platforms.access.api import CARD_REFUSALS
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS, by_default
from nanhu.systems.card.rights.errors import UnknownRightError
from nanhu.systems.card.rights.models import RightRule

REASONS: Final[Mapping[str, Text]] = {
    **CARD_REFUSALS,
    "allowed": _("可以使用"),
    "no_right": _("这类卡没有这项权限"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`code`: one of REASONS; `rule_id` where a rule decided."""

    code: str
    rule_id: int | None = None

    @property
    def is_allowed(self) -> bool:
        return self.code == "allowed"

    @property
    def reason(self) -> Text:
        return REASONS[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """The living rules, read once for many cards."""

    rules: tuple[RightRule, ...]

    def rule_for(self, card_class: str, sub_class: str, right: str, on: date) -> RightRule | None:
        speaking = (
            rule
            for rule in self.rules
            if (rule.card_class, rule.right) == (card_class, right)
            and rule.sub_class in {"", sub_class}
            and rule.holds_on(on)
        )
        return max(speaking, key=lambda rule: rule.sub_class != "", default=None)

    def gives(self, card_class: str, sub_class: str, right: str, on: date) -> bool:
        rule = self.rule_for(card_class, sub_class, right, on)
        return by_default(card_class, right) if rule is None else rule.is_allowed


def table() -> RuleTable:
    return RuleTable(rules=tuple(RightRule.objects.filter(withdrawn_at=None)))


def may(card: Card, right: str, on: date | None = None) -> Decision:
    return judge(table(), card, right, on or campus_today())


def may_each(cards: Iterable[Card], right: str, on: date | None = None) -> dict[int, Decision]:
    """One query for any number of cards."""
    rules, day = table(), on or campus_today()
    return {card.pk: judge(rules, card, right, day) for card in cards}


def judge(rules: RuleTable, card: Card, right: str, on: date) -> Decision:
    if right not in RIGHTS:
        raise UnknownRightError(right=right)
    if card.state != Card.State.ISSUED:
        return Decision(code=f"card_{card.state}")
    if not card.valid_from <= on <= card.valid_until:
        return Decision(code="not_yet_valid" if on < card.valid_from else "card_expired")
    rule = rules.rule_for(card.card_class, card.sub_class, right, on)
    is_allowed = by_default(card.card_class, right) if rule is None else rule.is_allowed
    return Decision(code="allowed" if is_allowed else "no_right", rule_id=rule.pk if rule else None)

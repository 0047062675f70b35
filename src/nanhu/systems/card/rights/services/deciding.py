"""May this card? Asked by doors, tills, the library; evaluated anew each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS, by_default
from nanhu.systems.card.rights.errors import UnknownRightError
from nanhu.systems.card.rights.models import RightRule

STATE_REASONS: dict[str, str | Promise] = {
    "lost": _("这张卡已挂失"),
    "frozen": _("这张卡已冻结"),
    "expired": _("这张卡已过期"),
    "replaced": _("这张卡已补办新卡"),
    "closed": _("这张卡已注销"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`code`: allowed, card_<state>, not_yet_valid, card_expired, no_right; `rule_id` where a rule decided."""

    is_allowed: bool
    code: str
    reason: str | Promise
    rule_id: int | None = None


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
        return Decision(is_allowed=False, code=f"card_{card.state}", reason=STATE_REASONS[card.state])
    if not card.valid_from <= on <= card.valid_until:
        code = "not_yet_valid" if on < card.valid_from else "card_expired"
        return Decision(is_allowed=False, code=code, reason=_("这一天不在卡的有效期内"))
    rule = rules.rule_for(card.card_class, card.sub_class, right, on)
    is_allowed = by_default(card.card_class, right) if rule is None else rule.is_allowed
    code, reason = ("allowed", _("可以使用")) if is_allowed else ("no_right", _("这类卡没有这项权限"))
    return Decision(is_allowed=is_allowed, code=code, reason=reason, rule_id=rule.pk if rule else None)

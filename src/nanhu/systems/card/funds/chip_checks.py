"""Checks of `nanhu doctor`: no fen between book and chip is unexplained, and each row in suspense has somebody who answers."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.systems.card.chip.models import Chip, SuspenseCase
from nanhu.systems.card.funds.services.difference import explain
from nanhu.systems.card.models import Card

AT_ONCE = 1000
DEAD = (Card.State.REPLACED, Card.State.CLOSED)


def living_chips() -> Iterator[list[Chip]]:
    """A replaced card's purse is nobody's any more: what was on it was frozen from the book."""
    last = 0
    while True:
        rows = Chip.objects.filter(pk__gt=last).exclude(card__state__in=DEAD).select_related("card").order_by("pk")
        chips = list(rows[:AT_ONCE])
        if not chips:
            return
        yield chips
        last = chips[-1].pk


def unexplained() -> dict[str, int]:
    """By card number."""
    return {
        chip.card.number: told[chip.pk].unexplained_fen
        for chips in living_chips()
        for told in [explain(chips)]
        for chip in chips
        if told[chip.pk].unexplained_fen
    }


def differences_are_explained() -> CheckResult:
    found = unexplained()
    if found:
        shown = "; ".join(f"{number} {format_yuan(fen)}" for number, fen in list(found.items())[:5])
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("%(count)s 张卡的账上余额与卡上余额之差没有说明：%(shown)s")
            % {"count": len(found), "shown": shown},
            remedy=_("在柜台打开“卡上余额”逐张核查；疑为复制卡或改写的先挂失。"),
        )
    waiting = SuspenseCase.objects.filter(state=SuspenseCase.State.OPEN).count()
    if waiting:
        return CheckResult(
            verdict=Verdict.WARN,
            message=_("%(count)s 笔芯片交易待查。") % {"count": waiting},
            remedy=_("在柜台“待查交易”认领并结案。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("每张卡的账上余额与卡上余额之差都有说明。"))

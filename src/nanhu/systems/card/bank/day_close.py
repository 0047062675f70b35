"""What the day close hears of the bank and of UnionPay: the differences of the day, each with its owner, or that no file could be had."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.systems.card.bank.acquirer import AcquirerSilentError
from nanhu.systems.card.bank.gateway import BankSilentError
from nanhu.systems.card.bank.models import Channel, Difference, Statement
from nanhu.systems.card.bank.services.reconciliation import bank_differences, open_differences
from nanhu.systems.card.closing.sources import Custody, Found, Source


def differences(day: date) -> list[Found]:
    try:
        return [told(one) for one in bank_differences(day)]
    except (BankSilentError, AcquirerSilentError):
        return [missing(), *(told(one) for one in open_differences(day))]


def missing() -> Found:
    return Found(key="file", what=_("对账文件还没有取得"))


def told(one: Difference) -> Found:
    return Found(
        key=f"{one.channel.key}:{one.order}", what=f"{one.channel.name} · {one.get_kind_display()} · {one.order}",
        ours_fen=one.ours_fen, theirs_fen=one.theirs_fen, owner=one.owner, is_explained=one.kind == Difference.Kind.UNDER_WAY,
    )  # fmt: skip


BANK = Source(
    key="bank",
    title=gettext_lazy("银行与银联核对"),
    owner=gettext_lazy("校园卡管理办公室"),
    differences=differences,
    order=30,
)


def custodial_balance(day: date) -> int | None:
    """What the bank says it held for us at the end of that day, as its file of the day brought it; None where it has not."""
    told = Statement.objects.filter(channel__kind=Channel.Kind.BANK, channel__is_on=True, day=day)
    found = [one.balance_fen for one in told if one.balance_fen is not None]
    return sum(found) if found else None


CUSTODY = Custody(key="bank", title=gettext_lazy("银行备付金账户"), balance=custodial_balance, order=30)

"""What the day close hears of the bank and of UnionPay: the differences of the day, each with its owner, or that no file could be had."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import end_of
from nanhu.platforms.payments import api as payments
from nanhu.platforms.payments.api import Custody, Found, Source
from nanhu.systems.card.bank.accounts import BANK_ACCOUNT


def differences(day: date) -> list[Found]:
    try:
        return [told(one) for one in payments.bank_differences(day)]
    except (payments.BankSilentError, payments.AcquirerSilentError):
        return [missing(), *(told(one) for one in payments.open_differences(day))]


def missing() -> Found:
    return Found(key="file", what=_("对账文件还没有取得"))


def told(one: payments.Difference) -> Found:
    return Found(
        key=f"{one.channel.key}:{one.order}",
        what=f"{one.channel.name} · {one.get_kind_display()} · {one.order}",
        ours_fen=one.ours_fen,
        theirs_fen=one.theirs_fen,
        owner=one.owner,
        is_explained=one.kind == payments.Difference.Kind.UNDER_WAY,
    )


BANK = Source(
    key="bank",
    title=gettext_lazy("银行与银联核对"),
    owner=gettext_lazy("校园卡管理办公室"),
    differences=differences,
    order=30,
)


def crossing(day: date) -> list[Found]:
    """Orders that the bank had moved by the end of that day and our books had not, or the other way round."""
    return [crossed(one) for one in payments.crossing(day, until=end_of(day))]


def crossed(one: payments.Crossing) -> Found:
    words = (
        _("%(bank)s · %(order)s：另一天入账")
        if one.is_booked and (one.theirs_fen or one.ours_fen)
        else _("%(bank)s · %(order)s：还没有入账，见银行与银联核对")
    )
    return Found(
        key=f"{one.channel.key}:{one.order}",
        what=words % {"bank": one.channel.name, "order": one.order},
        ours_fen=one.ours_fen,
        theirs_fen=one.theirs_fen,
        is_explained=True,
    )


def suspects(day: date) -> list[Found]:
    """Notices of the bank that nobody was credited for, each with its reason."""
    words = _("%(bank)s · %(order)s：可疑的到账通知，%(why)s")
    return [
        Found(
            key=f"suspect:{one.channel.key}:{one.order}",
            owner=one.owner,
            ours_fen=0,
            theirs_fen=one.theirs_fen,
            what=words % {"bank": one.channel.name, "order": one.order, "why": one.why},
        )
        for one in payments.open_suspects(day)
    ]


CUSTODY = Custody(
    key="bank",
    title=gettext_lazy("银行备付金账户"),
    group=BANK_ACCOUNT,
    balance=payments.balance_told,
    items=crossing,
    suspects=suspects,
    order=30,
)

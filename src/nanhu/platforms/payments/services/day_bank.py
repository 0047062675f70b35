"""What the day close hears of the bank and of the acquirer: the differences of the day, each with its owner, or that no file could be had."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import end_of
from nanhu.platforms.payments.accounts import BANK_ACCOUNT
from nanhu.platforms.payments.acquirer import AcquirerSilentError
from nanhu.platforms.payments.day_sources import Custody, Found, Source, sources, sources_of_custody
from nanhu.platforms.payments.gateway import BankSilentError
from nanhu.platforms.payments.models import Difference
from nanhu.platforms.payments.policies import CLERKS
from nanhu.platforms.payments.services import custody, reconciliation, suspense


def differences(day: date) -> list[Found]:
    try:
        return [found_of(one) for one in reconciliation.bank_differences(day)]
    except (BankSilentError, AcquirerSilentError):
        return [missing(), *(found_of(one) for one in reconciliation.open_differences(day))]


def missing() -> Found:
    return Found(key="file", what=_("对账文件还没有取得"))


def found_of(one: Difference) -> Found:
    return Found(
        key=f"{one.channel.key}:{one.order}",
        what=f"{one.channel.name} · {one.get_kind_display()} · {one.order}",
        ours_fen=one.ours_fen,
        theirs_fen=one.theirs_fen,
        owner=one.owner,
        is_explained=one.kind == Difference.Kind.UNDER_WAY,
    )


BANK = Source(
    key="bank",
    title=gettext_lazy("银行与银联核对"),
    owner=CLERKS,
    differences=differences,
    order=30,
)


def crossing(day: date) -> list[Found]:
    """Orders that the bank had moved by the end of that day and our books had not, or the other way round."""
    return [crossed(one) for one in custody.crossing(day, until=end_of(day))]


def crossed(one: custody.Crossing) -> Found:
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
        for one in suspense.open_suspects(day)
    ]


CUSTODY = Custody(
    key="bank",
    title=gettext_lazy("银行备付金账户"),
    group=BANK_ACCOUNT,
    balance=custody.reported_balance,
    items=crossing,
    suspects=suspects,
    order=30,
)
sources.add(BANK)
sources_of_custody.add(CUSTODY)

"""The office's mailbox: which mails became drafts, which went back, whose sender nobody knows."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Empty, Link, Moment, PageRequest, Table, Text, listing
from nanhu.systems.card.issuing.models import IncomingMail
from nanhu.systems.card.issuing.views.desk import issuing

Outcome = IncomingMail.Outcome


class Mails(Table):
    ordering = ("-received_at",)
    subject = Link(
        _("邮件主题"),
        lambda one: one.order.title if one.order else one.subject or _("（无主题）"),
        to="order",
        by=("order__public_id",),
        sort="subject",
    )
    sender = Text(_("发件人"))
    outcome = Badge(
        _("结果"), names=Outcome.choices, tones={Outcome.ORDERED: "good", Outcome.REFUSED: "warn"}, tone="none"
    )
    why = Text(_("原因"))
    received_at = Moment(_("收到"))


@issuing.page(
    "mail/",
    title=_("来信"),
    tab=_("来信"),
    lead=_("各单位经办人寄到办公室信箱的汇总表和照片。来信只成草稿，提交和审批在网上。"),
)
def mail(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有来信"),
        icon="mail",
        text=_("经办人从登记的邮箱寄来一份汇总表和一个照片压缩包，两分钟内成为草稿，并收到回信。"),
    )
    return listing(request, Mails, IncomingMail.objects.select_related("order"), empty=none)

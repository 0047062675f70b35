"""Expected failures of claims and payouts."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class NothingToClaimError(CampusError):
    code = "card.nothing_to_claim"
    http_status = 409
    sentence = _("现在没有可以领取的款项。")


class ClaimUnsettledError(CampusError):
    """The last write's outcome is unknown and the chip's counter was not read: nothing new may be written before."""

    code = "card.claim_unsettled"
    http_status = 409
    sentence = _("上一次领款是否写到卡上还不清楚，请把卡放到圈存机上再读一次。")


class ClaimResolvedError(CampusError):
    code = "card.claim_resolved"
    http_status = 409
    sentence = _("这次领款已经有结果：{state}。")


class ClaimNotFoundError(CampusError):
    code = "card.claim_not_found"
    http_status = 404
    sentence = _("没有找到这次领款。")


class CounterWentBackError(CampusError):
    """A chip counts upwards; one that shows less is a copy or another chip."""

    code = "card.counter_went_back"
    http_status = 409
    sentence = _("卡片计数与记录不符，请到校园卡管理办公室检查这张卡。")


class NotReturnableError(CampusError):
    code = "card.not_returnable"
    http_status = 409
    sentence = _("这笔款项{state}，不能退回。")

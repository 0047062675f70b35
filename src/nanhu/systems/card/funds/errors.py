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


class SheetRefusedError(CampusError):
    code = "card.sheet_refused"
    http_status = 422
    sentence = _("这个文件读不懂：请用 CSV 或 xlsx，第一行是表头，至少有“学工号”和“金额”两列。")


class SheetTooLongError(CampusError):
    code = "card.sheet_too_long"
    http_status = 422
    sentence = _("这个文件太大，一批最多 {most} 行。")


class BatchNotFoundError(CampusError):
    code = "card.batch_not_found"
    http_status = 404
    sentence = _("没有找到这一批。")


class BatchStateError(CampusError):
    code = "card.batch_state"
    http_status = 409
    sentence = _("这一批{state}，不能再办理。")


class OwnBatchError(CampusError):
    code = "card.own_batch"
    http_status = 409
    sentence = _("批量发放须由另一位经办人复核，不能自己制单自己同意。")


class BatchKnownError(CampusError):
    code = "card.batch_known"
    http_status = 409
    sentence = _("同一个文件已经作为“{title}”交过，不能再发一次。确需再发，请改动文件并写明用途。")


class FundingClosedError(CampusError):
    code = "card.funding_closed"
    http_status = 409
    sentence = _("这个经费账户不能用。")


class ShiftNotFoundError(CampusError):
    code = "card.shift_not_found"
    http_status = 404
    sentence = _("没有找到这一班。")

"""Expected failures of claims and payouts."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError, NotFoundError


class NothingToClaimError(ConflictError):
    """At a terminal an open claim may have been settled before this: that stays."""

    keeps_writes = True
    code = "card.nothing_to_claim"
    sentence = _("现在没有可以领取的款项。")


class ClaimUnsettledError(ConflictError):
    """The last write's outcome is unknown and the chip's counter was not read: nothing new may be written before."""

    code = "card.claim_unsettled"
    sentence = _("上一次领款是否写到卡上还不清楚，请把卡放到圈存机上再读一次。")


class ClaimResolvedError(ConflictError):
    code = "card.claim_resolved"
    sentence = _("这次领款已经有结果：{state}。")


class ClaimNotFoundError(NotFoundError):
    code = "card.claim_not_found"
    sentence = _("没有找到这次领款。")


class CounterWentBackError(ConflictError):
    """A chip counts upwards; one that shows less is a copy or another chip."""

    code = "card.counter_went_back"
    sentence = _("卡片计数与记录不符，请到校园卡管理办公室检查这张卡。")


class ChipSignatureWantedError(ConflictError):
    """The chip is to sign its counter, beginning a load of `initialize_fen`; then the same is asked again."""

    code = "card.chip_asked"
    sentence = _("请把卡放稳，正在核对上一笔领款是否已写入卡中。")


class UntoldWriteError(ConflictError):
    """The chip counts a write that its terminal said had not been. What was noted of it stays."""

    keeps_writes = True
    code = "card.untold_write"
    sentence = _("这张卡上有一笔报为“未写卡”的领款其实写过，不能再写。请带卡到校园卡管理办公室核查、补卡。")


class NotReturnableError(ConflictError):
    code = "card.not_returnable"
    sentence = _("这笔款项{state}，不能退回。")


class BatchKnownError(ConflictError):
    code = "card.batch_known"
    sentence = _("同一个文件已经作为“{title}”交过，不能再发一次。确需再发，请改动文件并写明用途。")


class FundingClosedError(ConflictError):
    code = "card.funding_closed"
    sentence = _("这个经费账户不能用。")


class HeldTooShortError(ConflictError):
    code = "card.held_too_short"
    sentence = _("请把卡放在机器上不动，满 5 秒自动领取。")


class ProofWrongError(ConflictError):
    """The chip's own proof is missing or false; the claim stays open."""

    code = "card.proof_wrong"
    sentence = _("卡片的写卡凭据不对，钱还在待领款里。")


class NoCardForDocumentError(NotFoundError):
    code = "card.no_card_for_document"
    sentence = _("这张身份证没有对应的校园卡，请到校园卡管理办公室。")


class ToTheOfficeError(ConflictError):
    """Manual §5.4.7."""

    code = "card.to_the_office"
    sentence = _("留学生、教职工请持学生证、工作证或其它有效证件到校园卡管理办公室补卡。")


class ReissueNotFoundError(NotFoundError):
    code = "card.reissue_not_found"
    sentence = _("没有找到这次补卡。")


class ReissueResolvedError(ConflictError):
    code = "card.reissue_resolved"
    sentence = _("这次补卡已经有结果：{state}。")


class StillHereError(ConflictError):
    code = "card.still_here"
    sentence = _("余额只退给已经离校、卡已过期的人。")


class DebtFirstError(ConflictError):
    code = "card.debt_first"
    sentence = _("还有欠款没有结清，先补扣欠款再退余额。")


class NothingToWithdrawError(ConflictError):
    code = "card.nothing_to_withdraw"
    sentence = _("没有可以退的余额。")


class DeductionLimitError(ConflictError):
    code = "card.deduction_limit"
    sentence = _("代扣须大于零，且不超过限额 {most}。")


class WalletShortError(ConflictError):
    code = "card.wallet_short"
    sentence = _("卡内余额 {balance} 不够扣。")


class NoDeductionRightError(ConflictError):
    """A right of the card's class (A096), dated by the card office's rules."""

    code = "card.no_deduction_right"
    sentence = _("这类卡没有代扣代缴的权限。")

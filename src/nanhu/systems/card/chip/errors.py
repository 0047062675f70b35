"""Expected failures of the purse."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError


class ChipMacWrongError(ConflictError):
    """The card did not sign what it is said to have signed: no bank is asked, nothing is written."""

    code = "chip_mac_wrong"
    sentence = _("卡片验证码不符，不能写卡。")


class ChipBehindError(ConflictError):
    """A counter that this card has passed long ago: somebody copied it. What was noted of it stays."""

    code = "chip_counter_reused"
    sentence = _("这张卡的交易计数与记录不符，不能写卡，请到校园卡管理办公室核查。")
    keeps_writes = True


class ChipMissingError(ConflictError):
    code = "chip_missing"
    sentence = _("这张卡没有电子钱包。")


class ChipSilentError(ConflictError):
    code = "chip_silent"
    sentence = _("请把卡放在读卡处，由卡上的芯片应答。")


class ChipKeyMissingError(ConflictError):
    code = "chip_key_missing"
    sentence = _("还没有电子钱包的主密钥，请先运行 nanhu card_chips。")


class SuspenseBatchedError(ConflictError):
    code = "card.suspense_batched"
    sentence = _("这一笔在一批里等人决定，请先决定那一批。")


class SuspenseGroupEmptyError(ConflictError):
    code = "card.suspense_group_empty"
    sentence = _("这一组里没有可以这样办理的待查，请刷新后再看。")


class SuspenseNotPostableError(ConflictError):
    code = "card.suspense_not_postable"
    sentence = _("这一类待查不能入账，只能结案。")


class SuspenseProposalError(ConflictError):
    code = "card.suspense_proposal"
    sentence = _("这一笔的入账申请已变，请刷新后再看。")

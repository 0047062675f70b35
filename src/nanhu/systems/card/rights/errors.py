"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class UnknownRightError(CampusError):
    code = "card.unknown_right"
    sentence = _("没有“{right}”这项权限。")
    field = "right"


class RuleInThePastError(ConflictError):
    code = "card.rule_in_the_past"
    sentence = _("规则从今天或以后的一天起生效；过去的已经生效，不能改。")
    field = "starts_on"


class VerificationUnknownError(NotFoundError):
    code = "card.verification_unknown"
    sentence = _("没有这张卡，或核验码已过期。请持卡人刷新核验码再试。")

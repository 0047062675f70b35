"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError


class VerificationUnknownError(NotFoundError):
    code = "card.verification_unknown"
    sentence = _("没有这张卡，或核验码已过期。请持卡人刷新核验码再试。")

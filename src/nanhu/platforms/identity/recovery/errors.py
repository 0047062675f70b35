"""Expected failures of account recovery. None of them tells whether somebody exists."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class AttemptExpiredError(CampusError):
    code: ClassVar[str] = "recovery_expired"
    sentence: ClassVar[str | Promise] = _("这次找回已过期或已完成，请重新开始。")


class CodeRefusedError(CampusError):
    code: ClassVar[str] = "code_refused"
    sentence: ClassVar[str | Promise] = _("验证码不正确或已过期。资料不符时也不会收到验证码。")


class AnswersRefusedError(CampusError):
    code: ClassVar[str] = "answers_refused"
    sentence: ClassVar[str | Promise] = _("核对不通过：三个答案都要对，前面填写的资料也要与登记一致。")


class ProofForAnotherError(CampusError):
    code: ClassVar[str] = "proof_for_another"
    sentence: ClassVar[str | Promise] = _("这个证明不属于要找回的账号。")


class ContactRefusedError(CampusError):
    code: ClassVar[str] = "contact_refused"
    sentence: ClassVar[str | Promise] = _("验证码不正确或已过期，联系方式没有改变。")

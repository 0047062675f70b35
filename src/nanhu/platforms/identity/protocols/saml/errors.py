"""Expected failures of SAML, each with a code, an HTTP status and a sentence."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class SamlUnavailableError(CampusError):
    code: ClassVar[str] = "saml_unavailable"
    http_status: ClassVar[int] = 503
    sentence: ClassVar[str | Promise] = _("这台服务器上还没有装 xmlsec1，SAML 登录暂不可用；其他登录方式不受影响。")


class SamlBusyError(CampusError):
    code: ClassVar[str] = "saml_busy"
    http_status: ClassVar[int] = 503
    sentence: ClassVar[str | Promise] = _("此刻经 SAML 登录的人太多，请稍等几秒再试。")


class MessageRefusedError(CampusError):
    """A SAML message that is malformed, forged, too old or not for us. `why` is for the partner's administrator."""

    code: ClassVar[str] = "saml_message_refused"
    sentence: ClassVar[str | Promise] = _(
        "应用发来的登录请求不可用（{why}）。请回到应用重新开始；仍不行，请把这句话告诉应用的管理员。"
    )


class UnknownPartnerError(CampusError):
    code: ClassVar[str] = "saml_unknown_partner"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _(
        "这个应用（{entity_id}）没有在学校登记，也不在学校加入的联盟里，不能用统一身份登录。"
    )


class PartnerExpiredError(CampusError):
    code: ClassVar[str] = "saml_partner_expired"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("这个应用（{entity_id}）的元数据已过期，要先更新才能登录。请联系信息中心。")


class RequestExpiredError(CampusError):
    code: ClassVar[str] = "saml_request_expired"
    sentence: ClassVar[str | Promise] = _("这次登录开始得太久了。请回到应用重新开始。")


class LogoutAnswerExpiredError(CampusError):
    code: ClassVar[str] = "saml_logout_answer_expired"
    sentence: ClassVar[str | Promise] = _("您已经退出登录。请关闭本页，或回到原来的应用。")


class MetadataRefusedError(CampusError):
    code: ClassVar[str] = "saml_metadata_refused"
    sentence: ClassVar[str | Promise] = _("元数据不可用：{why}")


class KeyStepRefusedError(ConflictError):
    code: ClassVar[str] = "saml_key_step_refused"
    sentence: ClassVar[str | Promise] = _(
        "更换密钥须按顺序：先公布（announce），再启用（switch），最后撤回（withdraw）。"
    )


class FeedRefusedError(ConflictError):
    """A federation's feed was not taken; the last good copy stays in use."""

    code: ClassVar[str] = "saml_feed_refused"
    sentence: ClassVar[str | Promise] = _("没有采用这份联盟元数据：{why}")


class FeedKnownError(ConflictError):
    code: ClassVar[str] = "saml_feed_known"
    sentence: ClassVar[str | Promise] = _("这个联盟（名称、标识或地址）已经登记过。")

"""Expected failures of identity, each with a code, an HTTP status and a sentence."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError, NotFoundError


class HashingBusyError(CampusError):
    code: ClassVar[str] = "sign_in_busy"
    http_status: ClassVar[int] = 503
    sentence: ClassVar[str | Promise] = _("此刻登录的人太多，请稍等几秒再试。")


class ActivationExpiredError(CampusError):
    code: ClassVar[str] = "activation_expired"
    sentence: ClassVar[str | Promise] = _("这次激活已过期或已被使用，请重新登录开始。")


class ProofRefusedError(CampusError):
    code: ClassVar[str] = "proof_refused"
    sentence: ClassVar[str | Promise] = _("核对不通过：请检查填写的内容。")


class NoPhoneOnRecordError(CampusError):
    code: ClassVar[str] = "no_phone_on_record"
    sentence: ClassVar[str | Promise] = _("学校没有登记您的手机号，请改用姓名和证件号核对。")


class CodeStillGoodError(CampusError):
    code: ClassVar[str] = "code_still_good"
    http_status: ClassVar[int] = 429
    sentence: ClassVar[str | Promise] = _("验证码刚刚发过，现在不再重发：请用手机上最近收到的那一条，它还有效。")


class WrongPasswordError(CampusError):
    code: ClassVar[str] = "wrong_password"
    sentence: ClassVar[str | Promise] = _("当前密码不正确。")


class PartedMeanwhileError(ConflictError):
    """The person and another were told apart since this was begun."""

    code: ClassVar[str] = "parted_meanwhile"
    sentence: ClassVar[str | Promise] = _("您的记录刚刚更正，请重新登录。")


class PasswordRefusedError(CampusError):
    """`problems` lists why, as sentences."""

    code: ClassVar[str] = "password_refused"
    sentence: ClassVar[str | Promise] = _("新密码不符合要求。")

    def __init__(self, problems: list[str | Promise]) -> None:
        super().__init__()
        self.problems = problems


class UnknownAccountError(NotFoundError):
    code: ClassVar[str] = "unknown_account"
    sentence: ClassVar[str | Promise] = _("没有这个账号：{campus_no}")


class AccountClosedError(ConflictError):
    code: ClassVar[str] = "account_closed"
    sentence: ClassVar[str | Promise] = _("账号已停用或注销，要先由主管部门恢复身份。")


class UnknownRoleError(CampusError):
    code: ClassVar[str] = "unknown_role"
    sentence: ClassVar[str | Promise] = _("没有这个角色：{role}")


class DemoOnlyError(CampusError):
    code: ClassVar[str] = "demo_only"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("只有样例校园（NANHU_DEMO）才能直接设定密码。")


class ServiceRefusedError(CampusError):
    code: ClassVar[str] = "service_refused"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("这个应用没有在学校登记，不能用统一身份登录。")


class UnsafeServiceAddressError(CampusError):
    code: ClassVar[str] = "unsafe_service_address"
    sentence: ClassVar[str | Promise] = _("应用地址不可用：{address}")


class AddressTakenError(ConflictError):
    code: ClassVar[str] = "address_taken"
    sentence: ClassVar[str | Promise] = _("地址 {address} 已由“{name}”登记。")


class ApplicationRefusedError(CampusError):
    code: ClassVar[str] = "application_refused"
    sentence: ClassVar[str | Promise] = _("应用不能这样登记：{problem}")


class NothingChangedError(InvalidError):
    code = "nothing_changed"
    sentence = _("没有改动。")


class UnknownAttributeError(CampusError):
    code: ClassVar[str] = "unknown_attribute"
    sentence: ClassVar[str | Promise] = _("没有这个属性：{name}")


class AttributeReasonMissingError(CampusError):
    code: ClassVar[str] = "attribute_reason_missing"
    sentence: ClassVar[str | Promise] = _("请说明应用为什么需要“{label}”。")


class OwnRoleError(CampusError):
    code: ClassVar[str] = "own_role"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("不能给自己授予角色，请另一位安全管理员办理。")


class RolesExcludeError(ConflictError):
    code: ClassVar[str] = "roles_exclude"
    sentence: ClassVar[str | Promise] = _("三员分立：此人已有另一类管理角色，不能再授予{role}。")


class MoneyDutiesExcludeError(ConflictError):
    """Roles of the counter and of finance on one account."""

    code: ClassVar[str] = "money_duties_exclude"
    sentence: ClassVar[str | Promise] = _("钱账分管：柜台经办、商户登记与一卡通财务不能是同一个人。")


class RoleNeedsUnitError(CampusError):
    code: ClassVar[str] = "role_needs_unit"
    sentence: ClassVar[str | Promise] = _("单位账号管理员要指明一个单位。")


class RoleHasNoUnitError(InvalidError):
    """It counts everywhere: who types a unit would grant more than he means to."""

    code: ClassVar[str] = "role_has_no_unit"
    sentence: ClassVar[str | Promise] = _("只有单位账号管理员可以限定单位，这个角色在全校有效，请把单位留空。")


class RoleEndsInThePastError(CampusError):
    code: ClassVar[str] = "role_ends_in_the_past"
    sentence: ClassVar[str | Promise] = _("角色的到期时间要在以后。")


class AlreadySuspendedError(ConflictError):
    code: ClassVar[str] = "already_suspended"
    sentence: ClassVar[str | Promise] = _("账号已停用或已注销。")


class NotSuspendedError(ConflictError):
    code: ClassVar[str] = "not_suspended"
    sentence: ClassVar[str | Promise] = _("账号没有被人工停用，无需恢复。")


class SuspensionEndsInThePastError(CampusError):
    code: ClassVar[str] = "suspension_ends_in_the_past"
    sentence: ClassVar[str | Promise] = _("停用的截止时间要在以后。")


class AccountHasNoPasswordError(ConflictError):
    code: ClassVar[str] = "account_has_no_password"
    sentence: ClassVar[str | Promise] = _("账号还没有设过密码，无需要求更换。")

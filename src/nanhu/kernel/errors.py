"""Expected failures: one class each, with a code, an HTTP status and a sentence a person understands."""

from typing import ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CampusError(Exception):
    """An expected failure. `sentence` may hold {placeholders}, filled from the facts given when it is raised."""

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 400
    sentence: ClassVar[str | Promise] = _("这件事现在办不了。")
    field: str = ""
    """Of the form that asked for it: where the sentence is shown."""
    keeps_writes: ClassVar[bool] = False
    """What was written before it was raised stays: an attempt that counts, a claim that was settled."""

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    def at(self, field: str) -> Self:
        """Of several that the sentence may be about, this one."""
        self.field = field
        return self

    @property
    def message(self) -> str:
        return str(self.sentence).format(**self.facts)

    def __str__(self) -> str:
        return self.message


class NotFoundError(CampusError):
    """`what` as it goes on after 没有找到: 这条规则."""

    code: ClassVar[str] = "not_found"
    http_status: ClassVar[int] = 404
    sentence: ClassVar[str | Promise] = _("没有找到{what}。")


class ConflictError(CampusError):
    """As things stand it cannot be; nothing is wrong with what was sent."""

    http_status: ClassVar[int] = 409


class InvalidError(CampusError):
    """What was sent is wrong; put right, it can be sent again."""

    http_status: ClassVar[int] = 422


class WrongStateError(ConflictError):
    """`what` as in NotFoundError; `state` in words."""

    code: ClassVar[str] = "wrong_state"
    sentence: ClassVar[str | Promise] = _("{what}现在是“{state}”，不能这样办理。")


class ChangedMeanwhileError(ConflictError):
    """`what` as in NotFoundError (`kernel.revisions`)."""

    code: ClassVar[str] = "changed_meanwhile"
    sentence: ClassVar[str | Promise] = _("刚才有人改过{what}，请看看现在的内容再改。")


class SamePersonError(ConflictError):
    """Two people must do it, and this is the first of them."""

    code: ClassVar[str] = "same_person"
    sentence: ClassVar[str | Promise] = _("这一步须由另一位经办人办理，不能自己提出、自己同意。")


class StaleSignInError(CampusError):
    """Both of two people prove who they are: an open browser is nobody's signature."""

    code: ClassVar[str] = "stale_sign_in"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _(
        "要两人办理的事，提出和复核时都须刚刚验证过身份。请再验证一次，然后回到这一页提交。"
    )


class SuppliedElsewhereError(ConflictError):
    """`source`: whose system writes these facts now."""

    code: ClassVar[str] = "supplied_elsewhere"
    sentence: ClassVar[str | Promise] = _("这里的数据现由“{source}”供给，本系统只读。")


class NotTheAuthorError(ConflictError):
    code: ClassVar[str] = "not_the_author"
    sentence: ClassVar[str | Promise] = _("只有提出的人自己可以撤回。")


class ReasonMissingError(CampusError):
    code: ClassVar[str] = "reason_missing"
    sentence: ClassVar[str | Promise] = _("请写明原因。")


class BodyTooLargeError(CampusError):
    code: ClassVar[str] = "body_too_large"
    http_status: ClassVar[int] = 413
    sentence: ClassVar[str | Promise] = _("发来的内容有 {size} MB，这里不收这么大的。")

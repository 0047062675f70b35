"""How well an account is kept, and what is missing (安全程度): one line per thing, the most useful missing one first."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.factors.services.overview import Factors
from nanhu.platforms.identity.models import Account

QUESTIONS, CODES = 3, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    text: str | Promise
    is_done: bool
    url: str = ""


def marks_of(account: Account, *, factors: Factors, questions: int) -> list[Mark]:
    page = reverse("identity:factors")
    marks = [
        Mark(
            text=_("自己的密码"),
            is_done=account.password_changed_at is not None,
            url=reverse("identity:change_password"),
        ),
        Mark(text=_("密保问题"), is_done=questions >= QUESTIONS, url=reverse("identity:change_questions")),
        Mark(text=_("验证过的手机或邮箱"), is_done=bool(factors.contact_masked), url=reverse("identity:contacts")),
        Mark(text=_("第二步验证"), is_done=factors.is_on, url=page),
        Mark(text=_("防钓鱼的通行密钥"), is_done=factors.passkeys > 0, url=page),
        Mark(text=_("打印的恢复码"), is_done=factors.recovery_codes >= CODES, url=page),
    ]
    return sorted(marks, key=lambda mark: mark.is_done)

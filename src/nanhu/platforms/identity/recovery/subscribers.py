"""Notices after the keys of an account changed: to every verified phone and mail, by the event, so that none is lost."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.channels import notify
from nanhu.platforms.identity.events import PasswordChanged, SecurityQuestionsChanged
from nanhu.platforms.identity.models import Account


@subscribe(PasswordChanged, name="identity.tell_of_changed_password")
def notify_of_password(events: Sequence[PasswordChanged]) -> None:
    for event in events:
        notify_owner(
            event.account_id, _("您的统一身份密码已修改（%(when)s）。如非本人操作，请立即致电信息中心 %(phone)s。")
        )


@subscribe(SecurityQuestionsChanged, name="identity.tell_of_changed_questions")
def notify_of_questions(events: Sequence[SecurityQuestionsChanged]) -> None:
    for event in events:
        notify_owner(
            event.account_id, _("您的统一身份密保问题已修改（%(when)s）。如非本人操作，请立即致电信息中心 %(phone)s。")
        )


def notify_owner(account_id: int, text: str) -> None:
    account = Account.objects.filter(pk=account_id).first()
    if account is not None:
        when = dates.time_words(now())
        notify(account=account, text=text % {"when": when, "phone": school().info_centre_phone})

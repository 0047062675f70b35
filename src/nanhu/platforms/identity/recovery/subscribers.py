"""Notices after the keys of an account changed, and the phone on record, to which its codes go: by the event, so that none is lost."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.events import subscribe
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.channels import BY, notify, own_channels
from nanhu.platforms.identity.events import PasswordChanged, SecurityQuestionsChanged
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people


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


@subscribe(people.PersonChanged, name="identity.tell_of_changed_phone")
def notify_of_phone(events: Sequence[people.PersonChanged]) -> None:
    """Whose phone on record an office replaced hears of it by the former one, in time to object before the new one brings a password
    back. Who cannot sign in has nothing to lose."""
    changed = {event.person_id for event in events if "phone" in event.fields}
    for account in Account.objects.filter(person__in=changed, state=Account.State.ACTIVE).order_by("pk"):
        tell_former_phone(account)


@transaction.atomic
def tell_former_phone(account: Account) -> None:
    former = people.former_phone_of(account.person_id, by=BY, purpose="通知本人登记的手机号已改")
    if not former:
        return
    text = _(
        "学校登记的您的手机号已改为另一个，24 小时后凭新号码可以找回密码。如有疑问，请立即致电信息中心 %(phone)s。"
    ) % {"phone": school().info_centre_phone}
    send_text(phone=former, text=text)
    for channel in own_channels(account):
        if channel.address() != former:
            channel.send(text)


def notify_owner(account_id: int, text: str) -> None:
    account = Account.objects.filter(pk=account_id).first()
    if account is not None:
        when = dates.time_words(now())
        notify(account=account, text=text % {"when": when, "phone": school().info_centre_phone})

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.forms import CodeProofForm, password_field
from nanhu.platforms.identity.recovery.attempts import Claim
from nanhu.platforms.identity.recovery.models import ContactKind
from nanhu.platforms.identity.rules import QUESTIONS_NEEDED
from nanhu.platforms.people import api as people

RESIDENT, PASSPORT, TRAVEL_PERMIT, RESIDENCE_PERMIT, OTHER = "resident", "passport", "permit", "residence", "other"
DOCUMENTS = (
    (RESIDENT, _("居民身份证")),
    (PASSPORT, _("护照")),
    (TRAVEL_PERMIT, _("港澳台通行证")),
    (RESIDENCE_PERMIT, _("港澳台居民居住证、外国人永久居留证")),
    (OTHER, _("其他证件")),
)
ID_LENGTH = 18
WAYS = ((ContactKind.PHONE, _("发短信到登记的手机")), (ContactKind.MAIL, _("发邮件到验证过的邮箱")))


def name_field() -> forms.CharField:
    return forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))


def number_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("证件号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        **options,
    )


class FindAccountForm(forms.Form):
    """F3. The kind of document checks how the number is written, not whose it is."""

    name = name_field()
    document_kind = forms.ChoiceField(label=_("证件类型"), choices=DOCUMENTS)
    id_number = number_field()
    channel = forms.ChoiceField(
        label=_("怎样证明是您本人"), choices=WAYS, initial=ContactKind.PHONE, widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number = people.normalise_document(cleaned.get("id_number", ""))
        if number and cleaned.get("document_kind") == RESIDENT and not is_resident_number(number):
            self.add_error("id_number", _("身份证号码应为 18 位，请核对有没有输错。"))
        return cleaned

    def claim(self) -> Claim:
        return Claim(name=self.cleaned_data["name"], id_number=self.cleaned_data["id_number"])


class ForgotPasswordForm(forms.Form):
    """Who has forgotten the password: three things that together only the owner should have at hand."""

    campus_no = forms.CharField(
        label=_("账号"),
        help_text=_("学号或工号"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = name_field()
    id_number = number_field(help_text=_("身份证、护照或居住证上的全部号码"))

    def claim(self) -> Claim:
        cleaned = self.cleaned_data
        return Claim(name=cleaned["name"], id_number=cleaned["id_number"], campus_no=cleaned["campus_no"])


def is_resident_number(number: str) -> bool:
    """The shape only: an office may have typed a check digit wrong, and its record is what counts."""
    return len(number) == ID_LENGTH and number[:-1].isdecimal() and (number[-1].isdecimal() or number[-1] == "X")


class CodeForm(CodeProofForm):
    """A code that came by phone or mail."""

    code = forms.CharField(
        label=_("验证码"),
        help_text=_("6 位数字"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AnswersForm(forms.Form):
    """The three security questions, in the order they were set."""

    def __init__(self, questions: list[str], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for number, question in enumerate(questions, start=1):
            self.fields[f"answer_{number}"] = forms.CharField(
                label=question, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )

    def answers(self) -> list[str]:
        return [self.cleaned_data[f"answer_{number}"] for number in range(1, QUESTIONS_NEEDED + 1)]


class PhoneForm(forms.Form):
    address = people.PhoneField(autocomplete="tel")
    old_password = password_field(_("当前密码"), autocomplete="current-password")


class MailForm(forms.Form):
    address = forms.EmailField(label=_("邮箱"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    old_password = password_field(_("当前密码"), autocomplete="current-password")


CONTACT_FORMS: dict[str, type[PhoneForm | MailForm]] = {ContactKind.PHONE: PhoneForm, ContactKind.MAIL: MailForm}

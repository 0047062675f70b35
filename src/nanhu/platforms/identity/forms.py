from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.rules import (
    LONGEST_PASSWORD,
    QUESTIONS_NEEDED,
    SHORTEST_ANSWER,
    normalise_answer,
    normalise_password,
)
from nanhu.platforms.people import api as people

OWN_QUESTION = "own"
LONGEST_TYPED = 2 * LONGEST_PASSWORD
LONGEST_QUESTION = 60
QUESTIONS = (
    ("", _("请选择")),
    ("first_teacher", _("我小学第一位班主任的姓名")),
    ("childhood_friend", _("我儿时最好的朋友的姓名")),
    ("first_trip", _("我第一次独自旅行去的地方")),
    ("dish", _("我家最拿手的一道菜")),
    ("book", _("影响我最深的一本书")),
    ("nickname", _("家人小时候对我的称呼")),
    ("river", _("我家乡的一条河或一座山")),
    ("dream", _("我小时候想从事的职业")),
    (OWN_QUESTION, _("自己出一个问题")),
)


def password_field(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=LONGEST_TYPED,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    """F1. Campus number of either kind, or a verified phone number or mail address, in one box."""

    username = forms.CharField(
        label=_("账号"),
        help_text=_("学号或工号；也可填已验证的手机号或邮箱"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = password_field(_("密码"), autocomplete="current-password")
    remember = forms.BooleanField(
        label=_("这是我自己的设备，记住它"), help_text=_("公用电脑请不要勾选"), required=False
    )


class CasSignInForm(SignInForm):
    """The same, with CAS's choice to be asked before each application."""

    warn = forms.BooleanField(label=_("进入其他应用前先问我"), required=False)


class DocumentProofForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label=_("完整的证件号码"),
        help_text=_("身份证、护照或居住证上的全部号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CodeProofForm(forms.Form):
    code = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def consent_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("我已阅读并同意《个人信息处理告知》"), error_messages={"required": _("请阅读并同意后再继续。")}
    )


class NewPasswordForm(forms.Form):
    """F2, first part. Whether the password is good enough is the service's business."""

    new_password = password_field(
        _("新密码"),
        autocomplete="new-password",
        help_text=_(
            "至少 10 个字符；或至少 8 个字符并含大写、小写、数字、符号中的三类。"
            "不要包含学工号、证件号、生日、手机号、姓名或学校名称。"
        ),
    )
    new_password.widget.attrs["data-strength"] = ""
    again = password_field(_("再输入一次"), autocomplete="new-password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if normalise_password(cleaned.get("new_password", "")) != normalise_password(cleaned.get("again", "")):
            self.add_error("again", _("两次输入的密码不一样。"))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    """F4."""

    old_password = password_field(_("当前密码"), autocomplete="current-password")
    field_order = ["old_password", "new_password", "again"]


class QuestionsForm(forms.Form):
    """F2, second part: three different questions with different answers."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for number in range(1, QUESTIONS_NEEDED + 1):
            self.fields[f"question_{number}"] = forms.ChoiceField(
                label=_("问题 %(number)d") % {"number": number}, choices=QUESTIONS
            )
            self.fields[f"own_{number}"] = forms.CharField(
                label=_("自己的问题 %(number)d") % {"number": number},
                help_text=_("上面选“自己出一个问题”时填写"),
                required=False,
                max_length=LONGEST_QUESTION,
            )
            self.fields[f"answer_{number}"] = forms.CharField(
                label=_("答案 %(number)d") % {"number": number},
                max_length=80,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"again_{number}"] = forms.CharField(
                label=_("再答一次 %(number)d") % {"number": number},
                max_length=80,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        texts = [self.question_text(cleaned, number) for number in range(1, QUESTIONS_NEEDED + 1)]
        answers = [normalise_answer(cleaned.get(f"answer_{n}", "")) for n in range(1, QUESTIONS_NEEDED + 1)]
        for number, (text, answer) in enumerate(zip(texts, answers, strict=True), start=1):
            if not text and not self.errors.get(f"question_{number}"):
                self.add_error(f"own_{number}", _("请写下自己的问题。"))
            if not self.errors.get(f"answer_{number}") and len(answer) < SHORTEST_ANSWER:
                self.add_error(f"answer_{number}", _("答案至少两个字。"))
            again = normalise_answer(cleaned.get(f"again_{number}", ""))
            if answer and again and again != answer:
                self.add_error(f"again_{number}", _("两次的答案不一致。"))
            if text and normalise_answer(text) in {normalise_answer(other) for other in texts[: number - 1]}:
                self.add_error(f"question_{number}", _("三个问题不能重复。"))
            if answer and answer in answers[: number - 1]:
                self.add_error(f"answer_{number}", _("三个答案不能相同。"))
        return cleaned

    @staticmethod
    def question_text(cleaned: dict[str, Any], number: int) -> str:
        chosen = cleaned.get(f"question_{number}", "")
        if chosen == OWN_QUESTION:
            return str(cleaned.get(f"own_{number}", "")).strip()
        return str(dict(QUESTIONS).get(chosen, "")) if chosen else ""

    def pairs(self) -> list[tuple[str, str]]:
        return [
            (self.question_text(self.cleaned_data, number), self.cleaned_data[f"answer_{number}"])
            for number in range(1, QUESTIONS_NEEDED + 1)
        ]


class ChangeQuestionsForm(QuestionsForm):
    """F4, the other half: the password first, then the questions anew."""

    old_password = password_field(_("当前密码"), autocomplete="current-password")
    field_order = ["old_password"]


class GuestSetupForm(NewPasswordForm):
    """F2 of a guest, on one page."""

    phone = people.PhoneField(help_text=_("收到邀请短信的手机号，忘记密码时用来找回"), autocomplete="tel")
    consent = consent_field()


class ContactForm(forms.Form):
    """F2, third part."""

    phone = people.PhoneField(help_text=_("忘记密码时用来找回账号"), autocomplete="tel")
    email = forms.EmailField(label=_("邮箱"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    consent = consent_field()

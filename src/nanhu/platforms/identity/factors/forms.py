from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_CODE = 40


class CodeForm(forms.Form):
    """Six digits from an app or a message, or one of the codes on paper."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class RecoveryCodeForm(CodeForm):
    code = forms.CharField(
        label=_("恢复码"),
        help_text=_("打印的十个恢复码之一，每个只能用一次"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class PasskeyNameForm(forms.Form):
    """`credential` is what the browser's passkey answered; the script puts it there."""

    name = forms.CharField(label=_("名称"), help_text=_("以后靠它认出是哪一个，例如“我的手机”"), max_length=60)
    credential = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class PasskeyForm(forms.Form):
    credential = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("电脑屏幕上的两位数字"),
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
    )


class PasskeyRenameForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60)

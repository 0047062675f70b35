"""What a sponsor says of a guest."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.people import api as people


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **more)


class InvitationForm(forms.Form):
    kind = forms.ChoiceField(label=_("身份"), choices=Sponsorship.Kind.choices)
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = people.PhoneField(help_text=_("账号和一次性密码发到这个号码。"))
    former_no = forms.CharField(
        label=_("原学号或工号"), max_length=20, required=False, help_text=_("只有校友要填，用来接上原来的档案。")
    )
    ends_on = day_field(_("最后一天"), help_text=_("上网一次最多七天，之后您在“访客上网”里一次次再开。"))
    reason = forms.CharField(label=_("事由"), max_length=200, help_text=_("例如“来校参加学术会议”。"))

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("kind") == Sponsorship.Kind.ALUMNUS and not facts.get("former_no"):
            self.add_error("former_no", _("校友要填原学号或工号。"))
        return facts


class DayForm(forms.Form):
    ends_on = day_field(_("最后一天"))

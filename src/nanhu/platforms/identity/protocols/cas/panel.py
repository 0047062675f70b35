"""CAS in the application registry: its fields, its snippets, its trial."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application, ApplicationAddress
from nanhu.platforms.identity.protocols.cas.snippets import snippets_for
from nanhu.platforms.identity.protocols.cas.trial import trial
from nanhu.platforms.identity.rules_urls import is_registrable
from nanhu.platforms.identity.services import applications

MOST_ADDRESSES = 20


class AddressesField(forms.CharField):
    """One address a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]
        return list(dict.fromkeys(str(value or "").split()))

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"])
        if len(value) > MOST_ADDRESSES:
            raise forms.ValidationError(_("最多 %(most)d 个地址。") % {"most": MOST_ADDRESSES})
        for address in value:
            if not is_registrable(address):
                raise forms.ValidationError(_("这个地址不可用：%(address)s") % {"address": address})

    def run_validators(self, value: object) -> None:
        """Each address was looked at in `validate`."""


class CasForm(forms.Form):
    addresses = AddressesField(
        label=_("允许地址"), help_text=_("一行一个，例如 https://oa.example.edu.cn/ ；它和它下面的地址可以收票据。")
    )
    logout_url = forms.URLField(
        label=_("退出通知地址"),
        required=False,
        assume_scheme="https",
        help_text=_("退出时由服务器通知这个地址；不填就通知收下票据的地址。"),
    )
    user_name = forms.ChoiceField(label=_("用户名使用的号码"), choices=Application.UserName.choices)
    has_attributes_in_cas2 = forms.BooleanField(label=_("CAS 2.0 的回答也带属性"), required=False)
    proxy_prefixes = AddressesField(
        label=_("代理回调地址"),
        required=False,
        help_text=_("只有要代表用户再访问其他应用时才填，必须是 https。"),
    )
    proxy_targets = forms.MultipleChoiceField(
        label=_("代理票据只能用于"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("这个应用可以代表用户访问哪些应用；一个不勾就一个也不能。"),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        targets: forms.MultipleChoiceField = self.fields["proxy_targets"]  # type: ignore[assignment]
        targets.choices = [
            (one.key, one.name)
            for one in Application.objects.filter(is_enabled=True, addresses__isnull=False).distinct().order_by("name")
        ]


def speaks(application: Application) -> bool:
    return application.addresses.exists()


def initial(application: Application) -> dict[str, Any]:
    return {
        "addresses": [one.prefix for one in application.addresses.all()] if application.pk else [],
        "logout_url": application.logout_url,
        "user_name": application.user_name,
        "has_attributes_in_cas2": application.has_attributes_in_cas2,
        "proxy_prefixes": application.proxy_prefixes,
        "proxy_targets": application.proxy_targets,
    }


@transaction.atomic
def save(by: Actor, application: Application, cleaned: Mapping[str, Any]) -> Mapping[str, str]:
    """CAS has no secrets to show."""
    applications.set_addresses(by=by, application=application, prefixes=cleaned["addresses"])
    applications.change_application(
        by=by,
        application=application,
        logout_url=cleaned["logout_url"],
        user_name=cleaned["user_name"],
        has_attributes_in_cas2=cleaned["has_attributes_in_cas2"],
        proxy_prefixes=cleaned["proxy_prefixes"],
        proxy_targets=cleaned["proxy_targets"],
    )
    return {}


def forget(by: Actor, application: Application) -> None:
    """Without an address it gets no ticket any more."""
    applications.set_addresses(by=by, application=application, prefixes=[])


panels.add(
    panels.ProtocolPanel(
        key="cas",
        name="CAS 1.0 / 2.0 / 3.0",
        form=CasForm,
        speaks=speaks,
        initial=initial,
        save=save,
        forget=forget,
        snippets=lambda application, _secrets: snippets_for(application),
        trial=trial,
        speakers=lambda: set(ApplicationAddress.objects.order_by().values_list("application_id", flat=True)),
        order=10,
    )
)

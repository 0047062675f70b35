"""The shape of what administrators write into the registry. Their rules are the services'."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry as house
from nanhu.kernel.kit.forms import MomentField, reason_field
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.errors import UnknownAccountError
from nanhu.platforms.identity.models import AccessRule, Account, Application
from nanhu.platforms.identity.services import sign_in
from nanhu.platforms.identity.services.attributes import ALL, Attribute
from nanhu.platforms.people import api as people

KINDS = (
    ("student", _("学生")),
    ("staff", _("教职工")),
    ("temporary", _("临时人员")),
    ("guest", _("来宾")),
)


class CampusNumberField(forms.CharField):
    """A campus number somebody has; cleans to the account behind it, None when empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, required=options.pop("required", False), **options)

    def clean(self, value: Any) -> Account | None:
        number = str(super().clean(value)).strip()
        if not number:
            return None
        try:
            return sign_in.account_with(number)
        except UnknownAccountError as error:
            raise forms.ValidationError(_("没有人用这个学工号。")) from error


class FactsForm(forms.Form):
    """What an application is, and whose."""

    name = forms.CharField(label=_("名称"), max_length=80)
    owner_unit = people.UnitField(label=_("主管单位"), without_kinds=people.SMALL_UNITS)
    contact = CampusNumberField(label=_("负责人的学工号"), help_text=_("可以查看该应用的登记和登录人次，不能修改。"))
    contact_text = forms.CharField(
        label=_("联系方式"), max_length=120, required=False, help_text=_("电话或邮箱，被拒绝的人会看到。")
    )
    description = forms.CharField(label=_("一句话说明"), max_length=200, required=False)
    home_url = forms.URLField(
        label=_("主页地址"), max_length=500, required=False, assume_scheme="https", help_text=_("也用来看它是否正常。")
    )
    menu_section = forms.ChoiceField(
        label=_("在门户菜单中显示"),
        required=False,
        choices=[("", _("不显示")), *Application.Section.choices],
        help_text=_("只有可以使用它的人能看到；须先填写主页地址。"),
    )
    demands_second_factor = forms.BooleanField(label=_("要求两步验证"), required=False)
    admits_grace = forms.BooleanField(
        label=_("离校后的保留期内也能用"), required=False, help_text=_("毕业或离职后账号保留的那些天。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("menu_section") and not cleaned.get("home_url") and "home_url" not in self.errors:
            self.add_error("home_url", _("在菜单中显示的应用须有主页地址。"))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """As `change_application` takes them. No unit chosen: the owner stays whoever it is."""
        chosen = self.cleaned_data["owner_unit"]
        owner = {"owner_unit_id": chosen.id, "owner": chosen.name} if chosen else {}
        plain = ("name", "contact", "contact_text", "description", "home_url", "menu_section")
        flags = ("demands_second_factor", "admits_grace")
        held = {name: self.cleaned_data[name] for name in (*plain, *flags)}
        return {**owner, **held}


class EditForm(FactsForm):
    health_url = forms.URLField(
        label=_("健康检查地址"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("不填就用主页或第一个允许地址；每三分钟访问一次。"),
    )
    entitlements = forms.CharField(
        label=_("许可（eduPersonEntitlement）"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("一行一个，如 urn:mace:dir:entitlement:common-lib-terms。"),
    )

    reason = reason_field()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["owner_unit"].required = False

    @property
    def changed_facts(self) -> list[str]:
        """Fields of the application that would be others than they are."""
        return [name for name in self.changed_data if name != "reason"]

    def facts(self) -> dict[str, Any]:
        values = list(dict.fromkeys(self.cleaned_data["entitlements"].split()))
        return {**super().facts(), "health_url": self.cleaned_data["health_url"], "entitlements": values}


class RegisterForm(FactsForm):
    key = forms.SlugField(
        label=_("代号"), max_length=60, help_text=_("小写字母、数字和短横，例如 library；定了不再改。")
    )
    protocol = forms.ChoiceField(label=_("怎样接入"), widget=forms.RadioSelect)
    audience = forms.MultipleChoiceField(
        label=_("谁能用"),
        required=False,
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一个也不选：对所有在校师生开放。以后可以按单位、类别、角色和个人细分。"),
    )
    field_order = ("name", "key", "owner_unit", "contact", "contact_text", "description", "home_url", "menu_section")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        found = [(panel.key, panel.name) for panel in panels.in_order()]
        protocol: forms.ChoiceField = self.fields["protocol"]  # type: ignore[assignment]
        protocol.choices = found
        protocol.initial = found[0][0] if found else None


class AttributesForm(forms.Form):
    """Every attribute there is: whether the application gets it, and why."""

    def __init__(self, *arguments: Any, reasons: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for attribute in ALL:
            is_given = attribute.key in reasons
            self.fields[f"give-{attribute.key}"] = forms.BooleanField(
                label=str(attribute.label), required=False, initial=is_given
            )
            self.fields[f"why-{attribute.key}"] = forms.CharField(
                label=_("为什么需要"), max_length=200, required=False, initial=reasons.get(attribute.key, "")
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for attribute in ALL:
            if cleaned.get(f"give-{attribute.key}") and not str(cleaned.get(f"why-{attribute.key}", "")).strip():
                self.add_error(f"why-{attribute.key}", _("请写明应用为什么需要它。"))
        return cleaned

    def reasons(self) -> dict[str, str]:
        given = [one.key for one in ALL if self.cleaned_data[f"give-{one.key}"]]
        return {key: self.cleaned_data[f"why-{key}"].strip() for key in given}

    def rows(self, *, is_given: bool) -> list[tuple[Attribute, BoundField, BoundField]]:
        """Those the application has already, and the others: there are many, and most applications need few."""
        found = [(one, self[f"give-{one.key}"], self[f"why-{one.key}"]) for one in ALL]
        return [row for row in found if bool(row[1].initial) == is_given]

    def given_rows(self) -> list[tuple[Attribute, BoundField, BoundField]]:
        return self.rows(is_given=True)

    def other_rows(self) -> list[tuple[Attribute, BoundField, BoundField]]:
        return self.rows(is_given=False)


class RuleForm(forms.Form):
    """One more rule. All that is filled in must hold together."""

    effect = forms.ChoiceField(label=_("做什么"), choices=AccessRule.Effect.choices)
    affiliation_kind = forms.ChoiceField(label=_("身份"), required=False, choices=[("", _("不限")), *KINDS])
    category = forms.CharField(
        label=_("人员类别代码"), max_length=40, required=False, help_text=_("如 undergraduate、permanent。")
    )
    unit_id = people.UnitField(label=_("单位（含下属）"), without_kinds=people.SMALL_UNITS, required=False)
    role = forms.ChoiceField(label=_("角色"), required=False)
    account = CampusNumberField(label=_("只对一个人：学工号"))
    grants = forms.CharField(
        label=_("应用内角色的名字"), max_length=60, required=False, help_text=_("只在“授予应用内角色”时填。")
    )
    starts_on = forms.DateField(label=_("从"), required=False, widget=DayInput())
    ends_on = forms.DateField(label=_("到"), required=False, widget=DayInput())
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("被拒绝的人会看到。"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        role: forms.ChoiceField = self.fields["role"]  # type: ignore[assignment]
        role.choices = [("", _("不限")), *((one.key, one.name) for one in house.roles)]

    def clean_unit_id(self) -> int | None:
        chosen = self.cleaned_data["unit_id"]
        return chosen.id if chosen else None


class MaintenanceForm(forms.Form):
    starts_at = MomentField(label=_("开始"))
    ends_at = MomentField(label=_("结束"))
    notice = forms.CharField(label=_("通知内容"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class WhyForm(forms.Form):
    number = CampusNumberField(label=_("学工号"), required=True)

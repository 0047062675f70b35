"""What a grant asks of who asks for one, at the steward's desk as in 办事大厅."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.ui import words
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.errors import GrantRefusedError
from nanhu.platforms.datahub.feeding.forms import PairsField
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.models.sharing import USUAL_ROWS_A_DAY
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.sharing.grants import TERMS, Terms
from nanhu.platforms.datahub.sharing.offers import conditions
from nanhu.platforms.openapi import api as openapi


class GrantForm(forms.Form):
    """`token` names this form: however often it is sent, it asks once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    vendor = forms.ModelChoiceField(
        openapi.Vendor.objects.none(), label=_("给哪家单位"), help_text=_("在“开放接口”里登记过的"), empty_label="—"
    )
    fields_given = forms.MultipleChoiceField(label=_("哪些项"), widget=forms.CheckboxSelectMultiple)
    masked = forms.MultipleChoiceField(label=_("其中只给掩码的"), widget=forms.CheckboxSelectMultiple, required=False)
    only = PairsField(label=_("只给哪些行"), help_text=_("不填：全部。每行：项 = 值、值。例：卡状态 = 正常、已挂失"))
    past_from = forms.DateField(
        label=_("以前的样子从哪天起可读"), widget=DayInput(), required=False, help_text=_("不填：只给现在的")
    )
    rows_a_day = forms.IntegerField(
        label=_("每天最多多少行"), min_value=1, max_value=50_000_000, initial=USUAL_ROWS_A_DAY
    )
    wants_news = forms.BooleanField(
        label=_("有变化时通知"), required=False, help_text=_("发到这家单位在开放接口登记的地址，不带个人信息")
    )
    has_view = forms.BooleanField(
        label=_("也开数据库视图"), required=False, help_text=_("只读；敏感项和掩码项不在其中；由数据库管理员开通角色")
    )
    purpose = forms.CharField(label=_("用途"), max_length=200)
    basis = forms.ChoiceField(label=_("法律依据"), choices=[("", "—"), *Grant.Basis.choices])
    expires_on = forms.DateField(label=_("截止日期"), widget=DayInput())

    def __init__(self, *args: Any, table: SharedTable, **options: Any) -> None:
        super().__init__(*args, **options)
        self.table = table
        offered: Any = self.fields["fields_given"]
        offered.choices = [
            (one.name, f"{words.term(one.label)}{_('（敏感）') if one.sensitive else ''}") for one in table.fields
        ]
        maskable: Any = self.fields["masked"]
        maskable.choices = [(one.name, words.term(one.label)) for one in table.fields if one.mask]
        if not maskable.choices:
            del self.fields["masked"]
        vendors: Any = self.fields["vendor"]
        vendors.queryset = openapi.Vendor.objects.filter(is_on=True).order_by("company")
        vendors.label_from_instance = lambda one: one.company
        if table.purposes:
            self.fields["purpose"].help_text = _("给敏感项时只能是：%s") % "、".join(table.purposes)

    def clean_only(self) -> dict[str, list[str]]:
        known = {one.label: one.name for one in self.table.fields} | {one.name: one.name for one in self.table.fields}
        found: dict[str, list[str]] = {}
        for name, values in self.cleaned_data["only"]:
            if name not in known:
                raise forms.ValidationError(_("没有“%s”这一项。") % name)
            if known[name] in found:
                raise forms.ValidationError(_("“%s”写了两行：值写在一行里，用“、”隔开。") % name)
            found[known[name]] = [one.strip() for one in values.split("、") if one.strip()]
        try:
            conditions(self.table, found)
        except GrantRefusedError as refused:
            raise forms.ValidationError(refused.message) from refused
        return found

    def terms(self) -> Terms:
        """Of a form that is valid."""
        said = self.cleaned_data
        return Terms(fields=said["fields_given"], **{name: said[name] for name in TERMS if name in said})


def grant_named(text: str, table: SharedTable) -> Grant | None:
    """Of this table, by what stands in an address."""
    try:
        return Grant.objects.filter(public_id=UUID(text), table_key=table.key).first()
    except ValueError:
        return None


def as_before(before: Grant) -> dict[str, Any]:
    """Renewing (续签): what it says, but for its last day."""
    said = {name: getattr(before, name) for name in TERMS if name not in {"fields", "only", "expires_on"}}
    table = shared_tables().get(before.table_key)
    labels = {one.name: one.label for one in table.fields} if table else {}
    only = [
        f"{labels.get(name, name)} = {'、'.join(map(written_value, values))}" for name, values in before.only.items()
    ]
    return said | {"vendor": before.vendor_id, "fields_given": before.fields, "only": "\n".join(only)}


def written_value(value: Any) -> str:
    """As the form takes it."""
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)

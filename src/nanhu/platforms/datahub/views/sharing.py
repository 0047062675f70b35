"""Grants (共享授权): asked on the page of a shared table, agreed to by another steward, ended by one."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Empty, PageRequest, Table, Text, Who
from nanhu.kernel.kit.columns import Link
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.ui import words
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.feeding.forms import PairsField
from nanhu.platforms.datahub.forms import TakeBackForm
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.sharing import grants as granting
from nanhu.platforms.datahub.views.desk import sharing_desk
from nanhu.platforms.datahub.views.shared import shared_table
from nanhu.platforms.openapi.api import Vendor

State = Grant.State


def labels_of(grant: Grant) -> str:
    table = shared_tables().get(grant.table_key)
    known = table.by_name if table else {}
    return "、".join(words.term(known[name].label) if name in known else name for name in grant.fields)


def rows_of(grant: Grant) -> str:
    table = shared_tables().get(grant.table_key)
    return "；".join(
        f"{words.term(table.by_name[name].label) if table and name in table.by_name else field_label(name)} = {'、'.join(values)}"
        for name, values in grant.only.items()
    ) or str(_("全部"))


class Grants(Table):
    title = Link(_("给谁、哪张表"), str, to="case")
    fields = Text(_("哪些项"), labels_of)
    only = Text(_("哪些行"), rows_of)
    purpose = Text(_("用途"))
    basis = Badge(_("法律依据"), names=Grant.Basis.choices, tone="none")
    expires_on = Day(_("截止日期"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones={State.AGREED: "good", State.ASKED: "warn"}, tone="none")


grants = sharing_desk.proposals(
    "",
    Grant,
    Grants,
    found=Grant.objects.select_related("vendor"),
    on_approve=lambda by, found: granting.agree(by=by, grant=found),
    on_refuse=lambda by, found, answer: granting.refuse(by=by, grant=found, answer=answer),
    title=_("共享授权"),
    tab=_("共享授权"),
    lead=_("别的系统按授权从接口读共享表：哪些项、哪些行、做什么用、凭什么、到哪天。一位数据管理员申请，另一位同意。"),
    template="datahub/grant.html",
    empty=Empty(title=_("还没有授权"), icon="key-round", text=_("在一张共享表的页面上申请。")),
)


@grants.case.form(
    "take-back/", TakeBackForm, title=_("撤回授权申请"), submit=_("撤回"), icon="undo-2", done=_("已撤回。")
)
def take_back_grant(request: PageRequest, form: TakeBackForm, found: Grant) -> None:
    granting.take_back(by=request.actor, grant=found, answer=form.cleaned_data["answer"])


@grants.case.form(
    "end/", ReasonForm, title=_("终止授权"), submit=_("终止"), tone="danger", icon="ban", done=_("已终止，立刻生效。")
)
def end_grant(request: PageRequest, form: ReasonForm, found: Grant) -> None:
    granting.end(by=request.actor, grant=found, reason=form.cleaned_data["reason"])


class GrantForm(forms.Form):
    """`token` names this form: however often it is sent, it asks once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    vendor = forms.ModelChoiceField(
        Vendor.objects.none(), label=_("给哪家单位"), help_text=_("在“开放接口”里登记过的"), empty_label="—"
    )
    fields_given = forms.MultipleChoiceField(label=_("哪些项"), widget=forms.CheckboxSelectMultiple)
    only = PairsField(label=_("只给哪些行"), help_text=_("不填：全部。每行：项 = 值、值。例：卡状态 = issued、lost"))
    purpose = forms.CharField(label=_("用途"), max_length=200)
    basis = forms.ChoiceField(label=_("法律依据"), choices=Grant.Basis.choices)
    expires_on = forms.DateField(label=_("截止日期"), widget=DayInput())

    def __init__(self, *args: Any, table: SharedTable, **options: Any) -> None:
        super().__init__(*args, **options)
        self.table = table
        offered: Any = self.fields["fields_given"]
        offered.choices = [
            (one.name, f"{words.term(one.label)}{_('（敏感）') if one.sensitive else ''}") for one in table.fields
        ]
        vendors: Any = self.fields["vendor"]
        vendors.queryset = Vendor.objects.filter(is_on=True).order_by("company")
        vendors.label_from_instance = lambda one: one.company
        if table.purposes:
            self.fields["purpose"].help_text = _("给敏感项时只能是：%s") % "、".join(table.purposes)

    def clean_only(self) -> dict[str, list[str]]:
        known = {one.label: one.name for one in self.table.fields} | {one.name: one.name for one in self.table.fields}
        found: dict[str, list[str]] = {}
        for name, values in self.cleaned_data["only"]:
            if name not in known:
                raise forms.ValidationError(_("没有“%s”这一项。") % name)
            found[known[name]] = [one.strip() for one in values.split("、") if one.strip()]
        return found


@shared_table.form(
    "grant/",
    GrantForm,
    title=_("授权别的系统读"),
    submit=_("申请授权"),
    arguments=lambda _request, table: {"table": table},
    done=_("已申请，等另一位数据管理员同意。"),
)
def ask_grant(request: PageRequest, form: GrantForm, table: SharedTable) -> None:
    said = form.cleaned_data
    granting.ask(
        by=request.actor,
        token=said["token"],
        table=table,
        vendor=said["vendor"],
        fields=said["fields_given"],
        only=said["only"],
        purpose=said["purpose"],
        basis=said["basis"],
        expires_on=said["expires_on"],
    )

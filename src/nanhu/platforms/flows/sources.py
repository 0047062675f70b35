"""待办来源: the information centre registers which systems push to-dos, and sees what came of them."""

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Console, Empty, Markup, Moment, Number, PageRequest, Table, Text, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role
from nanhu.kernel.ui.widgets import MomentInput
from nanhu.platforms.flows import queries
from nanhu.platforms.flows.models import OutsideSource
from nanhu.platforms.flows.operations import SCOPE
from nanhu.platforms.flows.services import outside
from nanhu.platforms.openapi.api import Vendor

KEEPER = "flows.keeper"

desk = Console(
    "flows:keeping",
    _("流程管理"),
    icon="workflow",
    owner=_("信息中心"),
    description=_("别的系统的待办从哪里来，在办的申请换版本"),
    roles=[
        Role(
            key=KEEPER,
            name=_("流程管理"),
            description=_("登记推送待办的系统；把任何流程在办的申请换到新版本，看到它们的编号和申请人"),
        )
    ],
    order=45,
)


class Sources(Table):
    name = Text(_("来源"), is_term=True)
    key = Text(_("代号"), is_number=True)
    vendor = Text(_("接入单位"), "vendor__company")
    origin = Text(_("主机"), is_number=True)
    waiting = Number(_("待办"))
    done = Number(_("已办"))
    unknown = Number(_("没有这个人"))
    too_many = Number(_("一个人太多"))
    contacted_at = Moment(_("上次联系"))
    is_on = Badge(_("状态"), names={True: _("已启用"), False: _("已停用")}, tones={True: "good", False: "bad"})
    actions = Markup(_("操作"), "flows/_source.html", sort=False)


@desk.page(
    "",
    title=_("待办来源"),
    tab=_("待办来源"),
    lead=_("办公系统、科研系统等把等人办的事推到这里。学工号不在校的收下不送，只记数：接口不告诉对方谁在这里。"),
)
def sources(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有来源"),
        icon="workflow",
        action=_("登记来源"),
        to="register",
        text=_("先在“开放接口”登记单位，给它“推送待办”的权限，再在这里登记它的系统。"),
    )
    return listing(request, Sources, queries.todo_sources(), empty=none)


def vendors() -> list[tuple[int, str]]:
    rows = Vendor.objects.filter(is_on=True, scopes__contains=[SCOPE]).order_by("company")
    return list(rows.values_list("pk", "company"))


class SourceForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60)
    key = forms.RegexField(
        r"^(?!sandbox$)[a-z][a-z0-9-]{1,29}$", label=_("代号"), help_text=_("小写字母、数字和短横线，例如 oa。")
    )
    vendor = forms.TypedChoiceField(
        label=_("接入单位"), coerce=int, choices=vendors, help_text=_("有“推送待办”权限的单位")
    )
    origin = forms.RegexField(
        r"^https://[a-z0-9.-]+(:[0-9]{1,5})?$",
        label=_("主机"),
        max_length=200,
        help_text=_("它的待办只能去这里办，例如 https://oa.example.edu.cn"),
    )


@sources.form(
    "register/",
    SourceForm,
    title=_("登记来源"),
    button=_("登记来源"),
    icon="plus",
    submit=_("登记"),
    done=_("已登记。"),
)
def register(request: PageRequest, form: SourceForm) -> None:
    said = form.cleaned_data
    vendor = Vendor.objects.get(pk=said["vendor"])
    outside.register(by=request.actor, key=said["key"], name=said["name"], vendor=vendor, origin=said["origin"])


@sources.form(
    "<str:key>/switch/",
    ReasonForm,
    title=_("停用或启用来源"),
    icon="power",
    lead=_("停用以后，它推送不进来，已有的待办也不再显示，直到再启用。"),
    subject=record(OutsideSource.objects.filter(is_sandbox=False), _("这个来源")),
    done=_("已改。"),
)
def switch(request: PageRequest, form: ReasonForm, source: OutsideSource) -> None:
    outside.switch(by=request.actor, source=source, reason=form.cleaned_data["reason"])


class SinceForm(ReasonForm):
    since = forms.DateTimeField(label=_("从什么时候起"), widget=MomentInput())
    field_order = ("since", "reason")


@sources.form(
    "<str:key>/drop/",
    SinceForm,
    title=_("撤下推来的待办"),
    icon="undo-2",
    lead=_("密钥被盗以后：从这个时候起推来的，还没办的都从各人的待办里撤下。原来的系统用更大的序号可以再推。"),
    subject=record(OutsideSource.objects.filter(is_sandbox=False), _("这个来源")),
    done=_("已撤下。"),
)
def drop_since(request: PageRequest, form: SinceForm, source: OutsideSource) -> None:
    said = form.cleaned_data
    outside.drop_since(by=request.actor, source=source, since=said["since"], reason=said["reason"])

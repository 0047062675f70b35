"""Channels (渠道) and the outside apps among them: registered, given a new secret, switched off."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Empty, Link, Moment, PageRequest, Table, Text, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.payments import queries
from nanhu.platforms.payments.console import desk
from nanhu.platforms.payments.forms import AppForm, SwitchForm
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.policies import FINANCE_ONLY
from nanhu.platforms.payments.services import channels as keeping

FRESH = (fresh_sign_in_required,)
ON = {True: _("已启用"), False: _("已停用")}


class Channels(Table):
    ordering = ("kind", "key")
    name = Text(_("名称"))
    kind = Text(_("种类"), names=dict(Channel.Kind.choices))
    our_id = Text(_("我方编号"), is_number=True)
    address = Text(_("地址"), is_wide=True)
    is_on = Badge(_("状态"), names=ON, tones={True: "good", False: "bad"})


class Apps(Table):
    ordering = ("key",)
    name = Link(_("名称"), to="app", by=("key",))
    key = Text(_("代码"), is_number=True)
    created_at = Moment(_("登记时间"))
    is_on = Badge(_("状态"), names=ON, tones={True: "good", False: "bad"})


@desk.page(
    "channels/",
    title=_("银行和银联"),
    tab=_("渠道"),
    lead=_("学校与谁直接收付：编号、地址和是否启用。密钥不在页面上。"),
)
def channels(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有接入银行"), icon="landmark", text=_("接入由信息中心按银行的规范配置。"))
    return listing(request, Channels, Channel.objects.exclude(kind=Channel.Kind.APP), empty=none)


@desk.page(
    "apps/",
    title=_("外部应用"),
    tab=_("外部应用"),
    lead=_("哪些应用可以绑定、充值：各有一把密钥，泄露时先停用，换了密钥再启用。"),
)
def apps(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有外部应用"), icon="smartphone", text=_("由收付财务登记，密钥当面交给运营方。"))
    rows = Channel.objects.filter(kind=Channel.Kind.APP)
    facts = {"may_register": register.is_shown_to(request.viewer)}
    return listing(request, Apps, rows, empty=none, template="payments/apps.html", facts=facts)


@apps.page("<slug:key>/", title=_("一个外部应用"), subject=queries.app_with)
def app(request: PageRequest, found: Channel) -> HttpResponseBase:
    return show(request, found)


def show(request: PageRequest, found: Channel, secret: str = "") -> HttpResponseBase:
    """A secret is shown in the answer to the form that made it, and on no other page."""
    facts = {"app": found, "secret": secret, "may_rotate": rotate.is_shown_to(request.viewer)}
    return render(request, "payments/app.html", facts)


@apps.form(
    "new/register/",
    AppForm,
    title=_("登记外部应用"),
    lead=_("登记以后给出密钥，只显示这一次，当面交给运营方。"),
    submit=_("登记，给出密钥"),
    icon="key-round",
    roles=FINANCE_ONLY,
    guards=FRESH,
)
def register(request: PageRequest, form: AppForm) -> HttpResponseBase:
    made = keeping.register_app(by=request.actor, **form.cleaned_data)
    return show(request, made.app, made.secret)


@app.form(
    "rotate/",
    ReasonForm,
    title=_("换密钥"),
    lead=_("旧密钥立即失效，对方换上新的以前，它的请求都不答复。"),
    submit=_("换密钥"),
    icon="key-round",
    tone="danger",
    roles=FINANCE_ONLY,
    guards=FRESH,
)
def rotate(request: PageRequest, form: ReasonForm, found: Channel) -> HttpResponseBase:
    made = keeping.rotate_secret(by=request.actor, app=found, reason=form.cleaned_data["reason"])
    return show(request, made.app, made.secret)


def other_state(_request: PageRequest, found: Channel) -> dict[str, Any]:
    return {"is_on": "no" if found.is_on else "yes"}


@app.form(
    "switch/",
    SwitchForm,
    title=_("停用或启用"),
    icon="power",
    initial=other_state,
    template="payments/switch.html",
    done=lambda app: str(
        (_("已启用：%(app)s") if app.is_on else _("已停用：%(app)s，从现在起不再答复它")) % {"app": app.name}
    ),
)
def switch(request: PageRequest, form: SwitchForm, found: Channel) -> Channel:
    said = form.cleaned_data
    return keeping.switch_app(by=request.actor, app=found, is_on=said["is_on"], reason=said["reason"])

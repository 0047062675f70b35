"""The desk of vendors: registered, given scopes and keys, switched off; what they requested, and what was sent to them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Markup,
    Moment,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Role
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.openapi import queries
from nanhu.platforms.openapi.forms import KeyForm, RotateForm, VendorForm, WebhookForm, initial_of
from nanhu.platforms.openapi.interfaces import interfaces, known_scopes, scope_name, settings_of_rooms
from nanhu.platforms.openapi.models import ApiKey, Mode, Vendor, Webhook, WebhookEvent
from nanhu.platforms.openapi.services import keys, webhooks
from nanhu.platforms.openapi.services import vendors as registering

KEEPER = "openapi.keeper"
RECENT = 8
FRESH = (fresh_sign_in_required,)
ON = {True: _("已启用"), False: _("已停用")}
PAUSED: dict[bool, str | Promise] = {True: _("暂停了"), False: "—"}

desk = Console(
    "openapi",
    _("开放接口"),
    icon="plug",
    owner=_("信息中心"),
    description=_("哪些单位的程序能调用哪些接口，从哪里来，每次请求了什么"),
    roles=[Role(key=KEEPER, name=_("开放接口管理"), description=_("登记用接口的单位，给权限和密钥，看请求和通知"))],
    order=44,
)


class Vendors(Table):
    company = Link(_("接入单位"), to="vendor")
    is_on = Badge(_("状态"), names=ON, tones={True: "good", False: "bad"})
    contact = Text(_("联系人"))
    scopes = Text(_("权限"), lambda one: "、".join(scope_name(scope) for scope in one.scopes))
    living = Number(_("有效密钥"))
    hooks = Badge(_("通知"), "is_paused", names=PAUSED, tones={True: "bad"}, tone="none")
    last_request = Moment(_("上次请求"))


class VendorFilters(Filters):
    q = Search("company", "contact")
    show = Views(
        {
            "on": (_("已启用"), Q(is_on=True)),
            "off": (_("已停用"), Q(is_on=False)),
            "paused": (_("通知暂停了"), Q(is_paused=True)),
        }
    )


class Keys(Table):
    name = Markup(_("用在哪里"), "openapi/_key.html")
    state = Markup(_("状态"), "openapi/_key_state.html")
    made_by = Who(_("谁发的"), "key__made_by_name")
    made_at = Moment(_("何时发的"), "key__created_at")
    used_at = Moment(_("上次使用"), "used__at")
    used_from = Text(_("从哪里"), "used__address", is_number=True)
    actions = Markup(_("操作"), "openapi/_key_actions.html")


class Requests(Table):
    at = Moment(_("时间"))
    operation = Text(_("做什么"), is_number=True)
    result = Markup(_("结果"), "openapi/_result.html")
    mode = Badge(_("哪一种"), names=Mode.choices, tones={"live": "good"}, tone="info")
    key = Text(_("密钥"), lambda line: f"{line.key.name} …{line.key.ending}")
    address = Text(_("地址"), is_number=True)
    milliseconds = Number(_("毫秒"))
    public_id = Text(_("请求号"), is_number=True, is_wide=True)


class RequestFilters(Filters):
    mode = Choice(_("哪一种"), Mode.choices)
    outcome = Views({"good": (_("办成"), Q(status__lt=400)), "bad": (_("未办成"), Q(status__gte=400))})


class Events(Table):
    created_at = Moment(_("时间"))
    kind = Text(_("事件"), is_number=True)
    mode = Badge(_("哪一种"), names=Mode.choices, tones={"live": "good"}, tone="info")
    deliveries = Markup(_("送达"), "openapi/_deliveries.html")
    actions = Markup(_("操作"), "openapi/_event_actions.html")


NO_REQUESTS = Empty(
    title=_("还没有请求"), icon="list", text=_("它的程序一发出请求，这里马上有一行：做什么、是否成功、原因。")
)
NO_EVENTS = Empty(title=_("还没有事件"), icon="send", text=_("收款、退款、停卡、授权，每件事都会成为一个签名的通知。"))


@desk.page(
    "",
    title=_("开放接口"),
    tab=_("各单位"),
    count=entered("openapi.paused_webhooks", lambda: Webhook.objects.filter(paused_at__isnull=False)),
    waits=True,
    lead=_("哪些单位的程序可以调用接口：能做什么，从哪里来，最近的请求。"),
)
def overview(request: PageRequest) -> HttpResponseBase:
    nobody = Empty(
        title=_("还没有单位使用接口"),
        icon="plug",
        action=_("登记第一家"),
        to="register",
        text=_("点餐小程序、超市收银、洗衣房的程序要收校园卡，先在这里登记，再给它一把沙箱密钥试。"),
    )
    return listing(request, Vendors, queries.vendors(), VendorFilters, empty=nobody, template="openapi/overview.html")


@overview.form(
    "register/",
    VendorForm,
    title=_("登记用接口的单位"),
    lead=_("收回的权限和商户，从下一次请求起就不能用；正在办的先办完。"),
    button=_("登记单位"),
    icon="plus",
    submit=_("保存"),
    to="vendor",
    done=_("已登记。先发一把沙箱密钥给对方试。"),
    template="openapi/form.html",
)
def register(request: PageRequest, form: VendorForm) -> Vendor:
    return registering.register(by=request.actor, order=form.order())


@overview.page("<uuid:public_id>/", title=_("接入单位"), subject=queries.vendor_with)
def vendor(request: PageRequest, one: Vendor) -> HttpResponseBase:
    return show_vendor(request, one)


def show_vendor(request: PageRequest, one: Vendor, **secret: str) -> HttpResponseBase:
    """A secret is shown in the answer to the form that made it, and on no other page."""
    hooks, known = {hook.mode: hook for hook in one.webhooks.all()}, known_scopes()
    none = Empty(
        title=_("还没有密钥"),
        icon="key-round",
        text=_("先发一把沙箱密钥：对方用测试卡把程序跑通，再发正式的。"),
    )
    requests, events = list(queries.requests_of(one)[:RECENT]), list(queries.events_of(one)[:RECENT])
    facts = {
        "vendor": one,
        "scopes": [(known.get(scope, scope), scope in known) for scope in one.scopes],
        "parts": [(part.template, part.facts(one)) for _name, part in settings_of_rooms()],
        "hooks": [(mode, Mode(mode).label, hooks.get(mode)) for mode in Mode.values],
        "keys": list_of(request, Keys, queries.keys_of(one), caption=_("密钥"), empty=none),
        "requests": list_of(request, Requests, requests, caption=_("最近的请求"), empty=NO_REQUESTS),
        "events": list_of(request, Events, events, caption=_("最近的通知"), empty=NO_EVENTS),
        **secret,
    }
    return render(request, "openapi/vendor.html", facts)


@vendor.form(
    "change/",
    VendorForm,
    title=_("修改接入单位"),
    lead=_("收回的权限和商户，从下一次请求起就不能用；正在办的先办完。"),
    submit=_("保存"),
    initial=lambda _request, one: initial_of(one),
    done=_("已保存，下一次请求起按新的办。"),
    template="openapi/form.html",
)
def change(request: PageRequest, form: VendorForm, one: Vendor) -> None:
    registering.change(by=request.actor, vendor=one, order=form.order())


@vendor.form("switch/", ReasonForm, title=_("停用或启用"), icon="power", template="openapi/switch.html")
def switch(request: PageRequest, form: ReasonForm, one: Vendor) -> None:
    registering.switch(by=request.actor, vendor=one, is_on=not one.is_on, reason=form.cleaned_data["reason"])


@vendor.page("log/", title=_("请求记录"), lead=_("每次请求留半年：做什么、从哪里来、结果。不留正文和密钥。"))
def log(request: PageRequest, one: Vendor) -> HttpResponseBase:
    return listing(request, Requests, queries.requests_of(one), RequestFilters, empty=NO_REQUESTS)


@vendor.page(
    "events/",
    title=_("通知记录"),
    lead=_(
        "发生的事都在这里，有通知地址的送过去。对方没答应就隔 5 秒、10 秒、20 秒……再送，三天后放弃；随时可以人工再送。"
        "三天里一件也没收的，暂停通知，列入待办；继续时，这期间的事都补送。"
    ),
)
def events(request: PageRequest, one: Vendor) -> HttpResponseBase:
    return listing(request, Events, queries.events_of(one), empty=NO_EVENTS, template="openapi/events.html")


@vendor.action("sandbox/", done=_("沙箱已恢复到初始状态。"))
def reset_sandbox(_request: PageRequest, one: Vendor) -> None:
    for interface in interfaces.values():
        interface.sandbox.reset(one)


@vendor.form(
    "keys/",
    KeyForm,
    title=_("发一把密钥"),
    submit=_("发密钥"),
    icon="key-round",
    guards=FRESH,
    template="openapi/key.html",
)
def make_key(request: PageRequest, form: KeyForm, one: Vendor) -> HttpResponseBase:
    made = keys.make_key(by=request.actor, vendor=one, **form.cleaned_data)
    return show_vendor(request, one, new_key=made.text)


unrevoked_key = record(ApiKey.objects.select_related("vendor").filter(revoked_at=None), _("这把密钥"))
living_key = record(ApiKey.objects.select_related("vendor").filter(revoked_at=None, ends_at=None), _("这把密钥"))


def about_key(_request: PageRequest, key: ApiKey) -> dict[str, object]:
    return {"key": key, "cancel": vendor.address(public_id=key.vendor.public_id)}


@overview.form(
    "keys/<uuid:public_id>/rotate/",
    RotateForm,
    title=_("换密钥"),
    submit=_("发新密钥"),
    icon="key-round",
    subject=living_key,
    facts=about_key,
    guards=FRESH,
    template="openapi/key.html",
)
def rotate_key(request: PageRequest, form: RotateForm, key: ApiKey) -> HttpResponseBase:
    made = keys.rotate_key(by=request.actor, key=key, **form.cleaned_data)
    return show_vendor(request, key.vendor, new_key=made.text)


@overview.form(
    "keys/<uuid:public_id>/revoke/",
    ReasonForm,
    title=_("停用密钥"),
    submit=_("停用"),
    tone="danger",
    icon="key-round",
    subject=unrevoked_key,
    facts=about_key,
    to="vendor",
    done=_("已停用，立即失效。"),
    template="openapi/key.html",
)
def revoke_key(request: PageRequest, form: ReasonForm, key: ApiKey) -> Vendor:
    keys.revoke_key(by=request.actor, key=key, reason=form.cleaned_data["reason"])
    return key.vendor


@dataclass(frozen=True, slots=True)
class HookPlace:
    """A vendor's webhook of one mode, where it has one."""

    vendor: Vendor
    mode: Mode
    webhook: Webhook | None


def hook_place(public_id: UUID, kind: str) -> HookPlace:
    if kind not in Mode.values:
        raise Http404
    one = queries.vendor_with(public_id)
    return HookPlace(one, Mode(kind), Webhook.objects.filter(vendor=one, mode=kind).first())


def living_hook(public_id: UUID, kind: str) -> Webhook:
    hook = hook_place(public_id, kind).webhook
    if hook is None or not hook.is_on:
        raise Http404
    return hook


@vendor.form(
    "webhook/<str:kind>/",
    WebhookForm,
    title=_("通知地址"),
    submit=_("保存并换签名密钥"),
    icon="send",
    subject=hook_place,
    initial=lambda _request, place: {"url": place.webhook.url if place.webhook else ""},
    guards=FRESH,
    template="openapi/webhook.html",
)
def webhook(request: PageRequest, form: WebhookForm, place: HookPlace) -> HttpResponseBase:
    url = form.cleaned_data["url"]
    made = webhooks.set_webhook(by=request.actor, vendor=place.vendor, mode=place.mode, url=url)
    return show_vendor(request, place.vendor, new_secret=made.secret)


@vendor.action("webhook/<str:kind>/test/", subject=living_hook, to="events", done=_("试发已排队，结果在通知记录里。"))
def test_webhook(request: PageRequest, hook: Webhook) -> None:
    webhooks.send_test(by=request.actor, webhook=hook)


@vendor.action("webhook/<str:kind>/stop/", subject=living_hook, to="events", done=_("不再通知这个地址。"))
def stop_webhook(request: PageRequest, hook: Webhook) -> None:
    webhooks.stop_webhook(by=request.actor, webhook=hook)


@vendor.action(
    "webhook/<str:kind>/resume/",
    subject=living_hook,
    to="events",
    done=lambda count: _("已继续通知，补送 %d 件。") % count,
)
def resume_webhook(request: PageRequest, hook: Webhook) -> int:
    return webhooks.resume_webhook(by=request.actor, webhook=hook)


event_with = record(WebhookEvent.objects.select_related("vendor"), _("这个事件"))


@overview.action("events/<uuid:public_id>/replay/", subject=event_with, to="events", done=_("已排队再送一次。"))
def replay(request: PageRequest, event: WebhookEvent) -> Vendor:
    webhooks.replay(by=request.actor, event=event)
    return event.vendor

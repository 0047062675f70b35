"""Federations for the administrator, beside the applications: which are joined, how their metadata fares, who is in them."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
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
    list_of,
    listing,
)
from nanhu.kernel.kit.records import record
from nanhu.platforms.identity.protocols.saml.addresses import entity_id, own
from nanhu.platforms.identity.protocols.saml.engine import program
from nanhu.platforms.identity.protocols.saml.forms import FeedForm
from nanhu.platforms.identity.protocols.saml.jobs import refresh_feed
from nanhu.platforms.identity.protocols.saml.models import Feed, Partner
from nanhu.platforms.identity.protocols.saml.services import feeds as services
from nanhu.platforms.identity.registry.console import WRITERS
from nanhu.platforms.identity.registry.desk import desk

TONES = {"good": "good", "waiting": "info", "failing": "warn", "expired": "bad"}


def state_of(feed: Feed) -> str:
    tone, words = (TONES[feed.state], feed.get_state_display()) if feed.is_enabled else ("none", _("已停用"))
    problem = feed.problem_shown if feed.is_enabled else ""
    return format_html('<span class="state state-{}">{}</span> <span class="sub">{}</span>', tone, words, problem)


class Feeds(Table):
    name = Link(_("联盟"), to="feed", by=("pk",))
    state = Text(_("状态"), state_of)
    count = Number(_("服务提供方"))
    valid_until = Moment(_("有效期至"))


def with_feeds(request: PageRequest) -> dict[str, Any]:
    none = Empty(
        title=_("还没有加入联盟"),
        icon="network",
        text=_("加入后，联盟里的数据库、期刊等资源不用逐个登记，师生就能登录。"),
    )
    rows = Feed.objects.annotate(count=Count("partners")).order_by("name")
    return {
        "list": list_of(request, Feeds, rows, caption=_("联盟"), empty=none),
        "entity_id": entity_id(),
        "metadata": own("saml_metadata"),
        "is_ready": program() is not None,
    }


@desk.form(
    "saml/federations",
    FeedForm,
    title=_("联盟元数据"),
    tab=_("联盟元数据"),
    lead=_("学校加入的身份联盟（如 CARSI）：元数据的来源、签名是否可信、当前状态。"),
    roles=WRITERS,
    template="identity/saml/feeds.html",
    facts=with_feeds,
    to="feeds",
    done=_("已登记，正在取第一份元数据。"),
)
def feeds(request: PageRequest, form: FeedForm) -> None:
    feed = services.add_feed(by=request.actor, **form.cleaned_data)
    refresh_feed.defer(feed_id=feed.pk)


class Partners(Table):
    name = Text(_("名称"), lambda one: f"{one.name} {_('（已离开联盟）')}" if one.is_gone else one.name, sort="name")
    entity_id = Markup("entityID", "identity/saml/_entity_id.html")
    application = Text(_("登记的应用"), lambda one: one.application.name if one.application else _("随联盟"))


class PartnerFilters(Filters):
    q = Search("entity_id", "name", label=_("名称或 entityID"))


@feeds.page("<int:pk>", title=_("联盟"), subject=record(Feed.objects.select_related("application"), _("这个联盟")))
def feed(request: PageRequest, feed: Feed) -> HttpResponseBase:
    """Who is in it."""
    found = Partner.objects.filter(feed=feed).select_related("application").defer("xml", "facts").order_by("name", "pk")
    none = Empty(title=_("没有找到"), icon="search", text=_("换一个词，或等第一次更新完成。"))
    facts = {"feed": feed, "state": state_of(feed)}
    return listing(
        request, Partners, found, PartnerFilters, empty=none, template="identity/saml/feed.html", facts=facts
    )


@feed.action("refresh", done=_("正在更新，几秒后刷新本页看结果。"))
def refresh_federation(_request: PageRequest, feed: Feed) -> None:
    refresh_feed.defer(feed_id=feed.pk)


@feed.action("switch", done=lambda feed: str(_("已启用。") if feed.is_enabled else _("已停用。")))
def switch_feed(request: PageRequest, feed: Feed) -> Feed:
    """Switch a federation off (nobody gets in under it) or on again."""
    services.switch_feed(by=request.actor, feed=feed, is_enabled=not feed.is_enabled)
    return feed

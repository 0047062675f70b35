"""校园资讯: the news of the school's web sites, taken in as feeds: newest first, by site; who follows one is told of what is new."""

from collections.abc import Iterable
from typing import Any, Final, cast

from django import forms
from django.db import transaction
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import folding
from nanhu.kernel.kit import Choice, Console, Empty, Filters, Markup, Moment, PageRequest, Search, Table, Text, listing
from nanhu.kernel.registry import Hit, Viewer
from nanhu.kernel.ui.words import term
from nanhu.platforms.messages import api as messages
from nanhu.platforms.portal.integrations import living, rules
from nanhu.platforms.portal.models import Integration, IntegrationItem, NewsFollower

MOST_TOLD: Final = 5
"""Of one reading: a site that publishes its archive again tells nobody a hundred times."""

desk = Console(
    "portal:news",
    _("校园资讯"),
    icon="newspaper",
    owner=_("信息中心"),
    description=_("学校各网站的新闻，新的在前；可以按网站看，也可以订阅"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=72,
)


def sites_of(viewer: Viewer) -> dict[int, str]:
    """By their ids, the names of those that this viewer has."""
    feeds = living.of_kind(Integration.Kind.FEED, viewer, everywhere=True)
    return {one.pk: term(one.name) for one in feeds if one.format == Integration.Format.RSS}


def sites_found(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """For the one search: web sites by their names, also in pinyin."""
    sites = sites_of(viewer).items()
    found = [(pk, name) for pk, name in sites if text in folding.searched(name, "")]
    return [Hit(key=str(pk), title=name, url=f"{desk.address('news')}?site={pk}") for pk, name in found[:limit]]


class News(Table):
    title = Markup(_("标题"), "portal/_news.html", "title")
    site = Text(_("网站"), "integration__name", is_term=True)
    at = Moment(_("发布"), lambda row: row.starts_at if row.starts_at > rules.EARLIEST else None, sort="starts_at")


class SitesForm(forms.Form):
    sites = forms.MultipleChoiceField(
        label=_("订阅哪些网站"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("有了新的，和当天的其他消息合成一条告诉您。"),
    )

    def __init__(self, *arguments: Any, choices: Iterable[tuple[int, str]] = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        field = cast("forms.MultipleChoiceField", self.fields["sites"])
        field.choices = list(choices)
        if not field.choices:
            del self.fields["sites"]


@desk.page("", title=_("校园资讯"))
def news(request: PageRequest) -> HttpResponseBase:
    sites = sites_of(request.viewer)
    chosen = Choice(_("网站"), list(sites.items()), field="integration_id")
    filters = type("NewsFilters", (Filters,), {"q": Search("title"), "site": chosen})
    rows = IntegrationItem.objects.filter(integration_id__in=sites).select_related("integration")
    none = Empty(title=_("还没有资讯"), icon="newspaper", text=_("学校的网站接进门户之后，这里是它们的新闻。"))
    return listing(request, News, rows.order_by("-starts_at", "pk"), filters, empty=none)


def followed(request: PageRequest) -> dict[str, list[str]]:
    rows = NewsFollower.objects.filter(person_id=request.viewer.person_id or 0)
    return {"sites": [str(pk) for pk in rows.values_list("integration_id", flat=True)]}


@desk.form(
    "follow/",
    SitesForm,
    title=_("订阅资讯"),
    button=_("订阅"),
    icon="bell-plus",
    initial=followed,
    arguments=lambda request: {"choices": sites_of(request.viewer).items()},
    done=_("已记下。"),
    to="news",
)
def follow(request: PageRequest, form: SitesForm) -> None:
    """What one follows is nobody's business: no audit line names it."""
    person_id, wanted = cast("int", request.viewer.person_id), {int(pk) for pk in form.cleaned_data.get("sites", ())}
    own = NewsFollower.objects.filter(person_id=person_id, integration_id__in=sites_of(request.viewer))
    with transaction.atomic():
        own.exclude(integration_id__in=wanted).delete()
        rows = [NewsFollower(person_id=person_id, integration_id=pk) for pk in wanted]
        NewsFollower.objects.bulk_create(rows, ignore_conflicts=True)


def tell(one: Integration, items: Iterable[Any]) -> None:
    """Whoever follows this site and may still read it, with the digest of the day."""
    ids = list(NewsFollower.objects.filter(integration=one).values_list("person_id", flat=True))
    told = living.audience_of(one, ids)
    for item in list(items)[:MOST_TOLD] if told else ():
        facts = {"title": item.title, "site": one.name}
        messages.tell(told, "portal.news", facts, urgency="digest", key=f"{one.pk}:{item.uid}")
